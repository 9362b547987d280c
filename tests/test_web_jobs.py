"""Jobs: taking in files, texts and addresses; rebuilds; cancelling; and what a kill leaves behind."""

import io
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from articles import stored
from conftest import HashingEmbedder
from flask.testing import FlaskClient
from http_server import Site, plain
from sqlalchemy import insert, select
from web_fixtures import kept_uploads

from index.article import ItemError
from index.embedding import BATCH
from index.ingest.apart import BEAT_SECONDS
from index.ingest.fields import article_from_fields
from index.ingest.polite import Fetcher
from index.library import Library
from index.model.embed import Vectors
from index.progress import Progress, Report, silent
from web.errors import Busy, RebuildRunning, Refused, UnknownJob
from web.jobs.intake import MAX_FILE_NAME_CHARS, PASTED
from web.jobs.job import Job
from web.jobs.jobs import Jobs
from web.jobs.progress import JobProgress
from web.jobs.queue import MAX_BEGUN, MAX_QUEUED
from web.jobs.queue import jobs as table
from web.settings import Settings

LIGHTHOUSE = (
    "The lighthouse of Skarn was lit again in 1951. Its lamp had been dark for eleven years. The keeper climbed the "
    "stairs at dusk and waited for the boats. Nobody in the harbour had seen the beam since the war began."
)
MILL = (
    "The mill of Ostra burned down in 1890. A miller saw the smoke from the upper field. Carts brought water out of "
    "the river, but the roof fell before midnight. The town built a school on the ground that was cleared."
)


def test_an_uploaded_file_becomes_an_article_and_is_kept_no_longer(client: FlaskClient, library: Library) -> None:
    files = [(io.BytesIO(b"The lighthouse of Skarn was lit again in 1951."), "lighthouse.txt")]
    job = _ended(client, client.post("/api/articles", data={"file": files}))
    assert (job["state"], job["added"], job["errors"]) == ("done", 1, [])
    found = client.post("/api/search", json={"query": "lighthouse of Skarn"}).json or {}
    assert found["hits"][0]["text"] == "The lighthouse of Skarn was lit again in 1951."
    assert kept_uploads(library) == set()


def test_adding_the_same_again_changes_nothing(client: FlaskClient, library: Library) -> None:
    article = {"title": "Harvest", "text": "The harvest of 1931 was the smallest on record.", "source": "Farm News"}
    first = _ended(client, client.post("/api/articles", json=article))
    count = library.status().articles
    second = _ended(client, client.post("/api/articles", json=article))
    assert (first["added"], second["added"], second["unchanged"]) == (1, 0, 1)
    assert library.status().articles == count


def test_an_article_as_it_was_given_out_can_be_sent_back(client: FlaskClient, library: Library) -> None:
    given = client.get("/api/articles/comet").json or {}
    job = _ended(client, client.post("/api/articles", json=given | {"title": "The comet, again", "origin": "mine"}))
    assert (job["state"], job["updated"]) == ("done", 1)
    again = client.get("/api/articles/comet").json or {}
    assert (again["title"], again["text"]) == ("The comet, again", given["text"])
    assert "mine" not in again["origin"]


def test_several_articles_at_once_each_stand_for_themselves(client: FlaskClient) -> None:
    articles = [
        {"id": "one", "text": "One text."},
        {"id": "no good id", "text": "Another text."},
        {"title": "Blank", "text": " "},
    ]
    job = _ended(client, client.post("/api/articles", json={"articles": articles}))
    assert (job["state"], job["added"], job["error_count"]) == ("done", 1, 2)
    assert [error["item"] for error in job["errors"]] == ["article 2", "Blank"]


def test_a_job_that_takes_in_nothing_has_failed(client: FlaskClient) -> None:
    job = _ended(client, client.post("/api/articles", data={"file": (io.BytesIO(b"\x00\x01"), "picture.png")}))
    assert (job["state"], job["added"]) == ("failed", 0)
    assert job["message"] == job["errors"][0]["message"]


def test_an_address_inside_is_refused_in_words(client: FlaskClient) -> None:
    job = _ended(client, client.post("/api/articles", json={"url": "http://127.0.0.1:9/metadata"}))
    assert (job["state"], job["error_count"]) == ("failed", 1)
    assert job["errors"][0]["item"] == "http://127.0.0.1:9/metadata"


