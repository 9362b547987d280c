"""Feeds polled on an interval while the server runs: each fetch is a job like any other that adds an address.

What came of it is kept (`freshness.py`), so that after a restart a feed waits for the rest of its interval. Of several
servers one polls, the first that looked; when it ends another goes on, with its feeds and with what it had asked for.
"""

import datetime as dt
import logging
import threading

from index.ingest.target import without_password
from index.store.database import Turn
from web.errors import Busy, UnknownJob
from web.jobs.freshness import Freshness
from web.jobs.job import FINISHED
from web.jobs.jobs import Jobs
from web.replies import Json

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0


class Feeds:
    """One thread, from `start` to `close`."""

    def __init__(self, jobs: Jobs, freshness: Freshness, every: dt.timedelta) -> None:
        self._jobs = jobs
        self._freshness = freshness
        self._every = every
        self._running: dict[str, str] = {}  # address: id of its job
        self._turn: Turn | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="feeds", daemon=True)

    def start(self) -> None:
        self._has_turn()
        if self._freshness.addresses:
            self._thread.start()
        else:
            self._leave()

    def close(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._leave()

    def _has_turn(self) -> bool:
        if self._turn is None and (turn := self._freshness.turn()):
            self._turn = turn
            self._freshness.forget_others()
            self._running = self._jobs.polls()
        return self._turn is not None

    def _leave(self) -> None:
        if self._turn:
            self._turn.close()
            self._turn = None

    def _poll(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                if self._has_turn():
                    self.look(dt.datetime.now(dt.UTC))
            except Exception:  # a full disk may be over soon, and the feeds go on then
                log.exception("the feeds could not be looked after")

    def look(self, now: dt.datetime) -> None:
        """Note the fetches that have ended, and ask for those that are due."""
        for address, job_id in list(self._running.items()):
            try:
                job = self._jobs.get(job_id)
            except UnknownJob:
                job = {"state": "cancelled"}  # long ago
            if job["state"] in FINISHED:
                del self._running[address]
                if job["state"] == "cancelled":
                    self._freshness.note_checked(address, now)
                    continue
                self._note(address, job, now)
        self._ask(now)

    def _note(self, address: str, job: Json, now: dt.datetime) -> None:
        """What came of a poll of the feed itself, and of its entries."""
        own, of_entries = [], []
        for error in job["errors"]:
            if error["item"] == without_password(address):
                own.append(error["message"])
            elif not error["item"].startswith(f"{address} "):  # that there are more entries than are read
                of_entries.append((error["item"], error["message"]))
        failure = own[0] if own else _failure(job)
        self._freshness.note(address, now, failure)
        if failure is None and not _is_as_before(job):
            others = job["error_count"] - len(job["errors"])
            self._freshness.note_entries(address, of_entries, len(of_entries) + others)

    def _ask(self, now: dt.datetime) -> None:
        for address in self._freshness.addresses:
            if self._running:  # one at a time: people's jobs stand in the same queue
                return
            checked_at = self._freshness.checked_at(address)
            if checked_at is None or now - checked_at >= self._every:
                try:
                    self._running[address] = self._jobs.add_address(address, is_polled=True)
                except Busy:  # its turn comes with the next look
                    return


def _is_as_before(job: Json) -> bool:
    """Whether nothing was looked at, since the feed's server said that it is as it was; its entries are, too."""
    return job["unchanged"] == 1 and not (job["added"] or job["updated"] or job["errors"])


def _failure(job: Json) -> str | None:
    """Of a job that failed otherwise than by what its entries gave."""
    return str(job["message"]) if job["state"] == "failed" and not job["errors"] else None
