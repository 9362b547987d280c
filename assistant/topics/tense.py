"""Whether a date in a sentence lies before its article or after it, by the verbs that it stands with. English only."""

import re
from typing import Literal

Side = Literal["ahead", "behind", "rather behind"]
"""The last by a verb that may be a participle: "closed on Friday", "the hearing moved to Friday"."""

_AHEAD = re.compile(
    r"\b(?:will|won't|would|shall|must|should|may|might|could|is to|are to|was to(?! have)|were to(?! have)|to be|due"
    r"|scheduled|set to|set for|slated|starting|proposed|upcoming|likely to|forecast to|(?:plan|expect)(?:s|ned|ed)?"
    r"|(?:plan|hope|hoping|promis|expect|aim|intend|want)\w* to)\b"
)
_WAS_AHEAD = re.compile(
    r"\b(?:had been (?:due|scheduled|planned|set|expected)|(?:was|were) to have|(?:would|should|could|might) have)\b"
)
_BEHIND = re.compile(
    r"\b(?:was|were|had|did|said|told|went|came|took|fell|rose|broke|began|gave|sank|ran|rang|spoke|wrote|grew|drew"
    r"|became|saw|flew|threw|blew|stole|drove|chose|woke|swam|sang|fled|rode|froze|tore|wore|swore|hid|bit|knew)\b"
)
_PARTICIPLE = re.compile(
    r"\b(?:found|left|won|lost|held|struck|hit|made|met|cut|shut|sent|led|paid|sold|bought|built|put|brought|begun|given"
    r"|taken|known|seen|stood|spent|felt|kept|thought|meant|dealt|heard|caught|taught|fought|sought|lent|slept|shot|hung|got|let|read|swept|burst"
    r"|(?<!\bbe )(?<!\bis )(?<!\bare )(?<!\bstay )(?<!\bstays )(?<!\bremain )(?<!\bremains )[a-z]+ed)\b"
)
"""Or the past tense of the same form."""
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
_CALLED_TO = re.compile(r"\b(?:summoned|invited|called|ordered|due)\b[^,;]*\bto\b[^,;]* $")
"""Whoever is called somewhere for a day is called before it."""
_THAN_PLANNED = re.compile(r"\bthan (?:\w+ )?(?:planned|expected|scheduled|thought|proposed)\b")
_UNTIL = re.compile(r"\b(?:until|till|by) (?:the )?$")
_WAS = re.compile(r"\b(?:was|were|had|did)\b")
_SAYS = re.compile(r"\b(?:said|says|told|announced|added|wrote|warned|confirmed|reported)\b")
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:and|but|after|before|while|when|who|which|that|as)\b")


def side(text: str, start: int, end: int) -> Side | None:
    """Of the date at `text[start:end]`: by the verbs before it in its clause, else by those behind it there, else by
    the clauses before, the nearest first, and then those behind. None where there are none that tell."""
    text = _THAN_PLANNED.sub(lambda found: " " * len(found.group()), text)
    before = text[:start]
    if (
        _CALLED_TO.search(before.removesuffix("on "))
        or _MOVED_TO.search(before)
        or (_UNTIL.search(before) and not _WAS.search(text))
    ):
        return "ahead"
    bounds = [0, *(mark.end() for mark in _CLAUSE.finditer(text)), len(text)]
    first, last = max(b for b in bounds if b <= start), min(b for b in bounds if b >= end)
    for part in (text[first:start], text[end:last]):
        if found := _side_of(part):
            return found
    clauses = _CLAUSE.split(text[:first])
    for part in (*reversed(clauses), text[last:]):
        if found := _side_of(part, present=False):
            return found
    return None


def _side_of(part: str, *, present: bool = True) -> Side | None:
    """present: whether the present tense counts, as beside the date."""
    if _WAS_AHEAD.search(part):
        return "behind"
    said = [word.end() for word in _SAYS.finditer(part)]
    if _AHEAD.search(part, said[-1] if said else 0):  # "who will resign said on Friday"
        return "ahead"
    if _BEHIND.search(part):
        return "behind"
    if _PARTICIPLE.search(part):
        return "rather behind"
    return "ahead" if present and _PRESENT.search(part) else None
