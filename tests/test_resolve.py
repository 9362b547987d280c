"""Follow-ups: what a question takes from the exchange before it, and what it leaves there."""

import pytest

from assistant.answer import Turn
from assistant.conversation.resolve import for_reading, standalone
from index.model.builtin import BuiltinEmbedder

EMBED = BuiltinEmbedder().embed

OWNER = "Who owns the Ever Given?"
VISIT = "When did Blinken visit Israel?"


def last_of(questions: tuple[str, ...], answer: str = "") -> str:
    """The last question of a conversation, resolved; every exchange before it got `answer`."""
    history: list[Turn] = []
    for question in questions[:-1]:
        history.append(Turn(question, standalone(question, history, EMBED), answer))
    return standalone(questions[-1], history, EMBED)


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
        (("How many people died in Wuhan?", "and how many in Italy?"), "How many people died in Italy?"),
        (("Who won in Savona?", "and who in the United States?"), "Who won in the United States?"),
        ((VISIT, "thanks, and Trump?"), "When did Trump visit Israel?"),
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
        (("Who leads the clinic?", "is she married?"), "Dr. Ruth Okafor leads it. [1]", "is Dr. Ruth Okafor married?"),
        (
            ("Who leads the clinic?", "is he married?"),
            "Dr. Ruth Okafor leads it. [1]",
            "is he married? (Who leads the clinic?)",
        ),
        (("Who leads the clinic?", "is he married?"), "Sen. Okafor leads it. [1]", "is Sen. Okafor married?"),
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
        ((OWNER, "Tell me more"), f"Tell me more ({OWNER})"),
        (
            ("How many people died in Wuhan?", "And was the count final?"),
            "was the count final? (How many people died in Wuhan?)",
        ),
        ((OWNER, "And the price?"), f"the price? ({OWNER})"),
        ((OWNER, "ok thanks, and the price?"), f"the price? ({OWNER})"),
        (("Who died in Wuhan?", "and how many in Italy?"), "how many in Italy? (Who died in Wuhan?)"),
        (("How many died in Wuhan?", "how many in total?"), "how many in total? (How many died in Wuhan?)"),
        (("Did the strike end?", "why did it not end?"), "why did it not end? (Did the strike end?)"),
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
    ("questions", "answer", "expected"),
    [
        ((OWNER, "How long is it?"), "", "How long is the Ever Given?"),
        ((OWNER, "is it true that it sank?"), "", "is it true that the Ever Given sank?"),
        ((OWNER, "Is it still in the canal?"), "", "Is the Ever Given still in the canal?"),
        ((OWNER, "And was it insured?"), "", "was the Ever Given insured?"),
        ((OWNER, "And by whom was it built?"), "", "by whom was the Ever Given built?"),
        (("who owns the ever given", "how long is it"), "", "how long is the ever given"),
        (("When did the Merry Tern sink?", "Who owned it?"), "", "Who owned the Merry Tern?"),
        (("How tall is the tower in Oldport?", "Who built it?"), "", "Who built the tower in Oldport?"),
        (("What is comet Marlow?", "When was it seen?"), "", "When was comet Marlow seen?"),
        (("What did Ada Quill say about Fenn Bank?", "Is it solvent?"), "", "Is Fenn Bank solvent?"),
        (("what did the WHO say?", "When did they say so?"), "", "When did the WHO say so?"),
        (
            ("Who found the boy?", "Where do they live?"),
            "Two hikers, Sam Teller and Bea Novak, found him. [1]",
            "Where do Sam Teller and Bea Novak live?",
        ),
        (
            ("Which party won?", "Who is their leader?"),
            "The Green Alliance won the election. [1]",
            "Who is the Green Alliance's leader?",
        ),
        (("What did Blinken say in Oslo?", "Whom did he meet there?"), "", "Whom did Blinken meet in Oslo?"),
        (
            ("Where did the fire start?", "How many homes burned there?"),
            "It started near Santa Brena. [1]",
            "How many homes burned in Santa Brena? (Where did the fire start?)",
        ),
    ],
)
def test_things_firms_and_places_are_those_asked_about_or_answered(
    questions: tuple[str, ...], answer: str, expected: str
) -> None:
    assert last_of(questions, answer) == expected


