"""What a page states and shows in, what its article and its site are called out: which of its titles is the headline.

Titles come with the site's name before or behind them, an `h1` may be a logo, a section or the headline with a label
in it. So what is stated and what is shown vouch for each other: an `h1` that is like a stated title, else a stated
title that the page shows as a line, else a long `h1`, else what is stated as the headline, else a heading over the
story, else the page's own title.
"""

import re
from collections.abc import Iterator

from index.ingest.bylines import behind_title
from index.ingest.naming import names_of
from index.ingest.paragraphs import PICTURES, Paragraph, letters, words_in
from index.ingest.stated import Said, Stated, line_in, linked_said, meta_said, props_said

MAX_TITLE_CHARS = 300
MIN_LIKENESS, MIN_HEADLINE_WORDS = 0.3, 4
"""Of an `h1` and a stated title: the share of their words that both have; an `h1` that is like none has four words."""

MAX_HEADINGS, MAX_LINES_ABOVE = 10, 12
MAX_SITE_WORDS, MIN_SITE_LETTERS = 6, 5

_META = ("og:title", "twitter:title", "dc.title", "citation_title", "parsely-title", "sailthru.title", "headline")
_SOURCE_META = (
    *("publisher", "dc.publisher", "dcterms.publisher", "citation_journal_title", "article:publisher"),
    *("application-name", "apple-mobile-web-app-title"),
)
_HEADLINE = re.compile(
    r"\b(?:headline|hed|titre|titel|titulo|titular)\b|\b(?:entry|post|article|story|page|news) title\b"
)
_FLAG = re.compile(r"\b(?:kicker|label|badge|flag|tag|eyebrow|category|rubrik|live|topic|overline)\b")
_LOGO = re.compile(r"\b(?:logo|brand|site (?:title|name)|masthead)\b")
_LARGE = frozenset({"4", "5", "6", "7", "+2", "+3"})
_FRONT = frozenset(
    "home homepage start startseite accueil inicio portada page front you are here strona główna".split()
)
_SEPARATOR = r"\s+[|–—·•»«:-]+\s+|\s*[|｜：／]\s*|\s*::\s*"
_SURE_SEPARATOR = re.compile("[|｜：／]")


def titles(page: Stated, site: str) -> Said:
    lines = {letters(line) for paragraph in page.paragraphs for line in paragraph.text.split("\n")}
    elements = list(map(words_in, page.root.iterfind(".//head/title")))
    said = [
        *props_said(page, "headline"),
        *linked_said(page, "headline"),
        *meta_said(page, *_META),
        *((part, "title element") for text in elements for part in _shown_part(text, lines)),
        *((text, "title element") for text in elements),
    ]
    named = [(title, where) for raw, where in said if (title := _without_site(raw, site)) and not same(title, site)]
    shown = [text for text in _headings(page) if not same(text, site)]
    likeness = [max((_likeness(text, raw) for raw, _ in named), default=0.0) for text in shown]
    if max(likeness, default=0.0) >= MIN_LIKENESS:
        best = shown[likeness.index(max(likeness))]
        yield next((raw for raw, _ in named if behind_title(best, raw)), best), "h1"
    yield from (hit for hit in named if letters(hit[0]) in lines)
    yield from ((text, "h1") for text in shown[:1] if len(text.split()) >= MIN_HEADLINE_WORDS or not named)
    yield from (hit for hit in named if hit[1] != "title element")
    yield from ((text, "heading over the story") for text in _over_story(page.paragraphs) if not same(text, site))
    yield from named
    yield from ((text, "h1") for text in shown)


def sites(page: Stated) -> Said:
    """What the page states the site or the publisher to be called."""
    yield from meta_said(page, "og:site_name")
    for item in page.linked:
        yield from ((name, "JSON-LD publisher") for name in page.called(item.get("publisher")))
    yield from props_said(page, "publisher")
    yield from meta_said(page, *_SOURCE_META)
    for item in page.things:
        if item.get("@type") in ("WebSite", "NewsMediaOrganization"):
            yield from ((name, f"JSON-LD {item['@type']}") for name in page.called(item))


