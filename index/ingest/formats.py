"""A file's name and bytes in, its articles and errors out: which format is read by which module.

Of a table or an archive, which may be large, the file itself is read from; others are small, or are not read.

Readers that bring large libraries are imported with the first file that needs them: trafilatura, pdfminer,
python-docx and feedparser take 0.1 to 0.3 s each.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import SEEK_END, BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from index.article import Article, InFile, ItemError
from index.errors import BadArticle
from index.ingest.dates import date_in_name
from index.progress import OnMore

FEEDS = frozenset({".xml", ".rss", ".atom"})
IN_FOLDERS = frozenset(".txt .md .html .htm .pdf .docx .eml .json .jsonl .csv .zip".split())
"""Of the files in a folder, in an archive or with a mail, those that are read. A feed is where it is named by itself:
among others it may be anything (`pom.xml`, a sitemap), and would tell again in its words what a page beside it has."""

SUFFIXES = IN_FOLDERS | FEEDS
_COLLECTIONS = frozenset({".json", ".jsonl", ".csv"}) | FEEDS
"""Their names say nothing of the articles in them."""

MAX_WHOLE_BYTES = 64_000_000
"""Of a file that is in memory whole; what each of these formats may have, which is less, its reader knows."""

_HEAD_BYTES = 65_536

_PAGE = re.compile(rb"(?:<\?xml[^>]{0,200}>\s{0,9})?<(?:!doctype\s{1,9}html|html)[\s>]", re.IGNORECASE)


def read_item(name: str, data: bytes, on_more: OnMore = lambda _count: None) -> Iterator[InFile]:
    """Every article in `data`, and an ItemError for each that could not be read; never raises for bad data.

    `name` is the path under the articles folder, with "/", or an upload's file name. A date that it
    starts with stands in for `published_at` where the article itself states none; a collection's says
    nothing of the articles in it. on_more: where `data` holds several items, it is told before the first.
    """
    return read_file(name, BytesIO(data), on_more)


def read_file(name: str, file: BinaryIO, on_more: OnMore = lambda _count: None) -> Iterator[InFile]:
    """As `read_item`, of a file."""
    try:
        for item in _items(name, file, on_more):
            if isinstance(item, Article) and item.published_at is None and _suffix(item.origin) not in _COLLECTIONS:
                yield _dated(item)
            else:
                yield item
    except BadArticle as error:
        yield ItemError(name, str(error))


def _items(name: str, file: BinaryIO, on_more: OnMore) -> Iterator[InFile]:
    suffix = _suffix(name)
    if suffix == ".jsonl":
        from index.ingest.jsonl import read_lines

        yield from read_lines(name, file, on_more)
        return
    if suffix not in SUFFIXES:
        raise BadArticle(f"{suffix or 'a name without suffix'} is no format that is read: use {_listed()}")
    if not file.seekable():  # a pipe
        file = BytesIO(file.read(MAX_WHOLE_BYTES + 1))
    head = file.read(_HEAD_BYTES)
    if not head.strip() and len(head) < _HEAD_BYTES:
        raise BadArticle("is empty: it has no text")
    match ".html" if suffix in {".txt", ".md", ".xml"} and _is_page(head) else suffix:
        case ".csv":
            from index.ingest.table import read_csv

            yield from read_csv(name, file, on_more)
        case ".zip":
            from index.ingest.archive import read_archive

            yield from read_archive(name, file, IN_FOLDERS, partial(read_item, on_more=on_more), on_more)
        case ".pdf":
            from index.ingest.pdf import read_pdf

            yield read_pdf(name, file)
        case ".eml":
            from index.ingest.mail import read_mail

            yield from read_mail(name, file, IN_FOLDERS, partial(read_item, on_more=on_more))
        case ".docx":
            from index.ingest.word import read_word

            yield read_word(name, file)
        case kind:
            if (size := file.seek(0, SEEK_END)) > MAX_WHOLE_BYTES:
                raise BadArticle(f"has {size:,} bytes, at most {MAX_WHOLE_BYTES:,} of {suffix} are read: divide it")
            file.seek(0)
            yield from _items_in_memory(kind, name, file.read(), on_more)


def _items_in_memory(kind: str, name: str, data: bytes, on_more: OnMore) -> Iterator[InFile]:
    match kind:
        case ".txt":
            from index.ingest.plain import read_plain

            yield read_plain(name, data)
        case ".md":
            from index.ingest.markdown import read_markdown

            yield read_markdown(name, data)
        case ".html" | ".htm":
            from index.ingest.html import read_html

            yield read_html(name, data)
        case ".json":
            from index.ingest.json_file import read_json

            yield from read_json(name, data, on_more)
        case ".xml" | ".rss" | ".atom":
            from index.ingest.saved_feed import read_saved_feed

            yield from read_saved_feed(name, data, on_more)


def _is_page(data: bytes) -> bool:
    """Whether a file begins as a page does, whatever its name: "save as text" keeps the markup in some browsers."""
    head = data[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff\r\n\t ")  # UTF-16 is full of NULs
    return _PAGE.match(head) is not None


def _dated(article: Article) -> Article:
    date = date_in_name(article.origin)
    return (
        replace(article, published_at=date, found_in={**article.found_in, "published_at": "file name"})
        if date
        else article
    )


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _listed() -> str:
    return ", ".join(sorted(SUFFIXES))
