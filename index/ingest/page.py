"""What was fetched in, what it is out: an article, or the list that a feed or a sitemap is.

Which of them is told by the bytes rather than by the server, which calls feeds anything. An article is read by the
reader of its format. Read in the child process (`worker.py`), and what a list leads to by `address.py`.
"""

import re
from contextlib import suppress
from typing import Literal

from index.article import Article, ItemError, Note
from index.errors import BadArticle, FetchRefused
from index.ingest.fetch import FEED_TYPES, JSON_TYPES, XML_TYPES, Page
from index.ingest.formats import read_item
from index.ingest.listing import Feed, Sitemap
from index.ingest.sitemap import read_sitemap, unzipped


def read_page(page: Page) -> Article | ItemError | Feed | Sitemap:
    """The article's name, id and origin are those of a file; never raises for bad data."""
    try:
        page = unzipped(page)
        match _kind(page):
            case "feed":
                from index.ingest.feed import read_feed  # feedparser takes 0.1 s

                return read_feed(page)
            case "sitemap":
                return read_sitemap(page)
            case "page":
                return _article(page)
    except (FetchRefused, BadArticle) as error:
        return ItemError(page.url, str(error))


def _article(page: Page) -> Article | ItemError:
    [item] = read_item(_FILE_NAMES.get(page.content_type, "page.html"), _in_utf8(page))
    assert not isinstance(item, Note)  # which is said of collections alone
    return item


_FILE_NAMES = {"text/plain": "page.txt", "application/pdf": "page.pdf"}
_ROOT = re.compile(rb"<(?:[A-Za-z][A-Za-z0-9]{0,20}:)?([A-Za-z]{1,20})\b")


def _kind(page: Page) -> Literal["page", "feed", "sitemap"]:
    """By the outermost element where there is one, since servers call feeds anything, else by the type."""
    head = page.data[:4_000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff\r\n\t ")  # UTF-16 is full of NULs
    root = _ROOT.search(re.sub(rb"<!--.*?(-->|$)", b"", head, flags=re.DOTALL))
    name = root[1].lower() if root and head.startswith(b"<") else b""
    if name in {b"urlset", b"sitemapindex"}:
        return "sitemap"
    if name in {b"rss", b"feed", b"rdf"}:
        return "feed"
    if page.content_type in JSON_TYPES | FEED_TYPES | XML_TYPES and name != b"html":
        return "feed"
    return "page"


def _in_utf8(page: Page) -> bytes:
    """The page's bytes, turned into UTF-8 with a byte order mark where the server names a charset.

    The server's word goes before what the page says of itself, but not before a mark that is there already.
    """
    if page.charset is None or page.data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"%PDF")):
        return page.data
    with suppress(LookupError, ValueError):
        return page.data.decode(page.charset).encode("utf-8-sig")
    return page.data
