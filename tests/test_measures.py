"""The figures made of outcomes, worked out by hand."""

import math
from itertools import product

import numpy as np
import pytest
from outcomes import outcome

from assistant.answer import Timings
from assistant.evaluation.measures import auroc, coverage, exact_match, metrics, table, token_f1


def test_the_figures_are_shares_of_what_they_are_asked_of() -> None:
    outcomes = [
        outcome(
            *(("nine",), ("x",)),
            ranks=(1,),
            right=True,
            holds=True,
            citations=(2, 2, 2),
            from_gold=1,
            supported=1,
            short="nine",
            sentences=("It is nine boats.", "nine c", "d"),
            confidence=0.9,
            milliseconds=10,
        ),
        outcome(
            *(("b",), ("x",)),
            ranks=(4,),
            holds=True,
            citations=(1, 1, 1),
            from_gold=1,
            supported=0,
            sentences=("b",),
            confidence=0.8,
            milliseconds=20,
        ),
        outcome(("c",), ("x",), ranks=(8,), answered=False, confidence=0.1, milliseconds=30),
        outcome(("d",), ("x",), citations=(1, 0, 0), sentences=("e",), confidence=0.4, milliseconds=40),
        # in no article in particular
        outcome(
            ("e",),
            right=True,
            holds=True,
            short="e f",
            citations=(1, 1, 0),
            sentences=("g", "h"),
            confidence=0.7,
            milliseconds=50,
        ),
        outcome(answered=False, right=True, confidence=0.2, milliseconds=60),
        outcome(answered=True, citations=(1, 1, 0), confidence=0.5, milliseconds=70),
    ]
    assert metrics(outcomes) == {
        "questions": 7,
        "answerable": 5,
        "gold_article_first": 0.25,  # of the four whose article is known
        "gold_article_in_three": 0.25,
        "gold_article_in_five": 0.5,
        "mrr": 0.3438,  # (1 + 1/4 + 1/8 + 0) / 4
        "ndcg_at_8": 0.4365,  # (1 + 1/log2 5 + 1/log2 9 + 0) / 4
        "right": 0.4,
        "holds_answer": 0.6,
        "short_answer_em": 0.2,
        "short_answer_f1": 0.3333,  # (1 + 2/3) / 5
        "sentence_em": 0.2,
        "sentence_f1": 0.3333,  # (2/3 + 1) / 5
        "sentences_an_answer": 1.75,  # 7 in the 4 answers to what can be answered
        "citations_that_answer": 0.6,  # 3 of their 5
        "answered": 0.8,
        "refused": 0.5,
        "balanced_accuracy": 0.65,
        "auroc": 0.7,  # 3 × 2 + 1 (0.4 over 0.2 alone) + 0 of 10 pairs
        "answers_right": 0.4,  # two of five
        "coverage_at_90": 0.1429,  # 0.9 is right and 0.8 is not: one of seven
        "citations": 6,
        "citations_verbatim": 0.8333,  # 5 of 6
        "gold_article_cited": 0.6667,  # of the three answers with citations whose article is known
        "citations_supported": 0.3333,  # 1 of the 3 that answer questions with spans
        "ms_p50": 40,
        "ms_p95": 70,
        "ms_p99": 70,
        **dict.fromkeys([f"ms_{part}_p{p}" for part in ("retrieve", "read", "write") for p in (50, 95)], 0),
    }


def test_a_figure_that_nothing_was_measured_for_is_left_out() -> None:
    unanswerable = metrics([outcome(answered=False, right=True)])
    assert {name for name in unanswerable if not name.startswith("ms_")} == {
        *("questions", "answerable", "refused", "coverage_at_90", "citations"),
    }
    assert unanswerable["refused"] == 1
    assert {"refused", "auroc", "balanced_accuracy", "mrr"}.isdisjoint(metrics([outcome(("a",))]))


def test_answers_without_a_confidence_count_in_all_but_what_speaks_of_it() -> None:
    judged = [outcome(("a",), confidence=0.9, right=True), outcome(answered=False, confidence=0.1)]
    found = metrics([*judged, outcome(("a",), confidence=None, right=True), outcome(confidence=None)])
    assert (found["auroc"], found["coverage_at_90"]) == (1, 0.25)
    assert (found["answered"], found["answers_right"]) == (1, 0.6667)
    alone = metrics([outcome(("a",), confidence=None, right=True), outcome(confidence=None)])
    assert "auroc" not in alone
    assert alone["coverage_at_90"] == 0


