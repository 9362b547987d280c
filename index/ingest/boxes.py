"""A parsed page in, the same page without the boxes that are surely not the story: navigation, promotions, comments.

A box is told by its element, its `role`, what its makers call it (`naming`), the heading it begins with, or its make
(`cards`). What holds the headline or much of the page's prose is no box, whatever it is called: sites name whole pages
"paywall" or "with-sidebar", and where a tag was never closed the story stands in the advertisement before it. Single
lines of promotion within the story are not looked for.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from index.ingest.boilerplate import SPOKEN
from index.ingest.cards import CARDS, MAX_CARD_CHARS, captioned_pictures, comments, teasers
from index.ingest.naming import (
    BODY,
    BOX,
    COMMENTS,
    COMMENTS_HEADING,
    CORRECTION,
    LABEL,
    LINKS_HEADING,
    PAYWALL,
    PROMOTION_HEADING,
    SURE_COMMENTS_HEADING,
    VAGUE_BOX,
    VAGUE_LABEL,
    names_of,
)
from index.ingest.paragraphs import HEADINGS, PICTURES, is_in_sentence, is_of_words, is_short, paragraphs, words_in
from index.text.sentences import is_ended

MAX_SHARE, MAX_SURE_SHARE = 0.4, 0.9
"""Of the page's prose: what holds more is no box."""

MAX_PROSE = 2
"""More paragraphs of prose, without a link in any, are no box either."""

MAX_HEADING_CHARS, MIN_LINKED = 70, 0.3
"""A heading such as "More from Oldport" makes a box of what follows if so much of that is links."""

MIN_PROSE_WORDS = 8
"""Of a sentence that ends a box of which it may not be part."""

MAX_PROMPT_CHARS = 1_000
"""Of a paywall's, blanks included."""

MAX_LABEL_CHARS, MAX_VAGUE_CHARS = 300, 120
"""Of what is surely called a label, and of what may be called so."""

_ELEMENTS = frozenset(
    "aside audio button canvas dialog embed fieldset footer form iframe input label legend map menu nav object option "
    "progress select svg textarea video".split()
)
_ROLES = frozenset(
    "navigation complementary contentinfo dialog alertdialog search menu menubar toolbar tablist".split()
)
_LISTS = frozenset("ul ol dl nav".split())
_PROMPT = re.compile(
    r"(?=.*(?:\b(?i:you|your|our|we)\b|\bus\b))"  # "US" is no "us"
    r"(?=.*(?:(?:^|[.!?:;–—] )(?i:please )?(?i:subscribe|sign (?:in|up)|log ?in|register|join (?:us|now|today)"
    r"|become an? (?:member|subscriber|supporter))\b"
    r"|(?i:already an? (?:subscriber|member)\?|\bto (?:continue|keep|finish|go on) reading\b|\bunlimited access\b"
    r"|\bthis (?:article|content|page|report|story) is (?:available |reserved |exclusive )?(?:only )?(?:for|to)"
    r" (?:our )?(?:paying )?(?:members|subscribers)\b)))",
    re.S,
)
"""What asks a reader to pay or to sign up, or offers that: the first words of a sentence, or a closed form."""
_CLOCK = re.compile(r"\d{1,2}[.:h]\d\d(?:[.:]\d\d)?(?: ?[ap]\.?m\.?)?(?: [A-Z]{2,4})?", re.I)


class _Guard:
    """What of a page is a wrapper of the story, as the page is when this is made."""

    def __init__(self, page: Any) -> None:
        self._headlines = headlines(page)
        self._held: Counter[Any] = Counter()
        self._prose: Counter[Any] = Counter()
        self._linked: set[Any] = set()
        for paragraph in paragraphs(page):
            around = list(paragraph.around())
            if paragraph.is_prose:
                self._prose.update(around)
                self._held.update(dict.fromkeys(around, len(paragraph.text)))
            if paragraph.linked_chars:
                self._linked.update(around)
        self._whole = self._held[page]

    def __call__(self, element: Any, is_sure: bool = False) -> bool:
        """is_sure: whether what it is called is borne out by what it says, as with comments."""
        is_prose = self._prose[element] > MAX_PROSE and element not in self._linked
        return (
            element.tag == "body"
            or self._held[element] > (MAX_SURE_SHARE if is_sure else MAX_SHARE) * self._whole
            or (is_prose and not is_sure)
            or "articleBody" in (element.get("itemprop") or "")
            or any(heading in self._headlines for heading in element.iter("h1", "h2", "h3"))
        )

    def holds_much(self, elements: list[Any]) -> bool:
        return sum(self._held[element] for element in elements) > MAX_SHARE * self._whole


