"""What a text states in numbers: of which kind, in which unit, where it stands, and whether two agree."""

import pytest

from assistant.topics.quantities import Quantity, quantities

DAY = "2003-05-07"  # a Wednesday


def stated(text: str) -> list[tuple[str, str, float | str, str]]:
    return [(one.kind, one.unit, one.value, text[one.start : one.end]) for one in quantities(text, DAY)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nine people drowned on Friday.", [("count", "", 9.0, "Nine"), ("date", "", "2003-05-02", "Friday")]),
        ("$1.2bn, 2bn dollars", [("money", "dollar", 1.2e9, "$1.2bn"), ("money", "dollar", 2e9, "2bn dollars")]),
        ("thirteen euros, not €18", [("money", "euro", 13.0, "thirteen euros"), ("money", "euro", 18.0, "€18")]),
        ("SKr36bn, 38bn kronor", [("money", "krone", 3.6e10, "SKr36bn"), ("money", "krone", 3.8e10, "38bn kronor")]),
        ("71% and 22 per cent", [("percent", "", 71.0, "71%"), ("percent", "", 22.0, "22 per cent")]),
        ("gusts of 75 km/h", [("measure", "kilometre an hour", 75.0, "75 km/h")]),
        ("2,000 acres", [("measure", "hectare", 809.372, "2,000 acres")]),
        ("3 square kilometres", [("measure", "hectare", 300.0, "3 square kilometres")]),
        ("In June 2004 it opened.", [("date", "", "2004-06", "June 2004")]),
    ],
)  # fmt: skip
def test_numbers_are_read_with_their_units_where_they_stand(
    text: str, expected: list[tuple[str, str, float | str, str]]
) -> None:
    assert stated(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It crossed Highway 31.",
        "At 7.30 p.m. and 12:45 they left at six o'clock.",
        "She came 3rd, on the 15th floor.",
        "It took 31 days and five hours.",
        "a 16-year-old on page 4",
        "eleven times the average",
        "one of them",
    ],
)
def test_names_times_ordinals_and_durations_are_no_quantities(text: str) -> None:
    assert stated(text) == []


def one(text: str) -> Quantity:
    [found] = quantities(text, DAY)
    return found


@pytest.mark.parametrize(
    ("text", "other", "agree"),
    [
        ("34 people", "thirty-four men", True),
        ("34 people", "36 people", False),
        ("about 34 people", "36 people", True),
        ("more than 34 people", "60 people", False),
        ("800 hectares", "1,977 acres", True),
        ("800 hectares", "1,900 acres", False),
        ("in May 2003", "on 2 May 2003", True),
        ("in 2003", "on 2 May 2003", True),
        ("in June 2003", "on 2 May 2003", False),
    ],
)
def test_two_agree_where_both_may_be_said_of_one_thing(text: str, other: str, agree: bool) -> None:
    assert one(text).is_comparable(one(other))
    assert one(text).agrees(one(other)) is agree
    assert one(other).agrees(one(text)) is agree


@pytest.mark.parametrize(("text", "other"), [("€5", "$5"), ("5 km", "5 hectares"), ("5%", "5 people")])
def test_of_other_units_none_are_compared(text: str, other: str) -> None:
    assert not one(text).is_comparable(one(other))
