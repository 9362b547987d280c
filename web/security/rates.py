"""How often a client may do something: so many times at once, and then as fast as they come back.

The generic cell rate algorithm: of each client one number is kept, the time at which all would have come back (ITU-T
I.371, annex A). A client is an address; of IPv6, where one subscriber has 2^64, the first 64 bits are. What is kept has
a bound: where more clients come at once than that, the rest share what one has.
"""

import ipaddress
import threading
import time
from collections.abc import Callable

MAX_CLIENTS = 10_000
OTHERS = "others"


class Rate:
    """`times` within `seconds`, of each client. Any thread may call."""

    def __init__(
        self, times: int, seconds: float, *, clock: Callable[[], float] = time.monotonic, max_clients: int = MAX_CLIENTS
    ) -> None:
        self._interval = seconds / times
        self._window = seconds
        self._clock = clock
        self._max_clients = max_clients
        self._whole_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, client: str) -> float:
        """Seconds until that client may again; 0 where it may now. Takes nothing."""
        with self._lock:
            _, whole_at, now = self._state(client)
            return max(0.0, whole_at + self._interval - self._window - now)

    def take(self, client: str) -> float:
        """As `wait`; where that is 0, one is taken."""
        with self._lock:
            key, whole_at, now = self._state(client)
            left = whole_at + self._interval - self._window - now
            if left > 1e-9:  # the sum of the intervals may miss the window by a rounding
                return left
            self._whole_at[key] = whole_at + self._interval
            return 0.0

    def _state(self, client: str) -> tuple[str, float, float]:
        """The key that the client has, when all would have come back to it, and the present time."""
        now = self._clock()
        key = _network(client)
        if key not in self._whole_at and len(self._whole_at) >= self._max_clients:
            self._whole_at = {k: at for k, at in self._whole_at.items() if at > now}
            if len(self._whole_at) >= self._max_clients:
                key = OTHERS
        return key, max(self._whole_at.get(key, now), now), now


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
