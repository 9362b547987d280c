"""A real server in a process of its own, for what is measured over HTTP or in a browser."""

import json
import os
import re
import socket
import subprocess  # nosec B404 # runs this program
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

START_SECONDS = 120
COMMAND = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())"]


@contextmanager
def started(where: Sequence[str]) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Its address, at which nothing may answer yet, and its process. where: the options that name its folders."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [*COMMAND, "serve", "--port", port, *where]
    env = os.environ | {"ASSISTANT_LOG_LEVEL": "warning"}  # not a line for each request
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as server:  # nosec B603 # this program
        try:
            yield f"http://127.0.0.1:{port}", server
        finally:
            server.terminate()


@contextmanager
def served(where: Sequence[str]) -> Iterator[str]:
    """Its address, once it is ready to answer."""
    with started(where) as (address, server):
        await_ready(server)
        yield address


def until_healthy(address: str, began: float) -> float:
    """How many seconds after `began` it answers. Raises TimeoutError."""
    while (waited := time.perf_counter() - began) < START_SECONDS:
        try:
            with urllib.request.urlopen(f"{address}/api/health"):  # nosec B310 # of the server started here
                return time.perf_counter() - began
        except urllib.error.URLError:
            time.sleep(0.05)
    raise TimeoutError(f"the server did not answer within {waited:.0f} s")


def await_ready(server: "subprocess.Popen[str]") -> None:
    assert server.stdout is not None
    assert re.match("Ready: ", server.stdout.readline())


def ask(address: str, question: str) -> float:
    """How many seconds its answer takes."""
    body = json.dumps({"question": question}).encode()
    began = time.perf_counter()
    request = urllib.request.Request(f"{address}/api/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:  # nosec B310 # of the server started here
        reply.read()
    return time.perf_counter() - began
