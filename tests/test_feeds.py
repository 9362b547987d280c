"""Polled feeds: when each is due, what is kept of its last fetch, and the alarms that follow."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from http_server import Site, plain, unless_known
from sqlalchemy import func, select

from index.ingest.polite import Fetcher
from index.library import Library
from web.errors import Busy
from web.jobs.feeds import Feeds
from web.jobs.freshness import Feed, Freshness, alarms
from web.jobs.job import FINISHED
from web.jobs.jobs import Jobs
from web.jobs.queue import jobs as table

TEXT = "The council of Oldport voted on Monday to close the old fish market beside the harbour. " * 5
NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
FEED, OTHER = "https://example.org/rss?key=secret", "https://example.com/atom"


class _Scripted(Jobs):
    """Jobs that end when and how the test says."""

    def __init__(self, library: Library) -> None:
        super().__init__(library, library.data_dir)
        self.asked: list[str] = []
        self.is_full = False
        self.outcome: dict[str, Any] = {"state": "reading", "errors": [], "message": None}

    def add_address(self, address: str, *, is_polled: bool = False) -> str:
        assert is_polled
        if self.is_full:
            raise Busy(429, "Full.", retry_after_seconds=1)
        self.asked.append(address)
        return address

    def get(self, job_id: str) -> dict[str, Any]:
        return self.outcome


@pytest.fixture
def jobs(library: Library) -> Iterator[_Scripted]:
    with closing(_Scripted(library)) as jobs:
        yield jobs


@pytest.fixture
def freshness(library: Library) -> Freshness:
    return Freshness(library.database, [FEED, OTHER])


def ended(state: str = "done", *errors: tuple[str, str], message: str | None = None) -> dict[str, Any]:
    told = [{"item": i, "message": m} for i, m in errors]
    counts = {"added": 0, "updated": 0, "unchanged": 2, "error_count": len(errors)}
    return {"state": state, "errors": told, "message": message, **counts}


def test_a_feed_is_fetched_at_once_and_then_once_an_interval(jobs: _Scripted, freshness: Freshness) -> None:
    feeds = Feeds(jobs, freshness, HOUR)
    feeds.look(NOON)
    feeds.look(NOON)  # still running, and one runs at a time
    assert jobs.asked == [FEED]
    jobs.outcome = ended()
    feeds.look(NOON + HOUR / 60)
    feeds.look(NOON + HOUR / 60)
    feeds.look(NOON + HOUR)  # a minute early
    assert jobs.asked == [FEED, OTHER]
    feeds.look(NOON + HOUR + HOUR / 60)
    assert jobs.asked == [FEED, OTHER, FEED]


def test_a_fetch_that_was_cancelled_has_its_turn_after_an_interval(jobs: _Scripted, library: Library) -> None:
    freshness = Freshness(library.database, [FEED])
    feeds = Feeds(jobs, freshness, HOUR)
    feeds.look(NOON)
    jobs.outcome = ended("cancelled")
    feeds.look(NOON)
    feeds.look(NOON + HOUR / 2)
    assert jobs.asked == [FEED]
    assert freshness.feeds()[0].last_good_at is None


def test_what_a_failure_says_of_addresses_has_no_secrets(freshness: Freshness) -> None:
    freshness.note(FEED, NOON, f"{FEED} answered with status 500, after http://me:pass@example.net/x?k=v#z: try again.")
    assert freshness.feeds()[0].message == (
        "https://example.org/rss answered with status 500, after http://example.net/x try again."
    )


def test_after_a_restart_the_interval_goes_on(jobs: _Scripted, freshness: Freshness, library: Library) -> None:
    freshness.note(FEED, NOON, None)
    Feeds(jobs, Freshness(library.database, [FEED]), HOUR).look(NOON + HOUR / 2)
    assert jobs.asked == []


def test_a_feed_whose_turn_comes_while_the_queue_is_full_waits_for_the_next_look(
    jobs: _Scripted, freshness: Freshness
) -> None:
    feeds = Feeds(jobs, freshness, HOUR)
    jobs.is_full = True
    feeds.look(NOON)
    jobs.is_full = False
    feeds.look(NOON)
    assert jobs.asked == [FEED]


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (ended(), None),
        (ended("done", ("https://example.org/one", "It is gone.")), None),  # an entry's fault, not the feed's
        (ended("failed", (FEED, "No such host."), message="No such host."), "No such host."),
        (ended("failed", ("https://example.org/one", "It is gone."), message="It is gone."), None),
        (ended("failed", message="Something went wrong on the server."), "Something went wrong on the server."),
    ],
)
def test_a_feed_fails_by_its_own_fault_alone(
    jobs: _Scripted, library: Library, outcome: dict[str, Any], message: str | None
) -> None:
    freshness = Freshness(library.database, [FEED])
    feeds = Feeds(jobs, freshness, HOUR)
    feeds.look(NOON)
    jobs.outcome = outcome
    feeds.look(NOON)
    [feed] = freshness.feeds()
    assert (feed.message, feed.failing_since is None) == (message, message is None)


def test_entries_that_could_not_be_read_are_kept_with_the_feed_until_they_are_looked_at_again(
    jobs: _Scripted, library: Library
) -> None:
    freshness = Freshness(library.database, [FEED])
    feeds = Feeds(jobs, freshness, HOUR)

    def poll(outcome: dict[str, Any], hours: int) -> Feed:
        feeds.look(NOON + hours * HOUR)
        jobs.outcome = outcome
        feeds.look(NOON + hours * HOUR)
        jobs.outcome = {"state": "reading"}
        [feed] = freshness.feeds()
        return feed

    gone = [(f"https://example.org/{n}?key=secret", "It answered with status 404.") for n in range(7)]
    more = (f"{FEED} (after entry 50)", "The feed has 60 entries.")  # which is no error of any
    feed = poll(ended("failed", *gone, more, message=gone[0][1]), 0)
    assert (feed.last_good_at, feed.entry_error_count) == (NOON.isoformat(), 7)
    assert feed.entry_errors == tuple(f"https://example.org/{n}: It answered with status 404." for n in range(5))
    [alarm] = alarms([feed], None, NOON)
    assert alarm.startswith("The feed example.org/rss was read, but not 7 of its entries: https://example.org/0: It ")
    as_before = ended() | {"unchanged": 1}
    assert poll(as_before, 1).entry_error_count == 7
    assert poll(ended("failed", (FEED, "No such host.")), 2).entry_error_count == 7
    assert poll(ended("done", gone[0]), 3).entry_error_count == 1
    assert poll(ended(), 4).entry_error_count == 0
    assert alarms(freshness.feeds(), None, NOON) == []


def test_a_feed_whose_pages_are_gone_says_so_though_its_polls_are_no_news(library: Library, tmp_path: Path) -> None:
    with closing(Site()) as site, closing(Jobs(library, tmp_path, Fetcher(allow_loopback=True))) as jobs:
        items = "".join(f"<item><title>{n}</title><link>{site.url}/{n}</link></item>" for n in ("one", "two"))
        feed = f'<rss version="2.0"><channel><title>Oldport Courier</title>{items}</channel></rss>'
        site.replies["/rss"] = plain(feed.encode(), "application/rss+xml")
        freshness = Freshness(library.database, [f"{site.url}/rss"])
        feeds = Feeds(jobs, freshness, HOUR)
        jobs.start()
        for hours in range(2):
            feeds.look(NOON + hours * HOUR)
            while freshness.checked_at(f"{site.url}/rss") != NOON + hours * HOUR:
                time.sleep(0.05)
                feeds.look(NOON + hours * HOUR)
            assert jobs.newest(5) == []
            [said] = freshness.feeds()
            assert (said.failing_since, said.entry_error_count) == (None, 2)
            assert "/one" in said.entry_errors[0]


def test_a_feed_with_a_password_fails_though_its_error_does_not_repeat_it(jobs: _Scripted, library: Library) -> None:
    freshness = Freshness(library.database, ["https://me:pass@example.org/rss"])
    feeds = Feeds(jobs, freshness, HOUR)
    feeds.look(NOON)
    jobs.outcome = ended("failed", ("https://…@example.org/rss", "It holds a user name."))
    feeds.look(NOON)
    assert freshness.feeds()[0].message == "It holds a user name."


def test_since_when_a_feed_fails_is_kept_until_it_is_good_again(freshness: Freshness) -> None:
    freshness.note(FEED, NOON, None)
    freshness.note(FEED, NOON + HOUR, "No answer.")
    freshness.note(FEED, NOON + 2 * HOUR, "Status 500.")
    feed, other = freshness.feeds()
    assert feed == Feed(
        feed="example.org/rss",  # without its key
        checked_at="2024-05-01T14:00:00+00:00",
        last_good_at="2024-05-01T12:00:00+00:00",
        failing_since="2024-05-01T13:00:00+00:00",
        message="Status 500.",
    )
    assert other == Feed("example.com/atom", None, None, None, None)
    freshness.note(FEED, NOON + 3 * HOUR, None)
    assert freshness.feeds()[0].failing_since is None


def test_a_feed_is_shown_with_its_port_and_without_who_signs_in(library: Library) -> None:
    [feed] = Freshness(library.database, ["https://me:pass@Example.org:8443/rss?key=secret"]).feeds()
    assert feed.feed == "example.org:8443/rss"


def test_who_does_not_know_the_setting_is_told_of_the_feeds_that_a_server_last_polled(
    jobs: _Scripted, freshness: Freshness, library: Library
) -> None:
    freshness.note(FEED, NOON, "No answer.")
    freshness.note(OTHER, NOON, None)
    elsewhere = Freshness(library.database, ())
    assert elsewhere.feeds() == freshness.feeds()[::-1]  # by address
    with closing(Feeds(jobs, Freshness(library.database, [OTHER]), HOUR)) as feeds:
        feeds.start()
        assert elsewhere.feeds() == freshness.feeds()[1:]
    with closing(Feeds(jobs, Freshness(library.database, ()), HOUR)) as feeds:
        feeds.start()
        assert elsewhere.feeds() == ()


def test_alarms_name_what_fails_and_what_is_old(freshness: Freshness) -> None:
    freshness.note(FEED, NOON, "No answer.")
    assert alarms(freshness.feeds(), "2024-04-24T10:00:00Z", NOON) == [
        "The feed example.org/rss has failed since 2024-05-01 12:00 UTC: No answer."
    ]
    assert alarms(freshness.feeds(), "2024-04-23", NOON)[1:] == [
        "The newest article is of 2024-04-23, although feeds are polled."
    ]
    assert alarms((), "1999-01-01", NOON) == []
    assert alarms(freshness.feeds()[1:], None, NOON) == []


def test_a_polled_feed_brings_what_is_new_asks_for_changes_alone_and_not_for_what_was_removed(
    library: Library, tmp_path: Path
) -> None:
    feed = """<rss version="2.0"><channel><title>Oldport Courier</title>
        <item><title>One</title><link>{0}/one</link></item><item><title>Two</title><link>{0}/two</link></item>
        </channel></rss>"""
    with closing(Site()) as site:
        address = f"{site.url}/rss"
        site.replies["/rss"] = plain(feed.format(site.url).encode(), "application/rss+xml")
        for name in ("one", "two"):
            page = (
                f"<html><head><title>{name}</title></head><body><article><p>{name} {TEXT}</p></article></body></html>"
            )
            site.replies[f"/{name}"] = unless_known('"1"', plain(page.encode(), ETag='"1"'))
        with closing(Jobs(library, tmp_path, Fetcher(allow_loopback=True))) as jobs:
            jobs.start()
            first = _ended(jobs, jobs.add_address(address, is_polled=True))
            assert (first["state"], first["added"], first["errors"]) == ("done", 2, [])
            one = next(a.article for a in library.articles().articles if a.article.title == "one")
            assert (one.source, one.found_in["source"]) == ("Oldport Courier", "feed entry")
            again = _ended(jobs, jobs.add_address(address, is_polled=True))
            assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 2)
            assert site.requests[-1][1]["If-None-Match"] == '"1"'
            library.remove([one.id])
            site.replies["/one"] = plain(
                page.replace("two", "one").encode(), ETag='"2"'
            )  # as it was, under another tag
            assert _ended(jobs, jobs.add_address(address, is_polled=True))["added"] == 0
            assert [a.article.title for a in library.articles().articles] == ["two"]
            assert _ended(jobs, jobs.add_address(address))["added"] == 1  # asked for, it comes back


def test_polls_that_changed_nothing_are_no_news_and_pile_up_nowhere(library: Library, tmp_path: Path) -> None:
    with closing(Jobs(library, tmp_path)) as jobs:
        jobs.start()
        added = _ended(jobs, jobs.add_articles([{"text": TEXT}]))
        for _ in range(3):
            poll = _ended(jobs, jobs.add_address("http://127.0.0.1:9/rss", is_polled=True))
            assert (poll["state"], poll["is_polled"]) == ("failed", True)
        refused = _ended(jobs, jobs.add_address("http://127.0.0.1:9/rss"))
        assert [job["id"] for job in jobs.newest(2)] == [refused["id"], added["id"]]
        with library.database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(table)) == 3  # with the last poll
        assert jobs.get(poll["id"]) == poll


def _ended(jobs: Jobs, job_id: str) -> dict[str, Any]:
    while (job := jobs.get(job_id))["state"] not in FINISHED:
        time.sleep(0.05)
    return job


def test_of_two_servers_one_polls_and_when_it_ends_the_other_goes_on_with_what_was_asked_for(
    library: Library, second: Library, tmp_path: Path
) -> None:
    with closing(Jobs(library, tmp_path)) as mine, closing(Jobs(second, tmp_path)) as others:
        polling = Feeds(mine, Freshness(library.database, [FEED, OTHER]), HOUR)
        waiting = Feeds(others, Freshness(second.database, [FEED, OTHER]), HOUR)
        assert (polling._has_turn(), waiting._has_turn()) == (True, False)
        polling.look(NOON)
        [(address, asked)] = mine.polls().items()
        assert address == FEED
        with closing(Feeds(others, Freshness(second.database, ()), HOUR)) as without:
            without.start()  # which forgets nothing of what another polls
        polling.close()
        assert waiting._has_turn()
        waiting.look(NOON)
        assert others.polls() == {FEED: asked}
        others.cancel(asked)
        waiting.look(NOON)
        assert list(others.polls()) == [OTHER]
        assert Freshness(second.database, [FEED]).checked_at(FEED) == NOON
        waiting.close()
