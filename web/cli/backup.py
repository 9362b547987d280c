"""`assistant backup` and `assistant restore`: all that cannot be made again, in one file, and back."""

import shlex
import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from index.errors import IndexFault
from index.library import Library
from web.backup.backup import back_up
from web.backup.restore import restore as put_back
from web.cli.terminal import ProgressLine, command, plain
from web.settings import Settings


def backup(args: Namespace, settings: Settings) -> int:
    contents = back_up(settings.data_dir, Path(args.file).absolute(), may_replace=args.force)
    uploads = len(contents.members) - 1
    waiting = f" and {uploads:,} waiting upload{'s' * (uploads > 1)}" if uploads else ""
    print(plain(f"{_articles(contents.articles)}{waiting} saved in {args.file}."))
    return 0


def restore(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where the articles are back but their index could not be made."""
    restored = put_back(settings.data_dir, Path(args.file))
    what = f"{_articles(restored.contents.articles)} restored to {settings.data_dir}"
    print(plain(f"{what}, as of {restored.contents.made_at}."))
    if restored.before and restored.before.is_dir():
        print(f"Of what was there no backup could be made; its files are kept in {restored.before}.")
    elif restored.before:
        again = command(f"restore {shlex.quote(str(restored.before))}", settings.data_dir)
        print(f"What was there is kept: {again} brings it back.")
    try:
        with closing(Library(settings.data_dir, settings.embedding_model)) as library, ProgressLine() as progress:
            library.publish(progress=progress)
    except IndexFault as error:
        rebuild = command("rebuild", settings.data_dir)
        print(f"assistant: {error} The articles are restored; {rebuild} makes their index.", file=sys.stderr)
        return 1
    return 0


def _articles(count: int) -> str:
    return f"{count:,} article{'s' * (count != 1)}"
