"""Yes and no: said only where a sentence leaves nothing to judge."""

import pytest

from assistant.extractive.yes_no import yes_or_no


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("Did the ferry reach Oldport?", "The ferry reached Oldport shortly after noon.", "Yes"),
        ("did ada quill win the election", "Ada Quill won the election with 61 percent.", "Yes"),
        ("Did the mayor resign?", "On Monday, the mayor resigned.", "Yes"),
        ("Did the mayor resign?", "In May 2024 the mayor resigned with immediate effect.", "Yes"),
        ("Did the mayor resign?", "OLDPORT (Sky Letter) — The mayor resigned late on Monday.", "Yes"),
        ("Did Tom Vale resign?", "Mr Tom Vale resigned over the flood.", "Yes"),
        ("Did the mayor’s deputy resign?", "The mayor's deputy has resigned.", "Yes"),
        (
            "Has the Zephyr bridge been closed?",
            "The Zephyr bridge was closed on Friday, and trains were stopped.",
            "Yes",
        ),
        ("Was Tom Vale arrested in Norvik?", "Tom Vale was arrested in Norvik on Monday.", "Yes"),
        ("Was the bridge being built?", "The bridge was being built.", "Yes"),
        ("Did the mayor resign?", "The mayor did not resign, and the vote was held.", "No"),
        ("Is the dam safe?", "The dam isn’t safe.", "No"),
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
        # something or somebody else did, or it was done to something else
        ("Did the bank close?", "The bank closed its branch in Oldport."),
        ("Did the bank close?", "The bank closed 40 branches."),
        ("Did the ferry sink?", "The ferry sank two fishing boats."),
        ("Did Hamas release the hostages?", "Hamas released two of the hostages on Friday."),
        ("Did the mayor resign?", "The mayor's deputy resigned on Monday."),
        ("Did the mayor resign?", "The wife of the mayor resigned."),
        ("Did the mayor resign?", "The deputy mayor resigned."),
        ("Did the mayor resign?", "The mayor saw her deputy resign."),
        ("Did the president die?", "The president's wife died on Monday."),
        ("Did Virginia vote?", "West Virginia voted on Monday."),
        ("Did the mayor resign?", "The mayor resigned as head of the choir."),
        ("Did the ferry sail from Oldport?", "The ferry sailed to Oldport."),
        ("Did Tom Vale shoot?", "Tom Vale was shot in Norvik."),
        # at another time
        ("Is the dam safe?", "The dam was safe in 2019."),
        ("Was the dam safe?", "The dam is safe."),
        ("Is the dam safe?", "The dam is safe in summer."),
        ("Did the comet return?", "The comet returns in 2061."),
        ("Did the mayor resign?", "The mayor is to resign on Tuesday."),
        ("Did the mayor resign?", "The mayor will resign on Tuesday."),
        ("Does the ferry sail to Oldport?", "The ferry sailed to Oldport."),
        # not for that reason, or not then
        ("Did the mayor resign?", "The mayor did not resign over the flood."),
        ("Did the mayor resign?", "The mayor did not resign on Tuesday."),
        # somebody says or asks so
        ("Did the mayor resign?", "“The mayor resigned,” Tom Vale shouted."),
        ("Did the mayor resign?", "The mayor resigned, according to opponents."),
        ("Did the mayor resign?", "The mayor resigned, as her opponents claim."),
        ("Did the mayor resign?", "The mayor resigned?"),
        ("Is the dam safe?", "The dam isn’t safe, the report found."),
        ("Did she resign?", "She resigned."),  # who?
        # what stands before or behind takes it back, or might
        ("Did the mayor resign?", "The mayor resigned, a rumour that proved wrong."),
        ("Did the mayor resign?", "The mayor resigned, it was rumoured."),
        ("Did the mayor resign?", "The mayor resigned, or so it went around in town."),
        ("Did the mayor resign?", "The mayor resigned on Monday, a report with no truth to it."),
        ("Did the mayor resign?", "The mayor resigned on Monday but came back."),
        ("Did the mayor resign?", "The mayor resigned - on paper."),
        ("Did the mayor resign?", "The mayor resigned; it was a trick."),
        ("Did the mayor resign?", "The mayor resigned (on paper)."),
        ("Did the mayor resign?", "The mayor resigned on Monday as head of the choir."),
        ("Did the mayor resign?", "In the film, the mayor resigned on Monday."),
        ("Did the mayor resign?", "In the play the bridge fell, and the mayor resigned on Monday."),
        ("Did the mayor resign?", "Nobody was hurt, but the mayor resigned on Monday."),
        ("Did the mayor resign?", "The last mayor resigned on Monday."),
        ("Did the passengers die?", "40 passengers died."),
        ("Did the bank close?", "The bank closed and sold two branches."),
        ("Was the bridge built?", "The bridge was being built."),
        ("Is the airport open?", "The airport is open, but only to cargo."),
        ("Is the airport open?", "The airport is open, to cargo."),
        ("Is the airport open?", "The airport is open, and only to cargo."),
        ("Is the dam safe?", "The dam is not safe and cheap."),
    ],
)
def test_what_needs_judgement_gives_neither(question: str, sentence: str) -> None:
    assert yes_or_no(question, sentence) is None
