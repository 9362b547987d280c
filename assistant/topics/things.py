"""The numbers and dates that a topic's sentences state, those of one thing put together.

Two groups are one as long as their numbers are of the same thing on average (`same_thing`), the surest two first.
Whether those of one thing agree is for others to see.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.reader.blanks import Stated
from assistant.reader.heading import heading
from assistant.topics.material import Line, Material
from assistant.topics.quantities import quantities
from assistant.topics.same_thing import sureness

SURELY = 0.45
"""Mean probability of being of the same thing from which on two groups of numbers are one."""


@dataclass(frozen=True, slots=True)
class Number:
    """One that a line of the material states."""

    place: int
    """Of the line."""
    line: Line
    stated: Stated

    @property
    def text(self) -> str:
        """Verbatim, with its unit."""
        return self.line.text[self.stated.quantity.start : self.stated.quantity.end]

    def agrees(self, other: "Number") -> bool:
        return self.stated.quantity.agrees(other.stated.quantity)


@dataclass(frozen=True, slots=True)
class Thing:
    numbers: tuple[Number, ...]
    """At least two, in the order of the material."""
    central: Number
    """Of which it is surest that it is of the same thing as the others."""


def numbers_of(material: Material) -> list[Number]:
    return [
        Number(place, line, Stated(head, line.text, quantity))
        for place, line in enumerate(material.lines)
        for head in [heading(line.quote.passage.metadata["title"], line.published_at)]
        for quantity in quantities(line.text, line.published_at)
    ]


def things(material: Material) -> list[Thing]:
    numbers = numbers_of(material)
    if not numbers:
        return []
    sure = sureness([number.stated for number in numbers], material.vectors[[number.place for number in numbers]])
    return [
        Thing(tuple(numbers[n] for n in sorted(group)), numbers[max(group, key=lambda n: float(sure[n, group].sum()))])
        for group in grouped(sure, SURELY)
    ]


def grouped(sure: NDArray[np.float64], surely: float) -> list[list[int]]:
    """sure: (numbers, numbers), symmetric. The groups of more than one, by the numbers' places."""
    groups = [[n] for n in range(len(sure))]
    between = sure.copy()
    while len(groups) > 1:
        np.fill_diagonal(between, 0.0)
        one, other = sorted(int(n) for n in np.unravel_index(int(between.argmax()), between.shape))
        if between[one, other] < surely:
            break
        sizes = np.array([len(groups[one]), len(groups[other])])
        merged = sizes @ between[[one, other]] / sizes.sum()
        between[one], between[:, one] = merged, merged
        groups[one] += groups.pop(other)
        between = np.delete(np.delete(between, other, 0), other, 1)
    return [group for group in groups if len(group) > 1]
