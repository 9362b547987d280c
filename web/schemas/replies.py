"""What HTTP gives out, as pydantic models that describe it.

`web/replies.py` builds it; the tests hold the two together.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Reason


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
    company: list[str] = []


class UnderstoodReply(Reply):
    filters: AppliedFilters
    newest_first: bool
    counted_from: str | None
    silent_sources: list[str]
    unknown_sources: list[str]
    unknown_companies: list[str]


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
    unknown_companies: Annotated[list[str], Field(description="Of those to be named, the ones that no article names.")]
    generation: int


class CompanyReply(Reply):
    name: str
    ticker: str | None
    exchange: str | None


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
    companies: Annotated[list[CompanyReply], Field(description="That it names, in order.")]


class RemovedReply(Reply):
    rule: str
    text: str


class ArticleReply(ArticleSummary):
    text: str
    removed: list[RemovedReply]


class ArticlePartReply(ArticleSummary):
    text: Annotated[str, Field(description="From `start` to `end`.")]
    start: int
    end: int
    chars: Annotated[int, Field(description="Of the whole text.")]
    next_start: int | None


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


class ListedCompanyReply(CompanyReply):
    articles: int


class CompaniesReply(Reply):
    companies: list[ListedCompanyReply]


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
    name: Annotated[
        str | None,
        Field(description="What it was asked to take in or remove, the first three of it; the folder of a rebuild."),
    ]
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


class AuditEntry(Reply):
    number: int
    at: str
    who: Annotated[str, Field(description="A browser by the beginning of a hash of its cookie, or what it came by.")]
    address: str | None
    action: Annotated[str, Field(description="Method and route, or a command.")]
    subject: Annotated[str | None, Field(description="The id of the article or job that it was about.")]
    status: int | None
    request_id: str | None


class AuditReply(Reply):
    entries: list[AuditEntry]
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
