"""What is known of the articles folder's files: their state when they were last taken in, and the articles they gave.

A rebuild compares the folder with it, so that a file that did not change is not read again. Where machines share the
database, each has a folder of its own, and what one gave is nothing that another lacks.
"""

import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import delete, insert, select

from index.store.database import Database
from index.store.rows import batches
from index.store.schema import BY_HAND, REPLACED_BY_HAND, articles, files, folder_articles

FileState = tuple[int, float]
"""Size in bytes and modification time, as `os.stat` gives them."""


class FolderState:
    def __init__(self, database: Database, folder: Path) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database
        # in a file of its own a library has one folder, wherever that is moved
        self._folder = f"{socket.gethostname()}:{folder.absolute()}" if database.is_on_server else ""

    def files(self) -> dict[str, FileState]:
        """What was last taken in completely and not replaced by hand since, by path."""
        replaced = select(articles.c.origin).where(articles.c.in_folder == REPLACED_BY_HAND)
        own = files.c.path.startswith(self._own(""), autoescape=True)
        with self._database.read() as connection:
            by_hand = set(connection.scalars(replaced))
            found = {
                row.path.removeprefix(self._own("")): (row.size, row.modified)
                for row in connection.execute(select(files).where(own))
            }
        return {path: state for path, state in found.items() if path not in by_hand}

    def set_files(self, states: Mapping[str, FileState]) -> None:
        """Of this folder these and no others."""
        own = files.c.path.startswith(self._own(""), autoescape=True)
        with self._database.write() as connection:
            connection.execute(delete(files).where(own))
            if states:
                connection.execute(
                    insert(files),
                    [{"path": self._own(path), "size": s[0], "modified": s[1]} for path, s in states.items()],
                )

    def articles(self) -> dict[str, set[str]]:
        """Ids of the articles that came from the folder, by path."""
        found: dict[str, set[str]] = {}
        in_folder = (
            select(articles.c.origin, articles.c.id)
            .outerjoin(folder_articles)
            # in a file of its own: those that no machine of several gave, before they were copied here
            .where(articles.c.in_folder != BY_HAND, folder_articles.c.folder == (self._folder or None))
        )
        with self._database.read() as connection:
            for row in connection.execute(in_folder):
                found.setdefault(row.origin, set()).add(row.id)
        return found

    def own(self, article_ids: Iterable[str]) -> None:
        """Note that this folder gave those articles, whichever other did before."""
        for some in batches(sorted(article_ids)):
            with self._database.write() as connection:
                connection.execute(delete(folder_articles).where(folder_articles.c.article_id.in_(some)))
                if not self._folder:
                    continue
                for there in connection.scalars(select(articles.c.id).where(articles.c.id.in_(some))):
                    connection.execute(insert(folder_articles).values(article_id=there, folder=self._folder))

    def _own(self, path: str) -> str:
        return f"{self._folder}\t{path}" if self._folder else path
