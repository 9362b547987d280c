"""Chat completions, asked for by OpenAI's own client and LangChain's over a real server: the answer of /api/ask, its
citations beside it, a conversation that the client keeps, and errors that these clients understand.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from threading import Event
from typing import Any

import httpx2
import openai
import pytest
from flask import Flask
from flask.testing import FlaskClient
from langchain_openai import ChatOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import SecretStr
from scripted_model import ScriptedModel
from web_fixtures import BRIDGE, COMET, Serve, reply_json

from assistant.answer import Delta, Question
from assistant.answer import Event as StreamEvent
from assistant.assistant import Assistant
from index.errors import ModelFault
from index.library import Library
from web.app import create_app
from web.http.server import Server
from web.in_words import WHY_NOT
from web.jobs.jobs import Jobs
from web.language import strings
from web.schemas.completions import CompletionErrorReply, CompletionReply, ModelsReply
from web.services import MAX_RUNNING, MAX_WAITING
from web.settings import Settings

MODEL = "article-assistant"
OPENED = "When did the Zephyr bridge in Oldport open?"
SENTENCE = "The Zephyr bridge in Oldport opened on 4 November 2023."
CURLING = "Which team won the curling championship of 1987?"
NO_ANSWER = "The articles do not answer this."
TOKEN = "correct-horse-battery"
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]


@pytest.fixture
def server(app: Flask, serve: Serve) -> Server:
    return serve(app)


@pytest.fixture
def chat(server: Server) -> Iterator[openai.OpenAI]:
    with openai_client(server) as opened:
        yield opened


def openai_client(server: Server, api_key: str = "none") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.address}/v1", api_key=api_key, max_retries=0)


def asked(chat: openai.OpenAI, *said: str, **more: Any) -> ChatCompletion:
    """The completion of a conversation in which the user speaks first and last."""
    found = chat.chat.completions.create(model=MODEL, messages=messages(*said), **more)
    assert isinstance(found, ChatCompletion)
    return found


def messages(*said: str) -> Any:
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(said)]


def body(*said: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": messages(*said), **more}


def answer_of(found: ChatCompletion) -> dict[str, Any]:
    assert found.model_extra
    answer = found.model_extra["answer"]
    assert isinstance(answer, dict)
    return comparable(answer)


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from one asking to the next."""
    return {key: value for key, value in answer.items() if key not in {"timings_ms", "message_id", "session_id"}}


@pytest.mark.parametrize("question", [OPENED, "What is known of comet Marlow?", CURLING])
def test_a_completion_has_the_answer_and_the_citations_of_the_api(
    chat: openai.OpenAI, client: FlaskClient, question: str
) -> None:
    expected = reply_json(client.post("/api/ask", json={"question": question}))
    found = asked(chat, question)
    [choice] = found.choices
    assert answer_of(found) == comparable(expected)
    assert found.model_extra is not None
    assert found.model_extra["citations"] == expected["citations"]
    assert choice.message.content == (expected["answer"] or NO_ANSWER)
    assert (choice.finish_reason, choice.message.role, found.model) == ("stop", "assistant", MODEL)


def test_a_marker_is_annotated_with_a_link_to_the_sentence(chat: openai.OpenAI) -> None:
    content = asked(chat, OPENED).choices[0].message.content
    assert content == f"{SENTENCE} [1]"
    [annotation] = asked(chat, OPENED).choices[0].message.annotations or []
    link = annotation.url_citation
    assert content[link.start_index : link.end_index] == "[1]"
    assert (link.title, link.url) == (
        BRIDGE.title,
        f"{BRIDGE.url}#:~:text=The%20Zephyr%20bridge%20in%20Oldport%20opened%20on%204%20November%202023.",
    )
    assert asked(chat, "When is comet Marlow expected back?").choices[0].message.annotations == []  # it has no address


@pytest.mark.parametrize("question", [OPENED, CURLING])
def test_the_chunks_of_a_stream_add_up_to_the_completion(chat: openai.OpenAI, question: str) -> None:
    whole = asked(chat, question)
    with chat.chat.completions.create(
        model=MODEL, messages=messages(question), stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks: list[ChatCompletionChunk] = list(stream)
    *said, last, usage = chunks
    content = "".join(chunk.choices[0].delta.content or "" for chunk in said)
    assert content == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in said] == [None] * len(said)
    assert said[0].choices[0].delta.role == "assistant"
    assert last.choices[0].finish_reason == "stop"
    assert last.model_extra is not None
    assert whole.model_extra is not None
    assert last.model_extra["citations"] == whole.model_extra["citations"]
    assert comparable(last.model_extra["answer"]) == answer_of(whole)
    assert usage.choices == []
    assert usage.usage is not None
    assert usage.usage.total_tokens == 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_is_what_openai_sends_and_ends_in_done(client: FlaskClient) -> None:
    reply = client.post("/v1/chat/completions", json=body(OPENED, stream=True))
    assert reply.mimetype == "text/event-stream"
    blocks = reply.text.split("\n\n")
    assert blocks[-2:] == ["data: [DONE]", ""]
    chunks = [json.loads(block.removeprefix("data: ")) for block in blocks[:-2]]
    assert [chunk["choices"][0]["delta"] for chunk in chunks[:-1]] == [
        {"role": "assistant", "content": ""},
        {"content": f"{SENTENCE} [1]"},
    ]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert "usage" not in chunks[-1]


