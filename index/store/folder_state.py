"""What is known of the articles folder's files: their state when they were last taken in, and the articles they gave.

A rebuild compares the folder with it, so that a file that did not change is not read again.
"""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from index.store.database import Database
from index.store.schema import BY_HAND, REPLACED_BY_HAND, articles, files

FileState = tuple[int, float]
"""Size in bytes and modification time, as `os.stat` gives them."""


class FolderState:
    def __init__(self, database: Database) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database

    def files(self) -> dict[str, FileState]:
        """What was last taken in completely and not replaced by hand since, by path."""
        replaced = select(articles.c.origin).where(articles.c.in_folder == REPLACED_BY_HAND)
        with self._database.read() as connection:
            rows = connection.execute(select(files).where(files.c.path.not_in(replaced)))
            return {row.path: (row.size, row.modified) for row in rows}

    def set_files(self, states: Mapping[str, FileState]) -> None:
        """These and no others."""
        with self._database.write() as connection:
            connection.execute(delete(files))
            if states:
                connection.execute(
                    insert(files), [{"path": path, "size": s[0], "modified": s[1]} for path, s in states.items()]
                )

    def articles(self) -> dict[str, set[str]]:
        """Ids of the articles that came from the folder, by path."""
        found: dict[str, set[str]] = {}
        in_folder = select(articles.c.origin, articles.c.id).where(articles.c.in_folder != BY_HAND)
        with self._database.read() as connection:
            for row in connection.execute(in_folder):
                found.setdefault(row.origin, set()).add(row.id)
        return found
