"""Bytes of a `.json` file in, its articles out: one object, an array of them, or an object that has them in `articles`.

An object is read as a line of a `.jsonl` archive is, with the keys of an article's fields. The one object of a file is
known by the file's name, those of an array by themselves. The objects of an array are parsed one by one; of what is no
JSON, those before the fault go in.
"""

import io
import json
import re
from array import array
from collections.abc import Iterator

from index.article import InFile, ItemError
from index.errors import BadArticle
from index.ingest.fields import DESCRIBED, article_from_fields
from index.ingest.json_value import Span, loaded, parts
from index.ingest.keys import Keys
from index.progress import OnMore

MAX_BYTES = 32_000_000
MAX_BRACKETS = 1_000_000
"""Each is a part of the file, which is gone through one by one."""

PIECE_CHARS = 1_000_000
_FOUND_IN = dict.fromkeys(DESCRIBED, "archive")
_ADVICE = 'write an object such as {"text": "…"}, or an array of them'
_BLANKS = b" \t\r\n"
_ARTICLES = re.compile(rb'[ \t\r\n]*"articles"[ \t\r\n]*:[ \t\r\n]*(?=\[[ \t\r\n]*[^\] \t\r\n])')
_CUT = b"[0]"
"""Stands for the articles while what is around them is looked at."""

_CONTINUATION = bytes(range(0x80, 0xC0))


def read_json(name: str, data: bytes, on_more: OnMore) -> Iterator[InFile]:
    data = _checked(data)
    start = len(data) - len(data.lstrip(_BLANKS))
    several = (start, len(data))
    if not data.startswith(b"[", start):
        several = _articles(data, start) or (start, start)
        value = _around(data, several)
        keys = Keys()
        if isinstance(value, dict) and "text" in (fields := keys.fields(value)):
            # any `articles` are others, on its subject
            yield article_from_fields(fields, origin=name, path=name, found_in=_FOUND_IN)
            yield from keys.note(name)
            return
    on_more(_count(data, several) - 1)
    keys = Keys()  # those around the list are not its articles'
    for number, (begin, end) in enumerate(parts(data, several[0]), start=1):
        try:
            said = loaded(data[begin:end])
            if not isinstance(said, dict):
                raise BadArticle(f"is a JSON {type(said).__name__}: {_ADVICE}")
            yield article_from_fields(keys.fields(said), origin=name, path=None, found_in=_FOUND_IN)
        except BadArticle as error:
            yield ItemError(f"{name}:{number}", str(error))
        except ValueError as error:
            raise _no_json(data, error, begin) from error
    yield from keys.note(name)


def _count(data: bytes, several: Span) -> int:
    """How many are in the list that stands there. Raises BadArticle where there are none, or it does not end there."""
    begin, end = several
    ends = array("L", (end for _, end in parts(data, begin)) if begin < end else ())
    if not ends:
        raise BadArticle(f"has no text and no articles: {_ADVICE}")
    if not data.startswith(b"]", ends[-1]):
        raise _no_json_at(data, ends[-1], "Expecting ',' delimiter")
    if rest := data[ends[-1] + 1 : end].lstrip(_BLANKS):
        raise _no_json_at(data, end - len(rest), "Extra data")
    return len(ends)


def _checked(data: bytes) -> bytes:
    """The file in UTF-8, if it is not too large."""
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} are read: write a .jsonl, one object a line")
    brackets = data.count(b"[") + data.count(b"{")
    if brackets > MAX_BRACKETS:
        raise BadArticle(
            f"has {brackets:,} brackets, at most {MAX_BRACKETS:,} are read: write one object a line, as .jsonl"
        )
    encoding = json.detect_encoding(data)
    if encoding == "utf-8":
        return data
    try:  # in pieces: whole it may take four bytes a character
        with io.TextIOWrapper(io.BytesIO(data), encoding, newline="") as text:
            return b"".join(piece.encode() for piece in iter(lambda: text.read(PIECE_CHARS), ""))
    except UnicodeError as error:
        raise BadArticle(f"is not {encoding}: save the file as UTF-8") from error


def _articles(data: bytes, start: int) -> Span | None:
    """Where the list stands that an object has as its `articles`."""
    found = None
    if data.startswith(b"{", start):
        for begin, end in parts(data, start):
            if key := _ARTICLES.match(data, begin, end):
                found = key.end(), end
    return found


def _around(data: bytes, several: Span) -> object:
    """The file's value, without the articles in the list that stands there."""
    begin, end = several
    try:
        return loaded(data[:begin] + _CUT + data[end:] if begin < end else data)
    except ValueError as error:
        raise _no_json(data, error, 0, several) from error


def _no_json(data: bytes, error: ValueError, offset: int, several: Span = (0, 0)) -> BadArticle:
    """What is wrong with a part of `data` that begins at `offset`, of which the list `several` was left out."""
    if isinstance(error, UnicodeDecodeError):
        return BadArticle(f"byte {offset + error.start + 1} is not {error.encoding}: save the file as UTF-8")
    assert isinstance(error, json.JSONDecodeError)
    place = offset + len(error.doc[: error.pos].encode())
    begin, end = several
    return _no_json_at(data, place + end - begin - len(_CUT) if begin < end and place > begin else place, error.msg)


def _no_json_at(data: bytes, place: int, problem: str) -> BadArticle:
    line_start = data.rfind(b"\n", 0, place) + 1
    column = len(data[line_start:place].translate(None, _CONTINUATION)) + 1
    line = data.count(b"\n", 0, place) + 1
    return BadArticle(f"is not JSON at line {line}, column {column} ({problem}): {_ADVICE}")
