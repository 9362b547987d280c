"""The application over a real library, and a real server for what only a server does. Used as a pytest plugin."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assistant.assistant import Assistant
from index.article import Article
from index.library import Library
from web.app import create_app
from web.http.server import Server, bind
from web.jobs.jobs import Jobs
from web.jobs.uploads import upload_parts
from web.settings import Settings

BRIDGE = Article(
    id="bridge",
    title="Harbour bridge opens",
    text=(
        "The Zephyr bridge in Oldport opened on 4 November 2023.\n\n"
        "Mayor Ada Quill cut the ribbon before 3,000 visitors. The bridge cost 90 million crowns."
    ),
    origin="bridge.txt",
    url="https://example.org/bridge",
    source="Oldport Courier",
    author="Nils Berg",
    published_at="2023-11-05",
)
COMET = Article(
    id="comet",
    title="Comet seen with the naked eye",
    text="Comet Marlow was seen with the naked eye in May. Astronomers expect it back in 2091.",
    origin="comet.txt",
    source="Sky Letter",
    published_at="2021-05-20",
)


@pytest.fixture
def stocked(library: Library) -> Library:
    """The library, with the two articles above."""
    library.add([BRIDGE, COMET])
    return library


@pytest.fixture
def settings(library: Library, tmp_path: Path) -> Settings:
    folder = tmp_path / "folder"
    folder.mkdir()
    return Settings(articles=folder, data_dir=library.data_dir, max_upload_mb=1)


@pytest.fixture
def jobs(library: Library, settings: Settings) -> Iterator[Jobs]:
    with closing(Jobs(library, settings.articles)) as jobs:
        jobs.start()
        yield jobs


@pytest.fixture
def app(stocked: Library, settings: Settings, jobs: Jobs) -> Flask:
    return create_app(settings, stocked, Assistant(stocked), jobs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


Serve = Callable[[Flask], Server]


@contextmanager
def running(app: Flask, max_request_bytes: int, trusted_proxy: str = "") -> Iterator[Server]:
    server = Server(app, bind("127.0.0.1", 0), max_request_bytes=max_request_bytes, trusted_proxy=trusted_proxy)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Runs an application on a free port of loopback until the test ends."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(running(app, settings.max_request_bytes))


def kept_uploads(library: Library) -> set[str]:
    """The jobs of which uploads are kept."""
    if not library.database.is_on_server:
        return {folder.name for folder in library.data_dir.glob("uploads/*")}
    with library.database.read() as connection:
        return set(connection.scalars(select(upload_parts.c.job_id)))


def reply_json(reply: Any) -> dict[str, Any]:
    """What a reply of the test client says, where that is an object."""
    assert isinstance(reply.json, dict), reply.data
    return reply.json


def ended(client: FlaskClient, address: str) -> dict[str, Any]:
    """The job at `address` when it has ended, for which it waits a minute at most."""
    for _ in range(6_000):
        job = reply_json(client.get(address))
        if job["state"] in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.01)
    raise AssertionError(job)
