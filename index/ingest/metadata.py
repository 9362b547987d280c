"""A parsed page in, what it says of its article out: title, author, source, dates and more, each with where it says so.

Data made for machines comes first (`meta`, JSON-LD, microdata, `time`), then what readers see: the `h1`, what is called
a byline or a credit, the lines between headline and story. Nothing is taken from addresses or prose. A value that is
too long or makes no sense is passed over for the next: what a page says of itself is no reason to refuse it.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.canonical import is_web_address
from index.ingest.boxes import is_prose, names_of
from index.ingest.bylines import (
    credit,
    credits_in,
    dates_in,
    ends_in_credit,
    is_about,
    is_name,
    people,
    says_by,
    says_update,
)
from index.ingest.dates import iso_date
from index.ingest.fields import MAX_FIELD_CHARS
from index.ingest.linked import kind, linked_data, names, strings
from index.ingest.paragraphs import Paragraph, paragraphs

MAX_TITLE_CHARS, MAX_LINE_CHARS, MAX_NAME_CHARS, MIN_NAME_LETTERS = 300, 200, 60, 5
MAX_LINES_UNDER_HEADLINE, MAX_STANDFIRSTS, MAX_HEADINGS = 12, 2, 10
MIN_LIKENESS, MIN_HEADLINE_WORDS, MIN_HEADLINE_CHARS = 0.3, 4, 12
"""An `h1` of fewer words counts only where it shares so many with a title that is stated: else it may be a logo."""

Said = Iterable[tuple[str, str]]
"""Values as the page has them, the likeliest first, and where each stands: ("2021-03-29", "meta date")."""

_TITLE = ("og:title", "twitter:title", "dc.title", "citation_title", "parsely-title", "sailthru.title", "headline")
_AUTHOR = (
    *("author", "article:author", "byl", "byline", "dc.creator", "dcterms.creator", "citation_author"),
    *("parsely-author", "sailthru.author", "og:article:author", "authors"),
)
_SOURCE = (
    *("publisher", "dc.publisher", "dcterms.publisher", "citation_journal_title", "article:publisher"),
    *("application-name", "apple-mobile-web-app-title"),
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
_DATED = re.compile(
    r"\b(?:date|date ?line|published|posted|pub ?date|publication|time ?stamp|updated|modified|by ?lines?|by|time|ts|meta|"
    r"info|datum|fecha|data|issued|attribution|entry ?date|when)\b"
)
_PUBLISHED_NAME = re.compile(r"\b(?:published|pub ?date|entry date|post date|posted|publish date)\b")
_PICTURE = re.compile(
    r"\b(?:captions?|cap|photo|foto|image|img|picture|bild|media|legende|bildunterschrift|pie|thumb)\b"
)
_CREDIT = re.compile(r"\b(?:credits?|copyright|photographer|source|rights|by ?line|creator|fotograf|crédit)\b")
_KICKER = re.compile(
    r"\b(?:kicker|eyebrow|rubric|rubrik|channel|section ?(?:name|label|title|link)|category|cat links)\b"
)
_CRUMBS = re.compile(r"\bcrumbs?\b|\bbread ?crumbs?\b|\bariane\b")
_HEADLINE = re.compile(
    r"\b(?:headline|hed|titre|titel|titulo|titular)\b|\b(?:entry|post|article|story|page|news) title\b"
)
_FLAG = re.compile(r"\b(?:kicker|label|badge|flag|tag|eyebrow|category|rubrik|live|topic|overline)\b")
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:es|en)?|auteurs?|people|by|journalists?|staff|reporters?|profile|contributors?)/[^/]"
)
_LOGO = re.compile(r"\b(?:logo|brand|site (?:title|name)|masthead)\b")
_FRONT = frozenset(
    "home homepage start startseite accueil inicio portada home page front page you are here strona główna".split()
)
_SEPARATOR = r"\s+[|–—·•»«:-]+\s+|\s*[|｜]\s*|\s*::\s*"
_DAY_FIRST_ENGLISH = frozenset("en-gb en-ie en-au en-nz en-za en-in en-gh en-ng en-ke".split())
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|cmpid|ncid|igshid|_ga)=[^&]*")


@dataclass(frozen=True, slots=True)
class Described:
    fields: dict[str, str]
    """By the names of an article's fields; what the page does not say is missing."""
    found_in: dict[str, str]
    bodies: tuple[str, ...]
    """The article's text as its JSON-LD has it, where it does."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What several fields are looked for in."""

    root: Any
    story: Any
    paragraphs: list[Paragraph]
    """Of the story."""
    meta: dict[str, list[str]]
    """What `meta` elements say, by name in lower case, in their order."""
    things: list[dict[str, Any]]
    """The objects of its JSON-LD."""
    linked: list[dict[str, Any]]
    """Those of them that describe the article, then those that describe the page."""
    nodes: dict[str, dict[str, Any]]
    """Those with an "@id", by it: others refer to them so."""
    props: dict[str, list[Any]]
    """Elements of microdata by their `itemprop`, but for those of things that are no article."""

    @property
    def day_first(self) -> bool:
        """Whether its language is one in which 3/4/2021 is in April."""
        language = (self.root.get("lang") or "en").lower()
        return not language.startswith("en") or language in _DAY_FIRST_ENGLISH


