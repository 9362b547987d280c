"""One SQLite file, opened the way that loses nothing: WAL, full sync, foreign keys, immediate writes.

Another program's file is not touched: ours is known by its application id, its format and the columns of its tables,
all looked at before anything is written.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Select, create_engine, event, text
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from index.errors import BrokenDatabase, IndexFault, StorageFault
from index.store.database import Claim, Database, Turn
from index.store.locks import try_lock

log = logging.getLogger(__name__)

APPLICATION_ID = 0x41727441
"""`PRAGMA application_id` of every database from format 3 on; before that it was 0, as in any file."""
SCHEMA_VERSION = 3
UPGRADES = {
    1: (
        "ALTER TABLE revisions ADD COLUMN section TEXT",
        "ALTER TABLE revisions ADD COLUMN image_credit TEXT",
        "ALTER TABLE revisions ADD COLUMN provenance_evidence TEXT",
        "ALTER TABLE revisions ADD COLUMN removed TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE revisions ADD COLUMN found_in TEXT NOT NULL DEFAULT '{}'",
        "DELETE FROM files",  # every file is read again: its article is cleaned now, and says more of itself
    ),
    2: (
        "ALTER TABLE corpus ADD COLUMN id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE corpus ADD COLUMN mark TEXT NOT NULL DEFAULT ''",
        "UPDATE corpus SET id = lower(hex(randomblob(16)))",
        *(f"DROP TRIGGER IF EXISTS corpus_{change}" for change in ("insert", "update", "delete")),  # made anew
        f"PRAGMA application_id = {APPLICATION_ID}",
    ),
}
"""What turns a database of each earlier format into one of the next; tables that are new then are made by `create`."""
RECOGNISED_BY = {
    "articles": {"id", "revision", "origin", "in_folder", "chunker", "added_at"},
    "revisions": {"article_id", "revision", "title", "text", "url", "source", "author", "published_at", "added_at"},
    "passages": {"id", "article_id", "revision", "start", "end", "embedding_key"},
    "corpus": {"seq"},
}
"""Tables and columns that every format has had."""
WAY_OUT = (
    "Restore a backup with `assistant restore FILE`; or move it away and rebuild, which brings back only what is in "
    "the articles folder."
)
BUSY_TIMEOUT_MS = 30_000
CHECKPOINT_BYTES = 4 * 1024**2
"""Of the log; then what is in it is moved to the database file."""
FULL_CHECKPOINT_BYTES = 16 * CHECKPOINT_BYTES
"""So large it is where somebody always reads, and is emptied while nobody can begin to."""
FULL_CHECKPOINT_MS = 1_000
"""Until the last who read an old state have ended: meanwhile nobody writes."""
FULL_AGAIN_SECONDS = 60.0
"""After one of them has not."""


class SqliteDatabase(Database):
    way_out = WAY_OUT

    is_on_server = False

    def __init__(self, path: Path) -> None:
        """Raises BrokenDatabase where `path` is no database of this version, StorageFault where it cannot be read."""
        self.path = path
        self.place = str(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _storage_faults(path), closing(_connected(path)) as looking:
            version = _recognised(looking, path)
        self._engine = _engine(path)
        self._full_again_at = 0.0  # by `time.monotonic()`
        if version in UPGRADES:
            self._upgrade()

    def create(self, metadata: MetaData) -> None:
        with self.write() as connection:
            for table in metadata.tables.values():
                self._check_columns(table, _columns(connection, table.name))
            metadata.create_all(connection)
            if _pragma(connection, "user_version") != SCHEMA_VERSION:  # or every opening would write
                connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))
                connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))

    def _upgrade(self) -> None:
        with self.write() as connection:
            while (
                version := _pragma(connection, "user_version")
            ) != SCHEMA_VERSION:  # another process may have been first
                for statement in UPGRADES[version]:
                    connection.execute(text(statement))
                connection.execute(text(f"PRAGMA user_version = {version + 1}"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with _storage_faults(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with (
            _storage_faults(self.path),
            self._engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            yield connection
        self._checkpoint()

    def _checkpoint(self) -> None:
        """Once the log has grown, move what is in it to the database file while nobody can write.

        SQLite's own checkpoints, one after each commit from some size on, let others write meanwhile. Up to 3.51.2 a
        checkpoint that follows another at once may then take what has just been committed for moved, and it is lost
        (https://sqlite.org/wal.html#walresetbug). Here the write lock is held beside it.
        """
        written = self.path.with_name(f"{self.path.name}-wal")
        size = written.stat().st_size if written.exists() else 0
        if size < CHECKPOINT_BYTES:
            return
        is_full = size >= FULL_CHECKPOINT_BYTES and time.monotonic() > self._full_again_at
        try:
            with _storage_faults(self.path), closing(_connected(self.path)) as mover:
                mover.execute("PRAGMA synchronous = FULL")
                if not is_full:
                    with self._engine.connect().execution_options(immediate=True) as writer, writer.begin():
                        mover.execute("PRAGMA wal_checkpoint(PASSIVE)")
                else:  # takes the write lock itself
                    mover.execute(f"PRAGMA busy_timeout = {FULL_CHECKPOINT_MS}")
                    [is_kept, *_] = mover.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    if is_kept:  # by one who reads an old state, as a backup does: not every write is to wait for it
                        self._full_again_at = time.monotonic() + FULL_AGAIN_SECONDS
        except IndexFault as error:  # what was committed is safe in the log, and the next write tries again
            log.warning("the log of the database was not moved into it: %s", error)

    def copy(self, target: Path, beside: Callable[[], None] = lambda: None) -> None:
        """Make `target` a whole copy of the present state, checked; others read and write meanwhile.

        beside: called first, while nobody can write: what it finds on the disk belongs to that very state. Raises
        BrokenDatabase where what is copied is damaged.
        """
        with ExitStack() as held, _storage_faults(target), closing(sqlite3.connect(target)) as copied:
            with self.write():
                reader = held.enter_context(self.read())
                reader.execute(text("SELECT 1 FROM sqlite_master"))  # from here on it sees this state, and no later one
                beside()
            source = reader.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            with _storage_faults(self.path):
                source.backup(copied)
                copied.execute("PRAGMA journal_mode = DELETE")  # one file
                [found] = copied.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise BrokenDatabase(f"{self.path} is damaged ({found}). {WAY_OUT}")

    def turn(self, name: str) -> Turn | None:
        path = self.path.with_name(f"{name}.lock")
        try:
            return try_lock(path)
        except OSError as error:
            raise StorageFault(f"{path} cannot be locked ({error.strerror or error}).") from error

    def faults(self) -> AbstractContextManager[None]:
        return _storage_faults(self.path)

    def claim(self, name: str, numbers: Select[int]) -> Claim | None:
        turn = self.turn(name)
        if turn is None:
            return None
        try:
            with self.read() as connection:
                number = connection.scalar(numbers)
        except BaseException:
            turn.close()
            raise
        if number is None:
            turn.close()
            return None
        return Claim(number, turn)

    def close(self) -> None:
        self._engine.dispose()


def _connected(path: Path) -> sqlite3.Connection:
    """In whatever mode the file is: setting ours would write to it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return connection


def _recognised(connection: sqlite3.Connection, path: Path) -> int:
    """The format of a database of ours, 0 of a new one. Raises BrokenDatabase for any other."""
    connection.execute("BEGIN")  # one state of it: another process may make its tables meanwhile
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [application] = connection.execute("PRAGMA application_id").fetchone()
    columns: dict[str, set[str]] = {}
    for table, column in connection.execute("SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"):
        columns.setdefault(table, set()).add(column)
    is_empty = not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    if is_empty and not version and not application:
        return 0
    if application == APPLICATION_ID and version > SCHEMA_VERSION:
        raise BrokenDatabase(
            f"{path} has format {version}, this program reads format {SCHEMA_VERSION}. "
            "Use the version that wrote it, or move the file away and rebuild."
        )
    is_ours = version in UPGRADES if application == 0 else application == APPLICATION_ID and version > 0
    strange = [name for name, needed in RECOGNISED_BY.items() if not needed <= columns.get(name, set())]
    if not is_ours or strange:
        table = f", no table {strange[0]} as expected" if strange else ""
        raise BrokenDatabase(
            f"{path} is not a database of this program, or not a whole one "
            f"(application id {application}, format {version}{table}). "
            f"It was left as it is. {WAY_OUT}"
        )
    return int(version)


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.execute(text(f"PRAGMA {name}")).scalar_one())


