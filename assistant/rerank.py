"""Passages found by search → the same in the order of what a reading of them says.

A passage is as good as its best sentence (`RANK` of assistant/evidence.py, which counts the search's score as well);
one that was not read counts for as little more than its search score as the worst of those read. Of SQuAD's `tune`
questions that puts the gold paragraph first for 90% instead of 85% (docs/decisions.md). `searched` does the
same for a search that wants no answer, in which each copy of a passage has a place.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from langchain_core.documents import Document

from assistant.answer import DEFAULT_TOP_K
from assistant.evidence import FEATURES, RANK, Evidence, EvidenceReader
from assistant.retriever import Retrieval, as_document
from index.library import Library
from index.search.filters import Filters
from index.search.search import Found

PASSAGE = FEATURES.index("passage")


def best_first(retrieval: Retrieval, evidence: Sequence[Evidence]) -> Retrieval:
    """The documents best first; scores are from 0 to 1 now, and fall. `evidence`: best first, of them."""
    return replace(retrieval, documents=tuple(reranked(retrieval.documents, evidence)))


def searched(library: Library, reader: EvidenceReader, query: str, filters: Filters, k: int) -> Found:
    """The best `k` passages."""
    found = library.search(query, filters, max(k, 2 * DEFAULT_TOP_K))
    documents = list(map(as_document, found.hits))
    hits = {document.id: hit for document, hit in zip(documents, found.hits, strict=True)}
    ordered = [replace(hits[d.id], score=d.metadata["score"]) for d in in_order(reader, query, documents)[:k]]
    return replace(found, hits=tuple(ordered))


def in_order(reader: EvidenceReader, query: str, documents: Sequence[Document]) -> list[Document]:
    """The documents best first. The first 8 of them are read, and the next 8 where no sentence of these is sure."""
    evidence = reader.read(query, documents[:DEFAULT_TOP_K], documents[DEFAULT_TOP_K : 2 * DEFAULT_TOP_K])
    return reranked(documents, evidence)


def reranked(documents: Sequence[Document], evidence: Sequence[Evidence]) -> list[Document]:
    if not evidence:
        return list(documents)
    best: dict[str | None, float] = {}
    for sentence in evidence:
        best.setdefault(sentence.quote.passage.id, float(RANK @ sentence.features))
    found = {document.id: RANK[PASSAGE] * document.metadata["score"] for document in documents}
    worst = min(rank - found[document_id] for document_id, rank in best.items())
    ranks = {document_id: best.get(document_id, worst + by_search) for document_id, by_search in found.items()}
    return [
        document.model_copy(
            update={"metadata": {**document.metadata, "score": 1 / (1 + math.exp(-ranks[document.id]))}}
        )
        for document in sorted(documents, key=lambda document: -ranks[document.id])
    ]
