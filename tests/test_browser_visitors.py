"""The page in the read-only mode: a visitor asks and reads; who signs in may change articles, until signing out."""

from dataclasses import replace

from browser_fixtures import ANSWER, DESKTOP, PHONE, QUESTION, ask, watched
from playwright.sync_api import Browser, Page, expect
from web_fixtures import Serve

from assistant.assistant import Assistant
from index.library import Library
from web.app import create_app
from web.jobs.jobs import Jobs
from web.settings import Settings

TOKEN = "correct-horse-battery"
CHANGES = ("Add files", "Paste text", "Rebuild", "Add address", "Remove")


def changes_shown(page: Page) -> list[str]:
    """The controls of the open sheet that change something, as far as they are seen."""
    sheet = page.get_by_role("dialog", name="Articles")
    expect(sheet.locator("#article-list li")).to_have_count(2)
    seen = [name for name in CHANGES if sheet.get_by_text(name, exact=True).first.is_visible()]
    page.keyboard.press("Escape")
    return seen


def test_a_visitor_asks_and_reads_and_changes_nothing_until_signed_in(
    browser: Browser, stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    public = replace(settings, api_token=TOKEN, read_only=True)
    address = serve(create_app(public, stocked, Assistant(stocked), jobs)).address
    for viewport in (DESKTOP, PHONE):
        context = browser.new_context(viewport=viewport)
        with watched(context.new_page(), expected="Password forms should have") as page:
            page.goto(address)
            ask(page, QUESTION)
            expect(page.get_by_role("article")).to_contain_text(ANSWER)
            page.get_by_role("button", name="Articles", exact=True).click()
            assert changes_shown(page) == []
            page.get_by_role("button", name="Articles", exact=True).click()
            page.get_by_role("link", name="Sign in").click()
            expect(page.get_by_role("link", name="Ask without signing in")).to_be_visible()
            page.get_by_label("Access token").fill(TOKEN)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("article")).to_contain_text(ANSWER)  # what was asked before is there still
            page.get_by_role("button", name="Articles", exact=True).click()
            assert changes_shown(page) == list(CHANGES)
            page.get_by_role("button", name="Help and keys", exact=True).click()
            with page.expect_navigation():
                page.get_by_role("button", name="Sign out").click()
            page.get_by_role("button", name="Articles", exact=True).click()
            assert changes_shown(page) == []
        context.close()


def test_without_any_token_a_read_only_page_says_so(
    browser: Browser, stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    app = create_app(replace(settings, read_only=True), stocked, Assistant(stocked), jobs)
    with watched(browser.new_page()) as page:
        page.goto(serve(app).address)
        page.get_by_role("button", name="Articles", exact=True).click()
        expect(page.get_by_role("dialog", name="Articles")).to_contain_text("this server is read-only")
        assert changes_shown(page) == []
