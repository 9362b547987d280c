"""Jobs of several machines that share a PostgreSQL database and no folder: several at a time, each done once."""

import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from articles import article
from conftest import HashingEmbedder
from milvus_fixtures import milvus_server
from sqlalchemy import func, select, text
from web_fixtures import kept_uploads

from index.library import Library
from index.progress import Progress, Report, silent
from index.store.schema import last_words
from web.errors import RebuildRunning
from web.jobs import uploads
from web.jobs.job import FINISHED, Job
from web.jobs.jobs import Jobs
from web.jobs.queue import job_claims
from web.jobs.uploads import PART_BYTES, upload_parts

TESTS = Path(__file__).parent
CLI = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())"]
LIGHTHOUSE = "The lighthouse of Skarn was lit again in 1951. Its lamp had been dark for eleven years."
MILL = "The mill of Ostra burned down in 1890. A miller saw the smoke from the upper field."

KILLED = """
import sys, time
from pathlib import Path
from conftest import HashingEmbedder
from milvus_fixtures import milvus_server
from index.library import Library
from web.jobs.jobs import Jobs

class Hangs(Library):
    def add(self, *items, **asked):
        print("begun", flush=True)
        time.sleep(600)

library = Hangs(Path(sys.argv[1]), database=sys.argv[2], embedder=HashingEmbedder())
Jobs(library, Path(sys.argv[1])).start()
time.sleep(600)
"""


class Machine(Library):
    """Its jobs begin when they may."""

    def __init__(self, data_dir: Path, database: str) -> None:
        super().__init__(data_dir, database=database, embedder=HashingEmbedder())
        self.begun = threading.Semaphore(0)
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def add(self, *items: Any, progress: Progress = silent, **asked: Any) -> Report:
        self._wait(progress)
        return super().add(*items, progress=progress, **asked)

    def rebuild(self, *folder: Any, progress: Progress = silent, **asked: Any) -> Report:
        self._wait(progress)
        return super().rebuild(*folder, progress=progress, **asked)

    def _wait(self, progress: Progress) -> None:
        self.begun.release()
        while not self.may_go_on.wait(0.02):
            progress("reading", 0, 0)

    def hold(self) -> None:
        self.may_go_on.clear()


class Machines:
    """Each with a data folder and an articles folder of its own."""

    def __init__(self, root: Path, database: str, stack: ExitStack) -> None:
        self.root, self.database, self._stack = root, database, stack

    def __call__(self, name: str) -> tuple[Machine, Jobs]:
        articles = self.root / name / "articles"
        articles.mkdir(parents=True)
        machine = self._stack.enter_context(closing(Machine(self.root / name / "data", self.database)))
        jobs = self._stack.enter_context(closing(Jobs(machine, articles)))
        self._stack.callback(machine.may_go_on.set)
        return machine, jobs


@pytest.fixture
def machines(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Machines]:
    with ExitStack() as stack:
        yield Machines(tmp_path, new_database(), stack)


# -- each once, several at a time


def test_two_machines_do_two_jobs_at_once(machines: Machines) -> None:
    (one, jobs), (other, others) = machines("one"), machines("other")
    for machine in (one, other):
        machine.hold()
    asked = [jobs.add_articles([{"id": name, "text": f"The {name} was high."}]) for name in ("tide", "dam")]
    jobs.start()
    others.start()
    assert one.begun.acquire(timeout=10)
    assert other.begun.acquire(timeout=10)
    assert [jobs.get(job_id)["state"] for job_id in asked] == ["reading"] * 2
    for machine in (one, other):
        machine.may_go_on.set()
    assert [_ended(others, job_id)["added"] for job_id in asked] == [1, 1]


def test_each_of_twenty_jobs_is_done_once_by_one_of_three_machines(machines: Machines) -> None:
    made = [machines(name) for name in ("one", "two", "three")]
    _, first = made[0]
    asked = [first.add_articles([{"id": f"tide{n}", "text": f"Tide {n} was high."}]) for n in range(20)]
    done: list[list[Job]] = [[] for _ in made]
    for (_, jobs), its in zip(made, done, strict=True):
        jobs.start(on_end=its.append)
    _until(lambda: sum(map(len, done)) == len(asked))
    assert sorted(job.id for its in done for job in its) == sorted(asked)
    assert [(job.state, job.report.added) for its in done for job in its] == [("done", 1)] * 20
    assert all(done)
    assert first.unfinished_count() == 0
    assert made[0][0].status().articles == 20


