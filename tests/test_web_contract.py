"""The HTTP contract, field by field: what other programs read in replies, and that the schemas describe them."""

import io
from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient
from web_fixtures import COMET, ended, reply_json

from index.article import Article
from index.library import Library
from web.schemas.replies import (
    AnswerReply,
    ArticleReply,
    ArticlesReply,
    DifferenceReply,
    FoundReply,
    HealthReply,
    JobReply,
    RevisionsReply,
    SessionReply,
    SessionsReply,
)

SENTENCE = "The Zephyr bridge in Oldport opened on 4 November 2023."

ARTICLE = "id revision title url source author published_at updated_at language added_at provenance origin"
KEYS = {
    "answer": "question standalone_question answer short_answer answered reason citations nearest applied_filters "
    "as_of generation answerer timings_ms message_id session_id",
    "citation": "index article_id revision title url source author published_at quote start end score also_in",
    "nearest": "index article_id revision title url source author published_at quote start end score also_in",
    "timings": "retrieve read write total",
    "filters": "after before source author article_id",
    "found": "hits applied_filters generation",
    "hit": "article_id title url source published_at text start end score",
    "articles": "articles next_cursor",
    "article in the list": ARTICLE,
    "article": f"{ARTICLE} text",
    "job started": "job_id",
    "job": "id kind state done total added updated removed unchanged errors",
    "item's error": "item message",
    "sessions": "sessions",
    "session in the list": "id",
    "session": "id messages",
    "message": "id",
    "health": "status generation articles passages embedding_model answerer newest_article last_rebuild_at",
    "error": "code message",
    "error of a field": "code message field",
}
"""What was promised, written out here: compared with the code's own schemas a renamed key would go unnoticed."""
MORE_KEYS = {
    "answer": "understood confidence is_certain differs articles_searched checked notice",
    "citation": "provenance",
    "nearest": "provenance",
    "read out": "filters newest_first counted_from silent_sources unknown_sources unknown_companies",
    "found": "unknown_companies",
    "copy": "article_id revision title url source published_at quote start end",
    "hit": "revision author",
    "articles": "total",
    "article in the list": "copies is_current passages companies section image_credit provenance_evidence found_in",
    "article": "is_current passages companies section image_credit provenance_evidence found_in removed",
    "job": "name is_polled created_at finished_at rate seconds_left embedded added_ids added_titles error_count notes "
    "message next_job_id",
    "sessions": "next_cursor",
    "session in the list": "title created_at updated_at messages found_in found_text",
    "session": "title created_at",
    "message": "question answer created_at feedback",
    "feedback": "is_positive feedback_text",
    "health": "pending feeds alarms",
}
"""What replies have beyond it, and has been told in the changelog or is read by the page."""


def test_replies_have_the_keys_that_were_promised(client: FlaskClient, stocked: Library) -> None:
    reprint = Article(id="reprint", title="A bridge", text=f"From our correspondent.\n\n{SENTENCE}", origin="r.txt")
    stocked.add([reprint])
    filters = {"after": "2000-01-01", "before": "2030-12-31", "author": ["Nils Berg"], "article_id": ["bridge"]}
    search = {"query": "bridge", "filters": filters | {"source": ["Oldport Courier"]}}
    answer = reply_json(client.post("/api/ask", json={"question": "When did the Zephyr bridge in Oldport open?"}))
    refusal = reply_json(client.post("/api/ask", json={"question": "Which team won the curling championship of 1987?"}))
    client.post("/api/feedback", json={"message_id": answer["message_id"], "is_positive": True})
    found = reply_json(client.post("/api/search", json=search))
    articles = reply_json(client.get("/api/articles"))
    upload = {"file": [(io.BytesIO(b"A text."), "text.txt"), (io.BytesIO(b" "), "blank.txt")]}
    started = reply_json(client.post("/api/articles", data=upload))
    job = ended(client, f"/api/jobs/{started['job_id']}")
    jobs = reply_json(client.get("/api/jobs?limit=1"))
    assert jobs == {"jobs": [job]}
    sessions = reply_json(client.get("/api/sessions"))
    session = reply_json(client.get(f"/api/sessions/{answer['session_id']}"))
    assert refusal["citations"] == []
    replies = {
        "answer": answer,
        "citation": answer["citations"][0],
        "nearest": refusal["nearest"][0],
        "timings": answer["timings_ms"],
        "filters": found["applied_filters"],
        "found": found,
        "hit": found["hits"][0],
        "articles": articles,
        "article in the list": articles["articles"][0],
        "article": reply_json(client.get("/api/articles/bridge")),
        "job started": started,
        "job": job,
        "item's error": job["errors"][0],
        "sessions": sessions,
        "session in the list": sessions["sessions"][0],
        "session": session,
        "message": session["messages"][0],
        "health": reply_json(client.get("/api/health")),
        "error": reply_json(client.get("/api/articles/none"))["error"],
        "error of a field": reply_json(client.post("/api/ask", json={}))["error"],
        "copy": answer["citations"][0]["also_in"][0],
        "feedback": session["messages"][0]["feedback"],
        "read out": answer["understood"],
    }
    expected = {name: set(f"{KEYS.get(name, '')} {MORE_KEYS.get(name, '')}".split()) for name in KEYS | MORE_KEYS}
    assert {name: set(reply) for name, reply in replies.items()} == expected
    assert set(session["messages"][0]["answer"]) == expected["answer"]


