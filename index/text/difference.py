"""Two revisions of a text in, what became of every sentence out: same, removed, added, or changed in which words.

difflib aligns the sentences, since readers look for the sentence that was corrected; among those it finds replaced,
the pairing in order that shares most words says which became which. Two sentences are the same when their words and
marks are: blanks and paragraphs do not count. A sentence that moved is removed here and added there.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Literal

from index.text.sentences import sentence_spans

MIN_SHARED = 0.55
"""Share of words (twice the common ones by all of both) from which on a sentence is the other one, changed. Of 6,300
pairs of near neighbours in the seed articles none shares as much; of their 570 sentences, with 40% of the words
replaced, dropped or joined by others, 99 in 100 do."""

MAX_STEPS, MAX_WORD_STEPS = 4_000_000, 20_000
"""Sentences and pairs of equal ones, or words of one changed sentence and pairs of these, that difflib may look at: it
goes through all that are left for each match. Enough for 3,000 sentences of which every other one was replaced."""
MAX_COMPARED_CHARS = 20_000_000
"""What may be compared to find which sentence became which: 300 in a row, of 170 characters each, with as many."""
PAIR_CHARS = 50
"""What a pair of sentences takes beside the comparison of their words, as characters of these."""
MAX_LISTED = 2_000
"""Sentences removed or added in one run; a longer run is one change."""

_MARK = r"!-/:-@\[-`{-~\u00a1-\u00bf\u2010-\u205e\u3000-\u303f\uff01-\uff0f"
_ALONE = r"\u3040-\u30ff\u3400-\u9fff"
"""Scripts without blanks between words: each character is taken for one."""
_LETTERS = rf"[^\s{_MARK}{_ALONE}]+"
_WORD = re.compile(rf"{_LETTERS}(?:[.,:'’/-]{_LETTERS})*|[{_MARK}{_ALONE}]")
"""1,300 and 9:30 are words, and so is every mark; anything that is not blank lies in one."""
_ONLY_MARK = re.compile(f"[{_MARK}]")


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `text[start:end]` of one of the two texts."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Words within a changed sentence: of the old text, and what stands for them in the new; None for nothing."""

    old: Span | None
    new: Span | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a sentence, or of a run of them: `old` is None when it was added, `new` when it was removed."""

    kind: Literal["same", "removed", "added", "changed"]
    old: Span | None
    new: Span | None
    words: tuple[Edit, ...] = ()
    """Where the two differ, in order; of a changed sentence only, and never empty there."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    span: Span
    words: str
    """With one blank between any two of them, so that equal ones are equal words."""


_Step = tuple[str, int, int, int, int]
"""What difflib calls it ("equal", "replace", "delete", "insert") or "rewrite"; from where to where in old and new."""


def difference(old: str, new: str, language: str | None = None) -> tuple[Change, ...]:
    """What became of every sentence of `old`, and where every sentence of `new` comes from, in their order.

    A run of sentences that stayed is one change; otherwise each sentence has its own. Every sentence of either text
    lies in exactly one. Where the bounds above end the comparison, the old sentences are removed and the new ones
    added; more than 2,000 removed or added in a row are one change.
    """
    olds, news = _sentences(old, language), _sentences(new, language)
    changes: list[Change] = []
    left = MAX_COMPARED_CHARS
    for tag, i, i_end, j, j_end in _steps([x.words for x in olds], [x.words for x in news], MAX_STEPS):
        before, after = olds[i:i_end], news[j:j_end]
        compared = len(before) * sum(len(x.words) + PAIR_CHARS for x in after)
        if tag == "equal":
            changes.append(Change("same", _run(before), _run(after)))
        elif tag == "rewrite" or compared > left:
            changes += [*_removed(before), *_added(after)]
        else:
            left -= compared
            changes += _replaced(old, before, new, after)
    return tuple(changes)


def _sentences(text: str, language: str | None) -> list[_Sentence]:
    return [
        _Sentence(Span(start, end), " ".join(_WORD.findall(text[start:end])))
        for start, end in sentence_spans(text, language)
    ]


