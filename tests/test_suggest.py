"""Questions that are made of sentences, and which of them are offered."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from web_fixtures import BRIDGE, COMET

from assistant.answer import Question, as_turn
from assistant.assistant import Assistant
from assistant.reader.model import trained_reader
from assistant.suggest.turned import base, questions
from index.library import Library

FERRY = replace(
    BRIDGE,
    id="ferry",
    title="Ferry line to close",
    text="The Oldport ferry will be closed on 1 March 2024.\n\nAda Quill opened the Oldport ferry in 1998.",
    published_at="2023-12-01",
    source="Norwick Post",
)


def made(text: str, language: str | None = None) -> list[str]:
    return [one.question for one in questions(text, language, trained_reader().knows)]


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("The Zephyr bridge opened on 4 November 2023.", ["When did the Zephyr bridge open?"]),
        ("The Zephyr bridge was opened by the queen on Monday.", ["When was the Zephyr bridge opened by the queen?"]),
        ("On Friday the Zephyr bridge was closed to lorries.", ["When was the Zephyr bridge closed to lorries?"]),
        ("In 2091 Comet Marlow will return.", ["When will Comet Marlow return?"]),
        ("The Marlow trial was put off because a witness fell ill.", ["Why was the Marlow trial put off?"]),
        ("Ada Quill cut the ribbon in Oldport, before a crowd.", ["Who cut the ribbon in Oldport?"]),
        ("Nine people were hurt when a Zephyr tram left its rails.", []),
        ("At least nine people were hurt in Oldport on Monday.", ["How many people were hurt in Oldport?"]),
        ("He opened the Zephyr bridge on 4 November 2023.", []),
        ("The queen opened it on 4 November 2023.", []),
        ("“The Zephyr bridge opened on Monday,” she said.", []),
        ("The mayor said on Monday that nobody was hurt.", []),
    ],
)
def test_a_sentence_is_turned_round_where_it_stands_alone(sentence: str, asked: Sequence[str]) -> None:
    names = "People know of Zephyr, of Comet and of Marlow, of Ada Quill and of Oldport."
    assert made(f"{sentence} {names}") == list(asked)


def test_a_question_knows_the_sentence_that_it_was_made_of() -> None:
    found = list(questions(FERRY.text, "en", trained_reader().knows))
    assert [(one.question, FERRY.text[one.start : one.end]) for one in found] == [
        ("When will the Oldport ferry be closed?", "The Oldport ferry will be closed on 1 March 2024."),
        ("When did Ada Quill open the Oldport ferry?", "Ada Quill opened the Oldport ferry in 1998."),
        ("Who opened the Oldport ferry in 1998?", "Ada Quill opened the Oldport ferry in 1998."),
    ]


def test_no_question_is_made_of_a_text_in_another_language() -> None:
    assert made(FERRY.text, "en-GB")
    assert not made(FERRY.text, "de")


@pytest.mark.parametrize(
    ("past", "root"),
    [("opened", "open"), ("won", "win"), ("closed", "close"), ("tried", "try"), ("stopped", "stop"), ("zzfwed", None)],
)
def test_the_root_of_a_past_is_a_word_of_the_language(past: str, root: str | None) -> None:
    assert base(past, trained_reader().knows) == root


def test_the_first_questions_are_answered_by_the_newest_articles_one_each(stocked: Library) -> None:
    stocked.add([FERRY])
    assistant = Assistant(stocked)
    first = assistant.first_questions()
    assert first == ("When will the Oldport ferry be closed?", "When was Comet Marlow seen with the naked eye?")
    for question in first:
        answer = assistant.ask(Question(question))
        assert answer.answered
        assert answer.is_certain


def test_the_first_questions_follow_the_articles(stocked: Library) -> None:
    assistant = Assistant(stocked)
    before = assistant.first_questions()
    stocked.add([FERRY])
    assert "When will the Oldport ferry be closed?" not in before
    assert "When will the Oldport ferry be closed?" in assistant.first_questions()
    stocked.remove(["ferry", "bridge", "comet"])
    assert assistant.first_questions() == ()


def test_the_next_questions_go_on_in_the_cited_article_and_do_not_repeat_the_last(stocked: Library) -> None:
    stocked.add([FERRY])
    assistant = Assistant(stocked)
    answer = assistant.ask(Question("When will the Oldport ferry be closed?"))
    following = assistant.next_questions(as_turn(answer))
    assert following[0] in {"When did Ada Quill open the Oldport ferry?", "Who opened the Oldport ferry in 1998?"}
    assert len(following) <= 2
    assert answer.question not in following


def test_where_no_sentence_makes_one_the_name_is_asked_about(stocked: Library) -> None:
    again = replace(
        COMET, id="again", text="Comet Marlow is faint now.", published_at="2021-07-01", source="Norwick Post"
    )
    stocked.add([again])
    assistant = Assistant(stocked)
    following = assistant.next_questions(as_turn(assistant.ask(Question("When was Comet Marlow seen?"))))
    assert following == ("What is the latest on Comet Marlow?", "What did Norwick Post report about Comet Marlow?")
    for question in following:
        assert assistant.ask(Question(question)).answered


def test_a_name_that_belongs_to_another_word_goes_without_its_article(stocked: Library) -> None:
    again = replace(FERRY, id="again", text="The Oldport ferry is late today.", title="Late", source="Sky Letter")
    stocked.add([replace(FERRY, text="The Oldport ferry is closed."), again])
    assistant = Assistant(stocked)
    following = assistant.next_questions(as_turn(assistant.ask(Question("Is the Oldport ferry closed?"))))
    assert following[0] == "What is the latest on Oldport?"


def test_neither_a_month_nor_a_part_of_a_name_is_asked_about(stocked: Library) -> None:
    stocked.add([replace(COMET, id="again", text="In May the James Quill telescope in Oldport was opened.")])
    assistant = Assistant(stocked)
    for question, name in (("What happened in May?", None), ("Who opened the James Quill telescope?", "James Quill")):
        following = assistant.next_questions(as_turn(assistant.ask(Question(question))))
        assert not any("May" in one or "the James" in one for one in following)
        assert any(name in one for one in following) if name else True


def test_they_are_asked_for_over_http(client: FlaskClient) -> None:
    first = client.get("/api/suggestions").json
    assert first is not None
    assert set(first) == {"questions"}
    said = client.post("/api/ask", json={"question": "When did the Zephyr bridge open?"}).json
    assert said is not None
    following = client.get(f"/api/suggestions?message_id={said['message_id']}").json
    assert following is not None
    assert said["question"] not in following["questions"]
    assert client.get("/api/suggestions?message_id=none").status_code == 404