def test_an_answer_has_every_field_and_its_citations_are_verbatim(client: FlaskClient, stocked: Library) -> None:
    reply = client.post("/api/ask", json={"question": "When did the Zephyr bridge in Oldport open?"})
    assert reply.status_code == 200
    answer = AnswerReply.model_validate(reply.json, strict=True)
    assert list(reply.json or {}) == list(AnswerReply.model_fields)
    assert answer.question == "When did the Zephyr bridge in Oldport open?"
    assert answer.message_id
    assert answer.session_id
    assert answer.answered
    assert answer.citations
    for citation in answer.citations + answer.nearest:
        stored = stocked.article(citation.article_id, citation.revision)
        assert stored is not None
        assert stored.article.text[citation.start : citation.end] == citation.quote


def test_another_article_with_the_same_sentence_is_told_with_its_own_place(
    client: FlaskClient, stocked: Library
) -> None:
    text = "From our correspondent.\n\n" + SENTENCE.replace(" ", "  ", 1)
    stocked.add([Article(id="reprint", title="A bridge", text=text, origin="reprint.txt", published_at="2023-11-06")])
    reply = client.post("/api/ask", json={"question": "When did the Zephyr bridge in Oldport open?"})
    answer = AnswerReply.model_validate(reply.json, strict=True)
    (cited,) = answer.citations
    (copy,) = cited.also_in
    assert {cited.article_id, copy.article_id} == {"bridge", "reprint"}
    assert {cited.quote, copy.quote} == {SENTENCE, SENTENCE.replace(" ", "  ", 1)}
    for place in (cited, copy):
        stored = stocked.article(place.article_id, place.revision)
        assert stored is not None
        assert stored.article.text[place.start : place.end] == place.quote


def test_filters_narrow_the_answer_and_are_told_back(client: FlaskClient) -> None:
    filters = {"after": "2021-01-01", "before": "2021-12-31", "source": ["sky letter"]}
    answer = reply_json(client.post("/api/ask", json={"question": "What was seen in May?", "filters": filters}))
    assert answer["applied_filters"] == filters
    assert {c["article_id"] for c in answer["citations"] + answer["nearest"]} == {"comet"}


def test_what_is_read_out_of_a_question_is_told_apart_and_taken_back(client: FlaskClient) -> None:
    body = {"question": "What happened in May 2021?", "filters": {"source": ["Sky Letter"]}}
    answer = reply_json(client.post("/api/ask", json=body))
    may = {"after": "2021-05-01", "before": "2021-05-31"}
    assert answer["applied_filters"] == may | {"source": ["Sky Letter"]}
    assert answer["understood"]["filters"] == may
    assert {citation["article_id"] for citation in answer["citations"]} == {"comet"}
    answer = reply_json(client.post("/api/ask", json=body | {"understand": False}))
    assert answer["applied_filters"] == {"source": ["Sky Letter"]}
    assert answer["understood"]["filters"] == {}


def test_filters_that_leave_nothing_are_a_reason_not_an_error(client: FlaskClient) -> None:
    body = {"question": "What was seen in May?", "filters": {"article_id": ["no-such-article"]}}
    answer = reply_json(client.post("/api/ask", json=body))
    assert (answer["answered"], answer["reason"], answer["citations"]) == (False, "no_match", [])


def test_search_gives_ranked_passages(client: FlaskClient, stocked: Library) -> None:
    reply = client.post("/api/search", json={"query": "Zephyr bridge Oldport", "top_k": 2})
    found = FoundReply.model_validate(reply.json, strict=True)
    assert found.hits[0].article_id == "bridge"
    assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)
    assert found.generation == stocked.status().generation
    for hit in found.hits:
        stored = stocked.article(hit.article_id)
        assert stored is not None
        assert stored.article.text[hit.start : hit.end] == hit.text


def test_top_k_bounds_the_hits(client: FlaskClient) -> None:
    assert len(reply_json(client.post("/api/search", json={"query": "the", "top_k": 1}))["hits"]) == 1


