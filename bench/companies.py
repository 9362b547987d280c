"""How rightly companies are told in articles, and the cost: `python -m bench.companies [--part tune|tune2|test]…`.

Of the stories of `bench/stories`, in which companies and tickers are invented, the share of what is found that is
marked as named, and the share of what is marked that is found, by tickers. Of the sentences of `tests/data`, which have
real names and traps, the same by names; the rules were made with the first, of the second totals alone were looked at.
Then milliseconds an article, and those that its passages take to be embedded. Prints a table, writes
`bench/out/companies.json`.
"""

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.results import write
from bench.stories import PARTS, articles, truth
from index.companies.company_list import Company, shipped
from index.companies.listings import are_alike, asked
from index.companies.recognise import companies_in
from index.model.embed import BUILTIN, embedder
from index.text.chunk import embedded_text, passage_spans

DATA = Path(__file__).parents[1] / "tests" / "data"
SENTENCES = ("companies-tune", "companies-test")

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.companies", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", choices=PARTS, action="append")
    args = parser.parse_args()
    found = {part: _measured(_stories(part)) for part in args.part or PARTS}
    found |= {name: _measured(_sentences(name)) for name in SENTENCES}
    found["cost"] = _cost()
    write("companies", found)
    for name, figures in found.items():
        print(f"{name:<16}" + "  ".join(f"{figure} {value:.3g}" for figure, value in figures.items()))


def _measured(pairs: Iterable[tuple[set[str], set[str]]]) -> Figures:
    """pairs: of each text what is found in it, and what is named there."""
    found = named = right = 0
    for its, true in pairs:
        found, named, right = found + len(its), named + len(true), right + len(its & true)
    return {"named": named, "found": found, "precision": right / found, "recall": right / named}


def _stories(part: str) -> Iterator[tuple[set[str], set[str]]]:
    marked: dict[str, set[str]] = {}
    for line in truth(part)["tickers"]:
        marked.setdefault(line["article"], set()).add(line["ticker"])
    for article in articles(part):
        true = marked.get(article.id, set())
        its = (named.company for named in companies_in(article.title, article.text, shipped()))
        yield {_as_marked(company, true) for company in its}, true


def _as_marked(company: Company, marked: set[str]) -> str:
    """The ticker in the words of the mark, where it is that; else the company's name."""
    own = (
        ticker
        for ticker in marked
        if (one := asked(ticker)) and any(are_alike(one, listing) for listing in company.listings)
    )
    return next(own, company.name)


def _sentences(name: str) -> Iterator[tuple[set[str], set[str]]]:
    for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        marked = json.loads(line)
        yield (
            {named.company.name for named in companies_in("", marked["text"], shipped())},
            set(marked["companies"]),
        )


def _cost() -> Figures:
    texts = [(article.title, article.text) for part in ("tune", "tune2") for article in articles(part)]
    known, embed = shipped(), embedder(BUILTIN).embed
    embed(["warm"])
    companies_in(*texts[0], known)
    began = time.process_time()
    for title, text in texts:
        companies_in(title, text, known)
    told = time.process_time()
    embed([embedded_text(title, text[slice(*span)]) for title, text in texts for span in passage_spans(text)])
    ended = time.process_time()
    return {"ms an article": 1000 * (told - began) / len(texts), "ms to embed it": 1000 * (ended - told) / len(texts)}


if __name__ == "__main__":
    main()
