"""The dates that a sentence tells, counted from the day of its article."""

import pytest

from assistant.topics.when import told

WEDNESDAY = "2003-05-07"


def dates(sentence: str, published_at: str | None = WEDNESDAY) -> list[str]:
    return [one.date for one in told(sentence, published_at)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The dam gave way on Friday.", ["2003-05-02"]),
        ("Friday's vote was close.", ["2003-05-02"]),
        ("The minister resigned on Wednesday.", ["2003-05-07"]),
        ("It closed last Wednesday.", ["2003-04-30"]),
        ("It opened last Tuesday.", ["2003-05-06"]),
        ("Two people died yesterday, police said today.", ["2003-05-06", "2003-05-07"]),
        ("The fire broke out four days ago.", ["2003-05-03"]),
        ("On May 2 the spillway broke.", ["2003-05-02"]),
        ("The strike began on December 3.", ["2002-12-03"]),
        ("In April, officials warned of it.", ["2003-04"]),
        ("It was due to reopen last month.", ["2003-04"]),
        ("It had been closed since June.", ["2002-06"]),
        ("The levy fell by 3% last year.", ["2002"]),
        ("He was elected two years ago.", ["2001"]),
        ("A year ago today the dam gave way.", ["2002-05-07"]),
        ("On 14 February this year he watched from a wheelchair.", ["2003-02-14"]),
        ("The launch had been scheduled for Monday.", ["2003-05-05"]),
        ("He was arrested on 3 May and released two days later.", ["2003-05-03", "2003-05-05"]),
        ("He spent part of Monday in Italy.", ["2003-05-05"]),
        ("Update, May 6: Experts boarded the ship on Tuesday.", ["2003-05-06"]),
        ("As of Aug. 4, four were affected.", ["2002-08-04"]),
        ("The consul, abducted on the 14th, was seen alive on Friday.", ["2003-04-14", "2003-05-02"]),
    ],
)
def test_what_happened_lies_before_the_article(sentence: str, expected: list[str]) -> None:
    assert dates(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The dam will be inspected on Friday.", ["2003-05-09"]),
        ("On Monday the council will meet.", ["2003-05-12"]),
        ("The hearing is due on June 3.", ["2003-06-03"]),
        ("Work will begin in February.", ["2004-02"]),
        ("Trains are to run again next Wednesday.", ["2003-05-14"]),
        ("The gates open tomorrow.", ["2003-05-08"]),
        ("A decision is expected next month.", ["2003-06"]),
        ("It will pay the rest next year.", ["2004"]),
        ("The talks resume on Monday.", ["2003-05-12"]),
        ("It is to open in October next year.", ["2004-10"]),
        ("The hearing was put off until Friday.", ["2003-05-09"]),
        ("The contract, which was to end on 31 October, will be extended.", ["2003-10-31"]),
        ("The festival runs from 3 to 7 July.", ["2003-07-03", "2003-07-07"]),
        ("The procession sets out from the fish market on the 23rd.", ["2003-05-23"]),
        ("In two days' time the princess is crowned.", ["2003-05-09"]),
    ],
)
def test_what_is_to_come_lies_after_it(sentence: str, expected: list[str]) -> None:
    assert dates(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The council, which met on Monday, will vote on Thursday.", ["2003-05-05", "2003-05-08"]),
        ("She said on Tuesday that the gates would open on 12 May 2004.", ["2003-05-06", "2004-05-12"]),
        ("The dam, built in 1987, gave way on Friday.", ["1987", "2003-05-02"]),
    ],
)
def test_each_date_goes_by_the_verb_that_it_stands_with(sentence: str, expected: list[str]) -> None:
    assert dates(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The bridge reopened on Sunday, May 4, 2003.", ["2003-05-04"]),
        ("It was signed on 2003-05-04.", ["2003-05-04"]),
        ("A report of March 2001 said so.", ["2001-03"]),
        ("The dam was built in 1987.", ["1987"]),
        ("On the 3rd of May 2003 he died.", ["2003-05-03"]),
        ("There had been none since Feb. 26, 1979.", ["1979-02-26"]),
        ("It was filed on 25/4/2003.", ["2003-04-25"]),
        ("It was built between 1998 and 2001.", ["1998", "2001"]),
    ],
)
def test_a_date_with_its_year_needs_no_article(sentence: str, expected: list[str]) -> None:
    assert dates(sentence) == dates(sentence, None) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The 2002 budget was cut.",
        "May the best win; some 2,003 people came.",
        "It cost $1999 and weighed 2001.5 kg.",
        "It began two weeks later, on the 31st of June.",
        "The flat has 1987-style windows.",
        "April Dawson and June Castell work for the Sunday Lantern.",
        "The committee meets on a Friday.",
        "The form is stamped 3/5/2003.",
        "It was seen that Friday.",
        "It took in 8.8% more than in 2002.",
        "It took in 8.8% more than in the same months of 2002.",
        "Tugs pulled with the tide that followed Sunday's full moon.",
        "Some 2003 tonnes of scrap are rusting there.",
    ],
)
def test_what_is_no_date_or_only_describes_is_left_out(sentence: str) -> None:
    assert dates(sentence) == []


def test_a_year_told_beside_its_day_is_one_date() -> None:
    assert dates("In 2001, on 5 July 2001, it sank.") == ["2001-07-05"]


def test_a_date_says_where_it_stands_and_how_exactly_it_is_known() -> None:
    sentence = "In April it rained, and on Friday the dam, built in 1987, gave way."
    found = told(sentence, WEDNESDAY)
    assert [(sentence[one.start : one.end], one.precision) for one in found] == [
        ("April", "month"),
        ("Friday", "day"),
        ("1987", "year"),
    ]


def test_days_that_are_not_in_the_calendar_are_no_dates() -> None:
    assert dates("On February 29 it closed.", "2003-05-07") == []
    assert dates("On 31 June 2003 it closed.") == []
    assert dates("It ended last year.", "0001-03-01") == []
