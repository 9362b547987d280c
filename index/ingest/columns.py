"""Lines with their places on pages in, paragraphs in reading order out.

The blocks of a page are ordered as T. Breuel does ("High performance document layout analysis", 2003): a block goes
before one below it, and before one to its right unless something that spans both stands between them. So columns
are read one after another, and a headline across them first. Then the lines of each paragraph are put together,
across columns and pages too, and words that were parted at the end of a line are whole again. Lines that come back
at the edge of pages, and page numbers, are given apart. Left out are tables: their cells are read column by column.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np

from index.article import Removed

MAX_BLOCKS = 1_000
"""Of a page that are put in reading order, which takes a second for so many; more are read from top to bottom."""

SAME_SIZE = 1.12
"""Sizes of type whose ratio is less are one."""

EDGE_ROWS = 3
EDGE_SHARE = 0.12
"""Running heads are among so many rows from the top or bottom of a page, page numbers within so much of its height."""

MIN_SENTENCE_WORDS = 5
"""What ends as a sentence of so many words is no running head, though it be like another page's but for its numbers."""

MIN_HEAD_SPACE = 0.8
INDENT = 0.7
GAP = 0.4
"""In the size of the type: the white between a running head and text of the same size; how much deeper than the line
before it a paragraph starts; how much further from it than usual."""

DROP_CAP = 1.8
"""How many times as large as the text the first letter of a story may be, at least."""

STEP, MAX_STEP = 1.2, 3
"""How far a line is below the one before it, in the size of its type, where a page does not tell, and at most."""

ROOM, MUCH_ROOM = 1, 2
"""What is left of a line behind room for the next word, in the size of the type, where it was ended on purpose: at the
end of a sentence, and elsewhere before a capital."""

_PAGE_NUMBER = re.compile(
    r"\W{0,3}(?:(?:page|p\.|seite|página|strona)\s?)?(?:\d{1,4}|[ivxl]{1,6})(?:\s?(?:/|of|von|de|z)\s?\d{1,4})?\W{0,3}",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"(?:https?|file)://\S{1,500}(?: \d{1,4}/\d{1,4})?|"
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},? \d{1,2}:\d\d(?: ?[AP]M)?(?: .*)?"
)
"""What browsers print above and below a page."""

_SENTENCE_END = re.compile(r"[.!?…:。！？][\"”’'»)\]]{0,3}$")
_GOES_ON = "-\u2010\u00ad–—,(&/"
"""Where a line ends so, its sentence goes on."""

_ITEM = re.compile(r"[-–•·▪◦‣*■●]\s|\(?\d{1,3}[.)]\s")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its place in points, from the lower left corner of its page; `size` is the type's."""

    text: str
    font: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float


@dataclass(frozen=True, slots=True)
class Page:
    """Lines that belong together are a block, from top to bottom; the blocks are in no order."""

    height: float
    blocks: Sequence[Sequence[Line]]
    left_out: Sequence[Removed] = ()
    """What else is written on it, for which no place was found among the lines."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    size: float
    page: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line in reading order, with its page and the edges of its column."""

    line: Line
    page: int
    left: float
    right: float


_Key = tuple[str, int]
"""The words of a row in order of the alphabet, and the size of its type."""


def paragraphs(pages: Sequence[Page]) -> tuple[list[Paragraph], list[Removed]]:
    """The paragraphs of all pages, and what is not among them: running heads, page numbers, what a page left out.

    `Paragraph.page` counts from 0. The items of a list are lines of one paragraph.
    """
    body = body_size(pages)
    inner, removed = _without_edges(pages, body)
    placed = [at for number, page in enumerate(inner) for at in _placed(page, number)]
    return _mended(_put_together(_with_drop_caps(placed), body), body), removed


def body_size(pages: Iterable[Page]) -> float:
    """The size that most of the text is set in."""
    chars: Counter[float] = Counter()
    for line in (line for page in pages for block in page.blocks for line in block):
        chars[round(line.size, 1)] += len(line.text)
    return max(chars, key=lambda size: chars[size], default=0.0)


