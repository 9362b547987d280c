"""Small files that ask for much: of memory, of time, or of disk. Each with the name that says how it is read."""

import base64
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

from zip64 import behind_zip64

from bench.fuzz.seeds import docx_files, packed

MB = 1_000_000
EMOJI = "😀".encode()
"""With one of them in it, Python keeps four bytes for every character of a text."""

Bomb = tuple[str, Callable[[], bytes]]


def deflated(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def bombs() -> Iterator[Bomb]:
    """In order of their formats; last those that are no bombs but as long as an article may be, and stay."""
    yield "zeros.zip", lambda: deflated({"a.txt": bytes(500 * MB)})
    yield "many-zeros.zip", lambda: deflated({f"{n}.txt": b"a " * MB for n in range(300)})
    yield "just-under.zip", lambda: deflated({f"{n}.txt": b"So it is. " * 99_000 for n in range(400)})
    yield "lies.zip", _lying
    yield "nested.zip", lambda: deflated({"a.zip": deflated({"b.zip": deflated({"c.txt": bytes(100 * MB)})})})
    yield "entries.zip", lambda: deflated({f"{n}.txt": b"" for n in range(60_000)})
    yield "comment.zip", lambda: behind_zip64(deflated({f"{n}.txt": b"" for n in range(60_000)}), 65_535)
    yield "shared.zip", _overlapping
    yield "entities.xml", lambda: _laughs("<rss><channel><item><title>&i;</title></item></channel></rss>")
    yield (
        "external.xml",
        lambda: (
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>'
        ),
    )
    yield "deep.xml", lambda: b"<rss>" + b"<a>" * 3 * MB
    yield "many.xml", lambda: b"<rss><channel>" + b"<item><title>a</title></item>" * 200_000 + b"</channel></rss>"
    yield (
        "emoji.xml",
        lambda: (
            b"<rss version='2.0'><channel>"
            + (b"<item><title>a</title><description>" + b"So it is. " * 99_000 + EMOJI + b"</description></item>") * 7
            + b"</channel></rss>"
        ),
    )
    yield "deep.html", lambda: b"<html><body>" + b"<div>" * 900_000 + b"So it is."
    yield "wide.html", lambda: b"<html><body>" + b"<p>a" * MB
    yield (
        "attributes.html",
        lambda: b"<html><body><p " + b"".join(b"a%d=b " % n for n in range(400_000)) + b">So it is.",
    )
    yield "spread.html", lambda: b"<html><body>" + b"<p a=b c=d e=f g=h i=j k=l m=n o=p>aa" * 99_000
    yield "most.html", lambda: b"<html><body>" + b"<p a=b c=d>aa" * 24_900 + EMOJI
    yield "comments.html", lambda: b"<html><body>" + b"<!-- " * 900_000 + b"So it is."
    yield "entities.html", lambda: b"<html><body><p>" + b"&nbsp;" * 800_000
    yield "deep.json", lambda: b'{"text": "So it is.", "a": ' + b"[" * 30 * MB
    yield "wide.json", lambda: b"[" + b"{}," * 10 * MB + b"{}]"
    yield "open-string.json", lambda: b'["' + b'\\"' * 15 * MB
    yield "long-number.json", lambda: b'{"text": "So it is.", "a": ' + b"9" * 30 * MB + b"}"
    yield "strings.json", lambda: b'{"text": "So it is.", "a": [' + b'"ab",' * 6 * MB + b'""]}'
    yield "floats.json", lambda: b'{"text": "So it is.", "a": [' + b"1.5," * 7 * MB + b"1]}"
    yield (
        "most.json",
        lambda: b'[{"text": "So it is.", "a": {' + b"".join(b'"%d":1,' % n for n in range(249_000)) + b'"a":1}}]',
    )
    yield (
        "emoji.json",
        lambda: b"[" + (b'{"text": "' + b"So it is. " * 300 + b'"},') * 9_900 + b'{"text": "' + EMOJI + b'"}]',
    )
    yield "deep.jsonl", lambda: b'{"text": "So it is.", "a": ' + b"[" * 15 * MB + b"\n"
    yield "lines.jsonl", lambda: b"{}\n" * 300_000
    yield "strings.jsonl", lambda: b'{"text": "So it is.", "a": [' + b'"ab",' * 1_190_000 + b'""]}'
    yield "line.jsonl", lambda: b'{"text": "So it is.", "a": "' + b"So it is. " * 590_000 + EMOJI + b'"}'
    yield "endless.jsonl", lambda: b'{"text": "So it is.", "a": "' + b"So it is. " * 3_100_000 + EMOJI + b'"}'
    yield "columns.csv", lambda: b"text," + b"a," * MB + b"\nSo it is." + b"," * MB
    yield "fields.csv", lambda: b"text,title\n" + b"So it is," * 3 * MB
    yield "quotes.csv", lambda: b'text\n"' + b'""' * 15 * MB
    yield "rows.csv", lambda: b"text\n" + b"\n" * 30 * MB
    yield "commas.csv", lambda: b"text,title\n" + b"ab," * 900_000 + EMOJI
    yield "list.md", lambda: b"1. a\n" * 190_000
    yield "items.md", lambda: b"1. a\n" * 29_000
    yield "deep.md", lambda: b"> " * 400_000 + b"So it is."
    yield "brackets.md", lambda: b"[" * 900_000
    yield (
        "aliases.md",
        lambda: (
            b"---\na: &a [x,x,x,x,x,x,x,x,x]\n"
            + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 110))
            + b"title: *m\n---\nSo it is."
        ),
    )
    yield "quotes.txt", lambda: "“".encode() * MB
    yield "parts.eml", lambda: _mail(b"".join(b"--b\r\n\r\nSo it is.\r\n" for _ in range(100_000)))
    yield "deep.eml", _nested_mail
    yield "headers.eml", lambda: b"".join(b"X-%d: a\r\n" % n for n in range(500_000)) + b"\r\nSo it is."
    yield "long-header.eml", lambda: b"Subject: " + b"=?utf-8?q?a?= " * MB + b"\r\n\r\nSo it is."
    yield "lines.eml", lambda: b"Subject: a\r\n\r\n" + b"So it is.\r" * 1_500_000
    yield "plain.eml", lambda: _mail(_attached(b"a.txt", b"text\r\n" + (b"So it is. " * 5 + b"\r\n") * 290_000))
    yield (
        "pictures.eml",
        lambda: _mail(
            _attached(b"a.pdf", base64.encodebytes(_picture(11 * MB)), b"Content-Transfer-Encoding: base64\r\n")
        ),
    )
    yield (
        "attached.eml",
        lambda: _mail(
            b'--b\r\nContent-Disposition: attachment; filename="a.zip"\r\nContent-Type: application/zip\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(deflated({"a.txt": bytes(300 * MB)}))
        ),
    )
    yield "zeros.docx", lambda: _docx("word/document.xml", bytes(400 * MB))
    yield "elements.docx", lambda: _body(b"<w:p/>" * 2_200_000)
    yield "attributes.docx", lambda: _body(b'<w:p w:a="b" w:c="d" w:e="f" w:g="h" w:i="j"/>' * 300_000)
    yield "most.docx", lambda: _body(b"<w:p><w:r><w:t>a b</w:t></w:r></w:p>" * 66_000)
    yield "deep.docx", lambda: _body(b"<w:p>" * 900_000)
    yield "runs.docx", lambda: _body(b"<w:p>" + b"<w:r><w:t>a</w:t></w:r>" * 600_000 + b"</w:p>")
    yield "entities.docx", lambda: _docx("word/document.xml", _laughs("<w:document>&i;</w:document>"))
    yield "pictures.docx", lambda: deflated(docx_files() | {"word/media/image1.png": bytes(400 * MB)})
    yield "stream.pdf", lambda: _pdf(bytes(200 * MB))
    yield "streams.pdf", lambda: _pdf(b"BT (a) Tj ET\n" * 600_000, pages=300)
    yield "brackets.pdf", lambda: _pdf(b"[" * 7_900_000)
    yield "array.pdf", lambda: _pdf(b"BT [" + b"1 " * 3_900_000 + b"] TJ ET")
    yield "arrays.pdf", lambda: _pdf(b"BT " + b"[" * 7_900_000)
    yield "pictures.pdf", lambda: _picture(30 * MB)
    yield "filters.pdf", lambda: _pdf(zlib.compress(zlib.compress(bytes(100 * MB), 9), 9), filters=b"/FlateDecode " * 3)
    yield "objects.pdf", _object_stream
    yield "pages.pdf", lambda: _pdf(b"BT (a) Tj ET", pages=20_000)
    yield "loop.pdf", lambda: _pdf(b"BT (a) Tj ET").replace(b"/Parent 2 0 R", b"/Parent 3 0 R")
    yield "words.txt", lambda: b"a " * 990_000
    yield "sentences.txt", lambda: b"So it is. " * 199_000 + EMOJI
    yield "emojis.txt", lambda: (EMOJI * 3 + b" ") * 490_000


