"""Phrases of which one must occur: which articles have a passage with one, and whether a passage has.

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
"""Passages with all the words of a phrase that are looked into, the best by BM25 first."""
_PLAIN = str.maketrans("‘’“”–—", "''\"\"--")


def holding(generation: Generation, store: Store, phrases: Sequence[str]) -> Mask:
    """(articles,) bool: those with a passage that has one of the phrases, the title counted to each."""
    mask = np.zeros(len(generation.articles), bool)
    rows = [row for phrase in phrases for row in generation.words.with_all(phrase, MAX_CANDIDATES)]
    passages = generation.passages[rows]
    keys = [(generation.articles[n].id, generation.articles[n].revision) for n in passages["article"]]
    articles = store.revisions(list(dict.fromkeys(keys)))
    for key, passage in zip(keys, passages, strict=True):
        if key in articles and occur(phrases, articles[key], int(passage["start"]), int(passage["end"])):
            mask[passage["article"]] = True
    return mask


def occur(phrases: Sequence[str], article: Article, start: int, end: int) -> bool:
    """Whether one of them stands in the title or in that passage; true where there are none."""
    said = f"{_as_compared(article.title)}\n{_as_compared(article.text[start:end])}"
    return not phrases or any(_as_compared(phrase) in said for phrase in phrases)


def _as_compared(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold().split())
