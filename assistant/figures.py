"""Text → the numbers and dates that it states, in one form however they are written.

"3,000", "three thousand" and "3 thousand" are one number, "€412m" and "412 million euros" too; "Nov. 4", "4 November
2023" and, in an article of that week, "Saturday" one day. Fractions, ordinals in words and Roman numerals are not read.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.dates import MONTH, month_number
from index.text.english import NUMBERS, SCALES, WEEKDAYS

Day = tuple[int | None, int | None, int | None]
"""Year, month, day; None where it is not said."""

_WORDS = NUMBERS | {"dozen": 12}
_SHORT_SCALES = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion"}
_ANY_WORD = "|".join([*_WORDS, *SCALES])
_NUMBER_WORDS = re.compile(rf"\b(?:{_ANY_WORD})(?:(?:[ -]| and )(?:{_ANY_WORD}))*\b", re.IGNORECASE)
_DIGITS = re.compile(
    r"(?:\d{1,3}(?: \d{3})+(?![\d,.]\d)|\d+(?:[.,]\d+)*)"
    r"(?:(?:[ -])?(?P<scale>hundred|thousand|million|billion|trillion)\b|(?P<short>k|m|mn|bn)\b)?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[,. \u202f\u00a0](?=\d{3}(?:\D|$))")

_MONTH_DAY = re.compile(rf"\b({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? ([12]\d{{3}})\b)?")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})\b(?:,? ([12]\d{{3}})\b)?")
_MONTH_YEAR = re.compile(rf"\b({MONTH})(?: of)? ([12]\d{{3}})\b")
_MONTH_ALONE = re.compile(
    r"\b(January|February|April|June|July|August|September|October|November|December)\b"
    r"|(?<=\b[Ii]n )(March|May)\b|(?<=\b[Ss]ince )(March|May)\b"
)
_ISO = re.compile(r"\b([12]\d{3})-(\d\d)-(\d\d)\b")
_YEAR = re.compile(r"(?<![\d.,])([12]\d{3})(?![\d]|[.,]\d)")
_YEARS_AWAY = (("last year", -1), ("a year ago", -1), ("next year", 1))
_DAYS_AWAY = (("yesterday", -1), ("today", 0), ("tomorrow", 1))
_WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})\b")


@dataclass(frozen=True, slots=True)
class Number:
    """One that stands at `text[start:end]`."""

    value: float
    start: int
    end: int


def figures(text: str) -> set[float]:
    """The numbers in `text`, dates aside. "One" is none: it is a pronoun as often."""
    return {number.value for number in numbers(text)}


def numbers(text: str) -> list[Number]:
    """Those of `figures`, where they stand, in order."""
    rest = _without_dates(text)
    found = [Number(_digits(match), *match.span()) for match in _DIGITS.finditer(rest)]
    for match in _NUMBER_WORDS.finditer(rest):
        value = _in_words(match.group())
        if value is not None and not any(one.start < match.end() and match.start() < one.end for one in found):
            found.append(Number(value, *match.span()))
    return sorted(found, key=lambda one: one.start)


def days(text: str) -> set[Day]:
    """The dates in `text`, as far as each is told there; a year alone is one, too."""
    return _dates(text)[0]


def weekdays(text: str) -> set[str]:
    return set(_WEEKDAY.findall(text))


def days_meant(text: str, published_at: str | None) -> set[Day]:
    """The dates that a text of an article of that day names, with their years, and those of its weekdays."""
    told = days(text)
    if not published_at:
        return told
    own = dt.date.fromisoformat(published_at[:10])
    lower = text.lower()
    meant = told | {(own.year + shift, None, None) for words, shift in _YEARS_AWAY if words in lower}
    for year, month, day in told:
        if year is None:
            meant |= {(near, month, day) for near in (own.year - 1, own.year, own.year + 1)}
    back = [(own.weekday() - WEEKDAYS.index(name)) % 7 for name in weekdays(text)]
    away = [shift for word, shift in _DAYS_AWAY if word in lower]
    return meant | _days_from(own, [*(-days for days in back), *(7 - days for days in back), *away])


def is_among(day: Day, others: set[Day]) -> bool:
    """Whether one of `others` says all that `day` says."""
    return any(all(a is None or a == b for a, b in zip(day, other, strict=True)) for other in others)


def _days_from(date: dt.date, shifts: Iterable[int]) -> set[Day]:
    """The days that are so many from `date`, but those beyond the calendar's first and last."""
    shifted = (date.toordinal() + shift for shift in shifts)
    dates = [dt.date.fromordinal(day) for day in shifted if 1 <= day <= dt.date.max.toordinal()]
    return {(day.year, day.month, day.day) for day in dates}


def _without_dates(text: str) -> str:
    return _dates(text)[1]


def _dates(text: str) -> tuple[set[Day], str]:
    """The dates, and the text with blanks in their place."""
    found: set[Day] = set()

    def take(pattern: re.Pattern[str], order: str, rest: str) -> str:
        def keep(match: re.Match[str]) -> str:
            parts = dict(zip(order, match.groups(), strict=False))
            month = parts.get("m")
            number = (int(month) if month.isdigit() else month_number(month)) if month else None
            year, day = parts.get("y"), parts.get("d")
            found.add((int(year) if year else None, number, int(day) if day else None))
            return f"{' ,':<{len(match.group())}}"

        return pattern.sub(keep, rest)

    for pattern, order in (
        (_ISO, "ymd"),
        (_MONTH_DAY, "mdy"),
        (_DAY_MONTH, "dmy"),
        (_MONTH_YEAR, "my"),
    ):
        text = take(pattern, order, text)
    for match in _MONTH_ALONE.finditer(text):
        found.add((None, month_number(match.group()), None))
    return found, take(_YEAR, "y", text)


def _digits(match: re.Match[str]) -> float:
    scale = match["scale"] or _SHORT_SCALES.get((match["short"] or "").lower(), "")
    number = re.match(r"\d+(?:[., ]\d+)*", match.group())
    assert number is not None
    plain = _THOUSANDS.sub("", number.group())
    head, *rest = re.split("[.,]", plain)
    # "1.20 a.m." and "2.1.3" are read as far as they go
    return round(float(f"{head}.{rest[0]}" if rest else head) * SCALES.get(scale.lower(), 1), 6)


def _in_words(words: str) -> float | None:
    """ "Eighty-eight thousand" → 88000; None for "one" and for scales alone ("millions of")."""
    total = current = 0
    has_count = False
    for word in re.split(r"[ -]+", words.lower()):
        if word in SCALES:
            scale = SCALES[word]
            if scale == 100:
                current = max(current, 1) * scale
            else:
                total, current = total + max(current, 1) * scale, 0
        elif word != "and":
            has_count = True
            current += _WORDS[word] if word != "dozen" or current == 0 else 11 * current
    value = total + current
    return None if not has_count or value == 1 else float(value)
