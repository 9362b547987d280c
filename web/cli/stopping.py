"""An orderly end of a command that runs until it is told to stop."""

import signal
import threading
from collections.abc import Callable
from types import FrameType


class Stopping:
    """The first SIGTERM or SIGINT asks for an orderly end, a second one ends the process at once."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._stop: Callable[[], None] | None = None
        self._before = {number: signal.signal(number, self._handle) for number in (signal.SIGTERM, signal.SIGINT)}

    def is_set(self) -> bool:
        return self._asked.is_set()

    def then(self, stop: Callable[[], None]) -> None:
        """Call it when asked to stop, or now if that was before."""
        self._stop = stop
        if self.is_set():
            stop()

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._stop:
            self._stop()
