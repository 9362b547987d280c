"""Addresses in, pages out, with the manners that a stranger owes a site.

At most two requests at once to a host and six in all; what the site's robots.txt forbids is not asked for, and its
Crawl-delay is kept. A request that fails for a reason that may pass is made three times, later each time, and a
host that names a time is left alone until then. What is known already is asked for only if it changed. Every
request of a redirect goes by the same rules, and all of them through `fetch` and its guard.

A fetch has a thread of its own, so that a caller is free within half a second whatever a server does: the thread
then ends by itself, at the latest when `fetch` gives up. Left out: order between callers, and hosts that share an
address.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from index.errors import Cancelled, FetchRefused, NotServed, TimedOut
from index.ingest.fetch import ACCEPTED_TYPES, NotModified, Page, Turn, Validator, fetch
from index.ingest.robots import Robots
from index.ingest.target import Resolver, system_resolver
from index.progress import Stop, go_on

MAX_AT_ONCE = 6
MAX_AT_ONCE_TO_A_HOST = 2
TRIES = 3
MAX_RETRY_AFTER_SECONDS = 60.0
ROBOTS_GOOD_SECONDS = 24 * 3600.0
"""RFC 9309, section 2.4: a robots.txt should not be used for longer than a day."""

ROBOTS_MISSED_SECONDS = 60.0
"""How long a site whose robots.txt cannot be had is asked for nothing: a feed may name fifty pages of a dead one."""

MAX_ROBOTS, MAX_HOSTS = 200, 1_000
"""How many are remembered."""

_STEP_SECONDS = 0.5


class Validators(Protocol):
    """What is known of pages, by address. Any thread may call."""

    def get(self, url: str) -> Validator | None: ...

    def put(self, url: str, etag: str | None, last_modified: str | None) -> None: ...


@dataclass(slots=True)
class _Host:
    """How things stand with a host; times are the clock's."""

    callers: int = 0
    running: int = 0
    next_start: float = 0.0
    quiet_until: float = 0.0
    quiet_status: int | None = None
    """What it answered when it asked to be left alone."""


@dataclass(frozen=True, slots=True)
class _SiteRobots:
    robots: Robots
    good_until: float
    missed: str | None = None
    """Why there are none to go by."""
    missed_status: int | None = None


class _NotAsked(NotServed):
    """Refused here, without a request: asking again at once helps nobody."""