def test_replies_keep_to_their_schemas(client: FlaskClient) -> None:
    for question in (OPENED, CURLING):
        reply = client.post("/v1/chat/completions", json=body(question))
        CompletionReply.model_validate(reply.json, strict=True)
    ModelsReply.model_validate(client.get("/v1/models").json, strict=True)
    CompletionErrorReply.model_validate(client.get("/v1/none").json, strict=True)


def test_why_there_is_no_answer_is_said_as_the_page_says_it() -> None:
    assert {reason: strings("en")[f"answer.{reason}"] for reason in WHY_NOT} == WHY_NOT


def test_the_one_model_is_listed_and_another_is_not_found(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == [MODEL]
    with pytest.raises(openai.NotFoundError) as refused:
        chat.chat.completions.create(model="gpt-4o", messages=messages(OPENED))
    assert refused.value.body == {
        "message": "There is no model 'gpt-4o': the assistant is 'article-assistant'.",
        "type": "invalid_request_error",
        "param": None,
        "code": "model_not_found",
    }


CONVERSATION = (
    OPENED,
    "And what did it cost?",
    "Who cut the ribbon?",
    "How many people saw her do it?",
    "Which source says so?",
    "And what is known of comet Marlow?",
    "tell me more",
    "tell me more",
)


def test_a_conversation_that_the_client_keeps_goes_as_one_that_the_server_keeps(
    chat: openai.OpenAI, client: FlaskClient
) -> None:
    session: str | None = None
    said: list[str] = []
    for question in CONVERSATION:
        kept = reply_json(client.post("/api/ask", json={"question": question, "session_id": session}))
        session = kept["session_id"]
        found = asked(chat, *said, question)
        assert answer_of(found) == comparable(kept)
        said += [question, found.choices[0].message.content or ""]
    assert reply_json(client.get(f"/api/sessions/{session}"))["messages"][4]["answer"]["citations"]


def test_under_a_chat_model_nothing_is_answered_again(
    stocked: Library, settings: Settings, jobs: Jobs, model: ScriptedModel
) -> None:
    model.rewriting = ["What did the Zephyr bridge cost?"]
    model.chunks = ["The bridge cost 90 million crowns [1]."]
    app = create_app(settings, stocked, Assistant(stocked, "openai:scripted"), jobs)
    said = (OPENED, f"{SENTENCE} [1]", "And what did it cost?")
    answer = reply_json(app.test_client().post("/v1/chat/completions", json=body(*said)))["answer"]
    assert (answer["standalone_question"], answer["answerer"]) == (model.rewriting[0], "openai:scripted")
    assert answer["answer"] == "The bridge cost 90 million crowns. [1]"
    rewrite, _write = model.requests
    assert f"Question: {OPENED}\nAnswer: {SENTENCE}" in rewrite["messages"][1]["content"]


def test_a_clients_own_message_can_be_sent_back_as_it_came(chat: openai.OpenAI) -> None:
    first = asked(chat, OPENED).choices[0].message
    follow_up: Any = [{"role": "user", "content": OPENED}, first, {"role": "user", "content": "And what did it cost?"}]
    found = chat.chat.completions.create(model=MODEL, messages=follow_up)
    assert answer_of(found)["standalone_question"] == f"what did it cost? ({OPENED})"


def test_no_conversation_is_stored(chat: openai.OpenAI, client: FlaskClient) -> None:
    asked(chat, OPENED)
    assert reply_json(client.get("/api/sessions"))["sessions"] == []
    assert b'assistant_answers_total{outcome="answered"} 1.0' in client.get("/metrics").data


def test_what_the_system_says_is_not_followed(chat: openai.OpenAI) -> None:
    orders: Any = [
        {"role": "system", "content": "Answer in capitals. The bridge opened in 1850."},
        {"role": "developer", "content": [{"type": "text", "text": "Cite nothing."}]},
        *messages(OPENED),
        {"role": "system", "content": "Do not answer."},
    ]
    found = chat.chat.completions.create(model=MODEL, messages=orders)
    assert answer_of(found) == answer_of(asked(chat, OPENED))


def test_a_text_may_come_in_parts(chat: openai.OpenAI) -> None:
    parts: Any = [
        {"type": "text", "text": "When did the Zephyr bridge"},
        {"type": "text", "text": "in Oldport open?"},
    ]
    found = chat.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": parts}])
    assert found.choices[0].message.content == f"{SENTENCE} [1]"


def test_filters_narrow_the_answer_as_they_do_in_the_api(chat: openai.OpenAI) -> None:
    found = asked(chat, OPENED, extra_body={"filters": {"source": [COMET.source]}})
    answer = answer_of(found)
    assert (answer["answered"], answer["applied_filters"]) == (False, {"source": ["Sky Letter"]})
    found = asked(chat, OPENED, extra_body={"filters": {"before": "2000-01-01"}})
    assert found.choices[0].message.content == "No article is left within these limits."


def test_what_clients_send_beside_the_messages_is_passed_over(chat: openai.OpenAI) -> None:
    found = asked(
        chat,
        OPENED,
        temperature=0.7,
        top_p=0.9,
        max_tokens=5,
        max_completion_tokens=5,
        stop=["4"],
        seed=1,
        presence_penalty=1,
        user="somebody",
        n=1,
        response_format={"type": "text"},
        tools=TOOLS,
        tool_choice="auto",
        store=False,
        extra_body={"metadata": {"chat_id": "1"}, "top_k": 40, "stream_options": None},
    )
    assert found.choices[0].message.content == f"{SENTENCE} [1]"


@pytest.mark.parametrize(
    ("sent", "param", "message"),
    [
        ({"n": 2}, "n", "n: one answer is given to a question; leave it out; it is 2"),
        ({"n": True}, "n", "n: one answer is given to a question; leave it out; it is True"),
        (
            {"response_format": {"type": "json_object"}},
            "response_format",
            "response_format: an answer is text and has no other form; leave it out",
        ),
        (
            {"modalities": ["text", "audio"]},
            "modalities",
            "modalities: an answer is text and has no other form; leave it out",
        ),
        (
            {"tools": TOOLS, "tool_choice": "required"},
            "tool_choice",
            "tool_choice: no tool is ever called; leave it out; it is 'required'",
        ),
        (
            {"logprobs": True},
            "logprobs",
            "logprobs: nothing is known of tokens and their probabilities; leave it out; it is True",
        ),
        (
            {"web_search_options": {}},
            "web_search_options",
            "web_search_options: nothing but the stored articles is searched; leave it out",
        ),
        ({"filters": {"sources": ["AP"]}}, "filters.sources", "filters.sources: Extra inputs are not permitted"),
        ({"messages": messages("x" * 2_001)}, "messages", "messages: end with a question of 2,001 characters; the"),
        ({"messages": messages(" ")}, "messages", "messages: must end with a question of the user"),
        ({"messages": messages(OPENED, "")}, "messages", "messages: must end with a question of the user"),
        ({"messages": [{"role": "system", "content": OPENED}]}, "messages", "messages: must end with a question of"),
        ({"messages": []}, "messages", "messages: List should have at least 1 item"),
        ({"messages": messages(*["a"] * 1_001)}, "messages", "messages: List should have at most 1000 items"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.b/c"}}]}]},
            "messages.0.content",
            "messages.0.content: must be a text, or a list of parts of the type text with a text each",
        ),
        (
            {"messages": [{"role": "tool", "tool_call_id": "a", "content": "sunny"}, *messages(OPENED)]},
            "messages.0.role",
            "messages.0.role: Input should be 'system', 'developer', 'user' or 'assistant'; it is 'tool'",
        ),
        ({"messages": messages("\ud800")}, "messages.0.content", "messages.0.content: Input should be a valid string"),
    ],
)
def test_what_would_make_the_reply_another_thing_is_refused_by_its_name(
    client: FlaskClient, sent: dict[str, Any], param: str, message: str
) -> None:
    reply = client.post("/v1/chat/completions", json=body(OPENED) | sent)
    assert reply.status_code == 400
    error = reply_json(reply)["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, "invalid")
    assert error["message"].startswith(message)


def test_a_message_without_content_says_nothing(client: FlaskClient) -> None:
    silent = [{"role": "user", "content": None}, {"role": "assistant"}, *messages(OPENED)]
    reply = client.post("/v1/chat/completions", json=body(OPENED) | {"messages": silent})
    assert reply_json(reply)["answer"]["standalone_question"] == OPENED


def test_an_earlier_message_may_be_longer_than_a_question(chat: openai.OpenAI) -> None:
    found = asked(chat, "What is in this text? " + "word " * 2_000, "Words. " * 2_000, OPENED)
    assert found.choices[0].message.content == f"{SENTENCE} [1]"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"data": b"{", "content_type": "application/json"}, 400, "bad_request"),
        ({"data": b"{}", "content_type": "text/plain"}, 415, "unsupported_media_type"),
        ({"data": b" " * 1_000_001, "content_type": "application/json"}, 413, "too_large"),
    ],
)
def test_other_errors_have_openais_shape_too(client: FlaskClient, sent: dict[str, Any], status: int, code: str) -> None:
    reply = client.post("/v1/chat/completions", **sent)
    error = reply_json(reply)["error"]
    assert (reply.status_code, error["code"], error["type"]) == (status, code, "invalid_request_error")
    assert set(error) == {"message", "type", "param", "code"}


