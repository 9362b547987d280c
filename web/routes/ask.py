"""Questions, searches, and what to ask."""

from dataclasses import replace

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.schema import Schema
from flask_openapi3.utils import get_model_schema

from assistant.answer import Answer
from index.search.filters import Filters
from web.errors import Unwanted
from web.events import HEADERS, MEDIA_TYPE, answer_events, event_stream
from web.replies import Json, found_json
from web.routes.errors import errors
from web.schemas.replies import AnswerReply, FoundReply, SuggestionsReply
from web.schemas.requests import AskBody, SearchBody, SuggestionsQuery
from web.services import services, wanted

api = APIBlueprint("ask", __name__, url_prefix="/api", abp_responses=errors(400, 404, 413, 415, 422, 503))


ANSWERED = {
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/AnswerReply"}},
        MEDIA_TYPE: {},
    }
}
api.components_schemas["AnswerReply"] = Schema(**get_model_schema(AnswerReply, mode="serialization"))


@api.post("/ask", responses={200: ANSWERED, **errors(409)})
def ask(body: AskBody) -> Json | Response:
    """Answer a question; with `stream`, as server-sent events.

    Without a `session_id` a conversation begins, and the answer says which.
    """
    serving = services()
    serving.check_can_answer()
    conversations = serving.conversations  # the caller's: a stream outlives the request's context
    history = () if body.session_id is None else conversations.history(body.session_id, body.replaces)
    is_wanted = wanted()
    question = replace(body.as_question(history), is_wanted=is_wanted)

    def store(answer: Answer) -> Json:
        if not is_wanted():
            raise Unwanted("Who asked has left.")
        return serving.keep(conversations, body.session_id, question, answer, body.replaces)

    if not body.stream:
        with serving.gate.held(is_wanted, leaving=serving.leaving):
            answer = serving.assistant.ask(question)
        return store(answer)
    serving.gate.enter(is_wanted, leaving=serving.leaving)
    reply = Response(
        event_stream(answer_events(serving.assistant.stream(question), store)), mimetype=MEDIA_TYPE, headers=HEADERS
    )
    # not in the generator: one that is closed before it began runs none of its code
    reply.call_on_close(serving.gate.leave)
    return reply


@api.post("/search", responses={200: FoundReply})
def search(body: SearchBody) -> Json:
    """Ranked passages, no answer."""
    serving = services()
    serving.check_can_answer()
    filters = body.filters.as_filters() if body.filters else Filters()
    with serving.gate.held(wanted(), leaving=serving.leaving):
        found = serving.assistant.search(body.query, filters, body.top_k)
    return found_json(found, filters, serving.library.snapshot().unknown_companies(filters.company))


@api.get("/suggestions", responses={200: SuggestionsReply})
def suggest(query: SuggestionsQuery) -> Json:
    """Questions that the articles answer: to begin with, or, with a `message_id`, after that answer."""
    serving = services()
    serving.check_can_answer()
    turn = None if query.message_id is None else serving.conversations.turn(query.message_id)
    with serving.gate.held(wanted(), leaving=serving.leaving):
        found = serving.assistant.first_questions() if turn is None else serving.assistant.next_questions(turn)
    return {"questions": list(found)}
