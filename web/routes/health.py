"""Whether the server answers, and from what."""

from flask_openapi3.blueprint import APIBlueprint

from web.replies import Json, status_json
from web.routes.errors import errors
from web.schemas.replies import HealthReply
from web.security.guard import caller
from web.services import services

api = APIBlueprint("health", __name__, url_prefix="/api", abp_responses=errors(503))


@api.get("/health", responses={200: HealthReply}, openapi_extensions={"security": []})
def health() -> Json:
    """The state of the index. Needs no token.

    503 until it has been brought up to date after the start; `Location` is the job that does it.
    """
    serving = services()
    serving.check_up_to_date()
    # addresses of feeds, and what went wrong with them, are not everybody's to read
    feeds = serving.freshness.feeds() if caller().is_holder else ()
    return status_json(serving.library.status(), serving.assistant.answerer, feeds)
