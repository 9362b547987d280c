"""A line in the log for each request, and an id that its lines and the reply's `X-Request-ID` carry.

At the level "info" are requests that change something, ask, or fail: by route, so that neither questions nor ids of
conversations are in the log. At "debug" are all.
"""

import logging
import secrets
import time

from flask import Flask, Response, g, request

from web.monitoring.logs import request_id

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def log_requests(app: Flask) -> None:
    """Give every request of `app` an id, and a line in the log."""

    @app.before_request
    def begin() -> None:
        request_id.set(secrets.token_hex(8))
        g.started = time.perf_counter()

    @app.after_request
    def end(reply: Response) -> Response:
        reply.headers["X-Request-ID"] = request_id.get() or ""
        is_told = reply.status_code >= 400 or request.method not in ("GET", "HEAD")
        said = {
            "method": method(),
            "route": route(),
            "status": reply.status_code,
            "caller": g.caller.name if "caller" in g else None,
            "request_id": request_id.get(),
        }
        started = g.started

        def tell() -> None:
            ms = round((time.perf_counter() - started) * 1000)
            log.log(logging.INFO if is_told else logging.DEBUG, "request", extra={**said, "ms": ms})

        if reply.is_streamed and not reply.direct_passthrough:
            reply.call_on_close(tell)  # with what it took to answer, not to begin to
        else:
            tell()
        return reply


def method() -> str:
    """The present request's; "other" where it is none that a route has, which may be as long as its sender likes."""
    return request.method if request.method in METHODS else "other"


def route() -> str:
    """The present request's, with the names of what varies in place of it; "none" where there is no such route."""
    return request.url_rule.rule if request.url_rule else "none"
