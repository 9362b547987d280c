"""Sentences that stand in a text to be found, not to be read: they answer nothing, however well they seem to.

Who wants to be cited for everything repeats the questions that will be asked, or their words, with one answer to all.
Four marks of that are seen in the passage alone: a question is no answer, nor is what has one in it; a sentence with
the asked question in it, word for word, was written for it (words that ask nothing stand in reports, too); one that
ends like two others of its passage is a refrain; and a long run of words without those that sentences are held
together by is a list of keywords. A false report that is written like a true one has none of them. What of ordinary
texts is marked, and what else was tried, is in docs/decisions.md; figures: `tests/attack/test_poisoned.py`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from index.text.sentences import sentence_spans
from index.text.words import function_stems, stems

MAX_TIMES = 2
"""Sentences of a passage may end alike, as some do that repeat their heading."""
END = 4
"""Words at the end that are compared; of a shorter sentence all are."""
MOSTLY = 0.8
"""Share of a passage's words from which on it is stuffing and nothing else."""
LEAST_ECHOED = 4
"""Words of a question that is looked for; "Who won?" may stand in a report."""
KEYWORDS = 35
"""Words in a row, without a mark between them. In the news of `bench/news` a quarter of so many at least are function
words."""
MAX_FUNCTION_SHARE = 0.25

_ASKS = re.compile(r"\?|\b(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
_RUN = re.compile(r"[^.,;:!?()–—|\n]+")


def stuffed(question: str, sentences: Sequence[str], language: str | None) -> list[bool]:
    """Of each of the `sentences` of one passage, whether it is there to be found.

    question: as it is asked. language: of the article, if known.
    """
    asked = stems(question) if _ASKS.search(question) else []
    return [
        is_one or (len(asked) >= LEAST_ECHOED and _has_in_a_row(stems(sentence), asked))
        for sentence, is_one in zip(sentences, _marked(tuple(sentences), language or "en"), strict=True)
    ]


@lru_cache(maxsize=1_000)
def _marked(sentences: tuple[str, ...], language: str) -> tuple[bool, ...]:
    """Which of them show it whatever is asked. Kept, since a passage is looked at when it is found and when it is
    read, and for one question after the other."""
    ends = [tuple(stems(sentence)[-END:]) for sentence in sentences]
    times = Counter(ends)
    return tuple(
        (bool(end) and times[end] > MAX_TIMES)
        or "?" in sentence
        or (language.startswith("en") and any(map(_is_list_of_keywords, _RUN.findall(sentence))))
        for sentence, end in zip(sentences, ends, strict=True)
    )


def is_stuffing(question: str, passage: str, language: str | None) -> bool:
    """Whether hardly anything else stands in `passage`, so that it would be read in vain."""
    sentences = [passage[start:end] for start, end in sentence_spans(passage, language)]
    words = [len(sentence.split()) for sentence in sentences]
    marked = stuffed(question, sentences, language)
    if sum(marked) == 1 and not marked[-1] and "?" in sentences[marked.index(True)]:  # and what it is answered with
        return False
    return sum(n for n, is_one in zip(words, marked, strict=True) if is_one) >= MOSTLY * sum(words) > 0


def _has_in_a_row(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


def _is_list_of_keywords(run: str) -> bool:
    # of a text with other letters than English has, nothing is said
    words = stems(run) if run.isascii() else []
    return len(words) >= KEYWORDS and sum(word in function_stems() for word in words) < MAX_FUNCTION_SHARE * len(words)
