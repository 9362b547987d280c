"""Companies that a text introduces by their listing: "Kestrel Freight, Inc. (NASDAQ: KFRT)", "Kestrel Freight ($KFRT)".

What stands in a text as a listing goes in; the company comes out, by its name before the bracket where it has one, or
else by its listing, from the list or made up here. A name is the run of words with capitals that ends at the bracket,
within its sentence, without what opens the sentence ("On Tuesday") or says whose it is ("Japan's").
"""

import re
from collections.abc import Iterator

from index.companies.company_list import Company, CompanyList
from index.companies.evidence import OPENERS
from index.companies.listings import Stated
from index.companies.names import LEGAL, without_legal_form

_BRACKET = re.compile(r" ?[(\[](?:[^()\[\]]{0,40}[;,] ?)?$")
_WORD = r"(?:[A-Z0-9À-Þ][\w.'&-]*|&|[a-z]{1,2}[A-Z]\w+)"
_NAME = re.compile(rf"(?<![\w.'&-])(?:Bank of )?{_WORD}(?: {_WORD}){{0,6}}(?:,? {LEGAL}\.?)?$")
_MARKET = re.compile(
    r"\b(?:shares?|stocks?|trad(?:es?|ed|ers?|ing)|ticker|rall(?:y|ied)|earnings|bullish|bearish|calls|puts)\b",
    re.IGNORECASE,
)
_MAX_NAME_CHARS = 100
MAX_LEARNED = 100
"""Of one text; each is looked for in all of it."""


class Introduced:
    """Of one text, which is gone through from its beginning."""

    def __init__(self, text: str, known: CompanyList) -> None:
        self._text = text
        self._known = known
        self._learned: dict[str, Company] = {}
        self._is_of_a_market: dict[tuple[int, int], bool] = {}

    @property
    def learned(self) -> tuple[Company, ...]:
        """Those that the list lacks."""
        return tuple(dict.fromkeys(self._learned.values()))

    def company(self, one: Stated, sentence: tuple[int, int]) -> Company | None:
        """None for a cashtag that nobody knows, where the sentence has nothing of a market: "$FOO"."""
        names = list(self._names(sentence[0], one.start))
        for name in names:
            if len(found := self._known.named(name)) == 1:
                return found.pop()
        for its in one.listings:
            if company := self._known.listed(its) or self._learned.get(its.ticker):
                return company
        is_cashtag = one.listings[0].exchange is None
        if is_cashtag and not names and not self._has_market(sentence):
            return None
        if len(self._learned) >= MAX_LEARNED:
            return None
        company = Company(_own(names[0]) if names else one.listings[0].ticker, one.listings)
        self._learned |= {its.ticker: company for its in one.listings}
        return company

    def _has_market(self, sentence: tuple[int, int]) -> bool:
        if sentence not in self._is_of_a_market:
            self._is_of_a_market[sentence] = _MARKET.search(self._text, *sentence) is not None
        return self._is_of_a_market[sentence]

    def _names(self, first: int, listing: int) -> Iterator[str]:
        """What the name before a listing may be, the longest first."""
        bracket = _BRACKET.search(self._text, max(first, listing - _MAX_NAME_CHARS), listing)
        if bracket is None:
            return
        name = _NAME.search(self._text, max(first, bracket.start() - _MAX_NAME_CHARS), bracket.start())
        words = name[0].split() if name else []
        while words:
            yield " ".join(words)
            words.pop(0)


def _own(name: str) -> str:
    """A company's name out of the words with capitals that stand there."""
    words = name.split()
    while len(words) > 1 and (words[0] in OPENERS or words[0].endswith("'s")):
        words.pop(0)
    return without_legal_form(" ".join(words))
