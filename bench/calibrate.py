"""Fit `RANK` and `TRUST` of assistant/evidence.py: `python -m bench.calibrate --data DIR --work DIR`.

On questions of SQuAD 2.0 `tune` titles, asked of all paragraphs of both versions, and on those of
`bench/news/tune.jsonl`, asked of all news texts; every third of them once more with its topic (SQuAD's title, the news
story) kept out of the search, so that the collection does not know it. The topics are divided in two: each half is
measured with weights from the other. The weights printed last are from both, and are measured on
`bench/news/test.jsonl`, to which nothing is fitted.

RANK maximises the softmax probability, among a question's sentences, of those that hold a gold answer. TRUST is the
logistic regression, over the sentences put first, of "holds a gold answer" (never, for a question without one).
`SHARE_WRONG` of assistant/extractive/refusing.py is what of the answers from each probability on was wrong, on the
news' halves that were held out, other topics aside.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.answer import DEFAULT_TOP_K
from assistant.evaluation.measures import Row
from assistant.evaluation.questions import TestQuestion, holds
from assistant.evidence import FEATURES, EvidenceReader
from assistant.extractive.extract import (
    ANSWER_THRESHOLD,
    CONFIDENT,
    CONSIDERED,
    MAX_SENTENCES,
    NEARLY_AS_GOOD,
    WORTH_SHOWING,
)
from assistant.retriever import ArticleRetriever
from bench import news, squad
from bench.refusing import shares_wrong
from index.library import Library
from index.search.filters import Filters


@dataclass(frozen=True, slots=True)
class Case:
    """One question asked: its sentences, and which of them are right."""

    source: str  # SQuAD, news, news test
    topic: str
    kind: str  # answerable, unanswerable (near misses), elsewhere (the topic is not there)
    features: NDArray[np.float64]  # (sentences, features)
    right: NDArray[np.bool_]  # (sentences,)


def gather(data: Path, work: Path, limit: int) -> tuple[list[Case], list[Case]]:
    """Of the `tune` questions of both sources, and of the news' `test` questions."""
    reader = EvidenceReader()
    topic_of = {article.id: title for title, article, _ in squad.paragraphs(data)}
    asked = _drawn(squad.questions(data, "tune"), limit)
    tune = list(_cases("SQuAD", squad.library(data, work / "squad"), reader, topic_of, asked))
    library, story_of = news.library(work / "news")
    tune += _cases("news", library, reader, story_of, _drawn(news.questions(news.TUNE), limit))
    test = _cases("news test", library, reader, story_of, _drawn(news.questions(news.TEST), limit))
    return tune, list(test)


def _drawn(asked: list[TestQuestion], limit: int) -> list[TestQuestion]:
    return random.Random(0).sample(asked, min(limit, len(asked)))


def _cases(
    source: str, library: Library, reader: EvidenceReader, topic_of: dict[str, str], asked: list[TestQuestion]
) -> Iterator[Case]:
    retriever = ArticleRetriever(library=library)
    for n, question in enumerate(asked):
        topic = topic_of[question.articles[0]]
        yield _case(source, retriever, reader, question, topic, Filters())
        if n % 3 == 0:
            others = tuple(i for i, other in topic_of.items() if other != topic)
            yield _case(source, retriever, reader, question, topic, Filters(article_id=others))


def _case(
    source: str,
    retriever: ArticleRetriever,
    reader: EvidenceReader,
    question: TestQuestion,
    topic: str,
    filters: Filters,
) -> Case:
    evidence = reader.read(question.question, retriever.find(question.question, filters, DEFAULT_TOP_K).documents)
    accepted = () if filters else question.answers
    return Case(
        source,
        topic,
        "elsewhere" if filters else "answerable" if accepted else "unanswerable",
        np.array([e.features for e in evidence]),
        np.array([holds(e.quote.text, accepted) for e in evidence]),
    )


