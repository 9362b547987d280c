"""Hostile texts in all that the page shows, in a real browser: no script runs, no request leaves, nothing breaks.

Articles come in through the API, a chat model's replies through its server; what else an answer may hold, such as the
words of a model that was believed, is stored as an answer. Each view is opened and looked through as a whole.
"""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from answers import answered, cited
from attack_fixtures import Measured, Size
from browser_fixtures import DESKTOP, ask, watched
from flask import Flask
from flask.testing import FlaskClient
from markdown_it import MarkdownIt
from payloads import COUNT, ORIGIN, payloads
from playwright.sync_api import Browser, Dialog, Page, Route, expect
from scripted_model import ScriptedModel
from web_fixtures import Serve, ended, reply_json

from assistant.answer import Copy, ReadOut
from assistant.assistant import Assistant
from index.library import Library
from web.app import create_app
from web.conversations.conversations import Conversations
from web.jobs.jobs import Jobs
from web.settings import Settings

# waitress keeps a long reply in a file, and drops that unclosed where the reply grows short again: it is closed then
pytestmark = pytest.mark.filterwarnings("ignore:.*(BufferedRandom|FileIO):pytest.PytestUnraisableExceptionWarning")

NAME = "openai:scripted"
HONEST = "Notice 0 was hung up at the harbour of Oldport [1]."
A_REPLY = 10
"""Payloads of one reply of the model; more than 4,000 characters of it are not read."""
AN_ANSWER = 5
A_CONVERSATION = 10

LOOK = """() => {
    const faults = [];
    if (window.__ran !== undefined || document.title.includes("__ran")) faults.push("a script ran");
    const drawn = new Set(["symbol", "path", "circle", "use"]);
    const never = "iframe frame object embed img picture video audio source track style base math template applet "
        + "marquee portal slot area map canvas";
    const seldom = { script: 2, link: 2, meta: 3, title: 1, body: 1, head: 1, html: 1, main: 1 };
    for (const [tag, most] of Object.entries(seldom)) {
        if (document.getElementsByTagName(tag).length > most) faults.push(`more than ${most} of ${tag}`);
    }
    for (const tag of never.split(" ")) if (document.getElementsByTagName(tag).length) faults.push(`there is ${tag}`);
    for (const element of document.querySelectorAll("*")) {
        const { localName: name, namespaceURI: space } = element;
        if (name.includes("-")) faults.push(`there is ${name}`);
        if (space.endsWith("svg") && name !== "svg" && !drawn.has(name)) faults.push(`drawn: ${name}`);
        for (const { name: attribute, value } of element.attributes) {
            const runs = /^on|^(style|srcdoc|srcset|formaction|ping|background|is)$/.test(attribute);
            const isRead = ["title", "aria-label", "placeholder"].includes(attribute);
            if (runs) faults.push(`${name} ${attribute}`);
            if (["href", "src", "action", "xlink:href"].includes(attribute)) faults.push(...led(element, name, value));
            if (isRead && turns(value)) faults.push(`${attribute} turns`);
        }
    }
    function led(element, name, value) {
        const { protocol, origin } = new URL(value, location.origin);
        if (!["http:", "https:"].includes(protocol)) return [`${name} leads to ${value}`];
        if (origin === location.origin) return [];
        const rel = element.relList;
        const isApart = element.target === "_blank" && rel?.contains("noopener") && rel.contains("noreferrer");
        return name === "a" && isApart ? [] : [`${name} leads to ${value}`];
    }
    function turns(text) {
        return /[\\u202a-\\u202e\\u2066-\\u2069]/.test(text);
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { data, parentElement: place } = texts.currentNode;
        if (place.localName !== "script" && turns(data)) faults.push(`turns in ${place.localName}: ${data}`);
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth + 1) faults.push(`${scrollWidth} wide in ${clientWidth}`);
    for (const { id, scrollWidth, clientWidth } of document.querySelectorAll("dialog[open]")) {
        if (scrollWidth > clientWidth + 1) faults.push(`${id}: ${scrollWidth} wide in ${clientWidth}`);
    }
    const seen = document.body.textContent.match(/n\\d+n/gi) ?? [];
    return { faults: [...new Set(faults)], numbers: [...new Set(seen)] };
}"""


@dataclass
class Watch:
    """What was seen of the payloads, view by view."""

    page: Page
    views: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def look(self, view: str) -> None:
        found = self.page.evaluate(LOOK)
        self.views.setdefault(view, set()).update(number.lower() for number in found["numbers"])
        self.faults += [f"{view}: {fault}" for fault in found["faults"]]


@pytest.fixture
def hostile(size: Size) -> list[str]:
    return payloads(size(COUNT))


