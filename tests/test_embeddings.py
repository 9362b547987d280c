"""Vectors kept by text and model: in real SQLite."""

import numpy as np
import pytest
from articles import LONG, article, embed_missing
from sqlalchemy import Engine, event

from index.search.embeddings import Embeddings
from index.store.database import Database
from index.store.store import Store
from index.text.chunk import TITLE_CHARS


@pytest.fixture
def embeddings(store: Store, database: Database) -> Embeddings:
    return Embeddings(database)


def test_what_is_embedded_is_the_title_and_the_passage(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", "It opened.", title="Bridge"), in_folder=False)
    assert list(embeddings.texts(embeddings.missing("m")).values()) == ["Bridge\nIt opened."]


def test_of_a_long_title_only_the_start_is_embedded(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", "It opened.", title="x" * 2_000), in_folder=False)
    assert list(embeddings.texts(embeddings.missing("m")).values()) == ["x" * TITLE_CHARS + "\nIt opened."]
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


def test_embedding_changes_no_state_of_the_corpus(store: Store, embeddings: Embeddings) -> None:
    store.put(article("a", LONG), in_folder=False)
    before = store.seq()
    embed_missing(embeddings)
    assert store.seq() == before
