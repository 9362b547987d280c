"""The HTTP server: waitress with bounds on everything, and an orderly end.

waitress because one thread holds all connections and hands complete requests to workers: clients that are
slow to send cost no worker. What is added to it here: a full server closes the connection that it can do without
best, where waitress takes no more in, and on `stop` requests in flight are finished. `connections.py` has what one
connection may cost, `lanes.py` which workers answer what.
"""

import errno
import heapq
import resource
import select
import socket
import threading
import time
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from web.errors import CannotListen
from web.http.connections import NEW_SECONDS, Channel
from web.http.lanes import Lanes, Overloaded

CONNECTION_LIMIT = 900
FILES_A_CONNECTION = 3
"""Its socket, what comes in and what goes out, where these are too large for memory."""
OTHER_FILES = 200
"""Of the database, the index, the readers' pipes, and connections that are taken before others are closed."""
MAX_HEAD_BYTES = 32_768
IN_MEMORY_BYTES = 65_536
"""Of a body or a reply; more of it lies in a temporary file."""
MIN_HELD_BYTES = 256 * 1024**2
"""Of the bodies of all requests together."""
ACCEPTED_AT_ONCE = 64
LOOK_SECONDS = 0.1
LAST_SECONDS = 0.05
"""For accepting those who wait for it when the server is to stop."""
DRAIN_SECONDS = 20


def bind(host: str, port: int) -> socket.socket:
    """A socket with the address, not listening yet: whether it is free is known before a long rebuild.

    Raises CannotListen.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # "localhost" has both kinds of address; browsers and scripts that spell it out write 127.0.0.1
        family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def allow_files() -> None:
    """Have the process open as many files as CONNECTION_LIMIT needs, if it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTION_LIMIT * FILES_A_CONNECTION + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def connection_limit() -> int:
    """How many connections there are files for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return CONNECTION_LIMIT
    return max(1, min(CONNECTION_LIMIT, (soft - OTHER_FILES) // FILES_A_CONNECTION))


class Server:
    """Listens from the moment it is made, answers while `run` runs."""

    def __init__(self, app: Flask, listener: socket.socket, *, max_request_bytes: int, trusted_proxy: str = "") -> None:
        """trusted_proxy: the address of one that says who asks and whether by TLS; nobody else is believed.

        Raises CannotListen where another process took the address meanwhile.
        """
        self.host, self.port = listener.getsockname()[:2]
        self._map: dict[int, Any] = {}
        self._stopping = threading.Event()
        # a signal handler that calls `stop` may interrupt the very thread that holds it
        self._trigger_lock = threading.RLock()
        self._is_closed = False
        self._limit = connection_limit()
        self._max_held_bytes = max(MIN_HELD_BYTES, 4 * max_request_bytes)
        self._next_look = 0.0
        bounds = Adjustments(
            sockets=[listener],
            connection_limit=self._limit + 2 * ACCEPTED_AT_ONCE,  # not reached: see `_make_room`
            max_request_header_size=MAX_HEAD_BYTES,
            max_request_body_size=max_request_bytes + 1,  # waitress refuses from here on, Flask above its limit
            inbuf_overflow=IN_MEMORY_BYTES,
            outbuf_overflow=IN_MEMORY_BYTES,
            recv_bytes=IN_MEMORY_BYTES,
            channel_request_lookahead=1,  # else a client that leaves is noticed only by writing to it
            ident=None,
            trusted_proxy=trusted_proxy or None,
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"} if trusted_proxy else set(),
            clear_untrusted_proxy_headers=True,
        )
        try:
            self._server = _Waitress(
                app,
                self._map,
                _sock=listener,
                dispatcher=Lanes(),
                adj=bounds,
                bind_socket=False,
                sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            )
        except OSError as error:
            listener.close()
            raise _cannot_listen(self.host, self.port, error) from error

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Answer until `stop`, then finish what is in flight, at most DRAIN_SECONDS long."""
        while not self._stopping.is_set():
            self._turn(1.0)
        self._server.is_stopping = True
        self._server.take_waiting()
        wasyncore.dispatcher.close(self._server)  # the listening socket alone: workers still need the trigger
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._in_flight() and time.monotonic() < deadline:
            self._turn(0.1)
        self._server.task_dispatcher.shutdown(timeout=1)
        with self._trigger_lock:
            self._is_closed = True
            wasyncore.close_all(self._map)

    def stop(self) -> None:
        """From any thread or signal handler, at any time, also after the end."""
        self._stopping.set()
        with self._trigger_lock:
            if not self._is_closed:  # else its file descriptor is closed, or another file's by now
                self._server.pull_trigger()

    def _turn(self, timeout_seconds: float) -> None:
        # poll: select() fails on file descriptors from 1,024 on
        wasyncore.loop(timeout_seconds, use_poll=True, map=self._map, count=1)
        now = time.monotonic()
        channels = self._channels()
        if len(channels) > self._limit:
            self._make_room(channels, now)
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            for channel in channels:
                if channel.is_overdue(now):
                    channel.drop()
            self._bound_bodies()

    def _make_room(self, channels: list[Channel], now: float) -> None:
        """Close as many as there are too many. Those that just came ask, those that have long been there do not."""
        ranked = [(rank, n) for n, channel in enumerate(channels) if (rank := channel.expendable(now))]
        for _, n in heapq.nsmallest(len(channels) - self._limit, ranked):
            channels[n].drop()

    def _bound_bodies(self) -> None:
        """Refuse the body that takes longest where all that are here are more than the disk should bear."""
        channels = self._channels()
        held = sum(channel.held_bytes() for channel in channels)
        arriving = sorted((since, n) for n, c in enumerate(channels) if (since := c.arriving_since) is not None)
        for _, n in arriving:
            if held <= self._max_held_bytes:
                return
            held -= channels[n].held_bytes()
            channels[n].refuse(Overloaded("too much is being sent at once, try again shortly"))

    def _in_flight(self) -> bool:
        newest = time.monotonic() - NEW_SECONDS
        return any(c.is_in_flight or c.is_new(newest) for c in self._channels())

    def _channels(self) -> list[Channel]:
        return list(self._server.active_channels.values())


class _Waitress(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    channel_class = Channel
    is_stopping = False

    def handle_accept(self) -> None:
        """Several at once: a client that comes with hundreds of others is not to wait a turn for each of them."""
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def take_waiting(self) -> None:
        """Accept those that have connected already: to them the server is there. Not those who go on coming."""
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        until = time.monotonic() + LAST_SECONDS
        while waiting.poll(0) and time.monotonic() < until:
            self.handle_accept()

    def maintenance(self, now: float) -> None:
        """`Server` looks after connections itself."""


def _cannot_listen(host: str, port: int, error: OSError) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return CannotListen(
            f"Port {port} on {host} is in use. Stop the program that listens there, or choose another --port."
        )
    return CannotListen(f"Cannot listen on {host}, port {port}: {error.strerror or error}.")
