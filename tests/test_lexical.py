"""Word search: the written BM25 formula is the oracle."""

import math
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from index.search.lexical import MAX_TERMS, LexicalIndex
from index.text.words import content_stems, stems

K1, B = 1.2, 0.75
WORDS = "bridge river comet harvest mayor lantern copper orchard violin glacier tunnel saffron".split()
QUESTIONS = ["bridge", "comet harvest", "violin glacier bridge saffron", " ".join(WORDS), "the river of copper"]


def build(passages: Iterable[tuple[int, str]], folder: Path | None = None) -> LexicalIndex:
    """passages: article and words of each, in the order of their rows."""
    return LexicalIndex.build(((row, article, words) for row, (article, words) in enumerate(passages)), folder)


def bm25(question: str, bodies: list[str]) -> dict[int, float]:
    """Score by row, of the rows that hold a word of the question."""
    documents = [stems(body) for body in bodies]
    average = sum(map(len, documents)) / len(documents)
    scores: dict[int, float] = {}
    for term in content_stems(question):
        n = sum(term in document for document in documents)
        idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
        for row, document in enumerate(documents):
            if tf := document.count(term):
                norm = K1 * (1 - B + B * len(document) / average)
                scores[row] = scores.get(row, 0.0) + idf * tf * (K1 + 1) / (tf + norm)
    return scores


@pytest.fixture(scope="module")
def bodies() -> list[str]:
    """Of at most 40 words: the lengths of longer ones are kept rounded in the index."""
    dice = random.Random(11)
    return [" ".join(dice.choices(WORDS, k=dice.randrange(1, 41))) for _ in range(120)]


