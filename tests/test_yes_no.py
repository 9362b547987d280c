"""Yes and no: said only where a sentence leaves nothing to judge."""

import pytest

from assistant.extractive.yes_no import yes_or_no


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("Did the ferry reach Oldport?", "The ferry reached Oldport shortly after noon.", "Yes"),
        ("did ada quill win the election", "Ada Quill won the mayoral election with 61 percent.", "Yes"),
        (
            "Has the Zephyr bridge been closed?",
            "The Zephyr bridge was closed on Friday, and trains were stopped.",
            "Yes",
        ),
        (
            "Was Tom Vale arrested in Norvik?",
            "Police said nothing more; Tom Vale was arrested in Norvik on Monday.",
            "Yes",
        ),
        ("Did the mayor resign?", "The mayor did not resign on Tuesday.", "No"),
        ("Is the dam safe?", "The dam isn’t safe, the report found.", "No"),
        ("Did the Marlow comet return in 2011?", "The Marlow comet never returned in 2011.", "No"),
    ],
)
def test_a_sentence_that_says_just_that_gives_yes_or_no(question: str, sentence: str, said: str) -> None:
    assert yes_or_no(question, sentence) == said


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did the mayor resign?", "The mayor may resign on Tuesday."),
        ("Did the mayor resign?", "The mayor denied that he would resign."),
        ("Did the mayor resign?", "Opponents said the mayor resigned."),  # they say
        ("Did the mayor resign?", "The mayor threatened to resign."),
        ("Did the mayor resign?", "If the mayor resigns, a vote is held."),
        (
            "Did the mayor resign?",
            "The mayor's deputy, who had been in office for nine years and two months, resigned.",
        ),
        ("Did the ferry reach Oldport?", "Oldport waited for the ferry, which reached Norvik."),
        ("Did Norvik beat Oldport?", "Oldport beat Norvik 3-1."),  # the other way round
        ("Did the ferry reach Oldport?", "The ferry nearly reached Oldport."),
        ("Did the ferry reach Oldport?", "No passenger was hurt when the ferry reached Oldport."),
        ("Did the ferry not reach Oldport?", "The ferry did not reach Oldport."),
        ("Is the dam safe or unsafe?", "The dam is safe."),
        ("Is it true?", "It is true."),
        ("Who resigned?", "The mayor resigned."),
        ("When did the mayor resign?", "The mayor resigned on Monday."),
        ("Will the mayor resign?", "The mayor resigned."),
        ("Was the vaccine approved in 2021?", "The vaccine was approved in 2020."),
        ("Did Ada Quill win the election?", "Ada Quill lost the election."),
        ("Did the bank close?", "The bank closed its branch in Oldport."),  # not the bank itself
    ],
)
def test_what_needs_judgement_gives_neither(question: str, sentence: str) -> None:
    assert yes_or_no(question, sentence) is None
