"""Questions with what is known of them in, what came of each out.

Each is asked through the same stream that the page reads, so that the passages considered are seen as well as the
answer; the earlier turns of its conversation are asked before it and are not measured. What an answer is worth is
judged here, by strings and places: whether an accepted answer stands in it, whether it is from where it should be.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import DEFAULT_TOP_K, Answer, Citation, Question, Sources, Turn, as_turn
from assistant.assistant import Assistant
from assistant.chain import EXTRACTIVE
from assistant.evaluation.questions import TestQuestion, holds
from index.text.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked."""

    question: TestQuestion
    answer: Answer
    gold_ranks: tuple[int, ...]
    """Places of the gold articles among the articles considered, from 1, ascending; there are 8 passages of them."""
    is_right: bool
    """A cited sentence of a gold article holds an accepted answer; for a question without one: it was refused."""
    best_is_right: bool | None
    """The same of the sentence that `Answer.confidence` is of, which need not come first, nor score highest; False for
    a question without an accepted answer. None where it is not cited, as where a chat model wrote."""
    holds_answer: bool
    """The answer's text holds an accepted answer, wherever it is from."""
    citations: int
    verbatim: int
    """How many of the citations are `article.text[start:end]`."""
    to_the_point: int
    """How many of them hold an accepted answer."""
    from_gold: int
    """How many of them are of a gold article."""
    supported: int
    """How many of them overlap a gold span."""
    sentences: tuple[str, ...]
    """Those of articles that the answer shows."""
    milliseconds: float


def evaluate(
    assistant: Assistant,
    questions: Sequence[TestQuestion],
    progress: Callable[[int, int], None] | None = None,
    *,
    top_k: int = DEFAULT_TOP_K,
) -> list[Outcome]:
    """Ask each question in a conversation of its own, in order; `progress` hears how many are done of how many."""
    outcomes = []
    for n, question in enumerate(questions):
        if progress:
            progress(n, len(questions))
        outcomes.append(_ask(assistant, question, top_k))
    return outcomes


def _ask(assistant: Assistant, question: TestQuestion, top_k: int) -> Outcome:
    history: tuple[Turn, ...] = ()
    for text in question.earlier:
        history += (as_turn(assistant.ask(Question(text, history, question.filters))),)
    began = time.perf_counter()
    considered: tuple[Citation, ...] = ()
    answer: Answer | None = None
    asked = Question(question.question, history, question.filters, top_k, understand=question.understand)
    for event in assistant.stream(asked):
        if isinstance(event, Sources):
            considered = event.passages
        elif isinstance(event, Answer):
            answer = event
    milliseconds = (time.perf_counter() - began) * 1000
    if answer is None:
        raise RuntimeError("the stream ended without an answer")  # the chain always gives one
    names = _names(assistant, considered + answer.citations + answer.nearest)
    gold = {article_id for article_id, known in names.items() if known & set(question.articles)}
    ids = list(dict.fromkeys(c.article_id for c in considered))
    right = [
        c
        for c in answer.citations
        if (c.article_id in gold or not question.articles) and holds(c.quote, question.answers)
    ]
    # told by its score, which two sentences of one answer hardly share; a chat model's citations have another kind
    judged = answer.citations if answer.answerer == EXTRACTIVE else ()
    best = next((c for c in judged if c.score == answer.confidence), None)
    return Outcome(
        question=question,
        answer=answer,
        gold_ranks=tuple(n for n, article_id in enumerate(ids, 1) if article_id in gold),
        is_right=bool(right) if question.answers else not answer.answered,
        best_is_right=best in right if best else None,
        holds_answer=holds(answer.answer, question.answers),
        citations=len(answer.citations),
        verbatim=sum(_is_verbatim(assistant, c) for c in answer.citations),
        to_the_point=sum(holds(c.quote, question.answers) for c in answer.citations),
        from_gold=sum(c.article_id in gold for c in answer.citations),
        supported=sum(
            any(
                span.article in names[c.article_id] and span.start < c.end and c.start < span.end
                for span in question.spans
            )
            for c in answer.citations
        ),
        sentences=tuple(c.quote[start:end] for c in answer.citations for start, end in sentence_spans(c.quote)),
        milliseconds=milliseconds,
    )


def _names(assistant: Assistant, seen: Iterable[Citation]) -> dict[str, set[str]]:
    """The id of each article seen → how a question set may name it."""
    names = {}
    for article_id in {c.article_id for c in seen}:
        stored = assistant.library.article(article_id)
        origin = stored.article.origin if stored else ""
        names[article_id] = {article_id, origin, f"{origin}#{article_id}"}
    return names


def _is_verbatim(assistant: Assistant, citation: Citation) -> bool:
    stored = assistant.library.article(citation.article_id, citation.revision)
    return stored is not None and stored.article.text[citation.start : citation.end] == citation.quote
