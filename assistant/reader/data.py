"""Question-answering data in SQuAD's form → training examples.

A paragraph longer than a passage of the index is divided as the index divides it, so that the reader learns on
what it will read: the piece with the answer teaches where it is, the others that it is not there. To those are
added the wrong passages that look most right (the nearest by embedding without the answer's words), and the
questions that people wrote to have no answer.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.chunk import passage_spans
from index.embed import SentenceTransformerEmbedder

Question = tuple[str, str, str, list[tuple[int, str]]]
"""Title, paragraph, question, and (start, answer) for each answer that someone gave; none: it has no answer there."""
NEAREST = 20
"""Passages looked through for a wrong one that looks right."""


@dataclass(frozen=True, slots=True)
class Example:
    question: str
    title: str
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
            yield news["title"], news["text"], asked["question"], answers


def examples(questions: Sequence[Question], rng: random.Random) -> list[Example]:
    """One example for each question's own passage, and for a third of the answered ones a wrong passage."""
    out = []
    pool: dict[tuple[str, str], int] = {}
    answered: list[tuple[str, list[str]]] = []
    for title, paragraph, question, answers in questions:
        spans = passage_spans(paragraph)
        for start, end in spans:
            pool.setdefault((title, paragraph[start:end]), len(pool))
        if answers:
            start, text = Counter(answers).most_common(1)[0][0]
            answered.append((question, [a for _, a in answers]))
            for s, e in spans:
                if s <= start and start + len(text) <= e:
                    out.append(Example(question, title, paragraph[s:e], (start - s, start - s + len(text))))
        elif spans:
            s, e = rng.choice(spans)
            out.append(Example(question, title, paragraph[s:e], None))
    return out + _wrong_passages(rng.sample(answered, len(answered) // 3), list(pool))


def as_typed(example: Example, rng: random.Random) -> Example:
    """`example` as people type: at times without the question mark; and at times without a title to lean on."""
    question = example.question.rstrip("?") if rng.random() < 0.3 else example.question
    return Example(question, "" if rng.random() < 0.3 else example.title, example.passage, example.answer)


def _wrong_passages(answered: Sequence[tuple[str, list[str]]], pool: Sequence[tuple[str, str]]) -> list[Example]:
    embedder = SentenceTransformerEmbedder()
    passages = embedder.embed([f"{title}\n{passage}" for title, passage in pool])
    questions = embedder.embed([question for question, _ in answered])
    out = []
    for (question, answers), vector in zip(answered, questions, strict=True):
        for n in np.argsort(-(passages @ vector))[:NEAREST]:
            title, passage = pool[n]
            if not any(answer.casefold() in passage.casefold() for answer in answers):
                out.append(Example(question, title, passage, None))
                break
    return out
