"""When it happened: the dates that a sentence tells, also those that are counted from the day of its article.

"On Friday" is the Friday before the article or after it, by the verb that it stands with ("closed on Friday", "will
close on Friday"); "in April" and "May 2" are the nearest by the same rule, and "two days later" is counted from the
date before it. What names no day, month or year ("last week"), and a year that only describes ("the 2002 budget"), is
left out. English only.
"""

import datetime as dt
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from assistant.dates import MONTH, month_number
from assistant.topics.tense import Side, side
from index.text.english import MONTHS, NUMBERS, WEEKDAYS

Precision = Literal["day", "month", "year"]
_LENGTHS: dict[str, int] = {"day": 10, "month": 7, "year": 4}
"""Of a date in ISO 8601 that is known so exactly."""

_WEEKDAY = "|".join(WEEKDAYS)
_COUNT = rf"(?i:\d{{1,3}}|an?|{'|'.join(NUMBERS)})"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_TO = r"(?: ?[-–] ?| (?:and|to|or|through|until|till) )"
_PART = r"(?:(?:the )?(?:end|start|beginning|middle|spring|summer|autumn|fall|winter) of |early |late |mid[- ])?"
_IN = r"(?i:in|since|until|till|by|from|during|before|after|around|of)"
_PATTERNS = (
    rf"(?P<iso>{_YEAR}-\d\d-\d\d)",
    rf"(?P<one>\d{{1,2}})/(?P<other>\d{{1,2}})/(?P<slashed>{_YEAR})",
    # 3 May, Friday 3 May 2002, 3 to 7 May; May 3, May 3 to 7, 2002
    rf"(?:(?P<on>{_WEEKDAY}),? )?(?:the )?(?:(?:(?P<first>{_DAY}){_TO})?(?P<day>{_DAY})(?: of)? (?P<month>{MONTH})"
    rf"|(?P<month_>{MONTH}) (?:(?P<first_>{_DAY}){_TO})?(?P<day_>{_DAY})(?!\d|[:,.]\d))"
    rf"(?:,? (?P<year>{_YEAR})| (?P<same>last|this|next) year)?"
    r"(?! of that year)",
    rf"(?P<of>{MONTH}),?(?: of)? (?P<its_year>{_YEAR})",
    rf"(?P<which>(?i:last|this|next|past|coming)) (?P<named>{_WEEKDAY}|{MONTH}|month|year)",
    # Saturday 19; on the 19th
    rf"(?P<on_>{_WEEKDAY})(?: the)? (?P<alone>{_DAY})",
    r"(?:on|from|until|by) the (?P<alone_>\d{1,2}(?:st|nd|rd|th))"
    r"(?=[.,;:]|$| (?:and|to|in|at|after|with|when|but|by|of this month)\b)",
    rf"(?P<weekday>{_WEEKDAY})",
    r"(?P<away>(?i:yesterday|last night|today|tonight|this (?:morning|afternoon|evening)|tomorrow))",
    rf"(?P<count>{_COUNT}) (?P<unit>day|month|year)s? (?P<way>ago(?: today)?|(?:later|earlier)(?! than))",
    r"(?i:the) (?P<neighbour>next|following|previous) day",
    rf"(?i:in) (?P<days>{_COUNT}) days?(?:['’] time)?(?! of\b)",
    r"end of the (?P<this>month|year)",
    rf"(?:(?P<in>{_IN}) {_PART})?(?P<in_month>{MONTH}) (?P<its>last|this|next) year",
    rf"(?P<in_>{_IN}) {_PART}(?P<in_month_>{MONTH})(?!\.?,?(?: of)? \d)",
    rf"{_IN} {_PART}(?P<in_year>{_YEAR})(?:{_TO}(?P<to_year>{_YEAR}))?(?![\d%-]|[.,]\d| [A-Z]{{2}})",
    rf"between (?P<from_year>{_YEAR}) and (?P<until_year>{_YEAR})",
    rf"mid-(?P<mid_year>{_YEAR})",
    rf"(?P<bare>{'|'.join(month for month in MONTHS if month not in {'March', 'May'})})",
)
_DATE = re.compile(rf"\b(?:{'|'.join(_PATTERNS)})(?![\w-])")
_YEARS = ("in_year", "to_year", "from_year", "until_year", "mid_year")
_NAME_BEHIND = re.compile(r" [A-Z][a-z]")
_WORD_BEFORE = re.compile(
    r"\b(?:on|by|until|till|since|from|before|after|late|early|for|of|and|or|to)(?: the)? $", re.IGNORECASE
)
_ANY = re.compile(r"\b(?:an?|every|each|any|some|most|one|that|the|following|previous) $", re.IGNORECASE)
"""Before a weekday: no day in particular, or one of the story's own."""
_UPDATE = re.compile(r"(?:Update|UPDATE|Added|Correction)d?,? [^:.]{3,30}: ")
"""What stands behind it was written on that day."""
_SHIFTS = {"last": -1, "past": -1, "this": 0, "next": 1, "coming": 1}
_FOLLOWED = re.compile(r"\b(?:follow(?:ed|s|ing)|preceded|after|before) $")
_COMPARED = re.compile(
    r"\bthan (?:it |they |he |she )?(?:was |were |had been )?(?:(?:in|on|at) )?(?:the same \w+ (?:of )?)?$"
)
_AWAY = {"yesterday": -1, "last night": -1, "tomorrow": 1}
_FAR: dict[Side, dt.timedelta] = {
    "ahead": dt.timedelta(days=300),
    "rather behind": dt.timedelta(days=240),
    "behind": dt.timedelta(days=366),
}
"""Beyond it the nearest is meant after all: "in June" is hardly ever the last one in May."""


