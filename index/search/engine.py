"""What finds passages: FAISS and tantivy in the data folder (`local.py`), or a Milvus server (`milvus/`).

Both publish whole states of the store, one after the other. Who asks takes the present one and keeps to it.
"""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from index.progress import Progress
from index.search.snapshot import Snapshot
from index.store.state import State

Followed = Literal["lacking", "unchanged", "grown", "whole"]
"""lacking: passages have no vector yet, or articles were not compared. grown: what had changed was published. whole:
everything was, anew."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What searches go through at present."""

    state: State
    passages: int
    is_fallback: bool
    """Answers come from words alone or from an older state until a rebuild."""


class Engine(ABC):
    """Any thread may call. Each raises StorageFault where the index cannot be read or written."""

    is_shared: bool
    """Whether what one machine publishes is what all search."""

    @abstractmethod
    def snapshot(self) -> Snapshot:
        """The present state, kept to by whoever asks it more than once."""

    @abstractmethod
    def shown(self) -> Shown: ...

    @abstractmethod
    def is_published(self) -> bool:
        """Whether anything was published, of however few passages."""

    @abstractmethod
    def has_passages(self) -> bool:
        """Whether what is published of this corpus has any. Told without loading an index."""

    @abstractmethod
    def is_up_to_date(self) -> bool:
        """Whether the store's present state is what is published, by this model. Within `publishing`."""

    @abstractmethod
    def publishing(self, progress: Progress) -> AbstractContextManager[None]:
        """One at a time over all processes; whoever waits for another tells `progress`."""

    @abstractmethod
    def follow(self, *, full: bool, progress: Progress) -> Followed:
        """Publish the store's present state, all of it anew where `full`. Within `publishing`; what was published
        before stays where this fails."""

    @abstractmethod
    def sweep(self) -> None:
        """Delete what nobody reads any more. Within `publishing`."""

    @abstractmethod
    def close(self) -> None: ...
