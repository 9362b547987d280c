"""Which sentence needs the one before it to be understood."""

import pytest
from passages import Source, passage

from assistant.antecedent import with_antecedent
from assistant.statement import Quote

BEFORE = "The mayor is Ada Quill."


@pytest.mark.parametrize(
    "sentence",
    [
        "She opened the bridge.",
        "It cost 90 million crowns.",
        "In its spectrum there was water.",
        "Their claim was refused.",
        "This was the third try.",
        "These were her words.",
    ],
)
def test_a_pronoun_in_front_looks_back(sentence: str) -> None:
    assert told(f"{BEFORE} {sentence}", sentence) == f"{BEFORE} {sentence}"


@pytest.mark.parametrize(
    "sentence",
    [
        "Quill opened the bridge.",
        "This week it opened.",
        "This ship is new.",
        "In this year of floods the bridge held.",
        "Itaipu is a dam.",
        "“It is done,” she said.",
        "In the town she is liked.",
        "It is not known how many died.",
        "It was still unclear who would pay.",
        "His Holiness visited the town.",
    ],
)
def test_what_names_its_own_subject_does_not(sentence: str) -> None:
    assert told(f"{BEFORE} {sentence}", sentence) == sentence


def test_two_sentences_are_looked_back_at_and_no_more() -> None:
    text = f"{BEFORE} She is 40. She sails. She cycles."
    assert told(text, "She sails.") == f"{BEFORE} She is 40. She sails."
    assert told(text, "She cycles.") == "She is 40. She sails. She cycles."


def test_a_paragraph_is_not_left() -> None:
    assert told(f"{BEFORE}\n\nShe sails.", "She sails.") == "She sails."


def test_a_paragraph_that_began_before_the_passage_is_looked_back_into() -> None:
    whole = passage("She sails. Fine.", Source("a"), start=50, before=f"{BEFORE} ")
    quote = with_antecedent(Quote(whole, 50, 60, 0.9))
    assert (quote.text, quote.start) == (f"{BEFORE} She sails.", 50 - len(BEFORE) - 1)


def test_the_first_sentence_has_nothing_before_it() -> None:
    assert told("She sails. Fine.", "She sails.") == "She sails."


def test_other_languages_are_left_alone() -> None:
    text = "Die Brücke ist neu. It ist kein deutsches Wort."
    assert told(text, "It ist kein deutsches Wort.", language="de") == "It ist kein deutsches Wort."
    assert told(f"{BEFORE} She sails.", "She sails.", language="EN-GB") == f"{BEFORE} She sails."


def told(text: str, sentence: str, language: str | None = None) -> str:
    whole = passage(text, Source("a", language=language), start=50)
    start = 50 + text.index(sentence)
    quote = with_antecedent(Quote(whole, start, start + len(sentence), 0.9))
    assert quote.end == start + len(sentence)
    return quote.text
