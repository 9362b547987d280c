"""Errors as replies, in the one shape `{"error": {"code", "message", "field"?}}`, and under `/v1/` in OpenAI's.

What is in none of the three packages' `errors` is a bug: it is logged, and its caller learns no more than that.
"""

import logging

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from assistant.errors import AssistantFault
from index.errors import BadArticle, FetchRefused, IndexFault, TakenAgain, UnknownArticle, shown
from web.errors import (
    Busy,
    NotReady,
    RebuildRunning,
    Refused,
    UnknownJob,
    UnknownMessage,
    UnknownModel,
    UnknownSession,
    UnknownStory,
    WebError,
)
from web.limits import too_large
from web.monitoring.logs import request_id
from web.monitoring.request_log import route

log = logging.getLogger(__name__)

MAX_FIELD_NAME_CHARS = 100
"""The name of an unknown field is the caller's."""
CODES = {
    400: "bad_request",
    401: "token_required",
    403: "refused",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}

OPENAI = "/v1/"
"""How the paths begin that clients of OpenAI's API ask; its shape of an error is what they read."""
OF_PROGRAMS = ("/api/", OPENAI)
OPENAI_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
UNKNOWN_MODEL = "model_not_found"

NOT_READY = "not_ready"
"""Set apart from what else is 503: it passes by itself, and the index is all that is waited for."""
NOT_READY_RETRY_SECONDS = 1


def status_of(error: IndexFault | AssistantFault | WebError) -> int:
    """The HTTP status of an error that was raised on purpose."""
    match error:
        case Refused() | Busy():
            return error.status
        case UnknownSession() | UnknownMessage() | UnknownJob() | UnknownStory() | UnknownArticle() | UnknownModel():
            return 404
        case RebuildRunning() | TakenAgain():
            return 409
        case BadArticle() | FetchRefused():
            return 422
    return 503


def error_body(
    status: int, message: str, field: str | None = None, code: str | None = None, *, path: str = ""
) -> dict[str, dict[str, str | None]]:
    """path: of the request, on which the shape depends."""
    if path.startswith(OPENAI):
        kind = "server_error" if status >= 500 else "requests" if status == 429 else "invalid_request_error"
        code = code or OPENAI_CODES.get(status) or CODES.get(status, "failed")
        return {"error": {"message": message, "type": kind, "param": field, "code": code}}
    error: dict[str, str | None] = {"code": code or CODES.get(status, "failed"), "message": message}
    return {"error": error | {"field": field} if field else error}


def error_reply(status: int, message: str, field: str | None = None, code: str | None = None) -> Response:
    """The reply to the present request."""
    reply = jsonify(error_body(status, message, field, code, path=request.path))
    reply.status_code = 400 if status == 422 and request.path.startswith(OPENAI) else status
    return reply


def invalid(error: ValidationError) -> Refused:
    """The first thing that breaks the schema, by the dotted name of its field and its value."""
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"])[:MAX_FIELD_NAME_CHARS]
    message = first["msg"].removeprefix("Value error, ")
    if isinstance(first["input"], str | int | float):  # of what is missing or nested, the input is all around it
        message = f"{message}; it is {shown(first['input'])}"
    return Refused(422, f"{field}: {message}" if field else message, field=field or None)


def invalid_reply(error: ValidationError) -> Response:
    refused = invalid(error)
    return error_reply(refused.status, str(refused), refused.field)


def unexpected_message(error: Exception) -> str:
    """What is said of an error that nobody raised on purpose, once it is logged."""
    log.error("%s %s failed", request.method, route(), exc_info=error)
    return f"Something went wrong on the server. Its log has the details ({request_id.get()})."


def answer_errors(app: Flask) -> None:
    """Give every error of `app` its reply."""

    @app.errorhandler(IndexFault)
    @app.errorhandler(AssistantFault)
    @app.errorhandler(WebError)
    def fault(error: IndexFault | AssistantFault | WebError) -> ResponseReturnValue:
        field = error.field if isinstance(error, Refused) else None
        code = {NotReady: NOT_READY, UnknownModel: UNKNOWN_MODEL}.get(type(error))
        reply = error_reply(status_of(error), str(error), field, code)
        match error:
            case RebuildRunning():
                reply.location = f"/api/jobs/{error.job_id}"
            case NotReady():
                reply.location = f"/api/jobs/{error.job_id}"
                reply.headers["Retry-After"] = str(NOT_READY_RETRY_SECONDS)
            case Busy():
                reply.headers["Retry-After"] = str(error.retry_after_seconds)
            case IndexFault() | AssistantFault() if reply.status_code == 503:
                log.error("%s: %s", type(error).__name__, error)
        return reply

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if not request.path.startswith(OF_PROGRAMS):
            return error
        reply = error.get_response()  # keeps its headers, such as Allow
        if error.response is None:
            status = error.code or 500
            message = "No such address." if status == 404 else error.description or error.name
            most = request.max_content_length
            if status == 413 and most and (request.content_length or 0) > most:  # else it has too many parts
                message = too_large(most)
            reply.set_data(error_reply(status, message).get_data())
            reply.content_type = "application/json"
        return reply

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        return error_reply(500, unexpected_message(error))
