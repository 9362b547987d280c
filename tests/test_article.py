"""What an article is: its id, its revision, and the text that all offsets count in."""

import hashlib
import random
from dataclasses import replace
from typing import Any

import pytest

from index.article import ID_PATTERN, Article, article_id, clean_text
from index.text.canonical import canonical

BRIDGE = Article(id="bridge", title="Bridge", text="It opened.", origin="bridge.txt", url="https://example.org/b")


def test_a_revision_is_the_start_of_the_sha_256_of_the_content_as_sorted_json() -> None:
    content = (
        '{"author": null, "image_credit": null, "language": null, "provenance": null, "published_at": null, '
        '"section": null, "source": null, "text": "It opened.", "title": "Bridge", "updated_at": null, "url": "https://example.org/b"}'
    )
    assert BRIDGE.revision == hashlib.sha256(content.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    "field",
    [
        *("title", "text", "url", "source", "author", "published_at", "updated_at", "language"),
        *("section", "image_credit", "provenance"),
    ],
)
def test_a_change_of_any_content_changes_the_revision(field: str) -> None:
    value: dict[str, Any] = {field: "2024-01-01"}
    assert replace(BRIDGE, **value).revision != BRIDGE.revision


def test_a_missing_field_and_an_empty_one_are_different_content() -> None:
    assert replace(BRIDGE, source="").revision != BRIDGE.revision


def test_where_an_article_lay_and_what_it_is_called_are_not_content() -> None:
    assert replace(BRIDGE, id="other", origin="elsewhere.txt").revision == BRIDGE.revision


def test_a_revision_of_any_text_can_be_had() -> None:
    assert replace(BRIDGE, text="half a pair: \ud800").revision != BRIDGE.revision


@pytest.mark.parametrize(
    ("url", "path", "slug"),
    [
        ("https://www.example.org/News/A%20b.html?x=1", None, "example-org-news-a-20b-html-x-1"),
        ("http://example.org/", None, "example-org"),
        ("https://example.org/b", "b.txt", "example-org-b"),  # the URL goes before the path
        (None, "news/Été 2021.md", "news-ete-2021-md"),
    ],
)
def test_an_id_is_a_readable_slug_and_ten_digits_of_the_keys_hash(url: str | None, path: str | None, slug: str) -> None:
    key = canonical(url) if url else path or ""
    found = article_id(url=url, path=path, text="Whatever.")
    assert found == f"{slug}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def test_variants_of_an_address_are_one_article() -> None:
    variants = (
        "https://example.org/news/bridge-opens",
        "http://www.example.org/news/bridge-opens/?utm_source=letter#top",
        "https://m.example.org/news/bridge-opens",
        "https://amp.example.org/news/bridge-opens?amp=1",
        "https://example.org/news/bridge-opens/amp/",
    )
    assert len({article_id(url=url, path=None, text="") for url in variants}) == 1


def test_keys_with_the_same_slug_have_different_ids() -> None:
    ids = {article_id(url=None, path=path, text="") for path in ("a b.txt", "a-b.txt", "a/b.txt", "A-B.txt")}
    assert len(ids) == 4


def test_without_url_and_path_the_text_makes_the_id() -> None:
    assert article_id(url=None, path=None, text="One.") == "text-" + hashlib.sha256(b"One.").hexdigest()[:16]


@pytest.mark.parametrize("key", ["事件.txt", "x" * 5_000, "---", "../../etc/passwd", "a\0b", "\udcff.txt", "-" * 90])
def test_every_key_gives_a_legal_id(key: str) -> None:
    assert ID_PATTERN.fullmatch(article_id(url=None, path=key, text=""))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc\fd\ve\x85f\u2028g", "a\nb\nc\nd\ne\nf\ng"),
        ("one\u2029two", "one\n\ntwo"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a  \t\u00a0\nb \n \n \nc", "a\nb\n\nc"),
        ("\ufeffa\0b\x07c\x1bd\x7fe\x9ff\ud800g", "abcdefg"),
        ("  \n a\tb  c \n ", "a\tb  c"),
        ("“Ünï” – 事件 👩‍🚒", "“Ünï” – 事件 👩‍🚒"),
        (" \n\t", ""),
    ],
)
def test_cleaning_leaves_one_kind_of_line_break_and_no_control_characters(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_cleaning_what_is_clean_changes_nothing() -> None:
    letters = "ab .\n\r\t\0\f\v\x85\u00a0\u2003\u2028\u2029\ufeff\ud800"
    dice = random.Random(7)
    for _ in range(2_000):
        once = clean_text("".join(dice.choices(letters, k=dice.randrange(15))))
        assert clean_text(once) == once
