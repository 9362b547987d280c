"""Who and what a conversation has named → what a pronoun in its next question stands for.

Names are capitalised words, or words of a question that an answer writes with capitals. Kinds are told apart by given
names, titles, pronouns and kinship for women and men, by "in" for places, by words like "Bank" for firms. English only.
Where that leaves a doubt there is no answer: the caller then takes the whole earlier question along.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.answer import Turn
from index.text.english import MONTHS, WEEKDAYS

NAME = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|Sen|Gov|Gen|Rep|Rev|Col|Capt|Lt|Sgt|St|[A-ZÀ-Þ])\.\s(?=[A-ZÀ-Þ])"
    r"|\b[A-ZÀ-Þ][\w'’-]*+(?:\s(?:of\s(?:the\s)?)?(?=[A-ZÀ-Þ\d]))?+|(?<=[a-zA-Z] )\d++)++"
)
"""Possessive throughout: "A-A-A-A" can be divided in many ways, and patterns are built on this."""
MAX_READ_CHARS = 1_000
"""Of a question or an answer: names are looked for in time that grows with the square of their number."""
OPENERS = frozenset(
    "what when where who whom whose why how which did does do is are was were has have had can could will would "
    "should in on at the a an and but so also then tell give list name please any summarise summarize explain "
    "describe i he she it they this that these those there his her its their by for from to with if about since "
    "until before after during while because although despite however according some many most several all no "
    "not".split()
)
"""Words that may open a sentence, and are no part of a name there."""

_MEN = frozenset(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark "
    "donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary "
    "nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander patrick frank raymond "
    "jack dennis jerry joe boris vladimir emmanuel antonio jose juan carlos luis pedro miguel mohammed muhammad ahmed "
    "ali omar hassan ibrahim hans karl peter martin lars sven ivan sergei dmitri giovanni marco luca pierre jean "
    "francois henri mr sir king prince lord pope father brother sheikh".split()
)
_WOMEN = frozenset(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley "
    "kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen amy "
    "angela anna emma olivia sophia isabella mia charlotte amelia maria marie ana carmen lucia elena olga natalia "
    "tatiana irina fatima aisha layla ingrid astrid greta ursula giulia francesca claire julie ruth rachel hannah jane "
    "alice helen catherine christine diana theresa victoria hillary ms mrs miss lady queen princess sister".split()
)
_TITLES = frozenset(
    "mayor president senator sen governor gov rep minister chancellor judge justice dr doctor prof professor gen "
    "general col colonel capt captain lt sgt rev mr sir king prince lord pope father brother sheikh ms mrs miss lady "
    "queen princess sister prime chief".split()
)
_FIRM = frozenset(
    "bank motors group inc corp corporation ltd company union council ministry party university college airlines "
    "airways lines ferries rail railway railways hospital museum court police army navy church institute agency "
    "association federation alliance league committee commission cement steel oil gas energy electric media news times "
    "foundation club fc united holdings industries systems technologies labs software pharma foods shipping".split()
)
_NO_PERSON = (
    _FIRM
    | {name.lower() for name in (*MONTHS, *WEEKDAYS)}
    | frozenset(
        "airport bridge canal mill mine forest bay river lake mount mountain island islands street park treaty cup "
        "open marathon prize award act bill hurricane storm typhoon strait gulf sea ocean dam harbour "
        "port tower".split()
    )
)
_PRONOUN = re.compile(r"\b(?:(?P<man>he|him|his|himself)|she|her|hers|herself)\b", re.IGNORECASE)
_KIN = re.compile(
    r"\b(?:(?P<man>brother|father|husband|son|grandfather|uncle|nephew)|sister|mother|wife|daughter|grandmother|aunt|niece)"
    r"\b",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|off|outside|around|across|above|inside) (?:the )?$", re.IGNORECASE)
_PLACE_OF = re.compile(r"\b(?:of|from|to) $", re.IGNORECASE)
"""Before one word: a person one took over from would have two."""
_THING_BEFORE = re.compile(r"\b(?:the|what (?:is|are|was|were)(?: [a-z]+)?) $", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\b(?i:who(?:m|se)?)\b(?! (?:is|are|was|were) [A-ZÀ-Þ][^'’]*$)")
"""A person is in the answer then, not in the question; but "Who is Ada Quill?" names its own."""
_ASKS_WHICH = re.compile(r"\b(?:who|which|what) (?!(?:did|does|do|has|have|is|are|was|were|will)\b)", re.IGNORECASE)
_ONE = rf"(?:(?:the|The) )?{NAME.pattern}"
_SEVERAL = re.compile(rf"{_ONE}(?:, {_ONE}){{0,8}},? and {_ONE}")
_COUNTED = re.compile(
    r"\b(?i:how many|which|what) (?!(?:did|does|do|has|have|had|is|are|was|were|will|would|can|could)\b)"
    r"(?:[a-z]+ )?[a-z]+s\b|\bpeople\b"
)
_SUBJECT = re.compile(r"\b(?:did|does|do|has|have|will|would|is|was|are|were) (?:the )?$", re.IGNORECASE)
_WORD = r"[\w'’-]+"
_LINK = (
    "of|in|at|on|for|from|to|with|by|near|that|which|who|whose|when|where|while|and|or|but|is|are|was|were|be|been|"
    "being|did|does|do|has|have|had|will|would|can|could|should|after|before|during|since|about|against|as"
)
_PHRASE = re.compile(
    rf"\b(?P<before>\w+ )?(?P<phrase>the (?:(?!(?:{_LINK}|the)\b){_WORD} ){{0,3}}(?!(?:{_LINK}|the)\b){_WORD}"
    rf"(?: (?:of|in|at) (?:the )?(?:{NAME.pattern}))?)(?: (?:now|today|again|yet|still|so far))?\W*$"
)
"""At a question's end: "the Ever Given", "the Palma Bay earthquake", "the tower in Paris"."""
_AUXILIARY = frozenset("did does do has have had will would can could should is are was were".split())
_SUBJECT_PHRASE = re.compile(
    rf"\b(?:did|does|do|will|would|can|could|should) (?P<phrase>the {NAME.pattern}) "
    r"[a-z]+(?: (?:aground|ashore|away|back|down|off|out|up))?\W*$"
)
"""With the verb after it: "When did the Merry Tern sink?", "… run aground?"."""
_HAS_BEEN = re.compile(rf"\b(?:has|have|had) (?P<phrase>the (?:(?!(?:{_LINK}|the)\b){_WORD} ){{1,4}})been\b")
_DONE_TO = re.compile(
    rf"^(?i:when|where|why|how(?: long| often)?|by whom) (?:was|were|is|are) "
    rf"(?P<phrase>the (?:(?!(?:{_LINK}|the)\b){_WORD} ){{1,4}})"
    r"[a-z]+(?:ed|en|wn|ilt|unk|ught|ade|old|ost|eld|ound|ung)\W*$"
)
"""Before a participle that ends it: "When was the James Webb telescope launched?"."""
_WHAT_IS = re.compile(
    rf"^(?i:what (?:is|are|was|were)) (?P<phrase>an? (?:[\w-]+ ){{0,2}}[\w-]+|(?:[a-z]+ )?(?:{NAME.pattern}))\W*$"
)
_COPULA_ASKS = re.compile(r"^(?:and |but )?(?:what|how \w+) (?:is|are|was|were) the\b", re.IGNORECASE)