@pytest.fixture
def app(library: Library, settings: Settings, jobs: Jobs, model: ScriptedModel) -> Flask:
    return create_app(settings, library, Assistant(library, NAME), jobs)


@pytest.fixture
def open_page(browser: Browser, app: Flask, serve: Serve) -> Iterator[tuple[Page, str]]:
    """The page, on which no dialog may open and from which nothing may go elsewhere."""
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    refused = r"the server responded with a status of (?:4\d\d|503)"  # which some views provoke
    with watched(browser.new_page(viewport=DESKTOP), expected=refused) as page:
        page.on("dialog", dismiss)
        address = serve(app).address
        page.goto(address)
        yield page, address
    assert dialogs == []


def take_in(client: FlaskClient, texts: Sequence[str]) -> None:
    """An article of each, in every field, and then in another revision."""
    for again in ("", "again "):
        articles = [
            {
                "id": f"h{n}",
                "title": text,
                "text": (
                    f"Notice {n} was hung up at the harbour of Oldport {again}by its keeper.\n\n{again}{text}\n\n"
                    f"See also: {text}\n\nFor immediate release\n\nIts keeper said {again}{text} and left."
                ),
                "url": f"https://example.org/{n}/{text}".replace(" ", "%20") if n % 2 else text,
                **dict.fromkeys(("source", "author", "section", "image_credit", "provenance", "updated_at"), text),
            }
            for n, text in enumerate(texts)
        ]
        reply = client.post("/api/articles", json={"articles": articles})
        job = ended(client, f"/api/jobs/{reply_json(reply)['job_id']}")
        assert (job["state"], job["errors"]) == ("done", []), job


def converse(conversations: Conversations, texts: Sequence[str]) -> list[str]:
    """Conversations in which all that an answer can say is hostile; their ids."""
    ids: list[str] = []
    groups = [texts[at : at + AN_ANSWER] for at in range(0, len(texts), AN_ANSWER)]
    for n, group in enumerate(groups):
        a, b = group[0], group[-1]
        copies = (Copy("h1", "r1", b, b, a, None, b, 0, 9), Copy("h2", "r1", a, a, None, None, a, 0, 9))
        sources = tuple(
            cited(k, text, title=text, url=text, source=text, author=text, provenance=text, also_in=copies)
            for k, text in enumerate(group, 1)
        )
        said = {
            "standalone_question": f"{b} ({a})",
            "applied_filters": {"source": [a], "author": [b], "phrase": [a], "company": [b]},
            "understood": ReadOut(
                filters={"author": [b]}, silent_sources=(a, b), unknown_sources=(b,), unknown_companies=(a,)
            ),
            "notice": b,
        }
        if n % 5 == 4:
            nearest = tuple(cited(0, c.quote, title=c.title, url=c.url, source=c.source) for c in sources)
            answer = answered(a, nearest=nearest, **said)
        else:
            text = " ".join(f"{text} [{k}]" for k, text in enumerate(group, 1))
            rivals = (1, 2) if n % 5 == 3 and len(group) > 1 else ()
            answer = answered(
                a, answered=True, reason=None, answer=text, short_answer=b, citations=sources, differs=rivals, **said
            )
        session = ids[-1] if n % A_CONVERSATION else None
        stored = conversations.append(session, answer, {})
        if session is None:
            ids.append(stored["session_id"])
    return ids


def test_hostile_articles_in_every_view_of_the_library_are_only_text(
    open_page: tuple[Page, str], app: Flask, hostile: list[str], measured: Measured
) -> None:
    page, _ = open_page
    client = app.test_client()
    take_in(client, hostile)
    watch = Watch(page)
    page.reload()
    page.get_by_role("button", name="Articles", exact=True).click()
    for shown in range(50, len(hostile), 50):
        expect(page.locator("#article-list > li")).to_have_count(shown)
        page.locator("#more-articles").click()
    expect(page.locator("#article-list > li")).to_have_count(len(hostile))
    watch.look("list")
    page.get_by_label("Search titles").fill(hostile[0])
    expect(page.locator("#article-count")).not_to_have_text(f"{len(hostile)} articles")
    watch.look("search")
    _upload(page, client, hostile, watch)
    _preview(page, hostile, watch)
    page.keyboard.press("Escape")
    for n, _text in enumerate(hostile):
        place = {"article_id": f"h{n}", "title": hostile[n], "quote": hostile[n]}
        page.evaluate("async (place) => (await import('/static/panel.js')).openArticle(place)", place)
        about = page.locator("#reader .about")
        about.locator("summary").first.click()
        changed = about.get_by_role("button", name="What changed")
        changed.click()
        expect(about.locator("ul.changes")).to_be_visible()
        about.locator("details summary").first.click()
        expect(page.locator("#reader .text p")).not_to_have_count(0)
        watch.look("reader")
        if n % 10 == 0:
            expect(page.locator("#reader .related li").first).to_be_visible()
            watch.look("related")
    page.get_by_role("button", name="Close the article").click()
    expect(page.locator("#newest li").first).to_be_visible()
    watch.look("first page")
    _done(watch, ("list", "reader", "preview"), len(hostile))
    measured("hostile articles in a browser", _figures(watch, len(hostile)))


