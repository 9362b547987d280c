"""Articles made by hand, the folder in which they lie, and what a library shows of them."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from index.article import Article
from index.errors import Cancelled
from index.library import Library
from index.progress import Progress, Stage
from index.search.embeddings import Embeddings
from index.search.filters import Filters
from index.search.milvus.engine import MilvusEngine
from index.search.snapshot import MAX_HITS

LONG = "\n\n".join(f"Paragraph {n} " + "speaks of many things " * 35 + "and ends." for n in range(3))
"""Three passages: each paragraph has about 800 characters."""


def article(article_id: str, text: str = "It opened.", **fields: Any) -> Article:
    stated: dict[str, Any] = {"title": "Title", "origin": f"{article_id}.txt", **fields}
    return Article(id=article_id, text=text, **stated)


class Folder:
    """An articles folder in which every write is seen as a change, however soon after the last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self._now = 1_700_000_000

    def write(self, name: str, text: str) -> None:
        self._now += 1
        (self.path / name).parent.mkdir(exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")
        os.utime(self.path / name, (self._now, self._now))

    def write_archive(self, name: str, *articles: dict[str, str]) -> None:
        self.write(name, "\n".join(json.dumps(article) for article in articles))

    def delete(self, name: str) -> None:
        (self.path / name).unlink()


def texts(library: Library, words: str, filters: Filters | None = None) -> list[str]:
    """The passages found that hold one of the words: the nearest of a small library are not all near."""
    found = library.search(words, filters or Filters(), k=MAX_HITS)
    return [hit.text for hit in found.hits if any(word in hit.text.lower() for word in words.lower().split())]


def stored(library: Library) -> set[str]:
    return {entry.article.id for entry in library.articles(limit=200).articles}


def current(library: Library) -> str:
    """The name of what is published: in the folder, or the collection on a server and its state."""
    if isinstance(library._engine, MilvusEngine):
        shown = library._engine._present()
        assert shown
        return f"{shown.collection}/{shown.seq}"
    return (library.data_dir / "index" / "CURRENT").read_text()


def warm_reader(library: Library) -> None:
    """Start its child process: while one waits for that, on a busy machine, progress is told more often."""
    assert list(library.reader.read("warm.txt", b"Warm."))


def cancel_at(stage: Stage, at: int) -> Progress:
    """A Progress that calls the work off when so much of that stage is done."""

    def progress(now: Stage, done: int, total: int) -> None:
        if now == stage and done >= at:
            raise Cancelled("Enough.")

    return progress


def embed_missing(embeddings: Embeddings, model: str = "m") -> int:
    """Give each text that has no vector one that is its length; how many there were."""
    keys = embeddings.missing(model)
    texts = embeddings.texts(keys)
    embeddings.save(model, list(texts), np.array([[len(t), 1] for t in texts.values()], np.float32))
    return len(keys)
