"""Which stored articles are copies of which, kept up with the store; a generation takes them from here (`in_order`).

Signatures and the keys that they are looked up by lie beside the articles, so that a new article is compared with the
few that may be its copies and with no other. What a kill leaves undone has no signature and is done next time. Left
out: chains. Where A is a copy of B and B of C (a story cut twice), A and C are not, since they may differ in what they
say: one by one, small differences lead from a report to its update.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
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

AT_ONCE = 16
"""Articles that are compared with the others and with each other before it is kept what they are copies of."""

_LAST_SIGNED = select(func.max(signatures.c.number))


class CopyPairs:
    def __init__(self, database: Database) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database

    def update(self, progress: Progress) -> None:
        """Sign what came in or changed since the last time, and find its copies."""
        with self._database.read() as connection:
            ids = list(connection.scalars(unsigned()))
        done, at_once = 0, AT_ONCE

        def tell(further: int) -> None:
            progress("indexing", done + further, len(ids))

        while some := ids[done : done + at_once]:
            if self._are_kept_up(some, tell):
                done, at_once = done + len(some), AT_ONCE
            else:  # where others sign often, fewer are done by the time they do again
                at_once = max(1, at_once // 2)

    def _are_kept_up(self, article_ids: Sequence[str], tell: Callable[[int], None]) -> bool:
        """False where another process signed one meanwhile, which may be a copy of one of these."""
        with self._database.read() as connection:
            last = connection.scalar(_LAST_SIGNED)
            found = _compared(connection, article_ids, tell)
        if not found:
            return True
        with self._database.write() as connection:  # comparing may take seconds, in which others can write
            if connection.scalar(_LAST_SIGNED) != last:
                return False
            _keep(connection, found)
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
class _Fresh:
    """An article that was not compared yet."""

    id: str
    revision: str
    text: str
    signature: Signature
    keys: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Compared:
    its: _Fresh
    copies: Sequence[str]
    """Ids of those among the articles that were compared before it."""


def _compared(connection: Connection, article_ids: Sequence[str], tell: Callable[[int], None]) -> list[_Compared]:
    """These, one after the other, without one that went, or was compared by another process, meanwhile."""
    are_left = articles.c.id.in_(unsigned().where(articles.c.id.in_(article_ids)))
    rows = connection.execute(_texts().where(are_left).order_by(articles.c.id)).all()
    fresh = [_fresh(row.id, row.revision, row.text) for row in rows]
    holders = _holders(connection, fresh)
    with_key: dict[int, list[_Fresh]] = defaultdict(list)
    wording = cache(Wording)
    found = []
    for number, own in enumerate(fresh):
        tell(number)
        before = {other.id: other for key in own.keys for other in with_key[key]}.values()
        near = [other for other in before if may_be_copies(own.signature, other.signature)]
        texts = [(other.id, other.text) for other in near] + _candidates(connection, own, holders, article_ids)
        # of many that are the same, one is compared
        alike = {text for text in {text for _, text in texts} if is_copy(wording(own.text), wording(text))}
        found.append(_Compared(own, [article_id for article_id, text in texts if text in alike]))
        for key in own.keys:
            with_key[key].append(own)
    return found


def _fresh(article_id: str, revision: str, text: str) -> _Fresh:
    own = signature(text)
    # each key once: two of an article's may be one number
    keys = list(dict.fromkeys((whole_key(text), *bands(own)))) if own else []
    return _Fresh(article_id, revision, text, own or Signature(0, b""), keys)


def _keep(connection: Connection, compared: Sequence[_Compared]) -> None:
    ids = [one.its.id for one in compared]
    connection.execute(delete(signatures).where(signatures.c.article_id.in_(ids)))  # and their keys with them
    connection.execute(delete(copies).where(or_(copies.c.article_id.in_(ids), copies.c.copy_id.in_(ids))))
    named = list({*ids, *(copy for one in compared for copy in one.copies)})
    there = {
        article_id
        for some in batches(named)
        for article_id in connection.scalars(select(articles.c.id).where(articles.c.id.in_(some)))
    }
    kept = [one for one in compared if one.its.id in there]
    if not kept:
        return
    connection.execute(insert(signatures), [_signed(one.its) for one in kept])
    numbers = select(signatures.c.article_id, signatures.c.number).where(signatures.c.article_id.in_(ids))
    number_of = {row.article_id: row.number for row in connection.execute(numbers)}
    pairs = [
        {"article_id": one, "copy_id": other}
        for own in kept
        for copy in own.copies
        if copy in there
        for one, other in ((own.its.id, copy), (copy, own.its.id))
    ]
    keys = [{"band": key, "number": number_of[one.its.id]} for one in kept for key in one.its.keys]
    for table, rows in ((copies, pairs), (copy_bands, keys)):
        if rows:
            connection.execute(insert(table), rows)


def _signed(fresh: _Fresh) -> dict[str, object]:
    own = fresh.signature
    return {"article_id": fresh.id, "revision": fresh.revision, "shingles": own.shingles, "minima": own.minima}


def _holders(connection: Connection, fresh: Sequence[_Fresh]) -> dict[int, int]:
    """How many of the articles that were compared before have each key of these."""
    keys = list({key for own in fresh for key in own.keys})
    if not keys:
        return {}
    # of what more have than would fit if all were like it, it does not matter how many more
    common = MAX_SHARED_KEYS // max(len(own.keys) for own in fresh)
    rows = connection.execute(dialects.COPIES[connection.dialect.name].holders, _asked(keys, common=common))
    return {row.band: row.holders for row in rows}


def _candidates(
    connection: Connection, own: _Fresh, holders: Mapping[int, int], besides: Sequence[str]
) -> list[tuple[str, str]]:
    """Ids and texts of the articles that were compared before and may be copies of this one.

    besides: not these, of which an earlier revision may have been.
    """
    known = [key for key in own.keys if holders[key]]
    if not known:
        return []
    rarest_first = sorted(known, key=holders.__getitem__)
    bounds = {"shared": MAX_SHARED_KEYS, "candidates": MAX_CANDIDATES}
    sharing = dialects.COPIES[connection.dialect.name].sharing
    numbers = list(connection.scalars(sharing, _asked(rarest_first, **bounds)))
    others = select(signatures).where(signatures.c.number.in_(numbers), signatures.c.article_id.not_in(besides))
    rows = connection.execute(others).all()
    near = [row.article_id for row in rows if may_be_copies(own.signature, Signature(row.shingles, row.minima))]
    if not near:
        return []
    return [(row.id, row.text) for row in connection.execute(_texts().where(articles.c.id.in_(near)))]


def _asked(keys: Sequence[int], **bounds: int) -> dict[str, str | int]:
    return {"keys": json.dumps(keys), **bounds}


def _texts() -> Select[Any]:
    """Of each article as it is now, what is compared."""
    compared = func.substr(revisions.c.text, 1, MAX_CHARS).label("text")
    return select(articles.c.id, articles.c.revision, compared).join(revisions, IS_CURRENT)
