"""The guard is tested against a listener that counts who knocks, fetching against a server on loopback."""

import gzip
import socket
import ssl
from collections.abc import Iterator
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import pytest
from http_server import Reply, Site, plain, raw, redirect

from index.errors import FetchRefused, NotServed, TimedOut
from index.ingest.fetch import MAX_REDIRECTS, NotModified, Page, fetch
from index.ingest.target import Resolver, is_public, system_resolver


def page_at(address: str, max_bytes: int = 10_000_000, resolve: Resolver = system_resolver) -> Page:
    page = fetch(address, allow_loopback=True, max_bytes=max_bytes, resolve=resolve)
    assert isinstance(page, Page)
    return page


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


class Listener:
    """A socket on every IPv4 address of this machine that counts the connections made to it."""

    def __init__(self, sock: socket.socket) -> None:
        self.port: int = sock.getsockname()[1]
        self._sock = sock

    def connections(self) -> int:
        """How many connections wait; the kernel completes them without our accepting."""
        count = 0
        while True:
            try:
                self._sock.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("0.0.0.0", 0)) as sock:
        sock.setblocking(False)
        yield Listener(sock)


# --- what must not be reached ---

# PORT is the listener's. Where an address could lead to loopback it must be refused for where it leads.
INSIDE = [
    # loopback, plainly and in the spellings that the C library also takes
    "http://127.0.0.1:PORT/",
    "http://127.0.0.1./",
    "http://127.0.0.1.:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://127.255.255.254:PORT/",
    "http://2130706433:PORT/",
    "http://017700000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7F.0x0.0x0.0x1:PORT/",
    "http://0x7f.1:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://127。0。0。1:PORT/",
    "http://１２７.0.0.1:PORT/",
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/",
    "http://ｌｏｃａｌｈｏｓｔ:PORT/",
    "https://127.0.0.1:PORT/",
    "https://localhost/",
    " http://127.0.0.1:PORT/",
    "http://127.0.0.1\t:PORT/",
    "HTTP://127.0.0.1:PORT/",
    # unspecified: Linux connects these to itself
    "http://0.0.0.0:PORT/",
    "http://0:PORT/",
    "http://0x0:PORT/",
    "http://0.1.2.3:PORT/",
    "http://[::]:PORT/",
    # loopback inside IPv6
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::ffff:0:127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2002:7f00:1::1]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/",
    "http://[2001::80ff:fffe]:PORT/",
    # private networks, carrier-grade NAT, link-local and cloud metadata
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://167772161/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://0xc0a80001/",
    "http://192.168.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.43518/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://[fd00:ec2::254]/",
    "http://[fc00::1]/",
    "http://[fe80::1]/",
    "http://[febf::1]/",
    "http://[fec0::1]/",
    # nothing that one machine on the internet has
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.0.2.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://198.18.0.1/",
    "http://192.88.99.1/",
    "http://[ff02::1]/",
    "http://[ff0e::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://[5f00::1]/",
]

MALFORMED = [
    "http://user@127.0.0.1:PORT/",
    "http://user:secret@127.0.0.1:PORT/",
    "http://example.org@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@example.org/",
    "http://example.org:80@127.0.0.1:PORT/",
    "http://@127.0.0.1:PORT/",
    "http://example.org\\@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@example.org/",
    "http://127.0.0.1\\.example.org/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127.0.0.1%00.example.org/",
    "http://127.0.0.1%2f:PORT/",
    "http://localhost%2e:PORT/",
    "http://127.0.0.1 .example.org:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[fe80::1%lo]:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[::1]x:PORT/",
    "http://[::1:PORT/",
    "http://::1:PORT/",
    "http://127.0.0.1:PORT:80/",
    "http://127.0.0.1:0x50/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1..:PORT/",
    "http://.127.0.0.1:PORT/",
    "http:///127.0.0.1:PORT/",
    "http:127.0.0.1:PORT",
    "http:/127.0.0.1:PORT",
    "http:\\\\127.0.0.1:PORT\\",
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    "http://",
    "",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/",
    "dict://127.0.0.1:PORT/",
    "data:text/html,hello",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "jar:http://127.0.0.1:PORT!/",
    "http://" + "a" * 64 + ".org/",
    "http://" + "a" * 3_000,
    "http://news\ud800.test/",
]