def described(root: Any, story: Any) -> Described:
    """What a page says of its article. `story` is the page without what is hidden or surely not of the article."""
    things = linked_data(root)
    page = _Page(
        root,
        story,
        paragraphs(story),
        _meta(root),
        things,
        linked=[item for item in things if kind(item)],
        nodes={item["@id"]: item for item in things if isinstance(item.get("@id"), str) and len(item) > 1},
        props=_props(root),
    )
    source = _first(_sources(page), _name) or _first(_front_page(page, is_sure=True), _name)
    title = _first(_titles(page, source[0] if source else ""), _title)
    headline = title[0] if title else ""
    source = source or _first(_site_in_title(page, headline), _name) or _first(_front_page(page, is_sure=False), _name)
    site = source[0] if source else ""
    under = _under_headline(page.paragraphs, headline)
    found = {
        "title": title,
        "url": _first(_addresses(page), _address),
        "source": source,
        "author": _first(_authors(page, under), partial(people, site=site)),
        "published_at": _first_date(_published(page, under)),
        "updated_at": _first_date(_updated(page, under)),
        "language": _first(_languages(page), _language),
        "section": _first(_sections(page), partial(_section, headline=headline, site=site)),
        "image_credit": _first(_credits(page), credit),
        "provenance": _first(_said(page, ("provenance",)), _name),
    }
    hits = {field: hit for field, hit in found.items() if hit}
    return Described(
        fields={field: value for field, (value, _) in hits.items()},
        found_in={field: where for field, (_, where) in hits.items()},
        bodies=tuple(body for item in page.linked for body in strings(item.get("articleBody"))),
    )


def _first(candidates: Said, read: Callable[[str], str | None]) -> tuple[str, str] | None:
    """The first of the candidates that `read` makes sense of, as it reads it, and where it stands."""
    return next(((value, where) for raw, where in candidates if (value := read(raw))), None)


def _first_date(candidates: Said) -> tuple[str, str] | None:
    """The first date; if it has no time, the first with one that is of the same day."""
    dates = [(date, where) for raw, where in candidates if (date := iso_date(raw))]
    exact = (hit for hit in dates if len(hit[0]) > len("2021-03-29") and hit[0].startswith(dates[0][0]))
    return next(exact, dates[0]) if dates else None


def _titles(page: _Page, site: str) -> Said:
    lines = {_letters(line) for paragraph in page.paragraphs for line in paragraph.text.split("\n")}
    elements = [text_of(element) for element in page.root.iterfind(".//head/title")]
    stated = [
        *_props_said(page, "headline"),
        *((text, "JSON-LD headline") for item in page.linked for text in strings(item.get("headline"))),
        *_said(page, _TITLE),
        *((part, "title element") for text in elements for part in _shown_part(text, lines)),
        *((text, "title element") for text in elements),
    ]
    named = [(title, where) for raw, where in stated if (title := _without_site(raw, site)) and not _same(title, site)]
    shown = [text for text in _headings(page) if not _same(text, site)]
    likeness = [max((_likeness(text, raw) for raw, _ in named), default=0.0) for text in shown]
    if max(likeness, default=0.0) >= MIN_LIKENESS:
        best = shown[likeness.index(max(likeness))]
        # In broken markup the byline may stand in the same element.
        heads = (raw for raw, _ in named if len(raw) >= MIN_HEADLINE_CHARS and best.startswith(raw))
        yield next((raw for raw in heads if is_about(best[len(raw) :])), best), "h1"
    yield from (hit for hit in named if _letters(hit[0]) in lines)
    # An h1 without a word of the page's titles may be the name of the site or of a section.
    yield from ((text, "h1") for text in shown[:1] if len(text.split()) >= MIN_HEADLINE_WORDS or not named)
    yield from ((text, "heading over the story") for text in _over_story(page.paragraphs) if not _same(text, site))
    yield from named
    yield from ((text, "h1") for text in shown)


