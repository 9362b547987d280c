"""A cleaned text in, the title out that stands at its head, or one that is cut from its beginning.

A line is the title that is short, has no sentence's end in it, says neither by whom nor when the article is, and has
the story under it. Without an empty line between, the story's lines have to be whole sentences, so that the first line
of a verse, a list or a paragraph wrapped by hand is none. A title found is taken out of the text, one that is cut is
not.
"""

import re

from index.article import Removed, is_visible
from index.ingest.clean import is_sentence, plain_line, without_lines
from index.ingest.written import rule_about
from index.text.sentences import sentence_spans

MAX_TITLE_LINE_CHARS = 200
MAX_CUT_CHARS, MAX_CHARS_LOOKED_AT = 120, 2_000
"""Of a title that is cut from the text, and of the line that it is cut from."""

_SENTENCE_END = re.compile(r"[.!?…:;,。！？][\"'”’»)\]]*$")


def headline(text: str) -> str | None:
    """The line of `text` that is its title; None where none is."""
    lines = [line.strip() if is_visible(line) else "" for line in text.split("\n")]
    place = next((n for n, line in enumerate(lines) if line and not rule_about(line)), len(lines))
    if place == len(lines) or not is_title_line(lines[place]) or len(sentence_spans(lines[place])) > 1:
        return None
    below = lines[place + 1 :]
    paragraph = below[: below.index("")] if "" in below else below
    story = [line for line in paragraph if not rule_about(line)]
    if story:
        return lines[place] if _is_over(lines[place], story) else None
    return lines[place] if any(line and not rule_about(line) for line in below) else None


def without_headline(text: str, title: str) -> tuple[str, list[Removed]]:
    """`text` without the line that `headline` found, and without those right under it that say the same again."""
    lines = text.split("\n")
    places = [n for n, line in enumerate(lines) if line.strip()]
    start = next((i for i, n in enumerate(places) if lines[n].strip() == title), len(places))
    end = start
    while end < len(places) and plain_line(lines[places[end]][: 2 * MAX_TITLE_LINE_CHARS]) == plain_line(title):
        end += 1
    if end == len(places):
        return text, []
    gone = places[start:end]
    return without_lines(lines, gone), [Removed("repeated-title", lines[n]) for n in gone[1:]]


def title_from(text: str) -> str:
    """The first line of `text` with something to see, or its first sentence, or as many of its words as fit."""
    line = next(filter(is_visible, text.split("\n")), "").strip()
    if len(line) <= MAX_CUT_CHARS:
        return line
    start, end = sentence_spans(line[:MAX_CHARS_LOOKED_AT])[0]
    if end - start <= MAX_CUT_CHARS:
        return line[start:end]
    cut = line[:MAX_CUT_CHARS]
    # Without a blank in it, rfind gives -1 and one character makes room for the "…".
    return cut[: cut.rfind(" ")].rstrip(" ,;:–—-") + "…"


def is_title_line(line: str) -> bool:
    """Whether a first paragraph reads like a title: one short line that does not end like a sentence."""
    return "\n" not in line and len(line) <= MAX_TITLE_LINE_CHARS and not _SENTENCE_END.search(line)


def _is_over(line: str, story: list[str]) -> bool:
    """Whether a line is over the sentences under it, not the first of a wrapped paragraph: that has no room for a word
    more.
    """
    word = story[0].split()[0]
    has_room = len(line) + 1 + len(word) <= max(map(len, story))
    return has_room and not word[0].islower() and all(map(is_sentence, story))