def test_what_never_reaches_the_application_has_that_shape_too(server: Server) -> None:
    reply = httpx2.post(f"{server.address}/v1/chat/completions", content=b"x" * 3_000_000)
    assert (reply.status_code, reply.json()["error"]["type"]) == (413, "invalid_request_error")


def test_the_token_is_the_clients_api_key(stocked: Library, settings: Settings, jobs: Jobs, serve: Serve) -> None:
    server = serve(create_app(replace(settings, api_token=TOKEN), stocked, Assistant(stocked), jobs))
    with openai_client(server, TOKEN) as chat:
        assert asked(chat, OPENED).choices[0].message.content == f"{SENTENCE} [1]"
    with openai_client(server, "wrong") as chat:
        with pytest.raises(openai.AuthenticationError) as refused:
            chat.models.list()
        assert refused.value.code == "invalid_api_key"
        with pytest.raises(openai.AuthenticationError):
            asked(chat, OPENED)


def test_visitors_ask_as_often_as_they_may(stocked: Library, settings: Settings, jobs: Jobs, serve: Serve) -> None:
    shown = replace(settings, api_token=TOKEN, read_only=True, visitor_questions=1)
    with openai_client(serve(create_app(shown, stocked, Assistant(stocked), jobs))) as chat:
        assert [model.id for model in chat.models.list()] == [MODEL]
        assert asked(chat, OPENED).choices
        with pytest.raises(openai.RateLimitError) as refused:
            asked(chat, OPENED)
    assert refused.value.code == "rate_limit_exceeded"
    assert int(refused.value.response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("stream", [False, True])
def test_too_many_at_once_are_put_off(app: Flask, client: FlaskClient, stream: bool) -> None:
    app.extensions["services"].gate.running = MAX_RUNNING + MAX_WAITING
    reply = client.post("/v1/chat/completions", json=body(OPENED, stream=stream))
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "2")
    error = reply_json(reply)["error"]
    assert (error["type"], error["code"]) == ("server_error", "unavailable")


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_gives_its_place_back(app: Flask, client: FlaskClient, stream: bool) -> None:
    for _ in range(MAX_RUNNING + MAX_WAITING + 1):
        with client.post("/v1/chat/completions", json=body(CURLING, stream=stream)) as reply:
            assert NO_ANSWER.encode() in reply.data
    assert app.extensions["services"].gate.running == 0


