"""What schemathesis checks for us beyond its own: loaded by its process, as `fuzzed_api.toml` says."""

import json
from typing import Any

import jsonschema_rs
import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance, use_after_free

UNSAID = (
    "The cursor ",  # has to be one that was given
    "is later than before",  # the order of two days
    "replaces needs a session_id",
    "a story needs a topic or a question",  # null is none
    "The article ",  # its address, its dates and its kind may be written in many ways
    "holds half of a surrogate pair",
    "end with a question",  # the last of the messages
)
"""Words of replies to requests that keep to the document, and yet are wrong: what no schema can say."""


Case = schemathesis.Case[Any]


@schemathesis.check
def valid_requests_are_taken(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> bool | None:
    if (
        response.status_code in {400, 422}
        and _is_json(response)
        and any(words in response.json()["error"]["message"] for words in UNSAID)
    ):
        return None
    return positive_data_acceptance(ctx, response, case)


@schemathesis.check
def deleted_is_gone(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> bool | None:
    """A cancelled job is not: it tells what became of it."""
    if response.status_code == 200 and _is_json(response) and "state" in response.json():
        return None
    return use_after_free(ctx, response, case)


@schemathesis.check
def unavailable_says_when_to_come_back(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> None:
    if response.status_code in {429, 503}:
        assert response.headers.get("retry-after"), f"{response.status_code} without Retry-After"


@schemathesis.check
def a_stream_ends_in_what_it_adds_up_to_or_an_error(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> None:
    """The document can only name the type of a stream; its events are the contract's."""
    if "text/event-stream" not in _type(response) or case.operation.path.startswith("/v1/"):
        return
    events = [_event(block) for block in response.text.strip().split("\n\n")]
    names = [name for name, _ in events]
    last, said = events[-1]
    assert last in {"done", "error"}, names
    is_story = case.operation.path == "/api/stories"
    assert set(names[:-1]) <= ({"outline", "section"} if is_story else {"sources", "lead", "delta"}), names
    schemas = case.operation.schema.raw_schema["components"]["schemas"]
    whole = "StoryReply" if is_story else "AnswerReply"
    schema = {"$ref": f"#/components/schemas/{whole if last == 'done' else 'ErrorReply'}"}
    jsonschema_rs.validator_for(schema | {"components": {"schemas": schemas}}).validate(said)
    if last == "done" and is_story:
        assert [told for name, told in events if name == "section"] == said["sections"]
    elif last == "done":
        assert "".join(told["text"] for name, told in events if name == "delta") == said["answer"]


@schemathesis.check
def a_stream_of_chunks_adds_up_to_a_completion(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> None:
    if "text/event-stream" not in _type(response) or not case.operation.path.startswith("/v1/"):
        return
    *chunks, last = [block.removeprefix("data: ") for block in response.text.strip().split("\n\n")]
    assert last == "[DONE]"
    choices = [choice for chunk in chunks for choice in json.loads(chunk)["choices"]]
    assert [choice["finish_reason"] for choice in choices] == [None] * (len(choices) - 1) + ["stop"]
    [answer] = [said["answer"] for chunk in chunks if "answer" in (said := json.loads(chunk))]
    content = "".join(choice["delta"].get("content", "") for choice in choices)
    assert content == answer["answer"] if answer["answered"] else content


def _is_json(response: schemathesis.Response) -> bool:
    return "application/json" in _type(response).split(";")


def _type(response: schemathesis.Response) -> str:
    return response.headers.get("content-type", [""])[0]


def _event(block: str) -> tuple[str, Any]:
    name, data = block.split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
