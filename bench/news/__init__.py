"""Invented news with questions, written for this project: two files to train the reader on, one to measure it with.

Each line is a text with title and date, and its questions with answer and sentence, null where it has none.

- `passages.jsonl`: 1,211 texts of one passage, 8 questions with an answer and 3 without. In the first 816 a question
  is asked of its passage; in the others it stands alone, naming what it is about, as one asked of a library does.
- `articles.jsonl`: 1,072 of two or three passages, in stories of two articles, an earlier and a later one; 6 facts,
  each asked for in three wordings, and 6 questions that neither article answers. All stand alone.
- `held-out.jsonl`: 192 of the first kind (88 and 104) and then 48 of the second.
"""

import json
from pathlib import Path

from assistant.evaluate import TestQuestion
from assistant.reader.data import read_news
from assistant.reader.heading import heading
from index.article import Article
from index.library import Library

PASSAGES = Path(__file__).with_name("passages.jsonl")
ARTICLES = PASSAGES.with_name("articles.jsonl")
HELD_OUT = PASSAGES.with_name("held-out.jsonl")
ASKED_OF_THEIR_PASSAGE = 88
"""So many texts at the beginning of `held-out.jsonl` have questions that do not stand alone."""


def library(work: Path) -> tuple[Library, dict[str, str], list[TestQuestion]]:
    """All texts as articles, the story of each by id (its title where it is alone), and the held-out questions that a
    library can be asked: those that stand alone."""
    ids: dict[str, str] = {}  # by heading
    story_of: dict[str, str] = {}
    articles: list[Article] = []
    for path in (PASSAGES, ARTICLES, HELD_OUT):
        for line in path.read_text(encoding="utf-8").splitlines():
            news = json.loads(line)
            article = Article(
                f"news-{len(articles)}", news["title"], news["text"], path.name, published_at=news["date"]
            )
            articles.append(article)
            ids[heading(article.title, article.published_at)] = article.id
            story_of[article.id] = news.get("story", article.title)
    held_out = [article.text for article in articles if article.origin == HELD_OUT.name]
    asked_of_a_library = set(held_out[ASKED_OF_THEIR_PASSAGE:])
    asked = [
        TestQuestion(f"n{n}", question, tuple(answer for _, answer in answers), (ids[head],))
        for n, (head, text, question, answers) in enumerate(read_news(HELD_OUT))
        if text in asked_of_a_library
    ]
    filled = Library(work)
    filled.add(articles)
    return filled, story_of, asked
