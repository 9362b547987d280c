"""Spans of days as people write them in a question: "in May 2024", "between March and May 2022", "last week".

A text and the day that counts as today go in; each period comes out with its place, its first and last day, and the
word before it. Whether a period limits the articles is `understand`'s to say. English only, by patterns: what is
left as text ("since the election", "on Monday", "last season") costs nothing, what is read wrongly hides articles.
"""

import datetime as dt
import math
import re
from contextlib import suppress
from dataclasses import dataclass

from assistant.dates import MONTH, month_number
from index.text.english import NUMBERS

STALE_DAYS = 30
"""A collection whose newest article is older is an archive: its last week is not the clock's."""

_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)\d\d"
_POINT = (
    rf"(?:{_YEAR}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/{_YEAR}|{_DAY}(?: of)? {MONTH},? {_YEAR}|{MONTH} {_DAY},? {_YEAR}"
    rf"|{MONTH},?(?: of)? {_YEAR}|{_DAY}(?: of)? {MONTH}|{MONTH} {_DAY}|{_YEAR}|{MONTH})(?![\w/-])"
)
_NUMBERS = NUMBERS | {"few": 3}
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(_NUMBERS)})"
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PREPOSITION = r"(?:in|on|during|from|of|for|over|within)"
_PERIOD = re.compile(
    rf"\b(?:(?:between|from) (?P<first>{_POINT}|{_DAY}) (?:and|to|until|till|through) (?P<last>{_POINT})"
    rf"|(?P<open>since|after|before|until|till|up to) (?P<bound>{_POINT})"
    rf"|(?:(?P<word>{_PREPOSITION}) )?(?P<point>{_POINT})"
    rf"|(?:{_PREPOSITION} )?(?P<relative>today|yesterday|(?:this|(?:the )?(?:last|past|previous)) (?:week|month|year)"
    rf"|(?:the )?(?:last|past) (?P<count>{_COUNT}) (?P<unit>{'|'.join(('hour', *_UNIT_DAYS))})s?))(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """`text[start:end]` names it, with the word before it; `after` and `before` are both included."""

    start: int
    end: int
    after: dt.date | None
    before: dt.date | None
    is_relative: bool = False


def now_for(newest: dt.date | None, today: dt.date) -> dt.date:
    """The day from which "last week" is counted: today, or that of the newest article where that is an archive's."""
    return newest if newest and (today - newest).days > STALE_DAYS else today


def periods(text: str, now: dt.date) -> list[Period]:
    """In order. What is no day of the calendar ("31 June 2023", what was last year in the year 1) is left out."""
    found = []
    for match in _PERIOD.finditer(text):
        with suppress(OverflowError):  # before the calendar begins, or after it ends
            if days := _days(match, now):
                found.append(Period(*match.span(), *days, is_relative=bool(match["relative"])))
    return found


def _days(match: re.Match[str], now: dt.date) -> tuple[dt.date | None, dt.date | None] | None:
    if match["relative"]:
        return _relative(match["relative"].lower().removeprefix("the "), match["count"], match["unit"], now)
    if match["last"]:
        last = _point(match["last"], now)
        first = _point(match["first"], now) or _point(_completed(match["first"], match["last"]), now)
        if first and last and not re.search(_YEAR, match["first"]) and re.search(_YEAR, match["last"]):
            first = _point(_completed(match["first"], match["last"]), now)
        return (first[0], last[1]) if first and last and first[0] <= last[1] else None
    if match["open"]:
        bound = _point(match["bound"], now)
        if bound is None:
            return None
        word, a_day = match["open"].lower(), dt.timedelta(days=1)
        if word == "since":
            return bound[0], None
        if word == "after":
            return bound[1] + a_day, None
        return None, bound[0] - a_day if word == "before" else bound[1]
    named = match["point"].lower()
    if re.fullmatch(MONTH, named, re.IGNORECASE) and not match["word"]:  # "may" and "march" are words, too
        return None
    return _point(named, now)


def _completed(first: str, last: str) -> str:
    """The "March" of "March to May 2022", the "1" of "1 to 7 May 2024", with what the second date says."""
    year = re.search(_YEAR, last)
    month = re.search(MONTH, last, re.IGNORECASE)
    own_month = re.search(MONTH, first, re.IGNORECASE)
    return " ".join(filter(None, [first, "" if own_month or not month else month[0], year[0] if year else ""]))


def _point(named: str, now: dt.date) -> tuple[dt.date, dt.date] | None:
    """First and last day of a date, a month or a year. One without a year is the last that has begun by `now`."""
    try:
        if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", named):
            day = dt.date(*map(int, match.groups()))
            return day, day
        if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", named):
            one, two, year = map(int, match.groups())
            if one <= 12 and two <= 12 and one != two:  # of two readings neither
                return None
            day = dt.date(year, min(one, two), max(one, two))
            return day, day
        stated = re.search(rf"\b{_YEAR}\b", named)
        name = re.search(rf"\b{MONTH}", named, re.IGNORECASE)
        if name is None:
            return (dt.date(int(named), 1, 1), dt.date(int(named), 12, 31)) if stated else None
        month = month_number(name[0])
        number = re.search(r"\b\d{1,2}(?!\d)", named)
        year = int(stated[0]) if stated else now.year
        if not stated and dt.date(year, month, int(number[0]) if number else 1) > now:
            year -= 1
        if number:
            day = dt.date(year, month, int(number[0]))
            return day, day
        return dt.date(year, month, 1), _month_end(year, month)
    except ValueError:  # 31 June
        return None


def _relative(words: str, count: str | None, unit: str | None, now: dt.date) -> tuple[dt.date, dt.date]:
    if words == "today":
        return now, now
    if words == "yesterday":
        return now - dt.timedelta(days=1), now - dt.timedelta(days=1)
    if count and unit:
        n = int(count) if count.isdigit() else _NUMBERS[count.lower()]
        # 24 hours ago it was yesterday; of one day there is today alone
        days_ago = math.ceil(n / 24) if unit.lower() == "hour" else n * _UNIT_DAYS[unit.lower()] - 1
        return now - dt.timedelta(days=max(days_ago, 0)), now
    which, unit = words.split()
    if which == "past":
        return now - dt.timedelta(days=_UNIT_DAYS[unit] - 1), now
    begun = {
        "week": now - dt.timedelta(days=now.weekday()),
        "month": now.replace(day=1),
        "year": now.replace(month=1, day=1),
    }[unit]
    if which == "this":
        return begun, now
    before = begun - dt.timedelta(days=1)
    return {
        "week": before - dt.timedelta(days=6),
        "month": before.replace(day=1),
        "year": before.replace(month=1, day=1),
    }[unit], before


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
