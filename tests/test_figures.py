"""Numbers and dates: one value however they are written."""

import pytest

from assistant.figures import days, days_meant, figures, is_among, weekdays


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3,000 visitors, 3000 of them", {3_000}),
        ("three thousand visitors", {3_000}),
        ("€412m, or 412 million euros", {412_000_000}),
        ("1.02 billion", {1_020_000_000}),
        ("eighty-eight votes to eighty-one", {88, 81}),
        ("two thousand three hundred and five", {2_305}),
        ("two dozen and a dozen", {24, 12}),
        ("9.5% and 9.5 percent", {9.5}),
        ("a 16-year-old on the 15th floor", {16, 15}),
        ("$541.20", {541.2}),
        ("162 km and 162 metres", {162}),
        ("31 000 hectares, 2 or 3 houses, 1 204 000 people", {31_000, 2, 3, 1_204_000}),
        ("one of them, millions of others", set()),
        ("", set()),
    ],
)
def test_a_number_is_one_value_however_it_is_written(text: str, expected: set[float]) -> None:
    assert figures(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 4 November 2023", {(2023, 11, 4)}),
        ("Nov. 4, 2023, and November 5", {(2023, 11, 4), (None, 11, 5)}),
        ("2023-11-04", {(2023, 11, 4)}),
        ("since March 2016, in May, in 1998", {(2016, 3, None), (None, 5, None), (1998, None, None)}),
        ("it may rain; they march on; 1,998 of 2,023", set()),
    ],
)
def test_dates_are_told_as_far_as_they_go_and_are_no_numbers(text: str, expected: set[object]) -> None:
    assert days(text) == expected
    if expected:
        assert figures(text) == set()


def test_a_weekday_stands_for_the_last_and_the_next_one_of_the_articles_day() -> None:
    assert weekdays("late on Sunday") == {"Sunday"}
    assert days_meant("late on Sunday", "2014-10-13") == {(2014, 10, 12), (2014, 10, 19)}
    assert days_meant("on Monday", "2014-10-13") == {(2014, 10, 13), (2014, 10, 20)}
    assert days_meant("late on Sunday", None) == set()


def test_a_day_without_a_year_is_of_a_year_near_the_articles() -> None:
    meant = days_meant("It begins on January 3; last year it did not.", "2022-12-20")
    assert is_among((2023, 1, 3), meant)
    assert is_among((None, 1, 3), meant)
    assert is_among((2021, None, None), meant)
    assert not is_among((2019, 1, 3), meant)
    assert not is_among((2023, 1, 4), meant)


def test_numbers_of_any_length_are_read_in_no_time() -> None:
    assert len(figures("9" * 300 + " " + "seven " * 20_000 + "1,000," * 20_000)) > 0


@pytest.mark.parametrize(("published_at", "within"), [("9999-12-31", (9999, 12, 27)), ("0001-01-01", (1, 1, 8))])
def test_days_beyond_the_calendar_are_left_out(published_at: str, within: object) -> None:
    assert days_meant("On Monday, yesterday and tomorrow", published_at) >= {within}
