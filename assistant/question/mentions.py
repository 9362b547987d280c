"""Sources and authors that a question names and wants to hear, of those that the library has.

The question and the library's names go in; the names to hold the search to come out, one group for each outlet
mentioned, with the question's words that then say nothing more. A name counts only beside words that make it a voice
("according to Reuters", "the Guardian's report"): "Who bought the Guardian?" is about it. Misspelt names, and those
that the library does not have, are text.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.question.expected import NEWS
from index.text.english import WEEKDAYS

Span = tuple[int, int]
Names = tuple[str, ...]
"""All that the library has for one outlet or person: "AP" and "Associated Press"."""

MAX_NAME_WORDS = 8
SAID = "What is said"
"""Stands for "What does Reuters say": all that its articles have on the subject is asked for."""
IS_IT_SAID = "Is it said"
"""Stands for "Has Reuters reported"."""
REPORT = rf"(?:{NEWS}|article|report|story|column|piece|guide|review)"
DATED = r"(?:published|written|printed|posted|dated|filed)"
ABOUT = r"(?:about|on|regarding|concerning) [^?.!;]{1,100}?"

_OUTLETS = {
    "ap": "associated press",
    "ap news": "associated press",
    "afp": "agence france presse",
    "nyt": "new york times",
    "ny times": "new york times",
    "wsj": "wall street journal",
    "ft": "financial times",
    "dpa": "deutsche presse agentur",
    "bbc news": "bbc",
}
_WORD = re.compile(r"[^\W_]+(?:[.&][^\W_]+)*")
_SECTION = re.compile(r"\s[-–—|]\s|:\s")
"""Feeds call their source "BBC News - World"."""
_JOINED = re.compile(
    r"(?:['’](?:s\b)?)?[\"”]?(?:,? (?:and|or|vs|versus)|,| &)(?: the)? [\"'‘“]?(?:the )?", re.IGNORECASE
)

_SAY = (
    r"(?:each |both |all |ever )?(?:say|said|report|reported|write|written|claim|claimed|tell|told|think|suggest"
    r"|describe|mention|argue)\b"
)
_VOICE_BEFORE = re.compile(
    r"\b(?:according to|as (?:reported|told|described|published|said) (?:by|in|on)|citing"
    r"|(?:reported|published|covered|mentioned) (?:by|in|on))(?: both)? $"
    rf"|\b{REPORT} (?:published )?(?:from|by|in)(?: both)? $"
    r"|\bcompare (?:(?:how|what) |(?:the )?(?:reports|coverage|articles|reporting) (?:of|by|from|in) )?$",
    re.IGNORECASE,
)
_VOICE_BEHIND = re.compile(rf"(?:['’]s?)? (?:latest |recent |own |first )?{REPORT}\b", re.IGNORECASE)
_VOICE_AROUND = (
    (re.compile(r"\bwhat (?:do|does|did|has|have)(?: both)? $|^\W*(?:has|have|did|does|do)(?: both)? $", re.I), _SAY),
    (
        re.compile(r"\bhow (?:do|does|did|has|have)(?: both)? $", re.I),
        r"(?:report|describe|cover|covered|reported|differ)\b",
    ),
    (re.compile(r"\b(?<!about )what $", re.I), r"(?:reports|reported|says|said|writes|wrote)\b"),
    (re.compile(r"^\W*$"), r"(?:reports|reported|says|said|writes|wrote) (?:that|how|on)\b"),
    (re.compile(r"\b(?:differ\w*|disagree\w*|compar\w+)\b.{0,40}\b(?:between|of|in) $", re.I), r""),
)
_REPORTING = (
    r"(?:sa(?:y|ys|id)|tells?|told|writ\w+|wrote|(?:accus|alleg|claim|confirm|cover|describ|detail|discuss|focus|highlight"
    r"|indicat|mention|publish|report|review|suggest)(?:e?s|e?d)?|note[sd]?|impl(?:y|ies|ied))"
)
_ALSO_BEFORE = re.compile(rf"\b(?:{_REPORTING} (?:by|in|on|of by)|as per) $", re.IGNORECASE)
_ALSO_BEHIND = re.compile(rf"(?: (?:has|have|had|also|first))* {_REPORTING}\b(?! (?:by|in)\b)", re.IGNORECASE)
"""Beside a name that is not asked for itself: "after the Guardian told of it, what did Reuters report?"."""
_CUT_BEFORE = re.compile(
    r",?\s*\b(?:according to|as (?:reported|told|described|published|said) (?:by|in|on)"
    r"|(?:(?<!was )(?<!were )(?<!been )(?:reported|published) )?(?:by|from))(?: both)? (?:the )?[\"'‘“]?$",
    re.IGNORECASE,
)
_ASKS_BEFORE = re.compile(
    r"(?:\b(?P<what>what) |^\W*)(?:do|does|did|has|have)(?: both)? (?:the )?[\"'‘“]?$", re.IGNORECASE
)
_SAYS_WHAT = re.compile(
    rf"[\"'’”]?\s*{_SAY}(?!(?<=report)(?:.*\b(?:say|said|claim|tell|write|mention)| {DATED})\b)", re.I
)
"""Not in "What did the Reuters report say?"."""
_SAYS_THAT = re.compile(
    rf"[\"'’”]?\s*{_SAY}(?= (?:that|how|why|when|where|whether|if|who|what|which|an?|the|any)\b)", re.IGNORECASE
)

_UNKNOWN_WORD = r"(?!I\b)[A-ZÀ-Þ][\w&-]*(?:['’][A-ZÀ-Þ]\w*)?"
_UNKNOWN_NAME = rf"{_UNKNOWN_WORD}(?: (?:(?:of|de) (?:the )?)?{_UNKNOWN_WORD})*"
_UNKNOWN_NAMES = rf"(?:the )?{_UNKNOWN_NAME}(?:(?:,? (?:and|or)|,| &) (?:the )?{_UNKNOWN_NAME})*"
_UNKNOWN_VOICE = re.compile(
    rf"\b(?:[Aa]ccording to|[Aa]s (?:reported|told|published) (?:by|in|on)) ((?>{_UNKNOWN_NAMES}))(?!['’]s\b| \d)"
    rf"|\b[Ww]hat (?:do|does|did|has|have) (?:both )?({_UNKNOWN_NAMES}) {_SAY}"
)

_BY_BEFORE = re.compile(
    rf"\b{REPORT} (?:{ABOUT} )?(?:(?:that|which) (?:was|were) )?(?:{DATED} |reported )?by $", re.IGNORECASE
)
_AUTHORS_ARTICLE = re.compile(rf"['’]s? (?:latest |recent |last |newest )?{REPORT}\b", re.IGNORECASE)
_AUTHOR_WRITES = (
    re.compile(r"\bwhat (?:did|has|have) $", re.I),
    re.compile(r" (?:write|written|report|reported)\b", re.I),
)


@dataclass(frozen=True, slots=True)
class Heard:
    groups: tuple[Names, ...]
    """In the question's order."""
    names: Names
    """Theirs and, where there are any, those of others that the question says to report: it may mean them, too."""
    places: tuple[Span, ...]
    """Where any of them stands."""
    cuts: tuple[tuple[Span, str], ...]
    """What the question reads instead of some of its words, when the names are a filter."""


