"""The extractive writer: the one to three sentences that answer best, verbatim.

Sentences that say the same in the same words are one voice: the best of them is cited and the others are named
beside it. Of sentences that tell the same fact in different words, or with another number, the newest comes
first, since news ages. A further sentence is added where it answers nearly as well as the first, or where the first
is not sure to be the answer. One that opens with a pronoun brings the sentence before it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.antecedent import with_antecedent
from assistant.evidence import Evidence
from assistant.statement import Quote, Statement, Support
from index.embed import Embed

ANSWER_THRESHOLD = 0.25
"""Least probability of the first sentence. On the two halves of SQuAD 2.0's `tune` titles it answers 78% and 90% of the
answerable questions, and refuses 33% and 34% of the unanswerable ones (written to be near misses) and 96% and 97% of
those on topics that the collection does not hold (`python -m bench.calibrate --limit 800`)."""
MAX_SENTENCES = 3
CONFIDENT = 0.7
"""From this probability on the first sentence was right for all but a few in a hundred."""
NEARLY_AS_GOOD = 0.85
"""Share of the first sentence's probability that a further one needs beside a first one that is confident."""
WORTH_SHOWING = 0.5
"""The same beside one that is not: the reader of the answer judges better than the network which of them it is."""
NEWER_AS_GOOD = 0.6
"""The same for a newer report of the same fact."""
SAME_FACT_COSINE = 0.6
SAME_WORDS = 0.8
"""Shared stems / all stems of two sentences from which one counts as a copy of the other."""
CONSIDERED = 24
"""Sentences that an answer is chosen from."""
MAX_HEADING_CHARS = 80
"""What is no longer than this and ends without punctuation is a heading or a caption, which answers nothing."""

_ENDED = re.compile(r"[.!?…。！？][\"”’'»)\]]*$")


def write(evidence: Sequence[Evidence], embed: Embed) -> Iterator[Statement]:
    """Nothing when the best sentence is under the threshold.

    evidence: best first, as `EvidenceReader.read` gives it. embed: tells whether two sentences tell the same fact.
    """
    voices = _voices([e.quote for e in evidence if not _is_heading(e.quote.text)][:CONSIDERED])
    if not voices or voices[0].quote.score < ANSWER_THRESHOLD:
        return
    best = voices[0].quote
    as_good = (NEARLY_AS_GOOD if best.score >= CONFIDENT else WORTH_SHOWING) * best.score
    rivals = [v for v in voices if v.quote.score >= min(as_good, NEWER_AS_GOOD * best.score)]
    vectors = embed([voice.quote.text for voice in rivals])

    def tell_one_fact(one: int, other: int) -> bool:
        differ = rivals[one].quote.article_id != rivals[other].quote.article_id
        return differ and float(vectors[one] @ vectors[other]) >= SAME_FACT_COSINE

    others = range(1, len(rivals))
    newer = [
        n
        for n in others
        if rivals[n].quote.score >= NEWER_AS_GOOD * best.score
        and rivals[n].quote.published_on > best.published_on > ""
        and tell_one_fact(0, n)
    ]
    further = [n for n in others if n not in newer and rivals[n].quote.score >= as_good]
    # the newest report has its place before any other sentence
    newer.sort(key=lambda n: rivals[n].quote.published_on, reverse=True)
    chosen = [0, *newer, *further][:MAX_SENTENCES]
    told = _told(rivals, chosen)
    chosen = list(told)
    while chosen:
        fact = [n for n in chosen if n == chosen[0] or tell_one_fact(chosen[0], n)]
        for n in sorted(fact, key=lambda n: rivals[n].quote.published_on, reverse=True):
            yield Statement(told[n].quote.text, (told[n],))
        chosen = [n for n in chosen if n not in fact]


def _told(voices: Sequence[Support], chosen: Sequence[int]) -> dict[int, Support]:
    """The chosen voices, each with what it needs to be understood, without those that an earlier one tells already."""
    told: dict[int, Support] = {}
    for n in chosen:
        quote = voices[n].quote
        if not any(other.quote.overlaps(quote) for other in told.values()):
            longer = with_antecedent(quote)
            is_told = any(other.quote.overlaps(longer) for other in told.values())
            told[n] = voices[n] if is_told else replace(voices[n], quote=longer)
    return told


def _is_heading(text: str) -> bool:
    return len(text) <= MAX_HEADING_CHARS and not _ENDED.search(text)


def _voices(quotes: Sequence[Quote]) -> list[Support]:
    """`quotes` with the copies of a sentence folded into the best of them, best first."""
    voices: list[tuple[Quote, frozenset[str], list[Quote]]] = []
    for candidate in quotes:
        words = candidate.word_set()
        for voice, said, copies in voices:
            if _say_the_same(words, said):
                if candidate.article_id not in {voice.article_id, *(copy.article_id for copy in copies)}:
                    copies.append(candidate)
                break
        else:
            voices.append((candidate, words, []))
    return [Support(voice, tuple(copies)) for voice, _, copies in voices]


def _say_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Nearly the same words and exactly the same numbers: a corrected toll is not a copy of the wrong one."""
    numbers_differ = any(stem[0].isdigit() for stem in one ^ other)
    return len(one & other) >= SAME_WORDS * len(one | other) and not numbers_differ
