"""What only a real server shows: streams, limits before a body is read, clients that leave, an orderly end."""

import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from email.message import Message
from typing import Any, NamedTuple

import pytest
from flask import Flask

from assistant.answer import Answer, Delta, Event, Question, ReadOut, Sources
from assistant.assistant import Assistant
from index.errors import ModelFault
from index.library import Library
from web.app import create_app
from web.errors import Busy, CannotListen, UnknownSession
from web.http.server import Server, bind
from web.jobs.jobs import Jobs
from web.schemas.replies import AnswerReply
from web.services import MAX_RUNNING, MAX_WAITING
from web.settings import Settings

Serve = Callable[[Flask], Server]
ASK = json.dumps({"question": "When did the Zephyr bridge in Oldport open?", "stream": True})
JSON = {"Content-Type": "application/json"}


class Reply(NamedTuple):
    status: int
    headers: Message
    body: bytes


def test_a_stream_is_sources_deltas_and_the_answer_they_add_up_to(app: Flask, serve: Serve) -> None:
    reply = _post(serve(app), "/api/ask", ASK)
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    assert reply.headers["Cache-Control"] == "no-store"
    events = _events(reply.body.decode())
    names = [name for name, _ in events]
    assert names == ["sources", "lead"] + ["delta"] * (len(events) - 3) + ["done"]
    answer = AnswerReply.model_validate(events[-1][1], strict=True)
    assert "".join(data["text"] for name, data in events if name == "delta") == answer.answer
    assert answer.message_id


def test_stream_and_plain_reply_give_the_same_answer(app: Flask, serve: Serve) -> None:
    server = serve(app)
    streamed = _events(_post(server, "/api/ask", ASK).body.decode())[-1][1]
    plain = json.loads(_post(server, "/api/ask", ASK.replace("true", "false")).body)
    for own in ("message_id", "session_id", "timings_ms"):
        del streamed[own], plain[own]
    assert streamed == plain


class _Scripted(Assistant):
    """Streams what the test tells it to, and notes when it is closed."""

    def __init__(self, library: Library, error: Exception | None = None) -> None:
        super().__init__(library)
        self._assistant = Assistant(library)
        self.error = error
        self.has_begun = threading.Semaphore(0)
        self.may_go_on = threading.Event()
        self.was_closed = threading.Event()

    def stream(self, question: Question) -> Iterator[Event]:
        try:
            yield Sources((), question.text, {}, ReadOut())
            self.has_begun.release()
            assert self.may_go_on.wait(60)
            if self.error:
                raise self.error
            for _ in range(100_000):
                yield Delta("word " * 200)
        finally:
            self.was_closed.set()

    def ask(self, question: Question) -> Answer:
        self.has_begun.release()
        assert self.may_go_on.wait(60)
        return self._assistant.ask(question)


@pytest.fixture
def scripted(stocked: Library) -> Iterator[_Scripted]:
    scripted = _Scripted(stocked)
    yield scripted
    scripted.may_go_on.set()


