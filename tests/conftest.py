"""What tests share: a small deterministic embedder, and an empty library that uses it."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embed import Vectors
from index.library import Library
from index.words import content_stems

pytest_plugins = ["web_fixtures"]


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
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Library]:
    library = Library(tmp_path / "data", embedder=embedder)
    yield library
    library.close()
