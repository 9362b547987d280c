"""The bytes of a sitemap in, the addresses that it lists out, the newest first, with what a news sitemap says of each.

expat reads them, which makes no tree of ten megabytes; a sitemap that declares anything of its own (entities, default
attributes) is refused, since none has to. Elements are told by their names alone: sites write the namespaces in many
ways. An index of sitemaps is followed by `sitemaps.py`. Left out: images, videos, other languages of a page, and
sitemaps of plain text.
"""

import datetime as dt
import heapq
from dataclasses import replace
from xml.parsers import expat

from index.errors import BadArticle, FetchRefused
from index.ingest.dates import iso_date
from index.ingest.fetch import GZIP_TYPES, Page, unpacked
from index.ingest.fields import MAX_FIELD_CHARS
from index.ingest.listing import MAX_NEWEST, Entry, Sitemap, one_line, web_link

MAX_LISTED = 50_000
"""In one sitemap: the protocol's own limit."""

MAX_DEPTH = 20
"""Of elements in elements; a news sitemap has five."""

_KEPT = frozenset(
    {"loc", "lastmod"} | {"news/title", "news/publication_date", "news/publication/name", "news/publication/language"}
)


def read_sitemap(page: Page) -> Sitemap:
    """What it lists before it turns out damaged is used. A news sitemap's date goes before `lastmod`, which sites
    renew for other reasons than news.
    """
    try:
        page = unzipped(page)
    except FetchRefused as refusal:
        return Sitemap(problem=str(refusal))
    elements, problem = _elements(page.data)
    urls = [(_changed_at(said), said) for kind, said in elements if kind == "url"]
    sitemaps = [(_changed_at(said), said) for kind, said in elements if kind == "sitemap"]
    return Sitemap(
        problem,
        len(urls),
        tuple(
            (when, _entry(link, said))
            for when, said in heapq.nlargest(MAX_NEWEST, urls, key=lambda url: url[0])
            if (link := web_link(said.get("loc"), page.url))
        ),
        tuple((when, link) for when, said in sitemaps if (link := web_link(said.get("loc"), page.url))),
    )


def unzipped(page: Page) -> Page:
    """`page`, opened where it is a `.gz` file. Raises FetchRefused when it grows too large."""
    if page.content_type not in GZIP_TYPES:
        return page
    return replace(page, data=unpacked(page.data, page.url), content_type="application/xml")


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
