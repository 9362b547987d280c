"""Jobs of several processes on one data folder: told, cancelled and done by any of them, each by one."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from web_fixtures import kept_uploads

from index.library import Library
from index.progress import Progress, Report, silent
from web.errors import RebuildRunning
from web.jobs.job import FINISHED
from web.jobs.jobs import Jobs
from web.jobs.queue import jobs as table
from web.jobs.uploads import UploadsInFolder


class _Held(Library):
    """A library whose adds begin when they may, and then store nothing."""

    def __init__(self, library: Library) -> None:
        self.__dict__ = library.__dict__
        self.begun = threading.Semaphore(0)
        self.may_go_on = threading.Event()

    def add(self, *items: Any, progress: Progress = silent, **asked: Any) -> Report:
        self.begun.release()
        while not self.may_go_on.wait(0.02):
            progress("reading", 1, 2)
        return Report(added=1)


@pytest.fixture
def held(library: Library) -> _Held:
    return _Held(library)


@pytest.fixture
def mine(held: _Held, tmp_path: Path) -> Iterator[Jobs]:
    """The jobs of a server whose work is held."""
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        yield jobs
        held.may_go_on.set()


@pytest.fixture
def others(second: Library, tmp_path: Path) -> Iterator[Jobs]:
    """The jobs of another server, which is not started yet."""
    with closing(Jobs(second, tmp_path)) as jobs:
        yield jobs


def test_a_job_is_told_listed_and_cancelled_by_whoever_is_asked(held: _Held, mine: Jobs, others: Jobs) -> None:
    others.start()
    running = mine.add_articles([{"text": "A tide."}])
    assert held.begun.acquire(timeout=10)
    waiting = mine.add_articles([{"text": "Another."}])
    _until(lambda: others.get(running)["done"] == 1)
    assert (others.get(running)["state"], others.get(running)["total"]) == ("reading", 2)
    assert [(job["id"], job["state"]) for job in others.newest(5)] == [(waiting, "queued"), (running, "reading")]
    assert others.cancel(waiting)["state"] == "cancelled"
    assert others.cancel(running)["state"] == "reading"
    assert _ended(others, running)["state"] == "cancelled"
    assert mine.get(running) == others.get(running)
    assert mine.unfinished_count() == others.unfinished_count() == 0


def test_a_rebuild_is_refused_by_the_name_of_the_one_that_another_server_was_asked_for(
    held: _Held, mine: Jobs, others: Jobs
) -> None:
    mine.add_articles([{"text": "A tide."}])
    first = mine.rebuild()
    with pytest.raises(RebuildRunning) as caught:
        others.rebuild()
    assert caught.value.job_id == first


@pytest.mark.own_file
def test_jobs_of_two_servers_are_done_one_at_a_time_in_the_order_asked_for(
    held: _Held, mine: Jobs, others: Jobs
) -> None:
    others.start()
    first = mine.add_articles([{"text": "A tide."}])
    assert held.begun.acquire(timeout=10)
    later = [jobs.rebuild() if n == 0 else jobs.add_articles([{"text": "A."}]) for n, jobs in enumerate((others, mine))]
    time.sleep(1.5)  # twice the time in which the other would have found them
    assert [others.get(job_id)["state"] for job_id in (first, *later)] == ["reading", "queued", "queued"]
    held.may_go_on.set()
    ended = [_ended(mine, job_id) for job_id in (first, *later)]
    assert [job["state"] for job in ended] == ["done"] * 3
    assert sorted(ended, key=lambda job: str(job["finished_at"])) == ended


def test_what_a_server_leaves_unfinished_a_living_one_does_without_a_restart(
    held: _Held, mine: Jobs, others: Jobs, second: Library
) -> None:
    others.start()
    begun = mine.add_articles([{"id": "tide", "text": "A tide."}])
    assert held.begun.acquire(timeout=10)
    waiting = mine.add_files([_Upload("mill.txt", b"The mill burned down.")])
    mine.close()
    assert [_ended(others, job_id)["added"] for job_id in (begun, waiting)] == [1, 1]
    assert second.article("tide") is not None
    assert kept_uploads(second) == set()


@pytest.mark.own_file
def test_uploads_that_another_server_is_just_taking_in_are_left_alone(library: Library, others: Jobs) -> None:
    stray = library.data_dir / "uploads" / "stray"
    with UploadsInFolder(library.data_dir).keeping("to-come", [_Upload("a.txt", b"A tide.")]):
        stray.mkdir()
        others.start()
        assert (library.data_dir / "uploads" / "to-come" / "0").read_bytes() == b"A tide."
    others._uploads.drop_others(lambda: {"to-come"})
    assert [folder.name for folder in stray.parent.iterdir()] == ["to-come"]


def test_a_server_that_starts_does_not_take_over_the_rebuild_that_another_runs(
    library: Library, second: Library, tmp_path: Path
) -> None:
    with closing(Jobs(library, tmp_path)) as mine, closing(Jobs(second, tmp_path)) as others:
        turn = library.database.turn("rebuild")  # so that the first one waits
        assert turn
        with turn:
            mine.start()
            running = mine.rebuild()
            _until(lambda: mine.get(running)["state"] == "reading")
            told: list[str] = []
            others.start(lambda job: told.append(job.id))
            first = others.first()
            assert first is not None
            assert (first.id != running, first.state) == (True, "queued")
        assert _ended(others, first.id)["state"] == "done"
        assert _ended(others, running)["state"] == "done"
        _until(lambda: told != [])
        assert set(told) == {first.id}


def test_jobs_that_an_earlier_version_left_are_told_and_done(library: Library, tmp_path: Path) -> None:
    Jobs(library, tmp_path)  # makes the table
    asked = {"articles": [{"id": "tide", "text": "A tide."}], "created_at": "2024-05-01T12:00:00.000+00:00"}
    rows: list[dict[str, Any]] = [
        {"id": "left", "kind": "add", "state": "queued", "request": asked | {"name": "Tide"}},
        {"id": "bare", "kind": "rebuild", "state": "queued", "request": {"full": False}},
        {"id": "called off", "kind": "add", "state": "queued", "request": asked | {"is_cancelled": True}},
    ]
    with library.database.write() as connection:
        connection.execute(insert(table), rows)
    with closing(Jobs(library, tmp_path)) as jobs:
        told = jobs.get("left")
        assert (told["state"], told["name"], told["created_at"]) == ("queued", "Tide", asked["created_at"])
        jobs.start()
        assert [_ended(jobs, row["id"])["state"] for row in rows] == ["done", "done", "cancelled"]
    assert library.article("tide") is not None


def test_an_outcome_that_the_disk_does_not_take_is_told_all_the_same_and_stored_when_it_does(
    held: _Held, second: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.sqlite.BUSY_TIMEOUT_MS", 100)
    with closing(Library(held.data_dir, embedder=held._embedder)) as library:
        quick = _Held(library)
        with closing(Jobs(quick, tmp_path)) as jobs, closing(Jobs(second, tmp_path)) as others:
            jobs.start()
            job_id = jobs.add_articles([{"text": "A tide."}])
            behind = jobs.add_articles([{"text": "Another."}])
            assert quick.begun.acquire(timeout=10)
            with second.database.write():  # which is to the other as a disk that takes nothing
                quick.may_go_on.set()
                _until(lambda: jobs.get(job_id)["state"] == "done")
                assert jobs.get(job_id)["finished_at"]
                assert others.get(job_id)["state"] == "reading"
                assert others.get(behind)["state"] == "queued"
            assert _ended(others, job_id)["added"] == 1
            assert _ended(others, behind)["added"] == 1


def test_a_rebuild_waits_for_another_of_the_same_folder_and_says_so(
    library: Library, second: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "tide.txt").write_text("A tide.")
    turn = library.database.turn("rebuild")
    assert turn
    told: list[tuple[str, int, int]] = []
    with turn:
        waiting = threading.Thread(target=lambda: second.rebuild(folder, progress=lambda *at: told.append(at)))
        waiting.start()
        _until(lambda: len(told) >= 2)
        assert set(told) == {("reading", 0, 0)}
        assert library.article("tide.txt") is None
    waiting.join()
    assert library.status().articles == 1


class _Upload:
    def __init__(self, filename: str, data: bytes) -> None:
        self.filename: str | None = filename
        self.stream = io.BytesIO(data)


def _ended(jobs: Jobs, job_id: str) -> dict[str, Any]:
    _until(lambda: jobs.get(job_id)["state"] in FINISHED)
    return jobs.get(job_id)


def _until(happens: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if happens():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen within a minute")
