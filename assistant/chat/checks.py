"""What a sentence says and what the passages that it cites say → the ways in which it goes beyond them or against them.

There is no model of entailment here: each check knows one way of going wrong by the words that show it. Numbers, dates
and names have to occur. A name keeps its neighbours; a "not", an "all" and a "will" stand where the passage has one;
of two opposites the passage's is used; what comes before a verb, or behind its "by", does so there. Of the other
words enough occur in each clause. What only an understanding of the meaning would find passes: docs/decisions.md has
how much, by kind.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.documents import Document

from assistant.dates import in_words
from assistant.figures import days, days_meant, figures, is_among, weekdays
from assistant.wording import Word, Wording, clauses
from index.sentences import sentence_spans
from index.words import stems

MIN_TOLD = 0.45
"""Share of a sentence's content words and numbers that the passages have."""
SHORT = 3
MIN_SHORT_TOLD = 0.6
"""Of a sentence of up to three words: of "The moon is green" half is not enough."""
MIN_CLAUSE_TOLD = 0.33
"""The same of a clause's words; of a reason (behind "because") `MIN_REASON_TOLD`."""
MIN_REASON_TOLD = 0.5
NEAR = 6
"""Words between a name and what stands before it; between two names in a row half of that."""

_CLAUSE = re.compile(
    r"[,;:()–—]|\b(?:and|but|while|whereas|because|since|after|when|where|who|which|that|as|owing to|due to)\b"
)
_REASON = re.compile(r"\b(?:because(?: of)?|due to|owing to|caused by|thanks to|as a result of)\b", re.IGNORECASE)
_NEGATIONS = frozenset(
    "not no never nobody none nothing without neither nor cannot hardly barely refuse refused refuses refusing deny "
    "denied denies failed fails reject rejected rejects escape escaped escapes unable ruled lack lacked".split()
)
_HALF_NEGATIONS = frozenset("against opposed below until stayed instead escapes".split())
"""They excuse a "not" on the other side, and ask for none."""
_UNIVERSAL = frozenset("all every everyone everybody everything always whole entire entirely nobody none never".split())
_LIKE_UNIVERSAL = _UNIVERSAL | frozenset("each both no not any only".split())
_FUTURE = frozenset(
    "will would shall should may might must expected expects plans planned hopes due to next wants becomes".split()
)
_WILL = frozenset(("will", "shall"))
_PLANNED = re.compile(
    r"\b(?:will|would|shall|must|(?:is|are|was|were) (?:expected |due |set |about )?to|wants? to|hopes? to|plans? to)\b"
    r"(?: be\b)?",
    re.IGNORECASE,
)
_DONE = frozenset("has have had was were did".split())
_WHEN = re.compile(
    r"\b(?:(?:last|next|this) (?:week|month|year|spring|summer|autumn|winter)|yesterday|tomorrow|in (?:spring|summer|"
    r"autumn|winter)|by (?:spring|summer|autumn|winter))\b",
    re.IGNORECASE,
)
_AS_OF = re.compile(r"(?:As of|According to an? .{0,40} of)\b")
_BE = frozenset("was were been is are be being".split())
_REPORTING = frozenset("said says told added reported named".split())
_PRONOUNS = frozenset("he she it they who".split())
_OPPOSITES = [
    (frozenset(stems(one)), frozenset(stems(other)))
    for one, other in (
        ("rise increase grow climb jump gain", "fall decrease drop decline shrink"),
        ("highest largest biggest oldest longest heaviest", "lowest smallest youngest shortest lightest"),
        ("win victory", "lose defeat"),
        ("buy acquire", "sell"),
        ("open reopen", "close shut"),
        ("accept approve pass back support", "reject oppose veto"),
        ("spring", "autumn"),
        ("summer", "winter"),
        ("north", "south"),
        ("east", "west"),
        ("survive", "die kill"),
    )
]


@dataclass(frozen=True, slots=True)
class _Held:
    """A written sentence beside what it is held to."""

    said: Wording
    source: Wording
    near: Sequence[Wording]
    """The sentences of the source that have most of the written one's words."""
    passages: Sequence[str]
    published: Sequence[str | None]


def failed_checks(sentence: str, passages: Sequence[Document]) -> list[str]:
    """The names of the checks that `sentence`, without its markers, does not pass; all when it cites no passage."""
    texts = [_headed(passage) for passage in passages]
    said = Wording(sentence)
    held = _Held(
        said,
        Wording("\n".join(texts)),
        _nearest(said, [Wording(text[start:end]) for text in texts for start, end in sentence_spans(text)]),
        texts,
        [passage.metadata["published_at"] for passage in passages],
    )
    return [name for name, fails in CHECKS.items() if not passages or fails(held)]