def test_a_job_is_claimed_in_the_order_asked_for_and_by_nobody_else(machines: Machines) -> None:
    (_, jobs), (_, others) = machines("one"), machines("other")
    asked = [jobs.add_articles([{"text": f"Tide {n} was high."}]) for n in range(3)]
    taken = [queue.take() for queue in (jobs._queue, others._queue, jobs._queue, others._queue)]
    assert [one and one.job.id for one in taken] == [*asked, None]
    assert [one and one.place.is_overtaking for one in taken] == [False, True, True, None]
    for one in taken[:2]:
        assert one
        one.close()
    again = others._queue.take()
    assert again
    assert (again.job.id, again.request["begun"]) == (asked[0], 2)
    for one in (again, taken[2]):
        assert one
        one.close()


def test_a_killed_worker_loses_its_job_to_another_at_once(machines: Machines) -> None:
    machine, jobs = machines("one")
    job_id = jobs.add_articles([{"id": "dyke", "text": "The dyke held."}])
    words = [sys.executable, "-c", KILLED, str(machines.root / "killed"), machines.database]
    with subprocess.Popen(words, cwd=TESTS, stdout=subprocess.PIPE, env=_environment()) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == b"begun\n"
        jobs.start()
        time.sleep(1.5)  # thrice the time in which it looks
        assert jobs.get(job_id)["state"] == "reading"
        assert machine.article("dyke") is None
        killed.kill()
        job = _ended(jobs, job_id, seconds=10)
    assert (job["state"], job["added"]) == ("done", 1)


def test_who_loses_the_connection_lets_go_of_the_job_and_it_is_begun_anew(machines: Machines) -> None:
    (one, jobs), (other, _) = machines("one"), machines("other")
    one.hold()
    ended: list[Job] = []
    jobs.start(on_end=ended.append)
    job_id = jobs.add_articles([{"id": "dyke", "text": "The dyke held."}])
    assert one.begun.acquire(timeout=10)
    with other.database.write() as connection:
        cut_off = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND state = 'idle in transaction'"
        )
        assert connection.scalars(cut_off).all() == [True]
    assert one.begun.acquire(timeout=10)
    one.may_go_on.set()
    assert _ended(jobs, job_id)["added"] == 1
    _until(lambda: [job.id for job in ended] == [job_id])


def test_what_two_did_because_one_had_lost_it_has_ended_once(machines: Machines) -> None:
    (_, jobs), (_, others) = machines("one"), machines("other")
    job_id = jobs.add_articles([{"id": "dyke", "text": "The dyke held."}])
    lost = jobs._queue.take()
    assert lost
    lost.close()  # as if with its connection
    others.start()
    job = _ended(others, job_id)
    jobs._queue.tell(lost.job)
    assert jobs._queue.end(Job(job_id, "add", "", state="failed")) is None
    assert jobs.get(job_id) == job


def test_a_job_is_told_and_cancelled_from_another_machine(machines: Machines) -> None:
    (one, jobs), (_, others) = machines("one"), machines("other")
    one.hold()
    jobs.start()
    job_id = others.add_articles([{"id": "dyke", "text": "The dyke held."}])
    assert one.begun.acquire(timeout=10)
    waiting = jobs.add_articles([{"text": "Another."}])
    assert others.cancel(waiting)["state"] == "cancelled"
    assert others.cancel(job_id)["state"] == "reading"
    assert _ended(others, job_id)["state"] == "cancelled"
    assert one.article("dyke") is None


def test_claims_go_with_their_jobs(machines: Machines) -> None:
    machine, jobs = machines("one")
    jobs.start()
    for n in range(3):
        _ended(jobs, jobs.add_articles([{"text": f"Tide {n} was high."}]))
    with machine.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(job_claims)) == 1  # of the last, until the next ends


# -- the last word


def test_of_two_adds_of_one_article_at_once_the_one_asked_for_later_has_the_last_word(machines: Machines) -> None:
    (one, jobs), (_, others) = machines("one"), machines("other")
    one.hold()
    jobs.start()
    early = jobs.add_articles([{"id": "dyke", "text": "The dyke broke."}, {"id": "dam", "text": "The dam held."}])
    assert one.begun.acquire(timeout=10)
    others.start()
    late = others.add_articles([{"id": "dyke", "text": "The dyke held."}])
    assert _ended(others, late)["added"] == 1
    one.may_go_on.set()
    job = _ended(jobs, early)
    assert (job["state"], job["added_ids"], job["updated"]) == ("done", ["dam"], 0)
    assert _text(one, "dyke") == "The dyke held."
    assert _last_words(one) == 0
    assert _ended(jobs, jobs.add_articles([{"id": "dyke", "text": "The dyke broke."}]))["updated"] == 1


