"""Passages: whole sentences, even shares, exact offsets."""

import random
from itertools import pairwise

import pytest

from index.text.chunk import TARGET_CHARS, passage_spans
from index.text.sentences import sentence_spans


def sentences(*lengths: int) -> str:
    """A text of sentences of those lengths, one blank apart."""
    return " ".join("A" + "b" * (length - 2) + "." for length in lengths)


def lengths(text: str) -> list[int]:
    return [end - start for start, end in passage_spans(text)]


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n"])
def test_a_text_without_sentences_has_no_passages(text: str) -> None:
    assert passage_spans(text) == []


def test_a_short_text_is_one_passage_without_the_blanks_around_it() -> None:
    assert passage_spans("  One. Two.\n\nThree.  ") == [(2, 19)]


def test_a_text_of_just_the_target_is_one_passage_and_one_character_more_makes_two() -> None:
    assert TARGET_CHARS == 900
    assert lengths(sentences(449, 450)) == [900]
    assert lengths(sentences(450, 450)) == [450, 450]


def test_division_is_even_and_not_greedy() -> None:
    # 10 × 100 and 9 blanks are 1,009 characters: two passages of 504.5, where a greedy division gives 9 + 1
    assert lengths(sentences(*[100] * 10)) == [504, 504]
    # 20 × 100 and 19 blanks are 2,019: three passages of 673, and 7 × 100 + 6 is nearer to that than 6 × 100 + 5
    assert lengths(sentences(*[100] * 20)) == [706, 706, 605]


def test_a_passage_closes_where_its_length_is_nearest_to_the_even_share() -> None:
    # 1,003 characters: two passages of 501.5. 400 is 101.5 short of it, 400 + 1 + 300 would be 199.5 over it.
    assert lengths(sentences(400, 300, 301)) == [400, 602]
    # 550 is nearer than 400
    assert lengths(sentences(400, 149, 452)) == [550, 452]


def test_what_sentence_borders_push_over_the_even_share_is_divided_again_and_leaves_no_stub() -> None:
    # 1,759 characters: two passages of 879.5. The first can only be 850 long; of the 908 that remain a second one would
    # take 807 and leave 100, so they are divided in two: 504 is as near to 454 as 403
    assert lengths(sentences(425, 424, *[100] * 9)) == [850, 504, 403]


def test_no_passage_is_longer_than_the_target_whatever_the_even_share() -> None:
    # 1,362 characters: two passages of 681, but two of these sentences never fit into 900
    assert lengths(sentences(460, 440, 460)) == [460, 440, 460]


def test_offsets_cut_the_sentences_out_of_the_text() -> None:
    text = "Erster Satz über die Brücke.\n\nZweiter – “mit Zitat”. 👩‍🚒 Dritter."
    [(start, end)] = passage_spans(text, "de")
    assert text[start:end] == text
    text = f"{sentences(500)}\n\n{sentences(500)}"
    assert passage_spans(text) == [(0, 500), (502, 1002)]


def test_a_sentence_longer_than_the_target_is_cut_at_blanks() -> None:
    words = " ".join(["seven77"] * 250)  # 250 × 8 - 1 characters and no full stop
    spans = passage_spans(words)
    assert [words[end : end + 1] for _, end in spans] == [" ", " ", ""]
    # the last blank before 900 is at 112 × 8 - 1 = 895
    assert spans == [(0, 895), (896, 1791), (1792, 1999)]


def test_a_word_longer_than_the_target_is_cut_in_the_word() -> None:
    assert passage_spans("x" * 2_000) == [(0, 900), (900, 1800), (1800, 2000)]


def test_a_run_of_blanks_is_in_no_passage() -> None:
    text = "A" * 890 + " " * 1_000 + "b" * 600 + " c" * 300 + "."
    parts = [text[start:end] for start, end in passage_spans(text)]
    assert parts[0] == "A" * 890
    assert all(part == part.strip() != "" for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize("seed", range(40))
def test_passages_cover_every_character_that_is_not_blank_in_order_and_start_and_end_on_sentences(seed: int) -> None:
    dice = random.Random(seed)
    pieces = [
        "The council met. ",
        "Dr. Smith of the U.S. said no. ",
        "“Why?” ",
        "\n",
        "\n\n",
        "42.5 ",
        "é事 ",
        "   ",
        "x" * 60,
    ]
    text = "".join(dice.choices(pieces, k=dice.randrange(1, 250)))
    if seed % 4 == 0:
        text += " word" * dice.randrange(100, 1_500) + "y" * dice.randrange(2_000)
    spans = passage_spans(text)
    assert all(0 < end - start <= TARGET_CHARS for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
    borders = sentence_spans(text)
    starts, ends = {start for start, _ in borders}, {end for _, end in borders}
    overlong = [span for span in borders if span[1] - span[0] > TARGET_CHARS]
    for start, end in spans:
        assert start in starts or any(first < start < last for first, last in overlong)
        assert end in ends or any(first < end < last for first, last in overlong)
