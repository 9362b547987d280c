"""A library with many articles within seconds: in the store and its list, but not in the index, which is no matter of
the list."""

from sqlalchemy import insert

from index.library import Library
from index.store import catalogue
from index.store.schema import BY_HAND, articles, revisions
from index.text.chunk import CHUNKER_VERSION

ADDED_AT = "2026-01-01T00:00:00.000+00:00"


def rows_of(number: int) -> tuple[dict[str, object], dict[str, object]]:
    """Of an article by one of 100 papers over 25 years, titled by its number: its row, and its revision's, which has no
    text yet."""
    article_id, revision = f"n{number:07}", f"{number:016x}"
    article: dict[str, object] = {
        "id": article_id,
        "revision": revision,
        "origin": f"{article_id}.txt",
        "in_folder": BY_HAND,
        "chunker": CHUNKER_VERSION,
        "added_at": ADDED_AT,
    }
    return article, {
        "article_id": article_id,
        "revision": revision,
        "title": f"Article {number:07}",
        "source": f"Paper {number % 100}",
        "published_at": f"{2000 + number % 25}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "added_at": ADDED_AT,
    }


def fill(library: Library, count: int) -> None:
    rows = [rows_of(number) for number in range(count)]
    texts = ({"text": f"What article {number} says. " * 40} for number in range(count))
    with library.database.write() as connection:
        connection.execute(insert(articles), [article for article, _ in rows])
        connection.execute(
            insert(revisions), [revision | text for (_, revision), text in zip(rows, texts, strict=True)]
        )
        catalogue.enter(connection, [str(article["id"]) for article, _ in rows])
