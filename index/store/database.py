"""What every database is to those who keep something in it: a file (`sqlite.py`) or a server (`postgresql.py`).

Tables are declared by those who own them (`schema.py` here, conversations and jobs in `web`) and made through `create`.
Statements are SQLAlchemy Core's, the same for both; what each writes in its own way is in `dialects.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from sqlalchemy import Connection, MetaData, Select, Table

from index.errors import BrokenDatabase


class Turn(Protocol):
    """What one process at a time may do, held until it is closed or its process has ended."""

    def close(self) -> None: ...

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that nobody else claims until its turn is closed, or its process has ended."""

    number: int
    turn: Turn
    is_held: Callable[[], bool] = lambda: True
    """Whether it still is this process's: who loses the connection to a server has lost it, too."""


class Database(ABC):
    """Any thread may call, of any process; each raises StorageFault where the database cannot be read or written."""

    way_out: str
    """What to do where it is not what it should be."""
    place: str
    """Where it is, as a person is told, without a password."""
    is_on_server: bool
    """Whether those who share it need share no folder."""

    @abstractmethod
    def create(self, metadata: MetaData) -> None:
        """Make the tables of `metadata` that are not there yet.

        Raises BrokenDatabase, and changes nothing, where one that is there has other columns.
        """

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """One consistent view of the database for as long as it is held."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that commits as it is left. Nobody else writes meanwhile, so that what was read in it still
        holds at its commit."""

    @abstractmethod
    def turn(self, name: str) -> Turn | None:
        """The turn of that name over all that share the database; None where another has it."""

    @abstractmethod
    def faults(self) -> AbstractContextManager[None]:
        """As within `read` and `write`, for one who uses two databases at once: what goes wrong in it is this one's."""

    def as_kept(self, text: str) -> str:
        """What is read again where `text` was written."""
        return text

    @abstractmethod
    def claim(self, name: str, numbers: Select[int]) -> Claim | None:
        """The first of the rows that nobody has claimed; None where there is none.

        numbers: selects what tells the rows of one table apart, and locks these (`with_for_update`). In a file one row
        at a time is claimed, in the turn of that name.
        """

    @abstractmethod
    def close(self) -> None: ...

    def _check_columns(self, table: Table, found: set[str]) -> None:
        expected = set(table.columns.keys())
        if found and found != expected:
            raise BrokenDatabase(
                f"{self.place} is not what it says it is: its table {table.name} has the columns "
                f"{', '.join(sorted(found))}; expected were {', '.join(sorted(expected))}. {self.way_out}"
            )