def is_larger(size: float, other: float) -> bool:
    return size > other * SAME_SIZE


def _without_edges(pages: Sequence[Page], body: float) -> tuple[list[Page], list[Removed]]:
    edges = [(_edge(page, top=True), _edge(page, top=False)) for page in pages]
    on_pages = Counter(key for sides in edges for key in {_key(row) for rows in sides for row in rows})
    removed: dict[_Key, Removed] = {}
    gone: set[Line] = set()
    for page, sides in zip(pages, edges, strict=True):
        for rows in sides:
            for row in rows[: _head_rows(rows, page.height, on_pages, body)]:
                gone.update(row)
                rule = "page-number" if _PAGE_NUMBER.fullmatch(_text(row)) else "running-head"
                removed.setdefault(_key(row), Removed(rule, _text(row)))
    kept = [
        replace(page, blocks=[[line for line in block if line not in gone] for block in page.blocks]) for page in pages
    ]
    return kept, [*removed.values(), *(line for page in pages for line in page.left_out)]


def _edge(page: Page, *, top: bool) -> list[list[Line]]:
    """The outermost rows of a page, the outermost first, and one more; each from left to right."""
    lines = sorted((line for block in page.blocks for line in block), key=lambda line: line.y0 + line.y1, reverse=top)
    rows: list[list[Line]] = []
    for line in lines:
        if rows and rows[-1][0].y0 < (line.y0 + line.y1) / 2 < rows[-1][0].y1:
            rows[-1].append(line)
        elif len(rows) > EDGE_ROWS:
            break
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.x0) for row in rows]


def _head_rows(rows: Sequence[Sequence[Line]], height: float, on_pages: Counter[_Key], body: float) -> int:
    """How many of the outermost rows are running heads or page numbers: set apart from the text, or of another size."""
    count = 0
    for n, (row, inner) in enumerate(pairwise(rows), start=1):
        at_edge = not EDGE_SHARE * height < row[0].y0 < (1 - EDGE_SHARE) * height
        is_known = at_edge and (_PAGE_NUMBER.fullmatch(_text(row)) or _PRINTED.fullmatch(_text(row)))
        is_sentence = len(_text(row).split()) >= MIN_SENTENCE_WORDS and _SENTENCE_END.search(_text(row))
        comes_back = len(_key(row)[0]) > 2 and on_pages[_key(row)] > 1 and not is_sentence
        if not is_known and not comes_back:
            break
        white = max(inner[0].y0 - row[0].y1, row[0].y0 - inner[0].y1)
        if white > MIN_HEAD_SPACE * row[0].size or is_larger(row[0].size, body) or is_larger(body, row[0].size):
            count = n
    return count


def _text(row: Sequence[Line]) -> str:
    return " ".join(line.text for line in row)


def _key(row: Sequence[Line]) -> _Key:
    """The same for a running head on all pages, though its number changes and may change sides."""
    return " ".join(sorted(_WORD.findall(_text(row).casefold()))), round(row[0].size)


def _ordered(blocks: Sequence[Sequence[Line]]) -> Sequence[Sequence[Line]]:
    """The blocks of a page in reading order."""
    blocks = sorted(filter(None, blocks), key=lambda block: (-block[0].y1, block[0].x0))
    if not 2 <= len(blocks) <= MAX_BLOCKS:
        return blocks
    x0 = np.array([min(line.x0 for line in block) for block in blocks])
    x1 = np.array([max(line.x1 for line in block) for block in blocks])
    middle = np.array([block[0].y1 + block[-1].y0 for block in blocks])
    over = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0) > 1
    above = np.greater.outer(middle, middle)
    left = ~over & np.less.outer(x0, x0)
    for across in range(len(blocks)):
        between = above[:, across, None] & above[None, across]
        left &= ~((between | between.T) & over[:, across, None] & over[None, across])
    before = (over & above) | left
    waits_for = before.sum(axis=0).astype(np.float64)
    order: list[Sequence[Line]] = []
    for _ in blocks:
        free = np.flatnonzero(waits_for <= 0)
        # Where blocks wait for one another in a circle, the topmost of those left goes first.
        n = free[0] if len(free) else np.flatnonzero(np.isfinite(waits_for))[0]
        order.append(blocks[n])
        waits_for -= before[n]
        waits_for[n] = np.inf
    return order


