"""Question sets, as they are read."""

import datetime as dt
import json
from pathlib import Path

import pytest

from assistant.errors import BadQuestionSet
from assistant.evaluation.questions import MAX_TEXT_CHARS, MAX_TURNS, GoldSpan, TestQuestion, load_questions
from index.search.filters import Filters


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
    assert load_questions(file)[0] == [
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
        '{"question": "When?", "turns": ["Who?", "When?"]}',
        '{"turns": []}',
        '{"turns": "When?"}',
        '{"turns": ["Who?", " "]}',
        json.dumps({"turns": ["When?"] * (MAX_TURNS + 1)}),
        json.dumps({"question": "x" * (MAX_TEXT_CHARS + 1)}),
        '{"question": "When?", "spans": [7]}',
        '{"question": "When?", "spans": [{"article": "a", "start": 5, "end": 5}]}',
        '{"question": "When?", "spans": [{"article": "a", "start": -1, "end": 5}]}',
        '{"question": "When?", "spans": [{"article": "a", "start": 0, "end": true}]}',
        '{"question": "When?", "spans": [{"article": "a", "start": 0}]}',
        '{"question": "When?", "understand": "no"}',
        '{"question": "When?", "skip": true}',
        '{"question": "When?", "skip": ""}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_question_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(f'{{"question": "When?"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(BadQuestionSet, match=r"set\.jsonl, line 3 is not a question"):
        load_questions(file)


def test_the_last_turn_is_the_question_and_the_articles_of_spans_are_gold(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    spans = [{"article": "a.txt", "start": 3, "end": 9}, {"article": "b.txt", "start": 0, "end": 1}]
    line = {"turns": ["Who?", "Where?", "When?"], "answers": ["May"], "articles": ["a.txt"], "spans": spans}
    file.write_text(json.dumps(line), encoding="utf-8")
    read = (GoldSpan("a.txt", 3, 9), GoldSpan("b.txt", 0, 1))
    assert load_questions(file)[0] == [
        TestQuestion("1", "When?", ("May",), ("a.txt", "b.txt"), earlier=("Who?", "Where?"), spans=read)
    ]


def test_an_id_is_given_once(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"question": "When?", "id": "2"}\n{"question": "Who?"}\n', encoding="utf-8")
    with pytest.raises(BadQuestionSet, match=r"line 2: the id '2' has been given before"):
        load_questions(file)


@pytest.mark.parametrize("content", [b"", b"\n \n", b'{"question": "When?", "skip": "bad"}'])
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
