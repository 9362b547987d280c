"""How well a page's article is found: `python -m bench.extraction`, over the pages in `tests/pages/`.

For the project (`read_item`) and for trafilatura by itself (its `extract` and `extract_metadata` as they come): token
F1 of the text, precision and recall, each the mean over pages; the share of pages whose title, author and date are the
page's; and the time. The parts apart: `tune-` pages were looked at while the rules were written; of
`test-` pages the totals alone, some thirty times; `unseen-` were written when all rules stood.
"""

import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trafilatura import extract
from trafilatura.metadata import extract_metadata
from trafilatura.utils import load_html

from index.article import Article
from index.ingest.formats import read_item

PAGES = Path(__file__).parents[1] / "tests" / "pages"
FIELDS = ("title", "author", "published_at")


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    data: bytes
    expected: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    fields: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Score:
    f1: float
    precision: float
    recall: float
    right: Mapping[str, float]
    """The share of pages that have each of FIELDS right."""
    seconds: float
    """A page, the mean."""


def main() -> None:
    print(
        f"{'':<32}{'pages':>6}{'F1':>8}{'prec.':>8}{'recall':>8}{'title':>8}{'author':>8}{'date':>8}{'ms a page':>11}"
    )
    for part, suffix in (
        ("tune", ".html"),
        ("test", ".html"),
        ("unseen", ".html"),
        ("tune", ".txt"),
        ("test", ".txt"),
    ):
        pages = list(read_pages(part, suffix))
        readers: dict[str, Callable[[Page], Found]] = {"the project": by_project}
        if suffix == ".html":
            readers["trafilatura alone"] = by_trafilatura
        for name, reader in readers.items():
            score = scored(pages, reader)
            shares = "".join(f"{score.right[field]:>8.3f}" for field in FIELDS)
            overlap = "".join(f"{figure:>8.3f}" for figure in (score.f1, score.precision, score.recall))
            label = f"{part} {suffix.lstrip('.')}, {name}"
            print(f"{label:<32}{len(pages):>6}{overlap}{shares}{1000 * score.seconds:>11.1f}", flush=True)


def read_pages(part: str, suffix: str = ".html") -> Iterator[Page]:
    """The pages of a part, "tune", "test" or "unseen", by the order of the list of what is expected of them."""
    for line in (PAGES / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected: dict[str, Any] = json.loads(line)
        path = PAGES / expected["file"]
        if path.name.startswith(f"{part}-") and path.suffix == suffix:
            yield Page(path.name, path.read_bytes(), expected)


def scored(pages: list[Page], reader: Callable[[Page], Found]) -> Score:
    began = time.perf_counter()
    found = [reader(page) for page in pages]
    seconds = time.perf_counter() - began
    overlaps = [overlap(page.expected["text"] or "", one.text) for page, one in zip(pages, found, strict=True)]
    precision, recall, f1 = map(statistics.fmean, zip(*overlaps, strict=True))
    return Score(
        f1=f1,
        precision=precision,
        recall=recall,
        right={
            field: statistics.fmean(
                is_right(field, page.expected[field], one.fields[field]) for page, one in zip(pages, found, strict=True)
            )
            for field in FIELDS
        },
        seconds=seconds / len(pages),
    )


def by_project(page: Page) -> Found:
    [item] = read_item(page.name, page.data)
    if not isinstance(item, Article):
        return Found("", dict.fromkeys(FIELDS))
    return Found(item.text, {field: getattr(item, field) for field in FIELDS})


def by_trafilatura(page: Page) -> Found:
    tree = load_html(page.data)
    said = extract_metadata(tree) if tree is not None else None
    fields = {"title": said.title, "author": said.author, "published_at": said.date} if said else dict.fromkeys(FIELDS)
    return Found(extract(page.data) or "", fields)


def token_f1(expected: str, found: str) -> float:
    return overlap(expected, found)[2]


def overlap(expected: str, found: str) -> tuple[float, float, float]:
    """Precision, recall and F1 over the words of both, in lower case, as bags."""
    wanted, had = (Counter(re.findall(r"\w+", text.lower())) for text in (expected, found))
    shared = (wanted & had).total()
    both = wanted.total() + had.total()
    return shared / max(had.total(), 1), shared / max(wanted.total(), 1), 2 * shared / both if both else 1.0


def is_right(field: str, expected: str | None, found: str | None) -> bool:
    """Alike but for case, blanks and what parts several names; of a date the day, since trafilatura gives no more."""
    if field == "published_at":
        return (expected or "")[:10] == (found or "")[:10]
    return _plain(expected) == _plain(found)


def _plain(value: str | None) -> list[str]:
    return re.findall(r"\w+", (value or "").casefold())


if __name__ == "__main__":
    main()
