"""The manners are tested against a real server that counts, and a clock that only sleeping moves."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from http_server import Clock, Reply, Site, in_turn, plain, raw, redirect, unless_known

from index.errors import Cancelled, FetchRefused, NotServed, TimedOut
from index.ingest.fetch import NotModified, Page
from index.ingest.polite import (
    ROBOTS_GOOD_SECONDS,
    ROBOTS_MISSED_SECONDS,
    Fetcher,
)
from index.store.database import Database
from index.store.store import Store
from index.store.validators import StoredValidators


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fetcher(clock: Clock) -> Fetcher:
    """Any name is this machine."""
    return Fetcher(allow_loopback=True, resolve=lambda *_: ["127.0.0.1"], clock=clock, sleep=clock.sleep)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def data(found: Page | NotModified | FetchRefused) -> bytes:
    assert isinstance(found, Page), found
    return found.data


def robots(*lines: str) -> Reply:
    return plain("\n".join(lines).encode(), "text/plain")


# --- robots.txt ---


def test_robots_is_asked_for_once_a_day_and_before_the_page(fetcher: Fetcher, clock: Clock, site: Site) -> None:
    site.replies["/a"] = site.replies["/b"] = plain(b"x")
    for path in ("/a", "/b"):
        fetcher.fetch(site.url + path)
    assert [path for path, _ in site.requests] == ["/robots.txt", "/a", "/b"]
    clock.now += ROBOTS_GOOD_SECONDS + 1
    fetcher.fetch(site.url + "/a")
    assert [path for path, _ in site.requests][3:] == ["/robots.txt", "/a"]


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        (["User-agent: *", "Disallow: /"], "/a", False),
        (["User-agent: *", "Disallow:"], "/a", True),
        (["User-agent: *", "Disallow: /news/*/print"], "/news/1/print", False),
        (["User-agent: *", "Disallow: /news/*/print"], "/news/1", True),
        (["User-agent: *", "Disallow: /*.php$"], "/a.php", False),
        (["User-agent: *", "Disallow: /*.php$"], "/a.php?x", True),
        (["User-agent: *", "Disallow: /a", "Allow: /a/open"], "/a/open/1", True),
        (["User-agent: *", "Disallow: /", "User-agent: article-assistant", "Disallow: /b"], "/a", True),
        (["User-agent: Article-Assistant/0.1 # you", "Disallow: /"], "/a", False),
        (["User-agent: other", "User-agent: article-assistant", "Disallow: /"], "/a", False),
        (["User-agent: article", "User-agent: assist", "Disallow: /"], "/a", True),
        (["User-agent: other", "Disallow: /"], "/a", True),
        (["user-agent *", "disallow /"], "/a", False),
        (["User-agent: *", "Disallow: x://[", "Disallow: /"], "/a", False),
        (["<!doctype html><title>Not found</title>"], "/a", True),
    ],
)
def test_robots_rules_are_kept(rules: list[str], path: str, is_allowed: bool, fetcher: Fetcher, site: Site) -> None:
    site.replies["/robots.txt"] = robots(*rules)
    site.replies[path] = plain(b"x")
    if is_allowed:
        assert data(fetcher.fetch(site.url + path)) == b"x"
    else:
        with pytest.raises(FetchRefused, match=r"as the site's robots\.txt says: save the page"):
            fetcher.fetch(site.url + path)
        assert site.asked == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_robots_that_is_not_there_allows(status: int, fetcher: Fetcher, site: Site) -> None:
    site.replies["/robots.txt"] = plain(b"User-agent: *\nDisallow: /", "text/plain", status)
    site.replies["/a"] = plain(b"x")
    assert data(fetcher.fetch(site.url + "/a")) == b"x"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_robots_that_cannot_be_had_forbids_for_now(status: int, fetcher: Fetcher, clock: Clock, site: Site) -> None:
    site.replies["/robots.txt"] = plain(b"", status=status)
    site.replies["/a"] = plain(b"x")
    ended_at = set()
    for _ in range(3):
        with pytest.raises(NotServed, match=r"robots\.txt, which says whether it may be, cannot be had") as refusal:
            fetcher.fetch(site.url + "/a")
        assert (refusal.value.status, refusal.value.may_pass) == (status, True)
        ended_at.add(clock.now)
    # all tries and all waiting are the first's
    assert len(site.requests) == (1 if status == 500 else 3)
    assert len(ended_at) == 1
    site.replies["/robots.txt"] = robots()
    clock.now += ROBOTS_MISSED_SECONDS + 1
    assert data(fetcher.fetch(site.url + "/a")) == b"x"


def test_robots_of_any_type_that_redirects_and_is_long_is_read_to_its_limit(fetcher: Fetcher, site: Site) -> None:
    site.replies["/robots.txt"] = redirect("/moved")
    rules = b"User-agent: *\nDisallow: /a\n" + b"# blah\n" * 100_000 + b"Disallow: /b\n"
    site.replies["/moved"] = plain(rules, "application/octet-stream")
    site.replies["/b"] = plain(b"x")
    assert data(fetcher.fetch(site.url + "/b")) == b"x"
    with pytest.raises(FetchRefused, match="robots"):
        fetcher.fetch(site.url + "/a")


def test_robots_that_leads_inside_is_not_followed_and_asks_for_nothing(site: Site) -> None:
    site.replies["/robots.txt"] = redirect("http://[::ffff:10.0.0.1]/")
    site.replies["/a"] = plain(b"x")
    assert data(Fetcher(allow_loopback=True).fetch(site.url + "/a")) == b"x"


def test_robots_of_a_redirects_target_counts_too(fetcher: Fetcher, site: Site) -> None:
    with_rules = Site()
    try:
        with_rules.replies["/robots.txt"] = robots("User-agent: *", "Disallow: /")
        site.replies["/a"] = redirect(f"http://other.test:{with_rules.port}/b")
        with pytest.raises(FetchRefused, match=r"redirects to where nothing is fetched: .*robots\.txt"):
            fetcher.fetch(site.url + "/a")
        assert with_rules.asked == []
    finally:
        with_rules.close()


def test_robots_made_to_take_memory_costs_a_moment(fetcher: Fetcher, site: Site) -> None:
    """Read as it stands, every rule would be kept for each of the names: two hundred million of them."""
    agents = "".join(f"user-agent a{n}\n" for n in range(15_000))
    site.replies["/robots.txt"] = robots(agents + "Disallow: /b\n" * 20_000, "a " * 1_000_000)
    site.replies["/a"] = plain(b"x")
    assert data(fetcher.fetch(site.url + "/a")) == b"x"


@pytest.mark.parametrize(
    ("stated", "seconds"), [("4", 4), ("0.5", 0.5), ("10", 10), ("3600", 10), ("nan", 0), ("-1", 0)]
)
def test_crawl_delay_parts_the_starts_of_requests(
    stated: str, seconds: float, fetcher: Fetcher, clock: Clock, site: Site
) -> None:
    site.replies["/robots.txt"] = robots("User-agent: *", f"Crawl-delay: {stated}")
    starts = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        starts.append(clock.now)
        plain(b"x")(handler)

    site.replies["/a"] = note
    for _ in range(3):
        fetcher.fetch(site.url + "/a")
    assert starts == pytest.approx([1_000, 1_000 + seconds, 1_000 + 2 * seconds])
    assert all(slept <= 0.5 for slept in clock.slept)


# --- tries ---


def test_page_that_is_there_at_the_third_try_is_had(fetcher: Fetcher, clock: Clock, site: Site) -> None:
    site.replies["/a"] = in_turn(plain(b"", status=503), plain(b"", status=502), plain(b"x"))
    assert data(fetcher.fetch(site.url + "/a")) == b"x"
    assert site.asked == ["/a"] * 3
    # half to one and a half times one second, then two
    assert 1.5 <= clock.now - 1_000 <= 4.5


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_three_tries_are_all(status: int, fetcher: Fetcher, site: Site) -> None:
    site.replies["/a"] = plain(b"", status=status)
    with pytest.raises(NotServed, match=f"answered with status {status}: try again later"):
        fetcher.fetch(site.url + "/a")
    assert site.asked == ["/a"] * 3


def test_connection_that_breaks_is_tried_again(fetcher: Fetcher, site: Site) -> None:
    site.replies["/a"] = in_turn(
        raw(b""), raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nx"), plain(b"x")
    )
    assert data(fetcher.fetch(site.url + "/a")) == b"x"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500])
def test_other_failures_are_not_tried_again(status: int, fetcher: Fetcher, clock: Clock, site: Site) -> None:
    site.replies["/a"] = plain(b"", status=status)
    with pytest.raises(NotServed):
        fetcher.fetch(site.url + "/a")
    assert (site.asked, clock.slept) == (["/a"], [])


def test_refusal_of_the_guard_is_not_tried_again(site: Site, clock: Clock) -> None:
    fetcher = Fetcher(clock=clock, sleep=clock.sleep)
    with pytest.raises(FetchRefused, match="not on the public internet"):
        fetcher.fetch(site.url + "/a")
    assert (site.requests, clock.slept) == ([], [])


def test_slow_server_is_asked_once(clock: Clock, site: Site) -> None:
    site.replies["/a"] = raw(b"HTTP/1.1 200 OK\r\n", *[b"x"] * 30, pause_seconds=0.1)
    fetcher = Fetcher(allow_loopback=True, timeout_seconds=0.5, clock=clock, sleep=clock.sleep)
    with pytest.raises(TimedOut):
        fetcher.fetch(site.url + "/a")
    assert (site.asked, clock.slept) == (["/a"], [])


def test_time_that_a_server_names_is_waited_for(fetcher: Fetcher, clock: Clock, site: Site) -> None:
    site.replies["/a"] = in_turn(plain(b"", status=429, Retry_After="30"), plain(b"x"))
    assert data(fetcher.fetch(site.url + "/a")) == b"x"
    assert clock.now == pytest.approx(1_030)


def test_host_that_wants_to_be_left_alone_for_long_is(fetcher: Fetcher, clock: Clock, site: Site) -> None:
    site.replies["/a"] = site.replies["/b"] = plain(b"", status=503, Retry_After="600")
    with pytest.raises(NotServed, match="status 503: try again in 600 seconds") as refusal:
        fetcher.fetch(site.url + "/a")
    assert refusal.value.retry_after_seconds == 600
    clock.now += 100
    with pytest.raises(NotServed, match="wants to be left alone: try again in 500 seconds") as refusal:
        fetcher.fetch(site.url + "/b")
    assert (refusal.value.status, refusal.value.may_pass) == (503, True)
    assert (site.asked, clock.slept) == (["/a"], [])
    site.replies["/b"] = plain(b"x")
    clock.now += 450
    assert data(fetcher.fetch(site.url + "/b")) == b"x"
    assert clock.now == pytest.approx(1_600)


# --- how many at once ---


class Counted:
    """A reply that holds each request until as many have come as are expected, and remembers the most at once."""

    def __init__(self, expected: int) -> None:
        self.most = 0
        self._running = 0
        self._changing = threading.Lock()
        self._all_there = threading.Event()
        self._expected = expected

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        with self._changing:
            self._running += 1
            self.most = max(self.most, self._running)
            if self._running == self._expected:
                self._all_there.set()
        self._all_there.wait(10)
        # whoever is let in too many would come now
        threading.Event().wait(0.05)
        with self._changing:
            self._running -= 1
        plain(b"x")(handler)


def test_two_requests_at_once_to_a_host(fetcher: Fetcher, site: Site) -> None:
    counted = Counted(2)
    addresses = [f"{site.url}/{n}" for n in range(8)]
    site.replies.update({f"/{n}": counted for n in range(8)})
    assert [data(found) for found in fetcher.fetch_all(addresses)] == [b"x"] * 8
    assert counted.most == 2
    assert len(site.requests) == 1 + 8  # robots.txt once, whoever comes first


def test_two_requests_at_once_to_a_host_whoever_asks(fetcher: Fetcher, site: Site) -> None:
    counted = Counted(2)
    site.replies["/a"] = counted
    askers = [threading.Thread(target=fetcher.fetch, args=(site.url + "/a",)) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert (counted.most, len(site.asked)) == (2, 6)


def test_six_requests_at_once_in_all(fetcher: Fetcher, site: Site) -> None:
    counted = Counted(6)
    site.replies["/a"] = counted
    addresses = [f"http://host-{n % 6}.test:{site.port}/a" for n in range(18)]
    halves = [threading.Thread(target=list, args=(fetcher.fetch_all(half),)) for half in (addresses[:9], addresses[9:])]
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    assert (counted.most, len(site.asked)) == (6, 18)


def test_pages_come_in_the_order_asked_and_refusals_among_them(fetcher: Fetcher, site: Site) -> None:
    later = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        later.wait(10)
        plain(b"slow")(handler)

    def fast(handler: BaseHTTPRequestHandler) -> None:
        plain(b"fast")(handler)
        later.set()

    site.replies["/slow"], site.replies["/fast"] = slow, fast
    first, second, third = fetcher.fetch_all([site.url + "/slow", "ftp://example.org/", site.url + "/fast"])
    assert (data(first), data(third)) == (b"slow", b"fast")
    assert isinstance(second, FetchRefused)


def test_no_more_than_six_are_fetched_ahead(fetcher: Fetcher, site: Site) -> None:
    site.replies.update({f"/{n}": plain(b"x") for n in range(30)})
    pages = fetcher.fetch_all(f"{site.url}/{n}" for n in range(30))
    assert [data(next(pages)) for _ in range(3)] == [b"x"] * 3
    pages.close()
    assert len(site.asked) <= 3 + 6


# --- stopping ---


def stop_at(call: int) -> Callable[[], None]:
    calls = 0

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Cancelled("Enough.")

    return stop


def wait_for_fetches() -> None:
    for thread in threading.enumerate():
        if thread.name == "fetch":
            thread.join(10)
            assert not thread.is_alive()


def test_caller_is_free_while_a_server_is_silent(fetcher: Fetcher, site: Site) -> None:
    silence = threading.Event()

    def silent(_handler: BaseHTTPRequestHandler) -> None:
        silence.wait(10)

    site.replies["/a"] = silent
    with pytest.raises(Cancelled, match="Enough"):
        fetcher.fetch(site.url + "/a", stop=stop_at(4))
    assert not silence.is_set()
    silence.set()
    wait_for_fetches()


@pytest.mark.parametrize("wait", ["Retry-After", "Crawl-delay", "back-off"])
def test_waiting_ends_when_nobody_waits_any_more(wait: str, site: Site) -> None:
    """The clock stands still, so that no wait would ever be over."""
    busy = plain(b"", status=503, Retry_After="40") if wait == "Retry-After" else plain(b"", status=503)
    site.replies["/a"] = plain(b"x") if wait == "Crawl-delay" else busy
    site.replies["/robots.txt"] = robots("User-agent: *", "Crawl-delay: 9" if wait == "Crawl-delay" else "")
    a_moment = threading.Event()

    def sleep(_seconds: float) -> None:
        a_moment.wait(0.01)

    fetcher = Fetcher(allow_loopback=True, clock=lambda: 1_000.0, sleep=sleep)
    with pytest.raises(Cancelled, match="Enough"):
        list(fetcher.fetch_all([site.url + "/a"] * 6, stop=stop_at(4)))
    wait_for_fetches()
    assert len(site.asked) <= {"Crawl-delay": 1, "Retry-After": 2, "back-off": 6}[wait]  # of eighteen tries


def test_bug_of_ours_is_told_to_the_caller(site: Site) -> None:
    def broken(_seconds: float) -> None:
        raise ZeroDivisionError

    site.replies["/a"] = plain(b"", status=503)
    with pytest.raises(ZeroDivisionError):
        Fetcher(allow_loopback=True, sleep=broken).fetch(site.url + "/a")


# --- what is known already ---


def test_etag_goes_back_and_what_did_not_change_is_not_sent(
    fetcher: Fetcher, site: Site, store: Store, database: Database
) -> None:
    site.replies["/a"] = unless_known('"7"', plain(b"x", ETag='"7"'))
    validators = StoredValidators(database)
    page = fetcher.fetch(site.url + "/a", validators=validators)
    assert isinstance(page, Page)
    assert isinstance(fetcher.fetch(site.url + "/a", validators=validators), Page)  # not told of it yet
    validators.put(page.url, page.etag, page.last_modified)
    assert fetcher.fetch(site.url + "/a", validators=validators) == NotModified(site.url + "/a")
    assert data(fetcher.fetch(site.url + "/a")) == b"x"


def test_robots_is_never_asked_for_conditionally(
    fetcher: Fetcher, site: Site, store: Store, database: Database
) -> None:
    validators = StoredValidators(database)
    validators.put(site.url + "/robots.txt", '"7"', None)
    site.replies["/robots.txt"] = unless_known('"7"', robots("User-agent: *", "Disallow: /"))
    with pytest.raises(FetchRefused, match="robots"):
        fetcher.fetch(site.url + "/a", validators=validators)


def test_the_oldest_validators_make_room(store: Store, database: Database) -> None:
    validators = StoredValidators(database, max_kept=3)
    for n in (0, 1, 2, 3, 1):
        validators.put(str(n), "e", f"m{n}")
    assert [validators.get(str(n)) for n in range(4)] == [None, ("e", "m1"), ("e", "m2"), ("e", "m3")]
