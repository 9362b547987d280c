"""One whole state of the store, for an index to be built from: all of it, or what is new since another index.

What is large, texts and vectors, is read while the index is written, and in one transaction with the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, exists, func, select, true

from index.model.embed import Vectors
from index.search.embeddings import is_of_passage
from index.search.generation import NO_DEAD, PASSAGE_DTYPE, ArticleKey, ArticleKeys, Copies, Corpus, Generation
from index.search.lexical import Body
from index.store import copy_pairs
from index.store.database import Database
from index.store.rows import batches
from index.store.schema import IS_CURRENT, articles, embeddings, passages, revisions
from index.store.state import state_of
from index.text.chunk import embedded_text

ROWS_AT_ONCE = 1_000
TEXTS_AT_ONCE = 10
"""Of up to 8 MB each."""

Part = Sequence[str] | None
"""Ids of articles; None for all of them."""

_KEY = (
    articles.c.id,
    articles.c.revision,
    revisions.c.published_at,
    revisions.c.source,
    revisions.c.author,
)


@contextmanager
def corpus(database: Database, model: str | None, base: Generation | None = None) -> Iterator[Corpus | None]:
    """None while a passage has no vector or an article is not compared with the others yet.

    Its bodies and vectors can be read while it lasts. Without a model the vectors are left out, and the copies are
    those that are known. base: what it is to be built on, unless too much has changed since.
    """
    with database.read() as connection:
        yield _corpus(connection, model, base)


def _corpus(connection: Connection, model: str | None, base: Generation | None) -> Corpus | None:
    if model is not None and _are_uncompared(connection):
        return None
    parts: list[Part] = [None]
    dead = NO_DEAD
    if base:
        new, dead = _changes(connection, base)
        parts = [*batches(new)]
        if not base.may_grow(dead, sum(_count(connection, part) for part in parts)):
            base, parts, dead = None, [None], NO_DEAD
    if model is not None and any(_lack_vectors(connection, model, part) for part in parts):
        return None
    known = base.articles if base else ArticleKeys.of([])
    keys: list[ArticleKey] = []
    ordinals = dict(base.ordinals) if base else {}
    tables = [base.passages] if base else []
    starts = []
    for part in parts:
        for row in connection.execute(_current(*_KEY).where(_among(articles.c.id, part))):
            ordinals[row.id] = len(known) + len(keys)
            keys.append(ArticleKey(*row))
        starts.append(sum(map(len, tables)))
        tables.append(_table(connection, part, ordinals))
    return Corpus(
        state=state_of(connection),
        articles=known.and_more(keys),
        passages=np.concatenate(tables) if tables else np.zeros(0, PASSAGE_DTYPE),
        bodies=(
            body
            for part, start, table in zip(parts, starts, tables[len(tables) - len(parts) :], strict=True)
            for body in _bodies(connection, part, start, table, ordinals)
        ),
        vectors=() if model is None else (block for part in parts for block in _vectors(connection, model, part)),
        copies=_places(copy_pairs.in_order(connection), ordinals),
        base=base,
        dead=dead,
    )


def are_ready(connection: Connection, model: str) -> bool:
    """Whether every passage has a vector and every article was compared with the others."""
    return not (_are_uncompared(connection) or _lack_vectors(connection, model, None))


def _are_uncompared(connection: Connection) -> bool:
    return connection.execute(copy_pairs.unsigned().limit(1)).first() is not None


def _changes(connection: Connection, base: Generation) -> tuple[list[str], NDArray[np.int32]]:
    """Ids of the articles that `base` does not have as they are now, and the ordinals of those that are dead in it."""
    gone = dict(base.ordinals)
    new = []
    its = base.articles.columns["revision"]
    for article_id, revision in connection.execute(select(articles.c.id, articles.c.revision)):
        ordinal = gone.get(article_id)
        if ordinal is not None and its[ordinal] == revision:
            del gone[article_id]
        else:
            new.append(article_id)
    return sorted(new), np.sort(np.concatenate([base.dead, np.array([*gone.values()], np.int32)]))


def _places(copies: Mapping[str, Sequence[str]], ordinals: Mapping[str, int]) -> Copies:
    """In the order that a generation keeps them in."""
    pairs = [(ordinals[its], ordinals[copy]) for its, ids in copies.items() for copy in ids]
    pairs.sort(key=itemgetter(0))  # of one article they stay as they are
    return np.array(pairs, np.int32).reshape(-1, 2)


def _current(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of each article as it is now, by its id."""
    return select(*columns).select_from(articles).join(revisions, IS_CURRENT).order_by(articles.c.id)


def _among(column: ColumnElement[str], part: Part) -> ColumnElement[bool]:
    return true() if part is None else column.in_(part)


def _of(part: Part) -> ColumnElement[bool]:
    return _among(passages.c.article_id, part)


def _count(connection: Connection, part: Part) -> int:
    return connection.scalar(select(func.count()).select_from(passages).where(_of(part))) or 0


def _lack_vectors(connection: Connection, model: str, part: Part) -> bool:
    lacking = select(passages.c.id).where(_of(part), ~exists().where(is_of_passage(model)))
    return connection.execute(lacking.limit(1)).first() is not None


def _table(connection: Connection, part: Part, ordinals: dict[str, int]) -> NDArray[np.void]:
    places = select(passages.c.id, passages.c.article_id, passages.c.start, passages.c.end).where(_of(part))
    rows = connection.execute(places.order_by(passages.c.id).execution_options(yield_per=ROWS_AT_ONCE))
    return np.fromiter(((id_, ordinals[its], start, end) for id_, its, start, end in rows), PASSAGE_DTYPE)


def _vectors(connection: Connection, model: str, part: Part) -> Iterator[Vectors]:
    """(m, dim) each, a row a passage, in the order of `_table`."""
    statement = (
        select(embeddings.c.vector).select_from(passages).join(embeddings, is_of_passage(model)).where(_of(part))
    )
    found = connection.scalars(statement.order_by(passages.c.id).execution_options(yield_per=ROWS_AT_ONCE))
    for some in found.partitions():
        yield np.frombuffer(b"".join(some), "<f4").reshape(len(some), -1)


def _bodies(
    connection: Connection, part: Part, start: int, table: NDArray[np.void], ordinals: dict[str, int]
) -> Iterator[Body]:
    """Of each passage of `table`, whose first row is `start`, article by article; its words are what is embedded."""
    by_article = np.argsort(table["article"], kind="stable")
    sorted_articles = table["article"][by_article]
    statement = _current(articles.c.id, revisions.c.title, revisions.c.text).where(_among(articles.c.id, part))
    for its, title, text in connection.execute(statement.execution_options(yield_per=TEXTS_AT_ONCE)):
        first, end = np.searchsorted(sorted_articles, [ordinals[its], ordinals[its] + 1])
        for n in by_article[first:end].tolist():
            yield start + n, ordinals[its], embedded_text(title, text[table["start"][n] : table["end"][n]])
