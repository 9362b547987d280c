"""Whether a date in a sentence lies before its article or after it, by the verbs that it stands with. English only."""

import re
from typing import Literal

Side = Literal["ahead", "behind"]

_AHEAD = re.compile(
    r"\b(?:will|won't|would|shall|must|should|may|might|could|is to|are to|to be|due|scheduled|set to|set for|slated"
    r"|starting|proposed|upcoming|likely to|forecast to|(?:plan|expect)(?:s|ned|ed)?"
    r"|(?:plan|hope|hoping|promis|expect|aim|intend|want)\w* to)\b"
)
_WAS_AHEAD = re.compile(
    r"\b(?:had been (?:due|scheduled|planned|set|expected)|(?:was|were) to have|(?:would|should|could|might) have)\b"
)
_BEHIND = re.compile(
    r"\b(?:said|told|was|were|had|did|went|came|took|fell|rose|broke|began|begun|gave|given|found|left|won|lost|held"
    r"|struck|hit|made|sank|met|ran|cut|shut|sent|spoke|wrote|grew|drew|led|paid|sold|bought|built|put|became|brought"
    r"|taken|known|seen|saw|stood|got|let|read|fled|flew|swept|burst|blew|threw"
    r"|(?<!\bbe )(?<!\bis )(?<!\bare )(?<!\bstay )(?<!\bstays )(?<!\bremain )(?<!\bremains )[a-z]+ed)\b"
)
_PRESENT = re.compile(
    r"\b(?:is|are|opens?|reopens?|begins?|starts|ends|resumes?|meets?|goes|go|leaves|arrives?|flies|fly|plays|faces"
    r"|appears?|takes?|holds|expires?|comes?|hears?|decides?|tries|try|stays?|remains?|closes|convenes|sets|runs"
    r"|departs?|sails|travels|returns|hosts|can|cannot|has to|have to)\b"
)
"""Beside a day it is a plan ("The talks resume on Monday"). Of plurals those alone that are no nouns."""
_MOVED_TO = re.compile(
    r"\b(?:moved?|postponed|put (?:off|back)|delayed|rescheduled|brought forward|shifted|adjourned)\b"
    r".*\b(?:to|until|till) $"
)
_UNTIL = re.compile(r"\b(?:until|till|by) (?:the )?$")
_WAS = re.compile(r"\b(?:was|were|had|did)\b")
_SAYS = re.compile(r"\b(?:said|says|told|announced|added|wrote|warned|confirmed|reported)\b")
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:and|but|after|before|while|when|who|which|that|as)\b")


def side(text: str, start: int, end: int) -> Side | None:
    """Of the date at `text[start:end]`: by the verbs before it in its clause, else by those behind it there, else by
    the nearest of the sentence. None where there are none that tell."""
    before = text[:start]
    if _MOVED_TO.search(before) or (_UNTIL.search(before) and not _WAS.search(text)):
        return "ahead"
    bounds = [0, *(mark.end() for mark in _CLAUSE.finditer(text)), len(text)]
    first, last = max(b for b in bounds if b <= start), min(b for b in bounds if b >= end)
    for part in (text[first:start], text[end:last]):
        if found := _side_of(part):
            return found
    sides: tuple[tuple[Side, re.Pattern[str]], ...] = (("ahead", _AHEAD), ("behind", _BEHIND))
    if nearer := [(verb.end(), which) for which, verbs in sides for verb in verbs.finditer(text, 0, start)]:
        return max(nearer)[1]
    nearer = [(verb.start(), which) for which, verbs in sides for verb in verbs.finditer(text, end)]
    return min(nearer)[1] if nearer else None


def _side_of(part: str) -> Side | None:
    if _WAS_AHEAD.search(part):
        return "behind"
    said = [word.end() for word in _SAYS.finditer(part)]
    if _AHEAD.search(part, said[-1] if said else 0):  # "who will resign said on Friday"
        return "ahead"
    if _BEHIND.search(part):
        return "behind"
    return "ahead" if _PRESENT.search(part) else None
