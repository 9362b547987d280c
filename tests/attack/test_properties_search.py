"""Fusion, held to the written formula by brute force over cosines and words that Hypothesis chooses."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search import search
from index.search.generation import PASSAGE_DTYPE, ArticleKey, ArticleKeys, Generation
from index.search.lexical import LexicalIndex
from index.search.search import LEXICAL_WEIGHT, rank
from index.search.vectors import ExactIndex
from index.store.state import State

QUESTION = np.array([1, 0], np.float32)
VOCABULARY = ["bridge", "comet", "lantern", "harvest"]  # no two share a stem
K1, B = 1.2, 0.75

_PASSAGES = st.lists(
    st.tuples(st.integers(-100, 100), st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6)),
    min_size=1,
    max_size=12,
)
Passages = list[tuple[int, list[str]]]


def built(passages: Passages) -> Generation:
    """Row n has that many hundredths of a cosine to QUESTION, and is the only passage of article n."""
    cosines = np.array([hundredths / 100 for hundredths, _ in passages], np.float32)
    return Generation(
        State("corpus", 1, "mark"),
        ArticleKeys.of([ArticleKey(f"a{n}", "r", None, None, None) for n in range(len(passages))]),
        np.array([(n, n, 0, 1) for n in range(len(passages))], PASSAGE_DTYPE),
        LexicalIndex.build((n, n, " ".join(words)) for n, (_, words) in enumerate(passages)),
        ExactIndex.build([np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)]),
    )


def by_the_formula(passages: Passages, asked: list[str], allowed: list[bool]) -> dict[int, float]:
    """Row → cosine + 0.5 × BM25 / best BM25 of those allowed; BM25 as Robertson and Zaragoza (2009) have it."""
    mean = sum(len(words) for _, words in passages) / len(passages)
    held = Counter(word for _, words in passages for word in set(words))
    bm25: dict[int, float] = {}
    for row, (_, words) in enumerate(passages):
        counts = Counter(words)
        bm25[row] = sum(
            math.log(1 + (len(passages) - held[word] + 0.5) / (held[word] + 0.5))
            * (counts[word] * (K1 + 1) / (counts[word] + K1 * (1 - B + B * len(words) / mean)))
            for word in dict.fromkeys(asked)
        )
    best = max((bm25[row] for row in bm25 if allowed[row]), default=0)
    return {
        row: hundredths / 100 + (LEXICAL_WEIGHT * bm25[row] / best if best else 0)
        for row, (hundredths, _) in enumerate(passages)
        if allowed[row]
    }


@given(_PASSAGES, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=4), st.integers(1, 15), st.data())
def test_fused_scores_are_those_of_the_formula_best_first(
    passages: Passages, asked: list[str], k: int, data: st.DataObject
) -> None:
    allowed = data.draw(st.lists(st.booleans(), min_size=len(passages), max_size=len(passages)))
    rows, scores = rank(built(passages), " ".join(asked), QUESTION, np.array(allowed), k)
    expected = by_the_formula(passages, asked, allowed)
    assert len(rows) == min(k, len(expected)) == len(set(rows.tolist()))
    assert all(allowed[row] for row in rows)
    np.testing.assert_allclose(scores, [expected[row] for row in rows.tolist()], atol=2e-5)
    assert (np.diff(scores) <= 0).all()
    left = [score for row, score in expected.items() if row not in rows]
    assert not left or max(left) <= scores[-1] + 2e-5


@given(_PASSAGES, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_order_in_which_passages_lie_changes_no_score(passages: Passages, asked: list[str], dice: object) -> None:
    order = list(range(len(passages)))
    dice.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
    question, k = " ".join(asked), len(passages)
    rows, scores = rank(built(passages), question, QUESTION, None, k)
    moved, again = rank(built([passages[n] for n in order]), question, QUESTION, None, k)
    np.testing.assert_allclose(scores, again, atol=2e-5)
    was = dict(zip(rows.tolist(), scores.tolist(), strict=True))
    np.testing.assert_allclose([was[order[row]] for row in moved.tolist()], again, atol=2e-5)


@given(_PASSAGES, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3), st.integers(1, 12))
def test_asking_for_fewer_gives_the_first_of_more(passages: Passages, asked: list[str], k: int) -> None:
    generation, question = built(passages), " ".join(asked)
    rows, _ = rank(generation, question, QUESTION, None, len(passages))
    few, _ = rank(generation, question, QUESTION, None, k)
    assert few.tolist() == rows.tolist()[:k]


@given(_PASSAGES, st.sampled_from(VOCABULARY), st.integers(0, 11), st.integers(1, 50))
def test_a_passage_that_comes_nearer_does_not_fall(passages: Passages, asked: str, at: int, nearer: int) -> None:
    at %= len(passages)
    hundredths, words = passages[at]
    raised = [*passages[:at], (min(hundredths + nearer, 100), words), *passages[at + 1 :]]
    places = [rank(built(p), asked, QUESTION, None, len(p))[0].tolist().index(at) for p in (passages, raised)]
    assert places[1] <= places[0]


@given(_PASSAGES, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=4), st.integers(1, 6), st.data())
def test_looking_through_the_best_finds_what_naming_the_allowed_does(
    passages: Passages, asked: list[str], wanted: int, data: st.DataObject
) -> None:
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(passages), max_size=len(passages))))
    found = []
    for many in (0, len(passages)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(search, "MANY_ARTICLES", many)
            patched.setattr(search, "MORE", 1)
            found.append(search._by_words(built(passages), " ".join(asked), wanted, allowed))
    (rows, scores), (named_rows, named_scores) = found
    np.testing.assert_array_equal(rows, named_rows)
    np.testing.assert_array_equal(scores, named_scores)