def test_a_rebuild_follows_the_folder(client: FlaskClient, settings: Any) -> None:
    (settings.articles / "tide.txt").write_text("The tide at Brenn rose by four metres.", encoding="utf-8")
    first = _ended(client, client.post("/api/index/rebuild"))
    again = _ended(client, client.post("/api/index/rebuild", json={"full": True}))
    assert (first["kind"], first["added"], first["embedded"]) == ("rebuild", 1, 1)
    assert (again["added"], again["unchanged"]) == (0, 1)
    assert again["embedded"] > 1


def test_a_rebuild_without_a_folder_has_failed_and_says_where_it_looked(client: FlaskClient, settings: Any) -> None:
    settings.articles.rmdir()
    job = _ended(client, client.post("/api/index/rebuild", json={}))
    assert job["state"] == "failed"
    assert str(settings.articles) in job["message"]


@pytest.mark.parametrize(
    "name",
    [
        "../../outside.txt",
        "..\\..\\outside.txt",
        "/etc/cron.d/outside.txt",
        "C:\\outside.txt",
        "a/b/outside.txt",
        "out\x00\x1bside.txt",
        "\u202etxt.outside.txt",
        "x" * 5_000 + ".txt",
    ],
)
def test_a_file_name_is_never_a_path(client: FlaskClient, library: Library, tmp_path: Path, name: str) -> None:
    before = set(tmp_path.rglob("*"))
    job = _ended(client, client.post("/api/articles", data={"file": (io.BytesIO(b"A text of its own."), name)}))
    assert job["added"] == 1
    outside = {p for p in set(tmp_path.rglob("*")) - before if not p.is_relative_to(library.data_dir)}
    assert outside == set()
    origins = {stored.article.origin for stored in library.articles().articles}
    new = origins - {"bridge.txt", "comet.txt"}
    assert all("/" not in origin and "\\" not in origin and len(origin) <= MAX_FILE_NAME_CHARS for origin in new)
    assert any(origin.endswith(".txt") for origin in new)


class _Held(Library):
    """A library whose work waits until the test lets it go on."""

    def __init__(self, library: Library) -> None:
        self.__dict__ = library.__dict__
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def add(self, *items: Any, progress: Progress = silent, **asked: Any) -> Report:
        self._wait(progress)
        return super().add(*items, progress=progress, **asked)

    def rebuild(self, *folder: Any, progress: Progress = silent, **asked: Any) -> Report:
        self._wait(progress)
        return super().rebuild(*folder, progress=progress, **asked)

    def _wait(self, progress: Progress) -> None:
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        progress("reading", 1, 2)


@pytest.fixture
def held(library: Library) -> Iterator[_Held]:
    held = _Held(library)
    yield held
    held.may_go_on.set()


def test_a_second_rebuild_is_refused_by_the_name_of_the_first(held: _Held, tmp_path: Path) -> None:
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        first = jobs.rebuild()
        with pytest.raises(RebuildRunning) as caught:
            jobs.rebuild()
        assert caught.value.job_id == first
        assert held.has_begun.wait(10)
        with pytest.raises(RebuildRunning, match=first):
            jobs.rebuild(full=True)
        held.may_go_on.set()


def test_a_running_job_ends_when_it_is_cancelled(held: _Held, tmp_path: Path) -> None:
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        job_id = jobs.rebuild()
        assert held.has_begun.wait(10)
        assert jobs.get(job_id)["state"] == "reading"
        jobs.cancel(job_id)
        held.may_go_on.set()
        assert _wait(jobs, job_id)["state"] == "cancelled"
        with pytest.raises(Refused, match="ended already: cancelled"):
            jobs.cancel(job_id)
        jobs.rebuild()  # it no longer stands in the way of the next


