"""The ablation's tables, over findings made by hand."""

import pytest
from passages import Source, evidence

from assistant.evaluation.questions import TestQuestion
from assistant.evidence import FEATURES, RANK, Evidence
from bench.ablation import Asked, Found, Searches, features_kept, read_with, table
from index.library import Library

GOLD = TestQuestion("1", "When?", ("in May",), ("x",))
NONE = TestQuestion("2", "Why?", (), ("x",))


def test_the_table_tells_what_each_way_found_and_in_what_time() -> None:
    def asked(question: TestQuestion, rank: int | None, is_right: bool, probability: float, ms: float) -> Asked:
        found = {"words": Found(rank, None, None, ms), "read": Found(rank, is_right, probability, 10 * ms)}
        return Asked(question, found)

    shown = table([asked(GOLD, 1, True, 0.9, 1), asked(GOLD, 5, False, 0.3, 2), asked(NONE, None, False, 0.5, 30)])
    assert shown.splitlines()[2:] == [
        "| words | 0.500 | 1.000 |  |  | 11 |",
        "| read | 0.500 | 1.000 | 0.500 | 0.500 | 110 |",
    ]


@pytest.mark.own_index
def test_each_search_finds_articles_in_the_index_that_is_published(stocked: Library) -> None:
    searches = Searches(stocked)
    for search in (searches.by_meaning, searches.by_words, searches.by_both):
        assert search("Who saw comet Marlow with the naked eye?")[0] == "comet"


def test_features_come_one_by_one_after_the_readers_own_score() -> None:
    assert [name for name, _ in features_kept()] == ["both, read", *(f"+ {name}" for name in FEATURES[1:])]
    assert [int(kept.sum()) for _, kept in features_kept()] == list(range(1, len(FEATURES) + 1))


def test_a_feature_that_is_left_out_orders_nothing() -> None:
    def with_features(text: str, source: str, *features: float) -> Evidence:
        found = evidence(text, Source(source))
        return Evidence(found.quote, "", features)

    others = [0.0] * (len(FEATURES) - 2)
    found = [
        with_features("It opened in June.", "y", 1.0, 9.0, *others),
        with_features("No, in May.", "x", 2.0, 0.0, *others),
    ]
    assert RANK[0] < 9 * RANK[1]
    (_, alone), (_, with_search), *_ = features_kept()
    assert read_with(alone, GOLD, found, 1.0).gold_rank == 1
    assert read_with(alone, GOLD, found, 1.0).is_right is True
    assert read_with(with_search, GOLD, found, 1.0).gold_rank == 2
    assert read_with(with_search, GOLD, found, 1.0).is_right is False


@pytest.mark.parametrize("question", [GOLD, NONE])
def test_where_nothing_was_found_nothing_is_right(question: TestQuestion) -> None:
    found = read_with(features_kept()[0][1], question, [], 1.0)
    assert (found.gold_rank, found.is_right) == (None, False)
