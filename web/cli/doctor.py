"""`assistant doctor`: what is wrong with this installation, and what to do about it.

It changes nothing, but that a database of an earlier version is taken over, as by every command. Each check looks at
one thing and says what it found; one that fails does not keep the next from being made.
"""

import datetime as dt
import os
import shutil
import sqlite3
import stat
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from assistant.errors import AssistantFault
from index.errors import IndexFault
from index.library import DATABASE, has_database
from index.model.embed import embedder
from web.cli.terminal import command, plain, print_json
from web.jobs.freshness import Freshness, alarms
from web.opened import open_library
from web.settings import Settings
from web.variables import SettingsError

ROOM_NEEDED = 200 * 1024**2
ROOM_WANTED = 1024**3
CLOCK_SLACK = dt.timedelta(hours=1)
SHORTEST_TOKEN = 16

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    state: State
    said: str
    advice: str | None = None


def doctor(args: Namespace, settings: Settings) -> int:
    """Exit status 1 where there is a problem; warnings are none."""
    findings = list(examine(settings))
    if args.json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            print(plain(f"{finding.state:<8} {finding.check:<12} {finding.said}"))
            if finding.advice:
                print(plain(f"{'':<21} → {finding.advice}"))
    return 1 if any(finding.state == "problem" for finding in findings) else 0


def examine(settings: Settings) -> Iterator[Finding]:
    told = set()
    for name, look in CHECKS.items():
        try:
            yield from look(settings)
        except (IndexFault, AssistantFault, SettingsError, OSError) as error:
            if str(error) not in told:  # a database that cannot be opened keeps others from being looked at, too
                yield Finding(name, "problem", str(error))
            told.add(str(error))


def _disk(settings: Settings) -> Iterator[Finding]:
    place = _nearest(settings.data_dir)
    free = shutil.disk_usage(place).free
    said = f"{free / 1024**3:.1f} GB free at {place}"
    advice = (
        f"Make room there, or set ASSISTANT_DATA_DIR to a larger disk: under {ROOM_NEEDED // 1024**2} MB writing fails."
    )
    if free >= ROOM_WANTED:
        yield Finding("disk", "ok", said)
    else:
        yield Finding("disk", "warning" if free >= ROOM_NEEDED else "problem", said, advice)


