"""PDF files: reading order, paragraphs, what is left out, what the file says of itself, and files made to do harm."""

import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import pytest
from items import OPENS, VOTED, article, error
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, FrameBreak, NextPageTemplate, PageTemplate, Paragraph

from index.article import Article, Removed, article_id
from index.ingest.formats import read_item

WIDTH, HEIGHT = A4
HEADLINE = "A new bridge over the river is voted by the council of the old harbour"
WORDS = (
    "harbour council bridge ferry engineer winter storm budget river pier committee report vote mayor market".split()
)


def drawn(draw: Callable[[Canvas], object], **options: Any) -> bytes:
    """A file with what `draw` draws on its pages; its date is fixed, and in the year 2000."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, **options)
    draw(canvas)
    canvas.save()
    return file.getvalue()


def lines(canvas: Canvas, x: float, y: float, texts: Sequence[str], *, size: float = 10, step: float = 12) -> float:
    canvas.setFont("Times-Roman", size)
    for text in texts:
        canvas.drawString(x, y, text)
        y -= step
    return y


def simple(**information: str) -> bytes:
    """A page with a headline and a paragraph."""

    def draw(canvas: Canvas) -> None:
        for key, value in information.items():
            getattr(canvas, f"set{key}")(value)
        lines(canvas, 50, 780, ["A new bridge at last"], size=24)
        lines(canvas, 50, 740, [VOTED, OPENS])

    return drawn(draw)


def story(number: int) -> list[str]:
    """Paragraphs of invented sentences, the same for the same number."""
    paragraphs = []
    for p in range(number):
        sentences = []
        for s in range(2 + p % 4):
            words = [WORDS[(p * 7 + s * 5 + w * (3 + p % 3)) % len(WORDS)] for w in range(7 + (p + s) % 9)]
            sentences.append(" ".join(words).capitalize() + ".")
        paragraphs.append(" ".join(sentences))
    return paragraphs


def newspaper(columns: int, *, indent: float, space: float, justified: bool) -> bytes:
    """Two pages or more in columns, with a headline across them on the first, a running head and page numbers."""
    column = (WIDTH - 100 - (columns - 1) * 18) / columns

    def frames(height: float) -> list[Frame]:
        return [
            Frame(50 + n * (column + 18), 70, column, height, leftPadding=0, rightPadding=0, id=f"{height}-{n}")
            for n in range(columns)
        ]

    def furnish(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawString(50, HEIGHT - 30, "The Oldport Ledger")
        canvas.drawRightString(WIDTH - 50, HEIGHT - 30, "3 March 2024")
        canvas.drawCentredString(WIDTH / 2, 30, f"Page {document.page}")

    file = BytesIO()
    top = Frame(50, HEIGHT - 130, WIDTH - 100, 70, id="top")
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        invariant=1,
        pageTemplates=[
            PageTemplate("first", [top, *frames(HEIGHT - 210)], onPage=furnish),
            PageTemplate("next", frames(HEIGHT - 150), onPage=furnish),
        ],
    )
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=22, leading=26)
    body = ParagraphStyle(
        "body",
        fontName="Times-Roman",
        fontSize=10,
        leading=12,
        firstLineIndent=indent,
        spaceAfter=space,
        alignment=4 if justified else 0,
    )
    flow: list[Flowable] = [NextPageTemplate("next"), Paragraph(HEADLINE, head), FrameBreak()]
    document.build([*flow, *(Paragraph(paragraph, body) for paragraph in story(30))])
    return file.getvalue()


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize(("indent", "space"), [(12, 0), (0, 6)])
@pytest.mark.parametrize("justified", [True, False])
def test_columns_are_read_one_after_another_and_paragraphs_are_whole(
    columns: int, indent: float, space: float, justified: bool
) -> None:
    found = article("a.pdf", newspaper(columns, indent=indent, space=space, justified=justified))
    assert found.title == HEADLINE
    assert found.text.split() == " ".join(story(30)).split()
    paragraphs = found.text.split("\n\n")
    # A sentence that ends at the foot of a column may end its paragraph there: nothing on the page tells.
    assert len(set(story(30)) & set(paragraphs)) >= 28
    assert Removed("running-head", "The Oldport Ledger 3 March 2024") in found.removed
    assert Removed("page-number", "Page 1") in found.removed


def test_columns_are_told_by_their_places_and_not_by_the_order_in_which_they_are_drawn() -> None:
    left = ["The council voted on", "Tuesday to build a new", "bridge over the river."]
    right = ["Work on its piers be-", "gins in May, said the", "engineers of Oldport."]

    def draw(canvas: Canvas) -> None:
        for n, (one, other) in enumerate(zip(left, right, strict=True)):
            lines(canvas, 320, 700 - 12 * n, [other])
            lines(canvas, 50, 700 - 12 * n, [one])
        lines(canvas, 50, 740, ["The headline that stands across both of the columns"], size=20)

    found = article("a.pdf", drawn(draw))
    assert found.title == "The headline that stands across both of the columns"
    assert found.text == (
        "The council voted on Tuesday to build a new bridge over the river.\n\n"
        "Work on its piers begins in May, said the engineers of Oldport."
    )


def test_a_second_story_below_the_columns_of_the_first_comes_after_all_of_them() -> None:
    left, right = (
        ["The council voted on Tuesday evening", "to build a bridge."],
        ["Work on it begins in May, and it", "opens in two years."],
    )

    def draw(canvas: Canvas) -> None:
        for y, name in ((760, "first"), (660, "second")):
            lines(canvas, 50, y, [f"The {name} headline of this page"], size=36)
            lines(canvas, 50, y - 30, left)
            lines(canvas, 320, y - 30, right)

    story = [" ".join(left), " ".join(right)]
    assert article("a.pdf", drawn(draw)).text.split("\n\n") == [*story, "The second headline of this page", *story]


def test_words_parted_at_the_end_of_a_line_are_whole_and_compounds_keep_their_hyphen() -> None:
    texts = ["The well-known engineers of the rail-", "way bridge met the Anglo-", "French team, who are as well-"]
    texts += ["known, in the years 2019-", "2021, and an ef\ufb01cient end—", "they say."]
    found = article("a.pdf", drawn(lambda canvas: lines(canvas, 50, 700, [t.replace("\ufb01", "fi") for t in texts])))
    assert found.text == (
        "The well-known engineers of the railway bridge met the Anglo-French team, who are as well-known, in the years "
        "2019-2021, and an efficient end—they say."
    )


def test_a_list_has_a_line_for_each_item() -> None:
    def draw(canvas: Canvas) -> None:
        y = lines(canvas, 50, 700, ["The council decided three things in its long meeting on Tuesday evening."])
        lines(canvas, 60, y, ["• A bridge over the river is built from May onwards, and the town", "   pays half."])
        lines(canvas, 60, y - 24, ["• The ferry stops.", "• The toll is two crowns."])
        lines(canvas, 50, y - 48, ["It met for nine hours."])

    assert article("a.pdf", drawn(draw)).text == (
        "The council decided three things in its long meeting on Tuesday evening.\n\n"
        "• A bridge over the river is built from May onwards, and the town pays half.\n• The ferry stops.\n"
        "• The toll is two crowns.\n\nIt met for nine hours."
    )


def test_a_large_first_letter_belongs_to_its_word() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 50, 676, ["T"], size=34)
        lines(canvas, 75, 690, ["he council voted on Tuesday to build", "a new bridge over the river."])

    assert article("a.pdf", drawn(draw)).text == "The council voted on Tuesday to build a new bridge over the river."


def test_a_caption_does_not_part_the_sentence_that_goes_on_below_it() -> None:
    def draw(canvas: Canvas) -> None:
        lines(
            canvas, 50, 700, ["The council voted on Tuesday, after nine years of debate,", "to build a new bridge and"]
        )
        lines(canvas, 50, 600, ["The ferry on Monday."], size=7)
        lines(canvas, 50, 570, ["to sell the ferry."])

    assert article("a.pdf", drawn(draw)).text == (
        "The council voted on Tuesday, after nine years of debate, to build a new bridge and to sell the ferry.\n\n"
        "The ferry on Monday."
    )


def test_what_comes_back_on_pages_in_the_text_itself_stays() -> None:
    def draw(canvas: Canvas) -> None:
        for n in range(4):
            lines(canvas, 50, 780, ["The chairman asked for order.", f"Member {n} spoke of the bridge.", "2021"])
            canvas.showPage()

    found = article("a.pdf", drawn(draw))
    assert found.text.count("The chairman asked for order.") == 4
    assert found.text.count("2021") == 4
    assert found.removed == ()


def test_the_lines_that_a_browser_prints_around_a_page_are_taken_out() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 50, 820, ["11/26/26, 5:49 PM"], size=8)
        lines(canvas, 300, 820, ["A new bridge"], size=8)
        lines(canvas, 50, 700, [VOTED, OPENS])
        lines(canvas, 50, 20, ["https://example.org/bridge"], size=8)
        lines(canvas, 500, 20, ["1/1"], size=8)

    found = article("a.pdf", drawn(draw))
    assert found.text == f"{VOTED}\n\n{OPENS}"
    assert [removed.text for removed in found.removed] == [
        "11/26/26, 5:49 PM A new bridge",
        "https://example.org/bridge 1/1",
    ]


def test_text_outside_the_page_and_text_that_runs_sideways_are_left_out_and_kept_with_the_article() -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(2):
            lines(canvas, 50, 700, [VOTED])
            lines(canvas, 50, -40, ["Printer's mark"])
            canvas.rotate(90)
            canvas.drawString(300, -20, "Photo by Lena Ost")
            canvas.showPage()

    found = article("a.pdf", drawn(draw))
    assert found.text == f"{VOTED} {VOTED}" or found.text == f"{VOTED}\n\n{VOTED}"
    assert found.removed == (Removed("off-the-page", "Printer's mark"), Removed("sideways", "Photo by Lena Ost"))


def test_a_stamp_across_the_page_is_no_line() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 50, 700, [VOTED])
        canvas.rotate(60)
        canvas.setFont("Helvetica", 60)
        canvas.drawString(300, -20, "DRAFT")

    assert article("a.pdf", drawn(draw)).removed == ()


def test_the_file_says_who_wrote_what_but_not_when_it_was_published() -> None:
    found = article("news/bridge.pdf", simple(Title="Bridge vote", Author="Ada Quill"))
    assert (found.title, found.author, found.published_at) == ("Bridge vote", "Ada Quill", None)
    assert found.text == f"A new bridge at last\n\n{VOTED}\n\n{OPENS}"
    assert found.found_in == dict.fromkeys(("title", "author"), "document information")
    assert found.id == article_id(url=None, path="news/bridge.pdf", text="")


@pytest.mark.parametrize("title", ["Microsoft Word - draft3.doc", "untitled", "bridge_final2.indd", ""])
@pytest.mark.parametrize("author", ["Administrator", "jdoe", "jane@example.org", "anonymous"])
def test_what_a_program_says_of_the_file_is_not_said_of_the_article(title: str, author: str) -> None:
    found = article("a.pdf", simple(Title=title, Author=author))
    assert (found.title, found.author) == ("A new bridge at last", None)
    assert found.text == f"{VOTED}\n\n{OPENS}"
    assert found.found_in["title"] == "largest text of the first page"


def test_a_title_of_the_file_that_stands_on_the_page_is_not_text_too() -> None:
    assert article("a.pdf", simple(Title="A New Bridge at Last!")).text == f"{VOTED}\n\n{OPENS}"


def test_a_date_in_the_text_is_the_articles() -> None:
    found = article(
        "a.pdf", drawn(lambda canvas: lines(canvas, 50, 700, ["Published 29 March 2021", "", VOTED, OPENS]))
    )
    assert found.published_at == "2021-03-29"


def test_a_scan_says_that_it_has_no_text() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (40, 40), 128)), 50, 50, 400, 600)

    assert error("a.pdf", drawn(draw)).message == (
        "has no text on any page (1 in all): have it recognised (OCR), or paste it"
    )


def test_a_locked_file_says_so_and_one_that_anybody_may_open_is_read() -> None:
    def locked(password: str) -> bytes:
        lock = StandardEncryption(password, ownerPassword="owner", canCopy=0)
        return drawn(lambda canvas: lines(canvas, 50, 700, [VOTED]), encrypt=lock)

    assert error("a.pdf", locked("secret")).message == "is locked with a password: save it without one"
    assert article("a.pdf", locked("")).text == VOTED


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_off_file_is_read_as_far_as_it_goes_or_says_that_it_is_damaged(share: float) -> None:
    whole = simple()
    [item] = read_item("a.pdf", whole[: int(len(whole) * share)])
    assert isinstance(item, Article) or "damaged" in item.message or "no text" in item.message


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 1_000, b"%PDF-1.4\n" + b"a" * 500_000]
)
def test_what_only_begins_like_a_pdf_is_damaged(data: bytes) -> None:
    assert "is too damaged to be read" in error("a.pdf", data).message


def test_another_file_with_the_suffix_is_no_pdf() -> None:
    assert "is no PDF (it starts with the bytes 3c 68 74 6d 6c 3e)" in error("a.pdf", "<html>").message


def raw(objects: Sequence[bytes]) -> bytes:
    """A file of these objects, numbered from 1, of which the first is the catalog."""
    parts = [b"%PDF-1.7\n"]
    for number, content in enumerate(objects, start=1):
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    table = b"".join(b"%010d 00000 n \n" % end for end in ends[1:-1])
    return b"%bxref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        b"".join(parts),
        len(objects) + 1,
        table,
        len(objects) + 1,
        ends[-1],
    )


def packed(content: bytes, extra: bytes = b"", filters: bytes = b"/FlateDecode") -> bytes:
    """A stream object; `content` is packed once."""
    data = zlib.compress(content, 9)
    return b"<< /Length %d /Filter %b %b >>\nstream\n%b\nendstream" % (len(data), filters, extra, data)


SHOWN = b"BT /F 12 Tf 72 700 Td (It is shown.) Tj ET "


HELVETICA = b"/Type1 /BaseFont /Helvetica"


def page(
    content: bytes, *more: bytes, box: bytes = b"[0 0 612 792]", forms: bytes = b"", font: bytes = HELVETICA
) -> bytes:
    """A file of one page with `content`, a stream object; objects from 6 on are `more`."""
    resources = b"<< /Font << /F 4 0 R >> /XObject << %b >> >>" % forms
    return raw(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Contents 5 0 R /Resources %b >>" % (box, resources),
            b"<< /Type /Font /Subtype %b >>" % font,
            content,
            *more,
        ]
    )


def test_a_file_written_by_hand_is_read() -> None:
    assert article("a.pdf", page(packed(SHOWN))).text == "It is shown."


def test_a_font_that_does_not_say_which_letters_it_shows_is_told() -> None:
    system = b"<< /Registry (Adobe) /Ordering (Identity) >>"
    font = b"/CIDFontType2 /BaseFont /Own /Encoding /Identity-H /CIDSystemInfo " + system
    assert "has fonts that do not say which letters they show" in error("a.pdf", page(packed(SHOWN), font=font)).message


def pages_within_pages(depth: int) -> bytes:
    tree = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % number for number in range(3, depth + 3)]
    return raw([b"<< /Type /Catalog /Pages 2 0 R >>", *tree, b"<< /Type /Page /MediaBox [0 0 9 9] >>"])


def forms_within_forms(depth: int) -> bytes:
    """Each draws the next ten times: 10 ** depth in all."""
    form = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X %d 0 R >> /Font << /F 4 0 R >> >>"
    )
    return page(
        packed(b"/X Do " * 10),
        *(packed(b"/X Do " * 10 + SHOWN, form % number) for number in range(7, 7 + depth)),
        forms=b"/X 6 0 R",
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (lambda: page(packed(b" " * 60_000_000)), "unpack to more than 8,000,000 bytes"),
        (
            lambda: page(packed(zlib.compress(b" " * 60_000_000), filters=b"[/FlateDecode /FlateDecode]")),
            "unpack to more than 8,000,000 bytes",
        ),
        (lambda: page(packed(b" ", filters=b"[" + b"/FlateDecode " * 5 + b"]")), "packed 5 times over"),
        (lambda: page(packed(b" ", b"/DecodeParms << /Predictor 12 /Columns 2000000000 >>")), "rows of 2,000,000,000"),
        (lambda: page(packed(SHOWN + b"q " * 2_000)), "saves the graphic state more than 1,000 times"),
        (lambda: forms_within_forms(20), "has a page of more than 50,000 characters"),
        (lambda: page(packed(SHOWN), box=b"[0 0 9 1000000000]"), "a page of 9 by 1000000000 points"),
        (lambda: page(b"5 0 R"), "object 5 refers to itself"),
        (lambda: pages_within_pages(50_000), "damaged to be read (RecursionError"),
    ],
    ids=["bomb", "double bomb", "filters", "predictor", "states", "forms", "page size", "circle", "page tree"],
)
def test_a_file_that_asks_for_too_much_is_an_error(data: Callable[[], bytes], problem: str) -> None:
    assert problem in error("a.pdf", data()).message


def test_a_large_drawing_does_not_cost_the_text_beside_it() -> None:
    drawing = packed(b"1 1 m " + b"9 9 l " * 1_000_000, b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]")
    assert article("a.pdf", page(packed(b"/X Do " + SHOWN), drawing, forms=b"/X 6 0 R")).text == "It is shown."


def test_a_file_of_two_hundred_thousand_objects_is_read() -> None:
    assert article("a.pdf", page(packed(SHOWN), *[b"0"] * 200_000)).text == "It is shown."


def test_cross_reference_tables_that_refer_to_one_another_are_read_once() -> None:
    start = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Prev %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    assert "has no text" in error("a.pdf", start + table % (len(start), len(start))).message
