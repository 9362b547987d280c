"""CSV files: columns, delimiters, encodings, bad rows, and files made to do harm."""

import csv
import io

import pytest
from items import OPENS, VOTED, article, error

from index.article import Article, InFile, Note, article_id
from index.ingest.formats import read_item
from index.ingest.table import MAX_ROW_CHARS


def read(data: str | bytes) -> list[InFile]:
    return list(read_item("b/a.csv", data.encode() if isinstance(data, str) else data))


def texts(data: str | bytes) -> list[str]:
    return [item.text if isinstance(item, Article) else f"{item.item}: {item.message}" for item in read(data)]


def test_a_row_is_an_article_by_the_names_of_the_columns() -> None:
    file = io.StringIO()
    rows = csv.DictWriter(file, ["published_at", "text", "note", "title", "id", "author"])
    rows.writeheader()
    rows.writerow(
        {
            "published_at": "2021-03-29",
            "text": f'{VOTED}\n\nShe said: "It opens, at last."',
            "note": "x",
            "title": "A bridge",
        }
    )
    rows.writerow({"text": OPENS, "id": "opens", "author": "Ada Quill"})
    first, second, note = read(file.getvalue())
    assert first == Article(
        id=article_id(url=None, path=None, text=f'{VOTED}\n\nShe said: "It opens, at last."'),
        title="A bridge",
        text=f'{VOTED}\n\nShe said: "It opens, at last."',
        origin="b/a.csv",
        published_at="2021-03-29",
        found_in={"title": "archive", "published_at": "archive"},
    )
    assert isinstance(second, Article)
    assert (second.id, second.author, second.published_at) == ("opens", "Ada Quill", None)
    assert isinstance(note, Note)
    assert (note.item, note.message.partition(":")[0]) == ("b/a.csv", "has fields that are not read, 'note'")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_parts_columns_and_lines_and_the_encoding_are_found_out(
    delimiter: str, line_end: str, encoding: str
) -> None:
    lines = [["Title", " TEXT "], ["Café", '"Un, deux; trois\tquatre"'], ["Élan", "Déjà vu."]]
    data = line_end.join(delimiter.join(fields) for fields in lines).encode(encoding)
    found = [item for item in read(data) if isinstance(item, Article)]
    assert [(item.title, item.text) for item in found] == [("Café", "Un, deux; trois\tquatre"), ("Élan", "Déjà vu.")]


@pytest.mark.parametrize("header", ["title,words\n", "A bridge;It is so.\n", "text,text\n", '"', "\n\n"])
def test_a_table_without_a_column_for_the_text_says_so(header: str) -> None:
    assert "has no column `text`" in error("a.csv", f"{header}a,b\n").message


def test_the_column_of_the_text_may_have_another_name_whatever_parts_the_columns() -> None:
    for header in ("Headline;Body;Pub Date", "headline;CONTENT;published"):
        [item] = read(f"{header}\nA bridge;One, two.;2021-03-29\n")
        assert isinstance(item, Article)
        assert (item.title, item.text, item.published_at) == ("A bridge", "One, two.", "2021-03-29")
    assert texts("content,text\nNo.,Yes.\n")[0] == "Yes."


def test_blank_rows_and_blank_fields_are_passed_over_and_blanks_too_many_at_the_end_too() -> None:
    assert texts("id,text\n\n,One.\n , \n,Two.,,\n") == ["One.", "Two."]


def test_a_bad_row_costs_that_row_and_is_named_by_its_number_in_a_spreadsheet() -> None:
    rows = [
        "text,published_at",
        '"One,\ntwo."',
        '"One,\ntwo.",2021-03-29',
        "Three.,soon",
        "Three and a half.,01/02/2022",
        "Four.,a,b",
        '"a"b,',
        "Five.,",
    ]
    assert texts("\n".join(rows)) == [
        "b/a.csv:2: has 1 fields where the first row names 2: put a field in quotes that holds what parts the fields",
        "One,\ntwo.",
        "Three.",
        "Three and a half.",
        "b/a.csv:6: has 3 fields where the first row names 2: put a field in quotes that holds what parts the fields",
        "b/a.csv:7: is no row of a table (',' expected after '\"'): write a quote within a field twice",
        "Five.",
    ]


def test_quotes_that_were_not_written_twice_cost_their_own_row() -> None:
    assert texts('text,title\n"She said "yes" to it,\nand more, to all\nof it",A\nNext.,B\n')[1:] == ["Next."]


def test_a_quote_that_is_never_closed_costs_what_follows_and_says_so() -> None:
    first, second = texts('text,title\nOne.,A\n"Two.,B\nThree.,C\n')
    assert first == "One."
    assert second.startswith("b/a.csv:3: is no row of a table (unexpected end of data)")
    assert second.endswith("what follows is not read, since its last quote is never closed")


@pytest.mark.parametrize("field", ['"' + "x" * 9_000_000 + '"', "x" * 9_000_000, '"' + "x,\n" * 3_000_000 + '"'])
def test_a_field_without_measure_costs_its_row(field: str) -> None:
    one, two, three = texts(f"title,text\nA,One.\nB,{field}\nC,Three.\n")
    assert (one, three) == ("One.", "Three.")
    bound = "250,000 of ','" if "," in field else f"{MAX_ROW_CHARS:,} characters"
    assert two.startswith(f"b/a.csv:3: is no row of a table (more than {bound})")


def test_a_long_article_is_one_row() -> None:
    text = "It is so, and so on. " * 10_000
    assert texts(f'text\n"{text}"\n') == [text.strip()]


@pytest.mark.parametrize("data", [b"text\nA\0B\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_what_is_not_text_is_an_error(data: bytes) -> None:
    assert "is not text" in error("a.csv", data).message


def test_articles_known_by_their_text_are_the_same_in_any_row() -> None:
    ids = {item.id: item.text for item in read(f"text\n{VOTED!r}\n{OPENS!r}\n") if isinstance(item, Article)}
    assert ids == {item.id: item.text for item in read(f"text\n{OPENS!r}\n{VOTED!r}\n") if isinstance(item, Article)}


def test_a_date_in_the_name_says_nothing_of_the_rows() -> None:
    assert article("2021-03-29.csv", "text\nIt is so.").published_at is None
