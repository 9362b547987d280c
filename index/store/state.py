"""Which state of which corpus something shows: what an index is matched to the database by.

A number alone would not do: a database that was begun anew, or put back by hand, comes to the same numbers again with
other articles. So each corpus has an id, made with its database and again when a backup is restored, and each of its
states a mark, both at random.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from index.errors import BrokenDatabase
from index.store.schema import corpus


@dataclass(frozen=True, slots=True)
class State:
    corpus_id: str
    seq: int
    """Grows with every change of an article."""
    mark: str
    """Of this state alone; empty before the first article."""


def state_of(connection: Connection) -> State:
    rows = connection.execute(select(corpus.c.id, corpus.c.seq, corpus.c.mark)).all()
    if len(rows) != 1:
        raise BrokenDatabase(f"The database is damaged: it has {len(rows)} states, not one. Put a backup of it back.")
    return State(rows[0].id, rows[0].seq, rows[0].mark)


def begin_another(connection: Connection) -> None:
    """Of the same articles, and so of the same number."""
    connection.execute(update(corpus).values(mark=secrets.token_hex(16)))
