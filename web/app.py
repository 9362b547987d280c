"""The application factory: settings and the working parts in, a WSGI application out. It starts nothing."""

from importlib.metadata import version

from flask import Response, jsonify
from flask.json.provider import DefaultJSONProvider
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from assistant.assistant import Assistant
from index.library import Library
from web.conversations.conversations import Conversations
from web.conversations.feedback import Feedback
from web.error_replies import answer_errors, invalid_reply
from web.http.bodies import check_bodies
from web.jobs.freshness import Freshness
from web.jobs.jobs import Jobs
from web.language import speak
from web.monitoring.request_log import log_requests
from web.routes import (
    articles,
    ask,
    completions,
    health,
    login,
    operation,
    page,
    sessions,
    stories,
    topic_pages,
    topics,
)
from web.routes import jobs as job_routes
from web.schemas.replies import ErrorReply
from web.security.audit import Audit
from web.security.guard import Guard
from web.security.sign_in import SignIn
from web.services import Services
from web.settings import Settings
from web.stories.stories import Stories


def create_app(settings: Settings, library: Library, assistant: Assistant, jobs: Jobs) -> OpenAPI:
    """The pages and the API over these parts, which stay their maker's to close."""
    app = OpenAPI(
        "web",
        info=Info(title="Article assistant", version=version("article-assistant")),
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        openapi_extensions={"security": [{"token": []}]} if settings.needs_token else None,
        validation_error_model=ErrorReply,
        validation_error_callback=invalid_reply,
        doc_ui=False,  # its pages load scripts from elsewhere; the document itself is served below
    )
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.sort_keys = False  # in the order of their definition replies read better
    audit = Audit(library.database)
    sign_in = SignIn(library.database, settings.api_token)
    guard = Guard(settings, audit, sign_in)
    app.extensions["services"] = serving = Services(
        settings,
        library,
        assistant,
        jobs,
        Conversations(library.database),
        Feedback(library.database),
        Stories(library.database),
        Freshness(library.database, settings.feeds),
        audit,
        guard,
        sign_in,
    )
    log_requests(app)
    guard.watch(app)
    check_bodies(app, settings.max_request_bytes)
    answer_errors(app)
    speak(app)
    serving.metrics.count_requests(app)
    for routes in (ask, topics, stories, articles, job_routes, sessions, completions, operation, health):
        app.register_api(routes.api)
    app.register_blueprint(page.pages)
    app.register_blueprint(topic_pages.pages)
    if settings.api_token:
        app.register_blueprint(login.pages)

    @app.get("/api/openapi.json", doc_ui=False)
    def openapi() -> Response:
        return jsonify(app.api_doc)

    return app