def _placed(page: Page, number: int) -> Iterator[_Placed]:
    lines = [line for block in _ordered(page.blocks) for line in block]
    x0, x1 = np.array([line.x0 for line in lines]), np.array([line.x1 for line in lines])
    size = np.array([line.size for line in lines])
    for line in lines:
        shared = np.minimum(x1, line.x1) - np.maximum(x0, line.x0)
        column = shared >= np.minimum(x1 - x0, line.x1 - line.x0) / 2
        column &= (size < line.size * SAME_SIZE) & (size * SAME_SIZE > line.size)
        yield _Placed(line, number, float(x0[column].min()), float(x1[column].max()))


def is_drop_cap(text: str, size: float, following: float) -> bool:
    """Whether `text` is a first letter that is several lines high; `following`: the size of what stands behind it."""
    letter = text.strip("“”\"'‘’«»„ ")
    return len(letter) == 1 and letter.isupper() and size > DROP_CAP * following


def _with_drop_caps(placed: Sequence[_Placed]) -> list[_Placed]:
    """The lines, those that begin with a letter of several lines' height with that letter."""
    words = _words(placed)
    found: list[_Placed] = []
    for at in placed:
        cap = found[-1].line if found and found[-1].page == at.page else None
        if cap and is_drop_cap(cap.text, cap.size, at.line.size) and cap.y0 < at.line.y1 <= cap.y1 + at.line.size:
            first = _WORD.match(at.line.text)
            whole = f"{cap.text}{first[0] if first else ''}".strip("“”\"'‘’«»„ ").casefold()
            is_word = cap.text[-1] in "AI" and first and words[first[0].casefold()] > 1 and whole not in words
            found[-1] = replace(at, line=replace(at.line, text=f"{cap.text}{' ' if is_word else ''}{at.line.text}"))
        else:
            found.append(at)
    return found


def _put_together(placed: Sequence[_Placed], body: float) -> list[Paragraph]:
    words = _words(placed)
    steps = _usual_steps(placed)
    texts: list[list[str]] = []
    starts: list[_Placed] = []
    for n, at in enumerate(placed):
        between = _between(placed[n - 1], at, starts[-1], steps, body) if n else "\n\n"
        if between == "\n\n":
            texts.append([at.line.text])
            starts.append(at)
        elif between == "\n":
            texts[-1] += ["\n", at.line.text]
        else:
            texts[-1][-1:] = _joined(texts[-1][-1], at.line.text, words)
    return [Paragraph("".join(text), start.line.size, start.page) for text, start in zip(texts, starts, strict=True)]


def _usual_steps(placed: Sequence[_Placed]) -> dict[int, float]:
    """How far a line usually is below the one before it, in the size of the type, for each size in whole points."""
    steps = defaultdict(list)
    for before, at in pairwise(placed):
        step = (before.line.y1 - at.line.y1) / at.line.size
        if _is_below(before, at) and not _differ(before, at) and step < MAX_STEP:
            steps[round(at.line.size)].append(step)
    return {size: median(several) for size, several in steps.items()}