def _headed(passage: Document) -> str:
    metadata = passage.metadata
    head = [metadata["title"], metadata.get("source") or "", in_words(metadata["published_at"])]
    return "\n".join([*filter(None, head), passage.page_content])


def _nearest(said: Wording, sentences: Sequence[Wording]) -> Sequence[Wording]:
    """Up to three sentences, each the one that has most of what those before it lack."""
    left, found = set(said.content), list[Wording]()
    while left and sentences and len(found) < 3:
        best = max(sentences, key=lambda sentence: len(left & sentence.places.keys()))
        gained = left & best.places.keys()
        if len(gained) < (2 if found else 1):
            break
        found.append(best)
        left -= gained
    return found


def _figure(held: _Held) -> bool:
    known: set[float] = set().union(*map(figures, held.passages))
    return not figures(held.said.text) <= known


def _date(held: _Held) -> bool:
    told = list(zip(held.passages, held.published, strict=True))
    meant = set().union(*(days_meant(text, day) for text, day in told))
    counted: set[float] = set().union(*map(figures, held.passages))
    return not (
        all(is_among(day, meant) or (day[1] is None and day[0] in counted) for day in days(held.said.text))
        and weekdays(held.said.text) <= set().union(*map(weekdays, held.passages))
        and all(when.lower() in held.source.text.lower() for when in _WHEN.findall(held.said.text))
    )


def _date_of_another(held: _Held) -> bool:
    """A date of the passages, but not of their sentence that is nearest to the claim and has one of its own."""
    said = held.said
    if not held.near or _AS_OF.match(said.text) or len(said.content & held.near[0].content) < 3:
        return False
    near = held.near[0].text
    told = days(near)
    meant = set().union(*(days_meant(near, published) for published in held.published))
    return any(
        not is_among(day, meant)
        for day in days(said.text)
        if (any(year for year, _, _ in told) if day[1] is None else weekdays(near) or any(m for _, m, _ in told))
    )


def _name(held: _Held) -> bool:
    return any(word.is_capital and not word.opens and not held.source.has(word.form) for word in held.said.words)


def _neighbour(held: _Held) -> bool:
    """A word before a name, or a name before a name, that the passage has, but not near that name."""
    said, source = held.said, held.source
    for n in range(1, len(said.words)):
        word, before = said.words[n], said.words[n - 1]
        if not word.is_capital or word.form not in source.places:
            continue
        if before.lower in _BE and (heads := said.preceding(n - 1, 9)):
            before = heads[-1]  # "the inventor of the network is …"
            if before.form in source.places and source.distance(before.form, word.form) > 2 * NEAR:
                return True
        elif before.is_content and not before.is_past and before.form in source.places and not said.is_parted(n):
            near = NEAR // 2 if source.is_name(before) and not before.opens else NEAR
            if source.distance(before.form, word.form) > near:
                return True
    return False


def _is_negation(word: Word) -> bool:
    return word.lower in _NEGATIONS or word.lower.endswith(("n't", "n’t"))


def _negation(held: _Held) -> bool:
    said, near = held.said, held.near
    ours = said.where(_is_negation)
    theirs = [(sentence, sentence.where(_is_negation)) for sentence in near]
    if not ours:
        return not said.any(_HALF_NEGATIONS) and any(
            sum(word.form in said.places for word in denied) >= min(2, len(denied))
            for sentence, negations in theirs
            for n in negations
            if (denied := sentence.following(n, 3))
        )
    for form in {focus.form for n in ours for focus in said.following(n, 1)}:
        places = [(p, negations) for sentence, negations in theirs for p in sentence.places.get(form, ())]
        if places and not any(-3 <= p - k <= 7 for p, negations in places for k in negations):
            return True
    return not any(negations or sentence.any(_HALF_NEGATIONS) for sentence, negations in theirs)


def _universal(held: _Held) -> bool:
    ours = held.said.any(_UNIVERSAL) or held.said.text.startswith("No ")
    return ours and not any(sentence.any(_LIKE_UNIVERSAL) for sentence in held.near)


def _tense(held: _Held) -> bool:
    """Told as to come and written as done, or the other way round."""
    said, near = held.said, held.near
    for n in said.where(lambda word: word.lower in _WILL):
        if not held.source.any(_FUTURE):
            return True
        words = held.source.words
        for verb in said.following(n, 1):
            places = held.source.places.get(verb.form, [])
            if places and all(
                words[p].is_past and not any(word.lower in _FUTURE for word in words[max(0, p - 5) : p]) for p in places
            ):
                return True
    if said.any(_FUTURE):
        return False
    return any(_is_done(said, p) for sentence in near for form in _planned(sentence) for p in said.places.get(form, ()))


