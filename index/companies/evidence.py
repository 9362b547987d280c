"""Whether an ambiguous name, "Apple" or "Ford", stands for the company where it stands.

By what is beside it ("Apple shares", "the carmaker Ford", "shares in Delta", "Ford fell 3%"), or by a word of the stock
market in its sentence, unless it is part of another name ("Harrison Ford", "Gap Year"), has an article ("the Amazon")
or stands where every word has a capital. By words, which are English; without any of them the name is no company's.
"""

import re

from index.text.english import MONTHS, WEEKDAYS

OPENERS = frozenset(
    (
        f"{' '.join((*WEEKDAYS, *MONTHS))} A An And Are As At Before But By Can Did Does Ex For Former From Has Have "
        "His How If In Is Its Like Of On Or Our Rival Rivals Since Some That The Their This Unlike Was What When While "
        "Why Will With American British Chinese Dutch European French German Indian Italian Japanese Korean Swedish "
        "Swiss EU UK US U.S."
    ).split()
)
"""Words with a capital that may stand before a company's name and are no part of it."""

_ADJECTIVES = (
    r"(?:(?:annual|first|fourth|full-year|latest|net|new|own|quarterly|record|second|third|then|US|U\.S\.) ){0,2}"
)
_ITS = (
    r"(?:bonds|buyback|CEO|CFO|COO|CTO|[Cc]hief (?:[Ee]xecutive|[Ff]inancial|[Oo]perating|[Tt]echnology)|dividend"
    r"|earnings|executives?|guidance|headquarters|IPO|market (?:value|cap(?:itali[sz]ation)?)|revenues?|share price"
    r"|shareholders|shares?|stock price|stocks?|subsidiary)\b"
)
_ITS_OR_A_THINGS = (
    r"(?:app|cars|customers|dealers(?:hips?)?|devices?|drivers|employees|factor(?:y|ies)|forecast|investors|lawsuit"
    r"|outlook|phones|plants?|products?|profits?|results|sales|shops|staff|stores?|trucks|users|vehicles|warehouses?"
    r"|workers)\b"
)
_KIND = (
    r"(?:[\w-]*maker|[\w-]*giant|airline|bank|brand|broker|carrier|chain|compan(?:y|ies)|competitors?|conglomerate"
    r"|designer|developer|firms?|group|insurer|lender|manufacturer|miner|operator|owner|parent|partner|platform|producer"
    r"|retailer|rivals?|start-?up|subsidiary|supplier|unit|utility)"
)
_HAS = re.compile(rf"(?:'s?)? {_ADJECTIVES}{_ITS}")
_HAS_OR_IS_OF = re.compile(
    rf"(?:'s?)? {_ADJECTIVES}(?:{_ITS}|{_ITS_OR_A_THINGS}|(?:engineer|representative|spokes(?:man|person|woman))s?\b)"
)
_MOVES = re.compile(
    r" (?:also |had |has |is |was |were )?(?:added|advanced|climbed|closed|down|drops?|dropped|ended|fell|falls?|gained"
    r"|gains?|jumped|loses|lost|plunged|rallied|rises?|rose|sank|shed|slid|slipped|soared|surged|tumbled|up)\b"
    r"[^.;]{0,25}(?:\d|%|per ?cent|points?\b)"
)
_REPORTS = re.compile(
    r" (?:again |also |had |has |will )?(?:acquire|beat|bought|buy|delist|earn|expect|float|forecast|launch|list|miss"
    r"|post|recall|report|said|says|sell|ship|sold|unveil|warn)(?:e?[sd]|ing)?\b"
)
_IS_A_COMPANY_BEFORE = re.compile(
    r"\b(?:holdings?|invest(?:ed|ing|s)?|investors|positions?|shareholders|shares?|stakes?|stocks?) (?:in|of) $"
    r"|\b(?:boss|CEO|CFO|chairman|chairwoman|chief executive(?: officer)?|(?:co-?)?founders?|executives?|subsidiary)"
    r" (?:at|of) $"
    rf"|\b{_KIND}(?: like| such as|,? including)? $"
    r"|\b(?:acquired|bought|delisted|fined|listed|made|owned|sued) by $|\b(?:acquire|buy|fined|sued|suing) $",
    re.IGNORECASE,
)
_IS_A_COMPANY_BEHIND = re.compile(
    rf",? (?:an?|the|which|whose)\b[^.;,]{{0,60}}?\b{_KIND}\b|-(?:backed|branded|listed|made|owned)\b"
)
_MARKET = re.compile(
    r"\b(?:antitrust|CEO|chief executive|DAX|dividends?|Dow Jones|earnings|FTSE|IPO|market value|merger|NASDAQ|Nasdaq"
    r"|NYSE|quarterly|revenues?|S&P 500|shareholders?|shares|stocks?|takeover|tech (?:companies|giants?|stocks)"
    r"|Wall Street)\b"
)
_IN_A_PLACE = re.compile(r"\b(?:[Ii]n|[Nn]ear) $")
_CAPITAL_BEFORE = re.compile(r"(?:^|[\s(“\"])([A-Z](?:[\w'-]*|\.))[ -]$")
_OTHER_NAME_BEHIND = re.compile(
    r"[ -](?!(?:and|CEO|CFO|Chief|COO|CTO|IPO|Shares?|Stocks?|UK|US)\b)[A-Z]\w|[ -]\d|-[a-z]| of a\b"
)
_DETERMINER = re.compile(
    r"\b(?:an?|another|any|each|every|her|his|its|my|no|our|some|that|the|their|these|this|those|your) $", re.IGNORECASE
)
_BESIDE_CHARS = 100
"""As much as is looked at where only what is beside the name counts."""
_MIN_TITLE_WORDS = 3
_CAPITALS_OF_A_TITLE = 0.6

