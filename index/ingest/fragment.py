"""A piece of HTML in, such as a feed's entry or a field of an export, its text out.

A page's reader looks for the article among navigation and adverts; a piece has nothing else, and is often two sentences
long. The standard library's HTML parser is no help: fifty kilobytes of "<a " cost it half a minute.
"""

import html
import re

from index.article import clean_text
from index.errors import BadArticle

MAX_CHARS = 3_000_000
MAX_TAGS = 100_000
"""So many take 25 MB."""

_TAGS = "p|div|span|a|em|strong|b|i|u|h[1-6]|ul|ol|li|dl|blockquote|figure|section|article|table|pre"
_BEGINS = re.compile(rf"\s*<(?:!--|(?:{_TAGS}|img|br|hr)[\s/>])", re.IGNORECASE)
_PAIR = re.compile(rf"<({_TAGS})(?:\s[^<>]*)?>[^<>]*</\1>", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:p|div|br)[\s/>]", re.IGNORECASE)


def is_html(value: str) -> bool:
    """Whether a text is HTML by its tags: it begins with one, or one is closed. "a < b" and a lone "<p>" are not."""
    return _BEGINS.match(value) is not None or _PAIR.search(value) is not None


def field_text(value: str) -> str:
    """The text of a field that may be HTML. Where no tag breaks its lines (as WordPress keeps them), they count.

    Raises BadArticle if it is too large.
    """
    for count, limit, what in ((len(value), MAX_CHARS, "characters"), (value.count("<"), MAX_TAGS, "tags")):
        if count > limit:
            raise BadArticle(f"has a text of {count:,} {what}, at most {limit:,} are read: split the article")
    if not is_html(value):
        return value
    return html_text(value if _BREAKS.search(value) else value.replace("\n", "<br>"))


_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
    | {"pre", "table", "tr", "figure", "figcaption", "section", "article", "hr"}
)
_NO_TEXT = frozenset({"script", "style", "template", "textarea", "select", "iframe"})
# No repetition gives back what it took, and none goes past the next "<": time grows as the text does. A quote opens a
# value only behind a "=".
_TAG = re.compile(
    r"""<(?:[!?][^<>]*+|(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*+)"""
    r"""(?:[^<>=]++|=\s*+(?:"[^"<]*+"|'[^'<]*+')?+)*+)>"""
)


def html_text(fragment: str) -> str:
    """The text of `fragment`, with an empty line where a block begins or ends."""
    first, *rest = fragment.split("<!--")
    markup = first + "".join(piece.partition("-->")[2] for piece in rest)
    pieces: list[str] = []
    skipped: str | None = None
    """The element that has no text and has not ended."""
    position = 0
    for tag in _TAG.finditer(markup):
        if skipped is None:
            pieces.append(_words(markup[position : tag.start()]))
        position = tag.end()
        name = (tag["name"] or "").lower()
        if skipped is not None:
            skipped = None if tag["end"] and name == skipped else skipped
        elif name in _NO_TEXT and not tag["end"]:
            skipped = name
        elif name in _BLOCKS:
            pieces.append("\n\n")
        elif name == "br":
            pieces.append("\n")
    if skipped is None:
        pieces.append(_words(markup[position:]))
    lines = "".join(pieces).split("\n")
    return clean_text("\n".join(" ".join(line.split()) for line in lines))


def _words(piece: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(piece))
