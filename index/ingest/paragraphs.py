"""A parsed page in, its paragraphs out, in reading order: what a browser would show as one block of lines is one.

A paragraph ends where a block element begins or ends, or at two line breaks in a row. List items and rows of a table
stand one a line; a table that holds more than words (the layout of old pages) is no table here but what it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import Any, NamedTuple

MIN_PROSE_CHARS = 80
"""A paragraph of so many characters, few of them links, is prose: headlines, labels and buttons are shorter."""

MAX_CELL_CHARS = 300
"""A table with more in a cell is there for the layout."""

MAX_LINK_CHARS = 600
"""A link with more was never closed."""

MAX_CAPTION_CHARS = 300
MAX_NEIGHBOURS = 200
"""In one paragraph, those among which words are looked for."""

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre section summary table tbody td "
    "tfoot th thead tr ul".split()
)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
PICTURES = ("img", "amp-img")
_OF_LINES = frozenset("p li h1 h2 h3 h4 h5 h6 blockquote td th dd dt".split())
_LISTS = frozenset("ul ol dl menu".split())
SILENT = frozenset("head script style template noscript".split())
_CELL_BLOCKS = ("table", "p", "div", "ul", "ol", "h1", "h2", "h3", "blockquote")

_UNSEEN = re.compile("[\u00ad\u200b\u2060]")
"""Marks where a word may be broken, or may not."""

_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that say in one character what others say in two or more."""

