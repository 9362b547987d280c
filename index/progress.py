"""How long work tells its caller where it is, and is told to stop."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from index.article import ItemError

Stage = Literal["reading", "embedding", "indexing", "publishing"]

Progress = Callable[[Stage, int, int], None]
"""Called with the stage, how much of it is done and how much there is (0: not known).

It may raise `Cancelled`: the work stops there, what was committed stays, the published index is untouched.
"""


def silent(_stage: Stage, _done: int, _total: int) -> None:
    """A Progress that says nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest or rebuild did: counts of articles, of passages embedded anew, and the failed items."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    embedded: int = 0
    errors: tuple[ItemError, ...] = ()
