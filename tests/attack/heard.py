"""What this process connects to, sends to and looks up, whichever of its threads does it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_heard: list[list[tuple[str, Any]]] = []
_EVENTS = ("socket.connect", "socket.sendto", "socket.getaddrinfo")


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if _heard and event in _EVENTS:
        _heard[-1].append((event, args[1] if event != "socket.getaddrinfo" else args[:2]))


sys.addaudithook(_hear)  # which cannot be taken away again: it does nothing but within `heard`


@contextmanager
def heard() -> Iterator[list[tuple[str, Any]]]:
    """Event and address of each meanwhile."""
    _heard.append([])
    try:
        yield _heard[-1]
    finally:
        _heard.pop()
