"""A PDF file in, its pages out: the lines of text on each, with their places and the size of their type.

pdfminer knows the format; its parts are made here such that what is unpacked, drawn and followed has bounds, since a
small file can ask for any amount of it. What only a limit on time can hold is the caller's to bound: its tokenizer
and the ranges of codes in fonts have none. Not drawn are pictures and paths; text that runs sideways or is off the page
is given apart.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from itertools import groupby, zip_longest
from statistics import median, mode
from typing import Any, BinaryIO

import numpy as np
from pdfminer import pdfinterp
from pdfminer.ascii85 import ascii85decode, asciihexdecode
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTPage, LTTextLine, LTTextLineHorizontal
from pdfminer.lzw import LZWDecoder
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdocument import PDFBaseXRef, PDFDocument, PDFNoPageLabels
from pdfminer.pdfexceptions import PDFNotImplementedError
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFContentParser, PDFGraphicState, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser, PDFSyntaxError
from pdfminer.pdftypes import PDFObjRef, PDFStream, int_value, stream_value
from pdfminer.psparser import LIT, PSStackParser, literal_name
from pdfminer.utils import Matrix, Plane, Rect, apply_png_predictor, apply_tiff_predictor

from index.article import Removed
from index.errors import BadArticle
from index.ingest.columns import Line, Page, is_drop_cap

MAX_PAGES = 1_000
MAX_CHARS = 1_000_000
"""Of one file: a book of 500 pages, a minute's work."""

MAX_PAGE_CHARS = 50_000
"""A broadsheet page of small print has 30,000."""

MAX_SIDE = 14_400
"""Of a page, in points: the format's own limit."""

MAX_STREAM_BYTES = 8_000_000
MAX_FONT_BYTES = 32_000_000
MAX_UNPACKED_BYTES = 256_000_000
"""Of what is unpacked: one stream that is read as text, the file of a font, and all together. So many brackets in a
stream take 1.3 GB and half a minute."""

MAX_OBJECTS_BYTES = 2_000_000
"""Of a stream of objects: so many empty arrays take 60 MB. Programs put a hundred objects into one."""

MAX_HELD = 200_000
"""Of values in an array or a dictionary, with all that is in them."""

MAX_DRAWN_BYTES = 10_000_000
"""Of all page content with text, a form counted each time that it is drawn: half a minute's work. Text takes 2 bytes a
character."""

MAX_FILTERS = 4
MAX_ROW_BYTES = 65_536
MAX_NESTED = 1_000
"""References from one to the next, saved graphic states, and cross-reference tables."""

PIECE_BYTES = 65_536

MIN_SIDEWAYS_CHARS = 4
"""Fewer in a line are the pieces of a stamp that is neither upright nor sideways."""

NO_LETTER = "\ufffd"
"""Stands where a font does not say which letter it shows."""

_UNKNOWN = re.compile(r"\(cid:\d{1,7}\)")
_LETTERS = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "\uf0b7": "•", "\uf0a7": "▪"}
)
_MARGINS = LAParams()
_IMAGE = LIT("Image")


def opened(file: BinaryIO) -> PDFDocument:
    """The document, its tables read. Raises BadArticle where a bound is passed, and whatever pdfminer does."""
    return _Document(_Parser(file))


def pages(document: PDFDocument) -> Iterator[Page]:
    """The pages with their text, in order. Raises as `opened`."""
    device = _Device()
    interpreter = _Interpreter(device.rsrcmgr, device)
    chars = 0
    for number, page in enumerate(PDFPage.create_pages(document)):
        if number == MAX_PAGES:
            raise BadArticle(f"has more than {MAX_PAGES:,} pages: save the article alone")
        x0, y0, x1, y1 = page.cropbox
        page.mediabox = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if max(abs(x1 - x0), abs(y1 - y0)) > MAX_SIDE:
            raise BadArticle(
                f"has a page of {abs(x1 - x0):.0f} by {abs(y1 - y0):.0f} points: at most {MAX_SIDE:,} are read"
            )
        interpreter.process_page(page)
        layout = device.get_result()
        rows = _blocks(layout)
        blocks = [_lines([row for row in block if _is_on(layout, row)]) for block in rows]
        chars += sum(len(line.text) for block in blocks for line in block)
        if chars > MAX_CHARS:
            raise BadArticle(f"has more than {MAX_CHARS:,} characters: split it")
        off = (_text(row) for block in rows for row in block if not _is_on(layout, row))
        left_out = [Removed("off-the-page", text) for text in off if text]
        yield Page(layout.height, blocks, [*left_out, *(Removed("sideways", text) for text in device.sideways())])


