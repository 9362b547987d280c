"""Jobs: starting a rebuild, watching and cancelling."""

from flask import g
from flask_openapi3.blueprint import APIBlueprint

from web.replies import Json
from web.routes.errors import errors
from web.schemas.replies import JobReply, JobsReply, JobStarted
from web.schemas.requests import JobPath, JobsQuery, RebuildBody
from web.services import services

api = APIBlueprint("jobs", __name__, url_prefix="/api", abp_responses=errors(404))


Started = tuple[Json, int, dict[str, str]]


def started(job_id: str) -> Started:
    g.subject = " ".join(filter(None, (job_id, services().jobs.get(job_id)["name"])))  # for the audit log
    return {"job_id": job_id}, 202, {"Location": f"/api/jobs/{job_id}"}


@api.post("/index/rebuild", responses={202: JobStarted, **errors(400, 409, 413, 415, 422, 429)})
def rebuild(body: RebuildBody) -> Started:
    """Bring the index up to date with the articles folder; with `full`, embed everything again."""
    return started(services().jobs.rebuild(full=body.full))


@api.get("/jobs", responses={200: JobsReply, **errors(422)})
def list_jobs(query: JobsQuery) -> Json:
    """The jobs asked for last, the last one first; the last 1,000 that have ended are kept.

    A poll of a feed that changed nothing is not among them: health tells of feeds.
    """
    return {"jobs": services().jobs.newest(query.limit)}


@api.get("/jobs/<job_id>", responses={200: JobReply})
def get_job(path: JobPath) -> Json:
    """How far a job is, or how it ended."""
    return services().jobs.get(path.job_id)


@api.delete("/jobs/<job_id>", responses={202: JobReply, **errors(409)})
def cancel_job(path: JobPath) -> tuple[Json, int]:
    """Cancel a job. One that is running ends at its next step; what it has taken in by then is kept."""
    return services().jobs.cancel(path.job_id), 202
