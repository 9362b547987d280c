"""Which stored articles are copies of which, kept up with the store; a generation takes them from here (`in_order`).

Signatures and the keys that they are looked up by lie beside the articles, so that a new article is compared with the
few that may be its copies and with no other. What a kill leaves undone has no signature and is done next time. Left
out: chains. Where A is a copy of B and B of C (a story cut twice), A and C are not, since they may differ in what they
say: one by one, small differences lead from a report to its update.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    union,
)

from index.progress import Progress
from index.store import dialects
from index.store.database import Database
from index.store.rows import batches
from index.store.schema import IS_CURRENT, articles, copies, copy_bands, revisions, signatures
from index.text.copies import MAX_CHARS, Signature, Wording, bands, is_copy, may_be_copies, signature, whole_key

MAX_CANDIDATES = 100
"""Articles that one is compared with: those that share most keys with it."""
MAX_SHARED_KEYS = 20_000
"""Keys in common that are counted for this, of all articles together, those that the fewest have first: where thousands
share most of their words, as notes made after one form do, the words that few have tell which are alike. One of all the
same words is among them, since no other shares that key."""


_LAST_SIGNED = select(func.max(signatures.c.number))


class CopyPairs:
    def __init__(self, database: Database) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database

    def update(self, progress: Progress) -> None:
        """Sign what came in or changed since the last time, and find its copies."""
        with self._database.read() as connection:
            ids = list(connection.scalars(unsigned()))
        for done, article_id in enumerate(ids):
            progress("indexing", done, len(ids))
            while not self._is_kept_up(article_id):
                progress("indexing", done, len(ids))

    def _is_kept_up(self, article_id: str) -> bool:
        """False where another process signed one meanwhile, which may be a copy of this one."""
        with self._database.read() as connection:
            last = connection.scalar(_LAST_SIGNED)
            found = _found(connection, article_id)
        if found is None:
            return True
        with self._database.write() as connection:  # comparing may take a second, in which others can write
            if connection.scalar(_LAST_SIGNED) != last:
                return False
            _keep(connection, article_id, found)
        return True


def unsigned() -> Select[Any]:
    """Ids of the articles whose present revision was not compared with the others yet."""
    return (
        select(articles.c.id)
        .outerjoin(signatures, _is_signed_now())
        .where(signatures.c.number.is_(None))
        .order_by(articles.c.id)
    )


def in_order(connection: Connection, article_ids: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Each article, or each of these, that has copies → its id and theirs, the one that speaks for them first.

    That is the first published, being the original or the nearest to it; a day without an hour counts as its end, and
    an unknown date comes last. Of one date, or of none, the longest; then by id, so that it does not matter in which
    order they came. Of articles whose present revision was compared.
    """
    signed = select(articles.c.id).join(signatures, _is_signed_now())
    its = copies.c.article_id.label("its")
    # an article is among its copies
    pairs = union(select(its, copies.c.copy_id.label("id")), select(its, its)).subquery()
    statement = (
        select(pairs.c.its, pairs.c.id, revisions.c.published_at, signatures.c.shingles)
        .join(articles, articles.c.id == pairs.c.id)
        .join(revisions, IS_CURRENT)
        .join(signatures, _is_signed_now())
        .where(pairs.c.its.in_(signed))
        .order_by(pairs.c.its, articles.c.id)
    )
    parts = [statement] if article_ids is None else [statement.where(pairs.c.its.in_(s)) for s in batches(article_ids)]
    found: dict[str, list[str]] = {}
    for its, rows in groupby((row for part in parts for row in connection.execute(part)), attrgetter("its")):
        by_worth = sorted(rows, key=lambda row: (*_moment(row.published_at), -row.shingles))
        if len(by_worth) > 1:
            found[its] = [row.id for row in by_worth]
    return found


