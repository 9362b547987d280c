"""An article and the day it is taken in, out comes the article without the dates that lie behind that day.

A slip of a year, a form's default or a story set in 2099 would else be the newest article for good. The clock only ever
takes a date away here, it gives none; what was said is kept with the article.
"""

import datetime as dt
from dataclasses import replace

from index.article import Article, Removed
from index.ingest.fields import NOT_UNDERSTOOD

MAX_DAYS_AHEAD = 2
"""Papers are dated for tomorrow, and it is tomorrow in Auckland."""


def without_future_dates(article: Article, today: dt.date) -> Article:
    last = (today + dt.timedelta(days=MAX_DAYS_AHEAD)).isoformat()
    stated = {"published_at": article.published_at, "updated_at": article.updated_at}
    ahead = {name: date for name, date in stated.items() if date and date[:10] > last}
    if not ahead:
        return article
    notes = (
        f"{name} is {date} ({article.found_in.get(name, 'as given')}): expected a day up to {last},"
        f" {MAX_DAYS_AHEAD} days after the article was taken in"
        for name, date in ahead.items()
    )
    return replace(
        article,
        published_at=None if "published_at" in ahead else article.published_at,
        updated_at=None if "updated_at" in ahead else article.updated_at,
        removed=(*(Removed(NOT_UNDERSTOOD, note) for note in notes), *article.removed),
        found_in={name: where for name, where in article.found_in.items() if name not in ahead},
    )
