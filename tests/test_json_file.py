"""JSON files: one article, an array of them, and files made to do harm."""

import json

import pytest
from items import OPENS, VOTED, article, error

from index.article import Article, InFile, ItemError, Note, article_id
from index.ingest.formats import read_item


def read(value: object) -> list[InFile]:
    return list(read_item("b/a.json", json.dumps(value).encode()))


def test_one_object_is_an_article_known_by_the_name_of_its_file() -> None:
    assert article("b/a.json", json.dumps({"title": "A bridge", "text": VOTED, "published_at": "2021-03-29"})) == (
        Article(
            id=article_id(url=None, path="b/a.json", text=""),
            title="A bridge",
            text=VOTED,
            origin="b/a.json",
            published_at="2021-03-29",
            found_in={"title": "archive", "published_at": "archive"},
        )
    )


@pytest.mark.parametrize("wrap", [list, lambda several: {"articles": several, "count": 2}])
def test_an_array_is_an_article_for_each_object_known_by_itself(wrap: type[list[object]]) -> None:
    first, second = read(wrap([{"text": VOTED}, {"text": OPENS, "id": "opens"}]))
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.id, first.text) == (article_id(url=None, path=None, text=VOTED), VOTED)
    assert (second.id, second.text, second.origin) == ("opens", OPENS, "b/a.json")


def test_a_bad_object_costs_itself_and_is_named_by_its_place() -> None:
    found = read([{"text": "One."}, {"title": "Two"}, 3, {"text": "Four.", "id": "a b"}, {"text": "Five."}])
    assert [item.text if isinstance(item, Article) else f"{item.item} {item.message[:20]}" for item in found] == [
        *(
            "One.",
            "b/a.json:2 has no text: give th",
            "b/a.json:3 is a JSON int: write",
            "b/a.json:4 id is 'a b': expecte",
        ),
        "Five.",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_the_encodings_of_json_are_read(encoding: str) -> None:
    assert (
        article("a.json", json.dumps({"text": "Café fermé."}, ensure_ascii=False).encode(encoding)).text
        == "Café fermé."
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("", "is empty"),
        ("{", "is not JSON at line 1, column 2"),
        ('{"text": "A"}\n{"text": "B"}', "is not JSON at line 2, column 1 (Extra data)"),
        ("{}", "has no text and no articles"),
        ('{"articles": 3}', "has no text and no articles"),
        ('{"articles": []}', "has no text and no articles"),
        ("[]", "has no text and no articles"),
        ("3", "has no text and no articles"),
        ('{"text": 3}', "text is 3"),
        (b'{"text": "Caf\xe9"}', "byte 14 is not utf-8"),
        ("[" * 100_000 + "]" * 100_000, "is JSON too deep"),
        ("[" * 100_000, "is not JSON at line 1, column 100001"),
        ('[{"text": "A"}] [{"text": "B"}]', "is not JSON at line 1, column 17 (Extra data)"),
        ('[{"text": "A"}, \n{"text": "B"', "is not JSON at line 2, column 13"),
        ('[{"text": "A"}}', "is not JSON at line 1, column 15"),
        ('{"articles": [{"text": "Café"}], \n"a" 1}', "is not JSON at line 2, column 5"),
        ('{"text":' * 100_000, "is JSON too deep"),
        ('{"text": ' + "9" * 5_000 + "}", "numbers too long"),
        ("[" + "[]," * 1_000_000 + "[]]", "has 1,000,002 brackets"),
        (b'{"text": "' + b"x" * 32_000_000 + b'"}', "at most 32,000,000 are read: write a .jsonl"),
    ],
    ids=lambda value: str(value)[:16],
)
def test_what_cannot_be_read_says_why(data: str | bytes, problem: str) -> None:
    assert problem in error("a.json", data).message


def test_an_article_with_a_list_of_related_ones_is_one_article() -> None:
    found, note = read({"body": VOTED, "articles": [{"title": "Related", "text": OPENS}]})
    assert isinstance(found, Article)
    assert found.text == VOTED
    assert isinstance(note, Note)
    assert "'articles'" in note.message


@pytest.mark.parametrize("fault", ['{"text": "B" "C"}', '{"text": B}', "", '{"text": "B"} {"text": "C"}'])
def test_of_what_is_no_json_within_the_articles_before_it_go_in(fault: str) -> None:
    one, two = read_item("a.json", f'[{{"text": "Café A"}},\n{fault},{{"text": "D"}}]'.encode())
    assert isinstance(one, Article)
    assert isinstance(two, ItemError)
    assert two.message.startswith("is not JSON at line 2, column ")


def test_marks_within_strings_part_nothing() -> None:
    text = 'She said: "[1], {2}, \\" and \\\\ "no]"'
    found = read([{"text": text, "tags": [["a", {"b": ["]"]}], "}"]}, {"text": OPENS}])
    assert [item.text for item in found if isinstance(item, Article)] == [text, OPENS]


def test_an_article_of_too_many_values_costs_itself() -> None:
    one, two = read([{"text": VOTED, "a": ["ab"] * 300_000}, {"text": OPENS}])
    assert isinstance(one, ItemError)
    assert one.message.startswith("has up to 300,0")
    assert isinstance(two, Article)
