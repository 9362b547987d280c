"""What a question asks for: a few words, or sentences.

English only, by its opening words. It decides whether an answer carries a short answer.
"""

import re

from assistant.dates import date_spans

_WANTS_SENTENCES = re.compile(
    r"^\W*(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b"
    r"|\bhow (?:did|do|does|is|are|was|were|has|have|can|could|come)\b"
    r"|\bwhat (?:happened|caused|led to|is known|do we know)\b|\bwhy\b|\bfor what reason\b"
    r"|\bwhat (?:did|does|do|has|have) .* (?:say|said|think|want|mean)\b"
    r"|\b(?:tell|explain|describe|summari[sz]e|summary)\b",
    re.IGNORECASE,
)


_ASKS_FOR_A_NUMBER = re.compile(
    r"\bhow (?:many|much|old|tall|big|large|long|far|fast|high|deep|wide|heavy)\b", re.IGNORECASE
)
_ASKS_WHEN = re.compile(r"\bwhen\b|\b(?:what|which) date\b", re.IGNORECASE)
_ASKS_FOR_A_DAY = re.compile(r"\b(?:what|which) day\b", re.IGNORECASE)
_ASKS_FOR_A_YEAR = re.compile(r"\b(?:what|which) year\b", re.IGNORECASE)
_DAY_OR_TIME_ALONE = re.compile(r"\w+day|\d{1,2}:\d\d.*")
"""Of a date in a text: what only tells the reader of that day's paper when it was."""
_YEAR = re.compile(r"\b[12]\d{3}\b")
_SAYS_A_NUMBER = re.compile(
    r"\d|\b(?:no|none|half|once|twice|dozens?|hundreds?|thousands?|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve)\b",
    re.IGNORECASE,
)


def may_answer(question: str, answer: str) -> bool:
    """Whether a short answer is of the kind asked for: a number for "how many", a date for "when"."""
    if _ASKS_FOR_A_NUMBER.search(question):
        return bool(_SAYS_A_NUMBER.search(answer))
    if _ASKS_FOR_A_YEAR.search(question):
        return bool(_YEAR.search(answer))
    dates = [answer[start:end] for start, end in date_spans(answer)]
    if _ASKS_WHEN.search(question):
        return not all(map(_DAY_OR_TIME_ALONE.fullmatch, dates))
    return bool(dates) or not _ASKS_FOR_A_DAY.search(question)


def asks_for_a_span(question: str) -> bool:
    """Whether a few words could answer: not for reasons, accounts, statements, summaries or yes and no."""
    return not _WANTS_SENTENCES.search(question)
