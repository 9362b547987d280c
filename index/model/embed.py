"""Texts → unit vectors: what every model of it offers, and which one a name means."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelFault

BUILTIN = "builtin"

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
"""Texts → (n, dim) unit rows: `Embedder.embed` as a function."""


class Embedder(Protocol):
    """What turns texts into vectors; `id` names model and weights, and embeddings are kept under it."""

    @property
    def id(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 with unit rows, in the order given; (0, dim) for no texts."""
        ...


@runtime_checkable
class Batching(Protocol):
    """An embedder that is quickest with so many texts at once."""

    @property
    def batch(self) -> int: ...


def embedder(name: str) -> Embedder:
    """name: `builtin`, a folder, or a name that sentence-transformers knows. Nothing is loaded yet."""
    # neither is imported for the other: one brings onnxruntime when it is used, the other torch
    if name == BUILTIN:
        from index.model.builtin import BuiltinEmbedder

        return BuiltinEmbedder()
    from index.model.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(name)


def unit(vectors: Vectors, model: str) -> Vectors:
    """(n, dim) with rows of length one. Raises ModelFault for one that has no direction."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or not norms.all():
        raise ModelFault(f"The embedding model {model!r} gave a vector without a direction for a text.")
    return np.asarray(vectors / norms, np.float32)
