"""Lines that are not of the story: which go, by which rule, and what stays."""

from collections import Counter
from pathlib import Path

import pytest

from bench.cleaning import PARTS, lookalikes, measure, texts
from index.ingest.clean import clean, rule_of

SEED = Path(__file__).parent.parent / "seeds" / "000_afa32b4702511f54.txt"
VOTED = "The council voted on Tuesday to build a new bridge over the river, after years of debate."
OPENS = "Work on the piers begins in May, and the bridge opens to traffic two years later."
COST = "It will cost $41 million, a third more than the last estimate."


def taken(*lines: str, title: str | None = None) -> list[tuple[str, str]]:
    return [(line.rule, line.text) for line in clean("\n\n".join(lines), title=title).removed]


def test_every_line_of_the_seed_article_that_is_not_story_goes_and_every_other_stays() -> None:
    lines = SEED.read_text(encoding="utf-8").split("\n")
    cleaned = clean("\n".join(lines))
    assert [(line.rule, lines.index(line.text)) for line in cleaned.removed] == [
        ("see-also", 3),
        ("photo-credit", 8),
        ("machine-disclosure", 9),
        ("machine-disclosure", 10),
        ("copyright", 11),
        ("comments", 12),
        ("after-the-end", 13),
    ]
    assert cleaned.text == "\n".join(lines[:3] + lines[4:8])


@pytest.mark.parametrize(("part", "least_removed"), [("tune", 0.98), ("test", 0.91)])
def test_no_line_of_a_story_is_lost_and_nearly_all_others_go(part: str, least_removed: float) -> None:
    found = measure(part)
    assert [line for line in found.wrong if " lost: " in line] == []
    assert (found.kept("story"), found.kept("lookalike")) == (1.0, 1.0)
    assert 1 - found.kept("boilerplate") >= least_removed
    assert found.right_fields / found.fields >= 0.98


def test_there_are_texts_enough_to_measure_with() -> None:
    assert [sum(1 for _ in texts(part)) for part in PARTS] == [18, 21]
    assert [len(lookalikes(part)) for part in PARTS] == [149, 192]


@pytest.mark.parametrize("part", PARTS)
def test_a_text_is_parted_into_what_stays_and_what_goes_and_a_second_cleaning_takes_nothing(part: str) -> None:
    for name, text in texts(part):
        raw = text["separator"].join(line for _, line in text["lines"])
        cleaned = clean(raw, title=text["title"])
        parted = [*cleaned.text.split("\n"), *(line.text for line in cleaned.removed)]
        assert Counter(filter(None, parted)) == Counter(filter(None, raw.split("\n"))), name
        assert "\n\n\n" not in cleaned.text
        assert clean(cleaned.text, title=text["title"]).text == cleaned.text, name


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("see-also", "See Also: Why Left Luggage Is The New Gold"),
        ("see-also", "READ MORE: Is the old bridge safe?"),
        ("see-also", "Related: Ferry to run all night"),
        ("related-stories", "More from Harbour Gazette"),
        ("tags", "Tags: bridges, Oldport Council"),
        ("photo-credit", "Photo by Ada Quill on Openpix"),
        ("photo-credit", "(Image credit: Ada Quill/Northern Wire)"),
        ("photo-credit", "Credit: Ada Quill for Harbour Gazette"),
        ("copyright", "© 2024 Harbour Gazette"),
        ("copyright", "Copyright 2019-2024 Northern Wire. This text may not be sold."),
        ("copyright", "All rights reserved."),
        ("disclaimer", "Disclaimer: Nothing here is advice."),
        ("disclaimer", "If you buy through a link here, we may earn a small commission."),
        ("sign-up", "Sign up for our newsletter and get the news of the harbour every morning."),
        ("sign-up", "You can unsubscribe at any time."),
        ("sign-up", "Subscribe now for £1"),
        ("sign-up", "Already a subscriber? Log in here to read on."),
        ("app-promotion", "Download our app for the latest news"),
        ("follow-us", "Follow us on Facebook"),
        ("share-bar", "Share this article"),
        ("share-bar", "Facebook Twitter LinkedIn Email"),
        ("share-bar", "Share this article Facebook X WhatsApp Copy link"),
        ("comments", "147 comments"),
        ("comments", "Let us know what you think in the comments below!"),
        ("cookie-notice", "We use cookies to make this site better."),
        ("machine-disclosure", "This article was written with the help of AI and checked by an editor."),
        ("sample-disclosure", "Sample article written for this project."),
        ("sponsored-note", "This article was paid for by Hearthwell Heat Pumps."),
        ("opinion-note", "The views expressed here are the author's own."),
        ("advertisement", "Advertisement"),
        ("advertisement", "Story continues below advertisement"),
        ("navigation", "Skip to main content"),
        ("navigation", "Home > News > Oldport"),
        ("navigation", "News | Sport | Weather | Opinion"),
        ("reading-time", "4 min read"),
        ("listen", "Listen to this article"),
        ("time-stamp", "Updated 2 hours ago"),
        ("sign-off", "Reporting by Ada Quill; Editing by Tom Reed"),
        ("sign-off", "Ada Quill in Oldport contributed to this report."),
        ("republished", "This article was originally published on Common Ground. Read the original."),
        ("contact", "Reach Tom Reed at tom.reed@example.org"),
        ("feedback", "Was this page helpful?"),
        ("release-label", "FOR IMMEDIATE RELEASE"),
        ("source-line", "SOURCE Gullwing Foods"),
        ("end-mark", "###"),
        ("sign-up", "We're launching a new newsletter about the harbour and its people. Sign up here."),
        ("read-more", "View source version on businesswire.com"),
        ("read-more", "View source version on businesswire.com: https://www.example.org/news/home/2023/en/"),
        ("sign-up", "Unsubscribe here"),
    ],
)
def test_a_line_of_boilerplate_goes_by_a_named_rule_wherever_it_stands(rule: str, line: str) -> None:
    assert rule_of(line) == rule
    assert taken(VOTED, line, OPENS) == [(rule, line)]


