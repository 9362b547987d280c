"""Articles that were removed by hand, kept whole for an hour, in case that it is taken back.

Beside the tables that everything reads, and not marked within them: what was removed is found nowhere else from that
moment on. Kept within the transactions of `store.py`, which removes and restores; what is older goes with the next
removal or publish.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from index.store.rows import moment, now, put
from index.store.schema import articles, revisions, trash

KEPT = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Removed:
    """The rows of an article and of its revisions, and the state of the corpus that its removal made."""

    seq: int
    article: dict[str, Any]
    revisions: list[dict[str, Any]]


def rows_of(connection: Connection, article_id: str) -> tuple[str, str]:
    """The row of a stored article and those of its revisions, as JSON."""
    own = connection.execute(select(articles).where(articles.c.id == article_id)).one()
    texts = connection.execute(select(revisions).where(revisions.c.article_id == article_id))
    return _json(dict(own._mapping)), _json([dict(row._mapping) for row in texts])


def keep(connection: Connection, article_id: str, seq: int, rows: tuple[str, str]) -> None:
    """rows: as `rows_of` gave them. In place of what was removed under that id before."""
    row = {"article_id": article_id, "removed_at": now(), "seq": seq, "article": rows[0], "revisions": rows[1]}
    put(connection, trash, row)


def take_out(connection: Connection, article_id: str) -> Removed | None:
    """What was kept of an article, which then no longer is; None for one that was not removed within the hour."""
    purge(connection)
    row = connection.execute(delete(trash).where(trash.c.article_id == article_id).returning(trash)).first()
    return None if row is None else Removed(row.seq, json.loads(row.article), json.loads(row.revisions))


def purge(connection: Connection) -> None:
    """Forget what is older."""
    connection.execute(delete(trash).where(trash.c.removed_at < moment(dt.datetime.now(dt.UTC) - KEPT)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
