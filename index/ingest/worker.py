"""The child process in which everything foreign is read: requests on standard input, what they gave on standard output.

A request is a line of JSON that says what is to be read: a file by its path, or a file, a page or a sitemap whose
`size` bytes follow, or the fields of an article. What was read comes back a line of JSON each, an object under the
name of its kind, then an empty line, or `null` where that was the last request: what took much memory is not kept. The
name alone of each file in a `.zip` and each line of a `.jsonl` comes before it is read, and `skip` of them are passed
over. JSON and not pickle: what a parser was tricked into saying is data to
whoever reads it. Memory is bounded here, by the bytes given as an argument, and time is, too, in case that the parent,
which gives up earlier (`apart.py`), is no more.
"""

import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from index.article import InFile, ItemError, More
from index.errors import BadArticle
from index.ingest.apart import LAST
from index.ingest.archive import read_archive
from index.ingest.fetch import Page
from index.ingest.fields import article_from_fields
from index.ingest.formats import IN_FOLDERS, read_file, read_item
from index.ingest.jsonl import read_lines
from index.ingest.listing import Feed, Sitemap
from index.ingest.page import read_page
from index.ingest.sitemap import read_sitemap
from index.memory import give_back
from index.progress import Begin, OnMore

MAX_SECONDS = 90
"""Between two items, after which it ends itself."""

MAX_KEPT_BYTES = 150_000_000
"""With every reader in use it has 110 MB. What parsers free cannot always be given back: it ends itself with more."""

Found = InFile | Feed | Sitemap


def main() -> None:
    max_memory_bytes = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (max_memory_bytes, max_memory_bytes))
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no reply

    def reply(found: Found | More | str) -> None:
        signal.alarm(0)
        said = found if isinstance(found, str) else {type(found).__name__: asdict(found)}
        replies.write(json.dumps(said).encode() + b"\n")
        replies.flush()
        signal.alarm(MAX_SECONDS)

    for line in requests:
        request = json.loads(line)
        name, body = request["name"], requests.read(request["size"])
        signal.alarm(MAX_SECONDS)
        untold = _Untold(request.get("skip", 0), reply)
        try:
            for found in _read(name, request, body, untold.more, untold.begin):
                reply(found)
        except MemoryError:
            reply(_too_large(name))
        signal.alarm(0)
        give_back()
        is_last = _kept_bytes() > MAX_KEPT_BYTES
        replies.write(LAST if is_last else b"\n")
        replies.flush()
        if is_last:
            return


def _kept_bytes() -> int:
    """What this process has of memory, 0 where that is not told. `ru_maxrss` begins with what the parent has."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


class _Untold:
    """Tells the parent what is begun and how much is to come, but for what an earlier child told it."""

    def __init__(self, skip: int, reply: Callable[[More | str], None]) -> None:
        self._skip = skip
        self._reply = reply

    def begin(self, item: str) -> bool:
        if self._skip:
            self._skip -= 1
            return False
        self._reply(item)
        return True

    def more(self, count: int) -> None:
        if not self._skip:
            self._reply(More(count))


def _read(name: str, request: dict[str, Any], body: bytes, on_more: OnMore, begin: Begin) -> Iterator[Found]:
    try:
        match request:
            case {"path": path}:
                with Path(path).open("rb") as file:
                    yield from _items(name, file, on_more, begin)
            case {"page": said}:
                yield read_page(Page(**said, data=body))
            case {"sitemap": said}:
                yield read_sitemap(Page(**said, data=body))
            case {"fields": fields, "origin": origin, "found_in": found_in}:
                yield article_from_fields(fields, origin=origin, path=None, found_in=found_in)
            case _:
                yield from _items(name, BytesIO(body), on_more, begin)
    except OSError as error:
        yield ItemError(name, f"The file cannot be read: {error.strerror}.")
    except BadArticle as error:
        yield ItemError(name, str(error))


def _items(name: str, file: BinaryIO, on_more: OnMore, begin: Begin) -> Iterator[InFile]:
    """As `formats.read_file`, but `begin` is asked of archives' items."""

    def of_archive(inner: str, data: bytes) -> Iterator[InFile]:
        if inner.lower().endswith(".jsonl"):
            yield from read_lines(inner, BytesIO(data), on_more, begin)
        elif begin(inner):
            try:
                yield from read_item(inner, data, on_more)
            except MemoryError:
                yield _too_large(inner)

    if name.lower().endswith(".jsonl"):
        yield from read_lines(name, file, on_more, begin)
    elif name.lower().endswith(".zip"):
        yield from read_archive(name, file, IN_FOLDERS, of_archive, on_more, begin)
    else:
        yield from read_file(name, file, on_more)


def _too_large(name: str) -> ItemError:
    max_bytes, _ = resource.getrlimit(resource.RLIMIT_AS)
    return ItemError(name, f"Reading it takes more than {max_bytes:,} bytes of memory. Divide it.")


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the process that asked was killed: nobody is there to be told
        main()
