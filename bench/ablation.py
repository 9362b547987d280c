"""What each part of finding the answer is worth: `python -m bench.ablation --work DIR [--data DIR] [--limit N]`.

Questions of `bench/news/test.jsonl`, and with `--data` of SQuAD's `tune` titles, are asked of all their texts: by
vectors alone, by words alone, by both, and then with the reader over the best passages, its sentences ordered by
its own score alone and with each further feature, and last with the passages in reserve. A part is left out by its
weight being 0 in RANK and TRUST, which are not fitted anew. `--passages` reads 1 to 16 passages instead. Tables for
docs/answers.md; times are means, since reading the reserve is seldom but dear.
"""

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from assistant.answer import DEFAULT_TOP_K
from assistant.evaluation.measures import auroc
from assistant.evaluation.questions import TestQuestion, holds
from assistant.evidence import FEATURES, RANK, TRUST, Evidence, EvidenceReader
from assistant.retriever import ArticleRetriever
from bench import news, squad
from index.library import Library
from index.search.filters import Filters
from index.search.local_snapshot import generation_of
from index.search.search import rank
from index.search.vectors import Rows

PASSAGES = (1, 2, 4, 8, 16)
ALL = np.ones(len(FEATURES))
FIRST, SEVERAL = 1, 5


@dataclass(frozen=True, slots=True)
class Found:
    """What one way of looking for it gave for one question."""

    gold_rank: int | None
    """Place of the gold article, from 1; None when it was not found."""
    is_right: bool | None
    """Whether the first sentence holds an accepted answer; None where no sentences were looked for."""
    probability: float | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    question: TestQuestion
    found: dict[str, Found]
    """By way."""


class Searches:
    """The three ways to find passages, over one generation of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._generation = generation_of(library.snapshot())  # `Library.search` gives fused hits only

    def by_meaning(self, text: str) -> list[str]:
        """Ids of articles, best first."""
        assert self._generation.vectors is not None
        return self._articles(self._generation.vectors.search(self._library.embed([text])[0], DEFAULT_TOP_K)[0])

    def by_words(self, text: str) -> list[str]:
        return self._articles(self._generation.words.search(text, DEFAULT_TOP_K, None)[0])

    def by_both(self, text: str) -> list[str]:
        return self._articles(rank(self._generation, text, self._library.embed([text])[0], None, DEFAULT_TOP_K)[0])

    def _articles(self, rows: Rows) -> list[str]:
        ordinals = self._generation.passages[rows]["article"]
        return list(dict.fromkeys(self._generation.articles[n].id for n in ordinals))


def by_parts(library: Library, reader: EvidenceReader, questions: Sequence[TestQuestion]) -> list[Asked]:
    retriever, searches = ArticleRetriever(library=library), Searches(library)
    ways = {"vectors": searches.by_meaning, "words": searches.by_words, "both": searches.by_both}
    several = []
    for question in questions:
        found = {}
        for name, search in ways.items():
            began = time.perf_counter()
            ids = search(question.question)
            found[name] = Found(_place(question, ids), None, None, _since(began))
        began = time.perf_counter()
        documents = retriever.find(question.question, Filters(), 2 * DEFAULT_TOP_K).documents
        passages, reserve = documents[:DEFAULT_TOP_K], documents[DEFAULT_TOP_K:]
        finding = _since(began)
        evidence = reader.read(question.question, passages)
        milliseconds = _since(began)
        for name, kept in features_kept():
            found[name] = read_with(kept, question, evidence, milliseconds)
        began = time.perf_counter()
        evidence = reader.read(question.question, passages, reserve)
        found["+ reserve"] = read_with(ALL, question, evidence, finding + _since(began))
        several.append(Asked(question, found))
    return several


def by_passages(library: Library, reader: EvidenceReader, questions: Sequence[TestQuestion]) -> list[Asked]:
    """Times are those of reading alone."""
    retriever = ArticleRetriever(library=library)
    several = []
    for question in questions:
        passages = retriever.find(question.question, Filters(), max(PASSAGES)).documents
        found = {}
        for n in PASSAGES:
            began = time.perf_counter()
            evidence = reader.read(question.question, passages[:n])
            found[str(n)] = read_with(ALL, question, evidence, _since(began))
        several.append(Asked(question, found))
    return several


def features_kept() -> list[tuple[str, NDArray[np.float64]]]:
    """The reader's own score, then with one feature more each: name, (features,) of 1 and 0."""
    steps = ["both, read", *(f"+ {name}" for name in FEATURES[1:])]
    return [(name, (np.arange(len(FEATURES)) <= n).astype(np.float64)) for n, name in enumerate(steps)]


def table(asked: Sequence[Asked]) -> str:
    """In Markdown; the first three shares are of the questions with an answer."""
    lines = [
        "| | gold first | in five | right sentence first | AUROC | ms |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    answerable = [a for a in asked if a.question.answers]
    for way in asked[0].found:
        of = [a.found[way] for a in answerable]
        others = [a.found[way] for a in asked if not a.question.answers]
        cells = [fmean(f.gold_rank is not None and f.gold_rank <= most for f in of) for most in (FIRST, SEVERAL)]
        cells += [fmean(bool(f.is_right) for f in of), auroc(_probabilities(of), _probabilities(others))]
        shown = [f"{cell:.3f}" if n < 2 or of[0].is_right is not None else "" for n, cell in enumerate(cells)]
        lines.append(f"| {way} | {' | '.join(shown)} | {fmean(a.found[way].milliseconds for a in asked):.0f} |")
    return "\n".join(lines)


def read_with(
    kept: NDArray[np.float64], question: TestQuestion, evidence: Sequence[Evidence], milliseconds: float
) -> Found:
    """With the features that are `kept`, (features,) of 1 and 0."""
    features = np.array([e.features for e in evidence]).reshape(-1, len(FEATURES))
    order = np.argsort(-(features @ (RANK * kept)), kind="stable")
    if not len(order):
        return Found(None, False, -np.inf, milliseconds)
    best = evidence[order[0]]
    return Found(
        _place(question, list(dict.fromkeys(evidence[n].quote.article_id for n in order))),
        holds(best.quote.text, question.answers),
        float(features[order[0]] @ (TRUST * kept)),  # its logit but for a constant, which no order depends on
        milliseconds,
    )


def _place(question: TestQuestion, ids: Sequence[str]) -> int | None:
    return next((n for n, article_id in enumerate(ids, 1) if article_id in question.articles), None)


def _probabilities(found: Sequence[Found]) -> NDArray[np.float64]:
    return np.array([f.probability for f in found if f.probability is not None])


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="keep the indexes here")
    parser.add_argument("--data", type=Path, help="the folder that holds squad/")
    parser.add_argument("--limit", type=int, default=500, help="questions asked of each, drawn with a fixed seed")
    parser.add_argument("--passages", action="store_true", help="by the number of passages read")
    options = parser.parse_args()
    library, _ = news.library(options.work / "news")
    sources: list[tuple[str, Library, list[TestQuestion]]] = [("news, test", library, news.questions(news.TEST))]
    if options.data:
        of_squad = squad.library(options.data, options.work / "squad")
        sources.append(("SQuAD 2.0, tune", of_squad, squad.questions(options.data, "tune")))
    reader = EvidenceReader()
    reader.warm()
    for name, held, questions in sources:
        held.warm()
        drawn = random.Random(0).sample(questions, min(options.limit, len(questions)))
        asked = (by_passages if options.passages else by_parts)(held, reader, drawn)
        print(f"{name}: {len(drawn)} questions, {sum(bool(q.answers) for q in drawn)} of them with an answer\n")
        print(table(asked), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
