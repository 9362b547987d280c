"""Companies in texts: by listings, by names of the list, sure and ambiguous, and by what a text introduces."""

import csv
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.companies.company_list import SHIPPED, CompanyList, read_list, shipped
from index.companies.listings import asked, stated
from index.companies.recognise import companies_in
from index.errors import BadCompanies

DATA = Path(__file__).parent / "data"
SEEDS = Path(__file__).parent.parent / "seeds"
HEAD = "name,listings,aliases,ambiguous,not\n"


def told(text: str, title: str = "", known: CompanyList | None = None) -> dict[str, list[str]]:
    """Each company that is named, and the words that do so."""
    found = companies_in(title, text, known or shipped())
    return {named.company.name: [text[start:end] for start, end in named.spans] for named in found}


def list_of(*lines: str) -> CompanyList:
    return CompanyList((HEAD + "\n".join(lines)).encode(), "own.csv")


# -- listings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It closed higher (NYSE:IBM).", ["NYSE: IBM"]),
        ("NASDAQ: TSLA and Nasdaq: MSFT", ["NASDAQ: TSLA", "NASDAQ: MSFT"]),
        ("(NYSE: BRK.A, BRK-B)", ["NYSE: BRK.A", "NYSE: BRK.B"]),
        ("(NYSE, TSX: SHOP)", ["NYSE: SHOP", "TSX: SHOP"]),
        ("(NYSE/LSE: RIO; ASX: RIO)", ["NYSE: RIO", "LSE: RIO", "ASX: RIO"]),
        ("LON:VOD", ["LSE: VOD"]),
        ("(TYO: 7203), (TSE: 7203), (TSE: RY)", ["TYO: 7203", "TYO: 7203", "TSX: RY"]),
        ("(HKG: 700) and (HKEX:0700)", ["HKEX: 0700", "HKEX: 0700"]),
        ("NYSE: GM, US officials said", ["NYSE: GM"]),
        ("$TSLA, $BRK.B and $F", ["TSLA", "BRK.B", "F"]),
        ("The Nasdaq: A rough week. The NYSE: 12 halts. NOTE: GM. TIME: 12:30. SHE: I DO. NYSE: gm", []),
        ("$100, $US 5, $AUD, US$AAPL, $US5, $BTC, A$AP, $tsla, $TOOLONG, $$AB", []),
    ],
)
def test_a_listing_is_told_by_its_exchange_or_a_dollar_sign(text: str, found: list[str]) -> None:
    assert [str(listing) for one in stated(text) for listing in one.listings] == found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tsla", "TSLA"),
        (" $TSLA ", "TSLA"),
        ("nasdaq:tsla", "NASDAQ: TSLA"),
        ("$LON: vod", "LSE: VOD"),
        ("brk-b", "BRK.B"),
        ("tse: 7203", "TYO: 7203"),
        ("NOWHERE: TSLA", None),
        ("A\u0131M: VOD", None),
        ("Tesla Motors", None),
        ("", None),
    ],
)
def test_a_listing_is_asked_for_in_any_of_its_forms(typed: str, meant: str | None) -> None:
    one = asked(typed)
    assert (str(one) if one else None) == meant


def test_a_ticker_without_its_exchange_is_an_american_company_before_others() -> None:
    assert list(told("Traders bought $T and $RIO.")) == ["AT&T", "Rio Tinto"]
    assert list(told("Telus (TSX: T) fell.")) == ["Telus"]


def test_an_exchange_that_a_company_has_left_still_tells_it() -> None:
    assert list(told("Walmart rose. (NYSE: PLTR) fell.")) == ["Walmart", "Palantir"]


# -- names


@pytest.mark.parametrize("line", (DATA / "companies-tune.jsonl").read_text(encoding="utf-8").splitlines())
def test_companies_are_told_from_what_is_called_alike(line: str) -> None:
    marked = json.loads(line)
    assert set(told(marked["text"])) == set(marked["companies"])


def test_of_sentences_that_the_rules_were_not_made_with_most_are_read_rightly() -> None:
    right: Counter[str] = Counter()
    for line in (DATA / "companies-test.jsonl").read_text(encoding="utf-8").splitlines():
        marked = json.loads(line)
        found, named = set(told(marked["text"])), set(marked["companies"])
        right.update(found=len(found), named=len(named), both=len(found & named))
    assert right["both"] / right["found"] >= 0.95
    assert right["both"] / right["named"] >= 0.95


