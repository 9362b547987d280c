"""The command line `assistant`: words in, a command's exit status out.

This module imports nothing heavy. A command's own module is imported when it is the one to run, so that
`assistant articles` does not wait for a language model's libraries.
"""

import argparse
import datetime as dt
import io
import math
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import cast

from dotenv import load_dotenv

from assistant.errors import AssistantFault
from index.errors import IndexFault
from web.errors import WebError
from web.limits import MAX_QUESTION_CHARS, MAX_TOP_K
from web.monitoring.logs import set_up_logging
from web.settings import Settings
from web.variables import SettingsError

DID_NOT_WORK = 1
WRONG_USAGE = 2
INTERRUPTED = 130

Command = Callable[[argparse.Namespace, Settings], int]
COMMANDS = {
    "serve": "web.cli.serve:serve",
    "work": "web.cli.work:work",
    "mcp": "web.cli.mcp:mcp",
    "rebuild": "web.cli.rebuild:rebuild",
    "add": "web.cli.add:add",
    "remove": "web.cli.stored:remove",
    "articles": "web.cli.stored:articles",
    "status": "web.cli.stored:status",
    "ask": "web.cli.ask:ask",
    "search": "web.cli.search:search",
    "timeline": "web.cli.timeline:timeline",
    "story": "web.cli.story:story",
    "eval": "web.cli.evaluate:evaluate",
    "feedback": "web.cli.feedback:feedback",
    "audit": "web.cli.stored:audit",
    "doctor": "web.cli.doctor:doctor",
    "backup": "web.cli.backup:backup",
    "restore": "web.cli.backup:restore",
    "copy": "web.cli.copy:copy",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. The only place that reads `.env`, sets up logging and ends on a signal."""
    try:
        args = _parser().parse_args(argv)
    except SystemExit as exit_:  # argparse has printed its help or the problem
        return cast(int, exit_.code)
    try:
        return _run(args)
    except (SettingsError, UsageError) as error:
        print(f"assistant: {error}", file=sys.stderr)
        return WRONG_USAGE
    except (IndexFault, AssistantFault, WebError) as error:
        print(f"assistant: {error}", file=sys.stderr)
        return DID_NOT_WORK
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read the output has seen enough; the interpreter must not fail on flushing the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DID_NOT_WORK


class UsageError(Exception):
    """The words of a command make no sense together."""


def _run(args: argparse.Namespace) -> int:
    _read_dotenv(Path(".env").absolute())
    # a model's loading has progress bars and reports of its own, which would run into ours
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without UTF-8 still gets its answer
    given = {
        "ASSISTANT_DATA_DIR": args.data_dir,
        "ASSISTANT_ARTICLES": args.articles,
        "ASSISTANT_HOST": getattr(args, "host", None),
        "ASSISTANT_PORT": getattr(args, "port", None),
    }
    settings = Settings.from_mapping({**os.environ, **{k: str(v) for k, v in given.items() if v is not None}})
    set_up_logging(settings.log_level)
    module, name = COMMANDS[args.command].split(":")
    command = cast(Command, getattr(import_module(module), name))
    status = command(args, settings)
    sys.stdout.flush()
    return status


def _read_dotenv(path: Path) -> None:
    """Into the environment: a provider's library looks for its key there. Raises SettingsError."""
    try:
        load_dotenv(path)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 (byte {error.start:,}). Save it as UTF-8.") from error
    except (OSError, ValueError) as error:  # ValueError: a value with a NUL, which no environment takes
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"{path} cannot be used ({reason}); expected lines NAME=value.") from error


