"""What the reader learns from, and its file: made by `assistant.reader.data`, read by `assistant.reader.train`.

JSON Lines, a passage a line, with all that is asked of it. A machine that trains needs this file and the network's
packages, but no index, no public sets and no LangChain.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    question: str
    heading: str
    passage: str
    answer: tuple[int, int] | None
    """Character offsets in `passage`; None when it does not hold the answer."""


def save(examples: Iterable[Example], path: Path) -> None:
    by_passage: dict[tuple[str, str], list[tuple[str, tuple[int, int] | None]]] = {}
    for example in examples:
        by_passage.setdefault((example.heading, example.passage), []).append((example.question, example.answer))
    with path.open("w", encoding="utf-8") as file:
        for (heading, passage), asked in by_passage.items():
            file.write(json.dumps([heading, passage, asked], ensure_ascii=False) + "\n")


def load(path: Path) -> list[Example]:
    """In the file's order."""
    with path.open(encoding="utf-8") as file:
        return [
            Example(question, heading, passage, tuple(answer) if answer else None)
            for heading, passage, asked in map(json.loads, file)
            for question, answer in asked
        ]
