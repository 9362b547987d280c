"""The pages beside the chat, which the server writes: a timeline, an article with the cited sentence marked, errors."""

import html
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from web_fixtures import COMET

from index.library import Library
from web.plain import paragraphs

SENTENCE = "The Zephyr bridge in Oldport opened on 4 November 2023."


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    reply = client.get(address)
    assert reply.status_code == status, reply.text
    assert reply.mimetype == "text/html"
    return html.unescape(reply.text)


def alert(text: str) -> str:
    [said] = re.findall(r'role="alert">(.*?)</p>', text)
    return str(said)


def test_a_timeline_links_each_sentence_to_its_place_in_the_article(client: FlaskClient, stocked: Library) -> None:
    text = page(client, "/timeline?topic=the+Zephyr+bridge")
    assert '<time datetime="2023-11-04">4 Nov 2023</time>' in text
    [address] = set(re.findall(r'href="(/articles/[^"]+)#cited"', text))
    assert address.startswith("/articles/bridge?revision=")
    assert f'<mark id="cited">{SENTENCE}</mark>' in page(client, address)
    assert 'value="the Zephyr bridge"' in text


def test_the_form_alone_asks_for_nothing(client: FlaskClient) -> None:
    text = page(client, "/timeline")
    assert "<time" not in text
    assert 'role="alert"' not in text


def test_where_nothing_is_told_the_page_says_so(client: FlaskClient) -> None:
    assert "No article tells of this." in page(client, "/timeline?topic=a+football+cup")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("topic=bridge&after=2024-13-01", "after: must be a date such as 2023-11-04"),
        ("topic=bridge&after=2024-02-01&before=2024-01-01", "after (2024-02-01) is later than before (2024-01-01)"),
        (f"topic={'x' * 2001}", "topic: String should have at most 2000 characters"),
        (f"topic=bridge&source={'x' * 301}", "source.0: String should have at most 300 characters"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_what_was_typed(client: FlaskClient, query: str, said: str) -> None:
    text = page(client, f"/timeline?{query}", 422)
    assert alert(text).startswith(said)
    assert f'name="topic" value="{query.partition("=")[2].partition("&")[0]}"' in text


def test_a_filter_narrows_the_timeline(client: FlaskClient) -> None:
    assert "no article" in page(client, "/timeline?topic=the+Zephyr+bridge&before=2020-01-01").lower()


def test_an_article_that_is_not_there_is_a_page_that_says_so(client: FlaskClient) -> None:
    assert alert(page(client, "/articles/none", 404)) == "There is no article 'none'."


def test_the_text_as_cited_is_shown_where_the_article_has_changed(client: FlaskClient, stocked: Library) -> None:
    stored = stocked.article("comet")
    assert stored
    stocked.add([replace(COMET, text="Comet Marlow was not seen in May after all.")])
    text = page(client, f"/articles/comet?revision={stored.revision}&start=0&end=12")
    assert '<mark id="cited">Comet Marlow</mark> was seen with the naked eye' in text
    assert "the article has changed since" in text
    gone = page(client, "/articles/comet?revision=gone&start=0&end=12")
    assert "was not seen in May after all" in gone
    assert "<mark" not in gone


@pytest.mark.parametrize("span", ["start=5&end=2", "start=-4&end=3", "start=0&end=100000", "start=a&end=b", "start=4"])
def test_a_place_outside_the_text_marks_nothing(client: FlaskClient, span: str) -> None:
    text = page(client, f"/articles/bridge?{span}")
    assert "<mark" not in text
    assert SENTENCE in text


def test_neither_address_nor_title_of_an_article_runs_a_script(client: FlaskClient, stocked: Library) -> None:
    stocked.add([replace(COMET, url="javascript:alert(1)", title="<script>x</script>")])
    raw = client.get("/articles/comet").text
    assert "javascript:" not in raw
    assert "<script>" not in raw


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((0, 0), [[("One two.", False)], [("Three.", False)]]),
        ((4, 7), [[("One ", False), ("two", True), (".", False)], [("Three.", False)]]),
        ((10, 16), [[("One two.", False)], [("Three.", True)]]),
        ((4, 15), [[("One ", False), ("two.\n\nThree", True), (".", False)]]),
    ],
)
def test_a_span_is_marked_in_one_piece(span: tuple[int, int], expected: list[list[tuple[str, bool]]]) -> None:
    assert paragraphs("One two.\n\nThree.", *span) == expected
