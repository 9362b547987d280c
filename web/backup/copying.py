"""All that a database holds, copied into another and compared there: from one machine to many, and back.

The other is empty before, and still is where anything fails: everything is one transaction there, committed once its
rows, read back, are those of the source. The source is read as it is at one moment, while others go on working with it.
Unlike a backup, which may be passed around, a copy takes the key that cookies are signed with along: whoever is signed
in stays so. The corpus keeps its identity, so that an index in a data folder shows the copy, too; on Milvus each has
its own. Left out are uploads: while a job waits for one, nothing is copied.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from index import library
from index.disk import sync, sync_folder
from index.errors import StorageFault
from index.store import schema
from index.store.database import Database
from index.store.dialects import LAST_NUMBER, SET_LAST_NUMBER
from index.store.in_use import InUse
from index.store.postgresql import PostgresDatabase
from index.store.sqlite import SqliteDatabase
from index.store.state import state_of
from web.backup.restore import BESIDE, TABLES
from web.backup.work_folder import work_folder
from web.conversations.tables import sessions
from web.errors import BackupFault
from web.jobs.job import FINISHED
from web.jobs.queue import jobs
from web.security.audit import Audit, at_the_terminal

LARGE = {schema.revisions, schema.trash, jobs}
"""A row of these may have megabytes."""
LARGE_AT_ONCE, SMALL_AT_ONCE = 5, 1_000
"""Rows that are held in memory: of `bench.copying` 92 MB in all, of books of two million characters 200."""

Row = tuple[object, ...]
Batches = Generator[Sequence[Row], None, None]

Told = Callable[[str, int, int], None]
"""As `index.progress.Progress`, with the stages "copying" and "comparing"; how much there is counts in rows."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """Rows of a table with texts that the target cannot hold as they are."""

    rows: int
    first: Row
    """The primary key of one of them."""


@dataclass(frozen=True, slots=True)
class Copied:
    source: str
    target: str
    rows: Mapping[str, int]
    """By table."""
    replaced: Mapping[str, Replaced]
    """By table; those alone that have any."""


class _Seen:
    """Rows that went by: how many, and a digest of them in their order."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, rows: Sequence[Row]) -> None:
        self.rows += len(rows)
        for row in rows:  # repr: 1, 1.0, "1", b"1" and True are five values
            self._hash.update(repr(row).encode())

    @property
    def digest(self) -> bytes:
        return self._hash.digest()


def copy(data_dir: Path, address: str, target: str | Path, progress: Told) -> Copied:
    """Copy the database at `address`, or where that is empty the one in `data_dir`.

    target: the address of an empty PostgreSQL database, or a data folder that has no database yet. Raises BackupFault
    where it is not empty, a job waits for uploads, or a row came out different there; IndexFault where one of the two
    cannot be read or written.
    """
    if not address and not library.has_database(data_dir):
        raise BackupFault(f"There is no database in {data_dir}: nothing is there to be copied.")
    with _opened_target(target) as (kept, place), _opened_source(data_dir, address) as source:
        for metadata in TABLES:
            source.create(metadata)
            kept.create(metadata)
        with kept.write() as into:
            _check_empty(into, place)
            with source.read() as out:
                if state_of(out).corpus_id == state_of(into).corpus_id:
                    raise BackupFault(f"{place} is the very database that is to be copied. Name another one.")
            # before: nothing goes out that is not in the log, and the copy has this entry, too
            Audit(source).note(at_the_terminal(), "copy", place)
            with source.read() as out:
                _check_jobs(out)
                return _Copying(source, out, kept, into, place, progress).done()


