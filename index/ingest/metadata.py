"""A parsed page in, what it says of its article out: title, author, source, dates and more, each with where it says so.

Data made for machines comes first (`stated`), then what readers see: the headline, what is called a byline or a credit,
the lines between headline and story. Nothing is taken from addresses or prose. A value that is too long or makes no
sense is passed over for the next: what a page says of itself is no reason to refuse it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.ingest.boxes import headlines
from index.ingest.bylines import (
    behind_title,
    credit,
    credits_in,
    dates_in,
    ends_in_credit,
    is_name,
    people,
    says_by,
    says_update,
)
from index.ingest.dates import iso_date
from index.ingest.fields import MAX_FIELD_CHARS
from index.ingest.headline import MAX_TITLE_CHARS, front_page, is_front, same, site_in_title, sites, titles
from index.ingest.labels import is_of_article
from index.ingest.linked import kind, strings
from index.ingest.naming import names_of
from index.ingest.paragraphs import Paragraph
from index.ingest.stated import (
    MAX_ALIKE,
    MAX_LINE_CHARS,
    Said,
    Stated,
    line_in,
    linked_said,
    meta_said,
    props_said,
    stated,
    together,
)
from index.text.canonical import canonical, is_web_address

MAX_NAME_CHARS = 60
"""Of a site, a section or a body."""

MAX_CAPTION_CHARS = 600
MAX_LINES_UNDER_HEADLINE, MAX_STANDFIRSTS = 12, 2
"""What stands between the headline and the story; the second counts paragraphs of prose."""

_AUTHOR = (
    *("author", "article:author", "byl", "byline", "dc.creator", "dcterms.creator", "citation_author"),
    *("parsely-author", "sailthru.author", "og:article:author", "authors"),
)
_PUBLISHED_FIRST = ("article:published_time", "datepublished", "og:published_time")
_PUBLISHED = (
    *("date", "pubdate", "publishdate", "publish-date", "dc.date", "dc.date.issued", "dc.date.created"),
    *("dcterms.issued", "dcterms.created", "dcterms.date", "parsely-pub-date", "sailthru.date"),
    *("citation_publication_date", "citation_date"),
)
_UPDATED_FIRST = ("article:modified_time", "datemodified", "og:updated_time")
_UPDATED = ("dcterms.modified", "last-modified")
_SECTION = ("article:section", "section", "parsely-section", "sailthru.section")

_BYLINE = re.compile(
    r"\b(?:by|by ?lines?|author|authors|writer|attribution(?: name)?|autor|autore|auteur|signature|who|correspondent)\b"
)
_NAME = re.compile(r"\bauthor\b|\bname\b|\bby ?line\b")
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:es|en)?|auteurs?|people|by|journalists?|staff|reporters?|profile|contributors?)/[^/]"
)
_DATED = re.compile(
    r"\b(?:date|date ?line|published|posted|pub ?date|publication|time ?stamp|updated|modified|by ?lines?|by|time|ts|"
    r"meta|info|datum|fecha|data|issued|attribution|entry ?date|when)\b"
)
_OF_DATES = ("address", "b", "div", "em", "font", "h2", "h4", "i", "li", "p", "small", "span", "td")
_PUBLISHED_NAME = re.compile(r"\b(?:published|pub ?date|entry date|post date|posted|publish date)\b")
_PICTURE = re.compile(
    r"\b(?:captions?|cap|photo|foto|image|img|picture|bild|media|legende|bildunterschrift|pie|thumb)\b"
)
_CREDIT = re.compile(r"\b(?:credits?|copyright|photographer|source|rights|by ?line|creator|fotograf|crédit)\b")
_KICKER = re.compile(
    r"\b(?:kicker|eyebrow|rubric|rubrik|channel|section ?(?:name|label|title|link)|category|cat links)\b"
)
_CRUMBS = re.compile(r"\bcrumbs?\b|\bbread ?crumbs?\b|\bariane\b")


_KIND_OF_TYPE = {"OpinionNewsArticle": "opinion", "AdvertiserContentArticle": "sponsored"}
"""What kind of text the types of schema.org tell that tell one."""
_IN_TYPE = "JSON-LD @type"


@dataclass(frozen=True, slots=True)
class Described:
    fields: dict[str, str]
    """By the names of an article's fields; what the page does not say is missing."""
    found_in: dict[str, str]
    bodies: tuple[str, ...]
    """The article's text as its JSON-LD has it, where it does."""
    unsure: frozenset[str]
    """The fields whose value counts only where the article's own words give none."""


