"""Which of the articles that a search finds are about a topic.

One is where a passage of it matches well enough beside the best and most names of the topic stand in it. Where half of
them do, or only names that hardly any articles have but those that surely are about it, it has to be of the time of
those, too. Then all of its passages count that were found: an article is mostly about one thing.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from langchain_core.documents import Document

from index.text.english import MONTHS, WEEKDAYS
from index.text.words import stems

LEAST_SCORE = 0.7
"""Of the best passage, below which nothing is about the topic."""
SURELY = 0.65
"""Share of the best passage's score from which on an article that has most of the topic's names surely is about it."""
NEAR_THE_BEST = 0.42
"""The same from which on one is that has them, or others of the story and is of its time."""
ITS_TIME = dt.timedelta(days=500)
"""From an article that surely is about the topic, within which one may be that does not have most of its names."""
MOSTLY = 0.67
"""Of the articles that have a name, the share that surely are about the topic, from which on it is one of its own."""
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
    names = {i: set[str]().union(*map(_names, found)) for i, found in of_articles.items()}
    of_all = Counter(name for its in names.values() for name in its)
    # the first word, too, may be a name; one of other letters has no stems
    wanted = [name for found in _NAMES.finditer(f"about {topic}") if (name := stems(found.group()))]
    rarest = [min(name, key=lambda stem: of_all[stem]) for name in wanted]
    held = {
        i: sum(_stands_in(found, name) or word in names[i] for name, word in zip(wanted, rarest, strict=True))
        for i, found in of_articles.items()
    }
    score = {i: found[0].metadata["score"] / best for i, found in of_articles.items()}
    sure = {i for i in of_articles if score[i] >= SURELY and 2 * held[i] > len(wanted)} if wanted else set(of_articles)
    of_sure = Counter(name for i in sure for name in names[i])
    cast = {name for name, n in of_sure.items() if n > 1 and n >= MOSTLY * of_all[name]} - set(chain(*wanted))
    days = [day for i in sure if (day := _day(of_articles[i][0]))]

    def is_of_it(article_id: str) -> bool:
        if not wanted or 2 * held[article_id] > len(wanted):
            return True
        day = _day(of_articles[article_id][0])
        is_of_its_time = day is not None and any(abs(day - other) <= ITS_TIME for other in days)
        return is_of_its_time and (2 * held[article_id] == len(wanted) or bool(names[article_id] & cast))

    chosen = {i for i in of_articles if score[i] >= NEAR_THE_BEST and is_of_it(i)}
    return [passage for passage in passages if passage.metadata["article_id"] in chosen]


def _day(passage: Document) -> dt.date | None:
    published_at = passage.metadata["published_at"]
    return dt.date.fromisoformat(published_at[:10]) if published_at else None


def _stands_in(passages: Sequence[Document], name: Sequence[str]) -> bool:
    words = stems("\n".join([passages[0].metadata["title"], *(passage.page_content for passage in passages)]))
    return any(words[n : n + len(name)] == name for n in range(len(words)))


def _names(passage: Document) -> set[str]:
    """Stems of the words in it that are capitalised within a sentence, days and months aside."""
    text = f"{passage.page_content}\n{passage.metadata['title']}"
    return {stem for match in _NAME.finditer(text) for stem in stems(match.group())} - _CALENDAR