def test_a_client_that_leaves_stops_the_work(
    scripted: _Scripted, stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    server = serve(create_app(settings, stocked, scripted, jobs))
    connection = _connect(server)
    connection.request("POST", "/api/ask", ASK, JSON)
    assert scripted.has_begun.acquire(timeout=10)
    connection.close()
    scripted.may_go_on.set()
    assert scripted.was_closed.wait(10)
    sessions = json.loads(_get(server, "/api/sessions").body)
    assert sessions == {"sessions": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (ModelFault("The model is gone."), "unavailable", "The model is gone."),
        (UnknownSession("It was deleted."), "not_found", "It was deleted."),
        (Busy(429, "Too many.", retry_after_seconds=1), "too_many", "Too many."),
        (RuntimeError("secret detail"), "failed", "went wrong"),
    ],
)
def test_an_error_in_the_middle_is_the_streams_last_event(
    error: Exception, code: str, told: str, stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    scripted = _Scripted(stocked, error)
    scripted.may_go_on.set()
    events = _events(_post(serve(create_app(settings, stocked, scripted, jobs)), "/api/ask", ASK).body.decode())
    assert [name for name, _ in events] == ["sources", "error"]
    assert events[1][1]["error"]["code"] == code
    assert told in events[1][1]["error"]["message"]
    assert "secret detail" not in events[1][1]["error"]["message"]


def test_more_questions_than_may_wait_are_turned_away_and_health_still_answers(
    scripted: _Scripted, stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    server = serve(create_app(settings, stocked, scripted, jobs))
    asking = [_connect(server) for _ in range(MAX_RUNNING + MAX_WAITING + 1)]
    for connection in asking:
        connection.request("POST", "/api/ask", ASK.replace("true", "false"), JSON)
    answered, _, _ = select.select([connection.sock for connection in asking], [], [], 60)
    turned_away = [connection for connection in asking if connection.sock in answered]
    assert len(turned_away) == 1
    reply = _reply(turned_away[0])
    assert reply.status == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert json.loads(reply.body)["error"]["code"] == "unavailable"
    assert _get(server, "/api/health").status == 200
    scripted.may_go_on.set()
    waiting = [connection for connection in asking if connection not in turned_away]
    assert [_reply(connection).status for connection in waiting] == [200] * len(waiting)


def test_a_body_above_the_limit_is_413_before_it_is_read(app: Flask, serve: Serve, settings: Settings) -> None:
    connection = _connect(serve(app))
    connection.putrequest("POST", "/api/articles")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(300_000_000))
    connection.endheaders()  # and not a byte of the body
    _check_too_large(_reply(connection))


def test_a_client_that_goes_on_sending_still_reads_its_413(app: Flask, serve: Serve) -> None:
    connection = _connect(serve(app))
    body = b"x" * 20_000_000
    connection.request("POST", "/api/articles", body, {"Content-Type": "multipart/form-data; boundary=x"})
    _check_too_large(_reply(connection))


def test_a_chunked_body_has_the_same_limit(app: Flask, serve: Serve) -> None:
    connection = _connect(serve(app))
    chunks = (b"x" * 100_000 for _ in range(100))
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Transfer-Encoding": "chunked"}
    connection.request("POST", "/api/articles", chunks, headers, encode_chunked=True)
    _check_too_large(_reply(connection))


def test_a_chunked_question_is_read_and_bounded(app: Flask, serve: Serve) -> None:
    server = serve(app)
    for size, status in ((10, 200), (1_500, 200), (1_000_100, 413)):
        connection = _connect(server)
        body = json.dumps({"query": "x" * size}).encode()
        connection.request(
            "POST", "/api/search", iter([body]), JSON | {"Transfer-Encoding": "chunked"}, encode_chunked=True
        )
        assert _reply(connection).status == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 300_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
def test_what_never_reaches_the_application_has_the_same_error_shape(
    app: Flask, serve: Serve, sent: bytes, status: int
) -> None:
    server = serve(app)
    with socket.create_connection((server.host, server.port), timeout=10) as client:
        client.sendall(sent)
        with http.client.HTTPResponse(client) as reply:
            reply.begin()
            assert reply.status == status
            assert set(json.loads(reply.read())["error"]) == {"code", "message"}


def test_stopping_finishes_what_is_in_flight(
    scripted: _Scripted, stocked: Library, settings: Settings, jobs: Jobs
) -> None:
    app = create_app(settings, stocked, scripted, jobs)
    server = Server(app, bind("127.0.0.1", 0), max_request_bytes=settings.max_request_bytes)
    thread = threading.Thread(target=server.run)
    thread.start()
    asking = _connect(server)
    asking.request("POST", "/api/ask", ASK.replace("true", "false"), JSON)
    assert scripted.has_begun.acquire(timeout=10)
    server.stop()
    _wait_until_refused(server)
    assert thread.is_alive()
    scripted.may_go_on.set()
    assert _reply(asking).status == 200
    thread.join(10)
    assert not thread.is_alive()


def test_stopping_once_more_after_the_end_does_nothing(app: Flask, settings: Settings) -> None:
    server = Server(app, bind("127.0.0.1", 0), max_request_bytes=settings.max_request_bytes)
    server.stop()
    server.run()
    server.stop()
    with ExitStack() as stack:  # sockets that get the numbers of the file descriptors closed by now
        ends = [stack.enter_context(end) for _ in range(10) for end in socket.socketpair()]
        server.stop()
        assert select.select(ends, [], [], 0)[0] == []


def test_an_address_in_use_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"Port {port} on 127.0.0.1 is in use"):
            bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_said_in_words() -> None:
    with pytest.raises(CannotListen, match=r"Cannot listen on 192\.0\.2\.1, port 0"):
        bind("192.0.2.1", 0)


def _connect(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.host, server.port, timeout=60)


def _get(server: Server, path: str) -> Reply:
    connection = _connect(server)
    connection.request("GET", path)
    return _reply(connection)


def _post(server: Server, path: str, body: str) -> Reply:
    connection = _connect(server)
    connection.request("POST", path, body, JSON)
    return _reply(connection)


def _reply(connection: http.client.HTTPConnection) -> Reply:
    with closing(connection), connection.getresponse() as reply:
        return Reply(reply.status, reply.headers, reply.read())


def _wait_until_refused(server: Server) -> None:
    for _ in range(1_000):
        try:
            socket.create_connection((server.host, server.port), timeout=1).close()
        except ConnectionError:  # reset, where it was waiting to be accepted
            return
        time.sleep(0.005)
    raise AssertionError("the server still accepts connections")


def _check_too_large(reply: Reply) -> None:
    assert reply.status == 413
    assert json.loads(reply.body) == {
        "error": {
            "code": "too_large",
            "message": "This is too large: at most 1 MB are taken at once (ASSISTANT_MAX_UPLOAD_MB). Send less.",
        }
    }


def _events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found