def names(text: str) -> list[str]:
    """Capitalised words that belong together, in order, without the words that open a sentence."""
    return [name for _, name in _placed_names(text)]


def person(pronoun: str, history: Sequence[Turn]) -> str | None:
    """Whom "he" or "she" means: of the last turn that names somebody fitting, whom it asks about or, where it asks
    who, whom it answers with, the short answer first of all; one known to be a man or a woman before one who is not."""
    is_man = pronoun.lower() in ("he", "him", "his")
    everyone = list(dict.fromkeys(name for turn in history for name in names(f"{_topic(turn)}\n{turn.answer}")))
    for turn in reversed(history):
        given = list(_possible_people(turn.short_answer or "")) if _ASKS_WHO.search(_topic(turn)) else []
        if given and _is_man(given[0], history) in (is_man, None):
            return _in_full(given[0], everyone)
        fitting = [(known, name) for name in _people(turn) if (known := _is_man(name, history)) in (is_man, None)]
        if fitting:
            return _in_full(min(fitting, key=lambda found: found[0] is None)[1], everyone)
    return None


def several(history: Sequence[Turn]) -> str | None:
    """Whom or what "they" means: those that the last turn names together ("Ada Quill and Nils Berg"), or a firm."""
    turn = history[-1]
    question = _topic(turn)
    places = (turn.answer, question) if _ASKS_WHICH.search(question) else (question, turn.answer)
    for text in places:
        if match := _SEVERAL.search(text):
            return re.sub(r"^The ", "the ", match.group())
        if text is question and _COUNTED.search(text):  # "how many soldiers …": they are the soldiers
            return None
    if firm := _firm(turn):
        return firm
    subjects = [name for start, name in _placed_names(question) if _SUBJECT.search(question[:start])]
    return _with_article(question, subjects[0]) if len(subjects) == 1 else None


def thing(history: Sequence[Turn]) -> str | None:
    """What "it" means: the firm or the thing ("the …") that the last question was about; None where that is unclear."""
    turn = history[-1]
    question = _topic(turn)
    if (
        match := _SUBJECT_PHRASE.search(question)
        or _HAS_BEEN.search(question)
        or _DONE_TO.match(question)
        or _WHAT_IS.match(question)
    ):
        return str(match["phrase"]).strip()
    match = _PHRASE.search(question)
    if match and not match["phrase"].endswith("ing"):
        before = (match["before"] or "").strip().lower()
        if before not in _AUXILIARY or _COPULA_ASKS.match(question):
            return match["phrase"]
    return _firm(turn)


