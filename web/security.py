"""Who may ask, from which page, and what a browser may do with the replies.

- Token: when one is set, everything but health, the login and static files needs it, as a bearer token or in
  the cookie that the login form sets. The cookie holds a value made from the token, not the token.
- Origin: a page of another site may have its visitor's browser send requests here. Whatever changes something
  is refused when the browser says that it comes from elsewhere; other programs send no such header.
- Host: a site may let its own name point to 127.0.0.1 and so become "this host". On loopback only this
  machine's own names are served.
- Headers: nothing from another host is loaded, no inline script or style runs, no frame holds the page.
"""

import hmac
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue

from index.errors import shown
from web.error_replies import error_reply
from web.errors import Refused
from web.settings import Settings

COOKIE = "assistant_token"
OPEN_PATHS = ("/api/health", "/login")
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def guard(app: Flask, settings: Settings) -> None:
    """Check every request to `app` before anything else sees it, and put the headers on every reply."""

    @app.before_request
    def check() -> ResponseReturnValue | None:
        if settings.is_loopback:
            _check_host(settings.host)
        if request.method not in SAFE_METHODS:
            _check_origin()
        if not settings.api_token or request.endpoint == "static" or request.path in OPEN_PATHS:
            return None
        if has_token(settings.api_token):
            return None
        if not request.path.startswith("/api/"):
            return redirect("/login", 303)
        reply = error_reply(401, "A token is needed: Authorization: Bearer TOKEN.")
        reply.headers["WWW-Authenticate"] = "Bearer"
        return reply

    @app.after_request
    def add_headers(reply: Response) -> Response:
        for name, value in HEADERS.items():
            reply.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            reply.headers.setdefault("Cache-Control", "no-store")
        return reply


def has_token(token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and same(given.strip(), token):
        return True
    return same(request.cookies.get(COOKIE, ""), cookie_value(token))


def cookie_value(token: str) -> str:
    """What a browser shows instead of the token; another token makes it void."""
    return hmac.new(token.encode(), b"browser", sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compared in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _check_host(own: str) -> None:
    if _split(f"//{request.host}").hostname not in OWN_NAMES | {own.lower()}:
        raise Refused(403, f"This server does not answer for the host {shown(request.host)}.")


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
