"""Vectors of passages, kept beside them.

A vector is kept by the hash of the text that it stands for and by model, so that a passage whose words did not
change is never embedded twice, in whichever article and revision it stands.
"""

import operator
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, select

from index.model.embed import Vectors
from index.store.database import Database
from index.store.schema import embeddings, passages, revisions
from index.store.state import begin_another
from index.text.chunk import embedded_text


def is_of_passage(model: str) -> ColumnElement[bool]:
    """Joins a passage and its vector by that model."""
    return and_(embeddings.c.key == passages.c.embedding_key, embeddings.c.model == model)


class Embeddings:
    def __init__(self, database: Database) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database

    def missing(self, model: str, article_ids: Sequence[str] | None = None) -> list[bytes]:
        """Keys of texts that no vector is kept for, of all articles or of these, in the order in which they came in."""
        statement = select(passages.c.embedding_key).where(~exists().where(is_of_passage(model)))
        if article_ids is not None:
            statement = statement.where(passages.c.article_id.in_(article_ids))
        with self._database.read() as connection:
            ordered = statement.group_by(passages.c.embedding_key).order_by(func.min(passages.c.id))
            return list(connection.scalars(ordered))

    def texts(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        """The text behind each key; keys whose article went meanwhile are left out."""
        places = select(
            passages.c.embedding_key, passages.c.article_id, passages.c.revision, passages.c.start, passages.c.end
        ).where(passages.c.embedding_key.in_(keys))
        found: dict[bytes, str] = {}
        with self._database.read() as connection:
            a_place_of_each = {place.embedding_key: place for place in connection.execute(places)}
            stands_in = operator.attrgetter("article_id", "revision")
            # a long article is read once, not once a passage
            for (article_id, revision), several in groupby(sorted(a_place_of_each.values(), key=stands_in), stands_in):
                title, text = connection.execute(
                    select(revisions.c.title, revisions.c.text).where(
                        revisions.c.article_id == article_id, revisions.c.revision == revision
                    )
                ).one()
                for place in several:
                    found[place.embedding_key] = embedded_text(title, text[place.start : place.end])
        return found

    def save(self, model: str, keys: Sequence[bytes], vectors: Vectors) -> None:
        """vectors: (n, dim) float32, one row a key."""
        if not keys:
            return
        with self._database.write() as connection:
            kept = select(embeddings.c.key).where(embeddings.c.model == model, embeddings.c.key.in_(keys))
            there = set(connection.scalars(kept))
            rows = [
                {"key": key, "model": model, "vector": row.astype("<f4").tobytes()}
                for key, row in zip(keys, vectors, strict=True)
                if key not in there
            ]
            if rows:
                connection.execute(insert(embeddings), rows)

    def forget(self, model: str, *, all_of_them: bool = False) -> None:
        """Drop the vectors that no passage uses any more, or every vector of `model`: then the corpus is in another
        state, since what is published no longer says that each passage has one."""
        statement = delete(embeddings).where(embeddings.c.model == model)
        if not all_of_them:
            statement = statement.where(~exists().where(passages.c.embedding_key == embeddings.c.key))
        with self._database.write() as connection:
            connection.execute(statement)
            if all_of_them:
                begin_another(connection)