@pytest.mark.parametrize(
    "questions",
    [
        ("Why did the price of oil rise?", "When was it lowest?"),
        ("What is the ship carrying?", "Is it heavy?"),
        ("How many soldiers did Tarsia send?", "Where are they now?"),
        ("Is the bridge at Tolle open?", "Who built it?"),
        ("Who is the mayor of Brixford?", "Is it a large town?"),
    ],
)
def test_where_it_is_unclear_what_is_meant_the_question_is_taken_along(questions: tuple[str, str]) -> None:
    assert last_of(questions) == f"{questions[1]} ({questions[0]})"


@pytest.mark.parametrize(
    ("follow_up", "expected"),
    [
        ("how old is she?", "how old is Maria Moss?"),
        ("how old is he?", "how old is Thomas Varga?"),
    ],
)
def test_of_a_man_and_a_woman_the_pronoun_chooses(follow_up: str, expected: str) -> None:
    answer = "Maria Moss took over from Thomas Varga in May. [1]"
    assert last_of(("Who runs Pelham Bank?", follow_up), answer) == expected


def test_what_was_said_of_somebody_tells_which_pronoun_is_theirs() -> None:
    history = (
        Turn("Who leads the team?", "Who leads the team?", "Bo Lind leads it with Kim Aster. Kim says she is new. [1]"),
        Turn("Since when?", "Since when? (Who leads the team?)", "Since May. [1]"),
    )
    assert standalone("How old is she?", history, EMBED) == "How old is Kim Aster?"
    assert standalone("How old is he?", history, EMBED) == "How old is Bo Lind?"


def test_he_is_whom_the_short_answer_names_and_not_the_man_of_a_further_sentence() -> None:
    answer = (
        "Kylian Mbappé scored all three goals. Lionel Messi, 35, in what was to be his last World Cup, scored twice."
    )
    asked = "Who scored all three goals for France?"
    history = [Turn(asked, asked, answer, "Kylian Mbappé")]
    assert standalone("How old was he?", history, EMBED) == "How old was Kylian Mbappé?"


def test_what_happened_on_a_date_is_a_whole_question_but_not_after_and() -> None:
    before = "How long did totality last?"
    assert last_of((before, "What happened in 2023?")) == "What happened in 2023?"
    assert last_of((before, "And what happened in 2023?")) != "And what happened in 2023?"


def test_the_short_answer_to_who_is_whom_the_next_question_means() -> None:
    turn = Turn("Who won?", "Who won?", "At the Lind Arena Bo Aster was beaten by Kim Moe. [1]", "Kim Moe")
    assert standalone("How old is he?", (turn,), EMBED) == "How old is Kim Moe?"


def test_people_are_remembered_for_longer_than_a_turn() -> None:
    questions = ("Who is Ada Quill?", "What is comet Marlow?", "How old is she?")
    assert last_of(questions) == "How old is Ada Quill?"


@pytest.mark.parametrize(
    ("question", "correction", "expected"),
    [
        (VISIT, "no, I meant Biden", "When did Biden visit Israel?"),
        (VISIT, "No, I meant Egypt", "When did Blinken visit Egypt?"),
        (VISIT, "sorry, Biden", "When did Biden visit Israel?"),
        (VISIT, "not Blinken, Biden", "When did Biden visit Israel?"),
        (VISIT, "Biden, not Blinken", "When did Biden visit Israel?"),
        (VISIT, "I said Biden, not Blinken", "When did Biden visit Israel?"),
        (
            VISIT,
            "the president of Northern Estoria, not Blinken",
            "When did the president of Northern Estoria visit Israel?",
        ),
        (VISIT, "no, I asked about Biden", "When did Biden visit Israel?"),
        (VISIT, "no, not Blinken", "no, not Blinken"),
        (VISIT, "no, I didn't", "no, I didn't"),
        ("Did Hamas agree to the truce?", "Why did Israel not agree?", "Why did Israel not agree?"),
        ("Did Hamas agree to the truce?", "Israel did not agree?", "Israel did not agree?"),
        ("When was Carl Reyes elected?", "I mean Joan Reyes", "When was Joan Reyes elected?"),
        ("Who won the 2022 World Cup?", "I meant the 2018 one", "Who won the 2018 World Cup?"),
        ("Who won the women's final?", "I meant the men's final", "Who won the men's final?"),
        (VISIT, "no, the ferry", f"the ferry? ({VISIT})"),
        (VISIT, "no, why?", f"why? ({VISIT})"),
        (VISIT, "no thanks", "no thanks"),
        (VISIT, "no", "no"),
    ],
)
def test_a_correction_is_the_same_question_put_right(question: str, correction: str, expected: str) -> None:
    assert last_of((question, correction)) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("and Egypt?", "When did Blinken visit Egypt?"),
        ("and Madrid?", "When did Blinken visit Madrid?"),
        ("and Merkel?", "When did Merkel visit Israel?"),
        ("and compared with Trump?", "When did Trump visit Israel?"),
    ],
)
def test_a_new_name_takes_the_place_of_the_one_that_it_is_like(subject: str, expected: str) -> None:
    assert last_of((VISIT, subject)) == expected


