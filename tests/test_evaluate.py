"""Questions asked of a small library by the real reader, and what is judged of the answers."""

import pytest

from assistant.assistant import Assistant
from assistant.evaluation.outcomes import evaluate
from assistant.evaluation.questions import GoldSpan, TestQuestion
from index.filters import Filters
from index.library import Library

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


def test_the_most_probable_sentence_is_judged_by_itself(stocked: Library) -> None:
    right, wrong = evaluate(
        Assistant(stocked, max_wrong=1), [OPENED, TestQuestion("2", OPENED.question, ("90 million crowns",))]
    )
    assert right.best_is_right
    assert right.answer.confidence == max(c.score for c in right.answer.citations)
    assert not wrong.best_is_right
