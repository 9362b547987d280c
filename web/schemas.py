"""What HTTP takes in and gives out, as pydantic models: they check requests and describe replies.

Every string and number of a request has a bound, unknown keys are refused, and values are not converted
("5" is no number). Replies are built in `replies.py`; the tests hold the two together.
"""

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from assistant.answer import DEFAULT_TOP_K, Question, Reason, Turn
from index.article import MAX_TEXT_CHARS
from index.catalogue import MAX_WORDS, Selection, Sort
from index.filters import Filters
from index.ingest.fields import MAX_FIELD_CHARS
from web.limits import DEFAULT_HITS, MAX_QUESTION_CHARS, MAX_TOP_K

MAX_ARTICLES_A_REQUEST = 10_000


def _unicode(text: str) -> str:
    # JSON can spell half a surrogate pair ("\ud800"), which no file, database or tokenizer takes
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("holds half of a surrogate pair")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text.strip()


def _one_line(text: str) -> str:
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in text):
        raise ValueError("holds a line break or another control character")
    return text


def _iso_date(value: object) -> object:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a date such as 2023-11-04")
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"must be a date such as 2023-11-04 ({error})") from None


def _whole(value: object) -> object:
    # JSON has one kind of number: 5.0 is as whole as 5
    return int(value) if isinstance(value, float) and value.is_integer() else value


def in_order(after: dt.date | None, before: dt.date | None) -> None:
    if after and before and after > before:
        raise ValueError(f"after ({after}) is later than before ({before})")


# a validator before the bounds would have pydantic count a text's "items", so they stand first
UNICODE = AfterValidator(_unicode)
Line = Annotated[str, Field(min_length=1, max_length=300), UNICODE]
QuestionText = Annotated[
    str,
    Field(min_length=1, max_length=MAX_QUESTION_CHARS, json_schema_extra={"pattern": r"\S"}),
    UNICODE,
    AfterValidator(_not_blank),
]
Date = Annotated[dt.date, BeforeValidator(_iso_date)]
TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K), BeforeValidator(_whole)]
Names = Annotated[list[Line], Field(max_length=50)]
ArticleField = Annotated[str, Field(max_length=MAX_FIELD_CHARS), UNICODE] | None


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FiltersBody(Body):
    after: Date | None = None
    before: Date | None = None
    source: Names | None = None
    author: Names | None = None
    article_id: Names | None = None
    phrase: Annotated[list[Line], Field(max_length=5)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "FiltersBody":
        in_order(self.after, self.before)
        return self

    def as_filters(self) -> Filters:
        names = (self.source, self.author, self.article_id, self.phrase)
        return Filters(self.after, self.before, *(tuple(values or ()) for values in names))


class AskBody(Body):
    question: QuestionText
    session_id: Annotated[str, Field(max_length=100), UNICODE] | None = None
    replaces: (
        Annotated[
            str,
            Field(
                max_length=100, description="The conversation's last message, which this question takes the place of."
            ),
            UNICODE,
        ]
        | None
    ) = None
    top_k: TopK = DEFAULT_TOP_K
    stream: bool = False
    filters: FiltersBody | None = None
    understand: Annotated[
        bool, Field(description="Whether dates, sources, authors and phrases are read out of the question as filters.")
    ] = True

    @model_validator(mode="after")
    def _of_a_conversation(self) -> "AskBody":
        if self.replaces is not None and self.session_id is None:
            raise ValueError("replaces needs a session_id")
        return self

    def as_question(self, history: tuple[Turn, ...]) -> Question:
        filters = self.filters.as_filters() if self.filters else Filters()
        return Question(self.question, history, filters, self.top_k, self.understand)


class SearchBody(Body):
    query: QuestionText
    top_k: TopK = DEFAULT_HITS
    filters: FiltersBody | None = None


class ArticleBody(Body):
    """One article, written out: the fields that are stored, so that what was given out can be sent back.

    The last eight are the library's to say and are not taken over.
    """

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS), UNICODE]
    id: ArticleField = None
    title: ArticleField = None
    url: ArticleField = None
    source: ArticleField = None
    author: ArticleField = None
    published_at: ArticleField = None
    updated_at: ArticleField = None
    language: ArticleField = None
    section: ArticleField = None
    image_credit: ArticleField = None
    provenance: ArticleField = None
    provenance_evidence: ArticleField = None
    removed: list[dict[str, str]] | None = None
    found_in: dict[str, str] | None = None
    revision: ArticleField = None
    added_at: ArticleField = None
    origin: ArticleField = None
    is_current: bool | None = None
    passages: int | None = None