def front_page(page: Stated, is_sure: bool) -> Said:
    """What the links to the front page and the logo call the site. is_sure: where the page's title calls it so, too."""
    found: list[str] = []
    for link in page.root.iter("a"):
        if (link.get("href") or "").strip() == "/" or "home" in (link.get("rel") or "").split():
            pictured = " ".join(image.get("alt") or "" for image in link.iter(*PICTURES))
            found.append(line_in(link) or " ".join(pictured.split()))
    found += [line_in(e) for e in page.root.iter("a", "div", "p", "span", "td") if _LOGO.search(names_of(e))]
    parts = {letters(part) for e in page.root.iterfind(".//head/title") for part in _parts(words_in(e))}
    for name in found:
        if 0 < len(name.split()) <= MAX_SITE_WORDS and not is_front(name) and (not is_sure or _begins_one(parts, name)):
            yield name, "link to the front page"


def site_in_title(page: Stated, headline: str) -> Said:
    """What the title element adds to the headline, as "Headline | Site" does."""
    for element in page.root.iterfind(".//head/title"):
        parts = _parts(words_in(element))
        if len(parts) == 2 and same(parts[0], headline) != same(parts[1], headline):
            yield parts[1 if same(parts[0], headline) else 0], "title element"


def is_front(name: str) -> bool:
    """Whether a link is called "Home" or the like."""
    return _FRONT.issuperset(name.casefold().split())


def same(one: str, other: str) -> bool:
    return bool(one) and _bare(one) == _bare(other)


def _bare(name: str) -> str:
    """Its letters, without the article that some write and some do not: "The Oldport Times"."""
    return letters(name.casefold().removeprefix("the "))


def _headings(page: Stated) -> list[str]:
    """What the first `h1` elements say, whole and in part: a label or a second line may stand in it."""
    found: list[str] = []
    for element in list(page.story.iter("h1"))[:MAX_HEADINGS]:
        inner = list(element.iterchildren("span", "div", "a", "em", "strong", "b", "small", "p"))[:MAX_HEADINGS]
        whole = words_in(element)
        for label in (words_in(part) for part in inner if _FLAG.search(names_of(part))):
            whole = whole.removeprefix(label).removesuffix(label).strip(" :|–-")
        own = " ".join("".join((element.text or "", *(part.tail or "" for part in element))).split())
        found += [whole, *map(words_in, inner), own]
    return [text for text in found if 0 < len(text) <= MAX_TITLE_CHARS]


def _over_story(found: list[Paragraph]) -> Iterator[str]:
    """The last headings over the first prose, that are headings by their element, their name or their size."""
    first = next((n for n, paragraph in enumerate(found) if paragraph.is_prose), 0)
    for paragraph in reversed(found[max(first - MAX_LINES_ABOVE, 0) : first]):
        element = paragraph.element
        large = next((font for font in element.iter("font", "big") if font.get("size", "4") in _LARGE), None)
        if large is not None:
            yield words_in(large)
        elif paragraph.is_heading or _HEADLINE.search(names_of(element)):
            yield paragraph.text.split("\n")[0]


def _parts(title: str) -> list[str]:
    """A page's title at what parts the headline from the site's name."""
    return [part for part in re.split(rf"{_SEPARATOR}|:\s", title[: 3 * MAX_TITLE_CHARS]) if part]


def _shown_part(title: str, lines: set[str]) -> list[str]:
    """The longest part of a page's title that is a line of its story too, if one is."""
    return sorted((part for part in _parts(title) if letters(part) in lines), key=len)[-1:]


def _without_site(title: str, site: str) -> str:
    """A title without the name of its site before or behind it; at a "|" the longer part is the title."""
    parts = re.split(f"({_SEPARATOR})", " ".join(title[: 3 * MAX_TITLE_CHARS].split()))
    while len(parts) > 2:
        first, last = parts[0], parts[-1]
        if same(last, site) or (_SURE_SEPARATOR.search(parts[-2]) and len(first) >= len(last)):
            parts = parts[:-2]
        elif same(first, site) or (_SURE_SEPARATOR.search(parts[1]) and len(first) < len(last)):
            parts = parts[2:]
        else:
            break
    whole = "".join(parts)
    return whole.removeprefix(f"{site}: ") if site else whole


def _begins_one(parts: set[str], name: str) -> bool:
    said = letters(name)
    return said in parts or (len(said) >= MIN_SITE_LETTERS and any(part.startswith(said) for part in parts))


def _likeness(one: str, other: str) -> float:
    """The share of the words of both that both have."""
    first, second = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    return len(first & second) / len(first | second) if first and second else 0.0
