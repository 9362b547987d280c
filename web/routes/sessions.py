"""Conversations, and what people think of their answers."""

from flask_openapi3.blueprint import APIBlueprint

from web.replies import Json
from web.routes.errors import errors
from web.schemas import FeedbackBody, SessionPath, SessionReply, SessionsReply
from web.services import services

api = APIBlueprint("sessions", __name__, url_prefix="/api", abp_responses=errors())


@api.get("/sessions", responses={200: SessionsReply})
def list_sessions() -> Json:
    """All conversations that are kept, the one last spoken in first."""
    return {"sessions": services().conversations.list()}


@api.get("/sessions/<session_id>", responses={200: SessionReply, **errors(404)})
def get_session(path: SessionPath) -> Json:
    """One conversation with its last answers, as they were given."""
    return services().conversations.get(path.session_id)


@api.delete("/sessions/<session_id>", responses={204: None, **errors(404)})
def delete_session(path: SessionPath) -> tuple[str, int]:
    """Delete a conversation and all that was said in it."""
    services().conversations.delete(path.session_id)
    return "", 204


@api.post("/feedback", responses={204: None, **errors(400, 404, 413, 415, 422)})
def give_feedback(body: FeedbackBody) -> tuple[str, int]:
    """Say whether an answer was good. A second opinion on the same answer replaces the first."""
    services().conversations.rate(body.message_id, body.is_positive, body.feedback_text)
    return "", 204
