"""How long a person waits: `python -m bench.speed`, over the articles in `seeds/` and in a data folder of its own.

Indexing from nothing, the start of a server that has nothing to index, the list of articles, and a question over
HTTP. The figures are of this machine as it is just now: what else runs on it counts in.
"""

import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from assistant.evaluation.questions import load_questions
from index.library import Library

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
QUESTIONS = ROOT / "tests" / "data" / "seeds-unseen.jsonl"
COMMAND = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())"]
START_SECONDS = 120


def main() -> None:
    with tempfile.TemporaryDirectory() as data_dir:
        where = ["--data-dir", data_dir, "--articles", str(SEEDS)]
        passages, seconds = index(Path(data_dir))
        show("indexing, the model loaded", passages / seconds, "passages a second")
        show("`assistant articles`", statistics.median(list_articles(where) for _ in range(5)), "s, median of 5")
        serve(where)


def show(what: str, figure: float, unit: str) -> None:
    print(f"{what:<32}{figure:>8.2f} {unit}", flush=True)


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
    subprocess.run([*COMMAND, "articles", *where], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def serve(where: list[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    with subprocess.Popen([*COMMAND, "serve", "--port", port, *where], stdout=subprocess.PIPE, text=True) as server:
        try:
            show("warm start until health answers", until_healthy(address, began), "s")
            assert server.stdout is not None
            assert re.match("Ready: ", server.stdout.readline())
            show("warm start until ready", time.perf_counter() - began, "s")
            times = sorted(ask(address, question.question) for question in load_questions(QUESTIONS)[0])
            show(f"a question, median of {len(times)}", 1000 * statistics.median(times), "ms")
            show("the slowest of them", 1000 * times[-1], "ms")
        finally:
            server.terminate()


def until_healthy(address: str, began: float) -> float:
    while (waited := time.perf_counter() - began) < START_SECONDS:
        try:
            with urllib.request.urlopen(f"{address}/api/health"):
                return time.perf_counter() - began
        except urllib.error.URLError:
            time.sleep(0.05)
    raise TimeoutError(f"the server did not answer within {waited:.0f} s")


def ask(address: str, question: str) -> float:
    body = json.dumps({"question": question}).encode()
    began = time.perf_counter()
    request = urllib.request.Request(f"{address}/api/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        reply.read()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
