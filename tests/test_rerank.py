"""Passages in the order of a reading: the best sentence counts, the unread keep their place behind, nothing is lost."""

from collections.abc import Sequence

from langchain_core.documents import Document
from passages import Source, evidence, passage

from assistant.rerank import best_first, reranked
from assistant.retriever import Retrieval

A, B, C = (Source(name) for name in "abc")
TEXT = "It was so."
FOUND = [passage(TEXT, A, score=1.2), passage(TEXT, B, score=1.0), passage(TEXT, C, score=0.4)]


def ids(documents: Sequence[Document]) -> list[str]:
    return [document.metadata["article_id"] for document in documents]


def test_the_passage_with_the_best_sentence_comes_first_and_scores_fall_from_1_to_0() -> None:
    read = [evidence(TEXT, C, features=(9.0, 0.4, 1.0)), evidence(TEXT, A, features=(-9.0, 1.2, 0.0))]
    ordered = reranked([FOUND[0], FOUND[2]], read)
    assert ids(ordered) == ["c", "a"]
    assert 1 > ordered[0].metadata["score"] > ordered[1].metadata["score"] > 0
    assert FOUND[2].metadata["score"] == 0.4


def test_only_the_best_sentence_of_a_passage_counts() -> None:
    read = [
        evidence(TEXT, B, features=(5.0, 1.0, 1.0)),
        evidence(TEXT, A, features=(1.0, 1.2, 1.0)),
        evidence(TEXT, B, features=(-20.0, 1.0, 1.0)),
    ]
    assert ids(reranked(FOUND[:2], read)) == ["b", "a"]


def test_what_was_not_read_comes_behind_in_the_order_of_the_search() -> None:
    read = [evidence(TEXT, A, features=(-20.0, 1.2, 0.0))]
    assert ids(reranked(FOUND, read)) == ["a", "b", "c"]
    assert ids(reranked(FOUND, [])) == ["a", "b", "c"]


def test_the_documents_of_a_retrieval_are_put_in_order() -> None:
    found = Retrieval(tuple(FOUND[:2]), generation=1, articles_searched=3, articles_held=3)
    read = [evidence(TEXT, B, features=(5.0, 1.0, 1.0)), evidence(TEXT, A, features=(0.0, 1.2, 1.0))]
    assert ids(best_first(found, read).documents) == ["b", "a"]
