"""Dates as they are written, out as ISO 8601 or not at all."""

from datetime import UTC, date, datetime

import pytest

from index.ingest.dates import date_in_name, iso_date


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2021-03-29", "2021-03-29"),
        (" 20210329 ", "2021-03-29"),
        ("2021/03/29", "2021-03-29"),
        ("2021-03-29T10:00:00Z", "2021-03-29T10:00:00+00:00"),
        ("2021-03-29T10:00:00.5+02:00", "2021-03-29T10:00:00.500000+02:00"),
        ("2021-03-29 10:00", "2021-03-29T10:00:00"),
        ("2021-03-29 10:00:00 -0700", "2021-03-29T10:00:00-07:00"),
        ("2021-03-29 10:00:00 UTC", "2021-03-29T10:00:00+00:00"),
        ("Mon, 29 Mar 2021 10:00:00 GMT", "2021-03-29T10:00:00+00:00"),
        ("29 Mar 2021 10:00:00 EDT", "2021-03-29T10:00:00-04:00"),
        ("Mon, 29 Mar 2021 10:00:00 +0530", "2021-03-29T10:00:00+05:30"),
        ("29 March 2021", "2021-03-29"),
        ("March 29, 2021", "2021-03-29"),
        ("Sept. 3, 2023", "2023-09-03"),
        ("Nov. 3, 2023 4:35 p.m.", "2023-11-03T16:35:00"),
        ("August 19, 2022 at 7:00 a.m. EDT", "2022-08-19T07:00:00-04:00"),
        ("3 March 2024, 10:15 GMT", "2024-03-03T10:15:00+00:00"),
        ("10:15 GMT, 14 Sep 2023", "2023-09-14T10:15:00+00:00"),
        ("November 8, 2023 12.21pm CET", "2023-11-08T12:21:00+01:00"),
        ("Dec 18, 2023 / 06:12 PM EST", "2023-12-18T18:12:00-05:00"),
        ("12 a.m., 3rd of May 2020", "2020-05-03T00:00:00"),
        ("5:02 a.m. ET Jan. 9, 2024", "2024-01-09"),
        ("9 January 2024 10:15 BST", "2024-01-09"),
        ("1969-07-20", "1969-07-20"),
        (date(2021, 3, 29), "2021-03-29"),
        (datetime(2021, 3, 29, 10, tzinfo=UTC), "2021-03-29T10:00:00+00:00"),
    ],
)
def test_dates_come_out_as_iso_8601(stated: object, expected: str) -> None:
    assert iso_date(stated) == expected


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "2021",
        "2021-03",
        "March 29",
        "29 Mar 21 10:00:00 GMT",
        "03/29/2021",
        "2021-02-30",
        "31 June 2021",
        "yesterday",
        "10:00",
        "Marathon 3, 2021",
        "29 Mar 2021 10:00:00 XYZ",
        "29 Mar 2021 13:00 p.m.",
        "29 Mar 2021, 7",
        "29 Mar 2021 0 a.m.",
        "٢٠٢١-٠٣-٢٩",
        "2021-03-29T25:00",
        1617012000,
        20210329.0,
        True,
        None,
        ["2021-03-29"],
        "2021-03-29" * 1000,
        "0000-01-01",
    ],
)
def test_what_would_take_a_guess_is_no_date(stated: object) -> None:
    assert iso_date(stated) is None


@pytest.mark.parametrize("name", ["20210329.txt", "a-2021-03-29.txt", "2021-03-290.txt", "2021-13-01.txt", ""])
def test_a_file_name_that_does_not_start_with_a_date(name: str) -> None:
    assert date_in_name(name) is None
