"""`assistant copy`: from a data folder to a database that many machines share, and back."""

import shlex
from argparse import Namespace
from pathlib import Path

from web import variables
from web.backup.copying import Copied
from web.backup.copying import copy as copy_all
from web.cli.terminal import ProgressLine, plain
from web.settings import Settings
from web.variables import SettingsError


def copy(args: Namespace, settings: Settings) -> int:
    target = _target(args.to)
    with ProgressLine() as progress:
        copied = copy_all(settings.data_dir, settings.database, target, progress.show)
    print(plain(f"{_counted(copied)} copied to {copied.target} and compared: {_found(copied)}."))
    then = (
        "set ASSISTANT_DATABASE to its address, and start the servers"
        if isinstance(target, str)
        else f"set ASSISTANT_DATA_DIR={shlex.quote(copied.target)} and no ASSISTANT_DATABASE, and start the server"
    )
    print(plain(f"Next: {then}. What is written to {copied.source} from now on is not in the copy."))
    return 0


def _target(to: str) -> str | Path:
    """An address, or a folder. Raises SettingsError for what can be neither."""
    if not to.strip():
        raise SettingsError("TO is blank; expected the address of a database, or a folder.")
    given = {"TO": to}
    return variables.database(given, "TO") if "://" in to else variables.folder(given, "TO", Path())


def _counted(copied: Copied) -> str:
    named = (("articles", "article"), ("passages", "passage"), ("sessions", "conversation"))
    counts = [f"{copied.rows[table]:,} {what}{'s' * (copied.rows[table] != 1)}" for table, what in named]
    return f"{', '.join(counts)} and all else, {sum(copied.rows.values()):,} rows,"


def _found(copied: Copied) -> str:
    if not copied.replaced:
        return "every row is there"
    rows = "; ".join(
        f"{its.rows:,} of {table}, first {'/'.join(map(str, its.first))}" for table, its in copied.replaced.items()
    )
    return (
        "every row is there, but some with the character U+FFFD in place of NUL, which PostgreSQL cannot hold, as if "
        f"they had been added there ({rows})"
    )
