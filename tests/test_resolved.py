"""Sentences to be read far from their articles: dates resolved in brackets, and whether one stands alone."""

import re

import pytest

from assistant.topics.resolved import resolved, stands_alone

DAY = "2003-05-07"  # a Wednesday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The dam gave way on Friday.", "The dam gave way on Friday [2 May 2003]."),
        ("Friday's flood drowned nine.", "Friday's [2 May 2003] flood drowned nine."),
        ("It opened on 4 May, or in April.", "It opened on 4 May [2003], or in April [2003]."),
        ("It had been built in 1987.", "It had been built in 1987."),
        ("It reopens in September.", "It reopens in September [2003]."),
        ("It closed yesterday and on 2 May 2003.", "It closed yesterday [6 May 2003] and on 2 May 2003."),
        ("Owners are paid in June.", "Owners are paid in June [2003]."),
        ("Nobody was hurt.", "Nobody was hurt."),
    ],
)
def test_what_a_date_means_stands_behind_it_in_brackets(text: str, expected: str) -> None:
    assert resolved(text, DAY) == expected
    assert re.sub(r" \[[^\]]+\]", "", expected) == text


def test_without_the_day_of_the_article_a_weekday_is_left_as_it_is() -> None:
    assert resolved("The dam gave way on Friday.", None) == "The dam gave way on Friday."


@pytest.mark.parametrize(
    "text",
    [
        "The Halvern dam gave way on Friday, flooding two valleys.",
        "Ilse Kvamme told reporters that her office had seen nothing.",
        "“Nobody had warned us,” said Ilse Kvamme, who lives below the dam.",
    ],
)
def test_a_sentence_that_hangs_on_none_before_it_stands_alone(text: str) -> None:
    assert stands_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "It gave way on Friday, flooding two valleys.",
        "But the dam at Halvern held until Friday.",
        "Eight people have been infected in it so far.",
        "Correction: the Halvern dam was built in 1986.",
        "According to police she had left the valley by noon.",
        "What happened at the Halvern dam on Friday?",
        "We ask for three things from the council.",
        "The dam gave way.",
        "“The dam gave way and we ran up the hill,” he said.",
        "“We are a parking problem and a promotion to boot.”",
        "“The dam gave way at noon, she told the council.",
    ],
)
def test_one_that_does_is_not_quoted(text: str) -> None:
    assert not stands_alone(text)
