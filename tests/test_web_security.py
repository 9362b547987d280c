"""Signing in; the hosts that are served; guesses at the token; headers. What each route is open to is
`attack/test_every_route.py`'s.
"""

import inspect
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assistant.assistant import Assistant
from index.library import Library
from index.store.database import Database
from index.store.sqlite import SqliteDatabase
from web.app import create_app
from web.jobs.jobs import Jobs
from web.security.access import is_token
from web.security.sign_in import TOKEN_COOKIE, SignIn
from web.services import HOLDERS_PLACES, MAX_RUNNING, MAX_WAITING, Gate
from web.settings import Settings

TOKEN = "correct-horse-battery"


@pytest.fixture
def stocked(library: Library) -> Library:
    """Empty: what is refused does not depend on what is stored."""
    return library


@pytest.fixture
def guarded(stocked: Library, settings: Settings, jobs: Jobs) -> Flask:
    return create_app(replace(settings, api_token=TOKEN), stocked, Assistant(stocked), jobs)


def test_health_and_static_files_never_need_the_token(guarded: Flask) -> None:
    client = guarded.test_client()
    assert client.get("/api/health").status_code == 200
    with client.get("/static/style.css") as reply:
        assert reply.status_code == 200


def test_the_page_sends_to_a_login_that_sets_a_cookie(guarded: Flask) -> None:
    client = guarded.test_client()
    reply = client.get("/")
    assert (reply.status_code, reply.location) == (303, "/login")
    assert client.get("/login").status_code == 200
    wrong = client.post("/login", data={"token": "wrong"})
    assert wrong.status_code == 401
    assert "Set-Cookie" not in wrong.headers
    right = client.post("/login", data={"token": TOKEN}, headers={"Origin": "http://localhost"})
    assert (right.status_code, right.location) == (303, "/")
    cookie = right.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    assert "Secure" not in cookie
    assert client.get("/").status_code == 200
    assert client.get("/api/sessions").status_code == 200


def test_who_has_signed_out_is_asked_again(guarded: Flask) -> None:
    client = guarded.test_client()
    client.post("/login", data={"token": TOKEN})
    reply = client.post("/logout")
    assert (reply.status_code, reply.location) == (303, "/login")
    assert client.get("/api/sessions").status_code == 401


def test_behind_tls_no_cookie_is_sent_without_it(guarded: Flask) -> None:
    client = guarded.test_client()
    reply = client.post("/login", data={"token": TOKEN}, base_url="https://localhost")
    cookies = reply.headers.getlist("Set-Cookie")
    assert len(cookies) == 2  # who signed in, and which browser
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite" in cookie for cookie in cookies)


def test_a_cookie_is_void_after_thirty_days_with_another_token_and_on_another_database(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in = SignIn(database, TOKEN)
    cookie = sign_in.cookie()
    assert sign_in.accepts(cookie)
    assert SignIn(database, TOKEN).accepts(cookie)  # another server's, or after a new start
    assert not SignIn(database, "another").accepts(cookie)
    assert not SignIn(database, "").accepts(SignIn(database, "").cookie())
    assert not sign_in.accepts(cookie.swapcase())
    with closing(SqliteDatabase(tmp_path / "other.db")) as other:  # so a guess at the token alone makes none
        assert not SignIn(other, TOKEN).accepts(cookie)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    assert not sign_in.accepts(cookie)


def test_after_ten_wrong_tokens_no_token_from_there_is_looked_at(guarded: Flask, stocked: Library) -> None:
    client = guarded.test_client()
    for guess in range(10):
        headers = {"Authorization": f"Bearer {guess}"}
        assert client.get(f"/api/articles?q={guess}", headers=headers).status_code == 401
    right = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.7", "Forwarded": "for=192.0.2.7"}
    reply = client.get("/api/articles", headers=right)
    assert reply.status_code == 429
    assert 0 < int(reply.headers["Retry-After"]) <= 60
    assert client.post("/login", data={"token": TOKEN}).status_code == 429
    assert client.get("/api/health", headers=right).status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/api/articles", headers=right, environ_base=elsewhere).status_code == 200
    client.set_cookie(TOKEN_COOKIE, SignIn(stocked.database, TOKEN).cookie())  # nobody guesses one
    assert client.get("/api/articles").status_code == 200


def test_visitors_have_so_many_questions_a_minute_and_who_has_the_token_any_number(
    stocked: Library, settings: Settings, jobs: Jobs
) -> None:
    shown = replace(settings, api_token=TOKEN, read_only=True, visitor_questions=3)
    app = create_app(shown, stocked, Assistant(stocked), jobs)
    for path, body in (("/api/ask", {"question": "Tide?"}), ("/api/search", {"query": "tide"})):
        environ = {"REMOTE_ADDR": f"192.0.2.{len(path)}"}
        for number in range(5):  # each without a cookie, as another visitor
            reply = app.test_client().post(path, json=body, environ_base=environ, headers={"X-Real-IP": str(number)})
            assert reply.status_code == (200 if number < 3 else 429), path
        assert 0 < int(reply.headers["Retry-After"]) <= 20
        holder = {"Authorization": f"Bearer {TOKEN}"}
        assert app.test_client().post(path, json=body, environ_base=environ, headers=holder).status_code == 200
    form = app.test_client().post("/ask", data={"question": "Tide?"}, environ_base={"REMOTE_ADDR": "192.0.2.8"})
    assert form.status_code == 429
    assert "Too many questions" in form.text


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}]
)
def test_its_own_page_and_programs_may(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/api/search", json={"query": "bridge"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("LOCALHOST", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:8000", 403),
        ("[broken", 403),
    ],
)
def test_on_loopback_only_this_machines_names_are_served(client: FlaskClient, host: str, status: int) -> None:
    for path in ("/api/health", "/api/articles", "/"):
        reply = client.get(path, headers={"Host": host})
        assert reply.status_code in {status, 400 if status == 403 else status}