class ArticlesBody(Body):
    """Several articles, written out."""

    articles: Annotated[list[ArticleBody], Field(min_length=1, max_length=MAX_ARTICLES_A_REQUEST)]


class AddressBody(Body):
    """The address of a page or feed to fetch."""

    url: Annotated[str, Field(min_length=1, max_length=2_000), UNICODE]


class RebuildBody(Body):
    full: bool = False

    # the last is flask-openapi3's, so pydantic's type does not know it: the body may be missing
    model_config = ConfigDict(extra="forbid", strict=True, openapi_extra={"required": False})  # type: ignore[typeddict-unknown-key]

    @model_validator(mode="before")
    @classmethod
    def _no_body(cls, value: Any) -> Any:
        return {} if value is None else value


class RenameBody(Body):
    title: Annotated[
        str,
        Field(min_length=1, max_length=200, json_schema_extra={"pattern": r"\S"}),
        UNICODE,
        AfterValidator(_one_line),
        AfterValidator(_not_blank),
    ]


class FeedbackBody(Body):
    message_id: Annotated[str, Field(min_length=1, max_length=100), UNICODE]
    is_positive: Annotated[bool | None, Field(description="Null takes the rating back, and its text with it.")]
    feedback_text: Annotated[str, Field(max_length=4_000), UNICODE] | None = None


EACH_WORD = f"Words, the first {MAX_WORDS} of which occur in what is listed, each of them."


class ArticlesQuery(BaseModel):
    q: Annotated[str, Field(max_length=300, description=EACH_WORD), UNICODE] = ""
    source: Names = []
    after: Date | None = None
    before: Date | None = None
    sort: Annotated[
        Sort, Field(description="With a minus, the newest or greatest first. What is not known comes last.")
    ] = "-published"
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: (
        Annotated[str, Field(max_length=2_000, description="The `next_cursor` of a page in the same order."), UNICODE]
        | None
    ) = None

    @model_validator(mode="after")
    def _in_order(self) -> "ArticlesQuery":
        in_order(self.after, self.before)
        return self

    def as_selection(self) -> Selection:
        return Selection(self.q, tuple(self.source), self.after, self.before, self.sort)


class SuggestionsQuery(BaseModel):
    message_id: Annotated[str, Field(max_length=100), UNICODE] | None = None


class SessionsQuery(BaseModel):
    q: Annotated[str, Field(max_length=100, description=EACH_WORD), UNICODE] = ""
    limit: Annotated[int | None, Field(ge=1, le=200, description="Without it, all.")] = None
    cursor: Annotated[int | None, Field(ge=0, le=2**63 - 1, description="The last page's `next_cursor`.")] = None


class ExportQuery(BaseModel):
    format: Literal["markdown", "json"] = "markdown"


class JobsQuery(BaseModel):
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class RevisionQuery(BaseModel):
    revision: Annotated[str, Field(max_length=100), UNICODE] | None = None


class DifferenceQuery(BaseModel):
    from_: Annotated[str, Field(alias="from", min_length=1, max_length=100), UNICODE]
    to: Annotated[str, Field(min_length=1, max_length=100), UNICODE] | None = None


