"""What a text says of itself: byline, dates, dateline, credit."""

import pytest

from index.article import Removed
from index.ingest.clean import clean
from index.ingest.written import Dateline, Written, dateline, written

VOTED = "The council voted on Tuesday to build a new bridge over the river, after years of debate."
OPENS = "Work on the piers begins in May, and the bridge opens to traffic two years later."
COST = "It will cost $41 million, a third more than the last estimate."
STANDFIRST = "The council wants a new bridge."


def of(*lines: str, url: str | None = None, **known: str) -> Written:
    cleaned = clean("\n\n".join(lines))
    return written(cleaned.text, url=url, known=known, removed=cleaned.removed)


@pytest.mark.parametrize(
    ("line", "author", "source"),
    [
        ("By Ada Quill", "Ada Quill", None),
        ("BY ADA QUILL", "Ada Quill", None),
        ("By Ada Quill and Tom Reed, Harbour Gazette", "Ada Quill and Tom Reed", "Harbour Gazette"),
        ("By Ada Quill, Tom Reed and Jo Pike", "Ada Quill, Tom Reed and Jo Pike", None),
        ("By Ada Quill, Senior Reporter", "Ada Quill", None),
        ("By Ada Quill for the Harbour Gazette", "Ada Quill", "Harbour Gazette"),
        ("By ADA QUILL, Northern Wire", "Ada Quill", "Northern Wire"),
        ("By Ada Quill in Oldport", "Ada Quill", None),
        ("By Ada Quill ada@example.org @adaquill", "Ada Quill", None),
        ("By Dr. J.K. van der Quill-O'Neill", "Dr. J.K. van der Quill-O'Neill", None),
        ("Words by Ada Quill", "Ada Quill", None),
        ("By The Editorial Board", "The Editorial Board", None),
        ("By Northern Wire", None, "Northern Wire"),
        ("By Birthe Holm, Skagen Avis", "Birthe Holm", "Skagen Avis"),
        ("By Avis Holm", "Avis Holm", None),
        ("By Birthe Holm for Skagen Avis", "Birthe Holm", "Skagen Avis"),
        ("By Birthe Holm for Skagen Avis, Tom Reed", "Birthe Holm and Tom Reed", "Skagen Avis"),
        ("By Birthe Holm for Skagen Avis | Staff writer", "Birthe Holm", "Skagen Avis"),
        ("Ada Quill | Staff writer", "Ada Quill", None),
        ("Ada Quill, Staff Writer", "Ada Quill", None),
        ("By Ada Quill | 4 min read", "Ada Quill", None),
    ],
)
def test_a_byline_at_the_top_names_the_author_and_the_source_and_leaves_the_text(
    line: str, author: str | None, source: str | None
) -> None:
    found = of(line, VOTED, OPENS)
    assert (found.author, found.source) == (author, source)
    assert set(found.found_in.values()) == {"byline"}
    assert found.text == f"{VOTED}\n\n{OPENS}"
    assert found.removed == (Removed("byline", line),)


@pytest.mark.parametrize(
    "line",
    [
        "By Ada Lock, in the upper harbour, the barges wait",
        "By Friday",
        "By agency for the harbour",
        "The Writers",
        "News Agency",
        "Staff",
        "By Tom Quay and Reed Street the water stood a metre high",
        "By Quill's own account, the harbour was empty.",
        "By Tavu custom, the eldest speaks last.",
        "BY FRIDAY THE WATER STOOD A METRE HIGH IN REED STREET.",
        "Ada Quill",
        "Local News",
        "Ada Quill for the , Reporter",
        "",
    ],
)
def test_any_other_line_at_the_top_is_no_byline(line: str) -> None:
    found = of(line, VOTED, OPENS)
    assert (found.author, found.source, found.removed) == (None, None, ())


@pytest.mark.parametrize(
    "line",
    [
        *("By Staff", "By staff", "By A Staff Reporter", "Staff reporter", "Our own correspondent", "By Agency"),
        *(
            "By our correspondent",
            "By our own correspondent in Skagen",
            "By Staff and Agencies",
            "Staff writer | 1 day ago",
        ),
    ],
)
def test_a_byline_that_names_nobody_goes(line: str) -> None:
    found = of(line, VOTED, OPENS)
    assert (found.text, found.author, found.source) == (f"{VOTED}\n\n{OPENS}", None, None)
    assert found.removed == (Removed("byline", line),)