@pytest.mark.parametrize(
    "line",
    [
        "Comments by the minister drew anger.",
        "Nobody reads our newsletter, and the few who do were told where to sign up now.",
        "View the source version of the code and it is half as long.",
        "See also how the court ruled in 1954.",
        "Follow us, he told the crowd.",
        "Sign up began on Monday.",
        "Photo by photo, the archive was carried out of the cellar.",
        "Copyright law was changed in 2011.",
        "“© 1923 by nobody,” the printer wrote under his maps.",
        "“Sign up for our newsletter,” said the bishop, and nobody laughed.",
        "This story was generated by rumour and killed by fact.",
        "Correction: An earlier version of this article gave the year as 1912.",
        "Download your bank's app and turn on notifications, so that you learn of every payment.",
        "Source of the outbreak was a tank of olives.",
        "REPORTING BY TWO PAPERS LED TO THE ARREST OF THE MAYOR",
        "A | 3 | 1",
        "Facebook Twitter Instagram",
        "Live Music Latest",
        "Business Travel News",
        "US Economy Latest",
        "Education, Health, Climate, Economy",
        "News about home, business and sport",
        "home help",
    ],
)
def test_prose_that_begins_like_boilerplate_stays_wherever_it_stands(line: str) -> None:
    for lines in ([line, VOTED, OPENS], [VOTED, line, OPENS], [VOTED, OPENS, line]):
        assert taken(*lines) == []


def test_headlines_under_their_heading_go_with_it_up_to_the_next_sentence() -> None:
    headlines = ["Related stories", "Bridge closes for a week", "Who built the first ferry?"]
    assert taken(VOTED, *headlines, OPENS, "What comes next", COST) == [("related-stories", line) for line in headlines]


def test_no_more_than_twelve_headlines_go_with_a_heading() -> None:
    assert len(taken(VOTED, "Most read", *(f"Bridge {n} closes" for n in range(20)), OPENS)) == 13


def test_a_heading_above_the_story_takes_no_title_and_no_byline_with_it() -> None:
    assert taken("Most read", "A new bridge", "By Ada Quill", VOTED, OPENS) == [("related-stories", "Most read")]


def test_behind_the_end_of_a_story_promotions_go_unless_something_like_story_follows() -> None:
    promotion = "Trade with a steady hand and alerts about what moves your stocks."
    assert taken(VOTED, OPENS, "Comments", promotion) == [("comments", "Comments"), ("after-the-end", promotion)]
    assert taken(VOTED, "Comments", promotion, OPENS) == [("comments", "Comments")]
    assert taken(VOTED, promotion) == []


def test_behind_a_promotion_in_the_text_a_sentence_that_speaks_to_the_reader_stays() -> None:
    assert taken(VOTED, OPENS, "Follow us on Facebook", "Share the road and it will let you pass.") == [
        ("follow-us", "Follow us on Facebook")
    ]


def test_an_article_that_speaks_to_its_reader_keeps_what_stands_behind_a_mark_of_an_end() -> None:
    advice = [f"Put your {thing} where you can see it." for thing in ("keys", "coat", "lamp", "shoes")]
    assert taken(VOTED, OPENS, COST, "© Ilse Marn", *advice) == [("copyright", "© Ilse Marn")]
    assert taken(VOTED, OPENS, "Disclaimer: This is no advice.", advice[0])[1:] == []