def _parser() -> argparse.ArgumentParser:
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--data-dir", metavar="DIR", help="where the database and the index are (data)")
    everywhere.add_argument("--articles", metavar="DIR", help="the articles folder (seeds)")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON, as the HTTP API answers")
    filters = argparse.ArgumentParser(add_help=False)
    filters.add_argument("--after", metavar="DATE", type=_date, help="published on that day or later")
    filters.add_argument("--before", metavar="DATE", type=_date, help="published on that day or earlier")
    filters.add_argument(
        "--source", metavar="NAME", action="append", default=[], help="from that publisher (repeatable)"
    )
    filters.add_argument("--author", metavar="NAME", action="append", default=[], help="by that author (repeatable)")
    filters.add_argument(
        "--company",
        metavar="COMPANY",
        action="append",
        default=[],
        help="naming that company, a name or a ticker such as TSLA or LSE:VOD (repeatable)",
    )
    how_many = argparse.ArgumentParser(add_help=False)
    how_many.add_argument("--top-k", metavar="N", type=_top_k, help="how many passages to look at")

    parser = argparse.ArgumentParser(prog="assistant", description="Answers from your articles, with their sentences.")
    parser.add_argument("--version", action="version", version=version("article-assistant"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, help_: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_, description=help_, parents=[everywhere, *parents])

    serve = add("serve", "bring the index up to date, then serve the chat and the API")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=_port, help="port to listen on (8000); 0 takes a free one")
    add("work", "do the jobs that servers of the same database are asked for, and serve no page")
    mcp = add(
        "mcp", "offer the library to a language model as tools, by the Model Context Protocol on stdin and stdout"
    )
    mcp.add_argument("--http", action="store_true", help="over HTTP instead, until Ctrl-C")
    mcp.add_argument("--host", help="address to listen on with --http (127.0.0.1)")
    mcp.add_argument("--port", type=_port, help="port to listen on with --http (8000); 0 takes a free one")
    rebuild = add("rebuild", "re-read the articles folder; what did not change is not embedded again")
    rebuild.add_argument("--full", action="store_true", help="read and embed everything again")
    way = rebuild.add_mutually_exclusive_group()
    way.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    way.add_argument("--watch", action="store_true", help="rebuild whenever the folder changes, until Ctrl-C")
    taken_in = add("add", "add files, folders, archives, page and feed addresses")
    rebuild.epilog = taken_in.epilog = (
        "Exit status 1 where an item failed; the others are taken in all the same. Files of formats that are not "
        "read, in a folder or an archive with others, are left out and told, which is no failure."
    )
    taken_in.add_argument("items", nargs="+", metavar="PATH_OR_URL")
    taken_in.add_argument("--dry-run", action="store_true", help="show what would be taken in and left out of it")
    remove = add("remove", "remove articles")
    remove.add_argument("ids", nargs="+", metavar="ARTICLE_ID")
    add("articles", "list what is stored", as_json)
    add("status", "say what state the index is in", as_json)
    ask = add("ask", "answer a question, with citations; exit status 3 without an answer", as_json, filters, how_many)
    ask.add_argument("question", type=_question)
    ask.add_argument(
        "--as-words",
        action="store_true",
        help="read no dates, sources, authors, tickers or phrases out of the question",
    )
    search = add("search", "find passages", as_json, filters, how_many)
    search.add_argument("query", type=_question)
    when = add("timeline", "say what happened when; exit status 3 where no article tells it", as_json, filters)
    when.add_argument("topic", type=_question)
    when.add_argument("--as-words", action="store_true", help="read no dates, sources or authors out of the topic")
    told = add("story", "put together what the articles tell of a topic, in their sentences", as_json, filters)
    told.add_argument("topic", type=_question)
    told.add_argument("--as-words", action="store_true", help="read no dates, sources or authors out of the topic")
    told.add_argument("--length", choices=("brief", "standard", "long"), default="standard")
    told.add_argument("--style", choices=("story", "briefing", "q-and-a"), default="story")
    evaluate = add("eval", "measure the answers to a set of questions", as_json)
    evaluate.add_argument("file", metavar="FILE.jsonl")
    evaluate.add_argument("--compare", metavar="RUN.json", help="set it against what an earlier --json printed")
    for option, fails in (
        ("--min", "below it"),
        ("--max", "above it"),
        ("--max-drop", "where it is lower than in that run by more"),
        ("--max-rise", "where it is higher than in that run by more"),
    ):
        evaluate.add_argument(
            option,
            metavar="METRIC=VALUE",
            type=_bound,
            action="append",
            default=[],
            help=f"fail {fails} (repeatable)",
        )
    add("audit", "list who changed what and when, the last change first", as_json)
    add("doctor", "look for what is wrong here, and say what to do about it; exit status 1 for a problem", as_json)
    add("feedback", "print the rated answers as a question set for eval, one JSON object a line")
    backup = add("backup", "save all that is stored in one file, also while a server works with it")
    backup.add_argument("file", metavar="FILE")
    backup.add_argument("--force", action="store_true", help="replace FILE if it is there")
    restore = add("restore", "put a backup in place of what is stored, which is kept; no server may work with it")
    restore.add_argument("file", metavar="FILE")
    copy = add("copy", "copy all that is stored to a PostgreSQL database, or from one to a data folder, and compare it")
    copy.add_argument("to", metavar="TO", help="an empty database, postgresql://USER@HOST/NAME, or a new data folder")
    return parser


def _date(value: str) -> dt.date:
    try:
        return dt.datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is no date such as 2023-11-04") from None


def _top_k(value: str) -> int:
    return _whole_number(value, 1, MAX_TOP_K)


def _port(value: str) -> int:
    return _whole_number(value, 0, 65_535)


def _whole_number(value: str, least: int, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
        raise argparse.ArgumentTypeError(f"{value!r} is no whole number from {least} to {most}")
    return int(value)


def _question(value: str) -> str:
    if not value.strip():
        raise argparse.ArgumentTypeError("it is blank")
    if len(value) > MAX_QUESTION_CHARS:
        raise argparse.ArgumentTypeError(f"it has {len(value):,} characters; the limit is {MAX_QUESTION_CHARS:,}")
    # bytes of the command line that are no UTF-8 come as half surrogates
    return value.encode("utf-8", "replace").decode().strip()


def _bound(value: str) -> tuple[str, float]:
    metric, _, number = value.partition("=")
    try:
        bound = float(number)
        if not math.isfinite(bound):
            raise ValueError(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is not of the form METRIC=VALUE") from None
    return metric, bound
