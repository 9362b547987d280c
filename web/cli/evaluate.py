"""`assistant eval`: the answers to a set of questions in figures, and whether they are good enough."""

import sys
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from operator import gt, lt
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluation.comparison import COMPARED, Comparison, compare, comparison_table, load_run, run_json
from assistant.evaluation.measures import METRICS, Metrics, metrics, table
from assistant.evaluation.outcomes import evaluate as ask_all
from assistant.evaluation.questions import load_questions
from web.cli import DID_NOT_WORK, UsageError
from web.cli.terminal import ProgressLine, no_articles, print_json, warn_if_degraded
from web.opened import open_library
from web.settings import Settings


def evaluate(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where a metric misses its bound, and where the index is empty or degraded.

    Raises UsageError for a metric that was not measured, BadQuestionSet, BadEarlierRun.
    """
    for option, bounds, known in (
        ("--min", args.min, METRICS),
        ("--max", args.max, METRICS),
        ("--max-drop", args.max_drop, COMPARED),
        ("--max-rise", args.max_rise, COMPARED),
    ):
        _check(option, bounds, known, "there is no such metric; there are")
    if (args.max_drop or args.max_rise) and not args.compare:
        raise UsageError("--max-drop and --max-rise need an earlier run: give one with --compare FILE.json")
    questions, skipped = load_questions(Path(args.file))
    if skipped:
        print(
            f"Lines that say that they are to be skipped: {skipped:,}. Questions: {len(questions):,}.", file=sys.stderr
        )
    before = load_run(Path(args.compare), questions) if args.compare else None
    with closing(open_library(settings)) as library, ProgressLine() as line:
        if (status := library.status()).state != "ok":
            if status.state == "empty":
                print(no_articles(settings.articles), file=sys.stderr)
            warn_if_degraded(status, settings.data_dir)
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
    missed = [*_beyond(args, figures), *(_changed(args, comparison) if comparison else ())]
    for problem in missed:
        print(problem, file=sys.stderr)
    return DID_NOT_WORK if missed else 0


def _check(option: str, bounds: Sequence[tuple[str, float]], known: Collection[str], problem: str) -> None:
    for metric, _ in bounds:
        if metric not in known:
            raise UsageError(f"{option} {metric}: {problem} {', '.join(known)}")


def _beyond(args: Namespace, figures: Metrics) -> Iterator[str]:
    for option, bounds, is_beyond, where in (
        ("--min", args.min, lt, "under the minimum"),
        ("--max", args.max, gt, "over the maximum"),
    ):
        _check(option, bounds, figures, "these questions do not measure it, only")
        for metric, bound in bounds:
            if is_beyond(figures[metric], bound):
                yield f"{metric} is {figures[metric]:g}, {where} of {bound:g}"


def _changed(args: Namespace, comparison: Comparison) -> Iterator[str]:
    known = comparison.differences
    for option, bounds, sign, went in (
        ("--max-drop", args.max_drop, -1, "fell"),
        ("--max-rise", args.max_rise, 1, "rose"),
    ):
        _check(option, bounds, known, "the two runs do not both measure it, only")
        for metric, most in bounds:
            if sign * known[metric].difference > most:
                yield f"{metric} {went} from {known[metric].before:g} to {known[metric].now:g}, by more than {most:g}"
