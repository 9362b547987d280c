"""What grows with the library and how: `python -m bench.scale [--passages 1000 …] [--work FOLDER]`.

Of each size a library of generated articles (`bench/generated.py`): how long the index takes to be built from what is
stored, how long after it one article more takes, how much of the disk and of memory it all takes, how fast passages are
found and how many of the nearest are missed, how long a question takes with and without the reader, and how many are
answered a second by 1, 4 and 16 clients. Each of it in a process of its own. Embedding, which takes as long for each
passage however many there are, is measured up to 10,000: the same articles are taken in as anyone's are. Prints a
table, writes `bench/out/scale.json`, and draws the curves in docs/. The figures are of this machine as it is just now.
"""

import argparse
import json
import statistics
import subprocess  # nosec B404 # runs this program
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answer import Question
from assistant.assistant import Assistant
from bench.chart import growth
from bench.generated import fill
from bench.many import rows_of
from bench.news import NATURAL_TUNE, TUNE, questions
from bench.results import write
from bench.serving import ask, await_ready, started, until_healthy
from index.article import Article
from index.library import Library
from index.search.local_snapshot import generation_of
from index.search.vectors import CompressedIndex, Rows

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FOUND = 10
MOST_EMBEDDED = 10_000
"""Passages: two minutes."""
ASKED = 200
READ = 40
"""Questions that are asked with the reader."""
CLIENTS = (1, 4, 16)
CLIENTS_ASK = 6
"""Questions each."""
AT_ONCE = 50_000
"""Rows that are compared for what is nearest."""

DOCS = Path(__file__).parents[1] / "docs"
CHARTS = {
    "scale-index.svg": (
        "Building the index",
        "seconds",
        {"all of it, without embedding": "index built, s", "one article more": "one article more, s"},
    ),
    "scale-ask.svg": (
        "A question",
        "milliseconds",
        {"all of it": "question, p50, ms", "but for the reader": "question but for the reader, ms"},
    ),
    "scale-memory.svg": (
        "Memory and disk",
        "MB",
        {"memory once asked": "memory once asked, MB", "database and index on disk": "on disk, MB"},
    ),
}

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--passages", type=int, nargs="+", default=SIZES)
    parser.add_argument("--work", type=Path, help="a folder for the libraries, which are used again where they are")
    parser.add_argument("--stage", choices=STAGES, help="this one of the first size here, once, as JSON")
    args = parser.parse_args()
    if args.stage:
        print(json.dumps(STAGES[args.stage](args.work, args.passages[0])))
        return
    rows = []
    for passages in args.passages:
        with tempfile.TemporaryDirectory() as made:
            rows.append(_measured(args.work or Path(made), passages))
        write("scale", rows)
    if len(rows) > 1:
        _draw(rows)
    for name in dict.fromkeys(name for row in rows for name in row):
        cells = (f"{row[name]:,.4g}" if name in row else "" for row in rows)
        print(f"{name:<34}{''.join(f'{cell:>14}' for cell in cells)}")


def _draw(rows: Sequence[Figures]) -> None:
    """Into docs/, each by the number of passages."""
    for file, (title, unit, names) in CHARTS.items():
        curves = {name: [(row["passages"], row[figure]) for row in rows] for name, figure in names.items()}
        (DOCS / file).write_text(growth(title, "passages", unit, curves), encoding="utf-8")


