"""Files and bytes in, articles and errors out, read in a child process (`worker.py`).

Parsers of pages, PDFs and archives meet whatever anyone may have written: one that hangs, eats memory or crashes
takes the child with it and costs its own item. The child is started with the first item, kept for the next, and
started anew after an end. Items come as they are read, so that an archive is never in memory whole.
"""

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path

from index.article import Article, ItemError, Removed

MAX_SECONDS = 60.0
"""For one article: between two replies."""
BEAT_SECONDS = 0.5
"""How often the caller is asked, while it waits, whether it still wants the item."""


class ReaderApart:
    """One child and whoever reads from it: any thread may call, one item is read at a time."""

    def __init__(self, *, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def read(
        self, name: str, source: Path | bytes, *, on_wait: Callable[[], None] = lambda: None
    ) -> Generator[Article | ItemError, None, None]:
        """As `formats.read_item`, of a file an archive line by line; what the child does not survive is one more error.

        on_wait: called while nothing comes; what it raises ends the reading.
        """
        with self._turn:
            done = False
            try:
                for line in self._replies(name, source, on_wait):
                    if line == b"\n":
                        done = True
                        return
                    yield _item(line)
                yield ItemError(name, self._last_words())
            finally:
                if not done:  # it may be in the middle of an item that nobody waits for
                    self._end()

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """An item that is being read ends with it."""
        if child := self._child:  # without a turn: whoever has it may have gone without leaving
            child.kill()
            child.wait()
        if self._turn.acquire(blocking=False):
            self._end()
            self._turn.release()

    def _replies(self, name: str, source: Path | bytes, on_wait: Callable[[], None]) -> Iterator[bytes]:
        """Lines as they come; none any more where the child has ended or took too long."""
        child = self._child = self._child or _started()
        assert child.stdin is not None
        assert child.stdout is not None
        request = {"name": name} | (
            {"path": os.fsdecode(source.absolute())} if isinstance(source, Path) else {"size": len(source)}
        )
        with suppress(BrokenPipeError):
            child.stdin.write(json.dumps(request).encode() + b"\n" + (b"" if isinstance(source, Path) else source))
            child.stdin.flush()
        buffer = bytearray()
        while True:
            while (end := buffer.find(b"\n")) < 0:
                if not _is_ready(child.stdout.fileno(), self._max_seconds, on_wait):
                    return
                chunk = os.read(child.stdout.fileno(), 1 << 16)
                if not chunk:
                    return
                buffer += chunk
            yield bytes(buffer[: end + 1])
            del buffer[: end + 1]

    def _last_words(self) -> str:
        assert self._child is not None
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            return f"It was not read within {self._max_seconds:g} seconds. Save its text as .txt and add that."
        return f"Reading it ended the reader (exit status {code}). Save its text as .txt and add that."

    def _end(self) -> None:
        if self._child:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _started() -> "subprocess.Popen[bytes]":
    # -P: a folder named `index` where the program was started is not ours
    command = [sys.executable, "-P", "-m", "index.ingest.worker"]
    # each thread of OpenBLAS takes of the memory that the child may have
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, start_new_session=True)


def _is_ready(descriptor: int, max_seconds: float, on_wait: Callable[[], None]) -> bool:
    deadline = time.monotonic() + max_seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select([descriptor], [], [], min(left, BEAT_SECONDS))[0]:
            return True
        on_wait()
    return False


def _item(line: bytes) -> Article | ItemError:
    reply = json.loads(line)
    if "error" in reply:
        return ItemError(**reply["error"])
    fields = reply["article"]
    return Article(**fields | {"removed": tuple(Removed(**removed) for removed in fields["removed"])})
