"""A topic → the sentences that the articles have about it, each ready to be quoted.

Of the passages that a search finds those are on the topic that match it nearly as well as the best, and all of an
article that one of them is of, as far as they were found: an article is mostly about one thing. Sentences are whole,
without their dateline, and bring the one before where they open with a pronoun. Headings and captions are left out.
"""

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
from index.ingest.written import behind_dateline
from index.model.embed import Embed, Vectors
from index.search.filters import Filters
from index.search.snapshot import MAX_HITS, Snapshot
from index.text.days import day_to_compare
from index.text.sentences import is_ended, sentence_spans

LEAST_SCORE = 0.45
"""Of a passage, below which its article is about something else."""
NEAR_THE_BEST = 0.42
"""The same as a share of the best passage's score."""


@dataclass(frozen=True, slots=True)
class Material:
    """What there is about a topic; sentences in the order of their articles' days, those of no known day last."""

    quotes: tuple[Quote, ...]
    vectors: Vectors
    """(sentences, dim) unit rows."""
    retrieval: Retrieval
    elsewhere: Elsewhere


def gather(snapshot: Snapshot, embed: Embed, topic: str, filters: Filters) -> Material:
    """topic: words or a question."""
    found = PassageSearch(snapshot).find(topic, filters, MAX_HITS)
    passages = _in_order(on_topic(found.documents))
    quotes = tuple(chain.from_iterable(map(_sentences, passages)))
    vectors = embed([quote.text for quote in quotes]) if quotes else np.zeros((0, 0), np.float32)
    return Material(quotes, vectors, found, Elsewhere(snapshot, filters))


def on_topic(passages: Sequence[Document]) -> list[Document]:
    """passages: best first."""
    if not passages:
        return []
    least = max(LEAST_SCORE, NEAR_THE_BEST * passages[0].metadata["score"])
    articles = {p.metadata["article_id"] for p in passages if p.metadata["score"] >= least}
    return [passage for passage in passages if passage.metadata["article_id"] in articles]


def _in_order(passages: Sequence[Document]) -> list[Document]:
    return sorted(
        passages,
        key=lambda passage: (
            day_to_compare(passage.metadata["published_at"]) or "9999",
            passage.metadata["article_id"],
            passage.metadata["start"],
        ),
    )


def _sentences(passage: Document) -> list[Quote]:
    text, start = passage.page_content, passage.metadata["start"]
    spans = sentence_spans(text, passage.metadata["language"])
    whole = [(s + behind_dateline(text[s:e]), e) for s, e in spans if is_ended(text[s:e]) and not is_heading(text[s:e])]
    return [with_antecedent(Quote(passage, start + s, start + e, passage.metadata["score"])) for s, e in whole]