def _headings(page: _Page) -> list[str]:
    """What the first `h1` elements say, whole and in part: a label or a second line may stand in it."""
    found: list[str] = []
    for element in list(page.story.iter("h1"))[:MAX_HEADINGS]:
        inner = list(element.iterchildren("span", "div", "a", "em", "strong", "b", "small", "p"))[:MAX_HEADINGS]
        labels = [text_of(part) for part in inner if _FLAG.search(names_of(part))]
        whole = text_of(element)
        for label in labels:
            whole = whole.removeprefix(label).removesuffix(label).strip(" :|–-")
        own = " ".join("".join((element.text or "", *(part.tail or "" for part in element))).split())
        found += [whole, *map(text_of, inner), own]
    return [text for text in found if text]


def _over_story(found: list[Paragraph]) -> Iterator[str]:
    """The last heading over the first prose, if it is one by its element, its name or its size."""
    first = next((n for n, paragraph in enumerate(found) if is_prose(paragraph)), 0)
    for paragraph in reversed(found[max(first - MAX_LINES_UNDER_HEADLINE, 0) : first]):
        element = paragraph.element
        large = [font for font in element.iter("font") if (font.get("size") or "") in {"4", "5", "6", "7", "+2", "+3"}]
        if paragraph.is_heading or _HEADLINE.search(names_of(element)) or large or element.find(".//big") is not None:
            yield text_of(large[0]) if large else paragraph.text.split("\n")[0]


def _sources(page: _Page) -> Said:
    yield from _said(page, ("og:site_name",))
    for item in page.linked:
        yield from ((name, "JSON-LD publisher") for name in names(item.get("publisher"), page.nodes))
    yield from _props_said(page, "publisher")
    yield from _said(page, _SOURCE)
    for item in page.things:
        if item.get("@type") in ("WebSite", "NewsMediaOrganization"):
            yield from ((name, f"JSON-LD {item['@type']}") for name in strings(item.get("name")))


def _front_page(page: _Page, is_sure: bool) -> Said:
    """What the links to the front page and the logo call the site. is_sure: where the page's title calls it so, too."""
    found: list[str] = []
    for link in page.root.iter("a"):
        if (link.get("href") or "").strip() == "/" or "home" in (link.get("rel") or "").split():
            pictured = " ".join(image.get("alt") or "" for image in link.iter("img", "amp-img"))
            found.append(text_of(link) or " ".join(pictured.split()))
    found += [text_of(e) for e in page.root.iter("a", "div", "p", "span", "td") if _LOGO.search(names_of(e))]
    found = [
        name for name in found if name and len(name.split()) <= 6 and not _FRONT.issuperset(name.casefold().split())
    ]
    parts = {_letters(part) for e in page.root.iterfind(".//head/title") for part in _parts(text_of(e))}
    return ((name, "link to the front page") for name in found if not is_sure or _begins(parts, name))


def _begins(parts: set[str], name: str) -> bool:
    said = _letters(name)
    return said in parts or (len(said) >= MIN_NAME_LETTERS and any(part.startswith(said) for part in parts))


def _site_in_title(page: _Page, headline: str) -> Said:
    """What the title element adds to the headline, as "Headline | Site" does."""
    for element in page.root.iterfind(".//head/title"):
        parts = _parts(text_of(element))
        if len(parts) == 2 and headline and _same(parts[0], headline) != _same(parts[1], headline):
            yield parts[1 if _same(parts[0], headline) else 0], "title element"