@pytest.mark.parametrize(
    ("follow_up", "expected"),
    [
        ("back to the dam: when will it be finished?", "when will the Ilmen dam be finished?"),
        ("Back to the dam: why?", "why? (Who pays for the Ilmen dam?)"),
        ("ok, back to the dam", "Who pays for the Ilmen dam?"),
        ("as for the bridge, who built it?", "who built it? (the bridge)"),
        ("back to school sales", "back to school sales"),
    ],
)
def test_an_earlier_topic_is_taken_up_again(follow_up: str, expected: str) -> None:
    assert last_of(("Who pays for the Ilmen dam?", "Who won the Tour of Savona?", follow_up)) == expected


def test_the_second_one_is_the_second_that_the_answer_lists() -> None:
    question = "Which bridges will be rebuilt?"
    answer = "The Mill Bridge and the Canon Bridge will be rebuilt. [1]"
    assert last_of((question, "What about the second one?"), answer) == f"What about the Canon Bridge? ({question})"


def test_thanks_do_not_end_a_topic() -> None:
    assert last_of((OWNER, "Thanks!", "How long is it?")) == "How long is the Ever Given?"


@pytest.mark.parametrize("follow_up", ["which source says so?", "Are you sure?", "Tell me more", "go on", "really?"])
def test_a_question_about_the_answer_takes_the_question_along_and_is_read_as_that(follow_up: str) -> None:
    resolved = last_of((OWNER, follow_up))
    assert resolved == f"{follow_up} ({OWNER})"
    assert for_reading(resolved) == OWNER


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ((OWNER, "Who else?", "Why?"), f"Why? ({OWNER})"),
        ((OWNER, "How long is it?", "And how wide?"), "how wide? (How long is the Ever Given?)"),
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
        "Is it true that the ferry sank because it was overloaded?",
        "Was it raining in London in July 2012?",
        "Is there any news about the weather in Cairo?",
        "ebola",
        "How long does it take to get a visa for Suland?",
        "did the mayor say why she resigned",
        "What is the source of the Nile?",
        "Tell me more about Ada Quill",
    ],
)
def test_a_new_topic_is_left_alone(question: str) -> None:
    assert last_of((OWNER, question)) == question


def test_a_new_topic_is_left_alone_but_for_the_word_that_joins_it() -> None:
    assert last_of((OWNER, "And when did the Ebola epidemic end?")) == "when did the Ebola epidemic end?"


@pytest.mark.parametrize("question", ["What about Biden?", "Why?", "Where was he born?", "when was that", ""])
def test_a_first_question_is_left_alone(question: str) -> None:
    assert standalone(question, (), EMBED) == question


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


@pytest.mark.parametrize(
    "long",
    ["A-" * 2_000, "A'A " * 1_000, "A, " * 1_300, "A and " * 700, "the " * 1_000, "no, " * 1_000, "(" * 4_000],
    ids=lambda long: str(long)[:6],
)
def test_long_texts_of_one_pattern_are_resolved_at_all(long: str) -> None:
    turn = Turn(f"Who is {long}?", f"Who is {long}?", long)
    for follow_up in ("Who are they?", "What is it?", "and him?", "no, I meant Biden", "back to the dam", long):
        assert standalone(follow_up, (turn,), EMBED)


def test_an_initial_is_part_of_a_name() -> None:
    resolved = last_of(("Who built the dam?", "How old is she?"), "Mary W. Holt built the dam. [1]")
    assert resolved == "How old is Mary W. Holt?"


@pytest.mark.parametrize(
    "earlier",
    [
        "How long has the Ever Given been held?",
        "How long was the Ever Given held?",
        "When did the Ever Given run aground?",
    ],
)
def test_what_the_verb_stands_behind_is_it(earlier: str) -> None:
    assert last_of((earlier, "Who owns it?")) == OWNER