def _lying() -> bytes:
    """Says that its file has 10 bytes."""
    data, size = deflated({"a.txt": bytes(300 * MB)}), (300 * MB).to_bytes(4, "little")
    return data.replace(size, (10).to_bytes(4, "little"))


def _overlapping() -> bytes:
    """One file of a megabyte under 9,000 names."""
    single = packed({"a.txt": b"So it is. " * 90_000})
    start = single.index(b"PK\1\2")
    entry, end = single[start : single.index(b"PK\5\6")], single.index(b"PK\5\6")
    entries = [entry.replace(b"a.txt", b"a%d.txt" % n) for n in range(10_000, 19_000)]
    entries = [one[:28] + (10).to_bytes(2, "little") + one[30:] for one in entries]
    directory = b"".join(entries)
    tail = single[end:]
    count = len(entries).to_bytes(2, "little")
    tail = tail[:8] + count + count + len(directory).to_bytes(4, "little") + start.to_bytes(4, "little") + tail[20:]
    return single[:start] + directory + tail


def _laughs(document: str) -> bytes:
    declared = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    return f'<!DOCTYPE r [<!ENTITY a "{"ha" * 50}">{declared}]>{document}'.encode()


def _mail(parts: bytes) -> bytes:
    return (
        b"Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"
    )


