"""What HTTP takes in and gives out of topics: timelines and stories."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from assistant.answer import Question, Reason
from assistant.topics.story import Length, Style
from index.search.filters import Filters
from web.replies import Json
from web.schemas.replies import AppliedFilters, CitationReply, Reply
from web.schemas.requests import A_COMPANY, Body, Date, FiltersBody, Line, Names, QuestionText, in_order


class TimelineBody(Body):
    topic: QuestionText
    filters: FiltersBody | None = None
    understand: Annotated[
        bool,
        Field(description="Whether dates, sources, authors, tickers and phrases are read out of the topic as filters."),
    ] = True

    def as_question(self) -> Question:
        filters = self.filters.as_filters() if self.filters else Filters()
        return Question(self.topic, filters=filters, understand=self.understand)


class StoryBody(Body):
    topic: QuestionText | None = None
    question: Annotated[QuestionText | None, Field(description="In place of the topic.")] = None
    after: Date | None = None
    before: Date | None = None
    source: Names | None = None
    company: Annotated[list[Line], Field(max_length=20, description=A_COMPANY)] | None = None
    length: Length = "standard"
    style: Style = "story"
    stream: bool = False
    understand: Annotated[
        bool,
        Field(description="Whether dates, sources, authors, tickers and phrases are read out of the topic as filters."),
    ] = True

    @model_validator(mode="after")
    def _of_one_thing(self) -> "StoryBody":
        if (self.topic is None) == (self.question is None):
            raise ValueError("a story needs a topic or a question, and not both")
        in_order(self.after, self.before)
        return self

    def as_asked(self) -> Json:
        """What putting it together again needs."""
        return self.model_dump(mode="json", exclude={"stream"})

    def as_question(self) -> Question:
        filters = Filters(self.after, self.before, tuple(self.source or ()), company=tuple(self.company or ()))
        return Question(self.topic or self.question or "", filters=filters, understand=self.understand)


class StoriesQuery(BaseModel):
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class StoryQuery(BaseModel):
    version: Annotated[int | None, Field(ge=1, le=1_000_000, description="Without it, the newest.")] = None


class StoryPath(BaseModel):
    story_id: str


class EventReply(Reply):
    date: Annotated[str, Field(description="A day (2023-11-04), a month (2023-11) or a year (2023).")]
    date_precision: Literal["day", "month", "year"]
    text: str
    citations: list[CitationReply]


class TimelineReply(Reply):
    topic: str
    events: list[EventReply]
    reason: Reason | None
    applied_filters: AppliedFilters
    unknown_companies: list[str]
    as_of: str | None
    articles: int
    generation: int


class SentenceReply(Reply):
    text: Annotated[str, Field(description="The first citation's quote, with what its dates mean in brackets.")]
    citations: list[CitationReply]


class SectionReply(Reply):
    heading: str
    sentences: list[SentenceReply]


class SaidReply(Reply):
    text: str
    stated: Annotated[str, Field(description="What of the text differs from the other statements.")]
    citation: CitationReply
    is_correction: bool
    is_corrected: bool


class DifferingReply(Reply):
    subject: str
    statements: list[SaidReply]


class TitledReply(Reply):
    article_id: str
    title: str
    source: str | None
    published_at: str | None


class StoryReply(Reply):
    story_id: str | None
    version: int | None
    created_at: str | None
    topic: str
    headline: str
    headline_from: Annotated[TitledReply | None, Field(description="The article whose title the headline is.")]
    standfirst: str
    standfirst_citations: list[CitationReply]
    sections: list[SectionReply]
    differs: list[DifferingReply]
    see_also: list[TitledReply]
    as_of: str | None
    disclosure: str
    reason: Reason | None
    generation: int
    applied_filters: AppliedFilters
    unknown_companies: list[str]
    length: Length
    style: Style


class StoryEntry(Reply):
    story_id: str
    version: int
    topic: str
    headline: str
    as_of: str | None
    created_at: str
    updated_at: str


class StoriesReply(Reply):
    stories: list[StoryEntry]
