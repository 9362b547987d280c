"""The extractive writer: the one to three sentences that answer best, verbatim.

Sentences that say the same in the same words are one voice: the best of them is cited and the others are named
beside it. Of sentences that tell the same fact in different words, or with another number, the newest comes
first, since news ages. A further sentence is added where it answers nearly as well as the first, or where the first
is not sure to be the answer. One that opens with a pronoun brings the sentence before it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.antecedent import with_antecedent
from assistant.evidence import Evidence
from assistant.refusing import DEFAULT_MAX_WRONG, least_probability
from assistant.statement import Quote, Statement, Support, say_the_same
from index.embed import Embed
from index.sentences import is_ended, sentence_spans

ANSWER_THRESHOLD = least_probability(DEFAULT_MAX_WRONG)
"""Least probability of the first sentence where nothing is set. docs/decisions.md has what it answers and refuses."""
MAX_SENTENCES = 3
CONFIDENT = 0.8
"""From this probability on the first sentence is right for 95 of a hundred (`python -m bench.calibrate`)."""
NEARLY_AS_GOOD = 0.7
"""Share of the first sentence's probability that a further one needs beside a first one that is confident."""
WORTH_SHOWING = 0.2
"""The same beside one that is not: the reader of the answer judges better than the network which of them it is."""
NEWER_AS_GOOD = 0.6
"""The same for a newer report of the same fact."""
SAME_FACT_COSINE = 0.6
CONSIDERED = 24
"""Sentences that an answer is chosen from."""
MAX_HEADING_CHARS = 80
"""What is no longer than this and ends without punctuation is a heading or a caption, which answers nothing; a line of
a list or table ("Top scorer: Ada Quill") may."""

Speaker = Callable[[Support], Support]
"""A sentence as it was found → the same with the article that is to be cited for it."""

_ROW = re.compile(r"\S: \S| \| ")


def confidence(evidence: Sequence[Evidence]) -> float:
    """The probability that decides: of the best sentence; 0 where there is none."""
    return next((e.quote.score for e in evidence[:CONSIDERED] if not _is_heading(e.quote.text)), 0.0)


def write(
    evidence: Sequence[Evidence],
    embed: Embed,
    speaker: Speaker = lambda voice: voice,
    threshold: float = ANSWER_THRESHOLD,
) -> Iterator[Statement]:
    """Nothing when the best sentence is under the threshold.

    evidence: best first, as `EvidenceReader.read` gives it. embed: tells whether two sentences tell the same fact.
    speaker: asked before reports are put in the order of their days, since a late re-post of a report is no later one.
    """
    quotes = [with_antecedent(e.quote) for e in evidence[:CONSIDERED] if not _is_heading(e.quote.text)]
    voices = _voices(quotes)
    if not voices or confidence(evidence) < threshold:
        return
    least = WORTH_SHOWING * voices[0].quote.score  # what is under it is never told
    best, *others = (speaker(voice) for voice in voices if voice.quote.score >= least)
    newer = _newer(best, others, embed, threshold)
    share = NEARLY_AS_GOOD if best.quote.score >= CONFIDENT else WORTH_SHOWING
    further = [voice for voice in others if voice not in newer and voice.quote.score >= share * best.quote.score]
    chosen, told = [best], [best]
    for voice in (*newer, *further):  # the newest report has its place before any other sentence
        more = _once([v for v in (*newer, best, *further) if v is voice or v in chosen])
        if _sentences(more) <= MAX_SENTENCES:
            chosen, told = [*chosen, voice], more
    for voice in told:
        yield Statement(voice.quote.text, (voice,))


def _newer(best: Support, others: Sequence[Support], embed: Embed, threshold: float) -> list[Support]:
    """Later reports of the fact that `best` tells which answer well enough to stand before it, the newest first."""
    least = max(threshold, NEWER_AS_GOOD * best.quote.score)
    later = [
        voice
        for voice in others
        if voice.quote.score >= least
        and voice.quote.published_on > best.quote.published_on > ""
        and voice.quote.article_id != best.quote.article_id
    ]
    if not later:
        return []
    told, *vectors = embed([voice.quote.text for voice in (best, *later)])
    same = [voice for voice, vector in zip(later, vectors, strict=True) if float(told @ vector) >= SAME_FACT_COSINE]
    return sorted(same, key=lambda voice: voice.quote.published_on, reverse=True)


def _sentences(voices: Sequence[Support]) -> int:
    return sum(len(sentence_spans(v.quote.text, v.quote.passage.metadata["language"])) for v in voices)


def _once(voices: Sequence[Support]) -> list[Support]:
    """`voices` in their order, but that what one has in common with another is told once and the rest follows it."""
    told: list[Support] = []
    for voice in voices:
        near = [n for n, other in enumerate(told) if other.quote.overlaps(voice.quote)]
        if not near:
            told.append(voice)
            continue
        last = max(near, key=lambda n: told[n].quote.end)
        end = told[last].quote.end
        if end < voice.quote.end:
            told.insert(last + 1, replace(voice, quote=voice.quote.behind(end)))
    return told


def _is_heading(text: str) -> bool:
    return len(text) <= MAX_HEADING_CHARS and not is_ended(text) and not _ROW.search(text)


def _voices(quotes: Sequence[Quote]) -> list[Support]:
    """`quotes` with the copies of a sentence folded into the best of them, best first."""
    voices: list[tuple[Quote, frozenset[str], list[Quote]]] = []
    for candidate in quotes:
        words = candidate.word_set()
        for voice, said, copies in voices:
            if say_the_same(words, said):
                if candidate.article_id not in {voice.article_id, *(copy.article_id for copy in copies)}:
                    copies.append(candidate)
                break
        else:
            voices.append((candidate, words, []))
    return [Support(voice, tuple(copies)) for voice, _, copies in voices]
