"""Properties of documents: what persons fill in, and what programs do."""

import pytest

from index.ingest.properties import stated_author, stated_title


@pytest.mark.parametrize(
    "title", ["A new bridge", "Bridges", "Documents of a flood", "1984", "Untitled no more? No: a vote"]
)
def test_a_title_is_kept(title: str) -> None:
    kept = title if title[0].isalpha() and not title.startswith("Untitled") else None
    assert stated_title(f" {title}\n") == kept


@pytest.mark.parametrize(
    "title",
    [
        *("", " ", "Microsoft Word - draft3.doc", "bridge.docx", "Bridge final (2).PDF", "untitled", "Untitled-1"),
        *("(anonymous)", "unspecified", "Document1", "Word Document", "Layout 1", "Scan_2021-03-29", "scan0001"),
        *("https://example.org/bridge", r"C:\texts\bridge", "bridge_2", "0317", "x" * 301),
    ],
)
def test_what_a_program_calls_a_file_is_no_title(title: str) -> None:
    assert stated_title(title) is None


@pytest.mark.parametrize("author", ["Ada Quill", "Ada Quill and Tom Reed", "Voltaire", "bell hooks", "李小龙"])
def test_an_author_is_kept(author: str) -> None:
    assert stated_author(f" {author} ") == author


@pytest.mark.parametrize(
    "author",
    [
        *("", "python-docx", "Administrator", "user", "aquill", "ada@example.org", "user1", r"LEDGER\ada", "ada_quill"),
        *("Microsoft Office User", "Office User", "Unknown", "(anonymous)", "HP", "12", "x y" * 101),
    ],
)
def test_a_login_and_a_program_are_no_author(author: str) -> None:
    assert stated_author(author) is None