_UNPARTED = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_WRAPPED = re.compile(rf"(?<={_UNPARTED})[ \t]{{0,40}}\r?\n[ \t]{{0,40}}(?={_UNPARTED})")
"""The end of a line of the markup within Chinese or Japanese text, which has no blanks."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    """One line, or several where the page has a line break."""
    element: Any
    """The innermost block that it stands in."""
    linked_chars: int
    """Of its characters those that are links."""
    group: Any
    """The outermost list, or the table, that it is an item or a row of; None if it is of none."""
    is_under_picture: bool
    """Whether it stands right behind a picture in its block, all in small or slanted letters."""
    is_strong: bool
    """Whether all of it is."""

    @property
    def is_heading(self) -> bool:
        return self.element.tag in HEADINGS

    @property
    def is_prose(self) -> bool:
        length = len(self.text) + len(_WIDE.findall(self.text))
        return length >= MIN_PROSE_CHARS and 2 * self.linked_chars < len(self.text)

    def around(self) -> Iterator[Any]:
        """The elements that it stands in, from the innermost out."""
        yield self.element
        yield from self.element.iterancestors()


class _Piece(NamedTuple):
    text: str
    element: Any
    group: Any
    is_linked: bool = False
    is_slanted: bool = False
    is_strong: bool = False
    is_picture: bool = False


_END = _Piece("", None, None)
"""Of a block, or the beginning of another."""


def paragraphs(root: Any) -> list[Paragraph]:
    """Those in `root`, in the order of the page; none is blank."""
    pieces: list[_Piece] = []
    _walk(root, _Piece("", root, None), pieces)
    found: list[Paragraph] = []
    for is_end, run in groupby(pieces, key=lambda piece: piece is _END):
        if not is_end:
            found += _of_run(list(run))
    return found


def joined(found: list[Paragraph]) -> str:
    """Their text: an empty line between two, unless they are of one list or table."""
    text: list[str] = []
    for before, paragraph in zip([None, *found], found, strict=False):
        if before is not None:
            text.append("\n" if paragraph.group is not None and paragraph.group is before.group else "\n\n")
        text.append(paragraph.text)
    return "".join(text)


def letters(text: str) -> str:
    """Its letters and digits, to find it again whatever its blanks and marks are elsewhere."""
    return re.sub(r"\W", "", text.casefold())


def words_in(element: Any) -> str:
    """All that is in an element, in one line; what a line break or a block parts is parted by a blank."""
    is_parted = next(element.iterdescendants("br", "p", "div", "li"), None) is not None
    return " ".join(_UNSEEN.sub("", (" " if is_parted else "").join(element.itertext())).split())


def is_short(element: Any, max_chars: int) -> bool:
    """Whether all that is in an element, blanks included, is no longer than that; read only so far."""
    chars = 0
    for text in element.itertext():
        chars += len(text)
        if chars > max_chars:
            return False
    return True


def is_in_sentence(element: Any) -> bool:
    """Whether an inline element has words of the same paragraph before or behind it."""
    parent = element.getparent()
    if element.tag in BLOCKS or parent is None or (parent.tag in BLOCKS and parent.tag not in _OF_LINES):
        return False
    around = chain([parent.text], (child.tail for child in islice(parent, MAX_NEIGHBOURS)))
    return any(any(map(str.isalnum, words or "")) for words in around) or is_in_sentence(parent)


def is_of_words(table: Any) -> bool:
    """Whether a table has rows of several short cells and nothing else in them."""
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")]
    return (
        sum(len(row) > 1 for row in rows) * 2 > len(rows)
        and next(table.iterdescendants("table"), None) is None
        and all(
            is_short(cell, MAX_CELL_CHARS) and len(list(cell.iterdescendants(*_CELL_BLOCKS))) <= 1
            for row in rows
            for cell in row
        )
    )


def _walk(element: Any, within: _Piece, pieces: list[_Piece]) -> None:
    tag = element.tag
    if tag == "table" and is_of_words(element):
        pieces += [piece for row in element.iter("tr") for piece in (_END, _row(row, element), _END)]
        return
    if tag in PICTURES:
        pieces.append(within._replace(is_picture=True))
    is_block = tag in BLOCKS
    group = within.group
    if tag in _LISTS and group is None:
        group = element
    elif tag in {"li", "dd"} and sum(child.tag in BLOCKS for child in element) > 1:
        group = None
    here = _Piece(
        text="",
        element=element if is_block else within.element,
        group=group,
        is_linked=within.is_linked or (tag == "a" and _is_link(element)),
        is_slanted=within.is_slanted or tag in {"em", "i", "small"},
        is_strong=within.is_strong or tag in {"b", "strong", "dt"},
    )
    around = [_END] if is_block else []
    pieces += around
    _say("“" if tag == "q" else None, here, pieces)
    _say(element.text, here, pieces)
    for child in element:
        if child.tag == "br":
            pieces.append(here._replace(text="\n"))
        elif isinstance(child.tag, str) and child.tag not in SILENT:
            _walk(child, here, pieces)
        _say(child.tail, here, pieces)
    _say("”" if tag == "q" else None, here, pieces)
    pieces += around


def _row(row: Any, table: Any) -> _Piece:
    cells = [" ".join(_UNSEEN.sub("", "".join(cell.itertext())).split()) for cell in row.iter("td", "th")]
    linked = sum(len("".join(link.itertext()).strip()) for link in row.iter("a"))
    return _Piece(" | ".join(cells).strip(" |"), row, table, is_linked=linked >= sum(map(len, cells)))


def _is_link(element: Any) -> bool:
    """Whether it leads elsewhere, and is not a link that was never closed."""
    leads = not re.match("#.|javascript:", element.get("href") or "#.")
    return leads and is_short(element, MAX_LINK_CHARS)


def _say(text: str | None, here: _Piece, pieces: list[_Piece]) -> None:
    if text:
        text = _UNSEEN.sub("", text)
        if here.element.tag != "pre":
            text = re.sub(r"\s+", " ", _WRAPPED.sub("", text))
        pieces.append(here._replace(text=text))


def _of_run(run: list[_Piece]) -> list[Paragraph]:
    """The paragraphs in what stands between two ends: one, or more where line breaks part them."""
    lines: list[list[_Piece]] = [[]]
    for piece in run:
        first, *others = piece.text.split("\n")
        lines[-1].append(piece._replace(text=first))
        lines += [[piece._replace(text=other)] for other in others]
    found: list[Paragraph] = []
    is_pictured = False
    for is_blank, part in groupby(lines, key=lambda line: not "".join(piece.text for piece in line).strip()):
        block = list(part)
        told = [piece for line in block for piece in line if piece.text.strip() or piece.is_picture]
        if not is_blank:
            said = [piece for piece in told if not piece.is_picture]
            text = "\n".join(" ".join("".join(piece.text for piece in line).split()) for line in block)
            is_small = all(piece.is_slanted for piece in said) and len(text) <= MAX_CAPTION_CHARS
            found.append(
                Paragraph(
                    text=text,
                    element=said[0].element,
                    linked_chars=sum(len(piece.text.strip()) for piece in said if piece.is_linked),
                    group=said[0].group,
                    is_under_picture=(is_pictured or told[0].is_picture) and is_small,
                    is_strong=all(piece.is_strong for piece in said),
                )
            )
        is_pictured = bool(told) and told[-1].is_picture
    return found
