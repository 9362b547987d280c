"""An answer as it is written, as server-sent events: `sources`, `lead`, `delta`…, then `done` or `error`.

The events go out one by one as they come. A client that leaves closes the generator, and with it the
assistant's work on the answer; nothing of it is stored.
"""

import json
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from functools import partial

from assistant.answer import Answer, Delta, Event, Lead, Sources
from assistant.errors import AssistantFault
from index.errors import IndexFault
from web.error_replies import error_body, status_of
from web.errors import WebError
from web.replies import Json

log = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event_stream(events: Iterator[Event], store: Callable[[Answer], Json]) -> Iterator[str]:
    """The text of the stream. store: keeps the finished answer and gives it as it is sent."""
    return with_errors(_named(events, store), partial(_event, "error"))


def with_errors(pieces: Iterator[str], tell: Callable[[Json], str], *, path: str = "") -> Iterator[str]:
    """The text of a stream, which ends with what goes wrong in it. path: of the request, for the error's shape."""
    try:
        yield from pieces
    except (IndexFault, AssistantFault, WebError) as error:
        yield tell(error_body(status_of(error), str(error), path=path))
    except Exception:
        log.exception("a stream failed")
        yield tell(error_body(500, "Something went wrong on the server. Its log has the details.", path=path))


def _named(events: Iterator[Event], store: Callable[[Answer], Json]) -> Iterator[str]:
    try:
        for event in events:
            match event:
                case Sources():
                    yield _event("sources", asdict(event))
                case Lead():
                    yield _event("lead", asdict(event))
                case Delta():
                    yield _event("delta", asdict(event))
                case Answer():
                    yield _event("done", store(event))
    finally:
        if isinstance(events, Generator):
            events.close()


def _event(name: str, data: Json) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
