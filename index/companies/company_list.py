"""The list of companies that are known by their names: CSV in, names and listings to look up out.

A line has the company's `name`, its `listings` ("NYSE:BHP ASX:BHP", the first of them the one that is shown), `aliases`
that stand for it wherever they occur, names that are `ambiguous` ("Apple": also a fruit) and `not`, longer phrases that
are something else ("Big Apple"); of these several are parted by "|". A name that is among the ambiguous ones is so.
The list that comes along is of our own making; another one of this form may take its place.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index.companies.listings import EXCHANGES, Listing, are_alike, asked, is_american, listing
from index.companies.names import WORD, name_key, variants
from index.errors import BadCompanies, shown

SHIPPED = Path(__file__).with_name("companies.csv")
RULES = 1
"""Raised with every change of what is recognised: articles are then gone through again, as for another list."""
COLUMNS = ("name", "listings", "aliases", "ambiguous", "not")
MAX_BYTES = 8 * 1024**2
MAX_COMPANIES = 50_000
MAX_IN_A_CELL = 50
MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    listings: tuple[Listing, ...] = ()

    @property
    def exchange(self) -> str | None:
        return self.listings[0].exchange if self.listings else None

    @property
    def ticker(self) -> str | None:
        return self.listings[0].ticker if self.listings else None


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    company: Company | None
    """None for a phrase that names none of those that it seems to."""
    is_sure: bool


class CompanyList:
    def __init__(self, content: bytes, where: str) -> None:
        """`where`: how messages call it. Raises BadCompanies for what is no such list."""
        self.version = hashlib.sha256(b"%d\n" % RULES + content).hexdigest()[:16]
        self.names: dict[str, tuple[Name, ...]] = {}
        """By their first word, the longest first."""
        self._tickers: dict[str, list[Company]] = {}
        self._asked: dict[str, set[Company]] = {}
        lines: dict[str, int] = {}
        written: dict[str, Name] = {}
        for line, row in _rows(content, where):
            here = f"{where}, line {line}"
            company, own = _read(row, here)
            for name in own:
                if name.text in written:
                    raise _refuse(here, f"{shown(name.text)} is in line {lines[name.text]}, too", "each name once")
                written[name.text], lines[name.text] = name, line
            for one in company.listings:
                self._add_listing(one, company, here)
        names = dict(written)
        for name in written.values():
            for text in variants(name.text):
                names.setdefault(text, replace(name, text=text))
            if name.company:
                self._asked.setdefault(name_key(name.text), set()).add(name.company)
        by_word: dict[str, list[Name]] = {}
        for name in names.values():
            by_word.setdefault(WORD.findall(name.text)[0], []).append(name)
        self.names = {word: tuple(sorted(some, key=lambda name: -len(name.text))) for word, some in by_word.items()}

    def _add_listing(self, one: Listing, company: Company, here: str) -> None:
        others = self._tickers.setdefault(one.ticker, [])
        if other := next((other for other in others if one in other.listings and other != company), None):
            raise _refuse(here, f"{one} is of {shown(other.name)}, too", "each listing once")
        if company not in others:
            others.append(company)

    def listed(self, one: Listing) -> Company | None:
        """Who has that listing; of a ticker without its exchange an American one before others."""
        found = [
            (other, company)
            for company in self._tickers.get(one.ticker, ())
            for other in company.listings
            if are_alike(one, other)
        ]
        exact = [company for other, company in found if other == one]
        american = [company for other, company in found if is_american(other)]
        return next(iter([*exact, *american, *(company for _, company in found)]), None)

    def named(self, value: str) -> set[Company]:
        """Those that somebody may mean by a name, an alias or a listing, whatever its case."""
        found = set(self._asked.get(name_key(value), ()))
        if one := asked(value):
            found.update(
                company
                for company in self._tickers.get(one.ticker, ())
                if any(are_alike(one, other) for other in company.listings)
            )
        return found


@cache
def shipped() -> CompanyList:
    return CompanyList(SHIPPED.read_bytes(), SHIPPED.name)


def read_list(path: Path) -> CompanyList:
    """The one in a file. Raises BadCompanies."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refuse(str(path), f"it cannot be read ({error.strerror or error})", "a CSV file") from error
    if len(content) > MAX_BYTES:
        raise _refuse(str(path), "it has more than 8 MB", f"at most {MAX_COMPANIES:,} companies")
    return CompanyList(content, str(path))


def _rows(content: bytes, where: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse(where, f"byte {error.start:,} is not UTF-8", "a CSV file in UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise _refuse(f"{where}, line 1", f"it has the columns {shown(reader.fieldnames)}", ",".join(COLUMNS))
        for count, row in enumerate(reader, start=1):
            if count > MAX_COMPANIES:
                raise _refuse(where, f"it has more than {MAX_COMPANIES:,} lines", "fewer")
            if None in row or None in row.values():
                raise _refuse(f"{where}, line {reader.line_num}", f"it is {shown(row)}", "five cells")
            yield reader.line_num, row
    except csv.Error as error:
        raise _refuse(f"{where}, line {reader.line_num}", f"it is no CSV ({error})", ",".join(COLUMNS)) from None


def _read(row: Mapping[str, str], where: str) -> tuple[Company, list[Name]]:
    cells = {column: [part.strip() for part in row[column].split("|") if part.strip()] for column in COLUMNS}
    for column in ("aliases", "ambiguous", "not"):
        if len(cells[column]) > MAX_IN_A_CELL:
            raise _refuse(where, f"`{column}` has {len(cells[column])} names", f"at most {MAX_IN_A_CELL}")
    for name in [name for column in ("name", "aliases", "ambiguous", "not") for name in cells[column]]:
        if len(name) > MAX_NAME_CHARS or not name.isprintable() or not WORD.match(name):
            raise _refuse(
                where, f"a name is {shown(name)}", f"one of at most {MAX_NAME_CHARS}, a letter or digit first"
            )
    if len(cells["name"]) != 1:
        raise _refuse(where, f"`name` is {shown(row['name'])}", "one name")
    [name] = cells["name"]
    company = Company(name, tuple(_listing(one, where) for one in row["listings"].split()[:MAX_IN_A_CELL]))
    sure = [one for one in [name, *cells["aliases"]] if one not in cells["ambiguous"]]
    return company, [
        *(Name(one, company, True) for one in sure),
        *(Name(one, company, False) for one in cells["ambiguous"]),
        *(Name(one, None, True) for one in cells["not"]),
    ]


def _listing(written: str, where: str) -> Listing:
    exchange, _, ticker = written.partition(":")
    found = listing(exchange, ticker) if re.fullmatch(r"[A-Z0-9&]{1,12}(?:[.\-/][A-Z]{1,2})?", ticker) else None
    if found is None:
        raise _refuse(
            where, f"a listing is {shown(written)}", f"EXCHANGE:TICKER, the exchange one of {', '.join(EXCHANGES)}"
        )
    return found


def _refuse(where: str, what: str, expected: str) -> BadCompanies:
    return BadCompanies(
        f"The list of companies cannot be used: {where}: {what}; expected {expected}. Mend it, or leave "
        "ASSISTANT_COMPANIES empty for the list that comes with the program."
    )
