"""A library with many articles within seconds: in the store and its list, but not in the index, which is no matter of
the list."""

from sqlalchemy import insert

from index.library import Library
from index.store import catalogue
from index.store.schema import BY_HAND, articles, revisions
from index.text.chunk import CHUNKER_VERSION

ADDED_AT = "2026-01-01T00:00:00.000+00:00"


def fill(library: Library, count: int) -> None:
    """Articles by 100 papers over 25 years, titled by their numbers."""
    numbered = [(f"n{n:05}", f"{n:016x}", n) for n in range(count)]
    with library.database.write() as connection:
        connection.execute(
            insert(articles),
            [
                {
                    "id": article_id,
                    "revision": revision,
                    "origin": f"{article_id}.txt",
                    "in_folder": BY_HAND,
                    "chunker": CHUNKER_VERSION,
                    "added_at": ADDED_AT,
                }
                for article_id, revision, _ in numbered
            ],
        )
        connection.execute(
            insert(revisions),
            [
                {
                    "article_id": article_id,
                    "revision": revision,
                    "title": f"Article {n:05}",
                    "text": f"What article {n} says. " * 40,
                    "source": f"Paper {n % 100}",
                    "published_at": f"{2000 + n % 25}-{n % 12 + 1:02}-{n % 28 + 1:02}",
                    "added_at": ADDED_AT,
                }
                for article_id, revision, n in numbered
            ],
        )
        catalogue.enter(connection, [article_id for article_id, *_ in numbered])