def _moment(published_at: str | None) -> tuple[bool, float]:
    """What dates are sorted by, unknown ones last."""
    if published_at is None:
        return True, 0.0
    is_day = len(published_at) == len("2023-11-04")
    at = dt.datetime.fromisoformat(f"{published_at}T23:59:59" if is_day else published_at)
    return False, (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp()


def _is_signed_now() -> ColumnElement[bool]:
    return and_(signatures.c.article_id == articles.c.id, signatures.c.revision == articles.c.revision)


@dataclass(frozen=True, slots=True)
class _Found:
    revision: str
    signature: Signature
    keys: Sequence[int]
    copies: tuple[str, ...]


def _found(connection: Connection, article_id: str) -> _Found | None:
    """None for an article that went, or was compared by another process, meanwhile."""
    is_left = articles.c.id.in_(unsigned().where(articles.c.id == article_id))
    row = connection.execute(_texts().where(is_left)).first()
    if row is None:
        return None
    own = signature(row.text) or Signature(0, b"")
    keys = _keys(own, row.text)
    wording = Wording(row.text)
    candidates = _candidates(connection, article_id, own, keys)
    texts = {other.text for other in candidates}  # of many that are the same, one is compared
    alike = {text for text in texts if is_copy(wording, Wording(text))}
    return _Found(row.revision, own, keys, tuple(other.id for other in candidates if other.text in alike))


def _keys(own: Signature, text: str) -> list[int]:
    """Each once: two of an article's may be one number. None where there are no words."""
    return list(dict.fromkeys((whole_key(text), *bands(own)))) if own.shingles else []


def _keep(connection: Connection, article_id: str, found: _Found) -> None:
    own = found.signature
    delete_old = delete(signatures).where(signatures.c.article_id == article_id)  # and its keys with it
    connection.execute(delete_old)
    connection.execute(delete(copies).where(or_(copies.c.article_id == article_id, copies.c.copy_id == article_id)))
    there = set(connection.scalars(select(articles.c.id).where(articles.c.id.in_([article_id, *found.copies]))))
    if article_id not in there:
        return
    values = {"article_id": article_id, "revision": found.revision, "shingles": own.shingles, "minima": own.minima}
    number = connection.execute(insert(signatures).values(values).returning(signatures.c.number)).scalar_one()
    if not own.shingles:
        return
    pairs = [pair for other in found.copies if other in there for pair in ((article_id, other), (other, article_id))]
    if pairs:
        connection.execute(insert(copies), [{"article_id": one, "copy_id": other} for one, other in pairs])
    connection.execute(insert(copy_bands), [{"band": key, "number": number} for key in found.keys])


def _candidates(connection: Connection, article_id: str, own: Signature, keys: Sequence[int]) -> list[Row[Any]]:
    if not keys:
        return []
    # of what more have than would fit if all were like it, it does not matter how many more
    common = MAX_SHARED_KEYS // len(keys)
    statements = dialects.COPIES[connection.dialect.name]
    holders = {row.band: row.holders for row in connection.execute(statements.holders, _asked(keys, common=common))}
    rarest_first = sorted(keys, key=holders.__getitem__)
    bounds = {"shared": MAX_SHARED_KEYS, "candidates": MAX_CANDIDATES}
    sharing = list(connection.scalars(statements.sharing, _asked(rarest_first, **bounds)))
    others = select(signatures).where(signatures.c.number.in_(sharing), signatures.c.article_id != article_id)
    rows = connection.execute(others).all()
    near = [row.article_id for row in rows if may_be_copies(own, Signature(row.shingles, row.minima))]
    return list(connection.execute(_texts().where(articles.c.id.in_(near)))) if near else []


def _asked(keys: Sequence[int], **bounds: int) -> dict[str, str | int]:
    return {"keys": json.dumps(keys), **bounds}


def _texts() -> Select[Any]:
    """Of each article as it is now, what is compared."""
    compared = func.substr(revisions.c.text, 1, MAX_CHARS).label("text")
    return select(articles.c.id, articles.c.revision, compared).join(revisions, IS_CURRENT)
