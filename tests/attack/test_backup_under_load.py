"""Backups made while a server is asked, added to and deleted from, and what becomes of one that is restored."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attack_fixtures import Measured, Size
from disturbed_work import stored_texts
from serving import Load, Promises, Serving
from traced import folder_in_memory

from index.errors import StorageFault
from web.backup.backup import back_up
from web.backup.restore import restore

FILES = ("data", "backup.tar", "unpacked")


def test_a_backup_under_load_holds_one_moment_and_every_upload_that_its_jobs_need(
    size: Size, measured: Measured
) -> None:
    promises = Promises()
    backups, uploads, waiting = size(100), 0, 0
    with folder_in_memory() as root:
        data, file, unpacked = (root / name for name in FILES)
        with Serving(data) as server:
            load = Load(server, promises, "u", seed=1)
            try:
                for _ in range(backups):
                    with promises.lock:
                        accepted, there = dict(promises.accepted), set(promises.there)
                        deleted = set(promises.deleted)
                    contents = back_up(data, file, may_replace=True)
                    with promises.lock:
                        maybe_gone = promises.deleted | promises.unsure
                    uploads += len(contents.members) - 1
                    shutil.rmtree(unpacked, ignore_errors=True)
                    restore(unpacked, file)
                    stored = stored_texts(unpacked).keys()
                    assert there - maybe_gone <= stored
                    assert not deleted & stored
                    unfinished = unfinished_jobs(unpacked)
                    waiting += len(unfinished)
                    assert {i for i, job in accepted.items() if job not in unfinished} - maybe_gone <= stored
                with pytest.raises(StorageFault, match="Another process uses the data folder"):
                    restore(data, file)
            finally:
                load.end()
        assert promises.wrong == []
        restored = restore(data, file)
        assert restored.before is not None
        with Serving(data) as server:  # does what the backup's jobs still had to do
            server.settled()
            listed = server.articles()
        assert len(listed) == len(set(listed))
        assert accepted.keys() - maybe_gone <= set(listed)
        assert not deleted & set(listed)
    assert uploads  # or nothing was tried
    measured(
        "backups while a server works",
        f"{backups:,} backups, with {waiting:,} jobs that had not ended and {uploads:,} of their uploads: each held "
        "all that was promised before it and nothing deleted before it; restored, its jobs were done",
    )


def unfinished_jobs(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM jobs WHERE request IS NOT NULL")}
