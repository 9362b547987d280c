"""Every route of the application, as it lists them itself, with every credential, from every origin, in every mode.

Who may use a route is written down here a second time, by hand: a route that is new is the token's holder's alone until
somebody opens it in both places.
"""

import hashlib
import itertools
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from attack_fixtures import Measured
from flask import Flask
from itsdangerous import TimestampSigner
from werkzeug.test import TestResponse

from assistant.assistant import Assistant
from index.library import Library
from index.store.database import Database
from web.app import create_app
from web.jobs.jobs import Jobs
from web.security.access import BROWSER_COOKIE, ROUTES
from web.security.sign_in import TOKEN_COOKIE, SignIn
from web.settings import Settings

TOKEN = "correct-horse-battery"
HOST = "localhost"

OPEN = {"GET /api/health", "GET /login", "POST /login", "POST /logout", "GET /static/<path:filename>"}
VISITORS = {
    "GET /",
    "GET /ask",
    "POST /ask",
    "GET /sheets",
    "GET /strings/<language>",
    "GET /api/openapi.json",
    "POST /api/ask",
    "POST /api/search",
    "POST /api/timeline",
    "GET /timeline",
    "GET /articles/<article_id>",
    "POST /v1/chat/completions",
    "GET /v1/models",
    "GET /api/suggestions",
    "GET /api/articles",
    "GET /api/sources",
    "GET /api/companies",
    "GET /api/articles/<article_id>",
    "GET /api/articles/<article_id>/revisions",
    "GET /api/articles/<article_id>/difference",
    "GET /api/articles/<article_id>/related",
    "GET /api/jobs/<job_id>",
    "GET /api/sessions",
    "GET /api/sessions/<session_id>",
    "PATCH /api/sessions/<session_id>",
    "DELETE /api/sessions/<session_id>",
    "GET /api/sessions/<session_id>/export",
    "POST /api/feedback",
}


def _with_a_changed_signature(signed: str) -> str:
    # not its last letter, of which base64 leaves two bits unused
    at = len(signed) - 10
    return signed[:at] + ("A" if signed[at] != "A" else "B") + signed[at + 1 :]


def _shown(value: str) -> dict[str, str]:
    return {"Cookie": f"{TOKEN_COOKIE}={value}"}


