"""A sentence of an article → questions that it answers, made by turning it round.

"The Zephyr bridge was opened by the queen on 4 November." gives "When was the Zephyr bridge opened by the queen?". By
patterns over English word order, which take few sentences and leave all that hangs on others: pronouns, quotes,
clauses. What they make of a sentence that they misread is no good question; whoever calls sees whether it is answered.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.dates import date_spans
from assistant.wording import ROOTS
from index.ingest.written import behind_dateline
from index.text.english import NUMBERS
from index.text.sentences import sentence_spans
from index.text.words import function_stems, stems

MAX_SUBJECT_WORDS = 8
MAX_REST_WORDS = 12
LEAST_QUESTION_WORDS, MOST_QUESTION_WORDS = 4, 16

IsWord = Callable[[str], bool]
"""Whether a word in small letters is one of the language."""

_AUXILIARY = "was|were|is|are|will|would|can|could"
_PERFECT = "have been|has been|had been|have|has|had"
_PASTS = "|".join(past for past, root in ROOTS.items() if root not in {"have", "say", "tell"})
_SAYING = frozenset("reported added called became announced wrote asked warned noted seemed felt".split())
_CLAUSE = re.compile(
    rf"^(?P<subject>(?:[\w’'.&-]+ ){{1,{MAX_SUBJECT_WORDS}}}?)(?P<verb>{_AUXILIARY}|[a-z]+ed|{_PASTS}) (?P<rest>.+)$"
)
_ACTOR = re.compile(r"(?!The )(?:[A-ZÀ-Þ][\w’'.-]+ ?){2,3}")
_COUNT = re.compile(
    r"^(?:(?:at least|more than|as many as|up to|about|nearly|some|around|almost|over) )?"
    rf"(?:\d[\d,.]*|{'|'.join(NUMBERS)})(?: (?:hundred|thousand|million|billion))? "
    rf"(?P<noun>(?:[a-z-]+ ){{1,3}}?)(?P<verb>{_AUXILIARY}|{_PERFECT}|[a-z]+ed) (?P<rest>.+)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+")
_BEHIND = re.compile(
    r", (?:which|who|where|after|while|when|and|but|as|with|according)\b| (?:after|while|when|although|as) "
)
_HANGS = re.compile(
    r"[“”\"()—;:]|\b(?:he|she|it|they|his|her|its|their|him|them|this|that|these|those|here|there|we|our|us|i|you|also|"
    r"which|who|whose|but|then|however|such|others?|another|so|last|next|today|yesterday|tomorrow|later|earlier|more)\b",
    re.IGNORECASE,
)
_IN_A_SUBJECT = re.compile(
    r",|\b(?:after|before|when|if|and|or|in|on|at|by|with|for|from|not|no|how|what|why|until|since|"
    r"has|have|had|been|is|are|was|were|will)\b",
    re.IGNORECASE,
)
_LOOSE_END = re.compile(
    r"(?:^|[ ,])(?:(?:on|in|since|until|by|at|from|of|for|just|about|around|early|late|and|,|"
    r"(?:on|in) the (?:morning|afternoon|evening|night|day))[ ,]*)+$"
)
_AND_ANOTHER = re.compile(r",| and (?=[A-ZÀ-Þ])")
_BEFORE_A_DATE = re.compile(r"(?:On|In) ")


@dataclass(frozen=True, slots=True)
class Turned:
    question: str
    start: int
    end: int
    """Where in the text the sentence stands that it was made of."""


def questions(text: str, language: str | None, is_word: IsWord) -> Iterator[Turned]:
    """In the order of their sentences; none of a text in another language than English, where that is known."""
    if language and not language.lower().startswith("en"):
        return
    names = _names(text, sentence_spans(text, language))
    for start, end in sentence_spans(text, language):
        sentence = " ".join(text[start + behind_dateline(text[start:end]) : end].split()).rstrip(".")
        for question in _of(sentence, names, is_word):
            if LEAST_QUESTION_WORDS <= len(question.split()) <= MOST_QUESTION_WORDS:
                yield Turned(question, start, end)


def base(verb: str, is_word: IsWord) -> str | None:
    """ "opened" → "open", "won" → "win"; None where it is no past that is known."""
    if verb in ROOTS:
        return ROOTS[verb]
    if not verb.endswith("ed"):
        return None
    stem = verb.removesuffix("ed")
    doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
    forms = (stem[:-1] + "y" if stem.endswith("i") else "", stem + "e", stem, doubled)
    return next((form for form in forms if len(form) > 1 and is_word(form)), None)


def _of(sentence: str, names: frozenset[str], is_word: IsWord) -> Iterator[str]:
    dates = date_spans(sentence)
    opening = _BEFORE_A_DATE.match(sentence)
    is_dated = bool(opening and dates and dates[0][0] == opening.end())
    body = sentence[dates[0][1] :].lstrip(" ,") if is_dated else sentence
    if count := _COUNT.match(body):
        said = _ended(_BEHIND.split(count["rest"])[0].split(",")[0])
        if (spans := date_spans(said)) and spans[0][0] > 0:
            said = _ended(said[: spans[0][0]])
        if _stands_alone(said) and _has_name(said, names):
            yield f"How many {count['noun'].strip()} {count['verb']} {said}?"
    elif clause := _CLAUSE.match(body):
        subject, verb, rest = clause["subject"].strip(), clause["verb"], clause["rest"]
        if _hangs(subject) or _IN_A_SUBJECT.search(subject) or verb in _SAYING or not _has_name(subject, names):
            return
        subject = _as_inside(subject, names)
        within = [begin - clause.start("rest") for begin, _ in date_spans(body) if begin >= clause.start("rest")]
        told = _BEHIND.split(rest)[0]
        if is_dated or (within and within[0] <= len(told)):
            said = _ended(told if is_dated else rest[: within[0]])
            yield from _asked("When", subject, verb, said, is_word)
        if " because " in rest:
            yield from _asked("Why", subject, verb, _ended(rest.split(" because ")[0]), is_word)
        is_actor = _ACTOR.fullmatch(clause["subject"]) and not re.fullmatch(_AUXILIARY, verb)
        said = _ended(_AND_ANOTHER.split(told)[0])
        if is_actor and _stands_alone(said) and _has_name(said, names):
            yield f"Who {verb} {said}?"


def _asked(word: str, subject: str, verb: str, said: str, is_word: IsWord) -> Iterator[str]:
    if said and not _stands_alone(said):
        return
    if re.fullmatch(_AUXILIARY, verb):
        if said:
            yield f"{word} {verb} {subject} {said}?"
    elif verb_base := base(verb, is_word):
        yield " ".join(filter(None, (word, "did", subject, verb_base, said))) + "?"


def _stands_alone(said: str) -> bool:
    return 0 < len(said.split()) <= MAX_REST_WORDS and not _hangs(said)


def _hangs(words: str) -> bool:
    """Whether something in it says little without what stands before the sentence."""
    return bool(_HANGS.search(words))


def _ended(said: str) -> str:
    """Without the preposition before what was cut off."""
    return _LOOSE_END.sub("", said.strip(" ,")).strip(" ,")


def _names(text: str, spans: list[tuple[int, int]]) -> frozenset[str]:
    """Capitalised words that do not only stand first in a sentence."""
    firsts = {start for start, _ in spans}
    inside = {match.group() for match in _NAME.finditer(text) if match.start() not in firsts}
    return frozenset(word for word in inside if not function_stems().issuperset(stems(word)))


def _has_name(words: str, names: frozenset[str]) -> bool:
    return any(match.group() in names for match in _NAME.finditer(words))


def _as_inside(subject: str, names: frozenset[str]) -> str:
    """As it is written within a sentence."""
    first, *others = subject.split()
    is_name = first in names or (others and others[0] in names and not function_stems().issuperset(stems(first)))
    return subject if is_name else subject[0].lower() + subject[1:]
