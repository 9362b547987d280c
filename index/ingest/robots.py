"""The bytes of a site's robots.txt in; out, what it asks of this program.

protego knows the wildcards, which of two rules goes first (RFC 9309, section 2.2.2) and Crawl-delay, which urllib's
reader does not. It keeps every rule once for each program named above it, so that a file of 500 kB can make two
hundred million of them, and it takes `User-agent: art` for this program: lines that speak to others are therefore
made to speak to one and the same other before it sees them. Left out: Request-rate, Visit-time, Sitemap.
"""

import re

from protego import Protego

MAX_BYTES = 500 * 1024
"""RFC 9309, section 2.5, asks for as much; what stands behind is not read."""

MAX_LINE_CHARS = 2_000
"""No address that is fetched is longer."""

MAX_DELAY_SECONDS = 10.0
NAME = "article-assistant"
_USER_AGENT = re.compile(r"user[ -]?agent\s*[\s:]", re.IGNORECASE)  # protego does not insist on the colon


class Robots:
    """What one site asks."""

    def __init__(self, data: bytes = b"") -> None:
        """data: of the robots.txt; empty where there is none. Lines that mean nothing ask for nothing."""
        text = data[:MAX_BYTES].decode("utf-8-sig", "replace")
        lines = [_for_us_or_another(line) for line in text.splitlines()]
        try:
            self._rules = Protego.parse("\n".join(lines))
        except ValueError:  # `Disallow: x://[` is no address to urllib, and costs protego the other lines
            self._rules = Protego.parse("\n".join(line for line in lines if "://" not in line))

    def allows(self, url: str) -> bool:
        return self._rules.can_fetch(url, NAME)

    @property
    def delay_seconds(self) -> float:
        """Between the starts of two requests: 0 when nothing is asked, never more than MAX_DELAY_SECONDS."""
        asked = self._rules.crawl_delay(NAME) or 0.0
        return min(asked, MAX_DELAY_SECONDS) if asked > 0 else 0.0  # NaN is not


def _for_us_or_another(line: str) -> str:
    line = line.strip()[:MAX_LINE_CHARS]
    spoken_to = _USER_AGENT.match(line)
    if not spoken_to:
        return line
    name = line[spoken_to.end() :].partition("#")[0].strip(" \t:").lower().partition("/")[0]
    return f"User-agent: {name if name in {NAME, '*'} else 'another'}"
