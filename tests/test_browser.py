"""The page in a real browser."""

import datetime as dt
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import ANSWER, DESKTOP, PHONE, QUESTION, ask, watched
from flask import Flask
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect
from web_fixtures import BRIDGE, Serve

from index.article import Article
from index.ingest.fields import article_from_fields
from index.library import Library
from web.language import strings


def test_a_citation_opens_the_article_at_the_very_sentence(page: Page) -> None:
    ask(page, QUESTION)
    answer = page.get_by_role("main").get_by_role("article").last
    expect(answer).to_contain_text(ANSWER)
    answer.get_by_role("button", name="Source 1").first.click()
    mark = page.locator("mark")
    expect(mark).to_have_text(ANSWER)
    expect(mark).to_be_in_viewport()
    expect(page.get_by_role("heading", name=BRIDGE.title)).to_be_visible()


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_in_german_the_page_asks_answers_and_opens_a_citation(
    browser: Browser, app: Flask, serve: Serve, viewport: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    said = {
        language: {text for text in strings(language).values() if isinstance(text, str)} for language in "en de".split()
    }
    english = said["en"] - said["de"]
    with watched(browser.new_page(viewport=viewport, color_scheme=scheme, locale="de-DE")) as page:

        def is_german() -> bool:
            found = page.locator("button:visible, summary:visible, h2:visible, h3:visible, label:visible")
            names = {word for e in found.all() for word in (e.get_attribute("aria-label"), e.text_content()) if word}
            return not {name.strip() for name in names} & english

        page.goto(serve(app).address)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        expect(page.locator("#state")).to_have_text("2 Artikel, zuletzt 5. Nov. 2023")
        assert is_german()
        page.get_by_role("textbox", name="Die Frage").fill(QUESTION)
        page.get_by_role("button", name="Fragen", exact=True).click()
        answer = page.get_by_role("main").get_by_role("article", name=f"Antwort auf: {QUESTION}")
        expect(answer).to_contain_text("Stand: 5. Nov. 2023")
        assert is_german()
        answer.get_by_role("button", name=f"Quelle 1: {BRIDGE.title}, 5. Nov. 2023").first.click()
        expect(page.locator("mark")).to_have_text(ANSWER)
        page.get_by_text("Über diesen Artikel").click()
        assert is_german()
        page.get_by_role("button", name="Artikel schließen").click()
        page.get_by_role("button", name="Artikel", exact=True).click()
        expect(page.get_by_role("button", name=f"Entfernen: {BRIDGE.title}")).to_be_visible()
        assert is_german()


def test_a_conversation_is_there_again_after_a_reload(page: Page) -> None:
    ask(page, QUESTION)
    answer = page.get_by_role("main").get_by_role("article").last
    expect(answer.get_by_role("button", name="Source 1").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("main").get_by_role("article").last).to_contain_text(ANSWER)
    assert page.locator("textarea").count() == 1


def test_a_refusal_offers_the_closest_passages_and_says_that_they_are_no_answer(page: Page) -> None:
    ask(page, "Which team won the curling championship of 1987?")
    expect(page.get_by_text("Closest passages (not an answer)")).to_be_visible()


def test_the_alarm_is_one_line_that_opens(page: Page) -> None:
    feeds = [
        {"feed": f"example.org/{n}", "failing_since": "2026-11-01T10:00:00+00:00", "last_good_at": None} for n in "ab"
    ]
    said = [f"The feed {feed['feed']} has failed since 2026-11-01 10:00 UTC: {'No answer. ' * 20}" for feed in feeds]

    def answer(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(json=reply.json() | {"feeds": feeds, "alarms": said})

    page.route("**/api/health", answer)
    page.reload()
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text("2 feeds cannot be read")
    expect(alarm.get_by_role("listitem").first).to_be_hidden()
    box = alarm.bounding_box()
    assert box
    assert box["height"] < 60
    alarm.get_by_text("2 feeds cannot be read").click()
    expect(alarm.get_by_role("listitem").first).to_contain_text("No answer.")
    assert Axe().run(page).violations_count == 0


def test_another_article_with_the_sentence_opens_at_its_own_place(page: Page, stocked: Library) -> None:
    sentence = ANSWER.replace(" ", "  ", 1)
    text = f"From our correspondent.\n\n{sentence}"
    stocked.add([Article(id="reprint", title="Reprint", text=text, origin="reprint.txt", source="Reprint")])
    ask(page, QUESTION)
    answer = page.get_by_role("main").get_by_role("article").last
    expect(answer).to_contain_text("Also in")
    answer.locator("p.byline", has_text="Also in").get_by_role("button").click()
    expect(page.locator("#reader mark")).to_have_count(1)
    expect(page.locator("#reader .notice")).to_have_count(0)


def test_characters_of_two_units_do_not_shift_the_sentence_that_is_marked(page: Page, stocked: Library) -> None:
    first = "The Marrow ferry 🚢🚢 sails at noon."
    text = f"{first}\n\nA strike is over. {first}\n\nIt is fast."
    stocked.add([Article(id="ferry", title="Ferry 🚢", text=text, origin="ferry.txt")])
    start = text.rindex(first)
    shown = """async ([text, start, end, quote]) => {
        const { citedSpan } = await import("/static/reader.js");
        const span = citedSpan(text, { start, end, quote });
        return [text.slice(0, span.start), text.slice(span.start, span.end)];
    }"""
    assert page.evaluate(shown, [text, start, start + len(first), first]) == [text[:start], first]


def test_the_keyboard_alone_asks_opens_a_citation_and_comes_back(page: Page) -> None:
    ask(page, QUESTION)
    marker = page.get_by_role("main").get_by_role("article").last.get_by_role("button", name="Source 1").first
    expect(marker).to_be_visible()
    marker.focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()


def test_an_answer_that_nothing_is_sure_of_says_so(page: Page) -> None:
    shown = """async (isCertain) => {
        const { renderAnswer } = await import("/static/answer.js");
        const article = document.createElement("article");
        const citation = { index: 1, title: "A bridge", quote: "It opened." };
        const answer = { answered: true, answer: "It opened. [1]", citations: [citation], is_certain: isCertain };
        renderAnswer(article, answer, {});
        return article.innerText;
    }"""
    assert "Not certain" in page.evaluate(shown, False)
    assert "Not certain" not in page.evaluate(shown, True)
    assert "Not certain" not in page.evaluate(shown)  # it was stored before that was told


def test_an_article_tells_what_was_left_out_of_it_why_it_is_what_it_is_and_what_changed(
    page: Page, stocked: Library
) -> None:
    text = (
        "The Marrow ferry sails at noon. It takes 40 people.\n\nSee also: Ten ferries to try\n\nFor immediate release"
    )
    first = {"title": "Ferry timetable", "text": text, "author": "Ada Quill", "published_at": "2024-05-01"}
    for fields in (first, first | {"text": text.replace("40", "60")}):
        stocked.add(
            [article_from_fields(fields | {"id": "ferry"}, origin="f.txt", path=None, found_in={"author": "byline"})]
        )
    page.get_by_role("button", name="Articles").click()
    page.locator("#article-list").get_by_role("button", name="Ferry timetable", exact=True).click()
    reader = page.locator("#reader")
    expect(reader.locator(".badge").first).to_have_text("press release")
    reader.get_by_text("About this article").click()
    about = reader.locator(".about")
    expect(about).to_contain_text("Ada Quill from byline")
    expect(about).to_contain_text("Held to be “press release” because it says: For immediate release")
    expect(about.locator("dd").last).to_contain_text(f"{dt.datetime.now().year}")
    expect(about.locator("dd").nth(-2)).to_have_text("f.txt")
    about.get_by_text("lines left out of the text").click()
    expect(about.get_by_role("listitem").filter(has_text="see-also")).to_contain_text("See also: Ten ferries to try")
    what_changed = about.get_by_role("button", name="What changed")
    what_changed.click()
    expect(about.locator("del")).to_have_text("40")
    expect(about.locator("ins")).to_have_text("60")
    what_changed.click()
    expect(about.locator("ins")).to_be_hidden()
    what_changed.click()
    expect(about.locator("ins")).to_be_visible()
