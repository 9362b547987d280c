"""How often a client may: so many at once, then as they come back; clients that are many together."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from http_server import Clock

from web.security.rates import Rate


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_so_many_at_once_and_then_one_as_each_comes_back(clock: Clock) -> None:
    rate = Rate(3, 60, clock=clock)
    assert [rate.take("192.0.2.1") for _ in range(5)] == [0, 0, 0, 20, 20]
    clock.sleep(15)
    assert rate.take("192.0.2.1") == pytest.approx(5)
    clock.sleep(5)
    assert [rate.take("192.0.2.1"), rate.take("192.0.2.1")] == [0, pytest.approx(20)]
    clock.sleep(3_600)
    assert [rate.take("192.0.2.1") for _ in range(4)] == [0, 0, 0, pytest.approx(20)]


def test_to_ask_takes_nothing(clock: Clock) -> None:
    rate = Rate(1, 60, clock=clock)
    assert [rate.wait("192.0.2.1") for _ in range(3)] == [0, 0, 0]
    rate.take("192.0.2.1")
    assert [rate.wait("192.0.2.1"), rate.wait("192.0.2.2")] == [60, 0]


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "", True),
        ("no address", "no address", True),
    ],
)
def test_a_client_is_an_address_and_of_ipv6_a_network(clock: Clock, first: str, second: str, is_same: bool) -> None:
    rate = Rate(1, 60, clock=clock)
    rate.take(first)
    assert (rate.take(second) > 0) is is_same


def test_more_clients_than_are_kept_share_what_one_has_and_displace_nobody(clock: Clock) -> None:
    rate = Rate(2, 60, clock=clock, max_clients=100)
    for number in range(100):
        assert [rate.take(f"10.0.0.{number}"), rate.take(f"10.0.0.{number}")] == [0, 0]
    assert [rate.take(f"10.0.1.{number}") for number in range(4)] == [0, 0, 30, 30]
    assert rate.take("10.0.0.7") == 30
    clock.sleep(61)
    assert rate.take("10.0.2.1") == 0
    assert len(rate._whole_at) == 1


def test_threads_together_take_no_more_than_there_are(clock: Clock) -> None:
    rate = Rate(100, 60, clock=clock)
    start = threading.Barrier(8)

    def take(_: int) -> int:
        start.wait()
        return sum(rate.take("192.0.2.1") == 0 for _ in range(50))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(8))) == 100
