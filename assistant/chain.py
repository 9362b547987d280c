"""The chain, in LangChain's terms: resolve → retrieve → read → write → cite.

    chain = answer_chain(ArticleRetriever(library=library), EvidenceReader())
    chain.invoke(Question("..."))["answer"]            # an Answer
    for piece in chain.stream(Question("...")): ...    # {"sources": …}, {"delta": …} …, {"answer": …}

The first two steps map one value to the next; the others are generators, so that the passages found leave the chain
before they are read, and a sentence as soon as it is written and checked. What is streamed and what is invoked is
the same run of the same steps.
"""

import itertools
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda
from langchain_core.runnables.utils import AddableDict

from assistant import chat_model, extract
from assistant.answer import Answer, Checked, Citation, Copy, Question, Reason, Timings
from assistant.cite import Citer, passage_citation
from assistant.draft import Draft
from assistant.elsewhere import Elsewhere
from assistant.errors import ChatModelFault
from assistant.evidence import Evidence, EvidenceReader
from assistant.expected import asks_for_a_span, may_answer
from assistant.resolve import for_reading, standalone
from assistant.retriever import ArticleRetriever, Retrieval
from assistant.statement import Statement

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

EXTRACTIVE = "extractive"
MAX_SHORT_ANSWER_CHARS = 80
SURE = 0.5
"""Least probability of a sentence from which a short answer is taken."""
NEAREST = 3
"""Passages offered where there is no answer."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question ready to be searched for."""

    question: Question
    standalone_question: str
    started: float  # time.perf_counter()


@dataclass(frozen=True, slots=True)
class Found:
    """The passages found for an inquiry."""

    inquiry: Inquiry
    retrieval: Retrieval
    elsewhere: Elsewhere
    timings: Timings


@dataclass(frozen=True, slots=True)
class Reading:
    """Their sentences, best first."""

    found: Found
    evidence: tuple[Evidence, ...]
    timings: Timings


@dataclass(frozen=True, slots=True)
class Ending:
    """What a writer says last: who wrote, when it began, and what there is to say about a chat model's part."""

    answerer: str
    began: float
    checked: Checked | None
    notice: str | None


Piece = Found | Reading | Statement | Ending
"""What the generators hand on, in lists, since LangChain adds up what a generator gives when it is invoked."""