def described(root: Any, story: Any) -> Described:
    """What a page says of its article. `story` is the page without what is hidden or surely not of the article."""
    page = stated(root, story)
    source = _first(chain(sites(page), front_page(page, is_sure=True)), _name)
    title = _first(titles(page, source[0] if source else ""), _title)
    headline = title[0] if title else ""
    source = source or _first(chain(site_in_title(page, headline), front_page(page, is_sure=False)), _name)
    site = source[0] if source else ""
    under = _under_headline(page.paragraphs, headline)
    own, page = _without_others(page, headline)
    found = {
        "title": title,
        "url": _first(_addresses(own), _address),
        "source": source,
        "author": _first(_authors(page, under), partial(people, site=site)),
        "published_at": _first_date(_published(page, headline, under)),
        "updated_at": _first_date(_updated(page, headline, under)),
        "language": _first(_languages(page), _language),
        "section": _first(_sections(page), partial(_section, headline=headline, site=site)),
        "image_credit": _first(_credits(page), credit),
        "provenance": _first(chain(meta_said(page, "provenance"), _types(own)), _name),
    }
    hits = {field: hit for field, hit in found.items() if hit}
    return Described(
        fields={field: value for field, (value, _) in hits.items()},
        found_in={field: where for field, (_, where) in hits.items()},
        bodies=tuple(body for item in page.linked for body in strings(item.get("articleBody"))),
        unsure=frozenset({"provenance"} if hits.get("provenance", ("", ""))[1] == _IN_TYPE else ()),
    )


def _without_others(page: Stated, headline: str) -> tuple[Stated, Stated]:
    """`page` without what its JSON-LD says of articles that are not the page's, by their headlines and addresses; and
    the same where that leaves one of several, else `page` as it is, since sites word a headline in several ways.
    """
    articles = [item for item in page.linked if kind(item) != "WebPage"]
    if len(articles) < 2:
        return page, page
    rest = replace(page, linked=page.linked[len(articles) :])
    addresses = {canonical(raw) for raw, _ in _addresses(rest)}
    own = [item for item in articles if _may_be_own(item, headline, addresses)]
    sure = replace(page, linked=own + rest.linked)
    return sure, sure if own else page


def _may_be_own(item: dict[str, Any], headline: str, addresses: set[str]) -> bool:
    """Whether an object of JSON-LD has the headline or an address of the page, or neither says what it is of."""
    named, stated = strings(item.get("headline")), list(_urls(item))
    is_named = any(same(name, headline) for name in named)
    return is_named or not addresses.isdisjoint(map(canonical, stated)) or not (named or stated)


def _urls(item: dict[str, Any]) -> Iterator[str]:
    whole = item.get("mainEntityOfPage")
    for said in (item.get("url"), whole.get("@id") if isinstance(whole, dict) else whole):
        yield from strings(said)


def _types(page: Stated) -> Said:
    for item in page.linked:
        yield from ((_KIND_OF_TYPE[name], _IN_TYPE) for name in strings(item.get("@type")) if name in _KIND_OF_TYPE)


def _first(candidates: Said, read: Callable[[str], str | None]) -> tuple[str, str] | None:
    """The first of the candidates that `read` makes sense of, as it reads it, and where it stands."""
    return next(((value, where) for raw, where in candidates if (value := read(raw))), None)


def _first_date(candidates: Said) -> tuple[str, str] | None:
    """The first date; if it has no time, the first with one that is of the same day."""
    dates = [(date, where) for raw, where in candidates if (date := iso_date(raw))]
    exact = (hit for hit in dates if len(hit[0]) > len("2021-03-29") and hit[0].startswith(dates[0][0]))
    return next(exact, dates[0]) if dates else None


def _authors(page: Stated, under: list[str]) -> Said:
    for item in page.linked:
        yield ", ".join(name for name in page.called(item.get("author")) if "://" not in name), "JSON-LD author"
    for name in _AUTHOR:
        if values := page.meta.get(name):
            yield ", ".join(value for value in values if "://" not in value), f"meta {name}"
    yield from together(props_said(page, "author"))
    links = [element for element in page.story.iter("a", "span") if "author" in (element.get("rel") or "").split()]
    yield from together((line_in(element), "rel=author link") for element in links[:MAX_ALIKE])
    for element in page.story.iter(
        "a", "address", "b", "cite", "div", "em", "h4", "i", "li", "p", "small", "span", "td"
    ):
        is_byline = (
            _BYLINE.search(names_of(element)) and next(element.iterancestors("blockquote", "figure"), None) is None
        )
        if is_byline and (line := line_in(element)):
            named = [e for e in element.iterdescendants("a", "span", "div", "li", "h4") if _NAME.search(names_of(e))]
            yield from ((text, "byline") for text in (*map(line_in, named[:3]), line))
    for element in page.story.iter("a"):
        if _AUTHOR_PATH.search(element.get("href") or ""):
            yield line_in(element), "link to the author"
    for line in under:
        is_dated = next(dates_in(line), None) is not None
        if says_by(line) or is_name(line) or (is_dated and is_name(people(line, "") or "")):
            yield line, "line under the headline"
    yield from ((p.text, "signature") for p in page.paragraphs[-1:] if is_name(p.text) and len(page.paragraphs) > 2)


