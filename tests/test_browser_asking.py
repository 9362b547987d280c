"""Asking in a real browser: what stands still, what can be taken back, edited and asked next."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import ANSWER, QUESTION, ask
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Route, expect
from web_fixtures import BRIDGE, Serve

from index.library import Library

FERRY = "The Oldport ferry will be closed on 1 March 2024.\n\nAda Quill opened the Oldport ferry in 1998."
FLOOD = "The flood in Oldport on Monday killed {} people, the mayor Ada Quill said."


def answers(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("article")


def answered(page: Page, n: int) -> Locator:
    """The `n`th answer, complete."""
    answer = answers(page).nth(n - 1)
    expect(answer).not_to_have_attribute("aria-busy", "true")
    return answer


def streamed(events: Sequence[tuple[str, object]]) -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)


@pytest.fixture
def differing(stocked: Library) -> Library:
    for number, day in (("nine", "2024-05-02"), ("eleven", "2024-05-03")):
        stocked.add([replace(BRIDGE, id=number, title="Flood", text=FLOOD.format(number), published_at=day, url=None)])
    return stocked


def test_nothing_that_is_read_moves_while_an_answer_is_written_and_when_it_is_complete(page: Page) -> None:
    page.evaluate(
        """async () => {
            const { addExchange, partialAnswer } = await import("/static/exchange.js");
            const { renderAnswer } = await import("/static/answer.js");
            const answer = await (await fetch("/api/ask", { method: "POST", body: JSON.stringify(
                { question: "When did the Zephyr bridge in Oldport open?" }),
                headers: { "Content-Type": "application/json" } })).json();
            Object.assign(answer, { standalone_question: "When did the bridge open?", is_certain: false });
            document.body.classList.remove("blank");
            const handlers = { without() {}, open() {}, add() {}, rate() {} };
            const exchange = addExchange(document.getElementById("conversation"), "When?", () => {});
            const partial = partialAnswer(exchange, handlers);
            const places = [];
            const look = () => {
                places.push(exchange.article.querySelector(".sentences p").getBoundingClientRect().toJSON());
            };
            partial.sources({ passages: answer.citations, ...answer });
            partial.lead(answer);
            const [first, ...others] = answer.answer.match(/.+?(?:\\[\\d+\\])/g).concat(" And more. [1]");
            partial.delta(first);
            look();
            others.forEach((piece) => partial.delta(piece));
            look();
            renderAnswer(exchange.article, { ...answer, answer: answer.answer + " And more. [1]" }, handlers);
            look();
            window.places = places;
        }"""
    )
    first, written, complete = page.evaluate("window.places")
    assert first["top"] == written["top"] == complete["top"] > 0
    assert written == complete


def test_focus_and_selection_stay_where_they_are_when_an_answer_is_complete(page: Page) -> None:
    page.evaluate(
        """async () => {
            const { addExchange, partialAnswer } = await import("/static/exchange.js");
            const { renderAnswer } = await import("/static/answer.js");
            const answer = await (await fetch("/api/ask", { method: "POST", body: JSON.stringify(
                { question: "What happened in November 2023?" }),
                headers: { "Content-Type": "application/json" } })).json();
            document.body.classList.remove("blank");
            window.asked = [];
            const handlers = { without: (...held) => window.asked.push(held), open() {}, add() {}, rate() {} };
            const exchange = addExchange(document.getElementById("conversation"), answer.question, () => {});
            const partial = partialAnswer(exchange, handlers);
            partial.sources({ passages: answer.citations, ...answer });
            partial.lead(answer);
            answer.answer.match(/.+?(?:\\[\\d+\\])+/g).forEach((piece) => partial.delta(piece));
            exchange.article.querySelector(".chips button").focus();
            const text = exchange.article.querySelector(".sentences p").firstChild;
            getSelection().setBaseAndExtent(text, 4, text, 17);
            renderAnswer(exchange.article, answer, handlers);
        }"""
    )
    answer = answered(page, 1)
    expect(answer.get_by_role("button", name="Source 1").first).to_be_visible()
    assert page.evaluate("getSelection().toString()") == "Zephyr bridge"
    chip = answer.get_by_role("button", name="1 Nov 2023 to 30 Nov 2023")
    expect(chip).to_be_focused()
    expect(answer.locator(".working")).to_have_count(0)
    page.keyboard.press("Enter")
    assert page.evaluate("window.asked") == [[{}, "What happened in November 2023?"]]


def test_sentences_that_come_one_by_one_are_written_as_those_that_come_at_once(page: Page) -> None:
    written = page.evaluate(
        """async () => {
            const { addExchange, partialAnswer } = await import("/static/exchange.js");
            const { renderAnswer } = await import("/static/answer.js");
            const conversation = document.getElementById("conversation");
            const citations = [1, 2].map((index) => ({ index, title: "Bridge", quote: "It opened.", score: 1 }));
            const answer = { answered: true, answer: "It opened. [1] It cost 90 crowns. [2]", citations };
            const [come, whole] = [1, 2].map(() => addExchange(conversation, "When?", () => {}));
            const partial = partialAnswer(come, {});
            ["It opened. [1]", " It cost 90 crowns. [2]"].forEach((piece) => partial.delta(piece));
            for (const { article } of [come, whole]) renderAnswer(article, answer, {});
            return [come, whole].map(({ article }) => article.innerHTML);
        }"""
    )
    assert written[0] == written[1]


def test_an_answer_can_be_stopped_and_asked_again(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/ask", lambda route: held.append(route))
    ask(page, QUESTION)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.press("Escape")
    expect(answers(page)).to_contain_text("Stopped before the answer was complete.")
    page.unroute("**/api/ask")
    page.get_by_role("button", name="Ask again").click()
    expect(answered(page, 1)).to_contain_text(ANSWER)
    expect(answers(page)).to_have_count(1)


def test_an_answer_that_breaks_off_says_so_and_keeps_the_question(page: Page) -> None:
    sources = {"passages": [], "standalone_question": QUESTION, "applied_filters": {}, "understood": {"filters": {}}}
    begun = streamed(
        [("sources", sources), ("lead", {"short_answer": None, "is_certain": True}), ("delta", {"text": "The"})]
    )
    page.route("**/api/ask", lambda route: route.fulfill(body=begun, headers={"Content-Type": "text/event-stream"}))
    ask(page, QUESTION)
    expect(answers(page)).to_contain_text("The answer was broken off.")
    expect(page.get_by_role("alert")).to_contain_text("The connection broke before the answer was complete.")
    expect(page.get_by_role("textbox", name="question")).to_have_value(QUESTION)
    page.unroute("**/api/ask")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Ask again").click()
    expect(answered(page, 1)).to_contain_text(ANSWER)
    expect(page.get_by_role("textbox", name="question")).to_have_value("")


def test_the_last_question_is_edited_in_its_place_also_on_the_server(page: Page) -> None:
    ask(page, "What is known of comet Marlow?")
    answered(page, 1)
    ask(page, "When did the Zephyr bridge in Oldport closed?")
    answered(page, 2)
    expect(page.get_by_role("button", name="Edit")).to_have_count(1)
    page.get_by_role("button", name="Edit").click()
    box = page.get_by_role("textbox", name="question")
    expect(box).to_be_focused()
    expect(box).to_have_value("When did the Zephyr bridge in Oldport closed?")
    expect(page.get_by_text("Editing your last question.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(page.get_by_text("Editing your last question.")).to_be_hidden()
    page.get_by_role("button", name="Edit").click()
    ask(page, QUESTION)
    expect(answered(page, 2)).to_contain_text(ANSWER)
    expect(answers(page)).to_have_count(2)
    page.reload()
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    expect(answers(page)).to_have_count(2)


def test_an_edit_that_is_not_answered_leaves_the_question_as_it_was(page: Page) -> None:
    ask(page, QUESTION)
    expect(answered(page, 1)).to_contain_text(ANSWER)
    page.get_by_role("button", name="Edit").click()
    held: list[Route] = []
    page.route("**/api/ask", lambda route: held.append(route))
    ask(page, "When was it opened?")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.press("Escape")
    expect(answers(page)).to_contain_text(ANSWER)
    expect(page.get_by_role("textbox", name="question")).to_have_value("When was it opened?")
    expect(page.get_by_text("Editing your last question.")).to_be_visible()


def test_each_limit_that_was_read_out_of_a_question_can_be_taken_back(page: Page) -> None:
    ask(page, "What happened in November 2023 according to the Oldport Courier?")
    expect(answered(page, 1)).to_contain_text(ANSWER)
    limits = answers(page).first.get_by_role("list", name="Read from the question:")
    expect(limits.get_by_role("button")).to_have_text(["1 Nov 2023 to 30 Nov 2023", "Source: Oldport Courier"])
    limits.get_by_role("button", name="Source: Oldport Courier: ask again without it").click()
    again = answered(page, 2)
    expect(page.locator(".exchange").nth(1)).to_be_focused()  # Tab goes on from the new answer
    expect(again.get_by_role("list", name="Limited to")).to_have_text("1 Nov 2023 to 30 Nov 2023")
    expect(again.get_by_role("list", name="Read from the question:")).to_have_count(0)
    again.get_by_role("button", name="1 Nov 2023 to 30 Nov 2023: ask again without it").click()
    expect(answered(page, 3).get_by_role("list")).to_have_count(1)  # that of its sources


def test_answers_are_held_to_the_sources_that_are_picked_and_one_that_no_article_has_is_told(page: Page) -> None:
    page.get_by_text("Narrow the search").click()
    field = page.get_by_role("combobox", name="Source")
    expect(page.locator("#sources option")).to_have_count(2)
    for name in ("oldport courier", "Sky Letter", "Norwick Post"):
        field.fill(name)
        field.press("Tab")
    assert field.evaluate("field => field.validationMessage") == "No article is from “Norwick Post”."
    expect(field).to_have_value("Norwick Post")
    chips = page.get_by_role("list", name="Limits on the next answers").get_by_role("button")
    expect(chips).to_have_text(["Source: Oldport Courier", "Source: Sky Letter"])
    page.get_by_role("textbox", name="question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    held = answered(page, 1).get_by_role("list", name="Limited to").get_by_role("button")
    expect(held).to_have_text(["Source: Oldport Courier", "Source: Sky Letter"])
    chips.first.click()
    ask(page, QUESTION)
    expect(answered(page, 2)).to_contain_text("The articles do not answer this.")


def test_answers_are_held_to_the_companies_that_are_typed_and_one_that_no_article_names_is_told(
    page: Page, stocked: Library
) -> None:
    stocked.add([replace(BRIDGE, id="built", text=f"{BRIDGE.text} Boeing built it.", url=None, title="Who built it")])
    page.get_by_text("Narrow the search").click()
    field = page.get_by_role("combobox", name="Company")
    expect(page.locator("#companies option")).to_have_count(1)
    for name in ("boeing", "$NOPE"):
        field.fill(name)
        field.press("Tab")
    expect(field).to_have_value("")
    chips = page.get_by_role("list", name="Limits on the next answers").get_by_role("button")
    expect(chips).to_have_text(["Company: Boeing", "Company: $NOPE"])
    page.get_by_role("textbox", name="question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    answer = answered(page, 1)
    expect(answer.get_by_role("list", name="Limited to").get_by_role("button")).to_have_text(
        ["Company: Boeing", "Company: $NOPE"]
    )
    expect(answer).to_contain_text("No article names the company “$NOPE”.")
    answer.get_by_role("button", name="Who built it: open").click()
    labels = page.get_by_role("dialog", name="Who built it").get_by_role("list", name="Companies named")
    expect(labels.get_by_role("listitem")).to_have_text(["Boeing · NYSE: BA"])
    assert Axe().run(page).violations_count == 0


def test_an_article_is_named_once_above_its_sentences_and_each_opens_at_its_place(page: Page) -> None:
    ask(page, "What happened in November 2023?")
    sources = answered(page, 1).locator(".sources")
    expect(sources.get_by_role("listitem")).to_have_count(3)
    expect(sources.locator(".title")).to_have_count(1)
    second = sources.get_by_role("button", name="Source 2: Harbour bridge opens, 5 Nov 2023")
    expect(second).to_have_text("2")
    assert second.evaluate("element => Math.min(element.offsetWidth, element.offsetHeight)") >= 24
    second.click()
    expect(page.locator("mark")).to_have_text("Mayor Ada Quill cut the ribbon before 3,000 visitors.")


def test_a_voice_that_no_article_has_is_told_and_heard(page: Page) -> None:
    ask(page, "When did the Zephyr bridge in Oldport open according to the BBC?")
    expect(answered(page, 1).locator(".context")).to_contain_text("No article is from “BBC”.")
    expect(page.locator("#announcer")).to_contain_text("No article is from “BBC”.")


def test_a_refusal_within_limits_says_to_take_one_off(page: Page) -> None:
    ask(page, "Which team won the curling championship of 1987 according to the Oldport Courier?")
    expect(answered(page, 1)).to_contain_text("1 article was searched. Take a limit off, or ask in other words.")


def test_sources_that_differ_stand_side_by_side_each_with_its_day(differing: Library, page: Page) -> None:
    ask(page, "How many people did the flood in Oldport kill?")
    differs = answered(page, 1).locator(".differs")
    expect(differs.get_by_role("heading", name="Sources differ")).to_be_visible()
    rivals = differs.get_by_role("listitem")
    expect(rivals).to_have_count(2)
    expect(rivals.first).to_contain_text("3 May 2024")
    expect(rivals.first).to_contain_text(FLOOD.format("eleven"))
    expect(rivals.last).to_contain_text(FLOOD.format("nine"))
    rivals.last.get_by_role("button", name="Source 2").click()
    expect(page.locator("mark")).to_have_text(FLOOD.format("nine"))


def test_questions_to_begin_with_and_to_go_on_with_are_asked_at_a_press(stocked: Library, page: Page) -> None:
    first = page.get_by_role("region", name="Questions these articles answer")
    expect(first.get_by_role("button").first).to_be_visible()
    question = first.get_by_role("button").first.inner_text()
    first.get_by_role("button").first.click()
    answer = answered(page, 1)
    expect(answer.get_by_role("button", name="Source 1").first).to_be_visible()
    expect(page.get_by_role("heading", name=question)).to_be_visible()
    expect(first).to_be_hidden()
    stocked.add([replace(BRIDGE, id="ferry", title="Ferry line to close", text=FERRY, url=None)])
    following = page.get_by_role("region", name="Ask next")
    ask(page, "When will the Oldport ferry be closed?")
    answered(page, 2)
    expect(following).to_have_count(1)
    following.get_by_role("button").first.click()
    expect(answered(page, 3)).to_contain_text("Ada Quill opened the Oldport ferry in 1998.")


def test_a_refusal_says_how_much_was_searched(page: Page) -> None:
    ask(page, "Which team won the curling championship of 1987?")
    expect(answered(page, 1)).to_contain_text("2 articles were searched.")


def test_a_source_names_its_day_outlet_and_kind(stocked: Library, page: Page) -> None:
    stocked.add([replace(BRIDGE, provenance="wire")])
    ask(page, QUESTION)
    source = answered(page, 1).get_by_role("listitem").first
    for words in ("Oldport Courier", "5 Nov 2023", "news agency report"):
        expect(source).to_contain_text(words)


def test_an_edit_of_a_question_that_went_on_in_another_tab_becomes_the_next_question(
    browser: Browser, app: Flask, serve: Serve
) -> None:
    with browser.new_page() as page:  # not watched: Chromium notes a reply of 409 in the console
        page.goto(serve(app).address)
        ask(page, QUESTION)
        answered(page, 1)
        page.get_by_role("button", name="Edit").click()
        session = page.evaluate("localStorage.getItem('assistant.session')")
        page.request.post(
            f"{page.url}api/ask", data={"question": "What is known of comet Marlow?", "session_id": session}
        )
        ask(page, "When was the Zephyr bridge opened?")
        expect(page.get_by_role("alert")).to_contain_text("is not the conversation's last one")
        expect(answers(page)).to_have_count(2)
        box = page.get_by_role("textbox", name="question")
        expect(box).to_have_value("When was the Zephyr bridge opened?")
        expect(page.get_by_text("Editing your last question.")).to_be_hidden()
        box.press("Enter")
        expect(answered(page, 3)).to_contain_text(ANSWER)


def test_what_is_spoken_outlives_the_dialog_that_it_was_spoken_in(page: Page) -> None:
    page.evaluate(
        """async () => {
            const { announce, build } = await import("/static/dom.js");
            const dialog = build("dialog", {}, build("input"));
            document.body.append(dialog);
            dialog.showModal();
            announce("In the dialog");
            dialog.close();
            dialog.remove();
        }"""
    )
    ask(page, QUESTION)
    expect(answered(page, 1)).to_contain_text(ANSWER)
    expect(page.locator("#announcer")).to_have_text("Answer: 4 November 2023 (1 source)")


def test_each_new_question_stands_at_the_top_of_the_window_with_its_answer_below(page: Page) -> None:
    questions = (QUESTION, "What happened in November 2023?", "What is known of comet Marlow?", "Who cut the ribbon?")
    for n, question in enumerate(questions, start=1):
        ask(page, question)
        answered(page, n)
        page.wait_for_timeout(300)  # for what is laid out late
        header = page.locator(".masthead").bounding_box()
        heading = page.locator(".question").last.bounding_box()
        assert header
        assert heading
        assert header["height"] <= heading["y"] < header["height"] + 60
