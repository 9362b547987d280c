"""Bytes of an HTML page in, an article out: its text in paragraphs, and what the page says of itself.

What is hidden and what is surely not the story go first (`hidden`, `boxes`). trafilatura then says which of what is
left is the story. Its own text form loses headings, rows and line breaks, so the paragraphs are read from the page
itself: those that trafilatura found, and what stands in the same element as they do. Nothing is fetched.
"""

import re
from copy import deepcopy
from dataclasses import replace
from typing import Any

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from index.article import Article
from index.errors import BadArticle
from index.ingest.boxes import MIN_PROSE_CHARS, is_correction, is_prose, names_of, remove_boxes, remove_labels
from index.ingest.bylines import MAX_ABOUT_CHARS, ends_in_credit, is_about
from index.ingest.charset import charset_of
from index.ingest.fields import article_from_fields
from index.ingest.hidden import remove_hidden
from index.ingest.metadata import described
from index.ingest.paragraphs import Paragraph, joined, paragraphs
from index.ingest.plain import decoded

MAX_BYTES = 5_000_000
MIN_LETTERS = 12
"""Of a paragraph that is looked for in what trafilatura found: fewer are found anywhere."""

MIN_SHARE = 0.7
MIN_BODY_CHARS, MIN_GAIN = 200, 1.5
MAX_QUOTATIONS, MIN_REPEATED = 100, 20
MIN_SENTENCE_WORDS = 5
_SENTENCE_END = re.compile(r"[.!?…。！？][\"”’»)]*$")
_STANDFIRST = re.compile(
    r"\b(?:stand ?first|sub ?head(?:line|ing)?|sub ?title|de[ck]k|lede|lead|intro|summary|strap ?line|excerpt|chapo|"
    r"vorspann|entradilla|bajada|ingress)\b"
)
_PULLED = re.compile(r"\bpull(?: ?quote)?\b|\bquote\b")


def read_html(name: str, data: bytes) -> Article:
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} of HTML are read: save the article alone")
    markup = decoded(data, charset_of(data))
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
    found = extracted.text or "" if isinstance(extracted, Document) else ""
    shown = _of_story(paragraphs(story), found, said.fields.get("title", ""))
    text = next((body for body in said.bodies if _is_whole(body, shown)), None) or joined(shown)
    return {**said.fields, "text": text}, said.found_in


def _is_whole(body: str, shown: list[Paragraph]) -> bool:
    """Whether an article's text in JSON-LD has all that the page shows of it, and much more."""
    letters = _letters(body)
    has = sum(len(paragraph.text) for paragraph in shown if _letters(paragraph.text) in letters)
    whole = sum(len(paragraph.text) for paragraph in shown)
    return has >= MIN_SHARE * whole and len(body) >= MIN_BODY_CHARS + MIN_GAIN * whole


def _of_story(all_paragraphs: list[Paragraph], extracted: str | None, title: str) -> list[Paragraph]:
    """The paragraphs that are the story, by the text that trafilatura extracted.

    None where it was not asked: then what reads like prose is taken for what it would have found.
    """
    found, lines = _letters(extracted or ""), set(map(_letters, (extracted or "").splitlines()))
    letters = [_letters(paragraph.text) for paragraph in all_paragraphs]
    is_found = [
        is_prose(paragraph) if extracted is None else said in (found if len(said) >= MIN_LETTERS else lines)
        for paragraph, said in zip(all_paragraphs, letters, strict=True)
    ]
    hits = [n for n, is_it in enumerate(is_found) if is_it]
    headline = _letters(title)
    begins = max(
        (n for n in range(max(hits, default=0)) if headline and _is_headline(letters[n], headline)), default=-1
    )
    hits = [n for n in hits if n > begins]
    root = _narrowest([all_paragraphs[n] for n in hits])
    if root is None:
        return []
    outer = set(root.iterancestors())
    scope = next((e for e in (root, *root.iterancestors()) if e.tag in {"article", "main", "td"}), root)
    beside = {all_paragraphs[n].element.getparent() for n in hits}
    within = [n for n in hits if _is_within(all_paragraphs[n], root)]
    kept: list[Paragraph] = []
    # What stands over the headline is not the story.
    for n in range(begins + 1, len(all_paragraphs)):
        paragraph = all_paragraphs[n]
        if within[0] <= n <= within[-1]:
            is_in = (is_found[n] or paragraph.element.getparent() in beside) and _is_text(paragraph)
        elif n < within[0]:
            is_in = _is_text(paragraph) and _is_standfirst(paragraph) and (begins >= 0 or is_found[n])
        else:
            is_in = _is_text(paragraph) and (
                is_correction(paragraph)
                or (is_found[n] and _is_within(paragraph, scope) and _goes_on(paragraph, root))
                # In broken markup the story's element may end before the story does.
                or (
                    paragraph.element.tag == "p"
                    and paragraph.element.getparent() in outer
                    and _is_sentence(paragraph.text)
                )
                or (paragraph.element in outer and is_found[n] and is_prose(paragraph))
            )
        if is_in and not paragraph.is_under_picture and not ends_in_credit(paragraph.text):
            kept.append(paragraph)
    while kept and kept[-1].is_heading:
        kept.pop()
    return _without_lines_about(_without_repeats(kept))


