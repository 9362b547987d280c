"""Embedding on a GPU, as far as that is told without one: when it is used, with how many texts, and what if it is full.

What the network itself gives on one is the same call to sentence-transformers as on the processor.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from articles import LONG, article
from conftest import HashingEmbedder

from index.embedding import Embedding
from index.errors import ModelFault
from index.library import Library
from index.model import builtin, gpu, sentence_transformer
from index.model.builtin import MANY, BuiltinEmbedder
from index.model.embed import Vectors
from index.model.sentence_transformer import BATCH_SIZE, GPU_BATCH_SIZE, SentenceTransformerEmbedder


class Full:
    """A model on a GPU that takes no more than so many texts at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[int] = []

    def encode(self, texts: Sequence[str], *, batch_size: int, **_: Any) -> Vectors:
        self.asked.append(batch_size)
        if batch_size > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return np.ones((len(texts), 4), np.float32)


@pytest.fixture
def on_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_transformer, "has_gpu", lambda: True)
    monkeypatch.setattr(builtin, "has_gpu", lambda: True)


def test_without_a_driver_torch_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gpu.has_gpu.cache_clear()
    monkeypatch.setattr(gpu, "DRIVER", tmp_path / "none")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: pytest.fail("asked"))
    assert gpu.has_gpu() is False
    gpu.has_gpu.cache_clear()


@pytest.mark.parametrize("can_use", [True, False])
def test_with_a_driver_torch_says_whether_it_can_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, can_use: bool
) -> None:
    gpu.has_gpu.cache_clear()
    monkeypatch.setattr(gpu, "DRIVER", tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: can_use)
    assert gpu.has_gpu() is can_use
    gpu.has_gpu.cache_clear()


@pytest.mark.usefixtures("on_gpu")
def test_as_many_texts_go_at_once_as_the_memory_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Full(300)
    embedder = SentenceTransformerEmbedder("some")
    monkeypatch.setattr(embedder, "_read", lambda: model)
    assert embedder.batch == GPU_BATCH_SIZE
    assert embedder.embed(["a", "b"]).shape == (2, 4)
    assert model.asked == [1_024, 512, 256]
    embedder.embed(["c"])
    assert model.asked[3:] == [256]  # it is remembered
    assert embedder.batch == 256


@pytest.mark.usefixtures("on_gpu")
def test_a_gpu_without_room_for_one_text_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = SentenceTransformerEmbedder("some")
    monkeypatch.setattr(embedder, "_read", lambda: Full(0))
    with pytest.raises(ModelFault, match="no memory for one text"):
        embedder.embed(["a"])


def test_the_processor_takes_a_few() -> None:
    assert SentenceTransformerEmbedder("some").batch == BATCH_SIZE


@pytest.mark.usefixtures("on_gpu")
def test_many_texts_of_the_built_in_model_go_to_the_gpu_and_a_question_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = Full(GPU_BATCH_SIZE)
    monkeypatch.setattr(SentenceTransformerEmbedder, "_read", lambda _: model)
    embedder = BuiltinEmbedder()
    assert embedder.embed(["When did the bridge open?"]).shape == (1, 384)
    assert model.asked == []
    assert embedder.embed(["A tide."] * MANY).shape == (MANY, 4)
    assert model.asked == [GPU_BATCH_SIZE]
    assert embedder.batch == GPU_BATCH_SIZE


def test_what_both_give_belongs_to_one_model() -> None:
    """sentence-transformers on the processor, in place of a GPU."""
    texts = [LONG, "The Zephyr bridge in Oldport opened in 1931.", "A comet was seen."]
    one = BuiltinEmbedder().embed(texts)
    other = SentenceTransformerEmbedder(str(builtin.builtin_folder())).embed(texts)
    assert ((one * other).sum(axis=1) > 0.99).all()


def test_so_many_passages_are_asked_for_as_the_embedder_says(library: Library) -> None:
    class Batched(HashingEmbedder):
        batch = 7

        def __init__(self) -> None:
            super().__init__()
            self.sizes: list[int] = []

        def embed(self, texts: Sequence[str]) -> Vectors:
            self.sizes.append(len(texts))
            return super().embed(texts)

    embedder = Batched()
    for n in range(10):
        library._store.put(article(f"a{n}", f"{LONG} {n}"), in_folder=False)
    lacking = len(library._embeddings.missing(embedder.id))
    assert Embedding(library._embeddings, embedder).finish(lambda *_: None) == lacking
    assert sorted(embedder.sizes) == [lacking % 7, *[7] * (lacking // 7)]
