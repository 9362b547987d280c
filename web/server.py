"""The HTTP server: waitress with bounds on everything, error replies in JSON, and an orderly end.

waitress because one thread holds all connections and hands complete requests to workers: clients that are
slow to send cost no worker. What is added to it here: replies to malformed and oversized requests have the
API's error shape, their senders get to read them, and on `stop` requests in flight are finished.
"""

import errno
import json
import socket
import threading
import time
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from web.error_replies import error_body
from web.errors import CannotListen
from web.limits import too_large
from web.services import MAX_RUNNING, MAX_WAITING

THREADS = MAX_RUNNING + MAX_WAITING + 4
"""As many as questions may be in hand, and some for everything else: health answers however many wait."""
CONNECTION_LIMIT = 900  # below the usual 1,024 open files
IDLE_SECONDS = 60
DRAIN_SECONDS = 20
DISCARD_SECONDS = 5


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
        try:
            self._server = create_server(
                app,
                map=self._map,
                sockets=[listener],
                threads=THREADS,
                connection_limit=CONNECTION_LIMIT,
                channel_timeout=IDLE_SECONDS,
                max_request_body_size=max_request_bytes + 1,  # waitress refuses from here on, Flask above its limit
                channel_request_lookahead=1,  # else a client that leaves is noticed only by writing to it
                ident=None,
                trusted_proxy=trusted_proxy or None,
                trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"} if trusted_proxy else set(),
                clear_untrusted_proxy_headers=True,
            )
        except OSError as error:
            listener.close()
            raise _cannot_listen(self.host, self.port, error) from error
        self._server.channel_class = _Channel

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Answer until `stop`, then finish what is in flight, at most DRAIN_SECONDS long."""
        while not self._stopping.is_set():
            self._turn(1.0)
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

    def _in_flight(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(c.requests or c.total_outbufs_len or c.close_when_flushed for c in channels)


class _ErrorTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """waitress's reply to what never reaches the application, in the shape of the application's."""

    def execute(self) -> None:
        error = self.request.error
        self.channel.is_refusing = True
        message = f"{error.reason}: {error.body}."
        if error.code == 413:
            message = too_large(self.channel.adj.max_request_body_size - 1)
        body = json.dumps(error_body(error.code, message)).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection. One that is refused early reads on for a while and throws away what comes.

    Closing it at once would reset it, and a client that is still sending would see the reset, not the 413.
    """

    error_task_class = _ErrorTask
    is_refusing = False
    discard_until: float | None = None

    def handle_close(self) -> None:
        if self.is_refusing and self.connected and self.discard_until is None:
            self.discard_until = time.monotonic() + DISCARD_SECONDS
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has left already
            else:
                return
        super().handle_close()

    def readable(self) -> bool:
        return self.discard_until is not None or super().readable()

    def writable(self) -> bool:
        if self.discard_until is not None:
            return time.monotonic() > self.discard_until  # time to write means time to close
        return bool(super().writable())


def _cannot_listen(host: str, port: int, error: OSError) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return CannotListen(
            f"Port {port} on {host} is in use. Stop the program that listens there, or choose another --port."
        )
    return CannotListen(f"Cannot listen on {host}, port {port}: {error.strerror or error}.")
