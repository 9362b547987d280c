"""Mails: body, headers, attachments, forwarded messages, and mails made to do harm."""

from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

import pytest
from items import OPENS, VOTED, error

from index.article import Article, InFile, ItemError, Note, article_id
from index.ingest.formats import read_item
from index.ingest.html import HIDDEN

LONG = "The old ferry carried 410,000 people last year, and the mayor said that it was late on one trip in five."
NEWSLETTER = f"""<html lang="en"><head><title>Briefing</title></head><body>
<div style="display:none">A preview that nobody sees, of the bridge and of the ferry that it is to replace soon.</div>
<table width="600"><tr><td><a href="https://example.org/view">View in browser</a></td></tr></table>
<table width="600"><tr><td>
<h1>Council votes for a bridge</h1><p>{VOTED}</p><p>{OPENS}</p><p>{LONG}</p></td></tr></table>
<table width="600"><tr><td><a href="https://example.org/u">Unsubscribe</a></td></tr></table></body></html>"""


def mail(text: str | None = None, **headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    return message


def read(message: EmailMessage | bytes) -> list[InFile]:
    data = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
    return list(read_item("in/a.eml", data))


def told(message: EmailMessage | bytes) -> list[tuple[str, str]]:
    return [(i.origin, i.text) if isinstance(i, Article) else (i.item, i.message) for i in read(message)]


def test_the_headers_say_what_by_whom_and_when() -> None:
    message = mail(
        f"{VOTED}\n\n{OPENS}\n", From="Ada Quill <ada@example.org>", Subject="Fwd: RE: A new bridge – at last"
    )
    message["Date"] = "Mon, 29 Mar 2021 10:00:00 +0200"
    assert read(message) == [
        Article(
            id=article_id(url=None, path="in/a.eml", text=""),
            title="A new bridge – at last",
            text=f"{VOTED}\n\n{OPENS}",
            origin="in/a.eml",
            author="Ada Quill",
            published_at="2021-03-29T10:00:00+02:00",
            found_in=dict.fromkeys(("title", "author", "published_at"), "mail header"),
        )
    ]


@pytest.mark.parametrize(
    ("sender", "headers", "author", "source"),
    [
        ("Ada Quill <ada@example.org>", {}, "Ada Quill", None),
        ("Ada Quill <ada@example.org>", {"List_Unsubscribe": "<https://example.org/u>"}, None, "Ada Quill"),
        ("The Oldport Ledger <news@example.org>", {}, None, "The Oldport Ledger"),
        ("Oldport Morning Briefing <news@example.org>", {}, None, "Oldport Morning Briefing"),
        ("Ada Quill from The Oldport Ledger <news@example.org>", {}, "Ada Quill", "The Oldport Ledger"),
        ('"Ada Quill | Oldport Ledger" <news@example.org>', {}, "Ada Quill", "Oldport Ledger"),
        ("=?utf-8?q?Ren=C3=A9e_Quill?= <renee@example.org>", {}, "Renée Quill", None),
        ("ada@example.org", {}, None, None),
        ("admin <admin@example.org>", {}, None, None),
    ],
)
def test_a_sender_is_a_person_or_an_outlet(
    sender: str, headers: dict[str, str], author: str | None, source: str | None
) -> None:
    [found] = read(mail(VOTED, Subject="A bridge", From=sender, **headers))
    assert isinstance(found, Article)
    assert (found.author, found.source) == (author, source)


def test_a_byline_in_the_text_goes_before_the_sender() -> None:
    [found] = read(mail(f"By Tom Reed\n\n{VOTED}\n\n{OPENS}", Subject="A bridge", From="Ada Quill <ada@example.org>"))
    assert isinstance(found, Article)
    assert found.author == "Tom Reed"


FORWARDED = """---------- Forwarded message ---------
From: The Oldport Ledger <news@example.org>
Date: Mon, 29 Mar 2021 at 10:00
Subject: A new bridge
To: <readers@example.org>"""


@pytest.mark.parametrize("note", ["", "Worth a read?\n\n"])
def test_a_mail_forwarded_as_text_is_that_mail(note: str) -> None:
    text = f"{note}{FORWARDED}\n\n{VOTED}\n\n{OPENS}\n\nUnsubscribe here\n"
    headers = {"From": "Tom Reed <tom@example.org>", "Date": "Tue, 30 Mar 2021 08:00:00 +0200"}
    [found] = read(mail(text, Subject="Fwd: A new bridge", **headers))
    assert isinstance(found, Article)
    assert (found.title, found.text) == ("A new bridge", f"{VOTED}\n\n{OPENS}")
    assert (found.source, found.author, found.published_at) == ("The Oldport Ledger", None, "2021-03-29T10:00:00")
    assert set(found.found_in.values()) == {"header of the forwarded mail"}
    over = [line.text for line in found.removed if line.rule == "forwarding"]
    assert over == [*note.split("\n\n")[:-1], *FORWARDED.split("\n")]


def test_a_forwarded_mail_may_be_quoted_and_undated() -> None:
    quoted = "\n".join(f"> {line}" for line in ("From: Ada Quill <ada@example.org>", "Subject: Piers", "", VOTED))
    message = mail(f"Begin forwarded message:\n\n{quoted}\n", Subject="Fwd: x", From="Tom Reed <tom@example.org>")
    message["Date"] = "Tue, 30 Mar 2021 08:00:00 +0200"
    [found] = read(message)
    assert isinstance(found, Article)
    assert (found.title, found.text, found.author, found.published_at) == ("Piers", VOTED, "Ada Quill", None)


@pytest.mark.parametrize(
    "wrapped",
    [
        "Subject: A new bridge\n over the river",
        "To: The readers of the Oldport Ledger and all of their friends <readers@example.org>,\n\t<more@example.org>",
        "To: The readers of the Oldport Ledger and of the Gazette <readers@example.org>,\nTom Reed <tom@example.org>",
    ],
)
def test_a_header_of_what_is_forwarded_may_go_on_in_the_next_line(wrapped: str) -> None:
    head = "---------- Forwarded message ---------\nFrom: Ada Quill <ada@example.org>\n"
    [found] = read(mail(f"{head}{wrapped}\nDate: Mon, 29 Mar 2021 at 10:00\n\n{VOTED}", Subject="Fwd: A new bridge"))
    assert isinstance(found, Article)
    assert (found.text, found.author, found.published_at) == (VOTED, "Ada Quill", "2021-03-29T10:00:00")
    assert "Subject" not in wrapped or found.title == "A new bridge over the river"
    [last] = read(mail(f"{head}{wrapped}\n\n{VOTED}", Subject="Fwd: A new bridge"))
    assert isinstance(last, Article)
    assert last.text == VOTED


def test_a_story_right_under_the_headers_stays() -> None:
    [found] = read(mail(f"{FORWARDED}\n{VOTED}\n\n{OPENS}", Subject="Fwd: A new bridge"))
    assert isinstance(found, Article)
    assert found.text == f"{VOTED}\n\n{OPENS}"


HTML_HEADERS = (
    "---------- Forwarded message ---------<br>From: <strong>The Oldport Ledger</strong>"
    ' <span>&lt;<a href="mailto:news@example.org">news@example.org</a>&gt;</span><br>'
    "Date: Mon, 29 Mar 2021 at 10:00<br>Subject: A new bridge<br>To:  &lt;readers@example.org&gt;<br>"
)


def test_what_was_forwarded_as_a_page_is_read_as_one() -> None:
    linked = VOTED.replace("a new bridge", "*a new bridge* <https://example.org/bridge?u=1>")
    plain = f"Worth a read?\n\n{FORWARDED}\n\n{linked}\n\n{OPENS}\n\n*Most read*\nBoats <https://example.org/boats>\n"
    message = mail(plain, Subject="Fwd: A new bridge", From="Tom Reed <tom@example.org>")
    body = NEWSLETTER.partition("<body>")[2]
    message.add_alternative(
        f'<div dir="ltr">Worth a read?<br><br><div class="gmail_quote"><div>{HTML_HEADERS}</div>{body}</div></div>',
        subtype="html",
    )
    [found] = read(message)
    assert isinstance(found, Article)
    assert found.text == f"Council votes for a bridge\n\n{VOTED}\n\n{OPENS}\n\n{LONG}"
    assert (found.title, found.source, found.published_at) == (
        "A new bridge",
        "The Oldport Ledger",
        "2021-03-29T10:00:00",
    )


@pytest.mark.parametrize("page", [None, "<p>Worth a read?</p><p>Another text than the plain one is here.</p>"])
def test_links_and_marks_of_what_was_forwarded_as_text_go_with_its_lists(page: str | None) -> None:
    linked = VOTED.replace("a new bridge", "*a new bridge* <https://example.org/bridge?u=1>")
    lists = "*Most read*\n\nBoats are back in port <https://example.org/boats>\n\nSeven piers\n<https://example.org/7>"
    message = mail(f"{FORWARDED}\n\n{linked}\n\n{OPENS}\n\n{lists}\n", Subject="Fwd: A new bridge")
    if page:
        message.add_alternative(page, subtype="html")
    [found] = read(message)
    assert isinstance(found, Article)
    assert found.text == f"{VOTED}\n\n{OPENS}"


@pytest.mark.parametrize("story", [VOTED, f"{VOTED}\n\n{OPENS}", f"Hi all\n\n{VOTED}"])
def test_a_short_story_over_what_is_forwarded_stays(story: str) -> None:
    [found] = read(mail(f"{story}\n\n{FORWARDED}\n\n{LONG}\n", Subject="A bridge", From="Tom Reed <tom@example.org>"))
    assert isinstance(found, Article)
    assert (found.author, found.title) == ("Tom Reed", "A bridge")
    assert VOTED in found.text


@pytest.mark.parametrize(
    "note",
    [
        "FYI",
        "Tom, this is the piece on the bridge that I told you about, and it is well worth a read before Thursday.",
        "Good one. Long, too.\n\nBest\nTom Reed\nHead of Harbours",
    ],
)
def test_a_note_over_what_is_forwarded_goes(note: str) -> None:
    [found] = read(mail(f"{note}\n\n{FORWARDED}\n\n{LONG}\n", Subject="A bridge", From="Tom Reed <tom@example.org>"))
    assert isinstance(found, Article)
    assert (found.source, found.text) == ("The Oldport Ledger", LONG)


def test_an_article_over_what_is_forwarded_is_the_mails_own() -> None:
    [found] = read(mail(f"{VOTED}\n\n{OPENS * 5}\n\n{FORWARDED}\n\n{VOTED}\n", From="Tom Reed <tom@example.org>"))
    assert isinstance(found, Article)
    assert found.author == "Tom Reed"
    assert found.text.startswith(VOTED)


@pytest.mark.parametrize(
    "note",
    [
        "Hi all,\n\nPlease find attached our release on the bridge.\n\nBest, Tom",
        "See attached.",
        "Dear editors, you will find enclosed the report of Monday.",
        "Attached is our release.",
        "Our release is attached.",
        "I attach the release.",
    ],
)
def test_a_note_that_hands_on_what_is_attached_is_no_article_and_is_told(note: str) -> None:
    message = mail(note, Subject="Release")
    message.add_attachment(VOTED.encode(), maintype="text", subtype="plain", filename="release.txt")
    release, left_out = read(message)
    assert isinstance(release, Article)
    assert (release.origin, release.text) == ("in/a.eml/release.txt", VOTED)
    assert isinstance(left_out, Note)
    assert left_out.item == "in/a.eml"
    assert left_out.message.startswith(f"hands on what is attached, and is no article itself: “{note.split()[0]}")
    assert [name for name, _ in told(mail(note, Subject="Release"))] == ["in/a.eml"]


def test_a_note_is_an_article_where_what_is_attached_gives_none() -> None:
    message = mail("Please find attached our release.", Subject="Release")
    message.add_attachment(b"\0\1\2", maintype="text", subtype="plain", filename="release.txt")
    assert sorted(name for name, _ in told(message)) == ["in/a.eml", "in/a.eml/release.txt"]


@pytest.mark.parametrize(
    "story",
    [
        "A camera attached to the north crane recorded the collision on Monday at 6 a.m., the port said.",
        "Divers find attached mines under the pier. The harbour is enclosed by a wall, and no attachment is needed.",
        "The buoy is attached by a chain. Visitors see attached houses from the quay.",
    ],
)
def test_a_short_article_that_speaks_of_what_is_attached_stays(story: str) -> None:
    message = mail(story, Subject="Collision")
    message.add_attachment(VOTED.encode(), maintype="text", subtype="plain", filename="map.txt")
    assert told(message) == [("in/a.eml", story), ("in/a.eml/map.txt", VOTED)]


def test_a_newsletter_is_read_as_its_page_and_keeps_the_heading_that_is_not_its_subject() -> None:
    message = mail(f"In plain: {VOTED}", Subject="Morning briefing", From="The Oldport Ledger <news@example.org>")
    message.add_alternative(NEWSLETTER, subtype="html")
    [found] = read(message)
    assert isinstance(found, Article)
    assert (found.title, found.source, found.language) == ("Morning briefing", "The Oldport Ledger", "en")
    assert found.text == f"Council votes for a bridge\n\n{VOTED}\n\n{OPENS}\n\n{LONG}"


def test_what_a_newsletter_has_beside_its_text_is_kept_each_line_once() -> None:
    message = mail(Subject="A bridge", From="Harbour Gazette <news@example.org>")
    preview = "A preview that nobody sees, of the bridge and of the ferry that it is to replace soon."
    message.add_alternative(f"{NEWSLETTER}<div><a href='https://example.org/u'>Unsubscribe</a></div>", subtype="html")
    [found] = read(message)
    assert isinstance(found, Article)
    assert [(line.rule, line.text) for line in found.removed] == [
        ("sign-up", "View in browser"),
        ("sign-up", "Unsubscribe"),
        (HIDDEN, preview),
    ]


def test_a_page_without_text_leaves_it_to_the_plain_part() -> None:
    message = mail(VOTED, Subject="A bridge")
    message.add_alternative("<html><body><img src='https://example.org/all.png'></body></html>", subtype="html")
    assert told(message) == [("in/a.eml", VOTED)]


def test_paragraphs_wrapped_by_the_mail_program_are_one_line() -> None:
    text = (
        "The council voted on Tuesday to build a new bridge over the\nriver, after years of debate about its cost and\n"
        "its place.\n\nIt opens in May."
    )
    assert told(mail(text, Subject="A bridge")) == [
        ("in/a.eml", text.replace("the\nr", "the r").replace("and\ni", "and i"))
    ]


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "cp1252"])
def test_transfer_encodings_and_charsets_are_undone(transfer: str, charset: str) -> None:
    message = mail(Subject="Café")
    message.set_content("Le café est fermé. À bientôt, dit l'élève.\n", charset=charset, cte=transfer)
    assert told(message) == [("in/a.eml", "Le café est fermé. À bientôt, dit l'élève.")]


