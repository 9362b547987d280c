"""A topic → the sentences that the articles have about it, each ready to be quoted.

Sentences are whole, without their dateline, and bring the one before where they open with a pronoun. Headings and lines
that say when the article was published are left out.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from langchain_core.documents import Document

from assistant.antecedent import with_antecedent
from assistant.elsewhere import Elsewhere
from assistant.extractive.extract import is_heading
from assistant.retriever import PassageSearch, Retrieval
from assistant.statement import Quote
from assistant.topics.about import about
from index.ingest.written import behind_dateline, rule_about
from index.model.embed import Embed, Vectors
from index.search.filters import Filters
from index.search.snapshot import MAX_HITS, Snapshot
from index.text.days import day_to_compare
from index.text.sentences import is_ended, sentence_spans

_PUBLISHED = re.compile(r"(?:(?:first |last )?(?:published|updated|posted))\b[^.]{0,20}\.?[^.]{0,20}\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence about a topic."""

    own: Quote
    """The sentence alone."""
    quote: Quote
    """As it is to be cited where it is read alone: with the one before, where it would not say of whom it speaks."""

    @property
    def text(self) -> str:
        return self.own.text

    @property
    def source(self) -> str:
        """Of its article; of one without, the article itself."""
        source: str | None = self.quote.passage.metadata["source"]
        return source or self.quote.article_id

    @property
    def day(self) -> int:
        """Of its article, counted; 0 where it is not known or ahead."""
        return dt.date.fromisoformat(day).toordinal() if (day := self.quote.published_on) else 0

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
    unknown_companies: tuple[str, ...] = ()
    """As in a `ReadOut`."""


def gather(
    snapshot: Snapshot, embed: Embed, topic: str, filters: Filters, unknown_companies: tuple[str, ...] = ()
) -> Material:
    """topic: words or a question."""
    found = PassageSearch(snapshot).find(topic, filters, MAX_HITS)
    passages = _in_order(about(topic, found.documents))
    lines = tuple(chain.from_iterable(map(_lines, passages)))
    vectors = embed([line.quote.text for line in lines]) if lines else np.zeros((0, 0), np.float32)
    return Material(filters, lines, vectors, found, Elsewhere(snapshot, filters), unknown_companies)


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
    owns = [
        Quote(passage, start + s, start + e, 1.0)  # nothing has judged it
        for s, e in told
        if not (rule_about(text[s:e]) or _PUBLISHED.match(text[s:e]))
    ]
    return [Line(own, with_antecedent(own)) for own in owns]
