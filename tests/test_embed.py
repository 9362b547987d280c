"""The models themselves: unit rows, in order, whoever asks; the built-in one beside what it was made from."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from index.errors import ModelFault
from index.model.builtin import BUILTIN_SHA256, BuiltinEmbedder, builtin_folder
from index.model.embed import Vectors, embedder
from index.model.sentence_transformer import SentenceTransformerEmbedder
from index.text.chunk import embedded_text

TEXTS = [
    "The Zephyr bridge in Oldport opened on 4 November 2023.",
    "Comet Marlow was seen with the naked eye in May.",
    "A new crossing over the river was inaugurated.",
    "Die Brücke wurde eröffnet – „endlich“, sagte die Bürgermeisterin. 橋 👩‍🚒",
    "",
    "word " * 2_000,
    "42",
]


@pytest.fixture(scope="module")
def model() -> BuiltinEmbedder:
    return BuiltinEmbedder()


@pytest.fixture(scope="module")
def vectors(model: BuiltinEmbedder) -> Vectors:
    return model.embed(TEXTS)


@pytest.fixture(scope="module")
def exact() -> Vectors:
    """By sentence-transformers in float32."""
    model = SentenceTransformer(str(builtin_folder()), device="cpu", model_kwargs={"dtype": torch.float32})
    return np.asarray(model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False), np.float32)


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Path]:
    """A copy of the built-in model's folder, which pytest would otherwise keep: 90 MB."""
    folder = tmp_path / "model"
    yield Path(shutil.copytree(builtin_folder(), folder))
    shutil.rmtree(folder)


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


def test_a_name_is_of_the_built_in_model_or_one_for_sentence_transformers() -> None:
    assert isinstance(embedder("builtin"), BuiltinEmbedder)
    assert isinstance(embedder("a/folder"), SentenceTransformerEmbedder)


def test_the_id_names_model_and_weights_and_how_they_are_rounded(model: BuiltinEmbedder) -> None:
    assert model.id == "all-MiniLM-L6-v2@53aa51172d14-int8"
    assert BUILTIN_SHA256.startswith("53aa51172d14")


def test_rows_are_unit_float32_vectors_even_of_a_blank_and_of_a_very_long_text(vectors: Vectors) -> None:
    assert vectors.shape == (7, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_no_texts_give_no_rows_of_the_models_dimension(model: BuiltinEmbedder) -> None:
    found = model.embed([])
    assert found.shape == (0, 384)
    assert found.dtype == np.float32


def test_texts_of_like_meaning_are_near_without_a_word_in_common(vectors: Vectors) -> None:
    bridge, comet, crossing = vectors[:3]
    assert bridge @ crossing > bridge @ comet + 0.2


def test_a_row_is_the_same_in_whatever_order_and_beside_whichever_other_texts(
    model: BuiltinEmbedder, vectors: Vectors
) -> None:
    np.testing.assert_array_equal(model.embed(TEXTS[::-1])[::-1], vectors)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_array_equal(model.embed([text])[0], vector)


def test_rows_of_sentence_transformers_keep_the_order_of_the_texts(exact: Vectors) -> None:
    # it sorts by length inside; other neighbours in a batch move a vector a little
    backwards = SentenceTransformerEmbedder(str(builtin_folder())).embed(TEXTS[::-1])[::-1]
    assert ((backwards @ exact.T).argmax(axis=1) == np.arange(len(TEXTS))).all()


def test_eight_bits_leave_a_cosine_of_at_least_0_99_to_float32(vectors: Vectors, exact: Vectors) -> None:
    cosines = (vectors * exact).sum(axis=1)
    assert cosines[[bool(text) for text in TEXTS]].min() >= 0.99
    assert cosines.min() >= 0.98  # of no text, too


def test_bfloat16_leaves_a_cosine_of_at_least_0_999_to_float32(exact: Vectors) -> None:
    vectors = SentenceTransformerEmbedder(str(builtin_folder())).embed(TEXTS)
    assert (vectors * exact).sum(axis=1).min() >= 0.999


def test_eight_threads_at_once_get_what_one_gets(model: BuiltinEmbedder) -> None:
    batches = [[f"{text} {n}" for text in TEXTS[:2]] for n in range(10)]
    alone = [model.embed(batch) for batch in batches]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(model.embed, batches))
    for expected, found in zip(alone, together, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_model_that_eight_threads_want_first_is_loaded_for_all() -> None:
    fresh = SentenceTransformerEmbedder(str(builtin_folder()))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(fresh.embed, [TEXTS[:1]] * 8))
    for vectors in found:
        np.testing.assert_allclose(vectors, found[0], atol=1e-6)


def test_a_folder_can_be_the_model_and_its_weights_are_in_its_id(copied: Path, exact: Vectors) -> None:
    own = SentenceTransformerEmbedder(str(copied))
    before = own.id
    assert before.startswith(f"{copied}@")
    assert (own.embed(TEXTS) * exact).sum(axis=1).min() >= 0.999
    flip(copied / "model.safetensors", -1)
    assert SentenceTransformerEmbedder(str(copied)).id != before


@pytest.mark.parametrize(
    ("file", "size"),
    [("model.safetensors", 1_000), ("model.safetensors", -1), ("model.safetensors", 0), ("config.json", 50)],
)
def test_a_model_that_is_cut_short_is_refused_by_name(copied: Path, file: str, size: int) -> None:
    whole = (copied / file).read_bytes()
    (copied / file).write_bytes(whole[:size])
    with pytest.raises(ModelFault, match=r"The embedding model '.*' cannot be loaded .*ASSISTANT_EMBEDDING_MODEL"):
        SentenceTransformerEmbedder(str(copied)).embed(["A text."])


def test_a_model_that_gives_no_number_is_refused(copied: Path) -> None:
    broken = SentenceTransformer(str(copied), device="cpu")
    for weights in broken.parameters():
        torch.nn.init.constant_(weights, float("nan"))
    broken.save(str(copied))
    with pytest.raises(ModelFault, match="a vector without a direction"):
        SentenceTransformerEmbedder(str(copied)).embed(["A text."])


def test_weights_that_would_have_to_be_unpickled_are_refused(copied: Path) -> None:
    weights = load_file(copied / "model.safetensors")
    (copied / "model.safetensors").unlink()
    torch.save(weights, copied / "pytorch_model.bin")
    with pytest.raises(ModelFault, match=r"has no \*\.safetensors beside pytorch_model\.bin"):
        SentenceTransformerEmbedder(str(copied)).embed(["A text."])


def test_weights_of_a_module_that_would_have_to_be_unpickled_are_refused(copied: Path) -> None:
    (copied / "2_Dense").mkdir()
    torch.save({}, copied / "2_Dense" / "pytorch_model.bin")
    with pytest.raises(ModelFault, match=r"beside 2_Dense/pytorch_model\.bin"):
        SentenceTransformerEmbedder(str(copied)).embed(["A text."])


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match=r"has no \*\.safetensors file"):
        SentenceTransformerEmbedder(str(tmp_path)).embed(["A text."])


def test_the_end_of_a_passage_counts_however_long_its_title(model: BuiltinEmbedder) -> None:
    bridge, comet = (embedded_text("x-1 " * 500, text) for text in TEXTS[:2])
    question, near, far = model.embed(["When did the Zephyr bridge open?", bridge, comet])
    assert question @ near > question @ far + 0.1
