"""The audit log: who changed what and when; over HTTP, on the command line, and what is not entered."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from web_fixtures import BRIDGE, ended, reply_json

from assistant.assistant import Assistant
from index.errors import StorageFault
from index.library import DATABASE, Library
from index.store.database import Database
from index.store.sqlite import SqliteDatabase
from web.app import create_app
from web.backup.backup import back_up
from web.backup.restore import restore
from web.cli import main
from web.jobs.jobs import Jobs
from web.security.audit import Audit, audit
from web.security.sign_in import SignIn, signing
from web.settings import Settings

TOKEN = "correct-horse-battery"
HOLDER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def guarded(stocked: Library, settings: Settings, jobs: Jobs) -> Flask:
    return create_app(replace(settings, api_token=TOKEN, read_only=True), stocked, Assistant(stocked), jobs)


def entries(client: FlaskClient, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = reply_json(client.get(f"/api/audit{query}", headers=HOLDER))["entries"]
    return found


def test_each_change_is_entered_with_who_made_it_from_where_and_of_what(guarded: Flask) -> None:
    client = guarded.test_client()
    added = client.post("/api/articles", json={"title": "Tide", "text": "The tide came in."}, headers=HOLDER)
    ended(guarded.test_client(), added.headers["Location"])
    removed = client.delete("/api/articles/bridge", headers=HOLDER)
    client.post("/login", data={"token": TOKEN}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    client.get("/")
    by_browser = client.post("/api/articles/bridge/restore", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    newest, sign_in, removal, addition = entries(client)
    assert (addition["who"], addition["action"], addition["status"]) == ("token", "POST /api/articles", 202)
    assert addition["subject"] == f"{reply_json(added)['job_id']} Tide"  # jobs are forgotten before entries are
    assert (removal["action"], removal["subject"]) == (
        "DELETE /api/articles/<article_id>",
        "bridge Harbour bridge opens",
    )
    assert removal["request_id"] == removed.headers["X-Request-ID"]
    assert (sign_in["who"], sign_in["action"], sign_in["address"]) == ("token", "sign in", "192.0.2.7")
    assert str(newest["who"]).startswith("browser ")
    assert (str(newest["subject"]).split()[0], newest["address"], newest["status"]) == ("bridge", "192.0.2.7", 202)
    assert newest["request_id"] == by_browser.headers["X-Request-ID"]
    assert [entry["number"] for entry in entries(client)] == [4, 3, 2, 1]


def test_what_is_refused_fails_or_only_reads_is_not_entered(guarded: Flask) -> None:
    client = guarded.test_client()
    client.delete("/api/articles/bridge")
    client.delete("/api/articles/none", headers=HOLDER)
    client.post("/api/ask", json={"question": "Tide?"})
    client.get("/api/feedback", headers=HOLDER)
    client.post("/login", data={"token": "wrong"})
    assert entries(client) == []


def test_entries_come_a_page_at_a_time_and_the_oldest_go(database: Database) -> None:
    audit = Audit(database, max_kept=5)
    for number in range(8):
        audit.note("token", "change", f"s{number}" + "x" * 300)
    first = audit.newest(3)
    rest = audit.newest(3, first["next_cursor"])
    assert [entry["number"] for entry in first["entries"] + rest["entries"]] == [8, 7, 6, 5, 4]
    assert rest["next_cursor"] is None
    assert [entry["number"] for entry in audit.all()] == [8, 7, 6, 5, 4]
    assert len(first["entries"][0]["subject"]) == 200


@pytest.mark.own_file
def test_a_change_that_cannot_be_entered_is_done_and_the_log_says_so(
    guarded: Flask, stocked: Library, caplog: pytest.LogCaptureFixture
) -> None:
    with stocked.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE audit")
    assert guarded.test_client().delete("/api/articles/bridge", headers=HOLDER).status_code == 204
    assert "could not be entered" in caplog.text


def test_a_backup_and_a_restore_are_entered(tmp_path: Path) -> None:
    data, file = tmp_path / "data", str(tmp_path / "backup.tar")
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        library.add([BRIDGE])
    assert [main([command, file, "--data-dir", str(data)]) for command in ("backup", "restore")] == [0, 0]
    with closing(SqliteDatabase(data / DATABASE)) as database:
        found = [(entry["action"], entry["subject"]) for entry in Audit(database).all()]
    assert found == [("restore", file), ("backup", file)]


def test_what_the_holder_changes_of_conversations_is_entered_and_what_visitors_do_is_not(guarded: Flask) -> None:
    client = guarded.test_client()
    for headers in ({}, HOLDER):
        session_id = reply_json(client.post("/api/ask", json={"question": "Tide?"}, headers=headers))["session_id"]
        assert client.delete(f"/api/sessions/{session_id}", headers=headers).status_code == 204
    [deletion] = entries(client)
    assert (deletion["action"], deletion["subject"]) == ("DELETE /api/sessions/<session_id>", session_id)


def test_a_sign_out_is_entered(guarded: Flask) -> None:
    client = guarded.test_client()
    client.post("/logout")
    client.post("/login", data={"token": TOKEN})
    client.post("/logout")
    assert [entry["action"] for entry in entries(client)] == ["sign out", "sign in"]


def test_who_cannot_be_entered_in_a_log_that_is_full_can_sign_in_and_out(
    guarded: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageFault("The disk is full.")

    monkeypatch.setattr(Audit, "note", full)
    client = guarded.test_client()
    assert client.post("/login", data={"token": TOKEN}).status_code == 303
    assert client.get("/api/audit").status_code == 200
    assert client.post("/logout").status_code == 303
    assert client.get("/api/audit").status_code == 401


def test_a_change_that_broke_off_is_entered_with_its_status(guarded: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = guarded.test_client()
    monkeypatch.setattr(Jobs, "publish_removal", lambda *_: 1 / 0)
    assert client.delete("/api/articles/bridge", headers=HOLDER).status_code == 500
    assert client.get("/api/articles/bridge", headers=HOLDER).status_code == 404  # it was hidden before
    [broken] = entries(client)
    assert (broken["subject"], broken["status"]) == ("bridge Harbour bridge opens", 500)


def test_a_restore_keeps_what_the_log_said_since_the_backup(tmp_path: Path) -> None:
    data, file = tmp_path / "data", str(tmp_path / "backup.tar")
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        library.add([BRIDGE])
        Audit(library.database).note("token", "before")
    back_up(data, Path(file))
    with closing(SqliteDatabase(data / DATABASE)) as database:
        Audit(database).note("token", "after")
    restore(data, Path(file))
    with closing(SqliteDatabase(data / DATABASE)) as database:
        assert [entry["action"] for entry in Audit(database).all()] == ["restore", "after", "backup", "before"]


def test_what_a_damaged_log_says_at_no_time_keeps_nothing_from_being_restored(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.tar"
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        library.add([BRIDGE])
        Audit(library.database).note("token", "before")
    back_up(data, file)
    with closing(SqliteDatabase(data / DATABASE)) as database, database.write() as connection:
        connection.execute(update(audit).where(audit.c.action == "before").values(at=text("x'00'")))
    restore(data, file)
    with closing(SqliteDatabase(data / DATABASE)) as database:
        assert [entry["action"] for entry in Audit(database).all()] == ["restore", "backup", "before"]


def test_a_backup_has_no_key_to_sign_cookies_with_and_a_restore_takes_none(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup.tar"
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        cookie = SignIn(library.database, TOKEN).cookie()
        assert SignIn(library.database, TOKEN).accepts(cookie)
        with library.database.read() as connection:
            key = connection.execute(select(signing.c.key)).scalar_one()
    back_up(data, file)
    assert key not in file.read_bytes()
    restore(data, file)
    with closing(SqliteDatabase(data / DATABASE)) as database:
        assert not SignIn(database, TOKEN).accepts(cookie)
