"""The articles folder, and paths given by hand: which files there are, and what is in them."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from index.article import InFile, ItemError, More, Note
from index.errors import IndexFault
from index.ingest.apart import ReaderApart
from index.ingest.formats import IN_FOLDERS
from index.ingest.left_out import is_hidden, left_out, nothing_read
from index.progress import Stop, go_on

MAX_FILE_BYTES = 512_000_000


@dataclass(frozen=True, slots=True)
class File:
    """A file that may hold articles. `size` and `modified` (seconds) tell whether it changed."""

    path: Path
    name: str
    """Relative to the folder, with `/`: what an article's id is made from."""
    size: int
    modified: float


def scan(folder: Path) -> tuple[list[File], list[str]]:
    """The readable files below `folder`, by name, and the names of those of other formats; hidden ones are passed over.

    Raises IndexFault when there is no such folder or one in it cannot be read, so that neither a mistyped path
    nor a missing permission empties a library.
    """
    if not folder.is_dir():
        raise IndexFault(f"There is no articles folder at {folder}. Make it, or set ASSISTANT_ARTICLES or --articles.")
    found, others = [], []
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not is_hidden(PurePath(name))]
        for name in names:
            path = Path(parent, name)
            if is_hidden(PurePath(name)):
                continue
            relative = _text(path.relative_to(folder))
            if path.suffix.lower() not in IN_FOLDERS:
                others.append(relative)
                continue
            try:
                status = path.stat()
            except OSError:  # a link to nowhere: `read` says so
                found.append(File(path, relative, 0, 0.0))
            else:
                found.append(File(path, relative, status.st_size, status.st_mtime))
    return sorted(found, key=lambda file: file.name), sorted(others)


def left_out_of(folder: Path, others: Sequence[str]) -> list[Note]:
    """What there is to say of a folder's files that are not read."""
    return [Note(_text(folder), left_out(others, IN_FOLDERS))] if others else []


def read(file: File, reader: ReaderApart, *, on_wait: Stop = go_on) -> Iterator[InFile | More]:
    """The articles in `file`; what cannot be read is an item, not an exception."""
    if file.size > MAX_FILE_BYTES:
        yield ItemError(file.name, f"The file has {file.size:,} bytes; the limit is {MAX_FILE_BYTES:,}. Divide it.")
        return
    yield from reader.read(file.name, file.path, on_wait=on_wait)


def read_paths(
    paths: Sequence[Path],
    reader: ReaderApart,
    articles_folder: Path | None = None,
    *,
    on_wait: Stop = go_on,
) -> Iterator[InFile | More]:
    """The articles in files and folders named by hand.

    A file inside the articles folder keeps the name it has there, and so its id; any other is named from the
    path that was given.
    """
    for path in paths:
        try:
            files, others = _files(path)
        except OSError as error:
            yield ItemError(_text(path), f"It cannot be read: {error.strerror}.")
        except IndexFault as fault:
            yield ItemError(_text(path), str(fault))
        else:
            if not files:
                yield ItemError(_text(path), nothing_read(others, IN_FOLDERS))
                continue
            yield More(len(files) - 1)
            for file in files:
                yield from read(_named(file, articles_folder), reader, on_wait=on_wait)
            yield from left_out_of(path, others)


def _files(path: Path) -> tuple[list[File], list[str]]:
    """The file at `path`, or those of the folder there, as `scan` gives them.

    Raises OSError, and IndexFault for a folder within it.
    """
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        return scan(path)
    return [File(path, _text(Path(path.name)), status.st_size, status.st_mtime)], []


def _named(file: File, articles_folder: Path | None) -> File:
    if articles_folder is None:
        return file
    try:
        name = _text(file.path.resolve().relative_to(articles_folder.resolve()))
    except ValueError:
        return file
    return File(file.path, name, file.size, file.modified)


def _refuse(error: OSError) -> None:
    raise IndexFault(f"The folder {error.filename} cannot be read: {error.strerror}. Allow it, or take it out.")


def _text(path: Path) -> str:
    """`path` with "/" and as text, which not every name is: any bytes may be one."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
