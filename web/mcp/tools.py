"""What a model can do with the library: ask, search, read an article.

A tool is its arguments, which are checked as the bodies of the HTTP API are, and a function that replies twice: with
the fields that this API gives, and in words, for a model that is shown no fields. Nothing here knows the protocol.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from assistant.answer import Answer, Question
from assistant.assistant import Assistant
from index.article import MAX_TEXT_CHARS
from index.errors import UnknownArticle, shown
from index.library import Library
from index.search.search import Found
from web.error_replies import invalid
from web.errors import Refused
from web.in_words import content, heading, quotes, read_out
from web.limits import DEFAULT_HITS
from web.replies import Json, answer_json, article_part_json, found_json
from web.schemas.replies import AnswerReply, ArticlePartReply, FoundReply
from web.schemas.requests import Body, FiltersBody, Line, QuestionText, TopK, whole

DEFAULT_PART_CHARS = 10_000
MAX_PART_CHARS = 50_000
ASKING = (
    "Answers a question from the collection of articles. Each sentence of the answer has a number, [1], that names the "
    "sentence of an article which says so, quoted word for word with title, source and date: pass these on with what "
    "you use. Where the articles do not hold the answer, that is said, and the closest passages are given apart; then "
    "do not answer from them as if they did. Ask one whole question in plain words: earlier calls are not remembered. "
    "A question may name days, sources and authors (“according to AP”, “since May 2023”)."
)
SEARCHING = (
    "Finds passages of the articles by meaning and by words, best first, and answers nothing. For a look around a "
    "topic, or where `ask` found nothing."
)
READING = (
    "Reads an article, a part at a time. `article_id`, `revision`, `start` and `end` are those of citations and of "
    "passages found; they count characters of the text. Go on with `start` at the `next_start` of the part before."
)


class AskArguments(FiltersBody):
    question: QuestionText


class SearchArguments(FiltersBody):
    query: QuestionText
    top_k: Annotated[TopK, Field(description="How many passages.")] = DEFAULT_HITS


class GetArticleArguments(Body):
    article_id: Line
    revision: Annotated[Line | None, Field(description="The article as it was; without it, as it is now.")] = None
    start: Annotated[int, Field(ge=0, le=MAX_TEXT_CHARS), BeforeValidator(whole)] = 0
    max_chars: Annotated[int, Field(ge=1, le=MAX_PART_CHARS), BeforeValidator(whole)] = DEFAULT_PART_CHARS


@dataclass(frozen=True, slots=True)
class Said:
    in_words: str
    fields: Json


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    reply: type[BaseModel]
    _run: Callable[[Any, Callable[[], bool]], Said] = field(repr=False)

    def call(self, arguments: Json, is_wanted: Callable[[], bool]) -> Said:
        """Raises Refused for arguments that break their schema, and what the library and the assistant raise."""
        try:
            checked = self.arguments.model_validate(arguments)
        except ValidationError as error:
            raise invalid(error) from error
        return self._run(checked, is_wanted)


def tools(assistant: Assistant) -> tuple[Tool, ...]:
    library = assistant.library

    def ask(wanted: AskArguments, is_wanted: Callable[[], bool]) -> Said:
        answer = assistant.ask(Question(wanted.question, filters=wanted.as_filters(), is_wanted=is_wanted))
        return Said(_answer_in_words(answer), answer_json(answer))

    def search(wanted: SearchArguments, _is_wanted: Callable[[], bool]) -> Said:
        filters = wanted.as_filters()
        found = assistant.search(wanted.query, filters, wanted.top_k)
        unknown = library.snapshot().unknown_companies(filters.company)
        return Said(_found_in_words(found), found_json(found, filters, unknown))

    def get_article(wanted: GetArticleArguments, _is_wanted: Callable[[], bool]) -> Said:
        part = _part(library, wanted)
        return Said(_part_in_words(part), part)

    return (
        Tool("ask", "Ask the articles", ASKING, AskArguments, AnswerReply, ask),
        Tool("search", "Search the articles", SEARCHING, SearchArguments, FoundReply, search),
        Tool("get_article", "Read an article", READING, GetArticleArguments, ArticlePartReply, get_article),
    )


def _part(library: Library, wanted: GetArticleArguments) -> Json:
    stored = library.article(wanted.article_id, wanted.revision)
    if stored is None:
        in_that = f" in the revision {shown(wanted.revision)}" if wanted.revision else ""
        raise UnknownArticle(f"There is no article {shown(wanted.article_id)}{in_that}. The tool search finds ids.")
    length = len(stored.article.text)
    if wanted.start >= length:
        raise Refused(422, f"start: the article has {length:,} characters; it is {wanted.start:,}", field="start")
    return article_part_json(stored, wanted.start, min(length, wanted.start + wanted.max_chars))


def _answer_in_words(answer: Answer) -> str:
    said = [content(answer)]
    if answer.answered and not answer.is_certain:
        said.insert(0, "Not certain. What comes closest in the articles:")
    if answer.citations:
        said.append(quotes(answer.citations, with_places=True))
    if answer.differs:
        said.append(f"Sources differ: {', '.join(f'[{index}]' for index in answer.differs)}.")
    if silent := answer.understood.silent_sources:
        said.append(f"Nothing on this from {', '.join(silent)}.")
    said += [f"No article is from “{name}”." for name in answer.understood.unknown_sources]
    said += [f"No article names the company “{name}”." for name in answer.understood.unknown_companies]
    if limits := read_out(answer.understood):
        said.append(f"Read from the question: {limits}.")
    if answer.notice:
        said.append(answer.notice)
    if answer.nearest:
        said.append(f"The closest passages, which do not answer:\n\n{quotes(answer.nearest, with_places=True)}")
    return "\n\n".join(said)


def _found_in_words(found: Found) -> str:
    return (
        "\n\n".join(
            f"{rank}. {heading(hit.article.title, hit.article.source, hit.article.published_at)}\n"
            f"article_id {hit.article.id}, characters {hit.start} to {hit.end}\n{hit.text}"
            for rank, hit in enumerate(found.hits, start=1)
        )
        or "No passage was found."
    )


def _part_in_words(part: Json) -> str:
    about = [heading(part["title"], part["source"], part["published_at"]), part["author"], part["url"]]
    where = f"characters {part['start']} to {part['end']} of {part['chars']}"
    if part["next_start"] is not None:
        where += f"; it goes on at start={part['next_start']}"
    head = "\n".join(filter(None, [*about, f"article_id {part['id']}, {where}"]))
    return f"{head}\n\n{part['text']}"
