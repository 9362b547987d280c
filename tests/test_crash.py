"""A rebuild or a server killed in the middle of its work, and what a new process makes of what it left.

The process that rebuilds stops itself at the chosen call of its progress callback, says so on a pipe, and is killed
there; a server is killed when its job tells that it is that far. SIGKILL leaves neither time to tidy up.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import pytest
from conftest import HashingEmbedder

from index.article import Article
from index.embedding import BATCH, UNDER_WAY
from index.ingest.formats import read_item
from index.library import Library
from index.progress import Report, Stage
from web.jobs.job import FINISHED

N = BATCH + 36
AT_A_KILL = (UNDER_WAY + 1) * BATCH
"""Passages that may be embedded, and not stored yet."""
OLD = Article(id="old", title="Title", text="The comet came back.", origin="by hand")

EMBEDDER = """
import json
from conftest import HashingEmbedder

class Embedder(HashingEmbedder):
    def embed(self, texts):
        with open(data + ".embedded", "a") as file:
            file.writelines(json.dumps(text) + "\\n" for text in texts)
        return super().embed(texts)
"""
"""Notes beside `data` what it was given."""

REBUILD = """
import sys
from pathlib import Path
from index.library import Library

data, articles, stage, done = sys.argv[1:]
EMBEDDER
def progress(now, at, total):
    if now == stage and at >= int(done):
        print("reached", flush=True)
        sys.stdin.read()  # until it is killed

Library(Path(data), embedder=Embedder()).rebuild(Path(articles), progress=progress)
""".replace("EMBEDDER", EMBEDDER)


def killed_at(stage: Stage, done: int, data: Path, articles: Path) -> None:
    """Rebuild in another process, and kill it when it tells that stage and that much of it done."""
    process = subprocess.Popen(
        [sys.executable, "-c", REBUILD, str(data), str(articles), stage, str(done)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reached\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


def prepare(tmp_path: Path) -> tuple[Path, Path, str]:
    """A data folder whose published index holds OLD, a folder with N more articles, and the name of that index."""
    data, articles = tmp_path / "data", tmp_path / "articles"
    articles.mkdir()
    lines = [json.dumps({"id": f"n{n}", "title": "Title", "text": f"Harvest {n}."}) for n in range(N)]
    (articles / "archive.jsonl").write_text("\n".join(lines))
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        library.add([OLD])
    return data, articles, (data / "index" / "CURRENT").read_text()


def check_whole(library: Library) -> None:
    """Nothing is lost or doubled, and what is stored is what is found."""
    assert (library.status().articles, library.status().passages) == (N + 1, N + 1)
    assert (library.status().state, library.status().pending) == ("ok", False)
    found = library.search("harvest", k=200)
    assert sorted(hit.article.id for hit in found.hits) == sorted(["old", *(f"n{n}" for n in range(N))])
    left = {entry.name for entry in (library.data_dir / "index").iterdir()}
    assert len(left) == 4  # two generations, CURRENT, lock
    assert not any(name.endswith(".tmp") for name in left)


def test_a_rebuild_killed_while_embedding_goes_on_with_what_was_missing(tmp_path: Path) -> None:
    data, articles, published = prepare(tmp_path)
    killed_at("embedding", BATCH, data, articles)
    embedder = HashingEmbedder()
    with closing(Library(data, embedder=embedder)) as library:
        # every article was acknowledged, the index before answers, and nobody has to repair anything
        assert library.status().articles == N + 1
        assert (data / "index" / "CURRENT").read_text() == published
        assert [hit.text for hit in library.search("comet").hits] == [OLD.text]
        embedder.embedded.clear()
        report = library.rebuild(articles)
        assert report == Report(unchanged=N, embedded=len(embedder.embedded))
        assert report.embedded <= N - BATCH
        assert {f"Title\nHarvest {n}." for n in range(N)} == {*embedded_in(data), *embedder.embedded}
        check_whole(library)


def test_a_rebuild_killed_while_publishing_leaves_the_index_before_and_embeds_nothing_again(tmp_path: Path) -> None:
    data, articles, published = prepare(tmp_path)
    killed_at("publishing", 1, data, articles)
    embedder = HashingEmbedder()
    with closing(Library(data, embedder=embedder)) as library:
        assert [entry.suffix for entry in (data / "index").glob("gen-*.tmp")] == [".tmp"]
        assert (data / "index" / "CURRENT").read_text() == published
        assert library.status().articles == N + 1
        assert [hit.text for hit in library.search("comet").hits] == [OLD.text]
        embedder.embedded.clear()
        assert library.rebuild(articles) == Report(unchanged=N)
        assert embedder.embedded == []
        check_whole(library)


@pytest.fixture
def folder_in_memory() -> Iterator[Path]:
    """Waits for no disk where there is such a folder: a killed process loses nothing that it wrote, synced or not."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def contents(data: Path) -> dict[str, list[Any]]:
    """What is stored, but for the times at which it was."""
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        statements = {
            "articles": "SELECT id, revision, origin, in_folder FROM articles ORDER BY id",
            "passages": 'SELECT article_id, revision, start, "end", embedding_key FROM passages ORDER BY 1, 3',
            "embeddings": "SELECT key, model, vector FROM embeddings ORDER BY 1, 2",
            "copies": "SELECT article_id, copy_id FROM copies ORDER BY 1, 2",
        }
        return {name: connection.execute(statement).fetchall() for name, statement in statements.items()}


def embedded_in(data: Path) -> list[str]:
    """What the embedders of killed and other processes were given, in order."""
    return [json.loads(line) for line in Path(f"{data}.embedded").read_text().splitlines()]


