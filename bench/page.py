"""What the page weighs and how quick it is in Chromium: `python -m bench.page`, over the articles in `seeds/`.

The bytes that a first visit fetches, uncompressed; the milliseconds from the first `delta` of an answer at the page's
door to the frame that shows it; and those from a key to the frame that shows its letter, in an empty conversation and
in one of 2,000 answers. Medians, and what 95 of a hundred are under; the figures are of this machine as it is just now.
"""

import json
import shutil
import statistics
import tempfile
from collections.abc import Sequence

from playwright.sync_api import Page, Response, sync_playwright

from bench.results import Table, write
from bench.serving import served
from bench.speed import SEEDS

QUESTIONS = ("How much sand had to be dredged to free the Ever Given?", "When did Argentina win the World Cup?")
ASKED = 20
LETTERS = "how many people were on board when it happened "
MESSAGES = 2_000

WATCH_DELTA = """() => {
    const original = window.fetch;
    window.waits = [];
    window.fetch = async (...args) => {
        const response = await original(...args);
        if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return response;
        const [mine, theirs] = response.body.tee();
        (async () => {
            const reader = mine.pipeThrough(new TextDecoderStream()).getReader();
            for (let text = ""; ;) {
                const { value, done } = await reader.read();
                if (done) return;
                if (!(text += value).includes("event: delta")) continue;
                const came = performance.now();
                const shown = () => document.querySelector(".exchange:last-child .sentences")?.textContent;
                const look = () => requestAnimationFrame(() => shown()
                    ? setTimeout(() => window.waits.push(performance.now() - came)) : look());
                return look();
            }
        })();
        return new Response(theirs, response);
    };
}"""
"""A frame is on the screen when the task runs that its callback queued."""

WATCH_KEYS = """() => {
    window.keys = [];
    document.getElementById("question").addEventListener("keydown", (event) => {
        requestAnimationFrame(() => setTimeout(() => window.keys.push(performance.now() - event.timeStamp)));
    });
}"""

FILL = """async ([answer, n]) => {
    const { addExchange } = await import("/static/exchange.js");
    const { renderAnswer } = await import("/static/answer.js");
    const place = document.getElementById("conversation");
    document.body.classList.remove("blank");
    for (let i = 0; i < n; i++) renderAnswer(addExchange(place, answer.question, () => {}).article, answer, {});
}"""


def main() -> None:
    table = Table()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("The page is not measured: there is no chromium on this machine.")
        write("page", table.figures)
        return
    with (
        tempfile.TemporaryDirectory() as data_dir,
        served(["--data-dir", data_dir, "--articles", str(SEEDS)]) as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]) as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        weigh(table, page, address)
        answer = ask(table, page)
        type_letters(table, page, "a key, empty conversation")
        page.evaluate(FILL, [answer, MESSAGES])
        type_letters(table, page, f"a key, {MESSAGES:,} answers")
    write("page", table.figures)


def weigh(table: Table, page: Page, address: str) -> None:
    sizes: dict[str, int] = {}

    def note(response: Response) -> None:
        if "/api/" not in response.url:
            sizes[response.url.removeprefix(address)] = len(response.body())

    page.on("response", note)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", note)
    for path, size in sorted(sizes.items(), key=lambda one: -one[1]):
        print(f"  {path:<30}{size / 1000:>8.1f} KB")
    table.show("the page's own weight", sum(sizes.values()) / 1000, "KB")


def ask(table: Table, page: Page) -> object:
    """The last answer, as the API gives it."""
    page.evaluate(WATCH_DELTA)
    for n in range(ASKED):
        page.locator("#question").fill(QUESTIONS[n % len(QUESTIONS)])
        page.keyboard.press("Enter")
        page.wait_for_function("n => window.waits.length > n", arg=n)
        page.locator("#stop").wait_for(state="hidden")
    tell(table, "first delta to the screen", page.evaluate("window.waits"))
    body = json.dumps({"question": QUESTIONS[0]})
    answer: object = page.evaluate(
        """async (body) => (await fetch("/api/ask",
            { method: "POST", body, headers: { "Content-Type": "application/json" } })).json()""",
        body,
    )
    page.locator("#new-conversation").click()
    return answer


def type_letters(table: Table, page: Page, what: str) -> None:
    page.evaluate(WATCH_KEYS)
    page.locator("#question").focus()
    page.keyboard.type(LETTERS, delay=60)
    page.wait_for_function("n => window.keys.length >= n", arg=len(LETTERS))
    tell(table, what, page.evaluate("window.keys"))
    page.locator("#question").fill("")


def tell(table: Table, what: str, milliseconds: Sequence[float]) -> None:
    ordered = sorted(milliseconds)
    table.show(what, statistics.median(ordered), "ms", p95=ordered[int(0.95 * (len(ordered) - 1))])


if __name__ == "__main__":
    main()
