"""The audit log: who changed what, and when. Rows of the database, the last 100,000.

Every request to a route that only the token's holder may use is entered unless it only reads, and so are sign-ins and
commands; what a job came to is the job's to tell, by its id.
"""

import getpass
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, delete, func, insert, select

from index.errors import IndexFault
from index.store.database import Database
from index.store.dialects import LongInteger, Text
from index.store.rows import now
from web.replies import Json

log = logging.getLogger(__name__)

MAX_KEPT = 100_000
PAGE = 1_000
MAX_SUBJECT_CHARS = 200

metadata = MetaData()

audit = Table(
    "audit",
    metadata,
    Column("number", LongInteger, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("address", Text),  # null on the command line
    Column("action", Text, nullable=False),
    Column("subject", Text),  # an article's or a job's id, or what was named
    Column("status", Integer),  # of the reply; null on the command line
    Column("request_id", Text),
    sqlite_autoincrement=True,
)


_SAID = tuple(column.name for column in audit.columns if column.name != "number")
"""Of an entry; when, first."""


class Audit:
    def __init__(self, database: Database, max_kept: int = MAX_KEPT) -> None:
        self._database = database
        self._max_kept = max_kept
        database.create(metadata)

    def note(
        self,
        who: str,
        action: str,
        subject: str | None = None,
        *,
        address: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        """Enter one change; the oldest beyond `max_kept` go."""
        entry = {"at": now(), "who": who, "address": address, "action": action, "status": status}
        entry |= {"subject": subject[:MAX_SUBJECT_CHARS] if subject else None, "request_id": request_id}
        with self._database.write() as connection:
            connection.execute(insert(audit).values(entry))
            last = connection.scalar(select(func.max(audit.c.number))) or 0
            connection.execute(delete(audit).where(audit.c.number <= last - self._max_kept))

    def note_done(self, who: str, action: str, subject: str | None = None, **more: Any) -> None:
        """As `note`, of what stays done though it cannot be entered, as on a full disk; the program's log says so."""
        try:
            self.note(who, action, subject, **more)
        except IndexFault:
            log.exception("%s by %s could not be entered in the audit log", action, who)

    def take_over(self, entries: Iterable[Json]) -> None:
        """Enter also what another log says, in the order of time; what is in both is entered once.

        entries: as `all` gives them. Those that no log has, with other than text for a time, are left out.
        """
        every = [*reversed([*self.all()]), *reversed([*entries])]
        whole = (entry for entry in every if isinstance(entry["at"], str))  # a damaged database may have any value
        said = dict.fromkeys(tuple(entry[name] for name in _SAID) for entry in whole)
        rows = [dict(zip(_SAID, entry, strict=True)) for entry in sorted(said, key=lambda entry: entry[0])]
        with self._database.write() as connection:
            connection.execute(delete(audit))
            if rows:
                connection.execute(insert(audit), rows[-self._max_kept :])

    def newest(self, limit: int, before: int | None = None) -> Json:
        """The last entries, the last one first. before: the `next_cursor` of the page before."""
        rows = select(audit).order_by(audit.c.number.desc()).limit(limit + 1)
        if before is not None:
            rows = rows.where(audit.c.number < before)
        with self._database.read() as connection:
            found = [dict(row) for row in connection.execute(rows).mappings()]
        page = found[:limit]
        return {"entries": page, "next_cursor": page[-1]["number"] if len(found) > limit else None}

    def all(self) -> Iterator[Json]:
        """Every entry, the last one first."""
        before = None
        while True:
            page = self.newest(PAGE, before)
            yield from page["entries"]
            before = page["next_cursor"]
            if before is None:
                return


def at_the_terminal() -> str:
    """Who uses the command line."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # a user id that has no name
        return "command line"
