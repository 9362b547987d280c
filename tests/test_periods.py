"""Spans of days, as people write them in a question."""

import datetime as dt

import pytest

from assistant.question.periods import now_for, periods

WEDNESDAY = dt.date(2024, 5, 29)


def read(text: str) -> list[tuple[str, str | None, str | None]]:
    return [
        (
            text[p.start : p.end],
            p.after.isoformat() if p.after else None,
            p.before.isoformat() if p.before else None,
        )
        for p in periods(text, WEDNESDAY)
    ]


@pytest.mark.parametrize(
    ("words", "after", "before"),
    [
        ("in February 2024", "2024-02-01", "2024-02-29"),
        ("in 2019", "2019-01-01", "2019-12-31"),
        ("on 3 June 2023", "2023-06-03", "2023-06-03"),
        ("on June 3rd, 2023", "2023-06-03", "2023-06-03"),
        ("on 2023-06-03", "2023-06-03", "2023-06-03"),
        ("on 12/24/2022", "2022-12-24", "2022-12-24"),
        ("on 24/12/2022", "2022-12-24", "2022-12-24"),
        ("between March and May 2022", "2022-03-01", "2022-05-31"),
        ("between 1 and 7 May 2024", "2024-05-01", "2024-05-07"),
        ("from December 2022 to January 2023", "2022-12-01", "2023-01-31"),
        ("since 2023", "2023-01-01", None),
        ("after 2020", "2021-01-01", None),
        ("before 3 June 2023", None, "2023-06-02"),
        ("until 2020", None, "2020-12-31"),
        ("yesterday", "2024-05-28", "2024-05-28"),
        ("this week", "2024-05-27", "2024-05-29"),
        ("last week", "2024-05-20", "2024-05-26"),
        ("last month", "2024-04-01", "2024-04-30"),
        ("last year", "2023-01-01", "2023-12-31"),
        ("in the past week", "2024-05-23", "2024-05-29"),
        ("in the last three days", "2024-05-27", "2024-05-29"),
        ("in the last 24 hours", "2024-05-28", "2024-05-29"),
        ("in the past 72 hours", "2024-05-26", "2024-05-29"),
        ("within the last 36 hours", "2024-05-27", "2024-05-29"),
    ],
)
def test_a_period_has_its_first_and_last_day(words: str, after: str | None, before: str | None) -> None:
    assert read(f"reports {words}, please") == [(words, after, before)]


def test_a_month_without_a_year_is_the_last_that_has_begun() -> None:
    assert read("in May") == [("in May", "2024-05-01", "2024-05-31")]
    assert read("in June") == [("in June", "2023-06-01", "2023-06-30")]


@pytest.mark.parametrize(
    "words",
    [
        *("May the mayor resign?", "a march in the rain", "31 June 2023", "01/02/2022", "since the election"),
        *("1,998 people", "last season", "on Monday", "between 7 and 9 people", "from May 2022 to March 2021", ""),
    ],
)
def test_what_is_no_certain_span_of_days_is_none(words: str) -> None:
    assert read(words) == []


def test_last_week_of_an_archive_is_counted_from_its_newest_article() -> None:
    newest = dt.date(2024, 5, 29)
    assert now_for(newest, dt.date(2024, 6, 28)) == dt.date(2024, 6, 28)
    assert now_for(newest, dt.date(2024, 6, 29)) == newest
    assert now_for(None, dt.date(2024, 6, 29)) == dt.date(2024, 6, 29)