def test_the_end_of_a_text_never_takes_more_than_stands_before_it() -> None:
    verses = [f"The river runs to the {way} of the hill" for way in ("left", "right", "east", "west")]
    assert taken(VOTED, "Comments", *verses) == [("comments", "Comments")]
    assert taken("Comments", *verses) == [("comments", "Comments")]


def test_words_that_may_be_headings_go_only_beside_furniture() -> None:
    assert taken(VOTED, "Print", OPENS) == []
    assert taken(VOTED, "Share this article", "Email", "Print", "X", OPENS) == [
        ("share-bar", line) for line in ("Share this article", "Email", "Print", "X")
    ]
    assert taken("News", "Sport", VOTED) == [("navigation", "News"), ("navigation", "Sport")]


@pytest.mark.parametrize(
    "line",
    ["Home News Business Sport", "HOME NEWS BUSINESS SPORT", "News Sport Weather Fact Check", "Home About us Jobs"],
)
def test_names_of_a_site_s_pages_in_one_line_are_a_menu_before_and_behind_a_story(line: str) -> None:
    title = "A new bridge"
    for lines in ([line, title, VOTED], [title, VOTED, OPENS, line], ["Oldport", "Wednesday", line, title, VOTED]):
        assert taken(*lines) == [("navigation", line)]
    assert taken(VOTED, line, OPENS) == []


def test_heads_of_a_table_that_are_names_of_pages_stay() -> None:
    assert taken("Politics Business Sport Culture", "41 22 10 5", VOTED, OPENS) == []
    assert taken("Jobs Education Health Environment", "North 41 22 10 5", VOTED, OPENS) == []


def test_a_share_bar_of_a_word_a_line_goes_before_and_behind_a_story() -> None:
    bar = ["Facebook", "Twitter", "LinkedIn", "Email"]
    for lines in (["A new bridge", *bar, VOTED, OPENS], [VOTED, OPENS, *bar]):
        assert taken(*lines) == [("share-bar", line) for line in bar]
    assert taken(VOTED, *bar, OPENS) == []
    assert taken("A new bridge", *bar[:3], VOTED, OPENS) == []


def test_a_label_counts_only_above_the_story() -> None:
    assert taken("Opinion", VOTED, OPENS) == [("opinion-label", "Opinion")]
    assert taken("Paid post by Hearthwell", VOTED, OPENS) == [("sponsored-label", "Paid post by Hearthwell")]
    assert taken(VOTED, "Opinion", OPENS) == []


def test_a_title_is_not_repeated_above_the_story() -> None:
    assert taken("A new bridge", VOTED, OPENS, title="A new bridge") == [("repeated-title", "A new bridge")]
    assert taken(VOTED, OPENS, title=VOTED) == []
    assert taken("A new bridge", VOTED) == []


def test_a_newsletter_s_box_goes_as_a_whole() -> None:
    box = [
        "Sign up to First Light",
        "Our best of the night, free.",
        "It comes before breakfast.",
        "after newsletter promotion",
    ]
    assert taken(VOTED, *box, OPENS) == [("sign-up", line) for line in box]
    assert taken(VOTED, COST, "after newsletter promotion", OPENS) == [("sign-up", "after newsletter promotion")]


def test_readers_comments_go_from_their_heading_to_the_last_reply() -> None:
    thread = [
        "2 comments",
        "bridgetroll",
        "2 hours ago",
        "About time, it was falling down.",
        "Reply",
        "Margit",
        "Reply",
    ]
    assert taken(VOTED, OPENS, *thread) == [("comments", line) for line in thread]
    assert taken(VOTED, "2 comments", OPENS, COST) == [("comments", "2 comments")]


def test_readers_comments_go_where_nothing_but_handles_and_what_they_say_follows() -> None:
    thread = ["Comments", "jim: good riddance", "agda.h: It was a fine bridge. I miss it.", "ferryman_74: me too"]
    assert taken(VOTED, OPENS, *thread) == [("comments", line) for line in thread]
    assert taken(VOTED, OPENS, *thread, "All rights reserved.")[: len(thread)] == [
        ("comments", line) for line in thread
    ]
    assert taken(VOTED, OPENS, *thread, COST) == [("comments", "Comments")]
    assert taken(VOTED, "Comments", "Holm: It was a fine bridge.", "Reed: I miss it.") == [("comments", "Comments")]
    assert taken(VOTED, "Comments", "jim: It was cold.", "jim: It was a fine bridge.") == [("comments", "Comments")]


def test_who_speaks_by_a_name_or_a_role_among_readers_stays() -> None:
    spoken = ["Mayor: It will be widened on both sides by the spring.", "Agda Holm: It was a fine bridge."]
    thread = ["Comments", "jim: good riddance", "ferryman_74: me too"]
    assert taken(VOTED, OPENS, "Comments", "jim: good riddance", spoken[0]) == [("comments", "Comments")]
    assert taken(VOTED, OPENS, *thread, spoken[0]) == [("comments", line) for line in thread]
    assert taken(VOTED, OPENS, *thread, *spoken) == [("comments", "Comments")]


