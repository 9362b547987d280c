"""Requests that are not acted on: one shape, the right status, and nothing of the server's inside."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assistant.answer import Answer, Question
from assistant.assistant import Assistant
from index.errors import ModelFault
from index.library import Library
from web.app import create_app
from web.jobs.jobs import Jobs
from web.schemas.replies import ErrorReply
from web.settings import Settings

ASK = {"question": "Who?"}


@pytest.fixture
def stocked(library: Library) -> Library:
    """Empty: no request here gets as far as an article."""
    return library


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "question"),
        ({"question": ""}, "question"),
        ({"question": " \n\t"}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"question": 5}, "question"),
        ({"question": "half a pair: \ud800"}, "question"),
        (ASK | {"top_k": 0}, "top_k"),
        (ASK | {"top_k": 51}, "top_k"),
        (ASK | {"top_k": 10**9}, "top_k"),
        (ASK | {"top_k": "5"}, "top_k"),
        (ASK | {"top_k": float("nan")}, "top_k"),
        (ASK | {"stream": "yes"}, "stream"),
        (ASK | {"colour": "red"}, "colour"),
        (ASK | {"filters": {"after": "2023-02-30"}}, "filters.after"),
        (ASK | {"filters": {"after": "last week"}}, "filters.after"),
        (ASK | {"filters": {"after": 1700000000}}, "filters.after"),
        (ASK | {"filters": {"after": "2023-02-02", "before": "2023-02-01"}}, "filters"),
        (ASK | {"filters": {"source": "BBC"}}, "filters.source"),
        (ASK | {"filters": {"source": ["x"] * 51}}, "filters.source"),
        (ASK | {"filters": {"author": ["x" * 301]}}, "filters.author.0"),
        (ASK | {"filters": {"language": ["en"]}}, "filters.language"),
    ],
)
def test_a_value_that_breaks_the_schema_is_422_and_names_its_field(
    client: FlaskClient, body: dict[str, Any], field: str
) -> None:
    error = _error(client.post("/api/ask", json=body), 422)
    assert (error["code"], error["field"]) == ("invalid", field)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (ASK | {"top_k": 51}, "it is 51"),
        (ASK | {"filters": {"after": "last week"}}, "it is 'last week'"),
        ({"question": "x" * 100_000}, "...xxx"),
        (ASK | {"y" * 100_000: 1}, "it is 1"),
    ],
)
def test_the_message_shows_the_value_and_never_a_long_one_whole(
    client: FlaskClient, body: dict[str, Any], shown: str
) -> None:
    message = _error(client.post("/api/ask", json=body), 422)["message"]
    assert shown in message
    assert len(message) < 300


def test_a_whole_number_may_be_written_with_a_point(client: FlaskClient) -> None:
    assert client.post("/api/search", json={"query": "comet", "top_k": 3.0}).status_code == 200
    _error(client.post("/api/search", json={"query": "comet", "top_k": 3.5}), 422)


def test_null_stands_for_an_optional_value_that_is_not_given(client: FlaskClient) -> None:
    body = ASK | {"session_id": None, "filters": {"after": None, "before": None, "source": None}}
    assert client.post("/api/ask", json=body).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe{}", b'{"question": Who}', b"[" * 100_000])
def test_what_is_not_json_is_400(client: FlaskClient, body: bytes) -> None:
    assert _error(client.post("/api/ask", data=body, content_type="application/json"), 400)["code"] == "bad_request"


@pytest.mark.parametrize("body", [b'"{}"', b"[]", b"null", b"3"])
def test_json_that_is_no_object_is_422(client: FlaskClient, body: bytes) -> None:
    _error(client.post("/api/ask", data=body, content_type="application/json"), 422)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_another_type_is_415(client: FlaskClient, content_type: str | None) -> None:
    _error(client.post("/api/ask", data=b'{"question": "Who?"}', content_type=content_type), 415)


def test_a_long_type_is_not_repeated_whole(client: FlaskClient) -> None:
    message = _error(client.post("/api/ask", data=b"{}", content_type=f"text/{'x' * 200_000}"), 415)["message"]
    assert "'text/xxx" in message
    assert len(message) < 150


def test_a_question_of_a_megabyte_is_413(client: FlaskClient) -> None:
    error = _error(client.post("/api/ask", json={"question": "x" * 1_100_000}), 413)
    assert error["message"] == "The body is too large: at most 1,000,000 bytes are taken here."


def test_an_upload_above_the_limit_is_413(client: FlaskClient) -> None:
    body, form = b"x" * 1_200_000, "multipart/form-data; boundary=x"
    error = _error(client.post("/api/articles", data=body, content_type=form), 413)
    assert "at most 1 MB are taken at once (ASSISTANT_MAX_UPLOAD_MB)" in error["message"]


def test_a_form_of_too_many_parts_is_413_and_not_said_to_be_too_large(client: FlaskClient) -> None:
    fields = {f"x{n}": "x" for n in range(1_001)}
    reply = client.post("/api/articles", data=fields, content_type="multipart/form-data")
    assert "MB" not in _error(reply, 413)["message"]


@pytest.mark.parametrize(
    "path",
    ["/api/nothing", "/api/articles/none", "/api/articles/..", "/api/jobs/none", "/api/sessions/none", "/api/"],
)
def test_what_is_not_there_is_404(client: FlaskClient, path: str) -> None:
    assert _error(client.get(path), 404)["code"] == "not_found"


def test_a_long_id_is_not_repeated_whole(client: FlaskClient) -> None:
    for kind in ("articles", "jobs", "sessions"):
        assert len(_error(client.get(f"/api/{kind}/{'x' * 5_000}"), 404)["message"]) < 150


def test_an_unknown_conversation_is_404(client: FlaskClient) -> None:
    _error(client.post("/api/ask", json=ASK | {"session_id": "none"}), 404)


@pytest.mark.parametrize("path", ["/api/ask", "/api/search", "/api/index/rebuild"])
def test_another_method_is_405_and_says_which_is_allowed(client: FlaskClient, path: str) -> None:
    reply = client.get(path)
    assert _error(reply, 405)["code"] == "method_not_allowed"
    assert "POST" in reply.headers["Allow"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many", f"q={'x' * 301}"])
def test_a_bad_query_is_422(client: FlaskClient, query: str) -> None:
    _error(client.get(f"/api/articles?{query}"), 422)


@pytest.mark.parametrize("cursor", ["bm9uc2Vuc2U", "%00", "é"])
def test_a_cursor_that_was_never_given_is_422(client: FlaskClient, cursor: str) -> None:
    assert _error(client.get("/api/articles", query_string={"cursor": cursor}), 422)["field"] == "cursor"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "no text"},
        {"text": ""},
        {"text": "x", "colour": "red"},
        {"articles": []},
        {"articles": [{"title": "no text"}]},
        {"articles": [{"text": "x"}], "url": "https://example.org"},
        {"url": 5},
        {"url": ""},
        {"text": " "},
        {"text": "x", "published_at": "yesterday"},
        {"text": "x", "url": "ftp://example.org/x"},
        {"text": "x", "id": "no good id"},
    ],
)
def test_an_article_that_breaks_the_schema_is_422(client: FlaskClient, body: dict[str, Any]) -> None:
    _error(client.post("/api/articles", json=body), 422)


def test_a_form_without_a_file_is_422(client: FlaskClient) -> None:
    multipart = "multipart/form-data"
    assert _error(client.post("/api/articles", data={"x": "1"}, content_type=multipart), 422)["field"] == "x"
    empty = {"file": (io.BytesIO(b""), "")}
    _error(client.post("/api/articles", data=empty, content_type=multipart), 422)


def test_pages_outside_the_api_answer_in_their_own_way(client: FlaskClient) -> None:
    reply = client.get("/nothing")
    assert (reply.status_code, reply.mimetype) == (404, "text/html")


class _Failing(Assistant):
    def __init__(self, library: Library, error: Exception) -> None:
        super().__init__(library)
        self._error = error

    def ask(self, question: Question) -> Answer:
        raise self._error


def test_a_bug_is_500_without_its_details(
    stocked: Library, settings: Settings, jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings, stocked, _Failing(stocked, RuntimeError("secret detail")), jobs)
    error = _error(app.test_client().post("/api/ask", json=ASK), 500)
    assert "secret detail" not in error["message"]
    assert "secret detail" in caplog.text


def test_a_missing_model_is_503_with_the_words_for_it(stocked: Library, settings: Settings, jobs: Jobs) -> None:
    app: Flask = create_app(settings, stocked, _Failing(stocked, ModelFault("The model is missing.")), jobs)
    assert _error(app.test_client().post("/api/ask", json=ASK), 503)["message"] == "The model is missing."


def _error(reply: Any, status: int) -> dict[str, str]:
    assert reply.status_code == status, reply.data
    assert reply.mimetype == "application/json"
    ErrorReply.model_validate(reply.json, strict=True)
    error: dict[str, str] = reply.json["error"]
    assert error["message"]
    return error
