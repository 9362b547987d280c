"""Fields given by name: checked once, for every format."""

import pytest
from items import VOTED

from index.article import ID_PATTERN, Removed, article_id
from index.errors import BadArticle
from index.ingest.fields import DESCRIBED, MAX_LEFT_OUT, MAX_LEFT_OUT_CHARS, NOT_UNDERSTOOD, article_from_fields


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("text", 5, "text is 5"),
        ("text", "\0 \ud800", "text is"),
        ("text", " \u200b\n\n\u00ad \u2060", "expected text that is not blank"),
        ("text", None, "has no text"),
        ("id", "a b", "id is 'a b'"),
        ("id", "", "id is ''"),
        ("id", "x" * 129, "..."),
        ("id", "a\n", "id is"),
    ],
)
def test_a_text_or_an_id_that_does_not_fit_is_an_error_that_names_it(field: str, value: object, named: str) -> None:
    with pytest.raises(BadArticle) as caught:
        article_from_fields({"text": "Text.", field: value}, origin="pasted", path=None)
    assert named in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("url", "javascript:alert(1)", "url is 'javascript:alert(1)'"),
        ("url", "https://", "url is"),
        ("url", "http://[", "url is"),
        ("url", "https://a b.example/", "url is"),
        ("published_at", "01/02/2022", "published_at is '01/02/2022'"),
        ("updated_at", 1617012000, "updated_at is 1617012000"),
        ("title", ["a"], "title is ['a']"),
        ("title", "x" * 2_001, "2,000"),
        ("language", True, "language is True"),
        pytest.param("author", 10**5_000, "author is a number too long to show", id="long number"),
        ("author", ["Ada Quill", 5], "author is ['Ada Quill', 5]"),
        ("author", [{"family": "Quill"}], "author is [{'family': 'Quill'}]"),
        ("author", ["Ada Quill"] * 200, "2,000"),
        ("author", 0, "author is 0"),
        ("author", False, "author is False"),
        ("provenance", "garbage kind", "provenance is 'garbage kind': expected one of machine-written, wire, "),
    ],
)
def test_another_value_that_does_not_fit_is_noted_and_the_article_goes_in(
    field: str, value: object, named: str
) -> None:
    found = article_from_fields(
        {"text": "Text.", field: value}, origin="pasted", path=None, found_in={field: "archive"}
    )
    assert (found.text, found.title, found.published_at, found.url, found.author) == (
        "Text.",
        "Text.",
        None,
        None,
        None,
    )
    [note] = found.removed
    assert note.rule == NOT_UNDERSTOOD
    assert named in note.text
    assert len(note.text) < 250
    assert found.found_in == {}


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"author": ["Ada Quill", " Tom\nReed "]}, "Ada Quill, Tom Reed"),
        (
            {"author": [{"name": "Ada Quill", "url": "https://example.org/a"}, "", {"name": "Tom Reed"}]},
            "Ada Quill, Tom Reed",
        ),
        ({"author": {"@type": "Person", "name": "Ada Quill"}}, "Ada Quill"),
        ({"authors": ["Ada Quill", "Tom Reed"]}, "Ada Quill, Tom Reed"),
        ({"author": None, "authors": "Ada Quill"}, "Ada Quill"),
        ({"author": "Ada Quill", "authors": ["Tom Reed"]}, "Ada Quill"),
        ({"author": [], "authors": []}, None),
    ],
)
def test_authors_may_be_a_list(fields: dict[str, object], author: str | None) -> None:
    found = article_from_fields({"text": "Text.", **fields}, origin="pasted", path=None)
    assert (found.author, found.removed) == (author, ())


@pytest.mark.parametrize("blank", ["", " ", "\n", "\u200b"])
def test_a_blank_field_is_a_missing_one(blank: str) -> None:
    fields = dict.fromkeys(DESCRIBED, blank) | {"text": "Text."}
    found = article_from_fields(fields, origin="pasted", path=None)
    assert (found.title, found.author, found.published_at, found.removed) == ("Text.", None, None, ())