def _attached(name: bytes, data: bytes, header: bytes = b"") -> bytes:
    return b'--b\r\nContent-Disposition: attachment; filename="%s"\r\n%s\r\n%s\r\n' % (name, header, data)


def _nested_mail() -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20_000))
    return b"Subject: a\r\nMIME-Version: 1.0\r\n" + opening + b"\r\nSo it is."


def _docx(part: str, content: bytes) -> bytes:
    return deflated(docx_files() | {part: content})


def _body(xml: bytes) -> bytes:
    """Not packed: what packs to less than a 200th is refused for that."""
    files = docx_files()
    return packed(files | {"word/document.xml": files["word/document.xml"].replace(b"<w:sectPr/>", xml)})


def _pdf(content: bytes, pages: int = 1, filters: bytes = b"/FlateDecode") -> bytes:
    packed_content = zlib.compress(content, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b"3 0 R " * pages),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << >> >> >>",
        b"<< /Length %d /Filter [%s] >> stream\n%s\nendstream" % (len(packed_content), filters, packed_content),
    ]
    return _file(objects)


def _picture(size: int) -> bytes:
    """A page that shows pictures of as many bytes in all."""
    count = 10
    shown = b"".join(b"/I%d Do " % n for n in range(count)) + b"BT (a) Tj ET"
    named = b"".join(b"/I%d %d 0 R " % (n, n + 5) for n in range(count))
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 9 /Height 9 /Filter /DCTDecode /Length %d >> stream\n%s\nendstream"
    )
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << %s >> >> >>"
            % named,
            b"<< /Length %d >> stream\n%s\nendstream" % (len(shown), shown),
            *([picture % (size // count, bytes(size // count))] * count),
        ]
    )


def _object_stream() -> bytes:
    """A stream of a million objects, among which the page is said to be."""
    numbers = b" ".join(b"%d 0" % n for n in range(5, 1_000_000))
    stream = zlib.compress(numbers + b" null" * 100, 9)
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 9 0 R >>",
            b"<< /Type /ObjStm /N 999995 /First %d /Length %d /Filter /FlateDecode >> stream\n%s\nendstream"
            % (len(numbers), len(stream), stream),
        ]
    )


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)
