"""SIGTERM under load, in mid-upload and before it is ready: what was asked is answered, and what is in hand kept."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from attack_fixtures import Measured, Size
from scripted_model import SILENCE, ScriptedModel, scripted
from served import ANSWER, JSON, QUESTION, Reply, Served, at_once, events_of, side_by_side, wait_until

from web.http.server import DRAIN_SECONDS
from web.services import MAX_RUNNING, MAX_WAITING

SERVE = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())", "serve", "--port", "0"]
MORE_SECONDS = 20
"""For closing the library and the interpreter's end, on a busy machine."""
LINES = "\n".join(json.dumps({"id": f"n{n}", "title": "Title", "text": f"Harvest {n}."}) for n in range(300)).encode()


def test_questions_in_flight_are_answered_whole_and_the_process_ends_well(
    tmp_path: Path, size: Size, measured: Measured
) -> None:
    took, statuses = [], Counter[int]()
    for n in range(size(20)):
        with Served(tmp_path / f"data{n}") as served:
            count = MAX_RUNNING + MAX_WAITING
            requests = [served.asking(stream=bool(i % 2)) for i in range(count)]
            stop = threading.Timer(0.02 * n, served.stop)  # at another point of their way each time
            replies = at_once(served, requests, when_sent=stop.start)
            stop.join()
            began = time.monotonic()
            assert served.process.wait(DRAIN_SECONDS + MORE_SECONDS) == 0
            took.append(time.monotonic() - began)
            assert "Traceback" not in served.log
        statuses.update(reply.status for reply in replies)
        for reply, sent in zip(replies, requests, strict=True):
            _check_whole(reply, is_stream=b'"stream": true' in sent)
    measured(
        f"SIGTERM {len(took)} times with {count} questions in flight",
        f"{statuses[200]} of {statuses.total()} answered whole, exit status 0 {max(took):.1f} s after the last",
    )


def _check_whole(reply: Reply, *, is_stream: bool) -> None:
    assert reply.status == 200
    if is_stream:
        assert events_of(reply.body)[-1] == "done"
    else:
        assert reply.json()["citations"][0]["quote"] == ANSWER


def test_clients_that_go_on_asking_on_their_connections_do_not_keep_it_from_ending(tmp_path: Path) -> None:
    with Served(tmp_path / "data") as served, ExitStack() as stack:
        clients = [stack.enter_context(served.connect()) for _ in range(10)]

        def go_on(n: int) -> bytes:
            """All that was replied."""
            heard = b""
            while True:
                clients[n].sendall(served.head("GET /api/health"))
                if not (reply := clients[n].recv(65_536)):
                    return heard
                heard += reply

        timer = threading.Timer(1, served.stop)
        timer.start()
        ends = side_by_side(len(clients), go_on)
        timer.join()
        assert served.process.wait(DRAIN_SECONDS + MORE_SECONDS) == 0
    for heard in ends:  # told that it was the last, or closed between two
        assert isinstance(heard, ConnectionError) or set(re.findall(rb"HTTP/1.1 (\d+)", heard)) == {b"200"}


def test_an_upload_that_is_on_its_way_is_taken_in_and_worked_on_after_the_next_start(tmp_path: Path) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n'
    body = head + LINES + b"\r\n--x--\r\n"
    with Served(tmp_path / "data") as served, served.connect() as client:
        form = {"Content_Type": "multipart/form-data; boundary=x", "Content_Length": len(body)}
        client.sendall(served.head("POST /api/articles", **form) + body[:1_000])
        wait_until(lambda: any(c.raddr for c in served.seen.net_connections("tcp")))
        time.sleep(0.3)
        served.stop()
        time.sleep(0.5)
        client.sendall(body[1_000:])
        with HTTPResponse(client) as reply:
            reply.begin()
            assert reply.status == 202
            job_id = json.loads(reply.read())["job_id"]
        assert served.process.wait(DRAIN_SECONDS + MORE_SECONDS) == 0
        assert "Traceback" not in served.log
    with Served(tmp_path / "data") as served:
        wait_until(lambda: served.ask(f"/api/jobs/{job_id}").json()["state"] == "done")
        assert served.ask("/api/health").json()["articles"] == 2 + 300


def test_an_answer_that_never_ends_is_waited_for_so_long_and_no_longer(tmp_path: Path, measured: Measured) -> None:
    model = ScriptedModel(chunks=[f"{ANSWER} [1]", SILENCE])
    with scripted(model) as address:
        env = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "sk-test"}
        with Served(tmp_path / "data", "openai:scripted", env=env) as served, served.connect() as client:
            client.sendall(served.asking(stream=True))
            wait_until(lambda: bool(model.requests))
            served.stop()
            began = time.monotonic()
            assert served.process.wait(DRAIN_SECONDS + MORE_SECONDS) == 0
            took = time.monotonic() - began
    measured("SIGTERM with an answer that never ends", f"exit status 0 after {took:.1f} s")
    assert took > DRAIN_SECONDS - 1


@pytest.mark.parametrize("signals", [1, 2])
def test_before_it_is_ready_one_signal_ends_it_in_order_and_a_second_at_once(tmp_path: Path, signals: int) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.jsonl").write_bytes(LINES)
    process = subprocess.Popen(SERVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    with process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("The page is at ")
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        _, err = process.communicate(timeout=60)
    if signals == 1:
        assert process.returncode == 0
        assert "Traceback" not in err
    else:  # the first may have been enough
        assert process.returncode in (0, -signal.SIGTERM)


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "bridge.txt").write_text(ANSWER)
    model = ScriptedModel(chunks=[f"{ANSWER} [1]", SILENCE])
    with scripted(model) as address:
        env = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "sk-test", "ASSISTANT_LLM": "openai:scripted"}
        process = subprocess.Popen(
            SERVE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path, env={**os.environ, **env}
        )
        with process:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("Ready: ").strip()
            asked = Request(f"{url}/api/ask", json.dumps({"question": QUESTION, "stream": True}).encode(), JSON)
            with urlopen(asked, timeout=60):
                wait_until(lambda: bool(model.requests))
                process.send_signal(signal.SIGTERM)
                time.sleep(1)
                assert process.poll() is None  # it waits for the answer
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == -signal.SIGTERM
                assert time.monotonic() - began < 5