def _authors(page: _Page, under: list[str]) -> Said:
    for item in page.linked:
        yield ", ".join(names(item.get("author"), page.nodes)), "JSON-LD author"
    for name in _AUTHOR:
        if values := page.meta.get(name):
            yield ", ".join(value for value in values if "://" not in value), f"meta {name}"
    yield from _together(_props_said(page, "author"))
    links = [element for element in page.story.iter("a", "span") if "author" in (element.get("rel") or "").split()]
    yield from _together((text_of(element), "rel=author link") for element in links)
    for element in page.story.iter(
        "a", "address", "b", "cite", "div", "em", "i", "li", "p", "small", "span", "td", "h4"
    ):
        if _BYLINE.search(names_of(element)) and next(element.iterancestors("blockquote", "figure"), None) is None:
            inner = [e for e in element.iter("a", "span", "div", "li", "h4") if e is not element]
            named = [text_of(e) for e in inner if re.search(r"\bauthor\b|\bname\b|\bby ?line\b", names_of(e))]
            yield from ((text, "byline") for text in (*named[:3], text_of(element)))
    for element in page.story.iter("a"):
        if _AUTHOR_PATH.search(element.get("href") or ""):
            yield text_of(element), "link to the author"
    for line in under:
        dated = next(dates_in(line), None) is not None
        bare = people(line, "") or ""
        if says_by(line) or (dated and 2 <= len(bare.split()) <= 4 and all(word[0].isupper() for word in bare.split())):
            yield line, "line under the headline"
    yield from ((line, "line under the headline") for line in under if is_name(line))
    yield from ((p.text, "signature") for p in page.paragraphs[-1:] if is_name(p.text) and len(page.paragraphs) > 2)


def _published(page: _Page, under: list[str]) -> Said:
    yield from _said(page, _PUBLISHED_FIRST)
    yield from ((date, "JSON-LD datePublished") for item in page.linked for date in strings(item.get("datePublished")))
    yield from _said(page, _PUBLISHED)
    yield from _props_said(page, "datePublished")
    times = [time for time in page.story.iter("time") if not _is_update(time)]
    marked = [time for time in times if time.get("pubdate") is not None or _PUBLISHED_NAME.search(names_of(time))]
    inside = [time for time in times if next(time.iterancestors("article", "main"), None) is not None]
    alone = times if len({time.get("datetime") for time in times}) == 1 else []
    yield from ((date, "time element") for time in (*marked, *inside, *alone) for date, _ in _times_said(page, time))
    yield from ((date, where) for date, where, is_update in _dates_in_words(page, under) if not is_update)


def _updated(page: _Page, under: list[str]) -> Said:
    yield from _said(page, _UPDATED_FIRST)
    yield from ((date, "JSON-LD dateModified") for item in page.linked for date in strings(item.get("dateModified")))
    yield from _said(page, _UPDATED)
    yield from _props_said(page, "dateModified")
    times = filter(_is_update, page.story.iter("time"))
    yield from ((date, "time element") for time in times for date, _ in _times_said(page, time))
    yield from ((date, where) for date, where, is_update in _dates_in_words(page, under) if is_update)


def _languages(page: _Page) -> Said:
    for name in ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang"):
        yield page.root.get(name) or "", "html lang"
    yield from _said(page, ("content-language", "language", "dc.language", "dcterms.language"))
    yield from ((said, "JSON-LD inLanguage") for item in page.linked for said in strings(item.get("inLanguage")))
    yield from _said(page, ("og:locale",))


def _sections(page: _Page) -> Said:
    yield from _said(page, _SECTION)
    yield from (
        (said, "JSON-LD articleSection") for item in page.linked for said in strings(item.get("articleSection"))
    )
    yield from _props_said(page, "articleSection")
    for item in page.things:
        if item.get("@type") == "BreadcrumbList" and isinstance(steps := item.get("itemListElement"), list):
            for step in reversed([step for step in steps if isinstance(step, dict)]):
                named = step.get("item") if isinstance(step.get("item"), dict) else step
                yield from ((name, "JSON-LD breadcrumb") for name in names(named, page.nodes))
    for element in page.root.iter("nav", "ol", "ul", "div", "p"):
        if _CRUMBS.search(names_of(element)):
            yield from ((text_of(link), "breadcrumb") for link in reversed(list(element.iter("a"))))
    for element in page.root.iter("a"):
        if "category" in (element.get("rel") or "").split():
            yield text_of(element), "rel=category link"
    for element in page.story.iter("a", "div", "p", "span"):
        if _KICKER.search(names_of(element)):
            yield text_of(element), "section label"


