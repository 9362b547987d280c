"""Where fuzzing starts: for each format some files that say something, from `tests/pages` and made here.

Small ones: a fuzzer that changes a byte of a megabyte learns nothing.
"""

import gzip
import json
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "pages"
FOUND = ROOT / "tests" / "data" / "fuzzed"
"""What fuzzing found: a folder for each format, a file for each fault."""
MAX_PAGE_BYTES = 9_000

VOTED = "The council voted on Monday for a new bridge over the river, the mayor Ada Quill said."
OPENS = "It is to open in 2027 and costs 90 million crowns, “less than the ferry”."
PROSE = f"{VOTED}\n\n{OPENS}"
FRONT = "---\ntitle: A bridge\nauthor: [Ada Quill, Tom Reed]\ndate: 2024-05-06\ntags: {a: [b]}\n---\n"
MARKDOWN = (
    f"# A bridge\n\n{VOTED} *[so](http://example.org)*, ~~no~~, `code`\n\n1. one\n2. two\n   - three\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\n```\nfence\n```\n\n<div>raw</div>\n\n[a]: http://example.org 'b'\n"
)
FIELDS = {
    "title": "A bridge",
    "text": PROSE,
    "url": "https://example.org/bridge?utm_source=x",
    "author": ["Ada Quill", {"name": "Tom Reed"}],
    "date": "Mon, 29 Mar 2021 10:00:00 +0200",
    "publisher": "The Ledger",
    "language": "en-GB",
    "odd": 1e400,
}
RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Post</title><language>en</language><item>'
    "<title>Ferry stops</title><link>/ferry</link><guid>1</guid><dc:creator>Ann Reed</dc:creator><pubDate>Mon, 06 Jan "
    f"2025 10:00:00 +0200</pubDate><content:encoded><![CDATA[<p>{VOTED}</p><p>{OPENS}</p>]]></content:encoded></item>"
    "</channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="html">Post &amp;c</title><entry>'
    '<id>urn:1</id><link href="/a"/><title>Ferry</title><updated>2025-01-06T10:00:00Z</updated>'
    "<author><name>Ann</name></author>"
    f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{VOTED}</p></div></content></entry></feed>'
)
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Post",
    "items": [
        {"id": 1, "url": "/a", "title": "Ferry", "content_html": f"<p>{VOTED}</p>", "date_published": "2025-01-06"}
    ],
}
SITEMAP = (
    '<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.org/a</loc><lastmod>2024-05-06'
    "</lastmod><news:news><news:publication><news:name>Post</news:name><news:language>en</news:language></news:publication>"
    "<news:publication_date>2024-05-06T07:08:09+01:00</news:publication_date><news:title>A</news:title></news:news></url>"
    "</urlset>"
)
SITEMAPS = (
    "<sitemapindex><sitemap><loc>/b.xml</loc><lastmod>0001-01-01T00:00:00+14:00</lastmod></sitemap></sitemapindex>"
)
HTML = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>A bridge | The Ledger</title>"
    '<meta property="og:title" content="A bridge"><meta name=author content="Ada Quill">'
    '<script type="application/ld+json">'
    '{"@type":"NewsArticle","datePublished":"2024-05-06T07:08:09Z","author":[{"name":"Ada"}],"articleBody":"'
    f'{VOTED}"}}</script></head><body><nav><a href=/>Home</a></nav><article><h1>A bridge</h1>'
    f"<p class=byline>By Ada Quill</p><time datetime=2024-05-06>6 May</time><p>{VOTED}</p><ul><li>one</li></ul>"
    f"<table><tr><td>a<td>b</table><p style='display:none'>no</p><p>{OPENS}</p>"
    "</article><aside>Read more</aside></body></html>"
)