@pytest.fixture(scope="module")
def index(bodies: list[str]) -> LexicalIndex:
    """Row n is a passage of article n // 3."""
    return build((row // 3, body) for row, body in enumerate(bodies))


def test_a_score_worked_out_by_hand() -> None:
    index = build([(0, "bridge river"), (1, "bridge bridge mayor mayor"), (2, "comet orchard violin")])
    rows, scores = index.search("bridge", 10)
    # Two of three hold it: idf = ln(1 + 1.5 / 2.5) = 0.4700; the average length is 3.
    # Row 1: 2 × 2.2 / (2 + 1.2 × (0.25 + 0.75 × 4/3)) = 4.4 / 3.5
    # Row 0: 1 × 2.2 / (1 + 1.2 × (0.25 + 0.75 × 2/3)) = 2.2 / 1.9
    assert rows.tolist() == [1, 0]
    np.testing.assert_allclose(scores, [0.4700036 * 4.4 / 3.5, 0.4700036 * 2.2 / 1.9], rtol=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_the_formula(index: LexicalIndex, bodies: list[str], question: str) -> None:
    rows, scores = index.search(question, len(bodies))
    expected = bm25(question, bodies)
    assert sorted(rows.tolist()) == sorted(expected)
    np.testing.assert_allclose(scores, [expected[row] for row in rows.tolist()], rtol=1e-4)
    assert (np.diff(scores) <= 0).all()


def test_a_filter_leaves_out_articles_and_changes_no_score(index: LexicalIndex, bodies: list[str]) -> None:
    allowed = np.array([3, 5, 30], np.int64)
    rows, scores = index.search("bridge comet", 200, allowed)
    expected = bm25("bridge comet", bodies)
    assert sorted(rows.tolist()) == sorted(row for row in expected if row // 3 in {3, 5, 30})
    np.testing.assert_allclose(scores, [expected[row] for row in rows.tolist()], rtol=1e-4)


def test_a_filter_works_inside_the_search(index: LexicalIndex, bodies: list[str]) -> None:
    scores = bm25("bridge", bodies)
    worst = min(scores, key=lambda row: scores[row])
    assert index.search("bridge", 1, np.array([worst // 3], np.int64))[0].tolist()[0] // 3 == worst // 3


def test_a_filter_that_allows_none_finds_none(index: LexicalIndex) -> None:
    assert index.search("bridge", 10, np.empty(0, np.int64))[0].tolist() == []


@pytest.mark.parametrize(
    "question",
    [
        '"comet harvest"',
        "comet:harvest",
        "+comet -harvest",
        "comet AND harvest",
        "(comet OR harvest",
        "comet* harvest~2^3",
        "[comet TO harvest]",
        "comet && !harvest ||",
        "body:comet \\ / harvest",
        "comet^100 harvest",
        "*:* comet harvest",
    ],
)
def test_the_syntax_of_query_languages_means_nothing(question: str) -> None:
    # "not", "or", "to" and "body" are in no passage, so that only the two words count
    index = build([(0, "comet lantern"), (1, "harvest lantern lantern"), (2, "comet harvest")])
    found, plain = index.search(question, 10), index.search("comet harvest", 10)
    assert found[0].tolist() == plain[0].tolist() == [2, 0, 1]
    np.testing.assert_array_equal(found[1], plain[1])


def test_words_are_compared_without_case_accents_and_endings() -> None:
    index = build([(0, "The Bridges of São Tomé"), (1, "A comet")])
    for question in ("bridge", "BRIDGES", "sao", "tome", "Tomé?"):
        assert index.search(question, 10)[0].tolist() == [0], question


def test_function_words_count_only_where_there_are_no_others() -> None:
    index = build([(0, "Who was it"), (1, "The comet was seen")])
    assert index.search("What was the comet?", 10)[0].tolist() == [1]
    assert index.search("Who was it?", 10)[0].tolist() == [0, 1]


@pytest.mark.parametrize("question", ["", " ", "?!", "zeppelin", "x" * 100_000])
def test_a_question_without_a_known_word_finds_none(index: LexicalIndex, question: str) -> None:
    assert [part.tolist() for part in index.search(question, 10)] == [[], []]


def test_k_of_none_finds_none(index: LexicalIndex) -> None:
    assert index.search("bridge", 0)[0].tolist() == []


def test_a_word_asked_for_twice_counts_once(index: LexicalIndex) -> None:
    once, twice = index.search("comet bridge", 10), index.search("comet bridge comet Comets", 10)
    assert once[0].tolist() == twice[0].tolist()
    np.testing.assert_array_equal(once[1], twice[1])


def test_of_a_question_without_end_the_first_terms_count(index: LexicalIndex) -> None:
    many = " ".join(f"unknown{n}" for n in range(MAX_TERMS - 1))
    assert index.search(f"{many} bridge", 10)[0].tolist() == index.search("bridge", 10)[0].tolist()
    assert index.search(f"{many} unknown bridge", 10)[0].tolist() == []


def test_ties_come_in_row_order() -> None:
    index = build([(row, "comet") for row in range(50)])
    assert index.search("comet", 20)[0].tolist() == list(range(20))


def test_an_index_of_nothing_finds_none() -> None:
    index = build([])
    assert len(index) == 0
    assert index.search("comet", 10)[0].tolist() == []


def test_a_folder_that_does_not_take_it_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="The word index could not be written"):
        build([(0, "comet")], tmp_path / "missing")


def test_what_is_written_to_a_folder_and_opened_finds_the_same(
    index: LexicalIndex, bodies: list[str], tmp_path: Path
) -> None:
    build(((row // 3, body) for row, body in enumerate(bodies)), tmp_path)
    again = LexicalIndex.open(tmp_path)
    assert len(again) == len(index) == 120
    for question in QUESTIONS:
        for before, after in zip(index.search(question, 30), again.search(question, 30), strict=True):
            np.testing.assert_array_equal(before, after)


def test_what_is_added_is_found_beside_what_was_there_and_what_is_dead_is_not(tmp_path: Path) -> None:
    build([(0, "comet lantern"), (1, "comet harvest"), (1, "comet orchard")], tmp_path)
    bodies = [(4, 3, "comet violin"), (3, 2, "harvest moon")]
    grown = LexicalIndex.build(bodies, tmp_path, dead=np.array([1], np.int32))
    for index in (grown, LexicalIndex.open(tmp_path)):
        assert len(index) == 3
        assert sorted(index.search("comet", 10)[0].tolist()) == [0, 4]
        assert index.search("harvest", 10)[0].tolist() == [3]
        assert index.search("comet", 10, np.array([3]))[0].tolist() == [4]
