"""SQuAD 2.0 as a library: every paragraph an article, the questions of some titles asked.

    python -m bench.squad --data DIR [--part tune] [--work DIR] [--limit N] [--json]

Prints the figures of `assistant eval`. The reader was trained on the `train` titles and its scores were fitted on
the `tune` titles (bench/calibrate.py), so that only `test` says how well the whole does on what it has not seen.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluation.measures import metrics, table
from assistant.evaluation.outcomes import evaluate
from assistant.evaluation.questions import TestQuestion
from index.article import Article
from index.library import Library


def paragraphs(data: Path) -> Iterator[tuple[str, Article, list[dict[str, object]]]]:
    """(title as `split.json` spells it, the paragraph as an article, its questions)."""
    squad = json.loads((data / "squad" / "dev-v2.0.json").read_text(encoding="utf-8"))
    for t, title in enumerate(squad["data"]):
        for n, paragraph in enumerate(title["paragraphs"]):
            name = title["title"].replace("_", " ")
            yield (
                title["title"],
                Article(f"squad-{t}-{n}", name, paragraph["context"], "dev-v2.0.json"),
                paragraph["qas"],
            )


def questions(data: Path, part: str) -> list[TestQuestion]:
    """The questions of the titles of `part`, with the paragraph that each was asked about."""
    titles = set(json.loads((data / "squad" / "split.json").read_text(encoding="utf-8"))[part])
    return [
        TestQuestion(
            id=str(qa["id"]),
            question=str(qa["question"]).strip(),
            answers=tuple({a["text"]: None for a in qa["answers"]}),  # type: ignore[attr-defined]  # plain JSON
            articles=(article.id,),
        )
        for title, article, asked in paragraphs(data)
        if title in titles
        for qa in asked
    ]


def library(data: Path, work: Path) -> Library:
    """All paragraphs, indexed in `work`; at once when they are there already."""
    built = Library(work)
    built.add(article for _, article, _ in paragraphs(data))
    return built


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds squad/")
    parser.add_argument("--part", choices=("train", "tune", "test"), default="tune")
    parser.add_argument("--work", type=Path, help="keep the index here")
    parser.add_argument("--limit", type=int, help="ask only that many, drawn with a fixed seed")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    asked = questions(options.data, options.part)
    if options.limit:
        asked = random.Random(0).sample(asked, options.limit)
    with tempfile.TemporaryDirectory() as scratch:
        assistant = Assistant(library(options.data, options.work or Path(scratch)))
        assistant.warm()
        outcomes = evaluate(assistant, asked, _say)
    figures = metrics(outcomes)
    print(json.dumps(figures) if options.json else table(figures))


def _say(done: int, total: int) -> None:
    if done % 200 == 0:
        print(f"{done} of {total} questions", file=sys.stderr)


if __name__ == "__main__":
    main()
