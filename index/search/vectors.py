"""Exact nearest-neighbour search over unit vectors, in FAISS.

Inner product of unit vectors is their cosine. Exact search is fast enough to begin with. A row of the index is a
row of the generation's passage table.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.errors import BrokenIndex
from index.model.embed import Vectors

if TYPE_CHECKING:  # commands that search nothing do not wait for it
    import faiss

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class VectorIndex:
    """(n, dim) unit vectors in memory. Immutable, so any number of threads may search."""

    def __init__(self, index: "faiss.IndexFlatIP") -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> "VectorIndex":
        import faiss

        index = faiss.IndexFlatIP(max(1, vectors.shape[1]))  # no passages, no dimension
        if len(vectors):
            index.add(vectors)
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes) -> "VectorIndex":
        """The caller has checked the hash of `data`: FAISS reads damaged bytes without complaint."""
        import faiss

        try:
            index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        except RuntimeError as error:
            raise BrokenIndex(f"The vector index cannot be read: {error}") from error
        if not isinstance(index, faiss.IndexFlatIP):
            raise BrokenIndex(f"The vector index is a {type(index).__name__}, expected IndexFlatIP.")
        return cls(index)

    def to_bytes(self) -> bytes:
        import faiss

        return bytes(faiss.serialize_index(self._index).tobytes())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Rows, Vectors]:
        """Rows and cosines of the `k` nearest, best first; fewer when fewer are allowed.

        vector: (dim,) float32, unit. allowed: (n,) bool, the rows to search in; None means all.
        """
        k = min(k, len(self) if allowed is None else int(allowed.sum()))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None
        if allowed is not None:
            import faiss

            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))  # borrows `bits`: keep it alive
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # its stub knows no arguments
        cosines, rows = self._index.search(vector[None, :], k, params=parameters)
        return rows[0], cosines[0]

    def cosines(self, vector: Vectors, rows: Rows) -> Vectors:
        """Cosine of `vector` (dim,) to each of `rows` (m,) → (m,)."""
        if not len(rows):
            return np.empty(0, np.float32)
        return np.asarray(self._index.reconstruct_batch(rows) @ vector, np.float32)

    def mean(self, rows: Rows) -> Vectors:
        """(dim,) unit: the direction that `rows` (m,), at least one, have in common."""
        mean = self._index.reconstruct_batch(rows).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)
