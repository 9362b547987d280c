"""Outcomes in, figures out.

Every question becomes a row of numbers first, NaN where a number says nothing of it (whether an unanswerable question
was answered rightly). Figures are made of the columns of such rows, so that those of a resampled run, or of one read
from a file, are made in the same way. A share is from 0 to 1; what is measured by nothing is left out.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from assistant.answer import DEFAULT_TOP_K
from assistant.evaluation.outcomes import Outcome

Metrics = dict[str, float]
Row = dict[str, float]
"""What is measured of one question, by column; a column that says nothing of it is left out."""
Columns = Mapping[str, NDArray[np.float64]]
"""Each (questions,), NaN where a row has nothing."""

RANKED = DEFAULT_TOP_K
"""Articles that nDCG looks at: no more are considered."""
PRECISION = 0.9
PARTS = ("retrieve", "read", "write")


def exact_match(given: str, gold: str) -> float:
    """1 for the same words, as SQuAD's own evaluation compares them: without case, articles and punctuation."""
    return float(_words(given) == _words(gold))


def token_f1(given: str, gold: str) -> float:
    """Harmonic mean of the shares of shared words, as SQuAD defines it; 1 for two empty answers."""
    one, other = _words(given), _words(gold)
    shared = sum((Counter(one) & Counter(other)).values())
    return float(one == other) if not one or not other or not shared else 2 * shared / (len(one) + len(other))


def row(outcome: Outcome) -> Row:
    """The numbers that `figures` is made of; what becomes a share is 0 or 1 here."""
    # rounded here, so that a run is equal to itself read from a file
    return {name: round(float(value), 4) for name, value in _measured(outcome).items()}


def columns(rows: Sequence[Row]) -> Columns:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, math.nan) for row in rows], np.float64) for name in names}


def metrics(outcomes: Sequence[Outcome]) -> Metrics:
    return figures(columns([row(outcome) for outcome in outcomes]))


def figures(of: Columns) -> Metrics:
    """The figures; one that nothing was measured for is left out."""
    found = {name: measure(of) for name, measure in MEASURES.items()}
    return {name: round(value, 4) for name, value in found.items() if not math.isnan(value)}


def table(figures: Metrics) -> str:
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {value:g}" for name, value in figures.items())


