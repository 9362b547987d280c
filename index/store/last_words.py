"""Of two jobs that give one article at once, the one that was asked for later is to have the last word.

Where several work, a later job may come to an article first. Then it is noted beside the article, and what an earlier
one brings after it is withheld. Kept within the transactions of `store.py`, which takes in, and of the jobs, which know
when no earlier one is left; what is done in turn notes nothing.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from index.store.rows import put
from index.store.schema import last_words


@dataclass(frozen=True, slots=True)
class Place:
    """Of a job in the order in which jobs were asked for."""

    number: int
    is_overtaking: bool
    """Whether one before it has not ended."""


def note(connection: Connection, article_id: str, number: int) -> None:
    put(connection, last_words, {"article_id": article_id, "number": number})


def is_a_later_ones(connection: Connection, article_id: str, number: int) -> bool:
    """Whether a job after that one gave the article as it is."""
    later = (last_words.c.article_id == article_id, last_words.c.number > number)
    return connection.scalar(select(last_words.c.number).where(*later)) is not None


def forget(connection: Connection, first_left: int | None) -> None:
    """What no job overtook that has not ended. first_left: the first of those; None where there is none."""
    statement = delete(last_words)
    connection.execute(statement if first_left is None else statement.where(last_words.c.number <= first_left))
