"""What the probability that decides is worth: `python -m bench.refusing --work DIR [--data DIR] [--limit N]`.

The questions of `bench/news/test.jsonl`, and with `--data` those of SQuAD's `tune` titles, are asked of an assistant
that refuses none, and its runs are kept in `DIR/refusing.json` (`--from` that file draws them again).
Out come, into docs/, `reliability.svg` (of the answers said to be right with a probability, how many are) and
`risk-coverage.svg` (how many answers are wrong where so many questions are answered, the surest first), and on stdout
for each threshold what is answered and what of that is wrong.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.assistant import Assistant
from assistant.evaluation.comparison import rows_of, run_json
from assistant.evaluation.measures import Row
from assistant.evaluation.outcomes import evaluate
from assistant.evaluation.questions import TestQuestion
from bench import news, squad
from bench.chart import Point, chart
from index.library import Library

DOCS = Path(__file__).parents[1] / "docs"
THRESHOLDS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Points of assistant/extractive/refusing.py, too."""
BINS = 10
MAX_POINTS = 100


def ask(library: Library, questions: Sequence[TestQuestion], limit: int) -> dict[str, object]:
    assistant = Assistant(library, max_wrong=1)
    assistant.warm()
    drawn = random.Random(0).sample(list(questions), min(limit, len(questions)))
    return run_json(evaluate(assistant, drawn, _say))


def reliability(rows: Sequence[Row]) -> list[Point]:
    """(mean probability, share right) of each tenth of the answers, the least sure first."""
    said, right = _given(rows)
    # as many in each, since few answers are neither sure nor doubtful: bins of equal width were noise in the middle
    tenths = [part for part in np.array_split(np.argsort(said, kind="stable"), BINS) if len(part)]
    return [(float(said[part].mean()), float(right[part].mean())) for part in tenths]


def risk_coverage(rows: Sequence[Row]) -> list[Point]:
    """(share of the questions answered, share of these answers wrong), the surest answer first."""
    said, right = _given(rows)
    risks = 1 - np.cumsum(right[np.argsort(-said, kind="stable")]) / np.arange(1, len(said) + 1)
    shown = np.unique(np.linspace(0, len(risks) - 1, MAX_POINTS).astype(int)) if len(risks) else np.empty(0, int)
    return [(float((n + 1) / len(rows)), float(risks[n])) for n in shown]


def shares_wrong(rows: Sequence[Row]) -> list[tuple[float, float, float]]:
    """(threshold, share of the questions answered, share of these answers wrong); no answers, none wrong."""
    said, right = _given(rows)
    return [
        (least, float(kept.sum() / len(rows)), float(1 - right[kept].mean()) if kept.any() else 0.0)
        for least in THRESHOLDS
        for kept in [said >= least]
    ]


def _given(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray]:
    """Of the rows with an answer, what was said of it and what it is: (answers,), (answers,)."""
    given = [(row["confidence"], row["best_right"]) for row in rows if "best_right" in row]
    said, right = np.array(given, np.float64).reshape(-1, 2).T
    return said, right


def _say(done: int, total: int) -> None:
    if done % 100 == 0:
        print(f"{done} of {total} questions", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="keep the indexes and the runs here")
    parser.add_argument("--data", type=Path, help="the folder that holds squad/")
    parser.add_argument("--limit", type=int, default=600, help="questions asked of each, drawn with a fixed seed")
    parser.add_argument("--from", dest="runs", type=Path, help="ask nothing, draw the runs kept in this file")
    parser.add_argument("--docs", type=Path, default=DOCS, help="where the two drawings go")
    options = parser.parse_args()
    if options.runs:
        runs = json.loads(options.runs.read_text(encoding="utf-8"))
    else:
        library, _ = news.library(options.work / "news")
        runs = {"news, test": ask(library, news.questions(news.TEST), options.limit)}
        if options.data:
            asked = squad.questions(options.data, "tune")
            runs["SQuAD 2.0, tune"] = ask(squad.library(options.data, options.work / "squad"), asked, options.limit)
        (options.work / "refusing.json").write_text(json.dumps(runs), encoding="utf-8")
    rows = {name: list(rows_of(run).values()) for name, run in runs.items()}
    for name, asked_of in rows.items():
        print(f"-- {name}: {len(asked_of)} questions")
        for least, answered, wrong in shares_wrong(asked_of):
            print(f"from {least:.2f} on: {answered:.2f} answered, {wrong:.3f} of these wrong")
    curves = {name: reliability(asked_of) for name, asked_of in rows.items()}
    drawing = chart("Reliability", "said to be right", "right", curves, diagonal=True)
    (options.docs / "reliability.svg").write_text(drawing, encoding="utf-8")
    curves = {name: risk_coverage(asked_of) for name, asked_of in rows.items()}
    drawing = chart("Risk and coverage", "questions answered", "of these answers wrong", curves)
    (options.docs / "risk-coverage.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
