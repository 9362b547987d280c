"""Past conversations on the page, ratings, print, a second tab and a server that goes away."""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from answers import answered
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import ANSWER, DESKTOP, QUESTION, ask, watched
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from scripted_model import SILENCE, ScriptedModel
from test_cli_serve import SERVE
from web_fixtures import BRIDGE, Serve

from index.library import Library
from web.conversations.conversations import Conversations

COST = "What did the bridge cost?"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def conversations(stocked: Library) -> Conversations:
    """Of three days, the last the newest."""
    conversations = Conversations(stocked.database)
    for question, answer, age in (
        ("When does the ferry sail?", "At noon, from Skärn.", dt.timedelta(days=70)),
        ("Who keeps the lighthouse?", "Nils Berg.", dt.timedelta(days=1, minutes=1)),
        ("Is the tide high?", "Not before noon.", dt.timedelta()),
    ):
        said = answered(question, answered=True, reason=None, answer=answer)
        session_id = conversations.append(None, said, {})["session_id"]
        with stocked.database.write() as connection:
            when = (NOW - age).isoformat(timespec="milliseconds")
            connection.exec_driver_sql("UPDATE sessions SET updated_at = ? WHERE id = ?", (when, session_id))
    return conversations


def test_conversations_stand_by_day_and_are_found_by_what_was_said(page: Page, conversations: Conversations) -> None:
    past = open_past(page)
    expect(past.get_by_role("heading", level=3).first).to_have_text("Today")
    expect(past.get_by_role("heading", level=3)).to_have_count(3)
    expect(rows(page)).to_have_count(3)
    search = past.get_by_role("searchbox")
    search.fill("NOON skarn")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("When does the ferry sail?")
    expect(rows(page).locator(".found")).to_have_text("At noon, from Skärn.")
    expect(past.get_by_role("status")).to_have_text("1 conversation shown")
    search.fill("no such words")
    expect(past.get_by_role("status")).to_have_text("No conversation has all these words.")
    assert no_violations(page)
    search.fill("")
    expect(rows(page)).to_have_count(3)
    rows(page).nth(1).get_by_role("button", name="Who keeps the lighthouse?", exact=True).click()
    expect(page.get_by_role("main").get_by_role("article")).to_contain_text("Nils Berg.")
    expect(past).to_be_hidden()


def test_where_the_title_has_not_the_words_the_question_is_told(page: Page, conversations: Conversations) -> None:
    first = conversations.list()["sessions"][0]["id"]
    conversations.append(first, answered("And tomorrow?", answered=True, reason=None, answer="At ten."), {})
    past = open_past(page)
    past.get_by_role("searchbox").fill("tide ten")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("In “And tomorrow?”")


def test_a_conversation_is_renamed_in_place_with_enter_and_not_with_escape(
    page: Page, conversations: Conversations
) -> None:
    open_past(page)
    unfold(page, "Who keeps the lighthouse?", "Rename")
    field = page.get_by_label("New title")
    expect(field).to_be_focused()
    assert no_violations(page)
    field.fill("Lost")
    page.keyboard.press("Escape")
    title = rows(page).get_by_role("button", name="Who keeps the lighthouse?", exact=True)
    expect(title).to_be_focused()
    unfold(page, "Who keeps the lighthouse?", "Rename")
    page.keyboard.type("Keepers of Skärn")
    page.keyboard.press("Enter")
    expect(rows(page).get_by_role("button", name="Keepers of Skärn", exact=True)).to_be_focused()
    assert [one["title"] for one in conversations.list("keepers")["sessions"]] == ["Keepers of Skärn"]


def test_a_deletion_is_taken_back_until_the_list_is_left(page: Page, conversations: Conversations) -> None:
    open_past(page)
    for title in ("Is the tide high?", "Who keeps the lighthouse?"):
        unfold(page, title, "Delete")
        expect(page.get_by_role("button", name=f"Undo: deleted {title}")).to_be_focused()
    assert no_violations(page)
    assert len(conversations.list()["sessions"]) == 3
    page.keyboard.press("Enter")
    expect(rows(page).get_by_role("button", name="Who keeps the lighthouse?", exact=True)).to_be_focused()
    with page.expect_response(lambda reply: reply.request.method == "DELETE"):
        page.keyboard.press("Escape")
    assert [one["title"] for one in conversations.list()["sessions"]] == [
        "Who keeps the lighthouse?",
        "When does the ferry sail?",
    ]
    open_past(page)
    expect(rows(page)).to_have_count(2)


def test_a_deletion_holds_where_the_page_is_left_at_once(page: Page, conversations: Conversations) -> None:
    open_past(page)
    unfold(page, "Is the tide high?", "Delete")
    page.reload()
    while len(conversations.list()["sessions"]) == 3:
        page.wait_for_timeout(20)
    open_past(page)
    expect(rows(page)).to_have_count(2)


