"""What an index is built from: one state of the store, whole or since another index."""

from dataclasses import dataclass

import numpy as np
import pytest
from articles import LONG, article, embed_missing
from numpy.typing import NDArray

from index.article import Article
from index.progress import silent
from index.search import corpus as reading
from index.search.embeddings import Embeddings
from index.search.generation import Corpus, Generation
from index.search.lexical import LexicalIndex
from index.store.copy_pairs import CopyPairs
from index.store.database import Database
from index.store.store import Store

PARAGRAPHS = LONG.split("\n\n")


@pytest.fixture
def embeddings(store: Store, database: Database) -> Embeddings:
    return Embeddings(database)


@dataclass
class Read:
    """A corpus with what it gives only while it lasts."""

    corpus: Corpus
    bodies: dict[int, str]
    vectors: list[list[float]]


def read(database: Database, model: str | None = "m", base: Generation | None = None) -> Read | None:
    with reading.corpus(database, model, base) as corpus:
        if corpus is None:
            return None
        return Read(
            corpus,
            {row: words for row, _, words in corpus.bodies},
            [row for block in corpus.vectors for row in block.tolist()],
        )


def read_whole(database: Database, model: str | None = "m", base: Generation | None = None) -> Read:
    found = read(database, model, base)
    assert found is not None
    return found


def put(store: Store, embeddings: Embeddings, database: Database, *added: Article) -> None:
    for one in added:
        store.put(one, in_folder=False)
    embed_missing(embeddings)
    CopyPairs(database).update(silent)


