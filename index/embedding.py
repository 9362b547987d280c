"""Passages of the store get their vectors: in the background while more of them come in, and then all that lack one.

The network takes every core, but only while it is given texts. So two batches are under way at a time, one being
fetched or saved while the other is embedded, and where articles are read meanwhile, the cores do not wait for that.
What a kill or a cancel costs is the batches under way.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from queue import SimpleQueue

from index.errors import IndexFault
from index.model.embed import Batching, Embedder
from index.progress import LISTEN_SECONDS, Progress
from index.search.embeddings import Embeddings

log = logging.getLogger(__name__)

BATCH = 16
"""Passages embedded between two commits, where the embedder does not say how many."""
UNDER_WAY = 2
"""Batches."""


class Embedding:
    """Any thread may call, several at a time; what two embed at once is kept once."""

    def __init__(self, embeddings: Embeddings, embedder: Embedder) -> None:
        self._embeddings = embeddings
        self._embedder = embedder
        self._workers = ThreadPoolExecutor(UNDER_WAY, "embedding")

    @property
    def _batch(self) -> int:
        """Asked for when there is something to embed: the embedder may have to look for a GPU."""
        return self._embedder.batch if isinstance(self._embedder, Batching) else BATCH

    def close(self) -> None:
        """Without waiting for what is under way."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def ahead(self) -> Iterator["Ahead"]:
        """While it lasts, the articles that are given are embedded in the background."""
        ahead = Ahead()
        threading.Thread(target=self._follow, args=[ahead], name="embedding ahead", daemon=True).start()
        try:
            yield ahead
        finally:
            ahead.end()

    def finish(self, progress: Progress, ahead: "Ahead | None" = None) -> int:
        """Embed every passage that lacks a vector, after those of `ahead`, which ends; how many there were in all.

        Raises what `progress` and the model do, and StorageFault; nobody waits for the batches under way then, which
        are saved if they can be.
        """
        done = self.end(ahead, progress) if ahead else 0
        keys = self._embeddings.missing(self._embedder.id)
        total = done + len(keys)
        left = iter(keys)
        under_way: set[Future[int]] = set()
        while total:
            progress("embedding", done, total)
            while len(under_way) < UNDER_WAY and (batch := list(islice(left, self._batch))):
                under_way.add(self._workers.submit(self._embed, batch))
            if not under_way:
                break
            ended, under_way = wait(under_way, LISTEN_SECONDS, FIRST_COMPLETED)
            done += sum(batch.result() for batch in ended)
        return total

    def end(self, ahead: "Ahead", progress: Progress) -> int:
        """Wait for what is under way of `ahead`, and begin no more of it; how many passages it embedded."""
        ahead.end()
        if not ahead.has_ended.wait(LISTEN_SECONDS):
            expected = ahead.embedded + len(self._embeddings.missing(self._embedder.id))
            progress("embedding", ahead.embedded, expected)
            while not ahead.has_ended.wait(LISTEN_SECONDS):
                progress("embedding", ahead.embedded, expected)
        return ahead.embedded

    def _follow(self, ahead: "Ahead") -> None:
        try:
            while ids := ahead.take(self._batch):
                keys = iter(self._embeddings.missing(self._embedder.id, ids))
                while not ahead.is_over and (batch := list(islice(keys, self._batch))):
                    ahead.embedded += self._embed(batch)
        except IndexFault as fault:  # `finish` will meet it, too, and somebody is told of it there
            log.debug("embedding ahead has ended: %s", fault)
        finally:
            ahead.has_ended.set()

    def _embed(self, keys: list[bytes]) -> int:
        texts = self._embeddings.texts(keys)
        self._embeddings.save(self._embedder.id, list(texts), self._embedder.embed(list(texts.values())))
        return len(keys)


class Ahead:
    """Articles to be embedded while others are read: one thread gives their ids, another takes them."""

    def __init__(self) -> None:
        self.embedded = 0
        """Passages."""
        self.is_over = False
        self.has_ended = threading.Event()
        """Nothing is under way any more."""
        self._ids: SimpleQueue[str | None] = SimpleQueue()

    def give(self, article_id: str) -> None:
        self._ids.put(article_id)

    def end(self) -> None:
        """What was not begun is left."""
        self.is_over = True
        self._ids.put(None)

    def take(self, most: int) -> list[str]:
        """Of one or of several that wait; waits for the first. None at the end."""
        ids = [self._ids.get()]
        while len(ids) < most and not self._ids.empty():
            ids.append(self._ids.get())
        return [] if self.is_over else list(filter(None, ids))
