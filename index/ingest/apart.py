"""Files, fetched pages, feeds, sitemaps and fields in, what they say out, read in a child process (`worker.py`).

Parsers meet whatever anyone may have written: what hangs, eats memory or crashes takes the child with it and costs its
own item. The child is started with the first item, kept for the next, and started anew after an end: then a `.zip` goes
on with its next file and a `.jsonl` with its next line, while a table, a `.json` or a mail ends there. Items come as
they are read, so that an archive is never in memory whole.
"""

import json
import os
import re
import select
import subprocess  # nosec B404 # runs this program anew
import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.article import Article, InFile, ItemError, More, Note, Removed
from index.ingest.fetch import Page
from index.ingest.listing import Entry, Feed, Sitemap
from index.progress import Stop, go_on

LAST = b"null\n"
"""The end of what was read, from a child that takes no further request (`worker.py`)."""

MAX_SECONDS = 60.0
"""For one article: between two replies."""
PASSED_ON = re.compile(r"PATH|HOME|TMPDIR|LANG|LC_\w+|TZ|PYTHON\w*|VIRTUAL_ENV|LD_LIBRARY_PATH|DYLD_\w+")
"""Of the environment, to a child that reads foreign bytes: what it needs to run, and no token and no key."""
MAX_MEMORY_BYTES = 2_000_000_000
MAX_ENDS = 10
"""Of the reader, in one archive; it is not read further then: each may take MAX_SECONDS."""
BEAT_SECONDS = 0.5
"""How often the caller is asked, while it waits, whether it still wants the item."""

Found = InFile | More | Feed | Sitemap


