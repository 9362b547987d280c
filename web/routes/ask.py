"""Questions and searches."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.schema import Schema
from flask_openapi3.utils import get_model_schema

from assistant.answer import Answer, Question
from index.filters import Filters
from web.events import HEADERS, MEDIA_TYPE, event_stream
from web.replies import Json, found_json
from web.routes.errors import errors
from web.schemas import AnswerReply, AskBody, FoundReply, SearchBody
from web.services import Services, services

api = APIBlueprint("ask", __name__, url_prefix="/api", abp_responses=errors(400, 404, 413, 415, 422, 503))


ANSWERED = {
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/AnswerReply"}},
        MEDIA_TYPE: {},
    }
}
api.components_schemas["AnswerReply"] = Schema(**get_model_schema(AnswerReply, mode="serialization"))


@api.post("/ask", responses={200: ANSWERED})
def ask(body: AskBody) -> Json | Response:
    """Answer a question; with `stream`, as server-sent events.

    Without a `session_id` a conversation begins, and the answer says which.
    """
    serving = services()
    serving.check_can_answer()
    history = () if body.session_id is None else serving.conversations.history(body.session_id)
    question = body.as_question(history)

    def store(answer: Answer) -> Json:
        return serving.conversations.append(body.session_id, answer, settings_told(serving, question))

    if not body.stream:
        with serving.gate.held():
            answer = serving.assistant.ask(question)
        return store(answer)
    serving.gate.enter()
    reply = Response(event_stream(serving.assistant.stream(question), store), mimetype=MEDIA_TYPE, headers=HEADERS)
    # not in the generator: one that is closed before it began runs none of its code
    reply.call_on_close(serving.gate.leave)
    return reply


def settings_told(serving: Services, question: Question) -> Json:
    """What an answer depends on and does not tell itself."""
    return {
        "embedding_model": serving.library.embedding_model,
        "max_wrong": serving.settings.max_wrong,
        "unsupported": serving.settings.unsupported,
        "top_k": question.top_k,
        "understand": question.understand,
    }


@api.post("/search", responses={200: FoundReply})
def search(body: SearchBody) -> Json:
    """Ranked passages, no answer."""
    serving = services()
    serving.check_can_answer()
    filters = body.filters.as_filters() if body.filters else Filters()
    with serving.gate.held():
        found = serving.assistant.search(body.query, filters, body.top_k)
    return found_json(found, filters)
