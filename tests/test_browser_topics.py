"""The pages beside the chat in a browser: a story put together and read up in its article; axe finds nothing on any."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from web_fixtures import BRIDGE


def violations(page: Page) -> list[str]:
    return [one["id"] for one in Axe().run(page).response["violations"]]


def test_a_story_is_put_together_and_its_sentence_opened_in_the_article(page: Page) -> None:
    page.get_by_role("link", name="Topics").click()
    page.get_by_role("textbox", name="Topic").fill("the Zephyr bridge")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="opened on 4 November 2023")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Stories").click()
    assert violations(page) == []
    page.get_by_role("textbox", name="Topic").fill("the Zephyr bridge")
    page.get_by_role("button", name="Put together").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(BRIDGE.title)
    assert violations(page) == []
    page.get_by_role("link", name="Source 1:").first.click()
    expect(page.locator("mark")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
