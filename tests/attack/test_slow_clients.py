"""Clients that are slow on purpose, and more of them than there are connections: whoever asks is answered all the same.

They are slow in five ways at once: a head or a body that comes byte by byte, a reply that is not read, a connection
that is kept after a reply, one on which nothing is ever said.
"""

import socket
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from attack_fixtures import Measured, Size
from served import Latency, Served, side_by_side, wait_until

from web.http.connections import HEAD_SECONDS, IDLE_SECONDS, PACE_SECONDS
from web.http.server import CONNECTION_LIMIT, FILES_A_CONNECTION, OTHER_FILES

pytestmark = pytest.mark.usefixtures("many_files")

MOST_MS, MOST_MS_ON_A_BUSY_MACHINE = 100, 3_000
LARGE = "A lantern stood in the meadow. " * 30_000
"""Nearly a megabyte: more than the kernel takes for a client that does not read."""


class _Slow:
    """Clients of the kinds in turn, until `with` ends."""

    KINDS = ("head", "body", "reader", "kept", "silent")

    def __init__(self, served: Served, count: int) -> None:
        self._served = served
        self._clients: dict[socket.socket, str] = {}
        self._stack = ExitStack()
        self._count = count

    def __enter__(self) -> "_Slow":
        for n in range(self._count):
            kind = self.KINDS[n % len(self.KINDS)]
            client = self._stack.enter_context(self._served.connect(4_096 if kind == "reader" else 0))
            self._clients[client] = kind
        for client, kind in self._clients.items():
            with suppress(ConnectionError):  # room is made already
                client.sendall(self._first(kind))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _first(self, kind: str) -> bytes:
        match kind:
            case "head":
                return b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
            case "body":
                return self._served.head("POST /api/articles", Content_Length=1_000_000)
            case "reader":
                return self._served.head("GET /api/articles/large")
            case "kept":  # its reply is small, and there to be read
                return self._served.head("GET /static/favicon.svg")
        return b""

    def drip(self) -> None:
        """A byte of each of those that send."""
        for client, kind in self._clients.items():
            if kind in ("head", "body"):
                with suppress(OSError):  # it is let go
                    client.send(b"x")

    def left(self) -> Counter[str]:
        """Those of each kind whose connection the server holds; a client that does not read sees no end of it."""
        held = {c.raddr.port for c in self._served.seen.net_connections("tcp") if c.raddr}
        return Counter(kind for client, kind in self._clients.items() if client.getsockname()[1] in held)


def test_health_answers_beside_slow_clients_and_each_of_them_is_let_go(
    tmp_path: Path, size: Size, is_whole: bool, measured: Measured
) -> None:
    count = size(800)
    patience = IDLE_SECONDS if is_whole else max(HEAD_SECONDS, PACE_SECONDS)
    waited_for = set(_Slow.KINDS) if is_whole else {"head", "body"}  # the others have a minute
    with Served(tmp_path / "data") as served:
        _add_large(served)
        with Latency(served) as alone:
            time.sleep(10 if is_whole else 1)
        with _Slow(served, count) as slow, Latency(served) as health:
            wait_until(lambda: slow.left().total() == count)
            began = time.monotonic()
            while (left := slow.left()).keys() & waited_for and time.monotonic() < began + patience + 30:
                slow.drip()
                time.sleep(1)
            took = time.monotonic() - began
        log = served.log
    measured(f"{count} slow clients", f"health: {health}; without them: {alone}; let go after {took:.0f} s")
    assert set(health.statuses) == {200}
    assert left.keys() & waited_for == set()
    assert health.p99 < (MOST_MS if is_whole else MOST_MS_ON_A_BUSY_MACHINE)
    assert "Traceback" not in log


def test_more_clients_than_there_are_connections_keep_nobody_out(
    tmp_path: Path, is_whole: bool, measured: Measured
) -> None:
    limit = CONNECTION_LIMIT if is_whole else 60
    count = 2 * limit
    files = OTHER_FILES + FILES_A_CONNECTION * limit
    with Served(tmp_path / "data", most_files=files) as served:
        _add_large(served)
        asked = [served.connect() for _ in range(4)]
        for client in asked:
            client.sendall(served.asking())
        with _Slow(served, count) as slow, Latency(served) as health:
            for _ in range(10):
                slow.drip()
                time.sleep(1 if is_whole else 0.3)
            left = slow.left().total()
            descriptors = served.seen.num_fds()
            replies = [_reads_ok(client) for client in asked]
        log = served.log
    measured(
        f"{count} slow clients, {limit} connections",
        f"health: {health}; {left} held, {descriptors} descriptors of {files}",
    )
    assert replies == [True] * 4  # what is in hand is not closed to make room
    assert set(health.statuses) == {200}
    assert limit // 2 < left <= limit
    assert descriptors < files
    assert "Traceback" not in log
    assert "Too many open files" not in log


def test_a_client_that_does_not_read_holds_no_worker(tmp_path: Path, measured: Measured) -> None:
    with Served(tmp_path / "data") as served:
        _add_large(served)
        with ExitStack() as stack:
            before = served.memory()
            for _ in range(40):  # ten times the threads that answer such requests
                client = stack.enter_context(served.connect(4_096))
                client.sendall(served.head("GET /api/articles/large"))
            [*replies] = side_by_side(8, lambda _: served.ask("/api/articles/bridge"))
            grown = (served.memory() - before) / 1e6
    measured("40 replies of 1 MB not read", f"others answered, memory grew by {grown:.0f} MB")
    assert [reply.status for reply in replies] == [200] * 8
    assert grown < 100


def _add_large(served: Served) -> None:
    job = served.ask("/api/articles", {"id": "large", "title": "Large", "text": LARGE}).json()["job_id"]
    wait_until(lambda: served.ask(f"/api/jobs/{job}").json()["state"] == "done")


def _reads_ok(client: socket.socket) -> bool:
    with client:
        return client.recv(65_536).startswith(b"HTTP/1.1 200 ")
