"""SQuAD as a library: every paragraph of both versions an article, the questions of some titles asked.

    python -m bench.squad --data DIR [--part tune] [--work DIR] [--limit N] [--max-wrong SHARE] [--json]

Prints the figures of `assistant eval` over the questions of both versions, then over those of 2.0, which has those
without an answer. The reader was trained on the `train` titles and its scores were fitted on the `tune` titles
(bench/calibrate.py), so that only `test` says how well the whole does on what it has not seen.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.evaluation.measures import metrics, table
from assistant.evaluation.outcomes import evaluate
from assistant.evaluation.questions import TestQuestion
from assistant.extractive.refusing import DEFAULT_MAX_WRONG
from index.article import Article, article_id
from index.library import Library

VERSIONS = ("1.1", "2.0")


def paragraphs(data: Path, versions: Sequence[str] = VERSIONS) -> Iterator[tuple[str, Article, list[dict[str, Any]]]]:
    """(title as `split.json` spells it, the paragraph as an article, its questions).

    A paragraph that two versions have comes twice, as the same article, with the questions of each.
    """
    for version in versions:
        squad = json.loads((data / "squad" / f"dev-v{version}.json").read_text(encoding="utf-8"))
        for title in squad["data"]:
            for paragraph in title["paragraphs"]:
                text = paragraph["context"]
                known = article_id(url=None, path=None, text=text)
                yield title["title"], Article(known, title["title"].replace("_", " "), text, "squad"), paragraph["qas"]


def questions(data: Path, part: str, versions: Sequence[str] = ("2.0",)) -> list[TestQuestion]:
    """The questions of the titles of `part`, each once, with the paragraph that each was asked about."""
    titles = set(json.loads((data / "squad" / "split.json").read_text(encoding="utf-8"))[part])
    found: dict[str, TestQuestion] = {}
    for title, article, asked in paragraphs(data, versions):
        for qa in asked if title in titles else ():
            answers = tuple(dict.fromkeys(answer["text"] for answer in qa["answers"]))
            found.setdefault(qa["id"], TestQuestion(qa["id"], qa["question"].strip(), answers, (article.id,)))
    return list(found.values())


def library(data: Path, work: Path) -> Library:
    """All paragraphs, indexed in `work`; at once when they are there already.

    `work` must be new, or filled by this function with the same texts.
    """
    articles = {article.id: article for _, article, _ in paragraphs(data)}
    built = Library(work)
    report = built.add(articles.values())
    if report.errors or built.status().articles != len(articles):
        raise RuntimeError(f"{work} holds something else than SQuAD: {report.errors}. Give a new folder.")
    return built


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds squad/")
    parser.add_argument("--part", choices=("train", "tune", "test"), default="tune")
    parser.add_argument("--work", type=Path, help="keep the index here")
    parser.add_argument("--limit", type=int, help="ask only that many, drawn with a fixed seed")
    parser.add_argument("--max-wrong", type=float, default=DEFAULT_MAX_WRONG, help="as ASSISTANT_MAX_WRONG")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    asked = questions(options.data, options.part, VERSIONS)
    if options.limit:
        asked = random.Random(0).sample(asked, min(options.limit, len(asked)))
    with (
        tempfile.TemporaryDirectory() as scratch,
        closing(library(options.data, options.work or Path(scratch))) as held,
    ):
        assistant = Assistant(held, max_wrong=options.max_wrong)
        assistant.warm()
        outcomes = evaluate(assistant, asked, _say)
    of_two = {question.id for question in questions(options.data, options.part, ("2.0",))}
    figures = {
        "1.1 and 2.0": metrics(outcomes),
        "2.0": metrics([outcome for outcome in outcomes if outcome.question.id in of_two]),
    }
    print(
        json.dumps(figures) if options.json else "\n\n".join(f"-- {name}\n{table(of)}" for name, of in figures.items())
    )


def _say(done: int, total: int) -> None:
    if done % 200 == 0:
        print(f"{done} of {total} questions", file=sys.stderr)


if __name__ == "__main__":
    main()
