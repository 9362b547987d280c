"""Statements of running stories → examples for a network that tells what fills a sentence's blank in another sentence:
`python -m assistant.reader.blanks --statements FILE… --out FILE`, then `assistant.reader.train --start`.

A sentence with "how many" in place of one of its numbers is asked, and the other sentence answers with its number where
that is of the same thing, or not at all. So the network, its training and its weights' form are the reader's own. FILE
is such as `bench/statements/`: a story a line with `subjects`, each of which has `statements`, and with what stands
`alone`; in each sentence what it states is marked "[[34 people]]". To each pair of statements of one thing come some of
the story that are of others, those nearest in meaning first. Seeded.
"""

import argparse
import json
import logging
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.reader.example import Example, save
from assistant.reader.heading import heading
from assistant.topics.quantities import Kind, Quantity, quantities
from index.model.embed import BUILTIN, embedder

NEAR, FAR = 4, 1
"""Sentences of other things, of the same kind of number, that a statement is asked of: the nearest ones, and others."""
_ASKED: Mapping[Kind, str] = {
    "date": "when",
    "count": "how many",
    "money": "how much money",
    "percent": "what percentage",
    "measure": "how many",
}
_BEFORE_A_DATE = re.compile(
    r"\b(?:on|in|by|until|since|from|at|for) (?:the (?:end|start|beginning) of )?$", re.IGNORECASE
)
_UNIT = re.compile(r"[A-Za-z/°]+(?: (?:an|per) hour)?$")
_MARK = re.compile(r"\[\[(.+?)\]\]")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stated:
    """A number that a sentence states."""

    heading: str
    sentence: str
    quantity: Quantity


def asked(head: str, sentence: str, quantity: Quantity) -> str:
    """The question that its number answers: "Car falls (February 8, 2003): The cabin carried how many people?" """
    before, behind = sentence[: quantity.start], sentence[quantity.end :]
    word = _ASKED[quantity.kind]
    if quantity.kind == "date":
        before = _BEFORE_A_DATE.sub("", before)
    if quantity.kind == "measure" and (unit := _UNIT.search(sentence[quantity.start : quantity.end])):
        word = f"{word} {unit.group()}"
    return f"{head}: {before}{word}{behind}".rstrip(".!?") + "?"


def examples(stories: Sequence[Mapping[str, Any]], rng: random.Random) -> Iterator[Example]:
    for story in stories:
        known = [
            (n, s) for n, subject in enumerate(story["subjects"]) for s in map(_stated, subject["statements"]) if s
        ]
        known += [(-n, s) for n, one in enumerate(story["alone"], 1) if (s := _stated(one))]
        spans: dict[tuple[int, str], tuple[int, int]] = {
            (subject, one.sentence): (one.quantity.start, one.quantity.end) for subject, one in known
        }
        sentences = list({one.sentence: one for _, one in known}.values())
        vectors = embedder(BUILTIN).embed([one.sentence for one in sentences])
        place = {one.sentence: n for n, one in enumerate(sentences)}
        for subject, one in known:
            question = asked(one.heading, one.sentence, one.quantity)
            others = [other for other in sentences if other.sentence != one.sentence]
            same = [other for other in others if (subject, other.sentence) in spans]
            rest = [other for other in others if other not in same and _has(other, one.quantity)]
            rest.sort(key=lambda other: -float(vectors[place[one.sentence]] @ vectors[place[other.sentence]]))
            for other in same:
                yield Example(question, other.heading, other.sentence, spans[subject, other.sentence])
            for other in rest[:NEAR] + rng.sample(rest[NEAR:], min(FAR, len(rest[NEAR:]))):
                yield Example(question, other.heading, other.sentence, None)


def _has(other: Stated, quantity: Quantity) -> bool:
    """Whether a number of its sentence may be taken for that one."""
    return other.quantity.kind == quantity.kind


def _stated(statement: Mapping[str, Any]) -> Stated | None:
    """None where the mark is on no number that is read."""
    mark = _MARK.search(statement["sentence"])
    if mark is None:
        raise ValueError(f"Nothing is marked in {statement['sentence']!r}.")
    sentence = _MARK.sub(r"\1", statement["sentence"])
    start, end = mark.start(), mark.end() - len("[[]]")
    for one in quantities(sentence, statement["on"]):
        if one.start < end and start < one.end:
            return Stated(heading(statement["title"], statement["on"]), sentence, one)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    stories = [
        json.loads(line) for path in options.statements for line in path.read_text(encoding="utf-8").splitlines()
    ]
    made = list(examples(stories, random.Random(options.seed)))  # nosec B311 # to be drawn alike again
    save(made, options.out)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logger.info("%d examples, %d of the same thing", len(made), sum(e.answer is not None for e in made))


if __name__ == "__main__":
    main()