def test_the_conversation_on_view_is_marked_and_its_deletion_empties_the_page(page: Page) -> None:
    answer_to(page, QUESTION)
    open_past(page)
    expect(rows(page).locator("[aria-current]")).to_have_text(QUESTION)
    unfold(page, QUESTION, "Delete")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Ask the articles")).to_be_visible()
    expect(page.get_by_role("button", name="Conversations")).to_be_focused()
    open_past(page)
    expect(page.get_by_text("No conversations yet.")).to_be_visible()


def test_a_conversation_is_saved_as_markdown_and_as_json(page: Page) -> None:
    answer_to(page, QUESTION)
    open_past(page)
    page.get_by_role("button", name=f"More for {QUESTION}").click()
    saved = {}
    for name in ("Markdown", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        saved[download.value.suggested_filename] = Path(download.value.path()).read_text(encoding="utf-8")
    assert list(saved) == [f"when-did-the-zephyr-bridge-in-oldport-open.{suffix}" for suffix in ("md", "json")]
    markdown, whole = saved.values()
    assert f"## {QUESTION}" in markdown
    assert f"> {ANSWER}" in markdown
    assert json.loads(whole)["messages"][0]["answer"]["citations"][0]["quote"] == ANSWER


def test_a_list_that_cannot_be_loaded_says_so_and_is_tried_again(browser: Browser, app: Flask, serve: Serve) -> None:
    with watched(browser.new_page(viewport=DESKTOP), r"net::ERR_FAILED") as page:
        page.goto(serve(app).address)
        for place in ("**/conversations.js", "**/api/sessions?*"):
            page.route(place, lambda route: route.abort())
            page.get_by_role("button", name="Conversations").click()
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("The server cannot be reached.")
            assert no_violations(page)
            page.unroute(place)
            alert.get_by_role("button", name="Try again").click()
            expect(page.get_by_text("No conversations yet.")).to_be_visible()
            expect(page.get_by_role("alert")).to_have_count(0)
            page.keyboard.press("Escape")


def test_many_conversations_come_a_page_at_a_time(page: Page, stocked: Library) -> None:
    conversations = Conversations(stocked.database)
    for n in range(120):
        conversations.append(None, answered(f"Tide {n}?"), {})
    open_past(page)
    expect(rows(page)).to_have_count(50)
    more = page.get_by_role("button", name="Earlier conversations")
    more.click()
    expect(rows(page)).to_have_count(100)
    expect(rows(page).nth(50).get_by_role("button", name="Tide 69?", exact=True)).to_be_focused()
    more.click()
    expect(rows(page)).to_have_count(120)
    expect(more).to_be_hidden()
    expect(page.locator("#conversation-list").get_by_role("heading", name="Today")).to_have_count(1)


def test_a_thumb_pressed_again_takes_the_rating_back_and_either_may_have_words(
    page: Page, conversations: Conversations
) -> None:
    answer = answer_to(page, QUESTION)
    good, bad = answer.get_by_role("button", name="Good answer"), answer.get_by_role("button", name="Bad answer")

    def stored() -> Any:
        return conversations.get(conversations.list()["sessions"][0]["id"])["messages"][0]["feedback"]

    def press(thumb: Locator) -> None:
        with page.expect_response("**/api/feedback"):
            thumb.click()

    press(good)
    answer.get_by_label("What was good?").fill("short")
    with page.expect_response("**/api/feedback"):
        page.keyboard.press("Enter")
    expect(answer.get_by_role("status")).to_have_text("Thank you.")
    expect(good).to_be_focused()
    assert stored() == {"is_positive": True, "feedback_text": "short"}
    press(bad)
    expect(answer.get_by_label("What was wrong?")).to_be_visible()
    expect(good).to_have_attribute("aria-pressed", "false")
    assert stored() == {"is_positive": False, "feedback_text": None}
    page.reload()
    expect(bad).to_have_attribute("aria-pressed", "true")
    press(bad)
    expect(bad).to_have_attribute("aria-pressed", "false")
    expect(answer.get_by_role("textbox")).to_have_count(0)
    assert stored() is None


def test_an_answer_is_copied_with_its_citations(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = answer_to(page, QUESTION)
    answer.get_by_role("button", name="Copy").click()
    expect(answer.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"{QUESTION}\n\n4 November 2023\n\n{ANSWER} [1]\n\n"
        f"[1] {BRIDGE.title}, {BRIDGE.source}, 5 Nov 2023, {BRIDGE.url}\n    “{ANSWER}”"
    )


def test_print_has_questions_answers_and_sources_with_their_addresses_and_no_controls(page: Page) -> None:
    answer = answer_to(page, QUESTION)
    refusal = answer_to(page, "Which team won the curling championship of 1987?")
    limited = answer_to(page, "What happened in November 2023?")
    answer.get_by_role("button", name="Good answer").click()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    expect(page.locator("#state")).to_have_text("2 articles, newest 5 Nov 2023")
    expect(answer.get_by_text(BRIDGE.url or "", exact=True)).to_be_visible()
    expect(answer.get_by_role("blockquote")).to_have_text(ANSWER)
    expect(answer.get_by_text("As of 5 Nov 2023")).to_be_visible()
    quote = refusal.get_by_role("blockquote").first
    assert quote.evaluate("element => element.scrollHeight <= element.clientHeight")
    limits = limited.get_by_role("list", name="Read from the question:")
    expect(limits).to_have_text("Read from the question:1 Nov 2023 to 30 Nov 2023")
    plain = """chips => chips.map((chip) =>
        [getComputedStyle(chip).borderTopWidth, getComputedStyle(chip, "::after").content])"""
    assert limits.get_by_role("button").evaluate_all(plain) == [["0px", "none"]]
    colours = "element => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]"
    assert page.locator("body").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    shown = page.locator("button:visible, input:visible, textarea:visible, summary:visible")
    assert {element.get_attribute("class") for element in shown.all()} == {"marker", "number", "title", None}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_answer_given_in_one_tab_shows_up_in_the_other(browser: Browser, app: Flask, serve: Serve) -> None:
    with two_tabs(browser, serve(app).address) as (first, second):
        answer_to(first, QUESTION)
        second.reload()
        answers = second.get_by_role("main").get_by_role("article")
        expect(answers).to_have_count(1)
        second.get_by_role("textbox", name="question").fill("half a quest")
        answer_to(first, COST)
        expect(answers).to_have_count(2)
        expect(answers.last).to_contain_text("90 million crowns")
        expect(second.get_by_role("textbox", name="question")).to_have_value("half a quest")
        answer_to(second, "Who cut the ribbon?")
        expect(first.get_by_role("main").get_by_role("article")).to_have_count(3)


def test_a_conversation_deleted_in_one_tab_does_not_break_the_other(browser: Browser, app: Flask, serve: Serve) -> None:
    with two_tabs(browser, serve(app).address) as (first, second):
        answer_to(first, QUESTION)
        second.reload()
        expect(second.get_by_role("main").get_by_role("article")).to_have_count(1)
        open_past(first)
        unfold(first, QUESTION, "Delete")
        first.keyboard.press("Escape")
        expect(second.get_by_role("alert")).to_contain_text("This conversation was deleted in another tab.")
        expect(second.get_by_role("heading", name="Ask the articles")).to_be_visible()
        assert no_violations(second)
        answer_to(second, COST)
        second.reload()
        expect(second.get_by_role("main").get_by_role("article")).to_have_count(1)


def test_a_server_that_dies_in_mid_answer_is_told_of_and_the_question_asked_again(
    browser: Browser, model: ScriptedModel, tmp_path: Path
) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "bridge.txt").write_text(ANSWER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with watched(browser.new_page(viewport=DESKTOP), r"net::ERR_") as page:
        model.chunks = [f"{ANSWER} [1]", "\n", "And it ", SILENCE]
        with serving(port, tmp_path) as process:
            page.goto(f"http://127.0.0.1:{port}")
            ask(page, QUESTION)
            answer = page.get_by_role("main").get_by_role("article")
            expect(answer).to_contain_text(ANSWER)
            process.send_signal(signal.SIGKILL)
            expect(answer).to_contain_text("The answer was broken off.")
        again = page.get_by_role("alert").get_by_role("button", name="Ask again")
        expect(again).to_be_visible()
        again.click()
        expect(page.get_by_role("alert").filter(has_text="Ask again")).to_contain_text("The server cannot be reached.")
        model.chunks = [f"{ANSWER} [1]"]
        with serving(port, tmp_path):
            again.click()
            expect(answer.locator("footer")).to_be_visible()
            expect(answer).to_contain_text(ANSWER)
            expect(page.get_by_role("textbox", name="question")).to_have_value("")
            expect(again).to_have_count(0)


@contextmanager
def serving(port: int, folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """A server process on `port`, ready."""
    env = os.environ | {"ASSISTANT_LLM": "openai:scripted"}
    words = [*SERVE, "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=folder, env=env) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().startswith("Ready: ")
            yield process
        finally:
            process.kill()


@contextmanager
def two_tabs(browser: Browser, address: str) -> Iterator[tuple[Page, Page]]:
    context = browser.new_context(viewport=DESKTOP)
    with watched(context.new_page()) as first, watched(context.new_page()) as second:
        first.goto(address)
        second.goto(address)
        yield first, second
    context.close()


def answer_to(page: Page, question: str) -> Locator:
    """The answer, when it is complete."""
    ask(page, question)
    answer = page.get_by_role("main").get_by_role("article", name=question)
    expect(answer.locator("footer")).to_be_visible()
    return answer


def open_past(page: Page) -> Locator:
    page.get_by_role("button", name="Conversations").click()
    past = page.get_by_role("dialog", name="Conversations")
    expect(past).to_be_visible()
    return past


def rows(page: Page) -> Locator:
    return page.locator("#conversation-list").get_by_role("listitem")


def unfold(page: Page, title: str, action: str) -> None:
    page.get_by_role("button", name=f"More for {title}").click()
    page.get_by_role("group", name=title).get_by_role("button", name=action).click()


def no_violations(page: Page) -> bool:
    return bool(Axe().run(page).violations_count == 0)
