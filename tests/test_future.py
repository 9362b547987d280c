"""Dates behind the day on which an article is taken in."""

import datetime as dt
from dataclasses import replace

import pytest
from articles import article

from index.article import Removed
from index.ingest.future import without_future_dates
from index.library import Library

TODAY = dt.date(2024, 3, 3)
STATED = replace(
    article("a", "The comet came back."),
    updated_at="2024-03-02",
    found_in={"published_at": "date line", "updated_at": "meta date"},
)


@pytest.mark.parametrize("date", [None, "2021-03-29", "2024-03-03T10:00:00+02:00", "2024-03-05", "2024-03-05T23:59:59"])
def test_a_date_up_to_two_days_ahead_stays(date: str | None) -> None:
    stated = replace(STATED, published_at=date)
    assert without_future_dates(stated, TODAY) is stated


@pytest.mark.parametrize("date", ["2024-03-06", "2024-03-06T00:00:00+00:00", "2099-01-01", "9999-12-31"])
def test_a_later_date_is_none_and_a_note_says_what_it_was(date: str) -> None:
    found = without_future_dates(replace(STATED, published_at=date), TODAY)
    assert (found.published_at, found.updated_at) == (None, "2024-03-02")
    assert found.found_in == {"updated_at": "meta date"}
    said = f"published_at is {date} (date line): expected a day up to 2024-03-05, 2 days after the article was taken in"
    assert found.removed == (Removed("not-understood", said),)


def test_a_library_holds_no_such_date_and_the_same_again_changes_nothing(library: Library) -> None:
    late = replace(article("a", "The comet came back."), published_at="2999-01-01")
    library.add([late, replace(article("b", "The lantern stays."), published_at="2021-03-29")])
    assert library.status().newest_article == "2021-03-29"
    assert library.add([late]).unchanged == 1
