"""One published state of the index in memory, and what it is built from. How it lies on disk: `published.py`.

Of many passages a generation is not built anew for each change, but on the one before it: what is new comes behind its
rows, and articles that are gone or were rewritten stay in their places, dead, until the whole is built again.
"""

import datetime as dt
import io
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.model.embed import Vectors
from index.search.filters import Filters
from index.search.lexical import Body, LexicalIndex
from index.search.vectors import CompressedIndex, Mask, VectorIndex
from index.store.state import State
from index.text.chunk import CHUNKER_VERSION
from index.text.days import last_day

MOST_CHANGED = 0.1
"""Share of a generation's rows that may be dead or have come since it was built whole: the words of the dead still
count in BM25, and what came last is written again with each change."""

PASSAGE_DTYPE = np.dtype([("id", "<i8"), ("article", "<i4"), ("start", "<i4"), ("end", "<i4")])
"""One row a passage; `article` is the ordinal of its article in the generation."""

Copies = NDArray[np.int32]
"""(m, 2) ordinals: an article that has copies, and one of these or itself. In the order of the first, and of one those
that are to speak first come first."""
NO_COPIES: Copies = np.zeros((0, 2), np.int32)
NO_DEAD: NDArray[np.int32] = np.zeros(0, np.int32)


class ArticleKey(NamedTuple):
    """What a search needs to know of an article; everything else is read from the store."""

    id: str
    revision: str
    published_at: str | None
    source: str | None
    author: str | None


class ArticleKeys:
    """Those of a generation by ordinal, as columns: a tuple for each of a million articles takes as long to make as the
    rest of an index to load."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """columns: a sequence for each field of an ArticleKey, all of one length."""
        self.columns = {name: columns[name] for name in ArticleKey._fields}

    @classmethod
    def of(cls, keys: Sequence[ArticleKey]) -> "ArticleKeys":
        return cls({name: [key[n] for key in keys] for n, name in enumerate(ArticleKey._fields)})

    def and_more(self, keys: Sequence[ArticleKey]) -> "ArticleKeys":
        more = ArticleKeys.of(keys).columns
        return ArticleKeys({name: [*column, *more[name]] for name, column in self.columns.items()})

    def __len__(self) -> int:
        return len(self.columns["id"])

    def __getitem__(self, ordinal: int) -> ArticleKey:
        return ArticleKey(*(column[ordinal] for column in self.columns.values()))

    def __iter__(self) -> Iterator[ArticleKey]:
        return map(ArticleKey, *self.columns.values())


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is to ask for: the names as articles have them, and the days of the first and last article that are
    not ahead."""

    sources: tuple[str, ...]
    authors: tuple[str, ...]
    oldest: dt.date | None
    newest: dt.date | None


@dataclass(frozen=True, slots=True)
class Corpus:
    """One state of the store, ready to be indexed: row n of `passages` is one passage."""

    state: State
    articles: ArticleKeys
    passages: NDArray[np.void]  # (n,) PASSAGE_DTYPE
    bodies: Iterable[Body]
    """Of each new passage, in any order. Read once."""
    vectors: Iterable[Vectors]
    """(m, dim) each: those of the new passages in their order. Read once."""
    copies: Copies
    base: "Generation | None" = None
    """What it is built on: its articles and rows are the first of these, and all after them are new."""
    dead: NDArray[np.int32] = field(default_factory=lambda: NO_DEAD)
    """Ordinals of articles, only where there is a base."""

    @property
    def first_new(self) -> int:
        """The row."""
        return len(self.base.passages) if self.base else 0

    @property
    def newly_dead(self) -> NDArray[np.int32]:
        return np.setdiff1d(self.dead, self.base.dead) if self.base else self.dead

    @property
    def articles_alive(self) -> int:
        return len(self.articles) - len(self.dead)


