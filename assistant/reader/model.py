"""The span reader: a question and passages → how well an answer would begin or end at each of their tokens.

Six layers of BERT's kind over the word embeddings of the built-in embedding model, and a head of two logits a token;
only layers and head are shipped (`weights.safetensors`, int8, 11 MB). They run on ONNX Runtime and need no torch;
`network` is the same for training.

The first token stands for "no answer here". The heading before a passage, which is title and day of publication, helps
it be understood ("the ship", "last year's final"), but an answer may not begin in it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from assistant.reader.tokens import PairTokenizer
from index.model.bert import Bert
from index.model.builtin import HEADS, LAYERS, builtin, builtin_folder
from index.model.weights import verified

MAX_SPAN_TOKENS = 24
WEIGHTS = Path(__file__).with_name("weights.safetensors")
WEIGHTS_SHA256 = "a7f5355e506b8aed1168f6cafe3516494f0d2a7e14afc58fc5a841980e4565e8"


@dataclass(frozen=True, slots=True)
class PassageLogits:
    """What the reader says of one passage, by its tokens."""

    start: NDArray[np.float32]  # (tokens,)
    end: NDArray[np.float32]  # (tokens,)
    offsets: NDArray[np.int64]  # (tokens, 2) characters of the passage; tokens of the heading are left out
    none: float
    """Start and end logit of "no answer here", added."""


class SpanReader:
    """Any thread may call."""

    def __init__(self, weights: Path = WEIGHTS, sha256: str | None = WEIGHTS_SHA256) -> None:
        """`weights`: as `network.SpanNetwork.export` writes them; ValueError for others.
        `sha256`: what they have to have, or ModelFault; None for weights just trained, which nobody vouches for yet."""
        data = verified(weights, sha256, "Install article-assistant anew.") if sha256 else weights.read_bytes()
        try:
            self._network = Bert(builtin().embeddings, load(data), LAYERS, HEADS, head="head")
        except KeyError as missing:
            raise ValueError(f"{weights} does not fit the reader: {missing} is missing.") from missing
        self._tokenizer = PairTokenizer(builtin_folder())

    def takes(self, question: str) -> bool:
        """Whether `read` reads all of it."""
        return self._tokenizer.fits(question)

    def knows(self, word: str) -> bool:
        """Whether `word`, in small letters, is in its vocabulary, which has most English words as they stand in a
        dictionary."""
        return self._tokenizer.knows(word)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageLogits]:
        """passages: (heading, text) pairs, each read by itself."""
        encoded = self._tokenizer.encode([question] * len(passages), [f"{head}\n{text}" for head, text in passages])
        found = []
        for (head, _), one, logits in zip(passages, encoded, self._network.run(encoded), strict=True):
            offsets = np.array(one.offsets, np.int64) - (len(head) + 1)
            inside = (np.array(one.type_ids) == 1) & (offsets[:, 0] >= 0) & (offsets[:, 1] > offsets[:, 0])
            start, end = logits.T
            found.append(PassageLogits(start[inside], end[inside], offsets[inside], float(start[0] + end[0])))
        return found


_LOADING = threading.Lock()
_loaded = cache(SpanReader)


def trained_reader(weights: Path = WEIGHTS, sha256: str | None = WEIGHTS_SHA256) -> SpanReader:
    """The one of the process with these weights, by default the reader's. Any thread may call."""
    with _LOADING:
        return _loaded(weights, sha256)
