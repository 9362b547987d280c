"""What one connection may cost, by a server that is turned by hand and a clock that is told, not waited for."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask

from web.http.connections import (
    DISCARD_SECONDS,
    HEAD_SECONDS,
    IDLE_SECONDS,
    MIN_BYTES_A_SECOND,
    PACE_SECONDS,
    Channel,
)
from web.http.lanes import FILES, HEALTH, OTHERS, QUESTIONS, UPLOADS, Lane, lane_of
from web.http.server import CONNECTION_LIMIT, Server, bind, connection_limit
from web.settings import Settings

HEAD = b"POST /api/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"


@pytest.fixture
def server(app: Flask, settings: Settings) -> Iterator[Server]:
    server = Server(app, bind("127.0.0.1", 0), max_request_bytes=settings.max_request_bytes)
    yield server
    server.stop()
    server.run()


@pytest.fixture
def client(server: Server) -> Iterator[socket.socket]:
    with closing(socket.create_connection((server.host, server.port), timeout=10)) as client:
        server._turn(1)
        yield client


def _say(server: Server, client: socket.socket, sent: bytes) -> Channel:
    """Have the server hear it, and note what it then does."""
    client.sendall(sent)
    server._turn(1)
    (channel,) = server._channels()
    channel.is_overdue(time.monotonic())
    return channel


@pytest.mark.parametrize(
    ("sent", "seconds"), [(b"", IDLE_SECONDS), (b"\r\n\r\n", IDLE_SECONDS), (b"GET / HTTP/1.1\r\n", HEAD_SECONDS)]
)
def test_a_head_has_so_long_and_no_longer(server: Server, client: socket.socket, sent: bytes, seconds: float) -> None:
    channel = _say(server, client, sent)
    now = time.monotonic()
    assert not channel.is_overdue(now + seconds - 2)
    assert channel.is_overdue(now + seconds + 1)


def test_blank_lines_again_and_again_are_no_request(server: Server, client: socket.socket) -> None:
    channel = _say(server, client, b"\r\n\r\n")
    now = time.monotonic()
    for second in range(10, IDLE_SECONDS, 10):
        assert not channel.is_overdue(now + second)
        _say(server, client, b"\r\n\r\n")
    assert channel.is_overdue(now + IDLE_SECONDS + 1)


@pytest.mark.parametrize(
    ("count", "is_slow"),
    [(MIN_BYTES_A_SECOND * PACE_SECONDS // 2, True), (MIN_BYTES_A_SECOND * PACE_SECONDS * 2, False)],
)
def test_a_body_keeps_a_pace(server: Server, client: socket.socket, count: int, is_slow: bool) -> None:
    channel = _say(server, client, HEAD)
    channel.received(b"x" * count)
    now = time.monotonic()
    assert not channel.is_overdue(now + PACE_SECONDS - 1)
    assert channel.is_overdue(now + PACE_SECONDS + 1) == is_slow
    assert channel.is_overdue(now + 2 * PACE_SECONDS + 3)  # what came before that does not count any more


def test_a_refusal_is_there_to_be_read_for_a_while(server: Server, client: socket.socket) -> None:
    channel = _say(server, client, HEAD.replace(b"1000000", b"300000000"))
    while channel.discard_until is None:
        server._turn(1)
    now = time.monotonic()
    assert not channel.is_overdue(now)
    assert channel.is_overdue(now + DISCARD_SECONDS)
    assert client.recv(65_536).startswith(b"HTTP/1.1 413 ")


def test_the_longest_silent_goes_first_and_a_request_in_hand_never(server: Server, client: socket.socket) -> None:
    with closing(socket.create_connection((server.host, server.port), timeout=10)):
        server._turn(1)
        older, newer = server._channels()
        ranks = [channel.expendable(time.monotonic()) for channel in (older, newer)]
        assert ranks == [(1, older.free_since), (1, newer.free_since)]
        assert older.free_since < newer.free_since
        client.sendall(HEAD)
        server._turn(1)
        assert max(older, newer, key=lambda channel: channel.expendable(time.monotonic()) or (0,)) is older
        older.requests.append(object())
        assert older.expendable(time.monotonic()) is None
        older.requests.clear()


def test_there_are_no_more_connections_than_files_for_them() -> None:
    assert 0 < connection_limit() <= CONNECTION_LIMIT


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/api/health", HEALTH),
        ("GET", "/static/style.css", FILES),
        ("POST", "/api/ask", QUESTIONS),
        ("POST", "/ask", QUESTIONS),
        ("POST", "/api/articles", UPLOADS),
        ("GET", "/api/articles", OTHERS),
        ("GET", "/api/health/", OTHERS),
        ("GET", "/", OTHERS),
    ],
)
def test_each_kind_of_request_has_threads_of_its_own(method: str, path: str, lane: Lane) -> None:
    assert lane_of(method, path) is lane
