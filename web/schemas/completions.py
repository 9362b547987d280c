"""OpenAI's chat completions, as far as they are taken and given here, as pydantic models.

What only shapes how a language model writes (temperature, lengths, stop words, seeds) and whatever else a client sends
is passed over, offered tools among it, since a model need call none. What would make the reply another thing than the
one that was asked for is refused by its name.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from web.limits import MAX_QUESTION_CHARS
from web.schemas.replies import AnswerReply, CitationReply, Reply
from web.schemas.requests import UNICODE, FiltersBody

MODEL = "article-assistant"
MAX_MESSAGES = 1_000
MAX_MESSAGE_CHARS = 200_000
TEXT = {"type": "string", "maxLength": MAX_MESSAGE_CHARS}
TEXT_PART = {
    "type": "object",
    "properties": {"type": {"const": "text"}, "text": TEXT},
    "required": ["type", "text"],
}
CONTENT = {"anyOf": [TEXT, {"type": "array", "items": TEXT_PART}, {"type": "null"}]}


def _joined(content: object) -> object:
    """One text, of one that is sent in parts."""
    if not isinstance(content, list):
        return content
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind != "text" or not isinstance(part.get("text"), str):
            raise ValueError("must be a text, or a list of parts of the type text with a text each")
    return "\n".join(part["text"] for part in content)


@dataclass(frozen=True, slots=True)
class Only:
    """Marks a parameter that can be left out, be null or have one of `values`; any other is refused, and why."""

    values: tuple[Any, ...]
    why: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"enum": [*self.values, None]}

    def _check(self, given: object) -> object:
        # for Python, True is 1
        if given is None or any(given == v and isinstance(given, bool) == isinstance(v, bool) for v in self.values):
            return given
        raise ValueError(f"{self.why}; leave it out")


class CompletionMessage(BaseModel):
    model_config = ConfigDict(strict=True)

    role: Annotated[
        Literal["system", "developer", "user", "assistant"],
        Field(description="Those of the system and the developer are not followed."),
    ]
    content: Annotated[
        Annotated[str, Field(max_length=MAX_MESSAGE_CHARS), UNICODE] | None,
        BeforeValidator(_joined),
        WithJsonSchema(CONTENT),
    ] = None


class StreamOptions(BaseModel):
    model_config = ConfigDict(strict=True)

    include_usage: bool | None = None


class CompletionBody(BaseModel):
    model_config = ConfigDict(strict=True)

    model: Annotated[str, Field(max_length=300), UNICODE, WithJsonSchema({"const": MODEL})]
    messages: Annotated[
        list[CompletionMessage],
        Field(
            min_length=1,
            max_length=MAX_MESSAGES,
            description="The last one, of the user, is the question; those before it are the conversation.",
        ),
    ]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    filters: Annotated[FiltersBody | None, Field(description="As in /api/ask; OpenAI's API has no such thing.")] = None
    n: Annotated[Any, Only((1,), "one answer is given to a question")] = None
    response_format: Annotated[Any, Only(({"type": "text"},), "an answer is text and has no other form")] = None
    modalities: Annotated[Any, Only((["text"],), "an answer is text and has no other form")] = None
    tool_choice: Annotated[Any, Only(("auto", "none"), "no tool is ever called")] = None
    function_call: Annotated[Any, Only(("auto", "none"), "no function is ever called")] = None
    logprobs: Annotated[Any, Only((False,), "nothing is known of tokens and their probabilities")] = None
    web_search_options: Annotated[Any, Only((), "nothing but the stored articles is searched")] = None

    @field_validator("messages", mode="after")
    @classmethod
    def _asks(cls, messages: list[CompletionMessage]) -> list[CompletionMessage]:
        said = [message for message in messages if message.role in ("user", "assistant")]
        if not said or said[-1].role != "user" or not (said[-1].content or "").strip():
            raise ValueError("must end with a question of the user")
        if (length := len((said[-1].content or "").strip())) > MAX_QUESTION_CHARS:
            raise ValueError(f"end with a question of {length:,} characters; the limit is {MAX_QUESTION_CHARS:,}")
        return messages


class UrlCitation(Reply):
    start_index: Annotated[int, Field(description="Where the marker stands in the content.")]
    end_index: int
    url: str
    title: str


class Annotation(Reply):
    type: Literal["url_citation"]
    url_citation: UrlCitation


class CompletionText(Reply):
    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class CompletionChoice(Reply):
    index: int
    message: CompletionText
    logprobs: None
    finish_reason: Literal["stop"]


class CompletionUsage(Reply):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionReply(Reply):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: Annotated[CompletionUsage, Field(description="Tokens are not counted: all are 0.")]
    citations: list[CitationReply]
    answer: Annotated[AnswerReply, Field(description="The whole Answer, as /api/ask gives it.")]


OF_A_COMPLETION = (CompletionReply, CompletionChoice, CompletionText, Annotation, UrlCitation, CompletionUsage)


class ModelReply(Reply):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsReply(Reply):
    object: Literal["list"]
    data: list[ModelReply]


class CompletionErrorDetail(Reply):
    message: str
    type: str
    param: str | None
    code: str


class CompletionErrorReply(Reply):
    error: CompletionErrorDetail
