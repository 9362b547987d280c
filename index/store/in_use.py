"""Who uses a data folder: every open library shares a lock on it with the others, and a restore holds it alone.

A `flock`, which the kernel frees when a process dies, however it dies.
"""

import fcntl
import os
from pathlib import Path

from index.errors import StorageFault

LOCK = "in-use.lock"


class InUse:
    """The lock on one data folder, until `close` or until it is referenced no more."""

    _descriptor: int | None = None

    def __init__(self, data_dir: Path, *, alone: bool = False) -> None:
        """Makes the folder if it is not there. Raises StorageFault where another process holds what stands against it.

        alone: nobody else uses the folder, and nobody can begin to.
        """
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # conversations are nobody else's to read
            self._descriptor = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            fcntl.flock(self._descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageFault(
                f"Another process uses the data folder {data_dir}. End it (a server above all), then try again."
                if alone
                else f"A backup is being restored to the data folder {data_dir}. Try again when that is done."
            ) from error
        except OSError as error:
            raise StorageFault(f"The data folder {data_dir} cannot be used: {error}.") from error

    def close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()
