"""What the routes work with: made once by the application factory, asked for by `services()` in a request."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import current_app, request

from assistant.answer import Answer, Question
from assistant.assistant import Assistant
from index.library import Library
from web.conversations.conversations import Conversations
from web.conversations.feedback import Feedback
from web.errors import Busy, NotReady, Unwanted
from web.jobs.freshness import Freshness
from web.jobs.jobs import Jobs
from web.monitoring.metrics import Metrics
from web.replies import Json
from web.security.audit import Audit
from web.security.guard import Guard, caller
from web.security.sign_in import SignIn
from web.settings import Settings
from web.stories.stories import Stories

log = logging.getLogger(__name__)

MAX_RUNNING = 4
"""Questions answered at once. More would only take turns on the processor."""
MAX_WAITING = 16
HOLDERS_PLACES = 8
"""Which visitors leave to those who have the token, of all who are answered or wait."""
LOOK_SECONDS = 0.5
"""How often one who waits is looked at, whether he is still there."""

IsWanted = Callable[[], bool]


class Gate:
    """Lets a few through at once, in the order in which they came; a few more wait, and the rest are turned away."""

    def __init__(self, max_running: int = MAX_RUNNING, max_waiting: int = MAX_WAITING) -> None:
        self._max_running = max_running
        self._places = max_running + max_waiting
        self._changed = threading.Condition()
        self._line: deque[object] = deque()
        self.running = 0

    @property
    def waiting(self) -> int:
        return len(self._line)

    def enter(self, is_wanted: IsWanted, *, leaving: int = 0) -> None:
        """Wait for a turn; every `enter` is followed by one `leave`. leaving: so many places are for others.

        Raises Busy where too many wait, Unwanted where who waits has left.
        """
        place = object()
        with self._changed:
            if self.running + self.waiting >= self._places - leaving:
                raise Busy(503, "Too many questions are waiting. Try again shortly.", retry_after_seconds=2)
            self._line.append(place)
            try:
                while is_wanted():
                    if self._line[0] is place and self.running < self._max_running:
                        self.running += 1
                        return
                    self._changed.wait(LOOK_SECONDS)
            finally:
                self._line.remove(place)
                self._changed.notify_all()  # another is first now
        raise Unwanted("Who asked has left.")

    def leave(self) -> None:
        with self._changed:
            self.running -= 1
            self._changed.notify_all()

    @contextmanager
    def held(self, is_wanted: IsWanted, *, leaving: int = 0) -> Iterator[None]:
        self.enter(is_wanted, leaving=leaving)
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
    all_conversations: Conversations
    feedback: Feedback
    stories: Stories
    freshness: Freshness
    audit: Audit
    guard: Guard
    sign_in: SignIn
    gate: Gate = field(default_factory=Gate)
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "metrics", Metrics(self._state))

    @property
    def conversations(self) -> Conversations:
        """Those that the caller of the present request reaches."""
        found = caller()
        return self.all_conversations.of(found.owner, found.reach)

    @property
    def leaving(self) -> int:
        """Places that the caller of the present request leaves: a visitor those of the token's holder."""
        return 0 if caller().is_holder else HOLDERS_PLACES

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

    def note(self, question: Question, answer: Answer) -> None:
        """Count an answer that was given."""
        self.metrics.count_answer(answer)
        log.debug("answered", extra={"question": question.text, "outcome": answer.reason or "answered"})

    def keep(
        self,
        conversations: Conversations,
        session_id: str | None,
        question: Question,
        answer: Answer,
        replaces: str | None = None,
    ) -> Json:
        """Store the answer to a question, with the settings that it depends on and does not tell itself; the answer as
        it is sent. Raises what `Conversations.append` does.
        """
        settings = {
            "embedding_model": self.library.embedding_model,
            "max_wrong": self.settings.max_wrong,
            "unsupported": self.settings.unsupported,
            "top_k": question.top_k,
            "understand": question.understand,
        }
        self.note(question, answer)
        return conversations.append(session_id, answer, settings, replaces)

    def _state(self) -> dict[str, float]:
        """For the metrics."""
        status = self.library.status()
        return {
            "assistant_articles": status.articles,
            "assistant_passages": status.passages,
            "assistant_generation": status.generation,
            "assistant_index_pending": status.pending,
            "assistant_index_degraded": status.state == "degraded",
            "assistant_jobs_unfinished": self.jobs.unfinished_count(),
            "assistant_feeds_failing": sum(feed.failing_since is not None for feed in self.freshness.feeds()),
            "assistant_questions_running": self.gate.running,
            "assistant_questions_waiting": self.gate.waiting,
        }


def services() -> Services:
    found = current_app.extensions["services"]
    assert isinstance(found, Services)
    return found


def wanted() -> IsWanted:
    """Whether the client of the present request still waits for its reply, to be asked by any thread at any time."""
    has_left = request.environ.get("waitress.client_disconnected")
    return (lambda: not has_left()) if has_left else (lambda: True)
