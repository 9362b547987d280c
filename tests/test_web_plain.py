"""The page without scripts: a form asks, and the server writes question, answer, citations and what went wrong."""

import html
import re
import time
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fixtures import BRIDGE

from assistant.assistant import Assistant
from index.article import Article
from index.library import Library
from index.search.published import Generations
from web.app import create_app
from web.jobs.jobs import Jobs
from web.plain import original, pieces, told_apart
from web.services import MAX_RUNNING, MAX_WAITING
from web.settings import Settings

QUESTION = "When did the Zephyr bridge in Oldport open?"
SENTENCE = "The Zephyr bridge in Oldport opened on 4 November 2023."


def ask(client: FlaskClient, status: int = 200, **fields: str) -> str:
    reply = client.post("/ask", data={"question": QUESTION} | fields)
    assert reply.status_code == status, reply.text
    return html.unescape(reply.text)


def session_of(page: str) -> str:
    [session_id] = re.findall(r'name="session_id" value="([\w-]+)"', page)
    return str(session_id)


def notice_of(page: str) -> str:
    [said] = re.findall(r'role="alert"><p>(.*?)</p>', page, re.DOTALL)
    return str(said).strip()


def typed(page: str) -> str:
    [text] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return str(text)


def test_the_page_shows_question_answer_and_citation_with_a_link_to_the_original(client: FlaskClient) -> None:
    page = ask(client)
    assert f'<h2 class="question" dir="auto">{QUESTION}</h2>' in page
    assert '<p class="short-answer" dir="auto">4 November 2023</p>' in page
    assert re.search(
        rf'{SENTENCE} <a class="marker" href="#answer1-1" aria-label="Source 1: {BRIDGE.title}, 5 Nov 2023">\[1\]</a>',
        page,
    )
    [citation] = re.findall(r'<li id="answer1-1">(.*?)</li>', page, re.DOTALL)
    fragment = "The%20Zephyr%20bridge%20in%20Oldport%20opened%20on%204%20November%202023."
    assert f'href="https://example.org/bridge#:~:text={fragment}"' in citation
    for said in (BRIDGE.title, "Oldport Courier", "Nils Berg", "5 Nov 2023", SENTENCE):
        assert said in citation
    assert "As of 5 Nov 2023" in page
    assert typed(page) == ""


def test_a_follow_up_goes_on_in_the_same_conversation(client: FlaskClient) -> None:
    session_id = session_of(ask(client))
    page = ask(client, question="What did it cost?", session_id=session_id)
    assert session_of(page) == session_id
    assert page.index(QUESTION) < page.index('id="latest"') < page.index("The bridge cost 90 million crowns. ")
    assert "Understood as “" in page
    assert len((client.get(f"/api/sessions/{session_id}").json or {})["messages"]) == 2


def test_a_refusal_says_why_and_shows_the_nearest_passages_apart(client: FlaskClient) -> None:
    page = ask(client, company="Nobody")
    assert "<li>Company: Nobody</li>" in page
    assert '<p dir="auto">No article names the company “Nobody”.</p>' in page
    assert 'name="company" value="Nobody"' in page
    page = ask(client, question="Which team won the curling championship of 1987?")
    assert "The articles do not answer this." in page
    assert '<section class="sources nearest">' in page
    assert "Closest passages (not an answer)" in page
    assert 'class="marker"' not in page
    assert "2 articles were searched. Other words may find it" in page


def test_a_voice_that_no_article_has_is_told(client: FlaskClient) -> None:
    page = ask(client, question="When did the Zephyr bridge in Oldport open according to the BBC?")
    assert '<p dir="auto">No article is from “BBC”.</p>' in page
    page = ask(client, after="2023-11-05", before="2023-11-05")
    assert "<li>5 Nov 2023</li>" in page


def test_an_article_is_named_once_above_its_sentences(client: FlaskClient) -> None:
    page = ask(client, question="What happened in November 2023?")
    assert page.count('<li id="answer1-') == 3
    assert page.count('class="title"') == 1
    assert 'class="again"' in page
    assert '<a class="number" href="https://example.org/bridge#:~:text=' in page


def test_without_articles_it_says_so(library: Library, settings: Settings, jobs: Jobs) -> None:
    client = create_app(settings, library, Assistant(library), jobs).test_client()
    assert "There are no articles to answer from yet." in ask(client)


