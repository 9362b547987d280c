"""A `.docx` file in, an article out: its paragraphs, lists and tables, and the properties a person set.

python-docx opens the file, knows its styles and its properties. The text is taken from the XML itself, because a
paragraph's text there lacks what is inside content controls and accepted or pending insertions. Deleted and hidden text
is left out, as are headers, footers, notes and comments; pictures are not even unpacked, macros and links not followed.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import Any, BinaryIO, Literal

import docx
from docx.document import Document

from index.article import Article
from index.errors import BadArticle
from index.ingest.archive import opened, unpacked_entry
from index.ingest.fields import article_from_fields
from index.ingest.properties import stated_author, stated_title
from index.ingest.title import is_title_line

MAX_BYTES = 64_000_000
MAX_XML_BYTES = 16_000_000
MAX_NODES = 250_000
"""Elements and attributes of all parts together: a page of text with its layout has 700, the styles 40,000."""

MAX_CELL_CHARS = 300
"""A table with more in a cell is there for the layout."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
_NO_TEXT = frozenset("del moveFrom delText instrText rPr pPr rt Fallback sectPr tblPr tblGrid trPr tcPr".split())
"""What is in these is deleted, is no text, or is there a second time for older programs."""

_PLACE = "document properties"


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, an item of a list, or a row of a table."""

    text: str
    kind: Literal["paragraph", "heading", "item", "row"] = "paragraph"


def read_word(name: str, file: BinaryIO) -> Article:
    if (size := file.seek(0, SEEK_END)) > MAX_BYTES:
        raise BadArticle(f"has {size:,} bytes, at most {MAX_BYTES:,} of Word are read: save its text alone")
    file.seek(0)
    if file.read(len(_OLD_FORMAT)) == _OLD_FORMAT:
        raise BadArticle("is locked with a password, or of Word's old format: save it as .docx without a password")
    text_parts = _text_parts(file)
    try:
        blocks, stated = _read(text_parts)
    except MemoryError:
        raise
    except Exception as error:  # lxml's, and a dozen of python-docx's for what is missing or misplaced
        problem = f"{type(error).__name__}: {error}"[:100]
        raise BadArticle(f"is no Word document or a damaged one ({problem}): save it as .docx again") from error
    if not blocks:
        raise BadArticle("has no text: paste the article if its pictures show it")
    return _article(name, blocks, stated)


def _read(text_parts: BytesIO) -> tuple[list[_Block], dict[str, str | None]]:
    """The document's text and what it says of itself, which take less than the document."""
    document = docx.Document(text_parts)
    properties = document.core_properties
    blocks = list(_blocks(document.element.body, _kinds(document)))
    return blocks, {"title": properties.title, "author": properties.author}


def _article(name: str, blocks: Sequence[_Block], stated: Mapping[str, str | None]) -> Article:
    title, place, first = stated_title(stated["title"]), _PLACE, blocks[0]
    if len(blocks) > 1 and (first.kind == "heading" or (first.kind == "paragraph" and is_title_line(first.text))):
        if title is None:
            title, place = first.text, f"first {first.kind}"
        if " ".join(first.text.split()) == title:
            blocks = blocks[1:]
    paragraphs: list[list[str]] = []
    before: _Block | None = None
    for block in blocks:
        if before and before.kind == block.kind and block.kind in {"item", "row"}:
            paragraphs[-1].append(block.text)
        else:
            paragraphs.append([block.text])
        before = block
    text = "\n\n".join("\n".join(lines) for lines in paragraphs)
    fields = {"title": title, "author": stated_author(stated["author"]), "text": text}
    return article_from_fields(
        fields, origin=name, path=name, found_in={"title": place, "author": _PLACE}, unsure={"author"}
    )


