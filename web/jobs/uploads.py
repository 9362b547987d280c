"""What was sent as files, kept until the job that takes it in has ended.

In the data folder they lie in `uploads/JOB/`, by number: the names that they came with are data and become no paths.
Beside a database on a server they are in it, in parts, since whoever does the job may be another machine.
"""

import datetime as dt
import fcntl
import logging
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, delete, insert, select

from index.disk import sync_folder
from index.errors import StorageFault
from index.library import Library
from index.store.database import Database
from index.store.dialects import Text
from index.store.locks import try_lock
from index.store.rows import moment, now
from web.backup.work_folder import work_folder

log = logging.getLogger(__name__)

PART_BYTES = 1024**2
STRAY = dt.timedelta(hours=1)
"""After which an upload has no job to come: who took it in was killed."""

metadata = MetaData()

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),  # of the file
    Column("part", Integer, primary_key=True),
    Column("kept_at", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)


class Upload(Protocol):
    """A file as a form sends it."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


class Uploads(ABC):
    """Any thread may call, of any process; each raises StorageFault or OSError where nothing can be kept."""

    @abstractmethod
    def keeping(self, job_id: str, uploads: Sequence[Upload]) -> AbstractContextManager[None]:
        """Keep the files, safely; within it no process drops them, and of a failure nothing is left."""

    @abstractmethod
    def opened(self, job_id: str, number: int) -> AbstractContextManager[Path]:
        """One of the files that a job came with, to be read while it lasts."""

    @abstractmethod
    def drop(self, job_id: str) -> None:
        """Those of a job, if it has any."""

    @abstractmethod
    def drop_others(self, wanted: Callable[[], set[str]]) -> None:
        """Those of all jobs but these, less what some process may just be taking in: its job is to come."""


def uploads_of(library: Library) -> Uploads:
    """Where every process that does the library's jobs finds them."""
    if library.database.is_on_server:
        return UploadsInDatabase(library.database, library.data_dir)
    return UploadsInFolder(library.data_dir)


class UploadsInFolder(Uploads):
    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "uploads"
        self._lock = data_dir / "uploads.lock"  # shared by who takes in

    @contextmanager
    def keeping(self, job_id: str, uploads: Sequence[Upload]) -> Iterator[None]:
        folder = self._folder / job_id
        with self._lock.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            try:
                folder.mkdir(parents=True)
                for number, upload in enumerate(uploads):
                    with (folder / str(number)).open("wb") as file:
                        shutil.copyfileobj(upload.stream, file)
                        file.flush()
                        os.fsync(file.fileno())
                for made in (folder, self._folder, self._folder.parent):  # a file is safe once its name is, too
                    sync_folder(made)
                yield
            except BaseException:
                self.drop(job_id)
                raise

    @contextmanager
    def opened(self, job_id: str, number: int) -> Iterator[Path]:
        yield self._folder / job_id / str(number)

    def drop(self, job_id: str) -> None:
        shutil.rmtree(self._folder / job_id, ignore_errors=True)

    def drop_others(self, wanted: Callable[[], set[str]]) -> None:
        if self._folder.is_dir() and (lock := try_lock(self._lock)):  # else the next to start does it
            with lock:
                for name in {folder.name for folder in self._folder.iterdir()} - wanted():
                    self.drop(name)


class UploadsInDatabase(Uploads):
    def __init__(self, database: Database, data_dir: Path) -> None:
        """data_dir: where a file lies while it is read."""
        self._database = database
        self._data_dir = data_dir
        database.create(metadata)

    @contextmanager
    def keeping(self, job_id: str, uploads: Sequence[Upload]) -> Iterator[None]:
        try:
            for number, upload in enumerate(uploads):
                for part in count():
                    data = upload.stream.read(PART_BYTES)
                    if not data and part:  # an empty file is one part
                        break
                    row = {"job_id": job_id, "number": number, "part": part, "kept_at": now(), "data": data}
                    with self._database.write() as connection:  # each by itself: nobody waits for a large file
                        connection.execute(insert(upload_parts).values(row))
            yield
        except BaseException:
            self.drop(job_id)
            raise

    @contextmanager
    def opened(self, job_id: str, number: int) -> Iterator[Path]:
        with work_folder(self._data_dir, "upload") as folder:
            path = folder / str(number)
            try:
                with path.open("wb") as file:
                    for data in self._parts(job_id, number):
                        file.write(data)
            except OSError as error:
                raise StorageFault(f"{path} cannot be written ({error.strerror or error}).") from error
            yield path

    def _parts(self, job_id: str, number: int) -> Iterator[bytes]:
        its = (upload_parts.c.job_id == job_id, upload_parts.c.number == number)
        for part in count():
            with self._database.read() as connection:
                data = connection.scalar(select(upload_parts.c.data).where(*its, upload_parts.c.part == part))
            if data is None:
                if not part:
                    raise StorageFault(f"Upload {number} of the job {job_id} is no longer in the database.")
                return
            yield data

    def drop(self, job_id: str) -> None:
        try:
            with self._database.write() as connection:
                connection.execute(delete(upload_parts).where(upload_parts.c.job_id == job_id))
        except StorageFault:  # the next to start does it
            log.exception("the uploads of the job %s could not be dropped", job_id)

    def drop_others(self, wanted: Callable[[], set[str]]) -> None:
        is_old = upload_parts.c.kept_at < moment(dt.datetime.now(dt.UTC) - STRAY)
        with self._database.read() as connection:
            old = set(connection.scalars(select(upload_parts.c.job_id).where(is_old).distinct()))
        for job_id in old - wanted():
            self.drop(job_id)
