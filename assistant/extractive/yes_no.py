"""Yes or no, where a sentence says so without anything left to judge.

For questions that open with "did", "is", "was", "has" and the like. A sentence must open with the question over again:
its words in its order and nothing but articles and auxiliaries among them, in its tense and voice, neither supposed nor
quoted nor hedged; then it says yes, and with one "not" among those words no. Before them may stand a day or a title,
behind them when and how it was and another clause with "and", but nothing that could take it back ("a rumour that
proved wrong"). All else, the same in other words too, is left to who reads the quote; so is every question with "do" or
"does", since what is usual is seldom said so. English only.
"""

import re
from collections.abc import Sequence

from assistant.dates import MONTH
from assistant.wording import ROOTS
from index.ingest.written import behind_dateline
from index.text.english import WEEKDAYS
from index.text.words import stems

_OPENS = re.compile(
    r"^\W*(?:and |but |so )?(?:is|are|was|were|did|has|have|had)(?P<not>n['’]t)?\b"
    r"(?!\s*(?:it|he|she|they|we|you|i|this|that|these|those)\b)(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_NO_STATEMENT = re.compile(r"[\"“”„«»‘?]")
"""What somebody says in direct speech, or asks."""
_AND = re.compile(r",\s+and\b(?!\s+(?:only|not|yet)\b)")
_PARTS = re.compile(r"[,;—–()]|:(?!\d)|\s-\s")
_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without)\b|n['’]t\b", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:(?<!\bin )may(?! \d)|might|could|would|should|shall|can|must|whether|until|before|almost|nearly|partly|half|"
    r"only|about to|likely|unlikely|possibl[ey]|perhaps|probably|appear\w*|seem\w*|"
    r"plan\w*|hop(?:e|es|ed|ing)|expect\w*|want\w*|tr(?:y|ies|ied|ying)|attempt\w*|seek\w*|sought|aim\w*|threat\w*|"
    r"urg\w*|call\w* (?:for|on)|fail\w*|refus\w*|reject\w*|propos\w*|ask\w*|demand\w*|"
    r"used to|no longer|former(?:ly)?|stop\w*|cease\w*)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:if|unless|reportedly|allegedly|alleged|according|deny|denie[sd]|denying|claim\w*|accus\w*|doubt\w*|"
    r"said|says|say|told|tells|believe\w*|think\w*|thought|suggest\w*|predict\w*|rumou?r\w*|suppos\w*|pretend\w*|"
    r"imagin\w*|dream\w*|jok(?:e|es|ed|ing)|hoax\w*|fake\w*|fiction\w*|false\w*|untrue|wrong\w*|mistake\w*|film\w*|"
    r"movie|novel|drama|episode)\b",
    re.IGNORECASE,
)
_NOW, _THEN = frozenset({"is", "are"}), frozenset({"was", "were", "be", "been"})
_LIGHT = _NOW | _THEN | frozenset({"the", "a", "an", "did", "has", "have", "had", "not"})
"""May stand anywhere. No preposition is among them: who sails from a town does not sail to it. Nor is "being"."""
_PAST_AUXILIARIES = frozenset({"did", "has", "have", "had"})
_DAY = rf"(?:{'|'.join(WEEKDAYS)}|{MONTH})"
_WHEN = (
    rf"(?:(?:early|late) )?(?:(?:(?:on|in|last) )?{_DAY} (?:(?:{_DAY}|\d{{1,4}}|morning|afternoon|evening|night) )*"
    rf"|on \d{{1,2}} {MONTH} (?:\d{{4}} )?|in \d{{4}} |(?:yesterday|today|tonight) |(?:last|this) (?:week|month|year) )"
)
"""Here and below every word and mark has a blank behind it."""
_BEFORE = re.compile(
    rf"(?:{_WHEN}(?:, )?)?(?:(?:the|an?|and|but|so|president|mayor|minister|mr|mrs|ms|dr) )*", re.IGNORECASE
)
_BEHIND = re.compile(
    rf"(?:{_WHEN})?(?:(?:after|during|with|by|over|again|earlier|later|shortly) "
    rf"(?:(?!(?:but|though|although|except|while|as|until|instead) )[^ ,]+ )*)?",
    re.IGNORECASE,
)
"""When and how, but nothing that it was done to instead ("closed two branches"). Behind a denial and what is so now not
even that, which may be all that is meant ("not safe in summer")."""
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
    sentence = sentence[behind_dateline(sentence) :]
    clause = _AND.split(sentence, maxsplit=1)[0]
    if _found(_REPORTED, sentence) - _found(_REPORTED, question) or _found(_HEDGE, clause) - _found(_HEDGE, question):
        return None
    words = _words(clause)
    place = _place(wanted, words)
    if place is None:
        return None
    said, behind = words[slice(*place)], _spaced(words[place[1] :])
    time = _time_of_being(_words(question))
    if _time_of_being(said) != time or not (time or any(map(_is_past, said))):
        return None
    negations = len(_NEGATION.findall(clause))
    is_denied = negations == 1 and "not" in said
    ends = not behind if is_denied or time == _NOW else _BEHIND.fullmatch(behind)
    if negations > is_denied or not ends:
        return None
    return "No" if is_denied else "Yes"


def says_as_surely(one: str, other: str) -> bool:
    """Whether two sentences deny and hedge in the same words."""
    return all(_found(words, one) == _found(words, other) for words in (_NEGATION, _HEDGE))


def _words(text: str) -> list[str]:
    """With each negation as "not", and what parts clauses as a comma."""
    return re.findall(r"[^\W_]+|,", _PARTS.sub(" , ", _NEGATION.sub(" not ", text)))


def _spaced(words: Sequence[str]) -> str:
    return "".join(f"{word} " for word in words)


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
    """Where the words begin with `wanted`, light ones aside, behind a day or title at most."""
    heavy = [n for n, word in enumerate(words) if word.lower() not in _LIGHT]
    said = [_stem(words[n]) for n in heavy]
    for k in range(len(said) - len(wanted) + 1):
        if said[k : k + len(wanted)] != wanted:
            continue
        start, end = heavy[k], heavy[k + len(wanted) - 1] + 1
        if _BEFORE.fullmatch(_spaced(words[:start])):
            return start, end
    return None