def _steps(old: Sequence[str], new: Sequence[str], max_steps: int) -> list[_Step]:
    """The steps from `old` to `new`; where the matcher gave up, what it replaces is a "rewrite"."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    shorter -= head
    tail = next((n for n in range(shorter) if old[-1 - n] != new[-1 - n]), shorter)
    i_end, j_end = len(old) - tail, len(new) - tail
    matcher = _Matcher(old[head:i_end], new[head:j_end], max_steps)
    found: list[_Step] = [("equal", 0, head, 0, head)] if head else []
    for tag, i, i_to, j, j_to in matcher.get_opcodes():
        named = "rewrite" if tag == "replace" and matcher.gave_up else tag
        found.append((named, head + i, head + i_to, head + j, head + j_to))
    if tail:
        found.append(("equal", i_end, len(old), j_end, len(new)))
    return found


class _Matcher(SequenceMatcher[str]):
    """difflib's, with an end to its work: a few thousand lines of which most are equal may take it an hour."""

    def __init__(self, old: Sequence[str], new: Sequence[str], max_steps: int) -> None:
        super().__init__(None, old, new, autojunk=False)
        self.gave_up = False
        self._left = max_steps
        equals = Counter(new)
        self._steps_before = [0, *accumulate(1 + equals[item] for item in old)]

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """As difflib has it: none once the work left does not suffice, so that both parts count as replaced."""
        steps = self._steps_before[-1 if ahi is None else ahi] - self._steps_before[alo]
        if steps > self._left:
            self.gave_up = True
            return Match(alo, blo, 0)
        self._left -= steps
        return super().find_longest_match(alo, ahi, blo, bhi)


def _replaced(old: str, before: Sequence[_Sentence], new: str, after: Sequence[_Sentence]) -> list[Change]:
    """`before` became `after`: pairs that share most words are changed, what is between them removed and added."""
    changes: list[Change] = []
    i = j = 0
    for a, b in _pairs(before, after):
        changes += [*_removed(before[i:a]), *_added(after[j:b])]
        i, j = a + 1, b + 1
        was, now = before[a].span, after[b].span
        changes.append(Change("changed", was, now, _edits(old, was, new, now)))
    return [*changes, *_removed(before[i:]), *_added(after[j:])]


def _pairs(before: Sequence[_Sentence], after: Sequence[_Sentence]) -> list[tuple[int, int]]:
    """Which of `before` became which of `after`, in order: the pairing with the largest sum of shared words."""
    words_before, words_after = [_compared(x) for x in before], [_compared(x) for x in after]
    # best[i][j]: that sum for all from i and from j on.
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    shared = [[_shared(a, b) for b in words_after] for a in words_before]
    for i in reversed(range(len(before))):
        for j in reversed(range(len(after))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + shared[i][j])
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(before) and j < len(after):
        if shared[i][j] and best[i][j] == best[i + 1][j + 1] + shared[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _compared(sentence: _Sentence) -> frozenset[str]:
    return frozenset(word for word in sentence.words.lower().split(" ") if not _ONLY_MARK.fullmatch(word))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words in both, from 0 to 1; 0 when it is too small for one sentence to be the other."""
    share = 2 * len(one & other) / ((len(one) + len(other)) or 1)
    return share if share >= MIN_SHARED else 0.0


def _edits(old: str, was: Span, new: str, now: Span) -> tuple[Edit, ...]:
    before, after = list(_WORD.finditer(old, was.start, was.end)), list(_WORD.finditer(new, now.start, now.end))
    steps = _steps([x.group() for x in before], [x.group() for x in after], MAX_WORD_STEPS)
    return tuple(
        Edit(
            Span(before[i].start(), before[i_end - 1].end()) if i < i_end else None,
            Span(after[j].start(), after[j_end - 1].end()) if j < j_end else None,
        )
        for tag, i, i_end, j, j_end in steps
        if tag != "equal"
    )


def _removed(sentences: Sequence[_Sentence]) -> list[Change]:
    return [Change("removed", span, None) for span in _listed(sentences)]


def _added(sentences: Sequence[_Sentence]) -> list[Change]:
    return [Change("added", None, span) for span in _listed(sentences)]


def _listed(sentences: Sequence[_Sentence]) -> list[Span]:
    return [x.span for x in sentences] if len(sentences) <= MAX_LISTED else [_run(sentences)]


def _run(sentences: Sequence[_Sentence]) -> Span:
    return Span(sentences[0].span.start, sentences[-1].span.end)
