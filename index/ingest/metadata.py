"""A parsed page in, what it says of its article out: title, author, source, dates and more, each with where it says so.

Data made for machines comes first (`meta`, JSON-LD, microdata, `time`), then what readers see under a name that says
what it is (`h1`, a byline, a credit). Nothing is taken from addresses or prose. A value that is too long or makes no
sense is passed over for the next one: what a page says of itself is no reason to refuse it.
"""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.ingest.dates import iso_date
from index.ingest.fields import MAX_FIELD_CHARS, is_web_address

MAX_TITLE_CHARS, MAX_LINE_CHARS, MAX_NAME_CHARS, MAX_NAME_WORDS = 300, 200, 60, 6
MAX_OBJECTS = 1_000
"""Of JSON-LD, those looked at."""

Said = Iterable[tuple[str, str]]
"""Values as the page has them, the likeliest first, and where each stands: ("2021-03-29", "meta date")."""

_TITLE = ("og:title", "twitter:title", "dc.title", "citation_title", "parsely-title", "sailthru.title", "headline")
_AUTHOR = (
    *("author", "article:author", "byl", "byline", "dc.creator", "dcterms.creator", "citation_author"),
    *("parsely-author", "sailthru.author", "og:article:author", "authors"),
)
_SOURCE = (
    *("og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "citation_journal_title"),
    *("article:publisher", "application-name", "apple-mobile-web-app-title"),
)
_PUBLISHED = (
    *("article:published_time", "datepublished", "og:published_time", "date", "pubdate", "publishdate"),
    *("publish-date", "dc.date", "dc.date.issued", "dc.date.created", "dcterms.issued", "dcterms.created"),
    *("dcterms.date", "parsely-pub-date", "sailthru.date", "citation_publication_date", "citation_date"),
)
_UPDATED = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified")
_SECTION = ("article:section", "section", "parsely-section", "sailthru.section")

_ARTICLE_TYPE = re.compile(r"(Article|Posting|Report|Review|Recipe|WebPage)$")
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author(?:s|-?name)?|writer|article-?author|post-?author|autor|auteur)(?:$|[\s_-])", re.I
)
_DATED = re.compile(
    r"date|dateline|publi|posted|time-?stamp|updated|modified|by-?line|(?:^|[\s_-])(?:time|meta|info|datum|fecha)(?:$|[\s_-])",
    re.I,
)
_CREDIT = re.compile(r"credit|copyright|photographer|(?:^|[\s_-])(?:source|rights|byline)(?:$|[\s_-])", re.I)
_KICKER = re.compile(
    r"(?:^|\s)(?:\S+[_-])?(?:kicker|eyebrow|rubric|section-?(?:name|label|title|link)|category)(?:$|\s)", re.I
)
_CRUMBS = re.compile(r"bread-?crumb", re.I)

_BY = re.compile(
    r"(?:(?:words|text|story|report|written|reported|posted|published)\s+)?(?:by|von|par|por|di|door)\b[\s:]+|"
    r"(?:text|autor(?:in)?|author|auteur)\s*:\s*",
    re.I,
)
_ROLE = re.compile(
    r"\b(?:writer|reporter|correspondent|editor|staff|columnist|photographer|bureau|desk|producer|contributor|critic|"
    r"analyst|chief|director|intern|agency|redaktion|redakteur(?:in)?|korrespondent(?:in)?|journaliste|correspondant|"
    r"rédact\w+|corresponsal|redactor\w*|periodista|ph\.?d|m\.?d|min read)\b",
    re.I,
)
_NOBODY = re.compile(r"(?:web)?(?:admin(?:istrator)?|master)|guest|user|unknown|anonymous|none|null|author", re.I)
_UPDATE = re.compile(r"\b(?:updated?|modified|edited|aktualisiert|geändert|mis à jour|modifié|actualizado)\b", re.I)
_CREDIT_LABEL = re.compile(
    r"(?:(?:photo(?:graph)?|image|picture|pic|illustration|graphic|video|foto|bild|crédit|credit)s?\s{0,3}){1,3}"
    r"(?:by|par|von|de|credits?|courtesy of)?\s*[:/©]\s*|"
    r"(?:photo(?:graph)?|image|picture|illustration|graphic)s?\s+(?:by|courtesy of|courtesy)\s+|©\s*(?:\d{4}\s+)?",
    re.I,
)

