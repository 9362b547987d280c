"""Bytes of a `.json` file in, its articles out: one object, an array of them, or an object that has them in `articles`.

An object is read as a line of a `.jsonl` archive is, with the keys of an article's fields. The one object of a file is
known by the file's name, those of an array by themselves. The file is parsed at once, so that its size is bounded;
a larger collection is a `.jsonl` archive.
"""

import json
from collections.abc import Iterator

from index.article import InFile, ItemError
from index.errors import BadArticle
from index.ingest.fields import DESCRIBED, article_from_fields
from index.ingest.keys import Keys
from index.progress import OnMore

MAX_BYTES = 32_000_000
"""So many, of nothing but short strings, take 440 MB."""

MAX_BRACKETS = 1_000_000
"""So many empty lists take 70 MB."""

_FOUND_IN = dict.fromkeys(DESCRIBED, "archive")
_ADVICE = 'write an object such as {"text": "…"}, or an array of them'


def read_json(name: str, data: bytes, on_more: OnMore) -> Iterator[InFile]:
    value = _parsed(data)
    keys = Keys()
    if isinstance(value, dict) and "text" in (
        fields := keys.fields(value)
    ):  # any `articles` are others, on its subject
        yield article_from_fields(fields, origin=name, path=name, found_in=_FOUND_IN)
        yield from keys.note(name)
        return
    several = value.get("articles") if isinstance(value, dict) else value
    if not isinstance(several, list) or not several:
        raise BadArticle(f"has no text and no articles: {_ADVICE}")
    keys = Keys()  # those around the list are not its articles'
    on_more(len(several) - 1)
    for number, fields in enumerate(several, start=1):
        try:
            if not isinstance(fields, dict):
                raise BadArticle(f"is a JSON {type(fields).__name__}: {_ADVICE}")
            yield article_from_fields(keys.fields(fields), origin=name, path=None, found_in=_FOUND_IN)
        except BadArticle as error:
            yield ItemError(f"{name}:{number}", str(error))
    yield from keys.note(name)


def _parsed(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} are read: write a .jsonl, one object a line")
    brackets = data.count(b"[") + data.count(b"{")
    if brackets > MAX_BRACKETS:
        raise BadArticle(
            f"has {brackets:,} brackets, at most {MAX_BRACKETS:,} are read: write one object a line, as .jsonl"
        )
    try:
        return json.loads(data.decode(json.detect_encoding(data)))
    except UnicodeDecodeError as error:
        raise BadArticle(f"byte {error.start + 1} is not {error.encoding}: save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadArticle(f"is not JSON at {place} ({error.msg}): {_ADVICE}") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; brackets without end
        raise BadArticle(f"is JSON too deep or with numbers too long to read: {_ADVICE}") from error
