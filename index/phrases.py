"""Phrases that must occur: which articles have a passage with all of them, and whether a passage is one.

The word index knows no order of words, so it gives the passages that have all the words, and their texts decide.
Compared without regard to case, accents' spelling, line breaks and the form of quotation marks.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np

from index.article import Article
from index.generation import Generation
from index.store import Store
from index.vectors import Mask

MAX_CANDIDATES = 5_000
"""Passages with all the words of the phrases that are looked into, the best by BM25 first."""
_PLAIN = str.maketrans("‘’“”–—", "''\"\"--")


def holding(generation: Generation, store: Store, phrases: Sequence[str]) -> Mask:
    """(articles,) bool: those with a passage that has every phrase, the title counted to each."""
    mask = np.zeros(len(generation.articles), bool)
    passages = generation.passages[generation.words.with_all(" ".join(phrases), MAX_CANDIDATES)]
    keys = [(generation.articles[n].id, generation.articles[n].revision) for n in passages["article"]]
    articles = store.revisions(list(dict.fromkeys(keys)))
    for key, passage in zip(keys, passages, strict=True):
        if key in articles and occur(phrases, articles[key], int(passage["start"]), int(passage["end"])):
            mask[passage["article"]] = True
    return mask


def occur(phrases: Sequence[str], article: Article, start: int, end: int) -> bool:
    """Whether all of them stand in the title or in that passage."""
    said = f"{_as_compared(article.title)}\n{_as_compared(article.text[start:end])}"
    return all(_as_compared(phrase) in said for phrase in phrases)


def _as_compared(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold().split())
