"""A real server in a process of its own, with the embedder of hashed words, and a client that judges what it reads.

Several may serve one data folder. `kill` is SIGKILL: it leaves no time to tidy up.
"""

import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from small_server import HERE, TESTS, begun, ended, started

FINISHED = ("done", "failed", "cancelled")

REBUILD = """
import sys
from contextlib import closing
from pathlib import Path
from conftest import HashingEmbedder
from index.library import Library

with closing(Library(Path(sys.argv[1]), embedder=HashingEmbedder())) as library:
    print(library.rebuild(Path(sys.argv[2])).errors)
"""
"""What `assistant rebuild` does, with that embedder."""


class Refused(Exception):
    """A reply that is none of those expected."""


class ServerProcess:
    def __init__(self, data: Path, articles: Path) -> None:
        self.process = started(data, articles, "--warm")
        self._address = ""

    def __enter__(self) -> "ServerProcess":
        _, self._address = begun(self.process)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        ended(self.process)

    # -- talking to it; `statuses`: those that are fine

    def call(self, method: str, path: str, body: Any = None, *statuses: int) -> tuple[int, Any]:
        """Status and JSON of a reply. Raises Refused, and OSError where there is none."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urlopen(request, timeout=120) as reply:
                status, text = reply.status, reply.read()
        except HTTPError as error:
            status, text = error.code, error.read()
        if status not in (statuses or (200,)):
            raise Refused(f"{method} {path}: {status} {text[:500]!r}")
        return status, json.loads(text) if text else None

    def get(self, path: str) -> Any:
        return self.call("GET", path)[1]

    def ask(self, question: str, **fields: Any) -> Any:
        return self.call("POST", "/api/ask", {"question": question, **fields})[1]

    def add(self, *articles: dict[str, Any]) -> str:
        """The job that takes them in."""
        _, reply = self.call("POST", "/api/articles", {"articles": list(articles)}, 202)
        return str(reply["job_id"])

    def wait(self, job_id: str, seconds: float = 300) -> Any:
        """The job when it has ended."""
        deadline = time.monotonic() + seconds
        while (job := self.get(f"/api/jobs/{job_id}"))["state"] not in FINISHED:
            assert time.monotonic() < deadline, job
            time.sleep(0.05)
        return job

    def text(self, article_id: str, revision: str) -> str | None:
        """Of an article in that revision; None where it is not there."""
        status, reply = self.call("GET", f"/api/articles/{article_id}?revision={revision}", None, 200, 404)
        return reply["text"] if status == 200 else None


def cited(answer: Any) -> list[Any]:
    """Every place that an answer names: citations, those that say the same, and the nearest of a refusal."""
    return [place for one in (*answer["citations"], *answer["nearest"]) for place in (one, *one["also_in"])]


def check_verbatim(place: Any, text: str) -> None:
    assert text[place["start"] : place["end"]] == place["quote"], place


def rebuilt_beside(data: Path, articles: Path) -> None:
    """Rebuild in a process that is no server."""
    command = [sys.executable, "-c", REBUILD, str(data), str(articles)]
    done = subprocess.run(
        command, cwd=TESTS, env=os.environ | HERE, capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout.strip() == "()"


@cache
def words(n: int) -> str:
    """A few that no other number has, so that no two articles are taken for copies."""
    syllables = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu")

    def word(seed: int) -> str:
        return "".join(syllables[int(digit)] for digit in f"{seed * 7919 % 100_000:05}")

    return " ".join(word(n * 31 + k) for k in range(1, 9))