def _blocks(layout: LTPage) -> list[list[LTTextLine]]:
    """The lines of a page, as pdfminer finds them, in blocks of lines that belong together, from top to bottom."""
    caps, chars = _drop_caps([char for char in layout if isinstance(char, LTChar)])
    rows = [row for row in layout.group_objects(_MARGINS, chars) if not row.is_empty()] if chars else []
    rows = [*_whole(rows), *caps]
    # As pdfminer's own group_textlines, whose time grows with the square of a block's lines.
    plane: Plane[LTTextLine] = Plane(layout.bbox)
    plane.extend(rows)
    blocks = {row: [row] for row in rows}
    for row in rows:
        for other in row.find_neighbors(plane, _MARGINS.line_margin):
            small, large = sorted((blocks[row], blocks[other]), key=len)
            if small is not large:
                large += small
                blocks.update(dict.fromkeys(small, large))
    several = {id(block): block for block in blocks.values()}.values()
    return [sorted(block, key=lambda row: -row.y1) for block in several]


def _drop_caps(chars: Sequence[LTChar]) -> tuple[list[LTTextLine], list[LTChar]]:
    """Large first letters, each as a line of its own, and all other characters: pdfminer takes such a letter for the
    beginning of one of the lines beside it."""
    caps: list[LTTextLine] = []
    others: list[LTChar] = []
    runs = [list(run) for _, run in groupby(chars, key=lambda char: round(char.size, 1))]
    for run, following in zip_longest(runs, runs[1:]):
        if (
            following
            and len(run) <= 2
            and is_drop_cap("".join(map(LTChar.get_text, run)), run[0].size, following[0].size)
        ):
            caps.append(LTTextLineHorizontal(_MARGINS.word_margin))
            caps[-1].extend(run)
        else:
            others += run
    return caps, others


def _whole(rows: Sequence[LTTextLine]) -> list[LTTextLine]:
    """The lines, with those put together that pdfminer parts at a wide blank: where a line above or below goes on
    across it, the blank is none between columns."""
    x0, y0, x1, y1 = np.array([row.bbox for row in rows]).reshape(-1, 4).T
    whole: list[LTTextLine] = []
    for row in rows:
        before = whole[-1] if whole else None
        if before and before.x1 < row.x0 and before.y0 < (row.y0 + row.y1) / 2 < before.y1:
            near = (abs((y0 + y1) - (row.y0 + row.y1)) < 4 * row.height) & (y1 - y0 < 1.3 * row.height)
            if np.any(near & (x0 < before.x1 - 1) & (x1 > row.x0 + 1)):
                for char in row:
                    if isinstance(char, LTChar):
                        before.add(char)
                continue
        whole.append(row)
    return whole


def _is_on(page: LTPage, row: LTTextLine) -> bool:
    return bool(0 <= row.x0 + row.x1 <= 2 * page.width and 0 <= row.y0 + row.y1 <= 2 * page.height)


def _lines(block: Sequence[LTTextLine]) -> list[Line]:
    """The lines of a block; what stands side by side in it is one line."""
    lines: list[Line] = []
    for row in block:
        chars = [char for char in row if isinstance(char, LTChar)]
        text = _text(row)
        if not text:
            continue
        if text.startswith(f"{NO_LETTER} "):
            text = f"•{text[1:]}"  # the signs of lists are what fonts most often have no letter for
        before = lines[-1] if lines else None
        if before and before.y0 < (row.y0 + row.y1) / 2 < before.y1:
            left, right = (before.text, text) if before.x0 <= row.x0 else (text, before.text)
            x0, x1 = min(before.x0, row.x0), max(before.x1, row.x1)
            lines[-1] = replace(before, text=f"{left} {right}", x0=x0, x1=x1)
        else:
            size = median(char.size for char in chars)
            lines.append(Line(text, mode(char.fontname for char in chars), row.x0, row.y0, row.x1, row.y1, size))
    return lines


def _text(row: LTTextLine) -> str:
    return " ".join(_UNKNOWN.sub(NO_LETTER, _written(row)).translate(_LETTERS).split())


