"""A topic → the sentences that the articles have about it, each ready to be quoted.

An article is about the topic where a passage of it matches nearly as well as the best, or less well and has names in
common with those that do; then all of its passages count that were found: an article is mostly about one thing.
Sentences are whole, without their dateline, and bring the one before where they open with a pronoun. Headings and lines
that say when the article was published are left out.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import chain

import numpy as np
from langchain_core.documents import Document

from assistant.antecedent import with_antecedent
from assistant.elsewhere import Elsewhere
from assistant.evidence import names_in
from assistant.extractive.extract import is_heading
from assistant.retriever import PassageSearch, Retrieval
from assistant.statement import Quote
from index.ingest.written import behind_dateline, rule_about
from index.model.embed import Embed, Vectors
from index.search.filters import Filters
from index.search.snapshot import MAX_HITS, Snapshot
from index.text.days import day_to_compare
from index.text.english import MONTHS, WEEKDAYS
from index.text.sentences import is_ended, sentence_spans
from index.text.words import stems

LEAST_SCORE = 0.7
"""Of the best passage, below which nothing is about the topic."""
SURELY = 0.65
"""Share of the best passage's score from which on an article is about the topic."""
NEAR_THE_BEST = 0.42
"""The same from which on it is where it has names in common with those."""
NAMES_SHARED = 1
_NAME = re.compile(r"(?<=[a-z,] )[A-ZÀ-Þ][\w'’-]+")
_CALENDAR = frozenset(stems(" ".join((*MONTHS, *WEEKDAYS))))


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence about a topic."""

    quote: Quote
    """As it is to be cited: with the one before, where it would not say of whom it speaks."""
    text: str
    """The sentence alone."""

    @property
    def published_at(self) -> str | None:
        published_at: str | None = self.quote.passage.metadata["published_at"]
        return published_at


@dataclass(frozen=True, slots=True)
class Material:
    """What there is about a topic, in the order of the articles' days, those of no known day last."""

    filters: Filters
    lines: tuple[Line, ...]
    vectors: Vectors
    """(sentences, dim) unit rows."""
    retrieval: Retrieval
    elsewhere: Elsewhere


def gather(snapshot: Snapshot, embed: Embed, topic: str, filters: Filters) -> Material:
    """topic: words or a question."""
    found = PassageSearch(snapshot).find(topic, filters, MAX_HITS)
    passages = _in_order(on_topic(topic, found.documents))
    lines = tuple(chain.from_iterable(map(_lines, passages)))
    vectors = embed([line.quote.text for line in lines]) if lines else np.zeros((0, 0), np.float32)
    return Material(filters, lines, vectors, found, Elsewhere(snapshot, filters))


def on_topic(topic: str, passages: Sequence[Document]) -> list[Document]:
    """passages: best first."""
    best = passages[0].metadata["score"] if passages else 0.0
    if best < LEAST_SCORE:
        return []
    of_articles: dict[str, list[Document]] = {}
    for passage in passages:
        if passage.metadata["score"] >= NEAR_THE_BEST * best:
            of_articles.setdefault(passage.metadata["article_id"], []).append(passage)
    own = names_in(f"about {topic}")  # the first word, too, may be a name
    sure = {i for i, found in of_articles.items() if found[0].metadata["score"] >= SURELY * best}
    cast = {name for i in sure for passage in of_articles[i] for name in _names(passage)} - own
    chosen = sure | {i for i, found in of_articles.items() if _shares(set().union(*map(_names, found)), own, cast)}
    return [passage for passage in passages if passage.metadata["article_id"] in chosen]


def _shares(names: Set[str], topic: Set[str], cast: Set[str]) -> bool:
    """Whether an article has names of the story in common: most of the topic's, or some that the topic does not say."""
    return len(names & topic) > len(topic) / 2 or len(names & cast) >= NAMES_SHARED


def _names(passage: Document) -> set[str]:
    """Stems of the words in it that are capitalised within a sentence, days and months aside."""
    text = f"{passage.page_content}\n{passage.metadata['title']}"
    return {stem for match in _NAME.finditer(text) for stem in stems(match.group())} - _CALENDAR


def _in_order(passages: Sequence[Document]) -> list[Document]:
    return sorted(
        passages,
        key=lambda passage: (
            day_to_compare(passage.metadata["published_at"]) or "9999",
            passage.metadata["article_id"],
            passage.metadata["start"],
        ),
    )


def _lines(passage: Document) -> list[Line]:
    text, start = passage.page_content, passage.metadata["start"]
    spans = sentence_spans(text, passage.metadata["language"])
    told = [(s + behind_dateline(text[s:e]), e) for s, e in spans if is_ended(text[s:e]) and not is_heading(text[s:e])]
    return [
        Line(with_antecedent(Quote(passage, start + s, start + e, passage.metadata["score"])), text[s:e])
        for s, e in told
        if not rule_about(text[s:e])
    ]
