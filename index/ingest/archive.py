"""Bytes of a `.zip` archive in, the articles of the files in it out, each file in memory alone and never on disk.

A file is known as `archive.zip/folder/name.txt`: that is a name and no path, and one that tries to be more is its own
error, as is one that is locked, a link, or a bomb. Hidden files and other formats are passed over, as in a folder.
An archive within an archive is refused. Sizes are those that the archive states, which zipfile then holds it to.
"""

import stat
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePosixPath

from index.article import Article, ItemError
from index.errors import BadArticle, shown

MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES = 512_000_000
MAX_ENTRY_BYTES = 64_000_000
MAX_RATIO = 200
MIN_BOMB_BYTES = 1_000_000
"""The ratio is looked at from this size on: a short text of few words packs as well as a bomb."""

MAX_NAME_CHARS = 500
_READ_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END, _END_BYTES, _COMMENT_BYTES = b"PK\5\6", 22, 65_535
_ENTRY = b"PK\1\2"

Reader = Callable[[str, bytes], Iterator[Article | ItemError]]


def read_archive(name: str, data: bytes, suffixes: frozenset[str], read: Reader) -> Iterator[Article | ItemError]:
    """The articles of the files in the archive whose names end in one of `suffixes`, as `read` gives them."""
    archive = opened(data, MAX_ENTRIES)
    seen: set[str] = set()
    unpacked = 0
    for entry in archive.infolist():
        stated = _name(entry)
        path = PurePosixPath(stated)
        hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
        if entry.is_dir() or hidden or path.suffix.lower() not in suffixes:
            continue
        item = f"{name}/{stated[:MAX_NAME_CHARS]}"
        try:
            _check(entry, stated)
            if item in seen:
                raise BadArticle("is in the archive twice: only the first is read")
            seen.add(item)
            unpacked += entry.file_size
            if unpacked > MAX_UNPACKED_BYTES:
                raise BadArticle(f"is where the archive passes {MAX_UNPACKED_BYTES:,} bytes unpacked: divide it")
            content = _content(archive, entry)
        except BadArticle as error:
            yield ItemError(item, str(error))
        else:
            yield from read(item, content)
        if unpacked > MAX_UNPACKED_BYTES:
            return
    if not seen: ...
