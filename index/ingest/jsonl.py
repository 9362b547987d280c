"""Bytes of a `.jsonl` archive in, an article or an error for each line out, one line in memory at a time.

A bad line costs that line alone. A line's id is the one given, else comes from its URL, else from its
text: never from its place in the file, which changes when a line is added above it.
"""

import json
from collections.abc import Iterator
from typing import BinaryIO

from index.article import InFile, ItemError
from index.errors import BadArticle
from index.ingest.fields import DESCRIBED, article_from_fields
from index.ingest.json_value import MAX_VALUE_BYTES, loaded
from index.ingest.keys import Keys
from index.progress import Begin, OnMore, begin_all

_FOUND_IN = dict.fromkeys(DESCRIBED, "archive")
_BOM = b"\xef\xbb\xbf"


def read_lines(name: str, file: BinaryIO, on_more: OnMore, begin: Begin = begin_all) -> Iterator[InFile]:
    """The file is gone through once to count its lines, then no further than is asked for."""
    if file.seekable():  # a pipe gives its lines once
        on_more(_line_count(file) - 1)
        file.seek(0)
    keys = Keys()
    for number, (line, length) in enumerate(_lines(file), start=1):
        stated = line.removeprefix(_BOM) if number == 1 else line
        if not stated.strip() or not begin(f"{name}:{number}"):
            continue
        try:
            yield article_from_fields(keys.fields(_object(stated, length)), origin=name, path=None, found_in=_FOUND_IN)
        except BadArticle as error:
            yield ItemError(f"{name}:{number}", str(error))
    yield from keys.note(name)


def _line_count(file: BinaryIO) -> int:
    count, last = 0, b"\n"
    while chunk := file.read(1 << 20):
        count += chunk.count(b"\n")
        last = chunk[-1:]
    return count + (last != b"\n")


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Each line as far as it may be read, and its length."""
    while line := file.readline(MAX_VALUE_BYTES + 1):
        length, end = len(line), line
        while not end.endswith(b"\n") and (end := file.readline(MAX_VALUE_BYTES)):
            length += len(end)
        yield line, length


def _object(line: bytes, length: int) -> dict[str, object]:
    if length > MAX_VALUE_BYTES:
        raise BadArticle(f"the line has {length:,} bytes, at most {MAX_VALUE_BYTES:,} are read: split the article")
    try:
        value = loaded(line)
    except UnicodeDecodeError as error:
        raise BadArticle(f"byte {error.start + 1} of the line is not UTF-8: save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadArticle(f"is not JSON at column {error.colno} ({error.msg}): write one object on each line") from error
    if not isinstance(value, dict):
        raise BadArticle(f'is a JSON {type(value).__name__}: write an object, such as {{"text": "…"}}')
    return value
