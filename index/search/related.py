"""An article in, the articles nearest to it by meaning out: what a reader of it may want to read next.

Its first passages, which are what it is about, are already in the index, so nothing is embedded: the mean of their
vectors is looked for among all passages, and an article is as near as its nearest passage. Copies of the article are
not told, and of articles that are copies of each other only one. Left out: words; two reports of one subject are near
already, and names in common make none.
"""

from dataclasses import dataclass

import numpy as np

from index.article import Article
from index.search.generation import Generation
from index.search.vectors import Mask

LEAD_PASSAGES = 2
MIN_COSINE = 0.45
"""With the built-in model, pairs of the seed articles from 0.47 on are of one subject (a ship and a canal, a disease
and a vaccine) and those below 0.45 are not."""
CANDIDATES = 100
"""Passages that are looked at: those of one long article may be many."""


@dataclass(frozen=True, slots=True)
class Related:
    article: Article
    score: float
    """A cosine."""


def nearest(generation: Generation, article_id: str, allowed: Mask | None, k: int) -> list[tuple[int, float]]:
    """Ordinals and cosines of at most `k` articles, nearest first; none where the index has no vectors of it yet.

    allowed: (articles,) bool, None for all.
    """
    own = generation.ordinals.get(article_id)
    if own is None or generation.vectors is None:
        return []
    of_articles = generation.article_of
    lead = np.flatnonzero(of_articles == own)[:LEAD_PASSAGES]
    if not len(lead):
        return []
    others = generation.alive_articles() if allowed is None else allowed.copy()
    others[[own, *generation.copies_of(article_id)]] = False
    rows, cosines = generation.vectors.search(generation.vectors.mean(lead), CANDIDATES, others[of_articles])
    found: list[tuple[int, float]] = []
    told: set[int] = set()
    for row, cosine in zip(rows, cosines, strict=True):
        ordinal = int(of_articles[row])
        if cosine < MIN_COSINE or len(found) == k:
            break
        if ordinal not in told:
            told.update((ordinal, *generation.copies_of(generation.articles[ordinal].id).tolist()))
            found.append((ordinal, float(cosine)))
    return found
