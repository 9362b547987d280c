"""Train the reader: `python -m assistant.reader.train --examples FILE --run DIR`.

FILE is of `assistant.reader.data`. Besides the answers, a larger network's view can be learnt from (`--teacher`, see
`assistant.reader.teacher`), which says what else looks like one; each time that an example comes it is then varied
(`assistant.reader.vary`), since the teacher answers what nobody has. On a GPU where there is one, else on the
processor. MODEL_CARD.md has the runs that made the shipped weights. Seeded; the run's folder keeps a checkpoint that a
second call goes on from, `log.jsonl` with loss and pace, and in the end the weights, in floats and as they are shipped.
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
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from assistant.reader.example import Example, load
from assistant.reader.network import INPUTS, SpanNetwork
from assistant.reader.vary import varied
from index.model.sentence_transformer import has_bfloat16

BATCH = 64
EPOCHS = 3
LEARNING_RATE = 2e-4
WARM_UP = 0.06
WEIGHT_DECAY = 0.01
TAUGHT, SOFTNESS = 0.75, 2.0
"""Share of the loss that is the distance to the teacher, and the temperature that both are compared at."""
ALIKE = 0.5
"""Weight of the squared distance of the last hidden layers, the teacher's normalised, beside the rest of the loss."""
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
    parser.add_argument(
        "--teacher",
        type=Path,
        nargs=2,
        metavar=("MODEL", "WEIGHTS"),
        help="as assistant.reader.teacher takes and makes",
    )
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument(
        "--no-dropout", dest="dropout", action="store_false", help="on a processor drawing it takes 40%% of a step"
    )
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    teacher = None
    if options.teacher:
        from assistant.reader.teacher import Teacher

        model, weights = options.teacher
        teacher = Teacher(model)
        teacher.restore(weights)
    fit(
        SpanNetwork,
        load(options.examples),
        options.run,
        epochs=options.epochs,
        rate=options.rate,
        start=options.start,
        teacher=teacher,
        batch=options.batch,
        dropout=options.dropout,
        seed=options.seed,
    ).export(options.run / "shipped.safetensors")


