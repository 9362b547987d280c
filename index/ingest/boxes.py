"""A parsed page in, the same page without the boxes that are surely not the story: navigation, promotions, comments.

A box is told by its element, its `role`, or by a word of what its makers call it (class, id, `data-testid`): words, not
parts of them, so that "shareholders" is no share bar. Kept, whatever it is called, is what holds the headline or most
of the page's text: sites call whole pages "paywall" or "with-sidebar". Single lines of promotion are left for later.
"""

import re
from collections.abc import Callable
from typing import Any

MAX_NAMES_CHARS = 500
MAX_SHARE = 0.5
"""Of the page's text: a box with more of it is a wrapper, unless it holds comments."""
MAX_LABEL_CHARS = 250

_ELEMENTS = frozenset(
    "aside audio button canvas dialog embed fieldset footer form iframe input label legend map menu nav object option "
    "picture progress script select style svg textarea video".split()
)
_ROLES = frozenset(
    "navigation complementary contentinfo dialog alertdialog search menu menubar toolbar tablist".split()
)
_ROOTS = frozenset({"html", "head", "body"})
_PARAGRAPHS = frozenset("p li h1 h2 h3 h4 h5 h6 blockquote td th dd dt".split())
_INLINE = frozenset(
    "a abbr b bdi bdo cite code em font i img ins kbd mark q s small span strong sub sup time u".split()
)

_BOX = re.compile(
    r"\b(?:nav|navigation|nav ?bar|top ?bar|menu|(?:bread ?)?crumbs?|masthead|footer|side ?bar|skip|skip ?link|"
    r"news ?letters?|sign ?up|mailing ?list|share|sharing|share ?bar|share ?daddy|social|follow ?us|add ?this|"
    r"cookies?|consent|gdpr|one ?trust|pay ?wall|reg ?wall|subscribe|subscriptions?|registration|"
    r"related|recommended|recommendations?|recirc|recirculation|trending|popular|most ?(?:read|viewed)|"
    r"read ?(?:more|next|also)|up ?next|see ?also|also ?(?:read|like)|more ?(?:from|stories|on|news|in)|"
    r"next ?(?:article|story|up)|latest ?(?:news|stories)|teasers?|promos?|promotions?|promo ?box|"
    r"ads?|advert|adverts|advertisement|advertising|ad ?slot|dfp|taboola|outbrain|banner|"
    r"bio|biography|about ?(?:the ?)?author|author ?(?:box|bio|card|info|profile|block|about)|"
    r"tags?|tag ?list|topics|tag ?cloud|toolbar|tools|actions|modal|pop ?up|overlay|lightbox|interstitial|toast|"
    r"pagination|pager|post ?navigation|poll|survey|donate|donation|rating|feedback)\b"
)
_COMMENTS = re.compile(r"\b(?:comments|comment ?(?:list|section|thread|form|area|box|wrap)|disqus|respond)\b")
_LABEL = re.compile(
    r"\b(?:by ?line|author|authors|date ?line|date|time ?stamp|published|updated|posted|meta|credits?|caption|"
    r"photographer|kicker|eyebrow|read(?:ing)? ?time|section ?(?:name|label)|category|entry ?date|post ?info)\b"
)


def remove_boxes(page: Any) -> None:
    """Take out of `page`, in place, what is surely not the story."""
    _remove(page, lambda element: element.tag in {"script", "style"})
    whole = len("".join(page.itertext()))
    _remove(page, lambda element: _is_box(element) and not _is_wrapper(element, whole))


def remove_labels(page: Any) -> None:
    """Take out of `page`, in place, what stands about the story in it: captions, bylines, dates, section labels."""
    _remove(page, _is_label)


def names_of(element: Any) -> str:
    """What those who made the page call an element, as words: "articleBody main_text" is "article body main text"."""
    named = " ".join(filter(None, map(element.get, ("class", "id", "data-testid", "data-component"))))[:MAX_NAMES_CHARS]
    return " ".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", named)).lower()


def _remove(page: Any, is_out: Callable[[Any], bool]) -> None:
    out: set[Any] = set()
    for element in page.iter("*"):
        parent = element.getparent()
        if parent in out or (element.tag not in _ROOTS and is_out(element)):
            out.add(element)
    for element in out:
        if element.getparent() not in out:
            element.drop_tree()


def _is_box(element: Any) -> bool:
    if element.tag in _INLINE and _is_in_sentence(element):
        return False
    if element.tag in _ELEMENTS or (element.get("role") or "").lower() in _ROLES:
        # The source of a quotation is a footer within it.
        return element.tag != "footer" or next(element.iterancestors("blockquote"), None) is None
    if element.tag == "header" and next(element.iterancestors("article", "main"), None) is None:
        return True
    names = names_of(element)
    return bool(names and (_BOX.search(names) or _COMMENTS.search(names)))


def _is_wrapper(element: Any, whole: int) -> bool:
    """Whether it holds the headline, what is marked as the article's body, or most of the page's text."""
    if any(e.tag == "h1" or e.get("itemprop") == "articleBody" for e in element.iter("*")):
        return True
    if _COMMENTS.search(names_of(element)):
        return False
    return len("".join(element.itertext())) > MAX_SHARE * whole


def _is_label(element: Any) -> bool:
    if element.tag == "figcaption":
        return True
    if element.tag == "figure":
        return next(element.iter("table", "blockquote", "ul", "ol", "pre"), None) is None
    if element.tag in _INLINE and _is_in_sentence(element):
        return False
    if element.tag == "time":
        return True
    if element.tag in {"h1", "h2", "h3", "p"} and not element.get("class"):
        return False
    return bool(_LABEL.search(names_of(element))) and len("".join(element.itertext())) <= MAX_LABEL_CHARS


def _is_in_sentence(element: Any) -> bool:
    """Whether words of the same paragraph stand before or behind it."""
    parent = element.getparent()
    if parent is None or parent.tag not in _PARAGRAPHS | _INLINE:
        return False
    around = "".join((parent.text or "", *(child.tail or "" for child in parent)))
    return any(map(str.isalnum, around)) or (parent.tag in _INLINE and _is_in_sentence(parent))
