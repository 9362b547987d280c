"""For whoever runs the server: what it counts, and who changed what."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from prometheus_client import CONTENT_TYPE_LATEST

from web.replies import Json
from web.routes.errors import errors
from web.schemas.replies import AuditReply
from web.schemas.requests import AuditQuery
from web.services import services

api = APIBlueprint("operation", __name__, abp_responses=errors())


@api.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
def metrics() -> Response:
    """Requests, answers and the state of things, in the text format of Prometheus."""
    return Response(services().metrics.text(), content_type=CONTENT_TYPE_LATEST)


@api.get("/api/audit", responses={200: AuditReply, **errors(422)})
def list_audit(query: AuditQuery) -> Json:
    """Who changed what and when, the last change first; the last 100,000 are kept."""
    return services().audit.newest(query.limit, query.cursor)
