"""One published state of the index, with the store behind it: all that one question asks of the library.

Taken once a question, so that what is found, which names there are and which articles are copies belong together,
whatever is published meanwhile. What is removed meanwhile is the exception: it is left out from that moment on.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from index.search.filters import NO_FILTERS, Filters
from index.search.generation import Holdings
from index.search.related import Related
from index.search.search import Found
from index.store.rows import StoredArticle

MAX_HITS = 200


class Snapshot(ABC):
    @property
    @abstractmethod
    def seq(self) -> int:
        """The number of the state; grows with every change."""

    @abstractmethod
    def search(self, text: str, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        """The best passages for `text`, at most `k` (1 to MAX_HITS), best first.

        By words alone where there are no vectors of the library's model. Where there are, but the model fails,
        ModelFault is raised rather than a worse answer given unnoticed.
        """

    @abstractmethod
    def newest(self, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        """The beginnings of the newest articles, at most `k` (1 to MAX_HITS), newest first, all with the score 1."""

    @abstractmethod
    def related(self, article_id: str, k: int = 6) -> tuple[Related, ...]:
        """The articles nearest to one by meaning, at most `k`, nearest first; none where nothing is near.

        None, too, of one that this state does not know, or where it finds by words alone.
        """

    @property
    @abstractmethod
    def holdings(self) -> Holdings:
        """The sources, authors and days of what the index shows."""

    @abstractmethod
    def companies(self, values: Iterable[str]) -> dict[str, str]:
        """Of names and tickers of companies, as `Filters` takes them, those that an article names → its name."""

    def unknown_companies(self, values: Sequence[str]) -> tuple[str, ...]:
        """Those that no article names."""
        known = self.companies(values)
        return tuple(value for value in values if value not in known)

    @abstractmethod
    def article(self, article_id: str) -> StoredArticle | None:
        """In the revision that is shown; None for one that is not shown, or was removed."""

    @abstractmethod
    def copies(self, article_ids: Iterable[str], filters: Filters = NO_FILTERS) -> dict[str, tuple[str, ...]]:
        """Each of these that has near-identical copies → its id and theirs, the one that speaks for them first.

        Of them those that pass the filters, phrases and companies aside, retrieved or not.
        """
