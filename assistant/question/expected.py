"""What a question asks for: its kind, and so whether a few words, sentences or members of a list answer it.

English only, by the words that ask, after a polite opening ("Can you tell me …"). The kind decides whether an answer
carries a short answer and which ("Yes", a number, a date), whether each of its sentences is to add a member, and
whether the beginnings of articles answer where no sentence can ("What's new?"). Kinds that would be answered alike
("who" and "where", "why" and "how") are one. A follow-up is of its own kind, not of that of the question it carries.
"""

import re
from typing import Literal

from assistant.conversation.carried import in_two
from assistant.dates import date_spans
from index.text.english import NUMBERS, SCALES

Kind = Literal["yes_no", "number", "when", "list", "fact", "account", "happened", "summary"]
"""A fact is told in a few words, an account (why, how, what somebody said) in sentences."""

_POLITE = re.compile(
    r"^\W*(?:(?:and|but|so|please)\b,?\s*)*"
    r"(?:(?:(?:can|could|will|would) you (?:please )?(?:tell|explain|say)(?: to)?(?: me)?|do you know"
    r"|(?:please )?tell me|i(?:'d like| want) to know)\b,? (?=who|what|when|where|why|how|which|whether|if)|please )?",
    re.IGNORECASE,
)
NEWS = r"(?:news|headlines|articles|reports|stories|coverage|reporting|columns|pieces|dispatches)"
_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        "summary",
        r"\b(?:summari[sz]e|summary|recap|overview)\b|^(?:tell me|more)\b|^(?:explain|describe)\b"
        r"|^what(?:'s|’s| is) (?:the )?(?:new|latest)(?: news)?\b(?=\W*(?:$|(?:on|about|from|in|with|this|today)\b))"
        r"|^(?:any|anything) (?:new|news)\b|^what (?:is|are) (?:the|today['’]s) (?:\w+ )?(?:news|headlines|stories)\b"
        rf"|^(?:(?:show|give|find|list|get)(?: me)?\b )?(?:(?:all|the|some|any|latest|newest|recent|most|today"
        rf"|yesterday|this|last|week|month|your)(?:['’]s)? )*{NEWS}\b",
    ),
    (
        "list",
        # not "which council members": "which company wants" looks the same
        r"^(?:name (?!of\b)|list\b|names of\b)|^which (?:other |(?:two|three|four|five|six|several|\d+) (?:\w+ )?)?"
        r"(?:people|(?!(?:was|is|has|does|bus|gas|process|class|his|its)\b)\w*[^\Wsui]s)\b"
        r"(?! (?:is|was|has|does|the|an?|his|her|its|their)\b|\W*$)"
        r"|^(?:what|who) (?:are|were) the (?:two|three|four|five|names of)\b",
    ),
    (
        "yes_no",
        r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may(?! \d)|might|whether|if)\b",
    ),
    (
        "happened",
        r"\bwhat (?:has |have |had )?(?:happened|happens|occurred|went on)\b"
        r"|\bwhat(?:'s|’s| is| was| has)(?: been)? (?:happening|going on|reported|published|written|in the news)\b",
    ),
    ("fact", r"\bwhat (?:does|do|did) .{1,200}\b(?:mean|stand for)\W*$"),
    (
        "account",
        r"\bwhat (?:did|does|do|has|have) .{1,200}\b(?:say|said|think|want|write|claim|(?<!['’]s )report)\b"
        r"|\b(?:why|for what reason|what (?:caused|led to))\b",
    ),
)
_ASKING_WORDS: tuple[tuple[Kind, str], ...] = (
    ("number", r"how (?:many|much|old|tall|big|large|long|far|fast|high|deep|wide|heavy)"),
    ("account", r"how (?:did|do|does|is|are|was|were|has|have|can|could|come)|what (?:is known|do we know)"),
    ("when", r"when|(?:what|which) (?:date|day|year)"),
    ("fact", r"where|who(?:m|se)?"),
)
_OF_A_KIND = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _KINDS)
_ASKING = re.compile(rf"\b(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in _ASKING_WORDS)})\b", re.IGNORECASE)
_SHORT: frozenset[Kind] = frozenset(("number", "when", "list", "fact"))

_ASKS_FOR_A_DAY = re.compile(r"\b(?:what|which) day\b", re.IGNORECASE)
_ASKS_FOR_A_YEAR = re.compile(r"\b(?:what|which) year\b", re.IGNORECASE)
_DAY_OR_TIME_ALONE = re.compile(r"\w+day|\d{1,2}:\d\d.*")
"""Of a date in a text: what only tells the reader of that day's paper when it was."""
_YEAR = re.compile(r"\b[12]\d{3}\b")
_SAYS_A_NUMBER = re.compile(
    rf"\d|\b(?:no|none|half|once|twice|{'|'.join(NUMBERS)}|(?:dozen|{'|'.join(SCALES)})s?)\b", re.IGNORECASE
)
_OF_ANOTHER = re.compile(r"^\W*(?:(?:and|but|so)\b,?\s*)?(?:what|how) about\b", re.IGNORECASE)
_ASKS_BY_ITSELF = re.compile(r"\b(?:what|which)\b", re.IGNORECASE)


def kind_of(question: str) -> Kind:
    return _stated(asking(question)) or "fact"


def asking(question: str) -> str:
    """The part of a follow-up that tells what is asked: "when was that" of "when was that? (Why did the dam close?)".

    One that only names another subject asks what the question it carries asks: "the second one? (Who pays?)".
    """
    own, carried = in_two(question)
    names_a_subject = _OF_ANOTHER.match(own) or not (_stated(own) or _ASKS_BY_ITSELF.search(own))
    return carried if carried and names_a_subject else own


def may_answer(question: str, answer: str) -> bool:
    """Whether a short answer is of the kind asked for: a number for "how many", a date for "when"."""
    question = asking(question)
    kind = kind_of(question)
    if kind == "number":
        return bool(_SAYS_A_NUMBER.search(answer))
    if _ASKS_FOR_A_YEAR.search(question):
        return bool(_YEAR.search(answer))
    dates = [answer[start:end] for start, end in date_spans(answer)]
    if _ASKS_FOR_A_DAY.search(question):
        return bool(dates)
    return kind != "when" or not all(map(_DAY_OR_TIME_ALONE.fullmatch, dates))


def asks_for_a_span(question: str) -> bool:
    """Whether a few words could answer: not for reasons, accounts, statements, summaries or yes and no."""
    return kind_of(question) in _SHORT


def _stated(question: str) -> Kind | None:
    """None where no word tells."""
    asked = _POLITE.sub("", question)
    for kind, words in _OF_A_KIND:
        if words.search(asked):
            return kind
    match = _ASKING.search(asked)
    return next((kind for kind, _ in _ASKING_WORDS if match[kind]), None) if match else None
