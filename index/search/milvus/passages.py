"""Passages as rows of a collection, out of one state of the store: some articles at a time, however many there are."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import numpy as np
from sqlalchemy import Connection, func, select

from index.search.corpus import TEXTS_AT_ONCE
from index.search.embeddings import is_of_passage
from index.search.milvus.indexed import Entry
from index.search.milvus.server import Row, cut
from index.store.schema import IS_CURRENT, articles, embeddings, passages, revisions
from index.text.chunk import embedded_text
from index.text.words import stems


class Passages:
    """Those of some articles, which are read together: a few hundred of them."""

    def __init__(self, connection: Connection, model: str, article_ids: Sequence[str]) -> None:
        self._connection = connection
        self._model = model
        self._ids = article_ids

    def entries(self, first: int) -> list[Entry]:
        """Of each article, in the order of their ids. first: the row of the first passage of all."""
        of_it = passages.c.article_id == articles.c.id
        counted = (
            select(
                articles.c.id,
                articles.c.revision,
                select(func.count()).select_from(passages).where(of_it).scalar_subquery().label("count"),
                revisions.c.published_at,
                revisions.c.source,
                revisions.c.author,
            )
            .join(revisions, IS_CURRENT)
            .where(articles.c.id.in_(self._ids))
            .order_by(articles.c.id)
        )
        entries = []
        for row in self._connection.execute(counted):
            day = dt.date.fromisoformat(row.published_at[:10]).toordinal() if row.published_at else 0
            named = (row.source or "", row.author or "")
            entries.append(Entry(row.id, row.revision, first, row._mapping["count"], day, *named))
            first += entries[-1].count
        return entries

    def rows(self, entries: Sequence[Entry]) -> Iterator[Row]:
        """What the server is to have of each passage, beside the states in which it is shown."""
        placed = (
            select(passages.c.article_id, passages.c.start, passages.c.end, embeddings.c.vector)
            .join(embeddings, is_of_passage(self._model))
            .where(passages.c.article_id.in_(self._ids))
            .order_by(passages.c.article_id, passages.c.id)
        )
        places = {its: list(some) for its, some in groupby(self._connection.execute(placed), attrgetter("article_id"))}
        by_id = {entry.article_id: entry for entry in entries}
        said = (
            select(articles.c.id, revisions.c.title, revisions.c.text)
            .join(revisions, IS_CURRENT)
            .where(articles.c.id.in_(self._ids))
        )
        for article in self._connection.execute(said.execution_options(yield_per=TEXTS_AT_ONCE)):
            entry = by_id[article.id]
            of_article: Row = {
                "article_id": entry.article_id,
                "revision": entry.revision,
                "day": entry.day,
                "source": cut(entry.source.casefold(), "source"),
                "author": cut(entry.author.casefold(), "author"),
            }
            for row, its in zip(entry.rows, places.get(article.id, ()), strict=True):
                text = embedded_text(article.title, article.text[its.start : its.end])
                yield of_article | {
                    "pk": row,
                    "start": its.start,
                    "end": its.end,
                    "words": cut(" ".join(stems(text)), "words"),
                    "vector": np.frombuffer(its.vector, "<f4"),
                }
