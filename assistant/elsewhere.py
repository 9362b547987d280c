"""A cited sentence → who is to speak for the copies of its article, and where else among them it stands.

Which articles are copies, and which of them comes first, is the index's to say (`Snapshot.copies`); here only the
sentence is looked for. The first copy that has it word for word, its dateline aside, is cited, since it is those words
that were judged to answer; the others, and those with a word changed, are named beside it. A cut version that lacks the
sentence does not say it. In a long article it is looked for about where it stands in the one found: copies go the same
way.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import Citation, Copy
from assistant.retriever import as_document
from assistant.statement import Quote, Support, say_the_same
from index.ingest.written import behind_dateline
from index.search.filters import Filters
from index.search.search import Hit
from index.search.snapshot import Snapshot
from index.store.rows import StoredArticle
from index.text.sentences import sentence_spans
from index.text.words import folded, word_set

MAX_LOOKED_AT = 20
"""Copies whose text is looked through for one sentence."""
PART_CHARS = 10_000
"""Of each, the part of so many characters that the sentence would stand in, and the ones before and behind it."""


class Elsewhere:
    """Asked while one answer is written: what was looked up and read is kept for its next sentence."""

    def __init__(self, snapshot: Snapshot, filters: Filters) -> None:
        """filters: what the articles pass that may speak or be named."""
        self._snapshot = snapshot
        self._filters = filters
        self._copies: dict[str, tuple[str, ...]] = {}
        self._parts: dict[tuple[str, int], _Sentences | None] = {}

    def speaker(self, found: Support) -> Support:
        """`found` with its quote out of the first of the copies that has it word for word, the one found beside it."""
        quote = found.quote
        ids = self._ids(quote.article_id)
        if quote.article_id not in ids:
            return found
        wanted = folded(quote.text[behind_dateline(quote.text) :])
        for article in self._read(ids[: ids.index(quote.article_id)], quote.start):
            if span := article.place(quote.text, lambda said: folded(said) == wanted):
                passage = as_document(Hit(article.stored.article, article.stored.revision, *span, quote.score))
                others = (copy for copy in found.copies if copy.article_id != article.stored.article.id)
                return Support(Quote(passage, *span, quote.score), (quote, *others))
        return found

    def also_said(self, citation: Citation) -> tuple[Copy, ...]:
        """What `citation.also_in` has, and after it the copies that are not in it yet."""
        known = {citation.article_id, *(copy.article_id for copy in citation.also_in)}
        wanted = word_set(citation.quote)
        others = [i for i in self._ids(citation.article_id) if i not in known]
        found = (
            _copy(article.stored, span)
            for article in self._read(others, citation.start)
            if (span := article.place(citation.quote, lambda said: say_the_same(word_set(said), wanted)))
        )
        return (*citation.also_in, *found)

    def _ids(self, article_id: str) -> tuple[str, ...]:
        """Those of the article and its copies that may be named, in the order in which they speak."""
        if article_id not in self._copies:
            self._copies[article_id] = self._snapshot.copies([article_id], self._filters).get(article_id, ())
        return self._copies[article_id]

    def _read(self, article_ids: Sequence[str], near: int) -> Iterator["_Sentences"]:
        for article_id in article_ids[:MAX_LOOKED_AT]:
            key = article_id, near // PART_CHARS
            if key not in self._parts:
                stored = self._snapshot.article(article_id)
                self._parts[key] = _Sentences.of(stored, key[1]) if stored else None
            if article := self._parts[key]:
                yield article


@dataclass(frozen=True, slots=True)
class _Sentences:
    """Those of a part of an article and of the parts beside it."""

    stored: StoredArticle
    spans: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, stored: StoredArticle, part: int) -> "_Sentences":
        article = stored.article
        first, last = max(0, part - 1) * PART_CHARS, (part + 2) * PART_CHARS
        spans = [
            (first + start, first + end) for start, end in sentence_spans(article.text[first:last], article.language)
        ]
        # where the text goes on, a sentence may be cut in two
        whole = spans[first > 0 : len(spans) - (last < len(article.text))]
        return cls(stored, [(start + behind_dateline(article.text[start:end]), end) for start, end in whole])

    def place(self, quote: str, is_it: Callable[[str], bool]) -> tuple[int, int] | None:
        """Where as many sentences in a row as `quote` has are what is looked for."""
        n = len(sentence_spans(quote))
        for first in range(len(self.spans) - n + 1):
            start, end = self.spans[first][0], self.spans[first + n - 1][1]
            if is_it(self.stored.article.text[start:end]):
                return start, end
        return None


def _copy(stored: StoredArticle, span: tuple[int, int]) -> Copy:
    article = stored.article
    start, end = span
    return Copy(
        article_id=article.id,
        revision=stored.revision,
        title=article.title,
        url=article.url,
        source=article.source,
        published_at=article.published_at,
        quote=article.text[start:end],
        start=start,
        end=end,
    )
