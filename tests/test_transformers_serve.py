"""The whole protocol of a chat server that is not ours: `transformers serve`, with a model that only babbles."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_model import save_tiny_model
from web_fixtures import BRIDGE

from assistant.answer import Answer, Delta, Question
from assistant.assistant import Assistant
from assistant.chat.draft import INSTEAD
from index.library import Library

SERVE = "import sys; from transformers.cli.transformers import main; sys.argv[0] = 'transformers'; main()"
STARTING_SECONDS = 180


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The model's name and its server's address."""
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny_model(folder, BRIDGE.text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "serve.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port)],
            env=os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/health", server, log)
        yield str(folder), f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()  # asked to end, it would babble on to the end of its reply
        server.wait()


def _wait(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"transformers serve does not answer:\n{log.read_text()[-3_000:]}")


def test_whatever_a_model_babbles_the_answer_is_a_valid_one(
    served: tuple[str, str], stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, address = served
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    question = "When did the Zephyr bridge in Oldport open?"
    _, *deltas, answer = Assistant(stocked, f"openai:{name}").stream(Question(question))
    assert isinstance(answer, Answer)
    assert "".join(delta.text for delta in deltas if isinstance(delta, Delta)) == answer.answer
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.answer)} == {c.index for c in answer.citations}
    assert answer.checked is not None
    assert answer.checked.supported == 0
    assert answer.answerer == "extractive"
    assert answer.notice is not None
    assert answer.notice.endswith(INSTEAD)
    assert "failed" not in answer.notice  # it was heard, and did not only break
