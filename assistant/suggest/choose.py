"""Which questions are offered: of those that `turned.py` makes, the ones whose own sentence answers them.

Each is searched for and read as if it had been asked. What was made badly is not found again, or not with any
certainty, and so is left out; what is offered is answered. At most MAX_TRIED are tried for one offer.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from langchain_core.documents import Document

from assistant.answer import DEFAULT_TOP_K, Turn
from assistant.conversation.referents import OPENERS
from assistant.evidence import EvidenceReader, names_in
from assistant.reader.model import trained_reader
from assistant.retriever import PassageSearch
from assistant.statement import Quote
from assistant.suggest.turned import Turned, questions
from assistant.wording import DAYS_AND_MONTHS
from index.library import Library
from index.search.filters import NO_FILTERS
from index.search.snapshot import Snapshot
from index.text.words import content_stems, stems

OFFERED_FIRST = 4
OFFERED_NEXT = 2
MAX_TRIED = 12
NEWEST = 40
"""Articles from which the first questions are made."""
PASSAGES = 4
"""Read for each that is tried."""
LEAST_PROBABILITY = 0.6
TRIED_OF_AN_ARTICLE = 2
SAME_QUESTION = 0.6
"""Share of a question's content words that another one has, from which on it is not offered beside that."""

_WORDS = r"[A-ZÀ-Þ][\w’'-]*\w(?: (?:of (?:the )?)?[A-ZÀ-Þ][\w’'-]+)*"
_NAME = re.compile(rf"the {_WORDS}\b(?! \w)|{_WORDS}")
"""With its article, but for one that is another word's: "the Ever Given", but "the Oldport ferry"."""
_ASKED_SO = re.compile(r"\b(?:latest|newest|report\w*|said|say)\b", re.IGNORECASE)

_Made = tuple[str, Turned]
"""With the id of its article."""


class Suggestions:
    """Any thread may call."""

    def __init__(self, library: Library, reader: EvidenceReader) -> None:
        self._library = library
        self._reader = reader
        self._first: tuple[int, tuple[str, ...]] | None = None

    def first(self) -> tuple[str, ...]:
        """For somebody who has not asked yet, each from another of the newest articles; found once a generation."""
        snapshot = self._library.snapshot()
        if self._first is None or self._first[0] != snapshot.seq:
            newest = [stored.article.id for stored in self._library.articles(limit=NEWEST).articles]
            made = [one for article_id in newest for one in islice(self._made(article_id), TRIED_OF_AN_ARTICLE)]
            self._first = snapshot.seq, tuple(self._answered(snapshot, made, OFFERED_FIRST, apart=True))
        return self._first[1]

    def next(self, turn: Turn) -> tuple[str, ...]:
        """After `turn`, from the articles that it cites, of what stands nearest to the cited sentences first, then from
        others about a name in its question; where these are too few, what is new about that name, what another source
        reports of it, and what there is in all, which are answered whatever the articles say."""
        snapshot = self._library.snapshot()
        cited = {place.article_id: place for place in reversed(turn.cited)}
        found = PassageSearch(snapshot).find(turn.standalone_question, NO_FILTERS, DEFAULT_TOP_K).documents
        others = dict.fromkeys(document.metadata["article_id"] for document in found)
        names = names_in(turn.standalone_question)
        made = [
            one
            for article_id, place in cited.items()
            for one in sorted(self._made(article_id), key=lambda one: abs(one[1].start - place.start))
            if not (one[1].start < place.end and place.start < one[1].end)
        ]
        made += [
            one
            for article_id in others
            if article_id not in cited
            for one in self._made(article_id)
            if not names.isdisjoint(stems(one[1].question))
        ]
        answered = self._answered(snapshot, made, OFFERED_NEXT, asked=turn.standalone_question)
        return tuple([*answered, *_about_the_name(turn, found)][:OFFERED_NEXT])

    def _made(self, article_id: str) -> Iterator[_Made]:
        if stored := self._library.article(article_id):
            for one in questions(stored.article.text, stored.article.language, trained_reader().knows):
                yield article_id, one

    def _answered(
        self, snapshot: Snapshot, made: Sequence[_Made], most: int, asked: str = "", *, apart: bool = False
    ) -> list[str]:
        """apart: no two from one article."""
        search = PassageSearch(snapshot)
        offered: list[_Made] = []
        words = [frozenset(content_stems(asked))]
        for article_id, one in made[:MAX_TRIED]:
            own = frozenset(content_stems(one.question))
            if any(SAME_QUESTION * len(own) <= len(own & other) for other in words):
                continue
            if apart and any(article_id == other for other, _ in offered):
                continue
            evidence = self._reader.read(one.question, search.find(one.question, NO_FILTERS, PASSAGES).documents)
            if evidence and _answers(evidence[0].quote, article_id, one):
                offered.append((article_id, one))
                words.append(own)
            if len(offered) == most:
                break
        return [one.question for _, one in offered]


def _about_the_name(turn: Turn, found: Sequence[Document]) -> Iterator[str]:
    """`found`: for the question."""
    names = _NAME.findall(turn.standalone_question.partition(" ")[2])
    named = [name for name in names if name not in DAYS_AND_MONTHS and name.lower() not in OPENERS]
    if not named or _ASKED_SO.search(turn.standalone_question):
        return
    name = max(named, key=len)
    telling = [document.metadata for document in found if name.removeprefix("the ") in document.page_content]
    if len({metadata["article_id"] for metadata in telling}) > 1:
        yield f"What is the latest on {name}?"
    cited = {place.article_id for place in turn.cited}
    heard = {document.metadata["source"] for document in found if document.metadata["article_id"] in cited}
    others = dict.fromkeys(metadata["source"] for metadata in telling if metadata["source"] not in {*heard, None})
    yield from (f"What did {source} report about {name}?" for source in others)
    yield f"Summarise the news about {name}."


def _answers(quote: Quote, article_id: str, made: Turned) -> bool:
    is_its_own = quote.article_id == article_id and quote.start < made.end and made.start < quote.end
    return is_its_own and quote.score >= LEAST_PROBABILITY
