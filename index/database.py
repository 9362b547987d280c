"""One SQLite file, opened the way that loses nothing: WAL, full sync, foreign keys, immediate writes.

Tables are declared by those who own them (`store.py` here, conversations and jobs in `web`) and created
through `create`. The engine is SQLAlchemy Core, so that the same tables can live on another database.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from index.errors import BrokenDatabase, IndexFault, StorageFault
from index.locks import try_lock

SCHEMA_VERSION = 2
UPGRADES = {
    1: (
        "ALTER TABLE revisions ADD COLUMN section TEXT",
        "ALTER TABLE revisions ADD COLUMN image_credit TEXT",
        "ALTER TABLE revisions ADD COLUMN provenance_evidence TEXT",
        "ALTER TABLE revisions ADD COLUMN removed TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE revisions ADD COLUMN found_in TEXT NOT NULL DEFAULT '{}'",
        "DELETE FROM files",  # every file is read again: its article is cleaned now, and says more of itself
    ),
}
"""What turns a database of each earlier format into one of the next; tables that are new then are made by `create`."""
BUSY_TIMEOUT_MS = 30_000


class Database:
    """`read()` and `write()` give a connection in a transaction of that kind; leaving it commits."""

    def __init__(self, path: Path) -> None:
        """Raises BrokenDatabase where `path` is no database of this version, StorageFault where it cannot be read."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = _engine(path)
        with self.read() as connection:
            version = _version(connection)
            empty = not connection.execute(text("SELECT 1 FROM sqlite_master")).first()
        if not empty and version in UPGRADES:
            self._upgrade()
        elif not empty and version != SCHEMA_VERSION:
            raise BrokenDatabase(
                f"{path} has format {version}, this program reads format {SCHEMA_VERSION}. "
                "Use the version that wrote it, or move the file away and rebuild."
            )

    def create(self, metadata: MetaData) -> None:
        """Make the tables of `metadata` that are not there yet."""
        with self.write() as connection:
            metadata.create_all(connection)
            connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))

    def _upgrade(self) -> None:
        with self.write() as connection:
            while (version := _version(connection)) != SCHEMA_VERSION:  # another process may have been first
                for statement in UPGRADES[version]:
                    connection.execute(text(statement))
                connection.execute(text(f"PRAGMA user_version = {version + 1}"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the database for as long as it is held."""
        with _storage_faults(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The write lock from the start, so that what was read in it still holds at its commit."""
        with (
            _storage_faults(self.path),
            self._engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            yield connection

    def turn(self, name: str) -> BinaryIO | None:
        """What one process at a time may do, over all that share the database: the lock, or None where it is another's.

        It is held until it is closed, or until its process has ended. Raises StorageFault.
        """
        path = self.path.with_name(f"{name}.lock")
        try:
            return try_lock(path)
        except OSError as error:
            raise StorageFault(f"{path} cannot be locked ({error.strerror or error}).") from error

    def close(self) -> None:
        self._engine.dispose()


def _version(connection: Connection) -> int:
    return int(connection.execute(text("PRAGMA user_version")).scalar_one())


@contextmanager
def _storage_faults(path: Path) -> Iterator[None]:
    """What the disk or another process's lock does to a statement, or damage to the file, as one error each."""
    try:
        yield
    except (IntegrityError, ProgrammingError):  # the statement's fault, not the disk's
        raise
    except DatabaseError as error:
        raise _fault(path, error) from error


def _fault(path: Path, error: DatabaseError) -> IndexFault:
    # by SQLite's code, not by class: a malformed file is one class at opening and another in a statement
    if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return BrokenDatabase(
            f"{path} cannot be read as a database ({error.orig}). Move it away, or put a backup in its place."
        )
    return StorageFault(
        f"{path} could not be read or written ({error.orig}). What was saved before is safe; "
        "look at the free space and permissions there, then try again."
    )


def _engine(path: Path) -> Engine:
    # autocommit: the driver begins no transaction of its own, the "begin" event below does
    engine = create_engine(f"sqlite:///{path}", connect_args={"isolation_level": None})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",  # first: the next one takes a lock
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