def test_dates_and_source_limit_the_answer_are_told_and_stay_in_their_fields(client: FlaskClient) -> None:
    page = ask(client, after="2022-01-01", before="2024-01-01", source="Oldport Courier")
    for limit in ("1 Jan 2022 to 1 Jan 2024", "Source: Oldport Courier"):
        assert f"<li>{limit}</li>" in page
    assert 'name="after" value="2022-01-01"' in page
    assert "<li>From 1 Jan 2022</li>" in ask(client, after="2022-01-01")
    assert "<li>Until 1 Jan 2024</li>" in ask(client, before="2024-01-01")
    page = ask(client, question="Which team won the curling championship of 1987?", source="Oldport Courier")
    assert "1 article was searched.Take a limit off" in page.replace("\n", "").replace("searched. ", "searched.")
    assert "No article is left within these limits." in ask(client, source="Sky Letter", after="2022-01-01")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"question": " \n"}, "There is no question yet."),
        ({"question": "x" * 2_001}, "The question is too long: at most 2,000 characters are read."),
        ({"after": "2024-01-01", "before": "2023-01-01"}, "The first date is later than the last."),
        ({"after": "last week"}, "A date is written as 2023-11-04"),
        ({"source": "x" * 301}, "a source has at most 300 characters."),
    ],
)
def test_what_cannot_be_asked_is_said_and_stays_in_its_field(
    client: FlaskClient, fields: dict[str, str], said: str
) -> None:
    session_id = session_of(ask(client))
    page = ask(client, 422, session_id=session_id, **fields)
    assert said in notice_of(page)
    assert typed(page) == fields.get("question", QUESTION).strip()
    assert session_of(page) == session_id
    assert SENTENCE in page


def test_a_form_larger_than_any_question_is_refused_in_words(client: FlaskClient) -> None:
    assert "too long" in notice_of(ask(client, 413, question="x" * 1_000_001))


def test_an_id_longer_than_any_is_of_no_conversation(client: FlaskClient) -> None:
    page = ask(client, 422, session_id="x" * 101)
    assert "no longer has the earlier conversation" in notice_of(page)
    assert typed(page) == QUESTION
    assert 'name="session_id"' not in page


def test_a_conversation_that_is_gone_begins_anew_and_that_is_said(client: FlaskClient) -> None:
    page = ask(client, session_id="gone")
    assert "no longer has the earlier conversation" in notice_of(page)
    assert SENTENCE in page
    assert session_of(page) != "gone"


def test_a_busy_server_says_so_and_the_question_stays(app: Flask) -> None:
    gate = app.extensions["services"].gate
    gate.running = MAX_RUNNING + MAX_WAITING
    page = ask(app.test_client(), 503)
    assert "Too many questions are waiting." in notice_of(page)
    assert typed(page) == QUESTION


@pytest.mark.own_file
def test_an_error_that_nobody_foresaw_is_told_on_the_page_and_the_question_stays(
    app: Flask, stocked: Library, caplog: pytest.LogCaptureFixture
) -> None:
    session_id = session_of(ask(app.test_client()))
    with stocked.database.write() as connection:
        connection.exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(FAIL, 'x'); END")
    page = ask(app.test_client(), 500, session_id=session_id)
    assert re.fullmatch(
        r"Something went wrong on the server. Its log has the details \([0-9a-f]{16}\)\.", notice_of(page)
    )
    assert typed(page) == QUESTION
    assert SENTENCE in page
    assert "POST /ask failed" in caplog.text


def test_what_kind_an_article_is_stands_with_it(client: FlaskClient, stocked: Library) -> None:
    for given, said in (("wire", "news agency report"), ("letter", "letter")):
        stocked.add([replace(BRIDGE, provenance=given)])
        assert f'<span class="badge">{said}</span>' in ask(client)


def test_sources_that_differ_stand_side_by_side_and_what_else_is_said_below(
    client: FlaskClient, stocked: Library
) -> None:
    for number, day in (("nine", "2024-05-02"), ("eleven", "2024-05-03")):
        text = f"The flood in Oldport on Monday killed {number} people, the mayor Ada Quill said."
        stocked.add([replace(BRIDGE, id=number, text=text, published_at=day)])
    page = ask(client, question="How many people did the flood in Oldport kill?")
    [differs] = re.findall(r'<section class="differs">(.*?)</section>', page, re.DOTALL)
    assert "<h3>Sources differ</h3>" in differs
    rivals = re.findall(r"<li>(.*?)</li>", differs, re.DOTALL)
    assert len(rivals) == 2
    for rival, day, number, index in zip(rivals, ("3 May", "2 May"), ("eleven", "nine"), (1, 2), strict=True):
        assert f"{day} 2024" in rival
        assert f"killed {number} people" in rival
        assert f'href="#answer1-{index}"' in rival
    assert '<div class="sentences">' not in page