@pytest.mark.parametrize(
    "subhead",
    [
        "Crowds Push for Peace Talks",
        "Hundreds March for Climate Action",
        "Baby Elephant for Oldport Zoo",
        "Thousands Rally for Press Freedom",
        "Long Wait for Bus Service",
    ],
)
def test_a_subhead_in_capitals_is_no_byline_for_what_it_is_for(subhead: str) -> None:
    found = of("By Tom Vale", subhead, VOTED, OPENS)
    assert (found.text, found.author, found.source) == (f"{subhead}\n\n{VOTED}\n\n{OPENS}", "Tom Vale", None)
    found = of(subhead, "March 29, 2021", VOTED, OPENS)
    assert (found.text, found.author, found.source) == (f"{subhead}\n\n{VOTED}\n\n{OPENS}", None, None)


def test_a_name_and_the_outlet_it_is_for_are_a_byline_beside_a_date() -> None:
    found = of("Ada Quill for the Harbour Gazette", "March 29, 2021", VOTED)
    assert (found.text, found.author, found.source) == (VOTED, "Ada Quill", "Harbour Gazette")


@pytest.mark.parametrize(
    "lines", [("By Birthe Holm",), ("By", "Birthe Holm"), ("Birthe Holm, Staff Writer",), ("Birthe Holm | Reporter",)]
)
def test_a_byline_that_says_so_goes_before_an_author_who_is_unsure(lines: tuple[str, ...]) -> None:
    found = written("\n\n".join((*lines, VOTED)), known={"author": "Ada Quill"}, unsure={"author"})
    assert (found.author, found.text) == ("Birthe Holm", VOTED)
    signed = [Removed("sign-off", "Reporting by Birthe Holm; editing by Tom Reed")]
    found = written(VOTED, known={"author": "Ada Quill"}, unsure={"author"}, removed=signed)
    assert (found.author, found.found_in) == ("Birthe Holm", {"author": "sign-off"})


@pytest.mark.parametrize(
    "lines", [("Port Said", "March 29, 2021"), ("Port Said | March 29, 2021",), ("Port Said, 29 March 2021",)]
)
def test_a_name_beside_a_date_leaves_an_author_who_is_unsure(lines: tuple[str, ...]) -> None:
    found = written("\n\n".join((*lines, VOTED)), known={"author": "Ada Quill"}, unsure={"author"})
    assert (found.author, found.published_at) == (None, "2021-03-29")


def test_a_name_alone_is_a_byline_beside_a_date_or_where_a_note_says_who_that_is() -> None:
    assert of("Ada Quill", "3 March 2024", VOTED).author == "Ada Quill"
    assert of("Ada Quill", "Harbour Gazette", "Published 3 March 2024", VOTED).source == "Harbour Gazette"
    note = "Ada Quill writes about bridges and lives in Oldport."
    found = of("Ada Quill", VOTED, OPENS, note)
    assert found.author == "Ada Quill"
    assert found.removed == (Removed("byline", "Ada Quill"), Removed("author-bio", note))


def test_a_name_alone_is_none_in_a_press_release_or_where_a_byline_stands() -> None:
    assert of("FOR IMMEDIATE RELEASE", "Gullwing Foods", "March 3, 2024", VOTED).author is None
    assert of("Stay Curious", "March 3, 2024", "By Ada Quill", VOTED).author == "Ada Quill"


def test_a_byline_stands_at_the_top_only() -> None:
    assert of(STANDFIRST, "By Ada Quill", VOTED).author == "Ada Quill"
    assert of(VOTED, OPENS, COST, "By Ada Quill", STANDFIRST).author is None


def test_by_and_the_name_may_stand_in_two_lines() -> None:
    found = of("By", "Ada Quill", VOTED)
    assert (found.author, found.text) == ("Ada Quill", VOTED)


