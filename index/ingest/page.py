"""What was fetched in, what it is out: an article, or the list that a feed or a sitemap is.

Which of them is told by the bytes rather than by the server, which calls feeds anything. An article is read by the
reader of its format. Read in the child process (`worker.py`), and what a list leads to by `address.py`.
"""

from contextlib import suppress
from typing import Literal

from index.article import Article, ItemError, Note
from index.errors import BadArticle, FetchRefused
from index.ingest.fetch import FEED_TYPES, JSON_TYPES, XML_TYPES, Page
from index.ingest.formats import read_item
from index.ingest.listing import Feed, Sitemap, outermost
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


def _kind(page: Page) -> Literal["page", "feed", "sitemap"]:
    """By the outermost element where there is one, since servers call feeds anything, else by the type."""
    root = outermost(page.data)
    if root in ("feed", "sitemap"):
        return root
    if page.content_type in JSON_TYPES | FEED_TYPES | XML_TYPES and root != "page":
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
