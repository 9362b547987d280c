"""The chain, in LangChain's terms: resolve → retrieve → read → write → cite.

    chain = answer_chain(ArticleRetriever(library=library), EvidenceReader())
    chain.invoke("...")["answer"]                      # an Answer
    for piece in chain.stream(Question("...")): ...    # {"sources": …}, {"lead": …}, {"delta": …} …, {"answer": …}

The first two steps map one value to the next; the others are generators, so that the passages leave the chain as soon
as they are read and in order, and a sentence as soon as it is written and checked. What is streamed and what is invoked
is the same run of the same steps. The first takes the generation of the index that all of them keep to.
"""

import datetime as dt
import itertools
import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda
from langchain_core.runnables.utils import AddableDict

from assistant.answer import Answer, Checked, Citation, Copy, Lead, Question, ReadOut, Sources, Timings
from assistant.chat import model as chat_model
from assistant.chat.draft import Draft
from assistant.cite import Citer, passage_citation
from assistant.conversation.again import told_again, unseen, wish
from assistant.conversation.resolve import for_reading, standalone
from assistant.elsewhere import Elsewhere
from assistant.errors import ChatModelFault
from assistant.evidence import Evidence, EvidenceReader
from assistant.extractive import extract
from assistant.extractive.yes_no import yes_or_no
from assistant.question.expected import asks_for_a_span, may_answer
from assistant.question.understand import Understood, as_it_stands, both, understand
from assistant.rerank import best_first
from assistant.retriever import ArticleRetriever, PassageSearch, Retrieval, joined, reason
from assistant.statement import Statement
from assistant.threaded import Threaded
from index.model.embed import Embed
from index.search.filters import Filters
from index.search.snapshot import Snapshot
from index.text.days import day_to_compare, has_come

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

EXTRACTIVE = "extractive"
MAX_SHORT_ANSWER_CHARS = 80
SURE = 0.5
"""Least probability of a sentence that is taken to answer: there is a short answer, and no word of doubt."""
MAX_BEGINNINGS = 4
"""Sentences and articles of an answer of beginnings, or of one that is told source by source."""
NEAREST = 3
"""Passages offered where there is no answer."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question ready to be searched for."""

    question: Question
    standalone_question: str
    understood: Understood
    filters: Filters
    """The caller's, and what was read out of the question."""
    snapshot: Snapshot
    """What all that is looked up for the answer comes from."""
    started: float  # time.perf_counter()


@dataclass(frozen=True, slots=True)
class Found:
    """The passages found for an inquiry."""

    inquiry: Inquiry
    retrieval: Retrieval
    elsewhere: Elsewhere
    timings: Timings
    are_beginnings: bool = False
    """Of articles, which answer as they are."""
    told: tuple[Statement, ...] = ()
    """The answer already, where the question is about the last one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Their sentences and the passages, best first."""

    found: Found
    retrieval: Retrieval
    evidence: tuple[Evidence, ...]
    timings: Timings


@dataclass(frozen=True, slots=True)
class Opening:
    """What a writer says before its first statement."""

    is_certain: bool
    has_short_answer: bool
    """Whether the answer that the first one holds may stand for all."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a writer says last: who wrote, when it began, and what there is to say about a chat model's part."""

    answerer: str
    began: float
    is_judged: bool
    """Whether it was for a probability to decide."""
    checked: Checked | None
    notice: str | None


Piece = Reading | Opening | Statement | Ending
"""What the generators hand on, in lists, since LangChain adds up what a generator gives when it is invoked."""


