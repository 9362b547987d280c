"""From how many answers may be wrong to the least probability of one, and the curves that this is read from."""

from pathlib import Path

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.extractive.extract import ANSWER_THRESHOLD
from assistant.extractive.refusing import DEFAULT_MAX_WRONG, LEAST_MAX_WRONG, SHARE_WRONG, least_probability
from bench.chart import chart, growth
from bench.refusing import THRESHOLDS, reliability, risk_coverage, shares_wrong
from index.library import Library

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")

ROWS = [
    {"confidence": 0.92, "best_right": 1.0},
    {"confidence": 0.98, "best_right": 1.0},
    {"confidence": 0.55, "best_right": 0.0},
    {"confidence": 0.35, "best_right": 1.0},
    {"confidence": 0.0},  # nothing was found
]


def test_as_many_wrong_as_by_default_is_the_threshold_of_the_extractive_writer() -> None:
    assert least_probability(DEFAULT_MAX_WRONG) == ANSWER_THRESHOLD == pytest.approx(0.25)


def test_the_points_between_which_is_interpolated_were_measured() -> None:
    measured = [least for least, _ in SHARE_WRONG]
    assert measured == sorted(measured)
    assert measured[0] == 0  # everything answered
    assert set(measured) <= set(THRESHOLDS)


def test_fewer_wrong_answers_take_a_higher_probability() -> None:
    (low, more), (high, less) = SHARE_WRONG[:2]
    assert least_probability((more + less) / 2) == pytest.approx((low + high) / 2)
    shares = np.linspace(LEAST_MAX_WRONG, more, 200)
    assert list(map(least_probability, shares)) == sorted(map(least_probability, shares), reverse=True)
    assert least_probability(more) == least_probability(1) == 0  # nothing is refused


def test_no_threshold_is_made_up_for_fewer_wrong_answers_than_were_measured(stocked: Library) -> None:
    assert least_probability(LEAST_MAX_WRONG) in THRESHOLDS
    assert f"under {LEAST_MAX_WRONG:g} nothing was measured" in README
    with pytest.raises(
        ValueError, match=rf"max_wrong is 0\.01; the least share that was measured is {LEAST_MAX_WRONG}"
    ):
        Assistant(stocked, max_wrong=0.01)


def test_reliability_sets_what_was_said_beside_what_is_right() -> None:
    assert reliability(ROWS) == [(0.35, 1.0), (0.55, 0.0), (0.92, 1.0), (0.98, 1.0)]
    twenty = [{"confidence": n / 20, "best_right": float(n % 2)} for n in reversed(range(20))]
    assert [said for said, _ in reliability(twenty)] == pytest.approx([(4 * n + 1) / 40 for n in range(10)])
    assert {right for _, right in reliability(twenty)} == {0.5}
    assert reliability([]) == []


def test_risk_grows_with_coverage_as_less_sure_answers_are_given() -> None:
    assert risk_coverage(ROWS) == [(0.2, 0.0), (0.4, 0.0), (0.6, pytest.approx(1 / 3)), (0.8, 0.25)]
    assert risk_coverage([]) == []
    assert len(risk_coverage([{"confidence": 0.5, "best_right": 1.0}] * 1_000)) == 100


def test_each_threshold_has_its_share_of_answers_and_of_wrong_ones() -> None:
    found = {least: (answered, wrong) for least, answered, wrong in shares_wrong(ROWS)}
    assert found[0.0] == found[0.3] == (0.8, 0.25)
    assert found[0.4] == found[0.5] == pytest.approx((0.6, 1 / 3))
    assert found[0.6] == found[0.9] == (0.4, 0.0)


def test_a_chart_puts_shares_where_they_belong_and_names_what_it_shows() -> None:
    drawn = chart("Reliability", "said", "right & true", {"news": [(0.0, 0.0), (0.5, 1.0)]}, diagonal=True)
    assert '<polyline class="s0" points="72.0,360.0 232.0,40.0"/>' in drawn
    assert "right &amp; true" in drawn
    assert "<title>Reliability</title>" in drawn
    assert "prefers-color-scheme: dark" in drawn
    assert drawn.count('class="ideal"') == 1
    assert 'ideal" d' not in chart("Risk", "x", "y", {})


def test_what_grows_is_drawn_by_powers_of_ten() -> None:
    drawn = growth("Growth", "passages", "s", {"time": [(1_000, 0.5), (10_000, 5), (100_000, 50)]})
    assert 'points="72.0,285.4 232.0,178.8 392.0,72.1"' in drawn  # a straight line
    labels = ("1,000", "100,000", "0.1", "100", "1,000,000")
    assert [f">{label}</text>" in drawn for label in labels] == [True, True, True, True, False]
