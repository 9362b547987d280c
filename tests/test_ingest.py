"""Any format: the suffix decides, and nothing is lost."""

from pathlib import Path

import pytest
from items import article, error

from index.article import article_id
from index.ingest import SUFFIXES, read_item


def test_suffixes_are_the_formats_that_are_read() -> None:
    assert {".txt", ".md", ".html", ".htm", ".jsonl"} == SUFFIXES


@pytest.mark.parametrize("name", ["a.exe", "a", ".txt", "a.txt.zip", ""])
def test_another_format_is_an_error_that_lists_those_read(name: str) -> None:
    found = error(name, "text")
    assert found.item == name
    assert ".htm, .html, .jsonl, .md, .txt" in found.message


def test_a_suffix_may_be_in_capitals() -> None:
    assert article("NOTES.TXT", "One line.").text == "One line."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
@pytest.mark.parametrize("data", [b"", b" \n\t\n", "\ufeff".encode()])
def test_a_blank_file_is_an_error(name: str, data: bytes) -> None:
    assert "text" in error(name, data).message


def test_a_blank_archive_has_no_items() -> None:
    assert list(read_item("a.jsonl", b"\n\n")) == []


def test_a_date_in_the_file_name_counts_where_the_article_states_none() -> None:
    assert article("news/2021-03-29-bridge.txt", "One line.").published_at == "2021-03-29"
    assert article("2021-03-29.md", "---\ndate: 2020-01-02\n---\nOne line.").published_at == "2020-01-02"
    assert article("2021-02-30.txt", "One line.").published_at is None
    assert article("2021-03-29/bridge.txt", "One line.").published_at is None


def test_a_file_is_known_by_its_path_and_not_by_its_text() -> None:
    before, after = article("news/bridge.txt", "One line."), article("news/bridge.txt", "Another line.")
    assert before.id == after.id == article_id(url=None, path="news/bridge.txt", text="")
    assert before.id.startswith("news-bridge-txt-")
    assert before.revision != after.revision
    assert before.origin == "news/bridge.txt"


def test_of_the_seed_article_every_sentence_of_the_story_stays_and_every_other_line_goes() -> None:
    path = Path(__file__).parent.parent / "seeds" / "000_afa32b4702511f54.txt"
    seed = article(path.name, path.read_bytes())
    lines = path.read_text(encoding="utf-8").splitlines()
    story = [lines[n] for n in (0, 1, 2, 4, 5, 6, 7)]
    assert seed.text == "\n".join(story)
    assert [removed.text for removed in seed.removed] == [lines[3], *lines[8:]]
    assert [removed.rule for removed in seed.removed] == [
        *("see-also", "photo-credit", "machine-disclosure", "machine-disclosure", "copyright", "comments"),
        "after-the-end",
    ]
    assert "AP News reported" in seed.text
    assert "Al Jazeera reported" in seed.text
    assert (seed.provenance, seed.provenance_evidence) == ("machine-written", lines[10].removesuffix(" Learn more."))
    assert seed.image_credit == "Ilin Sergey on Shutterstock"
    assert seed.title.startswith("Israel has rebuffed U.S. pressure")
    assert seed.title.endswith("…")
    assert len(seed.title) <= 120
    assert seed.published_at is None  # "Nov. 3" of no year; the copyright's is that of the page
