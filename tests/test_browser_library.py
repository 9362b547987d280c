"""The articles' sheet in a real browser: adding with a look before, jobs, the list in any order, removals undone."""

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_fixtures import ask, watched
from conftest import HashingEmbedder
from playwright.sync_api import Browser, Page, Route, expect
from web_fixtures import BRIDGE, COMET, Serve

from assistant.assistant import Assistant
from bench.many import fill
from index.article import Article
from index.embedding import BATCH
from index.errors import StorageFault
from index.library import Library
from index.model.embed import Vectors
from web.app import create_app
from web.jobs.jobs import Jobs
from web.security.sign_in import TOKEN_COOKIE, SignIn
from web.settings import Settings

MANY = 10_000


def open_articles(page: Page) -> None:
    page.get_by_role("button", name="Articles").click()
    expect(page.locator("#article-count")).not_to_be_empty()


def press_add(page: Page) -> None:
    page.locator(".preview").get_by_role("button", name="Add", exact=True).click()


def titles(page: Page) -> list[str]:
    return page.locator("#article-list .title").all_inner_texts()


# -- adding, and jobs


def test_an_article_pasted_into_the_library_is_in_the_next_answer(page: Page) -> None:
    open_articles(page)
    page.get_by_role("button", name="Paste text").click()
    page.get_by_label("Title (optional)").fill("Ferry line to close")
    page.get_by_label("Text").fill("The ferry line between Oldport and Norwick will close on 1 March 2030.")
    page.get_by_role("button", name="Preview").click()
    press_add(page)
    expect(page.get_by_text("1 article added").first).to_be_visible()
    page.keyboard.press("Escape")
    ask(page, "When will the ferry line between Oldport and Norwick close?")
    expect(page.get_by_role("main").get_by_role("article").last).to_contain_text("1 March 2030")


def test_uploaded_files_are_told_of_one_by_one_and_the_article_is_in_the_list(page: Page, tmp_path: Path) -> None:
    (tmp_path / "lighthouse.txt").write_text("The lighthouse of Skarn\n\nIt was lit in 1951.")
    (tmp_path / "blank.txt").write_text(" ")
    open_articles(page)
    page.get_by_label("Add files").set_input_files([tmp_path / "lighthouse.txt", tmp_path / "blank.txt"])
    press_add(page)
    jobs = page.locator("#jobs")
    expect(jobs).to_contain_text("1 article added.")
    expect(jobs).to_contain_text("1 item could not be taken in")
    expect(jobs.locator(".job-errors").get_by_role("listitem")).to_contain_text("blank.txt")
    row = page.locator("#article-list").get_by_role("listitem").filter(has_text="The lighthouse of Skarn")
    expect(row).to_contain_text("1 passage")
    expect(page.locator("#article-list").get_by_role("listitem")).to_have_count(3)
    page.get_by_role("button", name="Dismiss: 1 article added.").click()
    expect(jobs).to_be_empty()


