"""What kind of text an article says that it is, and in which words."""

import pytest

from bench.cleaning import PARTS, texts
from index.article import Removed
from index.ingest.clean import clean
from index.ingest.provenance import KINDS, provenance
from index.ingest.written import written

VOTED = "The council voted on Tuesday to build a new bridge over the river, after years of debate."
OPENS = "Work on the piers begins in May, and the bridge opens to traffic two years later."


def kind_of(
    *lines: str, title: str | None = None, section: str | None = None, url: str | None = None, **known: str
) -> tuple[str, str] | None:
    cleaned = clean("\n\n".join(lines), title=title)
    said = written(cleaned.text, title=title, known=known, removed=cleaned.removed)
    return provenance(
        title=title,
        author=known.get("author") or said.author,
        source=known.get("source") or said.source,
        section=section,
        url=url,
        text=said.text,
        removed=(*cleaned.removed, *said.removed),
    )


@pytest.mark.parametrize(
    ("kind", "line", "evidence"),
    [
        ("machine-written", "Engineered by Tapewatch Cortex, Edited by Bo Krantz", None),
        (
            "machine-written",
            "The GPT-4-based Cortex content generation system makes quick stories for you. Learn more.",
            "The GPT-4-based Cortex content generation system makes quick stories for you.",
        ),
        ("machine-written", "This story was generated automatically from data of the league.", None),
        ("machine-written", "Disclaimer: This content was partly produced with AI tools and checked by editors.", None),
        ("wire", "(Reporting by Ada Quill, Northern Wire; Editing by Tom Reed)", None),
        ("wire", "Reporting by J. Quill, Reuters. Editing by Tom Reed.", None),
        ("wire", "Reporting by Reuters", None),
        ("wire", "Copyright 2024 The Associated Press. All rights reserved.", None),
        ("wire", "— Northern Wire", None),
        ("press-release", "FOR IMMEDIATE RELEASE", None),
        ("press-release", "SOURCE Gullwing Foods", None),
        ("opinion", "The views expressed here are the author's own.", None),
        ("sponsored", "This content was paid for by Hearthwell Heat Pumps.", None),
        ("sample", "Sample article written for this project.", None),
    ],
)
def test_a_disclosure_says_what_kind_of_text_it_is(kind: str, line: str, evidence: str | None) -> None:
    assert kind in KINDS
    assert kind_of(VOTED, OPENS, line) == (kind, evidence or line)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("opinion", "Opinion"),
        ("opinion", "EDITORIAL"),
        ("sponsored", "Paid post"),
        ("sponsored", "Sponsored content from Hearthwell Heat Pumps"),
        ("sponsored", "In partnership with Hearthwell"),
        ("sponsored", "Advertorial"),
    ],
)
def test_a_label_above_the_text_says_what_kind_it_is_and_below_it_nothing(kind: str, line: str) -> None:
    assert kind_of(line, VOTED, OPENS) == (kind, line)
    assert kind_of(VOTED, OPENS, line, VOTED) is None


@pytest.mark.parametrize(
    "line",
    [
        "Reporting by Joanna Feldt; editing by Luke Marsh",
        "Additional reporting by Sian Wells. Editing by Mark Coe.",
        "Additional reporting by Reuters",
        "Reporting by Joanna Feldt; additional reporting by Reuters; editing by Luke Marsh",
        "The Associated Press contributed to this report.",
        "© Reuters",
    ],
)
def test_a_paper_s_own_story_is_not_wire_for_its_sign_off_or_an_agency_s_help(line: str) -> None:
    assert kind_of("By Joanna Feldt", VOTED, OPENS, line) is None


def test_an_agency_s_form_of_sign_off_is_evidence_beside_the_agency_s_name() -> None:
    line = "(Reporting by Ada Quill; Editing by Tom Reed)"
    assert kind_of(VOTED, OPENS, line, source="Northern Wire") == ("wire", line)
    assert kind_of(VOTED, OPENS, line, "Our Standards: The Northern Wire Trust Principles.") == ("wire", line)
    assert kind_of(VOTED, OPENS, line, source="Harbour Gazette") is None
    assert kind_of(VOTED, OPENS, source="Northern Wire") is None


def test_a_byline_that_names_an_agency_beside_a_person_is_wire() -> None:
    for line in ("By Joanna Feldt and Reuters", "By Ada Quill, Northern Wire", "By Northern Wire"):
        assert kind_of(line, VOTED, OPENS) == ("wire", line)


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("wire", "OLDPORT (Northern Wire) —"),
        ("wire", "OLDPORT, Feb 8 (Reuters) -"),
        ("press-release", "OLDPORT, June 5, 2023 /PRNewswire/ --"),
        ("press-release", "OLDPORT (BUSINESS WIRE) —"),
        ("press-release", "OLDPORT--(BUSINESS WIRE)--May 2, 2023--"),
        ("press-release", "OLDPORT--(BUSINESS WIRE)--"),
        (None, "OLDPORT (Channel 9) —"),
        (None, "OLDPORT —"),
    ],
)
def test_a_dateline_says_who_sent_the_text(kind: str | None, head: str) -> None:
    assert kind_of(f"{head} {VOTED}", OPENS) == (kind and (kind, head))


