"""Whether the day that an article states has come: a slip of a year, a form's default, a story set in 2099.

An article keeps its date as stated, whenever it is taken in. But it is not the newest by a day that is ahead, nor is
an answer as of that day: whoever compares days asks here, when comparing.
"""

import datetime as dt

MAX_DAYS_AHEAD = 2
"""Papers are dated for tomorrow, and it is tomorrow in Auckland."""


def day_to_compare(date: str | None) -> str:
    """Its day, in ISO 8601; empty where it is unknown or ahead, so that days compare. date: as `has_come` takes it."""
    return date[:10] if date and has_come(date) else ""


def last_day() -> str:
    """The last one that has come, as ISO 8601 has it."""
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=MAX_DAYS_AHEAD)).isoformat()


def has_come(date: str) -> bool:
    """date: a day or a time of it, in ISO 8601."""
    return date[:10] <= last_day()
