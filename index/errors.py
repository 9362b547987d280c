"""What can go wrong in `index`, as one tree.

IndexFault
├── BadArticle       an item cannot be taken in: unreadable, empty, malformed
├── BadCompanies     a list of companies is malformed or too long
├── UnknownArticle   no article has the id that was asked for
├── TakenAgain       an article cannot be restored, since its id is in use again
├── ModelFault       a model or its weights are missing, damaged or not what they were
├── BrokenIndex      a generation on disk is incomplete, altered or of another format
├── BrokenDatabase   the database is damaged or was written by another version
├── StorageFault     the disk or the database did not take a write
├── FetchRefused     an address may not be fetched, or did not give an article
│   └── NotServed    …because of its server or the way to it, which may pass
│       └── TimedOut
└── Cancelled        the caller asked for the work to stop; what was committed stays
"""

import reprlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.progress import Report


class IndexFault(Exception):
    """Base of every error that `index` raises on purpose. Its text is fit to show to a user."""

    report: "Report | None" = None
    """What an ingest had done by then, which stays done."""


class BadArticle(IndexFault):
    pass


class BadCompanies(IndexFault):
    pass


class UnknownArticle(IndexFault):
    pass


class TakenAgain(IndexFault):
    pass


class ModelFault(IndexFault):
    pass


class BrokenIndex(IndexFault):
    pass


class BrokenDatabase(IndexFault):
    pass


class StorageFault(IndexFault):
    pass


class FetchRefused(IndexFault):
    pass


class NotServed(FetchRefused):
    """Nothing stands against the address, but it gave no page."""

    def __init__(self, message: str, status: int | None = None, retry_after_seconds: float | None = None) -> None:
        """status: None where there was no answer, or not all of one."""
        super().__init__(message)
        self.status = status
        self.retry_after_seconds = retry_after_seconds

    @property
    def may_pass(self) -> bool:
        """Whether the same request may well succeed later."""
        return self.status is None or is_passing(self.status)


class TimedOut(NotServed):
    pass


def is_passing(status: int) -> bool:
    """Whether a server that answers with this status, and not with 200, may well do otherwise later."""
    return status == 429 or status >= 500


class Cancelled(IndexFault):
    pass


def shown(value: object) -> str:
    """`value` as it was written, shortened for a message: it may be huge, nested without end, or hold itself."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 60
    short.maxlevel = 2
    try:
        return short.repr(value)
    except ValueError:  # an int of more digits than Python writes out
        return "a number too long to show"
