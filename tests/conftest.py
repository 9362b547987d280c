"""What tests share: a deterministic embedder, a chat model, an empty library with that embedder, and its parts."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from articles import Folder
from scripted_model import ScriptedModel, scripted

from index import library as opened
from index.library import Library
from index.model.embed import Vectors
from index.store.database import Database
from index.store.store import Store
from index.text.words import content_stems

CHAT_KEY = "sk-secret-of-the-test"

pytest_plugins = ["milvus_fixtures", "postgres_fixtures", "attack_fixtures", "web_fixtures", "browser_fixtures"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On servers, what uses a library and is not about its folder is tested once more."""
    marks = [("--database", "sqlite", "own_file"), ("--index", "folder", "own_index")]
    passed_over = [mark for option, default, mark in marks if config.getoption(option) != default]
    if not passed_over:
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        made = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
        # one that a whole module shares was made before it could be told where
        is_of_a_library = any(made[name][-1].scope == "function" for name in ("library", "database") if name in made)
        is_kept = is_of_a_library and not any(item.get_closest_marker(mark) for mark in passed_over)
        (kept if is_kept else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


class HashingEmbedder:
    """A bag of stems, each hashed to one of 256 directions: texts are near when they share words."""

    id = "hashing@1"

    def __init__(self) -> None:
        self.embedded: list[str] = []
        """Every text that was asked for, in order: what a rebuild embedded can be counted."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        vectors = np.zeros((len(texts), 256), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for stem in content_stems(text) or [text]:
                row[hashlib.sha256(stem.encode("utf-8", "surrogatepass")).digest()[0]] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    """What `load("openai:scripted")` reaches."""
    model = ScriptedModel()
    with scripted(model) as address:
        monkeypatch.setenv("OPENAI_BASE_URL", address)
        monkeypatch.setenv("OPENAI_API_KEY", CHAT_KEY)
        yield model


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Library]:
    library = Library(tmp_path / "data", embedder=embedder)
    yield library
    library.close()


@pytest.fixture
def second(library: Library, embedder: HashingEmbedder) -> Iterator[Library]:
    """Another library on the same data folder, as another process would have it."""
    with closing(Library(library.data_dir, embedder=embedder)) as second:
        yield second


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "articles")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(opened.open_database(tmp_path)) as database:
        yield database


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)
