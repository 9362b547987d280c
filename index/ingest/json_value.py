"""Bytes of JSON in, their value out, within bounds on what it takes of memory; and where the parts of a list stand.

Of a large document only one part is parsed at a time: Python takes 13 times its size for a list of short strings, and
four bytes a character for a text with one emoji in it.
"""

import json
import re
from collections.abc import Iterator

from index.errors import BadArticle

MAX_VALUE_BYTES = 6_000_000
MAX_VALUES = 250_000
"""Of one article: so many short strings take 16 MB, so many keys with numbers 40. In prose a comma counts, too: a text
of two million characters has 30,000 of them."""

# A string whole, also one without an end, or a mark. The strings are matched for what stands in them to be no mark;
# nothing is given back, and nothing looked at twice.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+|[\[\]{},]', re.DOTALL)

_COMMA = ord(",")

Span = tuple[int, int]


def loaded(data: bytes) -> object:
    """The value. Raises BadArticle for one that is too large, too deep or no UTF-8, json.JSONDecodeError for none."""
    if len(data) > MAX_VALUE_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_VALUE_BYTES:,} are read of one: split the article")
    if (values := most_values(data)) > MAX_VALUES:
        raise BadArticle(f"has up to {values:,} values, at most {MAX_VALUES:,} are read of one: give the article alone")
    try:
        return json.loads(data.decode("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; brackets without end
        raise BadArticle("is JSON too deep or with numbers too long to read: write a plain object") from error


def most_values(data: bytes) -> int:
    """How many values a JSON text has at most, told fast: each is a list's or an object's first, or behind a comma."""
    return sum(map(data.count, (b",", b"[", b"{")))


def parts(data: bytes, start: int) -> Iterator[Span]:
    """Where the elements of the list, or the members of the object, stand that begins at `start`; none of an empty one.

    Those of what is no JSON stand anywhere. The last ends where the data does, if the list has no end.
    """
    depth, begin = 0, start + 1
    for token in _TOKEN.finditer(data, start):
        mark = data[token.start()]
        depth += (mark in b"[{") - (mark in b"]}")
        if depth == 0 or (depth == 1 and mark == _COMMA):
            if mark == _COMMA or begin > start + 1 or data[begin : token.start()].strip():
                yield begin, token.start()
            begin = token.end()
            if depth == 0:
                return
    if data[begin:].strip():
        yield begin, len(data)
