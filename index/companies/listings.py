"""Listings as texts write them, "NASDAQ: TSLA", "(NYSE: BRK.A, BRK.B)", "$TSLA": text in, what they name and where out.

The exchanges are a closed list: with any word before a colon, "NOTE: GM" would be a listing. One exchange has one name
here, whatever it is called ("LON" and "LSE"), so that a listing is compared as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_EXCHANGES = {
    "NASDAQ": "Nasdaq|NASDAQGS|NasdaqGS|NASDAQGM|NasdaqGM|NASDAQCM|NasdaqCM",
    "NYSE": "New York Stock Exchange",
    "NYSEAMERICAN": "NYSE American|NYSE AMERICAN|NYSE MKT|NYSEMKT|AMEX",
    "NYSEARCA": "NYSE Arca|NYSE ARCA",
    "BATS": "CBOE|Cboe",
    "OTC": "OTCMKTS|OTCQX|OTCQB|OTCBB|OTCPK|OTC Pink|OTC Markets",
    "TSX": "Toronto Stock Exchange",
    "TSXV": "TSX-V|TSX.V|TSX Venture",
    "CSE": "CNSX",
    "LSE": "LON|London Stock Exchange",
    "AIM": "",
    "EURONEXT": "Euronext|Euronext Dublin",
    "EPA": "Euronext Paris",
    "AMS": "Euronext Amsterdam",
    "EBR": "Euronext Brussels",
    "ELI": "Euronext Lisbon",
    "BIT": "Borsa Italiana",
    "BME": "BMAD",
    "SWX": "SIX Swiss Exchange",
    "ETR": "XETRA|Xetra",
    "FRA": "FWB",
    "VIE": "",
    "WSE": "",
    "PRA": "",
    "BUD": "",
    "STO": "Nasdaq Stockholm",
    "CPH": "Nasdaq Copenhagen",
    "HEL": "Nasdaq Helsinki",
    "OSL": "OSE|Oslo Børs",
    "MOEX": "MCX",
    "IST": "BIST",
    "TASE": "TLV",
    "TADAWUL": "Tadawul",
    "ADX": "",
    "DFM": "",
    "JSE": "",
    "NGX": "",
    "NSE": "",
    "BSE": "BOM",
    "TYO": "",
    "KRX": "KOSPI|KOSDAQ",
    "TWSE": "TPE",
    "HKEX": "HKG|SEHK|HKSE",
    "SSE": "SHA",
    "SZSE": "SHE",
    "SGX": "",
    "IDX": "",
    "BKK": "",
    "KLSE": "",
    "PSE": "",
    "ASX": "",
    "NZX": "",
    "BVMF": "B3|BOVESPA",
    "BMV": "",
}
_NAMES = {
    name: exchange for exchange, names in _EXCHANGES.items() for name in [exchange, *filter(None, names.split("|"))]
}
_OF_TWO = "TSE"
"""Tokyo and Toronto: the one has numbers for tickers, the other letters."""
_NUMBERED = {"TYO", "HKEX", "SSE", "SZSE", "KRX", "TWSE", "TADAWUL"}
_ALSO_NUMBERED = {"BSE", "KLSE"}
"""Tickers begin with a digit there, or may; elsewhere a number behind a name is none."""
_DIGITS = {"HKEX": 4, "SSE": 6, "SZSE": 6, "KRX": 6}
"""Of numbers that are written with and without zeros in front."""
_AMERICAN = frozenset({"NYSE", "NASDAQ", "NYSEAMERICAN", "NYSEARCA", "BATS"})
"""Between these companies move, and no two have one ticker."""
_NOT_SHARES = frozenset(
    "AUD BRL CAD CHF CNY COP CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NTD NZD PHP PLN RMB RUB SEK SGD "
    "THB TRY TWD USD ZAR AU CA CAN HK NZ SG US BN MM MN TN BTC DOGE ETH LTC SOL USDC USDT XRP "
    "HOME LANG PATH PWD SHELL TERM USER".split()
)
"""Behind a "$": money, how much of it, coins, and what a shell knows."""

_EXCHANGE = "|".join(sorted(map(re.escape, [*_NAMES, _OF_TWO]), key=len, reverse=True))
_TICKER = r"(?![AI] [a-z\d])[A-Z0-9&]{1,12}(?:[.\-/][A-Z]{1,2})?(?![\w$]|\s?:)"
_COLON = re.compile(rf":[ \u00a0]?(?={_TICKER})")
"""Looked for first: there are fewer of them than places where the name of an exchange may begin."""
_BEFORE_COLON = re.compile(
    rf"(?<![\w$])(?P<first>{_EXCHANGE})(?P<others>(?:(?:\s?[/,;&]\s?|\sand\s)(?:{_EXCHANGE}))*)[ \u00a0]?$"
)
_MAX_BEFORE_COLON = 80
_BEHIND_COLON = re.compile(rf"{_TICKER}(?:(?:\s?[,;/&]\s?|\sand\s){_TICKER}(?=\s?[,;/&)]|\sand\s))*")
"""Of further ones the last is followed by a bracket: in "NYSE: GM, US officials" there is one."""
_CASHTAG = re.compile(r"(?<![\w$€£¥])\$([A-Z]{1,5}(?:[.\-][A-Z])?)(?![\w$])")
_ASKED = re.compile(
    rf"\$?(?:(?P<exchange>{_EXCHANGE})\s*:\s*)?(?P<ticker>[A-Z0-9&]{{1,12}}(?:[.\-/][A-Z]{{1,2}})?)",
    re.IGNORECASE | re.ASCII,  # else "ı" is an "i" to the pattern and to nothing else
)


@dataclass(frozen=True, slots=True)
class Listing:
    exchange: str | None
    """As one of EXCHANGES; None where it is not told."""
    ticker: str

    def __str__(self) -> str:
        return f"{self.exchange}: {self.ticker}" if self.exchange else self.ticker


@dataclass(frozen=True, slots=True)
class Stated:
    """Listings of one company, as they stand in a text."""

    listings: tuple[Listing, ...]
    start: int
    end: int


EXCHANGES = tuple(_EXCHANGES)


def listing(exchange: str, ticker: str) -> Listing | None:
    """None where there is no such exchange, or none with such tickers."""
    if exchange == _OF_TWO:
        exchange = "TYO" if ticker[0].isdigit() else "TSX"
    name = _NAMES.get(exchange)
    if name is None or (name in _NUMBERED and not ticker[0].isdigit()):
        return None
    if ticker.isdigit() and name not in _NUMBERED | _ALSO_NUMBERED:
        return None
    plain = ticker.replace("-", ".").replace("/", ".")
    return Listing(name, plain.lstrip("0").zfill(_DIGITS[name]) if plain.isdigit() and name in _DIGITS else plain)


def are_alike(one: Listing, other: Listing) -> bool:
    """Whether both may be the same shares."""
    if one.exchange is None or other.exchange is None:
        return one.ticker == other.ticker
    return one.ticker == other.ticker and other.exchange in alike(one.exchange)


def alike(exchange: str) -> frozenset[str]:
    """The exchange, and those on which the same ticker is the same company's."""
    return _AMERICAN if exchange in _AMERICAN else frozenset({exchange})


