"""How long a person waits: `python -m bench.speed`, over the articles in `seeds/` and in a data folder of its own.

Indexing from nothing, the start of a server that has nothing to index, the list of articles, also a page out of
10,000, and a question over HTTP. The figures are of this machine as it is just now: what else runs on it counts in.
"""

import statistics
import subprocess  # nosec B404 # runs this program
import tempfile
import time
from pathlib import Path

from assistant.evaluation.questions import load_questions
from bench.many import fill
from bench.results import Table, write
from bench.serving import COMMAND, ask, await_ready, started, until_healthy
from index.library import Library
from index.store.catalogue import SORTS, Selection

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
QUESTIONS = ROOT / "tests" / "data" / "seeds-unseen.jsonl"


def main() -> None:
    table = Table()
    with tempfile.TemporaryDirectory() as data_dir:
        where = ["--data-dir", data_dir, "--articles", str(SEEDS)]
        passages, seconds = index(Path(data_dir))
        table.show("indexing, the model loaded", passages / seconds, "passages a second")
        table.show("`assistant articles`", statistics.median(list_articles(where) for _ in range(5)), "s")
        serve(table, where)
    with tempfile.TemporaryDirectory() as data_dir:
        for sort, seconds in pages_of_many(Path(data_dir)).items():
            table.show(f"50 of 10,000 articles, {sort}", 1000 * seconds, "ms")
    write("speed", table.figures)


def index(data_dir: Path) -> tuple[int, float]:
    library = Library(data_dir)
    library.embed(["warm"])
    began = time.perf_counter()
    report = library.rebuild(SEEDS)
    seconds = time.perf_counter() - began
    library.close()
    return report.embedded, seconds


def list_articles(where: list[str]) -> float:
    began = time.perf_counter()
    command = [*COMMAND, "articles", *where]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # nosec B603 # this program
    return time.perf_counter() - began


def pages_of_many(data_dir: Path) -> dict[str, float]:
    """The seconds that the second page takes in each order."""
    library = Library(data_dir)
    fill(library, 10_000)
    found: dict[str, float] = {}
    for sort in SORTS:
        selection = Selection(sort=sort)
        cursor = library.articles(selection).next_cursor
        found[sort] = statistics.median(page_of_many(library, selection, cursor) for _ in range(20))
    library.close()
    return found


def page_of_many(library: Library, selection: Selection, cursor: str | None) -> float:
    began = time.perf_counter()
    library.articles(selection, 50, cursor)
    return time.perf_counter() - began


def serve(table: Table, where: list[str]) -> None:
    began = time.perf_counter()
    with started(where) as (address, server):
        table.show("warm start until health answers", until_healthy(address, began), "s")
        await_ready(server)
        table.show("warm start until ready", time.perf_counter() - began, "s")
        times = sorted(ask(address, question.question) for question in load_questions(QUESTIONS)[0])
        table.show(f"a question, median of {len(times)}", 1000 * statistics.median(times), "ms")
        table.show("the slowest of them", 1000 * times[-1], "ms")


if __name__ == "__main__":
    main()
