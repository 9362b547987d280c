"""Behind a proxy: whose word on the client's address and on TLS counts.."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from web_fixtures import running

from assistant.assistant import Assistant
from index.library import Library
from web.app import create_app
from web.http.server import Server
from web.jobs.jobs import Jobs
from web.settings import Settings

TOKEN = "correct-horse-battery"
BY_TLS = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}


@contextmanager
def served(settings: Settings, library: Library, jobs: Jobs) -> Iterator[Server]:
    app = create_app(settings, library, Assistant(library), jobs)
    with running(app, settings.max_request_bytes, settings.trusted_proxy) as server:
        yield server


def sent(server: Server, path: str, headers: dict[str, str], body: str | None = None) -> tuple[int, list[str]]:
    """The status of the reply, and the cookies that it sets."""
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=60)) as connection:
        connection.request("GET" if body is None else "POST", path, body, headers)
        reply = connection.getresponse()
        reply.read()
        return reply.status, reply.headers.get_all("Set-Cookie", [])


@pytest.mark.parametrize(("proxy", "is_believed"), [("127.0.0.1", True), ("192.0.2.200", False), ("", False)])
def test_only_the_trusted_proxy_says_that_a_request_came_by_tls(
    stocked: Library, settings: Settings, jobs: Jobs, proxy: str, is_believed: bool
) -> None:
    with served(replace(settings, api_token=TOKEN, trusted_proxy=proxy), stocked, jobs) as server:
        form = {"Content-Type": "application/x-www-form-urlencoded"} | BY_TLS
        status, cookies = sent(server, "/login", form, f"token={TOKEN}")
        assert status == 303
        assert len(cookies) == 2
        assert all(("Secure" in cookie) is is_believed for cookie in cookies)


def test_guesses_through_the_proxy_count_for_the_client_that_it_names_last(
    stocked: Library, settings: Settings, jobs: Jobs
) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    with served(replace(settings, api_token=TOKEN, trusted_proxy="127.0.0.1"), stocked, jobs) as server:
        for number in range(12):  # what stands before the last entry is the client's own claim
            forged = wrong | {"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.1"}
            assert sent(server, "/api/articles", forged)[0] == (401 if number < 10 else 429)
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert sent(server, "/api/articles", right | {"X-Forwarded-For": "192.0.2.1"})[0] == 429
        assert sent(server, "/api/articles", right | {"X-Forwarded-For": "192.0.2.2"})[0] == 200


def test_without_a_trusted_proxy_a_claimed_address_changes_nothing(
    stocked: Library, settings: Settings, jobs: Jobs
) -> None:
    with served(replace(settings, api_token=TOKEN), stocked, jobs) as server:
        for number in range(12):
            claimed = {"Authorization": "Bearer wrong", "X-Forwarded-For": f"192.0.2.{number}"}
            claimed |= {"Forwarded": f"for=192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"}
            assert sent(server, "/api/articles", claimed)[0] == (401 if number < 10 else 429)