class ArticlePath(BaseModel):
    article_id: str


class JobPath(BaseModel):
    job_id: str


class SessionPath(BaseModel):
    session_id: str


class Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorDetail(Reply):
    code: str
    message: str
    field: str = ""


class ErrorReply(Reply):
    error: ErrorDetail


class AppliedFilters(Reply):
    after: str = ""
    before: str = ""
    source: list[str] = []
    author: list[str] = []
    article_id: list[str] = []
    phrase: list[str] = []


class UnderstoodReply(Reply):
    filters: AppliedFilters
    newest_first: bool
    counted_from: str | None
    silent_sources: list[str]
    unknown_sources: list[str]


class CopyReply(Reply):
    article_id: str
    revision: str
    title: str
    url: str | None
    source: str | None
    published_at: str | None
    quote: str
    start: int
    end: int


class CitationReply(Reply):
    index: int
    article_id: str
    revision: str
    title: str
    url: str | None
    source: str | None
    author: str | None
    published_at: str | None
    quote: str
    start: int
    end: int
    score: float
    provenance: str | None
    also_in: list[CopyReply]


class TimingsReply(Reply):
    retrieve: int
    read: int
    write: int
    total: int


class CheckedReply(Reply):
    """Of a chat model's sentences: how many it wrote, and how many are supported, marked and cut."""

    sentences: int
    supported: int
    marked: int
    cut: int


class AnswerReply(Reply):
    question: str
    standalone_question: str
    answer: str
    short_answer: str | None
    answered: bool
    confidence: float | None
    reason: Reason | None
    citations: list[CitationReply]
    nearest: list[CitationReply]
    applied_filters: AppliedFilters
    as_of: str | None
    generation: int
    answerer: str
    timings_ms: TimingsReply
    understood: UnderstoodReply
    is_certain: bool
    differs: list[int]
    articles_searched: int
    checked: CheckedReply | None
    notice: str | None
    message_id: str | None
    session_id: str | None


class SuggestionsReply(Reply):
    questions: list[str]


class HitReply(Reply):
    article_id: str
    revision: str
    title: str
    url: str | None
    source: str | None
    author: str | None
    published_at: str | None
    text: str
    start: int
    end: int
    score: float


class FoundReply(Reply):
    hits: list[HitReply]
    applied_filters: AppliedFilters
    generation: int


class ArticleSummary(Reply):
    id: str
    revision: str
    title: str
    url: str | None
    source: str | None
    author: str | None
    published_at: str | None
    updated_at: str | None
    language: str | None
    section: str | None
    image_credit: str | None
    provenance: str | None
    provenance_evidence: str | None
    found_in: dict[str, str]
    origin: str
    is_current: bool
    added_at: str
    passages: int


class RemovedReply(Reply):
    rule: str
    text: str


class ArticleReply(ArticleSummary):
    text: str
    removed: list[RemovedReply]


class ListedArticleReply(ArticleSummary):
    copies: Annotated[int, Field(description="How many other stored articles are copies of it.")]


class ArticlesReply(Reply):
    articles: list[ListedArticleReply]
    next_cursor: str | None
    total: Annotated[int, Field(description="Of all pages.")]


class SourceReply(Reply):
    name: str
    articles: int


class SourcesReply(Reply):
    sources: list[SourceReply]


class RelatedArticleReply(Reply):
    article_id: str
    title: str
    source: str | None
    published_at: str | None
    score: Annotated[float, Field(description="A cosine.")]


class RelatedReply(Reply):
    articles: list[RelatedArticleReply]


class PreviewedArticle(Reply):
    """An article as it would be taken in, and what became of it then."""

    id: str
    title: str
    source: str | None
    author: str | None
    published_at: str | None
    language: str | None
    provenance: str | None
    origin: str
    words: int
    beginning: Annotated[str, Field(description="The first 300 characters of its text.")]
    removed_count: int
    removed: Annotated[list[RemovedReply], Field(description="The first 20 lines that were left out of the text.")]
    outcome: Literal["new", "updated", "unchanged"]
    differing: Annotated[int | None, Field(description="Sentences that differ from what is stored, if updated.")]


