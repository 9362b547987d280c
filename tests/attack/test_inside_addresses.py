"""Addresses that are meant to have the server fetch from inside, counted: no connection is made for any.

`tests/test_fetch.py` says of each spelling why it is refused; here they are all tried in a row, through `fetch` and
through the API, against a listener on every address of this machine that counts who knocks.
"""

import socket
from collections.abc import Iterator

import pytest
from attack_fixtures import Measured
from flask.testing import FlaskClient
from heard import heard
from http_server import Site, redirect
from test_fetch import INSIDE, MALFORMED, Listener
from web_fixtures import ended, reply_json

from index.errors import FetchRefused, NotServed
from index.ingest.fetch import fetch
from index.ingest.target import Resolver, system_resolver

REDIRECTS = [
    "http://0.0.0.0:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "//0.0.0.0:PORT/",
    "http://user@127.0.0.1:PORT/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[fd00:ec2::254]/",
    "https://0.0:PORT/",
    "http://0.0.0.0:PORT\\@example.org/",
    "file:///etc/passwd",
]
STATUSES = (301, 302, 303, 307, 308)
REBINDING = [
    ["127.0.0.1"],
    ["8.8.8.8", "127.0.0.1"],
    ["2606:4700::1111", "::1"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["fe80::1%lo"],
    ["::ffff:127.0.0.1"],
    ["0.0.0.0"],
]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("0.0.0.0", 0)) as sock:
        sock.setblocking(False)
        yield Listener(sock)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def refused(address: str, *, allow_loopback: bool = False, resolve: Resolver = system_resolver) -> bool:
    """For where it leads: not because nobody was there."""
    try:
        fetch(address, allow_loopback=allow_loopback, timeout_seconds=2, resolve=resolve)
    except NotServed:
        return False
    except FetchRefused:
        return True
    return False


def test_no_address_meant_to_reach_inside_is_connected_to(
    listener: Listener, site: Site, client: FlaskClient, measured: Measured
) -> None:
    def at(address: str) -> str:
        return address.replace("PORT", str(listener.port))

    with heard("socket.connect", "socket.sendto") as seen:
        tried = {
            "spellings of inner addresses": [refused(at(address)) for address in INSIDE],
            "user names, odd schemes and broken addresses": [
                refused(at(address), resolve=lambda *_: ["127.0.0.1"]) for address in MALFORMED
            ],
            "redirects": [],
            "names that resolve inside": [
                refused(f"http://news.test:{listener.port}/", resolve=lambda *_, ips=ips: ips) for ips in REBINDING
            ],
            "names that move inside on the way": [],
        }
        for location in REDIRECTS:
            for status in STATUSES:
                site.replies["/"] = redirect(at(location), status)
                tried["redirects"].append(refused(site.url + "/", allow_loopback=True))
        for ips in REBINDING:
            if ips != ["127.0.0.1"]:  # which the site itself has, and may have here
                answers = iter([["127.0.0.1"], [ip for ip in ips if ip != "127.0.0.1"] or ips])
                site.replies["/"] = redirect("/again")
                tried["names that move inside on the way"].append(
                    refused(
                        f"http://news.test:{site.port}/", allow_loopback=True, resolve=lambda *_, a=answers: next(a)
                    )
                )
        through_api = [at(address) for address in (*INSIDE, *MALFORMED) if address and "\ud800" not in address][::10]
        for address in through_api:
            reply = client.post("/api/articles", json={"url": address})
            if reply.status_code == 202:
                assert ended(client, f"/api/jobs/{reply_json(reply)['job_id']}")["state"] == "failed", address
            else:
                assert reply.status_code == 422, address
    assert {args[1] for _, args in seen} == {("127.0.0.1", site.port)}
    assert {way: outcomes.count(False) for way, outcomes in tried.items()} == dict.fromkeys(tried, 0)
    assert listener.connections() == 0
    assert set(site.asked) == {"/"}  # what redirected, and nothing after it
    count = sum(map(len, tried.values())) + len(through_api)
    assert count >= 120
    measured(
        "addresses meant to reach inside",
        f"{count} ({', '.join(f'{len(outcomes)} {way}' for way, outcomes in tried.items())}, "
        f"{len(through_api)} through the API): no connection made",
    )
