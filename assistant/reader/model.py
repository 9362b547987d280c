"""The span reader: MiniLM's six layers, fine-tuned, with a head of two logits a token.

It starts from the built-in embedding model and keeps its word embeddings, so that only the layers and the head
are shipped (`weights.safetensors`, bfloat16, 21 MB). The first token stands for "no answer here".

Input of one passage: [CLS] question [SEP] heading newline passage [SEP]. The heading, which is title and day of
publication, helps the passage be understood ("the ship", "last year's final"), but an answer may not begin in it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from index.embed import LOADING, builtin_folder, has_bfloat16, quiet_transformers

MAX_TOKENS = 256
"""Question, heading and passage together; what is longer loses the end of the passage."""
MAX_QUESTION_TOKENS = 48
PAD_TO = 32
"""Few different lengths: for each new one the kernels are prepared anew, which costs more than the padding."""
MAX_SPAN_TOKENS = 24
WEIGHTS = Path(__file__).with_name("weights.safetensors")


@dataclass(frozen=True, slots=True)
class PassageLogits:
    """What the network says of one passage, by token of `heading newline passage`."""

    start: NDArray[np.float32]  # (tokens,)
    end: NDArray[np.float32]  # (tokens,)
    offsets: NDArray[np.int64]  # (tokens, 2) characters of the passage; tokens of the heading are left out
    none: float
    """Start and end logit of "no answer here", added."""


class SpanReader(nn.Module):
    """Token ids → start and end logits."""

    def __init__(self, dtype: torch.dtype = torch.float32) -> None:
        """The built-in encoder with a new head; `restore` gives both their trained weights."""
        super().__init__()
        quiet_transformers()
        from transformers import AutoModel, AutoTokenizer

        folder = str(builtin_folder())
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.encoder: Any = AutoModel.from_pretrained(
            folder, local_files_only=True, add_pooling_layer=False, dtype=dtype
        )
        self.head = nn.Linear(self.encoder.config.hidden_size, 2, dtype=dtype)
        self._lock = threading.Lock()

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Three (batch, tokens) tensors → start and end logits, (batch, tokens) float32 each."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.logits(hidden)

    def logits(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, tokens, width) → start and end logits, (batch, tokens) float32 each."""
        found = self.head(hidden).float()
        return found[..., 0], found[..., 1]

    def encode(self, questions: Sequence[str], passages: Sequence[str]) -> Any:
        """The tokenizer's batch, padded, with `offset_mapping`; passages are cut, questions only when very long."""
        ids = self.tokenizer(list(questions), add_special_tokens=False, truncation=True, max_length=MAX_QUESTION_TOKENS)
        return self.tokenizer(
            [
                self.tokenizer.decode(tokens) if len(tokens) == MAX_QUESTION_TOKENS else question
                for tokens, question in zip(ids["input_ids"], questions, strict=True)
            ],
            list(passages),
            truncation="only_second",
            max_length=MAX_TOKENS,
            padding=True,
            pad_to_multiple_of=PAD_TO,
            return_offsets_mapping=True,
            return_tensors="pt",
        )

    def trainable_state(self) -> dict[str, Tensor]:
        """What training changes: everything but the word, position and type embeddings."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith("encoder.embeddings.")}

    def save(self, path: Path) -> None:
        save_file({name: value.to(torch.bfloat16).contiguous() for name, value in self.trainable_state().items()}, path)

    def restore(self, path: Path) -> None:
        missing, unexpected = self.load_state_dict(load_file(path), strict=False)
        wrong = [name for name in missing if not name.startswith("encoder.embeddings.")] + list(unexpected)
        if wrong:
            raise ValueError(f"{path} does not fit the reader: {wrong[:3]}")

    @torch.inference_mode()
    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageLogits]:
        """passages: (heading, text) pairs, read in one batch. Any thread may call; one reads at a time."""
        with self._lock:
            batch = self.encode([question] * len(passages), [f"{head}\n{text}" for head, text in passages])
            start, end = self(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
        starts, ends = start.numpy(), end.numpy()
        found = []
        for n, (head, _) in enumerate(passages):
            offsets = batch["offset_mapping"][n].numpy() - (len(head) + 1)
            inside = (batch["token_type_ids"][n].numpy() == 1) & (offsets[:, 0] >= 0) & (offsets[:, 1] > offsets[:, 0])
            found.append(
                PassageLogits(starts[n][inside], ends[n][inside], offsets[inside], float(starts[n][0] + ends[n][0]))
            )
        return found


def trained_reader() -> SpanReader:
    """The shipped reader, one for the process, in bfloat16 where the processor has it. Any thread may call."""
    with LOADING:
        return _trained_reader()


@cache
def _trained_reader() -> SpanReader:
    reader = SpanReader(torch.bfloat16 if has_bfloat16() else torch.float32)
    reader.restore(WEIGHTS)
    return reader.eval()
