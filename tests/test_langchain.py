"""What LangChain users take: the program of docs/langchain.md as it stands, and the chain for async callers."""

import asyncio
import re
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableLambda
from scripted_model import ScriptedModel

from assistant.answer import Question
from assistant.assistant import Assistant
from index.library import Library
from index.search.filters import NO_FILTERS

ROOT = Path(__file__).parents[1]
OPENED = "When did the Zephyr bridge in Oldport open?"


def test_the_documented_program_runs_as_it_stands(
    tmp_path: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Library(tmp_path / "data")) as library:
        library.rebuild(ROOT / "seeds")
    monkeypatch.chdir(tmp_path)
    model.chunks = ["About 30,000 cubic metres, it is said."]
    names: dict[str, object] = {}
    printed: list[str] = []
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "langchain.md").read_text(encoding="utf-8"), re.S):
        exec(block, names)
        printed.append(capsys.readouterr().out)
    found, recent, own, answer, streamed, meant = filter(None, printed)
    assert found.splitlines()[0].startswith(
        "Ever Given afloat again as Suez Canal reopens after six days 2021-03-29 0.9"
    )
    assert recent == "Ever Given leaves the Suez Canal 106 days after blocking it\n"
    assert own.startswith("About 30,000 cubic metres, it is said.")
    assert "Ever Given" in own  # found by the tool
    assert "were dredged from around the hull" in model.prompt
    assert answer.startswith(
        "30,000 cubic metres About 30,000 cubic metres of sand were dredged from around the hull. [1]"
    )
    assert streamed.endswith("[3]")
    assert meant == "who paid for the Ever Given?\n"


def test_the_retriever_finds_what_an_answer_is_looked_for_in_in_that_order(stocked: Library) -> None:
    assistant = Assistant(stocked)
    sources = assistant.chain.invoke(OPENED)["sources"].passages
    documents = assistant.as_retriever().invoke(OPENED)
    assert [(d.metadata["article_id"], d.page_content, round(d.metadata["score"], 4)) for d in documents] == [
        (passage.article_id, passage.quote, passage.score) for passage in sources
    ]
    [best] = assistant.as_retriever(k=1).invoke(OPENED)
    assert best.metadata["article_id"] == "bridge"
    assert assistant.search(OPENED, NO_FILTERS, 1).hits[0].article.id == "bridge"


def test_a_text_is_a_question(stocked: Library) -> None:
    chain = Assistant(stocked).chain
    asked, texted = (chain.invoke(question)["answer"] for question in (Question(OPENED), OPENED))
    assert (texted.question, texted.citations) == (OPENED, asked.citations)


def test_async_callers_get_the_same_pieces_one_by_one(stocked: Library) -> None:
    chain = Assistant(stocked).chain
    kept = RunnableLambda(lambda piece: piece["answer"].answer)

    async def run() -> tuple[list[str], str, str]:
        names = [next(iter(piece)) async for piece in chain.astream(OPENED)]
        return names, (await chain.ainvoke(OPENED))["answer"].answer, await (chain | kept).ainvoke(OPENED)

    names, invoked, piped = asyncio.run(run())
    assert names == [next(iter(piece)) for piece in chain.stream(OPENED)]
    assert names == ["sources", "lead", "delta", "answer"]
    assert invoked == piped == chain.invoke(OPENED)["answer"].answer


def test_an_async_caller_that_stops_early_leaves_nothing_running(stocked: Library) -> None:
    chain = Assistant(stocked).chain

    async def run() -> str:
        pieces = chain.astream(OPENED)
        first = await anext(pieces)
        await pieces.aclose()  # type: ignore[attr-defined]  # it is a generator
        return next(iter(first))

    assert asyncio.run(run()) == "sources"
