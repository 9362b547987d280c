"""What a writer gives: one sentence of an answer and the quotes that it rests on."""

from dataclasses import dataclass, replace

from langchain_core.documents import Document

from assistant.wording import NUMBER_WORDS
from index.text.days import day_to_compare
from index.text.words import word_set

SAME_WORDS = 0.8
"""Shared stems / all stems of two sentences from which one counts as a copy of the other."""


def around(passage: Document) -> tuple[str, int]:
    """The passage's text with the part of its first paragraph before it, and where in the article that begins."""
    before = passage.metadata["before"]
    return before + passage.page_content, passage.metadata["start"] - len(before)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, or a few in a row: `text` is `article.text[start:end]`."""

    passage: Document
    start: int
    end: int
    score: float
    """How well it answers or bears out, 0 to 1."""

    @property
    def text(self) -> str:
        text, offset = around(self.passage)
        return text[self.start - offset : self.end - offset]

    @property
    def article_id(self) -> str:
        return str(self.passage.metadata["article_id"])

    @property
    def published_on(self) -> str:
        """The day; empty when unknown or ahead, so that days compare."""
        return day_to_compare(self.passage.metadata["published_at"])

    def behind(self, position: int) -> "Quote":
        """What of this quote stands behind `position`, which lies within it."""
        text, offset = around(self.passage)
        return replace(self, start=self.end - len(text[position - offset : self.end - offset].lstrip()))

    def overlaps(self, other: "Quote") -> bool:
        return self.article_id == other.article_id and self.start < other.end and other.start < self.end

    def word_set(self) -> frozenset[str]:
        return word_set(self.text)


@dataclass(frozen=True, slots=True)
class Support:
    """A quote that is cited, and the same words, or others for the same fact, in other articles."""

    quote: Quote
    copies: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    support: tuple[Support, ...]
    """Empty for a sentence of a chat model that nothing in the passages bears out."""
    is_at_odds: bool = False
    """Whether another statement of the answer tells the same with other numbers or dates."""


def say_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Nearly the same words and exactly the same numbers: a corrected toll is not a copy of the wrong one.

    Where there are no words, of a script that is not read, nothing says the same.
    """
    if not 0 < SAME_WORDS * len(one | other) <= len(one & other):
        return False
    return not any(stem[0].isdigit() or stem in NUMBER_WORDS for stem in one ^ other)
