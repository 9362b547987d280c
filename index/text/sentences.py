"""Text in, the exact place of every sentence out.

`sentencex` finds the borders: of what was tried it broke the fewest names, dates and abbreviations, and it
keeps every character, so that the lengths of its pieces are offsets. What it misreads is covered up in a
copy of the same length before it looks (`_MISREAD`); what it takes too long over is shown to it a window
at a time. A line break always ends a sentence.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from sentencex import segment

WINDOW_CHARS = 4_000
"""sentencex looks for the end of every opening quote: 60,000 of “ take it a second, 500,000 take 70."""

LONG_CHARS = 500
"""A longer piece is a quotation of several sentences, which sentencex leaves whole, or has no end."""

KEPT_CHARS = 1_500
"""Of texts up to this length, as passages are, the last thousand are kept: a question asks of each several times."""

_UPPER = "A-ZÀ-ÖØ-ÞΑ-ΩА-Я"
_NAMED_TIME = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|Eastern|Central|Mountain|Pacific"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+\d|(?:GMT|UTC|BST|CET|[ECMP][SD]?T)\b)"
)
_NOT_AN_END = [
    # (abbreviations it does not know, what follows where they do not end a sentence)
    ("vol vols ch chap figs secs para paras eq eqs ref refs ed eds ext apt tel bk", r"\s+[a-z\d]"),
    ("approx est incl excl misc govt max avg lbs", r"\s+[a-z\d]"),
    ("Ms Mx Amb Atty Spc Ft Tues Thurs", rf"\s+[\d{_UPPER}]"),
    ("e.g i.e cf viz", r"\s"),
    ("a.m p.m", rf"\s+{_NAMED_TIME}"),
]


_ENDED = re.compile(r"[.!?…。！？][\"”’'»)\]]*$")


def is_ended(text: str) -> bool:
    """Whether `text` ends as a sentence does, perhaps within a quotation or brackets."""
    return _ENDED.search(text) is not None


def _full_stop_after(words: str, followed_by: str) -> re.Pattern[str]:
    """Looks for the full stop first, which is rare, and only then for the word before it."""
    before = "|".join(rf"(?<=\b{re.escape(word)}\.)" for word in words.split())
    return re.compile(rf"\.(?={followed_by})(?i:{before})")


_MISREAD = [
    *((_full_stop_after(words, followed_by), ",") for words, followed_by in _NOT_AN_END),
    # The number of a list item is not a sentence.
    (re.compile(r"^([ \t]*\d{1,3})\.(?=\s)", re.MULTILINE), r"\1,"),
    # It sees no border at "…" before a capital, nor at what opens a Spanish question.
    (re.compile(rf"…(?=[\"”’»)\]]*\s+[\"“‘«(\[]?[{_UPPER}])"), "."),
    (re.compile(r"[.…]([\"”»)]*\s+)[¡¿]"), r"!\1X"),
    # A whole sentence in parentheses: show it "(So he said). Then" for "(So he said.) Then".
    (
        re.compile(
            r"([(\[](?:(?<=^.)|(?<=[.!?…]\s.)|(?<=[.!?…][\"”’]\s.))[^()\[\]\n]*)[.!?…]([\"”’]?)[)\]]"
            rf"(?=\s+[\"“‘(\[]?[\d{_UPPER}])",
            re.MULTILINE,
        ),
        r"\1\2).",
    ),
]
_FRENCH_MISREAD = [(_full_stop_after("M MM", r"\s"), ",")]
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENING_QUOTE = re.compile(r"(?<![^\s(\[])[\"“„«‘'](?=\S)|[“„«]")


def sentence_spans(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """(start, end) of each sentence in `text`, in order, in characters, without blanks at either end.

    Every character that is not blank lies in exactly one span. A sentence of more than `WINDOW_CHARS` is
    cut at a blank. `language` is a code such as "en" or "pt-BR"; one that is unknown is read as English.
    """
    if len(text) <= KEPT_CHARS:
        return list(_kept(text, language))
    return list(each_sentence(text, language))


@lru_cache(maxsize=1_000)
def _kept(text: str, language: str | None) -> tuple[tuple[int, int], ...]:
    return tuple(each_sentence(text, language))


def each_sentence(text: str, language: str | None = None) -> Iterator[tuple[int, int]]:
    """The same one by one: of the longest article all are half a million, and 60 MB."""
    code = re.match(r"[a-z]{2,3}(?![a-z])", (language or "").lower())
    known = code.group() if code else "en"
    for line in re.finditer(r"[^\n]+", _covered(text, known)):
        end = line.start()
        for length in _piece_lengths(line.group(), known):
            start, end = end, end + length
            piece = text[start:end]
            start += length - len(piece.lstrip())
            if sentence := piece.strip():
                yield start, start + len(sentence)


def _covered(text: str, language: str) -> str:
    """`text` in as many characters, with what sentencex misreads replaced by what it reads rightly."""
    text = _SURROGATE.sub("\ufffd", text)  # sentencex takes no lone surrogates
    for pattern, cover in _MISREAD + (_FRENCH_MISREAD if language == "fr" else []):
        text = pattern.sub(cover, text)
    return text


def _piece_lengths(line: str, language: str) -> Iterator[int]:
    """Lengths of consecutive pieces of `line`, which add up to its length."""
    start = 0
    while start < len(line):
        window = line[start : start + WINDOW_CHARS]
        pieces = segment(language, window)
        if start + WINDOW_CHARS < len(line):
            if len(pieces) > 1:
                pieces.pop()  # its end may lie beyond the window
            else:
                pieces = [window[: window.rfind(" ") + 1] or window]
        for piece in pieces:
            start += len(piece)
            if len(piece) > LONG_CHARS:
                yield from map(len, segment(language, _OPENING_QUOTE.sub("X", piece)))
            else:
                yield len(piece)