def answer_chain(
    retriever: ArticleRetriever,
    reader: EvidenceReader,
    model: "BaseChatModel | None" = None,
    model_name: str = "",
    threshold: float = extract.ANSWER_THRESHOLD,
    *,
    cuts_unsupported: bool = False,
) -> Runnable[str | Question, AddableDict]:
    """A question, or its text → pieces of an answer; the last holds the whole Answer under `answer`.

    threshold: least probability of an extractive answer's first sentence.
    """
    embed = retriever.library.embed

    def resolve(asked: str | Question) -> Inquiry:
        started = time.perf_counter()
        question = Question(asked) if isinstance(asked, str) else asked
        text = standalone(question.text, question.history, embed)
        if model is not None and question.history and not wish(question.text):
            try:
                text = chat_model.rewrite(model, question.text, question.history, question.is_wanted) or text
            except ChatModelFault as fault:
                logger.warning("%s The question is resolved by rules instead.", fault)
        snapshot = retriever.library.snapshot()
        if not question.understand:
            return Inquiry(question, text, as_it_stands(text), question.filters, snapshot, started)
        today = dt.datetime.now(dt.UTC).date()
        understood = understand(text, snapshot.holdings, today, question.filters, snapshot.companies)
        return Inquiry(question, text, understood, both(question.filters, understood.filters), snapshot, started)

    def retrieve(inquiry: Inquiry) -> Found:
        began = time.perf_counter()
        question, understood, filters = inquiry.question, inquiry.understood, inquiry.filters
        search = PassageSearch(inquiry.snapshot)
        told: tuple[Statement, ...] = ()
        beginnings = None
        if again := told_again(inquiry.snapshot, question, inquiry.standalone_question):
            retrieval, told = again
        elif beginnings := _beginnings(search, inquiry):
            retrieval = beginnings
        elif understood.apart:
            retrieval = search.find_apart(understood.text, filters, understood.apart, question.top_k)
        elif understood.newest_first:
            retrieval = search.find_newest(understood.text, filters, question.top_k)
        else:
            retrieval = search.find(understood.text, filters, question.top_k)
        elsewhere = Elsewhere(inquiry.snapshot, filters)
        timings = Timings(retrieve=_ms(time.perf_counter() - began))
        return Found(inquiry, retrieval, elsewhere, timings, beginnings is not None, told)

    def read(several: Iterator[Found]) -> Iterator[list[Piece]]:
        for found in several:
            began = time.perf_counter()
            question, asked = found.inquiry.question, found.inquiry.understood.text
            if found.inquiry.standalone_question != question.text:
                asked = for_reading(asked)
            retrieval, evidence = found.retrieval, tuple[Evidence, ...]()
            if not (found.told or found.are_beginnings):
                evidence = tuple(reader.read(asked, retrieval.documents))
                retrieval = best_first(retrieval, evidence)
            if question.history and wish(question.text) == "more":
                evidence = unseen(evidence, question.history)
            yield [Reading(found, retrieval, evidence, replace(found.timings, read=_ms(time.perf_counter() - began)))]

    def write(pieces: Iterator[list[Piece]]) -> Iterator[list[Piece]]:
        for reading in itertools.chain.from_iterable(pieces):
            yield [reading]
            if not isinstance(reading, Reading):
                continue
            began = time.perf_counter()
            speaker = reading.found.elsewhere.speaker
            told = reading.found.told
            answerer, checked, notice = EXTRACTIVE, None, None
            is_list = reading.found.inquiry.understood.kind == "list"
            if model is not None and reading.retrieval.documents and not told:
                question, documents = reading.found.inquiry.standalone_question, reading.retrieval.documents
                is_wanted = reading.found.inquiry.question.is_wanted
                draft = Draft(model, question, documents, is_wanted, cuts_unsupported=cuts_unsupported)
                for statement in draft.statements():
                    if answerer == EXTRACTIVE:
                        yield [Opening(is_certain=True, has_short_answer=not is_list)]
                    answerer = model_name
                    yield [replace(statement, support=tuple(map(speaker, statement.support)))]
                answerer = model_name if draft.has_refused else answerer
                checked, notice = draft.checked, draft.notice
                if notice:
                    logger.warning("%s", notice)
            is_judged = not (told or reading.found.are_beginnings)
            if answerer == EXTRACTIVE:
                asked = reading.found.inquiry.understood.text
                spoken = list(extract.spoken(asked, reading.evidence, speaker, threshold=threshold))
                is_judged = is_judged and not spoken
                statements = list(told or spoken or _extracted(reading, embed, threshold))
                is_sure = any(s.quote.score >= SURE for statement in statements for s in statement.support)
                yield [Opening(is_sure or not is_judged, not is_list or len(statements) == 1), *statements]
            yield [Ending(answerer, began, is_judged, checked, notice)]

    def cite(written: Iterator[list[Piece]]) -> Iterator[AddableDict]:
        reading: Reading | None = None
        opening: Opening | None = None
        lead: Lead | None = None
        citer = Citer()
        deltas: list[str] = []
        for piece in itertools.chain.from_iterable(written):
            if isinstance(piece, Reading):
                reading = piece
                citer.also_said = piece.found.elsewhere.also_said
                yield AddableDict(sources=_sources(piece))
            elif isinstance(piece, Opening):
                opening = piece
            elif isinstance(piece, Statement):
                deltas.append((" " if deltas else "") + citer.render(piece))
                if lead is None and reading and opening:
                    lead = _lead(reading, opening, citer.citations)
                    yield AddableDict(lead=lead)
                yield AddableDict(delta=deltas[-1])
            elif reading is not None:
                yield AddableDict(answer=_answer(reading, lead, citer, "".join(deltas), piece))

    found = RunnableLambda(resolve) | RunnableLambda(retrieve)
    return Threaded(found | RunnableGenerator(read) | RunnableGenerator(write) | RunnableGenerator(cite))


def _beginnings(search: PassageSearch, inquiry: Inquiry) -> Retrieval | None:
    """Where they are what is asked for, and there are any."""
    understood = inquiry.understood
    if not understood.wants_beginnings:
        return None
    topic = frozenset(understood.topic)
    each = understood.apart or (inquiry.filters.source,)
    parts = [
        search.beginnings(
            understood.text,
            topic,
            replace(inquiry.filters, source=names),
            MAX_BEGINNINGS // len(each),
            newest_first=understood.newest_first,
        )
        for names in each
    ]
    found = joined(parts)
    if understood.oldest_first:  # what no day is known of comes last
        dated = sorted(found.documents, key=lambda d: day_to_compare(d.metadata["published_at"]) or "9999")
        found = replace(found, documents=tuple(dated))
    return found if found.documents else None