def remove_boxes(page: Any) -> None:
    """Take out of `page`, in place, what is surely not the story."""
    _remove(page, lambda element: element.tag in {"script", "style"})
    _remove_named(page, is_box)
    guard = _Guard(page)
    for heading in [element for element in page.iter("*") if _may_head(element)]:
        if any(element is page for element in heading.iterancestors()):  # not gone with an earlier one
            _remove_headed_by(heading, guard)
    of_links = teasers(page)
    _remove(page, lambda element: element in of_links and not guard(element))
    of_readers = comments(page)
    _remove(page, lambda element: element in of_readers)
    _remove_named(page, _may_be_box)


def remove_labels(page: Any) -> None:
    """Take out of `page`, in place, what stands about the story in it: captions, bylines, dates, section labels."""
    pictures = captioned_pictures(page)
    tables = {table for table in page.iter("table") if is_of_words(table)}
    _remove(page, lambda element: element in pictures or _is_label(element, tables))


def _remove(page: Any, is_out: Callable[[Any], bool]) -> None:
    out: list[Any] = []
    within: set[Any] = set()
    for element in page.iter("*"):
        if element.getparent() in within:
            within.add(element)
        elif element.tag not in {"html", "head", "body"} and is_out(element):
            within.add(element)
            out.append(element)
    for element in out:
        element.drop_tree()


def _remove_named(page: Any, is_named: Callable[[Any], bool]) -> None:
    guard = _Guard(page)

    def is_out(element: Any) -> bool:
        is_sure = COMMENTS.search(names_of(element)) is not None or _is_prompt(element)
        return is_named(element) and not (is_in_sentence(element) or guard(element, is_sure) or _corrects(element))

    _remove(page, is_out)


def _remove_headed_by(heading: Any, guard: _Guard) -> None:
    text = words_in(heading)
    if heading.tag not in HEADINGS and is_ended(text):
        return  # a sentence, whatever it begins with
    of_comments = COMMENTS_HEADING.fullmatch(text) is not None
    of_links = LINKS_HEADING.fullmatch(text) is not None
    if not of_comments and not of_links and not PROMOTION_HEADING.fullmatch(text):
        return
    box = heading
    while (parent := box.getparent()) is not None and not guard(parent, is_sure=of_comments) and _is_first(box, parent):
        box = parent
    found = [box]
    if box is heading:  # which stands in a wrapper
        of_readers = of_comments and SURE_COMMENTS_HEADING.search(text) is not None
        if of_comments and not of_readers:
            return
        found += _behind(heading, of_lists=of_links, of_prose=of_readers and heading.tag in HEADINGS)
        if of_readers and guard.holds_much(found):
            found = [heading]
    if (not of_links or _is_of_links(found)) and not any(map(_corrects, found)):
        for element in found:
            element.drop_tree()


def headlines(page: Any) -> set[Any]:
    """The headings whose words are in the page's title, `h1` if one is; if there are none, any `h1`."""
    title = _words(" ".join(map(words_in, page.iter("title"))))
    largest = set(page.iter("h1"))
    headings = [(heading, _words(words_in(heading))) for heading in page.iter("h1", "h2", "h3")]
    named = {heading for heading, words in headings if words and 2 * len(words & title) >= len(words)}
    return named & largest or named or largest


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text[:1_000].casefold()))


def _corrects(element: Any) -> bool:
    """Whether there is a note in it that mends the story."""
    return CORRECTION.search("".join(element.itertext())) is not None


