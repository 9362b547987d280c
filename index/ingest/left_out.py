"""The files of a folder or an archive that are not read: which of them are worth telling of, and in which words.

Hidden ones and those that systems put in are not. Of the others a handful is named and the rest counted, since a folder
may hold any number of pictures.
"""

import re
from collections.abc import Sequence, Set
from pathlib import PurePath

from index.ingest.formats import FEEDS

MAX_LISTED, MAX_LISTED_CHARS = 5, 80
"""Of the files left out, those that are named, and of each name."""

CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f\ud800-\udfff]")
NO_LETTER = "\ufffd"
_OF_SYSTEMS = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


def is_hidden(path: PurePath) -> bool:
    return any(part in _OF_SYSTEMS or (part.startswith(".") and part != "..") for part in path.parts)


def left_out(names: Sequence[str], readable: Set[str]) -> str:
    """Of a place from which other files were read. readable: the suffixes of formats that are read."""
    count = "1 file of a format that is" if len(names) == 1 else f"{len(names):,} files of formats that are"
    return f"holds {count} not read, left out ({_listed(names)}): {_ways_out(names, readable)}"


def nothing_read(names: Sequence[str], readable: Set[str]) -> str:
    """Of a place that holds no other files than these."""
    held = f", but {_listed(names)}" if names else ""
    return f"holds no file of a format that is read{held}: {_ways_out(names, readable)}"


def _ways_out(names: Sequence[str], readable: Set[str]) -> str:
    use = f"use {', '.join(sorted(readable))}"
    has_feeds = any(PurePath(name).suffix.lower() in FEEDS for name in names)
    return f"{use}; add a saved feed by itself" if has_feeds else use


def _listed(names: Sequence[str]) -> str:
    shown = [CONTROL.sub(NO_LETTER, name)[:MAX_LISTED_CHARS] for name in names[:MAX_LISTED]]
    return ", ".join(shown) + (f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else "")