def _upload(page: Page, client: FlaskClient, texts: Sequence[str], watch: Watch) -> None:
    """Files with hostile names, of which half say nothing and so are errors, and a job under a hostile name."""
    for at in range(0, len(texts), 50):
        files = [
            (io.BytesIO(f"Upload\n\n{text} was seen.".encode() if n % 2 else b" "), f"{text}.txt")
            for n, text in enumerate(texts[at : at + 50])
        ]
        reply = client.post("/api/articles", data={"file": files}, content_type="multipart/form-data")
        job = reply_json(reply)["job_id"]
        ended(client, f"/api/jobs/{job}")
        follow = "async ([id, name]) => { (await import('/static/jobs.js')).followJob(id, name); }"
        page.evaluate(follow, [job, texts[at]])
        expect(page.locator(f"#job-{job}")).to_have_class("job ended")
        for summary in page.locator(f"#job-{job} details:not([open]) summary").all():
            summary.click()
        watch.look("jobs")
    page.get_by_text("What was added and changed before").click()
    watch.look("earlier jobs")


def _preview(page: Page, texts: Sequence[str], watch: Watch) -> None:
    show = """async ([articles, name]) => {
        const { call } = await import("/static/api.js");
        const { previewed } = await import("/static/preview.js");
        const { notify } = await import("/static/dom.js");
        const found = await call("POST", "/api/articles/preview", { body: { articles } });
        document.getElementById("previews").replaceChildren(previewed(found, { add() {}, leave() {} }));
        notify("library-notices", "add", name, [{ label: "Again", run() {} }]);
    }"""
    for at in range(0, len(texts), 20):
        articles = [
            {"title": text, "text": f"{text}\n\nSee also: {text}", "source": text} for text in texts[at : at + 20]
        ]
        page.evaluate(show, [articles, texts[at]])
        watch.look("preview")


def test_hostile_answers_in_every_view_of_a_conversation_are_only_text(
    open_page: tuple[Page, str], app: Flask, library: Library, hostile: list[str], measured: Measured
) -> None:
    page, address = open_page
    ids = converse(Conversations(library.database), hostile)
    client = app.test_client()
    watch = Watch(page)
    for id, text in zip(ids, hostile, strict=False):
        reply = client.patch(f"/api/sessions/{id}", json={"title": f"{text}"[:200]})
        assert reply.status_code in (204, 422), reply.text  # a title is one line
    for id in ids:
        page.goto(f"{address}/api/health")  # where no script of the page says otherwise meanwhile
        page.evaluate("id => localStorage.setItem('assistant.session', id)", id)
        page.goto(address)
        count = len(reply_json(client.get(f"/api/sessions/{id}"))["messages"])
        expect(page.get_by_role("main").get_by_role("article")).to_have_count(count)
        watch.look("answers")
        page.emulate_media(media="print")
        watch.look("print")
        page.emulate_media(media="screen")
        marker = page.get_by_role("main").get_by_role("button", name="Source 1").first
        marker.click()
        expect(page.locator("#reader .notice")).to_be_visible()  # the article is not there: what was cited is
        watch.look("citation")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Conversations", exact=True).click()
        expect(page.locator("#conversation-list li").first).to_be_visible()
        watch.look("conversations")
        page.keyboard.press("Escape")
        _plain_form(page, address, id, hostile[0], watch)
    _exported(client, ids)
    _done(watch, ("answers", "print", "plain form"), len(hostile))
    measured("hostile answers in a browser", _figures(watch, len(hostile)))


