"""Clients that ask and leave: in mid-stream, in the middle of a plain answer, and while they wait for their turn.

With a chat model that says nothing more, or next to nothing for ever, so that only their leaving can free what they held.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest
from attack_fixtures import Measured, Size
from scripted_model import SILENCE, TRICKLE, ScriptedModel, scripted
from served import ANSWER, JSON, QUESTION, Latency, Served, wait_until

from web.services import MAX_RUNNING, MAX_WAITING

MOST_SECONDS, MOST_SECONDS_ON_A_BUSY_MACHINE = 2, 20


class _Place:
    """A server and the chat model that it asks."""

    def __init__(self, served: Served, model: ScriptedModel, model_port: int) -> None:
        self.served = served
        self.model = model
        self._model_port = model_port

    def calls(self) -> int:
        """Of the server to the model, that stand."""
        connections = self.served.seen.net_connections("tcp")
        return sum(c.raddr.port == self._model_port for c in connections if c.raddr and c.status == "ESTABLISHED")

    def clients(self) -> int:
        connections = self.served.seen.net_connections("tcp")
        own = self.served.address[1]
        return sum(c.laddr.port == own for c in connections if c.raddr and c.status == "ESTABLISHED")

    def ask_many(self, count: int, *, stream: bool) -> list[socket]:
        clients = [self.served.connect() for _ in range(count)]
        for client in clients:
            client.sendall(self.served.asking(stream=stream))
        return clients

    def next_one_takes(self) -> float:
        """Seconds until another question is answered by the model, asked again as long as it is refused."""
        self.model.chunks = [f"{ANSWER} [1]"]
        return wait_until(lambda: self.served.ask("/api/ask", {"question": QUESTION}, JSON).status == 200)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[_Place]:
    model = ScriptedModel()
    with scripted(model) as address:
        port = int(address.rsplit(":", 1)[1].partition("/")[0])
        env = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "sk-test"}
        with Served(tmp_path / "data", "openai:scripted", env=env) as served:
            yield _Place(served, model, port)


@pytest.mark.parametrize("stream", [True, False], ids=["streams", "answers"])
@pytest.mark.parametrize("chunk", [SILENCE, TRICKLE], ids=["silence", "trickle"])
def test_clients_that_leave_their_answers_free_every_place_and_end_the_models_work(
    place: _Place, size: Size, is_whole: bool, chunk: str, stream: bool, measured: Measured
) -> None:
    took = []
    for _ in range(size(10)):
        place.model.chunks = [f"{ANSWER} [1]", chunk]
        place.model.requests.clear()
        clients = place.ask_many(MAX_RUNNING + MAX_WAITING, stream=stream)
        wait_until(lambda: len(place.model.requests) == MAX_RUNNING)
        wait_until(lambda: place.clients() == len(clients))
        with Latency(place.served) as health:
            for client in clients:
                client.close()
            took.append(place.next_one_takes())
        assert set(health.statuses) <= {200}
        wait_until(lambda: place.clients() == 0)
    if chunk == TRICKLE:  # one that says nothing at all is found out by its timeout alone
        wait_until(lambda: place.calls() == 0)
    kept = place.served.ask("/api/sessions").json()["sessions"]
    what = f"{'streams' if stream else 'answers'}, model {'silent' if chunk == SILENCE else 'never ending'}"
    measured(f"{MAX_RUNNING + MAX_WAITING} clients leave their {what}", f"the next is answered after {max(took):.1f} s")
    assert len(kept) == len(took)  # of those who left nothing is kept
    assert max(took) < (MOST_SECONDS if is_whole else MOST_SECONDS_ON_A_BUSY_MACHINE)
    assert len(place.model.requests) <= MAX_RUNNING + 1 + MAX_RUNNING
    assert "Traceback" not in place.served.log


def test_those_who_wait_their_turn_and_leave_are_not_worked_for(
    place: _Place, is_whole: bool, measured: Measured
) -> None:
    place.model.chunks = [SILENCE]
    running = place.ask_many(MAX_RUNNING, stream=True)
    wait_until(lambda: len(place.model.requests) == MAX_RUNNING)
    waiting = place.ask_many(MAX_WAITING, stream=False)
    body = {"question": QUESTION}
    wait_until(lambda: place.served.ask("/api/ask", body, JSON).status == 503)  # all places are taken
    for client in waiting:
        client.close()
    newcomer = place.served.connect()
    took = wait_until(lambda: _is_let_in(place, newcomer))
    assert len(place.model.requests) == MAX_RUNNING
    place.model.chunks = [f"{ANSWER} [1]"]
    for client in running:
        client.close()
    with newcomer:
        reply = newcomer.recv(65_536)
    measured(f"{MAX_WAITING} clients leave while they wait", f"another may wait after {took:.1f} s")
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["citations"]
    assert len(place.model.requests) == MAX_RUNNING + 1
    assert took < (MOST_SECONDS if is_whole else MOST_SECONDS_ON_A_BUSY_MACHINE)
