"""Lines on pages to paragraphs: what the files of test_pdf do not show."""

import pytest

from index.article import Removed
from index.ingest.columns import Line, Page, paragraphs

BODY = 10.0


def block(x: float, y: float, *texts: str, size: float = BODY, width: float = 200, font: str = "Roman") -> list[Line]:
    """Lines below one another; each is as wide as its text, and `width` where that is filled."""
    return [
        Line(text, font, x, y - n * 1.2 * size, x + min(width, len(text) * size / 2), y - n * 1.2 * size + size, size)
        for n, text in enumerate(texts)
    ]


def read(*blocks: list[Line]) -> list[str]:
    return [paragraph.text for paragraph in paragraphs([Page(800, blocks)])[0]]


def test_nothing_gives_nothing() -> None:
    assert paragraphs([]) == ([], [])
    assert paragraphs([Page(800, [])]) == ([], [])


def test_blocks_side_by_side_are_read_from_left_to_right_unless_something_spans_them() -> None:
    left, right = block(50, 600, "Left above."), block(300, 700, "Right above.")
    below, beside = block(50, 300, "Left below."), block(300, 400, "Right below.")
    across = block(50, 500, "Across both columns, from the one edge to the other one.", width=450)
    assert read(beside, below, right, left) == ["Left above.", "Left below.", "Right above.", "Right below."]
    assert read(beside, below, across, right, left) == [
        *("Left above.", "Right above.", "Across both columns, from the one edge to the other one."),
        *("Left below.", "Right below."),
    ]


def test_more_blocks_than_are_ordered_are_read_from_top_to_bottom() -> None:
    rows = [block(50 + n % 2 * 300, 790 - n * 0.7, f"Row {n}.", size=0.5) for n in range(1_001)]
    assert read(*reversed(rows)) == [f"Row {n}." for n in range(1_001)]


def test_a_headline_that_later_pages_repeat_at_their_top_stays_on_the_first() -> None:
    pages = [
        Page(800, [block(50, 770, "A new bridge", size=20), block(50, 700, "It is so.")]),
        *(
            Page(800, [block(50, 780, f"{n} A new bridge"), block(50, 700, told)])
            for n, told in ((2, "It was voted."), (3, "It opens."))
        ),
    ]
    found, removed = paragraphs(pages)
    assert [paragraph.text for paragraph in found] == ["A new bridge", "It is so.", "It was voted.", "It opens."]
    assert removed == [Removed("running-head", "2 A new bridge")]


def test_a_sentence_goes_on_over_the_page() -> None:
    pages = [
        Page(800, [block(50, 100, "The council voted to build a new bridge over")]),
        Page(800, [block(50, 700, "the river.")]),
    ]
    assert [paragraph.text for paragraph in paragraphs(pages)[0]] == [
        "The council voted to build a new bridge over the river."
    ]


def test_a_line_in_another_type_before_the_text_is_a_heading() -> None:
    text = block(50, 688, "The council voted on Tuesday evening to", "build a bridge.")
    assert read([*block(50, 700, "What happens in the course of the year", font="Bold"), *text]) == [
        "What happens in the course of the year",
        "The council voted on Tuesday evening to build a bridge.",
    ]


@pytest.mark.parametrize(
    ("cap", "rest", "words", "expected"),
    [
        ("T", "he council", "", "The council"),
        ("“W", "e waited", "", "“We waited"),
        ("A", "fter years", "", "After years"),
        ("A", "council votes", "The council has", "A council votes"),
        ("I", "n May", "", "In May"),
    ],
)
def test_a_large_first_letter_is_put_to_its_word_or_before_it(cap: str, rest: str, words: str, expected: str) -> None:
    found = read(block(50, 690, cap, size=24), block(75, 704, rest), *([block(50, 500, words)] if words else []))
    assert found[0] == expected


def test_lines_of_a_script_without_blanks_are_joined_without_one() -> None:
    assert read(block(50, 700, "議会は火曜日に橋の建設を決めた", "。工事は五月に始まる。", width=75)) == [
        "議会は火曜日に橋の建設を決めた。工事は五月に始まる。"
    ]