def _published(page: Stated, headline: str, under: list[str]) -> Said:
    yield from meta_said(page, *_PUBLISHED_FIRST)
    yield from linked_said(page, "datePublished")
    yield from meta_said(page, *_PUBLISHED)
    yield from props_said(page, "datePublished")
    times = [time for time in page.story.iter("time") if not _is_update(time)]
    marked = [time for time in times if time.get("pubdate") is not None or _PUBLISHED_NAME.search(names_of(time))]
    over, below = _about_headline(page, headline)
    inside = [time for time in times if time in below or (time in over and _is_of_article(time))]
    alone = times if len({time.get("datetime") for time in times}) == 1 else []
    yield from ((date, "time element") for time in (*marked, *inside, *alone) for date in _times_said(page, time))
    yield from ((date, where) for date, where, is_update in _dates_in_words(page, headline, under) if not is_update)


def _updated(page: Stated, headline: str, under: list[str]) -> Said:
    yield from meta_said(page, *_UPDATED_FIRST)
    yield from linked_said(page, "dateModified")
    yield from meta_said(page, *_UPDATED)
    yield from props_said(page, "dateModified")
    times = filter(_is_update, page.story.iter("time"))
    yield from ((date, "time element") for time in times for date in _times_said(page, time))
    yield from ((date, where) for date, where, is_update in _dates_in_words(page, headline, under) if is_update)


def _languages(page: Stated) -> Said:
    for name in ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang"):
        yield page.root.get(name) or "", "html lang"
    yield from meta_said(page, "content-language", "language", "dc.language", "dcterms.language")
    yield from linked_said(page, "inLanguage")
    yield from meta_said(page, "og:locale")


def _sections(page: Stated) -> Said:
    yield from meta_said(page, *_SECTION)
    yield from linked_said(page, "articleSection")
    yield from props_said(page, "articleSection")
    for item in page.things:
        if item.get("@type") == "BreadcrumbList" and isinstance(steps := item.get("itemListElement"), list):
            for step in reversed([step for step in steps if isinstance(step, dict)][:MAX_ALIKE]):
                named = step.get("item") if isinstance(step.get("item"), dict) else step
                yield from ((name, "JSON-LD breadcrumb") for name in page.called(named))
    for element in page.root.iter("nav", "ol", "ul", "div", "p"):
        if _CRUMBS.search(names_of(element)) and line_in(element):
            yield from ((line_in(link), "breadcrumb") for link in reversed(list(element.iter("a"))))
    for element in page.root.iter("a"):
        if "category" in (element.get("rel") or "").split():
            yield line_in(element), "rel=category link"
    around = {element for heading in headlines(page.story) for element in (heading, *heading.iterancestors())}
    prose = {element for paragraph in page.paragraphs if paragraph.is_prose for element in paragraph.around()}
    for element in page.story.iter("a", "div", "p", "span"):
        label = line_in(element) if _KICKER.search(names_of(element)) else ""
        if label and (not around or is_of_article(element, label, around, prose, is_over=False)):
            yield label, "section label"


def _credits(page: Stated) -> Said:
    for item in page.linked:
        images = item.get("image")
        for image in images[:MAX_ALIKE] if isinstance(images, list) else [images]:
            image = page.nodes.get(str(image.get("@id")), image) if isinstance(image, dict) else {}
            for key in ("creditText", "copyrightHolder", "creator", "copyrightNotice"):
                yield from ((name, f"JSON-LD image {key}") for name in page.called(image.get(key)))
    for element in page.story.iter("figure", "figcaption", "div", "p", "td", "span", "small"):
        is_captioned = element.tag in {"figure", "figcaption"} or _PICTURE.search(names_of(element))
        if is_captioned and (caption := line_in(element, MAX_CAPTION_CHARS)):
            for inner in element.iter("span", "small", "cite", "p", "div", "em", "i"):
                if _CREDIT.search(f"{names_of(inner)} {(inner.get('itemprop') or '').lower()}"):
                    yield line_in(inner), "caption"
            yield from ((said, "caption") for said in credits_in(caption))
    for paragraph in page.paragraphs:
        if paragraph.is_under_picture or ends_in_credit(paragraph.text):
            yield from ((said, "caption") for said in credits_in(paragraph.text))


