"""Conversations, in the database.

A session is made when its first answer is stored, so there are no empty ones. Every answer is kept whole, as
the JSON it was sent as: a page loaded again shows the same citations, whatever became of the articles. Each belongs to
an owner, and to whoever does not reach that owner it is not there. When a new conversation is one too many of its
owner's, the one last spoken in longest ago is forgotten; of a conversation that grows too long, its first messages are.
Which of them a search finds is `listing.py`'s to say, ratings are `feedback.py`'s.
"""

import datetime as dt
import json
import secrets
from collections.abc import Collection
from copy import copy
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from assistant.answer import HISTORY_TURNS, Answer, Cited, Turn
from index.errors import shown
from index.store.database import Database
from web.conversations.listing import listed
from web.conversations.tables import (
    VISITOR,
    facts_row,
    feedback,
    message_facts,
    messages,
    owned_by,
    owners,
    prepare,
    sessions,
)
from web.errors import Refused, UnknownMessage, UnknownSession
from web.replies import Json, answer_json

MAX_TITLE_CHARS = 80
"""Of the title that a conversation gets from its first question."""
MAX_SESSIONS = 1_000
"""Of one owner."""
MAX_VISITORS_SESSIONS = 10_000
"""Of all visitors: who drops the cookie is another one."""
MAX_MESSAGES = 500
"""Of one conversation."""

_LAST = func.max(messages.c.number)


class Conversations:
    def __init__(
        self,
        database: Database,
        max_sessions: int = MAX_SESSIONS,
        max_messages: int = MAX_MESSAGES,
        max_visitors_sessions: int = MAX_VISITORS_SESSIONS,
    ) -> None:
        """Those of nobody in particular; `of` gives somebody's."""
        self._database = database
        self._max_sessions = max_sessions
        self._max_messages = max_messages
        self._max_visitors_sessions = max_visitors_sessions
        self._owner = ""
        self._reach: Collection[str] = frozenset({""})
        prepare(database)

    def of(self, owner: str, reach: Collection[str]) -> "Conversations":
        """The conversations of the owners in `reach`; new ones are that owner's."""
        found = copy(self)
        found._owner, found._reach = owner, reach
        return found

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
            self._check(connection, session_id)
            if replaces is not None:
                newest_first = newest_first.where(messages.c.number < _last(connection, session_id, replaces))
            answers = [json.loads(text) for text in connection.execute(newest_first).scalars()]
        return tuple(map(_turn, reversed(answers)))

    def turn(self, message_id: str) -> Turn:
        """Raises UnknownMessage."""
        said = select(messages.c.answer).join_from(messages, sessions)
        with self._database.read() as connection:
            answer = connection.scalar(said.where(messages.c.id == message_id, owned_by(self._reach)))
        if answer is None:
            raise UnknownMessage(f"There is no message {shown(message_id)}.")
        return _turn(json.loads(answer))

    def append(self, session_id: str | None, answer: Answer, settings: Json, replaces: str | None = None) -> Json:
        """Store `answer` as the conversation's next message, and give it as the caller gets to see it.

        settings: those that it was given under, of which the answer does not tell itself. replaces: the id of its last
        message, which was asked again in other words and goes.

        Without a `session_id` a conversation begins, and the owner's oldest beyond `max_sessions` are forgotten; with
        one, its messages before the last `max_messages`. Raises UnknownSession where it was deleted meanwhile, Refused
        where `replaces` is no longer its last message.
        """
        now = _now()
        begins = session_id is None
        message_id = secrets.token_urlsafe(16)
        with self._database.write() as connection:
            if session_id is None:
                session_id = secrets.token_urlsafe(16)
                title = _title(answer.question)
                connection.execute(insert(sessions).values(id=session_id, title=title, created_at=now, updated_at=now))
                if self._owner:
                    connection.execute(insert(owners).values(session_id=session_id, owner=self._owner))
            else:
                self._check(connection, session_id)
                connection.execute(update(sessions).where(sessions.c.id == session_id).values(updated_at=now))
                if replaces is not None:
                    _drop_last(connection, session_id, replaces, answer.question)
            reply = answer_json(answer, message_id, session_id)
            row = {"question": answer.question, "answer": json.dumps(reply), "created_at": now}
            said = insert(messages).values(id=message_id, session_id=session_id, **row).returning(messages.c.number)
            number = connection.execute(said).scalar_one()
            connection.execute(insert(message_facts).values(facts_row(number, session_id, reply, settings)))
            if begins:
                _forget_oldest(connection, owned_by([self._owner]), self._max_sessions)
                if self._owner.startswith(VISITOR):
                    visitors = select(owners.c.session_id).where(owners.c.owner.startswith(VISITOR))
                    _forget_oldest(connection, sessions.c.id.in_(visitors), self._max_visitors_sessions)
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
            return listed(connection, self._reach, query, limit, before)

    def get(self, session_id: str) -> Json:
        """One conversation with its messages, oldest first. Raises UnknownSession."""
        said = (
            select(messages, feedback.c.is_positive, feedback.c.feedback_text)
            .join_from(messages, feedback, isouter=True)
            .where(messages.c.session_id == session_id)
            .order_by(messages.c.number)
        )
        with self._database.read() as connection:
            session = self._check(connection, session_id)
            return {
                "id": session["id"],
                "title": session["title"],
                "created_at": session["created_at"],
                "messages": [_message(row) for row in connection.execute(said).mappings()],
            }

    def delete(self, session_id: str) -> None:
        """Remove a conversation with its messages and their feedback. Raises UnknownSession."""
        with self._database.write() as connection:
            self._check(connection, session_id)
            connection.execute(delete(sessions).where(sessions.c.id == session_id))

    def rename(self, session_id: str, title: str) -> None:
        """Raises UnknownSession."""
        with self._database.write() as connection:
            self._check(connection, session_id)
            connection.execute(update(sessions).where(sessions.c.id == session_id).values(title=title))

    def _check(self, connection: Connection, session_id: str) -> RowMapping:
        """The row of a conversation that is reached. Raises UnknownSession, also where it is somebody else's."""
        wanted = select(sessions).where(sessions.c.id == session_id, owned_by(self._reach))
        found = connection.execute(wanted).mappings().first()
        if found is None:
            raise UnknownSession(f"There is no conversation {shown(session_id)}.")
        return found


def _forget_oldest(connection: Connection, wanted: ColumnElement[bool], kept: int) -> None:
    """Of those conversations; by the messages' numbers, not by the clock, which may be set back."""
    last_spoken_in = select(sessions.c.id).join_from(sessions, messages).where(wanted).group_by(sessions.c.id)
    too_many = last_spoken_in.order_by(_LAST.desc()).offset(kept)
    connection.execute(delete(sessions).where(sessions.c.id.in_(too_many)))


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


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
