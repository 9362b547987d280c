"""What it takes to read an archive of 20,000 articles: `python -m bench.reading`, embedding aside.

The articles are those of `bench/news/`, again and again under other ids. Read alone, then read and stored; each with
the rate and the most memory that this process and the child that reads have held by then. Then the seconds from the
cancel of a job to its end: while such an archive is read, while passages are embedded, while one page takes minutes.
"""

import itertools
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage

from bench import news
from index.article import Article, Item
from index.ingest.apart import ReaderApart
from index.library import Library
from index.store.sqlite import SqliteDatabase
from index.store.store import Store
from web.jobs.job import FINISHED
from web.jobs.jobs import Jobs

ARTICLES = 20_000
SLOW_PAGE = b"<html><body>" + b"<div>" * 200 + b"The bridge opened. " + b"<i></i>" * 90_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "archive.jsonl")
        write(archive)
        print(f"{ARTICLES:,} articles, {archive.stat().st_size / 1e6:.0f} MB")
        with closing(ReaderApart()) as reader:
            list(reader.read("warm.txt", b"A text."))
            show("before", reader, 0, time.perf_counter())
            began = time.perf_counter()
            show("read", reader, sum(isinstance(item, Article) for item in read(reader, archive)), began)
            database = SqliteDatabase(Path(folder, "assistant.db"))
            store = Store(database)
            began = time.perf_counter()
            added = (isinstance(i, Article) and store.put(i, in_folder=False) == "added" for i in read(reader, archive))
            show("read and stored", reader, sum(added), began)
            database.close()
        cancel(Path(folder, "data"), archive)


def cancel(data: Path, archive: Path) -> None:
    with closing(Library(data)) as library:
        library.warm()
        jobs = Jobs(library, data / "none")
        jobs.start()
        with archive.open("rb") as file:
            job_id = jobs.add_files([FileStorage(file, "archive.jsonl")])
        ended = cancelled(jobs, job_id, lambda job: job["done"] >= 200, "while reading")
        cancelled(
            jobs, ended["next_job_id"], lambda job: job["state"] == "embedding" and job["done"], "while embedding"
        )
        began = time.perf_counter()
        job_id = jobs.add_files([FileStorage(BytesIO(SLOW_PAGE), "slow.html")])
        cancelled(jobs, job_id, lambda _: time.perf_counter() - began > 5, "while a slow page is read")
        jobs.close()


def cancelled(jobs: Jobs, job_id: str, is_time: Callable[[dict[str, Any]], object], when: str) -> dict[str, Any]:
    """Cancel the job when it is time, and tell how long that takes."""
    while not is_time(job := jobs.get(job_id)):
        assert job["state"] not in FINISHED, job
        time.sleep(0.01)
    began = time.perf_counter()
    jobs.cancel(job_id)
    while (job := jobs.get(job_id))["state"] not in FINISHED:
        time.sleep(0.01)
    print(f"cancelled {when:<26}{time.perf_counter() - began:.2f} s", flush=True)
    return job


def write(archive: Path) -> None:
    lines = [line for file in (news.TUNE, news.TEST) for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [
        (text["title"], text["text"], text["date"]) for text in map(json.loads, lines) if len(text["text"]) > 1_500
    ]
    with archive.open("w", encoding="utf-8") as file:
        for n, (title, text, date) in zip(range(ARTICLES), itertools.cycle(texts), strict=False):
            print(json.dumps({"id": f"n{n}", "title": title, "text": text, "published_at": date}), file=file)


def read(reader: ReaderApart, archive: Path) -> Iterator[Item]:
    yield from reader.read(archive.name, archive)


def show(what: str, reader: ReaderApart, articles: int, began: float) -> None:
    assert reader.pid is not None
    own, child = (peak_mb(f"/proc/{pid}/status") for pid in ("self", reader.pid))
    rate = f"{articles / (time.perf_counter() - began):,.0f} articles a second" if articles else ""
    print(f"{what:<18}{own:>6.0f} MB here, {child:.0f} MB in the child  {rate}", flush=True)


def peak_mb(status: str) -> float:
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", Path(status).read_text(encoding="ascii"))
    return int(kilobytes) / 1000


if __name__ == "__main__":
    main()
