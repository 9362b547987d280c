"""A fetched sitemap in, the newest of the addresses it lists out, with what a news sitemap says of each.

An index of sitemaps is followed, newest first, within bounds. expat reads them, which makes no tree of ten
megabytes; a sitemap that declares anything of its own (entities, default attributes) is refused, since none has
to. Elements are told by their names alone: sites write the namespaces in many ways. Left out: images, videos,
other languages of a page, and sitemaps of plain text.
"""

import datetime as dt
import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from xml.parsers import expat

from index.article import ItemError
from index.errors import BadArticle, FetchRefused
from index.ingest.dates import iso_date
from index.ingest.feed import Entry, one_line, web_link
from index.ingest.fetch import GZIP_TYPES, NotModified, Page, unpacked
from index.ingest.fields import MAX_FIELD_CHARS

MAX_ADDRESSES = 200
MAX_SITEMAPS = 20
MAX_LEVELS = 3
MAX_LISTED = 50_000
"""In one sitemap: the protocol's own limit."""

MAX_DEPTH = 20
"""Of elements in elements; a news sitemap has five."""

_KEPT = frozenset(
    {"loc", "lastmod"} | {"news/title", "news/publication_date", "news/publication/name", "news/publication/language"}
)

FetchAll = Callable[[Iterable[str]], Iterator[Page | NotModified | FetchRefused]]


@dataclass(frozen=True, slots=True)
class Listed:
    entries: tuple[Entry, ...]
    """The newest first; those without a date are last, in the order in which they are listed."""
    errors: tuple[ItemError, ...]
    """By the sitemap that is at fault; what was left out for its number is no fault of the one that was given."""
    is_index: bool


def read_sitemap(address: str, page: Page, fetch_all: FetchAll) -> Listed:
    """The 200 newest addresses of the sitemap `page`, or of the 20 sitemaps at most that it leads to in three levels.

    A news sitemap's date goes before `lastmod`, which sites renew for other reasons than news. `fetch_all` gives
    the other sitemaps. What a sitemap lists before it turns out damaged is used.
    """
    errors: list[ItemError] = []
    newest: list[tuple[float, Entry]] = []
    count = 0
    asked = {address, page.url}
    opened: Iterable[tuple[str, Page | NotModified | FetchRefused]] = [(address, page)]
    sitemaps_left, is_index, all_read = MAX_SITEMAPS - 1, False, True
    for level in range(1, MAX_LEVELS + 1):
        sitemaps: dict[str, float] = {}
        for where, found in opened:
            sitemap = _read(found)
            if sitemap.problem:
                errors.append(ItemError(where, sitemap.problem))
            count += sitemap.count
            newest = heapq.nlargest(_MANY, chain(newest, sitemap.newest), key=_when)
            sitemaps.update((link, when) for when, link in sitemap.sitemaps if link not in asked)
        is_index |= bool(sitemaps)
        chosen = heapq.nlargest(sitemaps_left if level < MAX_LEVELS else 0, sitemaps, key=sitemaps.__getitem__)
        all_read &= len(chosen) == len(sitemaps)
        sitemaps_left -= len(chosen)
        asked.update(chosen)
        opened = zip(chosen, fetch_all(chosen), strict=True)
    if not all_read:
        errors.append(
            ItemError(
                f"{address} (further sitemaps)",
                f"It leads to more sitemaps than are read, which is {MAX_SITEMAPS} in {MAX_LEVELS} levels, the newest "
                "of each: add others by their own addresses.",
            )
        )
    entries = _different(entry for _, entry in newest)
    if len(entries) > MAX_ADDRESSES or count > len(newest):
        errors.append(
            ItemError(
                f"{address} (older addresses)",
                f"It lists {count:,} addresses and the {MAX_ADDRESSES} newest were read: add others by their own.",
            )
        )
    if not entries and not errors:
        errors.append(ItemError(address, "The sitemap lists no addresses."))
    return Listed(tuple(entries[:MAX_ADDRESSES]), tuple(errors), is_index)


def unzipped(page: Page) -> Page:
    """`page`, opened where it is a `.gz` file. Raises FetchRefused when it grows too large."""
    if page.content_type not in GZIP_TYPES:
        return page
    return replace(page, data=unpacked(page.data, page.url), content_type="application/xml")


