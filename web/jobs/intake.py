"""What an add was asked to take in, from the request to the items."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from index.article import Item, More
from index.ingest.address import read_address
from index.ingest.apart import ReaderApart
from index.ingest.polite import Fetcher
from index.ingest.target import without_password
from index.library import Library
from index.progress import Stop
from index.store.validators import StoredValidators
from web.jobs.uploads import Upload
from web.replies import Json

MAX_FILE_NAME_CHARS = 200
PASTED = "pasted"
"""The `origin` of an article that was written out in a request."""


File = tuple[str, AbstractContextManager[Path]]
"""The name that an upload came with, and the file to be read."""


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
        self._fetcher = fetcher
        self._validators = StoredValidators(library.database)

    def items(
        self, request: Json, files: Sequence[File], stop: Stop, reader: ReaderApart
    ) -> Generator[Item, None, None]:
        """request: `articles` (their fields), or `url` and `is_polled`, or neither beside files."""
        articles, address = request.get("articles", []), request.get("url")
        yield More(len(files) + len(articles) + bool(address))
        for name, opened in files:
            with opened as path, closing(reader.read(name, path, on_wait=stop)) as found:
                yield from found
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


def bare_name(upload: Upload) -> str:
    """The last component of an upload's name, on one line, its suffix kept when it is cut."""
    name = upload.filename or ""
    bare = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip()
    stem, dot, suffix = bare.rpartition(".")
    if len(bare) > MAX_FILE_NAME_CHARS and stem and len(suffix) < 20:
        return stem[: MAX_FILE_NAME_CHARS - len(suffix) - 1] + dot + suffix
    return bare[:MAX_FILE_NAME_CHARS] or "upload"
