"""Names of fields that are not the article's own: which stand for those, and what is said of the others."""

import json

import pytest

from index.article import Article, InFile, Note
from index.ingest.formats import read_item
from index.ingest.keys import Keys


def read(name: str, *objects: dict[str, object]) -> list[InFile]:
    said = json.dumps(objects) if name.endswith(".json") else "\n".join(map(json.dumps, objects))
    return list(read_item(name, said.encode()))


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_common_names_stand_for_an_article_s_fields(name: str) -> None:
    given: dict[str, object] = {
        "headline": "A bridge",
        "body": "It opens in May.",
        "pubDate": "2021-03-29",
        "date-modified": "2021-03-30",
        "publisher": "Oldport Courier",
        "byline": "By Ada Quill",
        "link": "https://example.org/bridge",
        "Lang": "en",
        "category": "City",
    }
    [item] = read(name, given)
    assert isinstance(item, Article)
    assert (item.title, item.text, item.author, item.source) == (
        *("A bridge", "It opens in May.", "Ada Quill", "Oldport Courier"),
    )
    assert (item.published_at, item.updated_at) == ("2021-03-29", "2021-03-30")
    assert (item.url, item.language, item.section) == ("https://example.org/bridge", "en", "City")
    assert item.found_in["published_at"] == "archive"


def test_an_article_s_own_name_goes_before_another_where_it_has_something() -> None:
    keys = Keys()
    given = {"date": "2021-03-29", "published_at": "2020-01-01", "headline": "Another", "title": " ", "text": "So."}
    assert keys.fields(given) == {"published_at": "2020-01-01", "title": "Another", "text": "So."}
    [note] = keys.note("a.csv")
    assert note.message.startswith("has fields that are not read, 'date': those of an article are text, title, url, ")


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"published": True, "date": "2021-03-29"}, "published_at", "2021-03-29"),
        ({"published_at": "not a date", "date": "2021-03-29"}, "published_at", "2021-03-29"),
        ({"pub_date": "2020-01-01", "date": "2021-03-29"}, "published_at", "2021-03-29"),  # the table's order
        ({"published_at": "soon", "date": "later"}, "published_at", "soon"),
        ({"authors": ["Ada Quill"], "byline": "Staff"}, "author", ["Ada Quill"]),
        ({"byline": "Staff", "author": "Ada Quill"}, "author", "Ada Quill"),
        ({"content": "A teaser.", "body": "The whole story."}, "text", "The whole story."),
        ({"body": "A teaser.", "content": "The whole story."}, "text", "The whole story."),
        ({"text": "The story.", "body": "A longer text beside it."}, "text", "The story."),
        ({"link": "about:blank", "URL": "https://example.org/a"}, "url", "https://example.org/a"),
        ({"ID": 5, "Id": "x", "id": "a"}, "id", "a"),
    ],
)
def test_of_several_names_for_a_field_the_first_that_makes_sense_counts(
    given: dict[str, object], field: str, value: object
) -> None:
    assert Keys().fields(given)[field] == value
    assert Keys().fields(dict(reversed(given.items())))[field] == value


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_an_id_is_called_id_alone(name: str) -> None:
    item, note = read(name, {"ID": 5, "text": "It opens in May."})
    assert isinstance(item, Article)
    assert isinstance(note, Note)
    assert "'ID'" in note.message


def test_a_text_that_is_html_by_its_tags_goes_in_without_them() -> None:
    keys = Keys()
    for given, text in [
        ("<p>One.</p><p>Two &amp; <em>three</em>.</p><script>x()</script>", "One.\n\nTwo & three."),
        ('It <a href="/x">opens</a>.\n\nIn May.', "It opens.\n\nIn May."),  # as WordPress keeps it
        ("<!-- wp:paragraph --><p>One.</p>", "One."),
        ("If a < b and b > c, close the <p>.", "If a < b and b > c, close the <p>."),
    ]:
        assert keys.fields({"body": given}) == {"text": text}


def test_names_that_are_not_understood_are_told_once_a_file_and_not_all_of_them() -> None:
    objects: list[dict[str, object]] = [
        {"text": f"Text {n}.", "views": 3, f"key {n}\n{'x' * 9_000}": True, "tag": "", "note": None} for n in range(90)
    ]
    *articles, note = read("b/a.jsonl", *objects)
    assert len(articles) == 90
    assert isinstance(note, Note)
    assert note.item == "b/a.jsonl"
    assert note.message.startswith("has fields that are not read, 'views', 'key 0\\nxxx")
    assert " and others: those of an article are " in note.message
    assert len(note.message) < 500
    assert "tag" not in note.message  # nothing is lost of it


def test_what_was_given_out_of_a_stored_article_comes_back_without_a_word() -> None:
    given_out: dict[str, object] = {
        "id": "a",
        "title": "A bridge",
        "text": "It opens.",
        "url": None,
        "revision": "0123456789abcdef",
        "added_at": "2026-11-01T10:00:00+00:00",
        "origin": "a.txt",
        "is_current": True,
        "passages": 1,
        "provenance_evidence": None,
        "removed": [{"rule": "x", "text": "y"}],
        "found_in": {"title": "h1"},
    }
    assert [type(item) for item in read("a.jsonl", given_out)] == [Article]
