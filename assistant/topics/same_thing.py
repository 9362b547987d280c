"""Numbers that sentences state → how surely each two are of the same thing: "34 people were in the cabin" and "it held
36", but not "it takes 45".

The reader's network with weights of its own (`weights.safetensors`, see MODEL_CARD.md), trained by way of
`assistant.reader.blanks`: one sentence is asked with its number left out, and the other answers with its own, or
nothing does. Each is asked of the other. What it makes of two is weighed with how far apart the numbers themselves are
and how much the sentences have in common. What is far apart in meaning is not asked at all.
"""

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reader.blanks import Stated, asked
from assistant.reader.model import MAX_SPAN_TOKENS, PassageLogits, trained_reader
from assistant.topics.quantities import Quantity
from index.model.embed import Vectors
from index.text.words import content_stems

WEIGHTS = Path(__file__).with_name("weights.safetensors")
WEIGHTS_SHA256 = "fc51300d90429e4d8e1f7682ed26a41a46825861da5a0d363def0ab70478f947"
LEAST_COSINE = 0.2
"""Of two sentences, below which they are taken to be about different things."""
FEATURES = ("network", "cosine", "words", "times", "days", "date")
"""The logit of the network's mean probability · cosine of the sentences · words that both have near the number, at most
three · powers of ten between two numbers, and the like of days between two dates · whether they are dates."""
RANK = np.array([0.438, 1.776, 0.51, -0.929, -0.476, -1.685])
BIAS = -1.974
"""A logistic regression (`python -m bench.differs --fit`, over `bench/stories/tune` and `tune2`)."""
NEAR_WORDS, MOST_WORDS = 4, 3
_SURE, _NEVER = 1e-4, 1e-3


def sureness(stated: Sequence[Stated], vectors: Vectors) -> NDArray[np.float64]:
    """(stated, stated), symmetric: the probability that two are of the same thing; 0 for two of one sentence, 1 for one
    that is told twice word for word.

    vectors: (stated, dim) unit rows of their sentences.
    """
    places: dict[tuple[str, Quantity], int] = {}
    for n, one in enumerate(stated):
        places.setdefault((one.sentence, one.quantity), n)
    firsts = list(places.values())
    once = np.eye(len(firsts))
    for (n, m), found in features([stated[n] for n in firsts], vectors[firsts]).items():
        once[n, m] = once[m, n] = 1 / (1 + math.exp(-float(found @ RANK + BIAS)))
    rank = {n: m for m, n in enumerate(firsts)}
    of_each = [rank[places[one.sentence, one.quantity]] for one in stated]
    return once[np.ix_(of_each, of_each)]


def features(stated: Sequence[Stated], vectors: Vectors) -> dict[tuple[int, int], NDArray[np.float64]]:
    """Of each two that may be of the same thing, by their places, the first the smaller: (len(FEATURES),)."""
    cosines = vectors @ vectors.T
    told = _told(stated, cosines >= LEAST_COSINE)
    near = [_near_words(one) for one in stated]
    found = {}
    for (n, m), probability in told.items():
        if n < m and (back := told.get((m, n))) is not None:
            mean = min(max((probability + back) / 2, _SURE), 1 - _SURE)
            words = min(len(near[n] & near[m]), MOST_WORDS)
            apart = _apart(stated[n].quantity, stated[m].quantity)
            found[n, m] = np.array([math.log(mean / (1 - mean)), float(cosines[n, m]), words, *apart])
    return found


def _told(stated: Sequence[Stated], near: NDArray[np.bool_]) -> dict[tuple[int, int], float]:
    """By the places of who is asked with a blank and who answers: the network's probability that the second does."""
    reader = trained_reader(WEIGHTS, WEIGHTS_SHA256)
    found = {}
    for n, one in enumerate(stated):
        others = [
            m
            for m, other in enumerate(stated)
            if near[n, m] and one.sentence != other.sentence and one.quantity.is_comparable(other.quantity)
        ]
        read = list(dict.fromkeys((stated[m].heading, stated[m].sentence) for m in others))
        logits = dict(zip(read, reader.read(asked(one.heading, one.sentence, one.quantity), read), strict=True))
        for m in others:
            found[n, m] = _probability(logits[stated[m].heading, stated[m].sentence], stated[m])
    return found


def _probability(logits: PassageLogits, stated: Stated) -> float:
    """That the answer is its number, and not that there is none."""
    starts, ends = logits.offsets[:, 0], logits.offsets[:, 1]
    touches = (starts < stated.quantity.end) & (ends > stated.quantity.start)
    if not touches.any():  # behind what fits into the reader
        return 0.0
    first, last = np.flatnonzero(touches)[[0, -1]]
    start = logits.start[max(0, last - MAX_SPAN_TOKENS) : last + 1].max()
    end = logits.end[first : first + MAX_SPAN_TOKENS].max()
    return float(1 / (1 + np.exp(logits.none - float(start + end))))


def _near_words(one: Stated) -> set[str]:
    before, behind = one.sentence[: one.quantity.start], one.sentence[one.quantity.end :]
    return {*content_stems(before)[-NEAR_WORDS:], *content_stems(behind)[:NEAR_WORDS]}


def _apart(one: Quantity, other: Quantity) -> tuple[float, float, float]:
    """The last three of FEATURES."""
    if isinstance(one.value, str) or isinstance(other.value, str):
        return 0.0, math.log10(1 + abs(_day(str(one.value)) - _day(str(other.value)))), 1.0
    return abs(math.log10(max(_NEVER, one.value) / max(_NEVER, other.value))), 0.0, 0.0


def _day(date: str) -> int:
    """Counted; of a month or a year the middle."""
    whole = f"{date}-07-01" if len(date) == len("2003") else f"{date}-15"
    return dt.date.fromisoformat(whole[:10]).toordinal()
