"""Which of the articles that a search finds are about a topic.

First those with a passage that matches well beside the best and with most names of the topic. Then, as long as there
are any, others of their time that match less well but have the words that hardly any but these have: many an article of
a story tells of its people and places and never names it. All passages that were found of such an article count: it is
mostly about one thing.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from index.text.english import MONTHS, WEEKDAYS
from index.text.words import function_stems, stems

LEAST_SCORE = 0.7
"""Of the best passage, below which nothing is about the topic."""
SURELY = 0.65
"""Share of the best passage's score from which on an article that has most of the topic's names surely is about it."""
NEAR_THE_BEST = 0.42
"""The same from which on one is that has them, or that is like those of the story."""
LIKE_THEM, HALF_NAMED, MUCH_LIKE_THEM = 0.1, 0.08, 0.13
"""How like the three of the story that are most like it an article has to be: the second where it has half of the
topic's names, the third where it does not match."""
ITS_TIME = dt.timedelta(days=500)
"""From an article that surely is about the topic, within which one may be that does not have most of its names."""
_NAME = re.compile(r"(?<=[a-z,] )[A-ZÀ-Þ][\w'’]+(?![\w'’-])")
_NAMES = re.compile(r"(?<= )[A-ZÀ-Þ][\w'’-]*(?: [A-ZÀ-Þ][\w'’-]*)*")
_CALENDAR = frozenset(stems(" ".join((*MONTHS, *WEEKDAYS))))


def about(topic: str, passages: Sequence[Document]) -> list[Document]:
    """Those of articles about the topic, in their order. passages: as a search for the topic gave them, best first."""
    best = passages[0].metadata["score"] if passages else 0.0
    if best < LEAST_SCORE:
        return []
    of_articles: dict[str, list[Document]] = {}
    for passage in passages:
        of_articles.setdefault(passage.metadata["article_id"], []).append(passage)
    articles = list(of_articles.values())
    scores: list[float] = [found[0].metadata["score"] / best for found in articles]
    held = _shares_of_names(topic, articles)
    chosen = {n for n, share in enumerate(held) if scores[n] >= SURELY and (share is None or share > 0.5)}
    days = [day for n in chosen if (day := _day(articles[n]))]
    likeness = _likeness(articles)

    def is_of_it(n: int) -> bool:
        share = held[n]
        if share is not None and share > 0.5:
            return scores[n] >= NEAR_THE_BEST
        day = _day(articles[n])
        if day is None or not any(abs(day - other) <= ITS_TIME for other in days):
            return False
        like = float(np.mean(sorted(likeness[n, sorted(chosen)])[-3:]))
        enough = HALF_NAMED if share == 0.5 else LIKE_THEM
        return like >= (enough if scores[n] >= NEAR_THE_BEST else MUCH_LIKE_THEM)

    while more := {n for n in range(len(articles)) if n not in chosen and is_of_it(n)}:
        chosen |= more
    ids = {articles[n][0].metadata["article_id"] for n in chosen}
    return [passage for passage in passages if passage.metadata["article_id"] in ids]


def _shares_of_names(topic: str, articles: Sequence[Sequence[Document]]) -> list[float | None]:
    """Of the topic's names those that each article has, in part at least; None where the topic has none."""
    names = [set[str]().union(*map(_names, found)) for found in articles]
    of_all = Counter(name for its in names for name in its)
    # the first word, too, may be a name; one of other letters has no stems, and "What" is none
    wanted = [name for found in _NAMES.finditer(f"about {topic}") if (name := stems(found.group()))]
    wanted = [name for name in wanted if not function_stems().issuperset(name)]
    if not wanted:
        return [None] * len(articles)
    rarest = [min(name, key=lambda stem: of_all[stem]) for name in wanted]
    return [
        sum(_stands_in(found, name) or word in its for name, word in zip(wanted, rarest, strict=True)) / len(wanted)
        for found, its in zip(articles, names, strict=True)
    ]


def _likeness(articles: Sequence[Sequence[Document]]) -> NDArray[np.float64]:
    """(articles, articles) cosines of their words, weighed by how few of them have each (tf-idf)."""
    counts = [Counter(_words(found)) for found in articles]
    held = Counter(stem for count in counts for stem in count)
    place = {stem: n for n, stem in enumerate(held)}
    rows = np.zeros((len(articles), len(place)))
    for row, count in zip(rows, counts, strict=True):
        for stem, n in count.items():
            row[place[stem]] = (1 + np.log(n)) * np.log((len(articles) + 1) / held[stem])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + np.finfo(float).tiny  # one of other letters has no stems
    likeness: NDArray[np.float64] = rows @ rows.T
    return likeness


def _day(found: Sequence[Document]) -> dt.date | None:
    published_at = found[0].metadata["published_at"]
    return dt.date.fromisoformat(published_at[:10]) if published_at else None


def _stands_in(found: Sequence[Document], name: Sequence[str]) -> bool:
    words = _words(found)
    return any(words[n : n + len(name)] == name for n in range(len(words)))


def _words(found: Sequence[Document]) -> list[str]:
    return stems("\n".join([found[0].metadata["title"], *(passage.page_content for passage in found)]))


def _names(passage: Document) -> set[str]:
    """Stems of the words in it that are capitalised within a sentence, days and months aside."""
    text = f"{passage.page_content}\n{passage.metadata['title']}"
    return {stem for match in _NAME.finditer(text) for stem in stems(match.group())} - _CALENDAR
