"""What a chat model writes for one question → the statements of it that are said, a count of them all, and a notice.

A sentence that nothing bears out waits for the first one that is borne out, and with none it is never said: without a
citation there is no answer, and the extractive one can still be given whole. After that sentence the model keeps the
word: what broke off ends where it stood, since each sentence is checked by itself and is on its way to the reader.

The passages are asked and checked without the orders that an article may give (`assistant.chat.orders`); what is quoted
is quoted from the passages as they are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.documents import Document

from assistant.answer import Checked
from assistant.chat.model import Written, write
from assistant.chat.orders import without_orders
from assistant.chat.verify import verified
from assistant.errors import ChatModelFault, ContextTooSmall
from assistant.statement import Statement

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MAX_SENTENCES = 40
"""Each is read beside up to eight passages."""
INSTEAD = "The answer is taken from the articles word for word instead."


class Draft:
    """`checked`, `notice` and `has_refused` hold when `statements` is exhausted."""

    def __init__(
        self,
        model: "BaseChatModel",
        question: str,
        passages: Sequence[Document],
        is_wanted: Callable[[], bool] = lambda: True,
        *,
        cuts_unsupported: bool,
    ) -> None:
        self._model = model
        self._question = question
        self._stored = {passage.id: passage for passage in passages}
        self._passages = [without_orders(passage) for passage in passages]
        self._is_wanted = is_wanted
        self._cuts_unsupported = cuts_unsupported
        self.checked = Checked()
        self.notice: str | None = None
        self.has_refused = False
        """The model says that the passages hold no answer."""

    def statements(self) -> Iterator[Statement]:
        sentences = supported = marked = 0
        waiting: list[Statement] = []
        fault: ChatModelFault | None = None
        try:
            for written in self._written():
                if sentences == MAX_SENTENCES:
                    raise ChatModelFault(f"The chat model's reply was cut after {MAX_SENTENCES} sentences.")
                sentences += 1
                statement = self._quoted(verified(written.text, written.cited))
                supported += bool(statement.support)
                if statement.support or not self._cuts_unsupported:
                    waiting.append(statement)
                if supported:
                    marked += sum(not one.support for one in waiting)
                    yield from waiting
                    waiting.clear()
        except ChatModelFault as raised:
            fault = raised
        self.checked = Checked(sentences, supported, marked, sentences - supported - marked)
        self.has_refused = not sentences and fault is None
        if supported:
            self.notice = f"{fault} The answer ends there." if fault else self.notice
        elif not self.has_refused:
            self.notice = f"{fault or 'Nothing that the chat model wrote is borne out by what it cites.'} {INSTEAD}"

    def _quoted(self, statement: Statement) -> Statement:
        """With the passages as they are stored in place of those that were read."""
        return replace(
            statement,
            support=tuple(
                replace(one, quote=replace(one.quote, passage=self._stored[one.quote.passage.id]))
                for one in statement.support
            ),
        )

    def _written(self) -> Iterator[Written]:
        """With half of the passages, the best, where all are more than the model takes."""
        has_begun = False
        try:
            for written in write(self._model, self._question, self._passages, self._is_wanted):
                has_begun = True
                yield written
        except ContextTooSmall:
            if has_begun or len(self._passages) < 2:
                raise
            half = self._passages[: len(self._passages) // 2]
            self.notice = f"The passages found are more than the chat model takes; it read {len(half)} of them."
            yield from write(self._model, self._question, half, self._is_wanted)
