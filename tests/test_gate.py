"""Who is let through when: in the order in which they came, a few at once."""

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from web.errors import Busy, Unwanted
from web.services import LOOK_SECONDS, Gate


def entering(gate: Gate, then: Callable[[], object], is_wanted: Callable[[], bool] = lambda: True) -> threading.Thread:
    """A thread that is in line when this returns."""

    def enter() -> None:
        gate.enter(is_wanted)
        then()

    before = gate.waiting
    thread = threading.Thread(target=enter, daemon=True)
    thread.start()
    wait_until(lambda: gate.waiting > before)
    return thread


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("It never was.")


def test_those_who_wait_go_in_the_order_in_which_they_came_however_long_it_takes() -> None:
    gate = Gate(max_running=1, max_waiting=10)
    gate.enter(lambda: True)
    went: list[int] = []

    def have_gone(count: int) -> bool:
        return len(went) >= count

    for n in range(6):
        entering(gate, partial(went.append, n))
    time.sleep(2 * LOOK_SECONDS)  # each has looked whether it is still wanted
    for n in range(6):
        entering(gate, partial(went.append, 10 + n))
        gate.leave()
        wait_until(partial(have_gone, n + 1))
    for n in range(6):
        gate.leave()
        wait_until(partial(have_gone, n + 7))
    assert went == [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]
    gate.leave()
    assert (gate.running, gate.waiting) == (0, 0)


def test_who_has_left_gives_its_place_in_the_line_up() -> None:
    gate = Gate(max_running=1, max_waiting=2)
    gate.enter(lambda: True)
    left = threading.Event()
    with pytest.raises(Unwanted):
        gate.enter(lambda: False)
    went: list[str] = []

    def first() -> None:
        with pytest.raises(Unwanted):
            gate.enter(lambda: not left.is_set())
        went.append("left")

    thread = threading.Thread(target=first)
    thread.start()
    wait_until(lambda: gate.waiting == 1)
    second = entering(gate, lambda: went.append("second"))
    with pytest.raises(Busy):
        gate.enter(lambda: True)
    left.set()
    thread.join()
    gate.leave()
    second.join(10)
    assert went == ["left", "second"]
    assert (gate.running, gate.waiting) == (1, 0)


def test_several_run_at_once() -> None:
    gate = Gate(max_running=3, max_waiting=3)
    for _ in range(3):
        gate.enter(lambda: True)
    waiting = [entering(gate, lambda: None) for _ in range(3)]
    for _ in range(3):
        gate.leave()
    for thread in waiting:
        thread.join(10)
    assert (gate.running, gate.waiting) == (3, 0)
