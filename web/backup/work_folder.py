"""A folder to work in that is gone afterwards, if not at once then with the next work of its kind.

A lock that the kernel frees when a process dies tells one that is worked in from one that a kill left.
"""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StorageFault


@contextmanager
def work_folder(parent: Path, kind: str) -> Iterator[Path]:
    """`parent/KIND.RANDOM.tmp`; those of its kind that nobody works in any more are deleted. Raises StorageFault."""
    try:
        own = re.compile(re.escape(kind) + r"\.[0-9a-f]{8}\.tmp")
        for left in parent.iterdir():
            if own.fullmatch(left.name):
                _delete_if_left(left)
        folder, descriptor = _made(parent, kind)
    except OSError as error:
        raise StorageFault(f"{parent} cannot be written to ({error.strerror or error}).") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _made(parent: Path, kind: str) -> tuple[Path, int]:
    """A new one, and what it is locked by."""
    while True:
        folder = parent / f"{kind}.{secrets.token_hex(4)}.tmp"
        folder.mkdir(mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if folder.exists():  # else another took it for one that was left
                return folder, descriptor
            os.close(descriptor)


def _delete_if_left(folder: Path) -> None:
    with contextlib.suppress(OSError):  # another process works in it, or deletes it just now
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)
