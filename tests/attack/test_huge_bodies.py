"""Bodies that are far too large, in every way to send one, alone and from many clients at once.

What is announced is refused before any of it is read, what is not announced when the limit is reached; all bodies
together have a limit, too, and neither memory nor the disk holds more than that.
"""

import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attack_fixtures import Measured, Size
from served import HEALTH, JSON, Latency, Served, side_by_side

from web.http.server import MIN_HELD_BYTES
from web.settings import Settings

HUGE = 300_000_000
LIMIT = Settings().max_request_bytes
MOST_GROWTH = 100_000_000
BLOCK = b"x" * 1_000_000
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
FORM = "multipart/form-data; boundary=x"


class _Peak:
    """The most memory that a server took while `with` lasted, and the most that lay in its temporary files."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._before = served.memory()
        self.growth = self.on_disk = 0

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(0.02):
            self.growth = max(self.growth, self._served.memory() - self._before)
            self.on_disk = max(self.on_disk, _temporary_bytes(self._served.process.pid))

    def __str__(self) -> str:
        return f"memory grows by {self.growth / 1e6:.0f} MB, temporary files by {self.on_disk / 1e6:.0f} MB"


def _temporary_bytes(pid: int) -> int:
    """Of files that have no name any more, as temporary ones."""
    found = 0
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if str(fd.readlink()).endswith(" (deleted)"):
                found += fd.stat().st_size
    return found


def _plain() -> Iterator[bytes]:
    for _ in range(HUGE // len(BLOCK)):
        yield BLOCK


def _chunked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        yield b"%x\r\n%s\r\n" % (len(block), block)


def _parts() -> Iterator[bytes]:
    while True:
        yield b"".join((PART + b"x\r\n") for _ in range(5_000))


def _one_file() -> Iterator[bytes]:
    yield PART
    yield from _plain()


ANNOUNCED = {"Content_Length": HUGE}
UNANNOUNCED = {"Transfer_Encoding": "chunked"}
WAYS: dict[str, tuple[dict[str, Any], Any]] = {
    "length": ({"Content_Type": "application/json", **ANNOUNCED}, _plain),
    "gzip": ({"Content_Type": "application/json", "Content_Encoding": "gzip", **ANNOUNCED}, _plain),
    "expect": ({"Content_Type": FORM, "Expect": "100-continue", **ANNOUNCED}, lambda: iter(())),
    "one-file": ({"Content_Type": FORM, **ANNOUNCED}, _one_file),
    "many-parts": ({"Content_Type": FORM, **ANNOUNCED}, _parts),
    "chunked": ({"Content_Type": "application/json", **UNANNOUNCED}, lambda: _chunked(_plain())),
    "chunked-file": ({"Content_Type": FORM, **UNANNOUNCED}, lambda: _chunked(_one_file())),
    "chunked-parts": ({"Content_Type": FORM, **UNANNOUNCED}, lambda: _chunked(_parts())),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("huge") / "data") as served:
        yield served


@pytest.mark.parametrize("way", WAYS)
def test_a_body_of_300_mb_is_413_and_memory_stays(served: Served, way: str, measured: Measured) -> None:
    headers, blocks = WAYS[way]
    with _Peak(served) as peak:
        sent, reply = _send(served, headers, blocks())
    measured(f"a body of 300 MB, {way}", f"413 when {sent / 1e6:.0f} MB were sent, {peak}")
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["error"]["code"] == "too_large"
    assert peak.growth < MOST_GROWTH
    if "Transfer_Encoding" not in headers:
        assert peak.on_disk < 1_000_000  # nothing of it was kept


def _send(served: Served, headers: dict[str, Any], blocks: Iterator[bytes]) -> tuple[int, bytes]:
    """How much of the body was sent before the reply began, and the reply."""
    sent = 0
    with served.connect() as client:
        client.sendall(served.head("POST /api/articles", **headers))
        client.setblocking(False)
        reply = b""
        for block in blocks:
            left = memoryview(block)
            while left and not reply:
                with suppress(BlockingIOError):
                    reply = client.recv(65_536)
                with suppress(BlockingIOError):
                    done = client.send(left)
                    sent += done
                    left = left[done:]
            if reply:
                break
        client.settimeout(60)
        while not reply or b"\r\n\r\n" not in reply or not reply.partition(b"\r\n\r\n")[2].endswith(b"}"):
            more = client.recv(65_536)
            assert more, reply
            reply += more
    return sent, reply


def test_many_bodies_just_under_the_limit_have_a_limit_together(
    served: Served, size: Size, is_whole: bool, measured: Measured
) -> None:
    count = max(size(100), 12)

    def send(_: int) -> int:
        """All but the last byte, and what the server says to that; 0 where it closes."""
        with served.connect() as client:
            client.sendall(served.head("POST /api/articles", Content_Type=FORM, Content_Length=LIMIT - 1) + PART)
            for _ in range((LIMIT - len(PART) - 2) // len(BLOCK)):
                client.sendall(BLOCK)
            client.settimeout(5)
            try:
                return int(client.recv(65_536)[9:12] or b"0")
            except TimeoutError:
                return 100  # it is waited for
            except ConnectionError:
                return 0

    with _Peak(served) as peak, Latency(served) as health:
        found = Counter(status if isinstance(status, int) else 0 for status in side_by_side(count, send))
    measured(
        f"{count} bodies of 32 MB at once",
        f"{found[100]} held, {found[503]} refused, {found[0]} cut off; {peak}; health: {health}",
    )
    assert found[503] + found[0] >= count - MIN_HELD_BYTES // LIMIT - 1
    assert set(health.statuses) == {200}
    assert peak.growth < MOST_GROWTH
    assert peak.on_disk < 1.5 * MIN_HELD_BYTES
    assert health.p99 < (1_000 if is_whole else 10_000)
    assert "Traceback" not in served.log


def test_uploads_of_the_largest_size_at_once_are_taken_in_or_refused(
    served: Served, size: Size, measured: Measured
) -> None:
    count = max(size(40), 6)
    body = PART + b"The meadow is open. \n" * ((LIMIT - 1_000) // 21) + b"\r\n--x--\r\n"

    with _Peak(served) as peak, Latency(served) as health:
        replies = side_by_side(count, lambda _: _status(served, body, FORM))
        for job in served.ask("/api/jobs?limit=50").json()["jobs"]:
            served.ask(f"/api/jobs/{job['id']}", method="DELETE")
    found = Counter(replies)
    measured(f"{count} uploads of 32 MB at once", f"{found[202]} taken in, {found[503]} refused; {peak}; {health}")
    assert found.keys() <= {202, 503, 429, 0}
    assert found[202] > 0
    assert set(health.statuses) == {200}
    assert "Traceback" not in served.log


def _status(served: Served, body: bytes, content_type: str) -> int:
    with suppress(OSError):
        return served.ask("/api/articles", body, {"Content-Type": content_type}).status
    return 0  # refused while it was still sending, for longer than refusals are waited for


@pytest.mark.parametrize(
    "body",
    [
        b'{"articles": [' + b"[]," * (LIMIT // 3 - 100) + b"[]]}",
        b'{"articles": [' + b"{}," * (LIMIT // 3 - 100) + b"{}]}",
        b'{"articles": [' + b"1.5," * (LIMIT // 4 - 100) + b"1]}",
        b"[" * 200_000,
    ],
    ids=["lists", "objects", "numbers", "nested"],
)
def test_json_that_is_many_times_its_size_in_memory_is_refused(served: Served, body: bytes, measured: Measured) -> None:
    with _Peak(served) as peak:
        reply = served.ask("/api/articles", body, JSON)
    measured(f"{len(body) / 1e6:.1f} MB of JSON that begins with {body[14:17].decode()}", str(peak))
    assert reply.status in (400, 413, 422)
    assert peak.growth < MOST_GROWTH


def test_text_with_commas_is_not_taken_for_values(served: Served) -> None:
    text = "Bread, salt, and wine stood on the table, and nobody, it is said, ate. " * 20_000
    assert served.ask("/api/articles", {"title": "Bread", "text": text}).status == 202


def test_a_compressed_body_is_not_unpacked(served: Served) -> None:
    body = gzip.compress(json.dumps({"question": "x" * 50_000_000}).encode())
    reply = served.ask("/api/ask", body, JSON | {"Content-Encoding": "gzip"})
    assert reply.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"1\r\nx\r\n" * 20_000,
        b"1;" + b"x" * 2_000,
        b"a" * 2_000,
        b"0\r\n" + b"X: y\r\n" * 3_000,
    ],
    ids=["bytes", "extension", "number", "trailer"],
)
def test_chunks_that_are_mostly_frame_are_refused_early(served: Served, body: bytes) -> None:
    with served.connect() as client:
        client.sendall(served.head("POST /api/articles", Content_Type=FORM, Transfer_Encoding="chunked"))
        began = time.monotonic()
        with suppress(ConnectionError):
            client.sendall(body)
        assert client.recv(65_536).startswith(b"HTTP/1.1 400 ")
        assert time.monotonic() - began < 10
    assert served.ask(HEALTH).status == 200


def test_a_body_that_may_come_is_asked_for(served: Served) -> None:
    body = json.dumps({"query": "bridge"}).encode()
    head = served.head(
        "POST /api/search", Content_Type="application/json", Content_Length=len(body), Expect="100-continue"
    )
    with served.connect() as client:
        client.sendall(head)
        assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_nothing_of_all_that_is_left(served: Served) -> None:
    assert served.ask(HEALTH).status == 200
    deadline = time.monotonic() + 60
    while (left := _temporary_bytes(served.process.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == 0
