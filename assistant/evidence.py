"""The passages found → their sentences, each with how well it answers the question.

The trained reader says of every token how well an answer would begin or end there; a sentence's span score is
that of the best answer within it, less the score of "no answer here". Two linear scores over that and two plain
features make the evidence: `RANK` orders the sentences of one question, `TRUST` gives the probability that a
sentence put first is right. Both were fitted by `bench/calibrate.py` on `tune` titles of SQuAD 2.0 and on news
questions, which the reader was not trained on; docs/decisions.md has the figures. Sentences that stand in a text only
to be found (`assistant.stuffing`) are no evidence.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from assistant.reader.heading import heading
from assistant.reader.model import MAX_SPAN_TOKENS, PassageLogits, trained_reader
from assistant.statement import Quote
from assistant.stuffing import stuffed
from index.text.sentences import sentence_spans
from index.text.words import stems

FEATURES = ("span", "passage", "names")
"""Span score · the passage's search score · share of the question's names and numbers in passage, title and date."""
RANK = np.array([0.30, 2.35, 0.31])
TRUST = np.array([0.18, 0.58, 0.87])
TRUST_BIAS = -1.99

SURE_ENOUGH = 0.5
"""Probability of a sentence from which on nothing is read that is held in reserve; docs/decisions.md has its worth."""

Span = tuple[int, int]
_Scored = tuple[Document, Span, Span, float]
"""A passage, a sentence of it, the best answer in the sentence and its span score."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence and what is held of it."""

    quote: Quote
    """Its score is the probability that a person would accept the sentence as the answer."""
    answer: str
    """The words in it that the reader takes for the answer."""
    features: tuple[float, ...]
    """As in `FEATURES`."""


class EvidenceReader:
    """Any thread may call. The network is loaded when it is first needed, or by `warm`."""

    def warm(self) -> None:
        trained_reader()

    def read(self, question: str, passages: Sequence[Document], reserve: Sequence[Document] = ()) -> list[Evidence]:
        """Every sentence of `passages` that the reader saw whole or in part and that may answer, best first, ties in
        their order.

        reserve: read as well where no sentence of `passages` is held with `SURE_ENOUGH`.
        """
        found: list[_Scored] = []
        evidence: list[Evidence] = []
        for batch in filter(None, (passages, reserve)):
            if any(one.quote.score >= SURE_ENOUGH for one in evidence):
                break
            logits = trained_reader().read(question, [headed(passage) for passage in batch])
            found += [
                (passage, *scored)
                for passage, seen in zip(batch, logits, strict=True)
                for scored in _scored_sentences(question, passage, seen)
            ]
            evidence = _ranked(question, found)
        return evidence


def _ranked(question: str, found: Sequence[_Scored]) -> list[Evidence]:
    if not found:
        return []
    features = _features(question, found)
    rank_scores = features @ RANK
    trust = features @ TRUST + TRUST_BIAS
    evidence = []
    for n in np.argsort(-rank_scores, kind="stable"):
        passage, sentence, answer, _ = found[n]
        offset = passage.metadata["start"]
        evidence.append(
            Evidence(
                quote=Quote(
                    passage,
                    offset + sentence[0],
                    offset + sentence[1],
                    1 / (1 + math.exp(-float(trust[n]))),
                ),
                answer=passage.page_content[slice(*answer)],
                features=tuple(features[n].tolist()),
            )
        )
    return evidence


def names_in(question: str) -> set[str]:
    """Stems of the capitalised words and numbers of a question, the first word (of one in brackets too) aside."""
    names = re.finditer(r"(?<!^)(?<!\()\b(?:[A-ZÀ-Þ][\w'’-]*|\d[\d,.]*)", question)
    return {stem for match in names for stem in stems(match.group())}


def _scored_sentences(question: str, passage: Document, logits: PassageLogits) -> list[tuple[Span, Span, float]]:
    """(sentence, best answer in it, its span score), characters of the passage."""
    starts, ends = logits.offsets[:, 0], logits.offsets[:, 1]
    text, language = passage.page_content, passage.metadata["language"]
    sentences = sentence_spans(text, language)
    scored = []
    for sentence, is_stuffed in zip(
        sentences, stuffed(question, [text[start:end] for start, end in sentences], language), strict=True
    ):
        first, last = np.searchsorted(starts, sentence)
        if is_stuffed or first == last:  # the latter behind what fits into the reader
            continue
        pairs = logits.start[first:last, None] + logits.end[None, first:last]
        length = np.arange(last - first)[None, :] - np.arange(last - first)[:, None]
        pairs = np.where((length >= 0) & (length < MAX_SPAN_TOKENS), pairs, -np.inf)
        begin, finish = np.unravel_index(int(pairs.argmax()), pairs.shape)
        answer = (int(starts[first + begin]), int(ends[first + finish]))
        scored.append((sentence, answer, float(pairs[begin, finish]) - logits.none))
    return scored


def headed(passage: Document) -> tuple[str, str]:
    """With the day: what was reported in April 2024 seldom says so in its text."""
    return heading(passage.metadata["title"], passage.metadata["published_at"]), passage.page_content


def _features(question: str, found: Sequence[_Scored]) -> NDArray[np.float64]:
    """(sentences, len(FEATURES))."""
    names = names_in(question)
    shares: dict[str | None, float] = {}
    for passage, *_ in found:
        if passage.id not in shares:
            words = set(stems("\n".join(headed(passage)))) if names else set()
            shares[passage.id] = len(names & words) / len(names) if names else 1.0
    return np.array([(score, passage.metadata["score"], shares[passage.id]) for passage, _, _, score in found])
