"""Markdown: front matter as fields, the body as plain paragraphs."""

import pytest
from items import article, error

from index.article import Article, article_id
from index.ingest.fields import NOT_UNDERSTOOD
from index.ingest.formats import read_item

MARKDOWN = """---
title: A new bridge
author: [Jane Doe, John Roe]
source: The Daily News
date: 2021-03-29
updated: 2021-03-30 08:00:00 +02:00
url: https://news.example/bridge
language: en
provenance: wire
draft: true
---

# A new bridge

The council **voted** on
[Tuesday](https://x.example) &amp; `agreed`. ![A bridge](bridge.png)

<div>no markup</div>

- First <b>the</b> piers
- Then *the* deck
  1. steel
  2. asphalt

> “We did it,” she said.

| Year | Cost |
|------|------|
| 2020 | 5    |

```python
x = 1
```
"""


def test_markdown_becomes_plain_paragraphs() -> None:
    found = article("news/bridge.md", MARKDOWN.replace("\n", "\r\n"))
    assert found == Article(
        id=article_id(url="https://news.example/bridge", path=None, text=""),
        title="A new bridge",
        text="The council voted on Tuesday & agreed.\n\nFirst the piers\nThen the deck\n1. steel\n2. asphalt\n\n"
        "“We did it,” she said.\n\nYear | Cost\n2020 | 5\n\nx = 1",
        origin="news/bridge.md",
        url="https://news.example/bridge",
        source="The Daily News",
        author="Jane Doe, John Roe",
        published_at="2021-03-29",
        updated_at="2021-03-30T08:00:00+02:00",
        language="en",
        provenance="wire",
        found_in=dict.fromkeys(
            ("title", "url", "source", "author", "published_at", "updated_at", "language", "provenance"), "front matter"
        ),
    )


def test_front_matter_goes_by_common_names_too() -> None:
    found = article(
        "a.md",
        "---\nheadline: A bridge\npublisher: Oldport Courier\npublished: 2021-03-29\nbyline: By Ada Quill\n---\nText.",
    )
    assert (found.title, found.source, found.published_at, found.author) == (
        *("A bridge", "Oldport Courier", "2021-03-29", "Ada Quill"),
    )
    assert found.found_in["title"] == "front matter"


def test_the_first_top_heading_is_the_title_and_not_text() -> None:
    found = article("a.md", "![logo](x.png)\n\nA *new* bridge\n====\n\nText.\n\n## Next\n\n# Last\n")
    assert found.title == "A new bridge"
    assert found.text == "Text.\n\nNext\n\nLast"
    assert found.found_in == {"title": "first heading"}


def test_a_heading_that_is_not_the_title_of_the_front_matter_stays() -> None:
    found = article("a.md", "---\ntitle: 1984\n---\n# A bridge\n\nText.")
    assert (found.title, found.text) == ("1984", "A bridge\n\nText.")


def test_malformed_front_matter_is_an_error_with_its_line() -> None:
    assert "front matter, line 4:" in error("a.md", "---\ntitle: x\nauthor: [a, b\n---\nText.").message
    assert "front matter, line 3:" in error("a.md", "---\ntitle: x\nsource: a: b\n---\nText.").message


@pytest.mark.parametrize(
    ("front_matter", "named"),
    [
        ("date: 2021-02-30", "front matter cannot be read"),
        ("? [a]\n: b", "front matter"),
        ("a: " + "[" * 9_000, "front matter"),
        ("a: " + "x" * 30_000, "20,000"),
        ("x: !!python/object/apply:os.getcwd []", "front matter, line 2"),
    ],
)
def test_front_matter_that_cannot_be_read_is_an_error_that_says_why(front_matter: str, named: str) -> None:
    assert named in error("a.md", f"---\n{front_matter}\n---\nText.").message


@pytest.mark.parametrize(
    ("front_matter", "note"),
    [
        ("date: soon", "published_at is 'soon'"),
        ("url: ftp://x.example/a", "url is 'ftp://x.example/a'"),
        ("language: no", "language is False"),
        ("title: {a: b}", "title is {'a': 'b'}"),
        ("a: &a [b, b]\nc: &c [*a, *a]\ntitle: [*c, *c]", "title is [[[...], [...]]"),
    ],
)
def test_a_value_that_does_not_fit_is_noted_and_the_article_goes_in(front_matter: str, note: str) -> None:
    found = article("a.md", f"---\n{front_matter}\n---\nText.")
    assert (found.text, found.removed[0].rule) == ("Text.", NOT_UNDERSTOOD)
    assert found.removed[0].text.startswith(note)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Text only.", "Text only."),
        ("---\nNever closed: yes", "Never closed: yes"),
        ("---\nProse between rules.\n---\nText.", "Prose between rules.\n\nText."),
    ],
)
def test_text_without_front_matter_is_all_text(text: str, expected: str) -> None:
    assert article("a.md", text).text == expected


@pytest.mark.parametrize(
    "unit", ["[", "> ", "- ", "*a ", "![a](", "|a|\n|-|\n", "<a ", "`", "1. a\n", "\\", "&a;", "[a]: b\n"]
)
def test_hostile_markdown_is_read_or_refused(unit: str) -> None:
    [item] = read_item("a.md", (unit * (50_000 // len(unit)) + "\n\nend").encode())
    assert not isinstance(item, Article) or item.text.endswith("end")
