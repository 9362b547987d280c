"""Nearest neighbours: brute force in NumPy is the oracle."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from index.errors import BrokenIndex
from index.model.embed import Vectors
from index.search.vectors import CompressedIndex, ExactIndex, Mask, VectorIndex

N, DIM = 500, 24


def units(n: int, dim: int = DIM, seed: int = 0) -> Vectors:
    """As halves have them, which a compressed index keeps."""
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    halves = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return np.asarray(halves, np.float32)


def nearest(vectors: Vectors, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[list[int], Vectors]:
    cosines = vectors @ vector
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    best = rows[np.argsort(-cosines[rows], kind="stable")][:k]
    return best.tolist(), cosines[best]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return units(N)


@pytest.fixture(scope="module", params=["exact", "compressed", "compressed in two parts"])
def index(vectors: Vectors, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    if request.param == "exact":
        return ExactIndex.build([vectors[:200], vectors[200:]])
    first, second, third = (tmp_path_factory.mktemp("vectors") for _ in range(3))
    if request.param == "compressed":
        return compressed(first, [vectors[:200], vectors[200:]])
    base = compressed(first, [vectors[:400]])
    for folder in (second, third):
        (folder / CompressedIndex.PARTS[0]).hardlink_to(first / CompressedIndex.PARTS[0])
    again = compressed(second, [vectors[400:430]], base)  # as a first change would make it, and a second
    return compressed(third, [vectors[430:470], vectors[470:]], again)


def compressed(folder: Path, blocks: list[Vectors], base: CompressedIndex | None = None) -> CompressedIndex:
    CompressedIndex.write(folder, blocks, base)
    return CompressedIndex.open((folder / CompressedIndex.FILE).read_bytes(), folder)


def test_cosines_of_a_case_worked_out_by_hand() -> None:
    index = ExactIndex.build([np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], np.float32)])
    rows, cosines = index.search(np.array([0.8, 0.6], np.float32), 4)
    assert rows.tolist() == [2, 0, 1, 3]
    np.testing.assert_allclose(cosines, [0.96, 0.8, 0.6, -0.8], atol=1e-6)


@pytest.mark.parametrize("k", [1, 7, 499, 500])
def test_search_finds_what_brute_force_finds(index: VectorIndex, vectors: Vectors, k: int) -> None:
    for vector in units(20, seed=1):
        rows, cosines = index.search(vector, k)
        expected, scores = nearest(vectors, vector, k)
        assert rows.tolist() == expected
        np.testing.assert_allclose(cosines, scores, atol=1e-5)


@pytest.mark.parametrize("share", [0.002, 0.1, 0.5, 1.0])
def test_a_mask_narrows_the_search_and_not_its_result(index: VectorIndex, vectors: Vectors, share: float) -> None:
    dice = np.random.default_rng(2)
    for vector in units(20, seed=3):
        allowed = dice.random(N) < share
        rows, cosines = index.search(vector, 10, allowed)
        expected, scores = nearest(vectors, vector, 10, allowed)
        assert rows.tolist() == expected
        np.testing.assert_allclose(cosines, scores, atol=1e-5)


@pytest.mark.parametrize("row", [0, 7, 8, 255, 499])
def test_a_mask_of_one_finds_that_row_however_far_away(index: VectorIndex, vectors: Vectors, row: int) -> None:
    allowed = np.zeros(N, bool)
    allowed[row] = True
    rows, cosines = index.search(-vectors[row], 10, allowed)
    assert rows.tolist() == [row]
    np.testing.assert_allclose(cosines, [-1.0], atol=1e-3)


def test_more_than_there_are_gives_all_there_are(index: VectorIndex, vectors: Vectors) -> None:
    rows, _ = index.search(vectors[0], 1_000_000_000)
    assert sorted(rows) == list(range(N))


def test_a_search_among_none_finds_none(index: VectorIndex, vectors: Vectors) -> None:
    for found in (index.search(vectors[0], 5, np.zeros(N, bool)), index.search(vectors[0], 0)):
        assert [part.tolist() for part in found] == [[], []]


@pytest.mark.parametrize("dim", [0, DIM])
def test_an_empty_index_is_built_and_read_back_and_finds_none(dim: int) -> None:
    index = ExactIndex.from_bytes(ExactIndex.build([np.zeros((0, dim), np.float32)]).to_bytes())
    assert len(index) == 0
    assert index.search(units(1)[0], 5)[0].tolist() == []


def test_cosines_to_chosen_rows_come_in_their_order(index: VectorIndex, vectors: Vectors) -> None:
    rows = np.array([400, 3, 3, 77], np.int64)
    np.testing.assert_allclose(index.cosines(vectors[5], rows), vectors[rows] @ vectors[5], atol=1e-6)
    assert index.cosines(vectors[5], rows[:0]).shape == (0,)


def test_what_is_read_back_finds_the_same_to_the_last_bit(vectors: Vectors) -> None:
    index = ExactIndex.build([vectors])
    again = ExactIndex.from_bytes(index.to_bytes())
    assert len(again) == N
    for vector in units(5, seed=4):
        for before, after in zip(index.search(vector, 20), again.search(vector, 20), strict=True):
            np.testing.assert_array_equal(before, after)


def test_bytes_that_are_cut_short_are_refused(vectors: Vectors) -> None:
    index = ExactIndex.build([vectors])
    data = index.to_bytes()
    for length in [*range(60), len(data) // 2, len(data) - 1]:
        with pytest.raises(BrokenIndex):
            ExactIndex.from_bytes(data[:length])


def test_bytes_of_something_else_are_refused() -> None:
    with pytest.raises(BrokenIndex, match="cannot be read"):
        ExactIndex.from_bytes(b"<html>" * 100)


def test_another_kind_of_faiss_index_is_refused() -> None:
    other = faiss.serialize_index(faiss.IndexFlatL2(DIM)).tobytes()
    with pytest.raises(BrokenIndex, match="is a IndexFlatL2, expected IndexFlatIP"):
        ExactIndex.from_bytes(other)


def test_a_compressed_index_whose_vectors_are_not_those_of_its_codes_is_refused(
    vectors: Vectors, tmp_path: Path
) -> None:
    compressed(tmp_path, [vectors])
    with (tmp_path / CompressedIndex.PARTS[1]).open("ab") as file:
        file.write(b"\0" * 2 * DIM)
    with pytest.raises(BrokenIndex, match="has codes of 500 rows and vectors of 501"):
        CompressedIndex.open((tmp_path / CompressedIndex.FILE).read_bytes(), tmp_path)


def test_of_many_a_compressed_index_finds_nearly_all_of_the_nearest(tmp_path: Path) -> None:
    """Vectors about common middles, as those of texts are; `bench.scale` has those of texts themselves."""
    middles = units(300, 128, seed=5)
    near = middles[np.arange(30_000) % 300] + 0.6 * units(30_000, 128, seed=6)
    vectors = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    index = compressed(tmp_path, [vectors])
    found = wanted = 0
    for vector in vectors[::1_000]:
        expected, _ = nearest(vectors, vector, 10)
        found += len({*expected} & {*index.search(vector, 10)[0].tolist()})
        wanted += 10
    assert found >= 0.98 * wanted
