"""Train the reader: `python -m assistant.reader.train --data DIR --run DIR`.

The shipped weights are of six runs, each from the weights of the one before (MODEL_CARD.md): one on the public sets,
the others with `--news` too.

DIR holds `squad/` and `squadshifts/` in SQuAD's form, with `squad/split.json` naming the titles of `train`, `tune`
and `test`. Trained on: SQuAD 1.1 and 2.0 `train` titles and nine in ten of SQuADShifts' new-Wikipedia titles, with a
part of its Reddit and Amazon questions; with `--news` on the questions of files too, such as the invented news in
`bench/news/`. `tune` titles are for measuring; `test` titles are never read.

Seeded; the run's folder keeps a checkpoint that a second call goes on from, and `log.jsonl` with loss and pace.
"""

import argparse
import json
import logging
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from assistant.reader.data import Example, Question, as_typed, examples, few_a_fact, read_news, read_squad
from assistant.reader.model import SpanReader
from index.embed import has_bfloat16

BATCH = 16
LEARNING_RATE = 2e-4
WARM_UP = 0.06
WEIGHT_DECAY = 0.01
CHECKPOINT_STEPS = 200
FROM_SHIFTS = {"reddit": 4000, "amazon_reviews": 3000}
"""Questions taken of each; new_wiki is taken whole but for one title in ten."""
QUESTIONS_A_FACT = 2
"""News questions taken of those that ask for the same answer in other words, to have time for more facts."""

logger = logging.getLogger(__name__)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoint, log and weights.safetensors")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int, help="end after so many, the learning rate falling to zero by then")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="the highest learning rate")
    parser.add_argument("--start", type=Path, help="weights to begin with, in place of the embedding model's")
    parser.add_argument(
        "--news", type=Path, nargs="*", default=[], help="files of passages with questions to train on too"
    )
    parser.add_argument("--public", type=int, help="take so many of the public questions, drawn with the seed")
    parser.add_argument(
        "--freeze", type=int, choices=range(7), default=0, help="leave so many layers, from the lowest, as they are"
    )
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    items = training_examples(options.data, random.Random(options.seed), options.news, options.public)
    fit(
        items,
        options.run,
        epochs=options.epochs,
        steps=options.steps,
        seed=options.seed,
        rate=options.rate,
        start=options.start,
        freeze=options.freeze,
    )


