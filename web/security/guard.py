"""What every request has to pass before anything else sees it, and what a browser may do with the replies.

- Host: a site may let its own name point to this machine and so become "this host". Served are the names that are set,
  and on loopback this machine's own.
- Origin: a page of another site may have its visitor's browser send requests here. Whatever changes something
  is refused when the browser says that it comes from elsewhere; other programs send no such header.
- Token: what the caller may do is `access.py`'s to say. Guesses at the token, and what visitors ask for, have a rate by
  the address that the connection comes from, or that the trusted proxy names.
- Audit: what only the token's holder may do is entered in the log, with who did it.
- Headers: nothing from another host is loaded, no inline script or style runs, no frame holds the page.
"""

import logging
import math
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, g, redirect, request
from flask.typing import ResponseReturnValue

from index.errors import shown
from web.error_replies import OF_PROGRAMS, error_reply
from web.errors import Busy, Refused
from web.monitoring.logs import request_id
from web.security.access import (
    BROWSER_COOKIE,
    BROWSER_SECONDS,
    CHANGES,
    CHANGES_NOTHING,
    QUESTIONS,
    ROUTES,
    SUGGESTIONS,
    Access,
    Caller,
    bearer,
    identify,
    is_token,
)
from web.security.audit import Audit
from web.security.rates import Rate
from web.security.sign_in import SignIn
from web.settings import Settings

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MINUTE = 60.0
ATTEMPTS = 10
"""Wrong tokens a minute from one address; after that no token at all is looked at, be it the right one."""
VISITOR_REQUESTS = 600
"""Of any kind, a minute, from one address."""
BROWSER_IS_TOLD = frozenset({"pages.chat", "pages.ask", "login.log_in"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    def __init__(self, settings: Settings, audit: Audit, sign_in: SignIn) -> None:
        self._settings = settings
        self._audit = audit
        self._sign_in = sign_in
        self._attempts = Rate(ATTEMPTS, MINUTE)
        self._requests = Rate(VISITOR_REQUESTS, MINUTE)
        questions, suggestions = (Rate(settings.visitor_questions, MINUTE) for _ in range(2))
        self._asked = dict.fromkeys(QUESTIONS, questions) | dict.fromkeys(SUGGESTIONS, suggestions)

    def watch(self, app: Flask) -> None:
        """Check every request to `app` before anything else sees it, and put the headers on every reply."""
        app.before_request(self._check)
        app.after_request(self._note)
        app.after_request(_add_headers)

    def accepts(self, token: str) -> bool:
        """Whether that is the token. Raises Busy where too many from that address were not."""
        _wait(self._attempts.wait(address()), "Too many wrong tokens came from here.")
        if is_token(self._settings.api_token, token):
            return True
        self._attempts.take(address())
        log.warning("a wrong token", extra={"address": address()})
        return False

    def _check(self) -> ResponseReturnValue | None:
        self._check_host()
        if request.method not in SAFE_METHODS:
            _check_origin()
        settings = self._settings
        access = ROUTES.get(request.endpoint) if request.endpoint else Access.VISITOR  # it will be 404 or 405
        authorization = request.headers.get("Authorization", "")
        if settings.api_token and (given := bearer(authorization)):
            if access is Access.ANYONE and self._attempts.wait(address()):
                authorization = ""  # who may try no token is answered what anybody is
            else:
                self.accepts(given)
        g.caller = found = identify(settings, self._sign_in, authorization, request.cookies)
        if access is None:
            raise Refused(403, "This address is not open to anybody.")
        if access is Access.ANYONE or found.is_holder:
            return None
        if access is Access.VISITOR and settings.read_only:
            _wait(self._requests.take(address()), "Too many requests came from here.")
            if asked := self._asked.get(request.endpoint or ""):
                _wait(asked.take(address()), "Too many questions came from here.")
            return None
        if not settings.api_token:
            raise Refused(403, "This server is read-only: nothing can be changed over the network.")
        if not request.path.startswith((*OF_PROGRAMS, "/metrics")):
            return redirect("/login", 303)
        wrong = "That is not the token. " if bearer(request.headers.get("Authorization", "")) else ""
        reply = error_reply(401, f"{wrong}A token is needed: Authorization: Bearer TOKEN.")
        reply.headers["WWW-Authenticate"] = "Bearer"
        return reply

    def _check_host(self) -> None:
        names = self._settings.served_names
        if names and _split(f"//{request.host}").hostname not in names:
            raise Refused(
                403, f"This server does not answer for the host {shown(request.host)} (ASSISTANT_HOST_NAMES)."
            )

    def _note(self, reply: Response) -> Response:
        """Enter in the audit log what was done; tell the browser by which cookie it finds its conversations again."""
        found: Caller | None = g.get("caller")
        if found is None:
            return reply
        endpoint = request.endpoint or ""
        is_safe = request.method in SAFE_METHODS or endpoint in CHANGES_NOTHING
        is_own = not is_safe and ROUTES.get(endpoint) is Access.HOLDER
        is_through = reply.status_code < 400 or reply.status_code >= 500  # what broke off may have changed something
        if found.is_holder and is_through and (is_own or endpoint in CHANGES):
            self._enter(found, reply)
        if reply.status_code >= 400:
            return reply
        is_asking = request.endpoint == "ask.ask" and not found.is_holder
        if found.new_browser and (is_asking or request.endpoint in BROWSER_IS_TOLD):
            reply.set_cookie(
                BROWSER_COOKIE,
                found.new_browser,
                max_age=BROWSER_SECONDS,
                httponly=True,
                samesite="Lax",  # a link from elsewhere to the page must not begin a new browser
                secure=request.is_secure,
            )
        return reply

    def _enter(self, found: Caller, reply: Response) -> None:
        subject = " ".join(filter(None, (*(request.view_args or {}).values(), g.get("subject"))))
        rule = request.url_rule.rule if request.url_rule else request.path
        self._audit.note_done(
            found.name,
            f"{request.method} {rule}",
            subject or None,
            address=address(),
            status=reply.status_code,
            request_id=request_id.get(),
        )


def caller() -> Caller:
    """Who sends the present request."""
    found = g.caller
    assert isinstance(found, Caller)
    return found


def is_visitor() -> bool:
    """Whether nothing can be changed by who asks; also where that was refused before it was known."""
    return "caller" not in g or not caller().is_holder


def _add_headers(reply: Response) -> Response:
    for name, value in HEADERS.items():
        reply.headers.setdefault(name, value)
    if request.path.startswith(OF_PROGRAMS):
        reply.headers.setdefault("Cache-Control", "no-store")
    return reply


def _wait(seconds: float, message: str) -> None:
    if seconds > 0:
        raise Busy(429, f"{message} Try again in {math.ceil(seconds)} s.", retry_after_seconds=math.ceil(seconds))


def address() -> str:
    """The client's, as far as it can be believed: a proxy's word counts where the proxy is trusted (`server.py`)."""
    return request.remote_addr or ""


def _check_origin() -> None:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    # hosts alone are compared: behind a proxy that ends TLS the schemes differ
    from_elsewhere = origin is not None and _split(origin).netloc != request.host
    if from_elsewhere or site not in {"same-origin", "none"}:
        raise Refused(403, "A page of another site may not do this.")


def _split(address: str) -> SplitResult:
    """`address` in its parts, all empty where it is not one."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
