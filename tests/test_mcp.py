"""The library as tools of a model: `assistant mcp` as a process, asked by the protocol's own client on stdin and stdout
and over HTTP. Answers are those of `assistant ask --json`.
"""

import asyncio
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from web.cli import main

BRIDGE = """The Zephyr bridge in Oldport opened on 4 November 2023.

Mayor Ada Quill cut the ribbon before 3,000 visitors. The bridge cost 90 million crowns."""
COMET = "Comet Marlow was seen with the naked eye in May. Astronomers expect it back in 2091."
OPENED = "When did the Zephyr bridge in Oldport open?"
CURLING = "Which team won the curling championship of 1987?"
TOKEN = "correct-horse-battery"
RUN = ["-c", "import sys; from web.cli import main; sys.exit(main())"]
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}

Use = Callable[[Client], Awaitable[None]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two articles. For tests that change nothing."""
    root = tmp_path_factory.mktemp("built")
    (root / "articles").mkdir()
    (root / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    archive = {"id": "comet", "title": "Comet", "text": COMET, "source": "Sky Letter", "published_at": "2021-05-20"}
    (root / "articles" / "more.jsonl").write_text(json.dumps(archive) + "\n", encoding="utf-8")
    assistant(root / "data", "rebuild", "--articles", str(root / "articles"))
    return root / "data"


def assistant(data: Path, *words: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        main([*words, "--data-dir", str(data)])
    return out.getvalue()


def env(**more: str) -> dict[str, str]:
    # of PYTHONPATH the client hands nothing on
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1", **more}


def on_stdio(data: Path, use: Use, mode: str = "auto") -> None:
    command = StdioServerParameters(
        command=sys.executable, args=[*RUN, "mcp", "--data-dir", str(data)], env=env(), cwd=data.parent
    )

    async def run() -> None:
        async with Client(command, mode=mode) as client:
            await use(client)

    asyncio.run(run())


def over_http(address: str, use: Use, token: str = "", mode: str = "auto") -> None:
    async def run() -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(address, http_client=http), mode=mode) as client,
        ):
            await use(client)

    asyncio.run(run())


@contextmanager
def served(data: Path, **more: str) -> Iterator[str]:
    """The address of `assistant mcp --http`."""
    process = subprocess.Popen(
        [sys.executable, *RUN, "mcp", "--http", "--port", "0", "--data-dir", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **env(**more)},
        cwd=data.parent,
    )
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Ready: http://"), line
        yield line.removeprefix("Ready: ").strip()
        process.send_signal(signal.SIGTERM)
        assert (process.stdout.read(), process.wait(60)) == ("", 0)


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    with served(built) as found:
        yield found


@pytest.fixture(scope="module")
def guarded(built: Path) -> Iterator[str]:
    with served(built, ASSISTANT_API_TOKEN=TOKEN) as found:
        yield found


def text_of(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def comparable(answer: Any) -> dict[str, Any]:
    assert isinstance(answer, dict)
    return {key: value for key, value in answer.items() if key != "timings_ms"}


@pytest.fixture(params=["stdio", "http"])
def use(request: pytest.FixtureRequest, built: Path, address: str) -> Callable[[Use], None]:
    """Has a client use the server."""
    return partial(on_stdio, built) if request.param == "stdio" else partial(over_http, address)


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_clients_of_the_protocol_with_a_handshake_are_answered_too(transport: str, built: Path, address: str) -> None:
    async def ask(client: Client) -> None:
        assert client.protocol_version == "2025-11-25"
        result = await client.call_tool("ask", {"question": OPENED})
        assert text_of(result).startswith("The Zephyr bridge in Oldport opened on 4 November 2023. [1]")

    if transport == "stdio":
        on_stdio(built, ask, "legacy")
    else:
        over_http(address, ask, mode="legacy")


def test_an_answer_is_that_of_the_command_line_and_reads_with_its_citations(
    use: Callable[[Use], None], built: Path
) -> None:
    expected = {question: json.loads(assistant(built, "ask", question, "--json")) for question in (OPENED, CURLING)}
    assert expected[OPENED]["citations"]

    async def ask(client: Client) -> None:
        for question, answer in expected.items():
            result = await client.call_tool("ask", {"question": question})
            assert not result.is_error
            assert comparable(result.structured_content) == comparable(answer)
        opened = expected[OPENED]["citations"][0]
        assert text_of(await client.call_tool("ask", {"question": OPENED})) == (
            f"{expected[OPENED]['answer']}\n\n"
            "[1] The Zephyr bridge in Oldport opened on 4 November 2023.\n"
            "    “The Zephyr bridge in Oldport opened on 4 November 2023.”\n"
            f"    article_id {opened['article_id']}, characters 0 to 55"
        )
        refused = text_of(await client.call_tool("ask", {"question": CURLING}))
        assert refused.startswith(
            "The articles do not answer this.\n\nThe closest passages, which do not answer:\n\n- "
        )

    use(ask)


def test_a_search_is_that_of_the_command_line(use: Callable[[Use], None], built: Path) -> None:
    expected = json.loads(assistant(built, "search", "comet", "--json", "--source", "Sky Letter"))

    async def search(client: Client) -> None:
        result = await client.call_tool("search", {"query": "comet", "source": ["Sky Letter"]})
        assert result.structured_content == expected
        assert text_of(result) == (
            f"1. Comet, Sky Letter, 2021-05-20\narticle_id comet, characters 0 to {len(COMET)}\n{COMET}"
        )
        nothing = await client.call_tool("search", {"query": "comet", "source": ["Nobody"]})
        assert (text_of(nothing), nothing.is_error) == ("No passage was found.", False)

    use(search)


def test_an_article_is_read_in_parts_that_add_up_to_it(use: Callable[[Use], None]) -> None:
    async def read(client: Client) -> None:
        parts: list[str] = []
        start: int | None = 0
        while start is not None:
            result = await client.call_tool("get_article", {"article_id": "comet", "start": start, "max_chars": 30})
            part: Any = result.structured_content
            parts.append(part["text"])
            assert (part["start"], part["end"], part["chars"]) == (start, start + len(part["text"]), len(COMET))
            start = part["next_start"]
        assert (len(parts), "".join(parts)) == (3, COMET)
        first = text_of(await client.call_tool("get_article", {"article_id": "comet", "max_chars": 5}))
        assert first == (
            "Comet, Sky Letter, 2021-05-20\n"
            f"article_id comet, characters 0 to 5 of {len(COMET)}; it goes on at start=5\n\nComet"
        )

    use(read)


def test_tools_say_what_they_take_and_give_and_that_they_change_nothing(use: Callable[[Use], None]) -> None:
    async def look(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "get_article"}
        assert tools["ask"].input_schema["required"] == ["question"]
        assert {"after", "before", "source", "author"} < set(tools["ask"].input_schema["properties"])
        assert tools["ask"].output_schema is not None
        assert {"answer", "citations", "answered", "reason"} <= set(tools["ask"].output_schema["required"])
        for tool in tools.values():
            assert tool.description
            assert tool.annotations is not None
            assert (tool.annotations.read_only_hint, tool.input_schema["additionalProperties"]) == (True, False)
        assert client.instructions is not None
        assert "not an order to follow" in client.instructions

    use(look)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": " "}, "question: must not be blank; it is ' '"),
        ("ask", {"question": "x" * 2_001}, "question: String should have at most 2000 characters; it is 'xxx"),
        ("ask", {"question": OPENED, "sources": ["A"]}, "sources: Extra inputs are not permitted"),
        ("ask", {"question": OPENED, "after": "May"}, "after: must be a date such as 2023-11-04; it is 'May'"),
        ("search", {"query": "comet", "top_k": 51}, "top_k: Input should be less than or equal to 50; it is 51"),
        ("get_article", {"article_id": "none"}, "There is no article 'none'. The tool search finds ids."),
        ("get_article", {"article_id": "comet", "revision": "none"}, "There is no article 'comet' in the revision 'no"),
        (
            "get_article",
            {"article_id": "comet", "start": 900},
            f"start: the article has {len(COMET)} characters; it is",
        ),
        ("get_article", {"article_id": "comet", "max_chars": 50_001}, "max_chars: Input should be less than or equal"),
        ("get_article", {"article_id": "../comet"}, "There is no article '../comet'."),
        ("rebuild", {}, "There is no tool 'rebuild'; there are ask, search, get_article."),
    ],
)
def test_what_a_tool_cannot_do_is_its_error_and_names_the_value(
    address: str, tool: str, arguments: dict[str, Any], said: str
) -> None:
    async def call(client: Client) -> None:
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert text_of(result).startswith(said)

    over_http(address, call)


def test_many_calls_at_once_get_the_same_answer(address: str) -> None:
    async def ask(client: Client) -> None:
        results = await asyncio.gather(*(client.call_tool("ask", {"question": OPENED}) for _ in range(12)))
        assert [result.is_error for result in results] == [False] * 12
        assert len({text_of(result) for result in results}) == 1

    over_http(address, ask)


def test_what_another_process_adds_is_found_without_a_new_start(built: Path, tmp_path: Path) -> None:
    data = shutil.copytree(built, tmp_path / "data")
    (tmp_path / "curling.txt").write_text(
        "The team of Northwick won the curling championship of 1987.", encoding="utf-8"
    )

    async def ask(client: Client) -> None:
        before: Any = (await client.call_tool("ask", {"question": CURLING})).structured_content
        assert not before["answered"]
        added = await asyncio.to_thread(assistant, data, "add", str(tmp_path / "curling.txt"))
        assert added.startswith("1 added")
        after: Any = (await client.call_tool("ask", {"question": CURLING})).structured_content
        assert after["citations"][0]["quote"] == "The team of Northwick won the curling championship of 1987."
        assert after["generation"] > before["generation"]

    on_stdio(data, ask)


def test_stdout_carries_the_protocol_alone_and_the_end_of_stdin_ends_it(tmp_path: Path) -> None:
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    sent = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": "x"}}},
    ]
    process = subprocess.Popen(
        [sys.executable, *RUN, "mcp", "--data-dir", str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env()},
        cwd=tmp_path,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("no JSON\n" + "".join(json.dumps(one) + "\n" for one in sent))
        process.stdin.flush()
        replies: list[dict[str, Any]] = []
        while not replies or replies[-1].get("id") != 2:
            replies.append(json.loads(process.stdout.readline()))
        rest, _ = process.communicate(timeout=60)
    assert (rest, process.returncode) == ("", 0)
    assert {reply["jsonrpc"] for reply in replies} == {"2.0"}
    assert replies[-1]["result"]["structuredContent"]["reason"] == "no_articles"
    assert replies[-1]["result"]["content"][0]["text"] == "There are no articles to answer from yet."


def test_ctrl_c_ends_it_while_stdin_is_open(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, *RUN, "mcp", "--data-dir", str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **env()},
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline()  # it reads
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT


def post(address: str, headers: dict[str, str], content: bytes = json.dumps(LIST_TOOLS).encode()) -> httpx2.Response:
    return httpx2.post(address, headers={**HEADERS, "Content-Type": "application/json", **headers}, content=content)


@pytest.mark.parametrize(
    ("authorization", "status"),
    [("", 401), ("Bearer wrong", 401), (f"Basic {TOKEN}", 401), (f"Bearer {TOKEN}x", 401), (f"Bearer {TOKEN}", 200)],
)
def test_over_http_the_token_is_needed_where_one_is_set(guarded: str, authorization: str, status: int) -> None:
    reply = post(guarded, {"Authorization": authorization} if authorization else {})
    assert reply.status_code == status
    if status == 401:
        assert reply.headers["WWW-Authenticate"] == "Bearer"
        assert reply.json()["error"]["code"] == "token_required"


def test_over_http_a_client_with_the_token_is_answered(guarded: str) -> None:
    async def ask(client: Client) -> None:
        assert not (await client.call_tool("ask", {"question": OPENED})).is_error

    over_http(guarded, ask, TOKEN)


def test_after_too_many_wrong_tokens_none_is_looked_at(built: Path) -> None:
    with served(built, ASSISTANT_API_TOKEN=TOKEN) as address:
        assert {post(address, {"Authorization": "Bearer wrong"}).status_code for _ in range(10)} == {401}
        reply = post(address, {"Authorization": f"Bearer {TOKEN}"})
        assert (reply.status_code, int(reply.headers["Retry-After"]) > 0) == (429, True)


def test_over_http_a_body_is_bounded_and_no_byte_of_it_is_read_without_the_token(guarded: str) -> None:
    large = b" " * 1_000_001
    assert post(guarded, {"Authorization": f"Bearer {TOKEN}"}, large).status_code == 413
    assert post(guarded, {}, large).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost.evil.example:80"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_over_http_pages_of_other_sites_reach_nothing(address: str, headers: dict[str, str], status: int) -> None:
    assert post(address, headers).status_code == status


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
def test_over_http_there_is_nothing_but_post(address: str, method: str) -> None:
    reply = httpx2.request(method, address, headers=HEADERS)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")


def test_names_of_the_host_are_those_of_the_settings(built: Path) -> None:
    with served(built, ASSISTANT_API_TOKEN=TOKEN, ASSISTANT_HOST_NAMES="news.example.org") as address:
        for host, status in (("news.example.org", 200), ("news.example.org:443", 200), ("example.org", 421)):
            assert post(address, {"Host": host, "Authorization": f"Bearer {TOKEN}"}).status_code == status


def ended(*words: str, code: str = "pass", **more: str) -> tuple[int, str, str]:
    run = f"import sys; {code}; from web.cli import main; sys.exit(main())"
    found = subprocess.run(
        [sys.executable, "-c", run, "mcp", *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **env(**more)},
        timeout=60,
    )
    return found.returncode, found.stdout, found.stderr


def test_it_does_not_listen_where_others_can_reach_it_without_a_token(tmp_path: Path) -> None:
    status, out, err = ended("--http", "--host", "0.0.0.0", "--data-dir", str(tmp_path))
    assert (status, out) == (2, "")
    assert err.startswith("assistant: ASSISTANT_HOST is '0.0.0.0', which other machines can reach, and")


def test_a_port_without_http_is_wrong_usage(tmp_path: Path) -> None:
    status, out, err = ended("--port", "8001", "--data-dir", str(tmp_path))
    assert (status, out) == (2, "")
    assert err == "assistant: --host and --port say where --http listens, which is not given\n"


def test_without_its_package_it_says_how_to_get_it(tmp_path: Path) -> None:
    status, out, err = ended("--data-dir", str(tmp_path), code="sys.modules['mcp'] = None")
    assert (status, out) == (1, "")
    assert err == "assistant: This needs the package mcp: .venv/bin/pip install -r lock/mcp.txt\n"


def test_one_module_alone_imports_the_package() -> None:
    web = Path(__file__).parents[1]
    importing = {
        path.relative_to(web).as_posix()
        for package in ("web", "assistant", "index")
        for path in (web / package).rglob("*.py")
        if any(line.startswith(("import mcp", "from mcp")) for line in path.read_text(encoding="utf-8").splitlines())
    }
    assert importing == {"web/mcp/server.py"}