@pytest.mark.parametrize(
    ("charset", "encoding"), [("iso-2022-jp", "iso-2022-jp"), ("no-such", "utf-8"), ("us-ascii", "utf-8")]
)
def test_a_charset_counts_before_what_the_bytes_look_like_unless_it_is_wrong(charset: str, encoding: str) -> None:
    text = "今日は天気がいいです。"
    header = f"Subject: x\nContent-Type: text/plain; charset={charset}\n\n"
    assert told(header.encode() + text.encode(encoding)) == [("in/a.eml", text)]


def test_attached_files_and_forwarded_messages_are_further_items() -> None:
    inner = mail("The inner one.", Subject="Inner", From="Tom Reed <tom@example.org>")
    message = mail("See below.", Subject="Outer")
    message.add_attachment(b"A note.", maintype="text", subtype="plain", filename="note.txt")
    message.add_attachment(b"Another note.", maintype="text", subtype="plain", filename="../../note.txt")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="photo.png")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="all.zip")
    message.add_attachment(inner)
    message.add_attachment(
        b"Subject: x\n\nAs a file.", maintype="application", subtype="octet-stream", filename="b.eml"
    )
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="broken.pdf")
    assert [(name, text[:40]) for name, text in told(message)] == [
        ("in/a.eml", "See below."),
        ("in/a.eml/note.txt", "A note."),
        ("in/a.eml/2-note.txt", "Another note."),
        ("in/a.eml/all.zip", "is an archive in a mail: save it, and ad"),
        ("in/a.eml/message.eml", "The inner one."),
        ("in/a.eml/b.eml", "As a file."),
        ("in/a.eml/broken.pdf", "is too damaged to be read (PDFSyntaxErro"),
    ]