def _measured(work: Path, passages: int) -> Figures:
    folder = work / str(passages)
    figures: Figures = {"passages": passages}
    for stage in STAGES:
        print(f"{passages:,}: {stage}", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "bench.scale", "--stage", stage]
        command += ["--work", str(folder), "--passages", str(passages)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # nosec B603 # this program
        figures |= json.loads(done.stdout)
    return figures


def _build(folder: Path, passages: int) -> Figures:
    library = Library(folder)
    if not library.status().passages:
        fill(library, passages)
    library.embed(["warm"])
    began = time.perf_counter()
    library.publish()
    seconds = time.perf_counter() - began
    index = sum(file.stat().st_size for file in (folder / "index").rglob("*") if file.is_file())
    database = sum(file.stat().st_size for file in folder.glob("assistant.db*"))
    return {
        "index built, s": seconds,
        "on disk, MB": (index + database) / 1e6,
        "index on disk, bytes a passage": index / passages,
        "database, bytes a passage": database / passages,
    }


def _take_in(folder: Path, passages: int) -> Figures:
    if passages > MOST_EMBEDDED:
        return {}
    with closing(Library(folder)) as filled:
        stored = [filled.article(str(rows_of(number)[0]["id"])) for number in range(filled.status().articles)]
    articles = [one.article for one in stored if one]
    with tempfile.TemporaryDirectory() as empty, closing(Library(Path(empty))) as library:
        library.embed(["warm"])
        began = time.perf_counter()
        report = library.add(articles)
        return {"taken in, passages/s": report.embedded / (time.perf_counter() - began)}


def _search(folder: Path, _: int) -> Figures:
    asked = asked_questions(ASKED)
    began = time.perf_counter()
    library = Library(folder)
    library.warm()
    loaded = time.perf_counter() - began
    first = _milliseconds(library.search, asked[:1])
    took = _milliseconds(lambda question: library.search(question, k=FOUND), asked)
    memory = _memory()
    return {
        "index loaded, s": loaded,
        "first search, ms": first[0],
        **_percentiles("search", took),
        "memory once searched, MB": memory,
        "of the 10 nearest found": _recall(library, asked),
    }


def _ask(folder: Path, _: int) -> Figures:
    library = Library(folder)
    assistant = Assistant(library)
    assistant.warm()
    asked = [assistant.ask(Question(question)).timings_ms for question in asked_questions(READ)]
    return {
        **_percentiles("question", [float(took.total) for took in asked]),
        "question but for the reader, ms": statistics.median(took.total - took.read for took in asked),
        "… p99, ms": float(np.percentile([took.total - took.read for took in asked], 99)),
        "memory once asked, MB": _memory(),
    }


def _one_more(folder: Path, _: int) -> Figures:
    library = Library(folder)
    library.warm()
    took = []
    for text in ("The comet came back over the harbour.", "The lantern stood at the harbour."):
        began = time.perf_counter()
        library.add([Article("one-more", "One more", f"{text} {time.time()}", "one-more.txt")])
        took.append(time.perf_counter() - began)
    library.remove(["one-more"])
    return {"one article more, s": took[0], "one article changed, s": took[1]}


def _clients(folder: Path, _: int) -> Figures:
    figures: Figures = {}
    began = time.perf_counter()
    with started(["--data-dir", str(folder), "--articles", str(_nothing(folder))]) as (address, server):
        figures["start until health answers, s"] = until_healthy(address, began)
        await_ready(server)
        figures["start until ready, s"] = time.perf_counter() - began
        figures["first question, ms"] = 1_000 * ask(address, asked_questions(1)[0])
        for clients in CLIENTS:
            asked = asked_questions(clients * CLIENTS_ASK)
            began = time.perf_counter()
            with ThreadPoolExecutor(clients) as pool:
                took = sorted(pool.map(lambda question: ask(address, question), asked))
            figures[f"questions/s, {clients} clients"] = len(asked) / (time.perf_counter() - began)
            figures[f"p50 of {clients} clients, ms"] = 1_000 * statistics.median(took)
            figures[f"slowest of {clients} clients, ms"] = 1_000 * took[-1]
    return figures


def _nothing(folder: Path) -> Path:
    empty = folder / "articles"
    empty.mkdir(exist_ok=True)
    return empty


def asked_questions(count: int) -> list[str]:
    every = [question.question for part in (TUNE, NATURAL_TUNE) for question in questions(part)]
    return every[:: len(every) // count][:count]


def _milliseconds(search: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    took = []
    for question in asked:
        began = time.perf_counter()
        search(question)
        took.append(1_000 * (time.perf_counter() - began))
    return took


def _percentiles(what: str, took: Sequence[float]) -> Figures:
    return {f"{what}, p{p}, ms": float(np.percentile(took, p)) for p in (50, 95, 99)}


def _memory() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1_000


def _recall(library: Library, asked: Sequence[str]) -> float:
    """Of the rows that are nearest by all vectors, the share that a search by vectors alone finds."""
    vectors = generation_of(library.snapshot()).vectors
    assert vectors is not None
    if not isinstance(vectors, CompressedIndex):
        return 1.0  # it compares all of them
    wanted = library.embed(asked)
    best: Any = [(np.empty(0, np.float32), np.empty(0, np.int64))] * len(asked)
    for start in range(0, len(vectors), AT_ONCE):
        rows: Rows = np.arange(start, min(start + AT_ONCE, len(vectors)))
        for n, cosines in enumerate(wanted @ vectors.of(rows).T):
            scores, places = np.concatenate([best[n][0], cosines]), np.concatenate([best[n][1], rows])
            first = np.argsort(-scores)[:FOUND]
            best[n] = scores[first], places[first]
    found = [np.isin(rows, vectors.search(one, FOUND)[0]).sum() for one, (_, rows) in zip(wanted, best, strict=True)]
    return float(sum(found)) / (FOUND * len(asked))


STAGES: dict[str, Callable[[Path, int], Figures]] = {
    "build": _build,
    "take in": _take_in,
    "search": _search,
    "ask": _ask,
    "one more": _one_more,
    "clients": _clients,
}


if __name__ == "__main__":
    main()
