"""A sentence and passages → of each passage the sentence that bears it out best, and how surely it does.

The reader's network with weights of its own (`weights.safetensors`, see MODEL_CARD.md), trained by way of
`assistant.reader.claims`: the sentence is asked as if it were a question, and what answers is a sentence of the
passage, or nothing. How sure it is, is a logit: that of the best answer less that of "nothing here bears it out".
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from langchain_core.documents import Document

from assistant.evidence import headed
from assistant.reader.model import PassageLogits, SpanReader, trained_reader
from index.text.sentences import sentence_spans

WEIGHTS = Path(__file__).with_name("weights.safetensors")
WEIGHTS_SHA256 = "8ffab8b586e0b2b9d44442d4ef7dbfab6d98c175b360aa8b93cc36bad58d62a4"

Ground = tuple[Document, int, int, float]
"""A passage, where in the article a sentence of it stands, and its logit."""


def network() -> SpanReader:
    """One for the process. Any thread may call."""
    return trained_reader(WEIGHTS, WEIGHTS_SHA256)


def nearest(sentence: str, passages: Sequence[Document]) -> list[Ground]:
    """Of each passage the sentence that bears `sentence` out best, none where the network saw none of them."""
    if not passages:
        return []
    logits = network().read(sentence, [headed(passage) for passage in passages])
    best = (max(_grounds(*pair), key=lambda g: g[-1], default=None) for pair in zip(passages, logits, strict=True))
    return [ground for ground in best if ground is not None]


def together(sentence: str, texts: Sequence[str]) -> float:
    """The logit of `texts` as one, for what it takes several passages to bear out."""
    (logits,) = network().read(sentence, [("", " ".join(texts))])
    return float(logits.start.max() + logits.end.max()) - logits.none


def _grounds(passage: Document, logits: PassageLogits) -> Iterator[Ground]:
    begins, offset = logits.offsets[:, 0], passage.metadata["start"]
    for start, end in sentence_spans(passage.page_content, passage.metadata["language"]):
        first, last = np.searchsorted(begins, (start, end))
        if first < last:
            logit = float(logits.start[first:last].max() + logits.end[first:last].max()) - logits.none
            yield passage, offset + start, offset + end, logit
