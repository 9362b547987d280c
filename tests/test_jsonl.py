"""JSON Lines: an article a line, a bad line's error its own."""

import json

from index.article import Article, ItemError, Note, article_id
from index.ingest.formats import read_item
from index.ingest.json_value import MAX_VALUE_BYTES


def test_an_archive_gives_one_article_a_line() -> None:
    full = {
        "id": "a.1~x",
        "title": "A  bridge\n",
        "text": "It opens.\r\n",
        "url": "https://x.example/a",
        "source": "News",
        "author": "Jane",
        "published_at": "Mon, 29 Mar 2021 10:00:00 GMT",
        "updated_at": None,
        "language": "en",
        "provenance": "",
        "extra": [1, 2],
    }
    lines = [full, {"text": "By URL.", "url": "https://x.example/b"}, {"text": "By its text."}]
    items = list(read_item("a.jsonl", "\ufeff".encode() + "\n\n".join(map(json.dumps, lines)).encode()))
    assert items[0] == Article(
        id="a.1~x",
        title="A bridge",
        text="It opens.",
        origin="a.jsonl",
        url="https://x.example/a",
        source="News",
        author="Jane",
        published_at="2021-03-29T10:00:00+00:00",
        language="en",
        found_in=dict.fromkeys(
            ("title", "url", "source", "author", "published_at", "language"),
            "archive",
        ),
    )
    assert isinstance(items[-1], Note)
    assert (items[-1].item, items[-1].message.partition(":")[0]) == (
        "a.jsonl",
        "has fields that are not read, 'extra'",
    )
    assert [item.id for item in items[1:] if isinstance(item, Article)] == [
        article_id(url="https://x.example/b", path=None, text=""),
        article_id(url=None, path=None, text="By its text."),
    ]


def test_one_bad_line_does_not_lose_the_others() -> None:
    bad = [b'{"text": "cut', b"[1]", b'{"title": "none"}', b'{"text": "\xff"}', b"[" * 100_000, b"1" * 5_000, b"NaN"]
    data = b"\n".join([b'{"text": "First."}', *bad, b'{"text": "Last."}'])
    items = list(read_item("b/a.jsonl", data))
    assert [item.text for item in items if isinstance(item, Article)] == ["First.", "Last."]
    assert [item.item for item in items if isinstance(item, ItemError)] == [f"b/a.jsonl:{n}" for n in range(2, 9)]


def test_a_line_over_the_bound_is_that_lines_error() -> None:
    data = b'{"text": "' + b"x" * MAX_VALUE_BYTES + b'"}\n{"text": "Last."}'
    first, last = read_item("a.jsonl", data)
    assert isinstance(first, ItemError)
    assert "at most 6,000,000" in first.message
    assert isinstance(last, Article)