class ReaderApart:
    """One child and whoever reads from it: any thread may call, one item is read at a time.

    What the child does not survive is an ItemError.
    """

    def __init__(self, *, max_seconds: float = MAX_SECONDS, max_memory_bytes: int = MAX_MEMORY_BYTES) -> None:
        self._max_seconds = max_seconds
        self._max_memory_bytes = max_memory_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._is_closed = False

    def read(self, name: str, source: Path | bytes, *, on_wait: Stop = go_on) -> Generator[InFile | More, None, None]:
        """As `formats.read_item`, of a file an archive line by line; with the counts of More they add up to one."""
        if isinstance(source, Path):
            found = self._ask({"name": name, "path": os.fsdecode(source.absolute())}, b"", on_wait)
        else:
            found = self._ask({"name": name}, source, on_wait)
        to_come = 1
        for item in found:
            assert not isinstance(item, Feed | Sitemap)
            to_come += item.count if isinstance(item, More) else -1 if not isinstance(item, Note) else 0
            if to_come < 0:
                yield More(1)
                to_come = 0
            yield item
        if to_come:
            yield More(-to_come)

    def read_page(self, page: Page, *, on_wait: Stop = go_on) -> Article | ItemError | Feed | Sitemap:
        """As `page.read_page`."""
        [found] = self._ask({"name": page.url, "page": _head(page)}, page.data, on_wait)
        assert not isinstance(found, More | Note)
        return found

    def read_sitemap(self, page: Page, *, on_wait: Stop = go_on) -> Sitemap:
        """As `sitemap.read_sitemap`."""
        [found] = self._ask({"name": page.url, "sitemap": _head(page)}, page.data, on_wait)
        assert isinstance(found, Sitemap | ItemError)
        return found if isinstance(found, Sitemap) else Sitemap(problem=found.message)

    def read_fields(
        self,
        name: str,
        fields: Mapping[str, object],
        *,
        origin: str,
        found_in: Mapping[str, str] | None = None,
        on_wait: Stop = go_on,
    ) -> Article | ItemError:
        """As `fields.article_from_fields`, of an article that has no path; what is wrong with it is said of `name`."""
        request = {"name": name, "fields": dict(fields), "origin": origin, "found_in": dict(found_in or {})}
        [found] = self._ask(request, b"", on_wait)
        assert isinstance(found, Article | ItemError)
        return found

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """What is being read ends with it; what is read afterwards has a child of its own."""
        self._is_closed = True
        if child := self._child:  # without a turn: whoever has it may have gone without leaving
            child.kill()
            child.wait()
        if self._turn.acquire(blocking=False):
            self._end()
            self._turn.release()

    def _ask(self, request: dict[str, Any], body: bytes, on_wait: Stop) -> Generator[Found, None, None]:
        """What the child finds in what is asked; an error where it ends or takes too long."""
        with self._turn:
            self._is_closed = False
            begun = 0
            for _ in range(MAX_ENDS):
                head = request | {"size": len(body), "skip": begun}
                item, before, done = request["name"], begun, False
                try:
                    for line in self._replies(json.dumps(head).encode() + b"\n" + body, on_wait):
                        if line in {b"\n", LAST}:
                            done = line != LAST
                            return
                        if isinstance(said := json.loads(line), str):
                            item, begun = said, begun + 1
                        else:
                            yield _found(said)
                    yield ItemError(item, self._last_words())
                finally:
                    if not done:  # it may be in the middle of an item that nobody waits for
                        self._end()
                if begun == before or self._is_closed:
                    return
            yield ItemError(request["name"], f"{MAX_ENDS} items in it ended the reader; what follows is not read.")

    def _replies(self, request: bytes, on_wait: Stop) -> Iterator[bytes]:
        """Lines as they come; none any more where the child has ended or took too long."""
        child = self._child = self._child or _started(self._max_memory_bytes)
        assert child.stdin is not None
        assert child.stdout is not None
        to_send = memoryview(request)
        with suppress(BrokenPipeError):
            while to_send:  # in pieces, since it may be slow in taking them, too
                if not _is_ready(child.stdin.fileno(), select.POLLOUT, self._max_seconds, on_wait):
                    return
                to_send = to_send[os.write(child.stdin.fileno(), to_send[: 1 << 16]) :]
        buffer = bytearray()
        while True:
            while (end := buffer.find(b"\n")) < 0:
                if not _is_ready(child.stdout.fileno(), select.POLLIN, self._max_seconds, on_wait):
                    return
                chunk = os.read(child.stdout.fileno(), 1 << 16)
                if not chunk:
                    return
                buffer += chunk
            yield bytes(buffer[: end + 1])
            del buffer[: end + 1]

    def _last_words(self) -> str:
        assert self._child is not None
        way_out = "Save what it says as .txt and add that."
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            return f"It was not read within {self._max_seconds:g} seconds. {way_out}"
        return f"Reading it ended the reader (exit status {code}). {way_out}"

    def _end(self) -> None:
        if self._child:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _started(max_memory_bytes: int) -> "subprocess.Popen[bytes]":
    # -P: a folder named `index` where the program was started is not ours
    command = [sys.executable, "-P", "-m", "index.ingest.worker", str(max_memory_bytes)]
    # each thread of OpenBLAS takes of the memory that the child may have
    env = {"OPENBLAS_NUM_THREADS": "1"} | {n: value for n, value in os.environ.items() if PASSED_ON.fullmatch(n)}
    child = subprocess.Popen(  # nosec B603 # the command is of constants; what is read goes in by the pipe
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, start_new_session=True
    )
    assert child.stdin is not None
    os.set_blocking(child.stdin.fileno(), False)
    return child


def _is_ready(descriptor: int, event: int, max_seconds: float, on_wait: Stop) -> bool:
    """Whether it can be read or written, as `event` says, in time. Not select(), which takes no number above 1,023."""
    poll = select.poll()
    poll.register(descriptor, event)
    deadline = time.monotonic() + max_seconds
    while (left := deadline - time.monotonic()) > 0:
        if poll.poll(1000 * min(left, BEAT_SECONDS)):
            return True
        on_wait()
    return False


def _head(page: Page) -> dict[str, str | None]:
    """All but the bytes."""
    return {"url": page.url, "content_type": page.content_type, "charset": page.charset}


def _found(reply: dict[str, Any]) -> Found:
    [(kind, said)] = reply.items()
    match kind:
        case "Article":
            return Article(**said | {"removed": tuple(Removed(**removed) for removed in said["removed"])})
        case "More":
            return More(**said)
        case "Note":
            return Note(**said)
        case "Feed":
            return Feed(**said | {"entries": tuple(Entry(**entry) for entry in said["entries"])})
        case "Sitemap":
            newest = tuple((when, Entry(**entry)) for when, entry in said["newest"])
            return Sitemap(**said | {"newest": newest, "sitemaps": tuple(map(tuple, said["sitemaps"]))})
    return ItemError(**said)
