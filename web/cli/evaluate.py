"""`assistant eval`: the answers to a set of questions in figures, and whether they are good enough."""

import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluation.comparison import COMPARED, Comparison, compare, comparison_table, load_run, run_json
from assistant.evaluation.measures import METRICS, Metrics, metrics, table
from assistant.evaluation.outcomes import evaluate as ask_all
from assistant.evaluation.questions import load_questions
from index.library import Library
from web.cli import DID_NOT_WORK, UsageError
from web.cli.terminal import ProgressLine, no_articles, print_json, warn_if_degraded
from web.settings import Settings


def evaluate(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where a metric misses its bound, and where the index is empty or degraded.

    Raises UsageError for a metric that was not measured, BadQuestionSet, BadEarlierRun.
    """
    _check("--min", args.min, METRICS)
    _check("--max-drop", args.max_drop, tuple(COMPARED))
    if args.max_drop and not args.compare:
        raise UsageError("--max-drop needs an earlier run: give one with --compare FILE.json")
    questions = load_questions(Path(args.file))
    before = load_run(Path(args.compare), questions) if args.compare else None
    with closing(Library(settings.data_dir, settings.embedding_model)) as library, ProgressLine() as line:
        if (status := library.status()).state != "ok":
            if status.state == "empty":
                print(no_articles(settings.articles), file=sys.stderr)
            warn_if_degraded(status)
            return DID_NOT_WORK
        assistant = Assistant(library, settings.llm, settings.max_wrong, cuts_unsupported=settings.cuts_unsupported)
        assistant.warm()  # or the first question's time would be that of loading the models
        outcomes = ask_all(assistant, questions, lambda done, total: line.show("asking", done, total))
    figures = metrics(outcomes)
    comparison = compare(before, outcomes) if before is not None else None
    if args.json:
        print_json(run_json(outcomes) | ({"comparison": asdict(comparison)} if comparison else {}))
    else:
        print(table(figures))
        if comparison:
            print(f"\nOf the {comparison.questions} questions that {args.compare} has too:")
            print(comparison_table(comparison))
    missed = [*_under(args.min, figures), *(_dropped(args.max_drop, comparison) if comparison else ())]
    for problem in missed:
        print(problem, file=sys.stderr)
    return DID_NOT_WORK if missed else 0


def _check(option: str, bounds: list[tuple[str, float]], known: tuple[str, ...]) -> None:
    for metric, _ in bounds:
        if metric not in known:
            raise UsageError(f"{option} {metric}: there is no such metric; there are {', '.join(known)}")


def _under(bounds: list[tuple[str, float]], figures: Metrics) -> list[str]:
    for metric, _ in bounds:
        if metric not in figures:
            raise UsageError(f"--min {metric}: these questions do not measure it, only {', '.join(figures)}")
    return [
        f"{metric} is {figures[metric]:g}, under the minimum of {least:g}"
        for metric, least in bounds
        if figures[metric] < least
    ]


def _dropped(bounds: list[tuple[str, float]], comparison: Comparison) -> list[str]:
    known = comparison.differences
    for metric, _ in bounds:
        if metric not in known:
            raise UsageError(f"--max-drop {metric}: the two runs do not both measure it, only {', '.join(known)}")
    return [
        f"{metric} fell from {known[metric].before:g} to {known[metric].now:g}, by more than {most:g}"
        for metric, most in bounds
        if -known[metric].difference > most
    ]