def test_articles_are_listed_without_their_texts_a_page_at_a_time(client: FlaskClient, stocked: Library) -> None:
    whole = ArticlesReply.model_validate(client.get("/api/articles").json, strict=True)
    assert {"bridge", "comet"} <= {article.id for article in whole.articles}
    assert whole.next_cursor is None
    seen = []
    cursor = None
    while True:
        page = reply_json(client.get("/api/articles", query_string={"limit": 1, "cursor": cursor}))
        seen += [article["id"] for article in page["articles"]]
        assert len(page["articles"]) == 1
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [article.id for article in whole.articles]


def test_articles_are_found_by_the_words_of_their_titles(client: FlaskClient) -> None:
    page = reply_json(client.get("/api/articles?q=naked%20comet"))
    assert [article["id"] for article in page["articles"]] == ["comet"]


def test_one_article_comes_with_its_text_in_the_revision_asked_for(client: FlaskClient, stocked: Library) -> None:
    article = ArticleReply.model_validate(client.get("/api/articles/comet").json, strict=True)
    assert article.text.startswith("Comet Marlow was seen")
    assert (article.source, article.author, article.published_at) == ("Sky Letter", None, "2021-05-20")
    same = client.get(f"/api/articles/comet?revision={article.revision}")
    assert same.json == client.get("/api/articles/comet").json
    assert client.get("/api/articles/comet?revision=0").status_code == 404


def test_an_edited_article_shows_its_revisions_and_what_became_of_each_sentence(
    client: FlaskClient, stocked: Library
) -> None:
    text = COMET.text.replace("2091", "2097") + " Nobody saw it in June."
    stocked.add([replace(COMET, text=text, updated_at="2021-07-01")])
    now, before = RevisionsReply.model_validate(reply_json(client.get("/api/articles/comet/revisions"))).revisions
    assert (now.is_current, now.updated_at, before.is_current, before.updated_at) == (True, "2021-07-01", False, None)
    path = f"/api/articles/comet/difference?from={before.revision}"
    found = DifferenceReply.model_validate(reply_json(client.get(path)))
    assert (found.from_, found.to) == (before.revision, now.revision)
    changed, added = found.changes
    assert (changed.kind, added.kind) == ("changed", "added")
    assert [(e.old and e.old.text, e.new and e.new.text) for e in changed.words] == [("2091", "2097")]
    assert added.new is not None
    assert text[added.new.start : added.new.end] == added.new.text == "Nobody saw it in June."
    assert reply_json(client.get(f"{path}&to={before.revision}"))["changes"][0]["kind"] == "same"
    assert client.get("/api/articles/nothing/revisions").status_code == 404
    assert client.get("/api/articles/comet/difference?from=0").status_code == 404
    assert client.get("/api/articles/comet/difference").status_code == 422


def test_a_removed_article_is_gone_from_list_search_and_answers(client: FlaskClient) -> None:
    reply = client.delete("/api/articles/bridge")
    assert (reply.status_code, reply.data) == (204, b"")
    assert client.get("/api/articles/bridge").status_code == 404
    hits = reply_json(client.post("/api/search", json={"query": "Zephyr bridge Oldport", "top_k": 50}))["hits"]
    assert "bridge" not in {hit["article_id"] for hit in hits}
    assert client.delete("/api/articles/bridge").status_code == 404


def test_health_has_every_field(client: FlaskClient, stocked: Library) -> None:
    health = HealthReply.model_validate(client.get("/api/health").json, strict=True)
    assert health.status == "ok"
    assert health.answerer == "extractive"
    assert health.articles == stocked.status().articles
    assert health.newest_article == stocked.status().newest_article


def test_a_conversation_keeps_its_answers_whole(client: FlaskClient) -> None:
    first = reply_json(client.post("/api/ask", json={"question": "When did the Zephyr bridge open?"}))
    second = reply_json(
        client.post("/api/ask", json={"question": "What did it cost?", "session_id": first["session_id"]})
    )
    assert second["session_id"] == first["session_id"]
    session = SessionReply.model_validate(client.get(f"/api/sessions/{first['session_id']}").json, strict=True)
    assert session.title == "When did the Zephyr bridge open?"
    assert [message.answer.model_dump() for message in session.messages] == [
        AnswerReply.model_validate(first).model_dump(),
        AnswerReply.model_validate(second).model_dump(),
    ]
    listed = SessionsReply.model_validate(client.get("/api/sessions").json, strict=True).sessions
    assert [(one.id, one.messages) for one in listed] == [(first["session_id"], 2)]


