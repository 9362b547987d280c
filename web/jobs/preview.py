"""What an add would take in, told without a job and without storing anything.

It is read as a job reads it (`intake.py`, `Library.add` in a dry run), but by child processes of its own, so that no
job's archive stands in the way, and only so far as someone waits for it: MAX_ITEMS items, MAX_SECONDS, MAX_AT_ONCE
previews. A slow address costs a thread of the server for that time; a job would have to keep its result somewhere.
"""

import shutil
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Literal

from index.article import Article, Item, ItemError, More, Note
from index.errors import Cancelled
from index.ingest.apart import ReaderApart
from index.library import Library
from index.progress import Report
from index.store.store import Outcome
from index.text.difference import difference
from web.backup.work_folder import work_folder
from web.errors import Busy
from web.jobs.intake import File, Intake, Sent, bare_name
from web.replies import Json

MAX_ITEMS = 20
MAX_SECONDS = 15.0
MAX_AT_ONCE = 2

BEGINNING_CHARS = 300
MAX_LINES, MAX_LINE_CHARS = 20, 200
"""Of the lines that were left out of an article's text, those that are told, and of each."""


@dataclass(frozen=True, slots=True)
class Looked:
    """An article that was read, and what adding it would do."""

    article: Article
    outcome: Outcome | Literal["removed"]
    differing: int | None
    """Sentences, where it would be updated."""

    def as_json(self) -> Json:
        article = self.article
        return {
            "id": article.id,
            "title": article.title,
            "source": article.source,
            "author": article.author,
            "published_at": article.published_at,
            "language": article.language,
            "provenance": article.provenance,
            "origin": article.origin,
            "words": len(article.text.split()),
            "beginning": article.text[:BEGINNING_CHARS],
            "removed_count": len(article.removed),
            "removed": [{"rule": r.rule, "text": r.text[:MAX_LINE_CHARS]} for r in article.removed[:MAX_LINES]],
            "outcome": "new" if self.outcome == "added" else self.outcome,
            "differing": self.differing,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    articles: tuple[Looked, ...]
    errors: tuple[ItemError, ...]
    notes: tuple[Note, ...]
    has_more: bool
    """Whether there was more than was looked at."""

    def as_json(self) -> Json:
        return {
            "articles": [looked.as_json() for looked in self.articles],
            "errors": [asdict(error) for error in self.errors],
            "notes": [asdict(note) for note in self.notes],
            "more": self.has_more,
        }


class Previews:
    def __init__(self, library: Library, intake: Intake, *, max_seconds: float = MAX_SECONDS) -> None:
        self._library = library
        self._intake = intake
        self._max_seconds = max_seconds
        self._lock = threading.Lock()
        self._free = [ReaderApart(max_seconds=max_seconds) for _ in range(MAX_AT_ONCE)]  # the last used is taken first
        self._all = tuple(self._free)

    def close(self) -> None:
        for reader in self._all:
            reader.close()

    def look(self, sent: Sent) -> Preview:
        """At what was sent. Raises Busy."""
        deadline = time.monotonic() + self._max_seconds
        looked: list[Looked] = []
        has_more = False

        def stop() -> None:
            if time.monotonic() > deadline:
                raise Cancelled("It takes too long.")

        def note(_article_id: str, outcome: Outcome | Literal["removed"], article: Article | None) -> None:
            if article:
                looked.append(Looked(article, outcome, self._differing(article) if outcome == "updated" else None))

        def first(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
            nonlocal has_more
            left = MAX_ITEMS
            with closing(items):  # what is read ahead is not waited for
                for item in items:
                    if not isinstance(item, More | Note):
                        if not left:
                            has_more = True
                            return
                        left -= 1
                    yield item

        with self._reader() as reader, self._kept(sent) as files:
            request = {"articles": [dict(fields) for fields in sent.articles], "url": sent.url}
            items = self._intake.items(request, files, stop, reader)
            try:
                report = self._library.add(
                    first(items),
                    are_uploads=bool(files),
                    dry_run=True,
                    progress=lambda *_: stop(),
                    on_article=note,
                )
            except Cancelled as cancelled:
                has_more = True
                report = cancelled.report or Report()
                too_long = f"was not read to its end within {self._max_seconds:g} seconds, which adding it may take."
                report = replace(report, errors=(*report.errors, ItemError(sent.name, too_long)))
        return Preview(tuple(looked), report.errors, report.notes, has_more)

    def _differing(self, article: Article) -> int:
        stored = self._library.article(article.id)
        old = stored.article.text if stored else ""
        return sum(change.kind != "same" for change in difference(old, article.text, article.language))

    @contextmanager
    def _reader(self) -> Iterator[ReaderApart]:
        with self._lock:
            if not self._free:
                raise Busy(429, f"{MAX_AT_ONCE} previews are being made. Try again shortly.", retry_after_seconds=5)
            reader = self._free.pop()
        try:
            yield reader
        finally:
            with self._lock:
                self._free.append(reader)

    @contextmanager
    def _kept(self, sent: Sent) -> Iterator[list[File]]:
        """What was sent as files, on the disk of this machine, which is the one that reads them."""
        if not sent.files:
            yield []
            return
        with work_folder(self._library.data_dir, "preview") as folder:
            files: list[File] = []
            for number, upload in enumerate(sent.files):
                path = folder / str(number)
                with path.open("wb") as file:
                    shutil.copyfileobj(upload.stream, file)
                files.append((bare_name(upload), nullcontext(path)))
            yield files
