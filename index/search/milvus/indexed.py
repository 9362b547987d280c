"""The articles of a collection, in the database: in which states each is shown, by which rows, and what filters ask of
it. So what changed since a state is found by one query, articles are counted and sorted where that is quick, and the
server searches passages alone.

An article is entered before its rows are on the server, and what is shown (`Manifest`) is written last, which publishes
it. What a publish that broke off left here is undone by the next (`undo`), as its rows are there.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from index.errors import StorageFault
from index.search.filters import NO_FILTERS, Filters
from index.search.milvus.server import ALIVE
from index.store.dialects import LongInteger, Text
from index.store.rows import batches
from index.store.schema import articles, removals
from index.store.state import State

metadata = MetaData()

indexed = Table(
    "indexed",
    metadata,
    Column("collection", Text, nullable=False),
    Column("article_id", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("born", LongInteger, nullable=False),
    Column("died", LongInteger, nullable=False),
    Column("first", LongInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("author_key", Text, nullable=False),
    PrimaryKeyConstraint("collection", "article_id", "born"),
    Index("indexed_by_death", "collection", "died"),
    Index("indexed_by_day", "collection", "day"),
    Index("indexed_by_source", "collection", "source_key"),
    Index("indexed_by_author", "collection", "author_key"),
)

indexed_copies = Table(
    "indexed_copies",
    metadata,
    Column("collection", Text, nullable=False),
    Column("article_id", Text, nullable=False),
    Column("born", LongInteger, nullable=False),
    Column("died", LongInteger, nullable=False),
    Column("ids", JSON, nullable=False),  # its own and those of its copies, the one that speaks for them first
    PrimaryKeyConstraint("collection", "article_id", "born"),
)

shown = Table(
    "index_shown",
    metadata,
    Column("number", Integer, primary_key=True),  # one row
    Column("index_id", Text, nullable=False),  # its collections begin with it: no other database's do
    Column("manifest", JSON(none_as_null=True)),
)

_ITS = indexed.c
_TABLES = (indexed, indexed_copies)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is shown."""

    collection: str
    is_exact: bool
    """Whether every vector is compared, which is quick for few."""
    corpus_id: str
    seq: int
    mark: str
    replaced: Sequence[tuple[int, float]]
    """The states that the collection showed before and somebody may still look at, each with when (UTC, in seconds)
    it was replaced."""
    model: str
    chunker: int
    articles: int
    passages: int
    next_row: int

    @property
    def state(self) -> State:
        return State(self.corpus_id, self.seq, self.mark)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article whose passages are the rows `first` to `first + count`."""

    article_id: str
    revision: str
    first: int
    count: int
    day: int
    """As `date.toordinal` counts, 0 where it is not known."""
    source: str
    author: str

    @property
    def rows(self) -> range:
        return range(self.first, self.first + self.count)


@dataclass(frozen=True, slots=True)
class Showing:
    """One state of one collection, without what was removed since."""

    collection: str
    seq: int

    def condition(
        self,
        filters: Filters = NO_FILTERS,
        having: Collection[str] | None = None,
        naming: Select[tuple[str]] | None = None,
    ) -> ColumnElement[bool]:
        """having: ids of the articles that have one of the filters' phrases; None where they ask for none. naming:
        selects the ids of those that name one of their companies.
        """
        is_removed = exists().where(removals.c.article_id == _ITS.article_id, removals.c.seq > self.seq)
        parts = [_ITS.collection == self.collection, _ITS.born <= self.seq, _ITS.died > self.seq, ~is_removed]
        if filters.after:
            parts.append(_ITS.day >= filters.after.toordinal())
        if filters.before:
            parts += [_ITS.day <= filters.before.toordinal(), _ITS.day > 0]
        if filters.source:
            parts.append(_ITS.source_key.in_([name.casefold() for name in filters.source]))
        if filters.author:
            parts.append(_ITS.author_key.in_([name.casefold() for name in filters.author]))
        if filters.article_id:
            parts.append(_ITS.article_id.in_(filters.article_id))
        if having is not None:
            parts.append(_ITS.article_id.in_(having))
        if naming is not None:
            parts.append(_ITS.article_id.in_(naming))
        return and_(*parts)

    def count(self, connection: Connection, condition: ColumnElement[bool]) -> int:
        return connection.scalar(select(func.count()).select_from(indexed).where(condition)) or 0

    def newest(
        self, connection: Connection, condition: ColumnElement[bool], today: int, k: int
    ) -> list[tuple[str, str]]:
        """Ids and revisions, those of a day by their ids, those without one, or of one ahead of `today`, last."""
        day = case((_ITS.day <= today, _ITS.day), else_=0)
        found = select(_ITS.article_id, _ITS.revision).where(condition).order_by(day.desc(), _ITS.article_id).limit(k)
        return [(row.article_id, row.revision) for row in connection.execute(found)]

    def among(
        self, connection: Connection, article_ids: Sequence[str], filters: Filters = NO_FILTERS
    ) -> dict[str, Entry]:
        """Those of the articles that are shown and pass, phrases and companies aside, by id."""
        condition = self.condition(filters)
        return {
            entry.article_id: entry
            for some in batches(article_ids)
            for entry in _entries(connection, and_(condition, _ITS.article_id.in_(some)))
        }

    def copies(self, connection: Connection, article_ids: Sequence[str]) -> dict[str, list[str]]:
        """Each of the articles that has copies → its id and theirs, the one that speaks for them first."""
        its = indexed_copies.c
        is_shown = and_(its.collection == self.collection, its.born <= self.seq, its.died > self.seq)
        found: dict[str, list[str]] = {}
        for some in batches(article_ids):
            rows = select(its.article_id, its.ids).where(is_shown, its.article_id.in_(some))
            found |= {row.article_id: row.ids for row in connection.execute(rows)}
        return found

    def names(self, connection: Connection) -> tuple[list[str], list[str]]:
        """The sources and the authors, in order."""
        every = (_ITS.source, _ITS.author)
        sources, authors = (
            sorted(filter(None, connection.scalars(select(name).where(self.condition()).distinct()))) for name in every
        )
        return sources, authors

    def days(self, connection: Connection, today: int) -> tuple[int | None, int | None]:
        """The first and the last that is not ahead."""
        dated = select(func.min(_ITS.day), func.max(_ITS.day)).where(self.condition(), _ITS.day.between(1, today))
        oldest, newest = connection.execute(dated).one()
        return oldest, newest


def present(connection: Connection) -> Manifest | None:
    """Of the state that is shown now; None before the first."""
    manifest = connection.scalar(select(shown.c.manifest))
    if not manifest:
        return None
    return Manifest(**manifest | {"replaced": [(seq, at) for seq, at in manifest["replaced"]]})


# -- written by who publishes


def index_id(connection: Connection) -> str:
    """Drawn once for this database. A copy of it gets one of its own, since it has not this table."""
    there: str | None = connection.scalar(select(shown.c.index_id))
    if there is None:
        there = secrets.token_hex(8)
        connection.execute(insert(shown).values(number=1, index_id=there))
    return there


def publish(connection: Connection, manifest: Manifest, instead_of: Manifest | None) -> None:
    """Raises StorageFault, and changes nothing, where something else is shown by now than what it was built on."""
    if present(connection) != instead_of:
        raise StorageFault("Another machine has published meanwhile, since the connection to the database was lost.")
    connection.execute(update(shown).values(manifest=asdict(manifest)))


def undo(connection: Connection, collection: str, present: int) -> None:
    """Forget what was noted for a later state than the one that is shown."""
    for table in _TABLES:
        its = table.c.collection == collection
        connection.execute(delete(table).where(its, table.c.born > present))
        connection.execute(update(table).where(its, table.c.died > present, table.c.died < ALIVE).values(died=ALIVE))


def forget(connection: Connection, collection: str, by: int) -> None:
    """What had died by that state."""
    for table in _TABLES:
        connection.execute(delete(table).where(table.c.collection == collection, table.c.died <= by))


def forget_others(connection: Connection, collections: Sequence[str]) -> None:
    for table in _TABLES:
        connection.execute(delete(table).where(table.c.collection.not_in(collections)))


def enter(connection: Connection, collection: str, born: int, entries: Sequence[Entry]) -> None:
    rows: list[dict[str, object]] = [
        {
            "collection": collection,
            "article_id": entry.article_id,
            "revision": entry.revision,
            "born": born,
            "died": ALIVE,
            "first": entry.first,
            "count": entry.count,
            "day": entry.day,
            "source": entry.source,
            "author": entry.author,
            "source_key": entry.source.casefold(),
            "author_key": entry.author.casefold(),
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(indexed), rows)


def mark(connection: Connection, collection: str, died: int, article_ids: Sequence[str]) -> None:
    """What is shown of those articles dies with that state."""
    _mark(connection, indexed, collection, died, article_ids)


def note_copies(
    connection: Connection, collection: str, born: int, found: Mapping[str, Sequence[str]], among: Sequence[str]
) -> None:
    """From that state on, of the articles in `among` just those in `found` have copies."""
    known = Showing(collection, born).copies(connection, among)
    differing = [its for its in among if known.get(its) != found.get(its)]
    _mark(connection, indexed_copies, collection, born, differing)
    rows = [
        {"collection": collection, "article_id": its, "born": born, "died": ALIVE, "ids": found[its]}
        for its in differing
        if its in found
    ]
    if rows:
        connection.execute(insert(indexed_copies), rows)


def _mark(connection: Connection, table: Table, collection: str, died: int, article_ids: Sequence[str]) -> None:
    for some in batches(article_ids):
        its = and_(table.c.collection == collection, table.c.died == ALIVE, table.c.article_id.in_(some))
        connection.execute(update(table).where(its).values(died=died))


def lacking(collection: str) -> Select[Any]:
    """Ids of the articles that the collection does not have as they are now, in order."""
    has = and_(_is_alive(collection), _ITS.article_id == articles.c.id, _ITS.revision == articles.c.revision)
    return select(articles.c.id).where(~exists().where(has)).order_by(articles.c.id)


def gone(connection: Connection, collection: str) -> list[Entry]:
    """What the collection has of articles that are there no more, or are not as they were."""
    is_there = and_(articles.c.id == _ITS.article_id, articles.c.revision == _ITS.revision)
    return list(_entries(connection, and_(_is_alive(collection), ~exists().where(is_there))))


def dead_passages(connection: Connection, collection: str) -> int:
    dead = select(func.sum(_ITS.count)).where(_ITS.collection == collection, _ITS.died < ALIVE)
    return int(connection.scalar(dead) or 0)


def _is_alive(collection: str) -> ColumnElement[bool]:
    return and_(_ITS.collection == collection, _ITS.died == ALIVE)


def _entries(connection: Connection, where: ColumnElement[Any]) -> Iterator[Entry]:
    columns = (_ITS.article_id, _ITS.revision, _ITS.first, _ITS.count, _ITS.day, _ITS.source, _ITS.author)
    return (Entry(*row) for row in connection.execute(select(*columns).where(where).order_by(_ITS.article_id)))
