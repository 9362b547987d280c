"""Vectors of passages, and with them one whole state of the store for an index to be built from.

A vector is kept by the hash of the text that it stands for and by model, so that a passage whose words did not
change is never embedded twice, in whichever article and revision it stands.
"""

import operator
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, select

from index.model.embed import Vectors
from index.search.generation import PASSAGE_DTYPE, ArticleKey, Corpus
from index.store import copy_pairs
from index.store.database import Database
from index.store.schema import IS_CURRENT, articles, embeddings, passages, revisions
from index.store.state import state_of
from index.text.chunk import embedded_text

ROWS_AT_ONCE = 1_000
TEXTS_AT_ONCE = 10
"""Of up to 8 MB each."""


class Embeddings:
    def __init__(self, database: Database) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database

    def missing(self, model: str, article_ids: Sequence[str] | None = None) -> list[bytes]:
        """Keys of texts that no vector is kept for, of all articles or of these, in the order in which they came in."""
        its = and_(embeddings.c.key == passages.c.embedding_key, embeddings.c.model == model)
        statement = select(passages.c.embedding_key).where(~exists().where(its))
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
            connection.execute(
                insert(embeddings).prefix_with("OR IGNORE"),
                [
                    {"key": key, "model": model, "vector": row.astype("<f4").tobytes()}
                    for key, row in zip(keys, vectors, strict=True)
                ],
            )

    def forget(self, model: str, *, all_of_them: bool = False) -> None:
        """Drop the vectors that no passage uses any more, or every vector of `model`."""
        statement = delete(embeddings).where(embeddings.c.model == model)
        if not all_of_them:
            statement = statement.where(embeddings.c.key.not_in(select(passages.c.embedding_key)))
        with self._database.write() as connection:
            connection.execute(statement)

    def corpus(self, model: str | None) -> Corpus | None:
        """One state of the store, whole; None while a passage of it has no vector or an article is not compared yet.

        Without a model the vectors are left out, (n, 0), and the copies are those that are known.
        """
        with self._database.read() as connection:
            if model is not None and connection.execute(copy_pairs.unsigned().limit(1)).first():
                return None
            keys = [ArticleKey(*row) for row in connection.execute(_current(*_KEY))]
            ordinal = {key.id: n for n, key in enumerate(keys)}
            places = select(passages.c.id, passages.c.article_id, passages.c.start, passages.c.end)
            table = np.array(
                [
                    (id_, ordinal[article_id], start, end)
                    for id_, article_id, start, end in connection.execute(places.order_by(passages.c.id))
                ],
                dtype=PASSAGE_DTYPE,
            )
            vectors = _vectors(connection, model, len(table))
            if vectors is None:
                return None
            copies = copy_pairs.in_order(connection)
            return Corpus(
                state=state_of(connection),
                articles=tuple(keys),
                passages=table,
                bodies=_bodies(connection, table),
                vectors=vectors,
                copies=np.array(
                    [(ordinal[its], ordinal[copy]) for its, ids in copies.items() for copy in ids], np.int32
                ).reshape(-1, 2),
            )


_KEY = (
    articles.c.id,
    articles.c.revision,
    revisions.c.published_at,
    revisions.c.source,
    revisions.c.author,
)


def _current(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of each article as it is now, by its id."""
    return select(*columns).select_from(articles).join(revisions, IS_CURRENT).order_by(articles.c.id)


def _vectors(connection: Connection, model: str | None, count: int) -> Vectors | None:
    """(count, dim), a row a passage, and (count, 0) without a model; None where one is missing."""
    if model is None or not count:
        return np.zeros((count, 0), np.float32)
    its = and_(embeddings.c.key == passages.c.embedding_key, embeddings.c.model == model)
    statement = select(embeddings.c.vector).select_from(passages).outerjoin(embeddings, its).order_by(passages.c.id)
    vectors: Vectors | None = None
    # one after the other: all of them at once would be there twice
    for row, vector in enumerate(connection.scalars(statement.execution_options(yield_per=ROWS_AT_ONCE))):
        if vector is None:
            return None
        if vectors is None:
            vectors = np.empty((count, len(vector) // 4), np.float32)
        vectors[row] = np.frombuffer(vector, "<f4")
    return vectors


def _bodies(connection: Connection, table: NDArray[np.void]) -> list[str]:
    """The embedded text of each passage of `table`. Of the articles' own texts a few are there at a time."""
    bodies = [""] * len(table)
    by_article = np.argsort(table["article"], kind="stable")
    ends = np.cumsum(np.bincount(table["article"]))
    statement = _current(revisions.c.title, revisions.c.text)
    texts = connection.execute(statement.execution_options(yield_per=TEXTS_AT_ONCE))
    for (title, text), rows in zip(texts, np.split(by_article, ends), strict=False):
        for row in rows:
            bodies[row] = embedded_text(title, text[table["start"][row] : table["end"][row]])
    return bodies
