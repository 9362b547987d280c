"""Two runs of the same questions: who is paired with whom, and the interval of a difference."""

import json
from pathlib import Path

import numpy as np
import pytest
from outcomes import outcome, renamed

from assistant.errors import BadEarlierRun
from assistant.evaluation.comparison import COMPARED, Comparison, compare, comparison_table, load_run, run_json
from assistant.evaluation.measures import METRICS, metrics
from assistant.evaluation.outcomes import Outcome


def run(right: list[bool], **same: float) -> list[Outcome]:
    """Questions "0", "1", … with an answer, which were answered rightly or not."""
    return [outcome(("nine",), id=str(n), right=flag, **same) for n, flag in enumerate(right)]  # type: ignore[arg-type]  # figures of a type each


def against(before: list[Outcome], now: list[Outcome], tmp_path: Path) -> Comparison:
    """By way of a file."""
    file = tmp_path / "run.json"
    file.write_text(json.dumps(run_json(before)), encoding="utf-8")
    return compare(load_run(file, [o.question for o in now]), now)


def test_a_run_has_its_figures_and_what_they_are_made_of() -> None:
    outcomes = run([True, False])
    found = run_json(outcomes)
    assert {name: found[name] for name in found if name != "outcomes"} == metrics(outcomes)
    assert [o["id"] for o in found["outcomes"]] == ["0", "1"]
    assert [o["measured"]["right"] for o in found["outcomes"]] == [1, 0]
    assert json.loads(json.dumps(found)) == found


def test_a_run_does_not_differ_from_itself(tmp_path: Path) -> None:
    outcomes = run([True, False, True], confidence=1 / 3, milliseconds=1 / 7)
    found = against(outcomes, outcomes, tmp_path)
    assert found.questions == 3
    assert "right" in found.differences
    for difference in found.differences.values():
        assert difference.before == difference.now
        assert (difference.difference, difference.low, difference.high) == (0, 0, 0)


def test_what_every_question_gained_is_certain(tmp_path: Path) -> None:
    found = against(run([False] * 5), run([True] * 5), tmp_path).differences["right"]
    assert (found.before, found.now, found.difference, found.low, found.high) == (0, 1, 1, 1, 1)


def test_the_interval_of_a_share_is_that_of_its_standard_error(tmp_path: Path) -> None:
    # of 100 questions 20 were gained and 10 lost: the differences have mean 0.1 and variance 0.3 - 0.1²
    before = [n >= 20 for n in range(100)]
    now = [n < 90 for n in range(100)]
    found = against(run(before), run(now), tmp_path).differences["right"]
    error = np.sqrt((0.3 - 0.01) / 100)
    assert found.difference == 0.1
    assert found.low == pytest.approx(0.1 - 1.96 * error, abs=0.02)
    assert found.high == pytest.approx(0.1 + 1.96 * error, abs=0.02)


def test_questions_that_are_hard_for_both_make_no_interval_wide(tmp_path: Path) -> None:
    half = [n % 2 == 0 for n in range(200)]
    found = against(run(half), run([True, *half[1:-1], True]), tmp_path).differences["right"]  # one gained
    assert found.difference == 0.005
    assert found.low >= 0
    assert found.high <= 0.02  # unpaired it would be 0.1 to either side


def test_the_same_draws_are_made_again(tmp_path: Path) -> None:
    one, other = run([True, False, True, False]), run([True, True, False, False])
    assert against(one, other, tmp_path) == against(one, other, tmp_path)


def test_figures_that_are_no_means_of_questions_are_compared_too(tmp_path: Path) -> None:
    def asked(confident: float) -> list[Outcome]:
        good = [outcome(("nine",), confidence=confident, right=True) for _ in range(6)]
        bad = [outcome(confidence=0.5) for _ in range(6)]
        return renamed([*good, *bad], [str(n) for n in range(12)])

    found = against(asked(0.1), asked(0.9), tmp_path).differences
    assert (found["auroc"].before, found["auroc"].now, found["auroc"].low) == (0, 1, 1)
    assert (found["coverage_at_90"].before, found["coverage_at_90"].now) == (0, 0.5)


def test_only_questions_of_both_runs_are_compared(tmp_path: Path) -> None:
    before = renamed(run([True, True, False]), ["a", "b", "c"])
    now = renamed(run([False, False, False, True]), ["b", "c", "d", "e"])
    found = against(before, now, tmp_path)
    assert found.questions == 2
    assert (found.differences["right"].before, found.differences["right"].now) == (0.5, 0)
    with pytest.raises(BadEarlierRun, match="has none of these questions"):
        against(run([True]), renamed(run([True]), ["z"]), tmp_path)


def test_a_figure_that_one_run_lacks_and_counts_are_not_compared(tmp_path: Path) -> None:
    found = against(run([True]), [outcome(id="0", answered=False)], tmp_path).differences
    assert {"right", "refused", "questions", "citations"}.isdisjoint(found)
    assert set(found) <= set(COMPARED) < set(METRICS)


def test_a_comparison_is_shown_in_columns(tmp_path: Path) -> None:
    found = against(run([False] * 5, milliseconds=90.0), run([True] * 5, milliseconds=90.0), tmp_path)
    lines = {line.split()[0]: line.split()[1:] for line in comparison_table(found).splitlines()}
    assert lines["before"] == ["now", "difference", "95%", "interval"]
    assert lines["right"] == ["0", "1", "+1", "+1", "to", "+1"]
    assert lines["ms_p50"] == ["90", "90", "+0", "+0", "to", "+0"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"7",
        b"{}",
        b'{"outcomes": 7}',
        b'{"outcomes": [7]}',
        b'{"outcomes": [{"id": "1", "question": "?"}]}',
        b'{"outcomes": [{"id": "1", "question": "?", "measured": {"answerable": 1}}]}',
        b'{"outcomes": [{"id": "1", "question": "?",'
        b' "measured": {"answerable": 1, "confidence": NaN, "citations": 0}}]}',
        b'{"outcomes": [{"id": [], "question": "?", "measured": {"answerable": 1, "confidence": 0, "citations": 0}}]}',
    ],
)
def test_what_is_no_earlier_run_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(BadEarlierRun, match=r"run\.json is no earlier run .*assistant eval --json"):
        load_run(tmp_path / "run.json", [])


def test_an_earlier_run_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes(b'{"caf\xe9": 1}')
    for name in ("latin.json", "missing.json"):
        with pytest.raises(BadEarlierRun, match=f"{name} cannot be read"):
            load_run(tmp_path / name, [])
