"""One generation of the index, with the store behind it: all that one question asks of the library.

Taken once a question, so that what is found, which names there are and which articles are copies belong together,
whatever is published meanwhile. What is removed meanwhile is the exception: it is left out from that moment on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from index.model.embed import Embedder
from index.search.filters import NO_FILTERS, Filters
from index.search.generation import Generation, Holdings
from index.search.phrases import holding
from index.search.related import Related, nearest
from index.search.search import Found, Hit, beginning, rank
from index.search.vectors import Mask
from index.store.rows import StoredArticle
from index.store.store import Store

MAX_HITS = 200


@dataclass(frozen=True, slots=True)
class Snapshot:
    generation: Generation
    store: Store
    embedder: Embedder

    def search(self, text: str, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        """The best passages for `text`, at most `k` (1 to MAX_HITS), best first.

        By words alone where the generation has no vectors. Where it has, but the model fails, ModelFault is raised
        rather than a worse answer given unnoticed.
        """
        generation = self.generation
        allowed, held = self._allowed(filters)
        searched = self._count(allowed)
        if not searched:
            return Found((), generation.seq, searched, held)
        vector = self.embedder.embed([text])[0] if generation.vectors is not None else None
        rows, scores = rank(generation, text, vector, allowed, min(max(k, 1), MAX_HITS))
        passages = generation.passages[rows]
        keys = [(generation.articles[n].id, generation.articles[n].revision) for n in passages["article"]]
        articles = self.store.revisions(keys)
        hits = tuple(
            Hit(articles[key], key[1], int(passage["start"]), int(passage["end"]), float(score))
            for key, passage, score in zip(keys, passages, scores, strict=True)
            if key in articles  # removed since the search began
        )
        return Found(hits, generation.seq, searched, held)

    def newest(self, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        """The beginnings of the newest articles, at most `k` (1 to MAX_HITS), newest first, all with the score 1."""
        generation = self.generation
        allowed, held = self._allowed(filters)
        ordinals = generation.newest_first(allowed)[: min(max(k, 1), MAX_HITS)]
        keys = [(generation.articles[n].id, generation.articles[n].revision) for n in ordinals]
        articles = self.store.revisions(keys)
        hits = tuple(beginning(articles[key], key[1]) for key in keys if key in articles)
        return Found(hits, generation.seq, self._count(allowed), held)

    def related(self, article_id: str, k: int = 6) -> tuple[Related, ...]:
        """The articles nearest to one by meaning, at most `k`, nearest first; none where nothing is near.

        None, too, of one that the generation does not know, or where it finds by words alone.
        """
        generation = self.generation
        allowed = generation.allowed_articles(NO_FILTERS, self.store.removed_since(generation.seq))
        found = nearest(generation, article_id, allowed, k)
        keys = [(generation.articles[n].id, generation.articles[n].revision) for n, _ in found]
        articles = self.store.revisions(keys)
        return tuple(
            Related(articles[key], score) for key, (_, score) in zip(keys, found, strict=True) if key in articles
        )

    @property
    def holdings(self) -> Holdings:
        """The sources, authors and days of what the index shows."""
        return self.generation.holdings

    def article(self, article_id: str) -> StoredArticle | None:
        """In the revision that the generation shows; None for one that it does not know or that was removed."""
        ordinal = self.generation.ordinals.get(article_id)
        return None if ordinal is None else self.store.get(article_id, self.generation.articles[ordinal].revision)

    def copies(self, article_ids: Iterable[str], filters: Filters = NO_FILTERS) -> dict[str, tuple[str, ...]]:
        """Each of these that has near-identical copies → its id and theirs, the one that speaks for them first.

        Of them those that pass the filters, phrases aside, retrieved or not.
        """
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
        return allowed, self._count(self.generation.allowed_articles(NO_FILTERS, removed))

    def _count(self, mask: Mask | None) -> int:
        return self.generation.articles_alive if mask is None else int(mask.sum())
