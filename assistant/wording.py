"""Text → its words in order, each in the form in which a written sentence and its source are compared.

Stems as the search has them, but for verbs whose past has another root ("fell" is "fall"). English, by lists: no part
of speech is told, so what is taken for a verb or a name goes by endings, capitals and place.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.text.english import MONTHS, NUMBERS, SCALES, WEEKDAYS
from index.text.sentences import sentence_spans
from index.text.words import function_stems, stems

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_PAST = (
    "ate:eat beat:beat became:become began:begin bent:bend bit:bite blew:blow bought:buy broke:break broken:break "
    "brought:bring built:build burst:burst came:come chose:choose chosen:choose cost:cost cut:cut dug:dig drew:draw "
    "drove:drive fell:fall fallen:fall fed:feed felt:feel flew:fly fought:fight found:find gave:give given:give "
    "went:go gone:go got:get grew:grow grown:grow had:have held:hold hit:hit hurt:hurt hung:hang kept:keep "
    "knew:know known:know laid:lay led:lead left:leave lent:lend lost:lose made:make met:meet paid:pay put:put "
    "quit:quit ran:run rode:ride rose:rise risen:rise said:say saw:see seen:see sold:sell sang:sing sank:sink "
    "sat:sit sent:send set:set shut:shut slept:sleep spent:spend spoke:speak stole:steal stood:stand swept:sweep "
    "swam:swim struck:strike taken:take taught:teach thought:think threw:throw thrown:throw told:tell took:take "
    "tore:tear torn:tear won:win wore:wear written:write wrote:write begun:begin sunk:sink spoken:speak shot:shoot "
    "caught:catch beaten:beat"
)
ROOTS = dict(pair.split(":") for pair in _PAST.split())
"""The past of verbs that no ending tells → their root."""
PLAIN = frozenset(
    "after all also an and any around be because been before being but by can could did do does due during each "
    "every  he her him his into it its just may might more most must not now one only other out over own per said "
    "say says she  should so some still than their them then there they through to under until up was we were who "
    "will would you".split()
)
"""Words that say little whatever a sentence is about, beside `function_stems`."""
_CONTRACTED = re.compile(r"['’](?:t|ll|ve|re|d|m)$", re.IGNORECASE)
DAYS_AND_MONTHS = frozenset((*WEEKDAYS, *MONTHS, *(month[:3] for month in MONTHS), "Sept"))
NUMBER_WORDS = frozenset(stems(" ".join((*NUMBERS, *SCALES, "percent")))) - frozenset(stems("zero one"))


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    form: str
    """What is compared."""
    start: int
    opens: bool
    """Whether it is the first of a sentence, where a capital says nothing."""

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def is_capital(self) -> bool:
        says_nothing = self.text in DAYS_AND_MONTHS or self.text == "I" or self.is_contracted
        return self.text[0].isupper() and not says_nothing

    @property
    def is_content(self) -> bool:
        is_plain = self.form in function_stems() or self.lower in PLAIN or self.is_contracted
        return not (is_plain or self.is_number)

    @property
    def is_contracted(self) -> bool:
        """An auxiliary and its "not", or a pronoun and its auxiliary."""
        return _CONTRACTED.search(self.text) is not None

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit() or self.form in NUMBER_WORDS


class Wording:
    """A text's words, and where they stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = tuple(_words(text))

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """The positions of each form."""
        places: dict[str, list[int]] = {}
        for n, word in enumerate(self.words):
            places.setdefault(word.form, []).append(n)
        return places

    @cached_property
    def content(self) -> frozenset[str]:
        return frozenset(word.form for word in self.words if word.is_content)

    def has(self, form: str) -> bool:
        """Whether the form, or one that begins like it ("Spain", "Spanish"), stands there."""
        return form in self.places or (len(form) > 4 and form[:4] in self._beginnings)

    def any(self, words: frozenset[str]) -> bool:
        return any(word.lower in words for word in self.words)

    def where(self, test: Callable[[Word], bool]) -> list[int]:
        return [n for n, word in enumerate(self.words) if test(word)]

    def is_parted(self, n: int) -> bool:
        """Whether a mark stands between word `n` and the one before it."""
        before = self.words[n - 1]
        return bool(self.text[before.start + len(before.text) : self.words[n].start].strip(" -\"“”'‘’$€£"))

    def following(self, n: int, count: int) -> list[Word]:
        """Up to `count` content words behind word `n`, as far as no mark parts them from it."""
        found: list[Word] = []
        for k in range(n + 1, min(n + 9, len(self.words))):
            if self.is_parted(k) or len(found) == count:
                break
            if self.words[k].is_content:
                found.append(self.words[k])
        return found

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(form[:4] for form in self.places if len(form) > 4)


def clauses(text: str, borders: re.Pattern[str]) -> Sequence[Wording]:
    return [Wording(clause) for clause in borders.split(text) if clause.strip()]


def _words(text: str) -> Iterator[Word]:
    for start, end in sentence_spans(text):
        for n, match in enumerate(_WORD.finditer(text, start, end)):
            word = re.sub(r"['’]s$", "", match.group())
            root = ROOTS.get(word.lower(), word)
            # the stemmer parts at an apostrophe, and "O'Brien" is not "O'Neill" for its "o", nor "can't" "can"
            yield Word(word, "".join(stems(root)) or root.lower(), match.start(), n == 0)
