"""The queue of jobs, which is a table: whoever has the database sees, cancels and does the jobs of all.

Jobs are done one at a time over all processes, in the order in which they were asked for: of two that add the same
article, the later one is to have the last word. Whose turn it is, a lock says that a dying process lets go of. So what
is marked as running, and found by who has the turn, is a dead one's, and is done again, which is safe because adding an
article twice changes nothing. No lease runs out and no process has a name.

With the database on another machine, `turn` and `take` are what changes: several turns at once, rows that are locked.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    MetaData,
    Table,
    and_,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from index.errors import shown
from index.store.database import Database, Turn
from index.store.dialects import LongInteger, Text
from index.store.rows import now
from web.errors import Busy, RebuildRunning, Refused, UnknownJob
from web.jobs.job import FINISHED, Job, job_of
from web.replies import Json

MAX_QUEUED = 100
MAX_BEGUN = 10
"""Times in a row that a job is begun and takes in nothing. What ended the process so often, with nobody asking it to,
would end every next one."""
MAX_FINISHED_KEPT = 1_000

FIRST, QUEUED, RUNNING, STOPPING = "first", "queued", "running", "stopping"
"""`jobs.state` of one that waits and goes before all others, that waits, that was begun, and that is to be cancelled
once begun. When it has ended it is as the job tells it."""
WAITING = (FIRST, QUEUED)

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("number", LongInteger, primary_key=True),  # the order in which they were asked for
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("request", JSON(none_as_null=True)),  # null once finished
    Column("outcome", JSON(none_as_null=True)),  # the job as it was last told
)

_IS_UNFINISHED = jobs.c.state.not_in(FINISHED)
_IS_IDLE_POLL = and_(
    jobs.c.state.in_(FINISHED),
    jobs.c.outcome["is_polled"].as_boolean(),
    jobs.c.outcome["added"].as_integer() == 0,
    jobs.c.outcome["updated"].as_integer() == 0,
)
"""Whether a job polled a feed, has ended, and changed nothing."""
_IN_TURN = (jobs.c.state != FIRST, jobs.c.number)


class JobQueue:
    """Any thread of any process may call."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(metadata)
        self._tell_those_of_before()

    def _tell_those_of_before(self) -> None:
        """An earlier version kept in memory what it told of jobs that had not ended."""
        untold = jobs.c.outcome.is_(None)
        with self._database.read() as connection:
            if not connection.execute(select(jobs.c.id).where(untold).limit(1)).first():
                return
        with self._database.write() as connection:
            for row in connection.execute(select(jobs.c.id, jobs.c.kind, jobs.c.request).where(untold)).all():
                request = row.request
                asked_at, is_polled = request.get("created_at") or now(), request.get("is_polled", False)
                job = Job(row.id, row.kind, asked_at, request.get("name"), is_polled)
                state = STOPPING if request.get("is_cancelled") else QUEUED
                told = update(jobs).where(jobs.c.id == row.id).values(state=state, outcome=job.as_json())
                connection.execute(told)

    # -- asking; each in one transaction

    def add(self, job: Job, request: Json, *, alone: bool = False) -> None:
        """Raises Busy; alone: RebuildRunning where another of its kind has not ended."""
        with self._database.write() as connection:
            same = select(jobs.c.id).where(_IS_UNFINISHED, jobs.c.kind == job.kind).order_by(*_IN_TURN)
            if alone and (other := connection.scalar(same.limit(1))):
                raise RebuildRunning(other)
            _check_room(connection)
            _insert(connection, job, request, QUEUED)

    def add_first(self, job: Job, request: Json, *, nothing_runs: bool) -> str:
        """The id of the one of its kind that goes before all others: `job`, where none waits or was left by the dead.

        nothing_runs: one that is marked so is a dead process's.
        """
        states = (*WAITING, RUNNING) if nothing_runs else WAITING
        same = select(jobs.c.id).where(jobs.c.state.in_(states), jobs.c.kind == job.kind).order_by(*_IN_TURN).limit(1)
        with self._database.write() as connection:
            left: str | None = connection.scalar(same)
            if left is None:
                _insert(connection, job, request, FIRST)
                return job.id
            connection.execute(update(jobs).where(jobs.c.id == left).values(state=FIRST))
        return left

    def add_unless_one_waits(self, job: Job, request: Json) -> str:
        """The id of the last that waits, which publishes as `job` would, or of `job`. A removal counts with one that
        waits."""
        waiting = select(jobs.c.id, jobs.c.kind).where(jobs.c.state.in_(WAITING)).order_by(*_IN_TURN)
        with self._database.write() as connection:
            rows = connection.execute(waiting).all()
            removal = next((row.id for row in rows if row.kind == job.kind == "remove"), None)
            if removal:
                _change(connection, removal, lambda request: {"removed": request["removed"] + 1})
            if rows:
                return str(rows[-1].id)
            _insert(connection, job, request, QUEUED)
        return job.id

    def check_room(self) -> None:
        """Raises Busy."""
        with self._database.read() as connection:
            _check_room(connection)

    # -- telling

    def get(self, job_id: str) -> Json:
        """The job as it was last told. Raises UnknownJob."""
        with self._database.read() as connection:
            outcome = connection.scalar(select(jobs.c.outcome).where(jobs.c.id == job_id))
        if outcome is None:
            raise _unknown(job_id)
        told: Json = outcome
        return told

    def newest(self, limit: int) -> list[Json]:
        """The last one asked for first, without polls that changed nothing."""
        told = or_(_IS_UNFINISHED, not_(_IS_IDLE_POLL))
        with self._database.read() as connection:
            rows = select(jobs.c.outcome).where(told).order_by(jobs.c.number.desc()).limit(limit)
            return list(connection.scalars(rows))

    def unfinished(self) -> set[str]:
        """Ids of those that wait or run."""
        with self._database.read() as connection:
            return set(connection.scalars(select(jobs.c.id).where(_IS_UNFINISHED)))

    def polls(self) -> dict[str, str]:
        """Of the polls of feeds that have not ended, the ids by address."""
        is_polled = jobs.c.outcome["is_polled"].as_boolean()
        with self._database.read() as connection:
            rows = connection.execute(select(jobs.c.request, jobs.c.id).where(_IS_UNFINISHED, is_polled)).all()
        return {row.request["url"]: row.id for row in rows}

    def cancel(self, job_id: str) -> Job:
        """The job as it stands: ended if it waited, else to be ended by who does it.

        Raises UnknownJob, and Refused when it has ended.
        """
        with self._database.write() as connection:
            row = connection.execute(select(jobs.c.state, jobs.c.outcome).where(jobs.c.id == job_id)).first()
            if row is None:
                raise _unknown(job_id)
            if row.state in FINISHED:
                raise Refused(409, f"Job {job_id} has ended already: {row.state}.")
            job = job_of(row.outcome)
            if row.state in WAITING:
                job = replace(job, state="cancelled", message="Cancelled before it began.")
                return _end(connection, job)
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(state=STOPPING))
        return job

    # -- doing

    def turn(self) -> Turn | None:
        """To do a job in; None where another process does one. Closed, it is free."""
        return self._database.turn("jobs")

    def take(self) -> tuple[Job, Json] | None:
        """The next job and what was asked for, with `began_at`, when the work on it first began; None where none is
        left. Only for who has the turn."""
        next_one = select(jobs).where(_IS_UNFINISHED).order_by(*_IN_TURN).limit(1)
        with self._database.write() as connection:
            row = connection.execute(next_one).first()
            if row is None:
                return None
            request = {"began_at": now(), "begun": 0} | row.request
            request["begun"] += 1
            job = replace(job_of(row.outcome), state="reading", done=0, total=0)
            connection.execute(
                update(jobs)
                .where(jobs.c.id == row.id)
                .values(
                    state=STOPPING if row.state == STOPPING else RUNNING,
                    request=request,
                    outcome=job.as_json(),
                )
            )
        return job, request

    def put_back(self, job_id: str) -> None:
        """It is done again by who is next: the process was asked to end, the job is not to blame."""
        with self._database.write() as connection:
            _change(connection, job_id, lambda request: {"begun": request["begun"] - 1})

    def count_anew(self, job_id: str) -> None:
        """It comes further than the last time: what ended the process then may have been something else."""
        with self._database.write() as connection:
            _change(connection, job_id, lambda _: {"begun": 1})

    def tell(self, job: Job) -> None:
        """How far it has come."""
        with self._database.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(outcome=job.as_json()))

    def is_cancelled(self, job_id: str) -> bool:
        with self._database.read() as connection:
            return connection.scalar(select(jobs.c.state).where(jobs.c.id == job_id)) == STOPPING

    def end(self, job: Job) -> Job:
        """`job`, which has ended, with the time. Those that ended longest ago are forgotten."""
        with self._database.write() as connection:
            return _end(connection, job)


