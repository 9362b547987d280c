"""Word files: paragraphs, lists, tables, changes, properties, and files made to do harm."""

import datetime as dt
import random
import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import pytest
from docx.document import Document
from items import OPENS, VOTED, article, error

from index.article import article_id

MARKUP_COMPATIBILITY = b'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def saved(document: Document) -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def written(*paragraphs: tuple[str, str] | str) -> Document:
    """Paragraphs, or pairs of the name of a style and a text."""
    document = docx.Document()
    for paragraph in paragraphs:
        style, text = paragraph if isinstance(paragraph, tuple) else ("Normal", paragraph)
        document.add_paragraph(text, style=style)
    return document


def edited(part: str, change: Callable[[bytes], bytes], document: Document | None = None) -> bytes:
    """A file with one of its parts changed; without `document`, one whose text is "It is so." """
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(saved(document or written("It is so.")))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return file.getvalue()


def in_body(xml: bytes) -> bytes:
    """A file with `xml` behind its one paragraph."""
    return edited("word/document.xml", lambda content: content.replace(b"<w:sectPr", xml + b"<w:sectPr"))


def run(text: str) -> bytes:
    return f"<w:r><w:t>{text}</w:t></w:r>".encode()


def paragraph(inner: bytes) -> bytes:
    return b"<w:p>" + inner + b"</w:p>"


def test_headings_lists_and_tables_are_paragraphs_of_the_text() -> None:
    document = written(
        ("Title", "A new bridge"),
        VOTED,
        ("Heading 1", "What next"),
        *(("List Bullet", "First the piers"), ("List Bullet", "Then the deck")),
        OPENS,
    )
    table = document.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ["Year", "Cost", "2020", "5"], strict=True):
        cell.text = text
    found = article("news/bridge.docx", saved(document))
    assert found.title == "A new bridge"
    assert found.text == (f"{VOTED}\n\nWhat next\n\nFirst the piers\nThen the deck\n\n{OPENS}\n\nYear | Cost\n2020 | 5")
    assert found.id == article_id(url=None, path="news/bridge.docx", text="")
    assert found.found_in == {"title": "first heading"}


def test_a_table_with_whole_paragraphs_in_a_cell_is_there_for_the_layout() -> None:
    document = docx.Document()
    cells = document.add_table(1, 2).rows[0].cells
    cells[0].text = "Aside."
    cells[1].text = f"{VOTED} {OPENS} {VOTED}"
    cells[1].add_paragraph(OPENS)
    assert article("a.docx", saved(document)).text == f"Aside.\n\n{VOTED} {OPENS} {VOTED}\n\n{OPENS}"


def test_a_first_paragraph_that_reads_like_a_title_is_the_title() -> None:
    assert article("a.docx", saved(written("A new bridge", VOTED))).title == "A new bridge"
    assert article("a.docx", saved(written(VOTED, OPENS))).text == f"{VOTED}\n\n{OPENS}"
    assert article("a.docx", saved(written(("Heading 1", "A new bridge")))).text == "A new bridge"


def test_inserted_and_moved_text_counts_and_deleted_and_hidden_text_does_not() -> None:
    change = b'w:id="1" w:author="Ada Quill"'
    inner = (
        run("The bridge ")
        + b"<w:ins %b>%b</w:ins>" % (change, run("soon "))
        + b"<w:del %b><w:r><w:delText>never </w:delText></w:r></w:del>" % change
        + b"<w:moveFrom %b>%b</w:moveFrom>" % (change, run("gone "))
        + b"<w:moveTo %b>%b</w:moveTo>" % (change, run("here "))
        + b"<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden </w:t></w:r>"
        + b"<w:sdt><w:sdtContent>%b</w:sdtContent></w:sdt>" % run("opens")
        + b"<w:r><w:instrText> PAGE </w:instrText></w:r>"
        + run(".")
    )
    assert article("a.docx", in_body(paragraph(inner))).text == "It is so.\n\nThe bridge soon here opens."


def test_breaks_tabs_links_and_text_boxes_are_text_once() -> None:
    box = b"<w:txbxContent>%b</w:txbxContent>" % paragraph(run("In a box."))
    inner = (
        b"<w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t><w:noBreakHyphen/><w:t>four</w:t></w:r>"
        + b'<w:hyperlink r:id="rId99">%b</w:hyperlink>' % run(" linked.")
        + b"<w:r><mc:AlternateContent %b>" % MARKUP_COMPATIBILITY
        + b"<mc:Choice>%b</mc:Choice><mc:Fallback>%b</mc:Fallback></mc:AlternateContent></w:r>" % (box, box)
    )
    found = article("a.docx", in_body(paragraph(inner)))
    assert found.text == "It is so.\n\nOne two\nthree-four linked.\n\nIn a box."