MODES = {
    "open": {},
    "token": {"api_token": TOKEN},
    "read-only": {"api_token": TOKEN, "read_only": True},
    "read-only for all": {"read_only": True},
}
CREDENTIALS: dict[str, Callable[[Database], dict[str, str]]] = {
    "none": lambda _: {},
    "wrong token": lambda _: {"Authorization": "Bearer wrong"},
    "longer token": lambda _: {"Authorization": f"Bearer {TOKEN}x"},
    "empty token": lambda _: {"Authorization": "Bearer "},
    "other scheme": lambda _: {"Authorization": f"Basic {TOKEN}"},
    "no scheme": lambda _: {"Authorization": TOKEN},
    "not ASCII": lambda _: {"Authorization": "Bearer schlüssel"},
    "token as cookie": lambda _: _shown(TOKEN),
    "signed with another": lambda database: _shown(SignIn(database, "another").cookie()),
    "changed signature": lambda database: _shown(_with_a_changed_signature(SignIn(database, TOKEN).cookie())),
    "signed with the token alone": lambda _: _shown(
        TimestampSigner(TOKEN, salt="assistant.signed-in", key_derivation="hmac", digest_method=hashlib.sha256)
        .sign("a")
        .decode()
    ),
    "a browser's cookie": lambda _: {"Cookie": f"{BROWSER_COOKIE}={'a' * 24}"},
    "token": lambda _: {"Authorization": f"Bearer {TOKEN}"},
    "signed in": lambda database: _shown(SignIn(database, TOKEN).cookie()),
}
RIGHT = {"token", "signed in"}
ORIGINS = {
    "a program": {},
    "its page": {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"},
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "a frame without one": {"Origin": "null"},
    "another port": {"Origin": f"http://{HOST}:3000"},
    "a neighbour": {"Sec-Fetch-Site": "same-site"},
    "an old browser's form": {"Origin": "http://localhost.evil.example"},
}
OWN = {"a program", "its page"}
SAFE = {"GET", "HEAD", "OPTIONS"}
ODD = {"HEAD", "OPTIONS", "PUT", "INVENTED"}
"""Methods of which each route is asked with a few credentials and origins: what they reach is the same or nothing."""
PLACES = {
    "article_id": "bridge",
    "job_id": "0123456789abcdef",
    "session_id": "none",
    "story_id": "none",
    "filename": "style.css",
    "language": "en",
}


@dataclass(frozen=True, slots=True)
class Case:
    mode: str
    method: str
    rule: str
    credential: str
    origin: str

    @property
    def may(self) -> bool:
        """As SECURITY.md has it."""
        if self.method not in SAFE and self.origin not in OWN:
            return False
        route = f"{'GET' if self.method == 'HEAD' else self.method} {self.rule}"
        if self.mode == "open" or route in OPEN:
            return True
        if self.mode != "read-only for all" and self.credential in RIGHT:
            return True
        return self.mode.startswith("read-only") and route in VISITORS


@pytest.fixture
def apps(stocked: Library, settings: Settings, jobs: Jobs) -> dict[str, Flask]:
    return {
        name: create_app(replace(settings, **values), stocked, Assistant(stocked), jobs)  # type: ignore[arg-type]  # of a type each
        for name, values in MODES.items()
    }


def test_nobody_gets_further_than_the_route_is_open(
    apps: dict[str, Flask], stocked: Library, measured: Measured
) -> None:
    cases = list(_cases(apps))
    refused = [case for case in cases if not case.may]
    before = _contents(stocked.data_dir)
    for number, case in enumerate(refused):
        with _sent(apps[case.mode], case, number) as reply:
            is_refused = reply.status_code in {401, 403} or (reply.status_code, reply.location) == (303, "/login")
            if case.method in ODD:  # no such method, or a list of those that there are
                is_refused |= reply.status_code in {404, 405} or (case.method == "OPTIONS" and not reply.data)
        assert is_refused, (case, reply.status_code)
    assert _contents(stocked.data_dir) == before
    assert stocked.status().articles == 2
    # last, since these do change something; of each route one of those who may suffices
    allowed = {(case.mode, case.method, case.rule, case.credential): case for case in cases if case.may}
    for number, case in enumerate(allowed.values()):
        with _sent(apps[case.mode], case, number) as reply:
            assert reply.status_code not in {403, 429, 500}, (case, reply.status_code)
            if (case.method, case.rule) != ("POST", "/login"):  # the form is sent without a token here
                assert reply.status_code != 401, case
    assert len(refused) > 5_000
    measured(
        "every route × credential × origin × mode",
        f"{len(refused):,} refused requests, nothing changed; {len(allowed):,} of those who may went through",
    )


def test_every_route_is_entered_and_no_entry_is_left_over(apps: dict[str, Flask]) -> None:
    assert {rule.endpoint for rule in apps["token"].url_map.iter_rules()} == ROUTES.keys()


def test_a_route_that_is_not_entered_is_open_to_nobody(apps: dict[str, Flask]) -> None:
    for name, app in apps.items():
        app.add_url_rule("/api/new", "new", lambda: "secret")
        for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}):
            reply = app.test_client().get("/api/new", headers=headers)
            assert (reply.status_code, b"secret" in reply.data) == (403, False), name


def _cases(apps: dict[str, Flask]) -> Iterator[Case]:
    for mode, app in apps.items():
        rules = list(app.url_map.iter_rules())
        routes = {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - ODD}
        for (method, rule), credential, origin in itertools.product(sorted(routes), CREDENTIALS, ORIGINS):
            yield Case(mode, method, rule, credential, origin)
        odd = itertools.product(
            sorted(ODD),
            sorted({rule.rule for rule in rules}),
            ["none", "wrong token", "token"],
            ["a program", "another site"],
        )
        for method, rule, credential, origin in odd:
            yield Case(mode, method, rule, credential, origin)


def _sent(app: Flask, case: Case, number: int) -> TestResponse:
    path = re.sub(r"<(?:path:)?(\w+)>", lambda found: PLACES[found[1]], case.rule)
    client = app.test_client(use_cookies=False)
    body = None if case.method in SAFE or not path.startswith(("/api/", "/v1/")) else _body(path)
    return client.open(
        path,
        base_url=f"http://{HOST}",
        method=case.method,
        json=body,
        headers=CREDENTIALS[case.credential](app.extensions["services"].library.database) | ORIGINS[case.origin],
        environ_base={"REMOTE_ADDR": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"},
    )


def _body(path: str) -> dict[str, object]:
    """One that nothing comes of: what is asked, added or renamed is not there."""
    empty = {"/api/ask": "question", "/api/search": "query", "/api/timeline": "topic", "/api/stories": "topic"}
    if path in empty:
        return {empty[path]: ""}
    return {"url": "http://127.0.0.1/"} if path == "/api/articles/preview" else {}


def _contents(data: Path) -> str:
    """A hash of all that is stored."""
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()
