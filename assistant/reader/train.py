"""Train the reader: `python -m assistant.reader.train --examples FILE --run DIR`.

FILE is of `assistant.reader.data`. Besides the answers, a larger network's view of each example can be learnt from
(`--taught-by`, made by `assistant.reader.teacher`), which says what else looks like one. On a GPU where there is one,
else on the processor. MODEL_CARD.md has the runs that made the shipped weights. Seeded; the run's folder keeps a
checkpoint that a second call goes on from, and `log.jsonl` with loss and pace.
"""

import argparse
import hashlib
import json
import logging
import math
import os
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from assistant.reader.example import Example, load
from assistant.reader.model import SpanReader
from index.embed import has_bfloat16

BATCH = 64
EPOCHS = 3
LEARNING_RATE = 2e-4
WARM_UP = 0.06
WEIGHT_DECAY = 0.01
TAUGHT, SOFTNESS = 0.75, 2.0
"""Share of the loss that is the distance to the teacher, and the temperature that both are compared at."""
CHECKPOINT_STEPS = 200
REPORT_STEPS = 50
NOT_THERE = -1e4
"""The logit of padding."""

logger = logging.getLogger(__name__)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoint, log and weights.safetensors")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="the highest learning rate")
    parser.add_argument("--start", type=Path, help="weights to begin with, in place of the embedding model's")
    parser.add_argument("--taught-by", type=Path, help="logits of the same examples, of assistant.reader.teacher")
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument(
        "--no-dropout", dest="dropout", action="store_false", help="on a processor drawing it takes 40%% of a step"
    )
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    fit(
        SpanReader,
        load(options.examples),
        options.run,
        epochs=options.epochs,
        rate=options.rate,
        start=options.start,
        taught_by=options.taught_by,
        batch=options.batch,
        dropout=options.dropout,
        seed=options.seed,
    )