@pytest.mark.parametrize(
    ("line", "published_at", "updated_at"),
    [
        ("Published 3 March 2024, 10:15 GMT", "2024-03-03T10:15:00+00:00", None),
        ("Updated: Nov. 3, 2023 4:35 p.m.", None, "2023-11-03T16:35:00"),
        ("Last modified on 5 April 2024", None, "2024-04-05"),
        ("March 3, 2024", "2024-03-03", None),
        ("First published: 2 May 2024", "2024-05-02", None),
        ("Release date: April 2, 2024", "2024-04-02", None),
        ("Posted: Dec 18, 2023 / 06:12 PM EST", "2023-12-18T18:12:00-05:00", None),
        ("Published 5:02 a.m. ET Jan. 9, 2024", "2024-01-09", None),
        (
            "Published: 11:03 GMT, 12 February 2024 | Updated: 14:55 GMT, 13 February 2024",
            "2024-02-12T11:03:00+00:00",
            "2024-02-13T14:55:00+00:00",
        ),
        ("Published 3 March 2024 Last updated 4 March 2024", "2024-03-03", "2024-03-04"),
        ("March 3, 2024 · 4 min read", "2024-03-03", None),
    ],
)
def test_a_line_of_dates_dates_the_article_and_leaves_the_text(
    line: str, published_at: str | None, updated_at: str | None
) -> None:
    found = of(line, VOTED, OPENS)
    assert (found.published_at, found.updated_at) == (published_at, updated_at)
    assert set(found.found_in.values()) == {"date line"}
    assert found.text == f"{VOTED}\n\n{OPENS}"
    assert found.removed == (Removed("date-line", line),)


@pytest.mark.parametrize(
    "line",
    [
        "By Ada Quill, March 3, 2024",
        "Posted on March 3, 2024 by Ada Quill",
        "Ada Quill | 3 March 2024",
        "Ada Quill — 3 March 2024",
        "By Ada Quill, 3 March 2024",
        "By Ada Quill, Sunday 3 March 2024",
        "By Ada Quill, Harbour correspondent, 3 March 2024",
        "By Ada Quill on 3 March 2024",
        "By Ada Quill 3 March 2024",
        "By Ada Quill, 3/3/2024",
    ],
)
def test_byline_and_date_may_share_a_line(line: str) -> None:
    found = of(line, VOTED)
    assert (found.author, found.published_at, found.removed) == ("Ada Quill", "2024-03-03", (Removed("byline", line),))


@pytest.mark.parametrize("line", ["By Ada Quill, 2 hours ago", "By Ada Quill | 2 hours ago", "By Ada Quill 1 day ago"])
def test_a_byline_with_the_time_since_has_no_date(line: str) -> None:
    found = of(line, VOTED)
    assert (found.author, found.published_at, found.removed) == ("Ada Quill", None, (Removed("byline", line),))


def test_publisher_and_date_may_share_a_line() -> None:
    for name in ("Cumbrian Courier", "Skagen Avis", "Der Neue Anzeiger"):
        found = of(f"{name}, 9 August 2022", VOTED)
        assert (found.source, found.author, found.published_at) == (name, None, "2022-08-09")
        assert found.text == VOTED


def test_a_date_that_may_be_of_two_days_dates_nothing_and_leaves_the_text() -> None:
    found = of("03/04/2024", VOTED, OPENS)
    assert (found.published_at, found.removed) == (None, (Removed("date-line", "03/04/2024"),))
    timeline = ["03/04/2024", VOTED, "03/05/2024", OPENS]
    assert of(*timeline).text == "\n\n".join(timeline)


@pytest.mark.parametrize(
    "line",
    [
        "Published in March, the study followed 11,000 nurses.",
        "March 3, 2024, is the day on which the law takes effect.",
        "Updated plans for the tunnel were shown on March 3, 2024",
        "Copyright 2024 Harbour Gazette",
        "March 2024",
        "3/4/24",
    ],
)
def test_any_other_line_with_a_date_dates_nothing(line: str) -> None:
    found = of(line, VOTED, OPENS)
    assert (found.published_at, found.updated_at, found.removed) == (None, None, ())


def test_the_dates_of_a_timeline_and_of_other_articles_date_nothing() -> None:
    timeline = ["March 3, 2024", VOTED, "March 5, 2024", OPENS]
    assert of(*timeline).text == "\n\n".join(timeline)
    assert of(VOTED, OPENS, COST, "More on this story", "Bridge closes", "Published 12 May 2016").published_at is None
    assert of(VOTED, OPENS, COST, "Last updated: 5 April 2024").updated_at == "2024-04-05"


