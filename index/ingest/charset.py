"""Bytes of a page in, its markup as text out: in the encoding it declares, unless that cannot be.

Pages in other encodings than UTF-8 are old, and "iso-8859-1" is what old software wrote into each of them. So that one
is believed only where the text reads like a western language in it; else the language that the page names tells which
encodings there are to choose from, and the one counts in which the fewest marks stand among letters ("sk³adowisko").
"""

import codecs
import re
from contextlib import suppress

from index.ingest.plain import decoded

_BEGINNINGS = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
"""Of a page in UTF-16 without a byte order mark."""

_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.I)
_LANGUAGE = re.compile(
    rb"<(?:html|meta)\b[^>]{0,300}?(?:lang|content-language[\"']?\s+content)\s*=\s*[\"']?([A-Za-z]{2})", re.I
)
_LATIN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
_CENTRAL = ("iso8859-2", "cp1250")
_CYRILLIC = ("cp1251", "koi8-r", "iso8859-5")
_BY_LANGUAGE = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro", "sq"), _CENTRAL),
    **dict.fromkeys(("ru", "uk", "bg", "be", "sr", "mk"), _CYRILLIC),
    "ja": ("shift_jis", "euc_jp", "cp932"),
    "zh": ("gb18030", "big5"),
    "ko": ("euc_kr", "cp949"),
    "el": ("iso8859-7", "cp1253"),
    "tr": ("iso8859-9", "cp1254"),
}
_CANNOT_BE = re.compile(r"[^\W\d_][^\w\s\x00-\x7f’‘‚“”„‹›«»–—…·®™°\u00a0]|[^\W\d_][¹²³][^\W\d_]|[\x80-\x9f\ufffd]")
MAX_CHARS_LOOKED_AT = 100_000
MAX_BROKEN_SHARE = 0.05
MAX_HIGH_SHARE = 0.25
"""With more of its bytes outside of ASCII a page is in no western or central European language."""


def page_text(data: bytes) -> str:
    """The page's markup. Raises BadArticle for what is no text."""
    for beginning, encoding in _BEGINNINGS.items():
        if data.startswith(beginning):
            return decoded(codecs.BOM_UTF8 + data.decode(encoding, "replace").encode())
    if b"\x1b$B" in data:  # which is ASCII as far as its bytes go
        return decoded(codecs.BOM_UTF8 + data.decode("iso2022_jp", "replace").encode())
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if 0 < broken <= MAX_BROKEN_SHARE * sum(char > "\x7f" for char in text) and "\0" not in text:
        return text  # UTF-8 but for a letter here and there
    return decoded(data, _encoding(data))


def _encoding(data: bytes) -> str | None:
    """The encoding to try after UTF-8; None leaves it to be guessed from the bytes alone."""
    declared = _named(found[1].decode()) if (found := _DECLARED.search(data[:4096])) else "utf-8"
    language = found[1].decode().lower() if (found := _LANGUAGE.search(data[:4096])) else ""
    among = next((family for family in _BY_LANGUAGE.values() if declared in family), ())
    if among:
        among = (declared, *among)
    elif declared not in _LATIN and declared != "utf-8":
        return declared
    else:
        among = _BY_LANGUAGE.get(language, ())
    if not among and sum(byte > 127 for byte in data) <= MAX_HIGH_SHARE * len(data):
        among = ("cp1252", *_CENTRAL)
    marks: dict[str, int] = {}
    for encoding in among:
        with suppress(UnicodeError):
            text = data.decode(encoding)
            marks.setdefault(encoding, sum(1 for _ in _CANNOT_BE.finditer(text[:MAX_CHARS_LOOKED_AT])))
    return min(marks, key=lambda encoding: marks[encoding], default=None)


def _named(declared: str) -> str:
    """The name that Python gives to an encoding; of one that it does not know, UTF-8's."""
    try:
        return codecs.lookup(declared).name
    except LookupError:
        return "utf-8"
