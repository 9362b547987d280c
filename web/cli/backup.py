"""`assistant backup` and `assistant restore`: all that cannot be made again, in one file, and back."""

import shlex
import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from index.errors import IndexFault
from web.backup.backup import back_up
from web.backup.restore import restore as put_back
from web.cli.terminal import ProgressLine, command, plain
from web.opened import open_library
from web.settings import Settings
from web.variables import SettingsError


def backup(args: Namespace, settings: Settings) -> int:
    _check_own(settings)
    contents = back_up(settings.data_dir, Path(args.file).absolute(), may_replace=args.force)
    uploads = len(contents.members) - 1
    waiting = f" and {uploads:,} waiting upload{'s' * (uploads > 1)}" if uploads else ""
    print(plain(f"{_articles(contents.articles)}{waiting} saved in {args.file}."))
    return 0


def restore(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where the articles are back but their index could not be made."""
    _check_own(settings)
    restored = put_back(settings.data_dir, Path(args.file))
    what = f"{_articles(restored.contents.articles)} restored to {settings.data_dir}"
    print(plain(f"{what}, as of {restored.contents.made_at}."))
    if restored.before and restored.before.is_dir():
        print(f"Of what was there no backup could be made; its files are kept in {restored.before}.")
    elif restored.before:
        again = command(f"restore {shlex.quote(str(restored.before))}", settings.data_dir)
        print(f"What was there is kept: {again} brings it back.")
    try:
        with closing(open_library(settings)) as library, ProgressLine() as progress:
            library.publish(progress=progress)
    except IndexFault as error:
        rebuild = command("rebuild", settings.data_dir)
        print(f"assistant: {error} The articles are restored; {rebuild} makes their index.", file=sys.stderr)
        return 1
    return 0


def _check_own(settings: Settings) -> None:
    """Raises SettingsError where the database is not the data folder's."""
    if settings.database:
        raise SettingsError(
            "ASSISTANT_DATABASE is set: everything is in that database, whose own programs back it up (pg_dump) and "
            "restore it (pg_restore). `assistant copy` copies it to a data folder, and from one."
        )


def _articles(count: int) -> str:
    return f"{count:,} article{'s' * (count != 1)}"