def place(history: Sequence[Turn]) -> tuple[str, bool] | None:
    """What "there" means, and whether the last question says so itself, and not only its answer."""
    turn = history[-1]
    for text in (_topic(turn), turn.answer):
        for start, name in _placed_names(text):
            # not in "in the Palma Bay earthquake", nor "in June"
            goes_on = re.match(r" [a-z]+s?\b", text[start + len(name) :]) and text[:start].endswith("the ")
            if _PLACE_BEFORE.search(text[:start]) and not goes_on and name.split()[0].lower() not in _NO_PERSON:
                return f"in {name}", text is not turn.answer
    return None


def listed(answer: str) -> list[str]:
    """What the first "A, B and C" of `answer` names."""
    match = _SEVERAL.search(answer)
    return re.split(r",? and |, ", match.group()) if match else []


def _topic(turn: Turn) -> str:
    """The question as it was understood, with capitals where the answer has them."""
    text = turn.standalone_question[:MAX_READ_CHARS]
    for name in names(turn.answer):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", name, text, flags=re.IGNORECASE)
    return text


def _placed_names(text: str) -> Iterator[tuple[int, str]]:
    """Each name and where it begins."""
    for match in NAME.finditer(text):
        start, words = match.start(), match.group().split()
        while words and words[0].lower() in OPENERS and (len(words[0]) == 1 or not words[0].isupper()):  # but "WHO"
            start += len(words.pop(0)) + 1
        if words and not words[0].isdigit():
            yield start, " ".join(words).removesuffix("'s").removesuffix("’s")


def _people(turn: Turn) -> list[str]:
    """Who may be a person, the likeliest first: those with a surname before what may be a nationality or a place."""
    question = _topic(turn)
    asked = list(_possible_people(question))
    answered = [
        name
        for text in (turn.short_answer or "", turn.answer)
        for name in _possible_people(text)
        if name not in names(question)
    ]
    groups = (answered, asked) if _ASKS_WHO.search(question) else (asked, answered)
    return [name for group in groups for name in sorted(dict.fromkeys(group), key=lambda name: " " not in name)]


def _possible_people(text: str) -> Iterator[str]:
    for start, name in _placed_names(text):
        before, words = text[:start], name.lower().split()
        is_place = _PLACE_BEFORE.search(before) or (len(words) == 1 and _PLACE_OF.search(before))
        is_thing = _THING_BEFORE.search(before) or _NO_PERSON & {*words}
        if not (is_place or is_thing):
            yield name


def _is_man(name: str, history: Sequence[Turn]) -> bool | None:
    """As the name, its title, or what was said in the conversation tells it."""
    words = [word.strip(".") for word in name.lower().split()]
    for word in words:
        if word in _MEN or word in _WOMEN:
            return word in _MEN
        if word not in _TITLES:
            break
    for turn in reversed(history):
        for text, said, among in _told_of(turn):
            found = said.search(text)
            if found and any(_same(name, other) for other in among):
                return bool(found["man"])
    return None


def _told_of(turn: Turn) -> Iterator[tuple[str, re.Pattern[str], list[str]]]:
    """Texts, what in them tells men from women, and of whom."""
    asked = names(turn.question)
    yield turn.question, _PRONOUN, [name for name in names(turn.standalone_question) if name not in asked]
    if _ASKS_WHO.search(turn.question):
        yield turn.question, _KIN, [name for name in names(turn.answer) if name not in names(_topic(turn))][:1]
    before = ""
    for sentence in re.split(r"(?<=[.!?\]]) ", turn.answer):
        start, name = next(_placed_names(sentence), (0, ""))
        before = name or before
        yield sentence[start:], _PRONOUN, [before]  # "her brother is Nils" says nothing of Nils


def _same(name: str, other: str) -> bool:
    return {*name.split()} <= {*other.split()} or {*other.split()} <= {*name.split()}


def _in_full(name: str, everyone: Sequence[str]) -> str:
    """The longer name that `name` is part of, where there is one."""
    longer = [other for other in everyone if other != name and {*name.split()} < {*other.split()}]
    return longer[0] if len(longer) == 1 else name


def _firm(turn: Turn) -> str | None:
    question = _topic(turn)
    which = _ASKS_WHICH.search(question)
    for text in (turn.answer, question) if which else (question,):
        for name in names(text):
            if " " in name and _FIRM & {*name.lower().split()}:
                return _with_article(text, name)
    return None


def _with_article(text: str, name: str) -> str:
    """ "the WHO", if `text` says so."""
    return f"the {name}" if re.search(rf"\b[Tt]he {re.escape(name)}(?!\w)", text) else name
