"""The extractive writer: the one to three sentences that answer best, verbatim.

Sentences that say the same in the same words are one voice: the best of them is cited and the others are named
beside it. Of sentences that tell the same fact in different words, or with another number, the newest comes
first, since news ages. A further sentence is added only where it answers nearly as well as the first.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.evidence import Evidence
from assistant.expected import asks_for_a_span
from assistant.statement import Quote, Statement, Support
from index.embed import Embed

ANSWER_THRESHOLD = 0.25
"""Least probability of the first sentence. On the two halves of SQuAD 2.0's `tune` titles it answers 78% and 90% of the
answerable questions, and refuses 33% and 34% of the unanswerable ones (written to be near misses) and 96% and 97% of
those on topics that the collection does not hold (`python -m bench.calibrate --limit 800`)."""
MAX_SENTENCES = 3
NEARLY_AS_GOOD = 0.85
"""Share of the first sentence's probability that a further one needs."""
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


def write(question: str, evidence: Sequence[Evidence], embed: Embed) -> Iterator[Statement]:
    """Nothing when the best sentence is under the threshold.

    evidence: best first, as `EvidenceReader.read` gives it. embed: tells whether two sentences tell the same fact.
    """
    voices = _voices([e.quote for e in evidence if not _is_heading(e.quote.text)][:CONSIDERED])
    if not voices or voices[0].quote.score < ANSWER_THRESHOLD:
        return
    best = voices[0].quote
    rivals = [v for v in voices if v.quote.score >= max(ANSWER_THRESHOLD, NEWER_AS_GOOD * best.score)]
    vectors = embed([voice.quote.text for voice in rivals])

    def tell_one_fact(one: int, other: int) -> bool:
        differ = rivals[one].quote.article_id != rivals[other].quote.article_id
        return differ and float(vectors[one] @ vectors[other]) >= SAME_FACT_COSINE

    # what a few words answer needs no third sentence
    limit = MAX_SENTENCES - 1 if asks_for_a_span(question) else MAX_SENTENCES
    others = range(1, len(rivals))
    newer = [n for n in others if rivals[n].quote.published_on > best.published_on > "" and tell_one_fact(0, n)]
    as_good = [n for n in others if n not in newer and rivals[n].quote.score >= NEARLY_AS_GOOD * best.score]
    # the newest report has its place before any other sentence
    newer.sort(key=lambda n: rivals[n].quote.published_on, reverse=True)
    chosen = [0, *newer, *as_good][:limit]
    while chosen:
        fact = [n for n in chosen if n == chosen[0] or tell_one_fact(chosen[0], n)]
        for n in sorted(fact, key=lambda n: rivals[n].quote.published_on, reverse=True):
            yield Statement(rivals[n].quote.text, (rivals[n],))
        chosen = [n for n in chosen if n not in fact]


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
