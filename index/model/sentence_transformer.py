"""Texts → unit vectors, by whichever model sentence-transformers loads: a folder, or a name that it knows.

It runs in bfloat16 where the processor has it: about twice float32's speed at a cosine of 0.9999 to it
(docs/decisions.md). torch is imported when the model is first needed, not before.
"""

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelFault
from index.model.embed import BUILTIN, Vectors, unit
from index.model.gpu import has_gpu

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_SIZE = 32
GPU_BATCH_SIZE = 1_024
"""To begin with: half as many, and half of that, where its memory does not take them."""
LOADING = threading.Lock()
"""Held while any model is loaded. transformers sets torch's type of numbers for the whole process meanwhile: two that
threads load at once can be of mixed types, which fails from then on, and leave the process with the wrong one."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded on first use, on a GPU where there is one. Any thread may call; one encodes
    at a time.

    The lock is there because a tokenizer shared by threads fails under load ("Already borrowed").
    """

    def __init__(self, name: str) -> None:
        """`name`: a folder, or a name that sentence-transformers knows."""
        self.name = name
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @cached_property  # a folder's weights are read for it
    def id(self) -> str:
        folder = Path(self.name)
        return f"{self.name}@{_weights_digest(folder)[:12]}" if folder.is_dir() else self.name

    @cached_property
    def batch(self) -> int:
        return GPU_BATCH_SIZE if has_gpu() else BATCH_SIZE

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises ModelFault when the model is missing, damaged, or gives something that is not a number."""
        with self._lock:
            model = self._load()
            if not texts:
                return np.zeros((0, model.get_embedding_dimension() or 0), np.float32)
            vectors = self._encode(model, list(texts))
        return unit(vectors, self.name)

    def _encode(self, model: "SentenceTransformer", texts: list[str]) -> Vectors:
        import torch

        while True:
            try:
                found = model.encode(texts, batch_size=self.batch, show_progress_bar=False, convert_to_numpy=True)
                return np.asarray(found, np.float32)
            except torch.OutOfMemoryError as error:  # the longest texts come first: nothing is lost by beginning anew
                if self.batch == 1:
                    raise ModelFault(f"The GPU has no memory for one text of {self.name!r} ({error}).") from error
                self.batch //= 2
                torch.cuda.empty_cache()

    def _load(self) -> "SentenceTransformer":
        if self._model is None:
            with LOADING:
                self._model = self._read()
        return self._model

    def _read(self) -> "SentenceTransformer":
        if Path(self.name).is_dir():
            _refuse_pickles(Path(self.name))
        quiet_transformers()
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(
                self.name,
                device="cuda" if has_gpu() else "cpu",
                trust_remote_code=False,
                model_kwargs={
                    "dtype": torch.bfloat16 if has_bfloat16() else torch.float32,
                    "use_safetensors": True,
                },
            )
        except (OSError, ValueError, SafetensorError, torch.OutOfMemoryError) as error:
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
    """Whether this GPU or processor computes in bfloat16 (elsewhere it is emulated, and slower than float32)."""
    import torch

    if has_gpu():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported())  # a private name, safe because torch is pinned


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