def seeds(kind: str) -> Iterator[bytes]:
    """Of a format: files to begin with, and whatever was found wrong before."""
    match kind:
        case "txt":
            yield from (PROSE.encode(code) for code in ("utf-8", "utf-16", "utf-32", "cp1252", "utf-8-sig"))
            yield "Новости города. Мост откроют в 2027 году.".encode("koi8-r")
            yield "橋は2027年に開通する。".encode("shift_jis")
            yield from (path.read_bytes() for path in sorted((PAGES / "files").glob("*.txt")))
        case "md":
            yield from (text.encode() for text in (FRONT + MARKDOWN, MARKDOWN, PROSE))
        case "html" | "page":
            yield HTML.encode()
            for path in sorted(PAGES.glob("tune-*.html")):
                if path.stat().st_size <= MAX_PAGE_BYTES:
                    yield path.read_bytes()
        case "pdf":
            yield from (_pdf(is_packed) for is_packed in (False, True))
        case "docx":
            yield packed(docx_files())
        case "eml":
            yield from _mails()
        case "json":
            for value in (FIELDS, [FIELDS, {"text": VOTED}], {"articles": [FIELDS]}):
                yield json.dumps(value).encode()
            yield json.dumps(FIELDS).encode("utf-16")
        case "jsonl":
            yield b"\n".join(json.dumps(value).encode() for value in (FIELDS, {"text": VOTED}, [1], None))
        case "csv":
            yield f'title,date,text\nA bridge,2024-05-06,"{VOTED} ""so"""\nb,c,d\n'.encode()
            yield f"headline;body\r\nA;{VOTED}\r\n".encode("utf-16")
        case "xml" | "feed":
            yield from (text.encode() for text in (RSS, ATOM))
        case "feed-json":
            yield json.dumps(JSON_FEED).encode()
        case "sitemap":
            yield from (text.encode() for text in (SITEMAP, SITEMAPS))
        case "sitemap-gz":
            yield from (gzip.compress(text.encode()) for text in (SITEMAP, SITEMAPS))
        case "zip":
            yield packed(
                {"a.txt": PROSE.encode(), "b/c.md": MARKDOWN.encode(), "d.csv": b"text\nIt is so.\n", "e.png": b""}
            )
            yield packed({"a.json": json.dumps(FIELDS).encode(), "b.eml": next(_mails())})
    yield from (path.read_bytes() for path in sorted((FOUND / kind).glob("*")))


def packed(files: dict[str, bytes]) -> bytes:
    """A ZIP archive of `files`, not compressed: a changed byte of it is a changed byte of a file."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def _pdf(is_packed: bool) -> bytes:
    file = BytesIO()
    canvas = Canvas(file, pageCompression=int(is_packed), invariant=1)
    canvas.setTitle("A bridge")
    canvas.setAuthor("Ada Quill")
    canvas.setFont("Times-Roman", 24)
    canvas.drawString(50, 780, "A new bridge at last")
    canvas.setFont("Times-Roman", 10)
    for line, text in enumerate((VOTED, OPENS)):
        canvas.drawString(50, 740 - 12 * line, text)
    canvas.showPage()
    canvas.drawString(50, 740, VOTED)
    canvas.save()
    return file.getvalue()


def docx_files() -> dict[str, bytes]:
    """What there has to be in one, by hand: python-docx's own is a megabyte of styles."""
    office = "http://schemas.openxmlformats.org"
    word = f'xmlns:w="{office}/wordprocessingml/2006/main"'
    word_type = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    linked = f"{office}/officeDocument/2006/relationships"
    relations = f'<Relationships xmlns="{office}/package/2006/relationships">'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{office}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{word_type}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{word_type}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>",
        "_rels/.rels": f'{relations}<Relationship Id="r1" Type="{linked}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="r2" Type="{office}/package/2006/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{office}/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A bridge</dc:title><dc:creator>Ada Quill</dc:creator>'
        "</cp:coreProperties>",
        "word/_rels/document.xml.rels": f'{relations}<Relationship Id="r1" Type="{linked}/styles" '
        'Target="styles.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles {word}><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>'
        '</w:style><w:style w:type="paragraph" w:styleId="L"><w:name w:val="List Bullet"/></w:style></w:styles>',
        "word/document.xml": f'<w:document {word}><w:body><w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r>'
        f'<w:t>A bridge</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve">{VOTED} </w:t></w:r>'
        f"<w:ins><w:r><w:t>{OPENS}</w:t></w:r></w:ins><w:del><w:r><w:delText>no</w:delText></w:r></w:del>"
        '<w:r><w:tab/><w:br/></w:r></w:p><w:p><w:pPr><w:pStyle w:val="L"/></w:pPr><w:r><w:t>item</w:t></w:r></w:p>'
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:sectPr/></w:body></w:document>",
    }
    return {name: f'<?xml version="1.0"?>{xml}'.encode() for name, xml in files.items()}


def _mails() -> Iterator[bytes]:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ada Quill <ada@example.org>", "Fwd: A bridge – at last"
    mail["Date"] = "Mon, 29 Mar 2021 10:00:00 +0200"
    mail.set_content(PROSE)
    yield mail.as_bytes(policy=SMTP)
    mail.add_alternative(f"<html><body><h1>A bridge</h1><p>{VOTED}</p><p>{OPENS}</p></body></html>", subtype="html")
    yield mail.as_bytes(policy=SMTP)
    mail.add_attachment(VOTED.encode(), maintype="text", subtype="plain", filename="Größe.txt")
    yield mail.as_bytes(policy=SMTP)
    forwarded = EmailMessage()
    forwarded["Subject"] = "Fwd"
    forwarded.set_content(
        f"FYI\n\n-------- Forwarded Message --------\nSubject: A bridge\nDate: Mon, 29 Mar 2021 10:00:00 +0200\n"
        f"From: Ada Quill <ada@example.org>\nTo: b@example.org\n\n{PROSE}\n"
    )
    forwarded.add_attachment(mail)
    yield forwarded.as_bytes(policy=SMTP)
