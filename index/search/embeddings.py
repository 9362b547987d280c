"""Vectors of passages, and with them one whole state of the store for an index to be built from.

A vector is kept by the hash of the text that it stands for and by model, so that a passage whose words did not
change is never embedded twice, in whichever article and revision it stands.
"""

import operator
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from sqlalchemy import and_, delete, func, insert, select

from index.model.embed import Vectors
from index.search.generation import PASSAGE_DTYPE, ArticleKey, Corpus
from index.store import copy_pairs
from index.store.database import Database
from index.store.schema import articles, embeddings, passages, revisions
from index.store.state import state_of
from index.text.chunk import embedded_text


class Embeddings:
    def __init__(self, database: Database) -> None:
        """The tables are `Store`'s, which makes them."""
        self._database = database

    def missing(self, model: str) -> list[bytes]:
        """Keys of texts that no vector is kept for, in the order in which they came in."""
        with self._database.read() as connection:
            present = select(embeddings.c.key).where(embeddings.c.model == model)
            keys = connection.scalars(
                select(passages.c.embedding_key)
                .where(passages.c.embedding_key.not_in(present))
                .group_by(passages.c.embedding_key)
                .order_by(func.min(passages.c.id))
            )
            return list(keys)

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
            state = state_of(connection)
            article_rows = connection.execute(
                select(
                    articles.c.id,
                    articles.c.revision,
                    revisions.c.title,
                    revisions.c.text,
                    revisions.c.published_at,
                    revisions.c.source,
                    revisions.c.author,
                )
                .join(
                    revisions,
                    and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision),
                )
                .order_by(articles.c.id)
            ).all()
            passage_rows = connection.execute(
                select(
                    passages.c.id,
                    passages.c.article_id,
                    passages.c.start,
                    passages.c.end,
                    embeddings.c.vector,
                )
                .outerjoin(
                    embeddings,
                    and_(embeddings.c.key == passages.c.embedding_key, embeddings.c.model == model),
                )
                .order_by(passages.c.id)
            ).all()
            copies = copy_pairs.in_order(connection)
        if model is not None and any(row.vector is None for row in passage_rows):
            return None
        ordinal = {row.id: n for n, row in enumerate(article_rows)}
        table = np.array(
            [(row.id, ordinal[row.article_id], row.start, row.end) for row in passage_rows],
            dtype=PASSAGE_DTYPE,
        )
        vectors = np.frombuffer(b"".join(row.vector or b"" for row in passage_rows), "<f4").astype(np.float32)
        bodies = [
            embedded_text(article_rows[p["article"]].title, article_rows[p["article"]].text[p["start"] : p["end"]])
            for p in table
        ]
        return Corpus(
            state=state,
            articles=tuple(ArticleKey(r.id, r.revision, r.published_at, r.source, r.author) for r in article_rows),
            passages=table,
            bodies=bodies,
            vectors=vectors.reshape(len(table), -1) if vectors.size else np.zeros((len(table), 0), np.float32),
            copies=np.array(
                [(ordinal[its], ordinal[copy]) for its, ids in copies.items() for copy in ids], np.int32
            ).reshape(-1, 2),
        )
