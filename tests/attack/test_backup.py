"""`assistant backup` and `restore`: whole or not at all, whatever kills them, and nothing but a backup is restored."""

import hashlib
import io
import json
import random
import shlex
import shutil
import signal
import sqlite3
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from attack_fixtures import Measured, Size
from conftest import HashingEmbedder
from disturbed_work import answers, contents, stored_texts
from traced import Outcome, Tracer, folder_in_memory, spread
from traced_driver import NEW, OLD, article, opened

from index.errors import IndexFault, StorageFault
from index.library import Library
from index.model.builtin import BuiltinEmbedder
from index.store.in_use import InUse
from web.backup.backup import back_up
from web.backup.restore import restore
from web.cli import main
from web.conversations.conversations import Conversations
from web.conversations.feedback import Feedback
from web.errors import BackupFault
from web.jobs.jobs import Jobs

UPLOADED = b'{"id": "sent", "title": "Sent", "text": "The barge went down the canal."}'


@dataclass
class Sent:
    """A file as a form sends it."""

    filename: str | None
    stream: IO[bytes]


class Builtin(HashingEmbedder):
    """Passes for the built-in model, so that a command finds every passage embedded already."""

    id = BuiltinEmbedder.id


def stocked(data: Path, *, uploads: int = 2) -> Path:
    """With OLD, and a job that has not begun and is to read so many files."""
    with closing(Library(data, embedder=Builtin())) as library:
        library.add(OLD)
        jobs = Jobs(library, data / "none")
        if uploads:
            jobs.add_files([Sent(f"{n}.jsonl", io.BytesIO(UPLOADED)) for n in range(uploads)])
        jobs.close()
    return data


def state(data: Path) -> dict[str, object]:
    """What a backup holds, of a data folder: all that is stored, and the uploads that wait."""
    waiting = {str(p.relative_to(data)): p.read_bytes() for p in data.glob("uploads/*/*")}
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        jobs = connection.execute("SELECT id, kind, state, request, outcome FROM jobs ORDER BY number").fetchall()
    return {**contents(data), "jobs": jobs, "uploads": waiting}


@pytest.fixture
def root() -> Iterator[Path]:
    with folder_in_memory() as root:
        yield root


# -- there and back


