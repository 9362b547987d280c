"""Question sets and the figures made of them, worked out by hand."""

import datetime as dt
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.errors import BadQuestionSet
from assistant.evaluate import Outcome, TestQuestion, evaluate, load_questions, metrics, table
from index.filters import Filters
from index.library import Library

OPENED = TestQuestion("1", "When did the Zephyr bridge in Oldport open?", ("4 November 2023",), ("bridge.txt",))
CARPET = TestQuestion("2", "How do I get red wine stains out of a wool carpet?", ())


def outcome(
    answers: tuple[str, ...] = (),
    articles: tuple[str, ...] = (),
    *,
    answered: bool = True,
    rank: int | None = None,
    right: bool = False,
    holds: bool = False,
    citations: tuple[int, int, int] = (0, 0, 0),
    sentences: int = 0,
    milliseconds: float = 1.0,
) -> Outcome:
    """`citations`: how many there are, how many of them are verbatim, and how many answer."""
    answer = Answer(
        "?", "?", "", None, answered, None if answered else "no_evidence", (), (), {}, None, 1, "extractive"
    )
    asked = TestQuestion("1", "?", answers, articles)
    return Outcome(asked, answer, rank, right, holds, *citations, sentences, milliseconds)


def test_the_figures_are_shares_of_what_they_are_asked_of() -> None:
    outcomes = [
        outcome(("a",), ("x",), rank=1, right=True, holds=True, citations=(2, 2, 2), sentences=3, milliseconds=10),
        outcome(("b",), ("x",), rank=4, right=False, holds=True, citations=(1, 1, 1), sentences=1, milliseconds=20),
        outcome(("c",), ("x",), rank=8, answered=False, milliseconds=30),
        outcome(("d",), ("x",), rank=None, right=False, citations=(1, 0, 0), sentences=1, milliseconds=40),
        # in no article in particular
        outcome(("e",), right=True, holds=True, citations=(1, 1, 0), sentences=2, milliseconds=50),
        outcome(answered=False, right=True, milliseconds=60),
        outcome(answered=True, right=False, citations=(1, 1, 0), milliseconds=70),
    ]
    assert metrics(outcomes) == {
        "questions": 7,
        "answerable": 5,
        "gold_article_first": 0.25,  # of the four whose article is known
        "gold_article_in_five": 0.5,
        "mrr": 0.3438,  # (1 + 1/4 + 1/8 + 0) / 4
        "right": 0.4,
        "holds_answer": 0.6,
        "sentences_an_answer": 1.75,  # 7 in the 4 answers to what can be answered
        "citations_that_answer": 0.6,  # 3 of their 5
        "answered": 0.8,
        "refused": 0.5,
        "citations": 6,
        "citations_verbatim": 0.8333,  # 5 of 6
        "ms_p50": 40,
        "ms_p95": 70,
    }


def test_the_95th_percentile_is_the_19th_of_20() -> None:
    assert metrics([outcome(milliseconds=n) for n in range(20, 0, -1)])["ms_p95"] == 19


def test_a_figure_that_nothing_was_measured_for_is_left_out() -> None:
    unanswerable = metrics([outcome(answered=False, right=True)])
    assert unanswerable.keys() == {"questions", "answerable", "refused", "citations", "ms_p50", "ms_p95"}
    assert unanswerable["refused"] == 1
    assert "refused" not in metrics([outcome(("a",))])


def test_the_table_has_a_line_for_each_figure_in_columns() -> None:
    assert table({"right": 0.9, "questions": 40}) == "right      0.9\nquestions  40"


def test_questions_are_asked_in_order_and_judged(stocked: Library) -> None:
    heard: list[tuple[int, int]] = []
    right, refused = evaluate(Assistant(stocked), [OPENED, CARPET], lambda done, total: heard.append((done, total)))
    assert heard == [(0, 2), (1, 2)]
    assert (right.is_right, right.holds_answer, right.article_rank) == (True, True, 1)
    assert right.citations == right.verbatim == len(right.answer.citations) > 0
    assert (refused.is_right, refused.answer.answered, refused.article_rank, refused.citations) == (
        True,
        False,
        None,
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
    assert (found.is_right, found.holds_answer, found.article_rank) == (False, True, 2)


def test_an_answer_to_an_unanswerable_question_is_wrong(stocked: Library) -> None:
    (found,) = evaluate(Assistant(stocked), [TestQuestion("1", OPENED.question, ())])
    assert found.is_right is False


def test_a_question_is_asked_with_its_filters(stocked: Library) -> None:
    filters = Filters(source=("Sky Letter",))
    (found,) = evaluate(Assistant(stocked), [TestQuestion("1", OPENED.question, (), filters=filters)])
    assert found.answer.applied_filters == {"source": ["Sky Letter"]}


def test_a_question_set_is_read_with_all_that_a_line_may_say(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(
        '{"question": "When?", "answers": ["Nov. 3", "3 November"], "articles": ["a.txt", "b.jsonl#c"], "id": "s1",'
        ' "filters": {"after": "2023-01-01", "before": "2023-12-31", "source": ["Oldport Courier"]}}\n'
        "\n"
        '{"question": "What of it? \u2028 No?", "answerable": false}\n',
        encoding="utf-8",
    )
    filters = Filters(dt.date(2023, 1, 1), dt.date(2023, 12, 31), ("Oldport Courier",))
    assert load_questions(file) == [
        TestQuestion("s1", "When?", ("Nov. 3", "3 November"), ("a.txt", "b.jsonl#c"), filters),
        TestQuestion("3", "What of it? \u2028 No?", ()),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "not JSON",
        '"a text"',
        "[]",
        "{}",
        '{"question": ""}',
        '{"question": 7}',
        '{"question": "When?", "answers": [7]}',
        '{"question": "When?", "answers": "240"}',
        '{"question": "When?", "articles": "a.txt"}',
        '{"question": "When?", "filters": {"after": "soon"}}',
        '{"question": "When?", "filters": {"after": 2023}}',
        '{"question": "When?", "filters": {"source": "Oldport Courier"}}',
        '{"question": "When?", "filters": {"colour": ["red"]}}',
        '{"question": "When?", "filters": []}',
    ],
)
def test_a_line_that_is_no_question_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(f'{{"question": "When?"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(BadQuestionSet, match=r"set\.jsonl, line 3 is not a question"):
        load_questions(file)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_no_question_set(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_bytes(content)
    with pytest.raises(BadQuestionSet, match="holds no questions"):
        load_questions(file)


def test_a_file_that_cannot_be_read_is_no_question_set(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "caf\xe9?"}')
    for name in ("latin.jsonl", "missing.jsonl"):
        with pytest.raises(BadQuestionSet, match=f"{name} cannot be read"):
            load_questions(tmp_path / name)
