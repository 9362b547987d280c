"""Vectors kept by text and model, and the corpus that they make: in real SQLite."""

from contextlib import closing

import numpy as np
import pytest
from articles import LONG, article
from sqlalchemy import Engine, event

from index.progress import silent
from index.search.embeddings import Embeddings
from index.store.copy_pairs import CopyPairs
from index.store.database import Database
from index.store.store import Store
from index.text.chunk import TITLE_CHARS


@pytest.fixture
def embeddings(store: Store, database: Database) -> Embeddings:
    return Embeddings(database)


def embed_missing(embeddings: Embeddings, model: str = "m") -> int:
    """Give each text that has no vector one that is its length; how many there were."""
    keys = embeddings.missing(model)
    texts = embeddings.texts(keys)
    embeddings.save(model, list(texts), np.array([[len(t), 1] for t in texts.values()], np.float32))
    return len(keys)


def test_what_is_embedded_is_the_title_and_the_passage(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", "It opened.", title="Bridge"), in_folder=False)
    assert list(embeddings.texts(embeddings.missing("m")).values()) == ["Bridge\nIt opened."]


def test_of_a_long_title_only_the_start_is_embedded(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", "It opened.", title="x" * 2_000), in_folder=False)
    assert list(embeddings.texts(embeddings.missing("m")).values()) == ["x" * TITLE_CHARS + "\nIt opened."]
    corpus = embeddings.corpus(None)
    assert corpus is not None
    assert corpus.bodies == ["x" * 150 + "\nIt opened."]
    stored = store.get("a")
    assert stored is not None
    assert stored.article.title == "x" * 2_000


def test_a_text_is_embedded_once_however_many_articles_hold_it(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    assert embed_missing(embeddings) == 3
    store.put(article("b", LONG), in_folder=False)
    assert embed_missing(embeddings) == 0
    store.delete(["a"], by_hand=False)
    store.put(article("a", LONG), in_folder=False)
    assert embed_missing(embeddings) == 0


def test_an_edit_embeds_only_the_passages_that_it_changed(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    embed_missing(embeddings)
    store.put(article("a", LONG.replace("Paragraph 1", "Paragraph X")), in_folder=False)
    assert [text[:18] for text in embeddings.texts(embeddings.missing("m")).values()] == ["Title\nParagraph X "]
    assert embed_missing(embeddings) == 1
    store.put(article("a", LONG, title="Another title"), in_folder=False)
    assert embed_missing(embeddings) == 3


def test_each_model_has_its_own_vectors(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    assert (embed_missing(embeddings, "m"), embed_missing(embeddings, "other"), embed_missing(embeddings, "m")) == (
        3,
        3,
        0,
    )
    embeddings.forget("m", all_of_them=True)
    assert (len(embeddings.missing("m")), len(embeddings.missing("other"))) == (3, 0)


def test_forgetting_drops_only_what_no_passage_uses(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    store.put(article("b", "Short."), in_folder=False)
    embed_missing(embeddings)
    store.delete(["b"], by_hand=False)
    embeddings.forget("m")
    store.put(article("b", "Short."), in_folder=False)
    assert embed_missing(embeddings) == 1


def test_an_article_is_read_once_for_all_its_passages(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert len(embeddings.texts(embeddings.missing("m"))) == 3
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert sum("revisions.text" in statement for statement in statements) == 1


def test_a_text_whose_article_went_meanwhile_is_left_out(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a"), in_folder=False)
    keys = embeddings.missing("m")
    store.delete(["a"], by_hand=False)
    assert embeddings.texts(keys) == {}
    embeddings.save("m", [], np.zeros((0, 2), np.float32))


# -- what an index is built from


def test_a_corpus_is_there_only_when_every_passage_has_a_vector_and_every_article_was_compared(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    store.put(article("a", LONG), in_folder=False)
    embed_missing(embeddings)
    assert embeddings.corpus("m") is None
    CopyPairs(database).update(silent)
    assert embeddings.corpus("m") is not None
    store.put(article("a", LONG.replace("Paragraph 1", "Paragraph X")), in_folder=False)
    CopyPairs(database).update(silent)
    assert embeddings.corpus("m") is None
    embed_missing(embeddings)
    assert embeddings.corpus("m") is not None
    assert embeddings.corpus("other") is None


def test_a_corpus_holds_passages_articles_bodies_and_vectors_row_by_row(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    store.put(article("b", LONG, title="B", published_at="2023-01-02", source="S", author="N"), in_folder=False)
    store.put(article("a", "One. Two.", title="A"), in_folder=False)
    embed_missing(embeddings)
    CopyPairs(database).update(silent)
    corpus = embeddings.corpus("m")
    assert corpus is not None
    assert corpus.state.seq == 2
    assert [(a.id, a.published_at, a.source, a.author) for a in corpus.articles] == [
        ("a", None, None, None),
        ("b", "2023-01-02", "S", "N"),
    ]
    assert corpus.passages["id"].tolist() == [1, 2, 3, 4]
    assert corpus.passages["article"].tolist() == [1, 1, 1, 0]
    assert list(corpus.bodies) == [*(f"B\n{paragraph}" for paragraph in LONG.split("\n\n")), "A\nOne. Two."]
    assert corpus.vectors.dtype == np.float32
    assert corpus.vectors.tolist() == [[len(words), 1] for words in corpus.bodies]


def test_a_corpus_holds_which_articles_are_copies_the_first_to_speak_first(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    for name, text, day in (
        ("a", "It closed.", "2023-11-01"),
        ("b", LONG, "2023-11-04"),
        ("c", LONG, "2023-11-03"),
        ("d", "It closed.", None),
    ):
        store.put(article(name, text, published_at=day), in_folder=False)
    CopyPairs(database).update(silent)
    store.put(article("d", "It opened.", published_at="2023-11-01"), in_folder=False)
    corpus = embeddings.corpus(None)
    assert corpus is not None
    assert corpus.copies.tolist() == [[1, 2], [1, 1], [2, 2], [2, 1]]


def test_a_corpus_without_a_model_has_no_vectors(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    corpus = embeddings.corpus(None)
    assert corpus is not None
    assert corpus.vectors.shape == (3, 0)


def test_an_empty_store_gives_an_empty_corpus(embeddings: Embeddings) -> None:
    corpus = embeddings.corpus("m")
    assert corpus is not None
    assert (corpus.state.seq, corpus.articles, len(corpus.passages), corpus.vectors.shape) == (0, (), 0, (0, 0))


def test_vectors_are_there_when_the_file_is_opened_again(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    store.put(article("a", LONG), in_folder=True)
    embed_missing(embeddings)
    with closing(Database(database.path)) as again:
        Store(again)
        assert Embeddings(again).missing("m") == []


def test_embedding_changes_no_state_of_the_corpus(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    before = store.seq()
    embed_missing(embeddings)
    assert store.seq() == before
