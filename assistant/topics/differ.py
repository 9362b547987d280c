"""Where sources differ: the same quantity, date or count of a topic, stated otherwise.

Of the numbers that are of one thing those that do not agree are shown side by side, with the day and the source of
each: which of them is right is not said. Where a source corrects itself, the sentence that does so is marked, and what
it corrects. Copies of an article are one voice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import Citation
from assistant.cite import Citer
from assistant.reader.blanks import Stated
from assistant.statement import Support
from assistant.topics.things import Number, Thing

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


def differences(things: Sequence[Thing], citer: Citer) -> list[Difference]:
    """Those of which most is said first."""
    found = [
        Difference(_subject(thing.central.stated), statements)
        for thing in things
        if (statements := _side_by_side(thing.numbers, citer))
    ]
    return sorted(found, key=lambda difference: -len(difference.statements))


def _side_by_side(numbers: Sequence[Number], citer: Citer) -> tuple[Said, ...]:
    """None where all agree."""
    told = list(_each_once(numbers))
    if all(one.agrees(other) for one in told for other in told):
        return ()
    said: list[Said] = []
    named: set[str] = set()
    for number in told:
        is_correction = _is_correction(number) and any(_corrects(number, other) for other in told)
        is_corrected = any(_is_correction(other) and _corrects(other, number) for other in told)
        citation = citer.cite(Support(number.line.quote))
        if citation.article_id in named:
            continue
        named.update(copy.article_id for copy in citation.also_in)
        said.append(Said(number.line.text, number.text, citation, is_correction, is_corrected))
    return tuple(said) if len(said) > 1 else ()


def _each_once(numbers: Sequence[Number]) -> Iterator[Number]:
    """Of the sentences of one source that agree the first. Of a correction what it says now."""
    told: list[Number] = []
    for number in numbers:
        of_source = [other for other in told if other.line.source == number.line.source]
        is_told = any(number.agrees(other) for other in of_source)
        is_second = any(number.place == other.place for other in of_source)
        if not is_told and not is_second:
            told.append(number)
            yield number


def _is_correction(number: Number) -> bool:
    return _CORRECTS.search(number.line.text) is not None


def _corrects(one: Number, other: Number) -> bool:
    """Whether the first is of a later article of the source of the second, and says another number."""
    later = (one.line.published_at or "") > (other.line.published_at or "")
    return later and one.line.source == other.line.source and not one.agrees(other)


def _subject(stated: Stated) -> str:
    """The clause around the number, or the sentence where that is too little."""
    text, quantity = stated.sentence, stated.quantity
    bounds = [0, *(mark.end() for mark in _CLAUSE.finditer(text)), len(text)]
    start = max(bound for bound in bounds if bound <= quantity.start)
    end = min(bound for bound in bounds if bound >= quantity.end)
    if len(f"{text[start : quantity.start]} {text[quantity.end : end]}".split()) < SUBJECT_WORDS:
        start, end = 0, len(text)
    return f"{text[start : quantity.start]}…{text[quantity.end : end]}".strip(" ,;:–—.")
