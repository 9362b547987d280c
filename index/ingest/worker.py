"""The child process in which everything foreign is read: requests on standard input, what they gave on standard output.

A request is a line of JSON that says what is to be read: a file by its path, or a file, a page or a sitemap whose
`size` bytes follow, or the fields of an article. What was read comes back a line of JSON each, an object under the
name of its kind, then an empty line. JSON and not pickle: what a parser was tricked into saying is data to whoever
reads it. Memory is bounded here, by the bytes given as an argument; time is the parent's to bound (`apart.py`).
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.article import Article, ItemError, More
from index.errors import BadArticle
from index.ingest.fetch import Page
from index.ingest.fields import article_from_fields
from index.ingest.formats import read_item
from index.ingest.jsonl import read_lines
from index.ingest.listing import Feed, Sitemap
from index.ingest.page import read_page
from index.ingest.sitemap import read_sitemap
from index.progress import OnMore

MAX_SECONDS = 90
"""For one item, after which it ends itself: the parent gives up earlier, but may be no more."""

Found = Article | ItemError | Feed | Sitemap


def main() -> None:
    max_memory_bytes = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (max_memory_bytes, max_memory_bytes))
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no reply

    def reply(found: Found | More) -> None:
        line = json.dumps({type(found).__name__: asdict(found)}).encode()
        replies.write(line + b"\n")
        replies.flush()

    for line in requests:
        request = json.loads(line)
        name, body = request["name"], requests.read(request["size"])
        signal.alarm(MAX_SECONDS)
        try:
            for found in _read(name, request, body, lambda count: reply(More(count))):
                signal.alarm(0)
                reply(found)
                signal.alarm(MAX_SECONDS)
        except MemoryError:
            reply(ItemError(name, f"Reading it takes more than {max_memory_bytes:,} bytes of memory. Divide it."))
        signal.alarm(0)
        replies.write(b"\n")
        replies.flush()


def _read(name: str, request: dict[str, Any], body: bytes, on_more: OnMore) -> Iterator[Found]:
    try:
        match request:
            case {"path": path}:
                with Path(path).open("rb") as file:
                    if name.lower().endswith(".jsonl"):
                        yield from read_lines(name, file, on_more)
                    else:
                        yield from read_item(name, file.read(), on_more)
            case {"page": said}:
                yield read_page(Page(**said, data=body))
            case {"sitemap": said}:
                yield read_sitemap(Page(**said, data=body))
            case {"fields": fields, "origin": origin, "found_in": found_in}:
                yield article_from_fields(fields, origin=origin, path=None, found_in=found_in)
            case _:
                yield from read_item(name, body, on_more)
    except OSError as error:
        yield ItemError(name, f"The file cannot be read: {error.strerror}.")
    except BadArticle as error:
        yield ItemError(name, str(error))


if __name__ == "__main__":
    main()