class Fetcher:
    """What is known of hosts between requests. Any thread may call; one for a whole process is best."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        timeout_seconds: float = 15,
        resolve: Resolver = system_resolver,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`allow_loopback` is for tests; `timeout_seconds` bounds one try, waiting apart."""
        self._fetch = partial(fetch, allow_loopback=allow_loopback, timeout_seconds=timeout_seconds, resolve=resolve)
        self._clock = clock
        self._sleep = sleep
        self._changed = threading.Condition()
        # all below only under `_changed`
        self._running = 0
        self._hosts: dict[str, _Host] = {}
        self._robots: dict[str, _SiteRobots] = {}
        self._asking_robots: set[str] = set()

    def fetch(self, address: str, *, validators: Validators | None = None, stop: Stop = go_on) -> Page | NotModified:
        """As `fetch_all`, for one address; raises what stands against it."""
        [found] = self.fetch_all([address], validators=validators, stop=stop)
        if isinstance(found, FetchRefused):
            raise found
        return found

    def fetch_all(
        self, addresses: Iterable[str], *, validators: Validators | None = None, stop: Stop = go_on
    ) -> Generator[Page | NotModified | FetchRefused, None, None]:
        """What is at each address, in their order; at most six are fetched ahead of the one that is given out.

        NotModified comes only for what `validators` knows; they are not told of what was fetched, since only the
        caller knows when it has made use of it.
        """
        given_up = threading.Event()
        ahead: deque[Future[Page | NotModified]] = deque()
        try:
            for address in addresses:
                if len(ahead) == MAX_AT_ONCE:
                    yield _result(ahead.popleft(), stop)
                ahead.append(self._begin(address, validators, given_up))
            while ahead:
                yield _result(ahead.popleft(), stop)
        finally:
            given_up.set()

    def _begin(
        self, address: str, validators: Validators | None, given_up: threading.Event
    ) -> Future[Page | NotModified]:
        future: Future[Page | NotModified] = Future()

        def check() -> None:
            if given_up.is_set():
                raise Cancelled("Nobody waits for this page any more.")

        def work() -> None:
            try:
                future.set_result(self._try(address, partial(self._turn, validators=validators, stop=check), check))
            except BaseException as error:  # whoever waits for the result is told
                future.set_exception(error)

        threading.Thread(target=work, name="fetch", daemon=True).start()  # a process ends without waiting for it
        return future

    def _try(
        self, address: str, turn: Turn, stop: Stop, types: frozenset[str] | None = ACCEPTED_TYPES
    ) -> Page | NotModified:
        """`fetch`, as often as it may help."""
        tries_left = TRIES
        while True:
            tries_left -= 1
            try:
                return self._fetch(address, types=types, turn=turn)
            except NotServed as failure:
                if not tries_left or not _is_worth_another_try(failure):
                    raise
                if not failure.retry_after_seconds:  # else the next turn waits as long
                    self._pause(2 ** (TRIES - tries_left - 1) * random.uniform(0.5, 1.5), stop)  # nosec B311 # no secret

    @contextmanager
    def _turn(self, url: str, validators: Validators | None, stop: Stop) -> Iterator[Validator | None]:
        site = self._site_robots(url, stop)
        if site.missed:
            raise _NotAsked(
                f"{url} is not asked for, because the site's robots.txt, which says whether it may be, cannot be had "
                f"({site.missed}) Try again later.",
                site.missed_status,
            )
        if not site.robots.allows(url):
            raise FetchRefused(
                f"{url} is not for programs to read, as the site's robots.txt says: save the page and add the file."
            )
        with self._slot(url, site.robots.delay_seconds, stop):
            yield None if validators is None else validators.get(url)

    @contextmanager
    def _slot(self, url: str, delay_seconds: float, stop: Stop) -> Iterator[None]:
        """One of the requests that may run at once, when its host is due for it."""
        host = self._enter(urlsplit(url).hostname or "")
        try:
            self._wait_for_slot(url, host, delay_seconds, stop)
            try:
                yield
            except NotServed as failure:
                if failure.retry_after_seconds and failure.may_pass:
                    with self._changed:
                        host.quiet_until = self._clock() + failure.retry_after_seconds
                        host.quiet_status = failure.status
                raise
            finally:
                with self._changed:
                    host.running -= 1
                    self._running -= 1
                    self._changed.notify_all()
        finally:
            with self._changed:
                host.callers -= 1

    def _enter(self, name: str) -> _Host:
        with self._changed:
            if len(self._hosts) >= MAX_HOSTS:
                now = self._clock()
                self._hosts = {
                    name: host
                    for name, host in self._hosts.items()
                    if host.callers or max(host.next_start, host.quiet_until) > now
                }
            host = self._hosts.setdefault(name, _Host())
            host.callers += 1
            return host

    def _wait_for_slot(self, url: str, host: _Host, delay_seconds: float, stop: Stop) -> None:
        while True:
            stop()
            with self._changed:
                now = self._clock()
                if host.quiet_until - now > MAX_RETRY_AFTER_SECONDS:
                    raise _NotAsked(
                        f"{url} is not asked for, because its host wants to be left alone: try again in "
                        f"{host.quiet_until - now:,.0f} seconds.",
                        host.quiet_status,
                        host.quiet_until - now,
                    )
                wait_seconds = max(host.next_start, host.quiet_until) - now
                if wait_seconds <= 0:
                    if host.running < MAX_AT_ONCE_TO_A_HOST and self._running < MAX_AT_ONCE:
                        host.running += 1
                        self._running += 1
                        host.next_start = now + delay_seconds
                        return
                    self._changed.wait(_STEP_SECONDS)
                    continue
            self._sleep(min(wait_seconds, _STEP_SECONDS))

    def _site_robots(self, url: str, stop: Stop) -> _SiteRobots:
        """Those of the site that `url` is on; asked for by one caller while the others wait."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._changed:
            while site in self._asking_robots:
                self._changed.wait(_STEP_SECONDS)
                stop()
            known = self._robots.get(site)
            if known and known.good_until > self._clock():
                return known
            self._asking_robots.add(site)
        try:
            found = self._ask_robots(f"{site}/robots.txt", stop)
            with self._changed:
                if len(self._robots) >= MAX_ROBOTS:
                    del self._robots[next(iter(self._robots))]
                self._robots[site] = found
            return found
        finally:
            with self._changed:
                self._asking_robots.discard(site)
                self._changed.notify_all()

    def _ask_robots(self, url: str, stop: Stop) -> _SiteRobots:
        try:
            page = self._try(url, partial(self._slot, delay_seconds=0.0, stop=stop), stop, types=None)
        except NotServed as failure:
            if failure.may_pass:
                until = self._clock() + ROBOTS_MISSED_SECONDS
                return _SiteRobots(Robots(), until, str(failure), failure.status)
            page = None
        except FetchRefused:
            # What the guard holds against it, it holds against the page too, and says so of that.
            return _SiteRobots(Robots(), self._clock() + ROBOTS_MISSED_SECONDS)
        data = page.data if isinstance(page, Page) else b""
        return _SiteRobots(Robots(data), self._clock() + ROBOTS_GOOD_SECONDS)

    def _pause(self, seconds: float, stop: Stop) -> None:
        until = self._clock() + seconds
        while (left := until - self._clock()) > 0:
            stop()
            self._sleep(min(left, _STEP_SECONDS))


def _result(future: Future[Page | NotModified], stop: Stop) -> Page | NotModified | FetchRefused:
    stop()
    while not future.done():
        wait([future], timeout=_STEP_SECONDS)
        stop()
    try:
        return future.result()
    except FetchRefused as refusal:
        return refusal


def _is_worth_another_try(failure: NotServed) -> bool:
    # A server that took longer than it may is not helped by being asked three times.
    return (
        not isinstance(failure, TimedOut | _NotAsked)
        and failure.status in {None, 429, 502, 503, 504}
        and (failure.retry_after_seconds or 0) <= MAX_RETRY_AFTER_SECONDS
    )
