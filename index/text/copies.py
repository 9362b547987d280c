"""Which articles are copies of one story: wire copy under other headlines, cut versions, light edits, re-posts.

A text in, its MinHash signature over word shingles and the keys out under which its copies are looked up; two texts
in, whether they are copies. MinHash finds the few that may be copies among all articles, cut ones too: the least
hashes are looked up by twos, and one two in common of 64 is enough; then the words and numbers themselves decide. Left
out: translations, and the same news in other words.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import groupby

import numpy as np

from index.text.english import MONTHS, NUMBERS, WEEKDAYS

MAX_CHARS = 50_000
"""Of each text, from its beginning; what follows is not compared."""
MIN_WORDS = 30
"""Texts of fewer words are copies only where all words are the same."""
SHINGLE_WORDS = 4
BANDS = 64
BAND_ROWS = 2
"""64 × 2 finds 0.998 of the copies of `bench/copies.py`'s tune part, 48 × 2 0.995, 64 × 3 0.955; 24 × 1 finds all, but
fifty times as many wrong candidates where a quarter of the articles share a site's lines (prototype)."""

MAY_SHARE = 0.25
"""Estimated share of the shorter text's shingles in the longer from which the texts themselves are compared."""
MIN_LENGTH = 0.2
"""The shorter text's length / the longer's; below it a brief in a digest is told from a cut version by nothing."""
SAME_WORDS = 0.45
"""Share of the shorter text's shingles that the longer has too. `python -m bench.copies` measured this one and those
below; from 0.4 to 0.5 hardly anything changes."""
LEAD_WORDS = 80
SAME_LEAD = 0.45
"""The same share for the first words of either text, of which one must be in the other: a copy, however cut, opens with
what the original has; an update opens with its news and lacks what the earlier report opens with."""
OTHER_NAMES = 0.34
"""Share of the names in like places that may differ: names are spelled in several ways, numbers are not."""
SAME_STORY = 0.25
"""`likeness` from which on a text is taken for another state of the same article: 1,695 pairs of other stories or of
another day's report have at most 0.035, 740 with a site's lines around both 0.223, 740 texts of which every other
sentence is another story's at least 0.289 (`python -m bench.copies`)."""
MAX_LINE_CHARS = 80
"""A line no longer than this that does not end as a sentence is a heading or a site's own ("3 min read")."""
MIN_ROWS = 3
"""So many of them in a row with a number in each are a table, whose numbers count: prices change between the same
words."""

_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff"
"""Kana and Han: each is a word."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:[.,:]\d+)*")
_SENTENCE_STARTS = re.compile(r"[.!?:…\n\"“”„«‘(\[]")
_ENDED = re.compile(r"[.!?…。！？:;,][\"”’'»)\]]*$")
_NUMBERS = {word: str(n) for word, n in NUMBERS.items()}
_MONTHS = {form for month in MONTHS for form in (month.lower(), month[:3].lower())} | {"sept"}
_CALENDAR = frozenset(_MONTHS | {day.lower() for day in WEEKDAYS})

# Not datasketch: it signs no faster (1.3 ms a text of 540 words against 0.8), brings SciPy (0.6 s to import), and its
# next version may sign otherwise, while signatures are kept.
_MULTIPLIERS = np.frombuffer(
    b"".join(blake2b(b"%d" % n, digest_size=8).digest() for n in range(BANDS * BAND_ROWS)), "<u8"
) | np.uint64(1)
"""(128,): one hash function each, h → the upper half of h × multiplier (Dietzfelbinger's multiply-shift)."""
_BAND_OFFSETS = np.arange(BANDS, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a text to find its copies by: the same for the same words in every process and machine."""

    shingles: int
    """How many there are."""
    minima: bytes
    """(128,) little-endian uint32: the least value that each hash function gives any of them."""


Facts = dict[tuple[str, ...], set[str]]
"""Numbers, or names, by the two words on either side."""


@dataclass(frozen=True)
class Wording:
    """A text as `is_copy` reads it: each part once, when it is first asked for, whatever it is compared with."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        return _words(self.text)

    @cached_property
    def shingles(self) -> set[tuple[str, ...]]:
        return set(_in_a_row(self.words))

    @cached_property
    def lead(self) -> set[tuple[str, ...]]:
        return set(_in_a_row(self.words[:LEAD_WORDS]))

    @cached_property
    def facts(self) -> tuple[Facts, Facts]:
        """Numbers and names."""
        return _facts(self.text)


def signature(text: str) -> Signature | None:
    """None where `text` has no words: it has no copies."""
    words = _words(text)
    if not words:
        return None
    shingles = {" ".join(words)} if len(words) < MIN_WORDS else set(map(" ".join, _in_a_row(words)))
    hashes = np.frombuffer(b"".join(blake2b(s.encode(), digest_size=8).digest() for s in shingles), "<u8")
    minima = (_MULTIPLIERS[:, None] * hashes).min(axis=1) >> np.uint64(32)
    return Signature(len(shingles), minima.astype("<u4").tobytes())


def bands(signature: Signature) -> tuple[int, ...]:
    """64 keys of 64 bits with a sign: what shares one of them may be a copy."""
    pairs = np.frombuffer(signature.minima, "<u8") + _BAND_OFFSETS
    return tuple(pairs.view(np.int64).tolist())


def whole_key(text: str) -> int:
    """One more such key, which only texts with all the same words have."""
    digest = blake2b(" ".join(_words(text)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def may_be_copies(one: Signature, other: Signature) -> bool:
    """Whether the texts are worth comparing: most that share a key, but only a site's lines, are not."""
    alike = np.frombuffer(one.minima, "<u4") == np.frombuffer(other.minima, "<u4")
    jaccard = np.count_nonzero(alike) / len(alike)
    shared = jaccard / (1 + jaccard) * (one.shingles + other.shingles)
    return bool(shared >= MAY_SHARE * min(one.shingles, other.shingles))


def is_copy(one: Wording, other: Wording) -> bool:
    """Whether they are nearly the same words and just the same numbers, one of them perhaps cut or with lines added."""
    short, long = sorted((one, other), key=lambda wording: len(wording.words))
    if len(short.words) < MIN_WORDS:
        return bool(short.words) and short.words == long.words
    if len(short.words) < MIN_LENGTH * len(long.words):
        return False
    if _share(short.shingles, long.shingles) < SAME_WORDS:
        return False
    leads = _share(short.lead, long.shingles), _share(long.lead, short.shingles)
    return max(leads) >= SAME_LEAD and _same_facts(one, other)


def likeness(one: str, other: str) -> float:
    """The share of the shorter text's shingles that the longer has too; of short lines, 1 or 0: all the same or not.

    Numbers may differ, unlike in copies: a report with a later toll is the same article. A line or a brief out of an
    article is not: of one under `MIN_WORDS` words it is the share of the longer's, and under `MIN_LENGTH` of it 0.
    """
    short, long = sorted((_words(one), _words(other)), key=len)
    if len(short) < SHINGLE_WORDS:
        return float(short == long)
    if len(short) < MIN_LENGTH * len(long):
        return 0.0
    of, among = (short, long) if len(short) >= MIN_WORDS else (long, short)
    return _share(set(_in_a_row(of)), set(_in_a_row(among)))


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text).lower())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:MAX_CHARS])[:MAX_CHARS]  # one character can become eighteen


