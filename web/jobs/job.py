"""One job as it stands: what it was asked for, how far it is, and what came of it."""

from dataclasses import dataclass, fields
from typing import Literal

from index.article import ItemError, Note
from index.progress import Report
from web.replies import Json

Kind = Literal["add", "rebuild", "remove", "publish"]
State = Literal["queued", "reading", "embedding", "indexing", "publishing", "done", "failed", "cancelled"]
FINISHED = ("done", "failed", "cancelled")

NOTHING_DONE = Report()


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    kind: Kind
    created_at: str
    name: str | None = None
    """What it was asked to take in or remove, in words, or which folder to follow; None where that goes
    without saying."""
    is_polled: bool = False
    """Whether it was not a person who asked, but the time for a feed had come."""
    state: State = "queued"
    finished_at: str | None = None
    done: int = 0
    total: int = 0
    """Of the present state; 0 where it is not known how much there is."""
    rate: float | None = None
    """Of those, how many a second."""
    seconds_left: float | None = None
    """Of the present state."""
    report: Report = NOTHING_DONE
    added_ids: tuple[str, ...] = ()
    """Of the articles that it added, the first 1,000, once it has ended."""
    message: str | None = None
    """Why it failed or was cancelled, or what it waits for besides its turn."""
    next_job_id: str | None = None
    """The job that indexes what this one, cancelled, had taken in by then."""

    def as_json(self) -> Json:
        report = self.report
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "is_polled": self.is_polled,
            "state": self.state,
            "created_at": self.created_at,
            "finished_at": self.finished_at,
            "done": self.done,
            "total": self.total,
            "rate": None if self.rate is None else round(self.rate, 1),
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left),
            "added": report.added,
            "updated": report.updated,
            "removed": report.removed,
            "unchanged": report.unchanged,
            "embedded": report.embedded,
            "added_ids": list(self.added_ids),
            "added_titles": [],
            "errors": [{"item": e.item, "message": e.message} for e in report.errors],
            "error_count": report.error_count,
            "notes": [{"item": n.item, "message": n.message} for n in report.notes],
            "message": self.message,
            "next_job_id": self.next_job_id,
        }


def job_of(told: Json) -> Job:
    """The job of which `as_json` told that. What was withheld is not told."""
    counts = {name: told[name] for name in ("added", "updated", "removed", "unchanged", "embedded")}
    errors = tuple(ItemError(**error) for error in told["errors"])
    report = Report(
        **counts,
        errors=errors,
        further_errors=told["error_count"] - len(errors),
        notes=tuple(Note(**note) for note in told["notes"]),
    )
    same = {field.name: told[field.name] for field in fields(Job) if field.name not in ("report", "added_ids")}
    return Job(**same, report=report, added_ids=tuple(told["added_ids"]))
