"""The tables of conversations: what was asked and answered, what was thought of it, and what makes it found again.

An answer is kept whole, as the JSON it was sent as. What nobody is sent stands beside it in `message_facts`, a table of
its own so that a database of before needs no change: its messages get their words when it is next opened.
"""

import json
from collections.abc import Collection

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    MetaData,
    Table,
    func,
    insert,
    select,
)

from index.store.database import Database
from index.store.dialects import LongInteger, Text
from index.text.words import folded, unaccented
from web.replies import Json

VISITOR = "visitor "
"""How those owners begin who have not the token."""

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

owners = Table(
    "owners",
    metadata,
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("owner", Text, nullable=False),  # as `security/access.py` gives it; what has no row belongs to the token
    Index("owners_by_owner", "owner"),
)

messages = Table(
    "messages",
    metadata,
    Column("number", LongInteger, primary_key=True),  # the order of the conversation
    Column("id", Text, nullable=False, unique=True),
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("messages_by_session", "session_id", "number"),
)

message_facts = Table(
    "message_facts",
    metadata,
    Column("number", LongInteger, ForeignKey("messages.number", ondelete="CASCADE"), primary_key=True),
    Column("session_id", Text, nullable=False),  # that of the message, which a scan need not look for
    Column("words", Text, nullable=False),  # of question and answer, as `searchable` gives them
    Column("settings", Text, nullable=False),  # in force when it was answered, as JSON
)

feedback = Table(
    "feedback",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("is_positive", Boolean, nullable=False),
    Column("feedback_text", Text),
    Column("created_at", Text, nullable=False),
)


FACTS_AT_ONCE = 500


def owned_by(reach: Collection[str]) -> ColumnElement[bool]:
    """Whether the `sessions` of a statement belong to one of these owners."""
    owner = select(owners.c.owner).where(owners.c.session_id == sessions.c.id).scalar_subquery()
    return func.coalesce(owner, "").in_(sorted(reach))


def prepare(database: Database) -> None:
    """Make what is not there yet, also the facts of messages that an earlier version kept none of.

    Some at a time: what was done holds if this is cut off.
    """
    database.create(metadata)
    lacking = (
        select(messages.c.number, messages.c.session_id, messages.c.answer)
        .join_from(messages, message_facts, isouter=True)
        .where(message_facts.c.number.is_(None))
        .limit(FACTS_AT_ONCE)
    )
    while True:
        with database.write() as connection:
            rows = [
                facts_row(row.number, row.session_id, json.loads(row.answer), {}) for row in connection.execute(lacking)
            ]
            if rows:
                connection.execute(insert(message_facts), rows)
        if len(rows) < FACTS_AT_ONCE:
            return


def facts_row(number: int, session_id: str, answer: Json, settings: Json) -> dict[str, object]:
    """The row of `message_facts` for the message of that number; `settings` is stored as it is."""
    return {
        "number": number,
        "session_id": session_id,
        "words": searchable(f"{answer['question']}\n{answer['short_answer'] or ''}\n{answer['answer']}"),
        "settings": json.dumps(settings),
    }


def searchable(text: str) -> str:
    """`text` whatever its case, its accents and the form of its marks: what is searched, and searched for."""
    return unaccented(folded(text))
