"""What this process is told to do by any of its threads, by Python's audit events: connections, look-ups, renames."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CONNECTING = ("socket.connect", "socket.sendto", "socket.getaddrinfo")

Heard = list[tuple[str, tuple[Any, ...]]]

_listening: list[tuple[tuple[str, ...], Heard]] = []


def _hear(event: str, args: tuple[Any, ...]) -> None:
    for events, told in _listening:
        if event in events:
            told.append((event, args))


sys.addaudithook(_hear)  # which cannot be taken away again: it does nothing but within `heard`


@contextmanager
def heard(*events: str) -> Iterator[Heard]:
    """Event and arguments of each meanwhile, in their order."""
    listener: tuple[tuple[str, ...], Heard] = (events, [])
    _listening.append(listener)
    try:
        yield listener[1]
    finally:
        _listening.remove(listener)