def _plain_form(page: Page, address: str, session: str, text: str, watch: Watch) -> None:
    """The server's own page of the conversation, in a browser whose scripts run, but for the page's."""
    page.route("**/static/chat.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    submit = """([session, question]) => {
        const form = document.createElement("form");
        form.method = "post";
        form.action = "/ask";
        for (const [name, value] of Object.entries({ session_id: session, question, source: question.slice(0, 300) })) {
            const field = document.createElement("textarea");
            Object.assign(field, { name, value });
            form.append(field);
        }
        document.body.append(form);
        form.submit();
    }"""
    with page.expect_navigation():
        page.evaluate(submit, [session, text])
    expect(page.locator("#conversation article")).not_to_have_count(0)
    watch.look("plain form")
    page.unroute("**/static/chat.js")
    page.goto(address)


def _exported(client: FlaskClient, ids: Sequence[str]) -> None:
    """As Markdown they have no HTML, no image and no link but shown addresses; as JSON they are no page."""
    for id in ids:
        reply = client.get(f"/api/sessions/{id}/export?format=markdown")
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(reply.text)
        inline = [child for token in tokens for child in token.children or []]
        assert not {t.type for t in (*tokens, *inline)} & {"html_block", "html_inline", "image", "fence", "code_block"}
        for link in (token for token in inline if token.type == "link_open"):
            assert link.info == "auto", link
            assert str(link.attrs["href"]).startswith(("http://", "https://"))
        for kind in ("markdown", "json"):
            reply = client.get(f"/api/sessions/{id}/export?format={kind}")
            assert reply.headers["Content-Disposition"].startswith("attachment")
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
        json.loads(reply.text)


def test_hostile_replies_of_a_chat_model_are_only_text_while_they_come_and_after(
    open_page: tuple[Page, str], app: Flask, hostile: list[str], model: ScriptedModel, measured: Measured
) -> None:
    page, _ = open_page
    take_in(app.test_client(), ["The keeper of notices"])
    page.reload()
    watch = Watch(page)
    long = [text for text in hostile if len(text) <= 300]  # a longer one has a reply of its own
    groups = [long[at : at + A_REPLY] for at in range(0, len(long), A_REPLY)]
    groups += [[text] for text in hostile if len(text) > 300]
    for group in groups:
        # one to a line: a sentence is what a line holds at most
        model.chunks = [f"{HONEST}\n\n", *(f"Also {text} [1].\n\n" for text in group)]
        page.get_by_role("button", name="New conversation").click()
        ask(page, f"What was hung up at the harbour, {group[0][:100]}?")
        answer = page.get_by_role("main").get_by_role("article").last
        expect(answer.locator("footer")).to_be_visible()
        watch.look("streamed")
    page.reload()
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator("#conversation-list li").first).to_be_visible()
    watch.look("conversations")
    _done(watch, (), len(hostile))
    measured("hostile model output in a browser", _figures(watch, len(hostile)))


def test_hostile_words_of_the_server_and_of_feeds_are_only_text(
    open_page: tuple[Page, str], hostile: list[str]
) -> None:
    page, _ = open_page
    watch = Watch(page)

    def health(route: Route) -> None:
        reply = route.fetch()
        feeds = [
            {"feed": t, "failing_since": None, "last_good_at": None, "message": t, "entry_error_count": 0}
            | ({"failing_since": "2026-11-01T10:00:00+00:00"} if n % 2 else {})
            for n, t in enumerate(hostile)
        ]
        told: dict[str, Any] = {"feeds": feeds, "alarms": hostile, "embedding_model": hostile[0]}
        route.fulfill(json=reply.json() | told)

    def failing(route: Route) -> None:
        route.fulfill(status=503, json={"error": {"code": "busy", "message": hostile[-1]}})

    def suggested(route: Route) -> None:
        route.fulfill(json={"questions": hostile})

    page.route("**/api/health", health)
    page.route("**/api/suggestions*", suggested)
    page.reload()
    expect(page.locator("#first-questions li")).to_have_count(len(hostile))
    page.get_by_role("alert").locator("summary").first.click()
    watch.look("alarms and suggestions")
    page.get_by_role("button", name="Articles", exact=True).click()
    expect(page.locator("#feeds li")).to_have_count(len(hostile))
    watch.look("feeds")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Help and keys").click()
    watch.look("help")
    page.keyboard.press("Escape")
    page.route("**/api/ask", failing)
    ask(page, hostile[0])
    expect(page.locator("main")).to_contain_text(hostile[-1].split()[-1])
    watch.look("errors")
    _done(watch, ("alarms and suggestions", "feeds"), len(hostile))


def _done(watch: Watch, whole: Sequence[str], count: int) -> None:
    """Nothing was found wrong, and these views showed all of them, without which the test would say nothing."""
    assert watch.faults == []
    everything = {f"n{n}n" for n in range(count)}
    for view in whole:
        assert watch.views[view] >= everything, f"{view} lacks {sorted(everything - watch.views[view])}"


def _figures(watch: Watch, count: int) -> str:
    return (
        f"{count} payloads in {len(watch.views)} views ({', '.join(watch.views)}): 0 scripts run, 0 dialogs, "
        f"0 requests to elsewhere (such as {ORIGIN}), 0 foreign elements"
    )
