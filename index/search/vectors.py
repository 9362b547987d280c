"""Nearest-neighbour search over unit vectors, in FAISS: exact while there are few, of many compressed and re-ranked.

Inner product of unit vectors is their cosine. A row of an index is a row of the generation's passage table. Of up to
EXACT_UP_TO passages the vectors are in memory and all are compared. Of more, only a bit for each dimension is (RaBitQ),
which finds CANDIDATES whose vectors are then read from a file and compared: at a million passages 56 MB in memory
instead of 1.5 GB, and 16 ms instead of 61 (docs/scale.md has what is missed: 1 of 100 there).
"""

import os
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.errors import BrokenIndex
from index.model.embed import Vectors

if TYPE_CHECKING:  # commands that search nothing do not wait for it
    import faiss

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Halves = NDArray[np.float16]
_Index = TypeVar("_Index", bound="faiss.Index")

EXACT_UP_TO = 20_000
"""Passages. A tenth of a million are compared in 6 ms and built anew in 7 s, half of this in 0.8 s."""
CANDIDATES = 1_000
TRAINED_ON = 20_000
"""Vectors: RaBitQ learns no more than where their middle is."""


def are_many(passages: int) -> bool:
    """Whether their index is a compressed one, which can grow."""
    return passages > EXACT_UP_TO


class VectorIndex(ABC):
    """(n, dim) unit vectors. Immutable; any number of threads may search."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Rows and cosines of the `k` nearest, best first; fewer when fewer are allowed.

        vector: (dim,) float32, unit. allowed: (n,) bool, the rows to search in; None means all.
        """

    @abstractmethod
    def of(self, rows: Rows) -> Vectors:
        """(m, dim): the vectors of `rows` (m,)."""

    def cosines(self, vector: Vectors, rows: Rows) -> Vectors:
        """Cosine of `vector` (dim,) to each of `rows` (m,) → (m,)."""
        if not len(rows):
            return np.empty(0, np.float32)
        return np.asarray(self.of(rows) @ vector, np.float32)

    def mean(self, rows: Rows) -> Vectors:
        """(dim,) unit: the direction that `rows` (m,), at least one, have in common."""
        mean = self.of(rows).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