def _credits(page: _Page) -> Said:
    for item in page.linked:
        images = item.get("image")
        for image in images[:10] if isinstance(images, list) else [images]:
            image = page.nodes.get(str(image.get("@id")), image) if isinstance(image, dict) else {}
            for key in ("creditText", "copyrightHolder", "creator", "copyrightNotice"):
                yield from ((name, f"JSON-LD image {key}") for name in names(image.get(key), page.nodes))
    for element in page.story.iter("figure", "figcaption", "div", "p", "td", "span", "small"):
        if element.tag in {"figure", "figcaption"} or _PICTURE.search(names_of(element)):
            for inner in element.iter("span", "small", "cite", "p", "div", "em", "i"):
                if _CREDIT.search(f"{names_of(inner)} {(inner.get('itemprop') or '').lower()}"):
                    yield text_of(inner), "caption"
            if len(caption := text_of(element)) <= 3 * MAX_LINE_CHARS:
                yield from ((said, "caption") for said in credits_in(caption))
    for paragraph in page.paragraphs:
        if paragraph.is_under_picture or ends_in_credit(paragraph.text):
            yield from ((said, "caption") for said in credits_in(paragraph.text))


def _addresses(page: _Page) -> Said:
    base = next((raw for raw, _ in _said(page, ("og:url", "twitter:url"))), "")
    for element in page.root.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            yield _absolute(base, element.get("href") or ""), "link canonical"
    yield from _said(page, ("og:url",))
    for item in page.linked:
        whole = item.get("mainEntityOfPage")
        for said in (item.get("url"), whole.get("@id") if isinstance(whole, dict) else whole):
            yield from ((raw, "JSON-LD url") for raw in strings(said))
    for element in page.props.get("url", ()):
        yield element.get("href") or element.get("content") or "", "microdata url"
    yield from _said(page, ("twitter:url", "parsely-link"))


def text_of(element: Any) -> str:
    """The words in `element` in one line; what a line break or a block parts is parted by a blank."""
    is_parted = next(element.iterdescendants("br", "p", "div", "li"), None) is not None
    return " ".join((" " if is_parted else "").join(element.itertext()).replace("\u00ad", "").split())


def _meta(root: Any) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv") or ""
        if content := (element.get("content") or "").strip():
            said.setdefault(name.strip().lower(), []).append(html.unescape(content))
    return said


def _said(page: _Page, names: Iterable[str]) -> Said:
    return ((page.meta[name][0], f"meta {name}") for name in names if name in page.meta)