@dataclass(frozen=True, slots=True)
class Told:
    """A date that a text tells at `text[start:end]`."""

    date: str
    """ISO 8601, as far as it is known: 2003-05-02, 2003-05 or 2003."""
    start: int
    end: int

    @property
    def precision(self) -> Precision:
        return (
            "day" if len(self.date) == _LENGTHS["day"] else "month" if len(self.date) == _LENGTHS["month"] else "year"
        )


def told(text: str, published_at: str | None) -> list[Told]:
    """In the order of the text, each date once. published_at: the day of its article, without which only a date with
    its year is known."""
    own = dt.date.fromisoformat(published_at[:10]) if published_at else None
    update = _UPDATE.match(text)
    if update and (added := _DATE.search(text, 0, update.end())):
        with suppress(ValueError):
            own = dt.date.fromisoformat(_dates(added, text[: update.end()], own, None)[0])
    found: dict[str, Told] = {}
    last: str | None = None
    for match in _DATE.finditer(text, update.end() if update else 0):
        if _is_left_out(match, text):
            continue
        with suppress(ValueError, OverflowError):  # 31 June, and what is beyond the calendar
            for date in _dates(match, text, own, last):
                last = date
                found.setdefault(date, Told(date, _start(match), match.end()))
    # "in 2002, on May 2" is one date and not two
    return [one for one in found.values() if not any(o != one.date and o.startswith(one.date) for o in found)]


def _start(match: re.Match[str]) -> int:
    """Without the word before a month or year."""
    return next((match.start(name) for name in ("in_month", "in_month_", *_YEARS) if match[name]), match.start())


def _is_left_out(match: re.Match[str], text: str) -> bool:
    """What is only compared with ("than in 2020"), and another thing's day ("that followed Sunday's full moon")."""
    before, behind = text[: match.start()], text[match.end() :]
    return bool(_COMPARED.search(before) or (_FOLLOWED.search(before) and re.match(r"['’]s\b", behind)))


def _dates(match: re.Match[str], text: str, own: dt.date | None, last: str | None) -> list[str]:
    """last: the date told before it."""
    if match["iso"]:
        return [dt.date.fromisoformat(match["iso"]).isoformat()]
    if match["slashed"]:
        low, high = sorted((int(match["one"]), int(match["other"])))
        is_clear = low == high or high > len(MONTHS)  # else either may be the month
        return [dt.date(int(match["slashed"]), low, high).isoformat()] if is_clear else []
    if match["day"] or match["day_"]:
        return _days(match, text, own)
    if match["of"]:
        return [_month_of(int(match["its_year"]), month_number(match["of"]))]
    if years := [match[name] for name in _YEARS if match[name]]:
        return years
    if match["neighbour"]:
        return [_shifted(last, "day", -1 if match["neighbour"] == "previous" else 1)] if last else []
    if match["way"] in {"later", "earlier"}:
        n = _number(match["count"])
        return [_shifted(last, match["unit"], n if match["way"] == "later" else -n)] if last else []
    date = _from(own, match, text) if own else None
    return [date] if date else []


def _days(match: re.Match[str], text: str, own: dt.date | None) -> list[str]:
    """Of a month that is named, one or the first and last of several."""
    month = month_number(match["month"] or match["month_"])
    named = (match["first"] or match["first_"], match["day"] or match["day_"])
    days = [_ordinal(day) for day in named if day]
    if match["year"]:
        return [dt.date(int(match["year"]), month, day).isoformat() for day in days]
    if own is None:
        return []
    if match["same"]:
        return [dt.date(own.year + _SHIFTS[match["same"]], month, day).isoformat() for day in days]
    weekday = WEEKDAYS.index(match["on"]) if match["on"] and len(days) == 1 else None
    where = side(text, match.start(), match.end())
    return [_near(month, day, own, where, weekday).isoformat() for day in days]


