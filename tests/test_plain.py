"""Plain text: titles, paragraphs wrapped by hand, encodings."""

import pytest
from items import OPENS, VOTED, article, error

from index.article import MAX_TEXT_CHARS, clean_text


def test_a_first_line_that_stands_alone_is_the_title() -> None:
    found = article("a.txt", f"\nA new bridge\n\n{VOTED}\r\n{OPENS}\r\n")
    assert found.title == "A new bridge"
    assert found.text == f"{VOTED}\n{OPENS}"


@pytest.mark.parametrize(
    "text",
    [
        "The bridge is new.\n\nIt opens.",
        "“Is it new?”\n\nIt is.",
        "A bridge\nIt opens.",
        "A bridge",
        f"{'x' * 201}\n\nIt is.",
    ],
)
def test_any_other_first_line_stays_in_the_text(text: str) -> None:
    assert article("a.txt", text).text == text


@pytest.mark.parametrize(
    "above",
    [
        "A new bridge\nBy Ada Quill\n\n",
        "A new bridge\n3 May 2024\n",
        "A new bridge\n",
        "Home News Business Sport\n\nA new bridge\n\n",
        "By Ada Quill\n\nA new bridge\n\n",
        "Skip to content\nA new bridge\nBy Ada Quill\n",
        "A new bridge\n\nA new bridge\n\n",
    ],
)
def test_a_title_is_taken_out_of_the_text_whatever_stands_around_it(above: str) -> None:
    found = article("a.txt", f"{above}{VOTED}\n{OPENS}")
    assert (found.title, found.found_in["title"], found.text) == ("A new bridge", "first line", f"{VOTED}\n{OPENS}")


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Oldport, Ada Quill, visited\nGullwing on Monday and spoke there.",
        "When the water rose\nthe gates were closed by hand that night.",
        f"The chairman asked for order. Then 2021 began\n\n{VOTED}",
        "The river runs left\nThe river runs right\n\nThat is all of the old song.",
        VOTED,
    ],
)
def test_the_first_line_of_a_paragraph_is_no_title_to_take_out(text: str) -> None:
    found = article("a.txt", text)
    assert (found.text, "title" in found.found_in) == (text, False)


@pytest.mark.parametrize(
    "paragraph",
    [
        "The council voted on Tuesday to build a new bridge over the river,\nafter years of debate.",
        "The council voted on Tuesday evening to build a new\nbridge over the river, after years of debate in\n"
        "Oldport and on the far bank. Dr. Berg spoke, those of\nSt. John's did not.",
        "   Indented paragraphs, too, were often typed with a line break at\n   the margin\n",
    ],
)
def test_a_paragraph_wrapped_by_hand_is_one_line(paragraph: str) -> None:
    text = f"It is so.\n\n{paragraph}\n\nIt opens."
    assert article("a.txt", text).text == f"It is so.\n\n{' '.join(paragraph.split())}\n\nIt opens."


@pytest.mark.parametrize(
    "lines",
    [
        "Apples and pears\nlemons and limes\nplums",
        "shall open\nin May",
        "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
        "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date;",
        "The council votes to close the old bridge in the spring of next year\n"
        "Mayor of Oldport resigns over the plan for the new one and its costs\nBridges close",
        "- The council voted on Tuesday to build a new bridge over the river,\n"
        "  after years of debate, and the work on its piers begins in May.\n- The old bridge closes.",
        "1. The council voted on Tuesday to build a new bridge over the river\n"
        "and the old one closes in the spring of next year, before the floods\n2. That is all.",
        "A heading\nand then a line that is as long as a line of a paragraph that is wrapped by hand.",
        f"{VOTED}\nand {'so ' * 40}on.",
    ],
)
def test_lines_that_were_not_wrapped_stay(lines: str) -> None:
    text = f"It is so.\n\n{lines}\n\nIt opens."
    assert article("a.txt", text).text == text


def test_a_title_made_from_the_text_is_its_first_sentence_or_is_cut_at_a_word() -> None:
    assert article("a.txt", f"{VOTED} {OPENS}").title == VOTED
    assert article("a.txt", "word " * 100).title == "word " * 23 + "word…"
    assert article("a.txt", "x" * 500).title == "x" * 119 + "…"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
def test_western_text_is_read_in_any_usual_encoding(encoding: str) -> None:
    text = "Le café est fermé. À bientôt, dit l'élève."
    assert article("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Café"),
        ("cp1252", "He said “no” – then left."),
        ("cp1250", "Zażółć gęślą jaźń w ogrodzie."),
        ("cp1251", "Привет, это новая статья о городе и его жителях."),
        ("shift_jis", "今日は天気がいいです。明日も晴れるでしょう。"),
    ],
)
def test_the_likeliest_encoding_is_taken_when_none_is_stated(encoding: str, text: str) -> None:
    assert article("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"text\0more", b"\xff\xfe\x00", b"\x7fELF\x02\x01\x01\0" * 9]
)
def test_what_is_not_text_is_an_error(data: bytes) -> None:
    assert "is not text" in error("a.txt", data).message


def test_more_text_than_an_article_may_hold_is_an_error() -> None:
    assert "2,000,001 characters" in error("a.txt", "x" * (MAX_TEXT_CHARS + 1)).message
    assert "8,000,001 bytes" in error("a.txt", b"x" * (4 * MAX_TEXT_CHARS + 1)).message


def test_cleaning_takes_one_pass_over_a_million_blanks() -> None:
    assert (
        clean_text("a" + " " * 1_000_000 + "b \u00a0\t\n\n\n\nc\f\u200bd\0")
        == "a" + " " * 1_000_000 + "b\n\nc\n\u200bd"
    )
