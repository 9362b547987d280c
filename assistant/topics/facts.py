"""A topic's sentences → which of them tell the same, how many sources do, and how much each weighs.

Two tell one fact where they are much alike, where they state a number of the same thing, and where they tell one dated
event. A sentence weighs more the nearer it is to what all are about, the more sources tell it and the newer it is. What
cannot stand alone is nobody's sentence to quote, but counts as told by its source.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.topics.likeness import likeness
from assistant.topics.material import Material
from assistant.topics.resolved import stands_alone
from assistant.topics.things import Thing
from assistant.topics.timeline import dated

SAME_FACT = 0.8
"""How much alike two sentences are from which on they tell one fact: of 512 pairs of the stories in
`bench/stories/tune` and `tune2` that tell one event or state one thing 191 are, and of 46,129 others 259."""
COPIED = 1.8
"""The same from which on one is the other, copied: no second voice."""
SUPPORT, NEWNESS = 0.25, 0.25
"""What each doubling of the sources, and being the newest, weighs beside the nearness to what all are about."""
AGAIN = 0.85
"""What a sentence of a source is worth for each that is quoted of it already."""


class Facts:
    """Hands out sentences, by their places among the material's lines, no fact twice."""

    def __init__(self, material: Material, things: Sequence[Thing]) -> None:
        self._material = material
        alike = likeness(material)
        self._same = _same(material, things, alike)
        self.sources = _sources(material, alike, self._same)
        self.weights = _weights(material, self.sources)
        self.standing = [stands_alone(line.text) for line in material.lines]
        self._alike = alike
        self._used = np.zeros(len(material.lines), bool)
        self._quoted: dict[str, int] = {}

    def take(self, places: Iterable[int], most: int) -> list[int]:
        """At most so many of `places`, the weightiest first, those of sources that were quoted less before others."""
        left = [place for place in places if self.standing[place]]
        taken: list[int] = []
        while len(taken) < most:
            left = [place for place in left if not self._used[place]]
            if not left:
                break
            best = max(left, key=lambda place: self.weights[place] * AGAIN ** self._quoted.get(self._source(place), 0))
            self._used |= self._same[best]
            self._quoted[self._source(best)] = self._quoted.get(self._source(best), 0) + 1
            taken.append(best)
        return taken

    def is_taken_up(self, place: int) -> bool:
        """Whether a newer article says something much like it."""
        day = self._material.lines[place].published_at or ""
        newer = [(line.published_at or "") > day for line in self._material.lines]
        return bool((self._alike[place] >= SAME_FACT)[newer].any())

    def _source(self, place: int) -> str:
        return self._material.lines[place].source


def _same(material: Material, things: Sequence[Thing], alike: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(lines, lines): whether two tell one fact, or lie over each other."""
    same = alike >= SAME_FACT
    groups = [[number.place for number in thing.numbers] for thing in things]
    groups += [list(event.places) for event in dated(material, alike)]
    for group in groups:
        same[np.ix_(group, group)] = True
    for one, line in enumerate(material.lines):
        for other in range(one):
            if line.quote.overlaps(material.lines[other].quote):
                same[one, other] = same[other, one] = True
    np.fill_diagonal(same, True)
    return same


def _sources(material: Material, alike: NDArray[np.float64], same: NDArray[np.bool_]) -> list[int]:
    """How many tell the fact of each line, copies aside."""
    found = []
    for row in same:
        told: list[int] = []
        for place in np.flatnonzero(row):
            if all(alike[place, other] < COPIED for other in told):
                told.append(int(place))
        found.append(len({material.lines[place].source for place in told}))
    return found


def _weights(material: Material, sources: Sequence[int]) -> NDArray[np.float64]:
    if not material.lines:
        return np.zeros(0)
    nearness = material.vectors @ material.vectors.mean(axis=0)
    days = np.array([line.day for line in material.lines], float)
    known = days[days > 0]
    span = max(1.0, float(np.ptp(known))) if len(known) else 1.0
    newness = np.where(days > 0, (days - (known.min() if len(known) else 0.0)) / span, 0.0)
    weights: NDArray[np.float64] = (
        nearness / max(float(nearness.max(initial=0.0)), 1e-6) + SUPPORT * np.log2(sources) + NEWNESS * newness
    )
    return weights
