"""Hybrid search over passages whose cosines and words are chosen so that every score can be worked out by hand."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest

from index.model.embed import Vectors
from index.search.filters import Filters
from index.search.generation import PASSAGE_DTYPE, ArticleKey, ArticleKeys, Generation
from index.search.lexical import LexicalIndex
from index.search.search import CANDIDATES, LEXICAL_WEIGHT, rank
from index.search.vectors import ExactIndex, Mask
from index.store.state import State

QUESTION: Vectors = np.array([1, 0], np.float32)
STATE = State("corpus", 1, "mark")


def generation(passages: Sequence[tuple[float, str]], articles: Sequence[ArticleKey] | None = None) -> Generation:
    """Row n has that cosine to QUESTION and those words, and is the only passage of article n."""
    cosines = np.array([cosine for cosine, _ in passages], np.float32)
    return Generation(
        STATE,
        ArticleKeys.of(articles or [key(f"a{n}") for n in range(len(passages))]),
        np.array([(n, n, 0, 1) for n in range(len(passages))], PASSAGE_DTYPE),
        LexicalIndex.build((n, n, words) for n, (_, words) in enumerate(passages)),
        ExactIndex.build([np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)]),
    )


def key(
    article_id: str, published_at: str | None = None, source: str | None = None, author: str | None = None
) -> ArticleKey:
    return ArticleKey(article_id, "r", published_at, source, author)


def ranked(passages: Generation, words: str, k: int = 10, allowed: Mask | None = None) -> tuple[list[int], list[float]]:
    rows, scores = rank(passages, words, QUESTION, allowed, k)
    return rows.tolist(), [round(score, 4) for score in scores.tolist()]


# -- fusing


def test_a_score_is_the_cosine_and_half_the_share_of_the_best_bm25() -> None:
    # All bodies are two words long, so BM25 is idf × 2.2 × tf / (tf + 1.2): for tf 2 1.375 idf, for tf 1 1 idf.
    passages = generation(
        [(0.6, "bridge river"), (0.8, "comet lantern"), (0.0, "bridge bridge"), (0.3, "harvest moon")]
    )
    rows, scores = ranked(passages, "bridge")
    assert rows == [0, 1, 2, 3]
    assert scores == [round(0.6 + 0.5 / 1.375, 4), 0.8, 0.5, 0.3] == [0.9636, 0.8, 0.5, 0.3]
    assert LEXICAL_WEIGHT == 0.5


def test_without_a_known_word_the_cosine_alone_counts() -> None:
    assert ranked(generation([(0.2, "bridge"), (0.7, "comet")]), "zeppelin") == ([1, 0], [0.7, 0.2])


def test_without_a_vector_the_words_alone_count() -> None:
    passages = generation([(0.9, "comet comet"), (0.1, "bridge bridge"), (0.1, "bridge river")])
    rows, scores = rank(passages, "bridge", None, None, 10)
    assert rows.tolist() == [1, 2]
    np.testing.assert_allclose(scores, [1, 1 / 1.375], rtol=1e-6)


def test_a_generation_without_vectors_is_searched_by_words() -> None:
    whole = generation([(0.9, "comet"), (0.1, "bridge")])
    words_only = Generation(whole.state, whole.articles, whole.passages, whole.words, None)
    assert ranked(words_only, "bridge") == ([1], [1.0])


def test_ties_come_in_row_order() -> None:
    passages = generation([(0.5, "comet"), (0.5, "bridge"), (0.5, "comet"), (0.5, "bridge"), (0.5, "comet")])
    assert ranked(passages, "bridge") == ([1, 3, 0, 2, 4], [1.0, 1.0, 0.5, 0.5, 0.5])


def test_a_passage_found_by_words_alone_has_its_cosine_counted_too() -> None:
    crowd = [(0.3, "comet")] * (CANDIDATES + 50)
    rows, scores = ranked(generation([*crowd, (-0.1, "bridge")]), "bridge", k=2)
    assert (rows[0], scores[0]) == (CANDIDATES + 50, 0.4)
    assert scores[1] == 0.3


def test_a_negative_cosine_lowers_the_score() -> None:
    assert ranked(generation([(-0.5, "bridge"), (0.1, "comet")]), "bridge") == ([1, 0], [0.1, 0.0])


@pytest.mark.parametrize("k", [1, 3, 150])
def test_at_most_k_are_found_and_they_are_the_best(k: int) -> None:
    passages = generation([(n / 200, "comet") for n in range(150)])
    assert ranked(passages, "bridge", k)[0] == list(range(149, 149 - k, -1))


# -- filters


def test_a_selective_filter_still_finds_the_worst_passage_of_all() -> None:
    passages = generation([*[(0.9, "bridge")] * 400, (-0.9, "nothing alike")])
    assert ranked(passages, "bridge", 1, passages.allowed_articles(Filters(article_id=("a400",)), frozenset())) == (
        [400],
        [-0.9],
    )


def test_what_is_removed_is_passed_over_and_makes_room_for_the_next() -> None:
    passages = generation([(0.9, "bridge"), (0.8, "bridge"), (0.7, "bridge")])
    allowed = passages.allowed_articles(Filters(), frozenset({"a0", "unknown"}))
    assert ranked(passages, "bridge", 2, allowed) == ([1, 2], [1.3, 1.2])


def test_the_best_bm25_is_that_of_what_passes_the_filter() -> None:
    passages = generation([(0.0, "bridge bridge"), (0.0, "bridge river")])
    allowed = passages.allowed_articles(Filters(article_id=("a1",)), frozenset())
    assert ranked(passages, "bridge", 2, allowed) == ([1], [0.5])


def test_a_filter_that_nothing_passes_finds_none() -> None:
    passages = generation([(0.9, "bridge")])
    assert ranked(passages, "bridge", 1, passages.allowed_articles(Filters(source=("Elsewhere",)), frozenset())) == (
        [],
        [],
    )


ARTICLES = [
    key("march", "2023-03-01", "Oldport Courier", "Nils Berg"),
    key("april", "2023-04-30T23:30:00+02:00", "OLDPORT COURIER", "Ada Quill"),
    key("may", "2023-05-01", "Sky Letter", "nils berg"),
    key("undated", None, "Straße heute", None),
]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        (Filters(after=dt.date(2023, 4, 30)), ["april", "may"]),
        (Filters(before=dt.date(2023, 4, 30)), ["march", "april"]),
        (Filters(after=dt.date(2023, 4, 30), before=dt.date(2023, 4, 30)), ["april"]),
        (Filters(after=dt.date(2023, 5, 2)), []),
        (Filters(source=("oldport courier",)), ["march", "april"]),
        (Filters(source=("STRASSE HEUTE", "sky letter")), ["may", "undated"]),
        (Filters(source=("Oldport",)), []),
        (Filters(author=("NILS BERG",)), ["march", "may"]),
        (Filters(article_id=("may", "undated", "unknown")), ["may", "undated"]),
        (Filters(article_id=("MAY",)), []),
        (Filters(author=("Nils Berg",), source=("Sky Letter",)), ["may"]),
        (Filters(author=("Nils Berg",), before=dt.date(2023, 4, 1)), ["march"]),
    ],
)
def test_every_field_of_a_filter_narrows(filters: Filters, passing: list[str]) -> None:
    passages = generation([(0.5, "bridge")] * 4, ARTICLES)
    allowed = passages.allowed_articles(filters, frozenset())
    assert allowed is not None
    assert [article.id for article, passes in zip(ARTICLES, allowed, strict=True) if passes] == passing


def test_removal_and_filter_work_together() -> None:
    allowed = generation([(0.5, "bridge")] * 4, ARTICLES).allowed_articles(
        Filters(author=("Nils Berg",)), frozenset({"march"})
    )
    assert allowed is not None
    assert allowed.tolist() == [False, False, True, False]


def test_no_filter_and_nothing_removed_is_no_mask() -> None:
    assert generation([(0.5, "bridge")]).allowed_articles(Filters(), frozenset()) is None
    assert not Filters()
    assert Filters(author=("x",))


def test_a_filter_as_json_has_only_what_is_set() -> None:
    assert Filters().as_json() == {}
    assert Filters(after=dt.date(2023, 1, 2), source=("A", "B")).as_json() == {
        "after": "2023-01-02",
        "source": ["A", "B"],
    }