def test_a_later_add_that_changes_nothing_has_the_last_word_too(machines: Machines) -> None:
    (one, jobs), (other, others) = machines("one"), machines("other")
    others.start()
    same = [{"id": "dyke", "text": "The dyke held."}]
    _ended(others, others.add_articles(same))
    others.close()
    one.hold()
    jobs.start()
    early = jobs.add_articles([{"id": "dyke", "text": "The dyke broke."}])
    assert one.begun.acquire(timeout=10)
    with closing(Jobs(other, machines.root)) as again:
        again.start()
        assert _ended(again, again.add_articles(same))["unchanged"] == 1
    one.may_go_on.set()
    assert _ended(jobs, early)["state"] == "done"
    assert _text(one, "dyke") == "The dyke held."


def test_whatever_the_threads_do_each_article_ends_as_it_was_last_asked_for(machines: Machines) -> None:
    made = [machines(name) for name in ("one", "two", "three")]
    chance = random.Random(1)
    for _, jobs in made:
        jobs.start()
    expected = {}
    asked = []
    for n in range(40):
        name = f"tide{chance.randrange(3)}"
        expected[name] = f"Tide {n} was high."
        asked.append(chance.choice(made)[1].add_articles([{"id": name, "text": expected[name]}]))
    assert {_ended(made[0][1], job_id)["state"] for job_id in asked} == {"done"}
    assert {name: _text(made[0][0], name) for name in expected} == expected
    assert _last_words(made[0][0]) == 0


def test_two_texts_sent_at_once_under_one_name_are_two_articles(machines: Machines) -> None:
    (one, jobs), (other, others) = machines("one"), machines("other")
    both = threading.Barrier(2)

    for machine in (one, other):
        put = machine._store.put

        def put_together(article: Any, *, put: Any = put, **asked: Any) -> Any:
            if article.id == "article.txt" and not both.broken:
                both.wait(timeout=10)
                both.abort()
            return put(article, **asked)

        machine._store.put = put_together  # type: ignore[method-assign]
    asked = [jobs.add_files([_Upload("article.txt", sent.encode())]) for sent in (LIGHTHOUSE, MILL)]
    jobs.start()
    others.start()
    assert [_ended(jobs, job_id)["added"] for job_id in asked] == [1, 1]
    assert {_text(one, stored.article.id) for stored in one.articles().articles} == {LIGHTHOUSE, MILL}


def test_what_was_added_while_an_earlier_rebuild_ran_stays_until_the_next(machines: Machines) -> None:
    (one, jobs), (_, others) = machines("one"), machines("other")
    (machines.root / "one" / "articles" / "dyke.jsonl").write_text('{"id": "dyke", "text": "The dyke broke."}')
    one.hold()
    jobs.start()
    rebuild = jobs.rebuild()
    assert one.begun.acquire(timeout=10)
    others.start()
    assert _ended(others, others.add_articles([{"id": "dyke", "text": "The dyke held."}]))["added"] == 1
    one.may_go_on.set()
    assert _ended(jobs, rebuild)["updated"] == 0
    assert _text(one, "dyke") == "The dyke held."
    assert _ended(jobs, jobs.rebuild())["updated"] == 1
    assert _text(one, "dyke") == "The dyke broke."


# -- rebuilds


def test_a_rebuild_waits_for_who_has_its_folder_and_says_so(machines: Machines) -> None:
    (_, jobs), (other, others) = machines("one"), machines("other")
    folder = machines.root / "one" / "articles"
    (folder / "tide.txt").write_text("The tide was high.")
    others.start()
    waiting = jobs.rebuild()
    behind = jobs.add_articles([{"id": "dam", "text": "The dam held."}])
    assert _ended(others, behind)["added"] == 1
    told = others.get(waiting)
    assert (told["state"], told["name"]) == ("queued", str(folder))
    assert told["message"] == f"It waits for a server or a worker whose articles folder is {folder}."
    assert jobs.get(waiting)["message"] is None
    with pytest.raises(RebuildRunning, match=waiting):
        jobs.rebuild()
    assert _ended(others, others.rebuild())["state"] == "done"  # of its own folder
    jobs.start()
    [added] = _ended(others, waiting)["added_ids"]
    assert _text(other, added) == "The tide was high."


