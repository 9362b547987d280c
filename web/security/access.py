"""Who asks, and what each route is open to.

A route that is not entered in ROUTES is closed to everybody, so that a new one is open to nobody by accident. Whoever
has the token may everything; without one set, whoever reaches the server has it. In the read-only mode others may do
what is open to visitors.

Conversations belong to the browser that began them, which a cookie tells; their rows hold a hash of it. Programs send
none: theirs belong to the token, and so do those from before there was one.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from web.conversations.tables import VISITOR
from web.security.sign_in import TOKEN_COOKIE, SignIn
from web.settings import Settings

BROWSER_COOKIE = "assistant_browser"
BROWSER_SECONDS = 400 * 86_400  # longer than that no browser keeps one
BROWSER_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")


class Access(Enum):
    ANYONE = "anyone"
    """Never needs the token."""
    VISITOR = "visitor"
    """Needs the token but in the read-only mode."""
    HOLDER = "holder"
    """Needs the token, whatever the mode."""


ROUTES = {
    "static": Access.ANYONE,
    "health.health": Access.ANYONE,
    "login.form": Access.ANYONE,
    "login.log_in": Access.ANYONE,
    "login.log_out": Access.ANYONE,
    "openapi": Access.VISITOR,
    "pages.chat": Access.VISITOR,
    "pages.ask": Access.VISITOR,
    "pages.leave": Access.VISITOR,
    "pages.sheets": Access.VISITOR,
    "pages.later_strings": Access.VISITOR,
    "ask.ask": Access.VISITOR,
    "ask.search": Access.VISITOR,
    "ask.suggest": Access.VISITOR,
    "topics.timeline": Access.VISITOR,
    "topic_pages.timeline": Access.VISITOR,
    "topic_pages.article": Access.VISITOR,
    "topic_pages.stories": Access.HOLDER,
    "topic_pages.tell": Access.HOLDER,
    "topic_pages.story": Access.HOLDER,
    "topic_pages.remove_story": Access.HOLDER,
    "stories.tell": Access.HOLDER,
    "stories.list_stories": Access.HOLDER,
    "stories.get_story": Access.HOLDER,
    "stories.remove_story": Access.HOLDER,
    "completions.complete": Access.VISITOR,
    "completions.list_models": Access.VISITOR,
    "articles.list_articles": Access.VISITOR,
    "articles.list_sources": Access.VISITOR,
    "articles.list_companies": Access.VISITOR,
    "articles.get_article": Access.VISITOR,
    "articles.list_revisions": Access.VISITOR,
    "articles.show_difference": Access.VISITOR,
    "articles.list_related": Access.VISITOR,
    "articles.add_articles": Access.HOLDER,
    "articles.preview_articles": Access.HOLDER,
    "articles.remove_article": Access.HOLDER,
    "articles.restore_article": Access.HOLDER,
    "jobs.rebuild": Access.HOLDER,
    "jobs.list_jobs": Access.HOLDER,
    "jobs.get_job": Access.VISITOR,  # by an id that nobody guesses: the page tells how far the first job is
    "jobs.cancel_job": Access.HOLDER,
    "sessions.list_sessions": Access.VISITOR,  # this and the next: of the caller's own conversations
    "sessions.get_session": Access.VISITOR,
    "sessions.rename_session": Access.VISITOR,
    "sessions.delete_session": Access.VISITOR,
    "sessions.export_session": Access.VISITOR,
    "sessions.give_feedback": Access.VISITOR,
    "sessions.export_feedback": Access.HOLDER,
    "operation.list_audit": Access.HOLDER,
    "operation.metrics": Access.HOLDER,
}
"""By endpoint."""

QUESTIONS = frozenset(
    {"ask.ask", "ask.search", "topics.timeline", "topic_pages.timeline", "completions.complete", "pages.ask"}
)
"""What costs a visitor one of the questions that a minute has."""
SUGGESTIONS = frozenset({"ask.suggest"})
"""What comes with each of them: as many of their own."""
CHANGES_NOTHING = frozenset({"articles.preview_articles"})
CHANGES = frozenset({"sessions.rename_session", "sessions.delete_session", "sessions.give_feedback"})
"""Open to visitors; in the audit log where the token's holder makes them. Visitors could drown it."""


@dataclass(frozen=True, slots=True)
class Caller:
    is_holder: bool
    """Of the token."""
    name: str
    """As the audit log has it."""
    owner: str
    """Whose the conversations are that the caller begins."""
    reach: frozenset[str]
    """The owners whose conversations the caller finds."""
    new_browser: str | None = None
    """The cookie to be set, where a conversation of the caller's could not be found again without one."""


def identify(settings: Settings, sign_in: SignIn, authorization: str, cookies: Mapping[str, str]) -> Caller:
    """The caller who sends that header and those cookies."""
    given = cookies.get(BROWSER_COOKIE, "")
    browser = given if BROWSER_ID.fullmatch(given) else secrets.token_urlsafe(18)
    new = None if browser == given else browser
    hashed = sha256(browser.encode()).hexdigest()[:32]
    of_holder, of_visitor = f"holder {hashed}", VISITOR + hashed
    by_cookie = sign_in.accepts(cookies.get(TOKEN_COOKIE, ""))
    if not settings.needs_token:  # also what this browser began while there was a token
        return Caller(True, "this machine", "", frozenset({"", of_holder}))
    if by_cookie or is_token(settings.api_token, bearer(authorization)):
        if new and not by_cookie:
            return Caller(True, "token", "", frozenset({""}))
        return Caller(True, f"browser {hashed[:8]}", of_holder, frozenset({"", of_holder, of_visitor}), new)
    return Caller(False, VISITOR + hashed[:8], of_visitor, frozenset({of_visitor}), new)


def bearer(authorization: str) -> str:
    """The token in that header; empty where there is none."""
    scheme, _, given = authorization.partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def is_token(token: str, given: str) -> bool:
    """Compared in a time that does not tell how much of it was right."""
    same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())
    return bool(token) and same