def test_a_byline_a_section_a_title_or_a_note_on_the_author_says_it_too() -> None:
    assert kind_of("By Prep Scores Staff Automated", VOTED) == ("machine-written", "By Prep Scores Staff Automated")
    assert kind_of(VOTED, author="Harbour AI") == ("machine-written", "Harbour AI")
    assert kind_of(VOTED, author="Reuters") == ("wire", "Reuters")
    assert kind_of(VOTED, source="PR Newswire") == ("press-release", "PR Newswire")
    assert kind_of(VOTED, section="Opinion") == ("opinion", "Opinion")
    assert kind_of(VOTED, section="Press releases") == ("press-release", "Press releases")
    url = "https://example.org/opinion/2024/bridge"
    assert kind_of(VOTED, url=url) == ("opinion", url)
    assert kind_of(VOTED, title="Opinion: Leave the old bridge alone") == (
        "opinion",
        "Opinion: Leave the old bridge alone",
    )
    letter = "Letter to the editor: leave the old bridge alone"
    assert kind_of(VOTED, title=letter) == ("opinion", letter)
    assert kind_of("Letter to the editor:", VOTED) == ("opinion", "Letter to the editor:")
    assert kind_of(f"Letter to the editor: Leave it alone. {VOTED}", OPENS) == ("opinion", "Letter to the editor:")
    assert kind_of(VOTED, "Letters to the editor are read by eleven people.") is None
    note = "Ada Quill is a columnist for the Gazette."
    assert kind_of("By Ada Quill", VOTED, note) == ("opinion", note)
    assert kind_of(VOTED, note) is None


@pytest.mark.parametrize(
    "line",
    [
        "The article was written by ChatGPT, the school found, and full of errors.",
        "An AI system wrote the brief, and six of its cases did not exist.",
        "The GPT-4-based tutor that the schools bought answered in riddles.",
        "This story was generated by rumour and killed by fact.",
        "Opinion polls published on Sunday put the Greens ahead.",
        "Press releases were found in the cellar, none of them ever sent.",
        "Wire fraud carries up to twenty years in prison.",
        "Sponsored content made up a third of the magazine's income.",
        "In partnership with two museums the school has catalogued 11,000 shells.",
        "“This article was written by a robot,” the paper told its readers.",
        "Sample articles were sent to the jury.",
        "Source: Ministry of Works",
        "Edited by Tom Reed",
        "Reporting by two newspapers led to the arrest of the mayor; editing by hand took a year.",
    ],
)
def test_an_article_about_such_texts_is_none(line: str) -> None:
    for lines in ([line, VOTED, OPENS], [VOTED, line, OPENS], [VOTED, OPENS, line]):
        assert kind_of(*lines) is None


def test_where_two_kinds_hold_the_one_counts_that_a_reader_has_to_know_first() -> None:
    wire, machine, sample = (
        "(Reporting by Ada Quill, Northern Wire; Editing by Tom Reed)",
        "This article was written with the help of AI.",
        "Sample article written for this project.",
    )
    assert kind_of(VOTED, OPENS, wire, machine) == ("machine-written", machine)
    assert kind_of(VOTED, OPENS, wire, machine, sample) == ("sample", sample)


def test_a_text_that_nobody_has_cleaned_says_it_as_well() -> None:
    found = provenance(
        title=None, author=None, source=None, section=None, url=None, text=f"{VOTED}\n\nAI-generated", removed=()
    )
    assert found == ("machine-written", "AI-generated")


def test_the_evidence_is_verbatim() -> None:
    for part in PARTS:
        for name, text in texts(part):
            lines = [line for _, line in text["lines"]]
            removed = clean("\n".join(lines)).removed
            found = provenance(
                title=None, author=None, source=None, section=None, url=None, text="\n".join(lines), removed=removed
            )
            assert found is None or any(found[1] in line for line in lines), name


def test_a_megabyte_of_the_worst_is_read() -> None:
    removed = [Removed("sign-off", "Reporting by " * 80_000), Removed("machine-disclosure", "generated. " * 90_000)]
    text = f"{'— ' * 500_000}\n" + "OLDPORT (" * 100_000
    found = provenance(
        title="Opinion" * 100,
        author="A" * 2_000,
        source=None,
        section=None,
        url="https://[",
        text=text,
        removed=removed,
    )
    assert found == ("machine-written", "generated.")
