"""Who may do what: every route with no token, a wrong one and from another site; hosts; headers."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assistant.assistant import Assistant
from index.library import Library
from web.app import create_app
from web.jobs import Jobs
from web.settings import Settings

TOKEN = "correct-horse-battery"
CHANGES = [
    ("POST", "/api/ask", {"question": "Who cut the ribbon?"}),
    ("POST", "/api/search", {"query": "bridge"}),
    ("POST", "/api/articles", {"text": "Planted."}),
    ("POST", "/api/articles/preview", {"text": "Looked at."}),
    ("DELETE", "/api/articles/bridge", None),
    ("POST", "/api/articles/bridge/restore", {}),
    ("POST", "/api/index/rebuild", {}),
    ("DELETE", "/api/jobs/none", None),
    ("DELETE", "/api/sessions/none", None),
    ("PATCH", "/api/sessions/none", {"title": "Tide"}),
    ("POST", "/api/feedback", {"message_id": "none", "is_positive": True}),
]
READS = [
    "/api/articles",
    "/api/articles/bridge",
    "/api/articles/bridge/related",
    "/api/sources",
    "/api/jobs/none",
    "/api/sessions",
    "/api/sessions/none/export",
    "/api/feedback",
    "/api/openapi.json",
]


@pytest.fixture
def stocked(library: Library) -> Library:
    """Empty: what is refused does not depend on what is stored."""
    return library


@pytest.fixture
def guarded(stocked: Library, settings: Settings, jobs: Jobs) -> Flask:
    return create_app(replace(settings, api_token=TOKEN), stocked, Assistant(stocked), jobs)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer schlüssel"},
        {"Cookie": f"assistant_token={TOKEN}"},
        {"Cookie": "assistant_token="},
    ],
)
def test_nothing_is_read_or_changed_without_the_token(
    guarded: Flask, stocked: Library, headers: dict[str, str]
) -> None:
    before = stocked.status()
    for method, path, body in CHANGES + [("GET", path, None) for path in READS]:
        reply = guarded.test_client().open(path, method=method, json=body, headers=headers)
        assert reply.status_code == 401, path
        assert (reply.json or {})["error"]["code"] == "token_required"
    assert stocked.status() == before


def test_the_token_opens_everything(guarded: Flask) -> None:
    client = guarded.test_client()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for method, path, body in CHANGES:
        assert client.open(path, method=method, json=body, headers=headers).status_code in {200, 202, 204, 404}
    assert client.get("/api/sessions", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


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
    assert client.get("/").status_code == 200
    assert client.get("/api/sessions").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_changes_nothing(client: FlaskClient, stocked: Library, headers: dict[str, str]) -> None:
    before = stocked.status()
    for method, path, body in CHANGES:
        assert client.open(path, method=method, json=body, headers=headers).status_code == 403, path
    assert stocked.status() == before


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
