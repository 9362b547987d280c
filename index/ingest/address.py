"""A web address in, articles out: the one of a page, or those that a feed or a sitemap leads to.

Here is decided which of them an address gives, and what an article owes to whom: its text and its address to its
page, and only what the page does not say to the feed or the news sitemap. Where an entry's page cannot be had, the
text that the feed itself carries stands in for it. Feeds and sitemaps in feeds and sitemaps are not followed, but
for sitemaps in a sitemap.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, overload
from urllib.parse import urlsplit

from index.article import Article, ItemError, Unchanged, article_id
from index.canonical import canonical
from index.errors import BadArticle, FetchRefused, NotServed
from index.ingest.feed import MAX_ENTRIES, Entry, read_feed
from index.ingest.fetch import FEED_TYPES, HTML_TYPES, JSON_TYPES, XML_TYPES, NotModified, Page
from index.ingest.fields import article_from_fields, title_from
from index.ingest.formats import read_item
from index.ingest.polite import Fetcher, Stop, Validators, go_on
from index.ingest.sitemap import read_sitemap, unzipped

Read = Callable[[str, bytes], Iterator[Article | ItemError]]


@overload
def read_address(
    address: str,
    *,
    fetcher: Fetcher,
    validators: None = None,
    read: Read = read_item,
    stop: Stop = go_on,
) -> Iterator[Article | ItemError]: ...
@overload
def read_address(
    address: str,
    *,
    fetcher: Fetcher,
    validators: Validators,
    read: Read = read_item,
    stop: Stop = go_on,
) -> Iterator[Article | ItemError | Unchanged]: ...
def read_address(
    address: str,
    *,
    fetcher: Fetcher,
    validators: Validators | None = None,
    read: Read = read_item,
    stop: Stop = go_on,
) -> Iterator[Article | ItemError | Unchanged]:
    """The article of the page at `address`, those of the first 50 entries of the feed there, in its order, or
    those of the 200 newest addresses of the sitemap there, newest first.

    An article's `url` is what the page calls its canonical address, else where it was found; its id is made
    from that, and its `origin` is the address that was fetched. What cannot be had is an item, not an
    exception. The article of an entry whose text comes from the feed says so in `found_in["text"]`.

    `validators` are told of a page when the item after its article is asked for, and Unchanged comes only for what
    they know.
    """
    visit = _Visit(fetcher, validators, read, stop)
    [found] = visit.pages([address])
    if isinstance(found, NotModified):
        yield Unchanged(address)
        return
    try:
        if isinstance(found, FetchRefused):
            raise found
        page = unzipped(found)
        match _kind(page):
            case "feed":
                yield from _read_feed(address, page, visit)
            case "sitemap":
                yield from _read_sitemap(address, page, visit)
            case "page":
                item = visit.article(address, page)
                yield item
                if isinstance(item, Article):
                    visit.keep(page)
    except (FetchRefused, BadArticle) as error:
        yield ItemError(address, str(error))


@dataclass(frozen=True, slots=True)
class _Visit:
    """How everything that one address leads to is asked for and read."""

    fetcher: Fetcher
    validators: Validators | None
    read: Read
    stop: Stop

    def pages(self, addresses: Iterable[str]) -> Generator[Page | NotModified | FetchRefused, None, None]:
        return self.fetcher.fetch_all(addresses, validators=self.validators, stop=self.stop)

    def keep(self, page: Page) -> None:
        """For when the caller has taken what `page` gave: if it were lost, nothing would ask for it again."""
        if self.validators is not None and (page.etag or page.last_modified):
            self.validators.put(page.url, page.etag, page.last_modified)

    def article(self, address: str, page: Page) -> Article | ItemError:
        name = _file_name(page)
        if name is None:
            return ItemError(
                address,
                f"It gives {page.content_type} where a page was expected: add it by itself if it is a feed or sitemap.",
            )
        item = next(iter(list(self.read(name, _in_utf8(page)))), None)  # read to its end, so that its reader stays
        if item is None:
            return ItemError(address, "There is no text at this address: give the address of an article's page.")
        if isinstance(item, ItemError):
            return ItemError(address, item.message)
        # A page may name its address only on its own site, or it could take the place of another site's article.
        url = item.url if item.url and _site(item.url) == _site(page.url) else page.url
        return replace(item, id=article_id(url=url, path=None, text=item.text), url=url, origin=address)


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


def _file_name(page: Page) -> str | None:
    """The name under which a reader knows it; None where none does."""
    if _kind(page) != "page":
        return None
    if page.content_type in HTML_TYPES | XML_TYPES:
        return "page.html"
    return {"text/plain": "page.txt", "application/pdf": "page.pdf"}.get(page.content_type)


def _in_utf8(page: Page) -> bytes:
    """The page's bytes, turned into UTF-8 with a byte order mark where the server names a charset.

    The server's word goes before what the page says of itself, but not before a mark that is there already.
    """
    if page.charset is None or page.data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"%PDF")):
        return page.data
    with suppress(LookupError, ValueError):
        return page.data.decode(page.charset).encode("utf-8-sig")
    return page.data


def _site(address: str) -> str:
    return urlsplit(canonical(address)).hostname or ""


def _read_feed(address: str, page: Page, visit: _Visit) -> Iterator[Article | ItemError | Unchanged]:
    feed = read_feed(page)
    is_complete = yield from _read_entries(feed.entries, address, page, visit, "feed entry")
    if is_complete:
        visit.keep(page)
    if feed.count > MAX_ENTRIES:
        yield ItemError(
            f"{address} (after entry {MAX_ENTRIES})",  # the feed itself has not failed
            f"The feed has {feed.count} entries and the first {MAX_ENTRIES} were read: add the others "
            "by their own addresses.",
        )


def _read_sitemap(address: str, page: Page, visit: _Visit) -> Iterator[Article | ItemError | Unchanged]:
    # Sitemaps that another leads to are asked for whole: it may stay the same when they change.
    listed = read_sitemap(address, page, partial(visit.fetcher.fetch_all, stop=visit.stop))
    is_complete = yield from _read_entries(listed.entries, address, page, visit, "news sitemap")
    if is_complete and not listed.is_index:
        visit.keep(page)
    yield from listed.errors


def _read_entries(
    entries: tuple[Entry, ...], address: str, listing: Page, visit: _Visit, named: str
) -> Generator[Article | ItemError | Unchanged, None, bool]:
    """The article of each entry of `listing`, which `address` gave; whether all was had that can be had for now.

    named: what `found_in` calls an entry.
    """
    is_complete = True
    with closing(visit.pages(entry.link for entry in entries if entry.link)) as pages:
        for entry in entries:
            found = next(pages) if entry.link else None
            if entry.link and isinstance(found, NotModified):
                yield Unchanged(entry.link)
                continue
            item: Article | ItemError = ItemError(entry.key, "The entry has neither a link to a page nor a text.")
            if entry.link and isinstance(found, Page):
                item = visit.article(entry.link, found)
            elif entry.link:
                item = ItemError(entry.link, str(found))
            if isinstance(item, Article):
                yield _filled(item, entry, named)
                if isinstance(found, Page):
                    visit.keep(found)
            else:
                is_complete = is_complete and not isinstance(found, Page)  # it may be read another time
                yield _own_text(entry, address, listing.url, named) if entry.text else item
            if isinstance(found, NotServed) and found.may_pass:
                is_complete = False
    return is_complete


def _filled(article: Article, entry: Entry, named: str) -> Article:
    """`article`, with what the entry says where the page says nothing."""
    stated = {
        "title": entry.title if article.title == title_from(article.text) else None,
        "source": None if article.source else entry.source,
        "author": None if article.author else entry.author,
        "published_at": None if article.published_at else entry.published_at,
        "updated_at": None if article.updated_at else entry.updated_at,
        "language": None if article.language else entry.language,
    }
    gaps: dict[str, Any] = {name: value for name, value in stated.items() if value}
    return replace(article, found_in={**article.found_in, **dict.fromkeys(gaps, named)}, **gaps)


def _own_text(entry: Entry, address: str, feed_url: str, named: str) -> Article | ItemError:
    # The words are the feed's, not the linked site's, so they may not take the place of that site's article.
    url = entry.link if entry.link and _site(entry.link) == _site(feed_url) else None
    fields = {
        "id": article_id(url=url, path=f"{feed_url}#{entry.key}", text=entry.text),
        "title": entry.title,
        "text": entry.text,
        "url": entry.link,
        "source": entry.source,
        "author": entry.author,
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
        "language": entry.language,
    }
    try:
        article = article_from_fields(fields, origin=address, path=None, found_in=dict.fromkeys(fields, named))
    except BadArticle as error:
        return ItemError(entry.key, str(error))
    return replace(article, found_in={**article.found_in, "text": named})
