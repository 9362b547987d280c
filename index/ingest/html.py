"""Bytes of an HTML page in, an article out: trafilatura finds the text, the page's own metadata the rest.

trafilatura runs balanced, without comments: it retries for recall by itself when it finds little of the
page. Its dates are not used, since it also takes them out of addresses and prose: a date counts only
where the page states it as one, in metadata, JSON-LD or a `time` element. Nothing is fetched.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from index.article import Article
from index.errors import BadArticle
from index.ingest.dates import iso_date
from index.ingest.fields import MAX_FIELD_CHARS, article_from_fields, is_web_address
from index.ingest.plain import decoded

MAX_BYTES = 5_000_000
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_.:-]+)")
_PUBLISHED = (
    *("article:published_time", "datepublished", "og:published_time", "date", "pubdate", "publishdate"),
    *("publish-date", "dc.date", "dc.date.issued", "dc.date.created", "dcterms.issued", "dcterms.created"),
    *("parsely-pub-date", "sailthru.date", "citation_publication_date", "citation_date"),
)
_UPDATED = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified")
_ARTICLE_TYPE = re.compile(r"(Article|Posting|Report|WebPage)$")


def read_html(name: str, data: bytes) -> Article:
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} of HTML are read: save the article alone")
    declared = _CHARSET.search(data[:4096])
    markup = decoded(data, declared[1].decode() if declared else None)
    try:
        page = load_html(markup)
        found = (
            None
            if page is None
            else bare_extraction(
                page,
                include_comments=False,
                with_metadata=True,
                date_extraction_params={"extensive_search": False, "original_date": True},
            )
        )
    except Exception as error:  # five libraries on markup that anyone may have written
        raise BadArticle(f"the page cannot be parsed ({type(error).__name__}): save the article as text") from error
    if page is None or not isinstance(found, Document) or not found.text:
        raise BadArticle("no text found in the page: save the article as .txt or .md if it has any")
    return article_from_fields(_fields(page, found), origin=name, path=name)


def _fields(page: Any, found: Document) -> dict[str, object]:
    said = _metadata(page)
    linked = list(_linked_data(page))
    published = [
        *(said.get(name) for name in _PUBLISHED),
        *(item.get("datePublished") for item in linked),
        *_stated_times(page),
    ]
    updated = [*(said.get(name) for name in _UPDATED), *(item.get("dateModified") for item in linked)]
    url = found.url or ""
    # A page that names the site's front page as its address would share its id with all others that do.
    names_article = len(url) <= MAX_FIELD_CHARS and is_web_address(url) and urlsplit(url).path.strip("/")
    title = _line(found.title)
    return {
        "title": title,
        "text": _text(found.text or "", title),
        "url": url if names_article else None,
        "source": _line(found.sitename),
        "author": _line(found.author),
        "published_at": next(filter(None, map(iso_date, published)), None),
        "updated_at": next(filter(None, map(iso_date, updated)), None),
        "language": _line(page.get("lang") or page.get("{http://www.w3.org/XML/1998/namespace}lang")),
        "provenance": _line(said.get("provenance")),
    }


def _text(extracted: str, title: str | None) -> str:
    """One paragraph a block, without the marks trafilatura sets before list items and around table rows."""
    paragraphs: list[list[str]] = []
    in_list = False
    for line in extracted.splitlines():
        if re.fullmatch(r"\|(-+\|)+", line.strip()):
            continue
        item = re.fullmatch(r"- (.+)|\| (.+?) ?\|\s*", line)
        words = (item[1] or item[2] if item else line).strip()
        if item and in_list:
            paragraphs[-1].append(words)
        elif words and not (words == title and not paragraphs):
            paragraphs.append([words])
        in_list = bool(item)
    return "\n\n".join("\n".join(lines) for lines in paragraphs)


def _metadata(page: Any) -> dict[str, str]:
    """What `meta` elements say, by name in lower case; the first of a name counts."""
    said: dict[str, str] = {}
    for element in page.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content := (element.get("content") or "").strip():
            said.setdefault(name.lower(), content)
    return said


def _linked_data(page: Any) -> Iterator[dict[str, Any]]:
    """Objects of JSON-LD that describe the page itself, those of articles before those of mere pages."""
    objects: list[dict[str, Any]] = []
    for script in page.iterfind(".//script[@type='application/ld+json']"):
        try:
            value = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                graph = item.get("@graph")
                objects += [item, *(graph if isinstance(graph, list) else [])]
    ranked = [(kind, item) for item in objects if isinstance(item, dict) and (kind := _kind(item))]
    yield from (item for kind, item in ranked if kind != "WebPage")
    yield from (item for kind, item in ranked if kind == "WebPage")


def _kind(item: dict[str, Any]) -> str | None:
    types = item.get("@type")
    for name in types if isinstance(types, list) else [types]:
        if isinstance(name, str) and (found := _ARTICLE_TYPE.search(name)):
            return found[1]
    return None


def _stated_times(page: Any) -> Iterator[str]:
    """`time` elements marked as the date of publication, else the first in the article, else the only one."""
    times = [element for element in page.iter("time") if element.get("datetime")]
    yield from (
        t.get("datetime") for t in times if t.get("itemprop") == "datePublished" or t.get("pubdate") is not None
    )
    yield from (t.get("datetime") for t in times if any(True for _ in t.iterancestors("article", "main")))
    if len({t.get("datetime") for t in times}) == 1:
        yield times[0].get("datetime")


def _line(value: str | None) -> str | None:
    """A page's own words about itself are no reason to refuse it: what is too long is cut."""
    return value[:MAX_FIELD_CHARS] if value else None
