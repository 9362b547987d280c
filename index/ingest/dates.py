"""A date as somebody wrote it in, ISO 8601 out, or None where that would take a guess.

Kept as stated: a date stays a date, a date-time keeps its offset, and one without an offset gets none.
Nothing is completed from the clock, no year from two digits, and 03/04/2021 is nobody's date; 29/03/2021 is one.
"""

import datetime as dt
import re
from pathlib import PurePosixPath

from index.text.english import MONTHS

_ZONES = {
    "UT": 0,
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "CET": -1,
    "CEST": -2,
    "EST": 5,
    "EDT": 4,
    "CST": 6,
    "CDT": 5,
    "MST": 7,
    "MDT": 6,
    "PST": 8,
    "PDT": 7,
}
"""Hours behind UTC, from RFC 822, section 5.1, and of Central Europe."""
_LOCAL_ZONES = {"ET", "CT", "MT", "PT", "BST", "IST"}
"""An hour that stands with one of these could be either of two: of such a date-time the date is taken."""

_WEEKDAY = r"(?:[A-Za-z]{3,9}\.?,? )?"
_DATES = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})",
    r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
)
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)(?::(?P<second>\d\d))?)? ?(?P<half>[AaPp]\.?[Mm]\b\.?)?"
    r"(?: ?(?P<zone>[A-Z]{1,4}|[+-]\d{4}))?"
)
_NAMED_MONTH = [
    re.compile(form)
    for date in _DATES
    for form in (rf"{_WEEKDAY}{date}(?:(?:,? at |,? ?[/|·–-] ?|,? ){_TIME})?", rf"{_TIME},?(?: on)? {_WEEKDAY}{date}")
]
_NUMBERS = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<mark>[./-])(?P<other>\d{{1,2}})(?P=mark)(?P<year>\d{{4}})(?:(?:,? at |,? ){_TIME})?"
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d\d)[-/.](\d\d)")


def iso_date(value: object) -> str | None:
    """`value` (a string, or a date as YAML gives it) as ISO 8601; None if it is no complete date.

    Read are ISO 8601, RFC 822, 2021/03/29, 29/03/2021, 03/29/2021, 29.3.2021, "29 March 2021" and "March 29, 2021" with
    or without a time, which may be in twelve hours and stand before a month's name: "4:35 p.m. EST, Nov. 3, 2023".
    """
    if isinstance(value, dt.date):  # a datetime is a date too
        return value.isoformat()
    if not isinstance(value, str) or len(value) > 100:
        return None
    stated = value.strip()
    try:
        return _from_iso(stated) or _from_words(stated)
    except ValueError:
        return None


def date_in_name(name: str) -> str | None:
    """The date that a file name starts with (`2021-03-29-bridge.txt`), or None."""
    found = re.match(r"\d{4}-\d\d-\d\d(?!\d)", PurePosixPath(name).name, re.ASCII)
    return iso_date(found.group()) if found else None


def _from_iso(stated: str) -> str | None:
    if not re.match(r"\d{4}-?[\dW]|\d{4}[/.]\d\d[/.]\d\d", stated, re.ASCII):
        return None
    stated = _YEAR_FIRST.sub(r"\1-\2-\3", stated, count=1)
    stated = re.sub(r"\s*(?:UTC|GMT)$", "+00:00", stated)
    stated = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", stated)
    try:
        return dt.date.fromisoformat(stated).isoformat()
    except ValueError:
        return dt.datetime.fromisoformat(stated).isoformat()


def _from_words(stated: str) -> str | None:
    stated = " ".join(stated.split())
    if found := _NUMBERS.fullmatch(stated):
        day = _day_of_numbers(found)
    elif found := next((match for form in _NAMED_MONTH if (match := form.fullmatch(stated))), None):
        written = re.sub("^sept$", "sep", found["month"].lower())
        month = next((n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(written)), 0)
        day = dt.date(int(found["year"]), month, int(found["day"]))
    else:
        return None
    if found["hour"] is None or found["zone"] in _LOCAL_ZONES:
        return day.isoformat()
    time = f"{_hour(found):02}:{found['minute'] or '00'}:{found['second'] or '00'}"
    zone = found["zone"] or ""
    offset = f"{-_ZONES[zone]:+03}:00" if zone in _ZONES else zone
    return dt.datetime.fromisoformat(f"{day}T{time}{offset}").isoformat()


def _day_of_numbers(found: re.Match[str]) -> dt.date:
    """Of "31/12/2022" or "12/31/2022", or of one with points, where the day is first."""
    one, other, year = int(found["one"]), int(found["other"]), int(found["year"])
    if found["mark"] == "." or one > 12 or one == other:
        return dt.date(year, other, one)
    if other > 12:
        return dt.date(year, one, other)
    raise ValueError(f"{one} or {other} may be the month")


def _hour(found: re.Match[str]) -> int:
    """Of 24 hours. "7" alone is none, nor is "13 p.m."."""
    hour, half = int(found["hour"]), found["half"]
    if (half and not 1 <= hour <= 12) or (not half and not found["minute"]):
        raise ValueError(hour)
    return hour if not half else hour % 12 + (12 if half[0] in "Pp" else 0)
