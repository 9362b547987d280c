"""A larger network for the reader to learn from: `python -m assistant.reader.teacher --examples F --model M --run DIR`.

It is trained on the examples as the reader is, and then says of each token in them how much it looks like the answer's
beginning or end (`DIR/logits.safetensors`, which `assistant.reader.train --taught-by` takes). M is a folder in
transformers' form with the reader's word pieces, such as all-mpnet-base-v2: it reads the reader's own tokens under
other numbers, so that the two can be compared token by token. It is not shipped.
"""

import argparse
import logging
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from assistant.reader.example import Example, load
from assistant.reader.model import MAX_TOKENS, SpanReader
from assistant.reader.train import NOT_THERE, digest, encode, fit
from index.embed import quiet_transformers

LEARNING_RATE = 5e-5
EPOCHS = 2
LABEL_BATCH = 256

logger = logging.getLogger(__name__)


class Teacher(SpanReader):
    """The reader's tokens → start and end logits, by another encoder."""

    def __init__(self, folder: Path) -> None:
        """Raises ValueError when the model has other word pieces than the reader."""
        super().__init__()
        quiet_transformers()
        from transformers import AutoModel, AutoTokenizer

        theirs: Any = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        self.encoder = AutoModel.from_pretrained(str(folder), local_files_only=True, add_pooling_layer=False)
        self.head = nn.Linear(self.encoder.config.hidden_size, 2)
        same = {
            getattr(self.tokenizer, kind): getattr(theirs, kind) for kind in ("cls_token", "sep_token", "pad_token")
        }
        pieces = [same.get(piece, piece) for piece in self.tokenizer.convert_ids_to_tokens(range(len(self.tokenizer)))]
        known = theirs.get_vocab()
        if lacking := [piece for piece in pieces if piece not in known]:
            raise ValueError(f"{folder} lacks {len(lacking)} of the reader's word pieces, such as {lacking[:3]}.")
        self.register_buffer("_numbers", torch.tensor([known[piece] for piece in pieces]), persistent=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """As the reader's; what is question and what passage it has to tell from the separator."""
        numbers = self.get_buffer("_numbers")[input_ids]
        return self.logits(self.encoder(input_ids=numbers, attention_mask=attention_mask).last_hidden_state)


@torch.inference_mode()
def label(teacher: SpanReader, examples: list[Example], path: Path) -> None:
    """Writes start and end logits, (examples, MAX_TOKENS) float16 each, by the reader's tokens."""
    device = next(teacher.parameters()).device
    teacher.eval()
    logits = {
        name: torch.full((len(examples), MAX_TOKENS), NOT_THERE, dtype=torch.float16) for name in ("start", "end")
    }
    rows = sorted(range(len(examples)), key=lambda row: len(examples[row].passage))
    for at in range(0, len(rows), LABEL_BATCH):
        some = rows[at : at + LABEL_BATCH]
        batch = {name: tensor.to(device) for name, tensor in encode(teacher, [examples[row] for row in some]).items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            found = teacher(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
        for name, one in zip(("start", "end"), found, strict=True):
            there = one.masked_fill(batch["attention_mask"] == 0, NOT_THERE)
            logits[name][some, : one.shape[1]] = there.half().cpu()
    save_file(logits, path, metadata={"examples": digest(examples)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument(
        "--run", type=Path, required=True, help="folder of checkpoint, log, weights and logits.safetensors"
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    examples = load(options.examples)
    begin = partial(Teacher, options.model)
    teacher = fit(begin, examples, options.run, epochs=options.epochs, rate=options.rate, seed=options.seed)
    label(teacher, examples, options.run / "logits.safetensors")
    logger.info("%d examples labelled", len(examples))


if __name__ == "__main__":
    main()
