"""Search with FAISS and tantivy: the generation that one process has loaded of those in the data folder."""

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from index.errors import IndexFault
from index.model.embed import Embedder
from index.progress import Progress
from index.search.corpus import corpus
from index.search.engine import Engine, Followed, Shown
from index.search.generation import Generation
from index.search.local_snapshot import LocalSnapshot
from index.search.published import Generations
from index.store.database import Database
from index.store.store import Store

log = logging.getLogger(__name__)

AGAIN_SECONDS = 30.0
"""How long an index is made do with that is not the current one, before that is tried once more."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    name: str | None
    """What `CURRENT` named then."""
    generation: Generation
    is_fallback: bool
    """True where `generation` is not the one named."""
    again_at: float = math.inf
    """When it is tried once more to load that one, by `time.monotonic()`."""


class LocalEngine(Engine):
    is_shared = False

    def __init__(self, folder: Path, database: Database, store: Store, embedder: Embedder) -> None:
        """Loads nothing yet. Raises OSError where there can be no such folder."""
        self._generations = Generations(folder)
        self._database = database
        self._store = store
        self._embedder = embedder
        self._loading = threading.Lock()
        self._current: _Loaded | None = None

    def snapshot(self) -> LocalSnapshot:
        """It finds by words alone while no generation with vectors of this model can be read."""
        return LocalSnapshot(self._loaded().generation, self._store, self._embedder)

    def shown(self) -> Shown:
        loaded = self._loaded()
        return Shown(loaded.generation.state, len(loaded.generation.passages), loaded.is_fallback)

    def is_published(self) -> bool:
        """Without one, words are looked for in what the store first had."""
        return self._generations.current_name() is not None

    def has_passages(self) -> bool:
        return self._generations.has_passages(self._store.state().corpus_id)

    def is_up_to_date(self) -> bool:
        shown = self._shown()
        return shown is not None and shown.state == self._store.state()

    @contextmanager
    def publishing(self, progress: Progress) -> Iterator[None]:
        with self._generations.lock(on_wait=partial(progress, "publishing", 0, 0)):
            self._generations.sweep_unfinished()  # before anything is written: the disk may be nearly full of it
            yield

    def follow(self, *, full: bool, progress: Progress) -> Followed:
        shown = None if full else self._shown()
        if shown and shown.state == self._store.state():
            return "unchanged"
        with corpus(self._database, self._embedder.id, shown) as present:
            if present is None:
                return "lacking"
            published = self._generations.publish(present, self._embedder.id, progress=progress)
        with self._loading:
            self._current = _Loaded(published.name, published, False)
        return "whole" if published.is_whole else "grown"

    def sweep(self) -> None:
        self._generations.sweep(self._store.state().corpus_id)

    def close(self) -> None:
        """What was loaded goes with the last who reads it."""

    def _shown(self) -> Generation | None:
        """The generation that `CURRENT` names, where it can be used; none is made in its place, as for a search."""
        with self._loading:  # who asks at the same time waits, and need not load it
            name, loaded = self._generations.current_name(), self._current
            if loaded and loaded.name == name and not loaded.is_fallback:
                return loaded.generation
            found = self._generations.load(self._store.state().corpus_id, only_current=True)
            if found is None or not self._is_usable(found[1]):
                return None
            self._current = _Loaded(*found, False)
            return found[1]

    def _loaded(self) -> _Loaded:
        """The generation to read, fresh if another thread or process published one."""
        name = self._generations.current_name()
        current = self._current
        if current is None or current.name != name:
            with self._loading:
                if self._current is None or self._current.name != name:
                    self._current = self._load(name)
                current = self._current
        elif current.is_fallback and time.monotonic() > current.again_at:
            current = self._load_again(current)
        return current

    def _load_again(self, fallback: _Loaded) -> _Loaded:
        """What `CURRENT` names, if it can be loaded now: what kept it from that may have passed."""
        if not self._loading.acquire(blocking=False):  # another thread does it: nobody waits
            return fallback
        try:
            if self._current is fallback:  # else it has been done
                found = self._generations.load(self._store.state().corpus_id, only_current=True)
                is_back = found and found[0] == fallback.name and self._is_usable(found[1])
                generation = found[1] if found and is_back else fallback.generation
                self._current = _Loaded(fallback.name, generation, not is_back, time.monotonic() + AGAIN_SECONDS)
            return self._current or fallback
        finally:
            self._loading.release()

    def _load(self, name: str | None) -> _Loaded:
        corpus_id = self._store.state().corpus_id
        found = self._generations.load(corpus_id)
        while (now := self._generations.current_name()) != name:  # published meanwhile
            name, found = now, self._generations.load(corpus_id)
        # one that could be read stays as it is, of another model
        again_at = math.inf if found and found[0] == name else time.monotonic() + AGAIN_SECONDS
        if found and self._is_usable(found[1]):
            return _Loaded(name, found[1], found[0] != name, again_at)
        with corpus(self._database, None) as present:
            if present is None:
                raise IndexFault("The store gave no corpus.")
            return _Loaded(name, Generation.words_only(present), True, again_at)

    def _is_usable(self, generation: Generation) -> bool:
        # one that is ahead is of states that the database had before someone put an earlier copy in its place
        return generation.model == self._embedder.id and generation.seq <= self._store.seq()