@dataclass(slots=True)
class _Sitemap:
    problem: str | None = None
    """Why it was not read, or not to its end."""
    count: int = 0
    """How many addresses it lists."""
    newest: list[tuple[float, Entry]] = field(default_factory=list)
    sitemaps: list[tuple[float, str]] = field(default_factory=list)


_MANY = 2 * MAX_ADDRESSES
"""As the same article is often in a news sitemap and in another, so many are kept until they are compared."""


def _when(listed: tuple[float, object]) -> float:
    return listed[0]


def _different(entries: Iterable[Entry]) -> list[Entry]:
    """One for each link, the one that says most."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        if entry.title or entry.key not in kept:
            kept[entry.key] = entry
    return list(kept.values())


def _read(found: Page | NotModified | FetchRefused) -> _Sitemap:
    if not isinstance(found, Page):
        return _Sitemap(problem=str(found))
    try:
        page = unzipped(found)
    except FetchRefused as refusal:
        return _Sitemap(problem=str(refusal))
    elements, problem = _elements(page.data)
    urls = [(_changed_at(said), said) for kind, said in elements if kind == "url"]
    sitemaps = [(_changed_at(said), said) for kind, said in elements if kind == "sitemap"]
    return _Sitemap(
        problem,
        len(urls),
        [
            (when, _entry(link, said))
            for when, said in heapq.nlargest(_MANY, urls, key=_when)
            if (link := web_link(said.get("loc"), page.url))
        ],
        [(when, link) for when, said in sitemaps if (link := web_link(said.get("loc"), page.url))],
    )


def _entry(link: str, said: dict[str, str]) -> Entry:
    return Entry(
        key=link,
        link=link,
        title=one_line(said.get("news/title")),
        source=one_line(said.get("news/publication/name")),
        published_at=iso_date(said.get("news/publication_date")),
        language=one_line(said.get("news/publication/language")),
    )


def _changed_at(said: dict[str, str]) -> float:
    """Seconds since 1970, in UTC where no offset is stated; before all others when there is no date."""
    date = iso_date(said.get("news/publication_date")) or iso_date(said.get("lastmod"))
    if date is None:
        return float("-inf")
    stated = dt.datetime.fromisoformat(date)
    return (stated if stated.tzinfo else stated.replace(tzinfo=dt.UTC)).timestamp()


def _elements(data: bytes) -> tuple[list[tuple[str, dict[str, str]]], str | None]:
    """Each `url` or `sitemap` element: which it is, and the texts in it by their path; and what ended the reading."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(data.lstrip(), True)  # blanks before the XML declaration are the commonest fault
    except BadArticle as error:
        return reader.found, str(error)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two of its encoding
        return reader.found, f"The sitemap is damaged ({str(error)[:100]})."
    return reader.found, None


class _Reader:
    """Where expat is in a sitemap, and what it has read."""

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self._path: list[str] = []
        self._said: dict[str, str] = {}
        self._text = ""

    def doctype(self, _name: str, _system: str | None, _public: str | None, declares: bool) -> None:
        if declares:
            raise BadArticle("The sitemap declares entities of its own, and is not read for that.")

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(":")[2])
        self._text = ""
        if len(self._path) > MAX_DEPTH:
            raise BadArticle(f"The sitemap has elements more than {MAX_DEPTH} deep in one another.")
        if len(self._path) == 1 and self._path[0] not in {"urlset", "sitemapindex"}:
            raise BadArticle("It is XML but no sitemap: give the address of a sitemap.")
        if len(self._path) == 2:
            self._said = {}

    def characters(self, text: str) -> None:
        if len(self._text) <= MAX_FIELD_CHARS:
            self._text += text

    def end(self, _name: str) -> None:
        path = "/".join(self._path[2:])
        if path in _KEPT:
            self._said.setdefault(path, self._text.strip()[: MAX_FIELD_CHARS + 1])
        elif len(self._path) == 2 and self._path[1] in {"url", "sitemap"}:
            if len(self.found) == MAX_LISTED:
                raise BadArticle(
                    f"The sitemap lists more than {MAX_LISTED:,} addresses; those after them are not read."
                )
            self.found.append((self._path[1], self._said))
        self._path.pop()
        self._text = ""
