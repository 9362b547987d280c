"""What adding would do, told before: by the same reading, without a trace."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from http_server import Site, plain
from web_fixtures import BRIDGE, ended, reply_json

from assistant.assistant import Assistant
from index.ingest.polite import Fetcher
from index.library import Library
from web.app import create_app
from web.jobs.intake import Intake, Sent
from web.jobs.jobs import Jobs
from web.jobs.preview import MAX_AT_ONCE, MAX_ITEMS, MAX_LINES, Previews
from web.schemas.replies import PreviewReply
from web.settings import Settings

PATH = "/api/articles/preview"
FERRY = "The Marrow ferry sails at noon. It takes 40 people.\n\nSee also: Ten ferries to try\n\nFor immediate release"


@pytest.fixture
def jobs(library: Library, settings: Settings) -> Iterator[Jobs]:
    """They may ask this machine for pages."""
    with closing(Jobs(library, settings.articles, Fetcher(allow_loopback=True))) as jobs:
        jobs.start()
        yield jobs


@pytest.fixture
def site() -> Iterator[Site]:
    with closing(Site()) as site:
        yield site


def test_a_file_is_told_with_what_is_known_of_it_and_nothing_is_stored(client: FlaskClient, stocked: Library) -> None:
    before = stocked.status(), set(stocked.data_dir.iterdir())
    front = f"---\ntitle: Ferry timetable\nauthor: Ada Quill\ndate: 2024-05-01\nlanguage: en\n---\n{FERRY}"
    reply = PreviewReply.model_validate(reply_json(_sent(client, ("ferry.md", front))), strict=True)
    [article] = reply.articles
    assert (article.title, article.author, article.published_at) == ("Ferry timetable", "Ada Quill", "2024-05-01")
    assert (article.provenance, article.language, article.origin) == ("press-release", "en", "ferry.md")
    assert (article.words, article.beginning) == (10, "The Marrow ferry sails at noon. It takes 40 people.")
    assert article.removed_count == len(article.removed) == 2
    assert article.removed[0].text == "See also: Ten ferries to try"
    assert (article.outcome, article.differing) == ("new", None)
    assert (reply.errors, reply.more) == ([], False)
    assert (stocked.status(), set(stocked.data_dir.iterdir())) == before
    assert reply_json(client.get("/api/jobs"))["jobs"] == []


def test_an_article_is_told_to_be_unchanged_or_in_how_many_sentences_it_would_differ(client: FlaskClient) -> None:
    same = {"id": "bridge", "text": BRIDGE.text}
    [article] = reply_json(client.post(PATH, json=same))["articles"]
    assert (article["outcome"], article["differing"], article["title"]) == ("unchanged", None, BRIDGE.title)
    edited = same | {"text": BRIDGE.text.replace("3,000", "4,000") + " It rained."}
    [article] = reply_json(client.post(PATH, json=edited))["articles"]
    assert (article["outcome"], article["differing"]) == ("updated", 2)
    assert reply_json(client.get("/api/articles/bridge"))["text"] == BRIDGE.text


def test_what_cannot_be_taken_in_is_told_by_item(client: FlaskClient) -> None:
    reply = reply_json(_sent(client, ("a.txt", "A text."), ("blank.txt", " "), ("picture.png", "\x00")))
    assert [article["origin"] for article in reply["articles"]] == ["a.txt"]
    assert [error["item"] for error in reply["errors"]] == ["blank.txt", "picture.png"]


def test_of_many_the_first_twenty_are_looked_at_and_that_there_are_more_is_told(client: FlaskClient) -> None:
    for count, more in ((MAX_ITEMS, False), (MAX_ITEMS + 1, True)):
        articles = [{"text": f"Text {n}."} for n in range(count)]
        reply = reply_json(client.post(PATH, json={"articles": articles}))
        assert (len(reply["articles"]), reply["more"]) == (MAX_ITEMS, more)
    assert reply["articles"][-1]["beginning"] == f"Text {MAX_ITEMS - 1}."


def test_the_lines_that_were_left_out_are_counted_and_the_first_told(client: FlaskClient) -> None:
    lines = "\n\n".join(f"See also: {n} ferries to try" for n in range(2, MAX_LINES + 7))
    [article] = reply_json(client.post(PATH, json={"text": f"The ferry sails at noon.\n\n{lines}"}))["articles"]
    assert article["removed_count"] > MAX_LINES
    assert len(article["removed"]) == MAX_LINES


def test_an_address_is_read_and_may_be_added_afterwards(client: FlaskClient, site: Site) -> None:
    page = (
        b"<html><head><title>Tide</title></head><body><article><p>The tide came in at noon.</p></article></body></html>"
    )
    site.replies["/tide"] = plain(page, "text/html")
    [article] = reply_json(client.post(PATH, json={"url": site.url + "/tide"}))["articles"]
    assert (article["beginning"], article["origin"]) == ("The tide came in at noon.", site.url + "/tide")
    job = ended(client, client.post("/api/articles", json={"url": site.url + "/tide"}).location or "")
    assert (job["added"], job["added_ids"]) == (1, [article["id"]])


def test_an_address_that_is_slow_is_given_up_in_time_with_what_was_had(
    library: Library, settings: Settings, site: Site
) -> None:
    entries = b"".join(b"<item><link>%s/%d</link></item>" % (site.url.encode(), n) for n in range(3))
    site.replies["/feed"] = plain(b"<rss version='2.0'><channel>" + entries + b"</channel></rss>", "text/xml")
    site.replies["/robots.txt"] = plain(b"User-agent: *\nCrawl-delay: 60", "text/plain")
    intake = Intake(library, Fetcher(allow_loopback=True))
    with closing(Previews(library, intake, max_seconds=2)) as previews:
        began = time.monotonic()
        preview = previews.look(Sent(url=site.url + "/feed"))
        assert time.monotonic() - began < 30  # of the minute that the site asks for; nothing else depends on the time
        assert (preview.articles, preview.has_more) == ((), True)
        [error] = preview.errors
        assert error.item == site.url + "/feed"
        assert "within 2 seconds" in error.message


def test_a_preview_beyond_those_that_are_made_is_turned_away_and_health_answers(
    library: Library, settings: Settings, site: Site
) -> None:
    site.replies["/robots.txt"] = plain(b"User-agent: *\nCrawl-delay: 60", "text/plain")
    site.replies["/a"] = plain(b"A text.", "text/plain")
    with closing(Jobs(library, settings.articles, Fetcher(allow_loopback=True))) as jobs:
        client = create_app(settings, library, Assistant(library), jobs).test_client()
        client.post(PATH, json={"url": site.url + "/a"})  # the next is for a minute later
        jobs.previews._max_seconds = 4
        waiting = [
            threading.Thread(target=jobs.previews.look, args=[Sent(url=f"{site.url}/a")]) for _ in range(MAX_AT_ONCE)
        ]
        for thread in waiting:
            thread.start()
        while jobs.previews._free:
            time.sleep(0.01)
        reply = client.post(PATH, json={"text": "Another."})
        assert (reply.status_code, reply.headers["Retry-After"]) == (429, "5")
        assert client.get("/api/health").status_code == 200
        for thread in waiting:
            thread.join()
        assert client.post(PATH, json={"text": "Another."}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"articles": []}, {"url": ""}, {"text": "x", "id": "no good id"}])
def test_what_cannot_be_added_cannot_be_looked_at(client: FlaskClient, body: dict[str, Any]) -> None:
    assert client.post(PATH, json=body).status_code == 422
    assert client.post(PATH, data="x", content_type="text/plain").status_code == 415


def test_an_upload_above_the_limit_is_413(client: FlaskClient) -> None:
    form = "multipart/form-data; boundary=x"
    assert client.post(PATH, data=b"x" * 1_200_000, content_type=form).status_code == 413


def test_previews_leave_no_process_behind(library: Library, tmp_path: Path) -> None:
    with closing(Previews(library, Intake(library, Fetcher()))) as previews:
        previews.look(Sent(articles=[{"text": "A text."}]))
        [pid] = [reader.pid for reader in previews._all if reader.pid]
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()


def _sent(client: FlaskClient, *files: tuple[str, str]) -> Any:
    return client.post(PATH, data={"file": [(io.BytesIO(text.encode()), name) for name, text in files]})
