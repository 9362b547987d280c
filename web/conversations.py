"""Conversations and what people thought of their answers, in the database.

A session is made when its first answer is stored, so there are no empty ones. Every answer is kept whole, as
the JSON it was sent as: a page loaded again shows the same citations, whatever became of the articles. When a new
conversation is one too many, the one last spoken in longest ago is forgotten; of a conversation that grows too long,
its first messages are.
"""

import datetime as dt
import json
import secrets
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.answer import Answer, Cited, Turn
from index.database import Database
from index.errors import shown
from web.errors import Refused, UnknownMessage, UnknownSession
from web.replies import Json, answer_json

HISTORY_TURNS = 6
MAX_TITLE_CHARS = 80
MAX_SESSIONS = 1_000
MAX_MESSAGES = 500
"""Of one conversation."""

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of the conversation
    Column("id", Text, nullable=False, unique=True),
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("messages_by_session", "session_id", "number"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("is_positive", Boolean, nullable=False),
    Column("feedback_text", Text),
    Column("created_at", Text, nullable=False),
)

_LAST = func.max(messages.c.number)


class Conversations:
    def __init__(self, database: Database, max_sessions: int = MAX_SESSIONS, max_messages: int = MAX_MESSAGES) -> None:
        self._database = database
        self._max_sessions = max_sessions
        self._max_messages = max_messages
        database.create(metadata)

    def history(self, session_id: str, replaces: str | None = None) -> tuple[Turn, ...]:
        """The last turns of a conversation, oldest first, without the last of all where that is to be replaced.

        Raises UnknownSession, and Refused where `replaces` is not its last message.
        """
        newest_first = (
            select(messages.c.answer)
            .where(messages.c.session_id == session_id)
            .order_by(messages.c.number.desc())
            .limit(HISTORY_TURNS)
        )
        with self._database.read() as connection:
            if not connection.execute(select(sessions.c.id).where(sessions.c.id == session_id)).first():
                raise _unknown(session_id)
            if replaces is not None:
                newest_first = newest_first.where(messages.c.number < _last(connection, session_id, replaces))
            answers = [json.loads(text) for text in connection.execute(newest_first).scalars()]
        return tuple(map(_turn, reversed(answers)))

    def turn(self, message_id: str) -> Turn:
        """Raises UnknownMessage."""
        with self._database.read() as connection:
            answer = connection.scalar(select(messages.c.answer).where(messages.c.id == message_id))
        if answer is None:
            raise UnknownMessage(f"There is no message {shown(message_id)}.")
        return _turn(json.loads(answer))

    def append(self, session_id: str | None, answer: Answer, replaces: str | None = None) -> Json:
        """Store `answer` as the conversation's next message, and give it as the caller gets to see it.

        replaces: the id of its last message, which was asked again in other words and goes.

        Without a `session_id` a conversation begins, and the oldest beyond `max_sessions` are forgotten; with one, its
        messages before the last `max_messages`. Raises UnknownSession where it was deleted meanwhile, Refused where
        `replaces` is no longer its last message.
        """
        now = _now()
        begins = session_id is None
        message_id = secrets.token_urlsafe(16)
        with self._database.write() as connection:
            if session_id is None:
                session_id = secrets.token_urlsafe(16)
                title = _title(answer.question)
                connection.execute(insert(sessions).values(id=session_id, title=title, created_at=now, updated_at=now))
            else:
                touched = connection.execute(update(sessions).where(sessions.c.id == session_id).values(updated_at=now))
                if not touched.rowcount:
                    raise _unknown(session_id)
                if replaces is not None:
                    _drop_last(connection, session_id, replaces, answer.question)
            reply = answer_json(answer, message_id, session_id)
            connection.execute(
                insert(messages).values(
                    id=message_id,
                    session_id=session_id,
                    question=answer.question,
                    answer=json.dumps(reply),
                    created_at=now,
                )
            )
            if begins:  # by the messages' numbers, not by the clock, which may be set back
                last_spoken_in = select(messages.c.session_id).group_by(messages.c.session_id).order_by(_LAST.desc())
                too_many = last_spoken_in.offset(self._max_sessions)
                connection.execute(delete(sessions).where(sessions.c.id.in_(too_many)))
            else:
                newest = select(messages.c.number).where(messages.c.session_id == session_id)
                too_old = newest.order_by(messages.c.number.desc()).offset(self._max_messages)
                connection.execute(delete(messages).where(messages.c.number.in_(too_old)))
        return reply

    def list(self) -> list[Json]:
        """All conversations, the one last spoken in first; there are at most `max_sessions`."""
        rows = (
            select(sessions, func.count(messages.c.number).label("messages"))
            .join_from(sessions, messages)
            .group_by(sessions.c.id)
            .order_by(_LAST.desc())
        )
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(rows).mappings()]

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

    def rate(self, message_id: str, is_positive: bool, feedback_text: str | None) -> None:
        """Keep what was thought of an answer; a second opinion replaces the first. Raises UnknownMessage."""
        opinion = {"is_positive": is_positive, "feedback_text": feedback_text, "created_at": _now()}
        with self._database.write() as connection:
            if not connection.execute(select(messages.c.id).where(messages.c.id == message_id)).first():
                raise UnknownMessage(f"There is no message {shown(message_id)}.")
            connection.execute(
                upsert(feedback)
                .values(message_id=message_id, **opinion)
                .on_conflict_do_update(index_elements=["message_id"], set_=opinion)
            )


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


def _title(question: str) -> str:
    return " ".join(question.split())[:MAX_TITLE_CHARS]


def _last(connection: Connection, session_id: str, message_id: str) -> int:
    """The number of that message. Raises Refused where it is not the conversation's last one."""
    last = select(messages.c.id, messages.c.number).where(messages.c.session_id == session_id)
    row = connection.execute(last.order_by(messages.c.number.desc()).limit(1)).first()
    if row is None or row.id != message_id:
        message = f"The message {shown(message_id)} is not the conversation's last one, which alone can be asked anew."
        raise Refused(409, message, field="replaces")
    return int(row.number)


def _drop_last(connection: Connection, session_id: str, message_id: str, question: str) -> None:
    """A conversation that was named for the question that goes is named for the new one."""
    number = _last(connection, session_id, message_id)
    first = select(func.min(messages.c.number)).where(messages.c.session_id == session_id)
    if connection.scalar(first) == number:
        old = connection.scalar(select(messages.c.question).where(messages.c.number == number)) or ""
        named = (sessions.c.id == session_id, sessions.c.title == _title(old))
        connection.execute(update(sessions).where(*named).values(title=_title(question)))
    connection.execute(delete(messages).where(messages.c.number == number))


def _unknown(session_id: str) -> UnknownSession:
    return UnknownSession(f"There is no conversation {shown(session_id)}.")


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
