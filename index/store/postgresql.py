"""A PostgreSQL database, which any number of machines share.

One writes at a time, as with a file: every write holds one advisory lock, so that no statement has to expect what
another transaction does meanwhile. A read keeps to the state that it began with.
"""

import json
import logging
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any, Self

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    MetaData,
    Select,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, ProgrammingError, SQLAlchemyError

from index.errors import BrokenDatabase, StorageFault
from index.store.database import Claim, Database, Turn

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
"""Of the tables of all, kept in `assistant_format`."""
LOCKS = 0x41727441
"""The first number of each advisory lock of ours; the second says what for."""
WRITING = 0
CONNECT_SECONDS = 10
LOCK_SECONDS = 30
FORBIDDEN = "42501"
"""Of PostgreSQL's codes of errors."""
LOST_SECONDS = 60
"""After which a machine that has gone without a word holds nothing any more."""

_JSON_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The backslash of which is none that another one before it stands for."""
_FORMAT = text("CREATE TABLE IF NOT EXISTS assistant_format (version integer NOT NULL)")


class PostgresDatabase(Database):
    way_out = "Give this program a database of its own, or put back a dump of it with pg_restore."

    is_on_server = True

    def __init__(self, address: str) -> None:
        """address: `postgresql://USER:PASSWORD@HOST:PORT/NAME`.

        Raises StorageFault where it cannot be reached, BrokenDatabase where its texts are not UTF-8, or its tables of
        another version.
        """
        try:
            url = make_url(address).set(drivername="postgresql+psycopg")
        except (ArgumentError, ValueError):
            raise StorageFault(
                "ASSISTANT_DATABASE cannot be read; expected postgresql://USER:PASSWORD@HOST:PORT/NAME, with %40 for @ "
                "and %2F for / in a password."
            ) from None
        if find_spec("psycopg") is None:
            raise StorageFault("PostgreSQL needs its driver: pip install 'psycopg[binary]'.")
        shown = URL.create("postgresql", username=url.username, host=url.host, port=url.port, database=url.database)
        self.place = shown.render_as_string()
        self._engine = _engine(url.render_as_string(hide_password=False))
        try:
            self._recognise()
        except ProgrammingError as error:  # an option of the address that there is not
            self.close()
            raise StorageFault(f"{self.place} cannot be used as ASSISTANT_DATABASE says ({error.orig}).") from error
        except BaseException:
            self.close()
            raise

    def _recognise(self) -> None:
        with self.write() as connection:
            encoding = connection.scalar(text("SHOW server_encoding"))
            if encoding != "UTF8":
                raise BrokenDatabase(
                    f"{self.place} has the encoding {encoding}, which cannot hold every text; expected UTF8. Make "
                    "another one with `createdb --encoding=UTF8 --template=template0`."
                )
            connection.execute(_FORMAT)
            version = connection.scalar(text("SELECT version FROM assistant_format"))
            if version is None:
                connection.execute(text("INSERT INTO assistant_format VALUES (:version)"), {"version": SCHEMA_VERSION})
            elif version != SCHEMA_VERSION:
                raise BrokenDatabase(
                    f"{self.place} has format {version}, this program reads format {SCHEMA_VERSION}. "
                    "Use the version that wrote it."
                )

    def create(self, metadata: MetaData) -> None:
        with self.write() as connection:
            there = inspect(connection)
            for table in metadata.tables.values():
                columns = there.get_columns(table.name) if there.has_table(table.name) else ()
                self._check_columns(table, {str(column["name"]) for column in columns})
            metadata.create_all(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with (
            self.faults(),
            self._engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            ) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.faults(), self._engine.connect() as connection, connection.begin():
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCKS}, {WRITING})"))
            yield connection

    def turn(self, name: str) -> Turn | None:
        with self.faults():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            turn = _HeldTurn(connection, zlib.crc32(name.encode()) >> 1)
            try:
                return turn if turn.take() else None
            except BaseException:
                connection.invalidate()
                raise

    def as_kept(self, text: str) -> str:
        return _without_nul(text)

    def claim(self, name: str, numbers: Select[int]) -> Claim | None:
        with self.faults():
            held = _HeldRow(self._engine.connect())
            try:
                number = held.take(numbers)
            except BaseException:
                held.close()
                raise
            return None if number is None else Claim(number, held, held.is_held)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def faults(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError) as error:  # the statement's fault, not the database's
            if getattr(error.orig, "sqlstate", None) != FORBIDDEN:
                raise
            raise StorageFault(
                f"{self.place} does not let its user do what is needed ({str(error.orig).splitlines()[0]}). Make the "
                "user the owner of the database, or give it the right to make tables there."
            ) from error
        except DatabaseError as error:
            raise StorageFault(
                f"{self.place} could not be read or written ({str(error.orig).strip()}). What was saved before is "
                "safe; look at ASSISTANT_DATABASE, and whether the database runs and can be reached, then try again."
            ) from error


class _HeldTurn:
    """An advisory lock of one connection, which the server frees when that ends."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection = connection
        self._number = number

    def take(self) -> bool:
        taken = self._connection.scalar(text(f"SELECT pg_try_advisory_lock({LOCKS}, {self._number})"))
        if not taken:
            self._connection.close()
        return bool(taken)

    def close(self) -> None:
        if self._connection.closed:
            return
        try:
            self._connection.execute(text(f"SELECT pg_advisory_unlock({LOCKS}, {self._number})"))
            self._connection.close()
        except DatabaseError:  # it is lost, and the lock with it
            self._connection.invalidate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _HeldRow:
    """A row that one transaction has locked, which the server ends when the connection does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, numbers: Select[int]) -> int | None:
        number = self._connection.scalar(numbers)
        if number is None:
            self._connection.close()
        return number

    def is_held(self) -> bool:
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        with suppress(DatabaseError):  # it is lost, and the row with it
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _engine(address: str) -> Engine:
    # as many connections as there are threads: those who wait to write must not keep others from reading. No
    # parameters: errors are logged
    settings = {
        "lock_timeout": LOCK_SECONDS * 1000,
        "idle_in_transaction_session_timeout": 0,  # a row is held for as long as its job lasts
        "tcp_keepalives_idle": LOST_SECONDS // 2,
        "tcp_keepalives_interval": LOST_SECONDS // 6,
        "tcp_keepalives_count": 3,
    }
    engine = create_engine(
        address,
        max_overflow=-1,
        isolation_level="READ COMMITTED",  # whatever the server's is: a write sees what was committed before it began
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=_json,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "client_encoding": "utf8",  # else the server's, whatever it is
            "keepalives_idle": LOST_SECONDS // 2,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        _replace_nul(connection)

    return engine


def _json(value: object) -> str:
    """A NUL in it would be stored, and fail each time that anything is read out of it."""
    return _JSON_NUL.sub(r"\1\\ufffd", json.dumps(value))


def _without_nul(text: str) -> str:
    """PostgreSQL's texts can hold every character but this one, which is no part of any text either."""
    return text.replace("\0", "\ufffd")


def _replace_nul(connection: Any) -> None:
    from psycopg.types.string import StrDumper

    class _Text(StrDumper):
        def dump(self, obj: str) -> bytes | bytearray | memoryview | None:
            return super().dump(_without_nul(obj))

    connection.adapters.register_dumper(str, _Text)
