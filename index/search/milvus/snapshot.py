"""A snapshot of one state that is shown on a Milvus server, with the database behind it."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement

from index.model.embed import Embedder, Vectors
from index.search import search
from index.search.filters import NO_FILTERS, Filters
from index.search.generation import Holdings
from index.search.milvus.indexed import Manifest, Showing
from index.search.milvus.server import Row, Rows, cut, quoted
from index.search.related import CANDIDATES, LEAD_PASSAGES, MIN_COSINE, Related
from index.search.search import Found, Hit
from index.search.snapshot import MAX_HITS, Snapshot
from index.search.vectors import Rows as Numbers
from index.store.database import Database
from index.store.rows import StoredArticle
from index.store.store import Store
from index.text.days import last_day
from index.text.words import content_stems, folded, stems

MAX_REMOVED = 1_000
"""Articles that a filter names; of more that were removed since, what is found is left out afterwards."""
MAX_STEMS = 64
"""Of one question that are searched for."""
MAX_HAVING = 2_000
"""Passages with the words of a phrase whose articles are looked into, the best by BM25 first."""
MAX_NAMING = 10_000
"""Articles that name a company, the newest: the server is told them by their ids."""


class MilvusSnapshot(Snapshot):
    def __init__(
        self,
        manifest: Manifest,
        rows: Rows,
        database: Database,
        store: Store,
        embedder: Embedder,
        holdings: Callable[[], Holdings],
    ) -> None:
        self._manifest = manifest
        self._holdings = holdings
        self._rows = rows
        self._showing = Showing(manifest.collection, manifest.seq)
        self._database = database
        self._store = store
        self._embedder = embedder

    @property
    def seq(self) -> int:
        return self._manifest.seq

    def search(self, text: str, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        having = self._having(filters.phrase)
        searched, held = self._counts(filters, having)
        if not searched:
            return Found((), self.seq, searched, held)
        where = self._where(filters, having)
        k = min(max(k, 1), MAX_HITS)
        wanted = max(k, search.CANDIDATES)
        by_words, bm25 = self._rows.by_words(content_stems(text)[:MAX_STEMS], wanted, where)
        words, places = _numbers(by_words), {row["pk"]: row for row in by_words}
        if self._has_vectors:
            vector = self._embedder.embed([text])[0]
            by_meaning, cosines = self._rows.nearest(vector, wanted, where)
            places |= {row["pk"]: row for row in by_meaning}
            cosines_of = partial(self._cosines, vector)
            best, scores = search.fused(words, bm25, _numbers(by_meaning), cosines, cosines_of, k)
        else:
            best, scores = words[:k], search.of_best(bm25)[:k]
        found = [places[row] for row in best.tolist()]
        stored = self._store.revisions(map(_key, found))
        hits = tuple(
            Hit(stored[_key(place)], place["revision"], place["start"], place["end"], float(score))
            for place, score in zip(found, scores, strict=True)
            if _key(place) in stored  # removed since the search began
        )
        return Found(hits, self.seq, searched, held)

    def newest(self, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        having = self._having(filters.phrase)
        searched, held = self._counts(filters, having)
        with self._database.read() as connection:
            condition = self._condition(filters, having)
            keys = self._showing.newest(connection, condition, _today(), min(max(k, 1), MAX_HITS))
        stored = self._store.revisions(keys)
        hits = tuple(search.beginning(stored[key], key[1]) for key in keys if key in stored)
        return Found(hits, self.seq, searched, held)

    def related(self, article_id: str, k: int = 6) -> tuple[Related, ...]:
        with self._database.read() as connection:
            entry = self._showing.among(connection, [article_id]).get(article_id)
            own = self._showing.copies(connection, [article_id]).get(article_id, [article_id])
        if entry is None or not self._has_vectors:
            return ()
        mean = self._rows.vectors(np.array(entry.rows[:LEAD_PASSAGES], np.int64)).mean(0)
        vector = np.asarray(mean / np.linalg.norm(mean), np.float32)
        where = f"{self._where(NO_FILTERS, None)} and article_id not in {quoted(own)}"
        places, cosines = self._rows.nearest(vector, CANDIDATES, where)
        stored = self._store.revisions(map(_key, places))
        with self._database.read() as connection:
            copies = self._showing.copies(connection, sorted({place["article_id"] for place in places}))
        found: list[Related] = []
        told: set[str] = set()
        for place, cosine in zip(places, cosines, strict=True):
            its = place["article_id"]
            if cosine < MIN_COSINE or len(found) == k:
                break
            if its not in told and _key(place) in stored:
                told.update((its, *copies.get(its, ())))
                found.append(Related(stored[_key(place)], float(cosine)))
        return tuple(found)

    @property
    def holdings(self) -> Holdings:
        return self._holdings()

    def companies(self, values: Iterable[str]) -> dict[str, str]:
        return self._store.companies.known(values)

    def article(self, article_id: str) -> StoredArticle | None:
        with self._database.read() as connection:
            entry = self._showing.among(connection, [article_id]).get(article_id)
        return self._store.get(article_id, entry.revision) if entry else None

    def copies(self, article_ids: Iterable[str], filters: Filters = NO_FILTERS) -> dict[str, tuple[str, ...]]:
        with self._database.read() as connection:
            copies = self._showing.copies(connection, sorted(set(article_ids)))
            every = sorted({copy for its in copies.values() for copy in its})
            passing = self._showing.among(connection, every, filters)
        return {its: tuple(copy for copy in ids if copy in passing) for its, ids in copies.items()}

    # -- parts

    @property
    def _has_vectors(self) -> bool:
        return self._manifest.model == self._embedder.id

    def _cosines(self, vector: Vectors, found: Numbers) -> NDArray[np.float32]:
        if not len(found):
            return np.zeros(0, np.float32)
        return np.asarray(self._rows.vectors(found) @ vector, np.float32)

    def _where(self, filters: Filters, having: Collection[str] | None) -> str:
        """`Showing.condition`, as the server has it."""
        parts = [f"born <= {self.seq}", f"died > {self.seq}"]
        if filters.after:
            parts.append(f"day >= {filters.after.toordinal()}")
        if filters.before:
            parts.append(f"day <= {filters.before.toordinal()} and day > 0")
        for field, names in (("source", filters.source), ("author", filters.author)):
            if names:
                parts.append(f"{field} in {quoted(cut(name.casefold(), field) for name in names)}")
        if filters.article_id:
            parts.append(f"article_id in {quoted(filters.article_id)}")
        if filters.company:
            with self._database.read() as connection:
                naming = self._showing.newest(connection, self._condition(filters, having), _today(), MAX_NAMING)
            parts.append(f"article_id in {quoted(sorted(article_id for article_id, _ in naming))}")
        elif having is not None:
            parts.append(f"article_id in {quoted(sorted(having))}")
        if removed := self._store.removed_since(self.seq):
            parts.append(f"article_id not in {quoted(sorted(removed)[:MAX_REMOVED])}")
        return " and ".join(parts)

    def _condition(self, filters: Filters, having: Collection[str] | None) -> ColumnElement[bool]:
        naming = self._store.companies.naming(filters.company) if filters.company else None
        return self._showing.condition(filters, having, naming)

    def _counts(self, filters: Filters, having: Collection[str] | None) -> tuple[int, int]:
        """How many articles there are to search in, and how many before filters."""
        if not filters and not self._store.removed_since(self.seq):
            return self._manifest.articles, self._manifest.articles
        with self._database.read() as connection:
            held = self._showing.count(connection, self._showing.condition())
            condition = self._condition(filters, having)
            return self._showing.count(connection, condition) if filters else held, held

    def _having(self, phrases: Sequence[str]) -> set[str] | None:
        """Ids of the articles that have one of the phrases, as `phrases.py` has it; None where there are none."""
        if not phrases:
            return None
        found: set[str] = set()
        for phrase in phrases:
            everywhere = self._where(NO_FILTERS, None)
            wanted, said = folded(phrase), list(dict.fromkeys(stems(phrase)))[:MAX_STEMS]
            places, _ = self._rows.by_words(said, MAX_HAVING, everywhere)
            having = self._store.revisions(map(_key, places))
            found |= {its for (its, _), a in having.items() if wanted in folded(f"{a.title}\n{a.text}")}
        return found


def holdings(database: Database, showing: Showing) -> Holdings:
    with database.read() as connection:
        sources, authors = showing.names(connection)
        days = showing.days(connection, _today())
    oldest, newest = (dt.date.fromordinal(day) if day else None for day in days)
    return Holdings(tuple(sources), tuple(authors), oldest, newest)


def _today() -> int:
    return dt.date.fromisoformat(last_day()).toordinal()


def _key(place: Row) -> tuple[str, str]:
    return place["article_id"], place["revision"]


def _numbers(places: Sequence[Row]) -> Numbers:
    return np.array([place["pk"] for place in places], np.int64)
