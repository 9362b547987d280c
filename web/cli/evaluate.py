"""`assistant eval`: the answers to a set of questions in figures, and whether they are good enough."""

import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluate import METRICS, load_questions, metrics, table
from assistant.evaluate import evaluate as ask_all
from index.library import Library
from web.cli import DID_NOT_WORK, UsageError
from web.cli.terminal import ProgressLine, no_articles, print_json, warn_if_degraded
from web.settings import Settings


def evaluate(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where a metric is under its minimum, and where the index is empty or degraded.

    Raises UsageError for a metric that was not measured.
    """
    unknown = [metric for metric, _ in args.min if metric not in METRICS]
    if unknown:
        raise UsageError(f"--min {unknown[0]}: there is no such metric; there are {', '.join(METRICS)}")
    questions = load_questions(Path(args.file))
    with closing(Library(settings.data_dir, settings.embedding_model)) as library, ProgressLine() as line:
        if (status := library.status()).state != "ok":
            if status.state == "empty":
                print(no_articles(settings.articles), file=sys.stderr)
            warn_if_degraded(status)
            return DID_NOT_WORK
        assistant = Assistant(library, settings.llm, cuts_unsupported=settings.cuts_unsupported)
        assistant.warm()  # or the first question's time would be that of loading the models
        outcomes = ask_all(assistant, questions, lambda done, total: line.show("asking", done, total))
    figures = metrics(outcomes)
    if args.json:
        print_json(figures)
    else:
        print(table(figures))
    unmeasured = [metric for metric, _ in args.min if metric not in figures]
    if unmeasured:
        raise UsageError(f"--min {unmeasured[0]}: these questions do not measure it, only {', '.join(figures)}")
    missed = [(metric, least) for metric, least in args.min if figures[metric] < least]
    for metric, least in missed:
        print(f"{metric} is {figures[metric]:g}, under the minimum of {least:g}", file=sys.stderr)
    return DID_NOT_WORK if missed else 0
