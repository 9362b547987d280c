"""An hour of everything at a moderate rate: what the server holds afterwards is what it held before.

Judged by the straight line that fits the samples of the last three quarters best: how far it rises over that time, as a
share of their mean. The first quarter is for pools and caches to fill. The database is told and not judged: removed
articles are kept for an hour, and conversations, of which the load deletes its own, up to a thousand.
"""

import itertools
import json
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from attack_fixtures import Measured
from numpy.typing import NDArray
from served import JSON, QUESTION, Served

HOUR_SECONDS, SHORT_SECONDS = 3_600, 25
SAMPLES = 360
PAUSE_SECONDS = 0.3
"""Between two things that a client of the hour does."""
CLIENTS = 4
MAX_REFUSED = 0.01
MAX_RISE = 0.05
MAX_SHORT_RISE = 0.4
"""In half a minute pools and caches are still filling."""

WORDS = "harbour lantern meadow copper willow anchor tunnel orchard granite ferry".split()
JUNK = [
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"A" * 30_000 + b" / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n",
    b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300000000\r\n\r\n",
    b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
]


@dataclass(frozen=True, slots=True)
class Sample:
    memory_mb: float
    children_mb: float
    descriptors: int
    threads: int
    processes: int
    generations: int
    """Of the index, those of which a file is open or mapped."""
    index_mb: float
    database_mb: float
    metrics_kb: float


def test_mixed_load_leaves_memory_and_descriptors_as_they_were(
    tmp_path: Path, is_whole: bool, measured: Measured
) -> None:
    seconds = HOUR_SECONDS if is_whole else SHORT_SECONDS
    data = tmp_path / "data"
    samples: list[Sample] = []
    with Served(data) as served, (tmp_path / "samples.jsonl").open("w") as noted:
        loads = [_Load(served) for _ in range(CLIENTS)]
        ending = threading.Event()
        with ThreadPoolExecutor(CLIENTS) as clients:
            working = [clients.submit(load.go_on, ending, PAUSE_SECONDS if is_whole else 0) for load in loads]
            began = time.monotonic()
            while (now := time.monotonic() - began) < seconds and not any(one.done() for one in working):
                if now >= len(samples) * seconds / SAMPLES:
                    samples.append(_sample(served, data))
                    print(json.dumps(astuple(samples[-1])), file=noted, flush=True)
                time.sleep(0.02)
            ending.set()
            assert [one.result() for one in working] == [None] * CLIENTS
        log = served.log
    statuses = sum((load.statuses for load in loads), Counter[int]())
    names = [field.name for field in fields(Sample)]
    table = np.array([astuple(sample) for sample in samples], float)
    rises = dict(zip(names, (_rise(column) for column in table.T), strict=True))
    measured(
        f"{seconds // 60} minutes of mixed load" if is_whole else f"{seconds} seconds of mixed load",
        f"{statuses.total():,} requests by {CLIENTS} clients; first quarter to last, and rise over the last three: "
        + ", ".join(f"{name} {_ends(table[:, n])}, {rises[name]:+.1%}" for n, name in enumerate(names)),
    )
    most = MAX_RISE if is_whole else MAX_SHORT_RISE
    judged = set(names) - {"database_mb"} if is_whole else {"memory_mb", "descriptors", "threads", "metrics_kb"}
    assert {name: rises[name] for name in judged if rises[name] > most} == {}
    assert "Traceback" not in log
    assert statuses.keys() <= {200, 202, 204, 400, 404, 405, 409, 413, 415, 422, 429, 431}
    assert statuses[429] <= MAX_REFUSED * statuses.total()  # where others keep the machine busy, too many jobs wait


def _sample(served: Served, data: Path) -> Sample:
    children = served.seen.children(recursive=True)
    held = {path for path in (f.path for f in served.seen.open_files()) if "/index/gen-" in path}
    held |= {m.path for m in served.seen.memory_maps() if "/index/gen-" in m.path}
    return Sample(
        memory_mb=served.memory() / 1e6,
        children_mb=sum(_memory(child) for child in children) / 1e6,
        descriptors=served.seen.num_fds(),
        threads=served.seen.num_threads(),
        processes=1 + len(children),
        generations=len({name for path in held for name in re.findall(r"/index/(gen-[^/.]+)", path)}),
        index_mb=_bytes(data / "index") / 1e6,
        database_mb=sum(_bytes(path) for path in data.glob("assistant.db*")) / 1e6,
        metrics_kb=len(served.ask("/metrics").body) / 1e3,
    )


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _bytes(path: Path) -> int:
    """Of a file, or of all files of a folder that are still there when they are looked at."""
    try:
        return sum(map(_bytes, path.iterdir())) if path.is_dir() else path.stat().st_size
    except FileNotFoundError:
        return 0