def fit_rank(cases: list[Case]) -> NDArray[np.float64]:
    usable = [c for c in cases if c.right.any()]
    weights = torch.zeros(len(FEATURES), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")
    tensors = [(torch.tensor(c.features), torch.tensor(c.right)) for c in usable]

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        losses = []
        for features, right in tensors:
            scores = features @ weights
            losses.append(scores.logsumexp(0) - scores[right].logsumexp(0))
        loss = torch.stack(losses).mean() + 1e-3 * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach().numpy()


def fit_trust(cases: list[Case], rank: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    firsts = [_first(case, rank) for case in cases]
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(
        np.array([c.features[n] for c, n in zip(cases, firsts, strict=True)]),
        [_is_right(c, n) for c, n in zip(cases, firsts, strict=True)],
    )
    return model.coef_[0], float(model.intercept_[0])


def judged(
    cases: list[Case], rank: NDArray[np.float64], trust: NDArray[np.float64], bias: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Of each case the probability of the sentence put first, and whether it is right."""
    firsts = [(case, _first(case, rank)) for case in cases]
    logits = np.array([case.features[n] @ trust + bias for case, n in firsts])
    return 1 / (1 + np.exp(-logits)), np.array([_is_right(case, n) for case, n in firsts])


def report(cases: list[Case], rank: NDArray[np.float64], trust: NDArray[np.float64], bias: float) -> None:
    probability, right = judged(cases, rank, trust, bias)
    kind = np.array([c.kind for c in cases])
    three = np.array([c.right[np.argsort(-(c.features @ rank))[:3]].any() for c in cases])
    answerable = kind == "answerable"
    print(f"right sentence first {right[answerable].mean():.3f}, in three {three[answerable].mean():.3f}")
    for other in ("unanswerable", "elsewhere"):
        both = answerable | (kind == other)
        print(f"AUROC answerable against {other}: {roc_auc_score(answerable[both], probability[both]):.3f}")
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        kept = probability >= threshold
        print(
            f"threshold {threshold:.2f}: answers {kept[answerable].mean():.2f} of the answerable, refuses "
            f"{1 - kept[kind == 'unanswerable'].mean():.2f} of the unanswerable and "
            f"{1 - kept[kind == 'elsewhere'].mean():.2f} of those on other topics; of the answers given in their own "
            f"library {right[kept & (kind != 'elsewhere')].mean():.2f} are right"
        )
    sure = answerable & (probability >= CONFIDENT)
    print(f"of {sure.sum()} first sentences held from {CONFIDENT} on, {right[sure].mean():.3f} are right")
    for share in sorted({1.0, 0.85, 0.7, 0.5, WORTH_SHOWING}, reverse=True):
        shown = [_shown(c, rank, trust, bias, share) for c, is_asked in zip(cases, answerable, strict=True) if is_asked]
        given = [right_ones for right_ones in shown if len(right_ones)]
        print(
            f"beside a doubtful sentence those of {share:.2f} of its probability: "
            f"{np.mean([len(ones) for ones in given]):.2f} sentences an answer, "
            f"{np.mean([ones.any() for ones in given]):.3f} of the answers hold the right one, "
            f"{np.mean([ones.any() for ones in shown]):.3f} of all answerable questions"
        )
    for low in np.arange(0, 1, 0.2):
        bin_ = (probability >= low) & (probability < low + 0.2) & (kind != "elsewhere")
        if bin_.any():
            print(f"said {probability[bin_].mean():.2f}, right {right[bin_].mean():.2f} ({bin_.sum()} questions)")


def _shown(
    case: Case, rank: NDArray[np.float64], trust: NDArray[np.float64], bias: float, share: float
) -> NDArray[np.bool_]:
    """Whether each sentence shown is right, none where it refuses: the choice that `extract.write` makes by
    probability, without what it makes of headings, copies, dates and pronouns afterwards."""
    order = np.argsort(-(case.features @ rank), kind="stable")[:CONSIDERED]
    probability = 1 / (1 + np.exp(-(case.features[order] @ trust + bias)))
    best = probability[0]
    if best < ANSWER_THRESHOLD:
        return case.right[:0]
    enough = best * (NEARLY_AS_GOOD if best >= CONFIDENT else share)
    chosen = [n for n, p in enumerate(probability) if n == 0 or p >= enough][:MAX_SENTENCES]
    return case.right[order[chosen]]


def _first(case: Case, rank: NDArray[np.float64]) -> int:
    return int(np.argmax(case.features @ rank))


def _is_right(case: Case, n: int) -> bool:
    return bool(case.right[n])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds squad/")
    parser.add_argument("--work", type=Path, required=True, help="keep the index here")
    parser.add_argument("--limit", type=int, default=1200, help="questions asked of each, drawn with a fixed seed")
    options = parser.parse_args()
    tune_and_test = gather(options.data, options.work, options.limit)
    cases, test = ([case for case in part if len(case.features)] for part in tune_and_test)
    topics = sorted({case.topic for case in cases})
    halves = [[c for c in cases if (topics.index(c.topic) % 2 == 0) == even] for even in (True, False)]
    rows: list[Row] = []
    for fitted, held_out in (halves, halves[::-1]):
        rank = fit_rank(fitted)
        trust, bias = fit_trust(fitted, rank)
        for source in ("SQuAD", "news"):
            print(f"-- {source}")
            report([case for case in held_out if case.source == source], rank, trust, bias)
        asked = [case for case in held_out if case.source == "news" and case.kind != "elsewhere"]
        said, right = judged(asked, rank, trust, bias)
        rows += [{"confidence": p, "best_right": r} for p, r in zip(said.tolist(), right.tolist(), strict=True)]
    rank = fit_rank(cases)
    trust, bias = fit_trust(cases, rank)
    print("-- news test, with the weights from all of tune")
    report(test, rank, trust, bias)
    print(
        json.dumps(
            {
                "features": FEATURES,
                "RANK": rank.round(2).tolist(),
                "TRUST": trust.round(2).tolist(),
                "TRUST_BIAS": round(bias, 2),
                "SHARE_WRONG": [(least, round(wrong, 3)) for least, _, wrong in shares_wrong(rows)],
            }
        )
    )


if __name__ == "__main__":
    main()