def fit(
    begin: Callable[[], SpanReader],
    examples: Sequence[Example],
    run: Path,
    *,
    epochs: int = EPOCHS,
    rate: float = LEARNING_RATE,
    start: Path | None = None,
    taught_by: Path | None = None,
    batch: int = BATCH,
    dropout: bool = True,
    seed: int = 7,
    checkpoint_steps: int = CHECKPOINT_STEPS,
) -> SpanReader:
    """The network that `begin` makes, trained: writes `run/weights.safetensors`.

    Goes on from `run/checkpoint.safetensors` if it is there. Raises ValueError when that is of another training, or
    `taught_by` of other examples.
    """
    run.mkdir(parents=True, exist_ok=True)
    taught = _taught(taught_by, examples) if taught_by else None
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    epochs_of_batches = [_batches(examples, batch, random.Random(f"{seed} {epoch}")) for epoch in range(epochs)]
    batches = [one for epoch in epochs_of_batches for one in epoch]
    logger.info("%d examples, %d steps on %s", len(examples), len(batches), device)
    reader = begin()
    if start:
        reader.restore(start)
    reader.to(device).train(dropout)
    reader.encoder.embeddings.requires_grad_(False)
    parameters = {name: p for name, p in reader.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(parameters.values(), lr=rate, weight_decay=WEIGHT_DECAY, fused=device == "cuda")
    asked = hashlib.sha256(repr((examples, epochs, rate, start, taught_by, batch, dropout, seed)).encode()).hexdigest()
    done = _resume(run, asked, parameters, optimizer)
    # on a processor the training itself takes all of it
    workers = max(1, len(os.sched_getaffinity(0)) - 2) if device == "cuda" else 0
    encoded: Any = DataLoader(
        batches[done:],  # type: ignore[arg-type]  # a list is a data set
        batch_size=None,
        collate_fn=partial(_encoded, reader, examples, taught),
        num_workers=workers,
        prefetch_factor=8 if workers else None,
        multiprocessing_context="fork" if workers else None,  # the reader's lock cannot be pickled
    )
    began, total = time.perf_counter(), torch.zeros((), device=device)
    for step, tensors in enumerate(encoded, done + 1):
        torch.manual_seed(seed * len(batches) + step)  # the same dropout for a run that goes on
        for group in optimizer.param_groups:
            group["lr"] = rate * _pace(step - 1, len(batches))
        found = loss(reader, tensors, device)
        found.backward()
        nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += found.detach()
        if step % REPORT_STEPS == 0:
            seconds = (time.perf_counter() - began) / (step - done)
            record = {
                "step": step,
                "loss": round(float(total) / REPORT_STEPS, 4),
                "seconds_per_step": round(seconds, 4),
            }
            with (run / "log.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
            logger.info("%s of %d", record, len(batches))
            total.zero_()
        if step % checkpoint_steps == 0:
            _checkpoint(run, asked, step, parameters, optimizer)
    reader.save(run / "weights.safetensors")
    return reader


def _encoded(
    reader: SpanReader, examples: Sequence[Example], taught: dict[str, Tensor] | None, rows: Sequence[int]
) -> dict[str, Tensor]:
    encoded = encode(reader, [examples[row] for row in rows])
    tokens = encoded["input_ids"].shape[1]
    for name, logits in (taught or {}).items():
        encoded[f"taught/{name}"] = logits[list(rows), :tokens]
    return encoded


def _taught(path: Path, examples: Sequence[Example]) -> dict[str, Tensor]:
    with safe_open(path, "pt") as file:
        if file.metadata()["examples"] != digest(examples):
            raise ValueError(f"{path} is of other examples; make it of these with assistant.reader.teacher.")
    return load_file(path)


def digest(examples: Sequence[Example]) -> str:
    """What tells whether logits are of these examples."""
    return hashlib.sha256(repr(examples).encode()).hexdigest()


def encode(reader: SpanReader, batch: Sequence[Example]) -> dict[str, Tensor]:
    """What the network reads, (batch, tokens) each, with `starts` and `ends`, (batch,) each."""
    tokens = reader.encode([e.question for e in batch], [f"{e.heading}\n{e.passage}" for e in batch])
    starts, ends = targets(tokens, batch)
    inputs = {name: tokens[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
    return {**inputs, "starts": starts, "ends": ends}


def loss(reader: SpanReader, batch: dict[str, Tensor], device: str) -> Tensor:
    """Mean cross entropy of first and last token over the batch (from `encode`), a scalar.

    Where the batch has a teacher's logits, the most of it is the divergence from those.
    """
    batch = {name: tensor.to(device) for name, tensor in batch.items()}
    # bfloat16 that a processor only emulates took 53 s a step of 16, float32 2.4
    with torch.autocast(device, torch.bfloat16, enabled=device != "cpu" or has_bfloat16()):
        start, end = reader(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
    padding = batch["attention_mask"] == 0
    losses = []
    for name, logits, target in (("start", start, batch["starts"]), ("end", end, batch["ends"])):
        logits = logits.masked_fill(padding, NOT_THERE)
        one = nn.functional.cross_entropy(logits, target)
        if (taught := batch.get(f"taught/{name}")) is not None:
            ours, theirs = ((given.float() / SOFTNESS).log_softmax(-1) for given in (logits, taught))
            apart = nn.functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)
            one = (1 - TAUGHT) * one + TAUGHT * SOFTNESS**2 * apart
        losses.append(one)
    return (losses[0] + losses[1]) / 2


def targets(tokens: dict[str, Tensor], batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """First and last token of each answer, (batch,) each; token 0 where there is none or it was cut off."""
    starts, ends = [], []
    for n, example in enumerate(batch):
        start = end = 0
        if example.answer:
            shift = len(example.heading) + 1
            first, last = example.answer[0] + shift, example.answer[1] + shift
            in_passage = tokens["token_type_ids"][n] == 1
            offsets = tokens["offset_mapping"][n]
            covered = (in_passage & (offsets[:, 1] > first) & (offsets[:, 0] < last)).nonzero().flatten()
            if len(covered):
                start, end = int(covered[0]), int(covered[-1])
        starts.append(start)
        ends.append(end)
    return torch.tensor(starts), torch.tensor(ends)


def _batches(examples: Sequence[Example], batch: int, rng: random.Random) -> list[list[int]]:
    """Shuffled batches of the places of examples of about one length, so that little is padded."""
    shuffled = rng.sample(range(len(examples)), len(examples))
    window = batch * 50
    batches = []
    for i in range(0, len(shuffled), window):
        near = sorted(shuffled[i : i + window], key=lambda row: len(examples[row].passage))
        batches += [near[j : j + batch] for j in range(0, len(near), batch)]
    rng.shuffle(batches)
    return batches


def _pace(step: int, steps: int) -> float:
    """Share of the learning rate: up in a line, then down by a cosine."""
    warm = max(1, int(steps * WARM_UP))
    return step / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _checkpoint(
    run: Path, asked: str, step: int, parameters: dict[str, nn.Parameter], optimizer: torch.optim.Optimizer
) -> None:
    state = {f"parameter/{name}": p.detach().cpu().contiguous() for name, p in parameters.items()}
    for name, p in parameters.items():
        for moment in ("exp_avg", "exp_avg_sq"):
            state[f"{moment}/{name}"] = optimizer.state[p][moment].detach().cpu().contiguous()
    save_file(state, run / "checkpoint.tmp", metadata={"asked": asked, "step": str(step)})
    (run / "checkpoint.tmp").replace(run / "checkpoint.safetensors")


def _resume(run: Path, asked: str, parameters: dict[str, nn.Parameter], optimizer: torch.optim.Optimizer) -> int:
    """The step to go on from, with parameters and moments as they were then; 0 for a new run."""
    path = run / "checkpoint.safetensors"
    if not path.exists():
        return 0
    with safe_open(path, "pt") as state:
        if state.metadata()["asked"] != asked:
            raise ValueError(f"{path} is of a training on other examples or with other options; give another folder.")
        for name, p in parameters.items():
            p.data.copy_(state.get_tensor(f"parameter/{name}"))
            optimizer.state[p] = {
                "step": torch.tensor(float(state.metadata()["step"]), device=p.device),
                "exp_avg": state.get_tensor(f"exp_avg/{name}").to(p.device),
                "exp_avg_sq": state.get_tensor(f"exp_avg_sq/{name}").to(p.device),
            }
        return int(state.metadata()["step"])


if __name__ == "__main__":
    main()
