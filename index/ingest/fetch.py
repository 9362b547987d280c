"""An address in, one page out: a single GET that can only reach the public internet.

Whoever can add an article can name an address, so the address may be meant for what lies inside: this
machine, the network it stands in, a cloud's metadata service. A host is therefore resolved once, every
address it has is checked, and the connection is made to a checked address itself; a name cannot point
elsewhere between check and use, and odd spellings (`0x7f.1`, `①②⑦.0.0.1`) gain nothing, because what is
checked is what they resolve to. TLS still verifies the certificate by name.

`http.client` rather than urllib3: it takes a socket that is already connected, and it follows no
redirect, reads no proxy setting and unpacks nothing by itself, so there is nothing to switch off. Left
out: robots.txt, conditional requests, retries, cookies. A network that maps IPv4 into a NAT64 prefix of
its own cannot be told from the internet; such a network needs its own firewall.
"""

import http.client
import io
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from index.errors import FetchRefused

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""A host name and a port in, its addresses as text out; raises OSError when there are none."""

MAX_ADDRESS_CHARS = 2_000
MAX_REDIRECTS = 3
PORTS = {80, 443}
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
XML_TYPES = frozenset({"application/xml", "text/xml"})
ACCEPTED_TYPES = HTML_TYPES | FEED_TYPES | XML_TYPES | {"text/plain"}


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave. `url` is where it was found after redirects, without a fragment."""

    url: str
    content_type: str
    """In lower case and without parameters: `text/html`."""
    data: bytes
    charset: str | None = None
    """As the server states it, unchecked; None when it states none."""


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver has for `host`."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch(
    address: str,
    *,
    allow_loopback: bool = False,
    max_bytes: int = 10_000_000,
    timeout_seconds: float = 15,
    resolve: Resolver = system_resolver,
) -> Page:
    """The page at `address`, after at most three redirects, each checked like the first address.

    `timeout_seconds` bounds the whole of it, a server that sends a byte now and then included; only the
    time that `resolve` takes is not cut short. `allow_loopback` also lets it reach this machine, at any
    port: for tests. Raises FetchRefused, which names the address and the way out, when the address leads
    inside, cannot be reached, answers with another status than 200, or gives more than `max_bytes`, a
    compressed body or a type that no reader here takes.
    """
    deadline = time.monotonic() + timeout_seconds
    asked = address
    for _ in range(MAX_REDIRECTS + 1):
        try:
            found = _step(asked, allow_loopback, max_bytes, deadline, resolve)
        except FetchRefused as refusal:
            if asked is address:
                raise
            raise FetchRefused(f"{_shown(address)} redirects to where nothing is fetched: {refusal}") from refusal
        if isinstance(found, Page):
            return found
        asked = found
    raise FetchRefused(f"{_shown(address)} redirects more than {MAX_REDIRECTS} times: give the address it ends at.")


def is_public(ip: IPAddress) -> bool:
    """Whether `ip` is a global unicast address that belongs to one machine out on the internet.

    `ip.is_global` is no help: it lets multicast, NAT64, 6to4, Teredo and IPv4-compatible addresses
    through, and its answers differ between Python versions.
    """
    if ip.version == 6 and ip not in _ALLOCATED_IPV6:
        return False
    return not any(ip in network for network in _NOT_PUBLIC)


# IANA's special-purpose address registries, with multicast, and an address that Azure keeps for the host.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent, which only machines in Azure reach
        "169.254.0.0/16",  # link-local, and cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnels
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # 6bone, given back
        "3fff::/20",  # documentation
    )
)
# The one block of global unicast that is handed out. Outside it lie ::1, IPv4-mapped and IPv4-compatible
# addresses, both NAT64 prefixes, unique local, link-local, site-local and multicast addresses.
_ALLOCATED_IPV6 = ipaddress.ip_network("2000::/3")
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a request goes, in ASCII, with the host as it is resolved and as TLS verifies it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.path}"