@pytest.mark.parametrize("address", INSIDE)
def test_address_that_leads_inside_is_refused_unconnected(address: str, listener: Listener) -> None:
    with pytest.raises(FetchRefused, match=r"not on the public internet|no address is known"):
        fetch(address.replace("PORT", str(listener.port)), timeout_seconds=2)
    assert listener.connections() == 0


@pytest.mark.parametrize("address", MALFORMED)
def test_malformed_address_is_refused_before_it_is_looked_up(address: str, listener: Listener) -> None:
    with pytest.raises(FetchRefused):
        fetch(
            address.replace("PORT", str(listener.port)),
            allow_loopback=True,
            timeout_seconds=2,
            resolve=lambda *_: ["127.0.0.1"],
        )
    assert listener.connections() == 0


@pytest.mark.parametrize("ip", ["8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111"])
def test_public_address_is_public(ip: str) -> None:
    assert is_public(ip_address(ip))


@pytest.mark.parametrize("port", [1, 22, 25, 6379, 8080, 65535])
def test_port_other_than_80_and_443_is_refused(port: int) -> None:
    with pytest.raises(FetchRefused, match=f"port {port}: only ports 80 and 443"):
        fetch(f"http://news.test:{port}/", resolve=lambda *_: ["8.8.8.8"])


@pytest.mark.parametrize(
    "ips",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["2606:4700::1111", "::1"],
        ["10.1.2.3"],
        ["fe80::1%lo"],
        ["::ffff:127.0.0.1"],
        [],
        ["not an address"],
    ],
)
def test_name_with_any_address_inside_is_refused_unconnected(ips: list[str], listener: Listener) -> None:
    with pytest.raises(FetchRefused, match=r"not on the public internet|no address"):
        fetch(f"http://news.test:{listener.port}/", resolve=lambda *_: ips, timeout_seconds=2)
    assert listener.connections() == 0


