"""Stories over HTTP and on their pages: put together, kept, listed, streamed, removed; what goes wrong is said."""

import html
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from web_fixtures import BRIDGE, reply_json

from index.article import Article
from index.library import Library
from web.schemas.topics import StoriesReply, StoryReply

TOPIC = "the Zephyr bridge"
SENTENCE = "The Zephyr bridge in Oldport opened on 4 November 2023."


def tell(client: FlaskClient, **body: object) -> dict[str, Any]:
    reply = client.post("/api/stories", json={"topic": TOPIC} | body)
    assert reply.status_code == 200, reply.text
    StoryReply.model_validate_json(reply.text, strict=True)
    return reply_json(reply)


def said(story: dict[str, Any]) -> list[str]:
    return [story["standfirst"], *(s["text"] for section in story["sections"] for s in section["sentences"])]


def test_a_story_is_kept_and_given_out_again(client: FlaskClient) -> None:
    told = tell(client)
    assert SENTENCE in said(told)
    assert (told["topic"], told["version"], told["length"], told["style"]) == (TOPIC, 1, "standard", "story")
    assert reply_json(client.get(f"/api/stories/{told['story_id']}")) == told
    assert reply_json(client.get(f"/api/stories/{told['story_id']}?version=1")) == told
    listed = client.get("/api/stories")
    StoriesReply.model_validate_json(listed.text, strict=True)
    assert [one["story_id"] for one in reply_json(listed)["stories"]] == [told["story_id"]]


def test_a_stream_ends_with_the_story_that_its_parts_add_up_to(client: FlaskClient) -> None:
    reply = client.post("/api/stories", json={"topic": TOPIC, "stream": True})
    assert reply.mimetype == "text/event-stream"
    sent = re.findall(r"event: (\w+)\ndata: (.*)\n\n", reply.get_data(as_text=True))
    events = [(name, json.loads(data)) for name, data in sent]
    assert events[0][0] == "outline"
    name, whole = events[-1]
    assert name == "done"
    assert [section for name, section in events if name == "section"] == whole["sections"]
    assert events[0][1] == {"headline": whole["headline"], "standfirst": whole["standfirst"]}
    assert reply_json(client.get(f"/api/stories/{whole['story_id']}")) == whole


def test_filters_and_a_question_in_place_of_a_topic(client: FlaskClient) -> None:
    reply = client.post("/api/stories", json={"question": "What is the Zephyr bridge?", "source": ["Oldport Courier"]})
    assert reply_json(reply)["applied_filters"] == {"source": ["Oldport Courier"]}
    nothing = tell(client, before="2020-01-01")
    assert (nothing["story_id"], nothing["reason"], nothing["sections"]) == (None, "no_match", [])
    assert [one["topic"] for one in reply_json(client.get("/api/stories"))["stories"]] == ["What is the Zephyr bridge?"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "a story needs a topic or a question, and not both"),
        ({"topic": "a", "question": "b"}, "a story needs a topic or a question, and not both"),
        ({"topic": "a", "after": "2024-02-01", "before": "2024-01-01"}, "after (2024-02-01) is later than before"),
        ({"topic": "a", "length": "endless"}, "Input should be 'brief', 'standard' or 'long'"),
        ({"topic": "a", "style": "poem"}, "Input should be 'story', 'briefing' or 'q-and-a'"),
        ({"topic": " "}, "must not be blank"),
        ({"topic": "a", "source": "x"}, "Input should be a valid list"),
    ],
)
def test_what_cannot_be_asked_for_is_said(client: FlaskClient, body: dict[str, Any], message: str) -> None:
    reply = client.post("/api/stories", json=body)
    assert reply.status_code == 422
    assert message in reply_json(reply)["error"]["message"]


def test_a_story_that_is_not_there_is_said(client: FlaskClient) -> None:
    told = tell(client)
    for method, path in (("get", "none"), ("get", f"{told['story_id']}?version=2"), ("delete", "none")):
        reply = getattr(client, method)(f"/api/stories/{path}")
        assert reply.status_code == 404
        assert reply_json(reply)["error"]["message"].startswith("There is no ")


def test_a_story_that_is_removed_is_gone_with_its_page(client: FlaskClient) -> None:
    told = tell(client)
    assert client.delete(f"/api/stories/{told['story_id']}").status_code == 204
    assert reply_json(client.get("/api/stories"))["stories"] == []
    assert client.get(f"/stories/{told['story_id']}").status_code == 404


def test_on_the_page_a_story_is_put_together_read_and_removed(client: FlaskClient) -> None:
    assert "Stories that were put together" not in client.get("/stories").text
    made = client.post("/stories", data={"topic": TOPIC, "length": "brief", "style": "briefing"})
    assert made.status_code == 303
    page = html.unescape(client.get(made.location).text)
    assert f'<h1 dir="auto">{BRIDGE.title}</h1>' in page
    assert SENTENCE in page
    places = set(re.findall(r'href="(/articles/bridge\?[^"]+)#cited"', page))
    assert any(f'<mark id="cited">{SENTENCE}</mark>' in html.unescape(client.get(place).text) for place in places)
    assert BRIDGE.title in client.get("/stories").text
    assert client.post(f"{made.location}/remove").location == "/stories"
    assert client.get(made.location).status_code == 404


def test_on_the_page_what_cannot_be_told_is_said_beside_what_was_typed(client: FlaskClient) -> None:
    nothing = client.post("/stories", data={"topic": "a football cup", "style": "briefing"})
    assert nothing.status_code == 200
    assert "No article tells of this." in nothing.text
    assert 'value="a football cup"' in nothing.text
    assert '<option value="briefing" selected>' in nothing.text
    wrong = client.post("/stories", data={"topic": TOPIC, "length": "endless"})
    assert wrong.status_code == 422
    assert f'value="{TOPIC}"' in wrong.text
    assert 'role="alert"' in wrong.text


def test_a_title_of_markup_is_text_on_the_page(client: FlaskClient, stocked: Library) -> None:
    text = "The Marrow ferry sailed from Oldport on 5 May 2024 with 40 people on board."
    stocked.add([Article("ferry", "<script>x</script> Marrow ferry", text, "ferry.txt")])
    told = tell(client, topic="the Marrow ferry")
    raw = client.get(f"/stories/{told['story_id']}").text
    assert "<script>x" not in raw
    assert "&lt;script&gt;x" in raw
