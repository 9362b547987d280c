"""The chat page. It loads everything by the JSON API."""

from importlib.metadata import version

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from index.ingest.formats import SUFFIXES
from web.services import services

pages = Blueprint("pages", __name__)


@pages.get("/")
def chat() -> ResponseReturnValue:
    return render_template(
        "chat.html",
        version=version("article-assistant"),
        max_upload_mb=services().settings.max_upload_mb,
        suffixes=sorted(SUFFIXES),
    )