def _without_repeats(story: list[Paragraph]) -> list[Paragraph]:
    """The story without the quotations and boxes in it that say again what a paragraph says."""
    said = "\n".join(_letters(paragraph.text) for paragraph in story)
    again: set[Any] = set()
    for paragraph in [p for p in story if p.element.tag != "p" or _quotation(p) is not None][:MAX_QUOTATIONS]:
        letters = _letters(paragraph.text)
        if (
            len(letters) >= MIN_REPEATED
            and paragraph.group is None
            and not paragraph.is_heading
            and said.count(letters) > 1
        ):
            again.add(paragraph.element if (within := _quotation(paragraph)) is None else within)
    return [p for p in story if p.element not in again and _quotation(p) not in again]


def _quotation(paragraph: Paragraph) -> Any:
    """The element of a quotation that a paragraph stands in."""
    around = (paragraph.element, *paragraph.element.iterancestors())
    return next((e for e in around if e.tag == "blockquote" or _PULLED.search(names_of(e))), None)


def _without_lines_about(story: list[Paragraph]) -> list[Paragraph]:
    """The story without the lines over its first words that say by whom and when it is."""
    kept: list[Paragraph] = []
    for n, paragraph in enumerate(story):
        lines = [line for line in paragraph.text.split("\n") if not is_about(line)]
        if is_prose(paragraph):
            return kept + story[n:]
        if lines:
            kept.append(replace(paragraph, text="\n".join(lines)))
    return story


def _narrowest(found: list[Paragraph]) -> Any:
    """The innermost element that holds most of what is found, labels and links apart; None where nothing is."""
    found = [p for p in found if _is_text(p) and (is_prose(p) or _is_sentence(p.text))] or found
    chars: dict[Any, int] = {}
    for paragraph in found:
        for element in (paragraph.element, *paragraph.element.iterancestors()):
            chars[element] = chars.get(element, 0) + len(paragraph.text)
    whole = sum(len(paragraph.text) for paragraph in found)
    holding = [element for element, held in chars.items() if held >= MIN_SHARE * whole]
    # They lie within each other.
    return max(holding, key=lambda element: sum(1 for _ in element.iterancestors()), default=None)


def _is_within(paragraph: Paragraph, root: Any) -> bool:
    return paragraph.element is root or any(element is root for element in paragraph.element.iterancestors())


def _is_text(paragraph: Paragraph) -> bool:
    """Whether it is more than links; a whole sentence that is one counts."""
    is_linked = 2 * paragraph.linked_chars > len(paragraph.text)
    return not is_linked or (len(paragraph.text) >= MIN_PROSE_CHARS and _is_sentence(paragraph.text))


def _is_sentence(text: str) -> bool:
    is_long = len(text.split()) >= MIN_SENTENCE_WORDS or (len(text) >= MIN_LETTERS and not text.isascii())
    return is_long and _SENTENCE_END.search(text[-3:]) is not None


def _is_headline(letters: str, headline: str) -> bool:
    return letters.startswith(headline) and len(letters) <= len(headline) + MAX_ABOUT_CHARS


def _is_standfirst(paragraph: Paragraph) -> bool:
    return _is_sentence(paragraph.text) or _STANDFIRST.search(names_of(paragraph.element)) is not None


def _goes_on(paragraph: Paragraph, root: Any) -> bool:
    """Whether what stands behind the story is a note of one paragraph, or more prose and nothing else."""
    outer = set(root.iterancestors())
    around = (paragraph.element, *paragraph.element.iterancestors())
    found = paragraphs(next(element for element in around if element.getparent() in outer))
    if len(found) == 1:
        return _is_sentence(paragraph.text)
    return all((is_prose(p) and not p.linked_chars) or p.is_heading for p in found)


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())
