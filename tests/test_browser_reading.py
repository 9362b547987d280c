"""Reading: from citation to citation, right-to-left texts, narrow windows; the page while the index is built, and
without scripts."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import ANSWER, DESKTOP, PHONE, QUESTION, ask, watched
from flask import Flask
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect
from web_fixtures import BRIDGE, COMET, Serve

from assistant.assistant import Assistant
from index.article import Article
from index.ingest.fields import article_from_fields
from index.library import Library
from index.search.published import Generations
from web.app import create_app
from web.jobs.jobs import Jobs
from web.settings import Settings

NARROW: ViewportSize = {"width": 320, "height": 640}
ZOOMED: ViewportSize = {"width": 640, "height": 400}
"""What is left of 1280 by 800 at 200%."""
ARABIC = "افتتح جسر زفير في أولدبورت في 4 نوفمبر 2023."
HEBREW = "הגשר נפתח ב-4 בנובמבר 2023."

Scheme = Literal["light", "dark"]
SIZES = pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])


def ask_for_news(page: Page) -> None:
    """Of the two articles that answers, the bridge's is cited twice, and then the comet's."""
    ask(page, "What's new?")
    expect(page.get_by_role("main").get_by_role("article").last.locator("footer")).to_be_visible()


def test_keys_and_buttons_go_from_citation_to_citation_across_articles(page: Page) -> None:
    ask_for_news(page)
    first = page.get_by_role("button", name="Source 1").first
    first.click()
    reader = page.locator("#reader")
    expect(reader.locator("mark")).to_be_focused()
    place = reader.get_by_role("button", name="to the sentence")
    expect(place).to_have_text("1 of 3")
    expect(reader.locator("mark")).to_have_text(ANSWER)
    page.keyboard.press("j")
    expect(place).to_have_text("2 of 3")
    expect(reader.locator("mark")).to_have_text("Mayor Ada Quill cut the ribbon before 3,000 visitors.")
    page.keyboard.press("n")
    expect(reader.get_by_role("heading", name=COMET.title)).to_be_visible()
    expect(reader.locator("mark")).to_be_focused()
    expect(reader.locator("mark")).to_be_in_viewport()
    expect(page.locator("#announcer")).to_contain_text(f"Citation 3 of 3, {COMET.title}: Comet Marlow was seen")
    onward = reader.get_by_role("button", name="Next citation")
    expect(onward).to_have_attribute("aria-disabled", "true")
    onward.press("Enter")
    expect(place).to_have_text("3 of 3")
    back = reader.get_by_role("button", name="Previous citation")
    back.click()
    expect(reader.get_by_role("heading", name=BRIDGE.title)).to_be_visible()
    expect(back).to_be_focused()
    for _ in range(2):
        page.keyboard.press("p")
    expect(place).to_have_text("1 of 3")  # there is none before
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_keys_of_one_character_that_are_switched_off_do_not_step(page: Page) -> None:
    ask_for_news(page)
    page.get_by_role("button", name="Help").click()
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Source 1").first.click()
    expect(page.locator("#reader mark")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#to-mark")).to_have_text("1 of 3")


def test_what_is_spoken_of_a_citation_is_in_the_dialog_that_is_open(page: Page) -> None:
    ask_for_news(page)
    page.get_by_role("button", name="Source 1").first.click()
    expect(page.locator("#reader mark")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#announcer")).to_contain_text("Citation 2 of 3")
    is_read = """() => !document.querySelector("dialog:modal")
        || Boolean(document.querySelector("dialog:modal #announcer"))"""
    assert page.evaluate(is_read)


def test_an_article_from_the_list_has_no_citations_to_step_through(page: Page) -> None:
    page.get_by_role("button", name="Articles").click()
    page.locator("#article-list").get_by_role("button", name=BRIDGE.title, exact=True).click()
    expect(page.locator("#reader .text")).to_be_visible()
    expect(page.get_by_role("button", name="Next citation")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator("#reader").get_by_role("heading", name=BRIDGE.title)).to_be_focused()


@pytest.mark.parametrize(("language", "sentence"), [("ar", ARABIC), ("he", HEBREW)])
def test_a_text_from_right_to_left_reads_and_is_marked_as_such(
    page: Page, stocked: Library, language: str, sentence: str
) -> None:
    text = f"{sentence} {sentence[:10]}.\n\nAnd a line in English."
    stocked.add([Article(id="rtl", title=sentence[:20], text=text, origin="r.txt", language=language)])
    place = {"article_id": "rtl", "start": 0, "end": len(sentence), "quote": sentence}
    page.evaluate("async (place) => (await import('/static/panel.js')).openArticle(place)", place)
    reader = page.locator("#reader")
    expect(reader.locator("mark")).to_have_text(sentence)
    paragraphs = reader.locator(".text p")
    directions = "nodes => nodes.map(node => [getComputedStyle(node).direction, node.closest('[lang]').lang])"
    assert paragraphs.evaluate_all(directions) == [["rtl", language], ["ltr", language]]
    assert reader.get_by_role("heading").first.evaluate("node => getComputedStyle(node).direction") == "rtl"
    edges = """node => {
        const [mark, text] = [node.getClientRects()[0], node.parentElement.getBoundingClientRect()];
        return Math.abs(mark.right - text.right);
    }"""
    assert reader.locator("mark").evaluate(edges) < 2  # it begins at the right


def test_who_has_gone_on_while_an_article_was_loading_is_left_there(browser: Browser, app: Flask, serve: Serve) -> None:
    with watched(browser.new_page(viewport=DESKTOP)) as page:  # on a phone the article is modal
        held: list[Route] = []
        page.route("**/api/articles/*", lambda route: held.append(route))  # Playwright takes no built-in
        page.goto(serve(app).address)
        ask_for_news(page)
        page.get_by_role("button", name="Source 1").first.click()
        reader = page.locator("#reader")
        expect(reader.get_by_role("heading").first).to_be_focused()
        while not held:
            page.wait_for_timeout(20)
        box = page.get_by_role("textbox", name="question")
        box.focus()
        held[0].continue_()
        expect(reader.locator("mark")).to_be_visible()
        expect(box).to_be_focused()


@pytest.fixture
def revised(stocked: Library) -> None:
    """An article in two revisions, with lines that were left out of it and words that do not break."""
    text = (
        "The Marrow ferry sails at noon. It takes 40 people.\n\nSee also: Ten ferries to try\n\nFor immediate release"
    )
    first = {"title": f"Ferry{'x' * 60} timetable", "text": text, "author": "Ada Quill", "published_at": "2024-05-01"}
    for fields in (first, first | {"text": text.replace("40", "60")}):
        stocked.add([article_from_fields(fields | {"id": "ferry"}, origin=f"{'f' * 80}.txt", path=None)])


@pytest.mark.parametrize("size", [NARROW, ZOOMED], ids=["320 px", "200%"])
@pytest.mark.usefixtures("revised")
def test_nothing_scrolls_sideways(browser: Browser, app: Flask, serve: Serve, size: ViewportSize) -> None:
    address = serve(app).address
    with watched(browser.new_page(viewport=size)) as page:
        page.goto(address)
        expect(page.locator("#newest li").first).to_be_visible()
        _fits(page)
        page.get_by_text("Narrow the search").click()
        expect(page.locator("#sources option")).not_to_have_count(0)  # until then any name would be taken
        page.get_by_role("main").get_by_label("Source", exact=True).fill("x" * 100)
        page.get_by_role("main").get_by_label("From").fill("2023-01-01")
        page.keyboard.press("Tab")
        _fits(page)
        page.get_by_role("button", name="remove this limit").click()
        ask(page, "Which team won the curling championship of 1987 " + "x" * 80 + "?")
        expect(page.get_by_text("Closest passages (not an answer)")).to_be_visible()
        _fits(page)
        ask_for_news(page)
        _fits(page)
        page.get_by_role("main").get_by_role("button", name="Source 1").last.press("Enter")
        reader = page.locator("#reader")
        expect(reader.locator("mark")).to_be_visible()
        _fits(page)
        reader.get_by_text("About this article").click()
        _fits(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Conversations").click()
        expect(page.locator("#conversation-list")).to_contain_text("curling")
        _fits(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Articles").click()
        expect(page.locator("#article-list")).to_contain_text("Ferry")
        _fits(page)
        page.get_by_role("button", name="Rebuild", exact=True).click()
        expect(page.locator("#jobs .job.ended")).to_be_visible()
        _fits(page)


@pytest.mark.usefixtures("revised")
def test_what_was_left_out_and_what_changed_open_by_keyboard_in_a_narrow_window(
    browser: Browser, app: Flask, serve: Serve
) -> None:
    address = serve(app).address
    with watched(browser.new_page(viewport=NARROW)) as page:
        page.goto(address)
        page.locator("#newest").get_by_role("button").first.press("Enter")
        reader = page.locator("#reader")
        expect(reader.locator(".about")).to_be_visible()
        expect(reader.get_by_role("heading").first).to_be_focused()
        for name in ("About this article", "lines left out of the text", "What changed"):
            for _ in range(20):
                page.keyboard.press("Tab")
                if name in page.evaluate("document.activeElement.textContent"):
                    break
            assert name in page.evaluate("document.activeElement.textContent")
            page.keyboard.press("Enter")
            if name == "About this article":
                expect(reader.get_by_role("button", name="What changed")).to_be_visible()
        expect(reader.locator("del")).to_have_text("40")
        expect(reader.get_by_text("See also: Ten ferries to try")).to_be_visible()
        _fits(page)
        assert Axe().run(page).violations_count == 0


def _fits(page: Page) -> None:
    wide = """() => [document.scrollingElement, ...document.querySelectorAll("dialog[open]")]
        .filter((box) => box.scrollWidth > box.clientWidth)
        .map((box) => `${box.id || box.tagName} ${box.scrollWidth}`)"""
    assert page.evaluate(wide) == []


@pytest.fixture
def unready(library: Library, settings: Settings) -> Iterator[tuple[Flask, ExitStack]]:
    """An application that has just started over a folder with the bridge, and what keeps its index from being built."""
    (settings.articles / "bridge.txt").write_text(f"{BRIDGE.title}\n\n{BRIDGE.text}", encoding="utf-8")
    with ExitStack() as publishing, closing(Jobs(library, settings.articles)) as jobs:
        publishing.enter_context(Generations(library.data_dir / "index").lock())
        jobs.start(lambda _job: None)
        yield create_app(settings, library, Assistant(library), jobs), publishing


@SIZES
def test_while_the_index_is_built_the_page_says_so_and_a_question_waits_for_it(
    browser: Browser, unready: tuple[Flask, ExitStack], serve: Serve, size: ViewportSize, scheme: Scheme
) -> None:
    app, publishing = unready
    address = serve(app).address
    with watched(browser.new_page(viewport=size, color_scheme=scheme)) as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="Getting the articles ready")).to_be_visible()
        expect(page.locator("#building")).to_contain_text("Publishing the new index")
        expect(page.get_by_role("progressbar", name="Getting the articles ready")).to_be_visible()
        assert Axe().run(page).violations_count == 0
        ask(page, QUESTION)
        answer = page.get_by_role("main").get_by_role("article").last
        expect(answer).to_contain_text("The index is not ready yet.")
        assert Axe().run(page).violations_count == 0
        publishing.close()
        expect(answer).to_contain_text(ANSWER)
        expect(page.locator("#state")).to_have_text("1 article")


@SIZES
def test_when_the_index_is_there_the_welcome_comes_without_a_reload(
    browser: Browser, unready: tuple[Flask, ExitStack], serve: Serve, size: ViewportSize, scheme: Scheme
) -> None:
    app, publishing = unready
    address = serve(app).address
    with watched(browser.new_page(viewport=size, color_scheme=scheme)) as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="Getting the articles ready")).to_be_visible()
        ask(page, QUESTION)
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("main").get_by_role("article")).to_contain_text("Stopped before the answer")
        page.get_by_role("button", name="New conversation").click()
        publishing.close()
        expect(page.get_by_role("heading", name="Ask the articles")).to_be_visible()
        expect(page.locator("#newest")).to_contain_text(BRIDGE.title)
        expect(page.get_by_role("progressbar")).to_have_count(0)


def test_who_wants_no_motion_gets_none(browser: Browser, unready: tuple[Flask, ExitStack], serve: Serve) -> None:
    address = serve(unready[0]).address
    with watched(browser.new_page(reduced_motion="reduce")) as page:
        page.goto(address)
        expect(page.locator("#building")).to_be_visible()
        ask(page, QUESTION)
        expect(page.locator(".working")).to_contain_text("The index is not ready yet.")
        page.get_by_role("button", name="Articles").click()
        expect(page.locator("#jobs progress")).to_be_visible()
        assert page.evaluate("document.getAnimations().filter(({ playState }) => playState === 'running').length") == 0
    with watched(browser.new_page(reduced_motion="no-preference")) as page:
        page.goto(address)
        expect(page.locator("#building")).to_be_visible()
        assert page.evaluate("document.getAnimations().filter(({ playState }) => playState === 'running').length") > 0


def test_an_empty_library_names_the_first_step_and_the_button_that_does_it(
    browser: Browser, library: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    address = serve(create_app(settings, library, Assistant(library), jobs)).address
    with watched(browser.new_page(viewport=PHONE)) as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="No articles yet")).to_be_visible()
        expect(page.locator("#welcome-text")).to_have_text(
            "Add files, the address of a page or a pasted text, then ask about them here."
        )
        page.get_by_role("main").get_by_role("button", name="Add articles").press("Enter")
        expect(page.get_by_role("dialog", name="Articles")).to_be_visible()


@SIZES
def test_without_script_the_form_asks_and_the_page_shows_the_answer_with_its_citation(
    browser: Browser, app: Flask, serve: Serve, size: ViewportSize, scheme: Scheme
) -> None:
    address = serve(app).address
    context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=False)
    with watched(context.new_page()) as page:
        page.goto(address)
        page.get_by_role("textbox", name="Your question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        answer = page.get_by_role("article", name=QUESTION)
        expect(answer).to_contain_text(ANSWER)
        expect(page.locator("#latest")).to_be_in_viewport()
        answer.get_by_role("link", name="Source 1").click()
        expect(answer.get_by_role("listitem")).to_be_in_viewport()
        expect(answer.get_by_role("link", name=BRIDGE.title, exact=True)).to_have_attribute(
            "href",
            "https://example.org/bridge#:~:text=The%20Zephyr%20bridge%20in%20Oldport%20opened%20on%204%20November%202023.",
        )
        page.get_by_role("textbox", name="Your question").fill("What did it cost?")
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_role("article")).to_have_count(2)
        expect(page.get_by_role("article").last).to_contain_text("90 million crowns")
        expect(page.get_by_role("button")).to_have_count(1)
        written = page.content()
    context.close()
    with watched(browser.new_page(viewport=size, color_scheme=scheme)) as page:
        # axe is a script; so that it is the only one, the page's own does not come
        page.route("**/static/chat.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        page.route("**/written", lambda route: route.fulfill(body=written, content_type="text/html"))
        page.goto(f"{address}/written")
        page.evaluate("document.body.classList.remove('loading')")
        expect(page.get_by_role("article")).to_have_count(2)
        assert Axe().run(page).violations_count == 0


def test_a_form_that_was_sent_before_the_script_came_is_taken_up_by_it(page: Page) -> None:
    page.get_by_role("textbox", name="question").fill(QUESTION)
    page.evaluate("document.getElementById('ask-form').submit()")
    answer = page.get_by_role("main").get_by_role("article")
    expect(answer.get_by_role("button", name="Source 1").first).to_be_visible()
    assert page.evaluate("location.pathname") == "/"
    ask(page, "What did it cost?")
    expect(answer).to_have_count(2)
    expect(answer.last).to_contain_text("90 million crowns")


def test_sentences_of_an_answer_keep_their_own_direction(page: Page) -> None:
    shown = """async (text) => {
        const { renderAnswer } = await import("/static/answer.js");
        const article = document.createElement("article");
        const citations = [1, 2].map((index) => ({ index, title: "Bridge", quote: "It opened.", score: 1 }));
        renderAnswer(article, { answered: true, answer: text, citations }, {});
        document.getElementById("conversation").append(article);
        const paragraph = article.querySelector(".sentences p");
        const isolated = [...paragraph.querySelectorAll("bdi")].map((node) => node.textContent);
        return [paragraph.textContent, getComputedStyle(paragraph).direction, isolated];
    }"""
    english = f"It opened. [1] {ARABIC} [2]"
    assert page.evaluate(shown, english) == [english, "ltr", [ARABIC]]
    arabic = f"{ARABIC} [1] It opened. [2]"
    assert page.evaluate(shown, arabic) == [arabic, "rtl", ["It opened."]]


def test_a_page_that_was_not_told_of_the_first_job_learns_of_it_by_asking(
    browser: Browser, unready: tuple[Flask, ExitStack], serve: Serve
) -> None:
    app, publishing = unready
    address = serve(app).address
    page = browser.new_page()  # not watched: a reply of 503 stands in the console

    def untold(route: Route) -> None:
        route.fulfill(body=route.fetch().text().replace("data-first-job", "data-other"), content_type="text/html")

    page.route(f"{address}/", untold)
    page.goto(address)
    ask(page, QUESTION)
    answer = page.get_by_role("main").get_by_role("article").last
    expect(answer).to_contain_text("The index is not ready yet.")
    publishing.close()
    expect(answer).to_contain_text(ANSWER)
    page.close()
