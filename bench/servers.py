"""A library on servers beside one in a folder: PostgreSQL and Milvus, and SQLite and FAISS, with the same articles.

    python -m bench.servers --database postgresql://…/EMPTY --index http://HOST:19530 [--passages N] [--index-data DIR]

Both are filled with the same generated articles and published; then both are asked the same questions by turns. A
second library on the servers, as another machine would have it, is watched for how long it takes to see an article that
the first has published. --index-data: the folder of the Milvus server, whose size is told. Prints a table, and writes
`bench/out/servers.json`.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from assistant.answer import Question
from assistant.assistant import Assistant
from bench.generated import Generator, fill
from bench.results import write
from bench.scale import asked_questions
from index.article import Article
from index.library import Library

ASKED, READ, FOUND = 100, 30, 10
TIMES = 5

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.servers", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", required=True, help="the address of an empty PostgreSQL database")
    parser.add_argument("--index", required=True, help="the address of a Milvus server")
    parser.add_argument("--index-data", type=Path, help="the server's folder, whose size is told")
    parser.add_argument("--passages", type=int, default=10_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder, servers = Path(work, "folder"), Path(work, "servers")
        libraries = {
            "folder": Library(folder),
            "servers": Library(servers, database=args.database, index=args.index),
        }
        other = Library(Path(work, "other"), database=args.database, index=args.index)
        generator = Generator(other)
        figures = {name: _filled(library, args.passages, generator) for name, library in libraries.items()}
        figures["folder"] |= {
            "database, bytes a passage": _size(folder, "assistant.db*") / args.passages,
            "index, bytes a passage": _size(folder / "index", "**/*") / args.passages,
        }
        figures["servers"]["database, bytes a passage"] = _database_size(libraries["servers"]) / args.passages
        if args.index_data:
            figures["servers"]["index, bytes a passage"] = _size(args.index_data, "**/*") / args.passages
        _searched(libraries, figures)
        for name, library in libraries.items():
            figures[name] |= _grown(library, other if name == "servers" else library)
        for library in (*libraries.values(), other):
            library.close()
    write("servers", {"passages": args.passages, **figures})
    print(f"{args.passages:,} passages{'':<26}{'folder':>10}{'servers':>10}")
    for name in figures["servers"]:
        print(f"{name:<40}" + "".join(f"{figures[where].get(name, float('nan')):>10,.4g}" for where in libraries))


def _filled(library: Library, passages: int, generator: Generator) -> Figures:
    began = time.perf_counter()
    fill(library, passages, generator)
    filled = time.perf_counter() - began
    library.embed(["warm"])
    began = time.perf_counter()
    library.publish()
    return {"articles stored, s": filled, "index built, s": time.perf_counter() - began}


def _searched(libraries: dict[str, Library], figures: dict[str, Figures]) -> None:
    time.sleep(31)  # from then on what was published counts as settled (`milvus/snapshot.py`)
    took: dict[str, list[float]] = {name: [] for name in libraries}
    alike = []
    for question in asked_questions(ASKED):
        found = []
        for name, library in libraries.items():
            began = time.perf_counter()
            hits = library.search(question, k=FOUND).hits
            took[name].append(1_000 * (time.perf_counter() - began))
            found.append({(hit.article.id, hit.start) for hit in hits})
        alike.append(len(found[0] & found[1]) / max(len(found[0]), 1))
    for name, milliseconds in took.items():
        cuts = statistics.quantiles(milliseconds, n=100)
        figures[name] |= {"search, p50, ms": cuts[49], "search, p99, ms": cuts[98]}
        figures[name]["of the 10 found, in both"] = statistics.mean(alike)
    for name, library in libraries.items():
        assistant = Assistant(library)
        assistant.warm()
        timings = [assistant.ask(Question(question)).timings_ms for question in asked_questions(READ)]
        figures[name]["question but for the reader, ms"] = statistics.median(t.retrieve + t.write for t in timings)


def _grown(library: Library, watching: Library) -> Figures:
    added, seen = [], []
    for n in range(TIMES):
        said = f"The comet number {n} came back over the harbour at {time.time()}."
        began = time.perf_counter()
        library.add([Article("one-more", "One more", said, "one-more.txt")])
        added.append(time.perf_counter() - began)
        published = time.perf_counter()
        while watching.status().generation < library.status().generation:
            time.sleep(0.01)
        seen.append(time.perf_counter() - published)
    return {"one article more, s": statistics.median(added), "…seen by another machine, s": max(seen)}


def _size(folder: Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(pattern) if file.is_file())


def _database_size(library: Library) -> int:
    with library.database.read() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


if __name__ == "__main__":
    main()
