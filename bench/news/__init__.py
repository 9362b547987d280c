"""Invented news with questions, written for this project: files to train the reader on, one to tune the whole with,
one to measure it with, and one of claims to train a check of chat models' sentences on.

Each line is a text with title and date, and its questions with answer and sentence, null where it has none.

- `passages.jsonl`: 1,210 texts of one passage, 8 questions with an answer and 3 without. In the first 816 a question
  is asked of its passage; in the others it stands alone, naming what it is about, as one asked of a library does.
- `articles.jsonl`: 1,072 of two or three passages, in stories of an earlier and a later article; 6 facts, each asked
  for in three wordings, and 6 questions that neither article answers. All stand alone.
- `plain.jsonl`: 1,161, plainer and denser, one in eight an encyclopaedia's, in stories of two or three; 7 facts in two
  wordings, and 6 questions without an answer in the story.
- `encyclopaedia.jsonl`: 1,923 passages of reference prose on 640 subjects, 7 questions with an answer and 6 near
  misses, asked as of a passage that one has before one's eyes. What they say of real things was written from memory.
- `natural.jsonl`: 1,320 texts of the first three once more, with ten questions each as people type them who have heard
  vaguely of the story: short, in other words than the text's ("Who won the cup?"); of the ten two are answered with yes
  or no, where the answer is the clause that decides, and three have no answer. The shipped reader did not see it.
- `natural-tune.jsonl` and `natural-test.jsonl`: the like for 60 texts of `tune.jsonl` and 60 of `test.jsonl`.
- `claims.jsonl`: 2,700 passages of these four, with 5 sentences each that they bear out and 5 that they do not, told by
  what is wrong with them (14 kinds), in place of questions; for `assistant.reader.claims`. The last 720 are of
  kinds that a network trained on the first 1,980 missed most, such as roles and causes; docs/decisions.md has
  what they add.
- `tune.jsonl`: 192 of the first kind (88 and 104) and then 48 of the second.
- `test.jsonl`: 100 of the third.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.evaluation.questions import TestQuestion
from index.article import Article, article_id
from index.library import Library
from index.text.chunk import passage_spans

PASSAGES = Path(__file__).with_name("passages.jsonl")
ARTICLES = PASSAGES.with_name("articles.jsonl")
PLAIN = PASSAGES.with_name("plain.jsonl")
ENCYCLOPAEDIA = PASSAGES.with_name("encyclopaedia.jsonl")
NATURAL = PASSAGES.with_name("natural.jsonl")
TEXTS = (PASSAGES, ARTICLES, PLAIN, ENCYCLOPAEDIA)
FOR_TRAINING = (PASSAGES, ARTICLES, PLAIN, ENCYCLOPAEDIA, NATURAL)
CLAIMS = PASSAGES.with_name("claims.jsonl")
TUNE = PASSAGES.with_name("tune.jsonl")
TEST = PASSAGES.with_name("test.jsonl")
NATURAL_TUNE = PASSAGES.with_name("natural-tune.jsonl")
NATURAL_TEST = PASSAGES.with_name("natural-test.jsonl")
ASKED_OF_THEIR_PASSAGE = 88
"""So many texts at the beginning of `tune.jsonl` have questions that do not stand alone."""


def library(work: Path) -> tuple[Library, dict[str, str]]:
    """All texts as articles, indexed in `work`, and the story of each by id (its title where it is alone).

    `work` must be new, or filled by this function with the same texts.
    """
    filled = Library(work)
    articles, story_of = [], {}
    for path in (PASSAGES, ARTICLES, PLAIN, TUNE, TEST):
        for news in _lines(path):
            article = Article(_id(news), news["title"], news["text"], path.name, published_at=news["date"])
            articles.append(article)
            story_of[article.id] = news.get("story", article.title)
    report = filled.add(articles)
    if report.errors or filled.status().articles != len(story_of):
        raise RuntimeError(f"{work} holds something else than the news: {report.errors}. Give a new folder.")
    return filled, story_of


def passages(parts: Sequence[Path]) -> list[tuple[str, str]]:
    """Title and text of each passage of those files."""
    return [
        (news["title"], news["text"][start:end])
        for part in parts
        for news in _lines(part)
        for start, end in passage_spans(news["text"], "en")
    ]


def questions(part: Path) -> list[TestQuestion]:
    """Those of a file that a library can be asked: that stand alone."""
    return [
        TestQuestion(f"{n}-{m}", asked["question"], (asked["answer"],) if asked["answer"] else (), (_id(news),))
        for n, news in enumerate(_lines(part))
        if part != TUNE or n >= ASKED_OF_THEIR_PASSAGE
        for m, asked in enumerate(news["questions"])
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _id(news: dict[str, Any]) -> str:
    return article_id(url=None, path=None, text=news["text"])
