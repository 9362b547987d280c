"""The queue of jobs, which is a table: whoever has the database sees, cancels and does the jobs of all.

With a database in a file jobs are done one at a time over all processes, in the order in which they were asked for.
With one on a server each process takes another, and of two that give the same article the later is to have the last
word all the same (`Place`). Which job a process has, a lock says that it loses when it dies. So what is marked as
running and can be taken is a dead one's, and is done again, which is safe because adding an article twice changes
nothing. No lease runs out and no process has a name.

What is locked is a row of `job_claims`: that of the job itself is written to while it is done.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
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
from index.store import last_words
from index.store.database import Claim, Database
from index.store.dialects import LongInteger, Text
from index.store.last_words import Place
from index.store.rows import now
from web.errors import Busy, RebuildRunning, Refused, UnknownJob
from web.jobs.job import FINISHED, Job, job_of
from web.replies import Json

MAX_QUEUED = 100
MAX_BEGUN = 10
"""Times in a row that a job is begun and takes in nothing. What ended the process so often, with nobody asking it to,
would end every next one."""
MAX_FINISHED_KEPT = 1_000
TURN = "jobs"
"""In which a job is done where only one is at a time."""

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

job_claims = Table(
    "job_claims",
    metadata,
    Column("number", LongInteger, primary_key=True, autoincrement=False),  # of a job that has not ended, or just has
    Column("folder", Text),  # who has that articles folder can do it; null: whoever
)

_IS_UNFINISHED = jobs.c.state.not_in(FINISHED)
_IS_OF_CLAIM = job_claims.c.number == jobs.c.number
_IS_IDLE_POLL = and_(
    jobs.c.state.in_(FINISHED),
    jobs.c.outcome["is_polled"].as_boolean(),
    jobs.c.outcome["added"].as_integer() == 0,
    jobs.c.outcome["updated"].as_integer() == 0,
)
"""Whether a job polled a feed, has ended, and changed nothing."""
_IN_TURN = (jobs.c.state != FIRST, jobs.c.number)


@dataclass(frozen=True, slots=True)
class Taken:
    """A job to be done by this process alone, until `close`."""

    job: Job
    request: Json
    """What was asked for, with `began_at`, when the work on it first began."""
    place: Place
    claim: Claim

    def close(self) -> None:
        self.claim.turn.close()


class JobQueue:
    """Any thread of any process may call."""

    def __init__(self, database: Database, folder: str | None = None) -> None:
        """folder: the articles folder of this process; None where all who do the jobs have the same."""
        self._database = database
        self._folder = folder
        database.create(metadata)
        self._tell_those_of_before()
        self._claim_those_of_before()

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

    def _claim_those_of_before(self) -> None:
        """An earlier version had no claims."""
        unclaimed = select(jobs.c.number).where(_IS_UNFINISHED, jobs.c.number.not_in(select(job_claims.c.number)))
        with self._database.read() as connection:
            if connection.scalar(unclaimed.limit(1)) is None:
                return
        with self._database.write() as connection:
            connection.execute(insert(job_claims).from_select(["number"], unclaimed))

    # -- asking; each in one transaction

    def add(self, job: Job, request: Json) -> None:
        """Raises Busy."""
        with self._database.write() as connection:
            _check_room(connection)
            _insert(connection, job, request, QUEUED)

    def add_rebuild(self, job: Job, request: Json) -> None:
        """Of the articles folder of this process. Raises RebuildRunning where another has not ended, and Busy."""
        with self._database.write() as connection:
            if other := connection.scalar(self._rebuilds(jobs.c.id, _IS_UNFINISHED)):
                raise RebuildRunning(other)
            _check_room(connection)
            _insert(connection, job, request, QUEUED, self._folder)

    def add_first(self, job: Job, request: Json) -> str:
        """The id of the rebuild of the articles folder of this process that goes before all others: `job`, where none
        waits or was left by the dead."""
        left = self._rebuilds(jobs.c.number, jobs.c.state.in_((*WAITING, RUNNING)))
        claim = self._database.claim(TURN, _claimable(left))
        waiting = self._rebuilds(jobs.c.number, jobs.c.state.in_(WAITING))
        try:
            with self._database.write() as connection:
                number = claim.number if claim else connection.scalar(waiting)
                its = and_(jobs.c.number == number, _IS_UNFINISHED)
                found: str | None = connection.scalar(select(jobs.c.id).where(its))
                if found is None:
                    _insert(connection, job, request, FIRST, self._folder)
                    return job.id
                connection.execute(update(jobs).where(its).values(state=FIRST))
        finally:
            if claim:
                claim.turn.close()
        return found

    def _rebuilds(self, column: Column[Any], states: ColumnElement[bool]) -> Select[Any]:
        """The first one of the folder of this process that is in one of the states."""
        of_it = job_claims.c.folder.is_not_distinct_from(self._folder)
        its = select(column).join(job_claims, _IS_OF_CLAIM)
        return its.where(states, jobs.c.kind == "rebuild", of_it).order_by(*_IN_TURN).limit(1)

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

    def take(self) -> Taken | None:
        """The next job that nobody does; None where there is none, or none may be done beside another."""
        if not self.unfinished():
            return None
        can_do = or_(job_claims.c.folder.is_(None), job_claims.c.folder == self._folder, jobs.c.state.not_in(WAITING))
        its = select(job_claims.c.number).join(jobs, _IS_OF_CLAIM)
        next_one = _claimable(its.where(_IS_UNFINISHED, can_do).order_by(*_IN_TURN).limit(1))
        while claim := self._database.claim(TURN, next_one):
            try:
                taken = self._begin(claim)
            except BaseException:
                claim.turn.close()
                raise
            if taken:
                return taken
            claim.turn.close()
        return None

    def _begin(self, claim: Claim) -> Taken | None:
        """None where the job has ended just now; or is a rebuild that a dead process left and only another can do:
        that waits again, or ends here if it was cancelled."""
        its = and_(jobs.c.number == claim.number, _IS_UNFINISHED)
        with self._database.write() as connection:
            row = connection.execute(
                select(jobs, job_claims.c.folder).join(job_claims, _IS_OF_CLAIM).where(its)
            ).first()
            if row is None:
                return None
            job = replace(job_of(row.outcome), done=0, total=0)
            if row.folder not in (None, self._folder):
                if row.state == STOPPING:
                    _end(connection, replace(job, state="cancelled", message="Cancelled."))
                elif row.state == RUNNING:
                    waits = replace(job, state="queued", rate=None, seconds_left=None)
                    connection.execute(update(jobs).where(its).values(state=QUEUED, outcome=waits.as_json()))
                return None
            request = {"began_at": now(), "begun": 0} | row.request
            request["begun"] += 1
            job = replace(job, state="reading")
            state = STOPPING if row.state == STOPPING else RUNNING
            connection.execute(
                update(jobs).where(its).values(state=state, request=request, outcome=job.as_json()),
            )
            earlier = select(jobs.c.number).where(_IS_UNFINISHED, jobs.c.number < claim.number).limit(1)
            # a rebuild overtakes those that waited before a server began, and they come after it
            is_overtaking = job.kind == "add" and connection.scalar(earlier) is not None
        return Taken(job, request, Place(claim.number, is_overtaking), claim)

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
        its = and_(jobs.c.id == job.id, _IS_UNFINISHED)
        with self._database.write() as connection:
            connection.execute(update(jobs).where(its).values(outcome=job.as_json()))

    def is_cancelled(self, job_id: str) -> bool:
        with self._database.read() as connection:
            return connection.scalar(select(jobs.c.state).where(jobs.c.id == job_id)) == STOPPING

    def end(self, job: Job) -> Job | None:
        """`job`, which has ended, with the time; None where another process has ended it, which who lost it may not
        know. Those that ended longest ago are forgotten."""
        its = and_(jobs.c.id == job.id, _IS_UNFINISHED)
        with self._database.write() as connection:
            is_left = connection.scalar(select(jobs.c.id).where(its)) is not None
            return _end(connection, job) if is_left else None


def _claimable(numbers: Select[int]) -> Select[int]:
    return numbers.with_for_update(of=job_claims, skip_locked=True)


def _insert(connection: Connection, job: Job, request: Json, state: str, folder: str | None = None) -> None:
    row = {"id": job.id, "kind": job.kind, "state": state, "request": request, "outcome": job.as_json()}
    number = connection.execute(insert(jobs).values(row).returning(jobs.c.number)).scalar_one()
    connection.execute(insert(job_claims).values(number=number, folder=folder))


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
    unfinished = select(jobs.c.number).where(_IS_UNFINISHED)
    # who did the job has still claimed it: that claim goes with the next that ends
    over = _claimable(select(job_claims.c.number).where(job_claims.c.number.not_in(unfinished)))
    connection.execute(delete(job_claims).where(job_claims.c.number.in_(over)))
    last_words.forget(connection, connection.scalar(select(func.min(jobs.c.number)).where(_IS_UNFINISHED)))
    return job


def _unknown(job_id: str) -> UnknownJob:
    return UnknownJob(f"There is no job {shown(job_id)}.")
