"""The login form for browsers, where the server asks for a token."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.security import COOKIE, cookie_value, same
from web.services import services

COOKIE_SECONDS = 30 * 86_400
# under no-referrer a browser sends a form with "Origin: null", which the origin check refuses
OWN_ORIGIN = {"Referrer-Policy": "same-origin"}

pages = Blueprint("login", __name__)


@pages.get("/login")
def form() -> ResponseReturnValue:
    return render_template("login.html", is_wrong=False), OWN_ORIGIN


@pages.post("/login")
def log_in() -> ResponseReturnValue:
    token = services().settings.api_token
    if not same(request.form.get("token", ""), token):
        return render_template("login.html", is_wrong=True), 401, OWN_ORIGIN
    reply = redirect("/", 303)
    reply.set_cookie(
        COOKIE,
        cookie_value(token),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return reply