@pytest.mark.parametrize("prompt", ["12 comments", "Join the conversation", "Leave a comment"])
@pytest.mark.parametrize(
    "log",
    [
        ("1869: The canal opens after ten years of work.", "1956: Egypt nationalises it.", "2021: A ship blocks it."),
        ("10.45am: The ferry is cancelled.", "11.20am: It sails after all.", "1pm: It is back in port."),
        ("06.00: The gates open.", "06:30: The first barge is through.", "07.15: The gates close."),
        ("A1: Two lanes are shut.", "M25: It moves again.", "E10-west: It stands still."),
        ("06.00: gates open", "06:30 am: first barge through", "7pm: gates shut for the night"),
        ("1869: opening of the canal", "1956: crisis", "2021: six days without a ship"),
    ],
)
def test_a_timeline_behind_a_prompt_to_comment_stays(prompt: str, log: tuple[str, ...]) -> None:
    assert taken("A canal and its ships", VOTED, prompt, *log) == [("comments", prompt)]
    assert clean("\n".join((VOTED, prompt, *log))).text == "\n".join((VOTED, *log))


@pytest.mark.parametrize(
    "rows",
    [
        ["Pos | Team | Pts", "1 | Gulls | 41", "2 | Terns | 39"],
        ["Home | Away | Date", "Gulls | Terns | 3 May", "Herons | Rails | 4 May"],
        ["Home | Score | Away", "Gulls | 3:2 | Terns"],
        ["Year | Politics | Sport", "2020 | 5 | 6"],
        ["Music | Film | Books", "$12 | €15 | −9%"],
        ["Region | Jobs", "North | 100", "South | none", "World | Business"],
    ],
)
def test_a_table_keeps_its_heads_though_they_be_words_of_a_menu(rows: list[str]) -> None:
    for separator in ("\n", "\n\n"):
        assert taken(VOTED, separator.join(rows), OPENS) == []
        assert taken(separator.join(rows), VOTED, OPENS) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["News | Sport | Weather"],
        ["News | Sport | Weather", "Music | Film | Books"],
        ["Home | News | Sport", "3 May 2024 | Oldport"],
        ["News | Sport | Weather", "Oldport | Terms | Friday, May 3"],
    ],
)
def test_a_menu_over_a_line_of_another_kind_is_still_one(lines: list[str]) -> None:
    assert ("navigation", lines[0]) in taken(*lines, VOTED, OPENS)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{VOTED}\n\nAdvertisement\n\n{OPENS}", f"{VOTED}\n\n{OPENS}"),
        (f"{VOTED}\nAdvertisement\n{OPENS}", f"{VOTED}\n{OPENS}"),
        (f"{VOTED}\n\nAdvertisement\n{OPENS}", f"{VOTED}\n\n{OPENS}"),
        (f"Advertisement\n\n  {VOTED} \n\n\n{OPENS}", f"  {VOTED} \n\n\n{OPENS}"),
        (f"{VOTED}\n\nAdvertisement\n\nShare\n", VOTED),
        (f"\n{VOTED}\n\n\n{OPENS}\n\n", f"\n{VOTED}\n\n\n{OPENS}\n\n"),
    ],
)
def test_what_is_left_keeps_its_form(text: str, left: str) -> None:
    assert clean(text).text == left


@pytest.mark.parametrize("text", ["", "\n", "Comments", "Share\n\nAdvertisement"])
def test_a_text_of_nothing_but_boilerplate_stays(text: str) -> None:
    cleaned = clean(text)
    assert (cleaned.text, cleaned.removed) == (text, ())


@pytest.mark.parametrize(
    "line",
    [
        "a " * 500_000,
        f"{' ' * 690}x\n" * 1_450,
        "x\n" * 500_000,
        "after newsletter promotion\n" * 40_000,
        "Related stories\nA bridge\n" * 40_000,
        "Comments\nx\nReply\n" * 60_000,
        f"“{'word ' * 6}”\n" * 30_000,
        f"this gpt {'content generation ' * 34}\n" * 1_450,
        f"Contact {'a at ' * 136}\n" * 1_450,
        f"{'a@' * 340}\n" * 1_450,
        f"Copyright 2024 {'A. ' * 220}\n" * 1_450,
        f"{'News X ' * 28}Y\n" * 5_000,
    ],
    ids=range(12),
)
def test_a_megabyte_of_the_worst_is_cleaned(line: str) -> None:
    assert clean(f"{line}\n{VOTED}").text.endswith(VOTED)
