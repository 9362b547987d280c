"""The companies that an article names: title and text in, each company with the places where it stands out.

A listing always is one ("$TSLA", "NYSE: IBM"), and who it introduces counts for the rest of the article, also where the
list does not know it. A sure name of the list is one wherever it stands; an ambiguous one where the article names the
company surely elsewhere, beside another company, or where `evidence.py` finds it to be one. Other articles learn
nothing from this one.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.companies.company_list import Company, CompanyList, Name
from index.companies.evidence import ends_in_a_name, is_of_another_name, means_company
from index.companies.introduced import Introduced
from index.companies.listings import Listing, stated
from index.companies.names import LEGAL, WORD, in_short, plain
from index.text.sentences import sentence_spans

Span = tuple[int, int]

_NO_NAME_BEFORE = re.compile(r"[.@#_$&]$|[^\W\d_]-$")
_NO_NAME_BEHIND = re.compile(r"[^\W_]|_|-[A-ZÀ-Þ]")
_INCORPORATED = re.compile(rf",? (?:& Co\.?,? )?(?:{LEGAL}|Co)(?!\w)")
_NO_COMPANY_BEHIND = re.compile(
    r" (?:Arena|Awards?|Bowl|Center|Centre|Championships?|Classic|Cup|Field|Foundation|Grand Prix|Hall|League|Marathon"
    r"|Museum|Open|Park|Prize|Stadium|Theater|Theatre|Tower)\b"
)
_JOINED = re.compile(r"(?:'s)?(?:,? (?:and|or|vs\.?|versus|&) |, |/)")
_BARE = re.compile(
    r"(?<![\w$.:&-])(?P<before>[A-Z]{3,5})(?= (?:shares|stock|options|calls|puts)\b)"
    r"|\b(?:shares|stock) (?:in|of) (?P<behind>[A-Z]{3,5})(?![\w&-]|\.[A-Z]| [A-Z])"
)
_OTHER_WORDS = frozenset(
    "ACT ALL AND ANY ARE ASIA BANK BEST BIG BUD BUY CAN CAR CASH CAT COST DASH DAY EAR EAT EPS ETF ESG EVS FAST FIVE "
    "FOR FUN GDP GOLD HAS HOME ICE ITS KEY LAND LIFE LOVE LOW MAN MOST NET NEW NEXT NOT NOW OIL ONE OPEN OUR OUT PATH "
    "PAY PLAY POST REAL RUN SAM SAFE SEE SHE SIX SNOW SPOT SUN TEAM TECH TEN THE TOP TRUE TWO USA WELL WHO WIN "
    "YOU".split()
)
"""That tickers are, or may be, where somebody writes in capitals."""
_MAY_BE_OF_A_PERSON = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]+")
_MAX_WORD_CHARS = 40
_MOST_LOOKED_AT = 50
"""Of one company's doubtful names in a text, those that are looked at one by one: the first."""
_WITH_A_SHORT_ONE = 2
_MIN_SHORT_CHARS = 4


@dataclass(frozen=True, slots=True)
class Named:
    """A company, and where the text names it: `text[start:end]` is its name or listing there. None where only the title
    does."""

    company: Company
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    company: Company
    start: int
    end: int

    @property
    def span(self) -> Span:
        return self.start, self.end


def companies_in(title: str, text: str, known: CompanyList) -> tuple[Named, ...]:
    """In the order in which they are first named, the title before the text."""
    whole = f"{title}\n\n{text}"
    reading = _Reading(whole, known)
    named: dict[Company, list[Span]] = {}
    for place in sorted(reading.places(), key=lambda place: (place.start, -place.end)):
        spans = named.setdefault(place.company, [])
        if not spans or place.start >= spans[-1][1]:
            spans.append((place.start, place.end))
    before = len(whole) - len(text)
    return tuple(
        Named(company, tuple((start - before, end - before) for start, end in spans if start >= before))
        for company, spans in named.items()
    )


