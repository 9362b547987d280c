"""Who uses a data folder: every open library shares a lock on it with the others, and a restore holds it alone."""

from pathlib import Path
from typing import BinaryIO

from index.errors import StorageFault
from index.store.locks import try_lock

LOCK = "in-use.lock"


class InUse:
    """The lock on one data folder, until `close` or until it is referenced no more."""

    _held: BinaryIO | None = None

    def __init__(self, data_dir: Path, *, alone: bool = False) -> None:
        """Makes the folder if it is not there. Raises StorageFault where another process holds what stands against it.

        alone: nobody else uses the folder, and nobody can begin to.
        """
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # conversations are nobody else's to read
            self._held = try_lock(data_dir / LOCK, shared=not alone)
        except OSError as error:
            raise StorageFault(f"The data folder {data_dir} cannot be used: {error}.") from error
        if self._held is None:
            raise StorageFault(
                f"Another process uses the data folder {data_dir}. End it (a server above all), then try again."
                if alone
                else f"A backup is being restored to the data folder {data_dir}. Try again when that is done."
            )

    def close(self) -> None:
        if self._held is not None:
            self._held.close()

    def __del__(self) -> None:
        self.close()
