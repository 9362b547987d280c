"""Work on the index that takes longer than a request: one at a time, in the order asked for.

A job is in the database, with all it needs (`intake.py` keeps uploads), before its id is given out.
Its row says when it began, that it is cancelled, and how it ended: after a kill every unfinished job is found there and
done again, which is safe because adding an article twice changes nothing. How far it has come is kept in memory.
"""

import json
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table, Text, and_, delete, func, insert, not_, or_, select, update

from index.article import Article
from index.errors import Cancelled, IndexFault, StorageFault, shown
from index.ingest.polite import Fetcher
from index.ingest.target import without_password
from index.library import Library
from index.progress import Pace, Progress, Report, Stage, Stop
from index.rows import now
from index.tally import OnArticle
from web.errors import Busy, RebuildRunning, Refused, UnknownJob
from web.intake import Intake, Upload
from web.job import FINISHED, NOTHING_DONE, Job, Kind
from web.preview import Previews
from web.replies import Json

log = logging.getLogger(__name__)

MAX_QUEUED = 100
MAX_FINISHED_KEPT = 1_000
MAX_IDS_KEPT = 1_000
MAX_TITLES = 5
MAX_NAMES, MAX_NAME_CHARS = 3, 80
"""Of what a job was asked to take in, those that it is called by, and of each."""

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True),  # the order in which they were asked for
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("request", Text),  # JSON; null once finished
    Column("outcome", Text),  # JSON; null until finished
)


_IS_IDLE_POLL = and_(
    func.json_extract(jobs.c.outcome, "$.is_polled").is_(True),
    func.json_extract(jobs.c.outcome, "$.added") == 0,
    func.json_extract(jobs.c.outcome, "$.updated") == 0,
)
"""Whether a job polled a feed, has ended, and changed nothing."""


Watch = Callable[[Job], None]
"""Called with a job whenever it has come further, and last as it ended."""