def test_a_waiting_rebuild_is_cancelled_from_another_machine(machines: Machines) -> None:
    (_, jobs), (_, others) = machines("one"), machines("other")
    others.start()
    assert others.cancel(jobs.rebuild())["state"] == "cancelled"


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_rebuild_that_a_killed_machine_left_waits_again_or_is_cancelled(
    machines: Machines, is_cancelled: bool
) -> None:
    (_, jobs), (_, others) = machines("one"), machines("other")
    left = jobs.rebuild()
    taken = jobs._queue.take()
    assert taken
    taken.close()  # as the kernel does
    if is_cancelled:
        assert others.cancel(left)["state"] == "reading"
    others.start()
    _until(lambda: others.get(left)["state"] != "reading")
    assert others.get(left)["state"] == ("cancelled" if is_cancelled else "queued")
    if not is_cancelled:
        jobs.start()
        assert _ended(others, left)["state"] == "done"


def test_a_server_begins_with_the_rebuild_of_its_folder_that_a_killed_one_left_and_not_with_one_that_runs(
    machines: Machines,
) -> None:
    (_, jobs), (_, others) = machines("one"), machines("other")
    left = jobs.rebuild()
    taken = jobs._queue.take()
    assert taken
    running = jobs._queue.add_first(Job("new", "rebuild", ""), {"full": False})
    assert running == "new"
    jobs.cancel(running)
    taken.close()
    assert jobs._queue.add_first(Job("newer", "rebuild", ""), {"full": False}) == left
    assert others._queue.add_first(Job("another", "rebuild", ""), {"full": False}) == "another"


# -- uploads


def test_an_upload_is_taken_in_by_one_machine_and_read_by_another(machines: Machines) -> None:
    (one, jobs), (other, others) = machines("one"), machines("other")
    large = "The dyke held. " * (PART_BYTES // 10)
    job_id = jobs.add_files(
        [_Upload("dyke.txt", large.encode()), _Upload("none.txt", b""), _Upload("dam.txt", b"Dam.")]
    )
    with one.database.read() as connection:
        sizes = select(upload_parts.c.number, func.length(upload_parts.c.data)).order_by(
            upload_parts.c.number, upload_parts.c.part
        )
        assert [tuple(row) for row in connection.execute(sizes)] == [
            (0, PART_BYTES),
            (0, len(large) - PART_BYTES),
            (1, 0),
            (2, 4),
        ]
    others.start()
    job = _ended(others, job_id)
    assert [error["item"] for error in job["errors"]] == ["none.txt"]
    assert {_text(one, added) for added in job["added_ids"]} == {large.strip(), "Dam."}
    assert kept_uploads(one) == set()
    for machine in (one, other):
        assert {path.name for path in machine.data_dir.iterdir()} <= {"in-use.lock", "index"}


def test_uploads_go_with_a_cancelled_job_and_with_one_that_could_not_be_kept(machines: Machines) -> None:
    one, jobs = machines("one")
    jobs.cancel(jobs.add_files([_Upload("dyke.txt", b"The dyke held.")]))
    assert kept_uploads(one) == set()
    broken = _Upload("broken.txt", b"The dyke held.")
    broken.stream.close()
    with pytest.raises(ValueError, match="closed"):
        jobs.add_files([_Upload("dyke.txt", b"The dyke held."), broken])
    assert kept_uploads(one) == set()


def test_uploads_that_a_kill_left_without_a_job_are_dropped_and_those_just_taken_in_are_not(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, jobs), (_, others) = machines("one"), machines("other")
    waiting = jobs.add_files([_Upload("dyke.txt", b"The dyke held.")])
    with jobs._uploads.keeping("to-come", [_Upload("dam.txt", b"The dam held.")]):
        others._uploads.drop_others(others._queue.unfinished)
        assert kept_uploads(one) == {waiting, "to-come"}
    monkeypatch.setattr(uploads, "STRAY", -uploads.STRAY)
    others._uploads.drop_others(others._queue.unfinished)
    assert kept_uploads(one) == {waiting}


# -- `assistant work`


@pytest.mark.parametrize("is_shared", [pytest.param(False, marks=pytest.mark.own_file), True])
def test_a_worker_does_what_was_asked_for_tells_it_and_ends_on_sigterm(
    tmp_path: Path, new_database: Callable[[], str], is_shared: bool
) -> None:
    address = new_database()  # in any case: where it is not there, this skips
    database = address if is_shared else ""
    with _asked(tmp_path / "data", database) as jobs:
        job_id = jobs.add_articles([{"id": "dyke", "title": "Dyke", "text": "The dyke held."}])
    words = [*CLI, "work", "--data-dir", str(tmp_path / "data"), "--articles", str(tmp_path / "articles")]
    environment = _environment() | {"ASSISTANT_DATABASE": database}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as worker:
        assert worker.stdout
        place = address if is_shared else tmp_path / "data" / "assistant.db"
        assert worker.stdout.readline() == f"Working on the jobs in {place}.\n"
        line = worker.stdout.readline()
        assert line == "add Dyke: done, 1 added, 0 updated, 0 removed, 0 unchanged.\n"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        assert worker.stdout.read() == ""
    with _asked(tmp_path / "data", database) as jobs:
        assert [(job["id"], job["state"]) for job in jobs.newest(10)] == [(job_id, "done")]


@contextmanager
def _asked(data_dir: Path, database: str) -> Iterator[Jobs]:
    """The jobs of a server that does none."""
    with closing(Library(data_dir, database=database)) as library, closing(Jobs(library, data_dir)) as jobs:
        yield jobs


class _Upload:
    def __init__(self, filename: str, data: bytes) -> None:
        self.filename: str | None = filename
        self.stream = io.BytesIO(data)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}


