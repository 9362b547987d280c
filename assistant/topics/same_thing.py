"""Numbers that sentences state → how surely each two are of the same thing: "34 people were in the cabin" and "it held
36", but not "it takes 45".

The reader's network with weights of its own (`weights.safetensors`, see MODEL_CARD.md), trained by way of
`assistant.reader.blanks`: one sentence is asked with its number left out, and the other answers with its own, or
nothing does. Each is asked of the other. What is far apart in meaning is not asked at all.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reader.blanks import Stated, asked
from assistant.reader.model import MAX_SPAN_TOKENS, PassageLogits, trained_reader
from assistant.topics.quantities import Quantity
from index.model.embed import Vectors

WEIGHTS = Path(__file__).with_name("weights.safetensors")
WEIGHTS_SHA256 = "da1188a04afddef2c0b8da281a1e83f6262a71205fcf34250aaf7911f35bc30a"
LEAST_COSINE = 0.2
"""Of two sentences, below which they are taken to be about different things."""


def sureness(stated: Sequence[Stated], vectors: Vectors) -> NDArray[np.float64]:
    """(stated, stated), symmetric: the probability that two are of the same thing; 0 for two of one sentence, 1 for one
    that is told twice word for word.

    vectors: (stated, dim) unit rows of their sentences.
    """
    places: dict[tuple[str, Quantity], int] = {}
    for n, one in enumerate(stated):
        places.setdefault((one.sentence, one.quantity), n)
    firsts = list(places.values())
    once = _sureness([stated[n] for n in firsts], vectors[firsts])
    np.fill_diagonal(once, 1.0)
    rank = {n: m for m, n in enumerate(firsts)}
    of_each = [rank[places[one.sentence, one.quantity]] for one in stated]
    return once[np.ix_(of_each, of_each)]


def _sureness(stated: Sequence[Stated], vectors: Vectors) -> NDArray[np.float64]:
    reader = trained_reader(WEIGHTS, WEIGHTS_SHA256)
    near = vectors @ vectors.T >= LEAST_COSINE
    found = np.zeros((len(stated), len(stated)))
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
    both: NDArray[np.float64] = (found + found.T) / 2
    return both


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
