"""What commands print, and where: results on stdout, progress and problems on stderr."""

import json
import shlex
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TextIO

from index.library import Status
from index.progress import Pace, Report, Stage
from web.settings import Settings

REDRAW_SECONDS = 0.1
PLAIN_LINE_SECONDS = 10.0
BAR_CHARS = 20
DOING = {
    "reading": "Reading articles",
    "embedding": "Embedding passages",
    "indexing": "Indexing articles",
    "publishing": "Publishing the index",
    "asking": "Asking questions",
    "copying": "Copying rows",
    "comparing": "Comparing rows",
}


class ProgressLine:
    """A `Progress` for people: one line rewritten in place on a terminal, a line now and then elsewhere.

    As a context manager it leaves no half line behind.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._stage = ""
        self._shown_at = float("-inf")
        self._pace = Pace()

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        self.show(stage, done, total)

    def show(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        rate, seconds_left = self._pace.note(stage, done, total)
        pause = REDRAW_SECONDS if self._is_terminal else PLAIN_LINE_SECONDS
        if stage == self._stage and now - self._shown_at < pause:
            return
        self._stage, self._shown_at = stage, now
        bar = f" {'█' * (BAR_CHARS * done // total):░<{BAR_CHARS}}" if total and self._is_terminal else ""
        words = DOING[stage] + bar + (f" {done:,} of {total:,}" if total else f" {done:,}" if done else "")
        words += f", {rate:,.1f} a second" if rate else ""
        words += f", {duration(seconds_left)} left" if seconds_left else ""
        print(
            f"\r\x1b[K{words}" if self._is_terminal else words,
            end="" if self._is_terminal else "\n",
            file=self._stream,
            flush=True,
        )

    def clear(self) -> None:
        if self._is_terminal and self._stage:
            print("\r\x1b[K", end="", file=self._stream, flush=True)
        self._stage = ""


def duration(seconds: float) -> str:
    """ "40 s", "3 min", "2.5 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3600:.1f} h"


def plain(text: str) -> str:
    """`text` without control characters: what stands in an article steers no terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_report(report: Report, *, is_dry_run: bool = False, before: str = "") -> None:
    """Counts on stdout, items that failed and what else there is to say of some on stderr. before: each line."""
    print_problems(report, before)
    counts = f"{report.added} added, {report.updated} updated, {report.removed} removed, {report.unchanged} unchanged"
    counts += f", {report.withheld} withheld." if report.withheld else "."
    then = "Nothing was changed." if is_dry_run else f"{report.embedded} passages embedded."
    failed = f" {report.error_count} failed." if report.errors else ""
    # flush: who watches through a pipe would be told at the end
    print(f"{before}{'Would be: ' if is_dry_run else ''}{counts} {then}{failed}", flush=True)


def no_articles(folder: Path) -> str:
    return (
        "There are no articles yet. Add some with `assistant add`, "
        f"or put files into {folder} and run `assistant rebuild`."
    )


def command(words: str, data_dir: Path) -> str:
    """A command to be copied from a message: of that data folder, where it is not the usual one."""
    folder = "" if data_dir == Settings().data_dir else f" --data-dir {shlex.quote(str(data_dir))}"
    return f"`assistant {words}{folder}`"


def warn_if_degraded(status: Status, data_dir: Path) -> None:
    if status.state == "degraded":
        print(
            "assistant: The index is missing or of another embedding model, so that the search goes by words alone or "
            f"by an older state. Run {command('rebuild', data_dir)}.",
            file=sys.stderr,
        )


def print_problems(report: Report, before: str = "") -> None:
    for error in report.errors:
        named = error.message if error.item in error.message else f"{error.item}: {error.message}"
        print(plain(before + named), file=sys.stderr)
    if report.further_errors:
        print(f"{before}{report.further_errors:,} more failed.", file=sys.stderr)
    for note in report.notes:
        print(plain(f"{before}{note.item} {note.message}."), file=sys.stderr)
