"""The product's own server in a process of its own, but for an embedder that needs no model.

    python small_server.py DATA FOLDER [--stocked] [--warm] [--llm MODEL] [--most-files N]
    python small_server.py      serves each data folder that it reads, in a child, which need import nothing any more

Prints its process and its address, and runs until it is terminated. `started` and `begun` are for those who start it.
"""

import os
import resource
import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from conftest import HashingEmbedder
from web_fixtures import BRIDGE, COMET

from assistant.assistant import Assistant
from index.library import Library
from index.memory import share_pools
from web.app import create_app
from web.http.server import Server, allow_files, bind
from web.jobs.jobs import Jobs
from web.settings import Settings

TESTS = Path(__file__).parents[1]
HERE = {"PYTHONPATH": os.pathsep.join((str(TESTS.parent), str(TESTS)))}
"""This tree is served, whichever is installed."""


def started(
    *arguments: object, env: Mapping[str, str] | None = None, cwd: Path | None = None, log: Path | None = None
) -> "subprocess.Popen[str]":
    """log: where its stderr goes."""
    command = [sys.executable, __file__, *map(str, arguments)]
    with (log or Path(os.devnull)).open("wb") as stderr:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr if log else None,
            text=True,
            env={**os.environ, **HERE, **(env or {})},
            cwd=cwd,
        )


def begun(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The process and the address of the server that `process` says next that it has begun."""
    assert process.stdout is not None
    said = process.stdout.readline().split()
    assert said, "the server did not start"
    return int(said[0]), said[1]


def ended(process: "subprocess.Popen[str]") -> None:
    process.kill()
    with process:  # waits, and closes its pipes
        pass


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--stocked", action="store_true", help="with two articles where there are none")
    parser.add_argument("--warm", action="store_true", help="load the models before the first request")
    parser.add_argument("--llm", default="")
    parser.add_argument("--most-files", type=int, default=0, help="that it may have open at once")
    args = parser.parse_args()
    if args.data:
        serve(**vars(args))
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in iter(sys.stdin.readline, ""):
        data = Path(line.strip())
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(data, Path(f"{data}.none"))


def serve(
    data: Path, folder: Path, *, stocked: bool = False, warm: bool = False, llm: str = "", most_files: int = 0
) -> None:
    if most_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    allow_files()
    share_pools()
    settings = Settings(data_dir=data, articles=folder)
    with closing(Library(settings.data_dir, embedder=HashingEmbedder())) as library:
        if stocked and not library.status().articles:
            library.add([BRIDGE, COMET])
        assistant = Assistant(library, llm)
        if warm:
            assistant.warm()
        with closing(Jobs(library, settings.articles)) as jobs:
            app = create_app(settings, library, assistant, jobs)
            server = Server(app, bind("127.0.0.1", 0), max_request_bytes=settings.max_request_bytes)
            signal.signal(signal.SIGTERM, lambda *_: server.stop())
            jobs.start()
            print(os.getpid(), server.address, flush=True)  # noqa: T201 - whoever started it reads it
            server.run()


if __name__ == "__main__":
    main()
