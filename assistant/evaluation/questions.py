"""A question set: JSON Lines in, questions with what is known to answer them out.

A line has `question`, or `turns` (the questions of one conversation, of which the last is measured), and `answers`
(accepted strings; none where the articles do not hold the answer). Optional are `articles` (ids, or paths under the
articles folder, `path#id` for one of an archive), `spans` (`{"article", "start", "end"}` of the sentences that
answer), `filters`, `understand` (false: nothing is read out of the question as a filter), `id` (else the line's number)
and `answerable`, which must agree with `answers`. A line with `skip`, the reason why, is checked and not asked.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import BadQuestionSet
from index.search.filters import Filters

MAX_FILE_BYTES = 64_000_000
MAX_TEXT_CHARS = 2_000
"""Of a question, an answer or a name. The server takes no longer question either."""
MAX_TURNS = 7
"""What is asked and the six before it, which is what the server remembers of a conversation."""


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """What answers, as `text[start:end]` of an article."""

    article: str
    """Named as in `TestQuestion.articles`."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """A question with what is known to answer it; not answerable when `answers` is empty."""

    id: str
    question: str
    answers: tuple[str, ...]
    articles: tuple[str, ...] = ()
    """Those of `spans` among them."""
    filters: Filters = field(default=Filters())
    earlier: tuple[str, ...] = ()
    """The questions asked before it in the same conversation, with the same filters, oldest first."""
    spans: tuple[GoldSpan, ...] = ()
    understand: bool = True

    __test__ = False  # not a test, whatever its name says to pytest


def load_questions(path: Path) -> tuple[list[TestQuestion], int]:
    """Those to ask, and how many lines say that they are to be skipped. Raises BadQuestionSet with the line that is
    wrong, and where none is to be asked."""
    try:
        if (size := path.stat().st_size) > MAX_FILE_BYTES:
            raise BadQuestionSet(f"The question set {path} has {size:,} bytes; the limit is {MAX_FILE_BYTES:,}.")
        lines = path.read_text(encoding="utf-8").split("\n")  # splitlines would break a text at U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestionSet(f"The question set {path} cannot be read: {error}.") from error
    questions: dict[str, TestQuestion] = {}
    skipped = set()
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        question, is_skipped = _question(path, n, line)
        if question.id in questions:  # two runs are compared by it
            raise BadQuestionSet(f"{path}, line {n}: the id {question.id!r} has been given before. Give each its own.")
        questions[question.id] = question
        if is_skipped:
            skipped.add(question.id)
    if len(questions) == len(skipped):
        told = f" but {len(skipped):,} to skip" if skipped else ""
        raise BadQuestionSet(f"The question set {path} holds no questions{told}; give one JSON object a line.")
    return [question for question in questions.values() if question.id not in skipped], len(skipped)


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether one of `answers` stands in `text` as words: "18" is not in "2018" nor in "18,300"; case is ignored."""
    return any(
        re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(answer)}(?!\w)(?![.,]\d)", text, re.IGNORECASE) for answer in answers
    )


def _question(path: Path, n: int, line: str) -> tuple[TestQuestion, bool]:
    """And whether it is to be skipped."""
    try:
        fields = json.loads(line)
        filters: dict[str, Any] = {
            name: dt.date.fromisoformat(value) if name in ("after", "before") else _texts(value)
            for name, value in fields.get("filters", {}).items()
        }
        if fields.get("answerable", bool(fields.get("answers"))) != bool(fields.get("answers")):
            raise ValueError("`answerable` and `answers` contradict each other")
        *earlier, question = _turns(fields)
        spans = tuple(GoldSpan(_text(span["article"]), *_border(span)) for span in fields.get("spans", []))
        read = TestQuestion(
            id=str(fields.get("id", n)),
            question=question,
            answers=_texts(fields.get("answers", [])),
            articles=tuple(dict.fromkeys((*_texts(fields.get("articles", [])), *(span.article for span in spans)))),
            filters=Filters(**filters),
            earlier=tuple(earlier),
            spans=spans,
            understand=_truth(fields.get("understand", True)),
        )
        return read, "skip" in fields and bool(_text(fields["skip"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadQuestionSet(
            f"{path}, line {n} is not a question ({error}). Give a JSON object with `question` and `answers`."
        ) from error


def _turns(fields: dict[str, Any]) -> tuple[str, ...]:
    if "turns" not in fields:
        return (_text(fields["question"]),)
    if "question" in fields:
        raise ValueError("`question` and `turns` are both there: the last of `turns` is the question")
    turns = _texts(fields["turns"])
    if not 1 <= len(turns) <= MAX_TURNS:
        raise ValueError(f"`turns` has {len(turns)} questions, not 1 to {MAX_TURNS}")
    return turns


def _border(span: dict[str, Any]) -> tuple[int, int]:
    start, end = span["start"], span["end"]
    if not (type(start) is type(end) is int and 0 <= start < end):
        raise ValueError(f"a span from {start!r} to {end!r} is none")
    return start, end


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{str(value)[:80]!r} is neither true nor false")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{str(value)[:80]!r} is not a text")
    if len(value) > MAX_TEXT_CHARS:
        raise ValueError(f"a text has {len(value):,} characters; the limit is {MAX_TEXT_CHARS:,}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{str(value)[:80]!r} is not a list of texts")
    return tuple(map(_text, value))
