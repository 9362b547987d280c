"""A conversation as a file: what Markdown shows is what was written, whatever it looks like."""

import json
import re
from typing import Any

import pytest
from answers import answered, cited
from flask.testing import FlaskClient
from markdown_it import MarkdownIt

from index.store.database import Database
from web.conversations.conversations import Conversations
from web.conversations.export import escaped, file_name, markdown
from web.replies import Json

SENTENCE = "The Zephyr bridge in Oldport opened on 4 November 2023."


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> <img src=x onerror=alert(1)>",
        "[press here](javascript:alert(1)) ![](https://example.com/pixel.png)",
        "[press]: https://example.com",
        "see https://example.com/a_b_c and <https://example.com>, www.example.com or ada@example.com",
        "**bold** _slanted_ `code` ~~gone~~ 5 * 3 * 2",
        "# no heading",
        "- no item",
        "+ no item",
        "* no item",
        "1. no item",
        "12) no item",
        "=====",
        "---",
        "> no quote",
        "| a | b |",
        "&lt; &copy; &#60; AT&T",
        "ends in a backslash \\",
        "costs $5 and $6^2^",
        "```",
        "[^1] [1]",
    ],
)
def test_what_articles_say_is_shown_as_it_is_and_never_markup(text: str) -> None:
    for before in ("", "> ", "# ", "**"):
        behind = "**" if before == "**" else ""
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"{before}{escaped(text)}{behind}")
        [inline] = [token for token in tokens if token.type == "inline"]
        assert "".join(child.content for child in inline.children or []) == text
        kinds = {child.type for child in inline.children or []}
        assert kinds <= {"text", "text_special", "strong_open", "strong_close"}


def test_line_breaks_in_what_is_quoted_begin_nothing() -> None:
    assert escaped("one\n\n# two\r\n- three\u2028> four") == r"one \# two - three \> four"


def test_a_conversation_reads_as_questions_answers_and_numbered_sources(database: Database) -> None:
    conversations = Conversations(database)
    sources = (
        cited(1, source="Oldport Courier", published_at="2023-11-05T08:00:00Z", url="https://example.org/a?b=1&c=<d>"),
        cited(2, "It rained.\n\nAll day.", title="", author="N. Berg", url="javascript:alert(1)"),
    )
    reply = conversations.append(
        None,
        answered(
            "Who cut it?",
            standalone_question="Who cut it? (ribbon)",
            answered=True,
            reason=None,
            answer="Ada Quill cut the ribbon. [1]\nIt rained. [2]",
            short_answer="Ada Quill",
            citations=sources,
            as_of="2023-11-05T08:00:00Z",
            applied_filters={"after": "2023-01-01", "source": ["Oldport Courier", "B*"]},
        ),
        {},
    )
    conversations.append(reply["session_id"], answered("And who paid?"), {})
    text = markdown(conversations.get(reply["session_id"]))
    assert re.sub(r"\d{4}-\d\d-\d\d\.\n", "TODAY.\n", text, count=1) == (
        "# Who cut it?\n\n"
        "Conversation of TODAY.\n\n"
        "## Who cut it?\n\n"
        "Understood as: Who cut it? (ribbon)\n\n"
        "Limited to: from 2023-01-01; source Oldport Courier, B\\*\n\n"
        "**Ada Quill**\n\n"
        "Ada Quill cut the ribbon. \\[1\\]\n\n"
        "It rained. \\[2\\]\n\n"
        "As of 2023-11-05.\n\n"
        "\\[1\\] **Bridge**, Oldport Courier, 2023-11-05, <https://example.org/a?b=1&c=%3Cd%3E>\n\n"
        "> Ada Quill cut the ribbon.\n\n"
        "\\[2\\] **Untitled**, N. Berg, undated\n\n"
        "> It rained. All day.\n\n"
        "## And who paid?\n\n"
        "The articles do not answer this.\n"
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("When did the bridge open?", "when-did-the-bridge-open.md"),
        ("../../etc/passwd\r\nX: y", "etc-passwd-x-y.md"),
        ('Köln: "wer"; was\'', "koln-wer-was.md"),
        ("橋はいつ", "conversation.md"),
        ("x" * 200, "x" * 60 + ".md"),
    ],
)
def test_a_file_name_is_safe_everywhere(title: str, name: str) -> None:
    assert file_name({"title": title}, "md") == name


def test_http_gives_both_forms_as_attachments(client: FlaskClient) -> None:
    answer = _json(client.post("/api/ask", json={"question": "When did the Zephyr bridge in Oldport open?"}))
    path = f"/api/sessions/{answer['session_id']}"
    read = client.get(f"{path}/export?format=markdown")
    assert read.content_type == "text/markdown; charset=utf-8"
    assert read.headers["Content-Disposition"] == "attachment; filename=when-did-the-zephyr-bridge-in-oldport-open.md"
    assert f"> {SENTENCE}" in read.text
    assert client.get(f"{path}/export").data == read.data
    whole = client.get(f"{path}/export?format=json")
    assert whole.mimetype == "application/json"
    assert (
        whole.headers["Content-Disposition"] == "attachment; filename=when-did-the-zephyr-bridge-in-oldport-open.json"
    )
    assert json.loads(whole.data) == _json(client.get(path))
    assert client.get(f"{path}/export?format=pdf").status_code == 422
    assert client.get("/api/sessions/none/export").status_code == 404


def _json(reply: Any) -> Json:
    assert isinstance(reply.json, dict), reply.data
    return reply.json
