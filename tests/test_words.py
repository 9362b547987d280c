"""Texts compared to the letter."""

import pytest

from index.text.words import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“We’ll\nnot move”", '"WE\'LL not  move"'),
        ("«Nous partons» – dit-il", "„nous partons“ - dit-il"),
        ("It cost 15\u00a0million.", "It cost 15 million."),
        ("Straße", "STRASSE"),
    ],
)
def test_case_blanks_quotation_marks_and_dashes_do_not_count(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("−5.1%", "5.1%"), ("€15 million", "$15 million"), ("Did they?", "Did they!"), ("café", "cafe"), ("a b", "ab")],
)
def test_all_else_counts(one: str, other: str) -> None:
    assert folded(one) != folded(other)