def _in_a_row(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[n:] for n in range(SHINGLE_WORDS)), strict=False)


def _share(of: Set[tuple[str, ...]], among: Set[tuple[str, ...]]) -> float:
    return len(of & among) / max(len(of), 1)


def _same_facts(one: Wording, other: Wording) -> bool:
    """Whether numbers between the same words are the same, and names mostly: a form filled in anew is no copy."""
    (numbers, names), (other_numbers, other_names) = one.facts, other.facts
    if any(number.isdisjoint(other_numbers[place]) for place, number in numbers.items() if place in other_numbers):
        return False
    shared = names.keys() & other_names.keys()
    differing = sum(names[place].isdisjoint(other_names[place]) for place in shared)
    return differing <= max(1, OTHER_NAMES * len(shared))


def _facts(text: str) -> tuple[Facts, Facts]:
    """Numbers and names of the sentences and tables in `text`.

    The days of dates are left out: datelines differ between copies.
    """
    numbers: Facts = defaultdict(set)
    names: Facts = defaultdict(set)
    for line in _sentences_and_rows(_plain(text)):
        words, masked = _masked(line)
        for n, mask in enumerate(masked):
            if mask not in "#@":
                continue
            place = (*masked[max(0, n - 2) : n], mask, *masked[n + 1 : n + 3])
            if mask == "@":
                if words[n] not in _CALENDAR:
                    names[place].add(words[n])
            elif not {*words[max(0, n - 1) : n], *words[n + 1 : n + 2]} & _MONTHS:
                numbers[place].add(words[n])
    return numbers, names


def _sentences_and_rows(text: str) -> Iterator[str]:
    """The lines of `text` without headings and a site's own."""
    lines = (line for line in text.split("\n") if line.strip())
    for kind, found in groupby(lines, key=_kind):
        together = list(found)
        if kind == "text" or (kind == "row" and len(together) >= MIN_ROWS):
            yield from together


def _kind(line: str) -> str:
    if len(line) > MAX_LINE_CHARS or _ENDED.search(line):
        return "text"
    return "row" if any(map(str.isdigit, line)) else "heading"


def _masked(line: str) -> tuple[list[str], list[str]]:
    """Its words in lower case with numbers in digits, and the same with `#` for each number and `@` for each name."""
    words: list[str] = []
    masked: list[str] = []
    end = 0
    for found in _WORD.finditer(line):
        lower = found.group().lower()
        word = _NUMBERS.get(lower, lower.replace(",", ""))
        inside = end > 0 and not _SENTENCE_STARTS.search(line, end, found.start())
        words.append(word)
        masked.append("#" if word[0].isdigit() else "@" if inside and found.group()[0].isupper() else word)
        end = found.end()
    return words, masked
