"""A rebuild killed in the middle, and what a new process makes of what it left.

The killed process stops itself at the chosen call of its progress callback, says so on a pipe, and is killed
there: SIGKILL leaves it no time to tidy up.
"""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from conftest import HashingEmbedder

from index.article import Article
from index.library import EMBED_BATCH, Library
from index.progress import Report, Stage

N = EMBED_BATCH + 36
OLD = Article(id="old", title="Title", text="The comet came back.", origin="by hand")

REBUILD = """
import json
import sys
from pathlib import Path
from conftest import HashingEmbedder
from index.library import Library

data, articles, stage, done = sys.argv[1:]

class Embedder(HashingEmbedder):
    def embed(self, texts):
        with open(data + ".embedded", "a") as file:
            file.writelines(json.dumps(text) + "\\n" for text in texts)
        return super().embed(texts)

def progress(now, at, total):
    if (now, at) == (stage, int(done)):
        print("reached", flush=True)
        sys.stdin.read()  # until it is killed

Library(Path(data), embedder=Embedder()).rebuild(Path(articles), progress=progress)
"""


def killed_at(stage: Stage, done: int, data: Path, articles: Path) -> None:
    """Rebuild in another process, and kill it when it tells that stage and that much of it done."""
    process = subprocess.Popen(
        [sys.executable, "-c", REBUILD, str(data), str(articles), stage, str(done)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reached\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


def prepare(tmp_path: Path) -> tuple[Path, Path, str]:
    """A data folder whose published index holds OLD, a folder with N more articles, and the name of that index."""
    data, articles = tmp_path / "data", tmp_path / "articles"
    articles.mkdir()
    lines = [json.dumps({"id": f"n{n}", "title": "Title", "text": f"Harvest {n}."}) for n in range(N)]
    (articles / "archive.jsonl").write_text("\n".join(lines))
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        library.add([OLD])
    return data, articles, (data / "index" / "CURRENT").read_text()


def check_whole(library: Library) -> None:
    """Nothing is lost or doubled, and what is stored is what is found."""
    assert (library.status().articles, library.status().passages) == (N + 1, N + 1)
    assert (library.status().state, library.status().pending) == ("ok", False)
    found = library.search("harvest", k=200)
    assert sorted(hit.article.id for hit in found.hits) == sorted(["old", *(f"n{n}" for n in range(N))])
    left = {entry.name for entry in (library.data_dir / "index").iterdir()}
    assert len(left) == 4  # two generations, CURRENT, lock
    assert not any(name.endswith(".tmp") for name in left)


def test_a_rebuild_killed_while_embedding_goes_on_with_what_was_missing(tmp_path: Path) -> None:
    data, articles, published = prepare(tmp_path)
    killed_at("embedding", EMBED_BATCH, data, articles)
    embedder = HashingEmbedder()
    with closing(Library(data, embedder=embedder)) as library:
        # every article was acknowledged, the index before answers, and nobody has to repair anything
        assert library.status().articles == N + 1
        assert (data / "index" / "CURRENT").read_text() == published
        assert [hit.text for hit in library.search("comet").hits] == [OLD.text]
        embedder.embedded.clear()
        assert library.rebuild(articles) == Report(unchanged=N, embedded=N - EMBED_BATCH)
        assert sorted(embedder.embedded) == sorted(f"Title\nHarvest {n}." for n in range(EMBED_BATCH, N))
        check_whole(library)


def test_a_rebuild_killed_while_publishing_leaves_the_index_before_and_embeds_nothing_again(tmp_path: Path) -> None:
    data, articles, published = prepare(tmp_path)
    killed_at("publishing", 1, data, articles)
    embedder = HashingEmbedder()
    with closing(Library(data, embedder=embedder)) as library:
        assert [entry.suffix for entry in (data / "index").glob("gen-*.tmp")] == [".tmp"]
        assert (data / "index" / "CURRENT").read_text() == published
        assert library.status().articles == N + 1
        assert [hit.text for hit in library.search("comet").hits] == [OLD.text]
        embedder.embedded.clear()
        assert library.rebuild(articles) == Report(unchanged=N)
        assert embedder.embedded == []
        check_whole(library)


def contents(data: Path) -> dict[str, list[Any]]:
    """What is stored, but for the times at which it was."""
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        statements = {
            "articles": "SELECT id, revision, origin, in_folder FROM articles ORDER BY id",
            "passages": 'SELECT article_id, revision, start, "end", embedding_key FROM passages ORDER BY 1, 3',
            "embeddings": "SELECT key, model, vector FROM embeddings ORDER BY 1, 2",
            "copies": "SELECT article_id, copy_id FROM copies ORDER BY 1, 2",
        }
        return {name: connection.execute(statement).fetchall() for name, statement in statements.items()}


def test_an_ingest_of_2000_articles_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for part in range(4):
        lines = [{"id": f"n{part}-{n}", "title": f"Title {n}", "text": f"Harvest {part} {n}."} for n in range(500)]
        (articles / f"archive{part}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    kills: list[tuple[Stage, int]] = [("reading", 2), ("reading", 3), ("embedding", 640), ("embedding", 128)]
    for stage, done in (*kills, ("publishing", 1)):
        killed_at(stage, done, killed, articles)
    embedder = HashingEmbedder()
    with closing(Library(killed, embedder=embedder)) as library:
        report = library.rebuild(articles)
    assert (report.added + report.unchanged, report.errors) == (2000, ())
    with closing(Library(undisturbed, embedder=HashingEmbedder())) as library:
        assert library.rebuild(articles) == Report(added=2000, embedded=2000)
    assert contents(killed) == contents(undisturbed)
    embedded = [json.loads(line) for line in Path(f"{killed}.embedded").read_text().splitlines()]
    embedded += embedder.embedded
    assert len(embedded) == len(set(embedded)) == 2000
