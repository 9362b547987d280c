"""The files of this folder, which are pip's requirements files: a package, its version and the hashes of its files."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent

_LINE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+?))?(?P<hashes>(?: --hash=\S+)+)"
)


@dataclass(frozen=True, slots=True)
class Pinned:
    name: str
    """As the package index writes it: small letters, hyphens."""
    version: str
    marker: str
    """Where it is needed, as PEP 508 says it; empty for everywhere."""
    hashes: tuple[str, ...]
    """SHA-256 of each of its files, in hexadecimal."""

    def __str__(self) -> str:
        first = f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")
        return " \\\n    ".join([first, *(f"--hash=sha256:{digest}" for digest in self.hashes)])


def parse(text: str) -> list[Pinned]:
    """Raises ValueError for anything else in it: an address, an option, a package without a hash."""
    return [_pinned(line) for line in text.replace("\\\n", "").splitlines() if line and not line.startswith("#")]


def read(name: str) -> list[Pinned]:
    """Of `NAME.txt` here; nothing where there is none."""
    path = FOLDER / f"{name}.txt"
    return parse(path.read_text(encoding="utf-8")) if path.exists() else []


def write(name: str, pinned: Iterable[Pinned]) -> None:
    lines = ["# Written by `make lock`.", *map(str, pinned)]
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _pinned(line: str) -> Pinned:
    found = _LINE.fullmatch(re.sub(r"\s+", " ", line))
    hashes = found["hashes"].split() if found else []
    digests = [re.fullmatch(r"--hash=sha256:([0-9a-f]{64})", one) for one in hashes]
    if not found or not all(digests):
        raise ValueError(f"A lock has packages with a version and SHA-256 hashes, and nothing else: {line[:200]!r}")
    return Pinned(found["name"], found["version"], found["marker"] or "", tuple(d[1] for d in digests if d))
