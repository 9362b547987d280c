"""What HTTP takes in, as pydantic models that check it.

Every string and number has a bound, unknown keys are refused, and values are not converted ("5" is no number).
"""

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from assistant.answer import DEFAULT_TOP_K, Question, Turn
from index.article import MAX_TEXT_CHARS
from index.ingest.fields import MAX_FIELD_CHARS
from index.search.filters import Filters
from index.store.catalogue import MAX_WORDS, Selection, Sort
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


def whole(value: object) -> object:
    # JSON has one kind of number: 5.0 is as whole as 5
    return int(value) if isinstance(value, float) and value.is_integer() else value


def in_order(after: dt.date | None, before: dt.date | None) -> None:
    if after and before and after > before:
        raise ValueError(f"after ({after}) is later than before ({before})")


NOT_BLANK = r"[^\s\u001c-\u001f\u0085]"
"""What `_not_blank` checks, for the OpenAPI document: these, too, are blanks to Python and not to JavaScript."""

_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
NOT_BLANK_LINE = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
"""What `_one_line` and `_not_blank` check, for the OpenAPI document."""

# a validator before the bounds would have pydantic count a text's "items", so they stand first
UNICODE = AfterValidator(_unicode)
Line = Annotated[str, Field(min_length=1, max_length=300), UNICODE]
QuestionText = Annotated[
    str,
    Field(min_length=1, max_length=MAX_QUESTION_CHARS, json_schema_extra={"pattern": NOT_BLANK}),
    UNICODE,
    AfterValidator(_not_blank),
]
Date = Annotated[dt.date, BeforeValidator(_iso_date)]
TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K), BeforeValidator(whole)]
Names = Annotated[list[Line], Field(max_length=50)]
A_COMPANY = (
    "Of a company its name, or its ticker with or without the exchange: `Tesla`, `TSLA`, `$TSLA`, `NASDAQ:TSLA`."
)
ArticleField = Annotated[str, Field(max_length=MAX_FIELD_CHARS), UNICODE] | None


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FiltersBody(Body):
    after: Annotated[Date | None, Field(description="Published on that day or later.")] = None
    before: Annotated[Date | None, Field(description="Published on that day or earlier.")] = None
    source: Annotated[Names | None, Field(description="By one of these publishers.")] = None
    author: Annotated[Names | None, Field(description="By one of these authors.")] = None
    article_id: Annotated[Names | None, Field(description="One of these articles.")] = None
    phrase: Annotated[
        Annotated[list[Line], Field(max_length=5)] | None, Field(description="With all of these words, as they stand.")
    ] = None
    company: Annotated[list[Line], Field(max_length=20, description=A_COMPANY)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "FiltersBody":
        in_order(self.after, self.before)
        return self

    def as_filters(self) -> Filters:
        names = (self.source, self.author, self.article_id, self.phrase, self.company)
        return Filters(self.after, self.before, *(tuple(values or ()) for values in names))


class AskBody(Body):
    question: QuestionText
    session_id: Annotated[str, Field(max_length=100), UNICODE] | None = None
    replaces: (
        Annotated[
            str,
            Field(
                max_length=100,
                description="The conversation's last message, which this question takes the place of; "
                "only with the `session_id`.",
            ),
            UNICODE,
        ]
        | None
    ) = None
    top_k: TopK = DEFAULT_TOP_K
    stream: bool = False
    filters: FiltersBody | None = None
    understand: Annotated[
        bool,
        Field(
            description="Whether dates, sources, authors, tickers and phrases are read out of the question as filters."
        ),
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

    The last nine are the library's to say and are not taken over.
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
    companies: list[dict[str, str | None]] | None = None


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
        Field(min_length=1, max_length=200, json_schema_extra={"pattern": NOT_BLANK_LINE}),
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
    company: Annotated[list[Line], Field(max_length=20, description=A_COMPANY)] = []
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
        return Selection(self.q, tuple(self.source), self.after, self.before, self.sort, tuple(self.company))


class SuggestionsQuery(BaseModel):
    message_id: Annotated[str, Field(max_length=100), UNICODE] | None = None


class SessionsQuery(BaseModel):
    q: Annotated[str, Field(max_length=100, description=EACH_WORD), UNICODE] = ""
    limit: Annotated[int | None, Field(ge=1, le=200, description="Without it, all.")] = None
    cursor: Annotated[int | None, Field(ge=0, le=2**63 - 1, description="The last page's `next_cursor`.")] = None


class ExportQuery(BaseModel):
    format: Literal["markdown", "json"] = "markdown"


class AuditQuery(BaseModel):
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    cursor: Annotated[int | None, Field(ge=0, le=2**63 - 1, description="The last page's `next_cursor`.")] = None


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
