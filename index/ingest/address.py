"""A web address in, articles out: the one of a page, or those of the entries of an RSS or Atom feed.

A feed's entries are fetched one after another, each through the same guard as the feed (`fetch`). Where an
entry's page cannot be had, the text that the feed itself carries stands in for it. feedparser reads the
feed, because feeds in the wild are often not well-formed XML, and it is only ever given bytes in hand: what
looks like an address or a path it would open. Left out: sitemaps, paging, and entries seen before.
"""

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import feedparser

from index.article import Article, ItemError, article_id, clean_text
from index.errors import BadArticle, FetchRefused
from index.ingest.dates import iso_date
from index.ingest.fetch import FEED_TYPES, HTML_TYPES, XML_TYPES, Page, fetch
from index.ingest.fields import article_from_fields, is_web_address
from index.ingest.formats import read_item

MAX_ENTRIES = 50
MAX_FEED_BYTES = 2_000_000
"""A feed of this size that is made to be slow takes feedparser ten seconds; time grows faster than size."""


def read_address(address: str, *, allow_loopback: bool = False) -> Iterator[Article | ItemError]:
    """The article of the page at `address`, or those of the first 50 entries of the feed there, in its order.

    An article's `url` is what the page calls its canonical address, else where it was found; its id is made
    from that, and its `origin` is the address that was fetched. What cannot be had is an item, not an
    exception. `allow_loopback` is for tests.
    """
    try:
        page = fetch(address, allow_loopback=allow_loopback)
    except FetchRefused as refusal:
        yield ItemError(address, str(refusal))
        return
    if page.content_type in FEED_TYPES | XML_TYPES:
        yield from _read_feed(address, page, allow_loopback)
    else:
        yield _read_page(address, page)


def _read_page(address: str, page: Page) -> Article | ItemError:
    if page.content_type in HTML_TYPES:
        name = "page.html"
    elif page.content_type == "text/plain":
        name = "page.txt"
    else:
        return ItemError(
            address, f"It gives {page.content_type} where a page was expected: add it by itself if it is a feed."
        )
    item = next(read_item(name, _in_utf8(page)), None)
    if item is None:
        return ItemError(address, "There is no text at this address: give the address of an article's page.")
    if isinstance(item, ItemError):
        return ItemError(address, item.message)
    # A page may name its address only on its own site, or it could take the place of another site's article.
    url = item.url if item.url and _site(item.url) == _site(page.url) else page.url
    return replace(item, id=article_id(url=url, path=None, text=item.text), url=url, origin=address)


def _in_utf8(page: Page) -> bytes:
    """The page's bytes, turned into UTF-8 with a byte order mark where the server names a charset.

    The server's word goes before what the page says of itself, but not before a mark that is there already.
    """
    if page.charset is None or page.data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return page.data
    with suppress(LookupError, ValueError):
        return page.data.decode(page.charset).encode("utf-8-sig")
    return page.data


