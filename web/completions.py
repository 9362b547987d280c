"""The assistant in the terms of OpenAI's chat completions: messages → a conversation, an answer → a completion.

The content is the answer's text, with its markers; the citations and the whole Answer come beside it, in fields of
their own, and once more as annotations, which is where other clients look for what a marker refers to. What the pieces
of a stream add up to is the same content.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from assistant.answer import Answer, Delta, Event
from assistant.conversation.held import Exchange
from web.error_replies import OPENAI
from web.events import with_errors
from web.in_words import WHY_NOT, content
from web.limits import MAX_QUESTION_CHARS
from web.plain import original
from web.replies import Json, answer_json
from web.schemas.completions import MODEL, CompletionMessage

MAX_ANSWER_CHARS = 4_000
"""What is read of an earlier answer, which another model may have given."""
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def conversation(messages: Sequence[CompletionMessage]) -> tuple[str, tuple[Exchange, ...]]:
    """The question that they end with, and what was asked and answered before."""
    said = [(m.role, (m.content or "").strip()) for m in messages if m.role in ("user", "assistant")]
    exchanges: list[Exchange] = []
    for role, text in said[:-1]:
        if role == "user":
            exchanges.append(Exchange(text[:MAX_QUESTION_CHARS], ""))
        elif exchanges and text not in WHY_NOT.values():
            answer = f"{exchanges[-1].answer} {text}".strip()
            exchanges[-1] = replace(exchanges[-1], answer=answer[:MAX_ANSWER_CHARS])
    return said[-1][1], tuple(exchange for exchange in exchanges if exchange.question)


def completion(answer: Answer) -> Json:
    message = {"role": "assistant", "content": content(answer), "refusal": None, "annotations": _annotations(answer)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _head("chat.completion") | {"choices": [choice], "usage": NO_USAGE} | _beside(answer)


def completion_stream(
    ask: Callable[[], Iterator[Event]], note: Callable[[Answer], None], *, includes_usage: bool
) -> Iterator[str]:
    """The same as server-sent events. ask: begins to answer. note: is told the finished answer."""
    chunks = _chunks(ask, note, _head("chat.completion.chunk"), includes_usage)
    return with_errors(map(_event, chunks), _event, path=OPENAI)


def models() -> Json:
    # 0: there is no day on which it was made that a client could go by
    return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}


def _chunks(
    ask: Callable[[], Iterator[Event]], note: Callable[[Answer], None], head: Json, includes_usage: bool
) -> Iterator[Json | str]:
    if includes_usage:
        head = head | {"usage": None}

    def chunk(delta: Json, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return head | {"choices": [choice]}

    events = ask()
    try:
        yield chunk({"role": "assistant", "content": ""})
        for event in events:
            if isinstance(event, Delta):
                yield chunk({"content": event.text})
            elif isinstance(event, Answer):
                note(event)
                if not event.answer:
                    yield chunk({"content": content(event)})
                yield chunk({"annotations": _annotations(event)}, "stop") | _beside(event)
    finally:
        if isinstance(events, Generator):
            events.close()
    if includes_usage:
        yield head | {"choices": [], "usage": NO_USAGE}
    yield "[DONE]"


def _head(kind: str) -> Json:
    return {
        "id": f"chatcmpl-{secrets.token_urlsafe(16)}",
        "object": kind,
        "created": int(time.time()),
        "model": MODEL,
    }


def _beside(answer: Answer) -> Json:
    whole = answer_json(answer)
    return {"citations": whole["citations"], "answer": whole}


def _annotations(answer: Answer) -> list[Json]:
    """A link for each marker whose article has an address."""
    links = {}
    for citation in answer_json(answer)["citations"]:
        if url := original(citation):
            links[f"[{citation['index']}]"] = {"url": url, "title": citation["title"]}
    return [
        {
            "type": "url_citation",
            "url_citation": {"start_index": marker.start(), "end_index": marker.end()} | links[marker[0]],
        }
        for marker in re.finditer(r"\[[0-9]+\]", answer.answer)
        if marker[0] in links
    ]


def _event(said: Json | str) -> str:
    return f"data: {said if isinstance(said, str) else json.dumps(said)}\n\n"
