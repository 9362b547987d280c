"""Where dates stand in a text."""

import pytest

from assistant.dates import date_spans, in_words


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It opened on Monday, March 23, 2021, and closes in May.", ["Monday, March 23, 2021", "May"]),
        ("The deal of 4 November 2023 took effect at 15:05.", ["4 November 2023", "15:05"]),
        ("He came in June 2016 and left on the 3rd of May.", ["June 2016", "3rd of May"]),
        ("He spoke on Nov. 3 and again on Friday.", ["Nov. 3", "Friday"]),
        ("From the 19th century to the 1990s.", ["19th century", "1990s"]),
        ("May he come? About 12,500 did.", []),
    ],
)
def test_dates_are_found_as_people_write_them(sentence: str, found: list[str]) -> None:
    assert [sentence[start:end] for start, end in date_spans(sentence)] == found


def test_a_date_is_told_in_words_to_the_day() -> None:
    assert in_words("2024-04-08") == "April 8, 2024"
    assert in_words("2018-08-28T19:40:00-04:00") == "August 28, 2018"
    assert in_words(None) == ""
