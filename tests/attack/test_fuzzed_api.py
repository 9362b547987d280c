"""Requests made from the OpenAPI document, good and bad: no 5xx, and no reply that the document does not describe.

schemathesis reads the document as any client does, so a route that is added is asked too. It runs in a process of its
own, against a real server on loopback, in three phases: every bound and its neighbours, random requests of each kind,
and sequences of requests in which one uses what another gave. What it does not check stands in `fuzzed_api.toml`.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attack_fixtures import Measured, Size
from flask import Flask
from web_fixtures import Serve

from assistant.assistant import Assistant
from index.ingest.polite import Fetcher
from index.library import Library
from web.app import create_app
from web.jobs.jobs import Jobs
from web.settings import Settings

CONFIG = Path(__file__).with_name("fuzzed_api.toml")
CASES = 10_000
FEW = 10
"""Random requests of each operation where not all are tried."""
MAX_SECONDS = 3_600

Served = Counter[tuple[str, int]]


class Counted:
    """A WSGI application that counts what it was asked, by method and status."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.served: Served = Counter()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            self.served[environ["REQUEST_METHOD"], int(status[:3])] += 1
            return start_response(status, headers, exc_info)

        found: Iterable[bytes] = self._app(environ, start)
        return found


def nowhere(host: str, port: int) -> list[str]:
    """No address leads anywhere: a made-up one is not looked up."""
    raise OSError(f"{host} is not looked up here")


@pytest.fixture
def app(stocked: Library, settings: Settings) -> Iterator[Flask]:
    """With two articles, one of them in two revisions, and a conversation with a rated answer."""
    with closing(Jobs(stocked, settings.articles, Fetcher(resolve=nowhere))) as jobs:
        jobs.start()
        app = create_app(settings, stocked, Assistant(stocked), jobs)
        client = app.test_client()
        said = client.post("/api/ask", json={"question": "When did the Zephyr bridge open?"}).json
        assert said
        client.post("/api/feedback", json={"message_id": said["message_id"], "is_positive": True})
        yield app


def test_no_request_made_from_the_document_gets_a_5xx_or_a_reply_that_it_does_not_describe(
    app: Flask, serve: Serve, size: Size, is_whole: bool, measured: Measured, tmp_path: Path
) -> None:
    counted = Counted(app.wsgi_app)
    app.wsgi_app = counted  # type: ignore[method-assign]  # as Flask has middleware put around it
    server = serve(app)
    document = app.test_client().get("/api/openapi.json").json
    assert document
    operations = sum(len(path) for path in document["paths"].values())
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    # of some there are not so many; the bounds alone are a tenth of the cases
    examples = CASES * 6 // 5 // operations if is_whole else FEW
    command += [f"{server.address}/api/openapi.json", "--max-examples", str(examples)]
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=MAX_SECONDS, cwd=tmp_path, env=_env(), check=False
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    failed = {key: count for key, count in counted.served.items() if key[1] >= 500}
    assert not failed
    assert counted.served.total() >= size(CASES)
    measured("schemathesis", f"{counted.served.total():,} requests of {operations} operations")


def _env() -> dict[str, str]:
    """With the checks of our own to be found."""
    path = [str(CONFIG.parent), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}
