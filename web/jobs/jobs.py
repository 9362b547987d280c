"""Work on the index that takes longer than a request: asked for here, done by the one thread of some process.

A job is in the database, with all it needs (`uploads.py`), before its id is given out (`queue.py`). Every process that
has the database works on all jobs, and does again what a killed one had begun.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.errors import Cancelled, IndexFault, StorageFault
from index.ingest.polite import Fetcher
from index.ingest.target import without_password
from index.library import Library
from index.memory import give_back
from index.progress import Report
from index.store.rows import now
from web.jobs.intake import Intake, bare_name
from web.jobs.job import FINISHED, NOTHING_DONE, Job, Kind, job_of
from web.jobs.preview import Previews
from web.jobs.progress import JobProgress
from web.jobs.queue import MAX_BEGUN, JobQueue, Taken
from web.jobs.uploads import Upload, uploads_of
from web.replies import Json

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often one that has nothing to do looks for what others were asked for, or left."""
WATCH_SECONDS = 0.2
RETRY_SECONDS = 2.0
MAX_TITLES = 5
MAX_NAMES, MAX_NAME_CHARS = 3, 80
"""Of what a job was asked to take in, those that it is called by, and of each."""

Watch = Callable[[Job], None]
"""Called with a job several times a second from when it was begun, and last as it ended."""
OnEnd = Callable[[Job], None]
"""Called with each job that this process has done, as it ended."""


