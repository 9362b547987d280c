"""A PDF file in, an article out: the text that it carries, and what it says of itself.

`pdf_pages` reads the lines of the pages, `columns` makes paragraphs of them. The title is the one that the document's
information states, where a person wrote it, else what is set largest on the first page. Where the text gives no
date, it is that on which the file was made, but not if a browser printed it. A scan has no text.
"""

import codecs
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import SEEK_END
from typing import BinaryIO

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdftypes import resolve1
from pdfminer.utils import decode_text

from index.article import Article
from index.errors import BadArticle
from index.ingest.columns import Page, Paragraph, body_size, is_larger, paragraphs
from index.ingest.fields import MAX_FIELD_CHARS, article_from_fields
from index.ingest.pdf_pages import NO_LETTER, opened, pages
from index.ingest.properties import MAX_TITLE_CHARS, stated_author, stated_title

MAX_BYTES = 64_000_000
MIN_TITLE_LETTERS = 5
MIN_READABLE = 0.7
"""Share of the characters that the fonts must have a letter for."""

_PLACE = "document information"


def read_pdf(name: str, file: BinaryIO) -> Article:
    if (size := file.seek(0, SEEK_END)) > MAX_BYTES:
        raise BadArticle(f"has {size:,} bytes, at most {MAX_BYTES:,} of PDF are read: save the article alone")
    file.seek(0)
    if b"%PDF-" not in (head := file.read(1024)):
        raise BadArticle(f"is no PDF (it starts with the bytes {head[:8].hex(' ')}): save it as PDF again")
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of every oddity on standard error
    try:
        document = opened(file)
        found = list(pages(document))
        information = _information(document)
    except (BadArticle, MemoryError):
        raise
    except PDFPasswordIncorrect as error:
        raise BadArticle("is locked with a password: save it without one") from error
    except PDFEncryptionError as error:
        raise BadArticle("is encrypted in a way that is not read: save it without encryption") from error
    except Exception as error:  # pdfminer fails in dozens of ways on damaged files
        problem = f"{type(error).__name__}: {error}"[:100]
        raise BadArticle(f"is too damaged to be read ({problem}): open it and print it to a new PDF") from error
    return _article(name, found, information)


def _article(name: str, found_pages: Sequence[Page], information: Mapping[str, str]) -> Article:
    found, removed = paragraphs(found_pages)
    if not found:
        raise BadArticle(f"has no text on any page ({len(found_pages)} in all): have it recognised (OCR), or paste it")
    title, place = stated_title(information.get("Title")), _PLACE
    headline = _headline(found, body_size(found_pages), title)
    if title is None and headline:
        title, place = headline.text, "largest text of the first page"
    if headline and title and _same(headline.text, title) and len(found) > 1:
        found.remove(headline)
    text = "\n\n".join(paragraph.text for paragraph in found)
    if text.count(NO_LETTER) > (1 - MIN_READABLE) * len(text):
        raise BadArticle(
            "has fonts that do not say which letters they show: have the text recognised (OCR), or paste it"
        )
    fields = {
        "title": title,
        "author": stated_author(information.get("Author")),
        "text": text.replace(NO_LETTER, ""),
    }
    found_in = {"title": place, "author": _PLACE}
    return article_from_fields(fields, origin=name, path=name, found_in=found_in, unsure={"author"}, left_out=removed)


def _headline(found: Sequence[Paragraph], body: float, title: str | None) -> Paragraph | None:
    """What stands on the first page as `title`, else what is set largest there, if it is larger than the text."""
    large = [
        paragraph
        for paragraph in found
        if paragraph.page == 0
        and is_larger(paragraph.size, body)
        and len(paragraph.text) <= MAX_TITLE_CHARS
        and sum(map(str.isalpha, paragraph.text)) >= MIN_TITLE_LETTERS
    ]
    stands = next((paragraph for paragraph in large if title and _same(paragraph.text, title)), None)
    return stands or max(large, key=lambda paragraph: paragraph.size, default=None)


def _same(one: str, other: str) -> bool:
    return [c for c in one.casefold() if c.isalnum()] == [c for c in other.casefold() if c.isalnum()]


def _information(document: PDFDocument) -> dict[str, str]:
    said = {key: _text(value) for information in reversed(document.info) for key, value in information.items()}
    return {key: value for key, value in said.items() if value}


def _text(value: object) -> str:
    value = resolve1(value)
    if not isinstance(value, bytes) or len(value) > MAX_FIELD_CHARS:
        return ""
    with suppress(UnicodeError):
        return value.decode("utf-8-sig") if value.startswith(codecs.BOM_UTF8) else decode_text(value)
    return ""
