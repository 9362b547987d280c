"""The chat page. With scripts it loads all by the JSON API; without, its form asks here and the server writes it."""

from dataclasses import dataclass, field, replace
from importlib.metadata import version

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from assistant.errors import AssistantFault
from index.errors import IndexFault
from index.ingest.formats import SUFFIXES
from web.error_replies import error_reply, status_of, unexpected_message
from web.errors import Busy, Refused, UnknownSession, WebError
from web.language import LANGUAGES, for_later
from web.limits import MAX_JSON_BYTES, MAX_QUESTION_CHARS
from web.plain import original, pieces, told_apart
from web.replies import Json
from web.routes.login import OWN_ORIGIN
from web.schemas.requests import AskBody
from web.security.guard import is_visitor
from web.services import services, wanted

MAX_FORM_BYTES = MAX_JSON_BYTES

pages = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the form's page says. The typed stays in its fields where it could not be asked."""

    messages: list[Json] = field(default_factory=list)
    session_id: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    problem: str | None = None
    """Which one of the template's."""
    message: str | None = None
    """One of the server's own, in English."""


@pages.get("/sheets")
def sheets() -> ResponseReturnValue:
    """What of the page's markup comes when it is first needed."""
    return render_template(
        "sheets.html",
        is_visitor=is_visitor(),
        asks_for_token=bool(services().settings.api_token),
        version=version("article-assistant"),
        max_upload_mb=services().settings.max_upload_mb,
        suffixes=sorted(SUFFIXES),
    )


@pages.get("/strings/<language>")
def later_strings(language: str) -> ResponseReturnValue:
    """The strings that the page does not carry itself."""
    if language not in LANGUAGES:
        abort(404)
    return jsonify(for_later(language))


@pages.get("/")
def chat() -> ResponseReturnValue:
    return _page(_Shown())


@pages.get("/ask")
def leave() -> ResponseReturnValue:
    """Where the address of an answer's page is typed or kept."""
    return redirect("/", 303)


@pages.post("/ask")
def ask() -> ResponseReturnValue:
    """Answer the form's question, and show the conversation with it."""
    request.max_content_length = request.max_form_memory_size = MAX_FORM_BYTES
    try:
        form = request.form
    except RequestEntityTooLarge:
        return _page(_Shown(problem="too_long"), 413)
    typed = {name: form.get(name, "").strip() for name in ("question", "after", "before", "source", "company")}
    session_id = form.get("session_id") or None
    problem = message = None
    status = 200
    try:
        session_id, problem = _answer(typed, session_id)
        typed["question"] = ""
    except ValidationError as error:
        problem, status = _problem(error), 422
        session_id = None if problem == "lost" else session_id
    except (IndexFault, AssistantFault, WebError) as error:
        message, status = str(error), status_of(error)
    except Exception as error:
        message, status = unexpected_message(error), 500
    messages, session_id = _conversation(session_id)
    return _page(_Shown(messages, session_id, typed, problem, message), status)


@pages.errorhandler(Refused)
@pages.errorhandler(Busy)
def refused(error: Refused | Busy) -> ResponseReturnValue:
    """What the guard does not let through to the form is said on its page, and nothing of what was sent is shown."""
    if request.endpoint != "pages.ask":
        return error_reply(error.status, str(error))
    return _page(_Shown(message=str(error)), error.status)


def _answer(typed: dict[str, str], session_id: str | None) -> tuple[str, str | None]:
    """The conversation that the answer is in, a new one where `session_id` is of none that is kept; then "lost".

    Raises ValidationError and what else keeps a question from being answered.
    """
    filters = {name: typed[name] for name in ("after", "before") if typed[name]}
    body = AskBody.model_validate(
        {
            "question": typed["question"],
            "session_id": session_id,
            "filters": filters | {name: [typed[name]] for name in ("source", "company") if typed[name]},
        }
    )
    serving = services()
    serving.check_can_answer()
    problem = None
    try:
        history = serving.conversations.history(session_id) if session_id else ()
    except UnknownSession:
        history, session_id, problem = (), None, "lost"
    is_wanted = wanted()
    question = replace(body.as_question(history), is_wanted=is_wanted)
    with serving.gate.held(is_wanted, leaving=serving.leaving):
        answer = serving.assistant.ask(question)
    stored = serving.keep(serving.conversations, session_id, question, answer)
    return stored["session_id"], problem


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=True)[0]
    if first["loc"][0] == "session_id":
        return "lost"
    if first["loc"][0] == "question":
        return "blank" if not first["input"] else "too_long"
    return "dates_crossed" if first["loc"] == ("filters",) else "limits"


def _conversation(session_id: str | None) -> tuple[list[Json], str | None]:
    """Its messages and id; nothing of one that is not kept any more."""
    try:
        return (services().conversations.get(session_id)["messages"] if session_id else []), session_id
    except UnknownSession:
        return [], None


def _page(shown: _Shown, status: int = 200) -> ResponseReturnValue:
    serving = services()
    page = render_template(
        "chat.html",
        is_visitor=is_visitor(),
        first_job=serving.jobs.first(),
        must_wait=not serving.library.is_published(),
        max_upload_mb=serving.settings.max_upload_mb,
        max_question_chars=MAX_QUESTION_CHARS,
        shown=shown,
        pieces=pieces,
        told_apart=told_apart,
        original=original,
    )
    return page, status, OWN_ORIGIN
