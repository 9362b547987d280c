"""Where dates stand in a text, as people write them in English: "Nov. 3", "29 March 2021", "Monday", "15:05"."""

import datetime as dt
import re

from index.text.english import MONTHS, WEEKDAYS

Span = tuple[int, int]

MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
"""In full or shortened; a pattern that ignores case takes it in small letters, too."""
_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
_DATE = re.compile(
    rf"\b(?:{_WEEKDAY},? )?(?:{MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? \d{{4}})?|{MONTH}(?: of)? \d{{4}})\b"
    rf"|\b(?:1\d|20)\d\d(?:–\d\d|s)?\b|\b{_WEEKDAY}\b|\b\d{{1,2}}(?:st|nd|rd|th) century\b|(?<=\b[Ii]n ){MONTH}\b"
    r"|\b\d{1,2}:\d\d(?: ?[ap]\.?m\.?)?|\b\d+ (?:BC|AD|BCE|CE)\b"
)


def month_number(name: str) -> int:
    """1 to 12, of what `MONTH` matches, in any case."""
    return 1 + next(n for n, month in enumerate(MONTHS) if month.lower().startswith(name[:3].lower()))


def date_spans(text: str) -> list[Span]:
    """Character offsets, in order."""
    return [match.span() for match in _DATE.finditer(text)]


def in_words(iso: str | None) -> str:
    """ "April 8, 2024" of a date or date-time in ISO 8601; empty for None."""
    if not iso:
        return ""
    day = dt.date.fromisoformat(iso[:10])
    return f"{day:%B} {day.day}, {day.year}"