@pytest.mark.parametrize("property_", ["Office User", "Gerda Lind", "Birthe Holm"])
def test_a_byline_in_the_text_goes_before_the_name_in_the_properties(property_: str) -> None:
    document = written("A new bridge", "By Birthe Holm", VOTED, OPENS)
    document.core_properties.author = property_
    found = article("a.docx", saved(document))
    assert (found.author, found.found_in["author"]) == ("Birthe Holm", "byline")
    assert found.text == f"{VOTED}\n\n{OPENS}"


def test_headers_footers_and_comments_are_left_out() -> None:
    document = written(VOTED)
    document.sections[0].header.paragraphs[0].text = "The Oldport Ledger"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    document.add_comment(document.paragraphs[0].runs, text="Is that so?", author="Tom Reed", initials="TR")
    assert article("a.docx", saved(document)).text == VOTED


def test_properties_that_a_person_set_are_fields() -> None:
    document = written(VOTED, OPENS)
    properties = document.core_properties
    properties.title, properties.author = "A new bridge", "Ada Quill"
    properties.created = dt.datetime(2021, 3, 29, 10)  # when the file was made
    found = article("a.docx", saved(document))
    assert (found.title, found.author) == ("A new bridge", "Ada Quill")
    assert (found.published_at, found.updated_at) == (None, None)
    assert found.found_in == dict.fromkeys(("title", "author"), "document properties")


def test_what_programs_set_is_no_field() -> None:
    found = article("a.docx", saved(written(VOTED, OPENS)))
    assert (found.title, found.author, found.published_at, found.found_in) == (VOTED, None, None, {})
    without = edited("_rels/.rels", lambda content: content.replace(b"metadata/core-properties", b"metadata/other"))
    assert article("a.docx", without).published_at is None


def test_a_date_in_the_text_goes_before_that_of_the_file() -> None:
    document = written(("Title", "A new bridge"), "Published 29 March 2021", VOTED)
    document.core_properties.created = dt.datetime(2022, 1, 1)
    assert article("a.docx", saved(document)).published_at == "2021-03-29"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"PK\5\6", "is no Word document"),
        (b"PK\3\4" + b"x" * 100, "is no Word document or a damaged one: save it as .docx again"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512, "is locked with a password, or of Word's old format"),
        (saved(docx.Document()), "has no text"),
        (edited("word/document.xml", lambda _: b"junk"), "is no Word document or a damaged one (XMLSyntaxError"),
        (
            edited("[Content_Types].xml", lambda xml: xml.replace(b"document.main", b"template.main")),
            "is no Word document",
        ),
    ],
    ids=["empty", "end", "start", "locked", "blank", "junk", "template"],
)
def test_what_cannot_be_read_says_why(data: bytes, problem: str) -> None:
    assert problem in error("a.docx", data).message


ENTITIES = b'<!DOCTYPE x [<!ENTITY a0 "lol">%b]>' % b"".join(
    b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)


def with_entities(part: str, declared: bytes, old: bytes, new: bytes) -> bytes:
    def change(content: bytes) -> bytes:
        assert old in content
        return declared + content[content.index(b"?>") + 2 :].lstrip().replace(old, new, 1)

    return edited(part, change)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("word/document.xml", b"It is so.", b"&a9;"),
        ("word/document.xml", b"<w:p>", b'<w:p a="&a9;">'),
        ("docProps/core.xml", b"python-docx", b"&a9;"),
        ("word/styles.xml", b'w:val="Normal"', b'w:val="&a9;"'),
    ],
)
def test_entities_that_multiply_are_not_followed(part: str, old: bytes, new: bytes) -> None:
    assert "damaged" in error("a.docx", with_entities(part, ENTITIES, old, new)).message


def test_a_file_elsewhere_is_not_read_for_an_entity() -> None:
    declared = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    data = with_entities("word/document.xml", declared, b"It is so.", b"It is so.&e;")
    assert article("a.docx", data).text == "It is so."


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (lambda: b"<w:p/>" * 4_000_000, "more than 16,000,000 bytes of text and layout"),
        (lambda: b"<w:p/>" * 2_000_000, "unpacks to more than 200 times its size"),
        (lambda: b"<w:sdt>" * 5_000 + b"</w:sdt>" * 5_000, "Excessive depth"),
    ],
    ids=["size", "ratio", "depth"],
)
def test_a_file_that_asks_for_too_much_is_an_error(xml: Callable[[], bytes], problem: str) -> None:
    assert problem in error("a.docx", in_body(xml())).message


def test_ninety_thousand_empty_paragraphs_do_not_cost_the_text() -> None:
    numbers = random.Random(1)
    xml = b"".join(b'<w:p a="%x"/>' % numbers.getrandbits(32) for _ in range(90_000))
    assert article("a.docx", in_body(xml)).text == "It is so."


def test_pictures_are_not_unpacked() -> None:
    data = BytesIO(edited("", lambda content: content))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.png", b"\0" * 70_000_000)
    assert article("a.docx", data.getvalue()).text == "It is so."
