"""The look at a request's body before its route sees it: how large, of which type, JSON or not.

flask-openapi3 takes a body that is not JSON for an absent one, which would turn 400 and 415 into 422.
"""

from functools import partial

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from index.errors import shown
from index.ingest.json_value import most_values
from web.error_replies import OF_PROGRAMS
from web.errors import Refused
from web.limits import MAX_JSON_BYTES

UPLOAD_PATHS = ("/api/articles", "/api/articles/preview")
MAX_JSON_VALUES = 1_000_000
"""Of a body: 32 MB of nothing but "[],[],[]" would be 11 million lists, which take 800 MB."""
BLOCK_BYTES = 1 << 20
OPTIONAL_BODY_RULES = ("/api/index/rebuild", "/api/articles/<article_id>/restore")


def check_bodies(app: Flask, max_request_bytes: int) -> None:
    """Refuse what is too large (413), of another type (415), not JSON (400) or no JSON object (422)."""
    app.config["MAX_CONTENT_LENGTH"] = max_request_bytes

    @app.before_request
    def check() -> None:
        if request.method not in ("POST", "PATCH") or request.url_rule is None:
            return
        if not request.path.startswith(OF_PROGRAMS):
            return
        if request.path in UPLOAD_PATHS:
            if request.mimetype == "multipart/form-data":
                return
        else:
            request.max_content_length = MAX_JSON_BYTES
        if request.url_rule.rule in OPTIONAL_BODY_RULES and not request.get_data():
            return
        if request.mimetype != "application/json":
            given = shown(request.mimetype) if request.mimetype else "not given"
            raise Refused(415, f"The body's type is {given}; expected application/json.")
        if _most_values_of_body() > MAX_JSON_VALUES:
            most = f"{MAX_JSON_VALUES:,}"
            raise Refused(413, f"The body has too many values: at most {most} are taken at once. Send less.")
        try:
            body = request.get_json()
        except (BadRequest, RecursionError):
            raise Refused(400, "The body is not JSON.") from None
        if not isinstance(body, dict):
            raise Refused(422, "The body must be a JSON object.")


def _most_values_of_body() -> int:
    """Counted where the server keeps the body, which for a large one is a file: it is held in memory only if taken."""
    _ = request.stream  # raises 413 for one that is too large
    body = request.environ["wsgi.input"]
    body.seek(0)
    count = sum(map(most_values, iter(partial(body.read, BLOCK_BYTES), b"")))
    body.seek(0)
    return count
