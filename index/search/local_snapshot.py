"""A snapshot of one generation in memory, with the store behind it."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.model.embed import Embedder
from index.search.filters import NO_FILTERS, Filters
from index.search.generation import Generation, Holdings
from index.search.phrases import holding
from index.search.related import Related, nearest
from index.search.search import Found, Hit, beginning, rank
from index.search.snapshot import MAX_HITS, Snapshot
from index.search.vectors import Mask
from index.store.rows import StoredArticle
from index.store.store import Store


@dataclass(frozen=True, slots=True)
class LocalSnapshot(Snapshot):
    generation: Generation
    store: Store
    embedder: Embedder

    def search(self, text: str, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        """By words alone where the generation has no vectors."""
        generation = self.generation
        allowed, held = self._allowed(filters)
        searched = self._count(allowed)
        if not searched:
            return Found((), generation.seq, searched, held)
        vector = self.embedder.embed([text])[0] if generation.vectors is not None else None
        rows, scores = rank(generation, text, vector, allowed, min(max(k, 1), MAX_HITS))
        passages = generation.passages[rows]
        its = [generation.articles[n] for n in passages["article"].tolist()]
        keys = [(article.id, article.revision) for article in its]
        articles = self.store.revisions(keys)
        places = (passages[edge].tolist() for edge in ("start", "end"))
        hits = tuple(
            Hit(articles[key], key[1], start, end, score)
            for key, start, end, score in zip(keys, *places, scores.tolist(), strict=True)
            if key in articles  # removed since the search began
        )
        return Found(hits, generation.seq, searched, held)

    def newest(self, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        generation = self.generation
        allowed, held = self._allowed(filters)
        ordinals = generation.newest_first(allowed)[: min(max(k, 1), MAX_HITS)]
        keys = [(generation.articles[n].id, generation.articles[n].revision) for n in ordinals]
        articles = self.store.revisions(keys)
        hits = tuple(beginning(articles[key], key[1]) for key in keys if key in articles)
        return Found(hits, generation.seq, self._count(allowed), held)

    def related(self, article_id: str, k: int = 6) -> tuple[Related, ...]:
        generation = self.generation
        allowed = generation.allowed_articles(NO_FILTERS, self.store.removed_since(generation.seq))
        found = nearest(generation, article_id, allowed, k)
        keys = [(generation.articles[n].id, generation.articles[n].revision) for n, _ in found]
        articles = self.store.revisions(keys)
        return tuple(
            Related(articles[key], score) for key, (_, score) in zip(keys, found, strict=True) if key in articles
        )

    @property
    def seq(self) -> int:
        return self.generation.seq

    @property
    def holdings(self) -> Holdings:
        return self.generation.holdings

    def companies(self, values: Iterable[str]) -> dict[str, str]:
        return self.store.companies.known(values)

    def article(self, article_id: str) -> StoredArticle | None:
        ordinal = self.generation.ordinals.get(article_id)
        return None if ordinal is None else self.store.get(article_id, self.generation.articles[ordinal].revision)

    def copies(self, article_ids: Iterable[str], filters: Filters = NO_FILTERS) -> dict[str, tuple[str, ...]]:
        generation = self.generation
        allowed = generation.allowed_articles(filters, self.store.removed_since(generation.seq))
        found: dict[str, tuple[str, ...]] = {}
        for article_id in article_ids:
            ordinals = generation.copies_of(article_id)
            if len(ordinals):
                passing = ordinals if allowed is None else ordinals[allowed[ordinals]]
                found[article_id] = tuple(generation.articles[n].id for n in passing)
        return found

    def _allowed(self, filters: Filters) -> tuple[Mask | None, int]:
        """What a search may look at, None for all of it, and how many articles there are before filters."""
        removed = self.store.removed_since(self.generation.seq)
        allowed = self.generation.allowed_articles(filters, removed)
        if filters.phrase:
            having = holding(self.generation, self.store, filters.phrase)
            allowed = having if allowed is None else allowed & having
        if filters.company:
            naming = self.generation.among(self.store.companies.ids_naming(filters.company))
            allowed = naming if allowed is None else allowed & naming
        return allowed, self._count(self.generation.allowed_articles(NO_FILTERS, removed))

    def _count(self, mask: Mask | None) -> int:
        return self.generation.articles_alive if mask is None else int(mask.sum())


def generation_of(snapshot: Snapshot) -> Generation:
    """What it looks through, for those who measure the parts of a search."""
    assert isinstance(snapshot, LocalSnapshot)
    return snapshot.generation
