"""How long work tells its caller where it is and how fast it goes, and is told to stop."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from index.article import ItemError, Note

Stage = Literal["reading", "embedding", "indexing", "publishing"]

Progress = Callable[[Stage, int, int], None]
"""Called with the stage, how much of it is done and how much there is (0: not known).

It may raise `Cancelled`: the work stops there, what was committed stays, the published index is untouched.
"""


LISTEN_SECONDS = 0.2
"""How often who waits for work in another thread tells its Progress, which may be waiting to raise."""

Stop = Callable[[], None]
"""Called at least every half second of waiting; what it raises ends the wait."""

OnMore = Callable[[int], None]
"""Called with how many items more than was known of are to come, at most (see `index.article.More`)."""

Begin = Callable[[str], bool]
"""Called with the name of each item of an archive before it is read: False has it passed over."""


def silent(_stage: Stage, _done: int, _total: int) -> None:
    """A Progress that says nothing."""


def go_on() -> None:
    """A Stop that never does."""


def begin_all(_item: str) -> bool:
    """A Begin that passes over nothing."""
    return True


class Pace:
    """How fast a stage goes and when it will be done, from what a Progress is told."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage = ""
        self._from = (0.0, 0)  # the second and what was done when the stage began
        self._done = 0

    def note(self, stage: str, done: int, total: int) -> tuple[float | None, float | None]:
        """Things a second and seconds left; None while it is too early to say, or where the total is not known."""
        now = self._clock()
        if stage != self._stage or done < self._done:
            self._stage, self._from = stage, (now, done)
        self._done = done
        seconds, things = now - self._from[0], done - self._from[1]
        if seconds < MIN_PACE_SECONDS or not things:
            return None, None
        rate = things / seconds
        return rate, (total - done) / rate if total else None


MIN_PACE_SECONDS = 1.0
MAX_ERRORS_KEPT = 1_000
"""Of one ingest, which may read any number of files; those after them are counted."""
MAX_NOTES_KEPT = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest or rebuild did: counts of articles, of passages embedded anew, and the failed items."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    withheld: int = 0
    """Removed by hand in that revision, and not brought back."""
    embedded: int = 0
    errors: tuple[ItemError, ...] = ()
    """The first MAX_ERRORS_KEPT."""
    further_errors: int = 0
    notes: tuple[Note, ...] = ()
    """The first MAX_NOTES_KEPT."""

    @property
    def error_count(self) -> int:
        return len(self.errors) + self.further_errors
