"""A fetched RSS, Atom or JSON feed in, its entries out, as the feed carries them.

feedparser reads the first two, because feeds in the wild are often not well-formed XML. It is only ever given
bytes in hand, for what looks like an address or a path it would open, and it leaves the markup of entries alone:
only their text is wanted, which `fragment.py` takes from it in one pass. Left out: paging, enclosures.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import feedparser

from index.article import clean_text
from index.errors import BadArticle
from index.ingest.dates import iso_date
from index.ingest.fetch import JSON_TYPES, Page
from index.ingest.fragment import html_text
from index.ingest.listing import MAX_ENTRIES, Entry, Feed, one_line, web_link

MAX_BYTES = 2_000_000
MAX_TAGS = 100_000
"""A feed of nothing but tags takes feedparser 50 µs for each."""

MAX_ATTRIBUTES, MAX_NAMESPACES = 300, 100
"""Of one tag, and of a feed: time grows with the square of either, six seconds for 20,000 attributes."""

MAX_ENTRY_BYTES = 1_000_000

_ENTRY = re.compile(rb"<(?:item|entry)[\s>]", re.IGNORECASE)
_MANY_ATTRIBUTES = re.compile(rb"<[^!?/](?:[^<>=]*+=){%d}" % (MAX_ATTRIBUTES + 1))
_NAMESPACE = re.compile(rb"xmlns[^<>=]{0,50}=\s?[^<>\s]{0,100}")


@dataclass(frozen=True, slots=True)
class Bounds:
    max_bytes: int
    max_tags: int
    max_entries: int


FETCHED = Bounds(MAX_BYTES, MAX_TAGS, MAX_ENTRIES)


def read_feed(page: Page, bounds: Bounds = FETCHED) -> Feed:
    """Raises BadArticle for what is no feed, or is too large or too damaged to be read."""
    if len(page.data) > bounds.max_bytes:
        raise BadArticle(f"The feed has {len(page.data):,} bytes; the limit is {bounds.max_bytes:,}. Add its articles.")
    if page.content_type in JSON_TYPES:
        count, entries = _json_entries(page)
    else:
        count, entries = _xml_entries(page, bounds)
    if not count:
        raise BadArticle("The feed has no entries.")
    different: dict[str, Entry] = {}
    for entry in islice(entries, bounds.max_entries):
        different.setdefault(entry.key, entry)
    return Feed(tuple(different.values()), count)


def _xml_entries(page: Page, bounds: Bounds) -> tuple[int, Iterator[Entry]]:
    tags, namespaces = page.data.count(b"<"), len(set(_NAMESPACE.findall(page.data)))
    if tags > bounds.max_tags or namespaces > MAX_NAMESPACES or _MANY_ATTRIBUTES.search(page.data):
        raise BadArticle(
            f"The feed has {tags:,} tags in {namespaces:,} namespaces; the limits are {bounds.max_tags:,} tags, "
            f"{MAX_NAMESPACES} namespaces and {MAX_ATTRIBUTES} attributes a tag. Add its articles."
        )
    if (largest := max(map(len, _ENTRY.split(page.data)))) > MAX_ENTRY_BYTES:
        raise BadArticle(
            f"The feed has {largest:,} bytes in one entry; the limit is {MAX_ENTRY_BYTES:,}. Add its articles."
        )
    headers = {"content-location": page.url}
    if page.charset:
        headers["content-type"] = f"application/xml; charset={page.charset}"
    try:
        feed = feedparser.parse(
            BytesIO(page.data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except MemoryError:
        raise
    except Exception as error:  # on damaged feeds it fails in a dozen ways, of which it names none
        raise BadArticle(f"The feed is too damaged to be read ({type(error).__name__}: {str(error)[:200]}).") from error
    if not feed.get("version"):
        raise BadArticle("It is XML but neither a feed nor a sitemap: give the address of a page, a feed or a sitemap.")
    said = Entry("", None, source=one_line(feed.feed.get("title")), language=one_line(feed.feed.get("language")))
    return len(feed.entries), (_xml_entry(found, n, page.url, said) for n, found in enumerate(feed.entries, start=1))


def _xml_entry(found: Any, position: int, base: str, feed: Entry) -> Entry:
    """`found` is feedparser's dictionary, which has only the keys that the feed has."""
    published_at, updated_at = _date(found, "published"), _date(found, "updated")
    bodies = [*found.get("content", []), found.get("summary_detail", {})]
    texts = (_text(body.get("value", ""), is_plain=body.get("type") == "text/plain") for body in bodies)
    return Entry(
        key=one_line(found.get("link")) or one_line(found.get("id")) or f"entry {position}",
        link=web_link(found.get("link"), base),
        title=one_line(found.get("title")),
        text=next(filter(None, texts), ""),
        source=feed.source,
        author=one_line(found.get("author")),
        published_at=published_at or updated_at,
        updated_at=updated_at,
        language=feed.language,
    )


def _date(found: Any, name: str) -> str | None:
    # Asked for an `updated` that is not there, feedparser answers with `published` and a warning.
    return iso_date(found[name]) if name in found else None


def _json_entries(page: Page) -> tuple[int, Iterator[Entry]]:
    """As https://www.jsonfeed.org/version/1.1/ describes it."""
    try:
        feed = json.loads(page.data)
    except (ValueError, RecursionError) as error:
        raise BadArticle(f"It is JSON too damaged to be read ({str(error)[:200]}).") from error
    version = feed.get("version") if isinstance(feed, dict) else None
    if not isinstance(version, str) or "://jsonfeed.org/version/" not in version:
        raise BadArticle("It is JSON but no JSON Feed: give the address of a page or of a feed.")
    items = feed.get("items")
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return len(found), (_json_entry(item, n, page.url, feed) for n, item in enumerate(found, start=1))


def _json_entry(item: dict[str, Any], position: int, base: str, feed: dict[str, Any]) -> Entry:
    stated = item.get("url") or item.get("external_url")
    link = web_link(stated, base)
    published_at, updated_at = iso_date(item.get("date_published")), iso_date(item.get("date_modified"))
    texts = (
        _text(item.get(name), is_plain=name != "content_html") for name in ("content_html", "content_text", "summary")
    )
    return Entry(
        key=link or one_line(stated) or one_line(item.get("id")) or f"entry {position}",
        link=link,
        title=one_line(item.get("title")),
        text=next(filter(None, texts), ""),
        source=one_line(feed.get("title")),
        author=_names(item) or _names(feed),
        published_at=published_at or updated_at,
        updated_at=updated_at,
        language=one_line(item.get("language")) or one_line(feed.get("language")),
    )


def _names(said: dict[str, Any]) -> str | None:
    authors = said.get("authors")
    stated = [said.get("author"), *(authors if isinstance(authors, list) else [])]  # `author` is version 1.0's
    names = (one_line(author.get("name")) for author in stated if isinstance(author, dict))
    return one_line(", ".join(dict.fromkeys(filter(None, names))))


def _text(body: object, *, is_plain: bool) -> str:
    if not isinstance(body, str):
        return ""
    return clean_text(body) if is_plain else html_text(body)
