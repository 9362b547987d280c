"""The span reader as a torch network, for training: token ids → start and end logits.

It starts from the built-in embedding model, whose word embeddings it keeps. `save` and `restore` are for what training
changes, in floats; `export` writes what `model.SpanReader` runs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load, load_file, save_file
from torch import Tensor, nn

from assistant.reader.tokens import PairTokenizer
from index.errors import ModelFault
from index.model import bert
from index.model.builtin import LAYERS, builtin_folder, builtin_weights
from index.model.sentence_transformer import quiet_transformers

PAD_TO = 32
"""Few different lengths: for each new one the kernels are prepared anew, which costs more than the padding."""
EMBEDDINGS = "encoder.embeddings."
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def give_weights(encoder: Any, weights: bytes) -> None:
    """Those of `builtin_weights`, instead of what transformers' model of it read from the file by itself."""
    kept = encoder.load_state_dict(load(weights), strict=False).missing_keys
    if kept:
        raise ModelFault(f"The built-in model has other weights than its file, such as {kept[0]}. Run `make setup`.")


class SpanNetwork(nn.Module):
    """Token ids → start and end logits."""

    def __init__(self) -> None:
        """The built-in encoder with a new head; `restore` gives both their trained weights."""
        super().__init__()
        quiet_transformers()
        from transformers import AutoModel

        folder, weights = builtin_folder(), builtin_weights()
        self.tokenizer = PairTokenizer(folder)
        self.encoder: Any = AutoModel.from_pretrained(  # nosec B615 # a folder of this machine
            str(folder), local_files_only=True, add_pooling_layer=False
        )
        give_weights(self.encoder, weights)
        self.head = nn.Linear(self.encoder.config.hidden_size, 2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Three (batch, tokens) tensors → start and end logits, (batch, tokens) float32 each."""
        return self.logits(self.hidden(input_ids, attention_mask, token_type_ids))

    def hidden(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """The last layer's output, (batch, tokens, width)."""
        read = self.encoder(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return torch.as_tensor(read.last_hidden_state)

    def logits(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, tokens, width) → start and end logits, (batch, tokens) float32 each."""
        found = self.head(hidden).float()
        return found[..., 0], found[..., 1]

    def encode(self, questions: Sequence[str], passages: Sequence[str]) -> dict[str, Tensor]:
        """`input_ids`, `attention_mask` and `token_type_ids`, (batch, tokens) each, padded, and their `offsets` in
        characters, (batch, tokens, 2); passages are cut, questions only when very long."""
        encoded = self.tokenizer.encode(questions, passages)
        tokens = -(-max(map(len, encoded)) // PAD_TO) * PAD_TO
        batch = {name: torch.zeros(len(encoded), tokens, dtype=torch.long) for name in INPUTS}
        batch["offsets"] = torch.zeros(len(encoded), tokens, 2, dtype=torch.long)
        for n, one in enumerate(encoded):
            for name, row in zip(batch, (one.ids, one.attention_mask, one.type_ids, one.offsets), strict=True):
                batch[name][n, : len(one)] = torch.tensor(row)
        return batch

    def trainable_state(self) -> dict[str, Tensor]:
        """What training changes: everything but the word, position and type embeddings."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith(EMBEDDINGS)}

    def save(self, path: Path) -> None:
        save_file({name: value.to(torch.bfloat16).contiguous() for name, value in self.trainable_state().items()}, path)

    def restore(self, path: Path) -> None:
        missing, unexpected = self.load_state_dict(load_file(path), strict=False)
        wrong = [name for name in missing if not name.startswith(EMBEDDINGS)] + list(unexpected)
        if wrong:
            raise ValueError(f"{path} does not fit the reader: {wrong[:3]}")

    def export(self, path: Path) -> None:
        """In int8, as `model.SpanReader` reads it."""
        floats = {name: value.float().cpu().numpy() for name, value in self.trainable_state().items()}
        layers = {name.removeprefix("encoder."): value for name, value in floats.items()}
        head = {name: value for name, value in floats.items() if name.startswith("head.")}
        save_arrays({**bert.pack(layers, LAYERS), **head}, path)
