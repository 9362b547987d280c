"""A web address in, articles out: the one of a page, or those that a feed or a sitemap leads to.

Here is decided which of them an address gives, and what an article owes to whom: its text and its address to its
page, and only what the page does not say to the feed or the news sitemap. Where an entry's page cannot be had, the
text that the feed itself carries stands in for it. Feeds and sitemaps in feeds and sitemaps are not followed, but
for sitemaps in a sitemap.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from index.article import Article, Item, ItemError, More, Unchanged, article_id
from index.errors import FetchRefused, NotServed
from index.ingest.apart import ReaderApart
from index.ingest.fetch import NotModified, Page
from index.ingest.listing import MAX_ENTRIES, Entry, Feed, Sitemap
from index.ingest.polite import Fetcher, Validators
from index.ingest.sitemaps import follow_sitemap
from index.ingest.target import without_password
from index.ingest.title import title_from
from index.progress import Stop, go_on
from index.text.canonical import canonical, without_tracking


def read_address(
    address: str,
    *,
    fetcher: Fetcher,
    reader: ReaderApart,
    validators: Validators | None = None,
    stop: Stop = go_on,
) -> Iterator[Item]:
    """The article of the page at `address`, those of the first 50 entries of the feed there, in its order, or
    those of the 200 newest addresses of the sitemap there, newest first.

    An article's `url` is what the page calls its canonical address, else where it was found; its id is made
    from that, and its `origin` is the address that was fetched. What cannot be had is an item, not an
    exception. The article of an entry whose text comes from the feed says so in `found_in["text"]`.

    `validators` are told of a page when the item after its article is asked for, and Unchanged comes only for what
    they know.
    """
    visit = _Visit(fetcher, reader, validators, stop)
    [fetched] = visit.pages([address])
    if isinstance(fetched, NotModified):
        yield Unchanged(address)
    elif isinstance(fetched, FetchRefused):
        yield ItemError(without_password(address), str(fetched))
    else:
        found = reader.read_page(fetched, on_wait=stop)
        match found:
            case Feed():
                yield from _read_feed(address, fetched, found, visit)
            case Sitemap():
                yield from _read_sitemap(address, fetched, found, visit)
            case Article():
                yield _placed(found, address, fetched)
                visit.keep(fetched)
            case ItemError():
                yield replace(found, item=address)


@dataclass(frozen=True, slots=True)
class _Visit:
    """How everything that one address leads to is asked for and read."""

    fetcher: Fetcher
    reader: ReaderApart
    validators: Validators | None
    stop: Stop

    def pages(self, addresses: Iterable[str]) -> Generator[Page | NotModified | FetchRefused, None, None]:
        return self.fetcher.fetch_all(addresses, validators=self.validators, stop=self.stop)

    def keep(self, page: Page) -> None:
        """For when the caller has taken what `page` gave: if it were lost, nothing would ask for it again."""
        if self.validators is not None and (page.etag or page.last_modified):
            self.validators.put(page.url, page.etag, page.last_modified)

    def article(self, address: str, page: Page) -> Article | ItemError:
        found = self.reader.read_page(page, on_wait=self.stop)
        match found:
            case Article():
                return _placed(found, address, page)
            case ItemError():
                return replace(found, item=address)
        return ItemError(
            address, f"It is a {type(found).__name__.lower()} where a page was expected: add it by its own address."
        )


def _placed(article: Article, address: str, page: Page) -> Article:
    """`article`, which `page` holds, as that of its address."""
    # A page may name its address only on its own site, or it could take the place of another site's article.
    url = article.url if article.url and _site(article.url) == _site(page.url) else without_tracking(page.url)
    return replace(article, id=article_id(url=url, path=None, text=article.text), url=url, origin=address)


def _site(address: str) -> str:
    return urlsplit(canonical(address)).hostname or ""


def _read_feed(address: str, page: Page, feed: Feed, visit: _Visit) -> Iterator[Item]:
    left_out = feed.count > MAX_ENTRIES
    yield More(len(feed.entries) + left_out - 1)
    is_complete = yield from _read_entries(feed.entries, address, page, visit, "feed entry")
    if is_complete:
        visit.keep(page)
    if left_out:
        yield ItemError(
            f"{address} (after entry {MAX_ENTRIES})",  # the feed itself has not failed
            f"The feed has {feed.count} entries and the first {MAX_ENTRIES} were read: add the others "
            "by their own addresses.",
        )


def _read_sitemap(address: str, page: Page, sitemap: Sitemap, visit: _Visit) -> Iterator[Item]:
    # Sitemaps that another leads to are asked for whole: it may stay the same when they change.
    fetch_all = partial(visit.fetcher.fetch_all, stop=visit.stop)
    read = partial(visit.reader.read_sitemap, on_wait=visit.stop)
    listed = follow_sitemap(address, page.url, sitemap, fetch_all, read)
    yield More(len(listed.entries) + len(listed.errors) - 1)
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
                item = ItemError(without_password(entry.link), str(found))
            if isinstance(item, Article):
                yield _filled(item, entry, named)
                if isinstance(found, Page):
                    visit.keep(found)
            else:
                is_complete = is_complete and not isinstance(found, Page)  # it may be read another time
                yield _own_text(entry, address, listing.url, named, visit) if entry.text else item
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


def _own_text(entry: Entry, address: str, feed_url: str, named: str, visit: _Visit) -> Article | ItemError:
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
    found = visit.reader.read_fields(
        entry.key, fields, origin=address, found_in=dict.fromkeys(fields, named), on_wait=visit.stop
    )
    return replace(found, found_in={**found.found_in, "text": named}) if isinstance(found, Article) else found