def _addresses(page: Stated) -> Said:
    base = next((raw for raw, _ in meta_said(page, "og:url", "twitter:url")), "")
    for element in page.root.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            yield _absolute(base, element.get("href") or ""), "link canonical"
    yield from meta_said(page, "og:url")
    for item in page.linked:
        yield from ((raw, "JSON-LD url") for raw in _urls(item))
    for element in page.props.get("url", ()):
        yield element.get("href") or element.get("content") or "", "microdata url"
    yield from meta_said(page, "twitter:url", "parsely-link")


def _about_headline(page: Stated, headline: str) -> tuple[set[Any], set[Any]]:
    """The elements over the headline, and those from it to the first prose: what is said there is of the article.

    Over it, outside of what holds the article, many sites show the date of today.
    """
    places = [n for n, p in enumerate(page.paragraphs) if behind_title(p.text.split("\n")[0], headline) is not None]
    behind = page.paragraphs[places[0] :] if places else page.paragraphs
    shown = behind[0].element if places else None
    prose = next((paragraph.element for paragraph in behind if paragraph.is_prose), None)
    over: set[Any] = set()
    under: set[Any] = set()
    found = over if places else under
    for element in page.story.iter("*"):
        found = under if element is shown else found
        if found is under and element is prose:
            break
        found.add(element)
    return over, under


def _is_of_article(element: Any) -> bool:
    return next(element.iterancestors("article", "main"), None) is not None


def _is_update(time: Any) -> bool:
    """Whether a `time` element says when a page was changed."""
    called = f"{names_of(time)} {time.get('itemprop') or ''}"
    if _PUBLISHED_NAME.search(called):
        return False
    before, parent = time.getprevious(), time.getparent()
    lead = (before.tail if before is not None else parent.text if parent is not None else None) or ""
    return says_update(f"{called} {lead[-40:]} {(time.text or '')[:20]}")


def _times_said(page: Stated, time: Any) -> Iterator[str]:
    if said := time.get("datetime"):
        yield said
    else:
        yield from (date for date, _ in dates_in(line_in(time), page.day_first))


def _dates_in_words(page: Stated, headline: str, under: list[str]) -> Iterator[tuple[str, str, bool]]:
    """Dates where a name says so, or under the headline, and whether they say when the page was changed."""
    over, _ = _about_headline(page, headline)
    for element in page.story.iter(*_OF_DATES):
        called = names_of(element)
        is_told = element not in over or _is_of_article(element) or _PUBLISHED_NAME.search(called)
        if is_told and _DATED.search(called):
            for date, is_update in dates_in(line_in(element), page.day_first):
                yield date, "date line", is_update or says_update(called)
    for line in under:
        yield from ((date, "line under the headline", is_update) for date, is_update in dates_in(line, page.day_first))


def _under_headline(found: list[Paragraph], headline: str) -> list[str]:
    """The short lines between the headline and the story; above it stands the date of today."""
    lines: list[str] = []
    prose = MAX_STANDFIRSTS + 1  # until the headline is met
    for paragraph in found:
        if any(element.tag in {"blockquote", "figure"} for element in paragraph.around()):
            continue
        for line in paragraph.text.split("\n"):
            behind = behind_title(line, headline)
            if behind is None and headline and line.casefold().startswith(headline.casefold()):
                behind = line[len(headline) :].strip()
            if behind is not None:
                lines, prose = [behind] if behind else [], 0
            elif prose <= MAX_STANDFIRSTS and not paragraph.is_prose and len(line) <= MAX_LINE_CHARS:
                lines.append(line)
        prose += paragraph.is_prose
    return lines[:MAX_LINES_UNDER_HEADLINE]


def _title(raw: str) -> str | None:
    title = " ".join(raw.split())
    return title if 0 < len(title) <= MAX_TITLE_CHARS else None


def _name(raw: str) -> str | None:
    name = " ".join(raw.split())
    return name if 1 < len(name) <= MAX_NAME_CHARS and "://" not in name and not name.startswith("@") else None


def _section(raw: str, headline: str, site: str) -> str | None:
    section = _name(raw.strip(" \n»>/|:"))
    if section is None or same(section, headline) or same(section, site) or is_front(section):
        return None
    return section


def _address(raw: str) -> str | None:
    """An address that names an article. If many pages gave the site's front page as theirs, they would share its id."""
    raw = raw.strip()
    if len(raw) > MAX_FIELD_CHARS or not is_web_address(raw):
        return None
    parts = urlsplit(raw)
    names_one = parts.path.strip("/") or re.search(r"(?:^|&)(?:p|id|page_id|article|story)=\w", parts.query)
    return raw if names_one else None


def _absolute(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:  # "http://["
        return address


def _language(raw: str) -> str | None:
    said = raw.strip().replace("_", "-")
    return said if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", said) else None