class _Copying:
    """One copy, within a transaction on each side."""

    def __init__(
        self, source: Database, out: Connection, target: Database, into: Connection, place: str, progress: Told
    ) -> None:
        self._source, self._out = source, out
        self._target, self._into = target, into
        self._place = place
        self._progress = progress
        # the corpus last: its row is made anew after the articles, whose triggers change it
        self._tables = sorted((t for m in TABLES for t in m.sorted_tables), key=lambda table: table is schema.corpus)
        self._total = sum(_count(out, table) for table in self._tables)
        self._replaced: dict[str, Replaced] = {}

    def done(self) -> Copied:
        with self._target.faults():
            self._into.execute(delete(schema.corpus))
        seen = self._each("copying", self._copied)
        for table in self._tables:
            self._set_last_number(table)
        there = self._each("comparing", self._read_back)
        for name, expected in seen.items():
            if there[name].digest != expected.digest:
                raise BackupFault(
                    f"The table {name} did not come out the same in {self._place}: of {expected.rows:,} rows that were "
                    f"copied there are {there[name].rows:,}, and what they hold differs. Nothing was kept there."
                )
        rows = {name: expected.rows for name, expected in seen.items()}
        return Copied(self._source.place, self._place, rows, self._replaced)

    def _each(self, stage: str, rows_of: Callable[[Table], Batches]) -> dict[str, _Seen]:
        found, done = {}, 0
        for table in self._tables:
            seen = found[table.name] = _Seen()
            with closing(rows_of(table)) as batches:
                for rows in batches:
                    seen.add(rows)
                    self._progress(stage, done + seen.rows, self._total)
            done += seen.rows
        return found

    def _copied(self, table: Table) -> Batches:
        """The rows as they are to be found in the target."""
        names = table.columns.keys()
        with closing(_rows(self._source, self._out, table)) as batches:
            for rows in batches:
                kept = [tuple(self._target.as_kept(v) if isinstance(v, str) else v for v in row) for row in rows]
                self._note_replaced(table, rows, kept)
                try:
                    with self._target.faults():
                        self._into.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
                except IntegrityError as error:
                    raise BackupFault(
                        f"A row of the table {table.name} does not go with the others, so that {self._place} did not "
                        f"take it ({str(error.orig).strip()}). Nothing was kept there."
                    ) from error
                yield kept

    def _read_back(self, table: Table) -> Batches:
        return _rows(self._target, self._into, table)

    def _note_replaced(self, table: Table, rows: Sequence[Row], kept: Sequence[Row]) -> None:
        if rows == kept:
            return
        others = [row for row, its in zip(rows, kept, strict=True) if row != its]
        key = tuple(others[0][table.columns.keys().index(column.name)] for column in table.primary_key)
        before = self._replaced.get(table.name, Replaced(0, key))
        self._replaced[table.name] = Replaced(before.rows + len(others), before.first)

    def _set_last_number(self, table: Table) -> None:
        column = table.autoincrement_column
        into = self._into.dialect.name
        if column is None or (into == "sqlite" and not table.dialect_options["sqlite"]["autoincrement"]):
            return
        its = {"table": table.name, "column": column.name}
        with self._source.faults():
            highest = self._out.scalar(select(func.max(column))) or 0
            last = max(highest, self._out.scalar(LAST_NUMBER[self._out.dialect.name], its) or 0)
        if last:
            with self._target.faults():
                for statement in SET_LAST_NUMBER[into]:
                    self._into.execute(statement, {**its, "last": last})


def _rows(database: Database, connection: Connection, table: Table) -> Batches:
    """All of them, some at a time, in the order of the primary key, which the databases sort alike."""
    order = list(table.primary_key) or list(table.columns)
    at_once = LARGE_AT_ONCE if table in LARGE else SMALL_AT_ONCE
    statement = select(table).order_by(*order)
    with database.faults(), connection.execute(statement, execution_options={"yield_per": at_once}) as found:
        for rows in found.partitions():
            yield [tuple(row) for row in rows]


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _check_empty(connection: Connection, place: str) -> None:
    tables = [table for metadata in TABLES for table in metadata.sorted_tables if table is not schema.corpus]
    found = {table.name: count for table in tables if (count := _count(connection, table))}
    if found:
        held = [
            f"{found[table.name]:,} {what}{'s' * (found[table.name] != 1)}"
            for table, what in ((schema.articles, "article"), (sessions, "conversation"))
            if table.name in found
        ]
        what = " and ".join(held) or f"what a server left in {', '.join(found)}"
        raise BackupFault(f"{place} is not empty: it has {what}. Name a database that has nothing in it.")


def _check_jobs(connection: Connection) -> None:
    unfinished = select(jobs.c.id, jobs.c.request).where(jobs.c.state.not_in(FINISHED)).order_by(jobs.c.number)
    waiting = [row.id for row in connection.execute(unfinished) if row.request and row.request.get("files")]
    if waiting:
        others = f", and {len(waiting) - 1:,} more" if len(waiting) > 1 else ""
        raise BackupFault(
            f"The job {waiting[0]}{others}, which has not ended, is to read uploads, and these are not copied. Let it "
            "end, or cancel it; then copy again."
        )


@contextmanager
def _opened_source(data_dir: Path, address: str) -> Iterator[Database]:
    if address:
        with closing(library.open_database(data_dir, address)) as database:
            yield database
    else:
        with closing(InUse(data_dir)), closing(library.open_database(data_dir)) as database:
            yield database


@contextmanager
def _opened_target(target: str | Path) -> Iterator[tuple[Database, str]]:
    """With what a person calls it. A folder gets its database when all is done in it."""
    if isinstance(target, str):
        with closing(PostgresDatabase(target)) as server:
            yield server, server.place
        return
    path = target / library.DATABASE
    with closing(InUse(target, alone=True)), work_folder(target, "copy") as work:
        if library.has_database(target):
            raise BackupFault(f"There is a database in {target}. Name another folder, or move {path} away.")
        made = work / library.DATABASE
        with closing(SqliteDatabase(made)) as database:
            yield database, str(target)
        try:
            sync(made)
            for suffix in BESIDE:  # of one that was taken away without them
                path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
            made.replace(path)
            sync_folder(target)
        except OSError as error:
            raise StorageFault(f"The copy could not be kept in {target} ({error}).") from error