def _step(address: str, allow_loopback: bool, max_bytes: int, deadline: float, resolve: Resolver) -> Page | str:
    """The page at `address`, or the address that it redirects to."""
    target = _parse(address)
    ips = _checked_addresses(target, resolve, allow_loopback)
    try:
        return _get(target, ips, deadline, max_bytes)
    except TimeoutError as error:
        raise FetchRefused(
            f"{target.url} did not answer in full within the time set for it: try again later, or save the "
            "page and add the file."
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise FetchRefused(
            f"{target.url} has no valid certificate ({error.verify_message}): check the address."
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FetchRefused(
            f"{target.url} could not be fetched ({type(error).__name__}: {str(error)[:200]}): check the "
            "address, and that this machine is online."
        ) from error


def _parse(address: str) -> _Target:
    if len(address) > MAX_ADDRESS_CHARS:
        raise FetchRefused(
            f"{_shown(address)} has {len(address):,} characters, and {MAX_ADDRESS_CHARS:,} are the most: "
            "give a shorter address."
        )
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii").lower().removesuffix(".")
    except ValueError as error:  # UnicodeError, for a name that is no name, is one too
        raise FetchRefused(f"{_shown(address)} is not an address ({error}): check its spelling.") from error
    if parts.scheme not in {"http", "https"}:
        raise FetchRefused(f"{_shown(address)} cannot be fetched: give an address that begins with https://.")
    if "@" in parts.netloc:
        raise FetchRefused(f"{_shown(address)} holds a user name: leave out what stands before the @.")
    if not (_NAME_PATTERN.fullmatch(host) or _IPV6_PATTERN.fullmatch(parts.netloc)):
        raise FetchRefused(f"{_shown(address)} names no host that can be looked up: check its spelling.")
    path = quote(parts.path or "/", safe=_PATH_CHARS, errors="replace")
    if parts.query:
        path += "?" + quote(parts.query, safe=_PATH_CHARS + "?", errors="replace")
    return _Target(parts.scheme, host, _default_port(parts.scheme) if port is None else port, path)


_NAME_PATTERN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_IPV6_PATTERN = re.compile(r"\[[0-9A-Fa-f:.]+\](:[0-9]*)?")
_PATH_CHARS = "%/:@!$&'()*+,;=~"


def _shown(address: str) -> str:
    """`address` as messages repeat it: quoted, not too long, and without a password it may hold."""
    return repr(re.sub(r"//[^/?#]*@", "//…@", address[:MAX_ADDRESS_CHARS])[:200])


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _checked_addresses(target: _Target, resolve: Resolver, allow_loopback: bool) -> list[IPAddress]:
    """Every address of the target's host, none of which leads inside; never an empty list."""
    try:
        ips = [ipaddress.ip_address(text) for text in dict.fromkeys(resolve(target.host, target.port))]
    except (OSError, ValueError) as error:
        raise FetchRefused(
            f"{target.url} cannot be fetched, because no address is known for {target.host!r} ({error}): "
            "check its spelling, and that this machine is online."
        ) from error
    if not ips:
        raise FetchRefused(f"{target.url} cannot be fetched, because {target.host!r} has no address.")
    outside = [ip for ip in ips if not (allow_loopback and any(ip in network for network in _LOOPBACK))]
    for ip in outside:
        if not is_public(ip):
            raise FetchRefused(
                f"{target.url} is not fetched, because it leads to {ip}, which is not on the public "
                "internet: save the page and add the file."
            )
    if outside and target.port not in PORTS:
        raise FetchRefused(
            f"{target.url} is not fetched from port {target.port}: only ports 80 and 443 are. Save the page "
            "and add the file."
        )
    return ips


def _get(target: _Target, ips: Sequence[IPAddress], deadline: float, max_bytes: int) -> Page | str:
    with _connect(target, ips, deadline) as sock:
        # No name is looked up again: with a socket given and auto_open off, http.client cannot connect.
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.auto_open = 0
        connection.sock = _Wire(sock, deadline, max_bytes + _MAX_FRAMING_BYTES)
        headers = {
            "Host": target.host_header,
            "User-Agent": _user_agent(),
            "Accept": ", ".join(sorted(ACCEPTED_TYPES)),
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        connection.request("GET", target.path, headers=headers)
        response = connection.getresponse()
        location: str | None = response.headers["Location"]
        if response.status in _REDIRECTS and location:
            # Header bytes arrive as Latin-1; a server that leaves an address unquoted means UTF-8.
            return urljoin(target.url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
        if response.status != 200:
            raise FetchRefused(
                f"{target.url} answered with status {response.status}: check that the page opens in a "
                "browser without signing in."
            )
        return _page(target.url, response, max_bytes)


_REDIRECTS = {301, 302, 303, 307, 308}


def _page(url: str, response: http.client.HTTPResponse, max_bytes: int) -> Page:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type not in ACCEPTED_TYPES:
        raise FetchRefused(
            f"{url} gives content of type {content_type[:80]!r}, and only pages, text and feeds are "
            "read: give the address of an article's page, or save its text as .txt and add the file."
        )
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        raise FetchRefused(
            f"{url} is sent as {coding[:80]!r}, although it was asked for as it is: save the page and add the file."
        )
    if (response.length or 0) > max_bytes or len(data := response.read(max_bytes + 1)) > max_bytes:
        raise FetchRefused(f"{url} gives more than {max_bytes:,} bytes: give the address of one article.")
    if response.length:  # http.client leaves the bytes that never came here, and says nothing
        raise FetchRefused(f"{url} ended {response.length:,} bytes early: try again.")
    return Page(url, content_type, data, response.headers.get_content_charset())


_MAX_FRAMING_BYTES = 1_000_000
"""What a reply may have on the wire beyond its body: headers and the marks of its chunks."""


def _connect(target: _Target, ips: Sequence[IPAddress], deadline: float) -> socket.socket:
    """A connection to the first of `ips` that takes one; each gets an equal share of the time left."""
    failure = OSError("no address took a connection")
    for position, ip in enumerate(ips):
        sock = socket.socket(socket.AF_INET6 if ip.version == 6 else socket.AF_INET)
        try:
            sock.settimeout(_seconds_left(deadline) / (len(ips) - position))
            sock.connect((str(ip), target.port))
            if target.scheme == "http":
                return sock
            sock.settimeout(_seconds_left(deadline))
            return ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
        except OSError as error:
            sock.close()
            failure = error
    raise failure


class _Wire:
    """A connected socket in the shape that http.client needs, with a deadline and a bound on the bytes read.

    The bound is not left to `HTTPResponse.read(n)`: a chunk that says it is -1 bytes long makes that read
    on to the end of the stream.
    """

    def __init__(self, sock: socket.socket, deadline: float, max_bytes: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._max_bytes = max_bytes

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_seconds_left(self._deadline))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._sock, self._deadline, self._max_bytes))

    def close(self) -> None:
        """Nothing: http.client closes before it reads, and whoever connected closes the socket."""


class _Reading(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float, max_bytes: int) -> None:
        self._sock = sock
        self._deadline = deadline
        self._bytes_left = max_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_seconds_left(self._deadline))
        count = self._sock.recv_into(buffer)
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise http.client.HTTPException("the reply is too long")
        return count


def _seconds_left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _user_agent() -> str:
    with suppress(PackageNotFoundError):
        return f"article-assistant/{version('article-assistant')}"
    return "article-assistant"
