"""Outcomes made by hand, for what is measured of them."""

from dataclasses import replace

from assistant.answer import Answer, Timings
from assistant.evaluation.outcomes import Outcome
from assistant.evaluation.questions import GoldSpan, TestQuestion

SPAN = GoldSpan("x", 0, 9)


def outcome(
    answers: tuple[str, ...] = (),
    articles: tuple[str, ...] = (),
    *,
    id: str = "1",
    answered: bool = True,
    confidence: float | None = 0.5,
    ranks: tuple[int, ...] = (),
    right: bool = False,
    holds: bool = False,
    short: str | None = None,
    citations: tuple[int, int, int] = (0, 0, 0),
    from_gold: int = 0,
    supported: int | None = None,
    sentences: tuple[str, ...] = (),
    milliseconds: float = 1.0,
    timings: Timings | None = None,
) -> Outcome:
    """`citations`: how many there are, how many of them are verbatim, and how many answer. `supported`: None for a
    question without gold spans."""
    answer = Answer(
        question="?",
        standalone_question="?",
        answer="",
        short_answer=short,
        answered=answered,
        confidence=confidence,
        reason=None if answered else "no_evidence",
        citations=(),
        nearest=(),
        applied_filters={},
        as_of=None,
        generation=1,
        answerer="extractive",
        timings_ms=timings or Timings(),
    )
    spans = () if supported is None else (SPAN,)
    asked = TestQuestion(id, "?", answers, articles, spans=spans)
    return Outcome(
        question=asked,
        answer=answer,
        gold_ranks=ranks,
        is_right=right,
        best_is_right=right if answered and confidence is not None else None,
        holds_answer=holds,
        citations=citations[0],
        verbatim=citations[1],
        to_the_point=citations[2],
        from_gold=from_gold,
        supported=supported or 0,
        sentences=sentences,
        milliseconds=milliseconds,
    )


def renamed(outcomes: list[Outcome], ids: list[str]) -> list[Outcome]:
    return [replace(o, question=replace(o.question, id=id)) for o, id in zip(outcomes, ids, strict=True)]
