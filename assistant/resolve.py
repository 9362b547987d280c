"""A question in a conversation → a question that stands alone, by rules over the exchange before it.

Three shapes of follow-up are known: another subject for the same question ("what about Blinken?", "and in
2017?"), a person's pronoun ("where did he go?"), and a question that points back or has no topic of its own
("when was that?", "why?"), which takes the earlier question along in brackets. Anything else is a new topic and
stays as it is. With a chat model, `chat_model.rewrite` does this instead.
"""

import re
from collections.abc import Sequence

from assistant.answer import Turn
from assistant.antecedent import IMPERSONAL
from assistant.dates import Span, date_spans
from index.words import function_stems, stems

_PREPOSITION = r"(?:in|at|on|for|from|to|with|during|by|near)"
_OTHER_SUBJECT = re.compile(
    r"^(?:and|but|so|or|ok(?:ay)?)?,?\s*(?:(?:what|how) about|and)\s+(?:the ones?\s+(?=\w))?"
    rf"(?P<subject>(?!(?:{_PREPOSITION}\s+)?(?:what|when|where|whom?|whose|why|how|which|then|now|that|this|it|is|are|was|"
    r"were|do|does|did|has|have|had|can|could|will|would|should)\b|(?:after|before)\s+(?:that|this)\b).+?)\??$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?P<pronoun>he|she|him|his|hers?)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|there|then)\b|\b(?:this|that|these|those)\b(?=\s*(?:\W|$|is\b|was\b|were\b|are\b|"
    r"did\b|does\b|happen|take|mean|cost|event\b|number\b|one\b|ship\b|article\b|report\b|story\b|figure\b|toll\b))",
    re.IGNORECASE,
)
_NOT_POINTING = re.compile(
    rf"\bit (?:{IMPERSONAL})\b"
    r"|\b(?:is|was|are|were) there\b|\bthere (?:is|are|was|were)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\b(?:when|while|before|after|until|since|because|if|as|and|but|that|who|which)\b", re.IGNORECASE)
_CONTINUES = re.compile(r"^(?:and|but|so|then|also)\b,?\s*", re.IGNORECASE)
_NAME = re.compile(r"(?:\b[A-ZÀ-Þ][\w'’-]*(?:\s(?:of\s(?:the\s)?)?(?=[A-ZÀ-Þ\d]))?|(?<=[a-zA-Z] )\d+)+")
_QUOTED = r"\"[^\"]+\"|“[^”]+”"
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_ASKS_WHO = re.compile(r"\bwho(?:m|se)?\b(?! (?:is|are|was|were) [A-ZÀ-Þ])", re.IGNORECASE)
"""A person is in the answer then, not in the question; but "Who is Ada Quill?" names its own."""
_OPENERS = frozenset(
    "what when where who whom whose why how which did does do is are was were has have had can could will would "
    "should in on at the a an and but so also then tell give list name please any summarise summarize explain "
    "describe he she it they this that these those there his her its their".split()
)
_FILLERS = frozenset(
    stems(
        "else more many much exactly happened happen there that then long far next again really tell me go please so "
        "before after now later"
    )
)
FEW_WORDS = 1
"""Content words up to which a question has no topic of its own: "why?", "who else?", "how many?"."""


def standalone(question: str, history: Sequence[Turn]) -> str:
    """`question` with what it takes from the last exchange written out; unchanged without history."""
    asked = question.strip()
    before = _topic(history[-1]) if history else ""
    if not stems(before) or not stems(asked):
        return question
    text = _CONTINUES.sub("", asked)
    person = _person(before, history[-1].answer)
    if match := _OTHER_SUBJECT.match(asked):
        return _with_subject(before, _named(match["subject"].strip(), person)) or f"{text} ({before})"
    own = [s for s in stems(text) if s not in function_stems() and s not in _FILLERS]
    if _points_outside(_PERSON, text):
        return _named(text, person) if person else f"{text} ({before})"
    # a keyword alone ("ebola") is a topic; "how many?" is not, nor is "and was the count final?"
    few = len(own) < len(stems(text)) and len(own) <= FEW_WORDS + (text != asked) and not _names(text)
    if few or (_points_outside(_POINTS_BACK, text) and not _NOT_POINTING.search(text)):
        return f"{text} ({before})"
    return text if text != asked and _names(text) else question