def test_a_title_is_made_of_something_that_can_be_seen() -> None:
    found = article_from_fields({"title": "\u200b", "text": f"\u200b\n\n{VOTED}"}, origin="pasted", path=None)
    assert found.title == VOTED


@pytest.mark.parametrize("stated", ["press-release", "Press release", " PRESS-RELEASE\n"])
def test_a_kind_is_taken_as_people_write_it(stated: str) -> None:
    found = article_from_fields({"text": "Text.", "provenance": stated}, origin="pasted", path=None)
    assert (found.provenance, found.removed) == ("press-release", ())


def test_a_kind_that_is_none_leaves_it_to_the_articles_own_words() -> None:
    fields = {"text": f"Opinion: the bridge\n\n{VOTED}", "title": "Opinion: the bridge", "provenance": "garbage kind"}
    found = article_from_fields(fields, origin="pasted", path=None)
    assert (found.provenance, found.found_in["provenance"]) == ("opinion", "its own words")


def test_a_date_that_was_not_understood_may_stand_in_the_text() -> None:
    text = f"By Ada Quill\n\n1 February 2022\n\n{VOTED}"
    found = article_from_fields({"text": text, "published_at": "01/02/2022"}, origin="pasted", path=None)
    assert (found.published_at, found.found_in["published_at"]) == ("2022-02-01", "date line")
    assert found.removed[0].text.startswith("published_at is '01/02/2022'")


def test_of_what_was_left_out_each_line_is_kept_once_and_so_many_of_them() -> None:
    left_out = [
        Removed("menu", "Home"),
        Removed("foot", "Home"),
        *(Removed("menu", f"{n} {'x' * 400}") for n in range(500)),
    ]
    found = article_from_fields({"text": VOTED}, origin="pasted", path=None, left_out=iter(left_out))
    assert found.removed[0] == Removed("menu", "Home")
    assert len({line.text for line in found.removed}) == len(found.removed) == MAX_LEFT_OUT
    assert max(len(line.text) for line in found.removed) == MAX_LEFT_OUT_CHARS


def test_lone_surrogates_are_left_out() -> None:
    found = article_from_fields({"text": "a\ud800b", "title": "c\udfffd"}, origin="pasted", path=None)
    assert (found.text, found.title) == ("ab", "cd")
    assert ID_PATTERN.fullmatch(found.id)


def test_a_headline_in_the_text_counts_for_an_id_that_is_made_from_it() -> None:
    one, two = (article_from_fields({"text": f"{t}\n\n{VOTED}"}, origin="p", path=None) for t in ("Bridge", "Ferry"))
    assert (one.title, one.text, two.title, two.text) == ("Bridge", VOTED, "Ferry", VOTED)
    assert one.id == article_id(url=None, path=None, text=f"Bridge\n\n{VOTED}") != two.id


@pytest.mark.parametrize("text", ["x" * 2_000_000, "QUJD" * 500, f"Data: {'ab+/' * 500}", "ж" * 1_001])
def test_a_text_without_words_to_speak_of_is_refused(text: str) -> None:
    with pytest.raises(BadArticle, match=r"no words to speak of: .* runs of more than 1,000 without a blank"):
        article_from_fields({"text": text}, origin="pasted", path=None)


@pytest.mark.parametrize(
    "text",
    [
        "議会は火曜日に新しい橋を架けることを決めた" * 80,
        "议会周二投票决定在河上建一座新桥" * 90,
        "สภาลงมติเมื่อวันอังคารให้สร้างสะพานใหม่ข้ามแม่น้ำ" * 50,
        f"{VOTED}\n\n{'QUJD' * 300}\n\n{VOTED * 20}",
        "x" * 1_000,
        f"{VOTED} https://example.org/{'a' * 60}",
    ],
)
def test_a_text_in_a_language_without_blanks_or_with_data_in_its_middle_goes_in(text: str) -> None:
    assert article_from_fields({"text": text}, origin="pasted", path=None).text == text


def test_a_url_is_kept_without_tracking() -> None:
    fields = {"text": "The bridge opened.", "url": "https://www.example.org/b?id=7&utm_source=mail#top"}
    assert article_from_fields(fields, origin="o", path=None).url == "https://www.example.org/b?id=7"
