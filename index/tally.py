"""What an ingest has come to so far: what became of each article, what failed, and how many items are through."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from index.article import Article, Item, ItemError, More, Note
from index.errors import IndexFault
from index.progress import MAX_ERRORS_KEPT, MAX_NOTES_KEPT, Progress, Report
from index.store.store import Outcome

OnArticle = Callable[[str, Outcome | Literal["removed"], Article | None], None]
"""Called with an article's id, what became of it, and the article where it was read.

After it was stored, but before it is removed; in a dry run, where it only would be.
"""


class Tally:
    def __init__(self, on_article: OnArticle = lambda *_: None, *, total: int = 0) -> None:
        """total: of items; 0 where nobody said how many there are."""
        self.done = 0
        self.total = total
        self.embedded = 0
        """Passages."""
        self._on_article = on_article
        self._outcomes: Counter[str] = Counter()
        self._errors: list[ItemError] = []
        self._error_count = 0
        self._notes: list[Note] = []

    def note(self, item: Item, progress: Progress) -> None:
        """Count `item`, once `progress` has been told of those before it."""
        if isinstance(item, More):
            self.total += item.count
        progress("reading", self.done, self.total)
        if not isinstance(item, More | Note):
            self.done += 1
        if isinstance(item, ItemError):
            self.fail(item)
        if isinstance(item, Note):
            self.remark(item)

    def settle(self, article_id: str | None, outcome: Outcome | Literal["removed"], article: Article | None) -> None:
        """article_id: None where nothing but its address is known. article: where it was read."""
        self._outcomes[outcome] += 1
        if article_id is not None:
            self._on_article(article_id, outcome, article)

    def fail(self, error: ItemError) -> None:
        self._error_count += 1
        if len(self._errors) < MAX_ERRORS_KEPT:
            self._errors.append(error)

    def remark(self, note: Note) -> None:
        if len(self._notes) < MAX_NOTES_KEPT:
            self._notes.append(note)

    def report(self) -> Report:
        return Report(
            added=self._outcomes["added"],
            updated=self._outcomes["updated"],
            removed=self._outcomes["removed"],
            unchanged=self._outcomes["unchanged"],
            withheld=self._outcomes["withheld"],
            embedded=self.embedded,
            errors=tuple(self._errors),
            further_errors=self._error_count - len(self._errors),
            notes=tuple(self._notes),
        )

    @contextmanager
    def told(self) -> Iterator[None]:
        """What ends the work says what had been done by then."""
        try:
            yield
        except IndexFault as fault:
            fault.report = self.report()
            raise