def _rise(values: NDArray[np.float64]) -> float:
    """Of the straight line through the last three quarters, as a share of their mean."""
    late = values[len(values) // 4 :]
    slope = np.polyfit(np.arange(len(late)), late, 1)[0]
    return float(slope * (len(late) - 1) / max(late.mean(), 1e-9))


def _ends(values: NDArray[np.float64]) -> str:
    quarter = len(values) // 4
    return f"{values[:quarter].mean():.4g} to {values[-quarter:].mean():.4g}"


class _Load:
    """Does one thing after the other, in a round of which every request is a part."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.statuses: Counter[int] = Counter()
        self._number = itertools.count()
        self._session = self._message = ""
        every_round = [self._ask, self._stream, self._search, self._list, self._page, self._leave, self._talk]
        now_and_then = [self._add, self._upload, self._rebuild, self._export, self._rate, self._junk, self._leave_early]
        self._acts = itertools.cycle(
            act for n in range(len(now_and_then)) for act in [*every_round, now_and_then[n], self._wrong, self._list]
        )

    def go_on(self, ending: threading.Event, pause_seconds: float) -> None:
        while not ending.wait(pause_seconds):
            next(self._acts)()

    def _do(self, path: str, body: Any = None, method: str = "", headers: dict[str, str] = JSON) -> Any:
        reply = self._served.ask(path, body, headers, method=method)
        self.statuses[reply.status] += 1
        is_json = reply.headers.get("Content-Type") == "application/json"
        return reply.json() if is_json and reply.body else reply.body

    def _ask(self) -> None:
        question = QUESTION if next(self._number) % 2 else f"What does the {self._word()} cost?"
        answer = self._do("/api/ask", {"question": question})
        self._session, self._message = answer["session_id"], answer["message_id"]

    def _stream(self) -> None:
        self._do("/api/ask", {"question": QUESTION, "stream": True, "session_id": self._session})

    def _search(self) -> None:
        self._do("/api/search", {"query": f"bridge {self._word()}", "top_k": 20})

    def _list(self) -> None:
        for path in ("/api/articles?limit=20", f"/api/articles?q={self._word()}", "/api/sources", "/api/jobs"):
            self._do(path)
        for part in ("", "/revisions", "/related"):
            self._do(f"/api/articles/bridge{part}")

    def _page(self) -> None:
        for path in ("/", "/static/chat.js", "/api/health", "/api/suggestions", "/api/openapi.json"):
            self._do(path)

    def _talk(self) -> None:
        self._do("/api/sessions?q=bridge")
        self._do(f"/api/sessions/{self._session}", {"title": self._word()}, "PATCH")
        self._do(f"/api/sessions/{self._session}/export?format=markdown")
        self._do(f"/api/sessions/{self._session}", method="DELETE")

    def _leave(self) -> None:
        """In mid-stream."""
        with self._served.connect() as client:
            client.sendall(self._served.asking(stream=True))
            client.recv(100)

    def _leave_early(self) -> None:
        """In mid-upload."""
        with self._served.connect() as client:
            client.sendall(self._served.head("POST /api/articles", Content_Length=1_000_000) + b"x" * 200_000)

    def _add(self) -> None:
        name = f"article-{next(self._number) % 20}"
        text = f"The {self._word()} of {self._word()} opened in {1900 + next(self._number) % 100}."
        self._end(self._do("/api/articles", {"id": name, "title": "Opened", "text": text}))
        self._do(f"/api/articles/{name}", method="DELETE")

    def _upload(self) -> None:
        text = " ".join(f"The {self._word()} is open." for _ in range(200)).encode()
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n%s\r\n' % text
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        self._do("/api/articles/preview", part + b"--x--\r\n", headers=form)
        job = self._end(self._do("/api/articles", part + b"--x--\r\n", headers=form))
        for article_id in job["added_ids"]:
            self._do(f"/api/articles/{article_id}", method="DELETE")

    def _rebuild(self) -> None:
        started = self._do("/api/index/rebuild", {"full": next(self._number) % 2 == 0})
        if "job_id" in started:  # else one runs
            self._end(started)

    def _end(self, started: dict[str, Any]) -> dict[str, Any]:
        while True:
            job: dict[str, Any] = self._do(f"/api/jobs/{started['job_id']}")
            if job["state"] in ("done", "failed", "cancelled"):
                return job
            time.sleep(0.05)

    def _export(self) -> None:
        self._do("/api/feedback")

    def _rate(self) -> None:
        self._ask()
        self._do("/api/feedback", {"message_id": self._message, "is_positive": True, "feedback_text": self._word()})
        self._do("/api/feedback", {"message_id": self._message, "is_positive": None})

    def _junk(self) -> None:
        for sent in JUNK:
            with self._served.connect() as client:
                client.sendall(sent)
                client.recv(1_000)

    def _wrong(self) -> None:
        self._do("/api/ask", b"{")
        self._do("/api/ask", {"question": ""})
        self._do("/api/search", {"query": "x", "top_k": 10**9})
        self._do("/api/articles/none")
        self._do("/api/health", {}, "POST")
        self._do("/api/ask", b"x", headers={"Content-Type": "text/plain"})

    def _word(self) -> str:
        return WORDS[next(self._number) % len(WORDS)]