def test_a_backup_brings_back_articles_jobs_and_uploads_and_keeps_what_was_there(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    before = state(data)
    assert main(["backup", str(file), "--data-dir", str(data)]) == 0
    assert capsys.readouterr().out == f"3 articles and 2 waiting uploads saved in {file}.\n"
    assert file.stat().st_mode & 0o777 == 0o600
    with closing(Library(data, embedder=Builtin())) as library:
        library.add(NEW)
        library.remove(["comet"])
    later = state(data)

    assert main(["restore", str(file), "--data-dir", str(data)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"3 articles restored to {data}, as of 20")
    assert state(data) == before
    with closing(Library(data, embedder=Builtin())) as library:
        assert (library.status().state, library.status().pending) == ("ok", False)
        assert {hit.article.id for hit in library.search("harbour", k=50).hits} == {one.id for one in OLD}
    again = shlex.split(told.split("`assistant ")[1].split("`")[0])
    assert again[::2] == ["restore", "--data-dir"]  # the words that are printed, of no other folder than this
    assert main(again) == 0
    assert state(data) == later


def test_a_restored_corpus_is_not_shown_by_an_index_of_before_though_the_numbers_are_the_same(root: Path) -> None:
    data, file = stocked(root / "data", uploads=0), root / "backup.tar"
    back_up(data, file)
    with closing(Library(data, embedder=Builtin())) as library:
        library.add([article("bridge", "green")])
    restore(data, file)
    with closing(Library(data, embedder=Builtin())) as library:
        assert library.status().state == "degraded"  # no index of this corpus is there
        library.add([article("glacier", "green")])
        assert (library.status().generation, library.status().state) == (4, "ok")
        assert {hit.article.id for hit in library.search("harbour", k=9).hits} == {*(one.id for one in OLD), "glacier"}


def test_where_a_waiting_upload_is_missing_no_backup_is_made_and_a_restore_keeps_the_files_as_they_are(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    back_up(data, file)
    before = state(data)
    next(data.glob("uploads/*/1")).unlink()
    with pytest.raises(BackupFault, match="is missing, which an unfinished job is to read"):
        back_up(data, root / "other.tar")
    assert main(["restore", str(file), "--data-dir", str(data)]) == 0
    assert "its files are kept in" in capsys.readouterr().out
    assert state(data) == before
    [kept] = data.glob("before-restore-*")
    assert stored_texts(kept) == {one.id: one.text for one in OLD}
    assert len(list(kept.glob("uploads/*/*"))) == 1


def test_restore_makes_a_data_folder_where_there_is_none(root: Path) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    back_up(data, file)
    assert restore(root / "new", file).before is None
    assert state(root / "new") == state(data)


def test_the_restored_uploads_are_taken_in_when_a_server_starts(root: Path) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    back_up(data, file)
    restore(root / "new", file)
    with closing(opened(root / "new")) as library, closing(Jobs(library, root / "none")) as jobs:
        jobs.start()
        for _ in range(3_000):
            [job] = jobs.newest(1)
            if job["state"] in ("done", "failed"):
                break
            time.sleep(0.02)
        assert (job["state"], job["added"]) == ("done", 1)
    assert stored_texts(root / "new")["sent"] == "The barge went down the canal."


# -- refused


def test_a_backup_replaces_no_file_unless_told_to(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    file.write_text("mine")
    assert main(["backup", str(file), "--data-dir", str(data)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert main(["backup", str(file), "--data-dir", str(data), "--force"]) == 0
    assert restore(root / "new", file).contents.articles == 3
    assert main(["backup", str(root), "--data-dir", str(data), "--force"]) == 1
    assert {entry.name for entry in root.iterdir()} == {"data", "new", "backup.tar"}


@pytest.mark.parametrize("name", ["assistant.db", "index/backup.tar", "backup.tar"])
def test_a_backup_is_not_put_into_what_it_is_made_of(root: Path, name: str) -> None:
    data = stocked(root / "data")
    before = state(data)
    with pytest.raises(BackupFault, match="outside it"):
        back_up(data, data / name, may_replace=True)
    assert state(data) == before


def test_a_backup_deletes_no_folder_but_what_was_left_of_one(root: Path) -> None:
    data = stocked(root / "data")
    others = [root / "notes.2024.tmp", root / "other.0123abcd.tmp", root / "notes.0123abcd.tmp.tmp"]
    left = root / "notes.0123abcd.tmp"
    for folder in (*others, left):
        folder.mkdir()
    back_up(data, root / "notes")
    back_up(data, root / "[a-z]*")
    assert all(folder.is_dir() for folder in others)
    assert not left.exists()


def test_of_nothing_no_backup_is_made(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", str(root / "backup.tar"), "--data-dir", str(root / "data")]) == 1
    assert "There is no database in" in capsys.readouterr().err
    assert list(root.iterdir()) == []


def test_of_a_damaged_database_no_backup_is_made(root: Path) -> None:
    data = stocked(root / "data")
    with (data / "assistant.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 4)
    with pytest.raises(IndexFault, match="Restore a backup"):
        back_up(data, root / "backup.tar")
    assert [entry.name for entry in root.iterdir()] == ["data"]


def test_while_another_process_uses_the_folder_nothing_is_restored_and_the_other_way_round(root: Path) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    back_up(data, file)
    before = state(data)
    with closing(opened(data)), pytest.raises(StorageFault, match="Another process uses the data folder"):
        restore(data, file)
    assert state(data) == before
    with closing(InUse(data, alone=True)):
        with pytest.raises(StorageFault, match="A backup is being restored"):
            opened(data)
        with pytest.raises(StorageFault, match="A backup is being restored"):
            back_up(data, root / "other.tar")


def test_a_database_that_cannot_be_read_is_kept_as_it_is_and_replaced(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    back_up(data, file)
    before = state(data)
    damaged = b"damaged" + (data / "assistant.db").read_bytes()[7:]
    (data / "assistant.db").write_bytes(damaged)
    assert main(["restore", str(file), "--data-dir", str(data)]) == 0
    assert "its files are kept in" in capsys.readouterr().out
    assert state(data) == before
    [kept] = data.glob("before-restore-*")
    assert (kept / "assistant.db").read_bytes() == damaged
    assert sorted(path.name for path in kept.iterdir()) == ["assistant.db", "uploads"]


# -- hostile files

Members = list[tuple[str, bytes]]


def packed(members: Members, changes: Callable[[tarfile.TarInfo], None] = lambda _: None) -> bytes:
    """A tar archive of these, as a backup is one; `changes` is called with each header."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in members:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            changes(header)
            archive.addfile(header, io.BytesIO(data))
    return out.getvalue()


def with_manifest(members: Members, **changes: object) -> Members:
    files = [{"name": n, "bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in members]
    value = {"format": 1, "made_at": "2026-01-01T00:00:00+00:00", "articles": 3, "files": files} | changes
    data = json.dumps(value).encode()
    return [(f"manifest-{hashlib.sha256(data).hexdigest()[:16]}.json", data), *members]


def link(header: tarfile.TarInfo) -> None:
    if not header.name.startswith("manifest"):
        header.type, header.linkname, header.size = tarfile.SYMTYPE, "/etc/passwd", 0


def sparse(header: tarfile.TarInfo) -> None:
    if not header.name.startswith("manifest"):
        header.type = tarfile.GNUTYPE_SPARSE


def zipped(database: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assistant.db", bytes(50_000_000))
    return out.getvalue()


def with_sql(database: bytes, *statements: str) -> bytes:
    with folder_in_memory() as folder:
        (folder / "a.db").write_bytes(database)
        with closing(sqlite3.connect(folder / "a.db")) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            connection.execute("PRAGMA journal_mode = DELETE")
        return (folder / "a.db").read_bytes()


JOB = "0123456789abcdef"
HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"not a backup" * 1000,
    "zeros": lambda _: bytes(100_000),
    "a zip bomb": zipped,
    "a bare database": bytes,
    "no manifest": lambda db: packed([("assistant.db", db)]),
    "the manifest alone": lambda db: packed(with_manifest([("assistant.db", db)])[:1]),
    "a manifest of another hash": lambda db: packed([("manifest-0123456789abcdef.json", b"{}"), ("assistant.db", db)]),
    "a manifest that is no JSON": lambda db: packed(
        [(f"manifest-{hashlib.sha256(b'{').hexdigest()[:16]}.json", b"{"), ("assistant.db", db)]
    ),
    "a manifest nested without end": lambda db: packed(
        [(f"manifest-{hashlib.sha256(b'[' * 10**6).hexdigest()[:16]}.json", b"[" * 10**6), ("assistant.db", db)]
    ),
    "a manifest of other things": lambda db: packed(with_manifest([("assistant.db", db)], files={"a": 1})),
    "a manifest with a huge number": lambda db: packed(
        with_manifest([("assistant.db", db)], files=[{"name": "assistant.db", "bytes": 1e300, "sha256": ""}])
    ),
    "a later format": lambda db: packed(with_manifest([("assistant.db", db)], format=2)),
    "more than it is": lambda db: packed(
        with_manifest([("assistant.db", db)], files=[{"name": "assistant.db", "bytes": 10**15, "sha256": ""}])
    ),
    "less than nothing": lambda db: packed(
        with_manifest([("assistant.db", db)], files=[{"name": "assistant.db", "bytes": -1, "sha256": ""}])
    ),
    "a path out of the folder": lambda db: packed(
        with_manifest([("assistant.db", db), ("uploads/../../../outside", b"x")])
    ),
    "an absolute path": lambda db: packed(with_manifest([("assistant.db", db), ("/tmp/outside", b"x")])),
    "a file of the index": lambda db: packed(with_manifest([("assistant.db", db), ("index/CURRENT", b"x")])),
    "an upload of no job": lambda db: packed(with_manifest([("assistant.db", db), (f"uploads/{JOB}/0", b"x")])),
    "an upload with a gap": lambda db: packed(with_manifest([("assistant.db", db), (f"uploads/{JOB}/1", b"x")])),
    "the same file twice": lambda db: packed(with_manifest([("assistant.db", db), ("assistant.db", db)])),
    "a file more": lambda db: packed([*with_manifest([("assistant.db", db)]), ("uploads/x", b"x")]),
    "links": lambda db: packed(with_manifest([("assistant.db", db)]), link),
    "holes": lambda db: packed(with_manifest([("assistant.db", db)]), sparse),
    "another's database": lambda _: packed(
        with_manifest([("assistant.db", with_sql(b"", "CREATE TABLE notes (body TEXT)", "PRAGMA user_version = 3"))])
    ),
    "a database of a later version": lambda db: packed(
        with_manifest([("assistant.db", with_sql(db, "PRAGMA user_version = 99"))])
    ),
    "a database with fewer articles": lambda db: packed(with_manifest([("assistant.db", db)], articles=4)),
    "a database with a trigger": lambda db: packed(
        with_manifest(
            [("assistant.db", with_sql(db, "CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM articles; END"))]
        )
    ),
    "a database with a view for a table": lambda db: packed(
        with_manifest([("assistant.db", with_sql(db, "CREATE VIEW v AS SELECT * FROM articles"))])
    ),
    "a database with another column": lambda db: packed(
        with_manifest([("assistant.db", with_sql(db, "ALTER TABLE feedback ADD COLUMN more TEXT"))])
    ),
    "a damaged database": lambda db: packed(
        with_manifest([("assistant.db", db[: 4096 * 3] + b"\xff" * 4096 * 3 + db[4096 * 6 :])])
    ),
    "a database that is none": lambda _: packed(with_manifest([("assistant.db", b"not a database" * 999)])),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_backup_is_refused_with_a_clear_message_and_nothing_changes(
    kind: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, good = stocked(root / "data", uploads=0), root / "good.tar"
    with closing(Library(data, embedder=Builtin())) as library:
        Conversations(library.database)
        Feedback(library.database)
    back_up(data, good)
    with tarfile.open(good) as archive:
        database = archive.extractfile("assistant.db")
        assert database is not None
        hostile = HOSTILE[kind](database.read())
    (root / "hostile.tar").write_bytes(hostile)
    before, names = state(data), sorted(str(path) for path in root.rglob("*"))
    assert main(["restore", str(root / "hostile.tar"), "--data-dir", str(data)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("assistant: ")
    assert "Nothing was changed." in told.err
    assert len(told.err) < 600
    assert state(data) == before
    assert sorted(str(path) for path in root.rglob("*")) == names
    assert not (root.parent / "outside").exists()


def test_a_missing_file_is_told(root: Path) -> None:
    with pytest.raises(StorageFault, match="could not be unpacked"):
        restore(stocked(root / "data"), root / "none.tar")


def test_no_damaged_backup_is_restored(size: Size, measured: Measured, root: Path) -> None:
    data, file = stocked(root / "data"), root / "backup.tar"
    back_up(data, file)
    whole, before = file.read_bytes(), state(data)
    with tarfile.open(file) as archive:
        last = archive.getmembers()[-1]
        end = last.offset_data + last.size
    chance = random.Random(4)
    count = size(500)
    for number in range(count):
        damaged = bytearray(whole)
        match number % 4:
            case 0:
                damaged[chance.randrange(end)] ^= 1 << chance.randrange(8)
            case 1:
                del damaged[chance.randrange(end) :]
            case 2:
                start = chance.randrange(end)
                damaged[start : min(start + 512, end)] = chance.randbytes(min(512, end - start))
            case 3:
                at = chance.randrange(end)
                damaged[at:at] = chance.randbytes(chance.randint(1, 600))
        file.write_bytes(damaged)
        with pytest.raises(BackupFault, match="Nothing was changed"):
            restore(data, file)
    assert state(data) == before
    assert not list(data.glob("*.tmp"))
    measured(
        "damaged and hostile backups",
        f"{count:,} damaged and {len(HOSTILE)} hostile ones: none restored, nothing changed",
    )


# -- killed, or let down by the disk, at any call


@pytest.fixture
def tracer() -> Iterator[Tracer]:
    with Tracer() as tracer:
        yield tracer


def test_backup_and_restore_killed_or_let_down_at_any_call_leave_the_old_state_or_the_new(
    size: Size, measured: Measured, root: Path, tracer: Tracer
) -> None:
    saved, there = root / "saved", root / "there"
    stocked(saved)
    stocked(there, uploads=1)
    with closing(opened(there)) as library:
        library.add(NEW)
        library.remove(["comet"])
    states = {"saved": state(saved), "there": state(there)}
    back_up(saved, root / "prepared.tar")
    data, file = root / "data", root / "backup.tar"

    def fresh(work: str) -> Path:
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(there, data)
        shutil.copyfile(root / "prepared.tar", file)
        return data

    ends = {"old": 0, "new": 0}
    for work in ("backup", "restore"):
        calls = tracer.calls(work, fresh(work))
        for number, call in enumerate(spread(calls, size(len(calls)))):
            whats = ("signal=KILL", "error=ENOSPC", "error=EIO")
            for what in whats if size(10) == 10 else (whats[number % 3],):
                outcome = tracer.disturbed(work, fresh(work), call, what)
                if what == "signal=KILL" and outcome.status == 0:
                    # SQLite writes a page more or less from run to run: this one had no such call
                    outcome = tracer.disturbed(work, fresh(work), call, what)
                try:
                    ends[CHECKS[work](root, outcome, what, states)] += 1
                    again = tracer.run(work, data)
                    assert (again.status, again.fault) == (0, None)
                    assert state_without_strays(data) == states["there" if work == "backup" else "saved"]
                    assert not [*data.glob("*.tmp"), *root.glob("*.tmp")]
                except AssertionError as error:
                    raise AssertionError(f"{work} with {what} at {call}: {outcome}") from error
    measured(
        "backup and restore killed or let down at every call",
        f"{sum(ends.values()):,} times SIGKILL, ENOSPC or EIO: the state before {ends['old']:,} times, the new one "
        f"{ends['new']:,} times, none between; done again, it was done",
    )


def after_a_backup(root: Path, outcome: Outcome, what: str, states: dict[str, dict[str, object]]) -> str:
    """The file is the one of before or the new one, and the data folder as it was."""
    check_end(outcome, what)
    assert state(root / "data") == states["there"]
    shutil.rmtree(root / "unpacked", ignore_errors=True)
    restore(root / "unpacked", root / "backup.tar")
    return (
        "new" if state(root / "unpacked") == states["there"] else same(state(root / "unpacked"), states["saved"], "old")
    )


def after_a_restore(root: Path, outcome: Outcome, what: str, states: dict[str, dict[str, object]]) -> str:
    """The database is the one of before or the new one, with its uploads, and it answers; what was there is kept."""
    check_end(outcome, what)
    data = root / "data"
    status, texts = answers(data)
    now = state_without_strays(data)
    if now == states["there"]:
        assert texts.keys() == {*(one.id for one in (*OLD, *NEW))} - {"comet"}
        return "old"
    assert texts.keys() == {one.id for one in OLD}
    assert status.state == "degraded"  # no index of it is there yet: words are found in the database
    kept = sorted(data.glob("before-restore-*.tar"))
    shutil.rmtree(root / "unpacked", ignore_errors=True)
    restore(root / "unpacked", kept[0])
    assert state(root / "unpacked") == states["there"]
    return same(now, states["saved"], "new")


CHECKS = {"backup": after_a_backup, "restore": after_a_restore}


def check_end(outcome: Outcome, what: str) -> None:
    if what == "signal=KILL":
        assert outcome.status == -signal.SIGKILL
    elif outcome.status:
        assert outcome.status == 1
        assert outcome.fault is not None
        assert outcome.fault[0] == "fault"


def same(one: dict[str, object], other: dict[str, object], word: str) -> str:
    assert one == other
    return word


def state_without_strays(data: Path) -> dict[str, object]:
    """`state`, without uploads of jobs that are not in the database: they go when a server next starts."""
    found = state(data)
    jobs, uploads = found["jobs"], found["uploads"]
    assert isinstance(jobs, list)
    assert isinstance(uploads, dict)
    known = {job[0] for job in jobs}
    return {**found, "uploads": {name: data for name, data in uploads.items() if name.split("/")[1] in known}}
