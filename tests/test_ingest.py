"""Any format: the suffix decides, and nothing is lost."""

import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from items import VOTED, article, error

from index.article import article_id
from index.ingest.formats import SUFFIXES, read_item


def test_suffixes_are_the_formats_that_are_read() -> None:
    assert set(".atom .csv .docx .eml .htm .html .json .jsonl .md .pdf .rss .txt .xml .zip".split()) == SUFFIXES


@pytest.mark.parametrize("name", ["a.exe", "a", ".txt", "a.txt.gz", ""])
def test_another_format_is_an_error_that_lists_those_read(name: str) -> None:
    found = error(name, "text")
    assert found.item == name
    assert ".atom, .csv, .docx, .eml, .htm, .html, .json, .jsonl, .md, .pdf, .rss, .txt, .xml, .zip" in found.message


def test_a_suffix_may_be_in_capitals() -> None:
    assert article("NOTES.TXT", "One line.").text == "One line."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "A.TXT"])
@pytest.mark.parametrize(
    "head",
    ["<!DOCTYPE html>\n<html>", "\ufeff\n<html lang=en>", '<?xml version="1.0"?>\n<!doctype html PUBLIC "x"><html>'],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_page_saved_as_text_is_read_as_a_page(name: str, head: str, encoding: str) -> None:
    page = f"{head}<head><title>A new bridge</title></head><body><article><h1>A new bridge</h1><p>{VOTED}</p></article>"
    found = article(name, page.encode(encoding))
    assert (found.title, found.text, found.origin) == ("A new bridge", VOTED, name)


def test_text_that_speaks_of_markup_is_text() -> None:
    text = "The element <html> holds the whole page."
    assert article("a.txt", text).text == text
    assert article("a.txt", "<htmlish> is no element.").text == "<htmlish> is no element."


@pytest.mark.parametrize("suffix", sorted(SUFFIXES - {".jsonl"}))
def test_an_empty_file_is_an_error(suffix: str) -> None:
    assert error(f"a{suffix}", b"").message == error(f"a{suffix}", b" \r\n\t\n").message == "is empty: it has no text"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_of_nothing_but_a_byte_order_mark_has_no_text(name: str) -> None:
    assert "text" in error(name, "\ufeff".encode()).message


def test_a_blank_archive_has_no_items() -> None:
    assert list(read_item("a.jsonl", b"\n\n")) == []


def test_a_date_in_the_file_name_counts_where_the_article_states_none() -> None:
    found = article("news/2021-03-29-bridge.txt", "One line.")
    assert (found.published_at, found.found_in) == ("2021-03-29", {"published_at": "file name"})
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


def test_readers_bring_their_libraries_only_when_they_are_needed() -> None:
    script = """
import sys
from index.ingest.formats import read_item
for name, data in ("a.txt", "A."), ("a.csv", "text,x"), ("a.json", '{"text": "A."}'), ("a.jsonl", '{"text": "A."}'):
    list(read_item(name, data.encode()))
print([name for name in ("docx", "lxml", "pdfminer", "trafilatura", "email", "zipfile") if name in sys.modules])
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (ended.stdout, ended.stderr) == ("[]\n", "")


def test_bombs_are_refused_without_being_unpacked(tmp_path: Path) -> None:
    """100 MB in each, and no more than 50 MB of memory for all of them."""
    zeros = bytes(100_000_000)
    pdf = (
        b"%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Contents 4 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
        b"4 0 obj\n<< /Filter /FlateDecode >>\nstream\n%b\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>"
    ) % zlib.compress(zeros)
    (tmp_path / "bomb.pdf").write_bytes(pdf)
    for name, entry in (("bomb.zip", "bomb.txt"), ("bomb.docx", "word/document.xml")):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(entry, zeros)
    script = """
import resource, sys
from pathlib import Path
import index.ingest.archive, index.ingest.pdf, index.ingest.word
from index.ingest.formats import read_item
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in map(Path, sys.argv[1:]):
    print([item.message.partition(":")[0] for item in read_item(path.name, path.read_bytes())])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1_000)
"""
    paths = [str(tmp_path / f"bomb.{suffix}") for suffix in ("pdf", "zip", "docx")]
    ended = subprocess.run([sys.executable, "-c", script, *paths], capture_output=True, text=True, timeout=60)
    assert ended.stderr == ""
    *refusals, megabytes = ended.stdout.splitlines()
    assert ["more than 8,000,000 bytes" in refusals[0], "100,000,000 bytes" in refusals[1]] == [True, True]
    assert "more than 16,000,000 bytes" in refusals[2]
    assert int(megabytes) < 50
