"""Tickers in a question, "$TSLA" or "NASDAQ: TSLA": who writes one wants the articles that name the company.

Each that an article names becomes a filter, and the question reads the company's name in its place, as articles do, or
nothing where the name stands there already. One that no article names stays text. A company's bare name is no filter:
who asks about Apple and a fruit grower wants to read of both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.companies.listings import stated

Span = tuple[int, int]
Lookup = Callable[[Sequence[str]], Mapping[str, str]]
"""Of tickers those that an article names → the company's name."""


@dataclass(frozen=True, slots=True)
class Tickers:
    values: tuple[str, ...]
    unknown: tuple[str, ...]
    cuts: tuple[tuple[Span, str], ...]
    """What the question reads in place of some of its words."""


NO_TICKERS = Tickers((), (), ())


def no_companies(_: Sequence[str]) -> Mapping[str, str]:
    return {}


def tickers(question: str, companies: Lookup) -> Tickers:
    found = [(one.start, one.end, str(one.listings[0])) for one in stated(question)]
    if not found:
        return NO_TICKERS
    values = tuple(dict.fromkeys(value for _, _, value in found))
    names = companies(values)
    cuts = tuple(
        (_with_brackets(question, start, end), "" if names[value].casefold() in question.casefold() else names[value])
        for start, end, value in found
        if value in names
    )
    known = tuple(value for value in values if value in names)
    return Tickers(known, tuple(value for value in values if value not in names), cuts)


def _with_brackets(question: str, start: int, end: int) -> Span:
    before, behind = re.search(r"[(\[]$", question[:start]), re.match(r"[)\]]", question[end:])
    return (start - 1, end + 1) if before and behind else (start, end)
