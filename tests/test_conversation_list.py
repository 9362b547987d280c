"""Conversations found by words, a page at a time, and under other titles."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from answers import answered
from flask.testing import FlaskClient

from index.store.database import Database
from index.store.sqlite import SqliteDatabase
from index.store.store import Store
from web.conversations.conversations import Conversations
from web.replies import Json
from web.schemas.replies import SessionsReply


def test_each_word_has_to_occur_in_the_title_a_question_or_an_answer(database: Database) -> None:
    conversations = Conversations(database)
    ferry = _say(conversations, None, "When does the ferry sail?", "At noon, from Skärn.")
    _say(conversations, ferry, "What does it cost?", "Nine crowns.")
    moon = _say(conversations, None, "When does the moon rise?", "At noon.")
    _say(conversations, moon, "And how old is it?", "Older than 50% of_all.")
    for query, expected in {
        "": [moon, ferry],
        "noon": [moon, ferry],
        "noon ferry": [ferry],
        "CROWNS  ferry": [ferry],
        "skarn": [ferry],
        "“moon”": [],
        "moon ferry": [],
        "50%": [moon],
        "f_all": [moon],
        "o%n": [],
        "extractive": [],
        "the ferry does sail at noon from skarn comet": [ferry],  # the ninth word does not count
        "the the the ferry does sail at noon from comet": [],  # said again, none counts again
    }.items():
        assert [one["id"] for one in conversations.list(query)["sessions"]] == expected, query


def test_what_is_found_names_the_question_unless_the_title_has_the_words(database: Database) -> None:
    conversations = Conversations(database)
    ferry = _say(conversations, None, "When does the ferry sail?", "At noon.")
    _say(conversations, ferry, "What does it cost?", "Nine crowns.")
    _say(conversations, ferry, "And for children?", "Four crowns.")
    _say(conversations, ferry, "Thanks?", "")
    for query, question in {
        "ferry": None,
        "ferry crowns": "And for children?",
        "nine": "What does it cost?",
        "": None,
    }.items():
        assert [one["found_in"] for one in conversations.list(query)["sessions"]] == [question], query


def test_what_is_found_in_an_answer_comes_with_its_sentence(database: Database) -> None:
    conversations = Conversations(database)
    _say(conversations, None, "When does the ferry sail?", "It sails at noon. [1] It costs nine CROWNS. [2]")
    for query, sentence in {
        "crowns": "It costs nine CROWNS. [2]",
        "noon crowns": "It costs nine CROWNS. [2]",
        "ferry": None,
    }.items():
        (one,) = conversations.list(query)["sessions"]
        assert one["found_text"] == sentence, query


def test_pages_follow_each_other_while_conversations_come_and_go(database: Database) -> None:
    conversations = Conversations(database)
    ids = [_say(conversations, None, f"Tide {n}?", "") for n in range(7)]
    first = conversations.list("tide", limit=3)
    assert [one["title"] for one in first["sessions"]] == ["Tide 6?", "Tide 5?", "Tide 4?"]
    conversations.delete(ids[4])
    _say(conversations, ids[0], "And tomorrow?", "")
    second = conversations.list("tide", limit=3, before=first["next_cursor"])
    assert [one["title"] for one in second["sessions"]] == ["Tide 3?", "Tide 2?", "Tide 1?"]
    assert second["next_cursor"] is None


def test_a_renamed_conversation_is_found_by_its_new_title_and_keeps_its_place(database: Database) -> None:
    conversations = Conversations(database)
    ferry = _say(conversations, None, "When does the ferry sail?", "At noon.")
    _say(conversations, None, "When does the moon rise?", "At noon.")
    conversations.rename(ferry, "Åland")
    assert [one["title"] for one in conversations.list()["sessions"]] == ["When does the moon rise?", "Åland"]
    assert [one["id"] for one in conversations.list("aland")["sessions"]] == [ferry]


def test_messages_of_a_version_that_kept_no_words_are_found_once_opened(tmp_path: Path) -> None:
    path = tmp_path / "assistant.db"
    with closing(SqliteDatabase(path)) as database:
        Store(database)  # as every library has it first
        ferry = _say(Conversations(database), None, "Ferry?", "At noon.")
        with database.write() as connection:
            connection.exec_driver_sql("DROP TABLE message_facts")
    with closing(SqliteDatabase(path)) as database:
        assert [one["id"] for one in Conversations(database).list("noon")["sessions"]] == [ferry]


def test_the_words_of_a_deleted_conversation_are_deleted(database: Database) -> None:
    conversations = Conversations(database)
    conversations.delete(_say(conversations, None, "Ferry?", "At noon."))
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM message_facts").scalar() == 0


def test_http_searches_pages_and_renames(client: FlaskClient) -> None:
    for question in ("Who cut the ribbon?", "When is the comet back?"):
        client.post("/api/ask", json={"question": question})
    found = SessionsReply.model_validate(client.get("/api/sessions?q=quill ribbon").json, strict=True)
    assert [one.title for one in found.sessions] == ["Who cut the ribbon?"]
    page = SessionsReply.model_validate(client.get("/api/sessions?limit=1").json, strict=True)
    assert [one.title for one in page.sessions] == ["When is the comet back?"]
    path = f"/api/sessions/{page.sessions[0].id}"
    assert client.patch(path, json={"title": " Marlow’s comet 👩‍🚀 "}).status_code == 204
    assert (client.get(path).json or {})["title"] == "Marlow’s comet 👩‍🚀"
    rest = client.get(f"/api/sessions?limit=1&cursor={page.next_cursor}").json or {}
    assert ([one["title"] for one in rest["sessions"]], rest["next_cursor"]) == (["Who cut the ribbon?"], None)


@pytest.mark.parametrize("title", ["", " ", "x" * 201, "two\nlines", "nul \0", "line \u2028", 7, None])
def test_a_title_that_is_none_is_422(client: FlaskClient, title: Any) -> None:
    session_id = (client.post("/api/ask", json={"question": "Who cut the ribbon?"}).json or {})["session_id"]
    assert client.patch(f"/api/sessions/{session_id}", json={"title": title}).status_code == 422
    assert (client.get(f"/api/sessions/{session_id}").json or {})["title"] == "Who cut the ribbon?"


@pytest.mark.parametrize(
    "query", ["q=" + "x" * 101, "limit=0", "limit=201", "cursor=-1", "cursor=x", f"cursor={2**63}"]
)
def test_what_is_no_query_for_conversations_is_422(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/sessions?{query}").status_code == 422


def test_what_is_not_there_cannot_be_renamed_and_a_body_is_needed(client: FlaskClient) -> None:
    assert client.patch("/api/sessions/none", json={"title": "Tide"}).status_code == 404
    assert client.patch("/api/sessions/none", data=b"{", content_type="application/json").status_code == 400
    assert client.patch("/api/sessions/none", data=b"{}", content_type="text/plain").status_code == 415


def _say(conversations: Conversations, session_id: str | None, question: str, answer: str) -> str:
    reply: Json = conversations.append(session_id, answered(question, answered=True, reason=None, answer=answer), {})
    return str(reply["session_id"])
