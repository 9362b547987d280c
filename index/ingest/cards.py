"""A parsed page in, what is told by its make out: teasers, comments and captioned pictures come as cards, made alike.

For the boxes that are called nothing that is known: two or more blocks beside each other with the same tag and class
and little text each. A teaser is a linked headline with a few words; a comment says who wrote it and when, or asks for
a reply, and stands behind the story; a picture has its caption in the same block.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from index.ingest.paragraphs import MIN_PROSE_CHARS, PICTURES, is_in_sentence, is_short, paragraphs

MAX_CARD_CHARS = 500
MIN_TEASER_CHARS, MIN_LINKED = 12, 0.9
"""Of a line that is a linked headline."""

MIN_BEFORE = 0.33
"""Of the prose that stands with and behind teasers, so much stands before them."""

MAX_CAPTION_CHARS, MAX_CAPTION_PARAGRAPHS = 150, 3
"""Of what stands with a picture in one block, which has no like beside it."""

CARDS = frozenset("a article div li section td".split())
_AROUND_PICTURES = ("div", "table", "center", "td", "li")
_MORE = re.compile(r"(?:read|more|continue|weiter|mehr|lire|la suite|leer|seguir|czytaj|więcej|leggi|lees)\b", re.I)
_DATED = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}\.? [^\W\d_]{3,12}\.? \d{4}\b|"
    r"\b(?:days?|hours?|minutes?|weeks?|months?|years?) ago\b|\bvor \d+ |\bil y a \d|\bhace \d",
    re.I,
)
_REPLY = re.compile(r"\b(?:reply|report|antworten|melden|répondre|signaler|responder|odpowiedz|zgłoś|rispondi)\b", re.I)


def teasers(page: Any) -> set[Any]:
    before = _prose_before(page)
    return {card for cards in _alike(page) if _are_teasers(cards, *before[cards[0]]) for card in cards}


def comments(page: Any) -> set[Any]:
    before = _prose_before(page)
    return {card for cards in _alike(page) if _are_comments(cards, *before[cards[0]]) for card in cards}


def captioned_pictures(page: Any) -> set[Any]:
    alone = {block for block in page.iter(*_AROUND_PICTURES) if _is_captioned(block, MAX_CAPTION_CHARS)}
    return alone | {card for cards in _alike(page) if all(map(_is_captioned, cards)) for card in cards}


def _alike(page: Any) -> Iterator[list[Any]]:
    """Blocks beside each other that are made alike, two or more, of little text each."""
    for parent in page.iter("*"):
        cards: dict[tuple[str, str], list[Any]] = {}
        for child in parent:
            is_card = child.tag in CARDS and not is_in_sentence(child)
            if is_card and is_short(child, MAX_CARD_CHARS):
                cards.setdefault((child.tag, (child.get("class") or "").partition(" ")[0]), []).append(child)
        yield from (found for found in cards.values() if len(found) > 1)


def _are_teasers(cards: list[Any], before: int, after: int) -> bool:
    """Behind the story; a newsletter consists of what looks like teasers, with a few words before them."""
    return before >= MIN_BEFORE * after and all(map(_is_teaser, cards))


def _is_teaser(card: Any) -> bool:
    """Whether it is a linked headline with a few words about it, or a few words and a link to more."""
    found = paragraphs(card)
    linked = [len(p.text) >= MIN_TEASER_CHARS and p.linked_chars >= MIN_LINKED * len(p.text) for p in found]
    return any(linked[:2]) or (len(found) > 1 and linked[-1] and _MORE.match(found[-1].text) is not None)


def _is_captioned(card: Any, max_chars: int = MAX_CARD_CHARS) -> bool:
    """Whether it is a picture with a few words beside it."""
    if not is_short(card, max_chars) or next(card.iter(*PICTURES), None) is None:
        return False
    found = paragraphs(card)
    return 0 < len(found) <= MAX_CAPTION_PARAGRAPHS and not any(p.linked_chars or p.is_heading for p in found)


def _are_comments(cards: list[Any], before: int, after: int) -> bool:
    """before and after: how much prose stands before them on the page, and how much does not."""
    told = [[p for p in paragraphs(card) if not p.is_prose] for card in cards]
    if before < MIN_PROSE_CHARS:
        return False
    if all(any(p.linked_chars and _REPLY.search(p.text) for p in found) for found in told):
        return True
    return before > after and all(any(_DATED.search(p.text) for p in found) for found in told)


def _prose_before(page: Any) -> dict[Any, tuple[int, int]]:
    """How many characters of prose stand before each element, and how many do not."""
    length: dict[Any, int] = {}
    for paragraph in paragraphs(page):
        if paragraph.is_prose:
            length[paragraph.element] = length.get(paragraph.element, 0) + len(paragraph.text)
    whole = sum(length.values())
    sums = accumulate((length.get(element, 0) for element in page.iter("*")), initial=0)
    return {element: (before, whole - before) for element, before in zip(page.iter("*"), sums, strict=False)}
