"""The page in Debian's Chromium, driven by Playwright, against the real server. Used as a pytest plugin."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from web_fixtures import Serve

CHROMIUM = shutil.which("chromium")

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
QUESTION = "When did the Zephyr bridge in Oldport open?"
ANSWER = "The Zephyr bridge in Oldport opened on 4 November 2023."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine; .ci/run installs it")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(params=[(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
def page(request: pytest.FixtureRequest, browser: Browser, app: Flask, serve: Serve) -> Iterator[Page]:
    """The chat page, open."""
    viewport, scheme = request.param
    with watched(browser.new_page(viewport=viewport, color_scheme=scheme)) as page:
        page.goto(serve(app).address)
        yield page


@contextmanager
def watched(page: Page, expected: str = r"(?!)") -> Iterator[Page]:
    """Closes it at the end, when nothing may have been asked of another host, and in the console stand only lines that
    match `expected`."""
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: hosts.add(urlsplit(asked.url).hostname))
    yield page
    page.close()
    assert hosts == {"127.0.0.1"}
    assert [text for text in complaints if not re.search(expected, text)] == []


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="question").fill(question)
    page.keyboard.press("Enter")