@pytest.mark.parametrize(
    ("lines", "url", "known", "published_at", "where"),
    [
        (["Nov. 3"], "https://example.org/2023/11/03/bridge", {}, "2023-11-03", "the address"),
        (["Nov. 3"], "https://example.org/2023/nov/3/bridge", {}, "2023-11-03", "the address"),
        (["Friday, Nov. 3"], "https://example.org/2023-11-03-bridge", {}, "2023-11-03", "the address"),
        (["3 November"], None, {"updated_at": "2023-11-05T10:00:00Z"}, "2023-11-03", "updated_at"),
        (["31 December"], None, {"updated_at": "2024-01-02"}, "2023-12-31", "updated_at"),
        (["Nov. 3", "The bridge closed on Nov. 3, 2023."], None, {}, "2023-11-03", "a date in the text"),
    ],
)
def test_a_day_takes_its_year_from_what_stands_around_it(
    lines: list[str], url: str | None, known: dict[str, str], published_at: str, where: str
) -> None:
    found = of(*lines, VOTED, url=url, **known)
    assert found.published_at == published_at
    assert found.found_in == {"published_at": f"date line “{lines[0]}”, year from {where}"}


@pytest.mark.parametrize(
    ("line", "url", "known"),
    [
        ("Nov. 3", None, {}),
        ("Nov. 3", "https://example.org/2023/11/04/bridge", {}),
        ("Nov. 3", "https://example.org/2023/bridge", {}),
        ("Monday, Nov. 3", "https://example.org/2023/11/03/bridge", {}),
        ("Nov. 3", None, {"updated_at": "2024-03-01"}),
        ("Feb. 29", "https://example.org/2023/02/29/bridge", {}),
    ],
)
def test_a_day_that_fits_nothing_around_it_stays_unknown(line: str, url: str | None, known: dict[str, str]) -> None:
    assert of(line, VOTED, url=url, **known).published_at is None


def test_a_dateline_gives_the_date_and_the_agency_and_stays() -> None:
    story = f"SUEZ, Egypt, March 29, 2021 (Northern Wire) — {VOTED}"
    found = of(story, OPENS)
    assert (found.published_at, found.source) == ("2021-03-29", "Northern Wire")
    assert found.found_in == {"published_at": "dateline", "source": "dateline"}
    assert (found.text, found.removed) == (f"{story}\n\n{OPENS}", ())
    short = of(f"SUEZ, March 29 (Northern Wire) - {VOTED}", url="https://example.org/2021/03/29/suez")
    assert short.found_in["published_at"] == "dateline “March 29”, year from the address"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("OLDPORT (Northern Wire) — Rain fell.", "OLDPORT (Northern Wire) —"),
        ("NEW OLDPORT, Mass. - Rain fell.", "NEW OLDPORT, Mass. -"),
        ("PORT MERROW, June 5, 2023 /Tide Newswire/ -- Rain fell.", "PORT MERROW, June 5, 2023 /Tide Newswire/ --"),
        ("Oldport (Northern Wire) — Rain fell.", None),
        ("OLDPORT is wet - very wet.", None),
        ("COVID-19 spread in Oldport.", None),
        ("WASP-96 b is a planet.", None),
    ],
)
def test_a_dateline_begins_with_a_place_in_capitals(line: str, words: str | None) -> None:
    found = dateline(line)
    assert (found.words if found else None) == words


def test_a_date_behind_the_agency_of_a_dateline_is_the_articles() -> None:
    for head in ("DALLAS--(TIDE WIRE)--May 2, 2023--", "ST. ANN & EL-MINA, Texas--(TIDE WIRE)--May 2, 2023--"):
        found = of(f"{head}{VOTED}", OPENS)
        assert (found.published_at, found.source) == ("2023-05-02", "TIDE WIRE")
        assert dateline(f"{head}{VOTED}") == Dateline(head, "May 2, 2023", "TIDE WIRE", None)


def test_an_explanation_in_brackets_is_no_agency() -> None:
    assert of(f"GDP (Gross Domestic Product) - {VOTED}").source is None


