"""Stories: put together from the articles, kept, given out."""

from dataclasses import replace

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.schema import Schema
from flask_openapi3.utils import get_model_schema

from assistant.topics.story import Story
from web.errors import Unwanted
from web.events import HEADERS, MEDIA_TYPE, event_stream, story_events
from web.replies import Json
from web.routes.errors import errors
from web.schemas.topics import StoriesQuery, StoriesReply, StoryBody, StoryPath, StoryQuery, StoryReply
from web.services import services, wanted

api = APIBlueprint("stories", __name__, url_prefix="/api", abp_responses=errors())

TOLD = {
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/StoryReply"}},
        MEDIA_TYPE: {},
    }
}
api.components_schemas["StoryReply"] = Schema(**get_model_schema(StoryReply, mode="serialization"))


@api.post("/stories", responses={200: TOLD, **errors(400, 404, 409, 413, 415, 422, 503)})
def tell(body: StoryBody) -> Json | Response:
    """Put a story together and keep it; with `stream`, as server-sent events: `outline`, `section`…, then `done`.

    Where no article tells of the topic, `reason` says why, and nothing is kept.
    """
    serving = services()
    serving.check_can_answer()
    is_wanted = wanted()
    asked = replace(body.as_question(), is_wanted=is_wanted)

    def store(told: Story) -> Json:
        if not is_wanted():
            raise Unwanted("Who asked has left.")
        return serving.stories.keep(body.as_asked(), told, body.length, body.style)

    if not body.stream:
        with serving.gate.held(is_wanted, leaving=serving.leaving):
            told = serving.assistant.story(asked, body.length, body.style)
        return store(told)
    serving.gate.enter(is_wanted, leaving=serving.leaving)
    events = story_events(serving.assistant.stream_story(asked, body.length, body.style), store)
    reply = Response(event_stream(events), mimetype=MEDIA_TYPE, headers=HEADERS)
    # not in the generator: one that is closed before it began runs none of its code
    reply.call_on_close(serving.gate.leave)
    return reply


@api.get("/stories", responses={200: StoriesReply, **errors(422)})
def list_stories(query: StoriesQuery) -> Json:
    """Those that are kept, the one that changed last first, without their text."""
    return {"stories": services().stories.all(query.limit)}


@api.get("/stories/<story_id>", responses={200: StoryReply, **errors(404, 422)})
def get_story(path: StoryPath, query: StoryQuery) -> Json:
    """One story, in its newest version or another."""
    return services().stories.get(path.story_id, query.version)


@api.delete("/stories/<story_id>", responses={204: None, **errors(404)})
def remove_story(path: StoryPath) -> tuple[str, int]:
    """Remove a story with all its versions."""
    services().stories.remove(path.story_id)
    return "", 204