def answer_chain(
    retriever: ArticleRetriever,
    reader: EvidenceReader,
    model: "BaseChatModel | None" = None,
    model_name: str = "",
    *,
    cuts_unsupported: bool = False,
) -> Runnable[Question, AddableDict]:
    """Question → pieces of an answer; the last holds the whole Answer under `answer`."""
    embed = retriever.library.embed

    def resolve(question: Question) -> Inquiry:
        started = time.perf_counter()
        text = standalone(question.text, question.history)
        if model is not None and question.history:
            try:
                text = chat_model.rewrite(model, question.text, question.history) or text
            except ChatModelFault as fault:
                logger.warning("%s The question is resolved by rules instead.", fault)
        return Inquiry(question, text, started)

    def retrieve(inquiry: Inquiry) -> Found:
        began = time.perf_counter()
        question = inquiry.question
        retrieval = retriever.find(inquiry.standalone_question, question.filters, question.top_k)
        elsewhere = Elsewhere(retriever.library, question.filters)
        return Found(inquiry, retrieval, elsewhere, Timings(retrieve=_ms(time.perf_counter() - began)))

    def read(several: Iterator[Found]) -> Iterator[list[Piece]]:
        for found in several:
            yield [found]
            began = time.perf_counter()
            asked = found.inquiry.standalone_question
            if asked != found.inquiry.question.text:
                asked = for_reading(asked)
            evidence = tuple(reader.read(asked, found.retrieval.documents))
            yield [Reading(found, evidence, replace(found.timings, read=_ms(time.perf_counter() - began)))]

    def write(pieces: Iterator[list[Piece]]) -> Iterator[list[Piece]]:
        for reading in itertools.chain.from_iterable(pieces):
            yield [reading]
            if not isinstance(reading, Reading):
                continue
            began = time.perf_counter()
            speaker = reading.found.elsewhere.speaker
            answerer, checked, notice = EXTRACTIVE, None, None
            if model is not None and reading.found.retrieval.documents:
                question, documents = reading.found.inquiry.standalone_question, reading.found.retrieval.documents
                draft = Draft(model, question, documents, embed, cuts_unsupported=cuts_unsupported)
                for statement in draft.statements():
                    answerer = model_name
                    yield [replace(statement, support=tuple(map(speaker, statement.support)))]
                answerer = model_name if draft.has_refused else answerer
                checked, notice = draft.checked, draft.notice
                if notice:
                    logger.warning("%s", notice)
            if answerer == EXTRACTIVE:
                for statement in extract.write(reading.evidence, embed, speaker):
                    yield [statement]
            yield [Ending(answerer, began, checked, notice)]

    def cite(written: Iterator[list[Piece]]) -> Iterator[AddableDict]:
        reading: Reading | None = None
        citer = Citer()
        deltas: list[str] = []
        for piece in itertools.chain.from_iterable(written):
            if isinstance(piece, Found):
                citer.also_said = piece.elsewhere.also_said
                yield AddableDict(sources=_passages(piece.retrieval))
            elif isinstance(piece, Reading):
                reading = piece
            elif isinstance(piece, Statement):
                deltas.append((" " if deltas else "") + citer.render(piece))
                yield AddableDict(delta=deltas[-1])
            elif reading is not None:
                yield AddableDict(answer=_answer(reading, citer, "".join(deltas), piece))

    found = RunnableLambda(resolve) | RunnableLambda(retrieve)
    return found | RunnableGenerator(read) | RunnableGenerator(write) | RunnableGenerator(cite)


def _short_answer(reading: Reading, citation: Citation) -> str | None:
    """The answer that the reader sees in the first cited sentence, where the question asks for so little.

    Set off above the sentences it is read as certain, so a doubtful one is left out: the sentence speaks for itself.
    """
    question = reading.found.inquiry.standalone_question
    if not asks_for_a_span(question):
        return None
    places: tuple[Citation | Copy, ...] = (citation, *citation.also_in)
    for evidence in reading.evidence:
        quote = evidence.quote
        # by its end: the citation may begin with the sentence before
        if any((quote.article_id, quote.end) == (place.article_id, place.end) for place in places):
            fitting = len(evidence.answer) <= MAX_SHORT_ANSWER_CHARS and may_answer(question, evidence.answer)
            return evidence.answer if quote.score >= SURE and fitting else None
    return None


def _passages(retrieval: Retrieval) -> tuple[Citation, ...]:
    return tuple(passage_citation(document) for document in retrieval.documents)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _answer(reading: Reading, citer: Citer, text: str, ending: Ending) -> Answer:
    inquiry, retrieval = reading.found.inquiry, reading.found.retrieval
    citations = tuple(citer.citations)
    answered = bool(citations)
    now = time.perf_counter()
    dates = [c.published_at for c in citations if c.published_at]
    return Answer(
        question=inquiry.question.text,
        standalone_question=inquiry.standalone_question,
        answer=text,
        short_answer=_short_answer(reading, citations[0]) if answered else None,
        answered=answered,
        reason=None if answered else _reason(retrieval),
        citations=citations,
        nearest=() if answered else _passages(retrieval)[:NEAREST],
        applied_filters=inquiry.question.filters.as_json(),
        as_of=max(dates, default=None),
        generation=retrieval.generation,
        answerer=ending.answerer,
        timings_ms=replace(reading.timings, write=_ms(now - ending.began), total=_ms(now - inquiry.started)),
        checked=ending.checked,
        notice=ending.notice,
    )


def _reason(retrieval: Retrieval) -> Reason:
    if retrieval.articles_searched:
        return "no_evidence"
    return "no_match" if retrieval.articles_held else "no_articles"
