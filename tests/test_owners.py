"""Whose conversations are whose: a browser's are its own, programs' are the token's, without a token all are shared."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fixtures import reply_json

from assistant.answer import Question
from assistant.assistant import Assistant
from index.library import Library
from web.app import create_app
from web.conversations.conversations import Conversations
from web.jobs.jobs import Jobs
from web.settings import Settings

TOKEN = "correct-horse-battery"
HOLDER = {"Authorization": f"Bearer {TOKEN}"}
LOST = 'role="alert"><p>The server no longer has the earlier conversation'
QUESTION = {"question": "When did the Zephyr bridge in Oldport open?"}

Made = Callable[..., Flask]


@pytest.fixture
def made(stocked: Library, settings: Settings, jobs: Jobs) -> Made:
    return lambda **values: create_app(replace(settings, **values), stocked, Assistant(stocked), jobs)


def browser(app: Flask) -> FlaskClient:
    """One that has signed in and opened the page."""
    client = app.test_client()
    assert client.post("/login", data={"token": TOKEN}).status_code == 303
    assert client.get("/").status_code == 200
    return client


def asked(client: FlaskClient, **headers: str) -> dict[str, str]:
    reply = reply_json(client.post("/api/ask", json=QUESTION, headers=headers))
    return {name: reply[name] for name in ("session_id", "message_id")}


def listed(client: FlaskClient, **headers: str) -> list[str]:
    return [one["id"] for one in reply_json(client.get("/api/sessions", headers=headers))["sessions"]]


def check_closed(client: FlaskClient, ids: dict[str, str], **headers: str) -> None:
    """Nothing of the conversation is found, used, changed or told of."""
    path = f"/api/sessions/{ids['session_id']}"
    on = QUESTION | {"session_id": ids["session_id"]}
    for method, address, body in (
        ("GET", path, None),
        ("GET", f"{path}/export", None),
        ("GET", f"/api/suggestions?message_id={ids['message_id']}", None),
        ("PATCH", path, {"title": "Mine"}),
        ("DELETE", path, None),
        ("POST", "/api/ask", on),
        ("POST", "/api/ask", on | {"replaces": ids["message_id"]}),
        ("POST", "/api/feedback", {"message_id": ids["message_id"], "is_positive": False}),
    ):
        reply = client.open(address, method=method, json=body, headers=headers)
        assert reply.status_code == 404, (method, address)
        assert "no conversation" in reply.text or "no message" in reply.text
    assert ids["session_id"] not in listed(client, **headers)


def test_without_a_token_all_who_use_this_machine_share_their_conversations(made: Made) -> None:
    app = made()
    first, second = app.test_client(), app.test_client()
    first.get("/")
    ids = asked(first)
    assert listed(second) == [ids["session_id"]]
    assert "Set-Cookie" not in first.get("/").headers


def test_a_browser_finds_its_own_and_the_tokens_and_nobody_elses(made: Made) -> None:
    app = made(api_token=TOKEN)
    one, other, program = browser(app), browser(app), app.test_client(use_cookies=False)
    ids = asked(one)
    of_program = asked(program, **HOLDER)
    assert listed(one) == [of_program["session_id"], ids["session_id"]]
    check_closed(other, ids)
    check_closed(program, ids, **HOLDER)
    assert listed(program, **HOLDER) == [of_program["session_id"]]
    assert one.post("/logout").status_code == 303
    assert one.post("/login", data={"token": TOKEN}).status_code == 303
    assert ids["session_id"] in listed(one)


def test_each_visitor_has_conversations_of_his_own_also_one_that_keeps_no_cookie(made: Made) -> None:
    app = made(api_token=TOKEN, read_only=True)
    one, other = app.test_client(), app.test_client()
    ids = asked(one)  # the reply sets the cookie
    assert listed(one) == [ids["session_id"]]
    check_closed(other, ids)
    check_closed(app.test_client(use_cookies=False), ids)
    check_closed(browser(app), ids)
    of_holder = asked(app.test_client(use_cookies=False), **HOLDER)
    assert listed(one) == [ids["session_id"]]
    check_closed(one, of_holder)


def test_the_plain_form_goes_on_in_no_conversation_of_somebody_else(made: Made) -> None:
    app = made(api_token=TOKEN, read_only=True)
    one, other = app.test_client(), app.test_client()
    ids = asked(one)
    assert LOST in other.post("/ask", data=QUESTION | ids).text
    assert len(listed(other)) == 1
    assert ids["session_id"] not in listed(other)
    assert LOST not in one.post("/ask", data=QUESTION | ids).text


def test_what_was_said_before_signing_in_is_there_after_it(made: Made) -> None:
    client = made(api_token=TOKEN, read_only=True).test_client()
    ids = asked(client)
    client.post("/login", data={"token": TOKEN})
    assert listed(client) == [ids["session_id"]]
    later = asked(client)
    client.post("/logout")
    assert listed(client) == [ids["session_id"]]
    check_closed(client, later)


def test_when_the_token_is_taken_away_a_browser_still_finds_what_it_began(made: Made) -> None:
    client = browser(made(api_token=TOKEN))
    ids = asked(client)
    cookie = client.get_cookie("assistant_browser")
    assert cookie is not None
    local = made().test_client()
    assert listed(local) == []
    local.set_cookie("assistant_browser", cookie.value)
    assert listed(local) == [ids["session_id"]]


@pytest.mark.parametrize("cookie", ["", "short", "a b" * 10, "x" * 65, "ü" * 24, "visitor aaaaaaaaaaaaaaaa"])
def test_a_cookie_that_no_server_gave_is_replaced(made: Made, cookie: str) -> None:
    client = made(api_token=TOKEN, read_only=True).test_client()
    reply = client.get("/", headers={"Cookie": f"assistant_browser={cookie}"})
    set_cookie = reply.headers["Set-Cookie"]
    assert set_cookie.startswith("assistant_browser=")
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie


def test_who_has_many_conversations_loses_his_own_oldest_and_visitors_together_theirs(
    stocked: Library,
) -> None:
    kept = Conversations(stocked.database, max_sessions=2, max_visitors_sessions=3)
    answer = Assistant(stocked).ask(Question(QUESTION["question"]))
    ours = [kept.append(None, answer, {})["session_id"] for _ in range(2)]
    for name in ("visitor a", "visitor b"):
        mine = kept.of(name, {name})
        ids = [mine.append(None, answer, {})["session_id"] for _ in range(3)]
        assert [one["id"] for one in mine.list()["sessions"]] == ids[:0:-1]
    assert len(kept.of("", {"visitor a", "visitor b"}).list()["sessions"]) == 3
    assert [one["id"] for one in kept.list()["sessions"]] == ours[::-1]
