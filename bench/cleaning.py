"""What cleaning takes and what it leaves: `python -m bench.cleaning [--lines]`, over the texts of tests/data/clean/.

Each text has its lines marked as story, boilerplate, or words of the article about itself (title, byline, dates). Those
of the part `test` were written before the first rule; the rules were made with those of `tune` in view, and what went
wrong in `test` was looked at once, when 89.2% of its boilerplate went. The lookalikes are lines of prose that begin as
boilerplate does: each is put at the head, in the middle and at the end of a story. `--lines` prints what goes wrong in
`tune`.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.ingest.clean import clean
from index.ingest.provenance import provenance
from index.ingest.written import written

TEXTS = Path(__file__).parents[1] / "tests" / "data" / "clean"
PARTS = ("tune", "test")
BEFORE = "The council voted on Tuesday to build a new bridge over the river, after years of debate."
AFTER = "Work on the piers begins in May, and the bridge opens to traffic two years later."


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the texts of one part: how many lines of each kind there are and how many of them stayed."""

    lines: Mapping[str, int]
    stayed: Mapping[str, int]
    fields: int
    """What the texts say of themselves: author, dates and so on, those included that they do not say."""
    right_fields: int
    wrong: tuple[str, ...]

    def kept(self, kind: str) -> float:
        return self.stayed[kind] / self.lines[kind]


def measure(part: str) -> Outcome:
    lines, stayed = Counter[str](), Counter[str]()
    fields, right, wrong = 0, 0, list[str]()
    for name, text in texts(part):
        separator = text["separator"]
        raw = separator.join(line for _, line in text["lines"])
        cleaned = clean(raw, title=text["title"])
        own = written(cleaned.text, title=text["title"], url=text["url"], removed=cleaned.removed)
        left = Counter(own.text.split("\n"))
        for kind, line in text["lines"]:
            lines[kind] += 1
            stays = left[line] > 0
            left[line] -= stays
            stayed[kind] += stays
            if stays != (kind == "story"):
                wrong.append(f"{name}: {kind} {'left' if stays else 'lost'}: {line}")
        kind = provenance(
            title=text["title"],
            author=own.author,
            source=own.source,
            section=None,
            url=text["url"],
            text=own.text,
            removed=(*cleaned.removed, *own.removed),
        )
        for field, expected in text["says"].items():
            found = (kind[0] if kind else None) if field == "provenance" else getattr(own, field)
            fields += 1
            right += found == expected
            if found != expected:
                wrong.append(f"{name}: {field} is {found!r}, expected {expected!r}")
    for line in lookalikes(part):
        for story in ([line, BEFORE, AFTER], [BEFORE, line, AFTER], [BEFORE, AFTER, line]):
            lines["lookalike"] += 1
            cleaned = clean("\n\n".join(story))
            stays = written(cleaned.text, removed=cleaned.removed).text == "\n\n".join(story)
            stayed["lookalike"] += stays
            if not stays:
                wrong.append(f"lookalike lost: {line}")
    return Outcome(lines, stayed, fields, right, tuple(dict.fromkeys(wrong)))


def texts(part: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(TEXTS.glob(f"{part}-*.json")):
        text = json.loads(path.read_text(encoding="utf-8"))
        if "says" in text:
            yield path.stem, text


def lookalikes(part: str) -> list[str]:
    lines: list[str] = json.loads((TEXTS / f"{part}-lookalikes.json").read_text(encoding="utf-8"))["lines"]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", action="store_true", help="print the lines of `tune` that went the wrong way")
    arguments = parser.parse_args()
    for part in PARTS:
        found = measure(part)
        print(f"{part}: {sum(1 for _ in texts(part))} texts")
        for kind, what in (("story", "kept"), ("lookalike", "kept"), ("boilerplate", "removed"), ("about", "removed")):
            share = found.kept(kind) if what == "kept" else 1 - found.kept(kind)
            print(f"  {kind:<12}{found.lines[kind]:>5} lines {share:>8.1%} {what}")
        print(f"  {'fields':<12}{found.fields:>5}       {found.right_fields / found.fields:>8.1%} right")
        if arguments.lines and part == "tune":
            print(*found.wrong, sep="\n")


if __name__ == "__main__":
    main()
