"""Bytes of a page in, the name of its encoding out: as the page declares it, unless that cannot be or is what all declare.

Pages in other encodings than UTF-8 are old, and "iso-8859-1" is what old software wrote into each of them. So that one
is believed only where the text reads like a western language in it; else the language that the page names tells which
encodings there are to choose from, and the one counts in which the fewest marks stand among letters ("sk³adowisko").
"""

import re

_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.I)
_LANGUAGE = re.compile(
    rb"<(?:html|meta)\b[^>]{0,300}?(?:lang|content-language[\"']?\s+content)\s*=\s*[\"']?([A-Za-z]{2})", re.I
)
_LATIN = frozenset("iso-8859-1 iso8859-1 latin1 latin-1 l1 us-ascii ascii windows-1252 cp1252 iso-8859-15".split())
_CENTRAL = ("iso-8859-2", "cp1250")
_BY_LANGUAGE = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro", "sq"), _CENTRAL),
    **dict.fromkeys(("ru", "uk", "bg", "be", "sr", "mk"), ("cp1251", "koi8-r", "iso-8859-5")),
    "ja": ("shift_jis", "euc_jp", "iso2022_jp", "cp932"),
    "zh": ("gb18030", "big5"),
    "ko": ("euc_kr", "cp949"),
    "el": ("iso-8859-7", "cp1253"),
    "tr": ("iso-8859-9", "cp1254"),
    "he": ("cp1255",),
    "ar": ("cp1256",),
}
_CANNOT_BE = re.compile(r"[^\W\d_][^\w\s\x00-\x7f’‘‚“”„‹›«»–—…·®™°\u00a0]|[^\W\d_][¹²³][^\W\d_]|[\x80-\x9f\ufffd]")
MAX_CHARS_LOOKED_AT = 100_000
MAX_HIGH_SHARE = 0.25
"""With more of its bytes outside of ASCII a page is in no western or central European language."""


def charset_of(data: bytes) -> str | None:
    """The encoding to try after UTF-8; None leaves it to be guessed from the bytes alone."""
    declared = found[1].decode().lower() if (found := _DECLARED.search(data[:4096])) else "utf-8"
    if declared not in _LATIN and declared not in {"utf-8", "utf8"}:
        return declared
    language = found[1].decode().lower() if (found := _LANGUAGE.search(data[:4096])) else ""
    among = _BY_LANGUAGE.get(language, ())
    if not among and sum(byte > 127 for byte in data) <= MAX_HIGH_SHARE * len(data):
        among = ("cp1252", *_CENTRAL)
    marks: dict[str, int] = {}
    for encoding in among:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        marks[encoding] = sum(1 for _ in _CANNOT_BE.finditer(text[:MAX_CHARS_LOOKED_AT]))
    return min(marks, key=lambda encoding: marks[encoding], default=None)
