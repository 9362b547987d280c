"""Questions about the last answer: on what it rests, and what its articles say further."""

from dataclasses import replace

import pytest
from web_fixtures import BRIDGE, COMET

from assistant.answer import Answer, Delta, Question, Sources, as_turn
from assistant.assistant import Assistant
from assistant.conversation.again import Wish, wish
from index.article import Article
from index.library import Library
from index.search.filters import Filters

OPENED = "When did the Zephyr bridge in Oldport open?"


@pytest.fixture
def assistant(stocked: Library) -> Assistant:
    return Assistant(stocked)


def conversation(assistant: Assistant, *questions: str, filters: Filters | None = None) -> list[Answer]:
    answers: list[Answer] = []
    for text in questions:
        history = tuple(map(as_turn, answers))
        answers.append(assistant.ask(Question(text, history, (filters if answers else None) or Filters())))
    return answers


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("which source says so?", "grounds"),
        ("Which article is that from?", "grounds"),
        ("what is your source", "grounds"),
        ("Sources?", "grounds"),
        ("says who?", "grounds"),
        ("and where did you read that?", "grounds"),
        ("how do you know that?", "grounds"),
        ("Are you really sure about that?", "grounds"),
        ("Really?", "grounds"),
        ("is that true?", "grounds"),
        ("tell me more", "more"),
        ("Tell me more about it, please.", "more"),
        ("go on", "more"),
        ("more details", "more"),
        ("what else?", "more"),
        ("ok, continue", "more"),
        ("thanks, tell me more", "more"),
        ("", None),
        ("tell me more about Ada Quill", None),
        ("What is the source of the Nile?", None),
        ("where does it come from?", None),
        ("who else?", None),
        ("Is it true that the bridge is closed?", None),
        ("more " * 100, None),
    ],
)
def test_what_is_wanted_of_the_last_answer(question: str, wanted: Wish | None) -> None:
    assert wish(question) == wanted


@pytest.mark.parametrize("question", ["Which source says so?", "are you sure?"])
def test_the_grounds_are_the_same_sentences_with_who_published_them_and_when(
    assistant: Assistant, question: str
) -> None:
    first, again = conversation(assistant, OPENED, question)
    assert again.standalone_question == f"{question} ({OPENED})"
    assert again.answer.startswith(
        "Oldport Courier (November 5, 2023), “Harbour bridge opens”: "
        "The Zephyr bridge in Oldport opened on 4 November 2023. [1]"
    )
    assert [(c.article_id, c.start, c.end, c.quote) for c in again.citations] == [
        (c.article_id, c.start, c.end, c.quote) for c in first.citations
    ]
    assert (again.answered, again.short_answer, again.as_of) == (True, None, "2023-11-05")


@pytest.mark.parametrize(("published_at", "day"), [(None, ""), ("2023-11-05", " (November 5, 2023)")])
def test_grounds_without_a_source_are_named_by_the_title(library: Library, published_at: str | None, day: str) -> None:
    text = "The Zephyr bridge in Oldport opened in May."
    library.add([Article("note", "Harbour note", text, "note.txt", published_at=published_at)])
    _, again = conversation(Assistant(library), OPENED, "who says so?")
    assert again.answer == f"“Harbour note”{day}: {text} [1]"


def test_more_is_what_the_article_goes_on_with_and_then_what_came_before(assistant: Assistant) -> None:
    first, more = conversation(assistant, OPENED, "tell me more")
    shown = {c.quote for c in first.citations}
    told = [c.quote for c in more.citations]
    assert told == [
        sentence
        for sentence in ("Mayor Ada Quill cut the ribbon before 3,000 visitors.", "The bridge cost 90 million crowns.")
        if sentence not in shown
    ]
    assert {c.article_id for c in more.citations} == {"bridge"}


def test_more_is_told_once_and_not_for_ever(stocked: Library) -> None:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    text = "The Merry Tern ran aground off Cape Lorne in March. " + " ".join(f"A tug came on {day}." for day in days)
    stocked.add([replace(COMET, id="tern", title="Merry Tern aground", text=text)])
    first, *rest = conversation(Assistant(stocked), "Where did the Merry Tern run aground?", *["go on"] * 4)
    seen = [c.quote for answer in (first, *rest) for c in answer.citations if c.article_id == "tern"]
    assert len(seen) == len(set(seen)) == 1 + len(days)
    assert not rest[-1].answered
    assert rest[-1].reason == "no_evidence"


def test_after_more_the_source_is_that_of_what_was_told_last(assistant: Assistant) -> None:
    _, more, again = conversation(assistant, OPENED, "tell me more", "which source says so?")
    assert [c.quote for c in again.citations] == [c.quote for c in more.citations]
    assert again.standalone_question == f"which source says so? ({OPENED})"


def test_the_stream_of_grounds_is_sources_deltas_and_the_answer(assistant: Assistant) -> None:
    history = (as_turn(assistant.ask(Question(OPENED))),)
    sources, *deltas, answer = assistant.stream(Question("sources?", history))
    assert isinstance(sources, Sources)
    assert isinstance(answer, Answer)
    assert {passage.article_id for passage in sources.passages} == {"bridge"}
    assert "".join(delta.text for delta in deltas if isinstance(delta, Delta)) == answer.answer


def test_a_removed_article_is_not_cited_again(assistant: Assistant, stocked: Library) -> None:
    history = (as_turn(assistant.ask(Question(OPENED))),)
    stocked.hide(["bridge"])
    again = assistant.ask(Question("which source says so?", history))
    assert "bridge" not in {c.article_id for c in again.citations}


def test_an_edited_article_is_asked_anew(assistant: Assistant, stocked: Library) -> None:
    history = (as_turn(assistant.ask(Question(OPENED))),)
    stocked.add([replace(BRIDGE, text="Correction. The Zephyr bridge in Oldport opened on 5 November 2023.")])
    again = assistant.ask(Question("are you sure?", history))
    assert again.citations[0].quote == "The Zephyr bridge in Oldport opened on 5 November 2023."


def test_filters_hold_for_questions_about_the_answer_too(assistant: Assistant) -> None:
    for filters in (Filters(source=("Sky Letter",)), Filters(article_id=("comet",))):
        _, again = conversation(assistant, OPENED, "which source says so?", filters=filters)
        assert not again.answered


@pytest.mark.parametrize("question", ["which source says so?", "tell me more"])
def test_after_a_refusal_the_earlier_question_is_asked_again(assistant: Assistant, question: str) -> None:
    carpet = "How do I get red wine stains out of a wool carpet?"
    first, again = conversation(assistant, carpet, question)
    assert not first.answered
    assert (again.answered, again.reason) == (False, "no_evidence")
