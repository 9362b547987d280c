"""Which articles a search may look at. Filters are applied inside the search, never after it."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filters:
    """Every field narrows; an empty field does not. Names and phrases are compared without regard to case.

    `after` and `before` are whole days, both included, held against `published_at`; an article without a date passes
    neither. Of several names one has to fit, and of several phrases one has to stand in title or text. Of several
    companies one has to be named, each given by a name or by a ticker ("TSLA", "$TSLA", "NASDAQ: TSLA").
    """

    after: dt.date | None = None
    before: dt.date | None = None
    source: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    article_id: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    company: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()

    def as_json(self) -> dict[str, str | list[str]]:
        """Only what is set, as the API gives them back."""
        out: dict[str, str | list[str]] = {}
        if self.after:
            out["after"] = self.after.isoformat()
        if self.before:
            out["before"] = self.before.isoformat()
        for name in ("source", "author", "article_id", "phrase", "company"):
            if values := getattr(self, name):
                out[name] = list(values)
        return out


NO_FILTERS = Filters()