def is_box(element: Any) -> bool:
    if element.tag in _ELEMENTS or (element.get("role") or "").lower() in _ROLES:
        # The source of a quotation is a footer within it.
        return element.tag != "footer" or next(element.iterancestors("blockquote"), None) is None
    if element.tag == "header" and next(element.iterancestors("article", "main"), None) is None:
        return True
    if element.tag in CARDS and element.find(".//form") is not None and is_short(element, MAX_CARD_CHARS):
        return True
    names = names_of(element)
    return bool(COMMENTS.search(names) or (BOX.search(names) and not BODY.search(names)))


def _is_prompt(element: Any) -> bool:
    """Whether it is called a paywall and holds what one says, and not the story behind it, as on many sites."""
    if PAYWALL.search(names_of(element)) is None or not is_short(element, MAX_PROMPT_CHARS):
        return False
    found = [paragraph for paragraph in paragraphs(element) if paragraph.is_prose]
    return bool(found) and all(
        _PROMPT.match(paragraph.text) and not SPOKEN.search(paragraph.text) for paragraph in found
    )


def _may_be_box(element: Any) -> bool:
    """Whether it is called what boxes are called, among other things, and has what most of them have."""
    if VAGUE_BOX.search(names_of(element)) is None:
        return False
    return element.tag == "a" or next(element.iter("a", "button", "input", "iframe", *PICTURES), None) is not None


def _may_head(element: Any) -> bool:
    if element.tag not in HEADINGS and element.tag not in {"p", "b", "strong", "span", "div", "legend", "dt"}:
        return False
    if not is_short(element, 2 * MAX_HEADING_CHARS) or is_in_sentence(element):
        return False
    return 0 < len(words_in(element)) <= MAX_HEADING_CHARS


def _behind(heading: Any, of_lists: bool, of_prose: bool) -> list[Any]:
    """What little follows a heading up to the next, or up to the first sentence; `of_lists`: the lists alone."""
    found: list[Any] = []
    for element in heading.itersiblings("*"):
        is_end = element.tag in HEADINGS or (not of_prose and _is_prose(element))
        if is_end or (element.tag not in _LISTS and (of_lists or not is_short(element, MAX_LABEL_CHARS))):
            break
        found.append(element)
    return found


def _is_prose(element: Any) -> bool:
    text = words_in(element)
    return len(text.split()) >= MIN_PROSE_WORDS and is_ended(text)


def _is_first(element: Any, parent: Any) -> bool:
    """Whether no words stand before it in its parent."""
    if (parent.text or "").strip():
        return False
    for sibling in parent:
        if sibling is element:
            return True
        if any(map(str.strip, sibling.itertext())) or (sibling.tail or "").strip():
            return False
    return False


def _is_of_links(box: list[Any]) -> bool:
    found = [paragraph for element in box for paragraph in paragraphs(element)]
    return sum(p.linked_chars for p in found) >= MIN_LINKED * sum(len(p.text) for p in found)


def _is_label(element: Any, tables: set[Any]) -> bool:
    """tables: those whose cells are of words, where a name says nothing of the kind."""
    match element.tag:
        case "figcaption":
            return True
        case "figure":
            return next(element.iter("table", "blockquote", "ul", "ol", "pre"), None) is None
        case "sup":  # of a footnote
            return element.find("a") is not None and words_in(element).strip(" []*").isdecimal()
        case "a" if (element.get("href") or "").startswith("#"):
            return not is_in_sentence(element) and element.getparent().tag not in HEADINGS
        case "span" | "b" | "strong" if is_short(element, 20) and _CLOCK.fullmatch(words_in(element)):
            return True  # of an entry of a live blog
        case "time":
            return not is_in_sentence(element)
    table = element if element.tag == "table" else next(element.iterancestors("table"), None)
    if element.tag in _LISTS or table in tables or is_in_sentence(element):
        return False
    names = names_of(element)
    if LABEL.search(names):
        return is_short(element, MAX_LABEL_CHARS)
    return VAGUE_LABEL.search(names) is not None and is_short(element, MAX_VAGUE_CHARS)