def test_the_names_that_are_set_are_served_too_and_beyond_loopback_no_other(
    stocked: Library, settings: Settings, jobs: Jobs
) -> None:
    for host, own in (("127.0.0.1", 200), ("0.0.0.0", 403)):
        named = replace(settings, host=host, host_names=("news.example",), api_token=TOKEN)
        client = create_app(named, stocked, Assistant(stocked), jobs).test_client()
        assert client.get("/api/health", headers={"Host": "News.example:443"}).status_code == 200
        assert client.get("/api/health", headers={"Host": "evil.example"}).status_code == 403
        assert client.get("/api/health", headers={"Host": "localhost"}).status_code == own


def test_beyond_loopback_the_name_is_not_known_and_the_token_decides(
    stocked: Library, settings: Settings, jobs: Jobs
) -> None:
    open_ = replace(settings, host="0.0.0.0", api_token=TOKEN)
    client = create_app(open_, stocked, Assistant(stocked), jobs).test_client()
    assert client.get("/api/health", headers={"Host": "news.example"}).status_code == 200
    assert client.get("/api/articles", headers={"Host": "news.example"}).status_code == 401


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/nothing", "/nothing", "/static/style.css"])
def test_every_reply_tells_the_browser_to_load_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    with client.get(path) as reply:
        headers = reply.headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    # the page has a form, which under no-referrer a browser sends with "Origin: null"
    assert headers["Referrer-Policy"] == ("same-origin" if path == "/" else "no-referrer")


def test_the_login_form_keeps_its_origin(guarded: Flask) -> None:
    assert guarded.test_client().get("/login").headers["Referrer-Policy"] == "same-origin"


def test_suggestions_have_a_rate_of_their_own(stocked: Library, settings: Settings, jobs: Jobs) -> None:
    shown = replace(settings, api_token=TOKEN, read_only=True, visitor_questions=3)
    client = create_app(shown, stocked, Assistant(stocked), jobs).test_client()
    assert [client.get("/api/suggestions").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert client.post("/api/search", json={"query": "tide"}).status_code == 200


def test_a_visitor_has_so_many_requests_of_any_kind_a_minute(
    stocked: Library, settings: Settings, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.security.guard.VISITOR_REQUESTS", 3)
    shown = replace(settings, api_token=TOKEN, read_only=True)
    client = create_app(shown, stocked, Assistant(stocked), jobs).test_client()
    assert [client.get(path).status_code for path in ("/", "/nothing", "/api/articles", "/nothing")] == [
        200,
        404,
        200,
        429,
    ]
    assert client.get("/nothing", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_health_tells_of_feeds_to_the_holder_alone(stocked: Library, settings: Settings, jobs: Jobs) -> None:
    feeds = ("https://news.example/secret-path/feed",)
    client = create_app(
        replace(settings, api_token=TOKEN, feeds=feeds), stocked, Assistant(stocked), jobs
    ).test_client()
    assert "secret-path" not in client.get("/api/health").text
    assert "secret-path" in client.get("/api/health", headers={"Authorization": f"Bearer {TOKEN}"}).text


def test_who_may_try_no_token_learns_nothing_from_health(stocked: Library, settings: Settings, jobs: Jobs) -> None:
    feeds = ("https://news.example/secret-path/feed",)
    client = create_app(
        replace(settings, api_token=TOKEN, feeds=feeds), stocked, Assistant(stocked), jobs
    ).test_client()
    for guess in range(10):
        assert client.get("/api/health", headers={"Authorization": f"Bearer {guess}"}).status_code == 200
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert "secret-path" not in client.get("/api/health", headers=right).text


def test_the_token_is_compared_in_constant_time() -> None:
    """By its source: no clock tells it apart on a busy machine."""
    assert "hmac.compare_digest(" in inspect.getsource(is_token)


def test_who_tries_too_often_to_sign_in_is_told_on_the_page(guarded: Flask) -> None:
    client = guarded.test_client()
    replies = [client.post("/login", data={"token": "wrong"}) for _ in range(11)]
    assert [reply.status_code for reply in replies] == [401] * 10 + [429]
    assert '<p role="alert">Too many wrong tokens came from here.' in replies[-1].text
    assert int(replies[-1].headers["Retry-After"]) > 0


def test_a_token_may_be_pasted_with_blanks_around_it(guarded: Flask) -> None:
    assert guarded.test_client().post("/login", data={"token": f" {TOKEN}\n"}).status_code == 303


def test_visitors_leave_places_to_who_has_the_token(stocked: Library, settings: Settings, jobs: Jobs) -> None:
    app = create_app(replace(settings, api_token=TOKEN, read_only=True), stocked, Assistant(stocked), jobs)
    gate = Gate(max_running=MAX_RUNNING + MAX_WAITING, max_waiting=0)
    services = app.extensions["services"]
    app.extensions["services"] = replace(services, gate=gate)
    gate.running = MAX_RUNNING + MAX_WAITING - HOLDERS_PLACES
    client = app.test_client()
    assert client.post("/api/search", json={"query": "tide"}).status_code == 503
    assert (
        client.post("/api/search", json={"query": "tide"}, headers={"Authorization": f"Bearer {TOKEN}"}).status_code
        == 200
    )
