"""A question in a conversation → a question that stands alone, by rules over the exchanges before it.

These follow-ups are known: another subject for the same question ("what about Blinken?", "and in 2017?", "no, I meant
Biden"), a pronoun ("where did he go?"), an earlier topic ("back to the dam: …"), and a question that points back, has
no topic of its own ("when was that?", "why?") or is about the last answer ("which source says so?"), which takes the
earlier question along in brackets. Anything else is a new topic and stays as it is. With a chat model,
`chat_model.rewrite` does this instead.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Turn
from assistant.antecedent import IMPERSONAL
from assistant.conversation.again import wish
from assistant.conversation.carried import in_two
from assistant.conversation.referents import MAX_READ_CHARS, NAME, listed, names, person, place, several, thing
from assistant.dates import Span, date_spans
from index.model.embed import Embed
from index.text.words import content_stems, function_stems, stems

MAX_FOLLOW_UP_CHARS = 300
"""What is longer stands alone."""

_PREPOSITION = r"(?:in|at|on|for|from|to|with|during|by|near)"
_ASKING = (
    r"(?:what|when|where|whom?|whose|why|how|which|then|now|that|this|it|is|are|was|were|do|does|did|has|have|had|can|"
    r"could|will|would|should)\b"
)
_SUBJECT = rf"(?P<subject>(?!(?:{_PREPOSITION}\s+)?{_ASKING}|(?:after|before)\s+(?:that|this)\b).+?)[?!. ]*$"
_COMPARED = r"(?:compared|versus|vs\.?)(?:\s+(?:with|to))?"
_OTHER_SUBJECT = re.compile(
    rf"^(?:and|but|so|or|ok(?:ay)?)?,?\s*(?:(?:what|how) about|and(?:\s+{_COMPARED})?|{_COMPARED})\s+"
    rf"(?:the ones?\s+(?=\w))?{_SUBJECT}",
    re.IGNORECASE,
)
_ASKED_OF_A_PLACE = re.compile(
    rf"^(?:(?:and|but|so)\b,?\s*)?(?P<asked>how (?!about)\w+|who|what|when|why)\s+"
    rf"(?P<subject>{_PREPOSITION}(?:\s+the)?(?:\s+(?-i:[A-ZÀ-Þ\d])\S*?){{1,5}})[?!. ]*$",
    re.IGNORECASE,
)
"""Or of a time: "and how many in Italy?", "who in 2022?", but not "how many in total?"."""
_WHERE_OR_WHEN_ALONE = re.compile(rf"^(?={_PREPOSITION}\s+\S+(?:\s+\S+)?$){_SUBJECT}", re.IGNORECASE)
_NO = r"(?:(?:no|nope|sorry|oh|wait|actually)\b[,.!:]*\s*)"
_I_MEANT = r"(?:i (?:mean|meant|said|(?:asked|was asking)(?: about| for)?)\b[,:]?\s*)"
_CORRECTION = re.compile(
    rf"^(?:{_NO}*{_I_MEANT}|{_NO}++(?!(?:i|not)\b)(?=\S+(?:\s\S+){{0,3}}$))(?P<rest>.+?)[?!. ]*$", re.IGNORECASE
)
_NOT_BUT = re.compile(
    rf"^(?:{_NO}|{_I_MEANT})*not (?P<wrong>[^,]+?)(?:,| but)\s*(?:but )?(?P<rest>.+?)[?!. ]*$", re.IGNORECASE
)
_OF_NO_CLAUSE = rf"(?!{_ASKING}|{_NO}|(?:not|may|might|must|and|but|so|or|if|whether|because)\b)[^\s,]+"
_BUT_NOT = re.compile(
    rf"^(?:{_NO}|{_I_MEANT})*(?P<rest>{_OF_NO_CLAUSE}(?:\s+{_OF_NO_CLAUSE}){{0,7}}),? not (?P<wrong>[^,]+?)[?!. ]*$",
    re.IGNORECASE,
)
"""Not of "why did it not end?", which denies and corrects nothing."""
_COURTEOUS = r"(?:ok(?:ay)?|yes|thanks?(?: a lot)?|thank you(?: very much)?|great|good|cool|wow|hello|hi|i see)\b"
_SAYS_NOTHING = re.compile(rf"(?:(?:{_COURTEOUS}|(?:no|nice)\b)[ ,.!]*)+", re.IGNORECASE)
_THANKS = re.compile(
    rf"^(?:{_COURTEOUS}(?:\s*[,.!;]+\s*|\s+(?={_COURTEOUS}|(?:and|but|so|what|how|who|when|where|why)\b)))+",
    re.IGNORECASE,
)
"""Before a question."""
_COURTESY = re.compile(r"^(?:thanks?|thank you|never ?mind|problem|idea|worries|way|need)\b", re.IGNORECASE)
_BACK_TO = re.compile(
    r"^(?:(?:ok(?:ay)?|so|and|now|but)\b,?\s*)*(?:(?:going |coming |let'?s (?:go|get) )?back to|returning to|as for)\s+"
    r"(?P<topic>[^:,;?]+)[:,;?]?\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NTH = re.compile(r"\bthe (?P<nth>first|second|third|last|latter|former)(?: ones?)?(?=[?!. ]*$)", re.IGNORECASE)
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}
_PRONOUN = re.compile(
    r"\b(?:(?P<person>he|she|him|his|hers?)|(?P<several>they|them|theirs?)|(?P<thing>its?)|(?P<place>there))\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|him|his|hers?|it|its|they|them|theirs?|there|then)\b|\b(?:this|that|these|those)\b(?=\s*(?:\W|$|is\b|"
    r"was\b|were\b|are\b|did\b|does\b|happen|take|mean|cost|event\b|number\b|one\b|ship\b|article\b|report\b|story\b|"
    r"figure\b|toll\b))|\b(?:who|what|where|when|how|anyone|anybody) else\b"
    r"|\b(?:the (?:others?|same|(?:first|second|third) one)|against|in favou?r|instead|afterwards?)\b(?=\W*$)",
    re.IGNORECASE,
)
_NOT_POINTING = re.compile(
    rf"\bit (?:{IMPERSONAL})\b(?: that\b)?"
    r"|\b(?:does|did|will|would) it (?:usually |normally )?(?:take|cost|mean|hurt|matter) to\b"
    r"|\bit (?:takes?|took) \w+ (?:\w+ )?to\b"
    r"|\b(?:is|was|are|were|will|would) there\b|\bthere (?:is|are|was|were|be)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:when|while|before|after|until|since|because|if|as|and|but|that|who|which|why|what|where|how|whether)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"^(?:and|but|so|then|also)\b,?\s*", re.IGNORECASE)
_OF_A_TIME = re.compile(r"^what (?:ha(?:s|d|ve) )?happened (?:in|on|during|between|since|before|after) ", re.IGNORECASE)
"""With a date it is a whole question: "What happened in 2023?"."""
_QUOTED = r"\"[^\"]+\"|“[^”]+”"
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_FILLERS = frozenset(
    stems(
        "else more many much exactly happened happen there that then long far next again really tell me go please so "
        "before after now later until time day year first last"
    )
)
FEW_WORDS = 1
"""Content words up to which a question has no topic of its own: "why?", "who else?", "how many?"."""
KINDS = ("the name of a person", "the name of a place")
KIND_WEIGHT = 2.0
NEARER_BY = 0.1
"""A new subject takes the place of the first name, unless it is that much more like another: likeness is the cosine
less what the two differ by on the way from one of `KINDS` to the other. Of 6,300 cases of 15 people and 15 places that
is right in 92% where the person is named first and in 91% where the place is; by the cosine alone in 78% and 68%,
by taking the first name in half."""


def standalone(question: str, history: Sequence[Turn], embed: Embed) -> str:
    """`question` with what it takes from the exchanges before written out; unchanged without history.

    embed: tells which of two names a new subject is like.
    """
    asked = _THANKS.sub("", question.strip())
    history = [
        replace(turn, answer=turn.answer[:MAX_READ_CHARS])
        for turn in history
        if not _SAYS_NOTHING.fullmatch(turn.question.strip())
    ]
    before = _topic(history[-1]) if history else ""
    if not stems(before) or not stems(asked) or len(asked) > MAX_FOLLOW_UP_CHARS:
        return question
    question = asked if asked != question.strip() else question
    if wish(asked):
        return f"{asked} ({before})"
    if back := _BACK_TO.match(asked):
        return _taken_up_again(back["topic"].strip(), back["rest"].strip(), history, embed) or question
    for correction in (_NOT_BUT.match(asked), _BUT_NOT.match(asked)):
        if correction and (wrong := _said(correction["wrong"], before)):
            return before[: wrong.start()] + _bare(correction["rest"]) + before[wrong.end() :]
    if correction := _CORRECTION.match(asked):
        rest = correction["rest"]
        if _COURTESY.match(rest):
            return question
        if not re.match(_ASKING, rest, re.IGNORECASE):
            return _about(rest, before, history, embed) or f"{rest}? ({before})"
        asked = asked[correction.start("rest") :]
    text = _CONTINUES.sub("", asked)
    if (match := _ASKED_OF_A_PLACE.match(asked)) and not re.search(rf"\b{match['asked']}\b", before, re.IGNORECASE):
        return f"{text} ({before})"
    if match := match or _OTHER_SUBJECT.match(asked) or _WHERE_OR_WHEN_ALONE.match(asked):
        return _about(match["subject"], before, history, embed) or f"{_with_nth(text, history)} ({before})"
    if text == asked and _OF_A_TIME.match(text) and date_spans(text):
        return question
    own = [s for s in stems(text) if s not in function_stems() and s not in _FILLERS]
    # a keyword alone ("ebola") is a topic; "how many?" is not, nor is "and was the count final?"
    few = len(own) < len(stems(text)) and len(own) <= FEW_WORDS + (text != asked) and not names(text)
    resolved, is_whole = _with_referents(text, history)
    if resolved != text and is_whole:
        return resolved
    if few or resolved != text or _points_outside(text):
        return f"{_with_nth(resolved, history)} ({before})"
    return text if text != asked and names(text) else question


def for_reading(standalone_question: str) -> str:
    """A follow-up with the names alone of the question that it carries in brackets.

    The search is helped by all the words; a reader would take two questions for two, and answer the one before again.
    Of one about the last answer the earlier question is all there is to read for.
    """
    asked, carried = in_two(standalone_question)
    if carried and wish(asked):
        return carried
    found = names(carried)
    return f"{asked}, about {', '.join(found)}?" if found else standalone_question


def _topic(turn: Turn) -> str:
    """The question that an earlier follow-up carried in brackets, so that brackets do not pile up."""
    carried = re.fullmatch(r"[^(]*?\((.+)\)", turn.standalone_question, re.DOTALL)
    is_own = turn.question.strip().endswith(turn.standalone_question.strip())  # brackets that a person typed
    return carried[1] if carried and not is_own else turn.standalone_question


def _taken_up_again(topic: str, rest: str, history: Sequence[Turn], embed: Embed) -> str:
    """`rest` asked where the conversation was about `topic` last; empty where it never was."""
    wanted = set(content_stems(topic))
    for n in range(len(history), 0, -1):
        before = _topic(history[n - 1])
        if wanted <= set(stems(f"{before} {history[n - 1].answer}")):
            if not stems(rest):
                return before
            meant = standalone(rest, history[:n], embed)
            return meant if wanted <= set(stems(meant)) else f"{rest} ({before})"
    return f"{rest} ({topic})" if stems(rest) else ""


def _said(wrong: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<!\w){re.escape(_bare(wrong))}(?!\w)", text, re.IGNORECASE)


def _bare(subject: str) -> str:
    """ "2018" of "the 2018 one"."""
    return re.sub(r"^the (.+?) ones?$", r"\1", subject.strip(), flags=re.IGNORECASE)


def _about(subject: str, before: str, history: Sequence[Turn], embed: Embed) -> str:
    """The earlier question asked of `subject`; empty where that has no place in it."""
    return _with_subject(before, _with_referents(_bare(subject), history)[0], embed)


def _with_referents(text: str, history: Sequence[Turn]) -> tuple[str, bool]:
    """`text` with what its pronouns stand for, and whether nothing in it points back any more."""
    found: dict[str | None, str] = {}
    is_whole = True

    def meant(match: re.Match[str]) -> str:
        nonlocal is_whole
        if not _points(match, text):
            return match[0]
        kind = match.lastgroup or ""
        if kind == "place":
            if (where := place(history)) is None:
                is_whole = False
                return match[0]
            is_whole = is_whole and where[1]
            return where[0]
        name = person(match[0], history) if kind == "person" else {"several": several, "thing": thing}[kind](history)
        if found.setdefault(name, kind) != kind:  # "when are they closing it": one of them is something else
            name = None
        is_whole = is_whole and name is not None
        return _in_place_of(match, text, name) if name else match[0]

    resolved = _PRONOUN.sub(meant, text)
    return resolved, is_whole and not _points_outside(resolved)


def _points(match: re.Match[str], text: str) -> bool:
    """Whether a pronoun means something that `text` does not name: not in "How did Guinea count its dead?"."""
    if any(idle.start() <= match.start() < idle.end() for idle in _NOT_POINTING.finditer(text)):
        return False
    said = text[: match.start()]
    named = names(said)
    is_possessive = match[0].lower() in ("its", "his", "her", "their")
    first = said.index(named[0]) if named else None
    # "is it true that the ferry sank when it was hit", but not "what did the captain say when it sank"
    may_be_noun = match[0].lower() in ("he", "she") or _NOT_POINTING.search(said)
    if first is None and may_be_noun and (noun := re.search(r"\b(?:the|an?) \w", said)):
        first = noun.start()
    return first is None or not (is_possessive or _CLAUSE.search(said, first))


def _points_outside(text: str) -> bool:
    return any(_points(match, text) for match in _POINTS_BACK.finditer(text))


def _in_place_of(match: re.Match[str], text: str, name: str) -> str:
    pronoun = match[0].lower()
    before_noun = re.match(r"\s+[a-z]+", text[match.end() :]) is not None
    is_possessive = pronoun in ("his", "hers", "its", "their", "theirs") or (pronoun == "her" and before_noun)
    return f"{name}'s" if is_possessive else name


def _with_nth(text: str, history: Sequence[Turn]) -> str:
    """ "the second one" as the last answer lists it."""
    match, items = _NTH.search(text), listed(history[-1].answer)
    if match is None or not -1 <= (n := _PLACES[match["nth"].lower()]) < len(items):
        return text
    return text[: match.start()] + items[n] + text[match.end() :]


def _with_subject(before: str, subject: str, embed: Embed) -> str:
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
        same = re.search(rf"\b{preposition[0].strip()}\s+(?:the\s+)?(?:{_QUOTED}|{NAME.pattern})", body)
        return (body[: same.start()] + subject + body[same.end() :] if same else f"{body} {subject}") + "?"
    if re.fullmatch(_QUOTED, thing) and re.search(_QUOTED, body):
        return re.sub(_QUOTED, lambda _: thing, body, count=1) + "?"
    if names(thing) and (others := names(body)):
        other = others[_most_alike(thing, others, embed)]
        return re.sub(rf"\b(?:the\s+)?{re.escape(other)}", lambda _: thing, body, count=1) + "?"
    kind = re.match(r"the (?:[\w'’-]+ ){1,3}(?P<noun>[a-z]{3,})$", thing)  # "the men's final"
    same = re.search(rf"\bthe (?:[\w'’-]+ ){{1,2}}{kind['noun']}\b", body) if kind else None
    return f"{body[: same.start()]}{thing}{body[same.end() :]}?" if same else ""


def _most_alike(subject: str, others: Sequence[str], embed: Embed) -> int:
    """Which of `others` it can take the place of: one that has a word of it, one much more like it, else the first."""
    if len(others) == 1:
        return 0
    for n, other in enumerate(others):
        if {*stems(subject)} & {*stems(other)}:
            return n
    new, *old, people, places = embed([subject, *others, *KINDS])
    kind = people - places
    likeness = [float(name @ new) - KIND_WEIGHT * abs(float((name - new) @ kind)) for name in old]
    likest = likeness.index(max(likeness))
    return likest if likeness[likest] - likeness[0] >= NEARER_BY else 0


def _dates(text: str) -> list[Span]:
    """Where dates stand, without the "in" of "in June"."""
    return [(s + 3 if text.startswith("in ", s) else s, e) for s, e in date_spans(text)]