def test_each_place_where_a_company_is_named_is_a_span_of_the_text() -> None:
    text = "Procter and Gamble and L’Oréal rose.\nShares of Apple Inc fell; Apple’s chief met L'Oreal. $AAPL ended up."
    assert told(text) == {
        "Procter & Gamble": ["Procter and Gamble"],
        "L'Oréal": ["L’Oréal", "L'Oreal"],
        "Apple": ["Apple", "Apple", "$AAPL"],
    }


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_text_is_made_of_its_spans_lie_in_it_in_order_and_none_in_another(seed: int) -> None:
    chance = random.Random(seed)
    pieces = (
        "Apple|Tesla|$TSLA|(NASDAQ: TSLA)|Kestrel Freight|(NYSE: KFRT)| Inc|’s|, | and |. |\n\n|NYSE|:|$|(|)|shares of"
        "| | shares|the |Ford|L’Oréal|AT&T|é|\u0130|\ud800|🌠|A|-|&|fell 3%"
    ).split("|")
    for _ in range(50):
        title, text = ("".join(chance.choices(pieces, k=chance.randint(0, 40))) for _ in range(2))
        for named in companies_in(title, text, shipped()):
            edges = [edge for span in named.spans for edge in span]
            assert edges == sorted(set(edges))
            assert all(0 <= edge <= len(text) for edge in edges)


def test_a_company_that_the_title_alone_names_has_no_span() -> None:
    assert told("The plant will close.", "Toyota leaves the island") == {"Toyota Motor": []}


def test_a_company_of_the_title_bears_out_an_ambiguous_name_in_the_text() -> None:
    assert told("Orange will close forty shops.", "Orange SA to cut jobs") == {"Orange": ["Orange"]}
    assert told("Orange will close forty shops.", "A colour fades") == {}


@pytest.mark.parametrize(
    "text",
    [
        "Ferdinand Porsche drew it. Charles Goodyear died poor.",
        "She wrote to anna@Microsoft.example and #Tesla, and read www.Tesla.com.",
        "Microsofts, PreTesla and Teslas are other words.",
        "The match is at Citi Field.",
        "Dr Okafor-Lindt and Ms Kone-Ruiz agreed.",
    ],
)
def test_a_name_within_another_word_or_name_is_none(text: str) -> None:
    assert told(text) == {}


def test_the_seed_articles_name_four_companies() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in SEEDS.iterdir()}
    assert told(texts["000_afa32b4702511f54.txt"]) == {}  # on a war; its boilerplate speaks of stocks
    found = {name for text in texts.values() for name in told(text)}
    assert found == {"BioNTech", "Cosco Shipping", "Evergreen Marine", "Pfizer"}


# -- introduced


def test_who_a_text_introduces_is_told_by_name_from_there_on() -> None:
    text = (
        "Japan's Kestrel Freight Group, Inc. (TYO: 9999) lost much. Kestrel Freight said so, and Kestrel shares fell."
    )
    [named] = companies_in("", text, shipped())
    assert (named.company.name, str(named.company.listings[0])) == ("Kestrel Freight Group", "TYO: 9999")
    assert [text[start:end] for start, end in named.spans] == [
        "Kestrel Freight Group",
        "TYO: 9999",
        "Kestrel Freight",
        "Kestrel",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("On Tuesday Kestrel Freight ($KFRT) cut its outlook.", "Kestrel Freight"),
        ("Shares in Kestrel Light & Power plc (LSE: KFRT) fell.", "Kestrel Light & Power"),
        ("The loss was known by Monday. Kestrel (NASDAQ: KFRT) will pay.", "Kestrel"),
        ("Bank of Kestrel (NASDAQ: KFRT) will pay.", "Bank of Kestrel"),
        ("The shares (NASDAQ: KFRT) stand at $14.10.", "KFRT"),
        ("Traders bought $KFRT.", "KFRT"),
    ],
)
def test_a_company_that_the_list_lacks_has_the_name_before_its_listing_or_none(text: str, name: str) -> None:
    assert list(told(text)) == [name]


def test_a_dollar_sign_before_what_nobody_knows_is_no_company_outside_of_a_market() -> None:
    assert told("Set $FOOD before you run the script, and $PATH after it.") == {}


def test_the_name_before_a_listing_wins_over_the_listing() -> None:
    assert list(told("Vodafone (NYSE: VODX) has sold its arm in Spain.")) == ["Vodafone"]


