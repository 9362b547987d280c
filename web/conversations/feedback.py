"""What people thought of answers: stored, taken back, and given out as a question set that `assistant eval` runs.

A good answer becomes a question whose gold is what it cited; a good refusal one without an answer. What a bad answer
should have been nobody knows, so it comes with `skip`, as does a good one that cannot be measured any more: `eval`
counts these and does not ask them. Beside what `eval` reads, each line has the remark, what was answered, and the
settings under which.
"""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select

from assistant.answer import HISTORY_TURNS
from assistant.evaluation.questions import MAX_TEXT_CHARS, holds
from index.errors import shown
from index.store.database import Database
from index.store.rows import put
from web.conversations.tables import feedback, message_facts, messages, prepare
from web.errors import UnknownMessage
from web.replies import Json

RevisionOf = Callable[[str], str | None]
"""The present revision of an article; None where there is no such article."""


class Feedback:
    def __init__(self, database: Database) -> None:
        self._database = database
        prepare(database)

    def rate(self, message_id: str, is_positive: bool | None, feedback_text: str | None) -> None:
        """Keep what was thought of an answer; a second opinion replaces the first, None takes it back.

        Raises UnknownMessage.
        """
        opinion = {"is_positive": is_positive, "feedback_text": feedback_text, "created_at": _now()}
        with self._database.write() as connection:
            if not connection.execute(select(messages.c.id).where(messages.c.id == message_id)).first():
                raise UnknownMessage(f"There is no message {shown(message_id)}.")
            if is_positive is None:
                connection.execute(delete(feedback).where(feedback.c.message_id == message_id))
                return
            put(connection, feedback, {"message_id": message_id, **opinion})

    def questions(self, revision_of: RevisionOf) -> list[Json]:
        """A line of the question set for each rated answer, the one answered first first."""
        rated = (
            select(messages, feedback.c.is_positive, feedback.c.feedback_text, message_facts.c.settings)
            .join_from(messages, feedback)
            .join(message_facts)
            .order_by(messages.c.number)
        )
        with self._database.read() as connection:
            rows = connection.execute(rated).mappings().all()
            return [_line(row, _earlier(connection, row), revision_of) for row in rows]


def json_lines(lines: list[Json]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _earlier(connection: Any, row: Any) -> list[str]:
    """The questions before it that the answer could know of, oldest first."""
    before = (
        select(messages.c.question)
        .where(messages.c.session_id == row["session_id"], messages.c.number < row["number"])
        .order_by(messages.c.number.desc())
        .limit(HISTORY_TURNS)
    )
    return list(connection.execute(before).scalars())[::-1]


def _line(row: Any, earlier: list[str], revision_of: RevisionOf) -> Json:
    answer = json.loads(row["answer"])
    settings = json.loads(row["settings"])
    line: Json = {"id": row["id"]}
    line |= {"turns": [*earlier, row["question"]]} if earlier else {"question": row["question"]}
    if row["is_positive"]:
        line |= _gold(answer, revision_of)
    else:
        line["skip"] = "rated bad: what would be right is not known"
    if filters := _filters_given(answer):
        line["filters"] = filters
    if settings.get("understand") is False:
        line["understand"] = False
    return line | {
        "is_positive": row["is_positive"],
        "feedback_text": row["feedback_text"],
        "answered_at": row["created_at"],
        "answered": {
            name: answer[name] for name in ("answer", "short_answer", "reason", "confidence", "citations", "as_of")
        },
        "settings": {"answerer": answer["answerer"], "generation": answer["generation"]} | settings,
    }


def _gold(answer: Json, revision_of: RevisionOf) -> Json:
    """`answers`, `articles` and `spans` of an answer that was good, or why it measures nothing."""
    if not answer["answered"]:
        if answer["reason"] == "no_articles":
            return {"skip": "refused because there were no articles"}
        return {"answers": []}
    there = [c for c in answer["citations"] if revision_of(c["article_id"])]
    quotes = [c["quote"] for c in there if len(c["quote"]) <= MAX_TEXT_CHARS]
    if not quotes:
        return {"skip": "none of its articles is stored any more" if answer["citations"] else "it cites nothing"}
    short = answer["short_answer"]
    # "yes" stands in no article, and an answer counts as right by a sentence that it cites
    answers = [short] if short and any(holds(quote, [short]) for quote in quotes) else quotes
    places = [place for c in there for place in (c, *c["also_in"]) if revision_of(place["article_id"])]
    spans = [
        {"article": place["article_id"], "start": place["start"], "end": place["end"]}
        for place in places
        if place["revision"] == revision_of(place["article_id"])  # in another the sentence stands elsewhere
    ]
    return {
        "answers": list(dict.fromkeys(answers)),
        "articles": list(dict.fromkeys(place["article_id"] for place in places)),
        "spans": spans,
    }


def _filters_given(answer: Json) -> Json:
    """Those that were not read out of the question, which `eval` reads out again."""
    read = answer.get("understood", {}).get("filters", {})
    return {name: value for name, value in answer["applied_filters"].items() if name not in read}


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
