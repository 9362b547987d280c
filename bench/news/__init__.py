"""Invented news passages with questions, written for this project: a part to train the reader on, a part to measure.

Each line is a passage with title, date and text, and its questions with answer and sentence, null where it has none.
In the first 816 lines of `train.jsonl` and the first 88 of `held-out.jsonl` a question is asked of its passage; in the
rest it stands alone and names what it is about, as a question does that is asked of a library.
"""

import json
from pathlib import Path

from assistant.evaluate import TestQuestion
from assistant.reader.data import read_news
from index.article import Article
from index.library import Library

TRAIN = Path(__file__).with_name("train.jsonl")
HELD_OUT = TRAIN.with_name("held-out.jsonl")


def library(work: Path) -> tuple[Library, dict[str, str], list[TestQuestion]]:
    """All passages as articles, the title of each by id, and the questions of those that are held out."""
    ids: dict[str, str] = {}
    articles, asked = [], []
    for path in (TRAIN, HELD_OUT):
        for line in path.read_text(encoding="utf-8").splitlines():
            news = json.loads(line)
            ids[news["title"]] = f"news-{len(ids)}"
            articles.append(
                Article(ids[news["title"]], news["title"], news["text"], path.name, published_at=news["date"])
            )
    for n, (title, _, question, answers) in enumerate(read_news(HELD_OUT)):
        asked.append(TestQuestion(f"n{n}", question, tuple(answer for _, answer in answers), (ids[title],)))
    filled = Library(work)
    filled.add(articles)
    return filled, {article: title for title, article in ids.items()}, asked
