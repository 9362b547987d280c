"""What a server begins with: one rebuild before all other work, watched, and waited for by health."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from web_fixtures import BRIDGE, COMET

from assistant.assistant import Assistant
from index.library import Library
from index.search.published import Generations
from web.app import create_app
from web.jobs.job import FINISHED, Job
from web.jobs.jobs import Jobs
from web.settings import Settings

pytestmark = pytest.mark.own_index  # its lock keeps what is published back
QUESTION = {"question": "When did the Zephyr bridge in Oldport open?"}
CHAT = {"model": "article-assistant", "messages": [{"role": "user", "content": QUESTION["question"]}]}


@pytest.fixture
def publishing(library: Library) -> Iterator[ExitStack]:
    """Keeps every generation from being published until it is closed."""
    with ExitStack() as stack:
        stack.enter_context(Generations(library.data_dir / "index").lock())
        yield stack


@pytest.fixture
def jobs(library: Library, settings: Settings, publishing: ExitStack) -> Iterator[Jobs]:
    """Begun with the rebuild of a folder with one article."""
    (settings.articles / "bridge.txt").write_text(BRIDGE.text, encoding="utf-8")
    with closing(Jobs(library, settings.articles)) as jobs:
        jobs.start(lambda _job: None)
        yield jobs


@pytest.fixture
def client(library: Library, settings: Settings, jobs: Jobs) -> FlaskClient:
    return create_app(settings, library, Assistant(library), jobs).test_client()


def test_health_waits_for_it_and_names_it(client: FlaskClient, jobs: Jobs, publishing: ExitStack) -> None:
    _until(jobs, "publishing")
    reply = client.get("/api/health")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")
    assert reply.json == {
        "error": {
            "code": "not_ready",
            "message": "The index is being brought up to date with the articles folder (publishing).",
        }
    }
    job = client.get(reply.headers["Location"]).json or {}
    assert (job["kind"], job["state"]) == ("rebuild", "publishing")
    publishing.close()
    _until(jobs, None)
    health = client.get("/api/health")
    assert (health.status_code, (health.json or {})["articles"]) == (200, 1)


def test_without_an_index_a_question_is_put_off_and_never_told_that_there_are_no_articles(
    client: FlaskClient, jobs: Jobs, publishing: ExitStack
) -> None:
    _until(jobs, "publishing")
    for path, body in (
        ("/api/ask", QUESTION),
        ("/api/ask", QUESTION | {"stream": True}),
        ("/api/search", {"query": "bridge"}),
        ("/api/timeline", {"topic": "bridge"}),
        ("/api/stories", {"topic": "bridge"}),
        ("/v1/chat/completions", CHAT),
        ("/v1/chat/completions", CHAT | {"stream": True}),
    ):
        reply = client.post(path, json=body)
        assert (reply.status_code, (reply.json or {})["error"]["code"]) == (503, "not_ready")
    publishing.close()
    _until(jobs, None)
    assert (client.post("/api/ask", json=QUESTION).json or {})["citations"][0]["quote"] in BRIDGE.text


def test_questions_are_answered_from_the_index_of_before(stocked: Library, settings: Settings) -> None:
    with closing(Jobs(stocked, settings.articles)) as jobs, Generations(stocked.data_dir / "index").lock():
        client = create_app(settings, stocked, Assistant(stocked), jobs).test_client()
        jobs.start(lambda _job: None)
        _until(jobs, "publishing")
        assert client.get("/api/health").status_code == 503
        assert (client.post("/api/ask", json=QUESTION).json or {})["answered"]


def test_an_article_added_meanwhile_waits_its_turn(client: FlaskClient, jobs: Jobs, publishing: ExitStack) -> None:
    _until(jobs, "publishing")
    reply = client.post("/api/articles", json={"title": COMET.title, "text": COMET.text})
    added = f"/api/jobs/{(reply.json or {})['job_id']}"
    assert (client.get(added).json or {})["state"] == "queued"
    publishing.close()
    while (job := client.get(added).json or {})["state"] not in FINISHED:
        time.sleep(0.01)
    assert (job["state"], job["added"]) == ("done", 1)


def test_cancelled_it_is_waited_for_no_longer(client: FlaskClient, jobs: Jobs, publishing: ExitStack) -> None:
    _until(jobs, "publishing")
    first = jobs.first()
    assert first
    jobs.cancel(first.id)
    _until(jobs, None)
    assert client.get("/api/health").status_code == 200
    publishing.close()


def test_it_goes_before_what_an_earlier_process_left_and_is_told_to_its_end(library: Library, tmp_path: Path) -> None:
    left = Jobs(library, tmp_path).add_articles([{"id": "mill", "text": "The mill burned down in 1890."}])
    told: list[Job] = []
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start(told.append)
        while jobs.get(left)["state"] not in FINISHED:
            time.sleep(0.01)
        finished = [job["kind"] for job in sorted(jobs.newest(5), key=lambda job: str(job["finished_at"]))]
    assert [job.kind for job in told] == ["rebuild"] * len(told)
    assert told[-1].state == "done"
    assert finished == ["rebuild", "add"]


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_rebuild_left_unfinished_is_it_unless_it_was_cancelled(
    library: Library, tmp_path: Path, is_cancelled: bool
) -> None:
    with closing(Jobs(library, tmp_path)) as killed, Generations(library.data_dir / "index").lock():
        killed.start()
        left = killed.rebuild(full=True)
        while killed.get(left)["state"] != "publishing":
            time.sleep(0.01)
        killed.close()
    if is_cancelled:
        killed.cancel(left)  # as if it had been while it ran: nobody heard of it
    told: list[Job] = []
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start(told.append)
        while not told or told[-1].state not in FINISHED:
            time.sleep(0.01)
    assert (told[-1].id == left, told[-1].state) == (not is_cancelled, "done")


def test_who_watches_it_can_fail_and_the_jobs_behind_it_are_done(library: Library, tmp_path: Path) -> None:
    def watch(job: Job) -> None:
        if job.state in FINISHED:
            raise OSError("the terminal is gone")

    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start(watch)
        job_id = jobs.add_articles([{"text": "The mill burned down in 1890."}])
        while (job := jobs.get(job_id))["state"] not in FINISHED:
            time.sleep(0.01)
    assert job["added"] == 1


def _until(jobs: Jobs, state: str | None) -> None:
    """Until the first job is in `state`; None: until it has ended."""
    for _ in range(3_000):
        first = jobs.first()
        if (first and first.state) == state:
            return
        time.sleep(0.01)
    raise AssertionError(first)
