"""A topic → a story in the articles' own sentences: what is new, what is known, how it came about, what is not known.

Each sentence is a quote that stands alone, with what its dates mean in brackets; no fact is told twice. First what the
newest articles tell, then what most sources do, then the rest in the order of what happened. Where sources differ, all
sides stand side by side. The headline is the title of the article that is nearest to all of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.answer import Citation, Reason
from assistant.cite import Citer
from assistant.reader.model import trained_reader
from assistant.retriever import reason
from assistant.statement import Support
from assistant.suggest.turned import questions
from assistant.topics.differ import Difference, differences
from assistant.topics.facts import Facts
from assistant.topics.material import Line, Material
from assistant.topics.resolved import resolved
from assistant.topics.things import things
from assistant.topics.when import told
from index.model.embed import Embed
from index.text.days import day_to_compare, has_come

Length = Literal["brief", "standard", "long"]
Style = Literal["story", "briefing", "q-and-a"]

SENTENCES: dict[Length, int] = {"brief": 6, "standard": 14, "long": 28}
NEWEST = 0.1
"""The last part of the time from the first article to the last that "the latest" is taken from, a week at least."""
WEEK = 7
NEARLY_AS_NEAR = 0.85
"""Share of the best title's cosine from which on a newer article's is the headline."""
SEE_ALSO = 5
UNKNOWN_OF = 5
"""One of so many sentences may be about what is not known, and one always."""
_UNKNOWN = re.compile(
    r"\b(?:(?:is|was|are|were|remains?) (?:still )?(?:not (?:yet )?(?:known|clear)|unknown|unclear|uncertain"
    r"|under investigation|in dispute|disputed)|(?:is|was) (?:still )?not (?:immediately|yet) (?:known|clear)"
    r"|(?:did|does|do|has|have|had|would|could) (?:still )?not (?:yet )?(?:be )?"
    r"(?:say|said|comment\w*|disclosed?|reveal\w*|explain\w*|establish\w*|determine\w*|confirm\w*|know|known|decided?)"
    r"|declined to (?:say|comment|give|name)|(?:has|have) yet to|no(?:body| one) knows|remains? to be seen"
    r"|too early to say|still (?:missing|unaccounted for)|no date has)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    """The first citation's quote, with what its dates mean in brackets."""
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Titled:
    article_id: str
    title: str
    source: str | None
    published_at: str | None


@dataclass(frozen=True, slots=True)
class Story:
    topic: str
    headline: str
    headline_from: Titled | None
    """The article whose title it is."""
    standfirst: str
    standfirst_citations: tuple[Citation, ...]
    sections: tuple[Section, ...]
    differs: tuple[Difference, ...]
    see_also: tuple[Titled, ...]
    """Articles about it that are not cited."""
    as_of: str | None
    """The newest `published_at` among the citations that is not ahead."""
    disclosure: str
    reason: Reason | None
    """Why there is none: no articles at all, none that pass the filters, or none that tell of it."""
    generation: int
    applied_filters: dict[str, str | list[str]] = field(default_factory=dict)
    unknown_companies: tuple[str, ...] = ()
    """As in a `ReadOut`."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Stream event: what stands above the sections, as in the Story."""

    headline: str
    standfirst: str


Told = Outline | Section | Story
"""A stream is one Outline, then Sections, then the Story that they add up to."""


def story(topic: str, material: Material, embed: Embed, length: Length = "standard", style: Style = "story") -> Story:
    """topic: as it was asked for."""
    *_, whole = stream(topic, material, embed, length, style)
    assert isinstance(whole, Story)
    return whole


def stream(topic: str, material: Material, embed: Embed, length: Length, style: Style) -> Iterator[Told]:
    known = things(material)
    facts = Facts(material, known)
    citer = Citer(also_said=material.elsewhere.also_said)

    def written(places: Sequence[int]) -> tuple[Sentence, ...]:
        return tuple(_sentence(material.lines[place], citer) for place in places)

    headline = _headline(material, embed)
    standfirst = written(facts.take(_newest(material), 1))
    outline = Outline(headline.title if headline else topic, standfirst[0].text if standfirst else "")
    yield outline
    sections = []
    for heading, places in _PARTS[style](material, facts, SENTENCES[length] - 1):
        if places:
            sections.append(Section(heading, written(places)))
            yield sections[-1]
    differ = tuple(differences(known, citer))
    dates = [citation.published_at for citation in citer.citations if citation.published_at]
    yield Story(
        topic=topic,
        headline=outline.headline,
        headline_from=headline,
        standfirst=outline.standfirst,
        standfirst_citations=standfirst[0].citations if standfirst else (),
        sections=tuple(sections),
        differs=differ,
        see_also=tuple(_others(material, {citation.article_id for citation in citer.citations})),
        as_of=max(filter(has_come, dates), default=None),
        disclosure=_disclosure(citer.citations),
        reason=None if standfirst or sections else reason(material.retrieval),
        generation=material.retrieval.generation,
        applied_filters=material.filters.as_json(),
        unknown_companies=material.unknown_companies,
    )