def test_the_95th_percentile_is_the_19th_of_20_and_the_99th_the_last() -> None:
    found = metrics([outcome(milliseconds=n) for n in range(20, 0, -1)])
    assert (found["ms_p50"], found["ms_p95"], found["ms_p99"]) == (10.5, 19, 20)


def test_each_part_of_the_time_has_its_own_figures() -> None:
    found = metrics([outcome(timings=Timings(retrieve=n, read=10 * n, write=3)) for n in (1, 2, 6)])
    assert (found["ms_retrieve_p50"], found["ms_read_p50"], found["ms_write_p50"]) == (2, 20, 3)
    assert (found["ms_retrieve_p95"], found["ms_read_p95"], found["ms_write_p95"]) == (6, 60, 3)


def test_ndcg_looks_at_every_gold_article_and_no_further_than_the_eighth() -> None:
    def ndcg(ranks: tuple[int, ...], *articles: str) -> float:
        return metrics([outcome(("z",), articles, ranks=ranks)])["ndcg_at_8"]

    assert ndcg((1, 2), "x", "y") == 1
    assert ndcg((1, 3), "x", "y") == 0.9197  # (1 + 1/2) / (1 + 1/log2 3)
    assert ndcg((2,), "x", "y") == 0.3869  # 1/log2 3 / (1 + 1/log2 3)
    assert ndcg((8,), "x") == 0.3155  # 1/log2 9
    assert ndcg((9,), "x") == 0
    assert ndcg((1, 2), "archive.jsonl") == 1  # one path that stands for two articles


@pytest.mark.parametrize(
    ("given", "gold", "exact", "f1"),
    [
        ("The 240 hostages.", "240 hostages", 1, 1),
        ("about 240 hostages", "240 hostages", 0, 0.8),  # 2 of 3 and 2 of 2
        ("4 November", "November 4", 0, 1),
        ("dog dog", "dog", 0, 2 / 3),
        ("", "240", 0, 0),
        ("the", "", 1, 1),
    ],
)
def test_closeness_is_what_squad_says_it_is(given: str, gold: str, exact: float, f1: float) -> None:
    assert exact_match(given, gold) == exact
    assert token_f1(given, gold) == pytest.approx(f1)


def test_the_short_answer_and_the_best_sentence_are_held_against_the_nearest_accepted_answer() -> None:
    found = metrics([outcome(("nine", "nine boats"), short="Nine boats", sentences=("It sank.", "Nine boats, then."))])
    assert (found["short_answer_em"], found["short_answer_f1"]) == (1, 1)
    assert (found["sentence_em"], found["sentence_f1"]) == (0, 0.8)


def test_an_answer_without_a_short_one_has_none_of_its_words() -> None:
    found = metrics([outcome(("nine",), answered=False)])
    assert (found["short_answer_em"], found["short_answer_f1"], found["sentence_f1"]) == (0, 0, 0)


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(1)
    positive, negative = random.integers(0, 6, 40) / 6, random.integers(0, 6, 30) / 8  # with ties
    pairs = [(p > n) + (p == n) / 2 for p, n in product(positive, negative)]
    assert auroc(positive, negative) == pytest.approx(np.mean(pairs))
    assert math.isnan(auroc(positive, np.empty(0)))


@pytest.mark.parametrize(
    ("confidence", "is_right", "expected"),
    [
        ([0.9, 0.8, 0.7, 0.6], [1, 1, 1, 1], 1.0),
        ([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1], 0.5),
        ([0.6, 0.7, 0.8, 0.9], [1, 0, 1, 1], 0.5),  # whatever their order
        ([0.9, 0.8, 0.7, 0.6], [0, 1, 1, 1], 0.0),
        ([0.9, 0.8, 0.8, 0.8], [1, 1, 1, 0], 0.25),  # those as confident are given together
        ([0.9, 0.8, 0.7, 0.6], [1, math.nan, 1, math.nan], 0.5),  # refused
        ([0.9, 0.8], [math.nan, math.nan], 0.0),
        ([math.nan, 0.8], [1, 1], 0.5),  # nothing was judged for the first
        ([1 - n / 20 for n in range(10)], [1] * 9 + [0], 1.0),  # nine of ten are right
    ],
)
def test_coverage_is_how_many_may_be_answered_for_so_many_to_be_right(
    confidence: list[float], is_right: list[float], expected: float
) -> None:
    assert coverage(np.array(confidence), np.array(is_right, float), 0.9) == expected


def test_the_table_has_a_line_for_each_figure_in_columns() -> None:
    assert table({"right": 0.9, "questions": 40}) == "right      0.9\nquestions  40"
