"""A job while it is done: it tells the queue how far it is, and hears from there that it is to stop.

Both so often that another process which tells of the job is at most a second behind, and no oftener: an archive's
articles may come by the hundred a second.
"""

import logging
import time
from dataclasses import replace
from threading import Event

from index.article import Article
from index.errors import Cancelled, StorageFault
from index.progress import Pace, Stage
from web.jobs.queue import JobQueue, Taken

log = logging.getLogger(__name__)

BEAT_SECONDS = 0.3
MAX_IDS_KEPT = 1_000


class JobProgress:
    """`tell` is a Progress and `listen` a Stop: they raise Cancelled."""

    def __init__(self, queue: JobQueue, taken: Taken, closing: Event) -> None:
        """closing: set when the process is about to end; the job is left to another then."""
        self.reached = taken.job
        self.added_ids: list[str] = []
        self.is_called_off = False
        """By someone, and not only because the process is about to end."""
        self.is_lost = False
        """Another process may be doing the job by now."""
        self._comes_further = self._is_counted_anew = False
        self._told = taken.job
        self._claim = taken.claim
        self._queue = queue
        self._closing = closing
        self._pace = Pace()
        self._next_beat = 0.0

    def note(self, article_id: str, outcome: str, _article: Article | None) -> None:
        """What became of an article."""
        self._comes_further |= outcome in ("added", "updated")
        if outcome == "added" and len(self.added_ids) < MAX_IDS_KEPT:
            self.added_ids.append(article_id)

    def tell(self, stage: Stage, done: int, total: int) -> None:
        if stage != self.reached.state:
            self._next_beat = 0.0
        rate, seconds_left = self._pace.note(stage, done, total)
        self.reached = replace(self.reached, state=stage, done=done, total=total, rate=rate, seconds_left=seconds_left)
        self.listen()

    def listen(self) -> None:
        if self._closing.is_set():
            raise Cancelled("The server is closed.")
        if time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + BEAT_SECONDS
        if not self._claim.is_held():
            self.is_lost = True
            raise Cancelled("The connection to the database was lost.")
        try:
            if self.reached != self._told:  # first, so that one that is cancelled tells how far it came
                self._queue.tell(self.reached)
                self._told = self.reached
            if self._comes_further and not self._is_counted_anew:
                self._queue.count_anew(self.reached.id)
                self._is_counted_anew = True
            self.is_called_off = self._queue.is_cancelled(self.reached.id)
        except StorageFault:  # the work itself does not need this, and has its own say of the disk where it does
            log.exception("job %s could not be told", self.reached.id)
            return
        if self.is_called_off:
            raise Cancelled("Cancelled.")
