"""Fields given by name: checked once, for every format."""

import pytest

from index.article import ID_PATTERN
from index.errors import BadArticle
from index.ingest.fields import article_from_fields


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("text", 5, "text is 5"),
        ("text", "\0 \ud800", "text is"),
        ("text", None, "has no text"),
        ("id", "a b", "id is 'a b'"),
        ("id", "", "id is ''"),
        ("id", "x" * 129, "..."),
        ("id", "a\n", "id is"),
        ("url", "javascript:alert(1)", "url is 'javascript:alert(1)'"),
        ("url", "https://", "url is"),
        ("url", "http://[", "url is"),
        ("url", "https://a b.example/", "url is"),
        ("published_at", "29/03/2021", "published_at is '29/03/2021'"),
        ("updated_at", 1617012000, "updated_at is 1617012000"),
        ("title", ["a"], "title is ['a']"),
        ("title", "x" * 2_001, "2,000"),
        ("language", True, "language is True"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_that_names_it(field: str, value: object, named: str) -> None:
    with pytest.raises(BadArticle) as caught:
        article_from_fields({"text": "Text.", field: value}, origin="pasted", path=None)
    assert named in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_number_too_long_to_write_out_is_an_error_too() -> None:
    with pytest.raises(BadArticle, match="author is a number too long to show"):
        article_from_fields({"text": "Text.", "author": 10**5_000}, origin="pasted", path=None)


def test_lone_surrogates_are_left_out() -> None:
    found = article_from_fields({"text": "a\ud800b", "title": "c\udfffd"}, origin="pasted", path=None)
    assert (found.text, found.title) == ("ab", "cd")
    assert ID_PATTERN.fullmatch(found.id)
