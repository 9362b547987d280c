"""Which threads answer a request: each kind has its own, and so many more may wait; what is beyond is refused at once.

One pool for all would have health wait behind questions, and a question behind uploads that take their time. Few
threads a lane also means few that compete for the interpreter, which is what makes a reply late when all are busy.
"""

import time
from dataclasses import dataclass
from typing import Any

from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from web.http.bodies import UPLOAD_PATHS
from web.services import MAX_RUNNING, MAX_WAITING


@dataclass(frozen=True, slots=True, eq=False)  # two of the same size are still two
class Lane:
    threads: int
    max_waiting: int
    """Requests, beside those that are being answered."""


HEALTH = Lane(threads=1, max_waiting=200)
FILES = Lane(threads=1, max_waiting=10_000)
"""The page's own files, and refusals, which are never refused themselves: connections bound them."""
QUESTIONS = Lane(threads=MAX_RUNNING + MAX_WAITING + 2, max_waiting=20)
"""As many as the gate holds, and some that turn the others away."""
UPLOADS = Lane(threads=3, max_waiting=8)
"""Each is read into memory or onto the disk by its thread, and two previews may take their time."""
OTHERS = Lane(threads=4, max_waiting=200)

ANSWERED_WITH_MODELS = frozenset(
    (
        *("/ask", "/api/ask", "/api/search", "/api/suggestions", "/v1/chat/completions"),
        *("/timeline", "/api/timeline", "/stories", "/api/stories"),
    )
)
RETRY_AFTER_SECONDS = 2


class Overloaded(Error):  # type: ignore[misc]  # waitress has no types
    code = 503
    reason = "Service Unavailable"


def lane_of(method: str, path: str) -> Lane:
    if path == "/api/health":
        return HEALTH
    if path.startswith("/static/"):
        return FILES
    if path in ANSWERED_WITH_MODELS:
        return QUESTIONS
    if method == "POST" and path in UPLOAD_PATHS:
        return UPLOADS
    return OTHERS


class Lanes:
    """waitress's dispatcher, of several."""

    def __init__(self) -> None:
        self._dispatchers = {lane: ThreadedTaskDispatcher() for lane in (HEALTH, FILES, QUESTIONS, UPLOADS, OTHERS)}
        for lane, dispatcher in self._dispatchers.items():
            dispatcher.set_thread_count(lane.threads)

    def add_task(self, channel: Any) -> None:
        """Have the first request of `channel` answered."""
        request = channel.requests[0]
        lane = FILES if request.error else lane_of(request.command, request.path)
        if len(self._dispatchers[lane].queue) >= lane.max_waiting:
            request.error = Overloaded("more is asked for than can be answered, try again shortly")
            lane = FILES
        self._dispatchers[lane].add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        deadline = time.monotonic() + timeout
        for dispatcher in self._dispatchers.values():
            dispatcher.shutdown(cancel_pending, max(0.1, deadline - time.monotonic()))
