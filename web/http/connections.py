"""A connection of the HTTP server: what its client may cost, in bytes, in time and in places for others.

waitress bounds a request's size and how long a connection is silent. What is added here:

- A client that is slow on purpose is let go: a head is complete HEAD_SECONDS after its first byte, a body arrives and a
  reply is taken at MIN_BYTES_A_SECOND at least. waitress closes what is silent, and never a reply that is not taken.
- Replies to malformed and oversized requests have the API's error shape, and their senders get to read them.
- A client that announces too much with "Expect: 100-continue" is refused, where waitress has it go on.
- A chunked body is mostly body: frames of a byte each keep the one thread that holds all connections busy.
"""

import json
import socket
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error

from web.error_replies import error_body
from web.http.lanes import RETRY_AFTER_SECONDS
from web.limits import too_large

HEAD_SECONDS = 20
IDLE_SECONDS = 60
"""From one reply to the next request's head, however many blank lines are sent meanwhile."""
MIN_BYTES_A_SECOND = 1_000
PACE_SECONDS = 20
"""Over which that is counted."""
DISCARD_SECONDS = 5
NEW_SECONDS = 1
"""A connection that is so young may have a request on its way."""

MAX_FRAME_BYTES = 16_384
"""Of a chunked body, what is around the chunks, beside as much again as is in them."""
MAX_CHUNK_LINE_BYTES = 1_024
MAX_TRAILER_BYTES = 8_192


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    completed: bool
    path = ""  # that of a head which cannot be parsed; waitress looks at it when its sender has left

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.chunked and self.body_rcv is not None and not self.completed and self._is_mostly_frame():
            self.error = BadRequest("The chunks have more around them than in them")
            self.completed = True
        return consumed

    def _is_mostly_frame(self) -> bool:
        body = self.body_rcv
        around = self.body_bytes_received - len(body)
        return (
            around > MAX_FRAME_BYTES + len(body)
            or len(body.control_line) > MAX_CHUNK_LINE_BYTES
            or len(body.trailer) > MAX_TRAILER_BYTES
        )


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """A server that is to stop would never come to an end with clients that go on asking on their connections."""

    def build_response_header(self) -> Any:
        if self.channel.server.is_stopping:
            self.set_close_on_finish()
        return super().build_response_header()


class _ErrorTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """waitress's reply to what never reaches the application, in the shape of the application's."""

    def execute(self) -> None:
        error = self.request.error
        self.channel.is_refusing = True
        message = f"{error.reason}: {error.body}."
        if error.code == 413:
            message = too_large(self.channel.adj.max_request_body_size - 1)
        body = json.dumps(error_body(error.code, message, path=self.request.path)).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        if error.code == 503:
            self.response_headers.append(("Retry-After", str(RETRY_AFTER_SECONDS)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One that is refused early reads on for a while and throws away what comes.

    Closing it at once would reset it, and a client that is still sending would see the reset, not the refusal.
    """

    parser_class = _Parser
    task_class = _Task
    error_task_class = _ErrorTask
    request: Any
    is_refusing = False
    discard_until: float | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connected_at = self.free_since = time.monotonic()
        self._doing: tuple[str, int] = ("", 0)
        self._doing_since = self.free_since
        self._moved = 0  # bytes, in or out, since then

    def check_client_disconnected(self) -> bool:
        """Asked of the socket: the loop hears of clients that leave together one by one, and who waits would be begun
        meanwhile."""
        try:
            return not self.connected or not self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:  # there, and says nothing
            return False
        except OSError:
            return True

    def is_overdue(self, now: float) -> bool:
        """Whether it takes longer than it may over what it does now."""
        if self.discard_until is not None:
            return now > self.discard_until
        doing = self._what()
        if doing != self._doing:
            self._doing, self._doing_since, self._moved = doing, now, 0
        seconds = now - self._doing_since
        match doing[0]:
            case "free":
                return now - self.free_since > IDLE_SECONDS
            case "head":
                return seconds > HEAD_SECONDS or now - self.free_since > IDLE_SECONDS + HEAD_SECONDS
            case "body" | "reply" if seconds > PACE_SECONDS:
                is_slow = self._moved < MIN_BYTES_A_SECOND * seconds
                self._doing_since, self._moved = now, 0
                return is_slow
        return False

    def _what(self) -> tuple[str, int]:
        """What is waited for, and of which request."""
        request = self.request
        if self.total_outbufs_len:
            return "reply", 0
        if self.requests:
            return "answer", 0
        if request is None:
            return "free", 0
        return ("body" if request.headers_finished else "head"), id(request)

    @property
    def is_in_flight(self) -> bool:
        """Whether a reply is owed: the request is here, or its body is on its way."""
        return bool(self.requests or self.total_outbufs_len or self.close_when_flushed) or self._what()[0] == "body"

    def is_new(self, since: float) -> bool:
        """Whether it came after `since` and has asked for nothing yet."""
        return self.connected_at == self.free_since and self.connected_at > since

    def expendable(self, now: float) -> tuple[int, float] | None:
        """How well it can do without, the least first, where the server is full; None where its request is in hand."""
        doing = self._what()[0]
        if self.discard_until is not None:
            return 0, 0.0
        if doing == "free" and self._has_more():  # a request that is not read yet
            return None
        if doing in ("free", "head"):
            return 1, self.free_since
        if doing == "answer":
            return None
        return 2, self._moved / (now - self._doing_since + 1)

    def _has_more(self) -> bool:
        """Whether something has come that was not read."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def held_bytes(self) -> int:
        """Of request bodies, in memory or on the disk."""
        requests = [*self.requests, *([self.request] if self.request else [])]
        return sum(request.body_bytes_received for request in requests)

    @property
    def arriving_since(self) -> float | None:
        """When the body that comes in began to."""
        return self._doing_since if self._what()[0] == "body" and not self.requests else None

    def refuse(self, error: Error) -> None:
        """Answer the request whose body is still arriving with `error`."""
        with self.requests_lock:
            request, self.request = self.request, None
            if request is None or self.requests:
                return
            request.error = error
            self.is_refusing = True
            self.requests.append(request)
            self.server.add_task(self)

    def drop(self) -> None:
        """Close it now, whatever is left to send; a thread that waits for its client to read goes on."""
        self.is_refusing = False
        self.handle_close()

    def service(self) -> None:
        super().service()
        self.free_since = time.monotonic()

    def received(self, data: bytes) -> Any:
        self._moved += len(data)
        if self.is_refusing:
            return False
        return super().received(data)

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close)
        self._moved += sent
        return sent

    def send_continue(self) -> None:
        if self.request.completed:  # it is refused already, or has no body: waitress would wait for one
            self.request.expect_continue = False
        else:
            super().send_continue()

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
        return self.discard_until is None and bool(super().writable())
