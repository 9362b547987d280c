"""A file's name and bytes in, its articles and errors out: which format is read by which module.

The HTML reader is imported with the first page that needs it (0.1 s: trafilatura brings lxml and more).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from index.article import Article, ItemError
from index.errors import BadArticle
from index.ingest.dates import date_in_name
from index.ingest.jsonl import read_jsonl
from index.ingest.plain import read_plain

SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".jsonl"})


def read_item(name: str, data: bytes) -> Iterator[Article | ItemError]:
    """Every article in `data`, and an ItemError for each that could not be read; never raises for bad data.

    `name` is the path under the articles folder, with "/", or an upload's file name. A date that it
    starts with stands in for `published_at` where the article itself states none; an archive's says
    nothing of the articles in it.
    """
    try:
        for item in _items(name, data):
            if isinstance(item, Article) and item.published_at is None and not name.lower().endswith(".jsonl"):
                yield replace(item, published_at=date_in_name(name))
            else:
                yield item
    except BadArticle as error:
        yield ItemError(name, str(error))


def _items(name: str, data: bytes) -> Iterator[Article | ItemError]:
    match PurePosixPath(name).suffix.lower():
        case ".txt":
            yield read_plain(name, data)
        case ".md":
            from index.ingest.markdown import read_markdown

            yield read_markdown(name, data)
        case ".html" | ".htm":
            from index.ingest.html import read_html

            yield read_html(name, data)
        case ".jsonl":
            yield from read_jsonl(name, data)
        case suffix:
            raise BadArticle(f"{suffix or 'a name without suffix'} is no format that is read: use {_listed()}")


def _listed() -> str:
    return ", ".join(sorted(SUFFIXES))