def _extracted(reading: Reading, embed: Embed, threshold: float) -> Iterator[Statement]:
    found = reading.found
    understood = found.inquiry.understood
    topic = frozenset(understood.topic)
    for names in understood.apart or (None,):
        # of a report that two sources have, each is to speak for itself
        filters = replace(found.inquiry.filters, source=names) if names else found.inquiry.filters
        speaker = Elsewhere(found.inquiry.snapshot, filters).speaker if names else found.elsewhere.speaker
        most = MAX_BEGINNINGS // max(1, len(understood.apart))
        if found.are_beginnings:
            own = [d for d in reading.retrieval.documents if not names or d.metadata["source"] in names]
            yield from extract.beginnings(own, topic, most, speaker)
        else:
            evidence = [e for e in reading.evidence if not names or e.quote.passage.metadata["source"] in names]
            if understood.kind == "list":
                statements = extract.members(evidence, speaker, threshold=threshold)
            else:
                statements = extract.write(
                    evidence,
                    embed,
                    speaker,
                    threshold=threshold,
                    newest_first=understood.newest_first,
                    oldest_first=understood.oldest_first,
                )
            yield from itertools.islice(statements, most if names else None)


def _read_out(reading: Reading, citations: Sequence[Citation]) -> ReadOut:
    understood = reading.found.inquiry.understood
    said = {word for document in reading.retrieval.documents for word in re.findall(r"\w+", document.page_content)}
    inquiry = reading.found.inquiry
    heard = {citation.source for citation in citations} | {copy.source for c in citations for copy in c.also_in}
    return ReadOut(
        filters=understood.filters.as_json(),
        newest_first=understood.newest_first,
        counted_from=understood.counted_from.isoformat() if understood.counted_from else None,
        silent_sources=tuple(names[0] for names in understood.apart if heard.isdisjoint(names)),
        # by its last word, since a passage may have "Ada Quill" where the question has "Mayor Quill"
        unknown_sources=tuple(name for name in understood.unknown if re.findall(r"\w+", name)[-1] not in said),
        unknown_companies=(
            *understood.unknown_companies,
            *inquiry.snapshot.unknown_companies(inquiry.filters.company),
        ),
    )


def _sources(reading: Reading) -> Sources:
    inquiry = reading.found.inquiry
    passages = _passages(reading.retrieval)
    return Sources(passages, inquiry.standalone_question, inquiry.filters.as_json(), _read_out(reading, passages))


def _lead(reading: Reading, opening: Opening, citations: Sequence[Citation]) -> Lead:
    has_short_answer = opening.has_short_answer and citations
    return Lead(_short_answer(reading, citations[0]) if has_short_answer else None, opening.is_certain)


def _short_answer(reading: Reading, citation: Citation) -> str | None:
    """The answer that the reader sees in the first cited sentence, where the question asks for so little; yes or no.

    Set off above the sentences it is read as certain, so a doubtful one is left out: the sentence speaks for itself.
    """
    question, kind = reading.found.inquiry.standalone_question, reading.found.inquiry.understood.kind
    places: tuple[Citation | Copy, ...] = (citation, *citation.also_in)
    for evidence in reading.evidence:
        quote = evidence.quote
        # by its end: the citation may begin with the sentence before
        if any((quote.article_id, quote.end) == (place.article_id, place.end) for place in places):
            if quote.score < SURE:
                return None
            if kind == "yes_no":
                return yes_or_no(question, quote.text)
            if not asks_for_a_span(question):
                return None
            fitting = len(evidence.answer) <= MAX_SHORT_ANSWER_CHARS and may_answer(question, evidence.answer)
            return evidence.answer if fitting else None
    return None


def _passages(retrieval: Retrieval) -> tuple[Citation, ...]:
    return tuple(passage_citation(document) for document in retrieval.documents)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _answer(reading: Reading, lead: Lead | None, citer: Citer, text: str, ending: Ending) -> Answer:
    inquiry, retrieval = reading.found.inquiry, reading.retrieval
    citations = tuple(citer.citations)
    answered = bool(citations)
    now = time.perf_counter()
    dates = [c.published_at for c in citations if c.published_at and has_come(c.published_at)]
    return Answer(
        question=inquiry.question.text,
        standalone_question=inquiry.standalone_question,
        answer=text,
        short_answer=lead.short_answer if lead else None,
        answered=answered,
        confidence=round(extract.confidence(reading.evidence), 4) if ending.is_judged else None,
        is_certain=answered and (lead is None or lead.is_certain),
        reason=None if answered else reason(retrieval),
        citations=citations,
        differs=tuple(citer.at_odds),
        articles_searched=retrieval.articles_searched,
        nearest=() if answered else _passages(retrieval)[:NEAREST],
        applied_filters=inquiry.filters.as_json(),
        as_of=max(dates, default=None),
        generation=retrieval.generation,
        answerer=ending.answerer,
        timings_ms=replace(reading.timings, write=_ms(now - ending.began), total=_ms(now - inquiry.started)),
        understood=_read_out(reading, citations),
        checked=ending.checked,
        notice=ending.notice,
    )