def _columns(connection: Connection, table: str) -> set[str]:
    """The names of a table's columns; none where there is no such table."""
    return set(connection.scalars(text("SELECT name FROM pragma_table_info(:table)"), {"table": table}))


@contextmanager
def _storage_faults(path: Path) -> Iterator[None]:
    """What the disk or another process's lock does to a statement, or damage to the file, as one error each."""
    try:
        yield
    except (IntegrityError, ProgrammingError):  # the statement's fault, not the disk's
        raise
    except DatabaseError as error:
        raise _fault(path, error.orig) from error
    except sqlite3.DatabaseError as error:  # where the driver was asked by itself
        raise _fault(path, error) from error


def _fault(path: Path, error: BaseException | None) -> IndexFault:
    # by SQLite's code, not by class: a malformed file is one class at opening and another in a statement. 1 is what it
    # says of a table or column that is not there, and no code the driver's own word on text that is not UTF-8
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}:
        return BrokenDatabase(f"{path} cannot be read as a database ({error}). {WAY_OUT}")
    return StorageFault(
        f"{path} could not be read or written ({error}). What was saved before is safe; "
        "look at the free space and permissions there, then try again."
    )


def _engine(path: Path) -> Engine:
    # autocommit: the driver begins no transaction of its own, the "begin" event below does. As many connections as
    # there are threads: those who wait to write must not keep others from reading. No parameters: errors are logged
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"isolation_level": None}, max_overflow=-1, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",  # first: the next one takes a lock
            "journal_mode = WAL",
            "wal_autocheckpoint = 0",  # `_checkpoint` does it
            "journal_size_limit = 0",  # so that the log's size is what is in it
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",  # a backup from elsewhere may bring a schema of its own
            "cell_size_check = ON",  # damage is seen where it is met, not where it has its effect
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
