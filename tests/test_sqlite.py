"""The database file: what is committed is moved from its log into it while nobody can write."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from index.store import sqlite
from index.store.sqlite import CHECKPOINT_BYTES, FULL_CHECKPOINT_BYTES, SqliteDatabase

MORE_THAN_THAT = "x" * (CHECKPOINT_BYTES + 1)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with closing(SqliteDatabase(tmp_path / "a.db")) as opened:
        with opened.write() as connection:
            connection.execute(text("CREATE TABLE notes (note TEXT)"))
        yield opened


def note(opened: SqliteDatabase, said: str) -> None:
    with opened.write() as connection:
        connection.execute(text("INSERT INTO notes VALUES (:said)"), {"said": said})


def check_that_nobody_can_write(opened: SqliteDatabase) -> None:
    with (
        closing(sqlite3.connect(opened.path, timeout=0, isolation_level=None)) as another,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        another.execute("BEGIN IMMEDIATE")


def log_bytes(opened: SqliteDatabase) -> int:
    return Path(f"{opened.path}-wal").stat().st_size


def test_sqlite_moves_nothing_by_itself_while_others_write(opened: SqliteDatabase) -> None:
    with opened.read() as one, opened.read() as other:
        assert {c.execute(text("PRAGMA wal_autocheckpoint")).scalar_one() for c in (one, other)} == {0}


def test_a_log_that_has_grown_is_moved_into_the_database(opened: SqliteDatabase) -> None:
    note(opened, MORE_THAN_THAT)
    assert opened.path.stat().st_size > CHECKPOINT_BYTES
    note(opened, "short")  # begins the log anew
    assert log_bytes(opened) < CHECKPOINT_BYTES / 10


def test_a_log_that_somebody_reads_an_old_state_by_is_moved_when_they_have_ended(opened: SqliteDatabase) -> None:
    with opened.read() as reader:
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar_one() == 0
        note(opened, MORE_THAN_THAT)
        note(opened, "short")
        assert log_bytes(opened) > CHECKPOINT_BYTES
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar_one() == 0
    note(opened, "after")
    note(opened, "begins the log anew")
    assert log_bytes(opened) < CHECKPOINT_BYTES / 10


@pytest.mark.parametrize(("size", "kind"), [(CHECKPOINT_BYTES, "PASSIVE"), (FULL_CHECKPOINT_BYTES, "TRUNCATE")])
def test_nobody_can_write_while_the_log_is_moved(
    opened: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, size: int, kind: str
) -> None:
    moved = []

    class Mover(sqlite3.Connection):
        def execute(self, sql: str, *_: object) -> sqlite3.Cursor:
            if "wal_checkpoint" in sql:
                moved.append(sql)
                if kind == "PASSIVE":  # the other takes the lock as it begins
                    check_that_nobody_can_write(opened)
            return super().execute(sql)

    connected = partial(sqlite3.connect, isolation_level=None, factory=Mover)
    monkeypatch.setattr(sqlite, "_connected", connected)
    note(opened, "short")
    assert not moved
    note(opened, "x" * (size + 1))
    assert moved == [f"PRAGMA wal_checkpoint({kind})"]


def test_the_log_does_not_grow_for_ever_where_somebody_always_reads(opened: SqliteDatabase) -> None:
    ending = threading.Event()

    def keep_reading(n: int) -> None:
        while not ending.wait(0.001 * n):
            with opened.read() as connection:
                connection.execute(text("SELECT length(note) FROM notes")).all()
                time.sleep(0.05)

    with ThreadPoolExecutor(4) as readers:
        reading = [readers.submit(keep_reading, n) for n in range(4)]
        largest = 0
        for _ in range(60):
            note(opened, "x" * (2 * 1024**2))
            largest = max(largest, log_bytes(opened))
        ending.set()
        assert [one.result() for one in reading] == [None] * 4
    assert largest < FULL_CHECKPOINT_BYTES + 8 * 1024**2


def test_who_writes_does_not_wait_time_and_again_for_one_who_reads_on(opened: SqliteDatabase) -> None:
    with opened.read() as reader:
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar_one() == 0
        note(opened, "x" * (FULL_CHECKPOINT_BYTES + 1))
        began = time.monotonic()
        with ThreadPoolExecutor(10) as writers:
            assert [*writers.map(partial(note, opened), ["short"] * 30)] == [None] * 30
        assert time.monotonic() - began < 5
    assert log_bytes(opened) > FULL_CHECKPOINT_BYTES
    opened._full_again_at = 0.0  # a minute later
    note(opened, "after")
    assert log_bytes(opened) == 0


def test_those_who_wait_to_write_keep_nobody_from_reading(opened: SqliteDatabase) -> None:
    with (
        closing(sqlite3.connect(opened.path, isolation_level=None)) as another,
        ThreadPoolExecutor(40) as writers,
    ):
        another.execute("BEGIN IMMEDIATE")
        waiting = [writers.submit(note, opened, "late") for _ in range(40)]
        time.sleep(0.5)
        began = time.monotonic()
        with opened.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM notes")).scalar_one() == 0
        assert time.monotonic() - began < 5
        another.execute("COMMIT")
        for one in waiting:
            one.result()


def test_what_was_committed_is_there_though_its_log_could_not_be_moved(
    opened: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "_connected", full)
        note(opened, MORE_THAN_THAT)
    assert "was not moved" in caplog.text
    with opened.read() as connection:
        assert connection.execute(text("SELECT length(note) FROM notes")).scalar_one() == len(MORE_THAN_THAT)
