"""Phrases of which one must occur: which articles have one, in the title or in the text.

The word index knows no order of words, so it gives the passages that have all the words, and their articles decide.
Articles and not passages are held to it, since a text names a book once and goes on with "the novel"
(docs/decisions.md). Compared as `folded` gives them.
"""

from collections.abc import Sequence

import numpy as np

from index.search.generation import Generation
from index.search.vectors import Mask
from index.store.store import Store
from index.text.words import folded

MAX_CANDIDATES = 5_000
"""Passages with all the words of a phrase whose articles are looked into, the best by BM25 first."""


def holding(generation: Generation, store: Store, phrases: Sequence[str]) -> Mask:
    """(articles,) bool: those that have one of the phrases."""
    mask = np.zeros(len(generation.articles), bool)
    for phrase in phrases:
        wanted = folded(phrase)
        ordinals = np.unique(generation.article_of[generation.words.with_all(phrase, MAX_CANDIDATES)])
        keys = {(generation.articles[n].id, generation.articles[n].revision): n for n in ordinals}
        for key, article in store.revisions(keys).items():
            if wanted in folded(f"{article.title}\n{article.text}"):
                mask[keys[key]] = True
    return mask
