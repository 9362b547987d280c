"""What happened when: the dated sentences about a topic, in the order of what they tell.

An event is a date and the sentences that tell it. Those of one date that say much the same, in meaning or by the words
that few sentences of the topic have, are one event, told by the one that is nearest to all of them; the others are
cited beside it, one of each article. Nothing is written: each text is a quote.
"""

import math
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from assistant.answer import Citation, Reason
from assistant.cite import Citer
from assistant.retriever import reason
from assistant.statement import Quote, Support
from assistant.topics.material import Material
from assistant.topics.when import Precision, Told, told
from index.text.days import has_come
from index.text.words import content_stems, stems

SAME_EVENT = 0.6
"""Of two sentences of one date from which on they tell one event: their cosine, and the share of the words of the
shorter that the other has, too, weighed by how few have them."""


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


def timeline(topic: str, material: Material, unknown_companies: tuple[str, ...] = ()) -> Timeline:
    found = events(material)
    dates = [one.published_at for event in found for one in event.citations if one.published_at]
    return Timeline(
        topic=topic,
        events=tuple(found),
        reason=None if found else reason(material.retrieval),
        applied_filters=material.filters.as_json(),
        unknown_companies=unknown_companies,
        as_of=max(filter(has_come, dates), default=None),
        articles=len({line.quote.article_id for line in material.lines}),
        generation=material.retrieval.generation,
    )


def events(material: Material) -> list[Event]:
    """In the order of their dates; of one date, those that more articles tell first."""
    by_date: dict[str, list[tuple[int, Told]]] = {}
    for place, line in enumerate(material.lines):
        for one in told(line.text, line.published_at):
            by_date.setdefault(one.date, []).append((place, one))
    likeness = _Likeness(material)
    citer = Citer(also_said=material.elsewhere.also_said)
    found = []
    for date, dated in sorted(by_date.items()):
        groups = likeness.grouped(dated)
        cited = [_citations([material.lines[place].quote for place in group], citer) for group in groups]
        for citations in sorted(cited, key=len, reverse=True):
            found.append(Event(date, dated[0][1].precision, citations[0].quote, citations))
    return found


class _Likeness:
    """Of the sentences of one topic, which all have its words: those that few have tell which are of one event."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._words = [frozenset(content_stems(line.text)) for line in material.lines]
        held = Counter(stem for words in self._words for stem in words)
        self._weights = {stem: math.log((len(self._words) + 1) / n) for stem, n in held.items()}

    def grouped(self, dated: Sequence[tuple[int, Told]]) -> list[list[int]]:
        """The places of sentences that tell the same of one date, the one that is nearest to all of a group first."""
        words = {
            place: self._words[place] - set(stems(self._material.lines[place].text[one.start : one.end]))
            for place, one in dated
        }

        def to_all(place: int, group: Sequence[int]) -> float:
            return float(np.mean([self._of(place, other, words[place], words[other]) for other in group]))

        groups: list[list[int]] = []
        for place in words:
            nearest = max(groups, key=lambda group: to_all(place, group), default=[])
            if nearest and to_all(place, nearest) >= SAME_EVENT:
                nearest.append(place)
            else:
                groups.append([place])
        return [sorted(group, key=lambda place: -to_all(place, group)) for group in groups]

    def _of(self, one: int, other: int, its: Set[str], others: Set[str]) -> float:
        cosine = float(self._material.vectors[one] @ self._material.vectors[other])
        least = min(self._weight(its), self._weight(others))
        return cosine + (self._weight(its & others) / least if least else 0.0)

    def _weight(self, words: Set[str]) -> float:
        return sum(self._weights[stem] for stem in words)


def _citations(quotes: Sequence[Quote], citer: Citer) -> tuple[Citation, ...]:
    """Of each article the first."""
    of_articles: dict[str, Quote] = {}
    for quote in quotes:
        of_articles.setdefault(quote.article_id, quote)
    return tuple(citer.cite(Support(quote)) for quote in of_articles.values())
