"""What happened when: the dated sentences about a topic, in the order of what they tell.

An event is a date and the sentences that tell it. Those of one date, told more or less exactly, that say much the same,
in meaning or by the words that few sentences of the topic have, are one event, told by the one that is nearest to all
of them; the others are cited beside it, one of each article. Nothing is written: each text is a quote.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Citation, Reason
from assistant.cite import Citer
from assistant.retriever import reason
from assistant.statement import Quote, Support
from assistant.topics.likeness import likeness
from assistant.topics.material import Material
from assistant.topics.when import Precision, told
from index.text.days import has_come

SAME_EVENT = 0.6
"""How much alike two sentences of one date are (`likeness`) from which on they tell one event."""


@dataclass(frozen=True, slots=True)
class Event:
    date: str
    """ISO 8601: a day, a month or a year."""
    date_precision: Precision
    text: str
    """The sentence that tells it, verbatim: the first citation's quote."""
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    topic: str
    events: tuple[Event, ...]
    reason: Reason | None
    """Why there are none: no articles at all, none that pass the filters, or none that tell of it with a date."""
    applied_filters: dict[str, str | list[str]]
    unknown_companies: tuple[str, ...]
    """As in a `ReadOut`."""
    as_of: str | None
    """The newest `published_at` among the citations that is not ahead."""
    articles: int
    """How many tell of the topic, copies aside."""
    generation: int


def timeline(topic: str, material: Material) -> Timeline:
    found = events(material)
    dates = [one.published_at for event in found for one in event.citations if one.published_at]
    return Timeline(
        topic=topic,
        events=tuple(found),
        reason=None if found else reason(material.retrieval),
        applied_filters=material.filters.as_json(),
        unknown_companies=material.unknown_companies,
        as_of=max(filter(has_come, dates), default=None),
        articles=len({line.quote.article_id for line in material.lines}),
        generation=material.retrieval.generation,
    )


def events(material: Material) -> list[Event]:
    """In the order of their dates; of one date, those that more articles tell first."""
    citer = Citer(also_said=material.elsewhere.also_said)
    found = [
        Event(one.date, one.precision, citations[0].quote, citations)
        for one in dated(material, likeness(material))
        if (citations := _citations([material.lines[place].quote for place in one.places], citer))
    ]
    return sorted(found, key=lambda event: (event.date, -len(event.citations)))


@dataclass(frozen=True, slots=True)
class Dated:
    """An event, by the places of the lines that tell it, the one that is nearest to all of them first."""

    date: str
    precision: Precision
    places: tuple[int, ...]


def dated(material: Material, alike: NDArray[np.float64]) -> list[Dated]:
    """In the order of their dates. alike: (lines, lines), of `likeness`."""
    by_date: dict[str, list[int]] = {}
    precisions: dict[str, Precision] = {}
    for place, line in enumerate(material.lines):
        for one in told(line.text, line.published_at):
            by_date.setdefault(one.date, []).append(place)
            precisions[one.date] = one.precision
    groups: list[tuple[str, list[int]]] = []
    for date in sorted(by_date, key=lambda date: (-len(date), date)):  # "in May" may be the 4th that others tell
        for place in by_date[date]:
            near = [group for exact, group in groups if exact.startswith(date)]
            nearest = max(near, key=lambda group: _to_all(place, group, alike), default=[])
            if nearest and _to_all(place, nearest, alike) >= SAME_EVENT:
                nearest.append(place)
            else:
                groups.append((date, [place]))
    return [
        Dated(date, precisions[date], tuple(sorted(group, key=lambda place: -_to_all(place, group, alike))))
        for date, group in sorted(groups)
    ]


def _to_all(place: int, group: Sequence[int], alike: NDArray[np.float64]) -> float:
    return float(alike[place, group].mean())


def _citations(quotes: Sequence[Quote], citer: Citer) -> tuple[Citation, ...]:
    """Of each article the first."""
    of_articles: dict[str, Quote] = {}
    for quote in quotes:
        of_articles.setdefault(quote.article_id, quote)
    return tuple(citer.cite(Support(quote)) for quote in of_articles.values())