def _between(before: _Placed, at: _Placed, start: _Placed, steps: dict[int, float], body: float) -> str:
    """What parts a line from the one before it: a blank, a line break between items, or that of a paragraph."""
    size, opens = at.line.size, not at.line.text[:1].islower()
    if _differ(before, at) or (opens and at.line.font != before.line.font == start.line.font):
        return "\n\n"
    is_item, in_list = bool(_ITEM.match(at.line.text)), bool(_ITEM.match(start.line.text))
    ended = bool(_SENTENCE_END.search(before.line.text))
    first = at.line.text.split(" ", 1)[0]
    width = (at.line.x1 - at.line.x0) * len(first) / max(len(at.line.text), 1)
    # Lines are filled as far as the words go: one with room for the next word was ended on purpose.
    spare = (before.right - before.line.x1 - width) / size
    on_purpose = opens and spare > MUCH_ROOM and before.line.text[-1] not in _GOES_ON
    if not _is_below(before, at):
        return "\n\n" if ended or is_item or on_purpose else " "
    if (before.line.y1 - at.line.y1) / size > steps.get(round(size), STEP) + GAP:
        return "\n\n"
    if is_item:
        return "\n" if in_list else "\n\n"
    if in_list:
        return "\n\n" if ended and at.line.x0 < start.line.x0 + 1 else " "
    if is_larger(size, body):
        return " "  # a headline, which may be centred and is balanced
    deeper, indented = at.line.x0 - before.line.x0 > INDENT * size, at.line.x0 - at.left > INDENT * size
    if indented and (deeper or (ended and before == start)):
        return "\n\n"
    if ended and spare > ROOM:
        return "\n\n"
    return "\n" if on_purpose else " "


def _is_below(before: _Placed, at: _Placed) -> bool:
    """Whether a line stands below the one before it, in its column."""
    overlap = min(before.line.x1, at.line.x1) - max(before.line.x0, at.line.x0)
    return before.page == at.page and at.line.y1 < before.line.y1 and overlap > 0


def _differ(before: _Placed, at: _Placed) -> bool:
    return is_larger(before.line.size, at.line.size) or is_larger(at.line.size, before.line.size)


def _joined(last: str, following: str, words: Container[str]) -> tuple[str, str]:
    """Two lines of a paragraph with what parts them at the end of the first."""
    if last[-1:] in "-\u2010\u00ad" and last[-2:-1].isalnum() and following[:1].isalnum():
        head, first = last[:-1].rsplit(None, 1)[-1], following.split(None, 1)[0].strip(',.;:!?”’"')
        is_word = f"{head}{first}".casefold() in words
        is_compound = f"{head}-{first}".casefold() in words and not is_word
        is_parted = (
            last[-1] == "\u00ad" or is_word or (last[-2].isalpha() and following[0].islower() and not is_compound)
        )
        return (last[:-1] if is_parted else last), following
    if (last[-1:] in "—/" and last[-2:-1] != " ") or (_is_wide(last[-1:]) and _is_wide(following[:1])):
        return last, following
    return f"{last} ", following


def _is_wide(character: str) -> bool:
    """Whether it belongs to a script that parts no words with blanks."""
    return bool(character) and unicodedata.east_asian_width(character) in "WF"


def _words(placed: Sequence[_Placed]) -> Counter[str]:
    return Counter(word.casefold() for at in placed for word in _WORD.findall(at.line.text))


def _mended(found: Sequence[Paragraph], body: float) -> list[Paragraph]:
    """The paragraphs, with those put together that only a caption or the like of another size had parted."""
    mended: list[Paragraph] = []
    open_at: int | None = None
    for paragraph in found:
        is_body = not is_larger(paragraph.size, body) and not is_larger(body, paragraph.size)
        if is_body and open_at is not None and open_at < len(mended) - 1 and paragraph.text[:1].islower():
            before = mended[open_at]
            mended[open_at] = replace(before, text="".join(_joined(before.text, paragraph.text, ())))
        else:
            mended.append(paragraph)
            open_at = len(mended) - 1 if is_body else open_at
        if open_at is not None and _SENTENCE_END.search(mended[open_at].text):
            open_at = None
    return mended
