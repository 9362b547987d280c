"""Conversations, and what people think of their answers."""

from flask import Response, json
from flask_openapi3.blueprint import APIBlueprint

from web.conversations.export import file_name, markdown
from web.conversations.feedback import json_lines
from web.replies import Json
from web.routes.errors import errors
from web.schemas.replies import SessionReply, SessionsReply
from web.schemas.requests import ExportQuery, FeedbackBody, RenameBody, SessionPath, SessionsQuery
from web.services import services

api = APIBlueprint("sessions", __name__, url_prefix="/api", abp_responses=errors())

JSON_LINES = "application/jsonl"
EXPORTED = {
    "content": {"text/markdown": {}, "application/json": {"schema": {"$ref": "#/components/schemas/SessionReply"}}}
}


@api.get("/sessions", responses={200: SessionsReply, **errors(422)})
def list_sessions(query: SessionsQuery) -> Json:
    """Conversations that are kept, the one last spoken in first; with `q` those whose title, questions and answers have
    all its words, of which the first eight count."""
    return services().conversations.list(query.q, query.limit, query.cursor)


@api.get("/sessions/<session_id>", responses={200: SessionReply, **errors(404)})
def get_session(path: SessionPath) -> Json:
    """One conversation with its last answers, as they were given."""
    return services().conversations.get(path.session_id)


@api.patch("/sessions/<session_id>", responses={204: None, **errors(400, 404, 413, 415, 422)})
def rename_session(path: SessionPath, body: RenameBody) -> tuple[str, int]:
    """Give a conversation another title."""
    services().conversations.rename(path.session_id, body.title)
    return "", 204


@api.delete("/sessions/<session_id>", responses={204: None, **errors(404)})
def delete_session(path: SessionPath) -> tuple[str, int]:
    """Delete a conversation and all that was said in it."""
    services().conversations.delete(path.session_id)
    return "", 204


@api.get("/sessions/<session_id>/export", responses={200: EXPORTED, **errors(404, 422)})
def export_session(path: SessionPath, query: ExportQuery) -> Response:
    """One conversation as a file: Markdown to read, or the JSON that this API gives."""
    session = services().conversations.get(path.session_id)
    if query.format == "json":
        text = json.dumps(session, ensure_ascii=False, indent=2)
        return _attachment(text, "application/json", file_name(session, "json"))
    return _attachment(markdown(session), "text/markdown; charset=utf-8", file_name(session, "md"))


@api.post("/feedback", responses={204: None, **errors(400, 404, 413, 415, 422)})
def give_feedback(body: FeedbackBody) -> tuple[str, int]:
    """Say whether an answer was good. A second opinion on the same answer replaces the first, null takes it back."""
    serving = services()
    serving.conversations.turn(body.message_id)  # raises UnknownMessage, also where it is somebody else's
    serving.feedback.rate(body.message_id, body.is_positive, body.feedback_text)
    return "", 204


@api.get("/feedback", responses={200: {"content": {JSON_LINES: {}}}})
def export_feedback() -> Response:
    """All rated answers as a question set for `assistant eval`, one JSON object a line."""
    lines = services().feedback.questions(services().library.revision)
    return _attachment(json_lines(lines), JSON_LINES, "feedback.jsonl")


def _attachment(text: str, media_type: str, name: str) -> Response:
    reply = Response(text, content_type=media_type)
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    return reply