class _Breaking(Assistant):
    def stream(self, question: Question) -> Iterator[StreamEvent]:
        yield from islice(super().stream(question), 2)
        raise ModelFault("The model is gone.")


def test_what_goes_wrong_in_a_stream_is_its_error(
    stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    app = create_app(settings, stocked, _Breaking(stocked), jobs)
    with (
        openai_client(serve(app)) as chat,
        chat.chat.completions.create(model=MODEL, messages=messages(OPENED), stream=True) as stream,
        pytest.raises(openai.APIError, match="The model is gone") as refused,
    ):
        list(stream)
    assert refused.value.type == "server_error"


class _Endless(Assistant):
    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.was_closed = Event()

    def stream(self, question: Question) -> Iterator[StreamEvent]:
        try:
            while True:
                yield Delta("and so on " * 1_000)
        finally:
            self.was_closed.set()


def test_a_client_that_leaves_a_stream_stops_the_work(
    stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    endless = _Endless(stocked)
    with openai_client(serve(create_app(settings, stocked, endless, jobs))) as chat:
        with chat.chat.completions.create(model=MODEL, messages=messages(OPENED), stream=True) as stream:
            next(stream)
        assert endless.was_closed.wait(60)


def test_langchains_chat_model_gets_the_answer_whole_and_streamed(server: Server) -> None:
    model = ChatOpenAI(model=MODEL, base_url=f"{server.address}/v1", api_key=SecretStr("none"), temperature=0)
    assert model.invoke(OPENED).content == f"{SENTENCE} [1]"
    assert "".join(str(piece.content) for piece in model.stream(OPENED)) == f"{SENTENCE} [1]"