class RevisionSummary(Reply):
    revision: str
    title: str
    published_at: str | None
    updated_at: str | None
    added_at: str
    is_current: bool


class RevisionsReply(Reply):
    revisions: list[RevisionSummary]


class SpanReply(Reply):
    start: int
    end: int
    text: str


class EditReply(Reply):
    old: SpanReply | None
    new: SpanReply | None


class ChangeReply(Reply):
    kind: Literal["same", "removed", "added", "changed"]
    old: SpanReply | None
    new: SpanReply | None
    words: list[EditReply]


class DifferenceReply(Reply):
    article_id: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    changes: list[ChangeReply]


class JobStarted(Reply):
    job_id: str


class ItemReply(Reply):
    item: str
    message: str


class PreviewReply(Reply):
    """What would be taken in: the first 20 items, as far as they are read within 15 seconds."""

    articles: list[PreviewedArticle]
    errors: list[ItemReply]
    notes: list[ItemReply]
    more: Annotated[bool, Field(description="Whether there is more than was looked at.")]


class JobReply(Reply):
    id: str
    kind: Literal["add", "rebuild", "remove", "publish"]
    name: Annotated[str | None, Field(description="What it was asked to take in or remove, the first three of it.")]
    is_polled: Annotated[bool, Field(description="Whether the time for a polled feed had come, and nobody asked.")]
    created_at: str
    finished_at: Annotated[str | None, Field(description="Null until it has ended.")]
    state: Literal["queued", "reading", "embedding", "indexing", "publishing", "done", "failed", "cancelled"]
    done: int
    total: int
    rate: float | None
    seconds_left: int | None
    added: int
    updated: int
    removed: int
    unchanged: int
    embedded: int
    added_ids: Annotated[list[str], Field(description="Of what it added and is still there; the first 1,000.")]
    added_titles: Annotated[list[str], Field(description="Of the first five of `added_ids`.")]
    errors: Annotated[list[ItemReply], Field(description="Of the items that could not be taken in, the first 1,000.")]
    error_count: Annotated[int, Field(description="Of all of them.")]
    notes: Annotated[list[ItemReply], Field(description="What to know of items that did not fail; the first 100.")]
    message: str | None
    next_job_id: str | None


class JobsReply(Reply):
    jobs: list[JobReply]


class SessionSummary(Reply):
    id: str
    title: str
    created_at: str
    updated_at: str
    messages: int
    found_in: Annotated[
        str | None, Field(description="The question of the last message with the words that the title does not have.")
    ]
    found_text: Annotated[str | None, Field(description="The sentence of its answer that has them, if one does.")]


class SessionsReply(Reply):
    sessions: list[SessionSummary]
    next_cursor: int | None


class FeedbackReply(Reply):
    is_positive: bool
    feedback_text: str | None


class MessageReply(Reply):
    id: str
    question: str
    answer: AnswerReply
    created_at: str
    feedback: FeedbackReply | None


class SessionReply(Reply):
    id: str
    title: str
    created_at: str
    messages: list[MessageReply]


class FeedReply(Reply):
    feed: str
    checked_at: str | None
    last_good_at: str | None
    failing_since: str | None
    message: str | None
    entry_error_count: Annotated[int, Field(description="Entries that gave no article when they were last looked at.")]
    entry_errors: Annotated[list[str], Field(description="What the first of them came to.")]


class HealthReply(Reply):
    status: Literal["ok", "empty", "degraded"]
    generation: int
    articles: int
    passages: int
    embedding_model: str
    answerer: str
    newest_article: str | None
    last_rebuild_at: str | None
    pending: bool
    feeds: list[FeedReply]
    alarms: list[str]
