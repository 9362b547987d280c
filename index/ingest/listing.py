"""What feeds and sitemaps say: a list of articles elsewhere, as it comes out of the process that reads them.

Its own module, so that who follows the list brings no parser along.
"""

import html
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from index.article import clean_text
from index.ingest.fields import MAX_FIELD_CHARS
from index.text.canonical import is_web_address

MAX_ENTRIES = 50
"""Of a feed."""
MAX_ADDRESSES = 200
"""Of a sitemap and all that it leads to."""
MAX_NEWEST = 2 * MAX_ADDRESSES
"""As the same article is often in a news sitemap and in another, so many are kept until they are compared."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed or a sitemap says of an article."""

    key: str
    """Its link, else whatever the feed calls it, else its place."""
    link: str | None
    """On the web: what feeds put here may also be `urn:…` or `javascript:…`."""
    title: str | None = None
    text: str = ""
    source: str | None = None
    author: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    entries: tuple[Entry, ...]
    """The first that are not the same (50 of a fetched feed), in the feed's order."""
    count: int
    """How many the feed has."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap says, or an index of sitemaps; a date is in seconds since 1970, -inf where none is stated."""

    problem: str | None = None
    """Why it was not read, or not to its end."""
    count: int = 0
    """How many addresses it lists."""
    newest: tuple[tuple[float, Entry], ...] = ()
    sitemaps: tuple[tuple[float, str], ...] = ()


_ROOT = re.compile(rb"<(?:[A-Za-z][A-Za-z0-9]{0,20}:)?([A-Za-z]{1,20})\b")


def outermost(data: bytes) -> Literal["feed", "sitemap", "page", "other"] | None:
    """What XML is by its outermost element; None where there is none."""
    head = data[:4_000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff\r\n\t ")  # UTF-16 is full of NULs
    root = _ROOT.search(re.sub(rb"<!--.*?(-->|$)", b"", head, flags=re.DOTALL))
    if not root or not head.startswith(b"<"):
        return None
    match root[1].lower():
        case b"urlset" | b"sitemapindex":
            return "sitemap"
        case b"rss" | b"feed" | b"rdf":
            return "feed"
        case b"html":
            return "page"
    return "other"


def web_link(stated: object, base: str) -> str | None:
    if not isinstance(stated, str) or not stated.strip() or len(stated) > MAX_FIELD_CHARS:
        return None
    with suppress(ValueError):
        link = urljoin(base, stated.strip())
        if link.isprintable() and is_web_address(link) and len(link) <= MAX_FIELD_CHARS:
            return link
    return None


def one_line(marked_up: object) -> str | None:
    """A title or a name on one line, cut where it is too long; feeds escape these once too often, and put tags in."""
    if not isinstance(marked_up, str):
        return None
    plain = html.unescape(re.sub(r"<[/a-zA-Z][^<>]*>", "", marked_up[: 4 * MAX_FIELD_CHARS]))
    return " ".join(clean_text(plain).split())[:MAX_FIELD_CHARS].rstrip() or None
