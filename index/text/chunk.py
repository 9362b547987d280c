"""Article text → passages of whole sentences.

A passage is what is embedded and searched: about `TARGET_CHARS` long, starting and ending on sentence
borders, without overlap, in the article's order. An article is divided evenly rather than greedily, and what
remains after each passage evenly again, so that its last passage is not a stub. A sentence longer than a passage
(a table, a text without full stops) is broken at blanks, the only case in which a border falls inside a sentence.
"""

from collections.abc import Iterator

from index.text.sentences import each_sentence

CHUNKER_VERSION = 3
"""Part of every generation's manifest: a change here rebuilds passages and index."""

TARGET_CHARS = 900
"""900 characters of English prose and 150 of a title stay under the 256 tokens that MiniLM reads. Of denser text, such
as tables or other scripts, the model may not read the end, which is then found by its words alone."""

TITLE_CHARS = 150
"""Of a title that goes with each passage: a longer one would leave no room for the passage in what the model reads."""

Span = tuple[int, int]


def embedded_text(title: str, passage: str) -> str:
    """What is embedded and indexed for a passage: the article's title, as far as TITLE_CHARS, goes with each of them.

    A change here is a change of CHUNKER_VERSION: passages carry a hash of it.
    """
    return f"{title[:TITLE_CHARS]}\n{passage}"


def passage_spans(text: str, language: str | None = None) -> list[Span]:
    """(start, end) character offsets of each passage; empty for a text without sentences."""
    spans = (piece for span in each_sentence(text, language) for piece in _broken(text, span))
    passages: list[Span] = []
    first = next(spans, None)
    if first is None:
        return passages
    start, end = first
    last = len(text.rstrip())  # where the last sentence ends
    target = _even_share(last - start)
    for next_start, next_end in spans:
        grown, stays = next_end - start, end - start
        # close where that leaves the length nearer to the target
        if grown > TARGET_CHARS or (grown > target and grown - target > target - stays):
            passages.append((start, end))
            start = next_start
            target = _even_share(last - start)
        end = next_end
    passages.append((start, end))
    return passages


def _even_share(chars: int) -> float:
    """Of the fewest passages into which `chars`, at least 1, would fit."""
    return chars / -(-chars // TARGET_CHARS)


def _broken(text: str, span: Span) -> Iterator[Span]:
    """`span`, or its pieces of at most TARGET_CHARS cut at blanks (in the word where there is none).

    Like the span, no piece starts or ends with a blank.
    """
    start, end = span
    while end - start > TARGET_CHARS:
        cut = text.rfind(" ", start + TARGET_CHARS // 2, start + TARGET_CHARS)
        cut = cut if cut > 0 else start + TARGET_CHARS
        yield start, start + len(text[start:cut].rstrip())
        start = end - len(text[cut:end].lstrip())
    yield start, end