_MONTHS = {
    month: name
    for name, months in {
        "January": "januar jänner janvier enero gennaio janeiro januari",
        "February": "februar février febrero febbraio fevereiro februari",
        "March": "märz mars marzo março maart",
        "April": "avril abril aprile",
        "May": "mai mayo maggio maio mei",
        "June": "juni juin junio giugno junho",
        "July": "juli juillet julio luglio julho",
        "August": "août agosto augustus",
        "September": "septembre septiembre settembre setembro",
        "October": "oktober octobre octubre ottobre outubro",
        "November": "novembre noviembre novembro",
        "December": "dezember décembre diciembre dicembre dezembro",
    }.items()
    for month in months.split()
}
"""Of other languages, in English: what `iso_date` reads."""

_CLOCK = (
    r"(?P<clock>[,;|·–-]?\s*(?:at|um|à|a las|klo?\.?)?\s*\d{1,2}[:.h]\d\d(?::\d\d)?(?:\s?[apAP]\.?[mM]\.?)?"
    r"(?:\s?(?:[A-Z]{2,4}\b|[+-]\d\d:?\d\d))?)?"
)
_DATES = [
    re.compile(r"\b(?P<iso>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.+Z-]{0,20})?)"),
    re.compile(
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s(?:de\s|of\s)?(?P<month>[^\W\d_]{3,10})\.?,?\s(?:de\s)?(?P<year>\d{4})\b"
        + _CLOCK
    ),
    re.compile(r"\b(?P<month>[A-Z][a-z]{2,8})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<year>\d{4})\b" + _CLOCK),
]
_PAIR = re.compile(r'"(headline|datePublished|dateModified|articleSection|inLanguage)"\s*:\s*"((?:[^"\\]|\\.){0,500})"')
_NAMED_AUTHOR = re.compile(r'"author"\s*:\s*\[?\s*(?:\{[^{}]{0,500}?"name"\s*:\s*|(?="))"((?:[^"\\]|\\.){1,200})"')
"""What is read of JSON-LD that is not JSON."""


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
    meta: dict[str, list[str]]
    """What `meta` elements say, by name in lower case, in their order."""
    linked: list[dict[str, Any]]
    """The objects of its JSON-LD that describe the article, then those that describe the page."""
    things: list[dict[str, Any]]
    """All its objects."""
    nodes: dict[str, dict[str, Any]]
    """Those with an "@id", by it: others refer to them so."""
    props: dict[str, list[Any]]
    """Elements of microdata by their `itemprop`, but for those of things that are no article."""


