"""Chat completions as OpenAI's API has them, so that whatever speaks that API can ask. No conversation is kept."""

from collections.abc import Iterator
from functools import partial

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.schema import Schema
from flask_openapi3.utils import get_model_schema

from assistant.answer import Event, Question
from index.errors import shown
from index.search.filters import Filters
from web.completions import completion, completion_stream, conversation, models
from web.errors import UnknownModel, Unwanted
from web.events import HEADERS, MEDIA_TYPE
from web.replies import Json
from web.routes.errors import errors
from web.schemas.completions import MODEL, OF_A_COMPLETION, CompletionBody, CompletionErrorReply, ModelsReply
from web.services import services, wanted

api = APIBlueprint("completions", __name__, url_prefix="/v1", abp_responses=errors(shape=CompletionErrorReply))
COMPLETED = {
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/CompletionReply"}},
        MEDIA_TYPE: {},
    }
}
for shape in OF_A_COMPLETION:
    api.components_schemas[shape.__name__] = Schema(**get_model_schema(shape, mode="serialization"))


@api.get("/models", responses={200: ModelsReply})
def list_models() -> Json:
    """The one model that can be asked for."""
    return models()


@api.post(
    "/chat/completions",
    responses={200: COMPLETED, **errors(400, 404, 413, 415, 503, shape=CompletionErrorReply)},
)
def complete(body: CompletionBody) -> Json | Response:
    """Answer the last message, a question, in the conversation before it; with `stream`, as server-sent events.

    `citations` and `answer`, the whole Answer, come beside the choices; in a stream with the chunk that has the
    `finish_reason`. Tools are never called, and what other parameters say of a model's writing is passed over.
    """
    if body.model != MODEL:
        raise UnknownModel(f"There is no model {shown(body.model)}: the assistant is {shown(MODEL)}.")
    serving = services()
    serving.check_can_answer()
    is_wanted = wanted()
    text, exchanges = conversation(body.messages)
    filters = body.filters.as_filters() if body.filters else Filters()
    asked = Question(text, filters=filters, is_wanted=is_wanted)
    assistant = serving.assistant
    if not body.stream:
        with serving.gate.held(is_wanted, leaving=serving.leaving):
            answer = assistant.ask(assistant.continued(asked, exchanges))
        if not is_wanted():
            raise Unwanted("Who asked has left.")
        serving.note(asked, answer)
        return completion(answer)

    def ask() -> Iterator[Event]:
        return assistant.stream(assistant.continued(asked, exchanges))

    serving.gate.enter(is_wanted, leaving=serving.leaving)
    includes_usage = bool(body.stream_options and body.stream_options.include_usage)
    stream = completion_stream(ask, partial(serving.note, asked), includes_usage=includes_usage)
    reply = Response(stream, mimetype=MEDIA_TYPE, headers=HEADERS)
    # not in the generator: one that is closed before it began runs none of its code
    reply.call_on_close(serving.gate.leave)
    return reply