def archive(count: int, text: str) -> bytes:
    """In `text`, `#` stands for the article's number but for the last digit."""
    lines = [{"id": f"n{n}", "title": f"Title {n}", "text": text.replace("#", str(n // 10))} for n in range(count)]
    return "\n".join(map(json.dumps, lines)).encode()


def test_a_rebuild_killed_again_and_again_ends_as_an_undisturbed_one(folder_in_memory: Path) -> None:
    articles = folder_in_memory / "articles"
    articles.mkdir()
    lines = archive(200, "Harvest #.").splitlines()
    for part in range(4):
        (articles / f"archive{part}.jsonl").write_bytes(b"\n".join(lines[part::4]))
    killed, undisturbed = folder_in_memory / "killed", folder_in_memory / "undisturbed"
    kills: list[tuple[Stage, int]] = [("reading", 2), ("reading", 120), ("indexing", 60), ("publishing", 1)]
    for stage, done in kills:
        killed_at(stage, done, killed, articles)
    embedder = HashingEmbedder()
    with closing(Library(killed, embedder=embedder)) as library:
        report = library.rebuild(articles)
    assert (report.added + report.unchanged, report.errors) == (200, ())
    with closing(Library(undisturbed, embedder=HashingEmbedder())) as library:
        assert library.rebuild(articles) == Report(added=200, embedded=200)
        assert len(library.snapshot().copies(["n7"])["n7"]) == 10
    assert contents(killed) == contents(undisturbed)
    embedded = embedded_in(killed) + embedder.embedded
    assert len(set(embedded)) == 200
    assert len(embedded) <= 200 + len(kills) * AT_A_KILL


SERVE = """
import sys
import threading
from pathlib import Path
from assistant.assistant import Assistant
from index.library import Library
from web.app import create_app
from web.jobs.jobs import Jobs
from web.http.server import Server, bind
from web.settings import Settings

data, batches = sys.argv[1], int(sys.argv[2])
EMBEDDER
class Stopping(Embedder):
    def embed(self, texts):
        global batches
        vectors = super().embed(texts)
        batches -= 1
        if batches <= 0:
            threading.Event().wait()  # until it is killed
        return vectors

settings = Settings(articles=Path(data + ".none"), data_dir=Path(data))
library = Library(settings.data_dir, embedder=Stopping())
jobs = Jobs(library, settings.articles)
app = create_app(settings, library, Assistant(library), jobs)
server = Server(app, bind("127.0.0.1", 0), max_request_bytes=settings.max_request_bytes)
jobs.start()
print(server.address, flush=True)
server.run()
""".replace("EMBEDDER", EMBEDDER)


class Serving:
    """A server on `data` in a process of its own. That batch and those after it are embedded, and never stored."""

    def __init__(self, data: Path, batches: int = 1_000_000) -> None:
        command = [sys.executable, "-c", SERVE, str(data), str(batches)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent)

    def __enter__(self) -> "Serving":
        assert self._process.stdout is not None
        self._address = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        with self._process:  # waits, and closes its pipe
            pass

    def upload(self, name: str, data: bytes) -> str:
        """The id of the job that takes it in."""
        head = f'--line\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + b"\r\n--line--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=line"}
        reply = self._json(Request(f"{self._address}/api/articles", body, headers))
        return str(reply["job_id"])

    def wait(self, job_id: str, state: str, done: int = 0) -> dict[str, Any]:
        """The job, once it is in that state with so much of it done."""
        for _ in range(6_000):
            job = self._json(Request(f"{self._address}/api/jobs/{job_id}"))
            if job["state"] == state and job["done"] >= done:
                return job
            assert job["state"] not in FINISHED, job
            time.sleep(0.02)
        raise AssertionError(job)

    def _json(self, request: Request) -> dict[str, Any]:
        with urlopen(request, timeout=60) as reply:
            found: dict[str, Any] = json.load(reply)
        return found


def test_an_upload_of_2000_articles_whose_server_is_killed_again_and_again_goes_on_by_itself(
    folder_in_memory: Path,
) -> None:
    killed, undisturbed = folder_in_memory / "killed", folder_in_memory / "undisturbed"
    with ThreadPoolExecutor() as beside:
        # all but 200 without words: looking for copies among them would take half the time
        lines = archive(200, "Harvest #.").splitlines() + archive(2000, "☂☂☂.").splitlines()[200:]
        file = b"\n".join(lines)
        other = beside.submit(add_undisturbed, undisturbed, "archive.jsonl", file)
        with Serving(killed) as server:
            job_id = server.upload("archive.jsonl", file)
            server.wait(job_id, "reading", 1000)
        before = len(embedded_in(killed))
        with Serving(killed, batches=10) as server:
            wait_for_lines(Path(f"{killed}.embedded"), before + 10)  # embedded, and stopped before the commit
            server.wait(job_id, "indexing", 1000)
        with Serving(killed) as server:
            job = server.wait(job_id, "done")
        assert (job["added"], job["unchanged"], job["errors"]) == (2000, 0, [])
        assert other.result() == Report(added=2000, embedded=2000)
    kept = contents(killed)
    assert kept == contents(undisturbed)
    assert len(kept["copies"]) == 200 * 9
    embedded = embedded_in(killed)
    assert len(set(embedded)) == 2000
    assert 0 < len(embedded) - 2000 <= 3 * AT_A_KILL
    with closing(Library(killed, embedder=HashingEmbedder())) as library:
        assert (library.status().state, library.status().pending) == ("ok", False)


def wait_for_lines(path: Path, count: int) -> None:
    for _ in range(6_000):
        if path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.02)
    raise AssertionError(path.read_text())


def add_undisturbed(data: Path, name: str, file: bytes) -> Report:
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        return library.add(read_item(name, file))
