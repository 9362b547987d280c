"""Bytes of an HTML page in, an article out: its text in paragraphs, and what the page says of itself.

What is hidden and what is surely not the story go first (`hidden`, `boxes`). trafilatura then says which of what is
left is the story. Its own text form loses headings, rows and line breaks, so the paragraphs are read from the page
itself: those that trafilatura found, and what stands in the same element as they do. Nothing is fetched.
"""

import re
from copy import deepcopy
from typing import Any

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from index.article import Article
from index.errors import BadArticle
from index.ingest.boxes import is_prose, remove_boxes, remove_labels
from index.ingest.fields import article_from_fields
from index.ingest.hidden import remove_hidden
from index.ingest.metadata import described
from index.ingest.paragraphs import Paragraph, joined, paragraphs
from index.ingest.plain import decoded

MAX_BYTES = 5_000_000
MIN_LETTERS = 12
"""Of a paragraph that is looked for in what trafilatura found: fewer are found anywhere."""

MIN_SHARE = 0.9
MAX_ABOVE_CHARS = 1_000
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_.:-]+)")


def read_html(name: str, data: bytes) -> Article:
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} of HTML are read: save the article alone")
    declared = _CHARSET.search(data[:4096])
    markup = decoded(data, declared[1].decode() if declared else None)
    try:
        page = load_html(markup)
        found = None if page is None else _read(page)
    except Exception as error:  # five libraries on markup that anyone may have written
        raise BadArticle(f"the page cannot be parsed ({type(error).__name__}): save the article as text") from error
    if found is None or not found[0]["text"]:
        raise BadArticle("no text found in the page: save the article as .txt or .md if it has any")
    fields, found_in = found
    return article_from_fields(fields, origin=name, path=name, found_in=found_in)


def _read(page: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The article's fields, its text among them, and where they were found."""
    story = deepcopy(page)
    remove_hidden(story)
    remove_boxes(story)
    said = described(page, story)
    remove_labels(story)
    extracted = bare_extraction(story, include_comments=False, with_metadata=False)
    found = _letters(extracted.text or "") if isinstance(extracted, Document) else ""
    text = joined(_of_story(paragraphs(story), found, said.fields.get("title", "")))
    return {**said.fields, "text": text}, said.found_in


def _of_story(all_paragraphs: list[Paragraph], found: str | None, title: str) -> list[Paragraph]:
    """The paragraphs that are the story.

    found: the letters of the text that trafilatura found. None where it was not asked: then what reads like prose is
    taken for found.
    """
    letters = [_letters(paragraph.text) for paragraph in all_paragraphs]
    if found is None:
        is_found = [is_prose(paragraph) for paragraph in all_paragraphs]
    else:
        is_found = [len(said) >= MIN_LETTERS and said in found for said in letters]
    root = _narrowest([p for p, is_it in zip(all_paragraphs, is_found, strict=True) if is_it])
    if root is None:
        return []
    beside = {p.element.getparent() for p, is_it in zip(all_paragraphs, is_found, strict=True) if is_it}
    headline = _letters(title)
    kept: list[Paragraph] = []
    for paragraph, said, is_it in zip(all_paragraphs, letters, is_found, strict=True):
        if headline and said == headline:
            # What stands over the headline is not the story.
            kept = kept if sum(len(p.text) for p in kept) > MAX_ABOVE_CHARS else []
        elif is_it and (_is_within(paragraph, root) or is_prose(paragraph)):
            kept.append(paragraph)
        elif paragraph.element.getparent() in beside and _is_within(paragraph, root) and _is_text(paragraph):
            kept.append(paragraph)
    while kept and kept[-1].is_heading:
        kept.pop()
    return kept


def _narrowest(found: list[Paragraph]) -> Any:
    """The innermost element that holds nearly all the prose of what is found; None where nothing is."""
    found = list(filter(is_prose, found)) or found
    chars: dict[Any, int] = {}
    for paragraph in found:
        for element in (paragraph.element, *paragraph.element.iterancestors()):
            chars[element] = chars.get(element, 0) + len(paragraph.text)
    whole = sum(len(paragraph.text) for paragraph in found)
    # The keys stand in the order of the page, each after what is in it.
    return next((element for element, held in chars.items() if held >= MIN_SHARE * whole), None)


def _is_within(paragraph: Paragraph, root: Any) -> bool:
    return paragraph.element is root or any(element is root for element in paragraph.element.iterancestors())


def _is_text(paragraph: Paragraph) -> bool:
    return 2 * paragraph.linked_chars <= len(paragraph.text)


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())
