"""A run as JSON, and two runs of the same questions set against each other.

The difference of a figure has an interval by the paired bootstrap: questions are drawn with replacement, the same for
both runs, and the figure is made anew of each draw (Efron and Tibshirani 1993, percentile interval). It works
for figures that are no means of questions, such as AUROC, and questions that are hard for both runs cancel out.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import BadEarlierRun
from assistant.evaluation.measures import MEASURES, Columns, Row, columns, metrics, row
from assistant.evaluation.outcomes import Outcome
from assistant.evaluation.questions import TestQuestion

DRAWS = 1_000
INTERVAL = (0.025, 0.975)
COMPARED = {name: m for name, m in MEASURES.items() if name not in ("questions", "answerable", "citations")}
"""Counts tell nothing of which run is better."""
MAX_FILE_BYTES = 256_000_000

QuestionKey = tuple[str, str]
"""Its id and its words: a question that was reworded is another."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure over the questions that both runs asked."""

    before: float
    now: float
    difference: float
    low: float
    high: float
    """Ends of the 95% interval of `difference`."""


@dataclass(frozen=True, slots=True)
class Comparison:
    questions: int
    differences: dict[str, Difference]
    """Without figures that either run does not have."""


def run_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures, and under `outcomes` what they are made of."""
    return metrics(outcomes) | {
        "outcomes": [
            {
                "id": outcome.question.id,
                "question": outcome.question.question,
                "answer": outcome.answer.answer,
                "short_answer": outcome.answer.short_answer,
                "measured": row(outcome),
            }
            for outcome in outcomes
        ]
    }


def load_run(path: Path, questions: Sequence[TestQuestion]) -> dict[QuestionKey, Row]:
    """The rows of these questions in a file that `run_json` was written to. Raises BadEarlierRun, also for none."""
    try:
        if (size := path.stat().st_size) > MAX_FILE_BYTES:
            raise BadEarlierRun(f"The earlier run {path} has {size:,} bytes; the limit is {MAX_FILE_BYTES:,}.")
        rows = rows_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise BadEarlierRun(f"The earlier run {path} cannot be read: {error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadEarlierRun(
            f"{path} is no earlier run ({type(error).__name__}: {error}). Give what `assistant eval --json` printed."
        ) from error
    both = {key: rows[key] for question in questions if (key := (question.id, question.question)) in rows}
    if not both:
        raise BadEarlierRun(f"{path} has none of these questions: ids or wording differ in all of them.")
    return both


def rows_of(run: dict[str, Any]) -> dict[QuestionKey, Row]:
    """Those of what `run_json` gave. Raises what Python does where it is something else."""
    return {(o["id"], o["question"]): _row(o["measured"]) for o in run["outcomes"]}


def compare(before: dict[QuestionKey, Row], outcomes: Sequence[Outcome]) -> Comparison:
    """before: rows of at least one of the questions."""
    now = {(o.question.id, o.question.question): row(o) for o in outcomes}
    both = [key for key in now if key in before]
    one, other = columns([before[key] for key in both]), columns([now[key] for key in both])
    measured = {name: (measure(one), measure(other)) for name, measure in COMPARED.items()}
    measured = {name: pair for name, pair in measured.items() if not any(map(math.isnan, pair))}
    random = np.random.default_rng(0)
    drawn = np.empty((DRAWS, len(measured)))
    for n in range(DRAWS):
        rows = random.integers(len(both), size=len(both))
        was, now_is = _taken(one, rows), _taken(other, rows)
        drawn[n] = [COMPARED[name](now_is) - COMPARED[name](was) for name in measured]
    # NaN: a draw without a question of the kind that the figure is about
    low, high = np.nanquantile(drawn, INTERVAL, axis=0)
    differences = {
        name: Difference(*(round(float(value), 4) for value in (*pair, pair[1] - pair[0], low[n], high[n])))
        for n, (name, pair) in enumerate(measured.items())
    }
    return Comparison(len(both), differences)


def comparison_table(comparison: Comparison) -> str:
    rows = [("", "before", "now", "difference", "95% interval")]
    for name, d in comparison.differences.items():
        rows.append((name, f"{d.before:g}", f"{d.now:g}", f"{d.difference:+g}", f"{d.low:+g} to {d.high:+g}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _taken(of: Columns, rows: NDArray[np.int64]) -> Columns:
    return {name: column[rows] for name, column in of.items()}


def _row(measured: dict[str, Any]) -> Row:
    found = {name: float(value) for name, value in measured.items()}
    if not {"answerable", "citations"} <= found.keys() or not all(map(math.isfinite, found.values())):
        raise ValueError("an outcome lacks a number")
    return found
