"""Follow-ups: what a question takes from the exchange before it, and what it leaves there."""

import pytest

from assistant.answer import Turn
from assistant.resolve import for_reading, standalone

OWNER = "Who owns the Ever Given?"
VISIT = "When did Blinken visit Israel?"


def last_of(questions: tuple[str, ...], answer: str = "") -> str:
    """The last question of a conversation, resolved; every exchange before it got `answer`."""
    history: list[Turn] = []
    for question in questions[:-1]:
        history.append(Turn(question, standalone(question, history), answer))
    return standalone(questions[-1], history)


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ((VISIT, "What about Biden?"), "When did Biden visit Israel?"),
        ((VISIT, "and Biden?"), "When did Biden visit Israel?"),
        (("What did Netanyahu want?", "And Blinken?"), "What did Blinken want?"),
        (("How many goals did Jamie Vardy score?", "how about Riyad Mahrez"), "How many goals did Riyad Mahrez score?"),
        (("How many goals did Jamie Vardy score?", "And his wife?"), "How many goals did Jamie Vardy's wife score?"),
        (("What is the Gulf of Suez?", "And the Panama Canal?"), "What is the Panama Canal?"),
        (("How many people died in Wuhan?", "And in Hubei?"), "How many people died in Hubei?"),
        (("Who scored for Chelsea?", "And for Tottenham?"), "Who scored for Tottenham?"),
        (("How tall is the tower in Paris?", "How about the one in Tokyo?"), "How tall is the tower in Tokyo?"),
        ((VISIT, "What about Biden?", "and Trump?"), "When did Trump visit Israel?"),
    ],
)
def test_another_subject_is_asked_the_same_question(questions: tuple[str, ...], expected: str) -> None:
    assert last_of(questions) == expected


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (("How many people died in 2016?", "and in 2017?"), "How many people died in 2017?"),
        (("How many people died in 2016?", "What about 2017?"), "How many people died in 2017?"),
        (("Who won the 2018 World Cup?", "And in 2022?"), "Who won the 2022 World Cup?"),
        (("Who won the World Cup?", "And in 2022?"), "Who won the World Cup in 2022?"),
        (("Where did Blinken go on Nov. 3?", "And on Nov. 4?"), "Where did Blinken go on Nov. 4?"),
        (("Where did Blinken go on Nov. 3?", "What about Nov. 4?"), "Where did Blinken go on Nov. 4?"),
        (("What happened in May 2016?", "And in June?"), "What happened in June 2016?"),
        (
            ("What did the WHO declare in August 2014?", "And in March 2016?"),
            "What did the WHO declare in March 2016?",
        ),
        (("who owns the ever given", "and in 2017"), "who owns the ever given in 2017?"),
    ],
)
def test_another_date_takes_the_place_of_the_one_asked_about(questions: tuple[str, ...], expected: str) -> None:
    assert last_of(questions) == expected


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (
            ('What did Rabie mean by "human error"?', 'And by "storm"?'),
            'What did Rabie mean by "storm"?',
        ),
        (
            ("What does “ring vaccination” mean?", "What about “herd immunity”?"),
            "What does “herd immunity” mean?",
        ),
        (
            ('Who said "the ship is free"?', "When was that?"),
            'When was that? (Who said "the ship is free"?)',
        ),
    ],
)
def test_quoted_text_is_kept_and_exchanged_whole(questions: tuple[str, ...], expected: str) -> None:
    assert last_of(questions) == expected


