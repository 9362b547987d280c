"""A server in a process of its own that can be killed, and clients that keep it busy and remember what it promised."""

import contextlib
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from small_server import begun, ended, started


class Gone(Exception):
    """The server did not answer: it was killed before, or while it did."""


class Prepared:
    """A process that has imported all that a server needs, and begins one at once when asked to."""

    def __init__(self) -> None:
        self._process = started()

    def __enter__(self) -> "Prepared":
        return self

    def __exit__(self, *_: object) -> None:
        ended(self._process)

    def begin(self, data: Path) -> tuple[int, str]:
        """The process and the address of a new server."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{data}\n")
        self._process.stdin.flush()
        return begun(self._process)


class Serving:
    """A server on `data`, from its start until it is killed."""

    def __init__(self, data: Path, prepared: Prepared | None = None) -> None:
        """prepared: begins it, which saves the time that importing takes."""
        self.started = time.monotonic()
        self._process: subprocess.Popen[str] | None = None
        if prepared:
            self._pid, self._address = prepared.begin(data)
        else:
            self._process = started(data, f"{data}.none")
            self._pid, self._address = begun(self._process)

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # until it is gone
            while True:
                os.kill(self._pid, signal.SIGKILL)
                if self._process:
                    with self._process:  # waits, and closes its pipe
                        return
                time.sleep(0.005)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and reply. Raises Gone."""
        data = None if body is None else json.dumps(body).encode()
        return self._sent(Request(self._address + path, data, {"Content-Type": "application/json"}, method=method))

    def send(self, form: bytes) -> tuple[int, Any]:
        """Of a form to add files, with the boundary `line`. Raises Gone."""
        headers = {"Content-Type": "multipart/form-data; boundary=line"}
        return self._sent(Request(f"{self._address}/api/articles", form, headers))

    def _sent(self, request: Request) -> tuple[int, Any]:
        try:
            with urlopen(request, timeout=60) as reply:
                text = reply.read()
                return reply.status, json.loads(text) if text else None
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")
        except (OSError, HTTPException, ValueError) as error:  # ValueError: of a reply that was cut off
            raise Gone(str(error)) from error

    def articles(self) -> list[str]:
        """The ids of all that is listed."""
        found: list[str] = []
        cursor = ""
        while True:
            status, page = self.ask("GET", f"/api/articles?limit=200{cursor}")
            assert status == 200, page
            found += [one["id"] for one in page["articles"]]
            if not page["next_cursor"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def settled(self) -> None:
        """Wait until no job is left."""
        for _ in range(6_000):
            status, reply = self.ask("GET", "/api/jobs")
            assert status == 200, reply
            if all(job["state"] in ("done", "failed", "cancelled") for job in reply["jobs"]):
                return
            time.sleep(0.05)
        raise AssertionError(reply)


@dataclass
class Promises:
    """What was answered to those who changed something, as far as they heard."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    accepted: dict[str, str] = field(default_factory=dict)
    """Articles of which it was said that they will be taken in, and by which job."""
    there: set[str] = field(default_factory=set)
    """Those whose job was said to be done."""
    deleted: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    """Those whose removal was asked for, and not answered."""
    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    """Replies that should not have been."""


class Load:
    """Clients that add, delete and ask until the server is gone or they are told to end."""

    def __init__(self, server: Serving, promises: Promises, name: str, seed: int, askers: int = 2) -> None:
        self._server = server
        self._promises = promises
        self._name = name
        self._ending = threading.Event()
        works: list[Callable[[random.Random, int], None]] = [self._add, self._add_file, self._delete]
        works += [self._ask] * askers
        self._threads = [
            threading.Thread(target=self._keep_on, args=(work, n, random.Random(f"{seed}-{n}")))
            for n, work in enumerate(works)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _keep_on(self, work: Callable[[random.Random, int], None], client: int, chance: random.Random) -> None:
        number = 0
        while not self._ending.is_set():
            try:
                work(chance, client * 10_000 + number)
            except Gone:
                return
            except Exception as error:  # told by the test, in its own thread
                self._promises.wrong.append(repr(error))
                return
            number += 1

    def _add(self, chance: random.Random, number: int) -> None:
        added = [article(f"{self._name}-{number}-{n}") for n in range(chance.randint(1, 3))]
        status, reply = self._server.ask("POST", "/api/articles", {"articles": added})
        self._accepted(status, reply, [one["id"] for one in added])

    def _add_file(self, chance: random.Random, number: int) -> None:
        added = [article(f"{self._name}-{number}-{n}") for n in range(chance.randint(1, 20))]
        head = b'--line\r\nContent-Disposition: form-data; name="file"; filename="sent.jsonl"\r\n\r\n'
        body = head + "\n".join(map(json.dumps, added)).encode() + b"\r\n--line--\r\n"
        status, reply = self._server.send(body)
        self._accepted(status, reply, [one["id"] for one in added])

    def _accepted(self, status: int, reply: Any, ids: list[str]) -> None:
        if status == 429:
            time.sleep(0.2)
            return
        assert status == 202, (status, reply)
        with self._promises.lock:
            self._promises.accepted |= dict.fromkeys(ids, reply["job_id"])
        while True:
            status, job = self._server.ask("GET", f"/api/jobs/{reply['job_id']}")
            assert (status, job["state"] not in ("failed", "cancelled")) == (200, True), (status, job)
            if job["state"] == "done":
                with self._promises.lock:
                    self._promises.there |= set(ids)
                return
            if self._ending.wait(0.03):
                return

    def _delete(self, chance: random.Random, _number: int) -> None:
        with self._promises.lock:
            there = sorted(self._promises.there - self._promises.deleted - self._promises.unsure)
            if len(there) < 3:
                time.sleep(0.02)
                return
            chosen = chance.choice(there)
            self._promises.unsure.add(chosen)
        status, reply = self._server.ask("DELETE", f"/api/articles/{chosen}")
        assert status == 204, (status, reply)
        with self._promises.lock:
            self._promises.deleted.add(chosen)
            self._promises.unsure.discard(chosen)
        time.sleep(0.1)

    def _ask(self, chance: random.Random, number: int) -> None:
        with self._promises.lock:
            deleted = set(self._promises.deleted)
        path, body = ("/api/search", {"query": "harbour"}) if number % 3 else ("/api/ask", {"question": QUESTION})
        status, reply = self._server.ask("POST", path, body)
        if status in (429, 503):
            time.sleep(0.1)
            return
        assert status == 200, (status, reply)
        shown = {hit["article_id"] for hit in reply.get("hits", reply.get("citations", []))}
        assert not shown & deleted, f"shown though deleted: {shown & deleted}"
        with self._promises.lock:
            self._promises.asked += 1


QUESTION = "What stood at the harbour?"


def article(id_: str) -> dict[str, str]:
    return {"id": id_, "title": f"Title {id_}", "text": f"The crane {id_} stood at the harbour."}