class ExactIndex(VectorIndex):
    """All of them in memory."""

    FILE = "vectors.faiss"

    def __init__(self, index: "faiss.IndexFlatIP") -> None:
        self._index = index

    @classmethod
    def build(cls, blocks: Iterable[Vectors]) -> "ExactIndex":
        """blocks: (m, dim) each."""
        import faiss

        vectors = np.concatenate([*blocks] or [np.zeros((0, 1), np.float32)])
        index = faiss.IndexFlatIP(max(1, vectors.shape[1]))  # no passages, no dimension
        if len(vectors):
            index.add(vectors)
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes) -> "ExactIndex":
        """The caller has checked the hash of `data`: FAISS reads damaged bytes without complaint."""
        import faiss

        return cls(_read(data, faiss.IndexFlatIP))

    def to_bytes(self) -> bytes:
        return _written(self._index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        return _nearest(self._index, vector, k, allowed)

    def of(self, rows: Rows) -> Vectors:
        return np.asarray(self._index.reconstruct_batch(rows), np.float32)


class CompressedIndex(VectorIndex):
    """A bit for each dimension in memory, the vectors as halves in files, of which one has those that came last."""

    FILE = "codes.faiss"
    PARTS = ("vectors.f16", "recent.f16")

    def __init__(self, codes: "faiss.IndexRaBitQ", folder: Path) -> None:
        """folder: of the files. Raises BrokenIndex where they do not have the rows of `codes`, OSError."""
        self._codes = codes
        self._row_bytes = 2 * codes.d
        self._files = [os.open(folder / name, os.O_RDONLY) for name in self.PARTS]
        for file in self._files:
            weakref.finalize(self, os.close, file)
        self.parts = [os.fstat(file).st_size // self._row_bytes for file in self._files]
        """Rows of each file."""
        if sum(self.parts) != codes.ntotal:
            raise BrokenIndex(f"The vector index has codes of {codes.ntotal} rows and vectors of {sum(self.parts)}.")

    @classmethod
    def write(cls, folder: Path, blocks: Iterable[Vectors], base: "CompressedIndex | None" = None) -> None:
        """The files for `blocks`, (m, dim) each, in a row; behind the rows of `base`, whose first file is in `folder`
        already."""
        import faiss

        first, last = (folder / name for name in cls.PARTS)
        if base:
            codes = _read(base.to_bytes(), faiss.IndexRaBitQ)
            with last.open("wb") as recent:
                recent.write(base.of_part(1).tobytes())
                for block in blocks:
                    recent.write(block.astype(np.float16).tobytes())
                    codes.add(block)
        else:
            dim = _written_halves(first, blocks)
            last.touch()
            halves: Halves = np.memmap(first, np.float16, "r").reshape(-1, dim)
            codes = faiss.IndexRaBitQ(dim, faiss.METRIC_INNER_PRODUCT)
            codes.train(halves[:: -(-len(halves) // TRAINED_ON)].astype(np.float32))
            for start in range(0, len(halves), TRAINED_ON):
                codes.add(halves[start : start + TRAINED_ON].astype(np.float32))
        (folder / cls.FILE).write_bytes(_written(codes))

    @classmethod
    def open(cls, data: bytes, folder: Path) -> "CompressedIndex":
        """data: of the file of codes. The caller has checked the hashes. Raises BrokenIndex, OSError."""
        import faiss

        return cls(_read(data, faiss.IndexRaBitQ), folder)

    def to_bytes(self) -> bytes:
        return _written(self._codes)

    def of_part(self, part: int) -> Halves:
        """(m, dim): all of one file."""
        data = os.pread(self._files[part], self.parts[part] * self._row_bytes, 0)
        return np.frombuffer(data, np.float16).reshape(-1, self._codes.d)

    def __len__(self) -> int:
        return int(self._codes.ntotal)

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        near, _ = _nearest(self._codes, vector, max(k, CANDIDATES), allowed)
        cosines = self.cosines(vector, near)
        best = np.argsort(-cosines, kind="stable")[:k]
        return near[best], cosines[best]

    def of(self, rows: Rows) -> Vectors:
        # read, not mapped: what is mapped counts as this process's memory
        found = []
        for row in rows.tolist():
            part, at = (0, row) if row < self.parts[0] else (1, row - self.parts[0])
            found.append(os.pread(self._files[part], self._row_bytes, at * self._row_bytes))
        return np.frombuffer(b"".join(found), np.float16).reshape(-1, self._codes.d).astype(np.float32)


def _nearest(index: "faiss.Index", vector: Vectors, k: int, allowed: Mask | None) -> tuple[Rows, Vectors]:
    """By the index's own measure, best first."""
    k = min(k, int(index.ntotal) if allowed is None else int(allowed.sum()))
    if k == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    parameters = None
    if allowed is not None:
        import faiss

        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))  # borrows `bits`: keep it alive
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # its stub knows no arguments
    cosines, rows = index.search(vector[None, :], k, params=parameters)
    return rows[0], cosines[0]


def _read(data: bytes, kind: type[_Index]) -> _Index:
    import faiss

    try:
        index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
    except RuntimeError as error:
        raise BrokenIndex(f"The vector index cannot be read: {error}") from error
    if not isinstance(index, kind):
        raise BrokenIndex(f"The vector index is a {type(index).__name__}, expected {kind.__name__}.")
    return index


def _written(index: "faiss.Index") -> bytes:
    import faiss

    return bytes(faiss.serialize_index(index).tobytes())


def _written_halves(path: Path, blocks: Iterable[Vectors]) -> int:
    """The dimension."""
    dim = 1
    with path.open("wb") as file:
        for block in blocks:
            dim = block.shape[1]
            file.write(block.astype(np.float16).tobytes())
    return dim
