"""Questions asked of a small library by the real reader, and what is judged of the answers."""

import pytest
from scripted_model import ScriptedModel, scripted

from assistant.assistant import Assistant
from assistant.evaluation.measures import row
from assistant.evaluation.outcomes import evaluate
from assistant.evaluation.questions import GoldSpan, TestQuestion
from index.article import Article
from index.library import Library
from index.search.filters import Filters

OPENED = TestQuestion("1", "When did the Zephyr bridge in Oldport open?", ("4 November 2023",), ("bridge.txt",))
BRIDGE_COST = "How much did the Zephyr bridge in Oldport cost?"
CARPET = TestQuestion("2", "How do I get red wine stains out of a wool carpet?", ())


def test_questions_are_asked_in_order_and_judged(stocked: Library) -> None:
    heard: list[tuple[int, int]] = []
    right, refused = evaluate(Assistant(stocked), [OPENED, CARPET], lambda done, total: heard.append((done, total)))
    assert heard == [(0, 2), (1, 2)]
    assert (right.is_right, right.holds_answer, right.gold_ranks) == (True, True, (1,))
    assert right.citations == right.verbatim == len(right.answer.citations) > 0
    assert (refused.is_right, refused.answer.answered, refused.gold_ranks, refused.citations) == (
        True,
        False,
        (),
        0,
    )


@pytest.mark.parametrize(
    ("articles", "expected"), [(("bridge",), True), (("bridge.txt#bridge",), True), ((), True), (("comet",), False)]
)
def test_a_gold_article_is_named_by_id_or_path_and_id(
    articles: tuple[str, ...], expected: bool, stocked: Library
) -> None:
    (found,) = evaluate(Assistant(stocked), [TestQuestion("1", OPENED.question, OPENED.answers, articles)])
    assert found.is_right is expected


def test_the_right_words_cited_from_another_article_are_not_right(stocked: Library) -> None:
    (found,) = evaluate(Assistant(stocked), [TestQuestion("1", OPENED.question, OPENED.answers, ("comet.txt",))])
    assert (found.is_right, found.holds_answer, found.gold_ranks) == (False, True, (2,))


def test_an_answer_to_an_unanswerable_question_is_wrong(stocked: Library) -> None:
    (found,) = evaluate(Assistant(stocked), [TestQuestion("1", OPENED.question, ())])
    assert found.is_right is False


def test_a_question_is_asked_with_its_filters(stocked: Library) -> None:
    filters = Filters(source=("Sky Letter",))
    (found,) = evaluate(Assistant(stocked), [TestQuestion("1", OPENED.question, (), filters=filters)])
    assert found.answer.applied_filters == {"source": ["Sky Letter"]}


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (GoldSpan("bridge.txt", 0, 55), True),
        (GoldSpan("bridge", 54, 60), True),
        (GoldSpan("bridge", 55, 90), False),  # the next sentence
        (GoldSpan("comet", 0, 55), False),
    ],
)
def test_a_citation_is_supported_where_it_overlaps_a_gold_span(
    span: GoldSpan, expected: bool, stocked: Library
) -> None:
    asked = TestQuestion("1", OPENED.question, OPENED.answers, ("bridge.txt",), spans=(span,))
    (found,) = evaluate(Assistant(stocked), [asked])
    assert [(c.start, c.end) for c in found.answer.citations][:1] == [(0, 55)]
    assert (found.supported > 0, found.from_gold > 0) == (expected, True)


def test_the_last_turn_of_a_conversation_is_measured(stocked: Library) -> None:
    asked = TestQuestion("1", "and when did it open?", OPENED.answers, OPENED.articles, earlier=(BRIDGE_COST,))
    alone, after = evaluate(
        Assistant(stocked), [TestQuestion("0", asked.question, OPENED.answers, OPENED.articles), asked]
    )
    assert alone.answer.standalone_question == "and when did it open?"
    assert after.answer.question == "and when did it open?"
    assert "Zephyr" in after.answer.standalone_question
    assert after.is_right


def test_a_last_turn_about_the_answer_before_it_has_what_that_cited(stocked: Library) -> None:
    asked = TestQuestion("1", "Which source says so?", OPENED.answers, OPENED.articles, earlier=(OPENED.question,))
    (found,) = evaluate(Assistant(stocked), [asked])
    assert found.answer.answer.startswith("Oldport Courier (November 5, 2023), “Harbour bridge opens”: ")
    assert found.is_right


@pytest.mark.parametrize(("answer", "expected"), [("5 crowns", True), ("7 crowns", False)])
def test_the_sentence_that_the_confidence_is_of_is_judged_by_itself(
    answer: str, expected: bool, library: Library
) -> None:
    toll = "The toll of the Zephyr bridge in Oldport is {} crowns for a car."
    later = "Since Monday {} crowns are asked of a car at the Zephyr bridge in Oldport, as a toll."
    library.add(
        [
            Article("old", "Toll of the bridge", toll.format(5), "old.txt", published_at="2023-11-05"),
            Article("new", "Council news", later.format(7), "new.txt", published_at="2024-11-05"),
        ]
    )
    asked = TestQuestion("1", "What is the toll of the Zephyr bridge in Oldport?", (answer,))
    (found,) = evaluate(Assistant(library, max_wrong=1), [asked])
    assert [c.article_id for c in found.answer.citations] == ["new", "old"]  # the newer report first
    assert found.answer.confidence == found.answer.citations[1].score
    assert (found.is_right, found.best_is_right) == (True, expected)


def test_what_is_cited_for_a_question_without_an_answer_is_wrong_and_of_no_citation_nothing_is_judged(
    stocked: Library,
) -> None:
    wrong, refused = evaluate(Assistant(stocked), [TestQuestion("1", OPENED.question, ()), CARPET])
    assert (wrong.best_is_right, refused.best_is_right) == (False, None)


def test_what_a_chat_model_cites_is_not_the_sentence_that_the_confidence_is_of(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel(["The Zephyr bridge in Oldport opened on 4 November 2023 [1]."])
    with scripted(model) as address:
        monkeypatch.setenv("OPENAI_BASE_URL", address)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        written, fallen_back = [
            found for model.status in (200, 400) for found in evaluate(Assistant(stocked, "openai:scripted"), [OPENED])
        ]
    assert (written.is_right, written.best_is_right) == (True, None)
    assert (fallen_back.is_right, fallen_back.best_is_right) == (True, True)
    assert "best_right" not in row(written)
    assert row(fallen_back)["best_right"] == 1
