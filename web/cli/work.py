"""`assistant work`: does the jobs that servers are asked for, and serves no page.

With a database on a server, any number of machines share the work so. It adds no rebuild of its own.
"""

import time
from argparse import Namespace
from contextlib import closing

from index.memory import share_pools
from web.cli.stopping import Stopping
from web.cli.terminal import plain
from web.jobs.job import Job
from web.jobs.jobs import Jobs
from web.opened import open_library
from web.settings import Settings

LOOK_SECONDS = 0.2


def work(_args: Namespace, settings: Settings) -> int:
    """Exit status 0 after SIGTERM or SIGINT; the running job is left to others, or to the next start."""
    stopping = Stopping()
    share_pools()
    with closing(open_library(settings)) as library, closing(Jobs(library, settings.articles)) as jobs:
        print(plain(f"Working on the jobs in {library.database.place}."), flush=True)
        jobs.start(on_end=lambda job: print(plain(_line(job)), flush=True))
        while not stopping.is_set():  # not its lock: the handler of a signal may run where that is held
            time.sleep(LOOK_SECONDS)
    return 0


def _line(job: Job) -> str:
    report = job.report
    counts = f"{report.added} added, {report.updated} updated, {report.removed} removed, {report.unchanged} unchanged"
    failed = f", {report.error_count} failed" if report.error_count else ""
    said = f" {job.message}" if job.message else ""
    return f"{job.kind}{f' {job.name}' if job.name else ''}: {job.state}, {counts}{failed}.{said}"