def test_name_is_resolved_once_and_connected_to_what_was_checked(site: Site) -> None:
    """A name server that answers differently the second time is never asked a second time."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    site.replies["/"] = plain(b"here")
    page = page_at(f"http://news.test:{site.port}/", resolve=rebinding)
    assert page.data == b"here"
    assert asked == [("news.test", site.port)]
    assert site.requests[0][1]["Host"] == f"news.test:{site.port}"


def test_name_that_moves_inside_between_redirects_is_refused(site: Site) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.replies["/"] = redirect("/again")
    with pytest.raises(FetchRefused, match=r"leads to 10\.0\.0\.1"):
        fetch(f"http://news.test:{site.port}/", allow_loopback=True, resolve=lambda *_: next(answers))
    assert [path for path, _ in site.requests] == ["/"]


@pytest.mark.parametrize(
    "location",
    [
        "http://0.0.0.0:PORT/",  # `tests/attack/test_inside_addresses.py` has many more
        "file:///etc/passwd",
        "ftp://127.0.0.1:PORT/",
        "javascript:alert(1)",
        "http://[",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_a_refused_address_is_refused(location: str, status: int, site: Site, listener: Listener) -> None:
    site.replies["/"] = redirect(location.replace("PORT", str(listener.port)), status)
    with pytest.raises(FetchRefused):
        fetch(site.url + "/", allow_loopback=True, timeout_seconds=2)
    assert listener.connections() == 0
    assert len(site.requests) == 1


def test_message_hides_the_password_of_a_refused_address() -> None:
    for address in ("http://me:secret@example.org/", "ftp://me:secret@example.org/", "http://me:secret@[::/"):
        with pytest.raises(FetchRefused) as refusal:
            fetch(address)
        assert "secret" not in str(refusal.value)


# --- what is fetched ---


def test_page_has_its_address_type_charset_and_bytes(site: Site) -> None:
    site.replies["/a?b=c"] = plain("Größe".encode("latin-1"), "Text/HTML; charset=ISO-8859-1")
    page = fetch(site.url + "/a?b=c#part", allow_loopback=True)
    assert page == Page(site.url + "/a?b=c", "text/html", b"Gr\xf6\xdfe", "iso-8859-1")


def test_request_names_itself_and_asks_for_pages_first(site: Site) -> None:
    site.replies["/"] = plain(b"x")
    fetch(site.url, allow_loopback=True)
    [(path, headers)] = site.requests
    assert path == "/"
    assert headers["User-Agent"].startswith("article-assistant/")
    assert headers["Accept"].startswith("text/html, application/xhtml+xml, application/atom+xml;q=0.5, ")
    assert headers["Accept-Encoding"] == "gzip"
    assert headers["Host"] == f"127.0.0.1:{site.port}"
    assert "Cookie" not in headers


def test_unquoted_address_is_quoted_and_quoted_one_left_alone(site: Site) -> None:
    site.replies["/caf%C3%A9%20x?q=%C3%A9&r=a%2Fb"] = plain(b"x")
    page = page_at(site.url + "/café x?q=é&r=a%2Fb")
    assert page.url == site.url + "/caf%C3%A9%20x?q=%C3%A9&r=a%2Fb"


def test_lone_surrogate_in_an_address_is_no_exception(site: Site) -> None:
    with pytest.raises(FetchRefused, match="status 404"):
        fetch(site.url + "/\ud800?\udfff", allow_loopback=True)


def test_proxy_of_the_environment_is_not_used(site: Site, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    site.replies["/"] = plain(b"direct")
    assert page_at(site.url).data == b"direct"
    assert listener.connections() == 0


def test_redirects_are_followed_relative_and_absolute(site: Site) -> None:
    site.replies["/1"] = redirect("2", 301)
    site.replies["/2"] = redirect(site.url + "/3", 307)
    site.replies["/3"] = redirect("/4?x=1#y", 308)
    site.replies["/4?x=1"] = plain(b"end")
    page = page_at(site.url + "/1")
    assert (page.url, page.data) == (site.url + "/4?x=1", b"end")
    assert len(site.requests) == MAX_REDIRECTS + 1


def test_fourth_redirect_is_refused(site: Site) -> None:
    site.replies["/"] = redirect("/")
    with pytest.raises(FetchRefused, match="more than 3 times"):
        fetch(site.url, allow_loopback=True)
    assert len(site.requests) == MAX_REDIRECTS + 1


def test_unquoted_redirect_is_read_as_utf8(site: Site) -> None:
    site.replies["/"] = raw(b"HTTP/1.1 302 Found\r\nLocation: /caf\xc3\xa9\r\nContent-Length: 0\r\n\r\n")
    site.replies["/caf%C3%A9"] = plain(b"x")
    assert page_at(site.url).data == b"x"


@pytest.mark.parametrize("status", [201, 204, 206, 300, 304, 401, 403, 404, 410, 429, 500, 503])
def test_status_other_than_200_is_refused_by_name(status: int, site: Site) -> None:
    site.replies["/gone"] = plain(b"", status=status)
    with pytest.raises(FetchRefused, match=f"{site.url}/gone answered with status {status}"):
        fetch(site.url + "/gone", allow_loopback=True)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html",
        "application/xhtml+xml",
        "text/plain; charset=utf-8",
        "application/rss+xml",
        "application/atom+xml",
        "application/xml",
        "text/xml",
        "application/json",
        "application/feed+json",
        "application/pdf",
        "application/gzip",
    ],
)
def test_readable_type_is_accepted(content_type: str, site: Site) -> None:
    site.replies["/"] = plain(b"x", content_type)
    assert page_at(site.url).content_type == content_type.partition(";")[0]


@pytest.mark.parametrize(
    "content_type", ["", "image/png", "application/zip", "application/octet-stream", "nonsense", "text/html/x"]
)
def test_other_type_is_refused(content_type: str, site: Site) -> None:
    site.replies["/"] = plain(b"x", content_type)
    with pytest.raises(FetchRefused, match=r"content of type .*only pages, text, PDF, .* are read: .* as \.txt"):
        fetch(site.url, allow_loopback=True)


def test_file_named_gz_is_one_whatever_its_server_calls_it(site: Site) -> None:
    site.replies["/sitemap.xml.gz"] = plain(b"x", "application/octet-stream")
    assert page_at(site.url + "/sitemap.xml.gz").content_type == "application/gzip"


@pytest.mark.parametrize("coding", ["br", "deflate", "identity, gzip"])
def test_body_packed_otherwise_than_with_gzip_is_refused(coding: str, site: Site) -> None:
    site.replies["/"] = plain(b"\x1f\x8b", Content_Encoding=coding)
    with pytest.raises(FetchRefused, match="save the page"):
        fetch(site.url, allow_loopback=True)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_body_packed_with_gzip_is_unpacked(coding: str, site: Site) -> None:
    site.replies["/"] = plain(gzip.compress(b"words " * 1000), Content_Encoding=coding)
    assert page_at(site.url).data == b"words " * 1000


@pytest.mark.parametrize(
    "packed", [b"\x1f\x8b", b"words", gzip.compress(b"x" * 1000, mtime=0)[:-9], b"\x1f\x8b\x08" + b"\xff" * 99]
)
def test_body_damaged_in_packing_is_refused(packed: bytes, site: Site) -> None:
    site.replies["/"] = plain(packed, Content_Encoding="gzip")
    with pytest.raises(FetchRefused, match="is packed with gzip and damaged"):
        fetch(site.url, allow_loopback=True)


def test_body_that_unpacks_to_too_much_or_too_fast_is_refused(site: Site) -> None:
    """A megabyte of blanks packs to a thousandth of it; ten megabytes come of 10,000 bytes."""
    bomb = gzip.compress(b" " * 9_000_000)
    assert len(bomb) < 10_000
    site.replies["/fast"] = plain(bomb, Content_Encoding="gzip")
    with pytest.raises(FetchRefused, match=r"unpack to more than 1,\d{3},\d{3}: "):
        fetch(site.url + "/fast", allow_loopback=True)
    site.replies["/much"] = plain(gzip.compress(b"x" * 1001), Content_Encoding="gzip")
    with pytest.raises(FetchRefused, match="unpack to more than 1,000: "):
        fetch(site.url + "/much", allow_loopback=True, max_bytes=1000)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def test_body_of_the_most_bytes_is_kept_and_one_more_refused(site: Site) -> None:
    site.replies["/fits"] = plain(b"x" * 1000)
    site.replies["/long"] = plain(b"x" * 1001)
    site.replies["/endless"] = raw(HEAD + b"\r\n", b"x" * 1001)
    assert len(page_at(site.url + "/fits", max_bytes=1000).data) == 1000
    for path in ("/long", "/endless"):
        with pytest.raises(FetchRefused, match="more than 1,000 bytes"):
            fetch(site.url + path, allow_loopback=True, max_bytes=1000)


def test_chunks_are_joined_and_counted(site: Site) -> None:
    site.replies["/fits"] = raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    site.replies["/long"] = raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n")
    assert page_at(site.url + "/fits").data == b"abcde"
    with pytest.raises(FetchRefused, match="more than 1,000 bytes"):
        fetch(site.url + "/long", allow_loopback=True, max_bytes=1000)


def test_chunk_of_negative_length_does_not_lift_the_bound(site: Site) -> None:
    sent = []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n")
        for _ in range(200):
            handler.wfile.write(b"x" * 100_000)
            sent.append(100_000)

    site.replies["/"] = flood
    with pytest.raises(FetchRefused):
        fetch(site.url, allow_loopback=True, max_bytes=1000)
    assert sum(sent) < 20_000_000


@pytest.mark.parametrize(
    "reply",
    [
        raw(HEAD + b"Content-Length: 10\r\n\r\nabc"),
        raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
        raw(b""),
        raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
        raw(b"HTTP/1.1 200 " + b"x" * 100_000),
        raw(HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n"),
    ],
    ids=["short", "short-chunk", "nothing", "other-protocol", "long-status", "many-headers"],
)
def test_broken_reply_is_refused(reply: Reply, site: Site) -> None:
    site.replies["/"] = reply
    with pytest.raises(FetchRefused, match=site.url):
        fetch(site.url, allow_loopback=True, timeout_seconds=5)


@pytest.mark.parametrize("start", [b"", HEAD, HEAD + b"\r\n"], ids=["status", "header", "body"])
def test_dripping_server_is_left_at_the_deadline(start: bytes, site: Site) -> None:
    """Each byte comes well within any socket timeout; all of them would take a minute."""
    site.replies["/"] = raw(start, *[b"x"] * 600, pause_seconds=0.1)
    with pytest.raises(TimedOut, match="did not answer in full"):
        fetch(site.url, allow_loopback=True, timeout_seconds=0.5)


def test_silent_server_is_left_at_the_deadline(listener: Listener) -> None:
    with pytest.raises(FetchRefused, match="did not answer in full"):
        fetch(f"http://127.0.0.1:{listener.port}/", allow_loopback=True, timeout_seconds=0.3)
    assert listener.connections() == 1


def test_closed_port_is_refused_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    with pytest.raises(FetchRefused, match=f"http://127.0.0.1:{port}/ could not be fetched"):
        fetch(f"http://127.0.0.1:{port}/", allow_loopback=True)


def test_next_address_is_tried_when_one_takes_no_connection(site: Site) -> None:
    site.replies["/"] = plain(b"x")
    page = page_at(f"http://news.test:{site.port}/", resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
    assert page.data == b"x"


# --- what a refusal says, and what is sent only if it changed ---


@pytest.mark.parametrize(("status", "may_pass"), [(404, False), (410, False), (403, False), (429, True), (503, True)])
def test_refusal_carries_the_status_and_whether_it_may_pass(status: int, may_pass: bool, site: Site) -> None:
    site.replies["/old"] = redirect("/new")
    site.replies["/new"] = plain(b"", status=status)
    for path in ("/new", "/old"):
        with pytest.raises(NotServed) as refusal:
            fetch(site.url + path, allow_loopback=True)
        assert (refusal.value.status, refusal.value.may_pass) == (status, may_pass)
        assert ("try again later" in str(refusal.value)) == may_pass
    assert str(refusal.value).startswith(f"'{site.url}/old' redirects to where nothing is fetched: {site.url}/new ")


def test_guard_and_content_are_refused_otherwise_than_failures(site: Site) -> None:
    site.replies["/"] = plain(b"", "image/png")
    for address in (site.url, "http://10.0.0.1/"):
        with pytest.raises(FetchRefused) as refusal:
            fetch(address, allow_loopback=True)
        assert not isinstance(refusal.value, NotServed)
    with pytest.raises(NotServed) as failure:
        fetch(f"https://127.0.0.1:{site.port}/", allow_loopback=True)
    assert (failure.value.status, failure.value.may_pass) == (None, True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "Thu, 02 Jan 2020 10:00:30 GMT", "Date": "Thu, 02 Jan 2020 10:00:00 GMT"}, 30),
        ({"Retry-After": "Thu, 02 Jan 2020 09:00:00 GMT", "Date": "Thu, 02 Jan 2020 10:00:00 GMT"}, 0),
        ({"Retry-After": "Thu, 02 Jan 2020 09:00:00 GMT", "Date": "soon"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "9" * 5000}, None),
        ({"Retry-After": "²"}, None),
    ],
)
def test_time_that_the_server_names_is_told(headers: dict[str, str], seconds: float | None, site: Site) -> None:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n" + "".join(lines) + "\r\n"
    site.replies["/"] = raw(head.encode("latin-1"))
    with pytest.raises(NotServed) as refusal:
        fetch(site.url, allow_loopback=True)
    assert refusal.value.retry_after_seconds == seconds


def test_page_has_what_tells_its_versions_apart_if_it_can_be_sent_back(site: Site) -> None:
    date = "Mon, 06 Jan 2025 10:00:00 GMT"
    site.replies["/"] = plain(b"x", ETag='W/"7"', Last_Modified=date)
    site.replies["/long"] = plain(b"x", ETag='"' + "7" * 300 + '"', Last_Modified="\x7f")
    assert (page_at(site.url).etag, page_at(site.url).last_modified) == ('W/"7"', date)
    assert (page_at(site.url + "/long").etag, page_at(site.url + "/long").last_modified) == (None, None)


def test_each_request_sends_the_validator_of_its_own_address_and_304_is_no_refusal(site: Site) -> None:
    known = {site.url + "/new": ('"7"', "Mon, 06 Jan 2025 10:00:00 GMT")}
    site.replies["/old"] = redirect("/new")
    site.replies["/new"] = plain(b"", status=304)
    found = fetch(site.url + "/old", allow_loopback=True, turn=lambda url: nullcontext(known.get(url)))
    assert found == NotModified(site.url + "/new")
    [(_, first), (_, second)] = site.requests
    assert "If-None-Match" not in first
    assert (second["If-None-Match"], second["If-Modified-Since"]) == known[site.url + "/new"]


# --- TLS ---


# For news.test until 2120, signed by itself: made for this test and good for nothing else.
CERTIFICATE_AND_KEY = """\
-----BEGIN CERTIFICATE-----
MIIBcDCCARegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAluZXdzLnRl
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CW5ld3MudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEfU125KpTsauecN
K6AXcJWIPdlYzckjCYFNyB5cJrPkMvFI7XBblo9F4pI7J6q7uuWzbJhUI4Gpmp1r
ist02HSjWDBWMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgKEMBQGA1Ud
EQQNMAuCCW5ld3MudGVzdDAdBgNVHQ4EFgQUmoNN5CIXOFR7LM3tAJDHVkcZd8Qw
CgYIKoZIzj0EAwIDRwAwRAIgI0BFYQ75Msw8P4zfeFVbgp5anoZq47tU72WvYmsS
w2ECIF7gK9w/2uThucpGonA8IlHrsV4OAeTb894+f3YUGRlh
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbgb90jM2ZHDfxPlP
vkT11IkWEOocP5E4LfuD/k+RQiOhRANCAARH1NduSqU7GrnnDSugF3CViD3ZWM3J
IwmBTcgeXCaz5DLxSO1wW5aPReKSOyequ7rls2yYVCOBqZqda4rLdNh0
-----END PRIVATE KEY-----
"""


@pytest.fixture
def tls_site(tmp_path: Path) -> Iterator[Site]:
    certificate = tmp_path / "certificate.pem"
    certificate.write_text(CERTIFICATE_AND_KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site = Site(context)
    yield site
    site.close()


def test_certificate_is_verified_by_name(tls_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls_site.replies["/"] = plain(b"secure")

    def get(host: str) -> bytes:
        address = f"https://{host}:{tls_site.port}/"
        return page_at(address, resolve=lambda *_: ["127.0.0.1"]).data

    with pytest.raises(FetchRefused, match="no valid certificate"):
        get("news.test")  # signed by nobody that this machine trusts
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    assert get("news.test") == b"secure"
    assert get("NEWS.test.") == b"secure"
    for host in ("other.test", "127.0.0.1"):
        with pytest.raises(FetchRefused, match="no valid certificate"):
            get(host)
    assert len(tls_site.requests) == 2


def test_plain_server_on_https_is_refused(site: Site) -> None:
    with pytest.raises(FetchRefused, match="could not be fetched"):
        fetch(f"https://127.0.0.1:{site.port}/", allow_loopback=True, timeout_seconds=5)
    assert site.requests == []


def test_server_silent_in_the_handshake_is_left_at_the_deadline(listener: Listener) -> None:
    with pytest.raises(FetchRefused, match="did not answer in full"):
        fetch(f"https://127.0.0.1:{listener.port}/", allow_loopback=True, timeout_seconds=0.3)