def _written(row: LTTextLine) -> str:
    """What is on a line, without blanks that the next character is set over: browsers leave them at soft hyphens."""
    pieces: list[str] = []
    blank: LTChar | None = None
    for piece in row:
        if blank and isinstance(piece, LTChar) and piece.x0 - blank.x0 < 0.3 * blank.width:
            pieces.pop()
        pieces.append(piece.get_text())
        blank = piece if isinstance(piece, LTChar) and piece.get_text() == " " else None
    return "".join(pieces)


class _Bounded(PSStackParser[Any]):
    """Counts what there is in arrays and dictionaries that have not ended, where a token takes 100 bytes."""

    _held = 0

    def push(self, *objs: Any) -> None:
        self._hold(len(objs))
        super().push(*objs)

    def start_type(self, pos: int, type: str) -> None:
        self._hold(1)
        super().start_type(pos, type)

    def _hold(self, count: int) -> None:
        self._held = self._held + count if self.context else 0
        if self._held > MAX_HELD:
            raise BadArticle(f"has more than {MAX_HELD:,} values in one array: save it as PDF again")


class _ContentParser(_Bounded, PDFContentParser):
    """Reads the content of pages."""


pdfinterp.PDFContentParser = _ContentParser  # type: ignore[misc] # which the interpreter makes by this name


class _Parser(_Bounded, PDFParser):
    """Reads objects out of the file; counts what their streams unpack to."""

    def __init__(self, file: BinaryIO) -> None:
        self.unpacked = 0
        super().__init__(file)

    def push(self, *objs: Any) -> None:
        super().push(*((pos, _Stream(obj, self) if isinstance(obj, PDFStream) else obj) for pos, obj in objs))


class _Stream(PDFStream):
    """A stream that unpacks to a bounded size, and by the filters that text comes in."""

    def __init__(self, stream: PDFStream, parser: _Parser) -> None:
        super().__init__(stream.attrs, stream.rawdata or b"", stream.decipher)
        self._parser = parser

    def decode(self) -> None:
        data = self.rawdata or b""
        if self.decipher and self.objid is not None and self.genno is not None:
            data = self.decipher(self.objid, self.genno, data, self.attrs)
        filters = self.get_filters()
        if len(filters) > MAX_FILTERS:
            raise BadArticle(f"has a stream packed {len(filters)} times over: save it as PDF again")
        limit = MAX_FONT_BYTES if "Length1" in self.attrs else MAX_STREAM_BYTES
        limit = MAX_OBJECTS_BYTES if "N" in self.attrs and "First" in self.attrs else limit
        for name, parameters in filters:
            data = _unpacked(data, literal_name(name), limit)
            self._parser.unpacked += len(data)
            if len(data) > limit or self._parser.unpacked > MAX_UNPACKED_BYTES:
                raise BadArticle(f"has streams that unpack to more than {limit:,} bytes: save the article's text alone")
            data = _predicted(data, parameters) if isinstance(parameters, dict) else data
        self.data, self.rawdata = data, None


def _unpacked(data: bytes, method: str, limit: int) -> bytes:
    """`data` without one filter; more than `limit` bytes where there is more than that."""
    match method:
        case "FlateDecode" | "Fl":
            return _inflated(data, limit)
        case "LZWDecode" | "LZW":
            parts, size = [], 0
            for part in LZWDecoder(BytesIO(data)).run():
                parts.append(part)
                size += len(part)
                if size > limit:
                    break
            return b"".join(parts)
        case "ASCII85Decode" | "A85":
            return ascii85decode(data)
        case "ASCIIHexDecode" | "AHx":
            return asciihexdecode(data)
    raise PDFNotImplementedError(f"filter {method}")


def _inflated(data: bytes, limit: int) -> bytes:
    """As much as can be had: the end of a stream is often cut off or has a wrong check sum."""
    unpacker = zlib.decompressobj()
    parts, size = [], 0
    with suppress(zlib.error):
        for start in range(0, len(data), PIECE_BYTES):
            parts.append(unpacker.decompress(data[start : start + PIECE_BYTES], limit + 1 - size))
            size += len(parts[-1])
            if size > limit or unpacker.eof:
                break
    return b"".join(parts)