def fit(
    begin: Callable[[], SpanNetwork],
    examples: Sequence[Example],
    run: Path,
    *,
    epochs: int = EPOCHS,
    rate: float = LEARNING_RATE,
    start: Path | None = None,
    teacher: SpanNetwork | None = None,
    batch: int = BATCH,
    dropout: bool = True,
    seed: int = 7,
    checkpoint_steps: int = CHECKPOINT_STEPS,
) -> SpanNetwork:
    """The network that `begin` makes, trained: writes `run/weights.safetensors`.

    Goes on from `run/checkpoint.safetensors` if it is there; raises ValueError when that is of another training.
    """
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    draws = [random.Random(f"{seed} {epoch}") for epoch in range(epochs)]  # nosec B311 # to be drawn alike again
    epochs_of_batches = [_batches(examples, batch, rng) for rng in draws]
    batches = [one for epoch in epochs_of_batches for one in epoch]
    logger.info("%d examples, %d steps on %s", len(examples), len(batches), device)
    reader = begin()
    if start:
        reader.restore(start)
    reader.encoder.embeddings.requires_grad_(False)
    asked = _digest((examples, epochs, rate, batch, dropout, seed), reader, teacher)
    lesson = Lesson(reader, teacher).to(device).train(dropout)
    parameters = {name: p for name, p in lesson.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(parameters.values(), lr=rate, weight_decay=WEIGHT_DECAY, fused=device == "cuda")
    done = _resume(run, asked, parameters, optimizer)
    # on a processor the training itself takes all of it
    workers = max(1, len(os.sched_getaffinity(0)) - 2) if device == "cuda" else 0
    encoded: Any = DataLoader(
        batches[done:],  # type: ignore[arg-type]  # a list is a data set
        batch_size=None,
        collate_fn=partial(_encoded, reader, examples),
        num_workers=workers,
        prefetch_factor=8 if workers else None,
        multiprocessing_context="fork" if workers else None,
    )
    began, total = time.perf_counter(), torch.zeros((), device=device)
    for step, tensors in enumerate(encoded, done + 1):
        torch.manual_seed(seed * len(batches) + step)  # the same dropout for a run that goes on
        for group in optimizer.param_groups:
            group["lr"] = rate * _pace(step - 1, len(batches))
        found = lesson(tensors)
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


class Lesson(nn.Module):
    """A batch of `encode` → the loss, a scalar: what a step of training lowers."""

    def __init__(self, reader: SpanNetwork, teacher: SpanNetwork | None = None) -> None:
        super().__init__()
        self.reader = reader
        self._teacher = (
            [teacher.eval().requires_grad_(False)] if teacher else []
        )  # in a list: no part of what is trained
        if teacher:
            self.widened = nn.Linear(reader.head.in_features, teacher.head.in_features)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Mean cross entropy of first and last token.

        With a teacher, most of it is the distance to its logits, and that to its last hidden layer is added.
        """
        device = self.reader.head.weight.device
        batch = {name: tensor.to(device) for name, tensor in batch.items()}
        certain = torch.ones_like(batch["starts"], dtype=torch.bool)
        if self._teacher:
            batch, certain = varied(batch)
        inputs = [batch[name] for name in INPUTS]
        there = batch["attention_mask"] == 1
        # bfloat16 that a processor only emulates took 53 s a step of 16, float32 2.4
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu" or has_bfloat16()):
            hidden = self.reader.hidden(*inputs)
            ours = [one.masked_fill(~there, NOT_THERE) for one in self.reader.logits(hidden)]
            alike = self.widened(hidden) if self._teacher else hidden
        known = torch.zeros((), device=device)
        for logits, target in zip(ours, (batch["starts"], batch["ends"]), strict=True):
            each = nn.functional.cross_entropy(logits, target, reduction="none")
            known = known + (each * certain).sum() / certain.sum().clamp_min(1) / 2
        if not self._teacher:
            return known
        teacher = self._teacher[0].to(device)
        with (
            torch.no_grad(),
            torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu" or has_bfloat16()),
        ):
            shown = teacher.hidden(*inputs)
            theirs = [one.masked_fill(~there, NOT_THERE) for one in teacher.logits(shown)]
        taught = torch.zeros((), device=device)
        for one, other in zip(ours, theirs, strict=True):
            mine, right = ((given / SOFTNESS).log_softmax(-1) for given in (one, other))
            apart = nn.functional.kl_div(mine, right, reduction="batchmean", log_target=True)
            taught = taught + SOFTNESS**2 * apart / 2
        normal = nn.functional.layer_norm(shown.float(), shown.shape[-1:])
        features = ((alike.float() - normal) ** 2).mean(-1)[there].mean()
        return (1 - TAUGHT) * known + TAUGHT * taught + ALIKE * features


def _encoded(reader: SpanNetwork, examples: Sequence[Example], rows: Sequence[int]) -> dict[str, Tensor]:
    return encode(reader, [examples[row] for row in rows])


def encode(reader: SpanNetwork, batch: Sequence[Example]) -> dict[str, Tensor]:
    """What the network reads, (batch, tokens) each, with `starts`, `ends` and `bodies`, (batch,) each.

    These are the first and the last token of the answer, and the passage's first behind the heading.
    """
    tokens = reader.encode([e.question for e in batch], [f"{e.heading}\n{e.passage}" for e in batch])
    starts, ends = targets(tokens, batch)
    shifts = torch.tensor([len(e.heading) + 1 for e in batch])[:, None]
    in_passage = (tokens["token_type_ids"] == 1) & (tokens["offsets"][..., 0] >= shifts)
    return {
        **{name: tokens[name] for name in INPUTS},
        "starts": starts,
        "ends": ends,
        "bodies": in_passage.int().argmax(1),
    }


def targets(tokens: dict[str, Tensor], batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """First and last token of each answer, (batch,) each; token 0 where there is none or it was cut off."""
    starts, ends = [], []
    for n, example in enumerate(batch):
        start = end = 0
        if example.answer:
            shift = len(example.heading) + 1
            first, last = example.answer[0] + shift, example.answer[1] + shift
            in_passage = tokens["token_type_ids"][n] == 1
            offsets = tokens["offsets"][n]
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


def _digest(options: tuple[object, ...], *networks: nn.Module | None) -> str:
    """What a run is known by: its options, and the weights that it begins with and learns from."""
    digest = hashlib.sha256(repr(options).encode())
    for network in filter(None, networks):
        for name, value in network.state_dict().items():
            digest.update(name.encode() + value.cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


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
            raise ValueError(f"{path} is of another training: other examples, options or weights. Give another folder.")
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
