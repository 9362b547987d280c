"""Every view in every state that axe can look at: one load of the page a size and scheme, and one walk through it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import DESKTOP, PHONE, ask, watched
from conftest import HashingEmbedder
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from web_fixtures import BRIDGE, COMET, Serve

import assistant.answer
from assistant.answer import Answer, Delta, Lead, Question
from assistant.assistant import Assistant
from index.ingest.fields import article_from_fields
from index.library import Library
from index.model.embed import Vectors
from web.app import create_app
from web.jobs.jobs import Jobs
from web.settings import Settings

FERRY = {
    "id": "ferry",
    "title": "Ferry timetable",
    "text": (
        "The Marrow ferry sails at noon. It takes 40 people.\n\nSee also: Ten ferries to try\n\nFor immediate release"
    ),
    "source": "Oldport Courier",
    "published_at": "2024-05-01",
}
WAIT_SECONDS = 60


class Halting(Assistant):
    """Waits behind the first sentence while `goes_on` is not set; is sure of nothing while `doubts`."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.goes_on = Event()
        self.doubts = False

    def stream(self, question: Question) -> Iterator[assistant.answer.Event]:
        for event in super().stream(question):
            yield replace(event, is_certain=False) if self.doubts and isinstance(event, Lead | Answer) else event
            if isinstance(event, Delta):
                assert self.goes_on.wait(WAIT_SECONDS)


@pytest.fixture
def may_embed(embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch) -> Event:
    """What embedding waits for."""
    event = Event()
    embed = embedder.embed

    def embed_later(texts: Sequence[str]) -> Vectors:
        assert event.wait(WAIT_SECONDS)
        return embed(texts)

    monkeypatch.setattr(embedder, "embed", embed_later)
    return event


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_any_view_in_any_state(
    browser: Browser,
    library: Library,
    settings: Settings,
    jobs: Jobs,
    serve: Serve,
    may_embed: Event,
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    halting = Halting(library)
    with watched(browser.new_page(viewport=size, color_scheme=scheme)) as page:
        page.goto(serve(create_app(settings, library, halting, jobs)).address)
        try:
            _walk_through_the_library(page, library, settings, may_embed)
            _walk_through_answers(page, halting)
            _walk_through_reading(page)
        finally:
            may_embed.set()
            halting.goes_on.set()


def _walk_through_the_library(page: Page, library: Library, settings: Settings, may_embed: Event) -> None:
    expect(page.get_by_role("heading", name="No articles yet")).to_be_visible()
    _look(page, "empty")
    page.get_by_role("main").get_by_role("button", name="Add articles").click()
    expect(page.locator("#article-count")).to_contain_text("No articles yet")
    _look(page, "empty library")
    page.get_by_role("button", name="Paste text").click()
    page.get_by_label("Title (optional)").fill(BRIDGE.title)
    page.get_by_label("Source (optional)").fill("Oldport Courier")
    page.get_by_label("Published (optional)").fill("2023-11-05")
    _look(page, "paste form")
    page.get_by_label("Text", exact=True).fill(BRIDGE.text)
    page.get_by_role("button", name="Preview").click()
    preview = page.locator(".preview")
    expect(preview).to_contain_text(BRIDGE.title)
    _look(page, "preview")
    preview.get_by_role("button", name="Add", exact=True).click()
    running = page.locator("#jobs")
    expect(running).to_contain_text("Embedding 0 of 1 passage")
    _look(page, "job running")
    may_embed.set()
    expect(running).to_contain_text("1 article added.")
    _stock(library)
    settings.articles.rmdir()
    page.get_by_role("button", name="Rebuild", exact=True).click()
    expect(page.locator("#jobs .job.ended")).to_have_count(2)
    _look(page, "job failed")
    expect(page.locator("#article-list").get_by_role("listitem")).to_have_count(5)
    _look(page, "library")
    page.keyboard.press("Escape")
    expect(page.locator("#newest li").first).to_be_visible()
    expect(page.locator("#first-questions li").first).to_be_visible()
    _look(page, "welcome")


def _stock(library: Library) -> None:
    """Two that differ, one in two revisions of which lines were left out, and one of which nothing else is told."""
    for number, day in (("nine", "2024-05-02"), ("eleven", "2024-05-03")):
        text = f"The flood in Oldport on Monday killed {number} people, the mayor Ada Quill said."
        library.add([replace(BRIDGE, id=number, title="Flood", text=text, published_at=day, url=None)])
    for fields in (FERRY, FERRY | {"text": FERRY["text"].replace("40", "60")}):
        library.add([article_from_fields(fields, origin="f.txt", path=None)])
    library.add([COMET])


def _walk_through_answers(page: Page, halting: Halting) -> None:
    ask(page, "When did the Zephyr bridge in Oldport open?")
    answer = page.get_by_role("main").get_by_role("article").last
    expect(answer.locator(".sentences")).to_be_visible()
    expect(answer).to_have_attribute("aria-busy", "true")
    _look(page, "answering")
    halting.goes_on.set()
    _answered(page)
    page.get_by_role("button", name="Good answer").click()
    expect(answer.get_by_label("What was good?")).to_be_visible()
    _look(page, "answered")
    halting.doubts = True
    ask(page, "What did the bridge cost?")
    expect(_answered(page)).to_contain_text("Not certain.")
    _look(page, "not certain")
    halting.doubts = False
    for _ in range(2):  # which may not be landmarks of one name
        ask(page, "How many people did the flood in Oldport kill?")
        expect(_answered(page).get_by_role("heading", name="Sources differ")).to_be_visible()
    _look(page, "sources differ")
    ask(page, "Which team won the curling championship of 1987?")
    expect(_answered(page)).to_contain_text("Closest passages (not an answer)")
    _look(page, "refused")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_text("Editing your last question.")).to_be_visible()
    _look(page, "editing")
    page.keyboard.press("Escape")
    page.get_by_text("Narrow the search").click()
    page.get_by_role("main").get_by_label("Source", exact=True).fill("Oldport Courier")
    ask(page, "What happened in May 2024?")
    expect(_answered(page).get_by_role("list", name="Read from the question:")).to_be_visible()
    _look(page, "limited")


def _answered(page: Page) -> Locator:
    """The last answer, complete."""
    answer = page.get_by_role("main").get_by_role("article").last
    expect(answer.locator("footer")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    return answer


def _walk_through_reading(page: Page) -> None:
    ask(page, "When does the Marrow ferry sail?")
    _answered(page).get_by_role("button", name="Source 1").first.click()
    reader = page.locator("#reader")
    expect(reader.locator("mark")).to_be_visible()
    _look(page, "reading")
    for name in ("About this article", "lines left out of the text", "What changed"):
        reader.get_by_text(name).click()
    expect(reader.locator("ins")).to_be_visible()
    _look(page, "about the article")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="More for").click()
    expect(page.locator("#conversation-list").get_by_role("link", name="Markdown")).to_be_visible()
    _look(page, "conversations")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    _look(page, "help")


def _look(page: Page, state: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
