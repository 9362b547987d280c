"""Uploads meant to do harm, against a server in a process of its own: names that lead elsewhere, bombs, endless bodies.

Held to three things: nothing is written outside of the data folder, a body that is too large is refused before it is
read, and memory stays, of the server at any time and of the child that reads once it has read.
"""

import json
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest
from attack_fixtures import Measured, Size
from bombs import bombs, deflated
from items import VOTED
from small_server import begun, started

from bench.fuzz.seeds import seeds

MB = 1_000_000
MAX_GROWN = 100 * MB
NAMES = 200
BODY_BYTES = 300 * MB
MAX_SENT = 48 * MB  # what a chunked body may come to before it is refused: the limit of 32 MB, and what is under way
JOB_SECONDS = 900
ENDED = {"done", "failed", "cancelled"}
LONGEST, MAX_INDEXED = {"words.txt", "sentences.txt", "emojis.txt"}, 150 * MB
"""Articles as long as may be, one of 200,000 sentences: they are cut up, embedded and indexed, one after the other."""
MOST, MAX_MOST_INDEXED = "just-under.zip", 450 * MB
"""As many of them as an archive of one megabyte may hold, 64 MB of text in 70,000 passages: no bomb, but indexed."""


@dataclass
class Watched:
    """A running server and its memory. `place` has a folder for everything that a process may write to."""

    address: str
    process: psutil.Process
    place: Path
    peaks: dict[str, int] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def memory(self) -> dict[str, int]:
        """Bytes that are resident, of the server and of the children that read, together."""
        children = 0
        for child in self.process.children():
            try:
                children += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return {"server": self.process.memory_info().rss, "reader": children}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Notes the most that each has meanwhile."""
        self.peaks = self.memory()
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(0.02):
                self.peaks = {who: max(self.peaks[who], now) for who, now in self.memory().items()}

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def ask(
        self, path: str, body: bytes | None = None, content_type: str = "application/json", method: str | None = None
    ) -> Any:
        headers = {"Content-Type": content_type} if body is not None else {}
        with urlopen(Request(self.address + path, body, headers, method=method), timeout=120) as reply:
            return json.loads(reply.read() or b"null")

    def remove(self, ids: list[str]) -> None:
        """Articles, and wait until the index is without them: what it takes to build grows with all that is in it."""
        for article_id in ids:
            self.ask(f"/api/articles/{article_id}", method="DELETE")
        while any(job["state"] not in ENDED for job in self.ask("/api/jobs?limit=20")["jobs"]):
            time.sleep(0.05)

    def take_in(self, *files: tuple[bytes, bytes]) -> dict[str, Any]:
        """The ended job of files, each by what stands in the form's header for its name, and its bytes."""
        boundary = secrets.token_hex(16).encode()
        parts = [
            b'--%s\r\nContent-Disposition: form-data; name="file"; %s\r\n\r\n%s\r\n' % (boundary, name, data)
            for name, data in files
        ]
        body = b"".join([*parts, b"--%s--\r\n" % boundary])
        job = self.ask("/api/articles", body, f"multipart/form-data; boundary={boundary.decode()}")["job_id"]
        until = time.monotonic() + JOB_SECONDS
        while time.monotonic() < until:
            said: dict[str, Any] = self.ask(f"/api/jobs/{job}")
            if said["state"] in ENDED:
                return said
            time.sleep(0.05)
        raise AssertionError(f"The job did not end within {JOB_SECONDS} seconds: {said}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """With every reader in use already, so that what it grows by is no import."""
    place = tmp_path_factory.mktemp("place")
    for name in ("home", "temp", "cwd", "articles"):
        (place / name).mkdir()
        (place / name / "canary.txt").write_text("As it was.")
    (place / "articles" / "canary.txt").unlink()
    env = {"HOME": str(place / "home"), "TMPDIR": str(place / "temp")}
    with started(place / "data", place / "articles", env=env, cwd=place / "cwd") as process:
        try:
            _, address = begun(process)
            watched = Watched(address, psutil.Process(process.pid), place)
            for kind in ("txt", "md", "html", "pdf", "docx", "eml", "json", "jsonl", "csv", "xml", "zip"):
                for data in seeds(kind):
                    watched.take_in((f'filename="warm.{kind}"'.encode(), data))
            yield watched
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def outside(place: Path) -> dict[str, bytes]:
    """Every file that is not in the data folder, with what is in it."""
    return {
        str(path): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file() and place / "data" not in path.parents
    }


def names(place: Path) -> list[str]:
    """Names that would be paths elsewhere, commands, devices or nothing at all, by 25 ways to lead out of a folder."""
    target = f"evil-{secrets.token_hex(4)}.txt"
    ways = [
        *(
            "../",
            "../../../",
            "..\\",
            "..\\..\\",
            "/",
            "//",
            f"{place}/",
            f"file://{place}/",
            "C:\\",
            "\\\\host\\share\\",
        ),
        *(
            "....//",
            "..;/",
            "%2e%2e/",
            "%2e%2e%2f",
            "..%2f",
            "..%5c",
            "%c0%ae%c0%ae/",
            "．．/",
            "‥/",
            "~/",
            "$HOME/",
            "`id`/",
        ),
        *("./.././", "a/../../", "\u202e/../"),
    ]
    forms = ["{}{}", "{}{}.txt", "{}CON.txt", "{}.{}", "{} {}", "{}{}\u0000.txt", "{}\t{}", "{};{}"]
    return [form.format(way, target) for way in ways for form in forms]


def test_no_files_name_leads_out_of_the_data_folder(server: Watched, size: Size, measured: Measured) -> None:
    tried = names(server.place)
    assert len(tried) == NAMES
    tried = tried[:: NAMES // size(NAMES)]
    before, around = outside(server.place), set(server.place.parent.iterdir())
    data = VOTED.encode()
    for name in tried:
        plain = name.replace("\\", "\\\\").replace('"', '\\"').encode()
        coded = "".join(f"%{byte:02X}" for byte in name.encode()).encode()
        taken = [
            (b'filename="%s"' % plain, data),
            (b"filename*=UTF-8''%s" % coded, data),
            (b'filename="a.zip"', deflated({name: data})),
            (
                b'filename="a.eml"',
                b'Subject: a\r\nContent-Disposition: attachment; filename="%s"\r\n\r\n%s' % (plain, data),
            ),
        ]
        job = server.take_in(*(file for file in taken if b"\n" not in file[0] and b"\0" not in file[0]))
        assert job["added"] + job["unchanged"] + job["updated"] >= 2, job  # under some name or other
    assert outside(server.place) == before
    assert set(server.place.parent.iterdir()) == around
    uploads = server.place / "data" / "uploads"
    assert not list(uploads.iterdir())
    for article in server.ask("/api/articles?limit=200")["articles"]:
        assert ".." not in PurePosixPath(article["origin"]).parts
    measured("hostile file names", f"{len(tried)} names, each four ways: nothing written outside the data folder")


def test_bombs_cost_themselves_alone(server: Watched, is_whole: bool, measured: Measured) -> None:
    """At a tenth those that are over in a moment; the others are held by limits on time, which no test waits for."""
    before = outside(server.place)
    at_rest = server.memory()
    most, tried, kept, indexed = dict.fromkeys(at_rest, 0), 0, 0, dict[str, int]()
    for name, make in bombs():
        if not is_whole and name in SLOW:
            continue
        with server.watching():
            job = server.take_in((f'filename="{name}"'.encode(), make()))
        assert job["state"] == "done" or job["errors"], (name, job)  # failed is what gave no article at all
        server.remove(job["added_ids"])
        grown = {who: server.peaks[who] - at_rest[who] for who in at_rest}
        bound = MAX_INDEXED if name in LONGEST else MAX_MOST_INDEXED if name == MOST else MAX_GROWN
        assert grown["server"] <= bound, (name, grown)
        assert grown["reader"] <= MAX_GROWN, (name, grown)
        tried += 1
        if name in LONGEST or name == MOST:
            indexed[name] = grown["server"]
            continue
        most = {who: max(most[who], grown[who]) for who in most}
        kept = max(kept, server.memory()["reader"] - at_rest["reader"])
        assert kept <= MAX_GROWN, (name, kept)
        assert server.ask("/api/health")["status"] == "ok"
    assert outside(server.place) == before
    measured(
        "bombs",
        f"{tried} files: the server grew by {most['server'] / MB:.0f} MB at most, the child that reads by "
        f"{most['reader'] / MB:.0f} MB while it read and {kept / MB:.0f} MB afterwards; "
        "the server while it indexes articles as long as may be, by MB: "
        + ", ".join(f"{name} {grown / MB:.0f}" for name, grown in indexed.items()),
    )


SLOW = {"just-under.zip", "attributes.html", "lines.jsonl", "rows.csv", "parts.eml", "streams.pdf"}


@pytest.mark.parametrize("path", ["/api/ask", "/api/articles", "/api/articles/preview", "/", "/nowhere"])
def test_a_body_that_is_said_to_be_too_large_is_refused_before_it_is_sent(server: Watched, path: str) -> None:
    with server.watching(), closing(socket.create_connection(("127.0.0.1", server.port), 30)) as sender:
        at_rest = dict(server.peaks)
        sender.sendall(b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n" % (path.encode(), BODY_BYTES))
        sender.sendall(b"Content-Type: multipart/form-data; boundary=b\r\n\r\n")
        assert sender.recv(100).startswith(b"HTTP/1.1 413")
    assert server.peaks["server"] - at_rest["server"] <= MAX_GROWN


def test_a_body_without_end_is_refused_at_the_limit(server: Watched, measured: Measured) -> None:
    before = outside(server.place)
    most = 0
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    for path, kind in (("/api/articles", "multipart/form-data; boundary=b"), ("/api/ask", "application/json")):
        with server.watching(), closing(socket.create_connection(("127.0.0.1", server.port), 30)) as sender:
            at_rest = dict(server.peaks)
            sender.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n".encode())
            sender.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
            sent, piece = 0, b"%x\r\n%s\r\n" % (MB, head.ljust(MB, b"a"))
            sender.settimeout(0.02)
            reply = b""
            while sent < BODY_BYTES and not reply:
                sent += _sent(sender, piece)
                try:
                    reply = sender.recv(100)
                except TimeoutError:
                    continue
            assert reply.startswith(b"HTTP/1.1 413")
            assert sent <= MAX_SENT
        most = max(most, server.peaks["server"] - at_rest["server"])
    assert most <= MAX_GROWN
    assert outside(server.place) == before
    measured("bodies of 300 MB", f"413 before they were read; the server grew by {most / MB:.0f} MB at most")


def _sent(sender: socket.socket, piece: bytes) -> int:
    """Sends all of it, and gives its length."""
    sender.settimeout(30)
    sender.sendall(piece)
    sender.settimeout(0.02)
    return len(piece)