def test_what_one_text_introduces_counts_in_no_other() -> None:
    told("Kestrel Freight (NASDAQ: KFRT) lost a tenth.")
    assert told("Kestrel Freight has 900 trucks.") == {}


def test_a_ticker_alone_is_one_beside_shares_unless_it_is_a_word() -> None:
    assert list(told("TSLA shares rose, and so did shares of NVDA.")) == ["Tesla", "NVIDIA"]
    assert told("ALL shares, TEN options and shares in NOW fell. The TSLA rose.") == {}


# -- the list


def test_the_shipped_list_has_each_name_and_listing_once_and_is_in_order() -> None:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names)) >= 400
    assert names == sorted(names, key=lambda name: (name.casefold(), name))
    assert all(row["listings"] for row in rows)
    listings = Counter(listing for row in rows for listing in row["listings"].split())
    assert [one for one, count in listings.items() if count > 1] == []


def test_every_company_of_the_shipped_list_is_found_by_each_of_its_names_and_listings() -> None:
    known = shipped()
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column, separator in (("name", "|"), ("aliases", "|"), ("ambiguous", "|"), ("listings", " ")):
                for value in filter(None, row[column].split(separator)):
                    assert row["name"] in {company.name for company in known.named(value.lower())}, value


def test_a_list_of_ones_own_is_all_that_is_known() -> None:
    known = list_of('"Kestrel Freight",NASDAQ:KFRT,Kestrel,Hawk,Kestrel nest')
    text = "Kestrel bought Tesla. A Kestrel nest fell. The freight company Hawk is sure, and $KFRT rose."
    assert told(text, known=known) == {"Kestrel Freight": ["Kestrel", "Hawk", "$KFRT"]}


def test_the_version_is_that_of_what_the_list_says() -> None:
    one, other = list_of("A1,NYSE:A,,,"), list_of("A2,NYSE:A,,,")
    assert one.version == list_of("A1,NYSE:A,,,").version != other.version


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,listings\nA,NYSE:A\n", "line 1: it has the columns ['name', 'listings']; expected name,listings,"),
        (HEAD + "A,NYSE:A,,,\nB,NSDQ:B,,,\n", "line 3: a listing is 'NSDQ:B'; expected EXCHANGE:TICKER"),
        (HEAD + "A,NYSE:a,,,\n", "line 2: a listing is 'NYSE:a'"),
        (HEAD + "A,TYO:SONY,,,\n", "line 2: a listing is 'TYO:SONY'"),
        (HEAD + "A,,B,,\nB,,,,\n", "line 3: 'B' is in line 2, too"),
        (HEAD + "A,NYSE:A,,,\nB,NYSE:A,,,\n", "line 3: NYSE: A is of 'A', too"),
        (HEAD + ",NYSE:A,,,\n", "line 2: `name` is ''"),
        (HEAD + "A,NYSE:A,,\n", "line 2: it is "),
        (HEAD + "A,NYSE:A,,,,\n", "line 2: it is "),
        (HEAD + f"{'A' * 101},,,,\n", "line 2: a name is 'AAAA"),
        (HEAD + "A,,...,,\n", "line 2: a name is '...'"),
        (HEAD + f"A,,{'|'.join(f'A{n}' for n in range(51))},,\n", "line 2: `aliases` has 51 names"),
        (HEAD + '"A,,,,\n', "it is no CSV"),
        (HEAD + "A\x00,,,,\n", "line 2"),
        (HEAD + "".join(f"A{n},,,,\n" for n in range(50_001)), "it has more than 50,000 lines"),
    ],
)
def test_a_bad_list_is_refused_by_line_and_value_with_the_way_out(content: str, said: str) -> None:
    with pytest.raises(BadCompanies) as refused:
        CompanyList(content.encode(), "own.csv")
    assert said in str(refused.value)
    assert "own.csv" in str(refused.value)
    assert "leave ASSISTANT_COMPANIES empty" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"), [(b"name\xff", "byte 4 is not UTF-8"), (b"x" * (8 * 1024**2 + 1), "it has more than 8 MB")]
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "own.csv").write_bytes(content)
    with pytest.raises(BadCompanies, match=said):
        read_list(tmp_path / "own.csv")


def test_a_list_with_a_mark_of_its_encoding_and_dos_lines_is_read(tmp_path: Path) -> None:
    lines: Sequence[str] = (HEAD.strip(), "Kestrel,NYSE:KFRT,,,")
    (tmp_path / "own.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert [company.name for company in read_list(tmp_path / "own.csv").named("$kfrt")] == ["Kestrel"]