def _permissions(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    place = _nearest(folder)
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "permissions", "problem", f"{place} cannot be written", f"Give this user write access to {place}."
        )
        return
    if not folder.exists():
        yield Finding("permissions", "ok", f"{folder} will be made with the first command that stores something")
        return
    unwritable = [
        path for path in folder.rglob("*") if not path.is_symlink() and not os.access(path, os.R_OK | os.W_OK)
    ]
    if unwritable:
        said = f"{unwritable[0]} cannot be written" + (f", nor {len(unwritable) - 1} more" if unwritable[1:] else "")
        advice = f"Give this user all below {folder}: chown -R, then chmod -R u+rwX."
        yield Finding("permissions", "problem", said, advice)
    elif stat.S_IMODE(folder.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        advice = f"If they should not read articles and conversations: chmod 700 {folder}"
        yield Finding("permissions", "warning", f"other users of this machine may look into {folder}", advice)
    else:
        yield Finding("permissions", "ok", f"{folder} is this user's alone")


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database:
        with closing(open_library(settings)) as library:  # raises where it cannot be reached or is of another version
            yield Finding("database", "ok", f"{library.database.place} can be read and written")
    else:
        yield from _own_database(settings)


def _own_database(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir / DATABASE
    if not has_database(settings.data_dir):
        if (settings.data_dir / "index").is_dir() or path.exists():
            said = f"there is nothing in {path}, but what was made from it or with it is there"
            yield Finding("database", "problem", said, "Stop the server and `assistant restore` the last backup.")
        else:
            yield Finding("database", "ok", f"there is none yet at {path}")
        return
    with closing(open_library(settings)):  # raises where it is of another version
        pass
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            damage = [row[0] for row in connection.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
            damage += [
                f"a row of {row[0]} lacks its row of {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")
            ]
        except sqlite3.DatabaseError as error:
            damage = [str(error)]
    size = sum(file.stat().st_size for file in path.parent.glob(f"{DATABASE}*")) / 1024**2  # with its log
    if damage:
        advice = "Stop the server, keep a copy of the file, and `assistant restore` the last backup."
        yield Finding("database", "problem", f"{path} is damaged: {damage[0]}", advice)
    else:
        yield Finding("database", "ok", f"{path} is whole ({size:,.1f} MB, SQLite {sqlite3.sqlite_version})")


def _is_begun(settings: Settings) -> bool:
    return bool(settings.database) or has_database(settings.data_dir)


def _index(settings: Settings) -> Iterator[Finding]:
    if not _is_begun(settings):
        return
    with closing(open_library(settings)) as library:
        status = library.status()
    rebuild = f"Run {command('rebuild', settings.data_dir)}."
    if status.state == "degraded" and settings.index:
        said = f"the Milvus server at {settings.index} cannot be reached, or has not this index, or of another model"
        yield Finding("index", "problem", said, f"Look at ASSISTANT_INDEX, and whether it runs. {rebuild}")
    elif status.state == "degraded":
        said = "it is missing, damaged or of another embedding model: the search goes by words or by an older state"
        yield Finding("index", "problem", said, rebuild)
    elif status.pending:
        yield Finding("index", "warning", "it does not show the last changes yet", f"If no job is running: {rebuild}")
    else:
        yield Finding("index", "ok", f"whole; {status.articles:,} articles, {status.passages:,} passages")


def _clock(settings: Settings) -> Iterator[Finding]:
    now = dt.datetime.now(dt.UTC)
    last = None
    if _is_begun(settings):
        with closing(open_library(settings)) as library:
            last = library.status().last_rebuild_at
    if last and dt.datetime.fromisoformat(last) > now + CLOCK_SLACK:
        said = f"it says {now:%Y-%m-%d %H:%M} UTC, but the last rebuild was at {last}"
        yield Finding("clock", "problem", said, "Set the clock: what is newest, and 'last week', depend on it.")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def _articles(settings: Settings) -> Iterator[Finding]:
    folder = settings.articles
    if not folder.is_dir():
        advice = "Make it, or set ASSISTANT_ARTICLES. Articles that are uploaded or fetched need none."
        yield Finding("articles", "warning", f"there is no articles folder {folder}", advice)
    elif not os.access(folder, os.R_OK | os.X_OK):
        yield Finding("articles", "problem", f"{folder} cannot be read", f"Give this user read access to {folder}.")
    else:
        yield Finding("articles", "ok", f"{folder} can be read")


def _models(settings: Settings) -> Iterator[Finding]:
    from assistant.evidence import EvidenceReader

    model = embedder(settings.embedding_model)
    size = model.embed(["The tide came in."]).shape[1]
    EvidenceReader().warm()
    yield Finding("models", "ok", f"{model.id.split('@')[0]} ({size} numbers a passage) and the reader can be loaded")


def _chat_model(settings: Settings) -> Iterator[Finding]:
    if not settings.llm:
        yield Finding("chat model", "ok", "none is set: answers are the articles' own sentences")
        return
    from assistant.chat import model

    model.load(settings.llm)
    yield Finding("chat model", "ok", f"{settings.llm} can be made; whether its server answers was not tried")


def _feeds(settings: Settings) -> Iterator[Finding]:
    if not _is_begun(settings):
        return
    with closing(open_library(settings)) as library:
        polled = Freshness(library.database, settings.feeds).feeds()
        found = alarms(polled, library.status().newest_article, dt.datetime.now(dt.UTC))
    for alarm in found:
        yield Finding("feeds", "warning", alarm)
    if polled and not found:
        yield Finding("feeds", "ok", f"{len(polled)} polled, all could be read the last time")


def _settings(settings: Settings) -> Iterator[Finding]:
    unknown = sorted(name for name in os.environ if name.startswith("ASSISTANT_") and name not in settings.names())
    if unknown:
        advice = "Look it up in the README's list of settings: as it is written it has no effect."
        yield Finding("settings", "warning", f"there is no setting {', '.join(unknown)}", advice)
    else:
        yield Finding("settings", "ok", "each that is set is known")


def _network(settings: Settings) -> Iterator[Finding]:
    settings.check_listening()
    if settings.api_token and len(settings.api_token) < SHORTEST_TOKEN:
        said = f"ASSISTANT_API_TOKEN has {len(settings.api_token)} characters"
        yield Finding("network", "warning", said, "Take one that nobody guesses: openssl rand -hex 24")
    if not settings.is_loopback and not settings.trusted_proxy:
        said = f"{settings.host} is reached without TLS: the token and all that is asked can be read on the way"
        yield Finding("network", "warning", said, "Put a proxy that ends TLS before it (SECURITY.md).")
    elif settings.is_loopback and settings.host_names and not settings.trusted_proxy:
        said = "a name of its own is set and no proxy is trusted: all who come through one count as one address"
        yield Finding("network", "warning", said, "Set ASSISTANT_TRUSTED_PROXY to the proxy's address.")
    elif settings.trusted_proxy and not settings.host_names:
        said = "a proxy is trusted, and no name is set that visitors ask for"
        yield Finding("network", "warning", said, "Set ASSISTANT_HOST_NAMES to the name in their browsers.")
    else:
        where = f"{settings.host}, behind {settings.trusted_proxy}" if settings.trusted_proxy else "this machine alone"
        yield Finding("network", "ok", f"reached from {where}")


def _nearest(path: Path) -> Path:
    """`path`, or the nearest folder above it that there is."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "settings": _settings,
    "disk": _disk,
    "permissions": _permissions,
    "database": _database,
    "index": _index,
    "clock": _clock,
    "articles": _articles,
    "models": _models,
    "chat model": _chat_model,
    "feeds": _feeds,
    "network": _network,
}