def test_what_was_added_is_named_opens_and_can_be_taken_back_after_a_reload(page: Page, tmp_path: Path) -> None:
    for n in range(7):
        (tmp_path / f"tide{n}.txt").write_text(f"Tide {n} over Oldport\n\nIt was {n} metres high.")
    open_articles(page)
    page.get_by_label("Add files").set_input_files([tmp_path / f"tide{n}.txt" for n in range(7)])
    press_add(page)
    added = page.locator("#jobs .job-added").get_by_role("listitem")
    expect(added).to_have_count(6)
    expect(added.last).to_have_text("and 2 others")
    added.get_by_role("button", name="Tide 4 over Oldport").click()
    expect(page.locator("#reader")).to_contain_text("It was 4 metres high.")
    page.reload()
    open_articles(page)
    page.get_by_text("What was added and changed before").click()
    earlier = page.locator("#earlier-jobs")
    expect(earlier).to_contain_text("None.")
    page.get_by_role("button", name="Dismiss: 7 articles added.").click()
    expect(page.locator("#library-title")).to_be_focused()
    expect(earlier).to_contain_text("7 articles added.")
    expect(earlier.locator(".job-about")).to_contain_text("tide0.txt, tide1.txt, tide2.txt and 4 others")
    expect(earlier.locator(".job-about")).to_contain_text(f"{dt.datetime.now().year}")
    expect(earlier.get_by_role("button", name="Tide 0 over Oldport")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    remove = earlier.get_by_role("button", name="that this added")
    remove.click()
    expect(earlier).to_contain_text("Removed the 7 articles that this added.")
    undo = earlier.get_by_role("button", name="Undo: keep the 7 articles")
    expect(undo).to_be_focused()
    page.get_by_label("Search titles").fill("tide0.txt")
    expect(page.locator("#article-count")).to_have_text("No article matches “tide0.txt”.")
    undo.click()
    expect(earlier).to_contain_text("The 7 articles are back.")
    expect(remove).to_be_focused()
    expect(page.locator("#article-count")).to_have_text("1 article found")
    page.get_by_label("Search titles").fill("comet.txt")
    expect(page.locator("#article-list").get_by_role("listitem")).to_have_count(1)


@pytest.fixture
def may_go_on(embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What embedding waits for."""
    event = threading.Event()
    embed = embedder.embed

    def embed_later(texts: Sequence[str]) -> Vectors:
        assert event.wait(60)
        return embed(texts)

    monkeypatch.setattr(embedder, "embed", embed_later)
    return event


def test_a_rebuild_shows_how_far_it_is_and_what_came_of_it(
    page: Page, settings: Settings, may_go_on: threading.Event
) -> None:
    for name in ("tide", "moon"):
        (settings.articles / f"{name}.txt").write_text(f"The {name} over Oldport\n\nIt was high.")
    open_articles(page)
    try:
        page.get_by_role("button", name="Rebuild", exact=True).click()
        expect(page.locator("#jobs .job-words")).to_have_text("Embedding 0 of 2 passages")
        bar = page.get_by_role("progressbar", name="Rebuilding the index")
        expect(bar).to_have_attribute("max", "2")
        expect(page.locator("#state")).to_contain_text("Embedding 0 of 2 passages")
    finally:
        may_go_on.set()
    expect(page.locator("#jobs .job-words")).to_have_text("2 articles added.")
    expect(bar).to_have_count(0)
    expect(page.locator("#article-list")).to_contain_text("The tide over Oldport")
    page.get_by_role("button", name="Rebuild", exact=True).click()
    expect(page.locator("#jobs .job-words").first).to_contain_text("Up to date: 2 articles unchanged")


def test_a_cancelled_add_is_indexed_as_far_as_it_came_and_can_be_taken_back(
    page: Page, tmp_path: Path, may_go_on: threading.Event
) -> None:
    for name in ("tide", "moon"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} over Oldport\n\nIt was high.")
    open_articles(page)
    try:
        page.get_by_label("Add files").set_input_files([tmp_path / "tide.txt", tmp_path / "moon.txt"])
        press_add(page)
        expect(page.locator("#jobs .job-words")).to_have_text("Embedding 0 of 2 passages")
        cancel = page.get_by_role("button", name="Cancel: Adding 2 files")
        cancel.click()
        expect(page.locator("#jobs .job-words")).to_have_text("Stopping…")
        expect(cancel).to_have_attribute("aria-disabled", "true")
        expect(cancel).to_be_focused()
    finally:
        may_go_on.set()
    jobs = page.locator("#jobs")
    expect(jobs.get_by_role("button", name="Dismiss: Cancelled.")).to_be_focused()
    expect(jobs).to_contain_text("Cancelled. What was taken in by then has been kept, and is indexed next.")
    expect(jobs).to_contain_text("What was taken in is indexed.")
    articles = page.locator("#article-list").get_by_role("listitem")
    expect(articles).to_have_count(4)
    remove = page.get_by_role("button", name="that this added")
    remove.click()
    expect(jobs).to_contain_text("Removed the 2 articles that this added.")
    expect(articles).to_have_count(2)


def test_a_job_that_fails_while_the_articles_are_shut_is_told_until_it_is_dismissed(
    page: Page, tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed, fails = embedder.embed, threading.Event()

    def fail_at_high_tide(texts: Sequence[str]) -> Vectors:
        if not any("It was high." in text for text in texts):
            return embed(texts)
        assert fails.wait(60)
        raise StorageFault("The disk is full.")

    monkeypatch.setattr(embedder, "embed", fail_at_high_tide)
    (tmp_path / "tide.txt").write_text("The tide over Oldport\n\nIt was high.")
    (tmp_path / "blank.txt").write_text(" ")
    notices, jobs = page.locator("#notices"), page.locator("#jobs")
    open_articles(page)
    try:
        page.get_by_label("Add files").set_input_files([tmp_path / "tide.txt", tmp_path / "blank.txt"])
        press_add(page)
        expect(jobs.locator(".job-words")).to_have_text("Embedding 0 of 1 passages")
        page.keyboard.press("Escape")
    finally:
        fails.set()
    expect(notices).to_contain_text("The disk is full.")
    expect(notices).to_contain_text("1 item could not be taken in")
    assert Axe().run(page).violations_count == 0
    page.reload()
    expect(notices).to_contain_text("The disk is full.")
    notices.get_by_role("button", name="Show what came of it").click()
    expect(jobs).to_contain_text("The disk is full.")
    expect(jobs.locator(".job-errors")).to_contain_text("blank.txt")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Articles")).to_be_focused()
    expect(notices).to_be_empty()
    open_articles(page)
    jobs.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#library-title")).to_be_focused()
    page.reload()
    open_articles(page)
    expect(jobs).to_be_empty()
    expect(notices).to_be_empty()


def test_what_was_typed_is_there_when_the_form_is_opened_again_until_it_is_added(page: Page) -> None:
    open_articles(page)
    paste = page.get_by_role("button", name="Paste text")
    title, text = page.get_by_label("Title (optional)"), page.get_by_label("Text", exact=True)
    paste.click()
    title.fill("Ferry line to close")
    page.get_by_label("Published (optional)").fill("2030-02-01")
    text.fill("The ferry line between Oldport and Norwick will close.\n\nIt ran for 90 years.")
    page.keyboard.press("Escape")
    expect(title).to_have_count(0)
    paste.click()
    expect(title).to_have_value("Ferry line to close")
    expect(page.get_by_label("Published (optional)")).to_have_value("2030-02-01")
    expect(text).to_have_value("The ferry line between Oldport and Norwick will close.\n\nIt ran for 90 years.")
    page.get_by_role("button", name="Preview").click()
    press_add(page)
    expect(page.locator("#jobs")).to_contain_text("1 article added.")
    paste.click()
    expect(title).to_have_value("")
    expect(text).to_have_value("")


def test_whose_session_has_expired_is_told_so_and_led_to_sign_in(
    browser: Browser, stocked: Library, settings: Settings, jobs: Jobs, serve: Serve
) -> None:
    guarded = replace(settings, api_token="lantern")
    address = serve(create_app(guarded, stocked, Assistant(stocked), jobs)).address
    with watched(browser.new_page()) as page:
        page.context.add_cookies(
            [{"name": TOKEN_COOKIE, "value": SignIn(stocked.database, "lantern").cookie(), "url": address}]
        )
        page.goto(address)
        expect(page.locator("#newest").get_by_role("button")).to_have_count(2)
        page.context.clear_cookies()
        notice = page.locator("#notices").get_by_role("alert")
        for name in ("Articles", "Conversations", "Help and keys"):
            page.get_by_role("button", name=name, exact=True).click()
            expect(notice.last).to_contain_text("You are not signed in.")
            page.locator("#notices").get_by_role("button", name="Dismiss").click()
            expect(notice).to_have_count(0)
        page.locator("#newest").get_by_role("button").first.click()
        told = page.locator("#reader").get_by_role("alert")
        expect(told).to_contain_text("You are not signed in.")
        expect(told.get_by_role("link", name="Sign in")).to_have_attribute("href", "/login")


def test_the_indexing_that_follows_a_cancelled_add_can_be_stopped_where_that_is_told(
    page: Page, tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed, turns = embedder.embed, threading.Semaphore(0)

    def embed_in_turn(texts: Sequence[str]) -> Vectors:
        assert turns.acquire(timeout=60)
        return embed(texts)

    monkeypatch.setattr(embedder, "embed", embed_in_turn)
    lines = [f'{{"text": "Tide {n} was high."}}' for n in range(2 * BATCH)]
    (tmp_path / "tides.jsonl").write_text("\n".join(lines))
    jobs = page.locator("#jobs")
    open_articles(page)
    try:
        page.get_by_label("Add files").set_input_files(tmp_path / "tides.jsonl")
        expect(page.locator(".preview")).to_contain_text("There is more than was looked at.")
        press_add(page)
        expect(jobs).to_contain_text(f"Embedding 0 of {2 * BATCH} passages")
        page.get_by_role("button", name="Cancel: Adding 1 file").click()
        expect(jobs).to_contain_text("Cancelled. What was taken in by then has been kept, and is indexed next.")
        page.get_by_role("button", name="Stop that, too").click()
        expect(jobs).to_contain_text("Cancelled. The index follows with the next job.")
    finally:
        turns.release(9)


def test_an_address_that_gave_nothing_stays_in_its_field_to_be_mended(page: Page) -> None:
    open_articles(page)
    field = page.get_by_label("Address of a page or feed")
    field.fill("http://127.0.0.1:9/inside")
    page.get_by_role("button", name="Add address").click()
    preview = page.get_by_role("region", name="There is nothing in it to add")
    expect(preview).to_contain_text("1 item could not be taken in")
    expect(preview.get_by_role("listitem")).to_contain_text("http://127.0.0.1:9/inside")
    assert Axe().run(page).violations_count == 0
    preview.get_by_role("button", name="Close").click()
    expect(field).to_have_value("http://127.0.0.1:9/inside")
    expect(field).to_be_focused()


def test_what_is_left_out_of_the_folder_is_told_with_the_rebuild(page: Page, settings: Settings) -> None:
    (settings.articles / "tide.txt").write_text("The tide over Oldport\n\nIt was high.")
    (settings.articles / "moon.odt").write_bytes(b"x")
    open_articles(page)
    page.get_by_role("button", name="Rebuild", exact=True).click()
    expect(page.locator("#jobs .job-words")).to_have_text("1 article added.")
    expect(page.locator("#jobs .job-errors")).to_contain_text(
        "holds 1 file of a format that is not read, left out (moon.odt)"
    )


# -- a look before


def test_what_a_file_would_add_is_shown_first_and_may_be_left(page: Page, tmp_path: Path, stocked: Library) -> None:
    text = f"{'The Marrow ferry sails at noon. ' * 20}\n\nSee also: Ten ferries to try\n\nFor immediate release"
    front = "---\ntitle: Ferry timetable\nsource: Oldport Courier\ndate: 2024-05-01\n---\n"
    (tmp_path / "ferry.md").write_text(front + text)
    (tmp_path / "blank.txt").write_text(" ")
    open_articles(page)
    files = page.get_by_label("Add files")
    files.set_input_files([tmp_path / "ferry.md", tmp_path / "blank.txt"])
    preview = page.get_by_role("region", name="1 article to add or change")
    said = preview.get_by_role("listitem").first
    for words in ("Ferry timetable", "new", "Oldport Courier", "1 May 2024", "press release", "120 words"):
        expect(said).to_contain_text(words)
    expect(said.locator(".beginning")).to_have_text(f"{'The Marrow ferry sails at noon. ' * 9}The Marrow…")
    said.get_by_text("2 lines left out of the text").click()
    expect(said).to_contain_text("See also: Ten ferries to try")
    expect(preview).to_contain_text("1 item could not be taken in")
    preview.get_by_role("button", name="Do not add").click()
    expect(preview).to_have_count(0)
    expect(files).to_be_focused()
    assert stocked.status().articles == 2


def test_what_is_here_already_is_said_to_be_and_what_differs_is_counted(page: Page) -> None:
    open_articles(page)
    same = {"Title (optional)": COMET.title, "Text": COMET.text}
    page.get_by_role("button", name="Paste text").click()
    for name, value in same.items():
        page.get_by_label(name, exact=True).fill(value)
    page.get_by_role("button", name="Preview").click()
    press_add(page)
    expect(page.locator("#jobs")).to_contain_text("1 article added.")
    page.get_by_role("button", name="Paste text").click()
    for name, value in same.items():
        page.get_by_label(name, exact=True).fill(value)
    page.get_by_role("button", name="Preview").click()
    known = page.get_by_role("region", name="This is here already")
    expect(known).to_contain_text("unchanged")
    expect(known.get_by_role("button", name="Add", exact=True)).to_have_count(0)
    known.get_by_role("button", name="Close").click()
    text = page.get_by_label("Text", exact=True)
    expect(text).to_be_focused()
    expect(text).to_have_value(COMET.text)


def test_an_edited_file_tells_how_many_of_its_sentences_differ(page: Page, tmp_path: Path) -> None:
    story = "The harvest was small. " + " ".join(f"The {n}th barn stood empty at noon." for n in range(9))
    path = tmp_path / "harvest.txt"
    open_articles(page)
    for text, said in ((story, "new"), (story.replace("small", "large"), "changed, 1 sentence differs")):
        path.write_text(text)
        page.get_by_label("Add files").set_input_files(path)
        expect(page.locator(".preview")).to_contain_text(said)
        press_add(page)
        expect(page.locator("#jobs .job.ended")).to_have_count(1 if said == "new" else 2)


def test_more_than_twenty_files_are_added_at_once_and_that_is_said(page: Page, tmp_path: Path) -> None:
    paths = [tmp_path / f"tide{n}.txt" for n in range(21)]
    for n, path in enumerate(paths):
        path.write_text(f"Tide {n} over Oldport\n\nIt was {n} metres high.")
    open_articles(page)
    page.get_by_label("Add files").set_input_files(paths)
    expect(page.locator("#library-notices")).to_contain_text("More than 20 files are added without a preview.")
    expect(page.locator("#jobs")).to_contain_text("21 articles added.")
    expect(page.locator(".preview")).to_have_count(0)


def test_files_dropped_on_the_page_open_the_articles_and_are_shown_first(page: Page) -> None:
    drop = """() => {
        const data = new DataTransfer();
        data.items.add(new File(["The tide over Oldport\\n\\nIt was high."], "tide.txt", { type: "text/plain" }));
        for (const name of ["dragover", "drop"]) {
            document.body.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
        }
    }"""
    page.evaluate(drop)
    expect(page.get_by_role("heading", name="1 article to add or change")).to_be_visible()
    expect(page.locator(".preview")).to_contain_text("The tide over Oldport")
    press_add(page)
    expect(page.locator("#jobs")).to_contain_text("1 article added.")


def test_where_no_preview_can_be_had_it_may_be_added_all_the_same(page: Page, tmp_path: Path) -> None:
    (tmp_path / "tide.txt").write_text("The tide over Oldport\n\nIt was high.")

    def answer(route: Route) -> None:
        # 200, since the browser's own console tells of other statuses
        route.fulfill(body="{", content_type="application/json")

    page.route("**/api/articles/preview", answer)
    open_articles(page)
    page.get_by_label("Add files").set_input_files(tmp_path / "tide.txt")
    expect(page.locator("#library-notices")).to_contain_text("The server's reply could not be read.")
    page.get_by_role("button", name="Add without a preview").click()
    expect(page.locator("#jobs")).to_contain_text("1 article added.")


# -- the list


def test_the_list_is_sorted_narrowed_and_shown_whole_again(page: Page, stocked: Library) -> None:
    stocked.add([Article(id="asa", title="Åsa road to close", text="It closes.", origin="a.txt", source="Sky Letter")])
    newest_first = [BRIDGE.title, COMET.title, "Åsa road to close"]
    open_articles(page)
    rows = page.locator("#article-list").get_by_role("listitem")
    expect(rows).to_have_count(3)
    assert titles(page) == newest_first
    expect(rows.first).to_contain_text("Oldport Courier")
    expect(rows.first).to_contain_text("5 Nov 2023")
    expect(rows.first).to_contain_text(f"added {dt.datetime.now(dt.UTC).day} ")
    for order, expected in {
        "By title": ["Åsa road to close", COMET.title, BRIDGE.title],
        "Oldest first": [COMET.title, BRIDGE.title, "Åsa road to close"],
        "By source": [BRIDGE.title, "Åsa road to close", COMET.title],
        "Newest first": newest_first,
    }.items():
        page.get_by_label("Sort").select_option(label=order)
        expect(page.locator("#article-list .title")).to_have_text(expected)
    library = page.get_by_role("dialog", name="Articles")
    page.locator("#article-source").select_option(label="Sky Letter (2)")
    expect(rows).to_have_count(2)
    expect(library.get_by_role("status")).to_have_text("2 articles found")
    stocked.add([Article(id="jet", title="Jet", text="Boeing built it.", origin="j.txt", source="Sky Letter")])
    page.reload()
    open_articles(page)
    page.locator("#article-company").select_option(label="Boeing (1)")
    expect(page.locator("#article-list .title")).to_have_text(["Jet"])
    stocked.remove(["jet"])
    page.locator("#article-company").select_option(label="All companies")
    page.locator("#article-source").select_option(label="Sky Letter (3)")
    expect(rows).to_have_count(2)
    library.get_by_label("From").fill("2021-01-01")
    expect(page.locator("#article-list .title")).to_have_text([COMET.title])
    library.get_by_label("Until").fill("2021-02-01")
    expect(library.get_by_role("status")).to_have_text("No article is left within these limits.")
    assert Axe().run(page).violations_count == 0
    library.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(3)
    expect(page.get_by_label("Search titles")).to_be_focused()
    expect(library.get_by_role("status")).to_have_text("3 articles")


def test_copies_are_counted_and_what_kind_an_article_is_stands_with_it(page: Page, stocked: Library) -> None:
    story = " ".join(f"The {n}th boat of the race came in behind the others at noon." for n in range(20))
    stocked.add(
        [
            Article(id=name, title=f"Race, {name}", text=story, origin=name, provenance="wire")
            for name in ("one", "two", "three")
        ]
    )
    open_articles(page)
    row = page.locator("#article-list").get_by_role("listitem").filter(has_text="Race, two")
    expect(row).to_contain_text("2 copies")
    expect(row.locator(".badge")).to_have_text("news agency report")


def test_a_removed_article_can_be_taken_back_in_its_row(page: Page, stocked: Library) -> None:
    open_articles(page)
    page.get_by_role("button", name=f"Remove {BRIDGE.title}").click()
    undo = page.get_by_role("button", name=f"Undo: keep {BRIDGE.title}")
    expect(undo).to_be_focused()
    expect(page.locator("#article-list")).to_contain_text(f"Removed {BRIDGE.title}")
    assert stocked.article("bridge") is None
    expect(page.locator("#state")).to_contain_text("1 article")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Enter")
    row = page.locator("#article-list").get_by_role("button", name=BRIDGE.title, exact=True)
    expect(row).to_be_focused()
    assert stocked.article("bridge") is not None
    expect(page.locator("#state")).to_contain_text("2 articles")
    row.click()
    expect(page.locator("#reader")).to_contain_text("Mayor Ada Quill cut the ribbon")


def test_a_report_goes_with_the_last_of_the_articles_that_it_tells_of(page: Page, tmp_path: Path) -> None:
    for name in ("tide", "moon"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} over Oldport\n\nIt was high.")
    open_articles(page)
    page.get_by_label("Add files").set_input_files([tmp_path / "tide.txt", tmp_path / "moon.txt"])
    press_add(page)
    added = page.locator("#jobs .job-added").get_by_role("button")
    expect(added).to_have_count(2)
    page.get_by_role("button", name="Remove The tide over Oldport").click()
    expect(added).to_have_text(["The moon over Oldport"])
    undo = page.get_by_role("button", name="Undo: keep The tide over Oldport")
    expect(undo).to_be_focused()
    undo.click()
    expect(added).to_have_count(2)
    for name in ("tide", "moon"):
        page.get_by_role("button", name=f"Remove The {name} over Oldport").click()
        expect(page.get_by_role("button", name=f"Undo: keep The {name} over Oldport")).to_be_focused()
    expect(page.locator("#jobs")).to_be_empty()


def test_a_report_that_tells_of_more_stays_when_what_it_names_is_removed(page: Page, tmp_path: Path) -> None:
    for n in range(6):
        (tmp_path / f"tide{n}.txt").write_text(f"Tide {n} over Oldport\n\nIt was {n} metres high.")
    (tmp_path / "moon.txt").write_text("The moon over Oldport\n\nIt was full.")
    (tmp_path / "blank.txt").write_text(" ")
    open_articles(page)
    for several in ([f"tide{n}.txt" for n in range(6)], ["moon.txt", "blank.txt"]):
        page.get_by_label("Add files").set_input_files([tmp_path / name for name in several])
        press_add(page)
        expect(page.locator("#jobs .job.ended")).to_have_count(1 if len(several) > 2 else 2)
    for name in (*(f"Tide {n}" for n in range(5)), "The moon"):
        page.get_by_role("button", name=f"Remove {name} over Oldport").click()
        expect(page.get_by_role("button", name=f"Undo: keep {name} over Oldport")).to_be_focused()
    expect(page.locator("#jobs .job-added li:visible")).to_have_text(["and 1 other"])
    expect(page.locator("#jobs .job-errors")).to_contain_text("blank.txt")


def test_the_way_back_outlives_the_end_of_a_job(page: Page, settings: Settings) -> None:
    (settings.articles / "tide.txt").write_text("The tide over Oldport\n\nIt was high.")
    open_articles(page)
    page.get_by_role("button", name=f"Remove {BRIDGE.title}").click()
    undo = page.get_by_role("button", name=f"Undo: keep {BRIDGE.title}")
    page.get_by_role("button", name="Rebuild", exact=True).click()
    expect(page.locator("#article-list")).to_contain_text("The tide over Oldport")
    undo.click()
    expect(page.get_by_role("button", name=f"Remove {BRIDGE.title}")).to_be_visible()


def test_what_cannot_be_taken_back_any_more_says_why(page: Page, stocked: Library) -> None:
    open_articles(page)
    page.get_by_role("button", name=f"Remove {BRIDGE.title}").click()
    undo = page.get_by_role("button", name=f"Undo: keep {BRIDGE.title}")
    expect(undo).to_be_focused()
    page.route("**/restore", lambda route: route.fulfill(body="{", content_type="application/json"))
    undo.click()
    expect(page.locator("#article-list").get_by_role("alert")).to_have_text("The server's reply could not be read.")
    expect(undo).to_be_focused()


def test_ten_thousand_articles_are_sorted_narrowed_and_paged(page: Page, stocked: Library) -> None:
    fill(stocked, MANY)
    open_articles(page)
    library = page.get_by_role("dialog", name="Articles")
    rows = page.locator("#article-list").get_by_role("listitem")
    expect(library.get_by_role("status")).to_have_text("10,002 articles")
    expect(rows).to_have_count(50)
    page.get_by_label("Sort").select_option(label="By title")
    expect(rows.first).to_contain_text("Article 0000000")
    page.get_by_role("button", name="More articles").click()
    expect(rows).to_have_count(100)
    expect(rows.nth(50).get_by_role("button").first).to_be_focused()
    expect(rows.nth(99)).to_contain_text("Article 0000099")
    for page_number in range(3, 12):
        page.get_by_role("button", name="More articles").click()
        expect(rows.last).to_contain_text(f"Article {50 * page_number - 1:07}")
    expect(rows).to_have_count(500)  # no more, however far one goes
    expect(rows.first).to_contain_text("Article 0000050")
    library.get_by_role("button", name="From the beginning").click()
    expect(rows.first).to_contain_text("Article 0000000")
    expect(rows).to_have_count(50)
    page.locator("#article-source").select_option(label="Paper 7 (100)")
    expect(library.get_by_role("status")).to_have_text("100 articles found")
    page.get_by_label("Search titles").fill("09907")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Article 0009907")


# -- what is related


def test_related_articles_stand_under_an_article_and_lead_back_to_where_one_came_from(
    page: Page, stocked: Library
) -> None:
    twin = Article(
        id="twin",
        title="Harbour bridge opens again",
        text="The Zephyr bridge in Oldport opened. Mayor Ada Quill cut the ribbon.",
        origin="t.txt",
    )
    stocked.add([twin])
    open_articles(page)
    opener = page.locator("#article-list").get_by_role("button", name=BRIDGE.title, exact=True)
    opener.click()
    related = page.get_by_role("region", name="Related articles")
    expect(related.get_by_role("listitem")).to_have_count(1)
    assert Axe().run(page).violations_count == 0
    related.get_by_role("button", name="Harbour bridge opens again").click()
    expect(page.locator("#reader-title")).to_have_text("Harbour bridge opens again")
    expect(page.locator("#reader-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
