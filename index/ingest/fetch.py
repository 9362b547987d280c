"""An address in, one page out: a single GET that can only reach the public internet.

Where it may go is `target`'s to say; the connection is made to a checked address itself, so that a name cannot point
elsewhere between check and use. TLS still verifies the certificate by name.

`http.client` rather than urllib3: it takes a socket that is already connected, and it follows no redirect, reads no
proxy setting and unpacks nothing by itself, so there is nothing to switch off. Left out: robots.txt, waiting and
retries, which are `polite`'s, and cookies.
"""

import gzip
import http.client
import io
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.errors import FetchRefused, NotServed, TimedOut, is_passing
from index.ingest.target import (
    IPAddress,
    Resolver,
    Target,
    checked_addresses,
    shown_address,
    system_resolver,
    target_of,
)

Validator = tuple[str | None, str | None]
"""The ETag and the Last-Modified of a page, as its server gave them."""
Turn = Callable[[str], AbstractContextManager[Validator | None]]
"""Entered around each request, with the address it goes to: it may wait, raise FetchRefused, and give the validator
of what is known of that address, so that only something newer is sent."""

MAX_REDIRECTS = 3
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
XML_TYPES = frozenset({"application/xml", "text/xml"})
JSON_TYPES = frozenset({"application/json", "application/feed+json"})
GZIP_TYPES = frozenset({"application/gzip", "application/x-gzip"})
OTHER_TYPES = frozenset({"text/plain", "application/pdf"})
ACCEPTED_TYPES = HTML_TYPES | FEED_TYPES | XML_TYPES | JSON_TYPES | GZIP_TYPES | OTHER_TYPES
MAX_BYTES = 10_000_000
MAX_RATIO = 200
"""How many times its size something packed may be once it has a megabyte; a sitemap of 50,000 addresses is 34 times."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave. `url` is where it was found after redirects, without a fragment."""

    url: str
    content_type: str
    """In lower case and without parameters: `text/html`."""
    data: bytes
    charset: str | None = None
    """As the server states it, unchecked; None when it states none."""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The answer that what `url` gives is still what came with the validator that was sent."""

    url: str


def _at_once(_address: str) -> AbstractContextManager[None]:
    return nullcontext()


def fetch(
    address: str,
    *,
    allow_loopback: bool = False,
    max_bytes: int = MAX_BYTES,
    timeout_seconds: float = 15,
    types: frozenset[str] | None = ACCEPTED_TYPES,
    resolve: Resolver = system_resolver,
    turn: Turn = _at_once,
) -> Page | NotModified:
    """The page at `address`, after at most three redirects, each checked like the first address.

    `timeout_seconds` bounds the whole of it, a server that sends a byte now and then included; only the
    time that `resolve` and `turn` take is not cut short. `types` None takes any. `allow_loopback` also lets it
    reach this machine, at any port: for tests. NotModified comes only where `turn` gave a validator.

    Raises FetchRefused, which names the address and the way out, when the address leads inside or gives more
    than `max_bytes`, a body packed otherwise than with gzip, or a type that no reader here takes; NotServed, when
    it cannot be reached or answers with another status than 200; TimedOut, when it takes too long.
    """
    seconds_left = timeout_seconds
    asked = address
    for _ in range(MAX_REDIRECTS + 1):
        try:
            target = target_of(asked)
            with turn(target.url) as validator:
                began = time.monotonic()
                ips = checked_addresses(target, resolve, allow_loopback)
                found = _step(target, ips, began + seconds_left, max_bytes, types, validator or (None, None))
                seconds_left -= time.monotonic() - began
        except FetchRefused as refusal:
            if asked is not address:  # told by the same object, which also has the status
                refusal.args = (f"{shown_address(address)} redirects to where nothing is fetched: {refusal}",)
            raise
        if not isinstance(found, str):
            return found
        asked = found
    raise FetchRefused(
        f"{shown_address(address)} redirects more than {MAX_REDIRECTS} times: give the address it ends at."
    )


def unpacked(packed: bytes, url: str, max_bytes: int = MAX_BYTES) -> bytes:
    """What gzip packed. Raises FetchRefused for what is damaged, and for what grows too large or too fast."""
    most = min(max_bytes, max(1_000_000, MAX_RATIO * len(packed)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            data = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FetchRefused(
            f"{url} is packed with gzip and damaged ({str(error)[:100]}): try again, or save the page and add the file."
        ) from error
    if len(data) > most:
        raise FetchRefused(
            f"{url} has {len(packed):,} bytes that unpack to more than {most:,}: give the address of one article."
        )
    return data


def _step(
    target: Target,
    ips: Sequence[IPAddress],
    deadline: float,
    max_bytes: int,
    types: frozenset[str] | None,
    validator: Validator,
) -> Page | NotModified | str:
    """What is at `target`, or the address that it redirects to."""
    try:
        return _get(target, ips, deadline, max_bytes, types, validator)
    except TimeoutError as error:
        raise TimedOut(
            f"{target.url} did not answer in full within the time set for it: try again later, or save the "
            "page and add the file."
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise FetchRefused(
            f"{target.url} has no valid certificate ({error.verify_message}): check the address."
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotServed(
            f"{target.url} could not be fetched ({type(error).__name__}: {str(error)[:200]}): check the "
            "address, and that this machine is online."
        ) from error


def _get(
    target: Target,
    ips: Sequence[IPAddress],
    deadline: float,
    max_bytes: int,
    types: frozenset[str] | None,
    validator: Validator,
) -> Page | NotModified | str:
    with _connect(target, ips, deadline) as sock:
        # No name is looked up again: with a socket given and auto_open off, http.client cannot connect.
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.auto_open = 0
        connection.sock = _Wire(sock, deadline, max_bytes + _MAX_FRAMING_BYTES)
        headers = {
            "Host": target.host_header,
            "User-Agent": _user_agent(),
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        etag, last_modified = validator
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        connection.request("GET", target.path, headers=headers)
        response = connection.getresponse()
        location: str | None = response.headers["Location"]
        if response.status in _REDIRECTS and location:
            # Header bytes arrive as Latin-1; a server that leaves an address unquoted means UTF-8.
            return urljoin(target.url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
        if response.status == 304 and (etag or last_modified):
            return NotModified(target.url)
        if response.status != 200:
            raise _bad_status(target.url, response)
        return _page(target.url, response, max_bytes, types)


_REDIRECTS = {301, 302, 303, 307, 308}
# Servers that have a page in several forms give the one that is asked for first, or with the greatest weight.
_ACCEPT = ", ".join(
    ["text/html", "application/xhtml+xml", *(f"{name};q=0.5" for name in sorted(ACCEPTED_TYPES - HTML_TYPES))]
)


def _bad_status(url: str, response: http.client.HTTPResponse) -> NotServed:
    seconds = _retry_after_seconds(response.headers)
    if not is_passing(response.status):
        way_out = "check that the page opens in a browser without signing in."
    else:
        way_out = "try again later." if seconds is None else f"try again in {seconds:,.0f} seconds."
    return NotServed(f"{url} answered with status {response.status}: {way_out}", response.status, seconds)


def _retry_after_seconds(headers: http.client.HTTPMessage) -> float | None:
    """How long the server asks to be left alone; it says so in seconds, or by a date, which is one on its own clock."""
    stated = headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,9}", stated):
        return float(stated)
    try:
        until = parsedate_to_datetime(stated).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    now = time.time()
    with suppress(ValueError, TypeError, OverflowError):
        now = parsedate_to_datetime(headers.get("Date", "")).timestamp()
    return max(0.0, until - now)


def _page(url: str, response: http.client.HTTPResponse, max_bytes: int, types: frozenset[str] | None) -> Page:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type in _ANY_BYTES and urlsplit(url).path.endswith(".gz"):
        content_type = "application/gzip"
    if types is not None and content_type not in types:
        raise FetchRefused(
            f"{url} gives content of type {content_type[:80]!r}, and only pages, text, PDF, feeds and sitemaps are "
            "read: give the address of an article's page, or save its text as .txt and add the file."
        )
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip", "x-gzip"}:
        raise FetchRefused(
            f"{url} is sent as {coding[:80]!r}, although it was asked for as it is or with gzip: save the page and "
            "add the file."
        )
    if (response.length or 0) > max_bytes or len(data := response.read(max_bytes + 1)) > max_bytes:
        raise FetchRefused(f"{url} gives more than {max_bytes:,} bytes: give the address of one article.")
    if response.length:  # http.client leaves the bytes that never came here, and says nothing
        raise NotServed(f"{url} ended {response.length:,} bytes early: try again.")
    return Page(
        url,
        content_type,
        data if coding == "identity" else unpacked(data, url, max_bytes),
        response.headers.get_content_charset(),
        _validator_field(response.headers["ETag"]),
        _validator_field(response.headers["Last-Modified"]),
    )


_ANY_BYTES = {"application/octet-stream", "binary/octet-stream"}


def _validator_field(value: str | None) -> str | None:
    """What may be sent back as it came: the short and plain, which is all that servers mean."""
    return value if value and re.fullmatch("[ -~]{1,200}", value) else None


_MAX_FRAMING_BYTES = 1_000_000
"""What a reply may have on the wire beyond its body: headers and the marks of its chunks."""


def _connect(target: Target, ips: Sequence[IPAddress], deadline: float) -> socket.socket:
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