def for_reading(standalone_question: str) -> str:
    """A follow-up with the names alone of the question that it carries in brackets.

    The search is helped by all the words; a reader would take two questions for two, and answer the one before again.
    """
    carried = re.fullmatch(r"(.+?)\?* \((.+)\)", standalone_question, re.DOTALL)
    names = _names(carried[2]) if carried else []
    return f"{carried[1]}, about {', '.join(names)}?" if carried and names else standalone_question


def _topic(turn: Turn) -> str:
    """The question that an earlier follow-up carried in brackets, so that brackets do not pile up."""
    text = _CONTINUES.sub("", turn.question.strip())
    carried = turn.standalone_question.removeprefix(f"{text} (")
    return carried.removesuffix(")") if carried != turn.standalone_question else carried


def _person(before: str, answer: str) -> str | None:
    """Whom "he" or "she" means: who was asked about or, where the question was who, who was answered."""
    asked = _names(before)
    if _ASKS_WHO.search(before):
        return _likeliest_person([name for name in _names(answer) if name not in asked])
    return _likeliest_person(asked or _names(answer))


def _likeliest_person(names: Sequence[str]) -> str | None:
    """The first with a surname, before what may be a nationality or a place ("the Thai businessman")."""
    return next((name for name in names if " " in name), next(iter(names), None))


def _points_outside(pronoun: re.Pattern[str], text: str) -> bool:
    """Whether such a pronoun means something that `text` does not name: not in "How did Guinea count its dead?"."""
    match = pronoun.search(text)
    if match is None:
        return False
    said = text[: match.start()]
    names = _names(said)
    is_possessive = match[0].lower() in ("its", "his", "her", "their")
    return not names or not (is_possessive or _CLAUSE.search(said, said.index(names[0])))


def _with_subject(before: str, subject: str) -> str:
    """`before` asked of `subject`, in place of its own date, quotation, place or name; empty if it has none such."""
    body = before.rstrip("?! .")
    preposition = re.match(rf"{_PREPOSITION}\s+", subject, re.IGNORECASE)
    thing = subject[preposition.end() :] if preposition else subject
    dates = _dates(body)
    if dates and _dates(f"in {thing}") == [(3, 3 + len(thing))]:
        start, end = dates[0]
        year = _YEAR.search(body, start, end)
        return f"{body[:start]}{thing}{f' {year[0]}' if year and not _YEAR.search(thing) else ''}{body[end:]}?"
    if preposition:
        same = re.search(rf"\b{preposition[0].strip()}\s+(?:the\s+)?(?:{_QUOTED}|{_NAME.pattern})", body)
        return (body[: same.start()] + subject + body[same.end() :] if same else f"{body} {subject}") + "?"
    if re.fullmatch(_QUOTED, thing) and re.search(_QUOTED, body):
        return re.sub(_QUOTED, lambda _: thing, body, count=1) + "?"
    if _names(thing) and (names := _names(body)):
        return re.sub(rf"\b(?:the\s+)?{re.escape(names[0])}", lambda _: thing, body, count=1) + "?"
    return ""


def _dates(text: str) -> list[Span]:
    """Where dates stand, without the "in" of "in June"."""
    return [(s + 3 if text.startswith("in ", s) else s, e) for s, e in date_spans(text)]


def _names(text: str) -> list[str]:
    """Capitalised words that belong together, in order, without the words that open a sentence."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().split()
        while words and words[0].lower() in _OPENERS:
            words.pop(0)
        if words and not words[0].isdigit():
            found.append(" ".join(words).removesuffix("'s").removesuffix("’s"))
    return found


def _named(text: str, person: str | None) -> str:
    """`text` with the person's name in place of each pronoun for one."""
    if person is None:
        return text
    return _PERSON.sub(lambda match: _in_place_of(match, text, person), text)


def _in_place_of(match: re.Match[str], text: str, name: str) -> str:
    pronoun = match["pronoun"].lower()
    before_noun = re.match(r"\s+[a-z]+", text[match.end() :]) is not None
    return f"{name}'s" if pronoun in ("his", "hers") or (pronoun == "her" and before_noun) else name
