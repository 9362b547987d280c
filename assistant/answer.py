"""The values that flow through the chain: a Question goes in, an Answer comes out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from index.search.filters import Filters

DEFAULT_TOP_K = 8
HISTORY_TURNS = 6
"""Of a conversation, the last ones: what a follow-up can refer to."""
Reason = Literal["no_articles", "no_match", "no_evidence"]


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a sentence of an earlier answer stands, and its score there."""

    article_id: str
    revision: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of the conversation."""

    question: str
    standalone_question: str
    answer: str
    short_answer: str | None = None
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    history: tuple[Turn, ...] = ()
    """Oldest first."""
    filters: Filters = field(default=Filters())
    top_k: int = DEFAULT_TOP_K
    """How many passages are read for the answer."""
    understand: bool = True
    """Whether dates, sources, authors, tickers and phrases are read out of the text as filters."""
    is_wanted: Callable[[], bool] = field(default=lambda: True, compare=False, repr=False)
    """Whether anybody still waits for the answer: a chat model is not waited for where nobody does."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article that says the cited sentence in the same words, nearly, or gives its answer in others: its own
    sentence, verbatim."""

    article_id: str
    revision: str
    title: str
    url: str | None
    source: str | None
    published_at: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim span: `article.text[start:end] == quote` in that revision of the article."""

    index: int
    """From 1; the number in the answer's marker. 0 in `Answer.nearest`, which no marker refers to."""
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
    """Higher is better: the probability that the sentence answers, or under a chat model that it bears out what was
    written; of a whole passage what orders them, which is no probability; 1 for the beginning of an article, which
    nothing judged."""
    provenance: str | None = None
    """Of its article: "wire", "opinion" and the like, where it is known."""
    also_in: tuple[Copy, ...] = ()
    """The same sentence in copies of the article, those found for the question and up to 20 others; with the best
    sentence, those of other articles, too, that tell the fact with the same answer and no further number."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds: finding passages, scoring their sentences, writing, and the whole."""

    retrieve: int = 0
    read: int = 0
    write: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class ReadOut:
    """What was read out of the question; asking with `understand` false takes it back."""

    filters: dict[str, str | list[str]] = field(default_factory=dict)
    """The part of `applied_filters` that the caller did not give."""
    newest_first: bool = False
    counted_from: str | None = None
    """The day that "last week" was counted from, where that is the newest article's and not today."""
    silent_sources: tuple[str, ...] = ()
    """Of the sources that were asked for side by side, those of which nothing answers."""
    unknown_sources: tuple[str, ...] = ()
    """Whom the question wants to hear, though no article is theirs and no passage found names them."""
    unknown_companies: tuple[str, ...] = ()
    """Of the companies that were given as a filter, and the tickers in the question, those that no article names."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a chat model's sentences: each is supported, or else marked or cut."""

    sentences: int = 0
    supported: int = 0
    marked: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    question: str
    standalone_question: str
    answer: str
    """Text with markers `[1]`; the markers are exactly the citations' `index` values."""
    short_answer: str | None
    answered: bool
    confidence: float | None
    """The probability that the best sentence found answers, 0 to 1, also where it was refused; without a chat model it
    decides whether there is an answer. None where nothing was judged: the beginnings of articles, and what a follow-up
    about the last answer itself is told."""
    reason: Reason | None
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    """Without an answer: the closest passages, which are not claimed to answer."""
    applied_filters: dict[str, str | list[str]]
    as_of: str | None
    """The newest `published_at` among the citations that is not ahead."""
    generation: int
    answerer: str
    timings_ms: Timings = field(default=Timings())
    understood: ReadOut = field(default=ReadOut())
    is_certain: bool = True
    """False where no sentence of an extractive answer is more likely to answer than not, and where there is none."""
    differs: tuple[int, ...] = ()
    """`index` of the citations that tell the same with other numbers or dates; none or at least two."""
    articles_searched: int = 0
    """How many articles there were to search in, after filters."""
    checked: Checked | None = None
    """None where no chat model was asked. Those that it wrote are counted, also where the answer is extracted."""
    notice: str | None = None
    """What went wrong with the chat model, for the reader of the answer."""


def as_turn(answer: Answer) -> Turn:
    """What a follow-up to `answer` can need of it."""
    return Turn(
        answer.question,
        answer.standalone_question,
        answer.answer,
        answer.short_answer,
        tuple(Cited(c.article_id, c.revision, c.start, c.end, c.score) for c in answer.citations),
    )


@dataclass(frozen=True, slots=True)
class Sources:
    """Stream event: the passages under consideration, before anything is written, and the question as it was
    understood, as in the Answer."""

    passages: tuple[Citation, ...]
    standalone_question: str
    applied_filters: dict[str, str | list[str]]
    understood: ReadOut


@dataclass(frozen=True, slots=True)
class Lead:
    """Stream event: what stands above the sentences, as in the Answer; not where there is no answer."""

    short_answer: str | None
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Delta:
    """Stream event: a further piece of the answer. All pieces joined are `Answer.answer`."""

    text: str


Event = Sources | Lead | Delta | Answer
"""A stream is one Sources, then a Lead and Deltas, then one Answer."""