def sources(question: str, held: Names) -> Heard:
    """`held`: the library's sources, as its articles have them."""
    return _heard(question, held, _is_a_voice, _source_cut)


def unknown(question: str, known: Sequence[Span]) -> Names:
    """Who is named as a voice at none of the places `known`: perhaps a source that the library lacks, perhaps somebody
    that its articles quote."""
    voices = ((match.start(n), match[n]) for match in _UNKNOWN_VOICE.finditer(question) for n in (1, 2) if match[n])
    named = (
        (begin + name.start(), begin + name.end(), name[0])
        for begin, names in voices
        for name in re.finditer(_UNKNOWN_NAME, names)
    )
    return tuple(
        name
        for start, end, name in named
        if name not in WEEKDAYS and not any(first < end and start < last for first, last in known)
    )


def authors(question: str, held: Names) -> Heard:
    return _heard(question, held, _is_an_author, _author_cut)


def _heard(
    question: str,
    held: Names,
    is_meant: Callable[[str, str], bool],
    cut: Callable[[str, Span], tuple[Span, str]],
) -> Heard:
    mentioned = list(_mentions(question, _known(held)))
    groups: dict[Names, None] = {}
    others: set[Names] = set()
    cuts = []
    for run in _runs(question, mentioned):
        place, named = (run[0][0][0], run[-1][0][1]), [names for _, names in run]
        before, behind = _before(question, place[0]), _behind(question, place[1])
        if is_meant(before, behind):
            groups.update(dict.fromkeys(named))
            cuts.append(cut(question, place))
        elif _ALSO_BEFORE.search(before) or _ALSO_BEHIND.match(behind):
            others.update(named)
    wanted = others.union(groups) if groups else set[Names]()
    return Heard(
        groups=tuple(groups),
        names=tuple(dict.fromkeys(name for _, names in mentioned if names in wanted for name in names)),
        places=tuple(place for place, _ in mentioned),
        cuts=tuple(cuts),
    )


