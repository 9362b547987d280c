"""A sentence that a chat model wrote, and the passages that it cites → a Statement with the quotes that bear it out.

A number, date, name or address that the passages lack decides alone, and so do too few words of theirs; one that gives
an order is nobody's news. Otherwise it is what the network of `assistant.chat.support` makes of it, less what the other
checks cast in doubt. A sentence that is not borne out has no quotes, and so it is said to be unsupported; a passage
that does not bear it out is not cited, though the model did.
"""

import math
import re
from collections.abc import Sequence

from langchain_core.documents import Document

from assistant.chat.checks import failed_checks
from assistant.chat.orders import is_order
from assistant.chat.support import nearest, network, together
from assistant.statement import Quote, Statement, Support
from index.text.words import content_stems, stems

DECISIVE = frozenset(("number", "date", "date of another", "name", "address", "told"))
SCALE, BIAS = 0.33, 0.99
DOUBTS = {"negation": 1.51, "universal": 1.41, "clause": 1.71}
"""A logistic regression over the network's logit and the checks that fail (`python -m bench.planted`)."""
BORNE_OUT = 0.5
"""Probability from which on a sentence counts as borne out."""

_SYMBOLS = re.compile(r"[^\w\s!-~’‘“”«»–—€£°…]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+|\d{4,9}")


def verified(sentence: str, cited: Sequence[Document]) -> Statement:
    """sentence: without its markers."""
    failed = set(failed_checks(sentence, cited))
    # what the network did not read it cannot judge
    if not sentence or failed & DECISIVE or is_order(sentence) or not network().takes(sentence):
        return Statement(sentence, ())
    return Statement(sentence, tuple(map(Support, _judged(sentence, cited, failed))))


def probability(logit: float, failed: set[str]) -> float:
    """That a sentence with the network's `logit` which failed these checks is borne out."""
    return 1 / (1 + math.exp(-(SCALE * logit + BIAS - sum(DOUBTS[check] for check in failed))))


def _judged(sentence: str, cited: Sequence[Document], failed: set[str]) -> list[Quote]:
    """Of the passages that bear it out alone; where none does, of all that have words of it if together they do."""
    asked = _as_asked(sentence, cited)
    quotes = [
        Quote(passage, start, end, probability(logit, failed)) for passage, start, end, logit in nearest(asked, cited)
    ]
    alone = [quote for quote in quotes if quote.score >= BORNE_OUT and not _lacks(sentence, quote.passage)]
    if alone or len(quotes) < 2:
        return alone
    words = set(content_stems(sentence))
    parts = [quote for quote in quotes if words & set(stems(quote.text))]
    score = probability(together(asked, [quote.text for quote in parts]), failed) if parts else 0.0
    return [Quote(part.passage, part.start, part.end, score) for part in parts] if score >= BORNE_OUT else []


def _lacks(sentence: str, passage: Document) -> bool:
    return not DECISIVE.isdisjoint(failed_checks(sentence, [passage]))


def _as_asked(sentence: str, cited: Sequence[Document]) -> str:
    """Without what the network has not learnt: emoji and the like, and "3000" where the passages have "3,000"."""
    text = "\n".join(passage.page_content for passage in cited)

    def as_theirs(match: re.Match[str]) -> str:
        number = int(match.group().replace(",", ""))
        return next((form for form in (match.group(), f"{number:,}", str(number)) if form in text), match.group())

    return " ".join(_THOUSANDS.sub(as_theirs, _SYMBOLS.sub(" ", sentence)).split())
