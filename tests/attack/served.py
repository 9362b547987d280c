"""A server in a process of its own, to be attacked: with the real application over a small library, and what a client
that misbehaves needs to do so. Words are embedded by hashing; the reader that finds the sentences is the real one.
"""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from statistics import quantiles
from typing import Any, NamedTuple

import psutil
from small_server import begun, ended, started

HEALTH = "/api/health"
QUESTION = "When did the Zephyr bridge in Oldport open?"
ANSWER = "The Zephyr bridge in Oldport opened on 4 November 2023."
JSON = {"Content-Type": "application/json"}


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """From `with` on it answers; at its end it is killed, if it has not stopped."""

    def __init__(self, data: Path, llm: str = "", most_files: int = 0, env: Mapping[str, str] | None = None) -> None:
        """most_files: that it may have open at once; 0 for as many as any process."""
        options = ["--stocked", "--warm", f"--llm={llm}", f"--most-files={most_files}"]
        self._log = data.parent / f"{data.name}.log"
        self.process = started(data, data / "folder", *options, env=env, log=self._log)

    def __enter__(self) -> "Served":
        pid, self.url = begun(self.process)
        host, port = self.url.removeprefix("http://").split(":")
        self.address = (host, int(port))
        self.seen = psutil.Process(pid)
        return self

    def __exit__(self, *_: object) -> None:
        ended(self.process)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def memory(self) -> int:
        return int(self.seen.memory_info().rss)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ask(self, path: str, body: Any = None, headers: Mapping[str, str] = JSON, *, method: str = "") -> Reply:
        """One request on a connection of its own. A body that is no bytes is sent as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, dict(headers), method=method or None)
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return Reply(reply.status, dict(reply.headers), reply.read(), time.monotonic() - began)
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, dict(refused.headers), refused.read(), time.monotonic() - began)

    def connect(self, receive_bytes: int = 0) -> socket.socket:
        """receive_bytes: what the kernel is to take in, where that is to be little."""
        client = socket.socket()
        if receive_bytes:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        client.settimeout(60)
        client.connect(self.address)
        return client

    def head(self, first_line: str, **headers: object) -> bytes:
        """The beginning of a request; underscores in names are hyphens."""
        lines = [f"{first_line} HTTP/1.1", f"Host: {self.address[0]}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def asking(self, *, stream: bool = False, question: str = QUESTION) -> bytes:
        """A whole question, to be sent as it is."""
        body = json.dumps({"question": question, "stream": stream}).encode()
        return self.head("POST /api/ask", Content_Type="application/json", Content_Length=len(body)) + body


PROBE = """
import json, select, socket, sys, time

host, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
request = f"GET {path} HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\r\\n".encode()
print("begun", flush=True)
found = []
while not select.select([sys.stdin], [], [], 0.02)[0]:
    began = time.monotonic()
    reply = b""
    try:
        with socket.create_connection((host, port), timeout=60) as client:
            client.sendall(request)
            while data := client.recv(65536):
                reply += data
    except OSError:
        reply = b""
    found.append([int(reply[9:12] or b"0"), (time.monotonic() - began) * 1000])
print(json.dumps(found))
"""


class Latency:
    """Asks for health again and again, each time on a new connection, from `with` on to its end.

    From a process of its own: beside busy threads it would measure how long these keep it from reading the reply.
    """

    def __init__(self, served: Served) -> None:
        host, port = served.address
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROBE, host, str(port), HEALTH],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.statuses: list[int] = []
        self.ms: list[float] = []

    def __enter__(self) -> "Latency":
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "begun\n"
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            out, _err = self._process.communicate("")
        found = json.loads(out)
        self.statuses = [status for status, _ in found]
        self.ms = [ms for _, ms in found]

    @property
    def p99(self) -> float:
        return quantiles(self.ms, n=100, method="inclusive")[98]

    def __str__(self) -> str:
        middle = quantiles(self.ms, n=2)[0]
        return f"{len(self.ms)} asked, {middle:.0f} ms at p50, {self.p99:.0f} at p99, {max(self.ms):.0f} at most"


def at_once(served: Served, requests: Sequence[bytes], when_sent: Callable[[], None] = lambda: None) -> list[Reply]:
    """The replies to requests that are sent together, each on a connection that was there before.

    By one thread, so that what is measured is the server: `seconds` is from the first request sent to that reply's end.
    A reply of status 0 is one that broke off. when_sent: called between sending and reading.
    """
    found: dict[int, Reply] = {}
    received = [b""] * len(requests)
    with ExitStack() as stack, DefaultSelector() as selector:
        clients = [stack.enter_context(served.connect()) for _ in requests]
        began = time.monotonic()
        for n, (client, sent) in enumerate(zip(clients, requests, strict=True)):
            client.sendall(sent)
            selector.register(client, EVENT_READ, n)
        when_sent()
        while len(found) < len(requests):
            ready = selector.select(120)
            assert ready, f"{len(requests) - len(found)} of {len(requests)} have no reply"
            for key, _ in ready:
                n = key.data
                try:
                    data = clients[n].recv(65_536)
                except ConnectionError:
                    data = b""
                received[n] += data
                reply = _reply(received[n], time.monotonic() - began, has_ended=not data)
                if reply:
                    found[n] = reply
                    selector.unregister(clients[n])
    return [found[n] for n in range(len(requests))]


def _reply(data: bytes, seconds: float, *, has_ended: bool) -> Reply | None:
    """The reply that `data` is, None where more of it is to come."""
    head, border, body = data.partition(b"\r\n\r\n")
    status_line, _, fields = head.decode("latin-1").partition("\r\n")
    headers = {name.title(): value for name, _, value in (line.partition(": ") for line in fields.split("\r\n"))}
    if "Content-Length" in headers:
        is_whole = len(body) == int(headers["Content-Length"])
    elif headers.get("Transfer-Encoding") == "chunked":
        is_whole = body.endswith(b"0\r\n\r\n")
    else:
        is_whole = bool(border) and status_line.split()[1] in ("204", "304")
    if is_whole:
        return Reply(int(status_line.split()[1]), headers, body, seconds)
    return Reply(0, headers, body, seconds) if has_ended else None


def side_by_side(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What each of so many calls at once gives, or the error that it raised."""
    found: list[Any] = [None] * count

    def run(n: int) -> None:
        try:
            found[n] = act(n)
        except Exception as error:
            found[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> float:
    """How long it took."""
    began = time.monotonic()
    while not is_so():
        waited = time.monotonic() - began
        assert waited < seconds, f"not so within {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - began


def events_of(body: bytes) -> list[str]:
    """The names of a stream's events."""
    return [line.removeprefix("event: ") for line in body.decode().splitlines() if line.startswith("event: ")]
