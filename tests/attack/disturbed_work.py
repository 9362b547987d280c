"""What is to hold after an ingest, a rebuild or an upload was killed or let down by the disk at any of its calls."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traced import Call, Outcome, Tracer, folder_in_memory
from traced_driver import NEW, OLD, REMOVED, SENT, UPDATED, opened

from index.library import Status
from web.backup.backup import unfinished_uploads

BEFORE = {article.id: article.text for article in OLD}
AFTER = {article.id: article.text for article in (*NEW, UPDATED, SENT)}
WORKS = ("ingest", "grow", "rebuild", "upload")
IN_FOLDER = {f"file{n}": f"The barge {n} went down the canal." for n in range(3)}


@dataclass(frozen=True, slots=True)
class Bench:
    """A data folder to begin from, and by the work's name what is stored after it was done undisturbed."""

    root: Path
    tracer: Tracer
    undisturbed: dict[str, dict[str, list[Any]]]

    @property
    def data(self) -> Path:
        return self.root / "data"

    def fresh(self) -> Path:
        """The data folder as it was in the beginning."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.root / "prepared", self.data)
        return self.data

    def disturbed(self, work: str, call: Call, what: str) -> Outcome:
        return self.tracer.disturbed(work, self.fresh(), call, what)

    def check(self, work: str, outcome: Outcome) -> float:
        """Nothing acknowledged is lost or doubled, it answers, and the same work done again ends as undisturbed.

        The seconds until it answered.
        """
        began = time.monotonic()
        status, texts = answers(self.data)
        seconds = time.monotonic() - began
        stored = stored_texts(self.data)
        assert (status.articles, status.passages) == (len(stored), len(stored))  # of one passage each
        for article_id, text in BEFORE.items():
            if article_id == UPDATED.id:
                assert stored[article_id] in (text, UPDATED.text)
            elif article_id == REMOVED:
                assert stored.get(article_id, text) == text
            else:
                assert stored[article_id] == text
        if ["accepted", SENT.id] in outcome.said and SENT.id not in stored:
            [(job_id, count)] = unfinished_uploads(self.data / "assistant.db").items()
            assert count == len(list((self.data / "uploads" / job_id).iterdir()))
        for article_id, said in outcome.acknowledged.items():
            if said == "removed":
                assert article_id not in stored
                assert article_id not in texts
            else:
                assert stored[article_id] == {**AFTER, **IN_FOLDER}[article_id]
        # what it answers with is an index that was published whole, before or after: all of OLD but what was removed
        assert texts.keys() >= stored.keys() & BEFORE.keys()
        assert all(text in (BEFORE.get(i), AFTER.get(i), IN_FOLDER.get(i)) for i, text in texts.items())

        again = self.tracer.run(work, self.data)
        assert (again.status, again.fault) == (0, None)
        assert contents(self.data) == self.undisturbed[work]
        beside = {entry.name for entry in self.data.iterdir() if not entry.name.endswith(".lock")}
        assert beside - {"uploads"} == {"assistant.db", "index"}
        assert not [*(self.data / "uploads").glob("*")]
        left = sorted(entry.name for entry in (self.data / "index").iterdir())
        assert left[0] == "CURRENT"
        assert left[-1] == "lock"
        assert all(name.startswith("gen-") and not name.endswith(".tmp") for name in left[1:-1])
        assert len(left) <= 4
        return seconds


@contextmanager
def bench() -> Iterator[Bench]:
    with folder_in_memory() as root, Tracer() as tracer:
        with closing(opened(root / "prepared")) as library:
            library.add(OLD)
        (root / "articles").mkdir()
        lines = [json.dumps({"id": i, "title": f"Title {i}", "text": text}) for i, text in IN_FOLDER.items()]
        (root / "articles" / "archive.jsonl").write_text("\n".join(lines))
        made = Bench(root, tracer, {})
        for work in WORKS:
            outcome = tracer.run(work, made.fresh())
            assert (outcome.status, outcome.fault) == (0, None)
            made.undisturbed[work] = contents(made.data)
        yield made


def answers(data: Path) -> tuple[Status, dict[str, str]]:
    """What a process that is started now says, and the texts that it finds. It holds no index any more then."""
    with closing(opened(data)) as library:
        found = library.search("harbour canal", k=50)
        return library.status(), {hit.article.id: hit.article.text for hit in found.hits}


def stored_texts(data: Path) -> dict[str, str]:
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        return dict(
            connection.execute(
                "SELECT id, text FROM articles a JOIN revisions r ON article_id = id AND r.revision = a.revision"
            )
        )


def contents(data: Path) -> dict[str, list[Any]]:
    """What is stored, but for numbers and the times at which it was."""
    statements = {
        "articles": "SELECT id, revision, origin, in_folder FROM articles ORDER BY id",
        "revisions": "SELECT article_id, revision, title, text FROM revisions ORDER BY 1, 2",
        "passages": 'SELECT article_id, revision, start, "end", embedding_key FROM passages ORDER BY 1, 3',
        # those in use: what a kill kept of others goes with the next publish of a change
        "embeddings": "SELECT DISTINCT key, vector FROM passages, embeddings WHERE embedding_key = key ORDER BY 1",
        "listing": "SELECT article_id, revision, title, words FROM listing ORDER BY 1",
        "copies": "SELECT article_id, copy_id FROM copies ORDER BY 1, 2",
        "removals": "SELECT DISTINCT article_id, revision, by_hand FROM removals ORDER BY 1, 2",
        "files": "SELECT path, size FROM files ORDER BY 1",
        "trash": "SELECT article_id FROM trash ORDER BY 1",
    }
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {name: connection.execute(statement).fetchall() for name, statement in statements.items()}
