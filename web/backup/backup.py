"""A backup: the database and what its unfinished jobs still have to read, at one moment, while others go on working.

A job's uploads are on the disk before the job is in the database, and leave it after the job has ended there. So at a
moment at which nobody can write, every unfinished job has them. For that moment writing is held up: a snapshot of the
database is begun and the uploads are pinned by links of their own. Copying comes after it.
"""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from index.errors import BrokenDatabase, StorageFault
from index.library import DATABASE
from index.store.in_use import InUse
from index.store.sqlite import SqliteDatabase
from web.backup import archive
from web.backup.archive import Contents
from web.backup.work_folder import work_folder
from web.errors import BackupFault
from web.jobs.job import FINISHED
from web.security import sign_in
from web.security.audit import Audit, at_the_terminal

UPLOADS = "uploads"


def back_up(data_dir: Path, target: Path, *, may_replace: bool = False) -> Contents:
    """Make the backup file `target` of a data folder, also of one that a server works with.

    Raises BackupFault where `target` is there and may not be replaced, IndexFault where there is nothing that can be
    read, or no room for it.
    """
    if not (data_dir / DATABASE).exists():
        raise BackupFault(f"There is no database in {data_dir}: nothing is there to be backed up.")
    if target.resolve().is_relative_to(data_dir.resolve()):
        raise BackupFault(f"{target} is in the data folder {data_dir}. Name a file outside it.")
    if target.is_dir():
        raise BackupFault(f"{target} is a folder. Name a file in it.")
    if target.exists() and not may_replace:
        raise BackupFault(f"{target} is there already. Name another file, or say --force to replace it.")
    with closing(InUse(data_dir)), work_folder(target.parent, target.name) as work:
        # before: nothing goes out that is not in the log
        with closing(SqliteDatabase(data_dir / DATABASE)) as database:
            Audit(database).note(at_the_terminal(), "backup", str(target))
        return back_up_held(data_dir, target, work)


def back_up_held(data_dir: Path, target: Path, work: Path) -> Contents:
    """As `back_up`, for one who holds the lock on the data folder. work: an empty folder on the disk of `target`."""
    with closing(SqliteDatabase(data_dir / DATABASE)) as database, work_folder(data_dir, "backup") as pinned:
        copy = work / DATABASE

        def pin() -> None:
            try:
                if (data_dir / UPLOADS).is_dir():
                    shutil.copytree(data_dir / UPLOADS, pinned / UPLOADS, copy_function=_link)
            except (OSError, shutil.Error) as error:
                raise StorageFault(f"The uploads in {data_dir} could not be kept for the backup ({error}).") from error

        database.copy(copy, beside=pin)
        sign_in.forget_key(copy)
        files = {DATABASE: copy}
        for job_id, count in unfinished_uploads(copy).items():
            for number in range(count):
                files[f"{UPLOADS}/{job_id}/{number}"] = pinned / UPLOADS / job_id / str(number)
        missing = next((name for name, path in files.items() if not path.is_file()), None)
        if missing:
            raise BackupFault(f"{data_dir / missing} is missing, which an unfinished job is to read. Cancel that job.")
        return archive.write(target, files, articles_in(copy), work)


def unfinished_uploads(database: Path) -> dict[str, int]:
    """The jobs in a database that have not ended and are to read uploads, and how many."""
    statement = (
        "SELECT id, json_array_length(request, '$.files') FROM jobs WHERE json_type(request, '$.files') = 'array' "
        "AND state NOT IN (SELECT value FROM json_each(?)) ORDER BY number"
    )
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
            return {}  # no server has used it yet
        try:
            return dict(connection.execute(statement, [json.dumps(list(FINISHED))]))
        except sqlite3.DatabaseError as error:
            raise BrokenDatabase(f"The jobs in the database cannot be read ({error}).") from error


def articles_in(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])


def _link(source: str, target: str) -> None:
    """The same file under a second name, which outlives the first; a copy of it where the disk has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
