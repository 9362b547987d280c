"""The library over HTTP: the list in any order, sources, what is related, and a removal taken back."""

import pytest
from flask.testing import FlaskClient
from web_fixtures import BRIDGE, COMET, ended, reply_json

from index.article import Article
from index.library import Library
from web.schemas.replies import ArticlesReply, RelatedReply, SourcesReply

ROAD = Article(
    id="road",
    title="Åsa road to close",
    text="The Åsa road closes on Monday. The Zephyr bridge in Oldport stays open.",
    origin="road.txt",
    source="Oldport Courier",
)


@pytest.fixture
def stocked(library: Library) -> Library:
    """Of three days, two sources and one without a day."""
    library.add([BRIDGE, COMET, ROAD])
    return library


def ids(client: FlaskClient, query: str) -> list[str]:
    return [article["id"] for article in reply_json(client.get(f"/api/articles?{query}"))["articles"]]


def related(client: FlaskClient, article_id: str) -> set[str]:
    return {a["article_id"] for a in reply_json(client.get(f"/api/articles/{article_id}/related"))["articles"]}


# -- the list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["bridge", "comet", "road"]),
        ("sort=published", ["comet", "bridge", "road"]),
        ("sort=title", ["road", "comet", "bridge"]),  # å is an a
        ("sort=-title", ["bridge", "comet", "road"]),
        ("sort=source", ["bridge", "road", "comet"]),
        ("source=sky%20letter", ["comet"]),
        ("source=Sky+Letter&source=Oldport+Courier", ["bridge", "comet", "road"]),
        ("after=2021-05-21", ["bridge"]),
        ("before=2021-05-20", ["comet"]),
        ("q=asa&source=Oldport+Courier", ["road"]),
        ("after=2021-05-20&before=2023-11-05&sort=-source", ["comet", "bridge"]),
    ],
)
def test_the_list_comes_in_the_order_and_within_the_limits_asked_for(
    client: FlaskClient, query: str, found: list[str]
) -> None:
    reply = ArticlesReply.model_validate(client.get(f"/api/articles?{query}").json, strict=True)
    assert [article.id for article in reply.articles] == found
    assert reply.total == len(found)


@pytest.mark.parametrize("sort", ["-published", "added", "title", "-source", "passages"])
def test_pages_in_any_order_join(client: FlaskClient, sort: str) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = reply_json(client.get("/api/articles", query_string={"sort": sort, "limit": 1, "cursor": cursor}))
        seen += [article["id"] for article in page["articles"]]
        assert page["total"] == 3
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == ids(client, f"sort={sort}")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=colour", "sort"),
        ("sort=%2Btitle", "sort"),
        ("after=yesterday", "after"),
        ("after=2024-01-02&before=2024-01-01", ""),
        (f"source={'x' * 301}", "source.0"),
        ("&".join(["source=x"] * 51), "source"),
        (f"cursor={'x' * 2_001}", "cursor"),
    ],
)
def test_an_order_or_limit_that_makes_no_sense_is_422(client: FlaskClient, query: str, field: str) -> None:
    reply = client.get(f"/api/articles?{query}")
    assert reply.status_code == 422
    assert reply_json(reply)["error"].get("field", "") == field


def test_a_cursor_of_another_order_is_422(client: FlaskClient) -> None:
    cursor = reply_json(client.get("/api/articles?limit=1"))["next_cursor"]
    reply = client.get("/api/articles", query_string={"sort": "title", "cursor": cursor})
    assert (reply.status_code, reply_json(reply)["error"]["field"]) == (422, "cursor")
    assert "Start without a cursor" in reply_json(reply)["error"]["message"]


def test_sources_come_by_name_with_the_number_of_their_articles(client: FlaskClient) -> None:
    reply = SourcesReply.model_validate(client.get("/api/sources").json, strict=True)
    assert [(s.name, s.articles) for s in reply.sources] == [("Oldport Courier", 2), ("Sky Letter", 1)]


# -- what is related


def test_what_is_near_by_meaning_is_told_and_neither_the_article_nor_a_copy_of_it(
    client: FlaskClient, stocked: Library
) -> None:
    text = BRIDGE.text * 9  # long enough to be compared
    again = [
        Article(id=name, title=BRIDGE.title, text=text, origin=name, source=name, published_at="2024-01-01")
        for name in ("one", "two")
    ]
    stocked.add(again)
    reply = RelatedReply.model_validate(client.get("/api/articles/one/related").json, strict=True)
    assert [article.article_id for article in reply.articles][:1] == ["bridge"]
    assert "two" not in {article.article_id for article in reply.articles}
    first = reply.articles[0]
    assert (first.title, first.source, first.published_at) == (BRIDGE.title, BRIDGE.source, BRIDGE.published_at)
    assert 0.45 <= first.score <= 1.001
    assert len(related(client, "bridge") & {"one", "two"}) == 1  # of copies one


def test_what_was_removed_is_related_to_nothing_and_an_unknown_article_is_404(
    client: FlaskClient, stocked: Library
) -> None:
    stocked.add([Article(id="one", title=BRIDGE.title, text="The Zephyr bridge in Oldport opened.", origin="one")])
    assert "bridge" in related(client, "one")
    stocked.hide(["bridge"])
    assert "bridge" not in related(client, "one")
    assert client.get("/api/articles/bridge/related").status_code == 404


def test_nothing_is_near_to_the_only_article(client: FlaskClient, stocked: Library) -> None:
    stocked.remove(["bridge", "road"])
    assert reply_json(client.get("/api/articles/comet/related")) == {"articles": []}


# -- removed and restored


def test_a_restored_article_is_as_it_was_and_found_again(client: FlaskClient) -> None:
    before = reply_json(client.get("/api/articles/bridge"))
    client.delete("/api/articles/bridge")
    reply = client.post("/api/articles/bridge/restore")
    assert reply.status_code == 202
    assert reply.location == f"/api/jobs/{reply_json(reply)['job_id']}"
    assert ended(client, reply.location)["state"] == "done"
    assert reply_json(client.get("/api/articles/bridge")) == before
    hits = reply_json(client.post("/api/search", json={"query": "Zephyr bridge Oldport"}))["hits"]
    assert "bridge" in {hit["article_id"] for hit in hits}
    assert reply_json(client.get("/api/health"))["pending"] is False


def test_what_was_not_removed_cannot_be_restored_and_what_was_added_again_is_left_alone(client: FlaskClient) -> None:
    unknown = client.post("/api/articles/nothing/restore")
    assert (unknown.status_code, reply_json(unknown)["error"]["code"]) == (404, "not_found")
    assert "within the last hour. Add it again." in reply_json(unknown)["error"]["message"]
    client.delete("/api/articles/bridge")
    added = client.post("/api/articles", json={"id": "bridge", "text": "Another text."})
    ended(client, added.location or "")
    there = client.post("/api/articles/bridge/restore", json={})
    assert (there.status_code, reply_json(there)["error"]["code"]) == (409, "conflict")
    assert reply_json(client.get("/api/articles/bridge"))["text"] == "Another text."
