"""Pages beside the chat, written by the server: a timeline, stories, and an article with the cited sentence marked."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from assistant.errors import AssistantFault
from index.errors import IndexFault, UnknownArticle, shown
from index.text.canonical import is_web_address
from web.error_replies import invalid, status_of, unexpected_message
from web.errors import WebError
from web.limits import MAX_JSON_BYTES, MAX_QUESTION_CHARS, too_large
from web.plain import paragraphs
from web.routes.login import OWN_ORIGIN
from web.schemas.topics import StoryBody
from web.security.guard import is_visitor
from web.services import services, wanted

FIELDS = ("topic", "after", "before", "source", "length", "style")
FORMS = {"topic_pages.timeline": "timeline.html", "topic_pages.tell": "stories.html"}
"""By endpoint, the page that its form is on."""
LISTED = 50

pages = Blueprint("topic_pages", __name__)


@pages.get("/timeline")
def timeline() -> ResponseReturnValue:
    """What happened when: the form, and with a topic what there is about it."""
    typed = _typed(request.args)
    if not typed["topic"]:
        return _page("timeline.html", typed=typed)
    asked = _asked(typed).as_question()
    serving = services()
    serving.check_can_answer()
    with serving.gate.held(wanted(), leaving=serving.leaving):
        found = serving.assistant.timeline(asked)
    return _page("timeline.html", typed=typed, found=asdict(found))


@pages.get("/stories")
def stories() -> ResponseReturnValue:
    return _page("stories.html", typed=_typed({}), stories=services().stories.all(LISTED))


@pages.post("/stories")
def tell() -> ResponseReturnValue:
    """Put a story together and go to its page; where there is none to tell, the form stays and says why."""
    request.max_content_length = request.max_form_memory_size = MAX_JSON_BYTES
    typed = _typed(request.form)
    body = _asked(typed)
    serving = services()
    serving.check_can_answer()
    is_wanted = wanted()
    with serving.gate.held(is_wanted, leaving=serving.leaving):
        told = serving.assistant.story(replace(body.as_question(), is_wanted=is_wanted), body.length, body.style)
    if told.reason:
        return _page("stories.html", typed=typed, stories=serving.stories.all(LISTED), reason=told.reason)
    kept = serving.stories.keep(body.as_asked(), told, body.length, body.style)
    return redirect(url_for("topic_pages.story", story_id=kept["story_id"]), 303)


@pages.get("/stories/<story_id>")
def story(story_id: str) -> ResponseReturnValue:
    return _page("story.html", story=services().stories.get(story_id))


@pages.post("/stories/<story_id>/remove")
def remove_story(story_id: str) -> ResponseReturnValue:
    services().stories.remove(story_id)
    return redirect(url_for("topic_pages.stories"), 303)


@pages.get("/articles/<article_id>")
def article(article_id: str) -> ResponseReturnValue:
    """An article's text; with `start` and `end`, which count its characters, what stands there is marked."""
    revision = request.args.get("revision") or None
    library = services().library
    stored = library.article(article_id, revision) or library.article(article_id)
    if stored is None:
        raise UnknownArticle(f"There is no article {shown(article_id)}.")
    is_cited = revision is None or stored.revision == revision
    span = (request.args.get("start", 0, int), request.args.get("end", 0, int)) if is_cited else (0, 0)
    url = stored.article.url
    return _page(
        "article.html",
        article=stored.article,
        is_current=library.revision(article_id) == stored.revision,
        address=url if url and is_web_address(url) else None,
        paragraphs=paragraphs(stored.article.text, *span),
    )


@pages.errorhandler(Exception)
def failed(error: Exception) -> ResponseReturnValue:
    """What went wrong is said on the page that was asked, with what was typed there."""
    match error:
        case HTTPException() if error.code != 413:
            return error
        case RequestEntityTooLarge():
            message, status = too_large(MAX_JSON_BYTES), 413
        case ValidationError():
            message, status = str(invalid(error)), 422
        case IndexFault() | AssistantFault() | WebError():
            message, status = str(error), status_of(error)
        case _:
            message, status = unexpected_message(error), 500
    is_form = request.endpoint in FORMS and status != 413
    template = FORMS[request.endpoint] if is_form and request.endpoint else "problem.html"
    return _page(template, status, typed=_typed(request.values) if is_form else {}, message=message)


def _typed(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values.get(name, "").strip() for name in FIELDS}


def _asked(typed: dict[str, str]) -> StoryBody:
    """Raises ValidationError."""
    given = {name: value for name, value in typed.items() if value and name != "source"}
    return StoryBody.model_validate(given | ({"source": [typed["source"]]} if typed["source"] else {}))


def _page(template: str, status: int = 200, **values: object) -> ResponseReturnValue:
    page = render_template(template, is_visitor=is_visitor(), max_chars=MAX_QUESTION_CHARS, **values)
    return page, status, OWN_ORIGIN
