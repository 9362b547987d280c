"""Running stories, invented for this project, with what is true of them marked: what timelines are measured by.

- `tune/` (34 articles, three stories and four articles besides), `tune2/` (30, three stories): the rules were made with
  these.
- `test/` (60 articles, six stories): totals alone were looked at.

In each `articles.jsonl`, an article a line, and `truth.json`: `topics` with the ids of their articles; `events`, every
date that a sentence tells of something that happened or will, with the sentences that tell it (a planned, disputed or
corrected date is an event of its own); `differs`, quantities and dates that sources or times tell otherwise
(`contradiction`, `update`, `correction`); `alike`, pairs whose numbers differ since they are of different things;
`copies`; `alerts`, saved searches with the articles that they are to find; `tickers`.

- `dates-tune.jsonl`, `dates-test.jsonl`: 250 sentences each with the day of their article and the dates that they tell.
  Of the second totals alone were looked at.
"""

import json
from pathlib import Path
from typing import Any

from index.article import Article

STORIES = Path(__file__).parent
PARTS = ("tune", "tune2", "test")


def articles(part: str) -> list[Article]:
    return [
        Article(
            line["id"],
            line["title"],
            line["text"],
            f"{line['id']}.txt",
            source=line["source"],
            author=line["author"],
            published_at=line["published_at"],
            language=line["language"],
        )
        for line in _lines(STORIES / part / "articles.jsonl")
    ]


def truth(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STORIES / part / "truth.json").read_text(encoding="utf-8"))
    return found


def dated_sentences(part: str) -> list[dict[str, Any]]:
    return _lines(STORIES / f"dates-{part}.jsonl")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
