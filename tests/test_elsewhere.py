"""Copies are one voice: one passage is read for all of them, and its citation names the others."""

import pytest
from test_copy_pairs import OTHER, STORY, article

from assistant.answer import Question
from assistant.assistant import Assistant
from assistant.retriever import ArticleRetriever
from index.filters import Filters
from index.library import Library

COST = "The market opens for the last time on the second Saturday of June, and the first stalls are to open in the "
ASKED = "What did the works in the customs house cost?"


@pytest.fixture
def filled(library: Library) -> Library:
    cut = STORY[: STORY.index("The market opens")].strip()
    wire = STORY.replace("called the decision hasty", "called that decision hasty")
    library.add([article("first"), article("wire", wire), article("cut", cut), article("other", OTHER)])
    return library


def test_one_passage_is_read_for_all_copies_of_it(filled: Library) -> None:
    found = ArticleRetriever(library=filled).find("works in the customs house", Filters(), 3).documents
    ids = [document.metadata["article_id"] for document in found]
    assert len({"first", "wire"} & set(ids)) == 1
    assert "other" in ids


def test_a_filter_for_one_of_the_copies_finds_that_one(filled: Library) -> None:
    for wanted in ("first", "wire"):
        found = ArticleRetriever(library=filled).find("customs house", Filters(article_id=(wanted,)), 3).documents
        assert {document.metadata["article_id"] for document in found} == {wanted}


def test_a_citation_names_the_copies_that_say_its_sentence_and_not_a_cut_one_that_lacks_it(filled: Library) -> None:
    answer = Assistant(filled).ask(Question(ASKED))
    [citation] = [citation for citation in answer.citations if COST in citation.quote]
    [copy] = citation.also_in
    assert {citation.article_id, copy.article_id} == {"first", "wire"}
    stored = filled.article(copy.article_id, copy.revision)
    assert stored is not None
    assert stored.article.text[copy.start : copy.end] == copy.quote == citation.quote