class Jobs:
    """A way into the queue, and the thread that works on it from `start` to `close`."""

    def __init__(self, library: Library, articles: Path, fetcher: Fetcher | None = None) -> None:
        """articles: the folder that a rebuild reads. fetcher: tests have one that reaches this machine."""
        self._library = library
        self._articles = articles
        is_on_server = library.database.is_on_server
        self._folder = str(articles.absolute()) if is_on_server else None
        """What a rebuild is asked for of; None where all who do it share one data folder, and are to have the same."""
        self._queue = JobQueue(library.database, self._folder)
        self._uploads = uploads_of(library)
        self._intake = Intake(library, fetcher or Fetcher())
        self.previews = Previews(library, self._intake)
        """Of what an add would take in, beside the queue."""
        self._closing = threading.Event()
        self._asked = threading.Event()  # here, so that there is something to do without another look
        self._threads: list[threading.Thread] = []
        self._on_end: OnEnd = lambda _job: None
        self._first = ""  # id of the rebuild that goes before all others, until it has ended
        self._unstored: Job | None = None  # one that has ended, but the disk does not take it

    def start(self, watch_first: Watch | None = None, on_end: OnEnd = lambda _job: None) -> None:
        """Begin to work. watch_first: a rebuild goes before everything else, and this watches it."""
        self._on_end = on_end
        self._uploads.drop_others(self._queue.unfinished)
        if watch_first:
            first = self._first = self._rebuild_first()
            self._begin("first job", lambda: self._tell(first, watch_first))
        self._begin("jobs", self._work)

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work, name=name, daemon=True))
        self._threads[-1].start()

    def _rebuild_first(self) -> str:
        """One that waits or that a dead process left, unless it was cancelled, else a new one: another that is running
        may have read the folder before it was as it is now."""
        return self._queue.add_first(_new("rebuild", self._folder), {"full": False})

    def close(self) -> None:
        """Stop at the next step of the running job. What is unfinished another process does, or this after the next
        start."""
        self._closing.set()
        self._asked.set()
        self.previews.close()
        for thread in self._threads:
            thread.join()

    # -- asking for work; each gives the job's id

    def add_files(self, uploads: Sequence[Upload]) -> str:
        """Take in uploaded files. Raises Busy."""
        self._queue.check_room()  # before anything is written
        names = [bare_name(upload) for upload in uploads]
        job = _new("add", _listed(names))
        with self._uploads.keeping(job.id, uploads):
            return self._add(job, {"files": names})

    def add_articles(self, articles: Sequence[Mapping[str, object]]) -> str:
        """Take in articles given field by field. Raises Busy."""
        titles = [str(fields.get("title") or "pasted text") for fields in articles[:MAX_NAMES]]
        return self._add(_new("add", _listed(titles, len(articles))), {"articles": [dict(one) for one in articles]})

    def add_address(self, address: str, *, is_polled: bool = False) -> str:
        """Fetch what an address leads to and take it in. Raises Busy.

        is_polled: only what changed since the last time, and nothing that was removed by hand.
        """
        job = _new("add", _listed([without_password(address)]), is_polled=is_polled)
        return self._add(job, {"url": address, "is_polled": is_polled})

    def rebuild(self, *, full: bool = False) -> str:
        """Bring the index up to date with the articles folder of this process. Raises RebuildRunning and Busy."""
        job = _new("rebuild", self._folder)
        self._queue.add_rebuild(job, {"full": full})
        self._asked.set()
        return job.id

    def publish(self) -> str | None:
        """Bring the index up to date with the store: the job that does it, or None where one that waits will."""
        job = _new("publish")
        return job.id if self._add_unless_one_waits(job, {}) == job.id else None

    def publish_restored(self) -> str:
        """Have the index follow an article that was restored: the job that does it, which may be one that waits."""
        return self._add_unless_one_waits(_new("publish"), {})

    def publish_removal(self, name: str) -> None:
        """Have the index follow the removal of an article, to be told by `name`: with others that wait, as one job that
        counts them.

        The first that waits says which article it was; one of another kind that waits does it unsaid.
        """
        self._add_unless_one_waits(_new("remove", _listed([name])), {"removed": 1})

    def _add(self, job: Job, request: Json) -> str:
        self._queue.add(job, request | {"asked_at": self._library.seq()})
        self._asked.set()
        return job.id

    def _add_unless_one_waits(self, job: Job, request: Json) -> str:
        job_id = self._queue.add_unless_one_waits(job, request)
        self._asked.set()
        return job_id

    # -- looking after it

    def get(self, job_id: str) -> Json:
        """How far a job is or how it ended; then with the ids of what it added and is still there, and the titles of
        the first five. Raises UnknownJob.
        """
        unstored = self._unstored
        return self._told(unstored.as_json() if unstored and unstored.id == job_id else self._queue.get(job_id))

    def first(self) -> Job | None:
        """The job that `start` put before all others, until it has ended."""
        if not self._first:
            return None
        job = job_of(self.get(self._first))
        if job.state in FINISHED:
            self._first = ""
            return None
        return job

    def newest(self, limit: int) -> list[Json]:
        """The jobs asked for last, the last one first, each as `get` gives it, without polls that changed nothing."""
        return [self._told(job) for job in self._queue.newest(limit)]

    def polls(self) -> dict[str, str]:
        """Of the polls of feeds that have not ended, the ids by address."""
        return self._queue.polls()

    def unfinished_count(self) -> int:
        """How many wait or run."""
        return len(self._queue.unfinished())

    def _told(self, job: Json) -> Json:
        is_elsewhere = job["kind"] == "rebuild" and job["name"] not in (None, self._folder)
        if is_elsewhere and job["state"] == "queued":
            waits = f"It waits for a server or a worker whose articles folder is {job['name']}."
            return job | {"message": waits}
        if not job["added_ids"]:
            return job
        titles = self._library.titles(job["added_ids"])
        return job | {"added_ids": list(titles), "added_titles": list(titles.values())[:MAX_TITLES]}

    def cancel(self, job_id: str) -> Json:
        """Stop a job; one that is running ends at its next step.

        Raises UnknownJob, and Refused when it has ended.
        """
        job = self._queue.cancel(job_id)
        if job.state in FINISHED:
            self._uploads.drop(job_id)
        return job.as_json()

    # -- working

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                has_worked = self._take_turn()
                if not has_worked and not self._queue.unfinished():
                    self._library.follow_others(self._go_on)
            except Cancelled:
                break
            except StorageFault as fault:
                log.warning("nothing can be worked on: %s", fault)
                self._closing.wait(RETRY_SECONDS)
                continue
            except Exception:  # whatever it is, the jobs behind are worked on
                log.exception("the next job could not be begun")
                has_worked = False
            if not has_worked:
                self._asked.wait(LOOK_SECONDS)
                self._asked.clear()

    def _go_on(self, *_: object) -> None:
        """A Progress that ends what nobody asked for when this closes."""
        if self._closing.is_set():
            raise Cancelled("The process ends.")

    def _take_turn(self) -> bool:
        """Do the next job; False where there is none, or where others do what there is."""
        taken = self._queue.take()
        if taken is None:
            return False
        with closing(taken):
            ended = self._do(taken)
            give_back()
        if ended:
            self._on_end(ended)
        return True

    def _do(self, taken: Taken) -> Job | None:
        """The job as it ended; None where it has not."""
        job = taken.job
        progress = JobProgress(self._queue, taken, self._closing)
        try:
            ended = self._run(taken, progress)
            if ended:
                return self._end(ended)
        except Exception as error:
            log.error("job %s (%s) failed", job.id, job.kind, exc_info=error)
            message = f"Something went wrong on the server: {type(error).__name__}."
            return self._end(replace(job, state="failed", message=message))
        if not progress.is_lost:
            self._queue.put_back(job.id)
        return None

    def _run(self, taken: Taken, progress: JobProgress) -> Job | None:
        """The job as it ended; None where it stopped because the process closes or has lost it: it is done again."""
        job, request = taken.job, taken.request
        if request["begun"] > MAX_BEGUN:
            way_out = "Add the rest in smaller parts." if job.kind == "add" else "Its log may say what ended it."
            message = (
                f"The server ended {MAX_BEGUN} times while it did this, so it is not begun again. What was taken in by "
                f"then has been kept. {way_out}"
            )
            return replace(job, state="failed", message=message)
        if job.kind == "remove" and job.name:
            progress.reached = replace(job, name=_listed([job.name], request["removed"]))
        try:
            progress.tell("reading", 0, 0)
            report = self._report(taken, progress)
        except Cancelled as cancelled:
            if not progress.is_called_off:
                return None
            report = _with_removed(cancelled.report, request)
            return self._called_off(_ended(progress, report))
        except IndexFault as error:
            job = _ended(progress, _with_removed(error.report, request))
            kept = " What was taken in by then has been kept, and is indexed with the next job."
            message = f"{error}{kept if job.added_ids else ''}"
            return replace(job, state="failed", message=message, done=0, total=0)
        taken_in = report.added + report.updated + report.unchanged
        if job.kind == "add" and report.errors and not taken_in:
            # a client that looks at the state alone must not read "done" where nothing came in
            return replace(job, state="failed", report=report, message=report.errors[0].message)
        job = _ended(progress, report)
        return replace(job, state="done", done=job.total)

    def _called_off(self, job: Job) -> Job:
        """`job`, cancelled while it ran. What it took in is stored and answered from once a further job has indexed it.

        That one can be cancelled too, and is followed by none: the next job of any kind indexes what is left.
        """
        status = self._library.status()
        if not status.pending and status.state != "degraded":
            return replace(job, state="cancelled", message="Cancelled.")
        if job.kind not in ("add", "rebuild"):
            return replace(job, state="cancelled", message="Cancelled. The index follows with the next job.")
        message = "Cancelled. What was taken in by then has been kept, and is indexed next."
        return replace(job, state="cancelled", message=message, next_job_id=self.publish())

    def _report(self, taken: Taken, progress: JobProgress) -> Report:
        job, request, place = taken.job, taken.request, taken.place
        tell, note = progress.tell, progress.note
        match job.kind:
            case "rebuild":
                full = request["full"]
                return self._library.rebuild(self._articles, full=full, place=place, progress=tell, on_article=note)
            case "remove" | "publish":
                return _with_removed(self._library.publish(progress=tell), request)
            case "add":
                names = request.get("files", [])
                files = [(name, self._uploads.opened(job.id, number)) for number, name in enumerate(names)]
                items = self._intake.items(request, files, progress.listen, self._library.reader)
                is_polled, began_at = request.get("is_polled", False), request["began_at"]
                return self._library.add(
                    items,
                    by_itself=is_polled,
                    are_uploads=bool(files),
                    since=began_at,
                    asked_at=request.get("asked_at"),  # an earlier version did not note it
                    place=place,
                    progress=tell,
                    on_article=note,
                )

    def _end(self, job: Job) -> Job | None:
        """Store how it ended. While the disk does not take that it is told from memory, and no other job is begun: that
        would not be stored either. None in a process that ends meanwhile, which leaves it undone, and where another has
        ended it."""
        while True:
            try:
                ended = self._queue.end(job)
                break
            except StorageFault:
                log.exception("the outcome of job %s could not be stored", job.id)
                self._unstored = self._unstored or replace(job, finished_at=now())
                if self._closing.wait(RETRY_SECONDS):
                    return None
        self._unstored = None
        self._uploads.drop(job.id)
        return ended

    def _tell(self, job_id: str, watch: Watch) -> None:
        state = ""
        while state not in FINISHED and not self._closing.wait(WATCH_SECONDS):
            try:
                job = job_of(self.get(job_id))
                state = job.state
                if state != "queued":
                    watch(job)
            except Exception:  # who watches has failed, the job has not
                log.exception("the end of job %s could not be told", job_id)


def _ended(progress: JobProgress, report: Report) -> Job:
    """As far as it came."""
    job = replace(progress.reached, rate=None, seconds_left=None)
    return replace(job, added_ids=tuple(progress.added_ids), report=report)


def _with_removed(report: Report | None, request: Json) -> Report:
    """`report`, with the articles that were hidden before the job, if it is there to publish that."""
    report = report or NOTHING_DONE
    return replace(report, removed=report.removed + request.get("removed", 0))


def _listed(names: Sequence[str], count: int | None = None) -> str:
    """The first of `count` names, and how many more there are."""
    shown = [name[:MAX_NAME_CHARS] for name in names[:MAX_NAMES]]
    others = (len(names) if count is None else count) - len(shown)
    return ", ".join(shown) + (f" and {others:,} other{'s' * (others > 1)}" if others else "")


def _new(kind: Kind, name: str | None = None, *, is_polled: bool = False) -> Job:
    return Job(secrets.token_hex(8), kind, now(), name, is_polled)
