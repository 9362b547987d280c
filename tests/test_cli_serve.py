"""`assistant serve` as a process: ready, answering, and an orderly end."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.search.published import Generations

SERVE = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())", "serve"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """On a free port, over a folder with one good file and a bad one."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "bridge.txt").write_text("The Zephyr bridge in Oldport opened on 4 November 2023.", encoding="utf-8")
    (folder / "bad.jsonl").write_text("{\n", encoding="utf-8")
    process = subprocess.Popen(
        [*SERVE, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    yield process
    process.kill()
    process.communicate()


def test_it_says_when_it_is_ready_answers_and_ends_on_sigterm(server: "subprocess.Popen[str]") -> None:
    assert server.stdout
    line = server.stdout.readline()
    assert line.startswith("Ready: http://127.0.0.1:")
    address = line.removeprefix("Ready: ").strip()
    request = urllib.request.Request(
        f"{address}/api/ask",
        json.dumps({"question": "When did the Zephyr bridge open?"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        answer = json.loads(reply.read())
    assert answer["citations"][0]["quote"] == "The Zephyr bridge in Oldport opened on 4 November 2023."
    server.send_signal(signal.SIGTERM)
    out, err = server.communicate(timeout=60)
    assert (server.returncode, out) == (0, "")
    assert "bad.jsonl" in err
    assert "Traceback" not in err
    assert "Zephyr" not in err


def test_the_page_is_up_before_the_index_is_and_sigterm_then_ends_it(tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "bridge.txt").write_text("The Zephyr bridge in Oldport opened.", encoding="utf-8")
    with Generations(tmp_path / "data" / "index").lock():  # the index waits for this
        process = subprocess.Popen(
            [*SERVE, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
        try:
            assert process.stderr
            line = process.stderr.readline()
            assert line.startswith("The page is at http://127.0.0.1:")
            address = line.removeprefix("The page is at ").rstrip(".\n")
            with urllib.request.urlopen(f"{address}/", timeout=60) as reply:
                assert reply.status == 200
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}/api/health", timeout=60)
            with refused.value as reply:
                assert (reply.code, reply.headers["Retry-After"]) == (503, "1")
            with urllib.request.urlopen(f"{address}{reply.headers['Location']}", timeout=60) as job:
                assert json.loads(job.read())["kind"] == "rebuild"
            process.terminate()
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


@pytest.mark.parametrize("by_option", [True, False], ids=["--port", "ASSISTANT_PORT"])
def test_a_port_in_use_is_said_at_once(tmp_path: Path, by_option: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words, env = ([*SERVE, "--port", str(port)], {}) if by_option else (SERVE, {"ASSISTANT_PORT": str(port)})
        ended = subprocess.run(
            words, capture_output=True, text=True, cwd=tmp_path, timeout=60, env={**os.environ, **env}
        )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"assistant: Port {port} on 127.0.0.1 is in use. "
        "Stop the program that listens there, or choose another --port.\n"
    )


def test_a_folder_that_is_not_there_is_explained_and_it_serves_all_the_same(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*SERVE, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        assert process.stdout
        assert process.stdout.readline().startswith("Ready: ")
    finally:
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "seeds" in err
