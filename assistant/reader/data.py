"""Question-answering data in SQuAD's form → training examples.

A paragraph longer than a passage of the index is divided as the index divides it, so that the reader learns on
what it will read: the piece with the answer teaches where it is, another that it is not there. To those are
added the wrong passages that look most right (the first by BM25 without the answer's words), the
questions that people wrote to have no answer, and questions about a year put to another.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.evaluate import holds
from assistant.reader.heading import heading
from index.chunk import passage_spans
from index.lexical import LexicalIndex

Question = tuple[str, str, str, list[tuple[int, str]]]
"""Heading, paragraph, question, and (start, answer) for each answer that someone gave; none: it has no answer there."""
NEAREST = 20
"""Passages looked through for a wrong one that looks right."""


@dataclass(frozen=True, slots=True)
class Example:
    question: str
    heading: str
    passage: str
    answer: tuple[int, int] | None
    """Character offsets in `passage`; None when it does not hold the answer."""


def read_squad(path: Path, titles: frozenset[str] | None = None) -> Iterator[Question]:
    """The questions of those titles, of all without titles."""
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        if titles is None or article["title"] in titles:
            for paragraph in article["paragraphs"]:
                for qa in paragraph["qas"]:
                    answers = [(a["answer_start"], a["text"]) for a in qa["answers"]]
                    yield article["title"].replace("_", " "), paragraph["context"], qa["question"].strip(), answers


def read_news(path: Path) -> Iterator[Question]:
    """The questions of a file of one passage a line: title, date, text, and questions with the sentence of each answer.

    Answer and sentence are null where the passage has no answer.
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        news = json.loads(line)
        for asked in news["questions"]:
            answers = []
            if asked["answer"] is not None:
                start = news["text"].index(asked["sentence"]) + asked["sentence"].index(asked["answer"])
                answers = [(start, asked["answer"])]
            yield heading(news["title"], news["date"]), news["text"], asked["question"], answers


def examples(questions: Sequence[Question], rng: random.Random) -> list[Example]:
    """One example for each question's own passage.

    For a third of the answered ones one more for another piece of its paragraph, where there is one, and for a third
    one for a passage of another text; of those that name a year half are asked of another year too.
    """
    out = []
    pool: dict[tuple[str, str], int] = {}
    answered: list[tuple[str, str, list[str]]] = []
    for head, paragraph, question, answers in questions:
        pieces = [(s, paragraph[s:e]) for s, e in passage_spans(paragraph)]
        for _, piece in pieces:
            pool.setdefault((head, piece), len(pool))
        if answers:
            start, text = Counter(answers).most_common(1)[0][0]
            accepted = [a for _, a in answers]
            answered.append((paragraph, question, accepted))
            for s, piece in pieces:
                if s <= start and start + len(text) <= s + len(piece):
                    out.append(Example(question, head, piece, (start - s, start - s + len(text))))
                    if (other := of_another_year(question, head + piece, rng)) and rng.random() < 0.5:
                        out.append(Example(other, head, piece, None))
            others = [piece for _, piece in pieces if not holds(piece, accepted)]
            if others and rng.random() < 1 / 3:
                out.append(Example(question, head, rng.choice(others), None))
        elif pieces:
            out.append(Example(question, head, rng.choice(pieces)[1], None))
    return out + _wrong_passages(rng.sample(answered, len(answered) // 3), list(pool))


def few_a_fact(questions: Sequence[Question], count: int, rng: random.Random) -> list[Question]:
    """All questions without an answer, and at most `count` of those that have it in the same place of a paragraph."""
    by_fact: dict[tuple[str, str], list[Question]] = {}
    chosen = []
    for question in questions:
        _, paragraph, _, answers = question
        if answers:
            by_fact.setdefault((paragraph, str(answers)), []).append(question)
        else:
            chosen.append(question)
    return chosen + [q for asked in by_fact.values() for q in rng.sample(asked, min(count, len(asked)))]


def of_another_year(question: str, told: str, rng: random.Random) -> str | None:
    """`question` with a year up to nine years away in place of its own, one that `told` does not name.

    None if it names no year, or several.
    """
    years = re.findall(r"\b(?:1[5-9]|20)\d\d\b", question)
    if len(years) != 1:
        return None
    others = [str(year) for n in range(-9, 10) if str(year := int(years[0]) + n) not in told]
    return question.replace(years[0], rng.choice([year for year in others if year != years[0]]))


def as_typed(example: Example, rng: random.Random) -> Example:
    """`example` as people type: at times without the question mark; and at times without a heading to lean on."""
    question = example.question.rstrip("?") if rng.random() < 0.3 else example.question
    return replace(example, question=question, heading="" if rng.random() < 0.15 else example.heading)


def _wrong_passages(answered: Sequence[tuple[str, str, list[str]]], pool: Sequence[tuple[str, str]]) -> list[Example]:
    found = LexicalIndex.build((n, f"{head}\n{passage}") for n, (head, passage) in enumerate(pool))
    out = []
    for own, question, answers in answered:
        rows, _ = found.search(question, NEAREST)
        for head, passage in (pool[row] for row in rows):
            if passage not in own and not holds(passage, answers):
                out.append(Example(question, head, passage, None))
                break
    return out
