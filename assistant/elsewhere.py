"""A citation → the same sentence in the copies of the article cited, which the search need not have found.

Whether two articles are copies is the library's to say; here only the sentence is looked for, by its words and
numbers. A cut version that lacks it does not say it.
"""

from collections.abc import Sequence

from assistant.answer import Citation, Copy
from assistant.statement import say_the_same
from index.library import Library
from index.sentences import sentence_spans
from index.store import StoredArticle
from index.words import stems

MAX_LOOKED_AT = 20
"""Copies whose text is looked through for one citation."""


def also_said(citation: Citation, library: Library) -> tuple[Copy, ...]:
    """What `citation.also_in` has, and after it the copies that are not in it yet."""
    known = {citation.article_id, *(copy.article_id for copy in citation.also_in)}
    others = [i for i in library.copies([citation.article_id]).get(citation.article_id, ()) if i not in known]
    found = (_said(citation.quote, stored) for i in others[:MAX_LOOKED_AT] if (stored := library.article(i)))
    return (*citation.also_in, *(copy for copy in found if copy))


def _said(quote: str, stored: StoredArticle) -> Copy | None:
    article = stored.article
    wanted = frozenset(stems(quote))
    for start, end in _runs(sentence_spans(article.text, article.language), len(sentence_spans(quote))):
        if say_the_same(frozenset(stems(article.text[start:end])), wanted):
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
    return None


def _runs(spans: Sequence[tuple[int, int]], n: int) -> list[tuple[int, int]]:
    """Every run of `n` sentences."""
    return [(first[0], last[1]) for first, last in zip(spans, spans[n - 1 :], strict=False)]
