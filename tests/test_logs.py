"""What is logged of a request, in which form, and what is not: no question at the default level."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from web.monitoring.logs import OWN, request_id, set_up_logging

QUESTION = "When did the Zephyr bridge in Oldport open?"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers[:], root.level = before
    for name in OWN:
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_one_line_with_the_id_that_its_reply_has(client: FlaskClient) -> None:
    stream = io.StringIO()
    set_up_logging("info", stream)
    reply = client.post("/api/ask", json={"question": QUESTION})
    (line,) = lines(stream)
    assert {name: line[name] for name in ("level", "logger", "message", "method", "route", "status", "caller")} == {
        "level": "info",
        "logger": "web.monitoring.request_log",
        "message": "request",
        "method": "POST",
        "route": "/api/ask",
        "status": 200,
        "caller": "this machine",
    }
    assert line["request_id"] == reply.headers["X-Request-ID"]
    assert isinstance(line["ms"], int)


def test_by_default_neither_questions_nor_ids_nor_what_only_reads_is_logged(client: FlaskClient) -> None:
    stream = io.StringIO()
    set_up_logging("info", stream)
    session_id = client.post("/api/ask", json={"question": QUESTION}).json["session_id"]  # type: ignore[index]
    client.post("/ask", data={"question": QUESTION})
    client.post("/api/search", json={"query": QUESTION})
    client.get(f"/api/sessions/{session_id}")
    client.get(f"/api/sessions?q={QUESTION}")
    client.delete(f"/api/sessions/{session_id}")
    client.get("/api/articles/secret-article")
    logged = stream.getvalue()
    assert [line["route"] for line in lines(stream)] == [
        "/api/ask",
        "/ask",
        "/api/search",
        "/api/sessions/<session_id>",
        "/api/articles/<article_id>",
    ]
    assert "Zephyr" not in logged
    assert str(session_id) not in logged
    assert "secret-article" not in logged


def test_at_debug_are_all_requests_and_the_questions(client: FlaskClient) -> None:
    stream = io.StringIO()
    set_up_logging("debug", stream)
    client.post("/api/ask", json={"question": QUESTION})
    client.get("/api/health")
    logged = lines(stream)
    assert [line["question"] for line in logged if line["logger"] == "web.services"] == [QUESTION]
    assert [line["route"] for line in logged if line["message"] == "request"] == ["/api/ask", "/api/health"]


def test_a_failure_has_its_trace_on_the_same_line_and_the_id_that_is_told(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    set_up_logging("info", stream)
    monkeypatch.setattr("web.services.Services.keep", lambda *_: 1 / 0)
    reply = client.post("/api/ask", json={"question": QUESTION})
    failure, request = lines(stream)
    assert "ZeroDivisionError" in str(failure["exception"])
    assert failure["message"] == "POST /api/ask failed"
    assert (failure["request_id"], request["status"]) == (request["request_id"], 500)
    assert str(failure["request_id"]) in reply.text


def test_on_a_terminal_lines_are_for_people_and_line_breaks_forge_none() -> None:
    stream = Terminal()
    set_up_logging("info", stream)
    request_id.set(None)
    logging.getLogger("web.test").warning("found", extra={"address": "192.0.2.1\nforged line", "status": 401})
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r"WARNING web.test: found address=192.0.2.1\nforged line status=401")


def test_of_libraries_only_warnings_are_logged() -> None:
    stream = io.StringIO()
    set_up_logging("debug", stream)
    logging.getLogger("httpx").info("GET https://example.org/?q=secret")
    logging.getLogger("httpx").warning("slow")
    assert [line["message"] for line in lines(stream)] == ["slow"]


def test_a_trace_on_a_terminal_forges_no_line_either() -> None:
    stream = Terminal()
    set_up_logging("info", stream)
    try:
        raise ValueError("bad \x1b[2J\n2026-01-01 INFO web: signed in")
    except ValueError:
        logging.getLogger("web.test").exception("failed")
    first, *trace = stream.getvalue().splitlines()
    assert first.endswith("failed")
    assert all(line.startswith("  ") for line in trace)
    assert "\x1b" not in stream.getvalue()