def _text_parts(file: BinaryIO) -> BytesIO:
    """The same document with its XML alone: pictures and the like are in it by name, and empty."""
    left, nodes = MAX_XML_BYTES, 0
    light = BytesIO()
    try:
        archive = opened(file)
    except BadArticle as error:
        raise BadArticle("is no Word document or a damaged one: save it as .docx again") from error
    try:
        with zipfile.ZipFile(light, "w") as copy:
            for entry in {entry.filename: entry for entry in archive.infolist() if entry.filename}.values():
                is_text = entry.filename.endswith((".xml", ".rels"))
                left -= entry.file_size if is_text else 0
                if left < 0:
                    raise BadArticle(f"has more than {MAX_XML_BYTES:,} bytes of text and layout")
                content = unpacked_entry(archive, entry) if is_text else b""
                nodes += content.count(b"<") - content.count(b"</") + content.count(b"=")
                if nodes > MAX_NODES:
                    raise BadArticle(f"has more than {MAX_NODES:,} elements and attributes")
                copy.writestr(entry.filename, content)
    except BadArticle as error:
        problem = str(error).partition(":")[0]
        raise BadArticle(f"cannot be read as Word, since a part of it {problem}: save its text alone") from error
    return light


def _kinds(document: Document) -> dict[str, Literal["heading", "item"]]:
    """Which paragraph styles are those of headings and lists, by their ids."""
    kinds: dict[str, Literal["heading", "item"]] = {}
    for style in document.styles.element.iterfind(f"{_W}style"):
        named = style.find(f"{_W}name")
        name = "" if named is None else str(named.get(f"{_W}val")).lower()
        if name.startswith(("heading", "title")):
            kinds[style.get(f"{_W}styleId")] = "heading"
        elif name.startswith("list ") or style.find(f"{_W}pPr/{_W}numPr") is not None:
            kinds[style.get(f"{_W}styleId")] = "item"
    return kinds


def _blocks(container: Any, kinds: Mapping[str, Literal["heading", "item"]]) -> Iterator[_Block]:
    for child in container:
        match _tag(child):
            case "p":
                boxes: list[Any] = []
                if text := _lines("".join(_words(child, boxes))):
                    yield _Block(text, _kind(child, kinds))
                for box in boxes:
                    yield from _blocks(box, kinds)
            case "tbl":
                yield from _rows(child, kinds)
            case tag if tag not in _NO_TEXT:
                yield from _blocks(child, kinds)


def _rows(table: Any, kinds: Mapping[str, Literal["heading", "item"]]) -> Iterator[_Block]:
    """A row of cells as one line; a table that is there for the layout as what its cells hold."""
    rows = [
        [list(_blocks(cell, kinds)) for cell in row.iterchildren(f"{_W}tc")] for row in table.iterchildren(f"{_W}tr")
    ]
    lines = [[" ".join(" ".join(block.text.split()) for block in cell) for cell in row] for row in rows]
    if any(len(cell) > MAX_CELL_CHARS for line in lines for cell in line):
        yield from (block for row in rows for cell in row for block in cell)
    else:
        yield from (_Block(" | ".join(line), "row") for line in lines if any(line))


def _words(element: Any, boxes: list[Any]) -> Iterator[str]:
    """The text of a paragraph as a reader sees it; what is in text boxes beside it is put into `boxes`."""
    for child in element:
        match _tag(child):
            case "t":
                yield child.text or ""
            case "tab":
                yield " "
            case "br" | "cr":
                yield "\n"
            case "noBreakHyphen":
                yield "-"
            case "txbxContent":
                boxes.append(child)
            case "r" if child.find(f"{_W}rPr/{_W}vanish") is not None:
                continue  # hidden
            case tag if tag not in _NO_TEXT:
                yield from _words(child, boxes)


def _kind(paragraph: Any, kinds: Mapping[str, Literal["heading", "item"]]) -> Literal["paragraph", "heading", "item"]:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    kind = kinds.get(style.get(f"{_W}val")) if style is not None else None
    number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    if kind is None and number is not None and number.get(f"{_W}val") != "0":
        return "item"
    return kind or "paragraph"


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _lines(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
