"""`assistant serve`: the page is up at once; the first job brings the index up to date with the articles folder.

Then the models are loaded. Until that job has ended health answers 503: a program that waits for 200 finds everything
of the folder.
"""

import datetime as dt
import sys
import threading
from argparse import Namespace
from contextlib import closing

from assistant.assistant import Assistant
from assistant.errors import AssistantFault
from index.errors import IndexFault
from index.library import Library
from index.memory import share_pools
from web.app import create_app
from web.cli.stopping import Stopping
from web.cli.terminal import ProgressLine, print_problems
from web.http.server import Server, allow_files, bind
from web.jobs.feeds import Feeds
from web.jobs.freshness import Freshness
from web.jobs.job import FINISHED, Job
from web.jobs.jobs import Jobs
from web.opened import open_library
from web.settings import Settings


def serve(_args: Namespace, settings: Settings) -> int:
    """Exit status 0 after SIGTERM or SIGINT; requests in flight are finished first. Raises SettingsError."""
    settings.check_listening()
    stopping = Stopping()
    allow_files()
    share_pools()
    with (
        closing(bind(settings.host, settings.port)) as listener,
        closing(open_library(settings)) as library,
    ):
        assistant = Assistant(
            library, settings.llm, settings.max_wrong, cuts_unsupported=settings.cuts_unsupported
        )  # a chat model that cannot be had is told before anything is read
        with ProgressLine() as line, closing(Jobs(library, settings.articles)) as jobs:
            app = create_app(settings, library, assistant, jobs)
            server = Server(
                app,
                listener,
                max_request_bytes=settings.max_request_bytes,
                trusted_proxy=settings.trusted_proxy,
            )
            print(f"The page is at {server.address}.", file=sys.stderr, flush=True)
            stopping.then(server.stop)
            ready = _Ready(assistant, server)

            def watch(job: Job) -> None:
                if job.state not in FINISHED:
                    line.show(job.state, job.done, job.total)
                    return
                line.clear()
                _print_outcome(job, library, settings)
                if not stopping.is_set():
                    ready.start()

            jobs.start(watch)
            freshness = Freshness(library.database, settings.feeds)
            with closing(Feeds(jobs, freshness, dt.timedelta(minutes=settings.feed_minutes))) as feeds:
                feeds.start()
                server.run()
        ready.finish()
    return 1 if ready.has_failed else 0


def _print_outcome(job: Job, library: Library, settings: Settings) -> None:
    """Whatever is wrong with the folder, what is stored is served."""
    if job.state != "done":
        print(f"assistant: {job.message}", file=sys.stderr)
        return
    print_problems(job.report)
    if not library.status().articles:
        print(
            f"There are no articles yet. Add some on the page, or put files into {settings.articles}.",
            file=sys.stderr,
        )


class _Ready(threading.Thread):
    """Loads the models while the server answers health already, and says when it can answer questions."""

    def __init__(self, assistant: Assistant, server: Server) -> None:
        super().__init__(name="ready", daemon=True)
        self._assistant = assistant
        self._server = server
        self.has_failed = False

    def finish(self) -> None:
        """A model half loaded does not survive the interpreter's end."""
        if self.ident is not None:  # else it was never begun
            self.join()

    def run(self) -> None:
        try:
            self._assistant.warm()
        except (IndexFault, AssistantFault) as error:
            print(f"assistant: {error}", file=sys.stderr)
            self.has_failed = True
            self._server.stop()
        else:
            print(f"Ready: {self._server.address}", flush=True)