def _text(library: Library, article_id: str) -> str:
    stored = library.article(article_id)
    assert stored
    return stored.article.text


def _last_words(library: Library) -> int:
    with library.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(last_words)) or 0


def _ended(jobs: Jobs, job_id: str, seconds: float = 60) -> dict[str, Any]:
    _until(lambda: jobs.get(job_id)["state"] in FINISHED, seconds)
    return jobs.get(job_id)


def _until(happens: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_one_machine_publishes_another_finds_within_two_seconds(machines: Machines) -> None:
    """Each has an index of its own."""
    (one, jobs), (other, others) = machines("one"), machines("other")
    jobs.start()
    assert _ended(jobs, jobs.add_articles([{"id": "mill", "text": MILL}]))["added"] == 1
    published_at = time.monotonic()

    def found(library: Library) -> set[str]:
        return {hit.article.id for hit in library.search("the mill and the dam").hits}

    others.start()
    while "mill" not in found(other):
        assert time.monotonic() < published_at + 10  # the first time it loads what it needs
        time.sleep(0.05)
    one.add([article("dam", "The dam of Ostra held.")])
    published_at = time.monotonic()
    while "dam" not in found(other):
        assert time.monotonic() < published_at + 2
        time.sleep(0.05)
    assert not other.status().pending


def test_machines_with_folders_of_their_own_keep_each_others_articles(machines: Machines) -> None:
    (one, _), (other, _) = machines("one"), machines("other")
    folders = [machines.root / name / "articles" for name in ("one", "other")]
    (folders[0] / "mill.txt").write_text(MILL)
    (folders[1] / "lighthouse.txt").write_text(LIGHTHOUSE)
    assert one.rebuild(folders[0]).added == 1
    report = other.rebuild(folders[1])
    assert (report.added, report.removed) == (1, 0)
    again = one.rebuild(folders[0])
    assert (again.unchanged, again.removed) == (1, 0)
    (folders[0] / "mill.txt").unlink()
    assert one.rebuild(folders[0]).removed == 1
    assert [entry.article.origin for entry in one.articles().articles] == ["lighthouse.txt"]


def test_whoever_follows_embeds_nothing_and_says_nothing(machines: Machines) -> None:
    (one, _), (other, _) = machines("one"), machines("other")
    one.add([article("mill", MILL)])
    other.follow_others()
    assert not other.status().pending
    published_at = one.status().last_rebuild_at
    one._store.put(article("dam", "The dam held."), in_folder=False)  # another is just taking it in
    other.follow_others()
    assert other.status().last_rebuild_at == published_at
    assert len(one._embeddings.missing(one.embedding_model)) == 1


def test_a_fault_while_following_does_not_end_the_work(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, jobs = machines("one")

    def fail(*_: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr(machine, "follow_others", fail)
    jobs.start()
    time.sleep(1)
    assert _ended(jobs, jobs.add_articles([{"id": "mill", "text": MILL}]))["added"] == 1


def test_what_could_not_be_published_while_milvus_was_gone_is_when_it_is_back(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    with milvus_server(tmp_path / "milvus") as address:
        library = Library(tmp_path / "data", database=new_database(), index=address, embedder=HashingEmbedder())
        library.add([article("mill", MILL)])
    with closing(library), closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()
        job = _ended(jobs, jobs.add_articles([{"id": "dam", "text": "The dam held."}]))
        assert (job["state"], job["added"]) == ("failed", 1)
        with milvus_server(tmp_path / "milvus", int(address.rpartition(":")[2])):
            deadline = time.monotonic() + 40
            while library.status().pending:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            assert {hit.article.id for hit in library.search("the dam and the mill").hits} == {"dam", "mill"}
