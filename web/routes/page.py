"""The chat page. It loads everything by the JSON API."""

from importlib.metadata import version

from flask import Blueprint, abort, jsonify, render_template
from flask.typing import ResponseReturnValue

from index.ingest.formats import SUFFIXES
from web.language import LANGUAGES, for_later
from web.services import services

pages = Blueprint("pages", __name__)


@pages.get("/strings/<language>")
def later_strings(language: str) -> ResponseReturnValue:
    """The strings that the page does not carry itself."""
    if language not in LANGUAGES:
        abort(404)
    return jsonify(for_later(language))


@pages.get("/")
def chat() -> ResponseReturnValue:
    return render_template(
        "chat.html",
        version=version("article-assistant"),
        max_upload_mb=services().settings.max_upload_mb,
        suffixes=sorted(SUFFIXES),
    )