def _mentions(question: str, known: dict[str, Names]) -> Iterator[tuple[Span, Names]]:
    """The longest name at each place. A name of common words ("Time") has to be written as one."""
    words = list(_WORD.finditer(question))
    n = 0
    while n < len(words):
        for m in range(min(len(words), n + MAX_NAME_WORDS), n, -1):
            names = known.get(_key([word[0] for word in words[n:m]]))
            span = (words[n].start(), words[m - 1].end())
            if names and _is_a_name(question, span):
                yield span, names
                n = m
                break
        else:
            n += 1


def _is_a_name(question: str, span: Span) -> bool:
    in_capitals = question.islower() or any(char.isupper() for char in question[slice(*span)])
    return in_capitals and not re.match(r" [A-ZÀ-Þ]\w", question[span[1] :])  # "Sky Letter Holdings" is another


@lru_cache(maxsize=8)
def _known(held: Names) -> dict[str, Names]:
    known: dict[str, list[str]] = {}
    for name in held:
        for variant in (name, _SECTION.split(name)[0], re.sub(r"\.(?:com|org|net|co\.uk)$", "", name.lower())):
            names = known.setdefault(_key(_WORD.findall(variant)), [])
            if name not in names:
                names.append(name)
    known.pop("", None)
    return {key: tuple(names) for key, names in known.items()}


def _key(words: Sequence[str]) -> str:
    key = " ".join(words).casefold().removeprefix("the ")
    return _OUTLETS.get(key, key)


def _runs(question: str, mentions: Sequence[tuple[Span, Names]]) -> list[list[tuple[Span, Names]]]:
    """Names in a row belong together: "Reuters and the AFP"."""
    runs: list[list[tuple[Span, Names]]] = []
    for mention in mentions:
        if runs and _JOINED.fullmatch(question, runs[-1][-1][0][1], mention[0][0]):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return runs


def _before(question: str, start: int) -> str:
    """What stands before a name, without its article and quotation mark, with one blank at the end."""
    return re.sub(r"(?:\bthe )?[\"'‘“]?(?:the )?$", "", question[:start], flags=re.IGNORECASE).rstrip() + " "


def _behind(question: str, end: int) -> str:
    return re.sub(r"^[\"”'’](?!s\b)", "", question[end:])


def _is_a_voice(before: str, behind: str) -> bool:
    if _VOICE_BEHIND.match(behind):
        return True
    if re.match(r"['’]s\b", behind):  # "according to the Courier's editor"
        return False
    around = any(left.search(before) and re.match(rf"\s*{right}", behind, re.I) for left, right in _VOICE_AROUND)
    return around or _VOICE_BEFORE.search(before) is not None


def _is_an_author(before: str, behind: str) -> bool:
    asks, writes = _AUTHOR_WRITES
    return bool(
        _BY_BEFORE.search(before) or _AUTHORS_ARTICLE.match(behind) or (asks.search(before) and writes.match(behind))
    )


def _source_cut(question: str, place: Span) -> tuple[Span, str]:
    start, end = place
    before, behind = question[:start], question[end:]
    if asks := _ASKS_BEFORE.search(before):
        says, instead = (_SAYS_WHAT, SAID) if asks["what"] else (_SAYS_THAT, IS_IT_SAID)
        if match := says.match(behind):
            return (asks.start(), end + match.end()), instead
    the = re.search(r"(?:\bthe )?[\"'‘“]?$", before, re.IGNORECASE)
    start = the.start() if the else start
    if match := re.match(
        r"[\"”]?(?:['’]s?)?(?= (?:latest |recent |own |first )?" + REPORT + r"\b)", behind, re.IGNORECASE
    ):
        return (start, end + match.end()), "the"
    if match := _CUT_BEFORE.search(before):
        return (match.start(), len(question) - len(re.sub(r"^[\"'’”]?,?", "", behind))), ""
    return (start, len(question) - len(re.sub(r"^[\"'’”]", "", behind))), "the report"


def _author_cut(question: str, place: Span) -> tuple[Span, str]:
    by = re.search(r"(?: written| reported| published)? by $", question[: place[0]], re.IGNORECASE)
    return ((by.start(), place[1]), "") if by else (place, question[slice(*place)])
