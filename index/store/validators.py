"""What servers said of pages when they were last fetched, so that the next request can ask for changes alone.

Kept beside the articles: what is known of a page is true of this data folder only, which has taken its article in.
"""

from sqlalchemy import delete, func, insert, select

from index.store.database import Database
from index.store.schema import validators

MAX_KEPT = 20_000


class StoredValidators:
    """The `Validators` of `index.ingest.polite`. Any thread may call."""

    def __init__(self, database: Database, max_kept: int = MAX_KEPT) -> None:
        """The table is `Store`'s, which makes it."""
        self._database = database
        self._max_kept = max_kept

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        with self._database.read() as connection:
            row = connection.execute(select(validators).where(validators.c.url == url)).first()
        return (row.etag, row.last_modified) if row else None

    def put(self, url: str, etag: str | None, last_modified: str | None) -> None:
        with self._database.write() as connection:
            connection.execute(delete(validators).where(validators.c.url == url))
            connection.execute(insert(validators).values(url=url, etag=etag, last_modified=last_modified))
            newest = connection.scalar(select(func.max(validators.c.number))) or 0
            connection.execute(delete(validators).where(validators.c.number <= newest - self._max_kept))
