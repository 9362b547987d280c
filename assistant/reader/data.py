"""Question-answering data → the reader's examples: `python -m assistant.reader.data --data DIR --out FILE`.

DIR, which may be left out where there is news, holds `squad/` and `squadshifts/` in SQuAD's form, with
`squad/split.json` naming the titles of `train`, `tune` and `test`. Taken are SQuAD 1.1 and 2.0 of the `train` titles
and nine in ten of SQuADShifts' new-Wikipedia titles, with a part of its Reddit and Amazon questions; with `--news` the
questions of files too, such as the invented news in `bench/news/`. `tune` titles are for measuring; `test` titles are
never read.

A paragraph longer than a passage of the index is divided as the index divides it, so that the reader learns on what
it will read. A question is asked of the passage that answers it, of the other pieces of that text, and of the wrong
passages that look most right (the first by BM25), since of the eight passages that an answer is looked for in, most
or all do not hold it. To those are added the questions that people wrote to have no answer, and questions about a
year put to another. Seeded.
"""

import argparse
import json
import logging
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.evaluation.questions import holds
from assistant.reader.example import Example, save
from assistant.reader.heading import heading
from index.search.lexical import LexicalIndex
from index.text.chunk import passage_spans

logger = logging.getLogger(__name__)

Question = tuple[str, str, str, list[tuple[int, str]]]
"""Heading, paragraph, question, and (start, answer) for each answer that someone gave; none: it has no answer there."""
FROM_SHIFTS = {"reddit": 4000, "amazon_reviews": 3000}
"""Questions taken of each; new_wiki is taken whole but for one title in ten."""
QUESTIONS_A_FACT = 2
"""News questions taken of those that ask for the same answer in other words: more facts rather than more wordings."""
WRONG_PASSAGES = 2
"""Of other texts, for each question."""
NEAREST = 20
"""Passages looked through for wrong ones that look right."""


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


def examples(questions: Sequence[Question], rng: random.Random, wrong: int = WRONG_PASSAGES) -> list[Example]:
    """Of each question: one example for each piece of its own text, and `wrong` for passages of other texts.

    A piece that holds the answer's words in another place is left out. Of the questions that name a year half are
    asked of another year too.
    """
    out = []
    pool: dict[tuple[str, str], None] = {}
    for head, paragraph, question, answers in questions:
        pieces = [(s, paragraph[s:e]) for s, e in passage_spans(paragraph)]
        pool.update(dict.fromkeys((head, piece) for _, piece in pieces))
        start, text = Counter(answers).most_common(1)[0][0] if answers else (-1, "")
        for s, piece in pieces:
            if s <= start and start + len(text) <= s + len(piece):
                out.append(Example(question, head, piece, (start - s, start - s + len(text))))
                if (other := of_another_year(question, head + piece, rng)) and rng.random() < 0.5:
                    out.append(Example(other, head, piece, None))
            elif not holds(piece, [answer for _, answer in answers]):
                out.append(Example(question, head, piece, None))
    return [*out, *_wrong_passages(questions, list(pool), wrong)]


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


def training_examples(
    data: Path | None,
    rng: random.Random,
    news: Sequence[Path],
    wrong: int = WRONG_PASSAGES,
    shifts: Mapping[str, int] = FROM_SHIFTS,
) -> list[Example]:
    """From the folder of the public sets and from files of news.

    wrong: as `examples` takes it. shifts: how many of each file of SQuADShifts but the Wikipedia one.
    """
    chosen = _public_questions(data, rng, shifts) if data else []
    for path in news:
        chosen += few_a_fact(list(read_news(path)), QUESTIONS_A_FACT, rng)
    return [as_typed(example, rng) for example in examples(chosen, rng, wrong)]


def _public_questions(data: Path, rng: random.Random, shifts: Mapping[str, int]) -> list[Question]:
    titles = frozenset(json.loads((data / "squad" / "split.json").read_text())["train"])
    questions: dict[tuple[str, ...], Question] = {}
    for version in ("2.0", "1.1"):
        for question in read_squad(data / "squad" / f"dev-v{version}.json", titles):
            questions.setdefault(question[:3], question)
    chosen = list(questions.values())
    wiki = list(read_squad(data / "squadshifts" / "new_wiki_v1.0.json"))
    held_out = set(sorted({title for title, *_ in wiki})[::10])
    chosen += [question for question in wiki if question[0] not in held_out]
    for name, count in shifts.items():
        # titles are numbers there, and teach nothing
        untitled: list[Question] = [
            ("", q[1], q[2], q[3]) for q in read_squad(data / "squadshifts" / f"{name}_v1.0.json")
        ]
        chosen += rng.sample(untitled, count)
    return chosen


def _wrong_passages(questions: Sequence[Question], pool: Sequence[tuple[str, str]], count: int) -> Iterator[Example]:
    """Of a question without a known answer nothing tells that a passage is wrong but that it is of another text. Of 50
    such pairs looked at none was clearly answerable."""
    if not count:
        return
    found = LexicalIndex.build((n, n, f"{head}\n{passage}") for n, (head, passage) in enumerate(pool))
    for _, paragraph, question, answers in questions:
        rows, _ = found.search(question, NEAREST)
        others = [
            Example(question, head, passage, None)
            for head, passage in (pool[row] for row in rows)
            if passage not in paragraph and not holds(passage, [answer for _, answer in answers])
        ]
        yield from others[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the public sets; without it news alone")
    parser.add_argument("--news", type=Path, nargs="*", default=[], help="files of texts with questions to take too")
    parser.add_argument("--wrong", type=int, default=WRONG_PASSAGES, help="wrong passages for each question")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if not options.data and not options.news:
        parser.error("nothing to make examples of: give --data, --news, or both")
    rng = random.Random(options.seed)  # nosec B311 # to be drawn alike again
    made = training_examples(options.data, rng, options.news, options.wrong)
    save(made, options.out)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logger.info("%d examples, %d with an answer", len(made), sum(e.answer is not None for e in made))


if __name__ == "__main__":
    main()
