"""What the page shows of an answer where the server writes it, for browsers that run no script: values in, pieces out.

The templates have the words; `static/answer.js` shows the same where scripts run.
"""

import re
from urllib.parse import quote

from index.text.canonical import is_web_address
from web.replies import Json

FRAGMENT_WORDS = 8


def pieces(text: str, citations: list[Json]) -> list[tuple[str, Json | None]]:
    """An answer's text in order: markers, each with the citation that it refers to, and what stands between them."""
    cited = {f"[{citation['index']}]": citation for citation in citations}
    return [
        (piece, cited.get(piece)) for piece in re.split(r"(\[[0-9]+\]|\s+(?=\[[0-9]+\])|(?<=\])\s+)", text) if piece
    ]


def told_apart(answer: Json) -> tuple[list[Json], str]:
    """The citations that tell the same otherwise, and what else the answer says: all of it where there are none."""
    differs = answer.get("differs")  # answers stored before that was told have none
    if not differs:
        return [], answer["answer"]
    told: list[str] = re.findall(r".+?(?:\[[0-9]+\])+", answer["answer"], re.DOTALL)
    ends = tuple(f"[{index}]" for index in differs)
    others = "".join(sentence for sentence in told if not sentence.endswith(ends)).strip()
    return [citation for citation in answer["citations"] if citation["index"] in differs], others


def paragraphs(text: str, start: int, end: int) -> list[list[tuple[str, bool]]]:
    """An article's text by its paragraphs, each in pieces: what lies in the span is marked, in one piece, and a line
    break in it ends no paragraph. No span where it lies outside the text, or ends before it begins."""
    if not 0 <= start < end <= len(text):
        start = end = 0
    breaks = [m.span() for m in re.finditer(r"\n+", text) if m.end() <= start or m.start() >= end]
    starts, ends = [0, *(last for _, last in breaks)], [*(first for first, _ in breaks), len(text)]
    found = []
    for first, last in zip(starts, ends, strict=True):
        if first <= start < end <= last:
            parts = [(text[first:start], False), (text[start:end], True), (text[end:last], False)]
        else:
            parts = [(text[first:last], False)]
        found.append([part for part in parts if part[0]])
    return found


def original(citation: Json) -> str | None:
    """The address of the cited article, with a fragment that has the browser scroll to the quote; None without one."""
    url = citation["url"]
    if not url or not is_web_address(url):  # so that no `javascript:` is ever followed
        return None
    words = citation["quote"].split()
    fragment = _fragment(words)
    if len(words) > 2 * FRAGMENT_WORDS:
        fragment = f"{_fragment(words[:FRAGMENT_WORDS])},{_fragment(words[-FRAGMENT_WORDS:])}"
    return f"{url}{'' if '#' in url else '#'}:~:text={fragment}"


def _fragment(words: list[str]) -> str:
    # a bare dash is part of the fragment's own grammar
    return quote(" ".join(words), safe="").replace("-", "%2D")
