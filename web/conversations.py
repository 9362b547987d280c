"""Conversations, in the database.

A session is made when its first answer is stored, so there are no empty ones. Every answer is kept whole, as
the JSON it was sent as: a page loaded again shows the same citations, whatever became of the articles. When a new
conversation is one too many, the one last spoken in longest ago is forgotten; of a conversation that grows too long,
its first messages are. Which of them a search finds is `conversation_list.py`'s to say, ratings are `feedback.py`'s.
"""

import datetime as dt
import json
import secrets
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from assistant.answer import Answer, Cited, Turn
from index.database import Database
from index.errors import shown
from web.conversation_list import listed
from web.conversation_tables import facts_row, feedback, message_facts, messages, prepare, sessions
from web.errors import UnknownSession
from web.replies import Json, answer_json

HISTORY_TURNS = 6
MAX_TITLE_CHARS = 80
"""Of the title that a conversation gets from its first question."""
MAX_SESSIONS = 1_000
MAX_MESSAGES = 500
"""Of one conversation."""

_LAST = func.max(messages.c.number)


class Conversations:
    def __init__(self, database: Database, max_sessions: int = MAX_SESSIONS, max_messages: int = MAX_MESSAGES) -> None:
        self._database = database
        self._max_sessions = max_sessions
        self._max_messages = max_messages
        prepare(database)

    def history(self, session_id: str) -> tuple[Turn, ...]:
        """The last turns of a conversation, oldest first. Raises UnknownSession."""
        newest_first = (
            select(messages.c.answer)
            .where(messages.c.session_id == session_id)
            .order_by(messages.c.number.desc())
            .limit(HISTORY_TURNS)
        )
        with self._database.read() as connection:
            if not connection.execute(select(sessions.c.id).where(sessions.c.id == session_id)).first():
                raise _unknown(session_id)
            answers = [json.loads(text) for text in connection.execute(newest_first).scalars()]
        return tuple(map(_turn, reversed(answers)))

    def append(self, session_id: str | None, answer: Answer, settings: Json) -> Json:
        """Store `answer` as the conversation's next message, and give it as the caller gets to see it.

        settings: those that it was given under, of which the answer does not tell itself.

        Without a `session_id` a conversation begins, and the oldest beyond `max_sessions` are forgotten; with one, its
        messages before the last `max_messages`. Raises UnknownSession where it was deleted meanwhile.
        """
        now = _now()
        begins = session_id is None
        message_id = secrets.token_urlsafe(16)
        with self._database.write() as connection:
            if session_id is None:
                session_id = secrets.token_urlsafe(16)
                title = " ".join(answer.question.split())[:MAX_TITLE_CHARS]
                connection.execute(insert(sessions).values(id=session_id, title=title, created_at=now, updated_at=now))
            else:
                touched = connection.execute(update(sessions).where(sessions.c.id == session_id).values(updated_at=now))
                if not touched.rowcount:
                    raise _unknown(session_id)
            reply = answer_json(answer, message_id, session_id)
            row = {"question": answer.question, "answer": json.dumps(reply), "created_at": now}
            stored = connection.execute(insert(messages).values(id=message_id, session_id=session_id, **row))
            connection.execute(insert(message_facts).values(facts_row(stored.lastrowid, session_id, reply, settings)))
            if begins:  # by the messages' numbers, not by the clock, which may be set back
                last_spoken_in = select(messages.c.session_id).group_by(messages.c.session_id).order_by(_LAST.desc())
                too_many = last_spoken_in.offset(self._max_sessions)
                connection.execute(delete(sessions).where(sessions.c.id.in_(too_many)))
            else:
                newest = select(messages.c.number).where(messages.c.session_id == session_id)
                too_old = newest.order_by(messages.c.number.desc()).offset(self._max_messages)
                connection.execute(delete(messages).where(messages.c.number.in_(too_old)))
        return reply

    def list(self, query: str = "", limit: int | None = None, before: int | None = None) -> Json:
        """Those that have each word of `query` in their title, a question or an answer, the one last spoken in first.

        At most `limit`, all where it is None; `before` is the `next_cursor` of the page before.
        """
        with self._database.read() as connection:
            return listed(connection, query, limit, before)

    def get(self, session_id: str) -> Json:
        """One conversation with its messages, oldest first. Raises UnknownSession."""
        said = (
            select(messages, feedback.c.is_positive, feedback.c.feedback_text)
            .join_from(messages, feedback, isouter=True)
            .where(messages.c.session_id == session_id)
            .order_by(messages.c.number)
        )
        with self._database.read() as connection:
            session = connection.execute(select(sessions).where(sessions.c.id == session_id)).mappings().first()
            if session is None:
                raise _unknown(session_id)
            return {
                "id": session["id"],
                "title": session["title"],
                "created_at": session["created_at"],
                "messages": [_message(row) for row in connection.execute(said).mappings()],
            }

    def delete(self, session_id: str) -> None:
        """Remove a conversation with its messages and their feedback. Raises UnknownSession."""
        with self._database.write() as connection:
            if not connection.execute(delete(sessions).where(sessions.c.id == session_id)).rowcount:
                raise _unknown(session_id)

    def rename(self, session_id: str, title: str) -> None:
        """Raises UnknownSession."""
        with self._database.write() as connection:
            if not connection.execute(update(sessions).where(sessions.c.id == session_id).values(title=title)).rowcount:
                raise _unknown(session_id)


def _message(row: Any) -> Json:
    opinion = None
    if row["is_positive"] is not None:
        opinion = {"is_positive": row["is_positive"], "feedback_text": row["feedback_text"]}
    return {
        "id": row["id"],
        "question": row["question"],
        "answer": json.loads(row["answer"]),
        "created_at": row["created_at"],
        "feedback": opinion,
    }


def _turn(answer: Json) -> Turn:
    cited = (Cited(c["article_id"], c["revision"], c["start"], c["end"], c["score"]) for c in answer["citations"])
    return Turn(
        answer["question"], answer["standalone_question"], answer["answer"], answer["short_answer"], tuple(cited)
    )


def _unknown(session_id: str) -> UnknownSession:
    return UnknownSession(f"There is no conversation {shown(session_id)}.")


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
