"""Yes or no, where a sentence says so without anything left to judge.

For questions that open with "did", "is", "was", "has" and the like. A clause must be the question over again: its words
in its order and nothing but articles and auxiliaries among or before them, in its tense and voice, neither supposed nor
quoted nor hedged; then it says yes, and with one "not" among those words no. All else, the same in other words or with
a title before the name too, is left to who reads the quote; so is every question with "do" or "does", since what is
usual is seldom said so. English only.
"""

import re
from collections.abc import Sequence

from assistant.dates import MONTH
from assistant.wording import ROOTS
from index.words import stems

_OPENS = re.compile(
    r"^\W*(?:and |but |so )?(?:is|are|was|were|did|has|have|had)(?P<not>n['’]t)?\b"
    r"(?!\s*(?:it|he|she|they|we|you|i|this|that|these|those)\b)(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_CLAUSE = re.compile(r"[;:—–()]|,\s+(?:and|but|while|whereas|although|though|because|since|as|which|who)\b|\s+-\s+")
_NO_STATEMENT = re.compile(r"[\"“”„«»‘?]")
"""What somebody says in direct speech, or asks."""
_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without)\b|n['’]t\b", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:may|might|could|would|should|shall|can|must|whether|until|before|almost|nearly|partly|half|only|"
    r"about to|likely|unlikely|possibl[ey]|perhaps|probably|appear\w*|seem\w*|"
    r"plan\w*|hop(?:e|es|ed|ing)|expect\w*|want\w*|tr(?:y|ies|ied|ying)|attempt\w*|seek\w*|sought|aim\w*|threat\w*|"
    r"urg\w*|call\w* (?:for|on)|fail\w*|refus\w*|reject\w*|propos\w*|ask\w*|demand\w*|"
    r"used to|no longer|former(?:ly)?|stop\w*|cease\w*)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:if|unless|reportedly|allegedly|alleged|according|deny|denie[sd]|denying|claim\w*|accus\w*|doubt\w*|"
    r"said|says|say|told|tells|believe\w*|think\w*|thought|suggest\w*|predict\w*)\b",
    re.IGNORECASE,
)
"""Holds for what comes after another comma or a colon, too."""
_NOW, _THEN = frozenset({"is", "are"}), frozenset({"was", "were", "be", "been", "being"})
_LIGHT = _NOW | _THEN | frozenset({"the", "a", "an", "did", "has", "have", "had", "not"})
"""May stand anywhere. No preposition is among them: who sails from a town does not sail to it."""
_MAY_OPEN = _LIGHT | frozenset({"and", "but", "so", "president", "mayor", "minister", "mr", "mrs", "ms", "dr"})
_PAST_AUXILIARIES = frozenset({"did", "has", "have", "had"})
_ENDS = re.compile(r"(?:(?:,|and)(?: .*)?)?", re.IGNORECASE)
"""What may follow a denial and what is so now, which may hold for more than this alone ("not safe in summer")."""
_GOES_ON_BESIDES = re.compile(
    rf"{_ENDS.pattern}|(?:after|during|with|by|over|again|yesterday|today|early|earlier|late|later|shortly|\w+day)"
    rf"(?: .*)?|on \w+day|in (?:\d{{4}}|{MONTH})",
    re.IGNORECASE,
)
"""What may follow otherwise: how and when, but nothing that it was done to instead ("closed two branches")."""
LEAST = 2
"""Words that a question needs beside light ones: who or what, and what of it."""


def yes_or_no(question: str, sentence: str) -> str | None:
    """ "Yes", "No", or None where the question asks for something else or the sentence does not plainly say."""
    asked = _OPENS.match(question)
    if asked is None or asked["not"] or _NEGATION.search(asked["rest"]) or re.search(r"\bor\b", asked["rest"]):
        return None
    wanted = [_stem(word) for word in _words(asked["rest"]) if word.lower() not in _LIGHT]
    if len(wanted) < LEAST or _NO_STATEMENT.search(sentence):
        return None
    time = _time_of_being(_words(question))
    for statement in sentence.split(";"):
        if _found(_REPORTED, statement) - _found(_REPORTED, question):
            continue
        for clause in _CLAUSE.split(statement):
            words = _words(clause)
            place = _place(wanted, words)
            if place is None or _found(_HEDGE, clause) - _found(_HEDGE, question):
                continue
            said, behind = words[slice(*place)], " ".join(words[place[1] : place[1] + 2])
            if _time_of_being(said) != time or not (time or any(map(_is_past, said))):
                continue
            negations = len(_NEGATION.findall(clause))
            is_denied = negations == 1 and "not" in said
            border = _ENDS if is_denied or time == _NOW else _GOES_ON_BESIDES
            if (is_denied or not negations) and border.fullmatch(behind):
                return "No" if is_denied else "Yes"
    return None


def says_as_surely(one: str, other: str) -> bool:
    """Whether two sentences deny and hedge in the same words."""
    return all(_found(words, one) == _found(words, other) for words in (_NEGATION, _HEDGE))


def _words(text: str) -> list[str]:
    """With commas, and each negation as "not"."""
    return re.findall(r"[^\W_]+|,", _NEGATION.sub(" not ", text))


def _stem(word: str) -> str:
    return next(iter(stems(ROOTS.get(word.lower(), word))), word)


def _found(words: re.Pattern[str], text: str) -> set[str]:
    return {word.lower() for word in words.findall(text)}


def _time_of_being(words: Sequence[str]) -> frozenset[str]:
    """`_NOW` or `_THEN`, by a form of "be" among the words; empty without one."""
    lower = {word.lower() for word in words}
    return _NOW if lower & _NOW else _THEN if lower & _THEN else frozenset()


def _is_past(word: str) -> bool:
    return word in _PAST_AUXILIARIES or (word.islower() and (word.endswith("ed") or word in ROOTS))


def _place(wanted: Sequence[str], words: Sequence[str]) -> tuple[int, int] | None:
    """Where the words of a clause, or of what follows a comma in it, begin with `wanted`, light ones aside."""
    heavy = [n for n, word in enumerate(words) if word.lower() not in _LIGHT]
    said = [_stem(words[n]) for n in heavy]
    for k in range(len(said) - len(wanted) + 1):
        if said[k : k + len(wanted)] != wanted:
            continue
        start, end = heavy[k], heavy[k + len(wanted) - 1] + 1
        part = max((n + 1 for n in range(start) if words[n] == ","), default=0)
        if all(word.lower() in _MAY_OPEN for word in words[part:start]):
            return start, end
    return None