def test_a_sign_off_names_the_author_where_no_byline_does() -> None:
    sign_off = "(Reporting by Ada Quill in Oldport and J. Reed; Additional reporting by Jo Pike; Editing by Bo Krantz)"
    found = of(VOTED, OPENS, sign_off)
    assert (found.author, found.found_in) == ("Ada Quill and J. Reed", {"author": "sign-off"})
    assert of("By Jo Pike", VOTED, OPENS, sign_off).author == "Jo Pike"


@pytest.mark.parametrize(
    ("line", "credit", "where"),
    [
        ("Photo by Ilse Marn on Openpix", "Ilse Marn on Openpix", "photo credit"),
        ("Image via Openpix", "Openpix", "photo credit"),
        ("Credit: Ilse Marn for Harbour Gazette", "Ilse Marn for Harbour Gazette", "photo credit"),
        ("The bridge at dawn. (NW Photo/Ilse Marn)", "NW Photo/Ilse Marn", "caption"),
        ("The bridge at dawn [Ilse Marn/Harbour Gazette]", "Ilse Marn/Harbour Gazette", "caption"),
        ("The bridge at dawn. Photo: Ilse Marn", "Ilse Marn", "caption"),
        ("The Greens stand at 41% (Northern Wire/Polls).", None, None),
    ],
)
def test_a_credit_names_whose_picture_it_is(line: str, credit: str | None, where: str | None) -> None:
    found = of(line, VOTED, OPENS)
    assert (found.image_credit, found.found_in.get("image_credit")) == (credit, where)


def test_a_release_names_its_source_and_a_republished_article_its_first_day() -> None:
    assert of(VOTED, OPENS, "SOURCE Gullwing Foods").found_in == {"source": "source line"}
    assert of(VOTED, OPENS, "Source: Gullwing Foods").source is None
    found = of(VOTED, OPENS, "This article was originally published by Common Ground on 3 March 2024.")
    assert found.found_in == {"published_at": "line on the first publication"}
    assert found.published_at == "2024-03-03"


def test_what_is_known_is_not_looked_for_but_its_line_leaves_the_text_all_the_same() -> None:
    found = of("By Ada Quill", "March 3, 2024", VOTED, author="A. Quill", published_at="2024-03-02")
    assert (found.author, found.published_at, found.found_in) == (None, None, {})
    assert (found.text, len(found.removed)) == (VOTED, 2)
    assert of("Ada Quill", VOTED, author="Ada Quill").text == VOTED


def test_a_note_on_the_author_goes_and_one_on_others_stays() -> None:
    note = "Ada Quill covers shipping for the Gazette."
    assert of("By Ada Quill", VOTED, note).removed[1] == Removed("author-bio", note)
    assert of(VOTED, note, author="Tom Reed and Ada Quill").removed == (Removed("author-bio", note),)
    assert of(VOTED, note, author="Tom Reed").removed == ()
    assert of(note, *[VOTED] * 6, author="Ada Quill").removed == ()


def test_the_heading_of_a_note_on_the_author_goes_with_it_and_stays_without_it() -> None:
    heading, note = "About the author", "Ada Quill covers shipping for the Gazette."
    assert of("By Ada Quill", VOTED, heading, note).removed[1:] == (
        Removed("author-bio", heading),
        Removed("author-bio", note),
    )
    assert of("By Ada Quill", VOTED, heading, OPENS).text == "\n\n".join((VOTED, heading, OPENS))


def test_a_text_of_nothing_but_a_byline_stays() -> None:
    assert of("By Ada Quill").text == "By Ada Quill"
    assert written("").text == ""


@pytest.mark.parametrize(
    "line",
    [
        "By " + "A " * 500_000,
        ("By " + "A and " * 32 + "\n") * 5_000,
        ("10:15 " + "by " * 60 + "\n") * 5_000,
        "3 March 2024\n" * 70_000,
        ("“" * 199 + "\n") * 5_000,
        ("(" * 199 + "\n") * 5_000,
        "OLDPORT, " + "A" * 1_000_000,
    ],
    ids=range(7),
)
def test_a_megabyte_of_the_worst_is_read(line: str) -> None:
    url = f"https://example.org/{'2024/' * 300}"
    removed = [Removed("sign-off", f"Reporting by {'A. ' * 300_000}"), Removed("republished", "published " * 100_000)]
    assert written(line, url=url, removed=removed).published_at in {None, "2024-03-03"}
    assert dateline(line) is None
