"""How many conversations are kept, and which is forgotten first."""

from dataclasses import replace

import pytest
from answers import answered

from assistant.answer import Citation, Cited, as_turn
from index.store.database import Database
from web.conversations.conversations import MAX_MESSAGES, MAX_SESSIONS, Conversations
from web.conversations.feedback import Feedback
from web.errors import Refused, UnknownMessage, UnknownSession
from web.replies import Json


def test_the_conversation_last_spoken_in_longest_ago_is_forgotten_when_one_too_many_begins(database: Database) -> None:
    conversations = Conversations(database, max_sessions=3)
    first, second, third = (_say(conversations, None, question) for question in ("First?", "Second?", "Third?"))
    Feedback(database).rate(second["message_id"], True, None)
    _say(conversations, first["session_id"], "And then?")
    assert _listed(conversations) == [("First?", 2), ("Third?", 1), ("Second?", 1)]
    _say(conversations, None, "Fourth?")
    assert _listed(conversations) == [("Fourth?", 1), ("First?", 2), ("Third?", 1)]
    with pytest.raises(UnknownSession):
        conversations.get(second["session_id"])
    with pytest.raises(UnknownMessage):
        Feedback(database).rate(second["message_id"], False, None)
    with pytest.raises(UnknownSession):
        _say(conversations, second["session_id"], "And then?")
    _say(conversations, third["session_id"], "And then?")
    assert _listed(conversations) == [("Third?", 2), ("Fourth?", 1), ("First?", 2)]


def test_a_thousand_conversations_are_kept_and_all_of_them_listed(database: Database) -> None:
    assert MAX_SESSIONS == 1_000
    conversations = Conversations(database)
    oldest = _say(conversations, None, "Oldest?")
    with database.write() as connection:
        connection.exec_driver_sql(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 999) "
            "INSERT INTO sessions (id, title, created_at, updated_at) SELECT n, n, '', '' FROM n"
        )
        connection.exec_driver_sql(
            "INSERT INTO messages (id, session_id, question, answer, created_at) SELECT id, id, '', '{}', '' "
            "FROM sessions WHERE created_at = ''"
        )
    assert len(conversations.list()["sessions"]) == 1_000
    conversations.get(oldest["session_id"])
    _say(conversations, None, "Newest?")
    assert len(conversations.list()["sessions"]) == 1_000
    with pytest.raises(UnknownSession):
        conversations.get(oldest["session_id"])


def test_of_a_conversation_the_last_messages_are_kept(database: Database) -> None:
    assert MAX_MESSAGES == 500
    conversations = Conversations(database, max_messages=3)
    other = _say(conversations, None, "Another conversation?")
    first = _say(conversations, None, "First?")
    Feedback(database).rate(first["message_id"], True, None)
    for question in ("Second?", "Third?", "Fourth?", "Fifth?"):
        _say(conversations, first["session_id"], question)
    kept = conversations.get(first["session_id"])
    assert [message["question"] for message in kept["messages"]] == ["Third?", "Fourth?", "Fifth?"]
    assert [turn.question for turn in conversations.history(first["session_id"])] == ["Third?", "Fourth?", "Fifth?"]
    with pytest.raises(UnknownMessage):
        Feedback(database).rate(first["message_id"], False, None)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM feedback").scalar() == 0
    assert _listed(conversations) == [("First?", 3), ("Another conversation?", 1)]
    assert len(conversations.get(other["session_id"])["messages"]) == 1


def test_a_turn_remembers_the_short_answer_and_what_was_cited(database: Database) -> None:
    conversations = Conversations(database)
    said = _say(conversations, None, "Who cut the ribbon?")
    citation = Citation(1, "bridge", "r1", "Bridge", None, None, None, None, "Ada Quill cut it.", 10, 27, 0.9)
    answer = replace(answered("And when?"), short_answer="Ada Quill", citations=(citation,))
    conversations.append(said["session_id"], answer, {})
    assert conversations.history(said["session_id"]) == (as_turn(answered("Who cut the ribbon?")), as_turn(answer))
    assert as_turn(answer).cited == (Cited("bridge", "r1", 10, 27, 0.9),)


def test_the_last_question_asked_anew_takes_the_place_of_the_first_wording(database: Database) -> None:
    conversations = Conversations(database)
    first = _say(conversations, None, "Who cut the ribon?")
    session = first["session_id"]
    assert conversations.history(session, first["message_id"]) == ()
    anew = conversations.append(session, answered("Who cut the ribbon?"), {}, first["message_id"])
    assert [one["title"] for one in conversations.list()["sessions"]] == ["Who cut the ribbon?"]
    then = conversations.append(session, answered("And wen?"), {})
    conversations.append(session, answered("And when?"), {}, then["message_id"])
    assert [one["question"] for one in conversations.get(session)["messages"]] == ["Who cut the ribbon?", "And when?"]
    assert [one["title"] for one in conversations.list()["sessions"]] == ["Who cut the ribbon?"]
    for replaced in (anew["message_id"], then["message_id"], "none"):
        with pytest.raises(Refused, match=replaced):
            conversations.history(session, replaced)
        with pytest.raises(Refused, match=replaced):
            conversations.append(session, answered("And where?"), {}, replaced)
    assert len(conversations.get(session)["messages"]) == 2


def _say(conversations: Conversations, session_id: str | None, question: str) -> Json:
    return conversations.append(session_id, answered(question), {})


def _listed(conversations: Conversations) -> list[tuple[str, int]]:
    return [(one["title"], one["messages"]) for one in conversations.list()["sessions"]]
