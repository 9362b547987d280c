"""A sentence to be read far from its article: with what its dates mean in brackets, and whether it can stand alone.

"The dam gave way on Friday" of an article of 3 May 2003 becomes "The dam gave way on Friday [2 May 2003]". All else
stays verbatim, so that what is in brackets taken out again is the sentence. English only.
"""

import datetime as dt
import re

from assistant.topics.when import told

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_POSSESSIVE = re.compile(r"['’]s\b")
_LEANS = re.compile(
    r"[“\"'‘]?(?:and|but|or|nor|so|yet|then|also|still|however|instead|meanwhile|therefore|moreover|nevertheless|because"
    r"|besides|otherwise|corrections?|that|this|these|those|there|such|both|neither|either|another|others?"
    r"|one of (?:them|these)|he|she|it|they|his|her|its|their|we|i|you|our|my|your|who|which|what|when|where|why|how"
    r"|the (?:former|latter|other|same)|until then|by then|since then|after that|before that|as a result|in fact|no|yes"
    r"|not)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|she|it|him|his|her|hers|its|they|them|their)\b")
_NAME = re.compile(r"(?<!^)\b[A-ZÀ-Þ][\w’'-]+")
_OF_THE_WRITER = re.compile(r"\b(?:I|we|you|our|us|my|your)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
LEAST_WORDS, MOST_WORDS = 6, 45
LEAST_UNQUOTED = 3
"""Words that say whose a quotation is."""


def resolved(text: str, published_at: str | None) -> str:
    """text: a sentence of an article of that day."""
    for one in reversed(told(text, published_at)):
        words = text[one.start : one.end]
        if _YEAR.search(words):
            continue
        end = one.end - (one.end == len(text) and words.endswith("."))
        if possessive := _POSSESSIVE.match(text, end):
            end = possessive.end()
        is_only_without_year = len(one.date) > len("2003") and f"{_as_date(one.date):%B}"[:3] in words
        text = f"{text[:end]} [{one.date[:4] if is_only_without_year else _in_words(one.date)}]{text[end:]}"
    return text


def stands_alone(text: str) -> bool:
    """Whether nothing in it hangs on the sentences before: no connective or pronoun that opens it, and none that stands
    before any name; and it is of a length to be quoted, no question, and nothing that its writer says of themselves."""
    if not LEAST_WORDS <= len(text.split()) <= MOST_WORDS or text.endswith("?") or _LEANS.match(text):
        return False
    unquoted = _QUOTED.sub(" ", text)
    if text.count("“") != text.count("”") or text.count('"') % 2 or _OF_THE_WRITER.search(unquoted):
        return False
    if len(unquoted.split()) < LEAST_UNQUOTED:
        return False
    pronoun, name = _PRONOUN.search(text), _NAME.search(text)
    return not pronoun or bool(name and name.start() < pronoun.start())


def _in_words(date: str) -> str:
    day = _as_date(date)
    month = f"{day:%B} {day.year}"
    return {4: date, 7: month}.get(len(date), f"{day.day} {month}")


def _as_date(date: str) -> dt.date:
    """Of a month or year its first day."""
    return dt.date.fromisoformat(f"{date}-01-01"[:10] if len(date) == len("2003") else f"{date}-01"[:10])
