"""Where sources differ: the same quantity, date or count of a topic, stated otherwise.

Numbers of sentences that are of the same thing are put together (`same_thing`), and where they do not agree they are
shown side by side, with the day and the source of each: which of them is right is not said. Where a source corrects
itself, the sentence that does so is marked, and what it corrects. Copies of an article are one voice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Citation
from assistant.cite import Citer
from assistant.reader.blanks import Stated
from assistant.reader.heading import heading
from assistant.statement import Support
from assistant.topics.material import Line, Material
from assistant.topics.quantities import quantities
from assistant.topics.same_thing import sureness

SURELY = 0.5
"""Mean probability of being of the same thing from which on two groups of numbers are one."""
SUBJECT_WORDS = 3
"""That the clause around a number has to have to say what it is of."""
_CORRECTS = re.compile(
    r"\b(?:correct(?:ion|ed|s)|earlier (?:article|report|version|edition|story)|we (?:said|wrote|reported))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:–—] |, (?:said|according)\b")


@dataclass(frozen=True, slots=True)
class Said:
    """One of the statements that differ."""

    text: str
    """The sentence, verbatim."""
    stated: str
    """What of it differs, verbatim."""
    citation: Citation
    is_correction: bool = False
    """Of an earlier one of the same source."""
    is_corrected: bool = False
    """By a later one of the same source."""


@dataclass(frozen=True, slots=True)
class Difference:
    subject: str
    """What is stated: a clause of one of the sentences, "…" in place of what differs."""
    statements: tuple[Said, ...]
    """In the order of their days; of those of one source that agree, the first."""


@dataclass(frozen=True, slots=True)
class _Number:
    """One that a line of the material states."""

    line: Line
    stated: Stated

    @property
    def is_correction(self) -> bool:
        return _CORRECTS.search(self.line.text) is not None

    @property
    def source(self) -> str:
        """Of its article; of one without, the article itself."""
        source: str | None = self.line.quote.passage.metadata["source"]
        return source or self.line.quote.article_id

    def agrees(self, other: "_Number") -> bool:
        return self.stated.quantity.agrees(other.stated.quantity)


def differences(material: Material, citer: Citer) -> list[Difference]:
    """Those of which most is said first."""
    places, numbers = _numbers(material)
    if not numbers:
        return []
    sure = sureness([number.stated for number in numbers], material.vectors[places])
    found = []
    for group in _grouped(sure):
        if statements := _side_by_side([numbers[n] for n in sorted(group)], citer):
            central = max(group, key=lambda n: float(sure[n, group].sum()))
            found.append(Difference(_subject(numbers[central].stated), statements))
    return sorted(found, key=lambda difference: -len(difference.statements))


def _numbers(material: Material) -> tuple[list[int], list[_Number]]:
    """Those of the lines, and which line each is of."""
    places, found = [], []
    for place, line in enumerate(material.lines):
        head = heading(line.quote.passage.metadata["title"], line.published_at)
        for quantity in quantities(line.text, line.published_at):
            places.append(place)
            found.append(_Number(line, Stated(head, line.text, quantity)))
    return places, found


def _grouped(sure: NDArray[np.float64]) -> list[list[int]]:
    """Numbers of one thing, by what two groups are to each other on average: the surest two first."""
    groups = [[n] for n in range(len(sure))]
    between = sure.copy()
    while len(groups) > 1:
        np.fill_diagonal(between, 0.0)
        one, other = sorted(np.unravel_index(int(between.argmax()), between.shape))
        if between[one, other] < SURELY:
            break
        sizes = np.array([len(groups[one]), len(groups[other])])
        merged = sizes @ between[[one, other]] / sizes.sum()
        between[one], between[:, one] = merged, merged
        groups[one] += groups.pop(other)
        between = np.delete(np.delete(between, other, 0), other, 1)
    return [group for group in groups if len(group) > 1]


def _side_by_side(numbers: Sequence[_Number], citer: Citer) -> tuple[Said, ...]:
    """None where all agree."""
    told = list(_each_once(numbers))
    said: list[Said] = []
    named: set[str] = set()
    for number in told:
        is_correction = number.is_correction and any(_corrects(number, other) for other in told)
        is_corrected = any(other.is_correction and _corrects(other, number) for other in told)
        citation = citer.cite(Support(number.line.quote))
        if citation.article_id in named:
            continue
        named.update(copy.article_id for copy in citation.also_in)
        quantity = number.stated.quantity
        stated = number.line.text[quantity.start : quantity.end]
        said.append(Said(number.line.text, stated, citation, is_correction, is_corrected))
    is_agreed = all(one.agrees(other) for one in told for other in told)
    return () if is_agreed or len(said) < 2 else tuple(said)


def _each_once(numbers: Sequence[_Number]) -> Iterator[_Number]:
    """Of the sentences of one source that agree the first. Of a correction what it says now."""
    told: list[_Number] = []
    for number in numbers:
        of_source = [other for other in told if other.source == number.source]
        is_told = any(number.agrees(other) for other in of_source)
        is_second = any(number.line is other.line for other in of_source)
        if not is_told and not is_second:
            told.append(number)
            yield number


def _corrects(one: _Number, other: _Number) -> bool:
    """Whether the first is of a later article of the source of the second, and says another number."""
    later = (one.line.published_at or "") > (other.line.published_at or "")
    return later and one.source == other.source and not one.agrees(other)


def _subject(stated: Stated) -> str:
    """The clause around the number, or the sentence where that is too little."""
    text, quantity = stated.sentence, stated.quantity
    bounds = [0, *(mark.end() for mark in _CLAUSE.finditer(text)), len(text)]
    start = max(bound for bound in bounds if bound <= quantity.start)
    end = min(bound for bound in bounds if bound >= quantity.end)
    if len(f"{text[start : quantity.start]} {text[quantity.end : end]}".split()) < SUBJECT_WORDS:
        start, end = 0, len(text)
    return f"{text[start : quantity.start]}…{text[quantity.end : end]}".strip(" ,;:–—.")
