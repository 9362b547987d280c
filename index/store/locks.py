"""Locks between processes: a file that one of them holds with `flock`, which the kernel frees however that one ends.

No file says who holds it and nothing has to be tidied up: a lock file that lies there and is not held is free.
"""

import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

POLL_SECONDS = 0.2


def try_lock(path: Path, *, shared: bool = False) -> BinaryIO | None:
    """The lock, which closing it frees; None where another holds it. Raises OSError where there can be none.

    shared: with all who hold it so, against one who would hold it alone.
    """
    file = path.open("ab")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except OSError:
        file.close()
        raise
    return file


def lock(path: Path, on_wait: Callable[[], None]) -> BinaryIO:
    """As `try_lock`, once it is free. on_wait: called several times a second until then; what it raises ends that."""
    while (held := try_lock(path)) is None:
        on_wait()
        time.sleep(POLL_SECONDS)
    return held
