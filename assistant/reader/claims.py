"""Sentences beside passages → examples for a network that tells whether the passage bears the sentence out:
`python -m assistant.reader.claims --claims FILE --out FILE`, then `assistant.reader.train --start`.

A sentence that is borne out is asked as if it were a question, which the passage's nearest sentence answers; one that
is not has no answer. So the network, its training and its weights' form are the reader's own. FILE is such as
`bench/news/claims.jsonl`: a passage a line with title, date, text, `supported` and `unsupported` sentences. To these
are added sentences of the passages themselves, since chat models copy, and sentences of other passages. Seeded.
"""

import argparse
import json
import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.reader.example import Example, save
from assistant.reader.heading import heading
from index.sentences import sentence_spans
from index.words import stems

COPIED, OF_ANOTHER = 0.5, 0.25
"""Share of the passages that are given a sentence of their own too, and one of another's."""
LEAST_WORDS = 6

logger = logging.getLogger(__name__)


def examples(passages: Sequence[Mapping[str, Any]], rng: random.Random) -> Iterator[Example]:
    for passage in passages:
        head, text = heading(passage["title"], passage["date"]), passage["text"]
        spans = sentence_spans(text)
        for claim in passage["supported"]:
            yield Example(claim, head, text, nearest(claim, text, spans))
        for _, claim in passage["unsupported"]:
            yield Example(claim, head, text, None)
        own = [span for span in spans if len(text[slice(*span)].split()) >= LEAST_WORDS]
        if own and rng.random() < COPIED:
            span = rng.choice(own)
            yield Example(text[slice(*span)], head, text, span)
        other = rng.choice(passages)
        if other is not passage and rng.random() < OF_ANOTHER:
            yield Example(rng.choice(other["supported"]), head, text, None)


def nearest(claim: str, text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The sentence of `text`, of those at `spans`, that has most of the claim's words, the shorter of two alike."""
    said = set(stems(claim))
    return max(spans, key=lambda span: (len(said & set(stems(text[slice(*span)]))), span[0] - span[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    passages = [json.loads(line) for line in options.claims.read_text(encoding="utf-8").splitlines()]
    made = list(examples(passages, random.Random(options.seed)))
    save(made, options.out)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logger.info("%d examples, %d borne out", len(made), sum(e.answer is not None for e in made))


if __name__ == "__main__":
    main()
