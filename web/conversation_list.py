"""Which conversations there are, or are found by words, the one last spoken in first.

Each of the first eight words has to occur in the title or in a question or answer, as part of a longer word too; case
and accents do not count. The texts are scanned once for each: with 1,000 conversations of 20 messages that takes less
than an index would save.
"""

from sqlalchemy import Connection, func, select

from index.catalogue import MAX_WORDS
from web.conversation_tables import message_facts, messages, searchable, sessions
from web.replies import Json

_LAST = func.max(messages.c.number)


def listed(connection: Connection, query: str, limit: int | None, before: int | None) -> Json:
    """`before`: the `next_cursor` of the page before, which holds while conversations are spoken in and deleted."""
    counted = (
        select(sessions, func.count(messages.c.number).label("messages"), _LAST.label("last"))
        .join_from(sessions, messages)
        .group_by(sessions.c.id)
        .order_by(_LAST.desc())
    )
    rows = connection.execute(counted).mappings().all()
    found = _found(connection, {row["id"]: row["title"] for row in rows}, query)
    rest = [row for row in rows if row["id"] in found and (before is None or row["last"] < before)]
    page = rest[:limit]
    questions = _questions(connection, [number for row in page if (number := found[row["id"]])])
    return {
        "sessions": [
            {
                "id": row["id"],
                "title": row["title"],
                "created_at": row["created_at"],
                "updated_at": row["updated_at"],
                "messages": row["messages"],
                "found_in": questions.get(found[row["id"]] or 0),
            }
            for row in page
        ],
        "next_cursor": page[-1]["last"] if len(page) < len(rest) else None,
    }


def _found(connection: Connection, titles: dict[str, str], query: str) -> dict[str, int | None]:
    """Of the conversations in `titles` those with the first MAX_WORDS words, each with the last message that has the
    longest word of those that its title has not; None where the title has all."""
    found: dict[str, int | None] = dict.fromkeys(titles)
    in_title = {id_: searchable(title) for id_, title in titles.items()}
    words = list(dict.fromkeys(searchable(query).split()))[:MAX_WORDS]
    for word in sorted(words, key=len, reverse=True):
        said = _said(connection, word) if found else {}
        found = {
            id_: number or (None if word in in_title[id_] else said[id_])
            for id_, number in found.items()
            if word in in_title[id_] or id_ in said
        }
    return found


def _said(connection: Connection, word: str) -> dict[str, int]:
    """The conversations in which a message has the word, with the last that has."""
    facts = message_facts.c
    having = select(facts.session_id, func.max(facts.number)).where(func.instr(facts.words, word) > 0)
    return {row[0]: row[1] for row in connection.execute(having.group_by(facts.session_id))}


def _questions(connection: Connection, numbers: list[int]) -> dict[int, str]:
    asked = select(messages.c.number, messages.c.question).where(messages.c.number.in_(numbers))
    return {row[0]: row[1] for row in connection.execute(asked)}
