"""Yes or no, where a sentence says so without anything left to judge.

For questions that open with "did", "is", "has" and the like. The sentence must have every content word of the question,
in the question's order and close together, in one clause that neither plans, supposes, quotes nor hedges; then it says
yes, and with one "not" among those words no. All else, the same in other words too, is left to who reads the quote.
English only.
"""

import re

from assistant.wording import ROOTS
from index.words import function_stems, stems

_OPENS = re.compile(
    r"^\W*(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had)(?P<not>n['’]t)?\b\s*(?P<rest>.+?)[?\s]*$",
    re.IGNORECASE | re.DOTALL,
)
_CLAUSE = re.compile(r"[;:—–()“”\"]|,\s+(?:and|but|while|whereas|although|though|because|since|as|which|who)\b|\s+-\s+")
_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without)\b|n['’]t\b", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:may|might|could|would|should|shall|can|must|if|unless|whether|until|before|almost|nearly|partly|half|only|"
    r"about to|likely|unlikely|possibl[ey]|perhaps|probably|reportedly|allegedly|alleged|appear\w*|seem\w*|"
    r"plan\w*|hop(?:e|es|ed|ing)|expect\w*|want\w*|tr(?:y|ies|ied|ying)|attempt\w*|seek\w*|sought|aim\w*|threat\w*|"
    r"urg\w*|call\w* (?:for|on)|deny|denie[sd]|denying|claim\w*|accus\w*|fail\w*|refus\w*|reject\w*|doubt\w*|"
    r"said|says|say|told|tells|believe\w*|think\w*|thought|propos\w*|suggest\w*|predict\w*|ask\w*|demand\w*|"
    r"used to|no longer|former(?:ly)?|stop\w*|cease\w*)\b",
    re.IGNORECASE,
)
_AUXILIARIES = frozenset(stems("been being not"))
_GOES_ON_BESIDES = re.compile(
    r"(?:in|on|at|by|after|during|for|from|with|near|since|over|under|through|as|to|of|and|when|again|yesterday|today|"
    r"early|earlier|late|later|last|this|two|three|\w+day|\w+ly|\d+|,)?",
    re.IGNORECASE,
)
"""What may follow the last of the words: how, when and where, but nothing that it was done to instead."""
LEAST = 2
"""Content words that a question needs: who or what, and what of it."""
SPREAD = 2
"""Words of the clause from the first to the last that the question has, for each of the question's."""


def yes_or_no(question: str, sentence: str) -> str | None:
    """ "Yes", "No", or None where the question asks for something else or the sentence does not plainly say."""
    asked = _OPENS.match(question.strip())
    if asked is None or asked["not"] or _NEGATION.search(asked["rest"]) or re.search(r"\bor\b", asked["rest"]):
        return None
    wanted = [stem for stem in _stems(_words(asked["rest"])) if stem not in function_stems() | _AUXILIARIES]
    if len(wanted) < LEAST:
        return None
    for clause in _CLAUSE.split(sentence):
        words = _words(clause)
        said = _stems(words)
        places = _in_order(wanted, said)
        if places is None or places[-1] - places[0] >= SPREAD * len(wanted) + 1:
            continue
        if not _GOES_ON_BESIDES.fullmatch("".join(words[places[-1] + 1 : places[-1] + 2])):
            continue
        if _HEDGE.search(clause) and not _HEDGE.search(asked["rest"]):
            return None
        negations = len(_NEGATION.findall(clause))
        is_denied = negations == 1 and "not" in said[places[0] : places[-1] + 1]
        return "Yes" if not negations else "No" if is_denied else None
    return None


def _words(text: str) -> list[str]:
    """With commas, each negation as "not", and the verbs that no stem shows to be one in their present."""
    return [ROOTS.get(word.lower(), word) for word in re.findall(r"[^\W_]+|,", _NEGATION.sub(" not ", text))]


def _stems(words: list[str]) -> list[str]:
    """One for each word."""
    return [next(iter(stems(word)), word) for word in words]


def _in_order(wanted: list[str], said: list[str]) -> list[int] | None:
    """Where each of `wanted` stands in `said`, one behind the other, the tightest from each beginning; None if not."""
    best: list[int] | None = None
    for first, stem in enumerate(said):
        if stem != wanted[0]:
            continue
        places = [first]
        for other in wanted[1:]:
            try:
                places.append(said.index(other, places[-1] + 1))
            except ValueError:
                break
        if len(places) == len(wanted) and (best is None or places[-1] - places[0] < best[-1] - best[0]):
            best = places
    return best
