"""A larger network for the reader to learn from: `python -m assistant.reader.teacher --examples F --model M --run DIR`.

It is trained on the examples as the reader is (`DIR/weights.safetensors`, which `assistant.reader.train --teacher M`
takes). M is a folder in transformers' form with the reader's word pieces, such as all-mpnet-base-v2: it reads the
reader's own tokens under other numbers, so that the two can be compared token by token. It is not shipped.
"""

import argparse
import logging
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from assistant.reader.example import load
from assistant.reader.network import SpanNetwork
from assistant.reader.train import fit
from index.model.sentence_transformer import quiet_transformers

LEARNING_RATE = 5e-5
EPOCHS = 2

logger = logging.getLogger(__name__)


class Teacher(SpanNetwork):
    """The reader's tokens → start and end logits, by another encoder."""

    def __init__(self, folder: Path) -> None:
        """Raises ValueError when the model has other word pieces than the reader."""
        super().__init__()
        quiet_transformers()
        from transformers import AutoModel, AutoTokenizer

        name = str(folder)
        # a folder of this machine, not an address of a hub, which could give another model the next time
        theirs: Any = AutoTokenizer.from_pretrained(name, local_files_only=True)  # nosec B615
        self.encoder = AutoModel.from_pretrained(name, local_files_only=True, add_pooling_layer=False)  # nosec B615
        self.head = nn.Linear(self.encoder.config.hidden_size, 2)
        same = {"[CLS]": theirs.cls_token, "[SEP]": theirs.sep_token, "[PAD]": theirs.pad_token}
        ours = sorted((number, piece) for piece, number in self.tokenizer.pairs.get_vocab().items())
        pieces = [same.get(piece, piece) for _, piece in ours]
        known = theirs.get_vocab()
        if lacking := [piece for piece in pieces if piece not in known]:
            raise ValueError(f"{folder} lacks {len(lacking)} of the reader's word pieces, such as {lacking[:3]}.")
        self.register_buffer("_numbers", torch.tensor([known[piece] for piece in pieces]), persistent=False)

    def hidden(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """As the reader's; what is question and what passage it has to tell from the separator."""
        numbers = self.get_buffer("_numbers")[input_ids]
        return torch.as_tensor(self.encoder(input_ids=numbers, attention_mask=attention_mask).last_hidden_state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoint, log and weights.safetensors")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    begin = partial(Teacher, options.model)
    fit(begin, load(options.examples), options.run, epochs=options.epochs, rate=options.rate, seed=options.seed)


if __name__ == "__main__":
    main()
