"""What holds of a reader whatever the bytes: it raises nothing, and what it gives can be stored, sent and cited.

A format is a name here, so that the seeds, the fuzzer and the tests speak of the same.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

from index.article import ID_PATTERN, MAX_TEXT_CHARS, Article, InFile, ItemError, Note, is_visible
from index.ingest.fetch import Page
from index.ingest.formats import read_item
from index.ingest.listing import Feed, Sitemap
from index.ingest.page import read_page
from index.ingest.sitemap import read_sitemap
from index.text.chunk import TARGET_CHARS, passage_spans

Found = InFile | Feed | Sitemap

ADDRESS = "https://example.org/news/2024/a"


def _file(suffix: str) -> Callable[[bytes], Iterator[Found]]:
    return lambda data: read_item(f"sent{suffix}", data)


def _fetched(content_type: str, charset: str | None = None) -> Callable[[bytes], Iterator[Found]]:
    return lambda data: iter([read_page(Page(ADDRESS, content_type, data, charset))])


FORMATS: dict[str, Callable[[bytes], Iterator[Found]]] = {
    "txt": _file(".txt"),
    "md": _file(".md"),
    "html": _file(".html"),
    "pdf": _file(".pdf"),
    "docx": _file(".docx"),
    "eml": _file(".eml"),
    "json": _file(".json"),
    "jsonl": _file(".jsonl"),
    "csv": _file(".csv"),
    "xml": _file(".xml"),
    "zip": _file(".zip"),
    "page": _fetched("text/html", "iso-8859-1"),
    "feed": _fetched("application/rss+xml"),
    "feed-json": _fetched("application/feed+json"),
    "sitemap": lambda data: iter([read_sitemap(Page(ADDRESS, "application/xml", data))]),
    "sitemap-gz": lambda data: iter([read_sitemap(Page(ADDRESS, "application/gzip", data))]),
}
"""What is fuzzed, and how it is read."""


def check(kind: str, data: bytes) -> int:
    """How many articles, or entries of a list, `data` holds in the format `kind`; raises where the contract breaks."""
    count = 0
    for found in FORMATS[kind](data):
        json.dumps(asdict(found), ensure_ascii=False).encode("utf-8")  # as the child process sends it
        match found:
            case Article():
                check_article(found)
                count += 1
            case Feed():
                count += len(found.entries)
            case Sitemap():
                count += len(found.newest)
            case ItemError() | Note():
                if not found.message.strip():
                    raise AssertionError(f"nothing is said of {found.item!r}")
            case _:
                raise AssertionError(f"{found!r} is nothing that a reader gives")
    return count


def check_article(article: Article) -> None:
    """What the store, the index and the page take for granted."""
    if not ID_PATTERN.fullmatch(article.id):
        raise AssertionError(f"{article.id!r} is no id")
    if not is_visible(article.text) or len(article.text) > MAX_TEXT_CHARS or "\r" in article.text:
        raise AssertionError(f"{article.text[:100]!r} is no text")
    if not is_visible(article.title) or "\n" in article.title:
        raise AssertionError(f"{article.title[:100]!r} is no title")
    for date in filter(None, (article.published_at, article.updated_at)):
        dt.datetime.fromisoformat(date)
    spans = passage_spans(article.text, article.language)
    ends = 0
    for start, end in spans:
        if not ends <= start < end <= min(start + TARGET_CHARS, len(article.text)):
            raise AssertionError(f"passage {start} to {end} follows one that ends at {ends}")
        ends = end
