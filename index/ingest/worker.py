"""The child process in which files are read: requests on standard input, what was read on standard output.

A request is a line of JSON, `{"name", "path"}` for a file or `{"name", "size"}` followed by so many bytes. Each
article or error comes back as a line of JSON, then an empty line. JSON and not pickle: what a parser was tricked
into saying is data to whoever reads it. Memory is bounded here; time is the parent's to bound (`apart.py`).
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

from index.article import Article, ItemError
from index.ingest.formats import read_item
from index.ingest.jsonl import read_lines

MAX_MEMORY_BYTES = 2_000_000_000
MAX_SECONDS = 90
"""For one item, after which it ends itself: the parent gives up earlier, but may be no more."""
MAX_ERRORS = 1_000
"""Of one file; it is not read further then."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no reply
    for line in requests:
        errors = 0
        signal.alarm(MAX_SECONDS)
        for item in _read(json.loads(line), requests):
            signal.alarm(0)
            kind = "article" if isinstance(item, Article) else "error"
            if isinstance(item, ItemError) and (errors := errors + 1) > MAX_ERRORS:
                item = ItemError(item.item, f"{MAX_ERRORS:,} items before it cannot be read: mend them first.")
            replies.write(json.dumps({kind: asdict(item)}).encode() + b"\n")
            replies.flush()
            if errors > MAX_ERRORS:
                break
            signal.alarm(MAX_SECONDS)
        signal.alarm(0)
        replies.write(b"\n")
        replies.flush()


def _read(request: dict[str, object], requests: IO[bytes]) -> Iterator[Article | ItemError]:
    name = str(request["name"])
    try:
        if "path" in request:
            with Path(str(request["path"])).open("rb") as file:
                yield from read_lines(name, file) if name.lower().endswith(".jsonl") else read_item(name, file.read())
        else:
            yield from read_item(name, requests.read(int(str(request["size"]))))
    except OSError as error:
        yield ItemError(name, f"The file cannot be read: {error.strerror}.")
    except MemoryError:
        yield ItemError(name, f"Reading it takes more than {MAX_MEMORY_BYTES:,} bytes of memory. Divide it.")


if __name__ == "__main__":
    main()