def _from(own: dt.date, match: re.Match[str], text: str) -> str | None:
    """A date that is counted from the day of the article."""
    if match["away"]:
        return _shifted(own.isoformat(), "day", _AWAY.get(match["away"].lower(), 0))
    if match["count"]:
        shifted = _shifted(own.isoformat(), match["unit"], -_number(match["count"]))
        return shifted if match["way"] == "ago today" else shifted[: _LENGTHS[match["unit"]]]
    if match["this"]:
        return own.isoformat()[: _LENGTHS[match["this"]]]
    if match["its"]:
        return _month_of(own.year + _SHIFTS[match["its"]], month_number(match["in_month"]))
    where = side(text, _start(match), match.end())
    if match["days"]:  # else it is how long something took
        return _shifted(own.isoformat(), "day", _number(match["days"])) if where in {"ahead", None} else None
    if match["which"]:
        return _which(match["which"].lower(), match["named"], own, where)
    if match["alone"] or match["alone_"]:
        return _day_alone(match, own, where)
    before, is_a_name = text[: match.start()], _NAME_BEHIND.match(text, match.end())  # April Dawson, the Sunday Lantern
    if match["weekday"]:
        is_no_day = (is_a_name and not _WORD_BEFORE.search(before)) or _ANY.search(before)
        return None if is_no_day else _weekday(match["weekday"], own, where).isoformat()
    if match["bare"] and is_a_name:
        return None
    month = match["in_month_"] or match["bare"]
    if (match["in_"] or "").lower() == "since":
        return _which("last", month, own, where)
    return _near(month_number(month), None, own, where).isoformat()[: _LENGTHS["month"]]


def _near(month: int, day: int | None, own: dt.date, where: Side | None, weekday: int | None = None) -> dt.date:
    """The nearest such day, or first of a month, on that side, the day or month itself too; of the weekday, if one is
    named. Raises ValueError where there is none."""
    near = []
    here = own if day else own.replace(day=1)
    for year in range(own.year - 2, own.year + 3):
        with suppress(ValueError):  # February 29
            one = dt.date(year, month, day or 1)
            if weekday is None or one.weekday() == weekday:
                near.append(one)
    found = min(near, key=lambda one: abs(one - here))
    if where is None or weekday is not None:
        return found
    of_the_side = [one for one in near if (one >= here if where == "ahead" else one <= here)]
    best = min(of_the_side, key=lambda one: abs(one - here))
    return best if abs(best - here) <= _FAR[where] else found


def _day_alone(match: re.Match[str], own: dt.date, where: Side | None) -> str | None:
    """The nearest such day of a month on that side; of its weekday, if one is named."""
    day = _ordinal(match["alone"] or match["alone_"])
    near = []
    for shift in range(-6, 7):
        with suppress(ValueError):
            near.append(dt.date.fromisoformat(f"{_shifted(own.isoformat(), 'month', shift)}-{day:02}"))
    if match["on_"]:
        near = [one for one in near if one.weekday() == WEEKDAYS.index(match["on_"])]
    elif where:
        near = [one for one in near if (one >= own if where == "ahead" else one <= own)]
    return min(near, key=lambda one: abs(one - own)).isoformat() if near else None


def _which(which: str, named: str, own: dt.date, where: Side | None) -> str:
    """ "Last Friday", "next April", "this year"."""
    shift = _SHIFTS[which]
    if named in _LENGTHS:
        return _shifted(own.isoformat()[: _LENGTHS[named]], named, shift)
    if shift:
        where = "ahead" if shift > 0 else "behind"
    if named in WEEKDAYS:
        near = _weekday(named, own, where)
        return (near + dt.timedelta(days=7 * shift)).isoformat() if near == own else near.isoformat()
    month, year = month_number(named), own.year
    if where == "ahead" and month < own.month + bool(shift):
        year += 1
    elif where != "ahead" and month > own.month - bool(shift):
        year -= 1
    return _month_of(year, month)


def _weekday(name: str, own: dt.date, where: Side | None) -> dt.date:
    """The nearest on that side, ahead where none is known; the day itself where it is one."""
    days = (WEEKDAYS.index(name) - own.weekday()) % 7
    return own + dt.timedelta(days=days if where in {"ahead", None} or days == 0 else days - 7)


def _shifted(date: str, unit: str, n: int) -> str:
    """So many units from a date, as exact as the less exact of both. Raises ValueError for days from a month or year
    and months from a year."""
    if unit == "day":
        return (dt.date.fromisoformat(date) + dt.timedelta(days=n)).isoformat()
    if unit == "year":
        whole = dt.date.fromisoformat(date + "-01-01"[len(date) - 4 :] if len(date) < _LENGTHS["day"] else date)
        return whole.replace(year=whole.year + n).isoformat()[: len(date)]
    months = 12 * int(date[:4]) + int(date[5:7]) - 1 + n
    return _month_of(months // 12, months % 12 + 1)


def _month_of(year: int, month: int) -> str:
    return dt.date(year, month, 1).isoformat()[: _LENGTHS["month"]]


def _number(count: str) -> int:
    return int(count) if count.isdigit() else NUMBERS.get(count.lower(), 1)


def _ordinal(day: str) -> int:
    return int(re.sub(r"\D", "", day))