def test_sentences_that_agree_stay_out_of_the_comparison() -> None:
    citations = [{"index": index} for index in (1, 2, 3)]
    answer = {"answer": "Nine. [1] It rained.\nLong. [3] Ten. [2]", "citations": citations, "differs": [1, 2]}
    assert told_apart(answer) == (citations[:2], "It rained.\nLong. [3]")
    assert told_apart(answer | {"differs": []}) == ([], answer["answer"])


def test_that_the_newest_come_first_and_what_day_was_counted_from_is_told(client: FlaskClient) -> None:
    assert "<li>newest first</li>" in ask(client, question="What is the latest on the Zephyr bridge?")
    page = ask(client, question="What happened last week?")
    assert "Counted from 5 Nov 2023, the day of the newest article." in page


@pytest.mark.own_index
def test_while_the_index_is_built_the_page_says_so(library: Library, settings: Settings) -> None:
    with ExitStack() as publishing, closing(Jobs(library, settings.articles)) as jobs:
        publishing.enter_context(Generations(library.data_dir / "index").lock())
        jobs.start(lambda _job: None)
        client = create_app(settings, library, Assistant(library), jobs).test_client()
        page = client.get("/").text
        assert '<p id="state">Getting the articles ready</p>' in page
        assert '<h2 id="welcome-heading">Getting the articles ready</h2>' in page
        assert "The index is being brought up to date" in notice_of(ask(client, 503))
        publishing.close()
        while jobs.first():
            time.sleep(0.01)
        assert ">Getting the articles ready<" not in client.get("/").text


def test_what_stands_in_an_article_is_text_and_no_address_of_another_kind_is_followed(
    client: FlaskClient, stocked: Library
) -> None:
    text = "The <b>Marrow</b> tunnel opened <script>alert(1)</script> in 2019."
    stocked.add([Article(id="x", title="<i>Tunnel</i>", text=text, origin="x.txt", url="javascript:alert(1)")])
    reply = client.post("/ask", data={"question": "When did the Marrow tunnel open?"})
    assert "&lt;script&gt;" in reply.text
    assert "<script>alert" not in reply.text
    assert "<i>" not in reply.text
    assert "javascript:" not in reply.text


def test_a_page_of_another_site_may_not_ask_and_the_page_says_so(client: FlaskClient) -> None:
    for headers in ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        reply = client.post("/ask", data={"question": QUESTION}, headers=headers)
        assert reply.status_code == 403
        assert notice_of(reply.text) == "A page of another site may not do this."
        assert QUESTION not in reply.text
    assert client.post("/ask", data={"question": QUESTION}, headers={"Origin": "http://localhost"}).status_code == 200
    assert client.get("/").headers["Referrer-Policy"] == "same-origin"


def test_who_is_not_signed_in_is_sent_to_the_sign_in(stocked: Library, settings: Settings, jobs: Jobs) -> None:
    guarded = Settings(articles=settings.articles, data_dir=settings.data_dir, api_token="secret")
    client = create_app(guarded, stocked, Assistant(stocked), jobs).test_client()
    reply = client.post("/ask", data={"question": QUESTION})
    assert (reply.status_code, reply.location) == (303, "/login")


def test_the_address_of_an_answer_leads_to_the_page(client: FlaskClient) -> None:
    reply = client.get("/ask")
    assert (reply.status_code, reply.location) == (303, "/")


def test_it_speaks_the_language_that_is_asked_for(client: FlaskClient) -> None:
    reply = client.post("/ask", data={"question": QUESTION}, headers={"Accept-Language": "de"})
    assert "Stand: 5. Nov. 2023" in reply.text
    assert "Quellen" in reply.text


def test_only_the_markers_of_citations_are_markers() -> None:
    cited = {"index": 1}
    text = "It opened. [1] In [2023], he said. [12]"
    found = pieces(text, [cited])
    assert "".join(piece for piece, _ in found) == text
    assert [piece for piece, citation in found if citation is cited] == ["[1]"]


@pytest.mark.parametrize(
    ("url", "quote", "address"),
    [
        (None, "A.", None),
        ("file:///etc/passwd", "A.", None),
        (
            "https://example.org/a",
            "A well-known, dry well.",
            "https://example.org/a#:~:text=A%20well%2Dknown%2C%20dry%20well.",
        ),
        ("https://example.org/a#b", "A.", "https://example.org/a#b:~:text=A."),
        (
            "https://example.org/a",
            " ".join("abcdefghijklmnopq"),
            "https://example.org/a#:~:text=a%20b%20c%20d%20e%20f%20g%20h,j%20k%20l%20m%20n%20o%20p%20q",
        ),
    ],
)
def test_the_original_is_opened_at_the_sentence(url: str | None, quote: str, address: str | None) -> None:
    assert original({"url": url, "quote": quote}) == address
