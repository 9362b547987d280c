"""Ratings: stored, taken back, and given out as a question set that `assistant eval` runs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answers import answered, cited
from flask.testing import FlaskClient
from web_fixtures import BRIDGE

from assistant.answer import Copy
from assistant.assistant import Assistant
from assistant.evaluation.outcomes import evaluate
from assistant.evaluation.questions import MAX_TEXT_CHARS, load_questions
from index.library import Library
from index.store.database import Database
from web.conversations.conversations import Conversations
from web.conversations.feedback import Feedback
from web.replies import Json

OPENED = "When did the Zephyr bridge in Oldport open?"


def test_good_answers_measure_right_in_eval_and_bad_ones_are_skipped(
    client: FlaskClient, stocked: Library, tmp_path: Path
) -> None:
    good = _ask(client, OPENED)
    follow_up = _ask(client, "What did it cost?", session_id=good["session_id"])
    refusal = _ask(client, "Which team won the curling championship of 1987?")
    bad = _ask(client, "Who cut the ribbon?")
    _ask(client, "When is the comet back?")
    for answer in (good, follow_up, refusal):
        _rate(client, answer, True)
    _rate(client, bad, False, "Too short")
    exported = client.get("/api/feedback")
    assert exported.mimetype == "application/jsonl"
    assert exported.headers["Content-Disposition"] == "attachment; filename=feedback.jsonl"
    (tmp_path / "feedback.jsonl").write_bytes(exported.data)
    questions, skipped = load_questions(tmp_path / "feedback.jsonl")
    assert skipped == 1
    assert [(q.question, q.earlier, bool(q.answers)) for q in questions] == [
        (OPENED, (), True),
        ("What did it cost?", (OPENED,), True),
        ("Which team won the curling championship of 1987?", (), False),
    ]
    assert [outcome.is_right for outcome in evaluate(Assistant(stocked), questions)] == [True] * 3
    assert [outcome.supported for outcome in evaluate(Assistant(stocked), questions)][:2] == [1, 1]


def test_a_line_tells_what_was_answered_under_which_settings_and_the_remark(client: FlaskClient) -> None:
    answer = _ask(client, OPENED, top_k=3, filters={"source": ["Oldport Courier"]}, understand=False)
    _rate(client, answer, True, "short and right")
    [line] = _lines(client)
    assert line["id"] == answer["message_id"]
    assert (line["is_positive"], line["feedback_text"]) == (True, "short and right")
    assert (line["filters"], line["understand"]) == ({"source": ["Oldport Courier"]}, False)
    assert line["answers"] == [answer["short_answer"]] == ["4 November 2023"]
    assert line["articles"] == ["bridge"]
    [cited] = answer["citations"]
    assert line["spans"] == [{"article": "bridge", "start": cited["start"], "end": cited["end"]}]
    assert line["answered"]["citations"] == answer["citations"]
    assert line["settings"] == {
        "answerer": "extractive",
        "generation": answer["generation"],
        "embedding_model": "hashing@1",
        "max_wrong": 0.1,
        "unsupported": "mark",
        "top_k": 3,
        "understand": False,
    }


def test_filters_that_were_read_out_of_the_question_are_left_to_eval(client: FlaskClient) -> None:
    answer = _ask(client, "What happened in May 2021?", filters={"source": ["Sky Letter"]})
    assert "after" in answer["applied_filters"]
    _rate(client, answer, True)
    [line] = _lines(client)
    assert line["filters"] == {"source": ["Sky Letter"]}
    assert "understand" not in line


@pytest.mark.parametrize("is_positive", [True, False])
def test_a_rating_is_taken_back(client: FlaskClient, is_positive: bool) -> None:
    answer = _ask(client, OPENED)
    _rate(client, answer, is_positive, "Why?")
    _rate(client, answer, None)
    _rate(client, answer, None)
    session = client.get(f"/api/sessions/{answer['session_id']}").json or {}
    assert session["messages"][0]["feedback"] is None
    assert client.get("/api/feedback").data == b""
    assert client.post("/api/feedback", json={"message_id": "none", "is_positive": None}).status_code == 404
    assert client.post("/api/feedback", json={"message_id": answer["message_id"]}).status_code == 422


def test_spans_of_a_text_that_was_changed_since_are_left_out(client: FlaskClient, stocked: Library) -> None:
    _rate(client, _ask(client, OPENED), True)
    stocked.add([replace(BRIDGE, text=f"Corrected.\n\n{BRIDGE.text}")])
    [line] = _lines(client)
    assert (line["articles"], line["spans"]) == (["bridge"], [])


def test_an_answer_whose_articles_are_gone_is_skipped_and_says_why(client: FlaskClient) -> None:
    _rate(client, _ask(client, OPENED), True)
    client.delete("/api/articles/bridge")
    [line] = _lines(client)
    assert line["skip"] == "none of its articles is stored any more"


def test_what_stands_in_no_sentence_is_no_gold_answer_and_the_sentence_is(database: Database) -> None:
    quotes = (cited(1, "Ada Quill cut the ribbon."), cited(2, "x" * (MAX_TEXT_CHARS + 1)))
    line = _rated(database, answered=True, reason=None, answer="Yes. [1]", short_answer="Yes", citations=quotes)
    assert line["answers"] == ["Ada Quill cut the ribbon."]


def test_the_same_sentence_in_another_article_is_as_good(database: Database) -> None:
    copy = Copy("reprint", "r2", "Reprint", None, None, None, "Ada Quill cut the ribbon.", 5, 30)
    gone = replace(copy, article_id="gone")
    line = _rated(database, answered=True, reason=None, answer="[1]", citations=(cited(also_in=(copy, gone)),))
    assert line["articles"] == ["bridge", "reprint"]
    assert line["spans"] == [
        {"article": "bridge", "start": 10, "end": 35},
        {"article": "reprint", "start": 5, "end": 30},
    ]


def test_a_refusal_for_want_of_articles_and_an_answer_without_sources_measure_nothing(database: Database) -> None:
    assert "no articles" in _rated(database, reason="no_articles")["skip"]
    assert _rated(database, answered=True, reason=None, answer="You are welcome.")["skip"] == "it cites nothing"


def test_a_skipped_line_and_one_taken_as_words_are_read(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    lines = [{"question": "Who?", "skip": "bad"}, {"question": "In May?", "understand": False}]
    file.write_text("\n".join(map(json.dumps, lines)))
    [question], skipped = load_questions(file)
    assert (question.question, question.understand, skipped) == ("In May?", False, 1)


def _ask(client: FlaskClient, question: str, **body: Any) -> Json:
    reply = client.post("/api/ask", json={"question": question, **body})
    assert isinstance(reply.json, dict), reply.data
    return reply.json


def _rate(client: FlaskClient, answer: Json, is_positive: bool | None, text: str | None = None) -> None:
    body = {"message_id": answer["message_id"], "is_positive": is_positive, "feedback_text": text}
    assert client.post("/api/feedback", json=body).status_code == 204


def _lines(client: FlaskClient) -> list[Json]:
    return [json.loads(line) for line in client.get("/api/feedback").text.split("\n") if line]


def _rated(database: Database, **fields: Any) -> Json:
    reply = Conversations(database).append(None, answered("Who cut it?", **fields), {})
    feedback = Feedback(database)
    feedback.rate(reply["message_id"], True, None)
    return feedback.questions({"bridge": "r1", "reprint": "r2"}.get)[-1]
