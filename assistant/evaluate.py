"""A set of questions, asked; what came of it, in figures.

A question set is JSON Lines: `question`, `answers` (accepted strings; none where the articles do not hold the
answer), and optionally `answerable` (which must agree with that), `articles` (ids, or paths under the articles
folder, `path#id` for one of an archive), `filters`, and `id`. Figures are shares from 0 to 1 unless their name says
otherwise.
"""

import datetime as dt
import json
import math
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.answer import Answer, Citation, Question, Sources
from assistant.assistant import Assistant
from assistant.errors import BadQuestionSet
from index.filters import Filters
from index.sentences import sentence_spans

Metrics = dict[str, float]
METRICS = (
    *("questions", "answerable", "gold_article_first", "gold_article_in_five", "mrr", "right", "holds_answer"),
    *("sentences_an_answer", "citations_that_answer"),
    *("answered", "refused", "citations", "citations_verbatim", "ms_p50", "ms_p95"),
)


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """A question with what is known to answer it; not answerable when `answers` is empty."""

    id: str
    question: str
    answers: tuple[str, ...]
    articles: tuple[str, ...] = ()
    filters: Filters = field(default=Filters())

    __test__ = False  # not a test, whatever its name says to pytest


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked."""

    question: TestQuestion
    answer: Answer
    article_rank: int | None
    """Place of the first gold article among the articles considered, from 1; None when it was not among them."""
    is_right: bool
    """A cited sentence of a gold article holds an accepted answer; for a question without one: it was refused."""
    holds_answer: bool
    """The answer's text holds an accepted answer, wherever it is from."""
    citations: int
    verbatim: int
    """How many of the citations are `article.text[start:end]`."""
    to_the_point: int
    """How many of them hold an accepted answer."""
    sentences: int
    """How many sentences of articles the answer shows."""
    milliseconds: float


def load_questions(path: Path) -> list[TestQuestion]:
    """Raises BadQuestionSet with the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # splitlines would break a text at U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestionSet(f"The question set {path} cannot be read: {error}.") from error
    questions = [_question(path, n, line) for n, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise BadQuestionSet(f"The question set {path} holds no questions; give one JSON object a line.")
    return questions


def evaluate(
    assistant: Assistant,
    questions: Sequence[TestQuestion],
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Ask each question alone, in order; `progress` hears how many are done and how many there are."""
    outcomes = []
    for n, question in enumerate(questions):
        if progress:
            progress(n, len(questions))
        outcomes.append(_ask(assistant, question))
    return outcomes


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether one of `answers` stands in `text` as words: "18" is not in "2018" nor in "18,300"; case is ignored."""
    return any(
        re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(answer)}(?!\w)(?![.,]\d)", text, re.IGNORECASE) for answer in answers
    )


def metrics(outcomes: Sequence[Outcome]) -> Metrics:
    """The figures; one that nothing was measured for is left out."""
    answerable = [o for o in outcomes if o.question.answers]
    unanswerable = [o for o in outcomes if not o.question.answers]
    located = [o for o in answerable if o.question.articles]
    ranks = [o.article_rank or 0 for o in located]
    times = sorted(o.milliseconds for o in outcomes)
    n_citations = sum(o.citations for o in outcomes)
    cited = [o for o in answerable if o.citations]
    figures = {
        "questions": len(outcomes),
        "answerable": len(answerable),
        "gold_article_first": _share(r == 1 for r in ranks),
        "gold_article_in_five": _share(1 <= r <= 5 for r in ranks),
        "mrr": statistics.fmean(1 / r if r else 0.0 for r in ranks) if ranks else None,
        "right": _share(o.is_right for o in answerable),
        "holds_answer": _share(o.holds_answer for o in answerable),
        "sentences_an_answer": statistics.fmean(o.sentences for o in cited) if cited else None,
        "citations_that_answer": sum(o.to_the_point for o in cited) / sum(o.citations for o in cited)
        if cited
        else None,
        "answered": _share(o.answer.answered for o in answerable),
        "refused": _share(o.is_right for o in unanswerable),
        "citations": n_citations,
        "citations_verbatim": sum(o.verbatim for o in outcomes) / n_citations if n_citations else None,
        "ms_p50": statistics.median(times),
        "ms_p95": times[math.ceil(len(times) * 0.95) - 1],
    }
    return {name: round(value, 4) for name in METRICS if (value := figures[name]) is not None}


def table(figures: Metrics) -> str:
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {value:g}" for name, value in figures.items())


def _ask(assistant: Assistant, question: TestQuestion) -> Outcome:
    began = time.perf_counter()
    considered: tuple[Citation, ...] = ()
    answer: Answer | None = None
    for event in assistant.stream(Question(question.question, filters=question.filters)):
        if isinstance(event, Sources):
            considered = event.passages
        elif isinstance(event, Answer):
            answer = event
    milliseconds = (time.perf_counter() - began) * 1000
    if answer is None:
        raise RuntimeError("the stream ended without an answer")  # the chain always gives one
    gold = _gold_ids(assistant, question, considered + answer.citations + answer.nearest)
    ids = list(dict.fromkeys(c.article_id for c in considered))
    cited_right = any(
        (c.article_id in gold or not question.articles) and holds(c.quote, question.answers) for c in answer.citations
    )
    return Outcome(
        question=question,
        answer=answer,
        article_rank=next((n for n, i in enumerate(ids, 1) if i in gold), None),
        is_right=cited_right if question.answers else not answer.answered,
        holds_answer=holds(answer.answer, question.answers),
        citations=len(answer.citations),
        verbatim=sum(_is_verbatim(assistant, c) for c in answer.citations),
        to_the_point=sum(holds(c.quote, question.answers) for c in answer.citations),
        sentences=sum(len(sentence_spans(c.quote)) for c in answer.citations),
        milliseconds=milliseconds,
    )


def _gold_ids(assistant: Assistant, question: TestQuestion, seen: Iterable[Citation]) -> set[str]:
    """Ids among `seen` of the articles that `question.articles` names by id or by path."""
    gold = set()
    for article_id in {c.article_id for c in seen}:
        stored = assistant.library.article(article_id)
        origin = stored.article.origin if stored else ""
        if {article_id, origin, f"{origin}#{article_id}"} & set(question.articles):
            gold.add(article_id)
    return gold


def _is_verbatim(assistant: Assistant, citation: Citation) -> bool:
    stored = assistant.library.article(citation.article_id, citation.revision)
    return stored is not None and stored.article.text[citation.start : citation.end] == citation.quote


def _question(path: Path, n: int, line: str) -> TestQuestion:
    try:
        fields = json.loads(line)
        filters: dict[str, Any] = {
            name: dt.date.fromisoformat(value) if name in ("after", "before") else _texts(value)
            for name, value in fields.get("filters", {}).items()
        }
        if fields.get("answerable", bool(fields.get("answers"))) != bool(fields.get("answers")):
            raise ValueError("`answerable` and `answers` contradict each other")
        return TestQuestion(
            id=str(fields.get("id", n)),
            question=_text(fields["question"]),
            answers=_texts(fields.get("answers", [])),
            articles=_texts(fields.get("articles", [])),
            filters=Filters(**filters),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadQuestionSet(
            f"{path}, line {n} is not a question ({error}). Give a JSON object with `question` and `answers`."
        ) from error


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not a text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of texts")
    return tuple(map(_text, value))


def _share(flags: Iterable[bool]) -> float | None:
    found = list(flags)
    return statistics.fmean(found) if found else None
