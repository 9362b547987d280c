"""The assistant: a library and, where one is given, a chat model, behind `ask` and `stream`.

For those who build with LangChain it is `as_retriever` and `chain`.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from langchain_core.runnables import Runnable
from langchain_core.runnables.utils import AddableDict

from assistant.answer import DEFAULT_TOP_K, Answer, Delta, Event, Question, Turn
from assistant.chain import EXTRACTIVE, answer_chain
from assistant.chat import model as chat_model
from assistant.chat import support
from assistant.conversation.held import Exchange, turns
from assistant.evidence import EvidenceReader
from assistant.extractive.refusing import DEFAULT_MAX_WRONG, least_probability
from assistant.question.understand import both, understand
from assistant.rerank import in_order, searched
from assistant.retriever import ArticleRetriever
from assistant.suggest.choose import Suggestions
from assistant.topics.material import Material, gather
from assistant.topics.story import Length, Story, Style, Told, story, stream
from assistant.topics.timeline import Timeline, timeline
from index.library import Library
from index.search.filters import NO_FILTERS, Filters
from index.search.search import Found


class Assistant:
    """Any thread may ask. Both methods run the same chain and so give the same answer."""

    def __init__(
        self, library: Library, llm: str = "", max_wrong: float = DEFAULT_MAX_WRONG, *, cuts_unsupported: bool = False
    ) -> None:
        """`llm`: empty for extractive answers, else a name that LangChain's `init_chat_model` takes. `max_wrong`: the
        share of extractive answers that may be wrong (`assistant/extractive/refusing.py`); from 1 on none is refused.

        cuts_unsupported: a sentence of the chat model that nothing bears out is left out, not marked.

        Raises ChatModelFault for an unknown provider or one whose package or key is missing, ValueError for a
        `max_wrong` that is less than was measured.
        """
        self.library = library
        self.answerer = llm or EXTRACTIVE
        self._reader = EvidenceReader()
        self._suggestions = Suggestions(library, self._reader)
        self.chain: Runnable[str | Question, AddableDict] = answer_chain(
            ArticleRetriever(library=library),
            self._reader,
            chat_model.load(llm) if llm else None,
            model_name=llm,
            threshold=least_probability(max_wrong),
            cuts_unsupported=cuts_unsupported,
        )

    def warm(self) -> None:
        """Load models and index now rather than with the first question."""
        self.library.warm()
        self._reader.warm()
        if self.answerer != EXTRACTIVE:
            support.network()

    def as_retriever(self, filters: Filters = NO_FILTERS, k: int = DEFAULT_TOP_K) -> ArticleRetriever:
        """Finds the passages that an answer is looked for in, in that order, as LangChain's documents."""
        order = partial(in_order, self._reader)
        return ArticleRetriever(library=self.library, filters=filters, k=k, order=order)

    def search(self, query: str, filters: Filters, k: int) -> Found:
        """The best `k` passages and no answer, in the order in which an answer is looked for in them."""
        return searched(self.library, self._reader, query, filters, k)

    def timeline(self, asked: Question) -> Timeline:
        """What the articles tell of a topic, by the days that they tell. asked: the topic as text, or a question."""
        return timeline(asked.text, self._material(asked))

    def story(self, asked: Question, length: Length = "standard", style: Style = "story") -> Story:
        """What the articles tell of a topic, in their own sentences. asked: as for a timeline."""
        return story(asked.text, self._material(asked), self.library.embed, length, style)

    def stream_story(self, asked: Question, length: Length, style: Style) -> Iterator[Told]:
        """One Outline, then Sections, then the Story that they add up to."""
        yield from stream(asked.text, self._material(asked), self.library.embed, length, style)

    def _material(self, asked: Question) -> Material:
        snapshot = self.library.snapshot()
        text, filters = asked.text, asked.filters
        unknown = snapshot.unknown_companies(filters.company)
        if asked.understand:
            today = dt.datetime.now(dt.UTC).date()
            understood = understand(text, snapshot.holdings, today, filters, snapshot.companies)
            text, filters = understood.text, both(filters, understood.filters)
            unknown += understood.unknown_companies
        return gather(snapshot, self.library.embed, text, filters, unknown)

    def first_questions(self) -> tuple[str, ...]:
        """A few that the newest articles answer; fewer or none where no sentence of theirs makes one."""
        return self._suggestions.first()

    def next_questions(self, turn: Turn) -> tuple[str, ...]:
        """Up to two that go on from `turn`."""
        return self._suggestions.next(turn)

    def continued(self, question: Question, exchanges: Sequence[Exchange]) -> Question:
        """`question` after a conversation that its caller kept, oldest exchange first."""
        answer_again = self.ask if self.answerer == EXTRACTIVE else None
        return replace(question, history=turns(exchanges, question, self.library.embed, answer_again))

    def ask(self, question: Question) -> Answer:
        answer: Answer = self.chain.invoke(question)["answer"]
        return answer

    def stream(self, question: Question) -> Iterator[Event]:
        """One Sources, then a Lead and Deltas, then the Answer that they add up to."""
        for piece in self.chain.stream(question):
            if "delta" in piece:
                yield Delta(piece["delta"])
            else:
                yield from piece.values()
