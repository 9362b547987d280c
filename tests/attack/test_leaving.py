"""Clients that ask and leave: in mid-stream, in the middle of a plain answer, and while they wait for their turn.

With a chat model that says nothing more, or next to nothing for ever, so that only their leaving frees what they held.
"""

import select
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from socket import socket

import pytest
from attack_fixtures import Measured, Size
from scripted_model import SILENCE, TRICKLE, ScriptedModel, scripted
from served import ANSWER, JSON, QUESTION, Served, wait_until

from assistant.chat.model import MAX_OPEN_REPLIES
from web.services import MAX_RUNNING, MAX_WAITING

MOST_SECONDS, MOST_SECONDS_ON_A_BUSY_MACHINE = 5, 20
ROUNDS = MAX_OPEN_REPLIES // MAX_RUNNING - 1
"""A call to a silent model cannot be interrupted and ends by its timeout; with more of them no model would be asked."""


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

    def ask(self, *, stream: bool) -> socket:
        client = self.served.connect()
        client.sendall(self.served.asking(stream=stream))
        return client

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


@pytest.mark.parametrize(
    ("chunk", "stream"), [(SILENCE, True), (SILENCE, False), (TRICKLE, True)], ids=["silent", "plain", "endless"]
)
def test_clients_that_leave_free_every_place_and_end_the_models_work(
    place: _Place, size: Size, is_whole: bool, chunk: str, stream: bool, measured: Measured
) -> None:
    count = MAX_RUNNING + MAX_WAITING
    took = []
    for _ in range(min(size(10), ROUNDS)):
        place.model.chunks = [f"{ANSWER} [1]", chunk]
        place.model.requests.clear()
        with ExitStack() as leaving:
            for _ in range(count):
                leaving.enter_context(place.ask(stream=stream))
            wait_until(lambda: len(place.model.requests) == MAX_RUNNING)
            wait_until(lambda: place.clients() == count)
        took.append(place.next_one_takes())
        wait_until(lambda: place.clients() == 0)
        assert len(place.model.requests) == MAX_RUNNING + 1  # of those who waited none was asked for
    if chunk == TRICKLE:  # a call on which nothing comes is given up, and ends when its server or its timeout ends it
        wait_until(lambda: place.calls() == 0)
    kept = place.served.ask("/api/sessions").json()["sessions"]
    what = f"{'streams' if stream else 'answers'}, the model {'silent' if chunk == SILENCE else 'endless'}"
    measured(f"{count} clients leave their {what}", f"the next is answered after {max(took):.1f} s at most")
    assert len(kept) == len(took)  # nothing of those who left
    assert max(took) < (MOST_SECONDS if is_whole else MOST_SECONDS_ON_A_BUSY_MACHINE)
    assert "Traceback" not in place.served.log


def test_those_who_leave_while_they_wait_make_room_for_others(
    place: _Place, is_whole: bool, measured: Measured
) -> None:
    place.model.chunks = [SILENCE]
    with ExitStack() as running:
        for _ in range(MAX_RUNNING):
            running.enter_context(place.ask(stream=True))
        wait_until(lambda: len(place.model.requests) == MAX_RUNNING)
        with ExitStack() as waiting:
            for _ in range(MAX_WAITING):
                waiting.enter_context(place.ask(stream=False))
            wait_until(lambda: place.clients() == MAX_RUNNING + MAX_WAITING)
            wait_until(lambda: _is_refused(place))  # all have a place once their requests were read
        took = wait_until(lambda: not _is_refused(place))
    assert len(place.model.requests) == MAX_RUNNING
    place.next_one_takes()
    measured(f"{MAX_WAITING} clients leave while they wait", f"another may wait after {took:.1f} s")
    assert took < (MOST_SECONDS if is_whole else MOST_SECONDS_ON_A_BUSY_MACHINE)


def _is_refused(place: _Place) -> bool:
    """Whether a question is turned away now. One that is not waits, and leaves."""
    with place.ask(stream=False) as client:
        return bool(select.select([client], [], [], 1)[0])
