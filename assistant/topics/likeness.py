"""How much two sentences of a topic say the same: in meaning, and by the words that few of its sentences have.

All of them have the topic's own words, so these tell nothing; a name, a place or a thing that only two have does.
"""

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from assistant.topics.material import Material
from index.text.words import content_stems


def likeness(material: Material) -> NDArray[np.float64]:
    """(lines, lines): the cosine of two, and the share of the words of the shorter that the other has, too, weighed by
    how few have them; 0 to 2."""
    words = [frozenset(content_stems(line.text)) for line in material.lines]
    held = Counter(stem for its in words for stem in its)
    place = {stem: n for n, stem in enumerate(held)}
    weights = np.array([math.log((len(words) + 1) / n) for n in held.values()])
    has = np.zeros((len(words), len(place)))
    for row, its in zip(has, words, strict=True):
        row[[place[stem] for stem in its]] = 1.0
    shared = (has * weights) @ has.T
    own = np.maximum(shared.diagonal(), np.finfo(float).tiny)
    cosines: NDArray[np.float64] = material.vectors.astype(np.float64) @ material.vectors.T
    both: NDArray[np.float64] = cosines + shared / np.minimum(own[:, None], own[None, :])
    return both
