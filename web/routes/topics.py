"""All that the articles tell of a topic, put together."""

from dataclasses import asdict

from flask_openapi3.blueprint import APIBlueprint

from web.replies import Json
from web.routes.errors import errors
from web.schemas.topics import TimelineBody, TimelineReply
from web.services import services, wanted

api = APIBlueprint("topics", __name__, url_prefix="/api", abp_responses=errors(400, 404, 413, 415, 422, 503))


@api.post("/timeline", responses={200: TimelineReply})
def timeline(body: TimelineBody) -> Json:
    """What happened when: sentences with the dates that they tell, in the order of these, each cited.

    Sentences of several articles that tell one event are one entry.
    """
    serving = services()
    serving.check_can_answer()
    with serving.gate.held(wanted(), leaving=serving.leaving):
        return asdict(serving.assistant.timeline(body.as_question()))
