"""How fresh the articles are: what each polled feed last gave, and the alarms that follow from it.

Feeds are told apart by their address, and shown by host, port and path alone: what stands behind the "?" may be a
secret, and the health check asks nobody who they are.
"""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Column, Integer, MetaData, Table, delete, select

from index.store.database import Database, Turn
from index.store.dialects import Text
from index.store.rows import put

MAX_MESSAGES, MAX_MESSAGE_CHARS = 5, 300
"""Of what went wrong with a feed's entries, the messages that are kept, and of each."""

STALE_DAYS = 7
"""Without a newer article for so long, feeds that work deserve a look: they may have moved or been given up."""

metadata = MetaData()

feeds = Table(
    "feeds",
    metadata,
    Column("address", Text, primary_key=True),
    Column("checked_at", Text, nullable=False),
    Column("last_good_at", Text),
    Column("failing_since", Text),
    Column("message", Text),  # of the last failure, while it lasts
)


# Its own table, so that a database of before gets it without an upgrade.
entries = Table(
    "feed_entries",
    metadata,
    Column("address", Text, primary_key=True),
    Column("error_count", Integer, nullable=False),
    Column("errors", Text, nullable=False),  # JSON
)


@dataclass(frozen=True, slots=True)
class Feed:
    feed: str
    """Host, port and path."""
    checked_at: str | None
    last_good_at: str | None
    failing_since: str | None
    message: str | None
    entry_error_count: int = 0
    """How many of its entries gave no article when they were last looked at; the feed itself may be good."""
    entry_errors: tuple[str, ...] = ()
    """What the first of them came to."""


class Freshness:
    """The feeds that are polled, as far as is known of them. Any thread may call."""

    def __init__(self, database: Database, addresses: Sequence[str]) -> None:
        self.addresses = tuple(addresses)
        self._database = database
        database.create(metadata)

    def turn(self) -> Turn | None:
        """To poll in; None where another process does. Closed, or when its process has ended, it is free."""
        return self._database.turn("feeds")

    def note(self, address: str, now: dt.datetime, failure: str | None) -> None:
        """What came of a fetch that ended at `now` (UTC): None when the feed could be read."""
        at = now.isoformat(timespec="seconds")
        values = {"checked_at": at, "message": failure and _without_secrets(failure)}
        with self._database.write() as connection:
            known = connection.execute(select(feeds).where(feeds.c.address == address)).first()
            if failure is None:
                values |= {"last_good_at": at, "failing_since": None}
            else:
                values["failing_since"] = (known.failing_since if known else None) or at
            put(connection, feeds, {"address": address, **values})

    def note_entries(self, address: str, errors: Sequence[tuple[str, str]], count: int) -> None:
        """What came of the entries of a feed that could be read: `count` errors, of which these are the first.

        errors: the entry and what is wrong with it.
        """
        told = [f"{_without_secrets(entry)}: {_without_secrets(message)}" for entry, message in errors[:MAX_MESSAGES]]
        values = {"error_count": count, "errors": json.dumps([one[:MAX_MESSAGE_CHARS] for one in told])}
        with self._database.write() as connection:
            put(connection, entries, {"address": address, **values})

    def note_checked(self, address: str, now: dt.datetime) -> None:
        """That a fetch ended at `now` of which nothing is known: its turn comes again after an interval."""
        with self._database.write() as connection:
            put(connection, feeds, {"address": address, "checked_at": now.isoformat(timespec="seconds")})

    def forget_others(self) -> None:
        """For when polling begins: what is known is then of the feeds that are polled, for others to see."""
        with self._database.write() as connection:
            for table in (feeds, entries):
                connection.execute(delete(table).where(table.c.address.not_in(self.addresses)))

    def feeds(self) -> tuple[Feed, ...]:
        """In the order of the setting; those that a server last polled where the setting names none."""
        with self._database.read() as connection:
            known = {row.address: row for row in connection.execute(select(feeds).order_by(feeds.c.address))}
            of_entries = {row.address: row for row in connection.execute(select(entries))}

        def feed(address: str) -> Feed:
            row, its = known.get(address), of_entries.get(address)
            said = (row.checked_at, row.last_good_at, row.failing_since, row.message) if row else (None,) * 4
            return Feed(_shown(address), *said, *((its.error_count, tuple(json.loads(its.errors))) if its else ()))

        return tuple(feed(address) for address in self.addresses or known)

    def checked_at(self, address: str) -> dt.datetime | None:
        with self._database.read() as connection:
            at = connection.scalar(select(feeds.c.checked_at).where(feeds.c.address == address))
        return dt.datetime.fromisoformat(at) if at else None


def alarms(polled: Sequence[Feed], newest_article: str | None, now: dt.datetime) -> list[str]:
    """What a person should look at, in words; nothing where no feed is polled: a library may well be old."""
    found = [
        f"The feed {feed.feed} has failed since {feed.failing_since[:16].replace('T', ' ')} UTC: {feed.message}"
        for feed in polled
        if feed.failing_since
    ]
    found += [
        f"The feed {feed.feed} was read, but not {feed.entry_error_count} of its entries: {' '.join(feed.entry_errors)}"
        for feed in polled
        if feed.entry_error_count
    ]
    if polled and newest_article and newest_article[:10] < (now.date() - dt.timedelta(days=STALE_DAYS)).isoformat():
        found.append(f"The newest article is of {newest_article[:10]}, although feeds are polled.")
    return found


def _without_secrets(message: str) -> str:
    """`message` with every address in it without its query and without who signs in."""
    return re.sub(r"(https?://)(?:[^\s/@]*@)?([^\s?]*)(?:\?[^\s]*)?", r"\1\2", message)


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.netloc.rpartition('@')[2].lower()}{parts.path}"
