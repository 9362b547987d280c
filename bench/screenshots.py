"""The pictures in the README: `python -m bench.screenshots` writes them into `docs/`, from the articles in `seeds/`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.serving import served
from bench.speed import ROOT, SEEDS

DOCS = ROOT / "docs"
DESKTOP, PHONE = (1280, 800), (390, 844)
QUESTION = "How much sand had to be dredged to free the Ever Given?"


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as data_dir,
        served(["--data-dir", data_dir, "--articles", str(SEEDS)]) as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        ) as browser,
    ):
        page = opened(browser, address, DESKTOP, "light")
        page.locator("#first-questions li").first.wait_for()
        shoot(page, "welcome")
        ask(page, QUESTION)
        page.locator(".next-questions").wait_for()
        page.get_by_role("button", name="Source 1").first.click()
        page.locator("mark").wait_for()
        page.locator(".related li").first.wait_for()
        shoot(page, "page")
        page.get_by_role("button", name="Articles").click()
        page.locator("#article-list li").first.wait_for()
        shoot(page, "library")
        page.close()
        page = opened(browser, address, PHONE, "dark")
        ask(page, "Where did Hurricane Maria come ashore?")
        page.locator(".next-questions").wait_for()
        shoot(page, "phone")
        page.close()


def opened(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> Page:
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.goto(address)
    return page


def ask(page: Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".answer:not([aria-busy]) .sources").last.wait_for()


def shoot(page: Page, name: str) -> None:
    path = Path(DOCS, f"{name}.png")
    page.screenshot(path=path, animations="disabled")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