def _props(root: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for element in root.iter("*"):
        if named := element.get("itemprop"):
            scope = next((e for e in element.iterancestors() if e.get("itemscope") is not None), None)
            of = None if scope is None else scope.get("itemtype")
            if of is None or kind({"@type": of.rstrip("/")}):
                for name in named.split():
                    found.setdefault(name, []).append(element)
    return found


def _props_said(page: _Page, name: str) -> Said:
    for element in page.props.get(name, ()):
        named = next((e for e in element.iter("*") if e is not element and e.get("itemprop") == "name"), element)
        said = (named.get(attribute) for attribute in ("content", "datetime"))
        dated = iso_date(named.get("title")) and named.get("title")  # as `abbr` has it
        yield next(filter(None, said), None) or dated or text_of(named), f"microdata {name}"


def _together(said: Said) -> Said:
    """What several elements of one kind say, as one value."""
    hits = list(said)
    if hits:
        yield ", ".join(dict.fromkeys(raw for raw, _ in hits)), hits[0][1]


def _is_update(time: Any) -> bool:
    """Whether a `time` element says when a page was changed."""
    called = f"{names_of(time)} {time.get('itemprop') or ''}"
    if _PUBLISHED_NAME.search(called):
        return False
    before, parent = time.getprevious(), time.getparent()
    lead = (before.tail if before is not None else parent.text if parent is not None else None) or ""
    return says_update(f"{called} {lead[-40:]} {(time.text or '')[:20]}")


def _times_said(page: _Page, time: Any) -> Iterator[tuple[str, bool]]:
    if stated := time.get("datetime"):
        yield stated, False
    else:
        yield from dates_in(text_of(time), page.day_first)


def _dates_in_words(page: _Page, under: list[str]) -> Iterator[tuple[str, str, bool]]:
    """Dates where a name says that some stand, or under the headline, and whether they say when the page was changed."""
    for element in page.story.iter(
        "address", "b", "div", "em", "font", "h2", "h4", "i", "li", "p", "small", "span", "td"
    ):
        called = names_of(element)
        if _DATED.search(called) and len(text := text_of(element)) <= MAX_LINE_CHARS:
            yield from (
                (date, "date line", is_update or says_update(called))
                for date, is_update in dates_in(text, page.day_first)
            )
    for line in under:
        yield from ((date, "line under the headline", is_update) for date, is_update in dates_in(line, page.day_first))


def _under_headline(found: list[Paragraph], headline: str) -> list[str]:
    """The short lines between the headline and the story."""
    lines: list[str] = []
    prose = MAX_STANDFIRSTS + 1
    for paragraph in found:
        for line in paragraph.text.split("\n"):
            if headline and line.casefold().startswith(headline.casefold()):
                # In broken markup the byline may stand in the same line.
                lines, prose = [behind] if (behind := line[len(headline) :].strip()) else [], 0
        if prose <= MAX_STANDFIRSTS and len(lines) < MAX_LINES_UNDER_HEADLINE:
            prose += is_prose(paragraph)
            lines += [
                line for line in paragraph.text.split("\n") if len(line) <= MAX_LINE_CHARS and not is_prose(paragraph)
            ]
    return lines


def _title(raw: str) -> str | None:
    title = " ".join(raw.split())
    return title if 0 < len(title) <= MAX_TITLE_CHARS else None


def _name(raw: str) -> str | None:
    """A name of a site, a section or a body."""
    name = " ".join(raw.split())
    return name if 1 < len(name) <= MAX_NAME_CHARS and "://" not in name and not name.startswith("@") else None


def _section(raw: str, headline: str, site: str) -> str | None:
    section = _name(raw.strip(" \n»>/|:"))
    if section is None or _same(section, headline) or _same(section, site):
        return None
    return None if _FRONT.issuperset(section.casefold().split()) else section


def _address(raw: str) -> str | None:
    """An address that names an article. If many pages gave the site's front page as theirs, they would share its id."""
    raw = raw.strip()
    if len(raw) > MAX_FIELD_CHARS or not is_web_address(raw):
        return None
    parts = urlsplit(raw)
    query = "&".join(part for part in parts.query.split("&") if not _TRACKING.fullmatch(part))
    names_one = parts.path.strip("/") or re.search(r"(?:^|&)(?:p|id|page_id|article|story)=\w", query)
    return parts._replace(query=query).geturl() if names_one else None


def _absolute(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:  # "http://["
        return address


def _language(raw: str) -> str | None:
    said = raw.strip().replace("_", "-")
    return said if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", said) else None


def _parts(title: str) -> list[str]:
    """A page's title at what parts the headline from the site's name."""
    return [part for part in re.split(rf"{_SEPARATOR}|:\s", title[: 3 * MAX_TITLE_CHARS]) if part]


def _shown_part(title: str, lines: set[str]) -> list[str]:
    """The longest part of a page's title that is a line of its story too, if one is."""
    return sorted((part for part in _parts(title) if _letters(part) in lines), key=len)[-1:]


def _without_site(title: str, site: str) -> str:
    """A title without the name of its site before or behind it."""
    parts = re.split(f"({_SEPARATOR})", " ".join(title[: 3 * MAX_TITLE_CHARS].split()))
    while len(parts) > 2 and (
        _same(parts[-1], site) or (re.search("[|｜]", parts[-2]) and len(parts[0]) >= len(parts[-1]))
    ):
        parts = parts[:-2]
    while len(parts) > 2 and (
        _same(parts[0], site) or (re.search("[|｜]", parts[1]) and len(parts[0]) < len(parts[-1]))
    ):
        parts = parts[2:]
    whole = "".join(parts)
    return whole.removeprefix(f"{site}: ") if site else whole


def _same(one: str, other: str) -> bool:
    return bool(one) and _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return re.sub(r"\W", "", name.casefold().removeprefix("the "))


def _likeness(one: str, other: str) -> float:
    """The share of the words of both that both have."""
    first, second = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    return len(first & second) / len(first | second) if first and second else 0.0