class _InTurns(HashingEmbedder):
    """Embeds a batch when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Semaphore(0)
        self.turns = threading.Semaphore(0)

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.release()
        assert self.turns.acquire(timeout=10)
        return super().embed(texts)


def test_what_a_cancelled_job_took_in_is_indexed_by_a_job_of_its_own_which_can_be_cancelled_too(tmp_path: Path) -> None:
    embedder = _InTurns()
    with closing(Library(tmp_path / "data", embedder=embedder)) as library, closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()

        def cancelled(job_id: str) -> dict[str, Any]:
            assert embedder.asked.acquire(timeout=10)
            _wait(jobs, job_id, "embedding")
            jobs.cancel(job_id)
            ended = _wait(jobs, job_id)  # while the model is at its batch
            embedder.turns.release()
            assert (ended["state"], library.status().state) == ("cancelled", "degraded")
            return ended

        ids = [f"harvest{n}" for n in range(3 * BATCH + 1)]
        first = cancelled(jobs.add_articles([{"id": i, "text": f"The {i} was small."} for i in ids]))
        assert (first["added"], first["added_ids"], first["embedded"]) == (len(ids), ids, 0)
        assert (first["done"], first["total"]) == (0, len(ids))  # passages, when the cancel was heard
        assert "kept, and is indexed next" in first["message"]
        second = cancelled(first["next_job_id"])
        assert (second["kind"], second["next_job_id"]) == ("publish", None)
        embedder.turns.release(100)
        third = _wait(jobs, jobs.publish() or "")
        assert (third["state"], library.status().state) == ("done", "ok")
        assert library.search("harvest32").hits[0].article.id == "harvest32"
        assert len(set(embedder.embedded)) == len(ids) + 1


@pytest.mark.parametrize(
    ("second", "articles"),
    [
        (LIGHTHOUSE.replace("1951", "1952"), 1),
        (LIGHTHOUSE + MILL, 1),
        (LIGHTHOUSE[: len(LIGHTHOUSE) // 2] + MILL[: len(MILL) // 2], 1),
        (MILL, 2),
    ],
    ids=["edited", "extended", "half rewritten", "another text"],
)
def test_a_second_upload_of_a_name_is_a_revision_where_it_resembles_the_first_and_else_an_article_of_its_own(
    client: FlaskClient, library: Library, second: str, articles: int
) -> None:
    before = stored(library)
    for text in (LIGHTHOUSE, second):
        _ended(client, _upload(client, "article.txt", text))
    ids = stored(library) - before
    assert len(ids) == articles
    assert sum(len(library.history(i)) for i in ids) == 2
    again = _ended(client, _upload(client, "article.txt", second))
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 1)


def test_an_edited_upload_is_a_revision_of_that_of_its_name_which_it_resembles_most(
    client: FlaskClient, library: Library
) -> None:
    made = [_ended(client, _upload(client, "article.txt", text))["added_ids"] for text in (LIGHTHOUSE, MILL)]
    [[lighthouse], [mill]] = made
    edited = _ended(client, _upload(client, "article.txt", MILL.replace("1890", "1891")))
    assert (edited["added"], edited["updated"]) == (0, 1)
    assert (len(library.history(lighthouse)), len(library.history(mill))) == (1, 2)
    back = _ended(client, _upload(client, "article.txt", LIGHTHOUSE))
    assert (back["unchanged"], back["added_ids"]) == (1, [])


def test_two_files_of_one_name_in_one_upload_are_two_articles(client: FlaskClient) -> None:
    files = [(io.BytesIO(text.encode()), "article.txt") for text in (LIGHTHOUSE, MILL)]
    job = _ended(client, client.post("/api/articles", data={"file": files}))
    assert (job["state"], job["added"], job["errors"]) == ("done", 2, [])


def test_of_two_states_of_an_article_in_one_upload_the_second_is_an_error_that_says_to_add_it_afterwards(
    client: FlaskClient, library: Library
) -> None:
    later = LIGHTHOUSE.replace("1951", "1952")
    files = [(io.BytesIO(text.encode()), "article.txt") for text in (LIGHTHOUSE, later)]
    job = _ended(client, client.post("/api/articles", data={"file": files}))
    [made] = job["added_ids"]
    [error] = job["errors"]
    assert error["message"] == (
        f"The article {made} is already given by an item before it. If it is a later state of that, add it "
        "afterwards; if it is another, give it a name or an id of its own."
    )
    _ended(client, _upload(client, "article.txt", later))
    assert len(library.history(made)) == 2


def test_an_upload_named_as_a_file_of_the_folder_but_with_another_text_leaves_that_article_alone(
    client: FlaskClient, library: Library, settings: Settings
) -> None:
    (settings.articles / "article.txt").write_text(LIGHTHOUSE)
    [ours] = _ended(client, client.post("/api/index/rebuild"))["added_ids"]
    [other] = _ended(client, _upload(client, "article.txt", MILL))["added_ids"]
    (settings.articles / "article.txt").write_text(f"{MILL}\n\nIt was never built again.")
    job = _ended(client, client.post("/api/index/rebuild"))
    assert (job["added"], job["updated"], job["removed"]) == (0, 1, 0)  # a file's own path is always one article
    assert (len(library.history(ours)), len(library.history(other))) == (2, 1)


def test_a_waiting_job_that_is_cancelled_never_runs(held: _Held, tmp_path: Path) -> None:
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        jobs.rebuild()
        waiting = jobs.add_articles([{"text": "Never taken in."}])
        assert jobs.cancel(waiting)["state"] == "cancelled"
        held.may_go_on.set()
        last = jobs.add_articles([{"text": "Taken in."}])
        assert _wait(jobs, last)["added"] == 1
        assert jobs.get(waiting)["added"] == 0


def test_the_queue_has_an_end(held: _Held, tmp_path: Path) -> None:
    jobs = Jobs(held, tmp_path)  # not started: everything waits
    for _ in range(MAX_QUEUED):
        jobs.add_address("https://example.org")
    with pytest.raises(Busy) as caught:
        jobs.add_address("https://example.org")
    assert (caught.value.status, caught.value.retry_after_seconds) == (429, 30)
    with pytest.raises(Busy):
        jobs.add_files([_Upload("a.txt", b"text")])
    assert kept_uploads(held) == set()  # refused before it is written


def test_how_many_articles_were_sent_is_known_from_the_first(library: Library, tmp_path: Path) -> None:
    with closing(Jobs(library, tmp_path)) as jobs, closing(_Stopped(library)) as child:
        jobs.start()
        job_id = jobs.add_articles([{"text": f"Text {n}."} for n in range(7)])
        while not (job := jobs.get(job_id))["total"]:
            time.sleep(0.01)
        assert (job["state"], job["done"], job["total"]) == ("reading", 0, 7)
        child.close()
        assert _wait(jobs, job_id)["added"] == 6  # one was in the child
        assert jobs.get(job_id)["errors"][0]["item"] == "article 1"


def test_cancel_while_a_feed_hangs_is_heard_at_the_next_beat(library: Library, tmp_path: Path) -> None:
    feed = b"<rss version='2.0'><channel><item><description>Words.</description></item></channel></rss>"
    fetcher = Fetcher(allow_loopback=True)
    with closing(Jobs(library, tmp_path, fetcher)) as jobs, closing(Site()) as site, closing(_Stopped(library)):
        site.replies["/feed"] = plain(feed, "text/xml")
        jobs.start()
        job_id = jobs.add_address(site.url + "/feed")
        while "/feed" not in site.asked:
            time.sleep(0.01)
        time.sleep(BEAT_SECONDS)  # until it is read; nothing depends on how long this takes
        began = time.monotonic()
        jobs.cancel(job_id)
        assert _wait(jobs, job_id)["state"] == "cancelled"
        assert time.monotonic() - began < 10  # of the 60 that it would wait; a beat is half a second
        assert _wait(jobs, jobs.add_address(site.url + "/feed"))["added"] == 1


class _Stopped:
    """The child that reads for `library`, made to hang, until it is closed."""

    def __init__(self, library: Library) -> None:
        list(library.reader.read("a.txt", b"A text."))
        assert library.reader.pid is not None
        self._pid = library.reader.pid
        os.kill(self._pid, signal.SIGSTOP)

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)


class _Odd(Library):
    """A library whose first report cannot be written down."""

    def __init__(self, library: Library) -> None:
        self.__dict__ = library.__dict__
        no_text: Any = b"which no JSON takes"
        self.reports = [Report(added=1, errors=(ItemError(no_text, ""),))]

    def add(self, *items: Any, progress: Progress = silent, **asked: Any) -> Report:
        return self.reports.pop() if self.reports else super().add(*items, progress=progress, **asked)


def test_a_job_that_cannot_be_finished_has_failed_and_the_next_is_worked_on(library: Library, tmp_path: Path) -> None:
    with closing(Jobs(_Odd(library), tmp_path)) as jobs:
        jobs.start()
        odd = jobs.add_articles([{"text": "The first."}])
        after = jobs.add_articles([{"text": "The second."}])
        assert _wait(jobs, after)["added"] == 1
        assert jobs.get(odd)["state"] == "failed"
        assert jobs.get(odd)["message"].startswith("Something went wrong on the server: ")


@pytest.mark.own_file
def test_an_upload_is_on_the_disk_with_its_folders_before_its_id_is_given_out(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    job_id = Jobs(library, tmp_path).add_files([_Upload("a.txt", b"text")])
    uploads = library.data_dir / "uploads"
    order = [uploads / job_id / "0", uploads / job_id, uploads, library.data_dir]
    assert synced == [path.stat().st_ino for path in order]


def test_what_a_kill_left_unfinished_is_done_after_the_next_start(library: Library, tmp_path: Path) -> None:
    killed = Jobs(library, tmp_path)  # never started: as if killed right after it answered 202
    uploaded = killed.add_files([_Upload("well.txt", b"The well of Ostra is 60 metres deep.")])
    pasted = killed.add_articles([{"id": "mill", "text": "The mill burned down in 1890."}])
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()
        assert _wait(jobs, uploaded)["added"] == 1
        assert _wait(jobs, pasted)["added"] == 1
    assert library.article("mill") is not None


@pytest.mark.own_file
def test_uploads_that_a_kill_left_without_a_job_are_dropped_at_the_next_start(library: Library, tmp_path: Path) -> None:
    uploaded = Jobs(library, tmp_path).add_files([_Upload("well.txt", b"The well of Ostra is 60 metres deep.")])
    (library.data_dir / "uploads" / "stray").mkdir()
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()
        assert not kept_uploads(library) - {uploaded}
        assert _wait(jobs, uploaded)["added"] == 1


def test_a_job_stopped_by_closing_is_done_after_the_next_start(held: _Held, library: Library, tmp_path: Path) -> None:
    jobs = Jobs(held, tmp_path)
    jobs.start()
    job_id = jobs.add_articles([{"id": "dyke", "text": "The dyke held."}])
    assert held.has_begun.wait(10)
    _cut_short(jobs, held)
    with closing(Jobs(library, tmp_path)) as again:
        again.start()
        assert _wait(again, job_id)["state"] == "done"
    assert library.article("dyke") is not None


def test_what_a_job_added_before_it_was_cut_short_counts_as_added_when_it_is_done_again(
    held: _Held, library: Library, tmp_path: Path
) -> None:
    dam = {"id": "dam", "text": "The dam was built in 1931."}
    dyke = {"id": "dyke", "text": "The dyke held."}
    library.add([article_from_fields(dam, origin=PASTED, path=None)])
    jobs = Jobs(held, tmp_path)
    jobs.start()
    job_id = jobs.add_articles([dam, dyke])
    assert held.has_begun.wait(10)
    library.add([article_from_fields(dyke, origin=PASTED, path=None)])  # so far the job came
    _cut_short(jobs, held)
    with closing(Jobs(library, tmp_path)) as again:
        again.start()
        job = _wait(again, job_id)
    assert (job["added"], job["unchanged"], job["added_ids"]) == (1, 1, ["dyke"])


def test_a_job_that_was_killed_before_it_heard_of_its_cancelling_is_not_done_after_the_next_start(
    held: _Held, library: Library, tmp_path: Path
) -> None:
    jobs = Jobs(held, tmp_path)
    jobs.start()
    job_id = jobs.add_articles([{"id": "dyke", "text": "The dyke held."}])
    assert held.has_begun.wait(10)
    jobs.cancel(job_id)
    _cut_short(jobs, held)
    with closing(Jobs(library, tmp_path)) as again:
        again.start()
        assert _wait(again, job_id)["state"] == "cancelled"
    assert library.article("dyke") is None


def test_an_article_removed_after_it_was_asked_for_stays_out_and_one_asked_for_after_its_removal_comes_back(
    held: _Held, library: Library, tmp_path: Path
) -> None:
    dam = {"id": "dam", "text": "The dam was built in 1931."}
    library.add([article_from_fields(dam, origin=PASTED, path=None)])
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        before = jobs.add_articles([dam | {"text": "The dam was built in 1932."}, {"id": "dyke", "text": "It held."}])
        assert held.has_begun.wait(10)
        library.hide(["dam"])
        held.may_go_on.set()
        assert (_wait(jobs, before)["state"], jobs.get(before)["added_ids"]) == ("done", ["dyke"])
        assert library.article("dam") is None
        assert _wait(jobs, jobs.add_articles([dam]))["added"] == 1


def test_an_ended_job_is_remembered_by_the_next_process_and_its_request_is_not(
    library: Library, tmp_path: Path
) -> None:
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()
        job_id = jobs.add_articles([{"text": "Something private."}])
        ended = _wait(jobs, job_id)
    assert Jobs(library, tmp_path).get(job_id) == ended
    with library.database.read() as connection:
        assert connection.execute(select(table.c.request)).scalars().all() == [None]


def test_old_ended_jobs_are_forgotten(library: Library, tmp_path: Path) -> None:
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()
        rows = [
            {"id": f"old{n}", "kind": "add", "state": "done", "outcome": Job(f"old{n}", "add", "").as_json()}
            for n in range(1_000)
        ]
        with library.database.write() as connection:
            connection.execute(insert(table), rows)
        _wait(jobs, jobs.rebuild())
        with pytest.raises(UnknownJob):
            jobs.get("old0")
        assert jobs.get("old1")["id"] == "old1"


def test_an_ended_job_names_what_it_added_as_far_as_it_is_still_there(client: FlaskClient) -> None:
    articles = [{"id": f"tide{n}", "title": f"Tide {n}", "text": f"Tide {n} was high."} for n in range(7)]
    job = _ended(client, client.post("/api/articles", json={"articles": articles}))
    assert job["added_titles"] == [f"Tide {n}" for n in range(5)]
    client.delete("/api/articles/tide1")
    later = client.get(f"/api/jobs/{job['id']}").json or {}
    assert (later["added"], later["added_ids"]) == (7, [f"tide{n}" for n in (0, 2, 3, 4, 5, 6)])
    assert later["added_titles"] == [f"Tide {n}" for n in (0, 2, 3, 4, 5)]
    [removal] = (client.get("/api/jobs?limit=1").json or {})["jobs"]
    assert (removal["kind"], removal["name"]) == ("remove", "Tide 1")


def test_the_newest_jobs_are_listed_the_last_first_whether_ended_or_not(held: _Held, tmp_path: Path) -> None:
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        first = jobs.rebuild()
        assert held.has_begun.wait(10)
        second = jobs.add_articles([{"text": "A text."}])
        third = jobs.add_articles([{"text": "Another."}])
        jobs.cancel(third)
        assert [(job["id"], job["state"]) for job in jobs.newest(3)] == [
            (third, "cancelled"),
            (second, "queued"),
            (first, "reading"),
        ]
        assert [job["id"] for job in jobs.newest(1)] == [third]
        held.may_go_on.set()
        ended = _wait(jobs, second)
        assert jobs.newest(2)[1] == ended


def test_a_job_named_by_a_text_with_any_character_is_listed(library: Library, tmp_path: Path) -> None:
    title = "a\0b \\\0 \\u0000 \x1b \U0001f30a"
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()
        job_id = jobs.add_articles([{"title": title, "text": "A\0tide."}])
        assert _wait(jobs, job_id)["state"] == "done"
        [job] = jobs.newest(10)
    assert job["name"].replace("\ufffd", "\0") == title


def test_a_job_says_when_and_of_what_it_is(held: _Held, tmp_path: Path) -> None:
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        names = ["a.txt", "b.txt", "c.txt", "d.txt", f"{'x' * 90}.txt"]
        added = jobs.add_files([_Upload(name, b"A text.") for name in names])
        assert held.has_begun.wait(10)
        pasted = jobs.add_articles([{"title": "Tide", "text": "A tide."}, {"text": "Another."}])
        address = jobs.add_address("http://me:pass@127.0.0.1:9/rss")
        said = [jobs.get(job_id)["name"] for job_id in (added, pasted, address)]
        assert said == ["a.txt, b.txt, c.txt and 2 others", "Tide, pasted text", "http://…@127.0.0.1:9/rss"]
        begun = jobs.get(added)
        assert begun["finished_at"] is None
        held.may_go_on.set()
        ended = _wait(jobs, added)
        _wait(jobs, address)
    assert begun["created_at"] == ended["created_at"] < ended["finished_at"]


def test_removals_that_wait_together_are_one_job_that_counts_them(held: _Held, tmp_path: Path) -> None:
    held.may_go_on.set()
    with closing(Jobs(held, tmp_path)) as jobs:
        jobs.start()
        _wait(jobs, jobs.add_articles([{"id": f"tide{n}", "text": f"Tide {n} was high."} for n in range(3)]))
        held.has_begun.clear()
        held.may_go_on.clear()
        jobs.rebuild()
        assert held.has_begun.wait(10)
        for n in range(3):
            held.hide([f"tide{n}"])
            jobs.publish_removal(f"tide{n}")
        removal = jobs.newest(1)[0]
        held.may_go_on.set()
        ended = _wait(jobs, removal["id"])
    assert (ended["kind"], ended["name"], ended["state"], ended["removed"]) == (
        "remove",
        "tide0 and 2 others",
        "done",
        3,
    )


def _cut_short(jobs: Jobs, held: _Held) -> None:
    """Close while the job is held, which then hears of nothing else."""
    closer = threading.Thread(target=jobs.close)
    closer.start()
    time.sleep(0.1)  # until close() has said so; where it has not, the job is done and the test fails
    held.may_go_on.set()
    closer.join()


class _Upload:
    def __init__(self, filename: str, data: bytes) -> None:
        self.filename: str | None = filename
        self.stream = io.BytesIO(data)


def _upload(client: FlaskClient, name: str, text: str) -> Any:
    return client.post("/api/articles", data={"file": [(io.BytesIO(text.encode()), name)]})


def _wait(jobs: Jobs, job_id: str, *states: str) -> dict[str, Any]:
    """The job, once it is in one of these states, or else has ended."""
    for _ in range(1_000):
        job = jobs.get(job_id)
        if job["state"] in (states or ("done", "failed", "cancelled")):
            return job
        time.sleep(0.01)
    raise AssertionError(job)


def _ended(client: FlaskClient, reply: Any) -> dict[str, Any]:
    assert reply.status_code == 202, reply.data
    for _ in range(1_000):
        job: dict[str, Any] = client.get(f"/api/jobs/{reply.json['job_id']}").json or {}
        if job["state"] in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.01)
    raise AssertionError(job)


def test_a_job_in_which_the_server_ended_ten_times_is_not_begun_again_and_the_next_is_done(
    library: Library, tmp_path: Path
) -> None:
    jobs = Jobs(library, tmp_path)
    deadly = jobs.add_articles([{"id": "dyke", "text": "The dyke held."}])
    after = jobs.add_articles([{"id": "dam", "text": "The dam was built in 1931."}])
    for _ in range(MAX_BEGUN):
        taken = jobs._queue.take()  # as of a process that was killed then
        assert taken
        assert taken.job.id == deadly
        taken.close()
    jobs.start()
    assert _wait(jobs, after)["added"] == 1
    job = jobs.get(deadly)
    assert (job["state"], job["message"].partition(",")[0]) == ("failed", "The server ended 10 times while it did this")
    jobs.close()


def test_a_job_that_took_something_in_each_time_is_begun_as_often_as_it_takes(library: Library, tmp_path: Path) -> None:
    jobs = Jobs(library, tmp_path)
    long = jobs.add_articles([{"id": "dyke", "text": "The dyke held."}])
    for _ in range(2 * MAX_BEGUN):
        taken = jobs._queue.take()
        assert taken
        progress = JobProgress(jobs._queue, taken, threading.Event())
        progress.note("other", "added", None)
        progress.tell("reading", 1, 2)
        taken.close()
    jobs.start()
    assert _wait(jobs, long)["added"] == 1
    jobs.close()


def test_a_job_that_was_stopped_by_closing_has_not_been_begun_in_vain(
    held: _Held, library: Library, tmp_path: Path
) -> None:
    first = Jobs(held, tmp_path)
    first.start()
    first.add_articles([{"id": "dyke", "text": "The dyke held."}])
    assert held.has_begun.wait(10)
    _cut_short(first, held)
    jobs = Jobs(library, tmp_path)
    taken = jobs._queue.take()
    assert taken
    assert taken.request["begun"] == 1
    taken.close()
    jobs.close()