def _planned(sentence: Wording) -> list[str]:
    """The verbs behind "will", "is to" and the like."""
    ends = [match.end() for match in _PLANNED.finditer(sentence.text)]
    last = [max((n for n, word in enumerate(sentence.words) if word.start < end), default=0) for end in ends]
    return [word.form for n in last for word in sentence.following(n, 1)]


def _is_done(said: Wording, place: int) -> bool:
    return said.words[place].is_past or any(word.lower in _DONE for word in said.words[max(0, place - 3) : place])


def _opposite(held: _Held) -> bool:
    told = set().union(*(sentence.places.keys() for sentence in held.near))
    return any(
        word.form in ours and not ours & told and theirs & told
        for word in held.said.words
        for one, other in _OPPOSITES
        for ours, theirs in ((one, other), (other, one))
    )


def _roles(held: _Held) -> bool:
    return any(
        _is_of_another(held, n, sentence, sentence.places[verb.form][0])
        for n, verb in enumerate(held.said.words)
        if verb.text.islower() and verb.is_content and verb.lower not in _REPORTING
        for sentence in held.near
        if len(sentence.places.get(verb.form, ())) == 1
        and (verb.is_past or sentence.words[sentence.places[verb.form][0]].is_past)
    )


def _is_of_another(held: _Held, n: int, sentence: Wording, p: int) -> bool:
    """Whether verb `n` of the claim is done by somebody else than the same verb, word `p` of a source's sentence."""
    said = held.said
    ours, theirs = _agents(said, n), _agents(sentence, p)
    left = said.preceding(n, 4)
    before = {word.form for word in sentence.words[:p]}
    if theirs and ours:
        return not ours & theirs
    if theirs:
        return bool(left) and not _is_passive(said, n) and not theirs & {word.form for word in left}
    if ours:
        return bool(ours & held.source.places.keys()) and not ours & before
    names = [word for word in left if held.source.is_name(word)]
    if not left:  # "because it reported": the name before the pronoun
        has_pronoun = any(word.lower in _PRONOUNS for word in said.words[max(0, n - 3) : n])
        names = [word for word in said.words[:n] if held.source.is_name(word)][-1:] if has_pronoun else []
    known = any(held.source.is_name(word) and not word.opens for word in sentence.words[:p])
    if names and known and not any(name.form in sentence.places for name in names):
        return True
    if _is_passive(said, n) and not _is_passive(sentence, p):
        return False  # "they were killed", "the blast killed them"
    is_behind = bool(left) and left[0].form in sentence.places and min(sentence.places[left[0].form]) > p
    return is_behind and bool(sentence.preceding(p, 1)) and not before & {word.form for word in left}


def _is_passive(text: Wording, verb: int) -> bool:
    return any(word.lower in _BE for word in text.words[max(0, verb - 3) : verb])


def _agents(text: Wording, verb: int) -> frozenset[str]:
    """What stands behind the "by" of a passive: forms of its first words."""
    words = text.words
    is_passive = _is_passive(text, verb)
    for k in range(verb + 1, min(verb + 7, len(words))):
        if text.is_parted(k) or (k > verb + 1 and not is_passive):
            break
        if words[k].text == "by":
            found: list[str] = []
            for word in words[k + 1 : k + 6]:
                if word.is_number or (found and not word.is_content):
                    break
                if word.is_content:
                    found.append(word.form)
            return frozenset(found)
    return frozenset()


def _told(held: _Held) -> bool:
    numbers = len(figures(held.said.text)) + len(days(held.said.text))
    told, words = numbers + sum(map(held.source.has, held.said.content)), numbers + len(held.said.content)
    return told < words * (MIN_TOLD if words > SHORT else MIN_SHORT_TOLD)


def _clause(held: _Held) -> bool:
    """A clause of two words or more of which the passages know next to nothing."""
    return any(
        len(clause.content) > 1 and not figures(clause.text) and _share(clause, held.source) < MIN_CLAUSE_TOLD
        for clause in clauses(held.said.text, _CLAUSE)
    )


def _reason(held: _Held) -> bool:
    text = held.said.text
    return any(
        bool(reason.content) and _share(reason, held.source) < MIN_REASON_TOLD
        for match in _REASON.finditer(text)
        for reason in clauses(text[match.end() :], _CLAUSE)[:1]
    )


def _share(clause: Wording, source: Wording) -> float:
    return sum(map(source.has, clause.content)) / len(clause.content)


CHECKS: dict[str, Callable[[_Held], bool]] = {
    "number": _figure,
    "date": _date,
    "date of another": _date_of_another,
    "name": _name,
    "neighbour": _neighbour,
    "negation": _negation,
    "universal": _universal,
    "tense": _tense,
    "opposite": _opposite,
    "roles": _roles,
    "told": _told,
    "clause": _clause,
    "reason": _reason,
}
