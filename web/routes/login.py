"""Signing in and out with a browser, where the server asks for a token."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.errors import Busy
from web.monitoring.logs import request_id
from web.security.guard import address, caller
from web.security.sign_in import SIGNED_IN_SECONDS, TOKEN_COOKIE
from web.services import services

MAX_FORM_BYTES = 10_000
# under no-referrer a browser sends a form with "Origin: null", which the origin check refuses
OWN_ORIGIN = {"Referrer-Policy": "same-origin"}

pages = Blueprint("login", __name__)


@pages.get("/login")
def form() -> ResponseReturnValue:
    return _form(), OWN_ORIGIN


@pages.post("/login")
def log_in() -> ResponseReturnValue:
    request.max_content_length = MAX_FORM_BYTES
    serving = services()
    try:
        is_right = serving.guard.accepts(request.form.get("token", "").strip())
    except Busy as busy:
        return _form(problem=str(busy)), busy.status, OWN_ORIGIN | {"Retry-After": str(busy.retry_after_seconds)}
    if not is_right:
        return _form(is_wrong=True), 401, OWN_ORIGIN
    serving.audit.note_done("token", "sign in", address=address(), request_id=request_id.get())
    reply = redirect("/", 303)
    reply.set_cookie(
        TOKEN_COOKIE,
        serving.sign_in.cookie(),
        max_age=SIGNED_IN_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return reply


@pages.post("/logout")
def log_out() -> ResponseReturnValue:
    """The browser's conversations stay its own: it finds them again when it is signed in again."""
    serving = services()
    if caller().is_holder:
        serving.audit.note_done(caller().name, "sign out", address=address(), request_id=request_id.get())
    reply = redirect("/login" if not serving.settings.read_only else "/", 303)
    reply.delete_cookie(TOKEN_COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)
    return reply


def _form(*, is_wrong: bool = False, problem: str = "") -> str:
    read_only = services().settings.read_only
    return render_template("login.html", is_wrong=is_wrong, problem=problem, read_only=read_only)
