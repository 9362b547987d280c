"""Bytes of a `.txt` file in, an article out. Which bytes are which characters is settled here for all.

Paragraphs that were wrapped by hand are unwrapped, since elsewhere the end of a line is the end of a sentence.
"""

import codecs
import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from index.article import MAX_TEXT_CHARS, Article, clean_text
from index.errors import BadArticle
from index.ingest.fields import article_from_fields

MAX_BYTES = 4 * MAX_TEXT_CHARS
MAX_LINES = 400_000
"""With two marks at the end of each, twice as many as an article may have."""

MIN_WRAPPED_CHARS, MAX_WRAPPED_CHARS = 50, 100
MIN_FILLED = 0.7
"""A paragraph counts as wrapped by hand when its longest line is of that length, none but the last is shorter than this
share of it, and a line goes on in a small letter: lists and verses do not meet all of that."""

PIECE_BYTES = 1_000_000
GUESSED_BYTES = 1_000_000
"""How much of a file its encoding is guessed from, where no other sign tells."""

_BOMS = [  # UTF-32 first: its little-endian mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
]
_WESTERN = re.compile(
    "[\0-\x7f“”‘’‚„–—…•€£§©®°´·«»¿¡ºª½¼\u00a0ßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜàáâãäåæçèéêëìíîïñòóôõöøùúûüÿœŒ]*"
)
_LIST_ITEM = re.compile(r"\s*([-*+•]|\(?\d{1,3}[.)]|\(?[A-Za-z]\))\s")


def read_plain(name: str, data: bytes) -> Article:
    return article_from_fields({"text": unwrapped(clean_text(decoded(data)))}, origin=name, path=name)


def decoded(data: bytes, declared: str | None = None) -> str:
    """`data` as text, in the encoding that `encoding_of` finds.

    Raises BadArticle for what is not text, or is more than any article may hold.
    """
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} are read: split the file")
    text = data.decode(encoding_of(data, declared), "replace")
    if (lines := text.count("\n") + text.count("\r")) > MAX_LINES:
        raise BadArticle(f"has {lines:,} line breaks, at most {MAX_LINES:,} are read: split the file")
    return text


def encoding_of(data: bytes, declared: str | None = None) -> str:
    """By the byte order mark, UTF-8, `declared`, else the likeliest. Raises BadArticle for what is not text."""
    return encoding_in(BytesIO(data), declared)


def encoding_in(file: BinaryIO, declared: str | None = None) -> str:
    """As `encoding_of`, of a file that may be large."""
    file.seek(0)
    head = file.read(GUESSED_BYTES)
    marked = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), None)
    for encoding in [marked] if marked else ["utf-8", declared]:
        if encoding and _is_text_in(encoding, _pieces(file)):
            return encoding
    if marked or any(b"\0" in piece for piece in _pieces(file)) or (guessed := _guessed(head)) is None:
        raise BadArticle(f"is not text (it starts with the bytes {head[:8].hex(' ')}): save it as UTF-8")
    return guessed


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(PIECE_BYTES), b"")


def unwrapped(text: str) -> str:
    """`text` with the line breaks inside a paragraph gone where it was wrapped by hand."""
    paragraphs = text.split("\n\n")
    for n, paragraph in enumerate(paragraphs):
        if _is_wrapped(lines := paragraph.split("\n")):
            paragraphs[n] = " ".join(line.strip() for line in lines)
    return "\n\n".join(paragraphs)


def _is_wrapped(lines: list[str]) -> bool:
    longest = max(map(len, lines))
    return (
        MIN_WRAPPED_CHARS <= longest <= MAX_WRAPPED_CHARS
        and all(len(line) >= MIN_FILLED * longest for line in lines[:-1])
        and any(line.lstrip()[:1].islower() for line in lines[1:])
        and not any(_LIST_ITEM.match(line) for line in lines)
    )


def _is_text_in(encoding: str, pieces: Iterator[bytes]) -> bool:
    try:
        b"".decode(encoding)  # also says no to codecs that are not of text, some of which unpack
        decoder = codecs.getincrementaldecoder(encoding)()
        return not any("\0" in decoder.decode(piece) for piece in pieces) and not decoder.decode(b"", final=True)
    except (UnicodeError, LookupError, ValueError):  # not in that encoding, or there is no such encoding
        return False


def _guessed(data: bytes) -> str | None:
    """Windows-1252 if that reads like a western language, else what charset-normalizer thinks best.

    charset-normalizer alone reads French as Central European and "Café" as Chinese.
    """
    western = data.decode("cp1252", "replace")
    if _WESTERN.fullmatch(western) and sum(c > "\x7f" for c in western) * 4 <= len(western):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return best.encoding if best else None
