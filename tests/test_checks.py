"""What a sentence may not do with the passages that it cites: one claim a check."""

import time

import pytest
from passages import Source, passage

from assistant.chat.checks import CHECKS, failed_checks

BRIDGE = passage(
    "The Zephyr bridge in Oldport opened on Saturday, nine days late. Mayor Ada Quill cut the ribbon before 3,000 "
    "visitors, and engineer Nils Berg was thanked by the council.\n\nThe council refused to pay a bonus. "
    "Tolls rose to 5 crowns in May 2022; all buses cross free. A second bridge will open in 2026.",
    Source("bridge", "Harbour bridge opens", "2023-11-05"),
)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Zephyr bridge opened on 4 November 2023.",
        "The Zephyr bridge in Oldport opened 9 days late.",
        "Ada Quill, the mayor, cut the ribbon before three thousand visitors.",
        "The council thanked Nils Berg, an engineer.",
        "The council would not pay a bonus.",
        "In May 2022 tolls rose to 5 crowns.",
        "All buses cross the bridge free.",
        "Another bridge will open in 2026.",
        "As of 5 November 2023, tolls are 5 crowns.",
    ],
)
def test_what_the_passage_says_in_other_words_passes(sentence: str) -> None:
    assert failed_checks(sentence, [BRIDGE]) == []


@pytest.mark.parametrize(
    ("sentence", "check"),
    [
        ("Mayor Ada Quill cut the ribbon before 4,000 visitors.", "number"),
        ("Mayor Ada Quill cut the ribbon before thirty visitors.", "number"),
        ("The Zephyr bridge in Oldport opened on 3 November 2023.", "date"),
        ("The Zephyr bridge in Oldport opened on Friday.", "date"),
        ("The Zephyr bridge in Oldport opens next week.", "date"),
        ("The Zephyr bridge in Oldport opened on 5 November 2023.", "date of another"),
        ("The ribbon of the bridge was cut by Mayor Ada Stone.", "name"),
        ("All visitors were thanked by the mayor.", "universal"),
        ("Its architect loved green cheese.", "told"),
        ("Mayor Ada Quill cut the ribbon and danced a wild tango.", "clause"),
    ],
)
def test_what_the_passage_does_not_say_fails_the_check_that_looks_for_it(sentence: str, check: str) -> None:
    assert check in failed_checks(sentence, [BRIDGE])


@pytest.mark.parametrize(
    ("sentence", "told", "failed"),
    [
        ("Sean O'Neill resigned.", "Sean O'Brien resigned.", {"name"}),
        ("Sean O'Neill's deputy resigned.", "Sean O’Brien's deputy resigned.", {"name"}),
        ("Sean O’Brien resigned.", "Sean O'Brien resigned.", set()),
        ("The mayor of Sana'a resigned.", "The mayor of Sanaa resigned.", set()),
        ("The ferry can sail.", "The ferry can't sail.", {"negation"}),
        ("The ferry can’t sail.", "The ferry can sail.", {"negation"}),
        ("The ferry can't sail.", "The ferry cannot sail.", set()),
        ("The mayor said: “I’m ill, I'll resign.”", "I am ill and will resign, the mayor said.", set()),
    ],
)
def test_a_word_with_an_apostrophe_counts_whole(sentence: str, told: str, failed: set[str]) -> None:
    assert set(failed_checks(sentence, [passage(told, Source("x", "Report"))])) == failed


def test_without_a_passage_every_sentence_fails() -> None:
    assert failed_checks("The bridge opened.", [])


def test_a_sentence_may_rest_on_two_passages() -> None:
    comet = passage("Comet Marlow was seen over Oldport in May.", Source("comet", "Comet seen", "2021-05-20"))
    merged = "The Zephyr bridge opened in Oldport, over which Comet Marlow had been seen."
    assert failed_checks(merged, [BRIDGE, comet]) == []
    assert "name" in failed_checks(merged, [BRIDGE])


@pytest.mark.parametrize(
    "sentence", ["", "...", "!" * 10_000, "the " * 5_000, "La casa es azul.", "\ud800 橋は開いた。", "o'" * 5_000]
)
def test_any_text_can_be_checked_in_no_time(sentence: str) -> None:
    began = time.perf_counter()
    assert set(failed_checks(sentence, [BRIDGE])) <= set(CHECKS)
    assert time.perf_counter() - began < 2


def test_a_long_sentence_of_the_same_words_is_held_to_long_passages_of_them() -> None:
    told = passage("Mayor Quill opened it. " * 40, Source("mayor", "Mayor Quill"))
    assert failed_checks("Mayor Quill opened it. " * 43, [told] * 8) == []