class Generation:
    """One published state of the index in memory. Immutable; any number of threads may search it."""

    def __init__(
        self,
        state: State,
        articles: ArticleKeys,
        passages: NDArray[np.void],
        words: LexicalIndex,
        vectors: VectorIndex | None,
        copies: Copies = NO_COPIES,
        *,
        dead: NDArray[np.int32] = NO_DEAD,
        name: str = "",
        model: str = "",
        chunker: int = CHUNKER_VERSION,
        lease: io.BufferedReader | None = None,
    ) -> None:
        """dead: ordinals of articles that are there no more, or under another ordinal in another revision. name: of
        the folder."""
        self.state = state
        self.seq = state.seq
        self.articles = articles
        self.passages = passages
        self.words = words
        self.vectors = vectors
        """None where no vectors could be read: such a generation finds by words alone."""
        self.name = name
        self.model = model
        self.chunker = chunker
        self.dead = dead
        if lease:  # open for as long as this generation is referenced: the sweep leaves its folder alone
            weakref.finalize(self, lease.close)
        columns, day, folded = articles.columns, cache(_day), cache(_folded)  # few of a million values are different
        self._days = np.array([day(at and at[:10]) for at in columns["published_at"]], np.int64)
        self._sources = np.array([folded(source) for source in columns["source"]], object)
        self._authors = np.array([folded(author) for author in columns["author"]], object)
        self._ids = np.array(columns["id"], object)
        self.article_of: NDArray[np.int32] = passages["article"].copy()  # (n,), without the columns between
        self._alive = np.ones(len(self.articles), bool)
        self._alive[dead] = False
        self.alive_rows = self._alive[self.article_of] if len(dead) else None
        """(n,) bool; None where all are."""
        self._having_copies: NDArray[np.int32] = copies[:, 0].copy()
        self._copies: NDArray[np.int32] = copies[:, 1].copy()

    @classmethod
    def words_only(cls, corpus: Corpus) -> "Generation":
        """In memory and without vectors: what answers while no generation on disk can be read."""
        words = LexicalIndex.build(corpus.bodies)
        return cls(corpus.state, corpus.articles, corpus.passages, words, None, corpus.copies)

    @property
    def articles_alive(self) -> int:
        return len(self.articles) - len(self.dead)

    @property
    def is_whole(self) -> bool:
        """Whether it was built at once, and has nothing in it that is dead."""
        return not (len(self.dead) or (isinstance(self.vectors, CompressedIndex) and self.vectors.parts[1]))

    def may_grow(self, dead: NDArray[np.int32], new_rows: int) -> bool:
        """Whether the next generation may be built on this one, with those articles dead and so many rows more."""
        if not isinstance(self.vectors, CompressedIndex) or self.chunker != CHUNKER_VERSION:
            return False
        changed = int(np.isin(self.article_of, dead).sum()) + self.vectors.parts[1] + new_rows
        return changed <= MOST_CHANGED * len(self.passages)

    def allowed_articles(self, filters: Filters, removed: frozenset[str]) -> Mask | None:
        """(articles,) bool: what passes the filters and has not been removed; None when that is all that is alive."""
        if not filters and not removed:
            return None
        mask = self.alive_articles()
        if filters.after:
            mask &= self._days >= filters.after.toordinal()
        if filters.before:
            mask &= (self._days <= filters.before.toordinal()) & (self._days > 0)
        for wanted, values in ((filters.source, self._sources), (filters.author, self._authors)):
            if wanted:
                mask &= np.isin(values, np.array([w.casefold() for w in wanted], object))
        if filters.article_id:
            mask &= np.isin(self._ids, np.array(filters.article_id, object))
        if removed:
            mask &= ~np.isin(self._ids, np.array(list(removed), object))
        return mask

    def among(self, article_ids: Iterable[str]) -> Mask:
        """(articles,) bool. Of those ids any may be of no article here."""
        mask = np.zeros(len(self.articles), bool)
        mask[[self.ordinals[its] for its in article_ids if its in self.ordinals]] = True
        return mask

    def alive_articles(self) -> Mask:
        """(articles,) bool, to be changed by whoever asks."""
        return self._alive.copy()

    @property
    def holdings(self) -> Holdings:
        sources, authors = self._names
        days = self._days_to_compare()
        dated = days[(days > 0) & self._alive]
        return Holdings(
            sources=sources,
            authors=authors,
            oldest=dt.date.fromordinal(int(dated.min())) if len(dated) else None,
            newest=dt.date.fromordinal(int(dated.max())) if len(dated) else None,
        )

    def newest_first(self, allowed: Mask | None) -> NDArray[np.int64]:
        """Ordinals of the allowed articles; those of a day in their order, those without one, or of one ahead, last."""
        order = np.argsort(-self._days_to_compare(), kind="stable")
        return order[(self._alive if allowed is None else allowed)[order]]

    @cached_property
    def ordinals(self) -> dict[str, int]:
        """Of each article that is alive, by its id."""
        return {article_id: n for n, article_id in enumerate(self.articles.columns["id"]) if self._alive[n]}

    def copies_of(self, article_id: str) -> NDArray[np.int32]:
        """Ordinals of the article and its copies, the one that speaks for them first; none where it has none."""
        ordinal = self.ordinals.get(article_id, len(self.articles))
        first, end = np.searchsorted(self._having_copies, [ordinal, ordinal + 1])
        return self._copies[first:end]

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The sources and the authors."""
        sources, authors = (
            {
                name
                for name, is_alive in zip(self.articles.columns[column], self._alive, strict=True)
                if name and is_alive
            }
            for column in ("source", "author")
        )
        return tuple(sorted(sources)), tuple(sorted(authors))

    def _days_to_compare(self) -> NDArray[np.int64]:
        """(articles,); 0 where the day is unknown or ahead, as it is now: a generation may be in use for weeks."""
        return np.where(self._days <= _day(last_day()), self._days, 0)


def _folded(name: str | None) -> str:
    return (name or "").casefold()


def _day(published_at: str | None) -> int:
    """Days as `date.toordinal` counts them; 0 when unknown."""
    return dt.date.fromisoformat(published_at[:10]).toordinal() if published_at else 0
