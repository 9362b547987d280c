"""The keyboard, and the help that lists its keys."""

import pytest
from browser_fixtures import QUESTION, ask
from playwright.sync_api import Page, expect

SECOND = "What did the bridge cost?"


def asked(page: Page, *questions: str) -> None:
    """Each is asked and answered."""
    for question in questions:
        ask(page, question)
        answer = page.get_by_role("main").get_by_role("article", name=question)
        expect(answer.last.locator("footer")).to_be_visible()


def test_up_in_an_empty_box_recalls_the_questions_of_the_conversation_and_down_goes_back(page: Page) -> None:
    asked(page, QUESTION, SECOND, QUESTION)
    box = page.get_by_role("textbox", name="question")
    for key, text in [
        ("ArrowUp", QUESTION),
        ("ArrowUp", SECOND),
        ("ArrowUp", SECOND),  # there is none before
        ("ArrowDown", QUESTION),
        ("ArrowDown", ""),
        ("ArrowDown", ""),
    ]:
        box.press(key)
        expect(box).to_have_value(text)
    box.fill("Who was th")
    box.press("ArrowUp")
    expect(box).to_have_value("Who was th")


def test_shift_and_enter_break_the_line_and_enter_asks(page: Page) -> None:
    box = page.get_by_role("textbox", name="question")
    box.focus()
    page.keyboard.type("When did the Zephyr bridge")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("in Oldport open?")
    expect(box).to_have_value("When did the Zephyr bridge\nin Oldport open?")
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("article")).to_contain_text("4 November 2023")


def test_a_slash_goes_to_the_box_and_is_a_slash_in_a_field(page: Page) -> None:
    box = page.get_by_role("textbox", name="question")
    page.get_by_role("button", name="Articles").focus()
    page.keyboard.press("Control+/")
    expect(box).not_to_be_focused()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.press("/")
    page.keyboard.press("?")
    expect(box).to_have_value("/?")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("modifier", ["Control", "Meta"])
def test_ctrl_k_searches_the_articles_from_wherever_one_is(page: Page, modifier: str) -> None:
    search = page.get_by_role("searchbox")
    page.keyboard.press(f"{modifier}+k")
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Conversations").click()
    page.keyboard.press(f"{modifier}+k")
    expect(search).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(1)


def test_no_key_shuts_a_form_in_which_something_is_typed(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("button", name="Paste text").click()
    page.get_by_label("Title (optional)").fill("Ferry line to close")
    for key in ("Control+k", "Control+Shift+O"):
        page.keyboard.press(key)
        expect(page.get_by_label("Title (optional)")).to_have_value("Ferry line to close")


@pytest.mark.parametrize("modifier", ["Control", "Meta"])
def test_ctrl_shift_o_begins_a_new_conversation(page: Page, modifier: str) -> None:
    asked(page, QUESTION)
    page.get_by_role("button", name="Articles").click()
    page.keyboard.press(f"{modifier}+Shift+O")
    expect(page.get_by_role("heading", name="Ask the articles")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("textbox", name="question")).to_be_focused()


def test_a_question_mark_opens_the_help_that_lists_the_keys(page: Page) -> None:
    opener = page.get_by_role("button", name="Articles")
    opener.focus()
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Help")
    expect(help_).to_be_visible()
    assert [" ".join(term.split()) for term in help_.locator("dt").all_text_contents()] == [
        "Enter",
        "Shift + Enter",
        "↑",
        "Esc",
        "/",
        "J",
        "K",
        "Ctrl/Cmd + K",
        "Ctrl/Cmd + Shift + O",
        "?",
    ]
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_keys_that_are_one_character_can_be_switched_off(page: Page) -> None:
    page.get_by_role("button", name="Help").click()
    single_keys = page.get_by_label("Use the keys /, ?, J, K, N and P")
    expect(single_keys).to_be_checked()  # it is not before its script is here, and then unchecking does nothing
    single_keys.uncheck()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="question")).not_to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_the_language_that_is_chosen_in_the_help_stays(page: Page) -> None:
    page.get_by_role("button", name="Help").click()
    page.get_by_label("Language").select_option("Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    [cookie] = page.context.cookies()
    assert (cookie["name"], cookie["value"], cookie["path"], cookie["sameSite"]) == (
        "assistant_language", "de", "/", "Lax",
    )  # fmt: skip
    page.reload()
    page.get_by_role("button", name="Hilfe").click()
    expect(page.get_by_label("Sprache")).to_have_value("de")
    page.get_by_label("Sprache").select_option("English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
