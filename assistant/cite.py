"""Statements → the answer's text with its markers, and the citations behind them.

A citation is a verbatim span, checked here against the passage it comes from; its number is given at its first
use, so a marker is right from the moment it is streamed. Brackets around a number in an article's own words
("[3]" in a copied page) would read as a marker: in the answer they become parentheses, in the quote they stay.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import attrgetter

from langchain_core.documents import Document

from assistant.answer import Citation, Copy
from assistant.retriever import SOURCE_FIELDS
from assistant.statement import Quote, Statement, Support, around

UNSUPPORTED = "(no support found in the articles)"
"""Follows a sentence that a chat model wrote and that no cited sentence bears out."""

_FALSE_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(slots=True)
class Citer:
    """Numbers the citations of one answer."""

    also_said: Callable[[Citation], tuple[Copy, ...]] = attrgetter("also_in")
    """Where else a citation's sentence stands."""
    citations: list[Citation] = field(default_factory=list)
    at_odds: list[int] = field(default_factory=list)
    """Those that tell the same with other numbers or dates."""

    def render(self, statement: Statement) -> str:
        """The statement's text with its markers; new citations are appended to `citations`."""
        text = _FALSE_MARKER.sub(r"(\1)", statement.text.strip())
        markers = dict.fromkeys(self.cite(support).index for support in statement.support)
        if statement.is_at_odds:
            self.at_odds.extend(markers)
        return f"{text} {''.join(f'[{n}]' for n in markers) or UNSUPPORTED}"

    def cite(self, support: Support) -> Citation:
        """The citation of a sentence; a new one is appended to `citations`."""
        quote = support.quote
        for known in self.citations:
            if (known.article_id, known.start, known.end) == (quote.article_id, quote.start, quote.end):
                return known
        citation = _citation(len(self.citations) + 1, quote, support.copies)
        self.citations.append(replace(citation, also_in=self.also_said(citation)))
        return self.citations[-1]


def passage_citation(passage: Document) -> Citation:
    """A whole passage in the shape of a citation, which no marker refers to (index 0); its score orders them."""
    metadata = passage.metadata
    return Citation(
        index=0,
        quote=passage.page_content,
        start=metadata["start"],
        end=metadata["end"],
        score=round(metadata["score"], 4),
        **{name: metadata[name] for name in SOURCE_FIELDS},
    )


def _verbatim(quote: Quote) -> str:
    """The quote's text, which fills its span. Raises ValueError for one that reaches out of its paragraphs."""
    text, offset = around(quote.passage)
    if not offset <= quote.start < quote.end <= offset + len(text):
        raise ValueError(f"{quote.start} to {quote.end} is no span around the passage {quote.passage.id}")
    return quote.text


def _citation(index: int, quote: Quote, copies: tuple[Quote, ...]) -> Citation:
    return Citation(
        index=index,
        quote=_verbatim(quote),
        start=quote.start,
        end=quote.end,
        score=round(quote.score, 4),
        also_in=tuple(map(_copy, copies)),
        **{name: quote.passage.metadata[name] for name in SOURCE_FIELDS},
    )


def _copy(quote: Quote) -> Copy:
    metadata = quote.passage.metadata
    return Copy(
        quote=_verbatim(quote),
        start=quote.start,
        end=quote.end,
        **{name: metadata[name] for name in SOURCE_FIELDS if name not in {"author", "provenance"}},
    )