def test_a_deleted_conversation_is_gone(client: FlaskClient) -> None:
    session_id = reply_json(client.post("/api/ask", json={"question": "Who cut the ribbon?"}))["session_id"]
    assert client.delete(f"/api/sessions/{session_id}").status_code == 204
    assert client.get(f"/api/sessions/{session_id}").status_code == 404
    assert client.delete(f"/api/sessions/{session_id}").status_code == 404
    assert reply_json(client.get("/api/sessions")) == {"sessions": [], "next_cursor": None}
    body = {"question": "Who cut the ribbon?", "session_id": session_id}
    assert client.post("/api/ask", json=body).status_code == 404


def test_feedback_is_kept_with_its_message_and_can_be_changed(client: FlaskClient) -> None:
    answer = reply_json(client.post("/api/ask", json={"question": "Who cut the ribbon?"}))
    for opinion in ({"is_positive": True, "feedback_text": "right"}, {"is_positive": False, "feedback_text": None}):
        reply = client.post("/api/feedback", json={"message_id": answer["message_id"], **opinion})
        assert reply.status_code == 204
        session = reply_json(client.get(f"/api/sessions/{answer['session_id']}"))
        assert session["messages"][0]["feedback"] == opinion
    unknown = client.post("/api/feedback", json={"message_id": "nobody", "is_positive": True})
    assert unknown.status_code == 404


def test_a_job_has_every_field(client: FlaskClient) -> None:
    reply = client.post("/api/index/rebuild", json={})
    assert reply.status_code == 202
    assert list(reply_json(reply)) == ["job_id"]
    assert reply.location == f"/api/jobs/{reply_json(reply)['job_id']}"
    job = JobReply.model_validate(client.get(reply.location).json, strict=True)
    assert job.id == reply_json(reply)["job_id"]
    assert job.kind == "rebuild"


def test_the_page_knows_the_limits(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert 'data-max-upload-mb="1"' in page.text


def test_openapi_describes_every_route_of_the_contract(client: FlaskClient) -> None:
    document = reply_json(client.get("/api/openapi.json"))
    assert document["openapi"].startswith("3.1")
    assert {(method, path) for path, item in document["paths"].items() for method in item} == {
        ("post", "/api/ask"),
        ("post", "/api/search"),
        ("post", "/api/timeline"),
        ("post", "/api/stories"),
        ("get", "/api/stories"),
        ("get", "/api/stories/{story_id}"),
        ("delete", "/api/stories/{story_id}"),
        ("get", "/api/articles"),
        ("post", "/api/articles"),
        ("get", "/api/articles/{article_id}"),
        ("delete", "/api/articles/{article_id}"),
        ("post", "/api/articles/preview"),
        ("post", "/api/articles/{article_id}/restore"),
        ("get", "/api/articles/{article_id}/related"),
        ("get", "/api/sources"),
        ("get", "/api/companies"),
        ("get", "/api/articles/{article_id}/revisions"),
        ("get", "/api/articles/{article_id}/difference"),
        ("post", "/api/index/rebuild"),
        ("get", "/api/jobs"),
        ("get", "/api/jobs/{job_id}"),
        ("delete", "/api/jobs/{job_id}"),
        ("get", "/api/sessions"),
        ("get", "/api/suggestions"),
        ("get", "/api/sessions/{session_id}"),
        ("patch", "/api/sessions/{session_id}"),
        ("delete", "/api/sessions/{session_id}"),
        ("get", "/api/sessions/{session_id}/export"),
        ("get", "/api/feedback"),
        ("post", "/api/feedback"),
        ("get", "/api/health"),
        ("get", "/api/audit"),
        ("get", "/metrics"),
        ("get", "/v1/models"),
        ("post", "/v1/chat/completions"),
    }
    assert _missing(document, document) == []
    assert document["paths"]["/api/index/rebuild"]["post"]["requestBody"]["required"] is False
    top_k = document["components"]["schemas"]["AskBody"]["properties"]["top_k"]
    assert (top_k["minimum"], top_k["maximum"]) == (1, 50)
    assert {"application/json", "text/event-stream"} == set(
        document["paths"]["/api/ask"]["post"]["responses"]["200"]["content"]
    )


def test_the_library_of_the_api_document_serves_no_page_of_its_own(client: FlaskClient) -> None:
    assert client.get("/openapi/").status_code == 404
    assert client.get("/openapi/openapi.json").status_code == 404


def _missing(node: Any, document: dict[str, Any]) -> list[str]:
    """References in the document that lead nowhere."""
    if isinstance(node, list):
        return [name for item in node for name in _missing(item, document)]
    if not isinstance(node, dict):
        return []
    found = [name for item in node.values() for name in _missing(item, document)]
    reference = node.get("$ref")
    if isinstance(reference, str):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place.get(part, {})
        if not place:
            found.append(reference)
    return found
