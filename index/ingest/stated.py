"""A parsed page in, what it states in forms made for machines out: `meta`, JSON-LD, microdata, each by its names.

The statements are taken as they stand; which of them counts for what, and whether it makes sense, is for those who
ask (`headline`, `metadata`). Every answer is a row of values, the likeliest first, with where each stands.
"""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from index.ingest.dates import iso_date
from index.ingest.linked import kind, linked_data, names, strings
from index.ingest.paragraphs import Paragraph, is_short, paragraphs, words_in

MAX_ALIKE = 50
"""Of elements that state the same thing, those looked at."""

MAX_LINE_CHARS = 200
"""Of what an element says, if it is to be names or a date."""

Said = Iterable[tuple[str, str]]
"""Values as the page has them, and where each stands: ("2021-03-29", "meta date")."""

_DAY_FIRST_ENGLISH = frozenset("en-gb en-ie en-au en-nz en-za en-in en-gh en-ng en-ke".split())


@dataclass(frozen=True, slots=True)
class Stated:
    root: Any
    """The page as it was saved."""
    story: Any
    """The page without what is hidden or surely not of the article."""
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

    def called(self, value: Any) -> list[str]:
        """What the people or bodies in a value of its JSON-LD are called."""
        return names(value, self.nodes)


def stated(root: Any, story: Any) -> Stated:
    things = linked_data(root)
    return Stated(
        root,
        story,
        paragraphs(story),
        meta=_meta(root),
        things=things,
        linked=[item for item in things if kind(item)],
        nodes={item["@id"]: item for item in things if isinstance(item.get("@id"), str) and len(item) > 1},
        props=_props(root),
    )


def meta_said(page: Stated, *keys: str) -> Said:
    return ((page.meta[key][0], f"meta {key}") for key in keys if key in page.meta)


def linked_said(page: Stated, key: str) -> Said:
    return ((value, f"JSON-LD {key}") for item in page.linked for value in strings(item.get(key)))


def props_said(page: Stated, name: str) -> Said:
    for element in page.props.get(name, ()):
        named = next((e for e in element.iterdescendants("*") if e.get("itemprop") == "name"), element)
        said = [named.get("content"), named.get("datetime")]
        said += [named.get("title") if iso_date(named.get("title")) else None]  # as `abbr` has it
        yield next(filter(None, said), None) or line_in(named), f"microdata {name}"


def together(said: Said) -> Said:
    """What several elements of one kind say, as one value."""
    hits = list(said)
    if hits:
        yield ", ".join(dict.fromkeys(raw for raw, _ in hits)), hits[0][1]


def line_in(element: Any, max_chars: int = MAX_LINE_CHARS) -> str:
    """The words in an element; none where they are more than a line."""
    words = words_in(element) if is_short(element, 4 * max_chars) else ""
    return words if len(words) <= max_chars else ""


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
        for name in (element.get("itemprop") or "").split():
            if len(found.setdefault(name, [])) < MAX_ALIKE and _is_of_article(element):
                found[name].append(element)
    return found


def _is_of_article(element: Any) -> bool:
    """Whether the thing that it is said of is an article, or not said to be anything."""
    scope = next((e for e in element.iterancestors() if e.get("itemscope") is not None), None)
    of = None if scope is None else scope.get("itemtype")
    return of is None or kind({"@type": of.rstrip("/")}) is not None
