"""Bytes of a feed saved as a file in, an article or an error for each of its entries out, in the feed's own words.

What the entries link to is not fetched. An article is known by its entry's link, as that page is, and says that its
text is the feed's, so that an add does not put it in the place of the page's own.
"""

from collections.abc import Iterator
from dataclasses import replace

from index.article import InFile, ItemError
from index.errors import BadArticle
from index.ingest.archive import MAX_ENTRIES
from index.ingest.feed import Bounds, read_feed
from index.ingest.fetch import Page
from index.ingest.fields import DESCRIBED, article_from_fields
from index.ingest.listing import Entry, outermost
from index.progress import OnMore

BOUNDS = Bounds(max_bytes=7_500_000, max_tags=350_000, max_entries=MAX_ENTRIES)
"""feedparser takes 13 times the bytes of a feed with an emoji in each entry. A blog's export has all that was ever
written there: 2,000 posts with 336,000 tags take 2 s of the processor."""

_PLACE = "feed entry"


def read_saved_feed(name: str, data: bytes, on_more: OnMore) -> Iterator[InFile]:
    match outermost(data):
        case "sitemap":
            raise BadArticle("is a sitemap, which has no texts: add it by its address")
        case "feed":
            feed = read_feed(Page("", "application/xml", data), BOUNDS)
        case _:
            raise BadArticle("is no feed: of XML files RSS and Atom feeds are read, and pages")
    left_out = feed.count > MAX_ENTRIES
    on_more(len(feed.entries) + left_out - 1)
    for entry in feed.entries:
        yield _article(name, entry)
    if left_out:
        yield ItemError(name, f"has {feed.count:,} entries, of which the first {MAX_ENTRIES:,} are read: divide it")


def _article(name: str, entry: Entry) -> InFile:
    if not entry.text:
        way_out = "add that" if entry.link else "add the page"
        return ItemError(f"{name}/{entry.key}", f"is an entry without a text in the feed: {way_out} by its address")
    fields = {field: getattr(entry, field) for field in ("text", *DESCRIBED) if hasattr(entry, field)}
    path, found_in = f"{name}#{entry.key}", dict.fromkeys(DESCRIBED, _PLACE)
    try:
        article = article_from_fields(fields | {"url": entry.link}, origin=name, path=path, found_in=found_in)
    except BadArticle as error:
        return ItemError(f"{name}/{entry.key}", str(error))
    return replace(article, found_in={**article.found_in, "text": _PLACE})