def described(root: Any, story: Any) -> Described:
    """What a page says of its article. `story` is the page without what is hidden or surely not of the article."""
    things = _linked_data(root)
    linked = [item for item in things if _kind(item)]
    nodes = {item["@id"]: item for item in things if isinstance(item.get("@id"), str) and len(item) > 1}
    page = _Page(root, story, _meta(root), linked, things, nodes, _props(root))
    source = _first(_sources(page), _name)
    site = source[0] if source else ""
    title = _first(_titles(page, site), _title)
    headline = title[0] if title else ""
    found = {
        "title": title,
        "url": _first(_addresses(page), _address),
        "source": source or _first(_sites_in_title(page, headline), _name),
        "author": _first(_authors(page), lambda raw: _people(raw, site)),
        "published_at": _first_date(_published(page)),
        "updated_at": _first_date(_updated(page)),
        "language": _first(_languages(page), _language),
        "section": _first(_sections(page), lambda raw: _section(raw, headline, site)),
        "image_credit": _first(_credits(page), _credit),
        "provenance": _first(_said(page, ("provenance",)), _line),
    }
    hits = {field: hit for field, hit in found.items() if hit}
    return Described(
        fields={field: value for field, (value, _) in hits.items()},
        found_in={field: where for field, (_, where) in hits.items()},
        bodies=tuple(body for item in linked if isinstance(body := item.get("articleBody"), str)),
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
    stated = [
        *_props_said(page, "headline"),
        *_linked_said(page, "headline"),
        *_said(page, _TITLE),
        *((text_of(element), "title element") for element in page.root.iterfind(".//head/title")),
    ]
    named = [(_without_site(raw, site), where) for raw, where in stated if raw]
    shown = [(text, "h1") for element in page.story.iter("h1") if (text := text_of(element)) and not _same(text, site)]
    likeness = [max((_shared(text, raw) for raw, _ in named), default=0.0) for text, _ in shown]
    best = max(likeness, default=0.0)
    # A page's only h1 may be the name of the site or of a section.
    if shown and (best >= 0.3 or len(shown[0][0].split()) >= 4 or not named):
        yield shown[likeness.index(best)]
    yield from named
    yield from shown
    yield from (
        (text_of(element), "headline class")
        for element in page.story.iter("h2", "h3", "p", "div", "span", "font")
        if re.search(r"headline|(?:entry|post|article|story)-?title", element.get("class") or "", re.I)
    )


def _sources(page: _Page) -> Said:
    yield from _said(page, ("og:site_name",))
    for item in page.linked:
        yield from ((name, "JSON-LD publisher") for name in _called(page, item.get("publisher")))
    yield from _props_said(page, "publisher")
    yield from _said(page, _SOURCE)
    for item in page.things:
        if item.get("@type") in ("WebSite", "NewsMediaOrganization"):
            yield from ((name, f"JSON-LD {item['@type']}") for name in _called(page, item))


def _sites_in_title(page: _Page, headline: str) -> Said:
    """What the title element adds to the headline, as "Headline | Site" does."""
    for element in page.root.iterfind(".//head/title"):
        parts = re.split(r"\s+[|–—·•»:-]+\s+|\s*\|\s*", text_of(element))
        if len(parts) == 2 and headline and _same(parts[0], headline):
            yield parts[1], "title element"


def _authors(page: _Page) -> Said:
    for item in page.linked:
        yield ", ".join(_called(page, item.get("author"))), "JSON-LD author"
    for name in _AUTHOR:
        if values := page.meta.get(name):
            yield ", ".join(value for value in values if "://" not in value), f"meta {name}"
    yield from _together(_props_said(page, "author"))
    linked = [element for element in page.story.iter("a", "link") if "author" in (element.get("rel") or "").split()]
    yield from _together((text_of(element), "rel=author link") for element in linked)
    for element in page.story.iter(
        "a", "address", "b", "cite", "div", "em", "i", "li", "p", "small", "span", "strong", "td"
    ):
        if _BYLINE.search(_names_of(element)):
            inner = next((e for e in element.iter() if e is not element and _BYLINE.search(_names_of(e))), element)
            yield text_of(inner), "byline"
            yield text_of(element), "byline"


def _published(page: _Page) -> Said:
    yield from _said(page, _PUBLISHED[:3])
    yield from _linked_said(page, "datePublished")
    yield from _said(page, _PUBLISHED)
    yield from _props_said(page, "datePublished")
    times = [time for time in page.story.iter("time") if not _is_update(time)]
    marked = [time for time in times if re.search(r"publ|pubdate|entry-date|post-date|posted", _names_of(time))]
    marked += [time for time in times if time.get("pubdate") is not None]
    inside = [time for time in times if next(time.iterancestors("article", "main"), None) is not None]
    alone = times if len({time.get("datetime") for time in times}) == 1 else []
    yield from ((_time_said(time), "time element") for time in (*marked, *inside, *alone))
    yield from ((date, where) for date, where, is_update in _dates_in_words(page) if not is_update)


def _updated(page: _Page) -> Said:
    yield from _said(page, _UPDATED[:1])
    yield from _linked_said(page, "dateModified")
    yield from _said(page, _UPDATED)
    yield from _props_said(page, "dateModified")
    yield from ((_time_said(time), "time element") for time in page.story.iter("time") if _is_update(time))
    yield from ((date, where) for date, where, is_update in _dates_in_words(page) if is_update)


def _languages(page: _Page) -> Said:
    for name in ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang"):
        yield page.root.get(name) or "", "html lang"
    yield from _said(page, ("content-language", "language", "dc.language", "dcterms.language"))
    yield from _linked_said(page, "inLanguage")
    yield from _said(page, ("og:locale",))


def _sections(page: _Page) -> Said:
    yield from _said(page, _SECTION)
    yield from _linked_said(page, "articleSection")
    yield from _props_said(page, "articleSection")
    for item in page.things:
        if item.get("@type") == "BreadcrumbList" and isinstance(steps := item.get("itemListElement"), list):
            named = [
                step.get("item") if isinstance(step.get("item"), dict) else step
                for step in steps
                if isinstance(step, dict)
            ]
            yield from ((name, "JSON-LD breadcrumb") for step in reversed(named) for name in _called(page, step))
    for element in page.root.iter("nav", "ol", "ul", "div", "p"):
        if _CRUMBS.search(f"{_names_of(element)} {element.get('aria-label') or ''}"):
            yield from ((text_of(link), "breadcrumb") for link in reversed(list(element.iter("a"))))
    for element in page.root.iter("a"):
        if "category" in (element.get("rel") or "").split():
            yield text_of(element), "rel=category link"
    for element in page.story.iter("a", "div", "p", "span"):
        if _KICKER.search(element.get("class") or ""):
            yield text_of(element), "section label"


def _credits(page: _Page) -> Said:
    for item in page.linked:
        images = item.get("image")
        for image in images if isinstance(images, list) else [images]:
            image = page.nodes.get(str(image.get("@id")), image) if isinstance(image, dict) else {}
            for key in ("creditText", "copyrightHolder", "creator", "copyrightNotice"):
                yield from ((name, f"JSON-LD image {key}") for name in _called(page, image.get(key)))
    for figure in page.story.iter("figure", "figcaption", "div", "p", "td", "span"):
        is_caption = re.search(r"caption", _names_of(figure), re.I)
        if figure.tag not in {"figure", "figcaption"} and not is_caption:
            continue
        for element in figure.iter("span", "small", "cite", "p", "div", "em", "i"):
            if _CREDIT.search(f"{_names_of(element)} {element.get('itemprop') or ''}"):
                yield text_of(element), "credit in the caption"
        for label in _CREDIT_LABEL.finditer(caption := text_of(figure)[:2_000]):
            yield caption[label.start() :], "caption"


def _addresses(page: _Page) -> Said:
    base = next((raw for raw, _ in _said(page, ("og:url", "twitter:url"))), "")
    for element in page.root.iterfind(".//link[@href]"):
        if "canonical" in (element.get("rel") or "").lower().split():
            yield _joined(base, element.get("href")), "link canonical"
    yield from _said(page, ("og:url",))
    for item in page.linked:
        whole = item.get("mainEntityOfPage")
        yield from (
            (raw, "JSON-LD url") for raw in (item.get("url"), whole, _got(whole, "@id")) if isinstance(raw, str)
        )
    for element in page.props.get("url", ()):
        yield element.get("href") or element.get("content") or "", "microdata url"
    yield from _said(page, ("twitter:url", "parsely-link"))


def text_of(element: Any) -> str:
    """The words in `element` in one line; what a line break or a block parts is parted by a blank."""
    is_parted = next(element.iter("br", "p", "div", "li"), element) is not element
    return " ".join((" " if is_parted else "").join(element.itertext()).split())


def _names_of(element: Any) -> str:
    """What those who made the page call an element."""
    return " ".join(filter(None, (element.get("class"), element.get("id"), element.get("data-testid"))))


def _said(page: _Page, names: Iterable[str]) -> Said:
    return ((page.meta[name][0], f"meta {name}") for name in names if name in page.meta)


def _meta(root: Any) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv") or ""
        if content := (element.get("content") or "").strip():
            said.setdefault(name.strip().lower(), []).append(html.unescape(content))
    return said


def _props(root: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for element in root.iter("*"):
        if names := element.get("itemprop"):
            scope = next((e for e in element.iterancestors() if e.get("itemscope") is not None), None)
            kind = None if scope is None else scope.get("itemtype")
            if kind is None or _ARTICLE_TYPE.search(kind.rstrip("/")):
                for name in names.split():
                    found.setdefault(name, []).append(element)
    return found


def _props_said(page: _Page, name: str) -> Said:
    for element in page.props.get(name, ()):
        named = next((e for e in element.iter("*") if e is not element and e.get("itemprop") == "name"), element)
        yield named.get("content") or named.get("datetime") or text_of(named), f"microdata {name}"


def _linked_data(root: Any) -> list[dict[str, Any]]:
    """The objects of the page's JSON-LD, those of articles first, then those of pages."""
    objects: list[dict[str, Any]] = []
    for script in root.iterfind(".//script[@type='application/ld+json']"):
        waiting = [_loaded(script.text or "")]
        while waiting and len(objects) < MAX_OBJECTS:
            value = waiting.pop()
            if isinstance(value, list):
                waiting += value[MAX_OBJECTS - 1 :: -1]
            elif isinstance(value, dict):
                objects.append(value)
                waiting += [value.get("mainEntity"), value.get("@graph")]
    return sorted(objects, key=lambda item: {"WebPage": 1, None: 2}.get(_kind(item), 0))


def _loaded(script: str) -> Any:
    """What is in a JSON-LD script; of one that is not quite JSON, the few strings that are asked for."""
    try:
        return json.loads(script, strict=False)
    except (ValueError, RecursionError):
        pass
    bare = re.sub(r"<!--|-->|//<!\[CDATA\[|//\]\]>|/\*<!\[CDATA\[\*/|/\*\]\]>\*/|<!\[CDATA\[|\]\]>", "", script)
    try:
        return json.loads(re.sub(r",(\s*[}\]])", r"\1", bare), strict=False)
    except (ValueError, RecursionError):
        pass
    kind = re.search(r'"@type"\s*:\s*\[?\s*"(\w{0,40})"', script)
    found: dict[str, Any] = {"@type": kind[1] if kind else None}
    for key, value in _PAIR.findall(script):
        found.setdefault(key, _unescaped(value))
    if author := _NAMED_AUTHOR.search(script):
        found["author"] = _unescaped(author[1])
    return found


def _unescaped(string: str) -> str:
    try:
        return str(json.loads(f'"{string}"', strict=False))
    except ValueError:
        return string


def _kind(item: dict[str, Any]) -> str | None:
    """ "Article" and the like, or "WebPage"; None for what is neither."""
    types = item.get("@type")
    for name in types if isinstance(types, list) else [types]:
        if isinstance(name, str) and (found := _ARTICLE_TYPE.search(name)):
            return found[1]
    return None


def _linked_said(page: _Page, key: str) -> Said:
    for item in page.linked:
        values = item.get(key)
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str):
                yield html.unescape(value), f"JSON-LD {key}"


def _called(page: _Page, value: Any) -> list[str]:
    """The names of the people or bodies that `value` is, by name, as objects or as references to some."""
    names: list[str] = []
    for one in value[:50] if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one = page.nodes.get(str(one.get("@id")), one) if "name" not in one else one
            one = one.get("name")
        if isinstance(one, str) and one.strip():
            names.append(html.unescape(one))
    return names


def _got(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _is_update(time: Any) -> bool:
    """Whether a `time` element says when a page was changed."""
    names = f"{_names_of(time)} {time.get('itemprop') or ''}"
    if re.search(r"publ|entry-date", names, re.I):
        return False
    before, parent = time.getprevious(), time.getparent()
    lead = (before.tail if before is not None else parent.text if parent is not None else None) or ""
    return bool(_UPDATE.search(f"{names.replace('-', ' ').replace('_', ' ')} {lead[-40:]} {(time.text or '')[:20]}"))


def _time_said(time: Any) -> str:
    return time.get("datetime") or next((date for date, _ in _dates_in(text_of(time)[:MAX_LINE_CHARS])), "")


def _dates_in_words(page: _Page) -> Iterator[tuple[str, str, bool]]:
    """Dates under a name that says they are some, and whether they say when the page was changed."""
    for element in page.story.iter("address", "b", "div", "em", "font", "i", "li", "p", "small", "span", "td", "time"):
        if _DATED.search(_names_of(element)) and len(text := text_of(element)) <= MAX_LINE_CHARS:
            for date, lead in _dates_in(text):
                yield date, "date line", bool(_UPDATE.search(f"{lead} {element.get('class') or ''}"))


def _dates_in(line: str) -> Iterator[tuple[str, str]]:
    """The dates in a short line, in its order, and what stands before each of them."""
    end = 0
    for found in sorted((match for form in _DATES for match in form.finditer(line)), key=re.Match.start):
        if found.start() < end:
            continue
        if "iso" in (part := found.groupdict()):
            date = iso_date(part["iso"])
        else:
            month = _MONTHS.get(part["month"].lower(), part["month"])
            day = f"{part['day']} {month} {part['year']}"
            date = iso_date(f"{day} {(part['clock'] or '').strip(' ,;|·–-')}") or iso_date(day)
        if date:
            yield date, line[end : found.start()]
            end = found.end()


def _title(raw: str) -> str | None:
    title = " ".join(raw.split())
    return title if 0 < len(title) <= MAX_TITLE_CHARS else None


def _line(raw: str) -> str | None:
    line = " ".join(raw.split())
    return line if 0 < len(line) <= MAX_LINE_CHARS else None


def _name(raw: str) -> str | None:
    """A name of a site or a body."""
    name = " ".join(raw.split())
    return name if 1 < len(name) <= MAX_NAME_CHARS and "://" not in name and not name.startswith("@") else None


def _section(raw: str, headline: str, site: str) -> str | None:
    section = " ".join(raw.split()).strip(" »>/|:")
    is_step = not any(
        _same(section, other) for other in (headline, site, "Home", "Start", "Startseite", "Accueil", "Inicio")
    )
    return section if 1 < len(section) <= MAX_NAME_CHARS and is_step and "://" not in section else None


def _credit(raw: str) -> str | None:
    credit = " ".join(raw.split()).strip(" ()[]")
    if label := _CREDIT_LABEL.match(credit):
        credit = credit[label.end() :]
    credit = credit.rstrip(" .)]")
    return credit if 1 < len(credit) <= MAX_LINE_CHARS and "://" not in credit else None


def _people(raw: str, site: str) -> str | None:
    """The names in a byline, joined with ", ": without what they are, whom they write for and when."""
    line = " ".join(raw.split())[: 10 * MAX_NAME_CHARS]
    if found := next((match for form in _DATES if (match := form.search(line))), None):
        line = line[: found.start()] if found.start() > 2 else line[found.end() :]
    line = re.split(r"\s*[|·•(/]\s*|\s+[–—-]+\s+|\s(?:Published|Posted|Updated|Last)\b", line.strip(" |·•–—-,"))[0]
    if by := re.search(r"\bby\s", line, re.I):
        line = line[by.end() :]
    line = re.sub(r"\s(?:in|for|at)\s.*", "", _BY.sub("", line, count=1) if _BY.match(line) else line)
    names: list[str] = []
    for part in re.split(r"\s*[;,]\s*", line):
        both = re.split(r"\s*&\s*|\s+(?:and|und|et|y|e|og|en)\s+", part)
        for name in both if all(" " in one for one in both) else [part]:
            name = re.sub(r"^(?:and|und|et)\s+", "", name).strip(" .:")
            if _is_name(name, site) and not (names and (_ROLE.search(name) or name[0].islower())) and name not in names:
                names.append(name.title() if name.isupper() and " " in name else name)
    return ", ".join(names) or None


def _is_name(name: str, site: str) -> bool:
    return (
        1 < len(name) <= MAX_NAME_CHARS
        and len(name.split()) <= MAX_NAME_WORDS
        and not re.search(r"[\d@:<>]|www\.|\.(?:com|org|net)\b", name)
        and not _NOBODY.fullmatch(name)
        and not _same(name, site)
    )


def _address(raw: str) -> str | None:
    """An address that names an article. If many pages gave the site's front page as theirs, they would share its id."""
    raw = raw.strip()
    if len(raw) > MAX_FIELD_CHARS or not is_web_address(raw):
        return None
    parts = urlsplit(raw)
    names_one = parts.path.strip("/") or re.search(r"(?:^|&)(?:p|id|page_id|article|story)=[\w-]", parts.query)
    return raw if names_one else None


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:  # "http://["
        return address


def _language(raw: str) -> str | None:
    return (
        raw.strip().replace("_", "-")
        if re.fullmatch(r"\s*[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}\s*", raw)
        else None
    )


def _without_site(title: str, site: str) -> str:
    """A title without the name of its site before or behind it."""
    title = " ".join(title.split())[: 3 * MAX_TITLE_CHARS]
    parts = re.split(r"(\s+[|–—·•»«:-]+\s+|\s*\|\s*)", title)
    while len(parts) > 2 and (_same(parts[-1], site) or "|" in parts[-2]) and len(parts[0]) >= len(parts[-1]):
        parts = parts[:-2]
    while len(parts) > 2 and (_same(parts[0], site) or ("|" in parts[1] and len(parts[0]) < len(parts[-1]))):
        parts = parts[2:]
    if len(parts) == 1 and site and title.startswith(f"{site}: "):
        return title.removeprefix(f"{site}: ")
    return "".join(parts)


def _same(one: str, other: str) -> bool:
    return bool(one) and _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return re.sub(r"\W", "", name.casefold().removeprefix("the "))


def _shared(one: str, other: str) -> float:
    """The share of the words of the shorter that the longer has too."""
    first, second = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _together(said: Said) -> Said:
    """What several elements of one kind say, as one value."""
    hits = list(said)
    if hits:
        yield ", ".join(dict.fromkeys(raw for raw, _ in hits)), hits[0][1]