def _sentence(line: Line, citer: Citer) -> Sentence:
    return Sentence(resolved(line.text, line.published_at), (citer.cite(Support(line.own)),))


_Part = tuple[str, Sequence[int]]


def _in_prose(material: Material, facts: Facts, most: int) -> Iterator[_Part]:
    unknown = facts.take(_unknown(material, facts), max(1, most // UNKNOWN_OF))
    most -= len(unknown)
    yield "The latest", facts.take(_newest(material), max(1, most // 5))
    several = [place for place, n in enumerate(facts.sources) if n > 1]
    yield "What is known", facts.take(several, max(2, most // 3))
    rest = facts.take(range(len(material.lines)), most - max(1, most // 5) - max(2, most // 3))
    yield "How it came about", sorted(rest, key=lambda place: _day_told(material, place))
    yield "What is not known", unknown


def _in_points(material: Material, facts: Facts, most: int) -> Iterator[_Part]:
    unknown = facts.take(_unknown(material, facts), max(1, most // UNKNOWN_OF))
    yield "Key points", facts.take(range(len(material.lines)), (most - len(unknown)) // 2)
    dated = [place for place, line in enumerate(material.lines) if told(line.text, line.published_at)]
    events = facts.take(dated, most - len(unknown) - (most - len(unknown)) // 2)
    yield "What happened when", sorted(events, key=lambda place: _day_told(material, place))
    yield "Open questions", unknown


def _in_questions(material: Material, facts: Facts, most: int) -> Iterator[_Part]:
    asked = {place: question for place in range(len(material.lines)) if (question := _question(material, place))}
    unknown = facts.take(_unknown(material, facts), max(1, most // UNKNOWN_OF))
    answering = facts.take(asked, most - len(unknown))
    for place in answering:
        yield asked[place], [place]
    yield "What else is known?", facts.take(range(len(material.lines)), most - len(unknown) - len(answering))
    yield "What is not known?", unknown


_PARTS = {"story": _in_prose, "briefing": _in_points, "q-and-a": _in_questions}


def _newest(material: Material) -> list[int]:
    """The lines of the newest articles; all where no day is known."""
    days = [line.day for line in material.lines]
    first, last = min(filter(None, days), default=0), max(days, default=0)
    since = last - max(WEEK, NEWEST * (last - first))
    return [place for place, day in enumerate(days) if day >= since]


def _unknown(material: Material, facts: Facts) -> list[int]:
    """The lines that say what is not known, unless a newer article goes on about it."""
    return [
        place
        for place, line in enumerate(material.lines)
        if _UNKNOWN.search(line.text) and not facts.is_taken_up(place)
    ]


def _day_told(material: Material, place: int) -> str:
    """The first date that a line tells, else that of its article, so that they compare."""
    line = material.lines[place]
    dates = told(line.text, line.published_at)
    return dates[0].date if dates else line.published_at or "9999"


def _question(material: Material, place: int) -> str | None:
    """What a line answers; the first that can be made of it."""
    line = material.lines[place]
    language = line.quote.passage.metadata["language"]
    return next((one.question for one in questions(line.text, language, trained_reader().knows)), None)


def _headline(material: Material, embed: Embed) -> Titled | None:
    """Of the articles that are no opinion, the newest of those whose titles are nearest to what all sentences say."""
    passages = {line.quote.article_id: line.quote.passage for line in material.lines}
    told = [one for one in passages.values() if one.metadata["provenance"] != "opinion"] or list(passages.values())
    if not told:
        return None
    near = embed([one.metadata["title"] for one in told]) @ material.vectors.mean(axis=0)
    nearest = [one for one, cosine in zip(told, near, strict=True) if cosine >= NEARLY_AS_NEAR * near.max()]
    metadata = max(nearest, key=lambda one: day_to_compare(one.metadata["published_at"])).metadata
    return Titled(metadata["article_id"], metadata["title"], metadata["source"], metadata["published_at"])


def _others(material: Material, cited: set[str]) -> Iterator[Titled]:
    """The articles about the topic that are not cited, the best found first; of copies none."""
    told = set(cited)
    about = {line.quote.article_id for line in material.lines}
    for document in material.retrieval.documents:
        metadata = document.metadata
        if len(told) == len(cited) + SEE_ALSO:
            return
        if metadata["article_id"] in about and metadata["article_id"] not in told:
            told.add(metadata["article_id"])
            yield Titled(metadata["article_id"], metadata["title"], metadata["source"], metadata["published_at"])


def _disclosure(citations: Sequence[Citation]) -> str:
    articles = {citation.article_id for citation in citations}
    sources = {citation.source or citation.article_id for citation in citations}
    return (
        f"Put together by a program, without an editor, from sentences of {len(articles)} "
        f"article{'s' * (len(articles) != 1)} of {len(sources)} source{'s' * (len(sources) != 1)}, word for word; "
        "the dates in brackets are worked out from the day of the article."
    )