def _site(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as the feed carries it."""

    key: str
    """Its link, else whatever the feed calls it, else its place."""
    link: str | None
    """On the web: what feeds put here may also be `urn:…` or `javascript:…`."""
    title: str
    text: str
    author: str | None
    published_at: str | None
    updated_at: str | None


def _read_feed(address: str, page: Page, allow_loopback: bool) -> Iterator[Article | ItemError]:
    if len(page.data) > MAX_FEED_BYTES:
        yield ItemError(
            address,
            f"The feed has {len(page.data):,} bytes; the limit is {MAX_FEED_BYTES:,}. Add its articles.",
        )
        return
    headers = {"content-location": page.url}
    if page.charset:
        headers["content-type"] = f"application/xml; charset={page.charset}"
    try:
        feed = feedparser.parse(BytesIO(page.data), response_headers=headers)
    except Exception as error:  # on damaged feeds it fails in a dozen ways, of which it names none
        yield ItemError(address, f"The feed is too damaged to be read ({type(error).__name__}: {error}).")
        return
    if not feed.get("version"):
        yield ItemError(address, "It is XML but neither an RSS nor an Atom feed: give a page's or feed's address.")
        return
    if not feed.entries:
        yield ItemError(address, "The feed has no entries.")
    source = _line(feed.feed.get("title", "")) or None
    for position, found in enumerate(feed.entries[:MAX_ENTRIES], start=1):
        yield _read_entry(_entry(found, position), address, page.url, source, allow_loopback)
    if len(feed.entries) > MAX_ENTRIES:
        yield ItemError(
            address,
            f"The feed has {len(feed.entries)} entries and the first {MAX_ENTRIES} were read: add the others "
            "by their own addresses.",
        )


def _read_entry(
    entry: _Entry, feed_address: str, feed_url: str, source: str | None, allow_loopback: bool
) -> Article | ItemError:
    item: Article | ItemError = ItemError(entry.key, "The entry has neither a link to a page nor a text.")
    if entry.link:
        try:
            page = fetch(entry.link, allow_loopback=allow_loopback)
            item = _read_page(entry.link, page)
        except FetchRefused as refusal:
            item = ItemError(entry.link, str(refusal))
    if isinstance(item, Article):
        return replace(
            item,
            author=item.author or entry.author,
            source=item.source or source,
            published_at=item.published_at or entry.published_at,
        )
    if not entry.text:
        return item
    # The words are the feed's, not the linked site's, so they may not take the place of that site's article.
    url = entry.link if entry.link and _site(entry.link) == _site(feed_url) else None
    fields = {
        "id": article_id(url=url, path=f"{feed_url}#{entry.key}", text=entry.text),
        "title": entry.title,
        "text": entry.text,
        "url": entry.link,
        "source": source,
        "author": entry.author,
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
    }
    try:
        return article_from_fields(fields, origin=feed_address, path=None)
    except BadArticle as error:
        return ItemError(entry.key, str(error))


def _entry(found: Any, position: int) -> _Entry:
    """`found` is feedparser's dictionary, which has only the keys that the feed has."""
    link = found.get("link") or ""
    bodies = [*found.get("content", []), found.get("summary_detail", {})]
    published_at, updated_at = _date(found, "published"), _date(found, "updated")
    return _Entry(
        key=link or found.get("id") or f"entry {position}",
        link=link if is_web_address(link) else None,
        title=_line(found.get("title", "")),
        text=next(filter(None, (_text(body) for body in bodies)), ""),
        author=_line(found.get("author", "")) or None,
        published_at=published_at or updated_at,
        updated_at=updated_at,
    )


def _date(found: Any, name: str) -> str | None:
    # Asked for an `updated` that is not there, feedparser answers with `published` and a warning.
    return iso_date(found[name]) if name in found else None


def _line(marked_up: str) -> str:
    """A title or a name on one line; feeds escape these once too often, and put tags in them."""
    return " ".join(clean_text(html.unescape(re.sub(r"<[/a-zA-Z][^>]*>", "", marked_up))).split())


def _text(body: Any) -> str:
    if body.get("type") == "text/plain":
        return clean_text(body.get("value", ""))
    paragraphs = _Paragraphs()
    paragraphs.feed(body.get("value", ""))
    paragraphs.close()
    return paragraphs.text()


class _Paragraphs(HTMLParser):
    """The text of a piece of HTML, with an empty line where a block begins or ends.

    A page's reader looks for the article among navigation and adverts; a feed's piece has nothing else, is
    often two sentences long, and came through feedparser, which takes out scripts and styles.
    """

    _BLOCKS = frozenset(
        {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
        | {"pre", "table", "tr", "figure", "figcaption", "section", "article", "hr"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._BLOCKS:
            self._pieces.append("\n\n")
        elif tag == "br":
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._BLOCKS:
            self._pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        self._pieces.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        return clean_text(re.sub(r" *\n *", "\n", "".join(self._pieces)))