def test_a_mail_that_only_forwards_is_not_an_article_itself() -> None:
    message = mail("\n", Subject="Fwd: Inner")
    message.add_attachment(mail("The inner one.", Subject="Inner"))
    assert told(message) == [("in/a.eml/message.eml", "The inner one.")]


@pytest.mark.parametrize(
    "name", ["a\0.txt", "a\n.txt", "x" * 300 + ".txt", r"C:\in\a.txt", "/etc/a.txt", "../../a.txt", "é.txt"]
)
def test_a_name_of_an_attachment_is_no_path(name: str) -> None:
    attached = (
        f"Content-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''{quote(name, safe='')}\n\nA note."
    )
    data = f"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\n{attached}\n--b--\n"
    [_, (inner, text)] = told(data.encode())
    assert text == "A note."
    assert inner.startswith("in/a.eml/")
    assert inner.endswith(".txt")
    assert len(inner) <= len("in/a.eml/") + 200
    assert not set("/\\\0\n") & set(inner.removeprefix("in/a.eml/"))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b"Only words, and no headers.", "is no mail (it has neither a sender nor a subject nor a date)"),
        (b"Subject: x\n\n\n", "has no text"),
        (b"Subject: x\nContent-Type: multipart/encrypted; boundary=b\n\n--b--", "is encrypted"),
        (b"Subject: x\nContent-Type: image/png\n\n\x89PNG", "has no text"),
        (b"Subject: x\n\n\0\1\2\xff\xfe", "is not text"),
        (b"Subject: x\n\n" + b"So it is.\n" * 300_000, "has 300,001 lines, at most 300,000 are read"),
        (b"Subject: x\n\n" + b"So it is.\r" * 300_000, "has 300,002 lines, at most 300,000 are read"),
        (b"X-1: x\r\n" * 50_001, "has 50,001 headers, at most 50,000 are read"),
        (b"Subject: " + b"x" * 4_000_000, "has 4,000,009 bytes in one header, at most 4,000,000 are read"),
        (b"Content-Type: a/b\n" * 1_001, "has 1,001 parts, at most 1,000 are read"),
        (b"Subject: x\n\n" + b"x" * 16_000_000, "at most 16,000,000 are read"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_read_says_why(data: bytes, problem: str) -> None:
    assert problem in error("a.eml", data).message


def test_a_date_that_is_none_is_not_taken() -> None:
    [found] = read(mail(VOTED, Subject="A bridge", Date="soon"))
    assert isinstance(found, Article)
    assert found.published_at is None


def test_mails_within_mails_are_read_up_to_a_depth() -> None:
    message = mail("Level 9.", Subject="9")
    for level in reversed(range(9)):
        outer = mail(f"Level {level}.", Subject=str(level))
        outer.add_attachment(message)
        message = outer
    *found, last = told(message)
    assert [text for _, text in found] == [f"Level {level}." for level in range(6)]
    assert last == ("in/a.eml" + "/message.eml" * 6, "is a mail within 5 others: save it, and add it by itself")


@pytest.mark.parametrize("header", ["From", "Subject", "Date", "Content-Type", "Content-Disposition", "List-Id"])
@pytest.mark.parametrize("unit", ["(", "<", '"', "a.", "a;", "\\", "=?utf-8?q?", "@", ",", "a*0=b;", " "])
def test_hostile_headers_are_cut(header: str, unit: str) -> None:
    value = "text/plain; " * (header == "Content-Type") + unit * (100_000 // len(unit))
    items = read(f"{header}: {value}\nReceived: x\n\n{VOTED}".encode())
    assert all(isinstance(item, Article | ItemError) for item in items)
    assert len(items) == 1


def test_parts_within_parts_have_no_text() -> None:
    data = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(300))
    assert error("a.eml", b"Subject: x\n" + data).message
