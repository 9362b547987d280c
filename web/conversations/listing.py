"""Which conversations there are, or are found by words, the one last spoken in first.

Each of the first eight words has to occur in the title or in a question or answer, as part of a longer word too; case
and accents do not count. The texts are scanned once for each: with 1,000 conversations of 20 messages that takes less
than an index would save.
"""

import json
from collections.abc import Collection

from sqlalchemy import Connection, func, select

from index.store.catalogue import MAX_WORDS
from index.store.dialects import holds
from index.text.sentences import sentence_spans
from web.conversations.tables import message_facts, messages, owned_by, searchable, sessions
from web.replies import Json

NOWHERE: Json = {"found_in": None, "found_text": None}

Place = tuple[int, str]
"""The number of a message, and a word that was found in it."""

_LAST = func.max(messages.c.number)


def listed(connection: Connection, reach: Collection[str], query: str, limit: int | None, before: int | None) -> Json:
    """Those of the owners in `reach`. before: the `next_cursor` of the page before, which holds while conversations are
    spoken in and deleted.
    """
    counted = (
        select(sessions, func.count(messages.c.number).label("messages"), _LAST.label("last"))
        .join_from(sessions, messages)
        .where(owned_by(reach))
        .group_by(sessions.c.id)
        .order_by(_LAST.desc())
    )
    rows = connection.execute(counted).mappings().all()
    found = _found(connection, {row["id"]: row["title"] for row in rows}, query)
    rest = [row for row in rows if row["id"] in found and (before is None or row["last"] < before)]
    page = rest[:limit]
    found_at = {row["id"]: found[row["id"]] for row in page}
    places = _places(connection, dict(filter(None, found_at.values())))
    return {
        "sessions": [
            {
                "id": row["id"],
                "title": row["title"],
                "created_at": row["created_at"],
                "updated_at": row["updated_at"],
                "messages": row["messages"],
                **(places[place[0]] if (place := found_at[row["id"]]) else NOWHERE),
            }
            for row in page
        ],
        "next_cursor": page[-1]["last"] if len(page) < len(rest) else None,
    }


def _found(connection: Connection, titles: dict[str, str], query: str) -> dict[str, Place | None]:
    """Of the conversations in `titles` those with the first MAX_WORDS words, each with the last message that has the
    longest word of those that its title has not; None where the title has all."""
    found: dict[str, Place | None] = dict.fromkeys(titles)
    in_title = {id_: searchable(title) for id_, title in titles.items()}
    words = list(dict.fromkeys(searchable(query).split()))[:MAX_WORDS]
    for word in sorted(words, key=len, reverse=True):
        said = _said(connection, word) if found else {}
        found = {
            id_: place or (None if word in in_title[id_] else (said[id_], word))
            for id_, place in found.items()
            if word in in_title[id_] or id_ in said
        }
    return found


def _said(connection: Connection, word: str) -> dict[str, int]:
    """The conversations in which a message has the word, with the last that has."""
    facts = message_facts.c
    having = select(facts.session_id, func.max(facts.number)).where(holds(facts.words, word))
    return {row[0]: row[1] for row in connection.execute(having.group_by(facts.session_id))}


def _places(connection: Connection, words: dict[int, str]) -> dict[int, Json]:
    """Of each message the question, and the sentence of its answer that has the word, if one does."""
    asked = select(messages.c.number, messages.c.question, messages.c.answer).where(messages.c.number.in_(words))
    return {
        row.number: {
            "found_in": row.question,
            "found_text": _sentence(json.loads(row.answer)["answer"], words[row.number]),
        }
        for row in connection.execute(asked)
    }


def _sentence(answer: str, word: str) -> str | None:
    sentences = (answer[start:end] for start, end in sentence_spans(answer))
    return next((sentence for sentence in sentences if word in searchable(sentence)), None)
