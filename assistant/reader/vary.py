"""A batch of examples → the same with other words and in other orders, for a teacher to say what is right there.

A fifth of the questions get a word of another question in place of one of theirs, which makes near misses; three in ten
passages are read with their sentences in another order. Seeded by torch's own generator.
"""

import torch
from torch import Tensor

SWAPPED, SHUFFLED = 0.2, 0.3
FULL_STOP = 1012
"""Its number among the reader's word pieces. Abbreviations are torn at it, too, which the teacher reads past."""
SENTENCES = 64


def varied(batch: dict[str, Tensor]) -> tuple[dict[str, Tensor], Tensor]:
    """`batch` as `train.encode` makes it; and of which rows, (batch,) bool, the known answer still holds."""
    ids, certain = _with_swapped_words(batch)
    order = _with_shuffled_sentences(batch, ids)
    places = order.argsort(1)
    starts, ends = (places.gather(1, batch[name][:, None])[:, 0] for name in ("starts", "ends"))
    certain &= ends - starts == batch["ends"] - batch["starts"]
    return {**batch, "input_ids": ids.gather(1, order), "starts": starts, "ends": ends}, certain


def _with_swapped_words(batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    ids = batch["input_ids"].clone()
    device, rows = ids.device, torch.arange(len(ids), device=ids.device)
    questions = ((batch["token_type_ids"] == 0) & (batch["attention_mask"] == 1)).sum(1)  # with [CLS] and [SEP]
    chosen = (torch.rand(len(ids), device=device) < SWAPPED) & (questions > 4)
    other = torch.randperm(len(ids), device=device)

    def word_of(lengths: Tensor) -> Tensor:
        return 1 + (torch.rand(len(ids), device=device) * (lengths - 2)).long()

    into, out_of = word_of(questions), word_of(questions[other])
    ids[rows, into] = torch.where(chosen, batch["input_ids"][other, out_of], ids[rows, into])
    return ids, ~chosen


def _with_shuffled_sentences(batch: dict[str, Tensor], ids: Tensor) -> Tensor:
    """(batch, tokens): the place that the token of each place comes from."""
    count, tokens = ids.shape
    place = torch.arange(tokens, device=ids.device).expand(count, tokens)
    last = batch["attention_mask"].sum(1, keepdim=True) - 1
    passage = (place >= batch["bodies"][:, None]) & (place < last)
    stops = (ids == FULL_STOP) & passage
    sentence = (stops.long().cumsum(1) - stops.long()).clamp_max(SENTENCES - 1)
    rank = torch.rand(count, SENTENCES, device=ids.device).argsort(1)
    chosen = torch.rand(count, 1, device=ids.device) < SHUFFLED
    # before the passage, in it by its sentences' ranks, behind it
    moved = torch.where(passage, (1 + rank.gather(1, sentence)) * tokens + place, place)
    moved = torch.where(place >= last, (SENTENCES + 2) * tokens + place, moved)
    return torch.where(chosen, moved, place).argsort(1)