def fit(
    items: Sequence[Example],
    run: Path,
    *,
    epochs: int,
    steps: int | None,
    seed: int,
    rate: float = LEARNING_RATE,
    start: Path | None = None,
    freeze: int = 0,
    checkpoint_steps: int = CHECKPOINT_STEPS,
) -> None:
    """Writes `run/weights.safetensors`; goes on from `run/checkpoint.safetensors` if it is there."""
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    batches = [batch for epoch in range(epochs) for batch in _batches(items, random.Random(seed + epoch))][:steps]
    logger.info("%d examples, %d steps on %s", len(items), len(batches), device)
    reader = SpanReader()
    if start:
        reader.restore(start)
    reader.to(device)
    for module in (reader.encoder.embeddings, *reader.encoder.encoder.layer[:freeze]):
        module.requires_grad_(False)
    parameters = {name: p for name, p in reader.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(parameters.values(), lr=rate, weight_decay=WEIGHT_DECAY)
    done = _resume(run, parameters, optimizer)
    reader.eval()  # no dropout: drawing it took over 40% of a step
    began, total = time.perf_counter(), 0.0
    for step, batch in enumerate(batches[done:], done + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate * _pace(step - 1, len(batches))
        found = loss(reader, batch, device)
        found.backward()
        nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += found.item()
        if step % 50 == 0:
            seconds = (time.perf_counter() - began) / (step - done)
            record = {"step": step, "loss": round(total / 50, 4), "seconds_per_step": round(seconds, 2)}
            with (run / "log.jsonl").open("a") as log:
                log.write(json.dumps(record) + "\n")
            logger.info("%s of %d", record, len(batches))
            total = 0.0
        if step % checkpoint_steps == 0:
            _checkpoint(run, step, parameters, optimizer)
    reader.save(run / "weights.safetensors")


def loss(reader: SpanReader, batch: Sequence[Example], device: str) -> Tensor:
    """Mean cross entropy of first and last token over the batch, a scalar."""
    passages = [f"{e.heading}\n{e.passage}" for e in batch]
    tokens = reader.encode([e.question for e in batch], passages)
    starts, ends = targets(tokens, batch)
    with torch.autocast(
        device, torch.bfloat16, enabled=device != "cpu" or has_bfloat16()
    ):  # emulated it took 53 s a step, float32 2.4
        start, end = reader(*(tokens[k].to(device) for k in ("input_ids", "attention_mask", "token_type_ids")))
    padding = tokens["attention_mask"].to(device) == 0
    losses = [
        nn.functional.cross_entropy(logits.masked_fill(padding, -1e4), target.to(device))
        for logits, target in ((start, starts), (end, ends))
    ]
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


def training_examples(
    data: Path,
    rng: random.Random,
    news: Sequence[Path],
    public: int | None,
    shifts: Mapping[str, int] = FROM_SHIFTS,
) -> list[Example]:
    """From the folder of the public sets and from files of news.

    public: how many public questions are taken, None for all. shifts: how many of each file of SQuADShifts but the
    Wikipedia one.
    """
    titles = frozenset(json.loads((data / "squad" / "split.json").read_text())["train"])
    questions: dict[tuple[str, ...], Question] = {}
    for version in ("2.0", "1.1"):
        for question in read_squad(data / "squad" / f"dev-v{version}.json", titles):
            questions.setdefault(question[:3], question)
    chosen = list(questions.values())
    wiki = list(read_squad(data / "squadshifts" / "new_wiki_v1.0.json"))
    held_out = set(sorted({title for title, *_ in wiki})[::10])
    chosen += [question for question in wiki if question[0] not in held_out]
    for name, count in shifts.items():
        # titles are numbers there, and teach nothing
        untitled: list[Question] = [
            ("", q[1], q[2], q[3]) for q in read_squad(data / "squadshifts" / f"{name}_v1.0.json")
        ]
        chosen += rng.sample(untitled, count)
    if public is not None:
        chosen = rng.sample(chosen, min(public, len(chosen)))
    for path in news:
        chosen += few_a_fact(list(read_news(path)), QUESTIONS_A_FACT, rng)
    return [as_typed(example, rng) for example in examples(chosen, rng)]


def _batches(items: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    """Shuffled batches of examples of about one length, so that little is padded."""
    shuffled = rng.sample(items, len(items))
    window = BATCH * 50
    batches = []
    for i in range(0, len(shuffled), window):
        near = sorted(shuffled[i : i + window], key=lambda example: len(example.passage))
        batches += [near[j : j + BATCH] for j in range(0, len(near), BATCH)]
    rng.shuffle(batches)
    yield from batches


def _pace(step: int, steps: int) -> float:
    """Share of the learning rate: up in a line, then down by a cosine."""
    warm = max(1, int(steps * WARM_UP))
    return step / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _checkpoint(run: Path, step: int, parameters: dict[str, nn.Parameter], optimizer: torch.optim.Optimizer) -> None:
    state = {f"parameter/{name}": p.detach().cpu().contiguous() for name, p in parameters.items()}
    for name, p in parameters.items():
        for moment in ("exp_avg", "exp_avg_sq"):
            state[f"{moment}/{name}"] = optimizer.state[p][moment].detach().cpu().contiguous()
    save_file(state, run / "checkpoint.tmp", metadata={"step": str(step)})
    (run / "checkpoint.tmp").replace(run / "checkpoint.safetensors")
    (run / "step.json").write_text(json.dumps({"step": step}))


def _resume(run: Path, parameters: dict[str, nn.Parameter], optimizer: torch.optim.Optimizer) -> int:
    """The step to go on from, with parameters and moments as they were then; 0 for a new run."""
    if not (run / "step.json").exists():
        return 0
    step = int(json.loads((run / "step.json").read_text())["step"])
    state = load_file(run / "checkpoint.safetensors")
    for name, p in parameters.items():
        p.data.copy_(state[f"parameter/{name}"])
        optimizer.state[p] = {
            "step": torch.tensor(float(step)),
            "exp_avg": state[f"exp_avg/{name}"].to(p.device),
            "exp_avg_sq": state[f"exp_avg_sq/{name}"].to(p.device),
        }
    return step


if __name__ == "__main__":
    main()
