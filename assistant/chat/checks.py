"""What a sentence says and what the passages that it cites say → the ways in which it goes beyond them or against them.

Each check knows one way of going wrong by the words that show it: numbers, dates, names and addresses have to occur, a
"not" and an "all" stand where the passage has one, and of the other words enough occur, and some in each clause. What
it takes to find more is left to the network of `assistant.chat.support`, and `assistant.chat.verify` weighs the two.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.documents import Document

from assistant.dates import in_words
from assistant.figures import days, days_meant, figures, is_among, weekdays
from assistant.wording import Word, Wording, clauses
from index.text.sentences import sentence_spans

MIN_TOLD = 0.45
"""Share of a sentence's content words and numbers that the passages have."""
SHORT = 3
MIN_SHORT_TOLD = 0.6
"""Of a sentence of up to three words: of "The moon is green" half is not enough."""
MIN_CLAUSE_TOLD = 0.33
"""The same of a clause's words."""

_CLAUSE = re.compile(
    r"[,;:()–—]|\b(?:and|but|while|whereas|because|since|after|when|where|who|which|that|as|owing to|due to)\b"
)
_NEGATIONS = frozenset(
    "not no never nobody none nothing without neither nor cannot hardly barely refuse refused refuses refusing deny "
    "denied denies failed fails reject rejected rejects escape escaped escapes unable ruled lack lacked".split()
)
_HALF_NEGATIONS = frozenset("against opposed below until stayed instead escapes".split())
"""They excuse a "not" on the other side, and ask for none."""
_UNIVERSAL = frozenset("all every everyone everybody everything always whole entire entirely nobody none never".split())
_LIKE_UNIVERSAL = _UNIVERSAL | frozenset("each both no not any only".split())
_WHEN = re.compile(
    r"\b(?:(?:last|next|this) (?:week|month|year|spring|summer|autumn|winter)|yesterday|tomorrow|in (?:spring|summer|"
    r"autumn|winter)|by (?:spring|summer|autumn|winter))\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:https?|ftp|file|data|javascript|mailto|tel):[^\s\[\]()<>\"'“”]{3,}|\bwww\.[^\s\[\]()<>\"'“”]+", re.IGNORECASE
)
_AS_OF = re.compile(r"(?:As of|According to an? .{0,40} of)\b")


@dataclass(frozen=True, slots=True)
class _Held:
    """A written sentence beside what it is held to."""

    said: Wording
    source: Wording
    near: Sequence[Wording]
    """The sentences of the source that have most of the written one's words."""
    passages: Sequence[str]
    published: Sequence[str | None]


def failed_checks(sentence: str, passages: Sequence[Document]) -> list[str]:
    """The names of the checks that `sentence`, without its markers, does not pass; all when it cites no passage."""
    texts = [_headed(passage) for passage in passages]
    said = Wording(sentence)
    held = _Held(
        said,
        Wording("\n".join(texts)),
        _nearest(said, [Wording(text[start:end]) for text in texts for start, end in sentence_spans(text)]),
        texts,
        [passage.metadata["published_at"] for passage in passages],
    )
    return [name for name, fails in CHECKS.items() if not passages or fails(held)]


def _headed(passage: Document) -> str:
    metadata = passage.metadata
    head = [metadata["title"], metadata.get("source") or "", in_words(metadata["published_at"])]
    return "\n".join([*filter(None, head), passage.page_content])


def _nearest(said: Wording, sentences: Sequence[Wording]) -> Sequence[Wording]:
    """Up to three sentences, each the one that has most of what those before it lack."""
    left, found = set(said.content), list[Wording]()
    while left and sentences and len(found) < 3:
        best = max(sentences, key=lambda sentence: len(left & sentence.places.keys()))
        gained = left & best.places.keys()
        if len(gained) < (2 if found else 1):
            break
        found.append(best)
        left -= gained
    return found


def _figure(held: _Held) -> bool:
    known: set[float] = set().union(*map(figures, held.passages))
    return not figures(held.said.text) <= known


def _date(held: _Held) -> bool:
    told = list(zip(held.passages, held.published, strict=True))
    meant = set().union(*(days_meant(text, day) for text, day in told))
    counted: set[float] = set().union(*map(figures, held.passages))
    return not (
        all(is_among(day, meant) or (day[1] is None and day[0] in counted) for day in days(held.said.text))
        and weekdays(held.said.text) <= set().union(*map(weekdays, held.passages))
        and all(when.lower() in held.source.text.lower() for when in _WHEN.findall(held.said.text))
    )


def _date_of_another(held: _Held) -> bool:
    """A date of the passages, but not of their sentence that is nearest to the claim and has one of its own."""
    said = held.said
    if not held.near or _AS_OF.match(said.text) or len(said.content & held.near[0].content) < 3:
        return False
    near = held.near[0].text
    told = days(near)
    meant = set().union(*(days_meant(near, published) for published in held.published))
    return any(
        not is_among(day, meant)
        for day in days(said.text)
        if (any(year for year, _, _ in told) if day[1] is None else weekdays(near) or any(m for _, m, _ in told))
    )


def _name(held: _Held) -> bool:
    return any(word.is_capital and not word.opens and not held.source.has(word.form) for word in held.said.words)


def _address(held: _Held) -> bool:
    return any(address.rstrip(".,;:!?") not in held.source.text for address in _ADDRESS.findall(held.said.text))


def _is_negation(word: Word) -> bool:
    return word.lower in _NEGATIONS or word.lower.endswith(("n't", "n’t"))


def _negation(held: _Held) -> bool:
    said, near = held.said, held.near
    ours = said.where(_is_negation)
    theirs = [(sentence, sentence.where(_is_negation)) for sentence in near]
    if not ours:
        return not said.any(_HALF_NEGATIONS) and any(
            sum(word.form in said.places for word in denied) >= min(2, len(denied))
            for sentence, negations in theirs
            for n in negations
            if (denied := sentence.following(n, 3))
        )
    for form in {focus.form for n in ours for focus in said.following(n, 1)}:
        places = [(p, negations) for sentence, negations in theirs for p in sentence.places.get(form, ())]
        if places and not any(-3 <= p - k <= 7 for p, negations in places for k in negations):
            return True
    return not any(negations or sentence.any(_HALF_NEGATIONS) for sentence, negations in theirs)


def _universal(held: _Held) -> bool:
    ours = held.said.any(_UNIVERSAL) or held.said.text.startswith("No ")
    return ours and not any(sentence.any(_LIKE_UNIVERSAL) for sentence in held.near)


def _told(held: _Held) -> bool:
    numbers = len(figures(held.said.text)) + len(days(held.said.text))
    told, words = numbers + sum(map(held.source.has, held.said.content)), numbers + len(held.said.content)
    return told < words * (MIN_TOLD if words > SHORT else MIN_SHORT_TOLD)


def _clause(held: _Held) -> bool:
    """A clause of two words or more of which the passages know next to nothing."""
    return any(
        len(clause.content) > 1 and not figures(clause.text) and _share(clause, held.source) < MIN_CLAUSE_TOLD
        for clause in clauses(held.said.text, _CLAUSE)
    )


def _share(clause: Wording, source: Wording) -> float:
    return sum(map(source.has, clause.content)) / len(clause.content)


CHECKS: dict[str, Callable[[_Held], bool]] = {
    "number": _figure,
    "date": _date,
    "date of another": _date_of_another,
    "name": _name,
    "address": _address,
    "negation": _negation,
    "universal": _universal,
    "told": _told,
    "clause": _clause,
}
