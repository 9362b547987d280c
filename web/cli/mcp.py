"""`assistant mcp`: the library as tools of a model, on stdin and stdout, or with `--http` over the network."""

import signal
from argparse import Namespace
from contextlib import closing
from importlib.util import find_spec

from assistant.assistant import Assistant
from index.memory import share_pools
from web.cli import UsageError
from web.cli.stopping import Stopping
from web.cli.terminal import warn_if_degraded
from web.errors import NotInstalled
from web.http.server import bind
from web.opened import open_library
from web.settings import Settings


def mcp(args: Namespace, settings: Settings) -> int:
    """Exit status 0 when stdin ends, or over HTTP after SIGTERM or SIGINT. Raises SettingsError."""
    if not args.http and (args.host is not None or args.port is not None):
        raise UsageError("--host and --port say where --http listens, which is not given")
    if find_spec("mcp") is None:
        raise NotInstalled("This needs the package mcp: .venv/bin/pip install -r lock/mcp.txt")
    from web.mcp import server
    from web.mcp.tools import tools

    if args.http:
        settings.check_listening()
        Stopping()  # where the signals go that uvicorn hands on when it has ended
    share_pools()
    with closing(open_library(settings)) as library:
        assistant = Assistant(library, settings.llm, settings.max_wrong, cuts_unsupported=settings.cuts_unsupported)
        warn_if_degraded(library.status(), settings.data_dir)
        if not args.http:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python would wait for the thread that reads stdin
            server.serve_stdio(tools(assistant))
            return 0
        with closing(bind(settings.host, settings.port)) as listener:
            address = f"http://{_shown(listener.getsockname())}{server.PATH}"
            server.serve_http(tools(assistant), settings, listener, lambda: print(f"Ready: {address}", flush=True))
    return 0


def _shown(address: tuple[str, int]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
