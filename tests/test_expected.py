"""What a question asks for: a few words, or sentences."""

import pytest

from assistant.question.expected import asks_for_a_span, kind_of, may_answer


@pytest.mark.parametrize(
    "question",
    [
        "When did Blinken visit Israel?",
        "how much sand was dredged",
        "How long did totality last?",
        "Who won?",
        "From which club did he come?",
        "What is the death toll?",
        "What was the name of the captain?",
        "and when was that?",
    ],
)
def test_a_few_words_answer_a_factual_question(question: str) -> None:
    assert asks_for_a_span(question)


@pytest.mark.parametrize(
    "question",
    [
        "Why did it run aground?",
        "why?",
        "What caused the blockage?",
        "What happened on Monday?",
        "How did they free the ship?",
        "Did the ship sink?",
        "and was it insured?",
        "What did Netanyahu say about a ceasefire?",
        "Tell me more",
        "Summarise the article on Wuhan.",
    ],
)
def test_reasons_accounts_statements_and_yes_or_no_want_sentences(question: str) -> None:
    assert not asks_for_a_span(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which towns were flooded?",
        "Which two Baltic ports closed in May?",
        "and which people signed the letter?",
        "Name three birds that nest on the island",
        "Who were the two winners?",
    ],
)
def test_several_are_asked_for(question: str) -> None:
    assert kind_of(question) == "list"


@pytest.mark.parametrize(
    "question",
    [
        *(
            "Which party wins the election?",
            "Which party wins?",
            "Which town was flooded?",
            "Which bus goes to Oldport?",
        ),
        *("Which company wants to build the dam?", "Which firm will Jonas Effer join?", "name of the mayor of Oldport"),
        "Which planet's spectrum showed water?",
    ],
)
def test_one_is_asked_for(question: str) -> None:
    assert kind_of(question) == "fact"


@pytest.mark.parametrize(
    ("question", "answer", "fits"),
    [
        ("How many people died?", "2,975", True),
        ("How many goals did he score?", "three", True),
        ("How many people died?", "COVID-19 patients", True),
        ("How many people died?", "Osama Rabie", False),
        ("When was it launched?", "Nov. 3", True),
        ("When was it launched?", "an Ariane rocket", False),
        ("When was it launched?", "Saturday", False),
        ("When was it launched?", "at 15:05", False),
        ("When was it launched?", "Saturday, Dec. 25", True),
        ("When was it launched?", "15:05 on Dec. 25", True),
        ("What day was it?", "Saturday", True),
        ("What year was it?", "1951", True),
        ("What year was it?", "15:05", False),
        ("Who won?", "Leicester City", True),
        ("How many people died?", "twenty", True),
        ("How many people died?", "Forty-one pupils", True),
        ("How much did it cost?", "a million crowns", True),
        ("How many people died?", "hundreds", True),
        ("How many people died?", "someone", False),
        ("who built it? (What year was the bridge opened?)", "Ada Quill", True),
        ("the second one? (What year was the bridge opened?)", "Ada Quill", False),
    ],
)
def test_a_short_answer_of_another_kind_is_none(question: str, answer: str, fits: bool) -> None:
    assert may_answer(question, answer) == fits


@pytest.mark.parametrize(
    ("follow_up", "kind"),
    [
        ("when was that? (Why did the dam close?)", "when"),
        ("how many died? (Summarise the news about the dam)", "number"),
        ("which ship was it? (What happened to the ferry?)", "fact"),
        ("why? (death toll Puerto Rico (2018))", "account"),
        ("recap? (Who pays for the dam?)", "summary"),
        # another subject for the same question
        ("What about the second one? (How many bridges will be rebuilt?)", "number"),
        ("the second one? (When did the bridge open?)", "when"),
        # brackets that a person typed
        ("death toll Puerto Rico (2018)", "fact"),
        ("How many people died (in total)?", "number"),
    ],
)
def test_a_follow_up_is_of_its_own_kind_and_not_of_the_kind_of_the_question_before(follow_up: str, kind: str) -> None:
    assert kind_of(follow_up) == kind
