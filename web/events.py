"""What is written while somebody waits, as server-sent events: of an answer `sources`, `lead` and `delta`…, of a story
`outline` and `section`…, then `done` or `error`.

The events go out one by one as they come. A client that leaves closes the generator, and with it the assistant's work;
nothing of it is stored.
"""

import json
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from functools import partial

from assistant.answer import Answer, Delta, Event, Lead, Sources
from assistant.errors import AssistantFault
from assistant.topics.story import Outline, Section, Story, Told
from index.errors import IndexFault
from web.error_replies import error_body, status_of
from web.errors import WebError
from web.replies import Json

log = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Named = tuple[str, Json]
"""An event's name and what it brings."""


def answer_events(events: Iterator[Event], store: Callable[[Answer], Json]) -> Iterator[Named]:
    """store: keeps the finished answer and gives it as it is sent."""
    try:
        for event in events:
            match event:
                case Sources():
                    yield "sources", asdict(event)
                case Lead():
                    yield "lead", asdict(event)
                case Delta():
                    yield "delta", asdict(event)
                case Answer():
                    yield "done", store(event)
    finally:
        if isinstance(events, Generator):
            events.close()


def story_events(events: Iterator[Told], store: Callable[[Story], Json]) -> Iterator[Named]:
    """store: keeps the finished story and gives it as it is sent."""
    for event in events:
        match event:
            case Outline():
                yield "outline", asdict(event)
            case Section():
                yield "section", asdict(event)
            case Story():
                yield "done", store(event)


def event_stream(events: Iterator[Named]) -> Iterator[str]:
    """The text of the stream."""
    return with_errors((_event(name, data) for name, data in events), partial(_event, "error"))


def with_errors(pieces: Iterator[str], tell: Callable[[Json], str], *, path: str = "") -> Iterator[str]:
    """The text of a stream, which ends with what goes wrong in it. path: of the request, for the error's shape."""
    try:
        yield from pieces
    except (IndexFault, AssistantFault, WebError) as error:
        yield tell(error_body(status_of(error), str(error), path=path))
    except Exception:
        log.exception("a stream failed")
        yield tell(error_body(500, "Something went wrong on the server. Its log has the details.", path=path))


def _event(name: str, data: Json) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