def _insert(connection: Connection, job: Job, request: Json, state: str) -> None:
    row = {"id": job.id, "kind": job.kind, "state": state, "request": request, "outcome": job.as_json()}
    connection.execute(insert(jobs).values(row))


def _change(connection: Connection, job_id: str, changed: Callable[[Json], Json]) -> None:
    """Give what a job was asked for those values, unless it has ended."""
    its = and_(jobs.c.id == job_id, _IS_UNFINISHED)
    request = connection.scalar(select(jobs.c.request).where(its))
    if request is not None:
        connection.execute(update(jobs).where(its).values(request=request | changed(request)))


def _check_room(connection: Connection) -> None:
    waiting = connection.scalar(select(func.count()).where(jobs.c.state.in_(WAITING))) or 0
    if waiting >= MAX_QUEUED:
        raise Busy(429, f"{waiting} jobs are waiting. Try again later.", retry_after_seconds=30)


def _end(connection: Connection, job: Job) -> Job:
    job = replace(job, finished_at=now())
    ended = {"state": job.state, "request": None, "outcome": job.as_json()}
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(ended))
    if job.is_polled:  # what came of a poll is the feed's state: it is kept until the next has ended
        connection.execute(delete(jobs).where(_IS_IDLE_POLL, jobs.c.id != job.id))
    kept = select(jobs.c.number).where(jobs.c.state.in_(FINISHED)).order_by(jobs.c.number.desc())
    stale = connection.scalar(kept.offset(MAX_FINISHED_KEPT).limit(1))
    if stale is not None:
        connection.execute(delete(jobs).where(jobs.c.number <= stale, jobs.c.state.in_(FINISHED)))
    return job


def _unknown(job_id: str) -> UnknownJob:
    return UnknownJob(f"There is no job {shown(job_id)}.")
