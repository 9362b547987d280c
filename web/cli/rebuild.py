"""`assistant rebuild`: makes the index follow the articles folder, once or for as long as one watches."""

import datetime as dt
import os
import sys
import time
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.article import Note
from index.errors import IndexFault
from index.library import Library
from index.progress import Report
from web.cli.dry_run import library_to_look_at, teller
from web.cli.terminal import ProgressLine, print_report
from web.opened import open_library
from web.security.audit import Audit, at_the_terminal
from web.settings import Settings

POLL_SECONDS = 1.0
RETRY_SECONDS = 5.0

Snapshot = dict[Path, tuple[int, int]]
"""Size and modification time (ns) of every file, by path."""


def rebuild(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where a file failed, as with `add`; the others are taken in all the same."""
    if args.dry_run:
        return _look(settings, full=args.full)
    with closing(open_library(settings)) as library:
        seen = snapshot(settings.articles)
        Audit(library.database).note(at_the_terminal(), "rebuild --full" if args.full else "rebuild")
        report = _once(library, settings.articles, full=args.full)
        _tell(report, is_watching=args.watch)
        if args.watch:
            _watch(library, settings.articles, seen, report.notes)
            return 0
    return 1 if report.errors else 0


def snapshot(folder: Path) -> Snapshot:
    """What lies below `folder` now; a file that vanishes meanwhile is left out."""
    found: Snapshot = {}
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            try:
                status = path.stat()
            except OSError:
                continue
            found[path] = (status.st_size, status.st_mtime_ns)
    return found


def _look(settings: Settings, *, full: bool) -> int:
    with library_to_look_at(settings) as library, ProgressLine() as progress:
        told = teller(library, progress)
        report = library.rebuild(settings.articles, full=full, dry_run=True, progress=progress, on_article=told)
    print_report(report, is_dry_run=True)
    return 1 if report.errors else 0


def _once(library: Library, folder: Path, *, full: bool = False) -> Report:
    with ProgressLine() as progress:
        return library.rebuild(folder, full=full, progress=progress)


def _tell(report: Report, *, is_watching: bool) -> None:
    print_report(report, before=_now() if is_watching else "")


def _now() -> str:
    return dt.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S ")


def _watch(library: Library, folder: Path, seen: Snapshot, noted: tuple[Note, ...]) -> None:
    """Poll, rather than ask the kernel to tell: it works on network drives and needs no further package.

    noted: what was said of files that are not read; it is said again when it changes.
    """
    told = ""
    try:
        while True:
            time.sleep(POLL_SECONDS)
            now = snapshot(folder)
            if now == seen:
                continue
            while (later := _after_a_pause(folder)) != now:  # a copy is under way
                now = later
            try:
                report = _once(library, folder)
            except IndexFault as error:
                # the folder is away, the disk is full: it may be over soon, and is told once
                if str(error) != told:
                    print(f"{_now()}assistant: {error}", file=sys.stderr)
                told = str(error)
                time.sleep(RETRY_SECONDS)
            else:
                _tell(replace(report, notes=() if report.notes == noted else report.notes), is_watching=True)
                seen, told, noted = now, "", report.notes
    except KeyboardInterrupt:
        return


def _after_a_pause(folder: Path) -> Snapshot:
    time.sleep(POLL_SECONDS)
    return snapshot(folder)
