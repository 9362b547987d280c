"""A backup put in the place of what a data folder holds, which is kept.

First everything is unpacked beside it and checked, and what is there is saved; the one step that counts is the
renaming of a database over another, so that a kill at any moment leaves the old state or the new one. The corpus gets
a new identity: no index of before shows it.
"""

import datetime as dt
import filecmp
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from index.disk import sync, sync_folder
from index.errors import BrokenDatabase, StorageFault
from index.library import DATABASE
from index.store import schema
from index.store.in_use import InUse
from index.store.sqlite import SqliteDatabase
from web.backup.archive import Contents, unpack, uploads_of
from web.backup.backup import UPLOADS, articles_in, back_up_held, unfinished_uploads
from web.backup.work_folder import work_folder
from web.conversations import tables
from web.errors import BackupFault
from web.jobs import freshness, queue
from web.replies import Json
from web.security import audit, sign_in
from web.security.audit import Audit, at_the_terminal
from web.stories import tables as story_tables

TABLES = tuple(module.metadata for module in (schema, queue, tables, story_tables, freshness, audit, sign_in))
OWN_TRIGGERS = ("corpus_insert", "corpus_update", "corpus_delete")
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite may keep beside a database; belonging to one, it would spoil another."""


@dataclass(frozen=True, slots=True)
class Restored:
    contents: Contents
    before: Path | None
    """Where what was there before is kept: a backup of it, or a folder with its files where none could be made."""


def restore(data_dir: Path, source: Path) -> Restored:
    """Put the backup `source` in place of the database and the waiting uploads of a data folder.

    The index is to be published afterwards. Raises BackupFault where `source` is none that can be restored,
    StorageFault where another process uses the folder or there is no room; then nothing has changed.
    """
    with closing(InUse(data_dir, alone=True)), work_folder(data_dir, "restore") as work:
        contents = unpack(source, work)
        try:
            _prepare(work, contents, source, _log_of(data_dir / DATABASE))
            before = _keep(data_dir, work / "before")
            _take_uploads(data_dir, work)
            for suffix in BESIDE:  # of a database that could not be read, and is kept; else there are none
                (data_dir / f"{DATABASE}{suffix}").unlink(missing_ok=True)
            (work / DATABASE).replace(data_dir / DATABASE)
            sync_folder(data_dir)
        except OSError as error:
            raise StorageFault(f"{source} could not be restored to {data_dir} ({error}).") from error
    return Restored(contents, before)


def _log_of(path: Path) -> list[Json]:
    """What the audit log of the database that is there says: it goes on. Nothing where it cannot be read."""
    if not path.exists():
        return []
    try:
        with closing(SqliteDatabase(path)) as database:
            return list(Audit(database).all())
    except (BrokenDatabase, StorageFault):
        return []


def _prepare(work: Path, contents: Contents, source: Path, log: list[Json]) -> None:
    """Check the unpacked database, bring it to the present format, and make it a corpus of its own."""
    path = work / DATABASE
    try:
        _check(path)
        sign_in.forget_key(path)
        with closing(SqliteDatabase(path)) as database:
            for metadata in TABLES:
                database.create(metadata)
            with database.write() as connection:
                connection.execute(update(schema.corpus).values(id=schema.new_corpus_id()))
            Audit(database).take_over(log)
            Audit(database).note(at_the_terminal(), "restore", str(source))
        found, uploads = articles_in(path), unfinished_uploads(path)
    except (BrokenDatabase, sqlite3.DatabaseError) as error:
        raise BackupFault(f"The database in {source} cannot be used: {error} Nothing was changed.") from error
    if found != contents.articles or uploads != uploads_of(list(contents.members)):
        raise BackupFault(f"{source} does not hold the articles and uploads that it says it does. Nothing was changed.")
    if any(Path(f"{path}{suffix}").exists() for suffix in BESIDE):
        raise StorageFault(f"{path} could not be closed. Nothing was changed.")
    sync(path)


def _check(path: Path) -> None:
    """Whether it is whole, and has nothing in it that would act by itself. Raises BrokenDatabase and sqlite3's errors.

    The triggers are made anew: what they do is not taken from a file.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        [whole] = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if whole != "ok":
            raise BrokenDatabase(f"it is damaged ({whole}).")
        for name in OWN_TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        strange = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'"
        ).fetchone()
        if strange:
            raise BrokenDatabase(f"it has a {strange[0]} of its own, {strange[1]!r:.80}.")


def _keep(data_dir: Path, work: Path) -> Path | None:
    """Save the database and the uploads that are there: as a backup, or as they are where none can be made of them."""
    path = data_dir / DATABASE
    if not path.exists():
        return None
    moment = f"{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}"
    backup = data_dir / f"before-restore-{moment}.tar"
    try:
        work.mkdir()
        back_up_held(data_dir, backup, work)
    except (BrokenDatabase, BackupFault) as fault:
        if isinstance(fault, BackupFault):  # it could be read, and was closed
            _check_that_it_is_closed(path)
        folder = data_dir / f"before-restore-{moment}"
        folder.mkdir()
        for name in (DATABASE, *(f"{DATABASE}{suffix}" for suffix in BESIDE), UPLOADS):
            there = data_dir / name
            if there.is_dir():
                shutil.copytree(there, folder / name)
            elif there.exists():
                shutil.copy2(there, folder / name)
        for copied in (folder, *folder.rglob("*"), data_dir):
            sync(copied)
        return folder
    _check_that_it_is_closed(path)
    return backup


def _check_that_it_is_closed(path: Path) -> None:
    if any(Path(f"{path}{suffix}").exists() for suffix in BESIDE):
        raise StorageFault(f"Another program has {path} open. End it, then try again. Nothing was changed.")


def _take_uploads(data_dir: Path, work: Path) -> None:
    """Put the unpacked uploads where the jobs look for them; those of other jobs go when a server next starts."""
    if not (work / UPLOADS).is_dir():
        return
    target = data_dir / UPLOADS
    target.mkdir(exist_ok=True)
    for job in sorted((work / UPLOADS).iterdir()):
        there = target / job.name
        if there.exists():
            if not _differ(job, there):  # the job waits in both
                continue
            shutil.rmtree(there)
        job.rename(there)
    sync_folder(target)
    sync_folder(data_dir)


def _differ(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    if names != sorted(path.name for path in other.iterdir()):
        return True
    return bool(filecmp.cmpfiles(one, other, names, shallow=False)[0] != names)
