"""How right "sources differ" is: `python -m bench.differs [--part tune|tune2|test]…`, over `bench/stories`.

Of each part: the share of the marked differences that are found, by kind, which is that two statements of one that do
not agree stand side by side; and the share of what is shown that is right, which is that all its statements are of one
marked difference. Prints a table, writes `bench/out/differs.json`.
"""

import argparse
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.cite import Citer
from assistant.topics.differ import Difference, Said, differences
from assistant.topics.material import gather
from assistant.topics.things import things
from bench.results import write
from bench.stories import PARTS, articles, truth
from index.library import Library
from index.search.filters import Filters

Figures = dict[str, float]
KINDS = ("contradiction", "correction", "update")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.differs", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--show", action="store_true", help="what is missed, and what is shown wrongly")
    args = parser.parse_args()
    found = {part: _measured(part, show=args.show) for part in args.part or PARTS}
    write("differs", found)
    for name in next(iter(found.values())):
        print(f"{name:<36}{''.join(f'{figures[name]:>10.3g}' for figures in found.values())}")


def _measured(part: str, *, show: bool) -> Figures:
    marked = truth(part)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, closing(Library(Path(folder))) as library:
        library.add(articles(part))
        for topic in marked["topics"]:
            material = gather(library.snapshot(), library.embed, topic["topic"], Filters())
            shown = differences(things(material), Citer(also_said=material.elsewhere.also_said))
            counts += _compared(shown, [one for one in marked["differs"] if one["topic"] == topic["id"]], show=show)
    planted = counts["contradiction"] + counts["correction"]
    return {
        "shown": counts["shown"],
        "shown, right": counts["right"] / counts["shown"],
        "planted, found": (counts["contradiction found"] + counts["correction found"]) / planted,
        **{f"{kind}s, found": counts[f"{kind} found"] / counts[kind] for kind in KINDS},
        "corrections marked as such": counts["marked"] / counts["correction"],
    }


def _compared(shown: list[Difference], marked: list[dict[str, Any]], *, show: bool) -> Counter[str]:
    counts: Counter[str] = Counter(shown=len(shown))
    for difference in shown:
        is_right = any(all(_is_of(said, one) for said in difference.statements) for one in marked)
        counts["right"] += is_right
        if show and not is_right:
            print("WRONG", difference.subject, *(f"\n   {s.stated} | {s.text}" for s in difference.statements))
    for one in marked:
        kind = one["kind"]
        hits = [d for d in shown if len(_values(d, one)) > 1]
        counts[kind] += 1
        counts[f"{kind} found"] += bool(hits)
        counts["marked"] += kind == "correction" and any(s.is_correction for d in hits for s in d.statements)
        if show and not hits:
            print("MISSED", kind, one["subject"], *(f"\n   {s['value']} | {s['sentence']}" for s in one["statements"]))
    return counts


def _values(difference: Difference, marked: dict[str, Any]) -> set[str]:
    return {
        statement["value"]
        for said in difference.statements
        for statement in marked["statements"]
        if _is_it(said, statement)
    }


def _is_of(said: Said, marked: dict[str, Any]) -> bool:
    return any(_is_it(said, statement) for statement in marked["statements"])


def _is_it(said: Said, statement: dict[str, Any]) -> bool:
    return said.text in statement["sentence"] or statement["sentence"] in said.text


if __name__ == "__main__":
    main()
