"""The store in a file: what SQLite keeps of it, and what becomes of a file that is damaged, held, or none of ours."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from articles import LONG, article
from sqlalchemy import text as sql

from index.errors import BrokenDatabase, StorageFault
from index.search.embeddings import Embeddings
from index.store.sqlite import SqliteDatabase
from index.store.store import Store


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with closing(SqliteDatabase(tmp_path / "assistant.db")) as database:
        yield database


def test_what_was_put_is_there_when_the_file_is_opened_again(store: Store, database: SqliteDatabase) -> None:
    store.put(article("a", LONG), in_folder=True)
    with closing(SqliteDatabase(database.path)) as again:
        other = Store(again)
        assert other.get("a") == store.get("a")
        assert other.seq() == 1


def test_vectors_are_there_when_the_file_is_opened_again(store: Store, database: SqliteDatabase) -> None:
    store.put(article("a", LONG), in_folder=True)
    keys = Embeddings(database).missing("m")
    Embeddings(database).save("m", keys, np.ones((len(keys), 2), np.float32))
    with closing(SqliteDatabase(database.path)) as again:
        Store(again)
        assert Embeddings(again).missing("m") == []


def test_a_write_is_flushed_to_the_disk_and_readers_do_not_wait_for_it(store: Store, database: SqliteDatabase) -> None:
    with database.read() as connection:
        settings = [connection.execute(sql(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        assert settings == ["wal", 2]  # 2 is FULL
    with database.write() as connection:
        connection.execute(sql("UPDATE corpus SET seq = 5"))
        assert store.seq() == 0
    assert store.seq() == 5


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "assistant.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(BrokenDatabase, match="Restore a backup"):
        SqliteDatabase(path)
    assert path.read_bytes() == b"not a database" * 100


def test_a_database_of_another_version_is_refused(store: Store, database: SqliteDatabase) -> None:
    with database.write() as connection:
        connection.execute(sql("PRAGMA user_version = 99"))
    with pytest.raises(BrokenDatabase, match="has format 99, this program reads format 3"):
        SqliteDatabase(database.path)


def test_a_database_that_another_holds_is_a_fault_of_the_storage_and_not_to_be_moved_away(tmp_path: Path) -> None:
    (tmp_path / "assistant.db").mkdir()  # as a lock or a failing disk does, it cannot be opened though nothing is lost
    with pytest.raises(StorageFault, match="could not be read or written") as raised:
        SqliteDatabase(tmp_path / "assistant.db")
    assert "Move" not in str(raised.value)


def commit_late(connection: sqlite3.Connection) -> None:
    time.sleep(5.5)  # the driver by itself waits for 5 s
    connection.execute("COMMIT")


def test_an_opening_waits_for_another_process_to_be_done(tmp_path: Path) -> None:
    path = tmp_path / "assistant.db"
    with closing(SqliteDatabase(path)) as database:
        Store(database)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("PRAGMA journal_mode = DELETE")  # with a WAL, nobody would wait for a writer
        other.execute("BEGIN EXCLUSIVE")
        with ThreadPoolExecutor(1) as thread:
            thread.submit(commit_late, other)
            with closing(SqliteDatabase(path)) as database, database.read() as connection:
                assert connection.execute(sql("PRAGMA busy_timeout")).scalar() == 30_000


def test_a_copy_is_of_a_moment_at_which_nobody_writes_and_holds_nobody_up_afterwards(
    store: Store, database: SqliteDatabase, tmp_path: Path
) -> None:
    store.put(article("a"), in_folder=False)
    refused: list[str] = []

    def beside() -> None:
        with closing(sqlite3.connect(database.path, timeout=0)) as other:
            try:
                other.execute("DELETE FROM articles")
            except sqlite3.OperationalError as error:
                refused.append(str(error))

    database.copy(tmp_path / "copy.db", beside)
    assert refused == ["database is locked"]
    store.put(article("b"), in_folder=False)
    with closing(SqliteDatabase(tmp_path / "copy.db")) as copy:
        assert Store(copy).counts() == (1, 1)
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]


def test_a_database_damaged_while_it_is_open_is_said_to_be_broken(store: Store, database: SqliteDatabase) -> None:
    for n in range(50):
        store.put(article(f"a{n}", LONG), in_folder=False)
    database.close()
    with database.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 100_000)
    with pytest.raises(BrokenDatabase, match="malformed"):
        store.get("a1")