@pytest.mark.parametrize(
    ("questions", "answer", "expected"),
    [
        (("Who is Claudio Ranieri?", "Where was he born?"), "", "Where was Claudio Ranieri born?"),
        (("Who is Claudio Ranieri?", "What is his nationality?"), "", "What is Claudio Ranieri's nationality?"),
        (("Who is Margaret Keenan?", "Who vaccinated her?"), "", "Who vaccinated Margaret Keenan?"),
        (("Who is Margaret Keenan?", "What did her family say?"), "", "What did Margaret Keenan's family say?"),
        ((VISIT, "But why did he go?"), "", "why did Blinken go?"),
        ((VISIT, "What did he say to Netanyahu?"), "", "What did Blinken say to Netanyahu?"),
        ((VISIT, "What did Netanyahu tell him?"), "", "What did Netanyahu tell Blinken?"),
        (
            ("Who managed Leicester?", "Where was he born?"),
            "Leicester were managed by Claudio Ranieri. [1]",
            "Where was Claudio Ranieri born?",
        ),
        (
            ("who managed leicester", "where was he born"),
            "Claudio Ranieri, the Italian manager, was appointed in July 2015. [1]",
            "where was Claudio Ranieri born",
        ),
        (
            ("who owns the club", "how old is his mother?"),
            "The Thai businessman Vichai Srivaddhanaprabha bought it in 2010. [1]",
            "how old is Vichai Srivaddhanaprabha's mother?",
        ),
        (
            ("Who won the seat in Amethi?", "Where was she born?"),
            "",  # refused: nobody was named
            "Where was she born? (Who won the seat in Amethi?)",
        ),
    ],
)
def test_he_and_she_are_the_person_asked_about_or_answered(
    questions: tuple[str, ...], answer: str, expected: str
) -> None:
    assert last_of(questions, answer) == expected


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (("When did the Ever Given run aground?", "Why?"), "Why? (When did the Ever Given run aground?)"),
        (("When did the Ever Given run aground?", "and why"), "why (When did the Ever Given run aground?)"),
        (("Why did it run aground?", "When was that?"), "When was that? (Why did it run aground?)"),
        ((OWNER, "Who else?"), f"Who else? ({OWNER})"),
        ((OWNER, "How long is it?"), f"How long is it? ({OWNER})"),
        ((OWNER, "Is it still in the canal?"), f"Is it still in the canal? ({OWNER})"),
        ((OWNER, "And was it insured?"), f"was it insured? ({OWNER})"),
        ((OWNER, "And by whom was it built?"), f"by whom was it built? ({OWNER})"),
        ((OWNER, "Tell me more"), f"Tell me more ({OWNER})"),
        (("who owns the ever given", "how long is it"), "how long is it (who owns the ever given)"),
        (
            ("How many people died in Wuhan?", "And was the count final?"),
            "was the count final? (How many people died in Wuhan?)",
        ),
        ((OWNER, "And the price?"), f"the price? ({OWNER})"),
        ((OWNER, "what about the crew"), f"what about the crew ({OWNER})"),
        (("who won in india", "what about france"), "what about france (who won in india)"),
        (("who won in india", "what about france", "why"), "why (who won in india)"),
        (("What happened in May 2016?", "And then?"), "then? (What happened in May 2016?)"),
        ((VISIT, "What did Netanyahu say about it?"), f"What did Netanyahu say about it? ({VISIT})"),
        ((VISIT, "What about Biden?", "Why?"), "Why? (When did Biden visit Israel?)"),
    ],
)
def test_a_question_without_a_topic_of_its_own_takes_the_earlier_one_along(
    questions: tuple[str, ...], expected: str
) -> None:
    assert last_of(questions) == expected


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ((OWNER, "How long is it?", "Why?"), f"Why? ({OWNER})"),
        ((OWNER, "How long is it?", "And how wide?"), f"how wide? ({OWNER})"),
        # brackets that a person typed are no earlier question
        (("death toll Puerto Rico (2018)", "why?"), "why? (death toll Puerto Rico (2018))"),
        (("death toll Puerto Rico (2018)", "why?", "since when?"), "since when? (death toll Puerto Rico (2018))"),
    ],
)
def test_brackets_do_not_pile_up(questions: tuple[str, ...], expected: str) -> None:
    assert last_of(questions) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Australia?",
        "How many seats did Modi's BJP get in 2019?",
        "when did the webb telescope launch",
        "Who stood in for Boris Johnson when he was ill?",
        "How did Puerto Rico count its dead?",
        "Is it true that Trump visited Puerto Rico?",
        "Was it raining in London in July 2012?",
        "Is there any news about the weather in Cairo?",
        "ebola",
    ],
)
def test_a_new_topic_is_left_alone(question: str) -> None:
    assert last_of((OWNER, question)) == question


def test_a_new_topic_is_left_alone_but_for_the_word_that_joins_it() -> None:
    assert last_of((OWNER, "And when did the Ebola epidemic end?")) == "when did the Ebola epidemic end?"


@pytest.mark.parametrize("question", ["What about Biden?", "Why?", "Where was he born?", "when was that", ""])
def test_a_first_question_is_left_alone(question: str) -> None:
    assert standalone(question, ()) == question


@pytest.mark.parametrize("question", ["", " ", "?", "...", "ok", "Thanks!"])
def test_what_asks_nothing_takes_nothing_along(question: str) -> None:
    assert last_of((VISIT, question)) == question


@pytest.mark.parametrize("question", ["Why?", "And in 2017?", "What about Biden?", "Where was he born?"])
def test_nothing_is_taken_from_an_exchange_that_asked_nothing(question: str) -> None:
    assert last_of(("?", question)) == question


@pytest.mark.parametrize(
    ("standalone_question", "read"),
    [
        (
            "when did it float free? (How much sand was dredged from around the Ever Given?)",
            "when did it float free, about Ever Given?",
        ),
        ("who was the coach? (Who scored for Argentina in Qatar?)", "who was the coach, about Argentina, Qatar?"),
        (
            "why? (what was the first ship through the new locks?)",
            "why? (what was the first ship through the new locks?)",
        ),
        ("When did the Zephyr bridge open?", "When did the Zephyr bridge open?"),
    ],
)
def test_the_reader_is_asked_one_question_with_the_names_of_the_one_before(standalone_question: str, read: str) -> None:
    assert for_reading(standalone_question) == read
