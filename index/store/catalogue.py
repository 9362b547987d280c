"""The stored articles as a list: searched, filtered, sorted, and given out page by page.

What a list is sorted and searched by lies in a table of its own, `listing`, in letters without case and accents. It is
written with each article, in the same transaction. The rows of `revisions` carry the texts, so that going through them
for a list reads all the articles there are; through `listing`, a page out of 10,000 takes 10 ms in any order, without
an index (`python -m bench.speed`). A page begins after the last entry of the one before it, not after so many.
"""

import base64
import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, delete, func, insert, or_, select

from index.errors import IndexFault
from index.store.companies import Companies, named_by
from index.store.database import Database
from index.store.dialects import holds
from index.store.rows import StoredArticle, article_of, batches
from index.store.schema import IS_CURRENT, articles, copies, listing, passages, revisions
from index.text.words import unaccented

Sort = Literal[
    "published", "-published", "added", "-added", "title", "-title", "source", "-source", "passages", "-passages"
]
"""What the list is sorted by; with a minus, the greatest or newest first. Those of which it is not known come last."""
SORTS: tuple[Sort, ...] = get_args(Sort)

MAX_KEY_CHARS = 200
"""Of a title or source, those that are sorted by: a cursor holds them."""
MAX_SOURCES = 1_000
MAX_WORDS = 8
"""Of a query, those that count: the first, each once. Every one is another scan."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles, and in which order.

    query: words, the first MAX_WORDS of which have each to stand in title, source, author or origin. source: one of
    these, without regard to case and accents. company: one of these is named, as `Companies.naming` has it. after,
    before: days, both included; an article without a date passes neither.
    """

    query: str = ""
    source: tuple[str, ...] = ()
    after: dt.date | None = None
    before: dt.date | None = None
    sort: Sort = "-published"
    company: tuple[str, ...] = ()


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class ListedArticle(StoredArticle):
    """The current revision, without its text: `article.text` is empty."""

    copies: int
    """How many other stored articles are copies of it, as far as they were compared."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    articles: tuple[ListedArticle, ...]
    next_cursor: str | None
    total: int
    """Of all that were selected."""


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    articles: int


class Catalogue:
    def __init__(self, database: Database, companies: Companies) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database
        self._companies = companies

    def page(self, selection: Selection, limit: int, cursor: str | None) -> ArticlePage:
        """Of entries that are equal in what they are sorted by, the first by id comes first.

        Raises IndexFault for a cursor that was not given for a list in this order.
        """
        key = listing.c[selection.sort.removeprefix("-")]
        order = key.desc() if selection.sort.startswith("-") else key.asc()
        wanted = select(listing.c.article_id, key.label("key")).where(*_conditions(selection))
        if selection.company:
            wanted = wanted.where(listing.c.article_id.in_(self._companies.naming(selection.company)))
        unknown_last = [] if selection.sort.endswith("passages") else [key == ""]
        some = wanted.order_by(*unknown_last, order, listing.c.article_id).limit(limit + 1)
        if cursor is not None:
            some = some.where(_is_after(selection.sort, key, *_read_cursor(cursor, selection.sort)))
        with self._database.read() as connection:
            total = connection.scalar(select(func.count()).select_from(wanted.subquery())) or 0
            found = connection.execute(some).all()
            entries = _entries(connection, [row.article_id for row in found[:limit]])
        last = found[limit - 1] if len(found) > limit else None
        return ArticlePage(entries, last and _write_cursor(selection.sort, last.key, last.article_id), total)

    def sources(self) -> tuple[Source, ...]:
        """The MAX_SOURCES that have most articles, by name, each written as one of these writes it."""
        most = (
            select(listing.c.source, func.count().label("articles"), func.min(listing.c.article_id).label("article_id"))
            .where(listing.c.source != "")
            .group_by(listing.c.source)
            .order_by(func.count().desc(), listing.c.source)
            .limit(MAX_SOURCES)
            .subquery()
        )
        named = (
            select(revisions.c.source, most.c.articles)
            .select_from(most)
            .join(articles, articles.c.id == most.c.article_id)
            .join(revisions, IS_CURRENT)
            .order_by(most.c.source)
        )
        with self._database.read() as connection:
            return tuple(Source(row.source, row.articles) for row in connection.execute(named))


def enter(connection: Connection, ids: Sequence[str]) -> None:
    """Note for the list what was stored or changed in the same transaction."""
    for some in batches(ids):
        rows = connection.execute(_LISTED_OF_THESE, {"ids": some}).all()
        connection.execute(delete(listing).where(listing.c.article_id.in_(some)))
        if rows:
            connection.execute(insert(listing), [_noted(row) for row in rows])


def enter_missing(database: Database) -> None:
    """Note the articles of a database that another version wrote."""
    missing = (
        select(articles.c.id)
        .outerjoin(listing, and_(listing.c.article_id == articles.c.id, listing.c.revision == articles.c.revision))
        .where(listing.c.article_id.is_(None))
    )
    with database.read() as connection:
        if not connection.execute(missing.limit(1)).first():
            return
    with database.write() as connection:
        enter(connection, connection.scalars(missing).all())


def _noted(row: Row[Any]) -> dict[str, str | int]:
    return {
        "article_id": row.article_id,
        "revision": row.revision,
        "published": row.published_at or "",
        "added": row.article_added_at,
        "title": _key(row.title),
        "source": _key(row.source or ""),
        "passages": row.passage_count,
        "words": unaccented("\n".join([row.title, row.source or "", row.author or "", row.origin])),
    }


def _key(name: str) -> str:
    """A quotation mark or the like before the first word does not count."""
    plain = unaccented(name)
    return (re.sub(r"^\W+", "", plain) or plain)[:MAX_KEY_CHARS]


def _conditions(selection: Selection) -> list[ColumnElement[bool]]:
    day = func.substr(listing.c.published, 1, 10)
    words = list(dict.fromkeys(unaccented(selection.query).split()))[:MAX_WORDS]
    found: list[ColumnElement[bool]] = [holds(listing.c.words, word) for word in words]
    if selection.source:
        found.append(listing.c.source.in_({_key(name) for name in selection.source}))
    if selection.after or selection.before:
        found.append(day != "")
    if selection.after:
        found.append(day >= selection.after.isoformat())
    if selection.before:
        found.append(day <= selection.before.isoformat())
    return found


def _is_after(sort: Sort, key: ColumnElement[Any], value: str | int, article_id: str) -> ColumnElement[bool]:
    """Whether an entry comes after the one with this key and id."""
    of_the_same = and_(key == value, listing.c.article_id > article_id)
    if value == "":
        return of_the_same
    further = key < value if sort.startswith("-") else key > value
    if sort.endswith("passages"):  # which are always known
        return or_(further, of_the_same)
    return or_(and_(key != "", further), key == "", of_the_same)


def _listed() -> Select[Any]:
    columns = [c for c in revisions.c if c.name not in {"text", "removed"}]
    of_it = articles.c.id
    n_passages = select(func.count()).select_from(passages).where(passages.c.article_id == of_it).scalar_subquery()
    n_copies = select(func.count()).select_from(copies).where(copies.c.article_id == of_it).scalar_subquery()
    return select(
        *columns,
        articles.c.origin,
        articles.c.added_at.label("article_added_at"),
        n_passages.label("passage_count"),
        n_copies.label("copy_count"),
    ).join(articles, and_(of_it == revisions.c.article_id, articles.c.revision == revisions.c.revision))


_LISTED_OF_THESE = _listed().where(articles.c.id.in_(bindparam("ids", expanding=True)))


def _entries(connection: Connection, ids: list[str]) -> tuple[ListedArticle, ...]:
    """In the order of `ids`."""
    rows = {row.article_id: row for row in connection.execute(_LISTED_OF_THESE, {"ids": ids})}
    named = named_by(connection, ids)
    return tuple(
        ListedArticle(
            article_of(row, text="", removed="[]"),
            row.revision,
            is_current=True,
            added_at=row.article_added_at,
            passages=row.passage_count,
            companies=named.get(row.article_id, ()),
            copies=row.copy_count,
        )
        for row in map(rows.__getitem__, ids)
    )


def _write_cursor(sort: Sort, key: str | int, article_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, key, article_id], ensure_ascii=False).encode()).decode()


def _read_cursor(cursor: str, sort: Sort) -> tuple[str | int, str]:
    try:
        given_for, key, article_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        kind = int if sort.endswith("passages") else str
        if given_for != sort or type(key) is not kind or not isinstance(article_id, str):
            raise ValueError(cursor)
        f"{key}{article_id}".encode()  # lone surrogates are no text to SQLite
        if isinstance(key, int) and not 0 <= key < 2**63:
            raise ValueError(cursor)
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexFault(
            f"The cursor {cursor[:80]!r} is not one that was given for this order. Start without a cursor."
        ) from error
    return key, article_id