def auroc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Probability that one of the first is higher than one of the second, a tie counting a half; NaN without either."""
    if not len(positive) or not len(negative):
        return math.nan
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(below.mean() / (2 * len(ordered)))


def coverage(confidence: NDArray[np.float64], is_right: NDArray[np.float64], precision: float) -> float:
    """Greatest share of questions that can be answered, the most confident first, with `precision` of them right.

    is_right: NaN where a question was refused, which counts as not answered; so does one without a confidence.
    """
    if not len(is_right):
        return math.nan
    given = ~np.isnan(is_right) & ~np.isnan(confidence)
    order = np.argsort(-confidence[given], kind="stable")
    scores, rights = confidence[given][order], is_right[given][order]
    answered = np.arange(1, len(scores) + 1)
    may_end = np.append(scores[1:] != scores[:-1], True)[: len(scores)]  # answers as confident are given together
    enough = answered[may_end & (np.cumsum(rights) >= precision * answered - 1e-9)]
    return float(max(enough, default=0) / len(is_right))


def _values(name: str, of: Columns) -> NDArray[np.float64]:
    column = of.get(name, np.empty(0))
    return column[~np.isnan(column)]


def _mean(name: str, of: Columns) -> float:
    values = _values(name, of)
    return float(values.mean()) if len(values) else math.nan


def _total(name: str, of: Columns) -> float:
    return float(_values(name, of).sum())


def _of_citations(name: str, of: Columns) -> float:
    """Share of the citations, of the questions of which it was counted."""
    if name not in of:
        return math.nan
    counted = ~np.isnan(of[name])
    citations = of["citations"][counted].sum()
    return float(of[name][counted].sum() / citations) if citations else math.nan


def _percentile(name: str, share: float, of: Columns) -> float:
    """The least value that so many are not above; the median of two in the middle is their mean."""
    ordered = np.sort(_values(name, of))
    if not len(ordered):
        return math.nan
    if share == 0.5:
        return float(ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1].mean())
    return float(ordered[math.ceil(len(ordered) * share) - 1])


def _balanced_accuracy(of: Columns) -> float:
    return (_mean("answered", of) + _mean("refused", of)) / 2


def _auroc(of: Columns) -> float:
    if not {"answerable", "confidence"} <= of.keys():
        return math.nan
    judged = ~np.isnan(of["confidence"])
    return auroc(*(of["confidence"][judged & (of["answerable"] == answerable)] for answerable in (1, 0)))


def _coverage(of: Columns) -> float:
    nothing = np.full(len(of.get("answerable", ())), math.nan)
    return coverage(of.get("confidence", nothing), of.get("answers_right", nothing), PRECISION)


def _means(*names: str) -> dict[str, Callable[[Columns], float]]:
    return {name: partial(_mean, name) for name in names}


MEASURES: dict[str, Callable[[Columns], float]] = {
    "questions": lambda of: float(len(_values("answerable", of))),
    "answerable": partial(_total, "answerable"),
    **_means("gold_article_first", "gold_article_in_three", "gold_article_in_five", "mrr", "ndcg_at_8"),
    **_means("right", "holds_answer", "short_answer_em", "short_answer_f1", "sentence_em", "sentence_f1"),
    **_means("sentences_an_answer"),
    "citations_that_answer": partial(_of_citations, "to_the_point"),
    **_means("answered", "refused"),
    "balanced_accuracy": _balanced_accuracy,
    "auroc": _auroc,
    **_means("answers_right"),
    "coverage_at_90": _coverage,
    "citations": partial(_total, "citations"),
    "citations_verbatim": partial(_of_citations, "verbatim"),
    **_means("gold_article_cited"),
    "citations_supported": partial(_of_citations, "supported"),
    **{f"ms_p{p}": partial(_percentile, "ms", p / 100) for p in (50, 95, 99)},
    **{f"ms_{part}_p{p}": partial(_percentile, f"ms_{part}", p / 100) for part in PARTS for p in (50, 95)},
}
"""What each is, in the README."""
METRICS = tuple(MEASURES)


def _measured(outcome: Outcome) -> Row:
    question, answer = outcome.question, outcome.answer
    found: Row = {
        "answerable": bool(question.answers),
        "citations": outcome.citations,
        "verbatim": outcome.verbatim,
        "ms": outcome.milliseconds,
    }
    found |= {f"ms_{part}": getattr(answer.timings_ms, part) for part in PARTS}
    if answer.answered:
        found["answers_right"] = bool(question.answers) and outcome.is_right
    if answer.confidence is not None:
        found["confidence"] = answer.confidence
    if outcome.best_is_right is not None:
        found["best_right"] = outcome.best_is_right
    if not question.answers:
        return found | {"refused": not answer.answered}
    found |= {
        "answered": answer.answered,
        "right": outcome.is_right,
        "holds_answer": outcome.holds_answer,
        **_closeness("short_answer", [answer.short_answer or ""], question.answers),
        **_closeness("sentence", outcome.sentences or [""], question.answers),
    }
    if question.articles:
        found |= _retrieval(outcome.gold_ranks, len(question.articles))
    if outcome.citations:
        found |= {"sentences_an_answer": len(outcome.sentences), "to_the_point": outcome.to_the_point}
        if question.articles:
            found["gold_article_cited"] = outcome.from_gold > 0
        if question.spans:
            found["supported"] = outcome.supported
    return found


def _closeness(what: str, given: Sequence[str], answers: Sequence[str]) -> Row:
    """Of the best of `given` to the nearest of `answers`."""
    return {
        f"{what}_em": max(exact_match(one, answer) for one in given for answer in answers),
        f"{what}_f1": max(token_f1(one, answer) for one in given for answer in answers),
    }


def _retrieval(ranks: Sequence[int], relevant: int) -> Row:
    """relevant: how many gold articles are named; a path may stand for several, so there may be more ranks."""
    first = ranks[0] if ranks else math.inf
    ideal = sum(_gain(n) for n in range(1, min(RANKED, max(relevant, len(ranks))) + 1))
    return {
        "gold_article_first": first == 1,
        "gold_article_in_three": first <= 3,
        "gold_article_in_five": first <= 5,
        "mrr": 1 / first,
        "ndcg_at_8": sum(_gain(rank) for rank in ranks if rank <= RANKED) / ideal,
    }


def _gain(rank: int) -> float:
    return 1 / math.log2(rank + 1)


def _words(answer: str) -> list[str]:
    plain = "".join(c for c in answer.lower() if c not in string.punctuation)
    return re.sub(r"\b(?:a|an|the)\b", " ", plain).split()