def is_american(one: Listing) -> bool:
    return one.exchange in _AMERICAN


def stated(text: str) -> Iterator[Stated]:
    """Exchange and ticker first, then cashtags, each in order."""
    for colon in _COLON.finditer(text):
        first = max(0, colon.start() - _MAX_BEFORE_COLON)
        named = _BEFORE_COLON.search(text[first : colon.start()])
        tickers = _BEHIND_COLON.match(text, colon.end())
        if named and tickers:
            exchanges = [named["first"], *re.findall(_EXCHANGE, named["others"])]
            found = [
                one
                for ticker in re.findall(_TICKER, tickers[0])
                for exchange in exchanges
                if (one := listing(exchange, ticker))
            ]
            if found:
                yield Stated(tuple(found), first + named.start(), tickers.end())
    for tag in _CASHTAG.finditer(text):
        if tag[1] not in _NOT_SHARES:
            yield Stated((Listing(None, tag[1].replace("-", ".")),), tag.start(), tag.end())


def asked(value: str) -> Listing | None:
    """The listing that somebody means who types "$TSLA", "nasdaq:tsla" or "TSLA"; None where it cannot be one."""
    typed = _ASKED.fullmatch(value.strip())
    if typed is None:
        return None
    ticker = typed["ticker"].upper()
    if typed["exchange"] is None:
        return Listing(None, ticker.replace("-", ".").replace("/", "."))
    exchange = next(name for name in [*_NAMES, _OF_TWO] if name.casefold() == typed["exchange"].casefold())
    return listing(exchange, ticker)