def test_a_corpus_is_there_only_when_every_passage_has_a_vector_and_every_article_was_compared(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    store.put(article("a", LONG), in_folder=False)
    embed_missing(embeddings)
    assert read(database) is None
    CopyPairs(database).update(silent)
    assert read(database) is not None
    store.put(article("a", LONG.replace("Paragraph 1", "Paragraph X")), in_folder=False)
    CopyPairs(database).update(silent)
    assert read(database) is None
    embed_missing(embeddings)
    assert read(database) is not None
    assert read(database, "other") is None


def test_a_corpus_holds_passages_articles_bodies_and_vectors_row_by_row(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    first = article("b", LONG, title="B", published_at="2023-01-02", source="S", author="N")
    put(store, embeddings, database, first, article("a", "One. Two.", title="A"))
    found = read_whole(database)
    assert found.corpus.state.seq == 2
    assert [(a.id, a.published_at, a.source, a.author) for a in found.corpus.articles] == [
        ("a", None, None, None),
        ("b", "2023-01-02", "S", "N"),
    ]
    assert found.corpus.passages["id"].tolist() == [1, 2, 3, 4]
    assert found.corpus.passages["article"].tolist() == [1, 1, 1, 0]
    bodies = [found.bodies[row] for row in range(4)]
    assert bodies == [*(f"B\n{paragraph}" for paragraph in PARAGRAPHS), "A\nOne. Two."]
    assert found.vectors == [[len(words), 1] for words in bodies]


def test_of_a_long_title_only_the_start_is_indexed(store: Store, database: Database) -> None:
    store.put(article("a", "It opened.", title="x" * 2_000), in_folder=False)
    assert read_whole(database, None).bodies == {0: "x" * 150 + "\nIt opened."}


def test_a_corpus_holds_which_articles_are_copies_the_first_to_speak_first(store: Store, database: Database) -> None:
    for name, text, day in (
        ("a", "It closed.", "2023-11-01"),
        ("b", LONG, "2023-11-04"),
        ("c", LONG, "2023-11-03"),
        ("d", "It closed.", None),
    ):
        store.put(article(name, text, published_at=day), in_folder=False)
    CopyPairs(database).update(silent)
    store.put(article("d", "It opened.", published_at="2023-11-01"), in_folder=False)
    assert read_whole(database, None).corpus.copies.tolist() == [[1, 2], [1, 1], [2, 2], [2, 1]]


def test_a_corpus_without_a_model_has_no_vectors(store: Store, database: Database) -> None:
    store.put(article("a", LONG), in_folder=False)
    found = read_whole(database, None)
    assert (len(found.corpus.passages), len(found.bodies), found.vectors) == (3, 3, [])


def test_an_empty_store_gives_an_empty_corpus(store: Store, database: Database) -> None:
    found = read_whole(database)
    assert (found.corpus.state.seq, len(found.corpus.articles), len(found.corpus.passages)) == (0, 0, 0)
    assert (found.bodies, found.vectors) == ({}, [])


# -- since another


class Growing(Generation):
    """May be built on until so many of its articles are dead."""

    most_dead = 10

    @classmethod
    def of(cls, found: Read, most_dead: int = most_dead) -> "Growing":
        corpus = found.corpus
        words = LexicalIndex.build([])
        grown = cls(corpus.state, corpus.articles, corpus.passages, words, None, corpus.copies, dead=corpus.dead)
        grown.most_dead = most_dead
        return grown

    def may_grow(self, dead: NDArray[np.int32], new_rows: int) -> bool:
        return len(dead) <= self.most_dead


def test_since_another_a_corpus_holds_what_is_new_behind_what_was_there(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    put(store, embeddings, database, article("a", LONG, title="A"), article("b", "One."), article("c", "Two."))
    base = Growing.of(read_whole(database))
    store.delete(["b"], by_hand=False)
    put(store, embeddings, database, article("d", "Three.", title="D"), article("a", "Four.", title="A", source="S"))
    found = read_whole(database, base=base)
    assert found.corpus.base is base
    assert [a.id for a in found.corpus.articles] == ["a", "b", "c", "a", "d"]
    assert found.corpus.articles[3].source == "S"
    assert found.corpus.dead.tolist() == [0, 1]
    assert found.corpus.passages["article"].tolist() == [0, 0, 0, 1, 2, *found.corpus.passages["article"][5:].tolist()]
    assert {found.corpus.passages["article"][row]: body for row, body in found.bodies.items()} == {
        3: "A\nFour.",
        4: "D\nThree.",
    }
    assert found.vectors == [[len(found.bodies[row]), 1] for row in (5, 6)]
    again = Growing.of(found)
    assert (again.articles_alive, again.ordinals) == (3, {"c": 2, "a": 3, "d": 4})
    nothing_new = read_whole(database, base=again)
    assert (nothing_new.bodies, nothing_new.vectors, nothing_new.corpus.dead.tolist()) == ({}, [], [0, 1])
    assert nothing_new.corpus.passages.tolist() == found.corpus.passages.tolist()


def test_copies_are_told_by_the_places_that_articles_have_now(
    store: Store, embeddings: Embeddings, database: Database
) -> None:
    put(store, embeddings, database, article("a", LONG, published_at="2023-11-04"), article("b", "One."))
    base = Growing.of(read_whole(database))
    put(store, embeddings, database, article("b", LONG, published_at="2023-11-03"))
    assert read_whole(database, base=base).corpus.copies.tolist() == [[0, 2], [0, 0], [2, 2], [2, 0]]


def test_where_too_much_has_changed_all_of_it_is_read(store: Store, embeddings: Embeddings, database: Database) -> None:
    put(store, embeddings, database, article("a", "One."), article("b", "Two."))
    base = Growing.of(read_whole(database), most_dead=0)
    put(store, embeddings, database, article("a", "Three."))
    found = read_whole(database, base=base)
    assert (found.corpus.base, found.corpus.first_new, found.corpus.dead.tolist()) == (None, 0, [])
    assert [a.id for a in found.corpus.articles] == ["a", "b"]
    assert len(found.bodies) == len(found.vectors) == 2


def test_a_new_passage_without_a_vector_makes_it_none(store: Store, embeddings: Embeddings, database: Database) -> None:
    put(store, embeddings, database, article("a", "One."))
    base = Growing.of(read_whole(database))
    store.put(article("b", "Two."), in_folder=False)
    CopyPairs(database).update(silent)
    assert read(database, base=base) is None