def _predicted(data: bytes, parameters: Mapping[str, Any]) -> bytes:
    """`data` with the differences from the bytes before undone: pdfminer's own, with its memory bounded."""
    kind, colors, columns, bits = (
        int_value(parameters.get(name, 8 if name == "BitsPerComponent" else 1))
        for name in ("Predictor", "Colors", "Columns", "BitsPerComponent")
    )
    if kind == 1:
        return data
    if not 0 < colors * columns <= MAX_ROW_BYTES:
        raise BadArticle(f"has rows of {colors * columns:,} bytes in a stream, at most {MAX_ROW_BYTES:,} are read")
    if kind == 2:
        return apply_tiff_predictor(colors, columns, bits, data)
    return apply_png_predictor(kind, colors, columns, bits, data)


class _Document(PDFDocument):
    """A document in which nothing is followed round in circles."""

    def __init__(self, parser: _Parser) -> None:
        self._tables: set[int] = set()
        super().__init__(parser)

    def read_xref_from(self, parser: PDFParser, start: int, xrefs: list[PDFBaseXRef]) -> None:
        if start not in self._tables and len(self._tables) < MAX_NESTED:
            self._tables.add(start)
            super().read_xref_from(parser, start, xrefs)

    def getobj(self, objid: int) -> object:
        found = super().getobj(objid)
        if isinstance(found, PDFStream) and found.attrs.get("Subtype") is _IMAGE:
            self._cached_objs.pop(objid, None)  # it is not drawn: all pictures would be in memory in the end
        for _ in range(MAX_NESTED):
            if not isinstance(found, PDFObjRef):
                return found
            found = super().getobj(found.objid)
        raise PDFSyntaxError(f"object {objid} refers to itself")

    def get_page_labels(self) -> Iterator[str]:
        raise PDFNoPageLabels  # they are not used, and may count to a thousand million


class _Device(PDFPageAggregator):
    """Takes characters in, as if those of forms were the page's own, and nothing else."""

    def __init__(self) -> None:
        super().__init__(PDFResourceManager())
        self.drawn = 0
        self._chars = 0
        self._sideways: dict[int, list[str]] = {}

    def sideways(self) -> list[str]:
        """What runs sideways on the page, a line each, by how far from the left edge it stands."""
        lines = (" ".join("".join(letters).split()) for letters in self._sideways.values())
        return [line for line in lines if len(line) >= MIN_SIDEWAYS_CHARS]

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        self._chars = 0
        self._sideways = {}
        super().begin_page(page, ctm)

    def begin_figure(self, name: str, bbox: Rect, matrix: Matrix) -> None:
        pass

    def end_figure(self, _: str) -> None:
        pass

    def render_image(self, name: str, stream: PDFStream) -> None:
        pass

    def paint_path(self, *_: object) -> None:
        pass

    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        self._chars += 1
        if self._chars > MAX_PAGE_CHARS:
            raise BadArticle(f"has a page of more than {MAX_PAGE_CHARS:,} characters: save the article's text alone")
        if abs(matrix[1]) > abs(matrix[0]) and not font.is_vertical():
            with suppress(PDFUnicodeNotDefined):
                self._sideways.setdefault(round(matrix[4]), []).append(font.to_unichr(cid))
            return font.char_width(cid) * fontsize * scaling
        return super().render_char(matrix, font, fontsize, scaling, rise, cid, ncs, graphicstate)


class _Interpreter(PDFPageInterpreter):
    """Draws the text of pages, up to a bound of work and memory."""

    device: _Device

    def execute(self, streams: Sequence[object]) -> None:
        contents = [stream_value(stream).get_data() for stream in streams]
        if not any(b"BT" in content or b"Do" in content for content in contents):
            return  # neither text nor a form: a drawing, which may be large
        self.device.drawn += sum(map(len, contents))
        if self.device.drawn > MAX_DRAWN_BYTES:
            raise BadArticle(f"has more than {MAX_DRAWN_BYTES:,} bytes to draw: save the article's text alone")
        super().execute(streams)

    def push(self, obj: Any) -> None:
        super().push(obj)
        if len(self.argstack) > MAX_NESTED:  # what no operator takes
            del self.argstack[:-100]
        self.curpath.clear()  # which is not drawn

    def do_q(self) -> None:
        if len(self.gstack) == MAX_NESTED:
            raise BadArticle(f"saves the graphic state more than {MAX_NESTED:,} times: save it as PDF again")
        super().do_q()
