"""An address in, where a request for it may go out: on the public internet and nowhere else.

Whoever can add an article can name an address, so the address may be meant for what lies inside: this machine, the
network it stands in, a cloud's metadata service. A host is resolved once and every address it has is checked, so that
odd spellings (`0x7f.1`, `①②⑦.0.0.1`) gain nothing: what is checked is what they resolve to. A network that maps IPv4
into a NAT64 prefix of its own cannot be told from the internet; such a network needs its own firewall.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from index.errors import FetchRefused, NotServed

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""A host name and a port in, its addresses as text out; raises OSError when there are none."""

MAX_ADDRESS_CHARS = 2_000
PORTS = {80, 443}


@dataclass(frozen=True, slots=True)
class Target:
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


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver has for `host`."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def target_of(address: str) -> Target:
    """Raises FetchRefused for what is no address of the web."""
    if len(address) > MAX_ADDRESS_CHARS:
        raise FetchRefused(
            f"{shown_address(address)} has {len(address):,} characters, and {MAX_ADDRESS_CHARS:,} are the most: "
            "give a shorter address."
        )
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii").lower().removesuffix(".")
    except ValueError as error:  # UnicodeError, for a name that is no name, is one too
        raise FetchRefused(f"{shown_address(address)} is not an address ({error}): check its spelling.") from error
    if parts.scheme not in {"http", "https"}:
        raise FetchRefused(f"{shown_address(address)} cannot be fetched: give an address that begins with https://.")
    if "@" in parts.netloc:
        raise FetchRefused(f"{shown_address(address)} holds a user name: leave out what stands before the @.")
    if not (_NAME_PATTERN.fullmatch(host) or _IPV6_PATTERN.fullmatch(parts.netloc)):
        raise FetchRefused(f"{shown_address(address)} names no host that can be looked up: check its spelling.")
    path = quote(parts.path or "/", safe=_PATH_CHARS, errors="replace")
    if parts.query:
        path += "?" + quote(parts.query, safe=_PATH_CHARS + "?", errors="replace")
    return Target(parts.scheme, host, _default_port(parts.scheme) if port is None else port, path)


_NAME_PATTERN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_IPV6_PATTERN = re.compile(r"\[[0-9A-Fa-f:.]+\](:[0-9]*)?")
_PATH_CHARS = "%/:@!$&'()*+,;=~"


def shown_address(address: str) -> str:
    """`address` as messages repeat it: quoted, not too long, and without a password it may hold."""
    return repr(without_password(address[:MAX_ADDRESS_CHARS])[:200])


def without_password(address: str) -> str:
    return re.sub(r"//[^/?#]*@", "//…@", address)


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def checked_addresses(target: Target, resolve: Resolver, allow_loopback: bool) -> list[IPAddress]:
    """Every address of the target's host, none of which leads inside; never an empty list.

    Raises FetchRefused, and NotServed where the name may be known later.
    """
    try:
        ips = [ipaddress.ip_address(text) for text in dict.fromkeys(resolve(target.host, target.port))]
    except (OSError, ValueError) as error:
        refusal = NotServed if _may_be_known_later(error) else FetchRefused
        raise refusal(
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


def _may_be_known_later(error: Exception) -> bool:
    return isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN


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
