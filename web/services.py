"""What the routes work with: made once by the application factory, asked for by `services()` in a request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import current_app, request

from assistant.answer import Question
from assistant.assistant import Assistant
from index.library import Library
from web.conversations import Conversations
from web.errors import Busy, NotReady, Unwanted
from web.feedback import Feedback
from web.freshness import Freshness
from web.jobs import Jobs
from web.replies import Json
from web.settings import Settings

MAX_RUNNING = 4
"""Questions answered at once. More would only take turns on the processor."""
MAX_WAITING = 16
LOOK_SECONDS = 0.5
"""How often one who waits is looked at, whether he is still there."""

IsWanted = Callable[[], bool]


class Gate:
    """Lets a few through at once, a few more wait, and turns the rest away."""

    def __init__(self, max_running: int = MAX_RUNNING, max_waiting: int = MAX_WAITING) -> None:
        self._places = threading.BoundedSemaphore(max_running + max_waiting)
        self._running = threading.BoundedSemaphore(max_running)

    def enter(self, is_wanted: IsWanted) -> None:
        """Wait for a turn; every `enter` is followed by one `leave`.

        Raises Busy where too many wait, Unwanted where who waits has left.
        """
        if not self._places.acquire(blocking=False):
            raise Busy(503, "Too many questions are waiting. Try again shortly.", retry_after_seconds=2)
        while is_wanted():
            if self._running.acquire(timeout=LOOK_SECONDS):
                if is_wanted():
                    return
                self._running.release()
        self._places.release()
        raise Unwanted("Who asked has left.")

    def leave(self) -> None:
        self._running.release()
        self._places.release()

    @contextmanager
    def held(self, is_wanted: IsWanted) -> Iterator[None]:
        self.enter(is_wanted)
        try:
            yield
        finally:
            self.leave()


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    library: Library
    assistant: Assistant
    jobs: Jobs
    conversations: Conversations
    feedback: Feedback
    freshness: Freshness
    gate: Gate = field(default_factory=Gate)

    def check_up_to_date(self) -> None:
        """Raises NotReady until the job that a server begins with has ended, however it did."""
        if job := self.jobs.first():
            count = f", {job.done:,} of {job.total:,}" if job.total else ""
            raise NotReady(
                f"The index is being brought up to date with the articles folder ({job.state}{count}).", job.id
            )

    def check_can_answer(self) -> None:
        """Raises NotReady where that job runs and there is no index of before to answer from."""
        if not self.library.is_published():
            self.check_up_to_date()

    def answered_under(self, question: Question) -> Json:
        """What an answer depends on and does not tell itself."""
        return {
            "embedding_model": self.library.embedding_model,
            "max_wrong": self.settings.max_wrong,
            "unsupported": self.settings.unsupported,
            "top_k": question.top_k,
            "understand": question.understand,
        }


def services() -> Services:
    found = current_app.extensions["services"]
    assert isinstance(found, Services)
    return found


def wanted() -> IsWanted:
    """Whether the client of the present request still waits for its reply, to be asked by any thread at any time."""
    has_left = request.environ.get("waitress.client_disconnected")
    return (lambda: not has_left()) if has_left else (lambda: True)