class _Reading:
    """Of one text."""

    def __init__(self, text: str, known: CompanyList) -> None:
        self._text = plain(text)
        self._known = known
        self._sentences = _Sentences(text)

    def places(self) -> list[_Place]:
        introduced = Introduced(self._text, self._known)
        found = [
            _Place(company, one.start, one.end)
            for one in stated(self._text)
            if (company := introduced.company(one, self._sentences.around(one.start)))
        ]
        found += [place for company in introduced.learned for place in self._learned(company)]
        found += self._shares(introduced.learned)
        doubtful: list[_Place] = []
        for place, is_sure in self._by_name():
            (found if is_sure else doubtful).append(place)
        return found + self._borne_out(doubtful, found)

    def _learned(self, company: Company) -> Iterator[_Place]:
        """By its name and, where that has two words, by the first of them: "Kestrel" for "Kestrel Freight Group"."""
        words = in_short(company.name).split()
        has_first = len(words) == _WITH_A_SHORT_ONE and len(words[0]) >= _MIN_SHORT_CHARS
        names = [company.name, " ".join(words), *words[: int(has_first)]]
        for match in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", self._text):
            yield _Place(company, match.start(), match.end())

    def _shares(self, learned: Sequence[Company]) -> Iterator[_Place]:
        """By a ticker alone, "TSLA shares"."""
        own = {its.ticker: company for company in learned for its in company.listings}
        for match in _BARE.finditer(self._text):
            kind = "before" if match["before"] else "behind"
            company = own.get(match[kind]) or self._known.listed(Listing(None, match[kind]))
            if company and match[kind] not in _OTHER_WORDS:
                yield _Place(company, match.start(kind), match.end(kind))

    def _by_name(self) -> Iterator[tuple[_Place, bool]]:
        """Each with whether it is sure."""
        end = 0
        for word in WORD.finditer(self._text):
            if word.start() < end or (names := self._known.names.get(word[0])) is None:
                continue
            name = next((name for name in names if self._stands(name, word.start())), None)
            if name is None:
                continue
            start, end = word.start(), word.start() + len(name.text)
            if name.company and not _NO_COMPANY_BEHIND.match(self._text, end):
                is_sure = name.is_sure and not (
                    _MAY_BE_OF_A_PERSON.fullmatch(name.text) and self._is_family_name(start)
                )
                yield _Place(name.company, start, end), is_sure or _INCORPORATED.match(self._text, end) is not None

    def _is_family_name(self, start: int) -> bool:
        """Whether a word with a capital stands before it, which may be a given name: "Ferdinand Porsche"."""
        return start > 1 and ends_in_a_name(self._text[max(0, start - _MAX_WORD_CHARS) : start])

    def _stands(self, name: Name, start: int) -> bool:
        text, end = self._text, start + len(name.text)
        return (
            text.startswith(name.text, start)
            and not _NO_NAME_BEFORE.search(text, max(0, start - 2), start)
            and not _NO_NAME_BEHIND.match(text, end)
        )

    def _borne_out(self, doubtful: Sequence[_Place], sure: Sequence[_Place]) -> list[_Place]:
        companies = {place.company for place in sure}
        looked_at = Counter[Company]()
        borne_out = []
        for place in doubtful:
            looked_at[place.company] += 1
            if place.company in companies or (looked_at[place.company] <= _MOST_LOOKED_AT and self._is_one(place)):
                borne_out.append(place)
        beside = sorted([*sure, *doubtful], key=lambda place: place.start)
        stand = {*sure, *borne_out}
        for row in (beside, beside[::-1]):  # "Apple, Amazon and Microsoft" from its end
            for one, next_ in pairwise(row):
                if one in stand and next_ not in stand and self._are_joined(one, next_):
                    stand.add(next_)
        companies |= {place.company for place in stand}
        return [place for place in doubtful if place.company in companies]

    def _is_one(self, place: _Place) -> bool:
        return means_company(self._text, place.span, self._sentences.around(place.start))

    def _are_joined(self, one: _Place, other: _Place) -> bool:
        """Whether `other` is in one row with a company."""
        first, last = sorted((one, other), key=lambda place: place.start)
        is_row = _JOINED.fullmatch(self._text, first.end, last.start) is not None
        return is_row and not is_of_another_name(self._text, other.span, self._sentences.around(other.start))


class _Sentences:
    """Where they are, found when first asked for: most articles have no doubtful name."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans: list[Span] = []

    def around(self, place: int) -> Span:
        self._spans = self._spans or sentence_spans(self._text)
        return self._spans[max(0, bisect_right(self._spans, (place, len(self._text))) - 1)]
