"""Answers for the tests of what becomes of them."""

from dataclasses import replace
from typing import Any

from assistant.answer import Answer, Citation

QUOTE = "Ada Quill cut the ribbon."


def answered(question: str, **fields: Any) -> Answer:
    """An Answer to `question`: a refusal, but for `fields`."""
    refusal = Answer(
        question=question,
        standalone_question=question,
        answer="",
        short_answer=None,
        answered=False,
        confidence=0.0,
        reason="no_evidence",
        citations=(),
        nearest=(),
        applied_filters={},
        as_of=None,
        generation=1,
        answerer="extractive",
    )
    return replace(refusal, **fields)


def cited(index: int = 1, quote: str = QUOTE, **fields: Any) -> Citation:
    citation = Citation(index, "bridge", "r1", "Bridge", None, None, None, None, quote, 10, 10 + len(quote), 0.9)
    return replace(citation, **fields)