Span = tuple[int, int]


def means_company(text: str, name: Span, sentence: Span) -> bool:
    """text: `plain`. sentence: the one of it in which the name stands."""
    before, behind = _around(text, name, sentence)
    if _DETERMINER.search(before):
        return _HAS_OR_IS_OF.match(behind) is not None
    if ends_in_a_name(before):
        return False
    if _MOVES.match(behind) or _HAS.match(behind):
        return True
    if _OTHER_NAME_BEHIND.match(behind):
        return False
    if _IS_A_COMPANY_BEFORE.search(before) or _IS_A_COMPANY_BEHIND.match(behind):
        return True
    whole = text[slice(*sentence)]
    if _IN_A_PLACE.search(before) or not _MARKET.search(whole) or _is_a_title(whole):
        return False
    opens_sentence = not re.search(r"\w", before)  # where any word has a capital: "Target practice"
    return not opens_sentence or _REPORTS.match(behind) is not None


def is_of_another_name(text: str, name: Span, sentence: Span) -> bool:
    """Whether it is part of one, or stands behind an article."""
    before, behind = _around(text, name, sentence)
    return bool(_DETERMINER.search(before) or ends_in_a_name(before) or _OTHER_NAME_BEHIND.match(behind))


def ends_in_a_name(before: str) -> bool:
    """Whether what stands before a name ends with another word of it, such as a given name."""
    capital = _CAPITAL_BEFORE.search(before)
    return capital is not None and capital[1] not in OPENERS and not capital[1].endswith("'s")


def _around(text: str, name: Span, sentence: Span) -> tuple[str, str]:
    before = text[max(sentence[0], name[0] - _BESIDE_CHARS) : name[0]]
    return before, text[name[1] : min(sentence[1], name[1] + _BESIDE_CHARS)]


def _is_a_title(sentence: str) -> bool:
    words: list[str] = re.findall(r"[^\W\d_]{4,}", sentence)
    return len(words) >= _MIN_TITLE_WORDS and sum(word[0].isupper() for word in words) > _CAPITALS_OF_A_TITLE * len(
        words
    )
