"""A `.zip` archive in, the articles of the files in it out, one file in memory at a time and none on disk.

A file is known as `archive.zip/folder/name.txt`, which is a name and no path: one that tries to be more is that
file's error, as is a file that is locked, a link, or a bomb, and the rest goes in. Files of other formats are left out
and named in one note on the archive; what systems put in (hidden files, `__MACOSX`) is passed over. Archives within the
archive are not read.
"""

import re
import stat
import zipfile
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from io import SEEK_END
from pathlib import PurePosixPath
from typing import BinaryIO

from index.article import InFile, ItemError, Note
from index.errors import BadArticle, shown
from index.ingest.left_out import CONTROL, NO_LETTER, is_hidden, left_out, nothing_read
from index.progress import Begin, OnMore, begin_all

MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES, MAX_TIMES, MIN_UNPACKED_BYTES = 512_000_000, 20, 64_000_000
"""An archive unpacks to at most so many bytes, and to so many times its own size if to more than the last: pages and
tables pack to a tenth."""
MAX_ENTRY_BYTES = 64_000_000
MAX_RATIO = 200
MIN_RATIO_BYTES = 1_000_000
"""A file unpacks to at most so many times its packed size, if it has more bytes than that: a few words that repeat
pack as well as a bomb."""

MAX_NAME_CHARS = 500
PIECE_BYTES = 1_000_000
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UTF8_NAME, _LOCKED = 0x800, 0x1
_END, _END_BYTES, _MAX_COMMENT_BYTES = b"PK\5\6", 22, 65_536
_ZIP64_LOCATOR, _ZIP64_LOCATOR_BYTES = b"PK\6\7", 20
_DIRECTORY_ENTRY = b"PK\1\2"


Reader = Callable[[str, bytes], Iterator[InFile]]


def read_archive(
    name: str, file: BinaryIO, suffixes: frozenset[str], read: Reader, on_more: OnMore, begin: Begin = begin_all
) -> Iterator[InFile]:
    """The articles of the files whose names end in one of `suffixes`, as `read` gives them.

    begin: asked here of files that are not given to `read`, which asks of the others.
    """
    archive = opened(file)
    held = [
        (entry, inner)
        for entry in archive.infolist()
        if entry.filename and not (entry.is_dir() or is_hidden(inner := PurePosixPath(_written(entry))))
    ]
    files = [(entry, inner) for entry, inner in held if inner.suffix.lower() in suffixes]
    others = [str(inner) for _, inner in held if inner.suffix.lower() not in suffixes]
    readable = suffixes - {".zip"}
    if not files:
        raise BadArticle(nothing_read(others, readable))
    on_more(len(files) - 1)
    names: set[str] = set()
    unpacked = 0
    most = min(MAX_UNPACKED_BYTES, max(MIN_UNPACKED_BYTES, MAX_TIMES * file.seek(0, SEEK_END)))
    for entry, inner in files:
        item = f"{name}/{CONTROL.sub(NO_LETTER, str(inner))[:MAX_NAME_CHARS]}"
        try:
            _check_name(entry, inner, names)
            names.add(str(inner))
            if unpacked and unpacked + entry.file_size > most:  # of the first its own size tells
                raise BadArticle(f"passes the {most:,} bytes that are unpacked of this archive in all: divide it")
            content = unpacked_entry(archive, entry)
        except BadArticle as error:
            names.add(str(inner))
            if begin(item):
                yield ItemError(item, str(error))
            continue
        unpacked += len(content)
        yield from read(item, content)
    if others:
        yield Note(name, left_out(others, readable))


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """The archive, its directory read. Raises BadArticle for what is none, or has too many entries."""
    entries = _entries(file)
    if entries > MAX_ENTRIES:
        raise BadArticle(f"has {entries:,} entries, at most {MAX_ENTRIES:,} are read: divide the archive")
    try:
        return zipfile.ZipFile(file)
    except Exception as error:  # also what the bytes of a damaged directory may mean
        raise BadArticle(f"is no ZIP archive or a damaged one ({str(error)[:100]}): pack it again") from error


def unpacked_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of a file in the archive. Raises BadArticle for one that is none, is locked, damaged or too large."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise BadArticle("is a link or a device: pack the file itself")
    if entry.flag_bits & _LOCKED:
        raise BadArticle("is locked with a password: unpack it, and add it without one")
    if entry.compress_type not in _METHODS:
        raise BadArticle(f"is packed by method {entry.compress_type}, which is not read: pack it with deflate")
    if entry.file_size > MAX_ENTRY_BYTES:
        raise BadArticle(
            f"has {entry.file_size:,} bytes unpacked, at most {MAX_ENTRY_BYTES:,} are read: split the file"
        )
    if entry.file_size > max(MIN_RATIO_BYTES, MAX_RATIO * entry.compress_size):
        raise BadArticle(f"unpacks to more than {MAX_RATIO} times its size: add it unpacked if it is no bomb")
    try:
        with archive.open(entry) as file:
            return file.read(entry.file_size + 1)  # without a size, it would first unpack all that there is
    except Exception as error:  # zlib's, zipfile's and struct's, and text that is in no encoding
        raise BadArticle(f"is damaged in the archive ({str(error)[:100]}): pack it again") from error


def _entries(file: BinaryIO) -> int:
    """How many the directory has, at most: zipfile takes one of any size, whatever its count of entries says."""
    start = _directory_start(file)
    file.seek(start)
    count, overlap = 0, b""
    while piece := file.read(PIECE_BYTES):
        count += (overlap + piece).count(_DIRECTORY_ENTRY)
        overlap = piece[1 - len(_DIRECTORY_ENTRY) :]
    return count


def _directory_start(file: BinaryIO) -> int:
    """Where zipfile starts to read the directory, or earlier."""
    size = file.seek(0, SEEK_END)
    start = max(size - _END_BYTES - _MAX_COMMENT_BYTES - _ZIP64_LOCATOR_BYTES, 0)
    file.seek(start)
    tail = file.read()
    end = len(tail) - _END_BYTES
    if end < 0 or not (tail.startswith(_END, end) and tail.endswith(b"\0\0")):
        end = tail.rfind(_END)
    if end < 0 or tail.startswith(_ZIP64_LOCATOR, max(end - _ZIP64_LOCATOR_BYTES, 0)):
        return 0
    return max(start + end - int.from_bytes(tail[end + 12 : end + 16], "little"), 0)


def _written(entry: zipfile.ZipInfo) -> str:
    """The entry's name, with "/" between its parts. Where it is not marked as UTF-8 it often is that all the same."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _check_name(entry: zipfile.ZipInfo, inner: PurePosixPath, names: Container[str]) -> None:
    if len(str(inner)) > MAX_NAME_CHARS:
        raise BadArticle(f"has a name of {len(str(inner)):,} characters, at most {MAX_NAME_CHARS} are read: shorten it")
    if CONTROL.search(entry.orig_filename):
        raise BadArticle(f"has control characters in its name ({shown(entry.orig_filename)}): rename it")
    if inner.is_absolute() or ".." in inner.parts or re.match("[A-Za-z]:", str(inner)):
        raise BadArticle("has a name that leads out of the archive: pack it again from within its folder")
    if str(inner) in names:
        raise BadArticle("is in the archive twice: only the first is read")
    if inner.suffix.lower() == ".zip":
        raise BadArticle("is an archive within an archive: unpack it, and add the files or one archive of them")
