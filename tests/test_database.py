"""The database file: what is committed is moved from its log into it while nobody can write."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from index.store import database
from index.store.database import CHECKPOINT_BYTES, Database

MORE_THAN_THAT = "x" * (CHECKPOINT_BYTES + 1)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "a.db")) as opened:
        with opened.write() as connection:
            connection.execute(text("CREATE TABLE notes (note TEXT)"))
        yield opened


def note(opened: Database, said: str) -> None:
    with opened.write() as connection:
        connection.execute(text("INSERT INTO notes VALUES (:said)"), {"said": said})


def log_bytes(opened: Database) -> int:
    return Path(f"{opened.path}-wal").stat().st_size


def test_sqlite_moves_nothing_by_itself_while_others_write(opened: Database) -> None:
    with opened.read() as one, opened.read() as other:
        assert {c.execute(text("PRAGMA wal_autocheckpoint")).scalar_one() for c in (one, other)} == {0}


def test_a_log_that_has_grown_is_moved_into_the_database(opened: Database) -> None:
    note(opened, MORE_THAN_THAT)
    assert opened.path.stat().st_size > CHECKPOINT_BYTES
    note(opened, "short")  # begins the log anew
    assert log_bytes(opened) < CHECKPOINT_BYTES / 10


def test_a_log_that_somebody_reads_an_old_state_by_is_moved_when_they_have_ended(opened: Database) -> None:
    with opened.read() as reader:
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar_one() == 0
        note(opened, MORE_THAN_THAT)
        note(opened, "short")
        assert log_bytes(opened) > CHECKPOINT_BYTES
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar_one() == 0
    note(opened, "after")
    note(opened, "begins the log anew")
    assert log_bytes(opened) < CHECKPOINT_BYTES / 10


def test_nobody_can_write_while_the_log_is_moved(opened: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    connected = database._connected

    def mover(path: Path) -> sqlite3.Connection:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as another:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                another.execute("BEGIN IMMEDIATE")
            tried.append(another)
        return connected(path)

    monkeypatch.setattr(database, "_connected", mover)
    note(opened, "short")
    assert not tried
    note(opened, MORE_THAN_THAT)
    assert len(tried) == 1


def test_what_was_committed_is_there_though_its_log_could_not_be_moved(
    opened: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(database, "_connected", full)
        note(opened, MORE_THAN_THAT)
    assert "was not moved" in caplog.text
    with opened.read() as connection:
        assert connection.execute(text("SELECT length(note) FROM notes")).scalar_one() == len(MORE_THAN_THAT)
