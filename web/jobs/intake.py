"""What an add was asked to take in, from the request to the items: uploads are kept on disk until it has ended.

Uploads lie in `data/uploads/JOB/`, by number: the names that they came with are data and become no paths.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from index.article import Article, Item, More
from index.disk import sync_folder
from index.ingest.address import read_address
from index.ingest.apart import ReaderApart
from index.ingest.polite import Fetcher
from index.ingest.target import without_password
from index.library import Library
from index.progress import Stop
from index.store.locks import try_lock
from index.store.validators import StoredValidators
from web.replies import Json

MAX_FILE_NAME_CHARS = 200
PASTED = "pasted"
"""The `origin` of an article that was written out in a request."""


class Upload(Protocol):
    """A file as a form sends it."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request sends to be taken in: one of the three."""

    files: Sequence[Upload] = ()
    articles: Sequence[Mapping[str, object]] = ()
    url: str | None = None

    @property
    def name(self) -> str:
        """Of it, or of the first of it."""
        if self.url:
            return without_password(self.url)
        if self.files:
            return bare_name(self.files[0])
        return str(self.articles[0].get("title") or PASTED)


class Intake:
    def __init__(self, library: Library, fetcher: Fetcher) -> None:
        self._library = library
        self._fetcher = fetcher
        self._validators = StoredValidators(library.database)
        self._uploads = library.data_dir / "uploads"
        self._lock = library.data_dir / "uploads.lock"  # shared by who takes in

    @contextmanager
    def keeping(self, job_id: str, uploads: Sequence[Upload]) -> Iterator[None]:
        """Put the files on the disk, safely; within it no process drops them, and of a failure nothing is left."""
        folder = self._uploads / job_id
        with self._lock.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            try:
                folder.mkdir(parents=True)
                for number, upload in enumerate(uploads):
                    with (folder / str(number)).open("wb") as file:
                        shutil.copyfileobj(upload.stream, file)
                        file.flush()
                        os.fsync(file.fileno())
                for made in (folder, self._uploads, self._uploads.parent):  # a file is safe once its name is, too
                    sync_folder(made)
                yield
            except BaseException:
                self.drop(job_id)
                raise

    def drop(self, job_id: str) -> None:
        """The uploads of a job, if it has any."""
        shutil.rmtree(self._uploads / job_id, ignore_errors=True)

    def drop_others(self, wanted: Callable[[], set[str]]) -> None:
        """The uploads of all jobs but these, unless some process is just taking some in: its job is to come."""
        if self._uploads.is_dir() and (lock := try_lock(self._lock)):  # else the next to start does it
            with lock:
                for name in {folder.name for folder in self._uploads.iterdir()} - wanted():
                    self.drop(name)

    def items(self, job_id: str, request: Json, stop: Stop, reader: ReaderApart) -> Generator[Item, None, None]:
        """request: `files` (their names), `articles` (their fields), or `url` and `is_polled`."""
        files, articles, address = request.get("files", []), request.get("articles", []), request.get("url")
        yield More(len(files) + len(articles) + bool(address))
        for number, name in enumerate(files):
            with closing(reader.read(name, self._path(job_id, number), on_wait=stop)) as found:
                for item in found:
                    yield self._library.told_apart(item) if isinstance(item, Article) else item
        for number, fields in enumerate(articles, start=1):
            name = fields.get("title") or f"article {number}"
            yield reader.read_fields(name, fields, origin=PASTED, on_wait=stop)
        if address:
            yield from read_address(
                address,
                fetcher=self._fetcher,
                validators=self._validators if request.get("is_polled") else None,
                reader=reader,
                stop=stop,
            )

    def _path(self, job_id: str, number: int) -> Path:
        return self._uploads / job_id / str(number)


def bare_name(upload: Upload) -> str:
    """The last component of an upload's name, on one line, its suffix kept when it is cut."""
    name = upload.filename or ""
    bare = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip()
    stem, dot, suffix = bare.rpartition(".")
    if len(bare) > MAX_FILE_NAME_CHARS and stem and len(suffix) < 20:
        return stem[: MAX_FILE_NAME_CHARS - len(suffix) - 1] + dot + suffix
    return bare[:MAX_FILE_NAME_CHARS] or "upload"
