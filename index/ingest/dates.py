"""A date as somebody wrote it in, ISO 8601 out, or None where that would take a guess.

Kept as stated: a date stays a date, a date-time keeps its offset, and one without an offset gets none.
Nothing is completed from the clock, no year from two digits, and 03/04/2021 is nobody's date.
"""

import datetime as dt
import re
from pathlib import PurePosixPath

_MONTHS = "january february march april may june july august september october november december"
_ZONES = {
    "UT": 0,
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "EST": 5,
    "EDT": 4,
    "CST": 6,
    "CDT": 5,
    "MST": 7,
    "MDT": 6,
    "PST": 8,
    "PDT": 7,
}
"""Hours behind UTC, from RFC 822, section 5.1."""

_TIME = r"(?:,?\s+(?:at\s+)?(?P<time>\d{1,2}:\d\d(?::\d\d)?)(?:\s*(?P<zone>[A-Z]{1,3}|[+-]\d{4}))?)?"
_WEEKDAY = r"(?:[A-Za-z]{3,9}\.?,?\s+)?"
_NAMED_MONTH = [
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})\s+(?P<month>[A-Za-z]{{3,9}})\.?,?\s+(?P<year>\d{{4}}){_TIME}"),
    re.compile(rf"{_WEEKDAY}(?P<month>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_TIME}"),
]
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d\d)[-/.](\d\d)")


def iso_date(value: object) -> str | None:
    """`value` (a string, or a date as YAML gives it) as ISO 8601; None if it is no complete date.

    Read are ISO 8601, RFC 822, 2021/03/29, "29 March 2021" and "March 29, 2021" with or without a time.
    """
    if isinstance(value, dt.date):  # a datetime is a date too
        return value.isoformat()
    if not isinstance(value, str) or len(value) > 100:
        return None
    stated = value.strip()
    try:
        return _from_iso(stated) or _from_named_month(stated)
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


def _from_named_month(stated: str) -> str | None:
    found = next((match for form in _NAMED_MONTH if (match := form.fullmatch(stated))), None)
    if found is None:
        return None
    written = re.sub("^sept$", "sep", found["month"].lower())
    month = next((n for n, name in enumerate(_MONTHS.split(), 1) if name.startswith(written)), 0)
    day = dt.date(int(found["year"]), month, int(found["day"]))
    if found["time"] is None:
        return day.isoformat()
    zone = found["zone"] or ""
    offset = f"-{_ZONES[zone]:02}:00" if zone in _ZONES else zone
    hours, _, rest = found["time"].partition(":")
    return dt.datetime.fromisoformat(f"{day}T{hours:0>2}:{rest}{offset}").isoformat()
