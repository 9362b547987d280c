"""Sentences beside passages → examples for a network that tells whether the passage bears the sentence out:
`python -m assistant.reader.claims --claims FILE --out FILE`, then `assistant.reader.train --start`.

A sentence that is borne out is asked as if it were a question, which the passage's nearest sentence answers; one that
is not has no answer. So the network, its training and its weights' form are the reader's own. FILE is such as
`bench/news/claims.jsonl`: a passage a line with title, date, text, `supported` and `unsupported` sentences. To these
are added sentences of the passages themselves, since chat models copy, sentences of other passages, and the same
sentences turned round: a "not" put in or taken out, two names changed over, another number of the passage. Seeded.
"""

import argparse
import json
import logging
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.reader.example import Example, save
from assistant.reader.heading import heading
from index.text.sentences import sentence_spans
from index.text.words import stems

COPIED, OF_ANOTHER = 0.5, 0.25
"""Share of the passages that are given a sentence of their own too, and one of another's."""
DENIED, CROSSED, MISCOUNTED = 0.25, 0.25, 0.15
"""Share of the sentences borne out that are turned round, in each way, where they can be."""
LEAST_WORDS = 6
LEAST_BETWEEN = 2

_NOT = re.compile(r" not\b| never\b")
_DENIES = re.compile(
    r"\b(?:no|nobody|none|nothing|neither|nor|without|cannot|only|few|little)\b|n['’]t\b", re.IGNORECASE
)
_AUXILIARY = re.compile(
    r"(?<=[a-z0-9,] )(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should)(?= [a-z0-9])"
)
_NAME = re.compile(
    r"(?!(?:The|An?|In|On|At|By|For|No|Its?|His|Her|Their|Of|After|Before|When|While)\b)"
    r"[A-ZÀ-Þ][\w’'-]+(?: (?:(?:of|de|van) (?=[A-ZÀ-Þ]))?[A-ZÀ-Þ][\w’'-]+)*"
)
_EVEN = re.compile(r"\b(?:and|or|met|with|between|both|against|near|like)\b|,")
"""Between names of which each may stand where the other does."""
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")

logger = logging.getLogger(__name__)


def examples(passages: Sequence[Mapping[str, Any]], rng: random.Random) -> Iterator[Example]:
    for passage in passages:
        head, text = heading(passage["title"], passage["date"]), passage["text"]
        spans = sentence_spans(text)
        for claim in passage["supported"]:
            yield Example(claim, head, text, nearest(claim, text, spans))
            for share, turn in ((DENIED, denied), (CROSSED, crossed)):
                if rng.random() < share and (turned := turn(claim)):
                    yield Example(turned, head, text, None)
            if rng.random() < MISCOUNTED and (turned := miscounted(claim, text, rng)):
                yield Example(turned, head, text, None)
        for kind, claim in passage["unsupported"]:
            yield Example(claim, head, text, None)
            if kind == "negated" and (turned := denied(claim, surely=True)):
                yield Example(turned, head, text, nearest(turned, text, spans))
        own = [span for span in spans if len(text[slice(*span)].split()) >= LEAST_WORDS]
        if own and rng.random() < COPIED:
            span = rng.choice(own)
            yield Example(text[slice(*span)], head, text, span)
        other = rng.choice(passages)
        if other is not passage and rng.random() < OF_ANOTHER:
            yield Example(rng.choice(other["supported"]), head, text, None)


def denied(claim: str, *, surely: bool = False) -> str | None:
    """With a "not" behind its first auxiliary, or without the one that it has; None where it denies otherwise.

    surely: None where it has several verbs, of which another one might be what is denied.
    """
    nots, auxiliaries = _NOT.findall(claim), list(_AUXILIARY.finditer(claim))
    if len(nots) > 1 or _DENIES.search(claim) or not (nots or auxiliaries) or (surely and len(auxiliaries) > 1):
        return None
    if nots:
        return claim.replace(nots[0], "", 1)
    end = auxiliaries[0].end()
    return f"{claim[:end]} not{claim[end:]}"


def crossed(claim: str) -> str | None:
    """With its first two names in each other's place; None where it has fewer, or they may be of the same rank."""
    names = [name for name in _NAME.finditer(claim) if name.start() or " " in name.group()][:2]
    if len(names) < 2 or names[0].group() in names[1].group() or names[1].group() in names[0].group():
        return None
    (first, second), between = names, claim[names[0].end() : names[1].start()]
    if len(between.split()) < LEAST_BETWEEN or _EVEN.search(between):
        return None
    return claim[: first.start()] + second.group() + between + first.group() + claim[second.end() :]


def miscounted(claim: str, text: str, rng: random.Random) -> str | None:
    """With another number of `text` in the place of one of its own; None where there is none."""
    own = list(_NUMBER.finditer(claim))
    others = sorted(set(_NUMBER.findall(text)) - {number.group() for number in own})
    if not own or not others:
        return None
    number, other = rng.choice(own), str(rng.choice(others))
    return claim[: number.start()] + other + claim[number.end() :]


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
    made = list(examples(passages, random.Random(options.seed)))  # nosec B311 # to be drawn alike again
    save(made, options.out)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logger.info("%d examples, %d borne out", len(made), sum(e.answer is not None for e in made))


if __name__ == "__main__":
    main()