class Jobs:
    """A queue and the one thread that works it off, from `start` to `close`."""

    def __init__(self, library: Library, articles: Path, fetcher: Fetcher | None = None) -> None:
        """articles: the folder that a rebuild reads. fetcher: tests have one that reaches this machine."""
        self._library = library
        self._articles = articles
        self._database = library.database
        self._database.create(metadata)
        self._intake = Intake(library, fetcher or Fetcher())
        self.previews = Previews(library, self._intake)
        """Of what an add would take in, beside the queue."""
        self._changed = threading.Condition()
        # all below only under `_changed`
        self._unfinished: dict[str, Job] = {}
        self._waiting: deque[str] = deque()
        self._cancelled: set[str] = set()
        self._is_closing = False
        self._thread: threading.Thread | None = None
        self._first = ""  # id of the rebuild that goes before all others, and who watches it
        self._watch: Watch = lambda _job: None

    def start(self, watch_first: Watch | None = None) -> None:
        """Queue again what an earlier process left unfinished, and begin to work.

        Polls of feeds are not: whoever polls asks again. watch_first: a rebuild goes before everything else, and this
        watches it.
        """
        is_cancelled = func.json_extract(jobs.c.request, "$.is_cancelled").is_(True).label("is_cancelled")
        said = [func.json_extract(jobs.c.request, f"$.{key}").label(key) for key in ("created_at", "name")]
        unfinished = (
            select(jobs.c.id, jobs.c.kind, is_cancelled, *said)
            .where(jobs.c.state.not_in(FINISHED))
            .order_by(jobs.c.number)
        )
        is_polled = func.json_extract(jobs.c.request, "$.is_polled").is_(True)
        with self._database.write() as connection:
            connection.execute(delete(jobs).where(jobs.c.state.not_in(FINISHED), is_polled))
        with self._database.read() as connection:
            rows = connection.execute(unfinished).all()
        with self._changed:
            for row in rows:
                self._unfinished[row.id] = Job(row.id, row.kind, row.created_at or now(), row.name)
                self._waiting.append(row.id)
                if row.is_cancelled:
                    self._cancelled.add(row.id)
        self._intake.drop_others({row.id for row in rows})
        if watch_first:
            self._put_rebuild_first(watch_first)
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    def _put_rebuild_first(self, watch: Watch) -> None:
        """One that an earlier process did not finish, unless it was cancelled, else a new one."""
        left = [job.id for job in self._unfinished.values() if job.kind == "rebuild" and job.id not in self._cancelled]
        self._watch = watch
        self._first = left[0] if left else self._enqueue(_new_id(), "rebuild", {"full": False}, may_exceed=True)
        with self._changed:
            self._waiting.remove(self._first)
            self._waiting.appendleft(self._first)

    def close(self) -> None:
        """Stop at the next step of the running job. What is unfinished is done after the next start."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self.previews.close()
        if self._thread:
            self._thread.join()

    # -- asking for work; each gives the job's id

    def add_files(self, uploads: Sequence[Upload]) -> str:
        """Take in uploaded files. Raises Busy."""
        job_id = _new_id()
        with self._changed:
            self._check_room()  # before anything is written; who comes at the same time is still counted below
        names = self._intake.keep(job_id, uploads)
        try:
            return self._enqueue(job_id, "add", {"files": names}, name=_listed(names))
        except BaseException:
            self._intake.drop(job_id)
            raise

    def add_articles(self, articles: Sequence[Mapping[str, object]]) -> str:
        """Take in articles given field by field. Raises Busy."""
        titles = [str(fields.get("title") or "pasted text") for fields in articles[:MAX_NAMES]]
        request = {"articles": [dict(fields) for fields in articles]}
        return self._enqueue(_new_id(), "add", request, name=_listed(titles, len(articles)))

    def add_address(self, address: str, *, is_polled: bool = False) -> str:
        """Fetch what an address leads to and take it in. Raises Busy.

        is_polled: only what changed since the last time, and nothing that was removed by hand.
        """
        request = {"url": address, "is_polled": is_polled}
        return self._enqueue(_new_id(), "add", request, name=_listed([without_password(address)]))

    def rebuild(self, *, full: bool = False) -> str:
        """Bring the index up to date with the articles folder. Raises RebuildRunning and Busy."""
        return self._enqueue(_new_id(), "rebuild", {"full": full}, alone=True)

    def publish(self) -> str | None:
        """Bring the index up to date with the store: the job that does it, or None where one that waits will."""
        with self._changed:
            if self._waiting:
                return None
        return self._enqueue(_new_id(), "publish", {})

    def publish_restored(self) -> str:
        """Have the index follow an article that was restored: the job that does it, which may be one that waits."""
        with self._changed:
            if self._waiting:
                return self._waiting[-1]
        return self._enqueue(_new_id(), "publish", {})

    def publish_removal(self, name: str) -> None:
        """Have the index follow the removal of an article, to be told by `name`: with others that wait, as one job that
        counts them.

        The first that waits says which article it was; one of another kind that waits does it unsaid.
        """
        with self._changed:
            waiting = [self._unfinished[job_id] for job_id in self._waiting]
            removal = next((job for job in waiting if job.kind == "remove"), None)
            if removal:
                one_more = func.json_extract(jobs.c.request, "$.removed") + 1
                counted = func.json_set(jobs.c.request, "$.removed", one_more)
                with self._database.write() as connection:
                    connection.execute(update(jobs).where(jobs.c.id == removal.id).values(request=counted))
            if waiting:
                return
        self._enqueue(_new_id(), "remove", {"removed": 1}, name=_listed([name]))

    # -- looking after it

    def get(self, job_id: str) -> Json:
        """How far a job is or how it ended; then with the ids of what it added and is still there, and the titles of
        the first five. Raises UnknownJob.
        """
        with self._changed:
            if job := self._unfinished.get(job_id):
                return job.as_json()
        with self._database.read() as connection:
            outcome = connection.scalar(select(jobs.c.outcome).where(jobs.c.id == job_id))
        if outcome is None:
            raise UnknownJob(f"There is no job {shown(job_id)}.")
        return self._told(outcome)

    def first(self) -> Job | None:
        """The job that `start` put before all others, until it has ended."""
        with self._changed:
            job = self._unfinished.get(self._first)
        return job if job and job.state not in FINISHED else None

    def newest(self, limit: int) -> list[Json]:
        """The jobs asked for last, the last one first, each as `get` gives it, without polls that changed nothing."""
        with self._changed:
            unfinished = dict(self._unfinished)
        told = or_(jobs.c.outcome.is_(None), not_(_IS_IDLE_POLL))
        rows = select(jobs.c.id, jobs.c.outcome).where(told).order_by(jobs.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            found = connection.execute(rows).all()
        return [
            self._told(row.outcome) if row.outcome else unfinished[row.id].as_json()
            for row in found
            if row.outcome or row.id in unfinished  # else it was asked for just now
        ]

    def _told(self, outcome: str) -> Json:
        found: Json = json.loads(outcome)
        titles = self._library.titles(found.get("added_ids", []))
        return found | {"added_ids": list(titles), "added_titles": list(titles.values())[:MAX_TITLES]}

    def cancel(self, job_id: str) -> Json:
        """Stop a job; one that is running ends at its next step.

        Raises UnknownJob, and Refused when it has ended.
        """
        with self._changed:
            job = self._unfinished.get(job_id)
            if job and job.state not in FINISHED:
                self._cancelled.add(job_id)
                if job_id not in self._waiting:
                    self._note_cancelled(job_id)
                    return job.as_json()
                self._waiting.remove(job_id)
        if not job or job.state in FINISHED:
            state = self.get(job_id)["state"]
            raise Refused(409, f"Job {job_id} has ended already: {state}.")
        ended = self._finish(replace(job, state="cancelled", message="Cancelled before it began."))
        self._tell(ended)
        return ended.as_json()

    def _note_cancelled(self, job_id: str) -> None:
        """A job that is killed before it hears of it is not done after the next start."""
        cancelled = func.json_set(jobs.c.request, "$.is_cancelled", func.json("true"))
        with self._database.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(request=cancelled))

    # -- the queue

    def _enqueue(
        self,
        job_id: str,
        kind: Kind,
        request: Json,
        *,
        name: str | None = None,
        alone: bool = False,
        may_exceed: bool = False,
    ) -> str:
        job = Job(job_id, kind, now(), name, is_polled=request.get("is_polled", False))
        request = request | {"created_at": job.created_at, "name": name}
        with self._changed:
            same = [j.id for j in self._unfinished.values() if j.kind == kind and j.state not in FINISHED]
            if alone and same:
                raise RebuildRunning(same[0])
            if not may_exceed:
                self._check_room()
            with self._database.write() as connection:
                row = {"id": job_id, "kind": kind, "state": "queued", "request": json.dumps(request)}
                connection.execute(insert(jobs).values(row))
            self._unfinished[job_id] = job
            self._waiting.append(job_id)
            self._changed.notify_all()
        return job_id

    def _check_room(self) -> None:
        """Raises Busy."""
        if len(self._waiting) >= MAX_QUEUED:
            raise Busy(429, f"{len(self._waiting)} jobs are waiting. Try again later.", retry_after_seconds=30)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closing)
                if self._is_closing:
                    return
                job = self._unfinished[self._waiting.popleft()]
            try:
                ended = self._run(job)
            except Exception as error:
                ended = _broken(job, error)
            try:
                if ended:
                    self._finish(ended)
            except Exception as error:
                # whatever it is, the jobs behind this one are worked on; this one is told from memory
                ended = _broken(job, error)
                with self._changed:
                    self._unfinished[job.id] = ended
            try:
                if ended:
                    self._tell(ended)
            except Exception:  # who watches has failed, the job has not
                log.exception("the end of job %s could not be told", job.id)

    def _run(self, job: Job) -> Job | None:
        """The job as it ended; None where it stopped because the queue closes and is to be done again."""
        request = self._begun(job.id)
        if job.kind == "remove" and job.name:
            job = replace(job, name=_listed([job.name], request["removed"]))
        pace = Pace()
        added_ids: list[str] = []

        def note(article_id: str, outcome: str, _article: Article | None) -> None:
            if outcome == "added" and len(added_ids) < MAX_IDS_KEPT:
                added_ids.append(article_id)

        def stop_if_asked() -> None:
            with self._changed:
                if self._is_closing or job.id in self._cancelled:
                    raise Cancelled("Cancelled.")

        def progress(stage: Stage, done: int, total: int) -> None:
            rate, seconds_left = pace.note(stage, done, total)
            reached = replace(job, state=stage, done=done, total=total, rate=rate, seconds_left=seconds_left)
            with self._changed:
                self._unfinished[job.id] = reached
            self._tell(reached)
            stop_if_asked()  # now, so that one that is cancelled tells how far it came

        try:
            progress("reading", 0, 0)
            report = self._report(job, request, progress, note, stop_if_asked)
        except Cancelled as cancelled:
            with self._changed:
                if job.id not in self._cancelled:
                    return None
                reached = self._unfinished[job.id]
            job = replace(job, done=reached.done, total=reached.total)
            job = replace(job, added_ids=tuple(added_ids), report=_with_removed(cancelled.report, request))
            return self._called_off(job)
        except IndexFault as error:
            job = replace(job, added_ids=tuple(added_ids), report=_with_removed(error.report, request))
            kept = " What was taken in by then has been kept, and is indexed with the next job." if added_ids else ""
            return replace(job, state="failed", message=f"{error}{kept}")
        taken_in = report.added + report.updated + report.unchanged
        if job.kind == "add" and report.errors and not taken_in:
            # a client that looks at the state alone must not read "done" where nothing came in
            return replace(job, state="failed", report=report, message=report.errors[0].message)
        with self._changed:
            total = self._unfinished[job.id].total
        return replace(job, state="done", done=total, total=total, added_ids=tuple(added_ids), report=report)

    def _tell(self, job: Job) -> None:
        if job.id == self._first:
            self._watch(job)

    def _begun(self, job_id: str) -> Json:
        """What was asked for, and in `began_at` when the work on it first began, whatever ended it since."""
        with self._database.write() as connection:
            request: Json = json.loads(
                connection.execute(select(jobs.c.request).where(jobs.c.id == job_id)).scalar_one()
            )
            if "began_at" not in request:
                request["began_at"] = now()
                begun = {"request": json.dumps(request)}
                connection.execute(update(jobs).where(jobs.c.id == job_id).values(begun))
        return request

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

    def _report(self, job: Job, request: Json, progress: Progress, note: OnArticle, stop_if_asked: Stop) -> Report:
        match job.kind:
            case "rebuild":
                return self._library.rebuild(self._articles, full=request["full"], progress=progress, on_article=note)
            case "remove" | "publish":
                return _with_removed(self._library.publish(progress=progress), request)
            case "add":
                items = self._intake.items(job.id, request, stop_if_asked, self._library.reader)
                is_polled, began_at = request.get("is_polled", False), request["began_at"]
                return self._library.add(items, by_itself=is_polled, since=began_at, progress=progress, on_article=note)

    def _finish(self, job: Job) -> Job:
        job = replace(job, finished_at=now())
        kept = select(jobs.c.number).where(jobs.c.state.in_(FINISHED)).order_by(jobs.c.number.desc())
        try:
            with self._database.write() as connection:
                ended = {"state": job.state, "request": None, "outcome": json.dumps(job.as_json())}
                connection.execute(update(jobs).where(jobs.c.id == job.id).values(ended))
                if job.is_polled:  # what came of a poll is the feed's state: it is kept until the next has ended
                    connection.execute(delete(jobs).where(_IS_IDLE_POLL, jobs.c.id != job.id))
                stale = connection.scalar(kept.offset(MAX_FINISHED_KEPT).limit(1))
                if stale is not None:
                    connection.execute(delete(jobs).where(jobs.c.number <= stale, jobs.c.state.in_(FINISHED)))
        except StorageFault:
            # the outcome is told from memory, and the job is done again after the next start
            log.exception("the outcome of job %s could not be stored", job.id)
            with self._changed:
                self._unfinished[job.id] = job
            return job
        self._intake.drop(job.id)
        with self._changed:
            del self._unfinished[job.id]
            self._cancelled.discard(job.id)
        return job


def _broken(job: Job, error: Exception) -> Job:
    """The job failed by a bug, which the log gets and the client does not."""
    log.error("job %s (%s) failed", job.id, job.kind, exc_info=error)
    return replace(job, state="failed", message=f"Something went wrong on the server: {type(error).__name__}.")


def _with_removed(report: Report | None, request: Json) -> Report:
    """`report`, with the articles that were hidden before the job, if it is there to publish that."""
    report = report or NOTHING_DONE
    return replace(report, removed=report.removed + request.get("removed", 0))


def _listed(names: Sequence[str], count: int | None = None) -> str:
    """The first of `count` names, and how many more there are."""
    shown = [name[:MAX_NAME_CHARS] for name in names[:MAX_NAMES]]
    others = (len(names) if count is None else count) - len(shown)
    return ", ".join(shown) + (f" and {others:,} other{'s' * (others > 1)}" if others else "")


def _new_id() -> str:
    return secrets.token_hex(8)
