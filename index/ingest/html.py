"""Bytes of an HTML page in, an article out: its text in paragraphs, and what the page says of itself.

What is hidden and what is surely not the story go first (`hidden`, `boxes`). trafilatura then says which of what is
left is the story. Its own text form loses headings, rows and line breaks, so the paragraphs are read from the page
itself: those that trafilatura found, and what stands in the same element as they do. Nothing is fetched.
"""

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from index.article import Article
from index.errors import BadArticle
from index.ingest.boxes import MIN_PROSE_CHARS, is_correction, is_prose, names_of, remove_boxes, remove_labels
from index.ingest.bylines import ends_in_credit, is_about, is_signature
from index.ingest.charset import page_text
from index.ingest.fields import article_from_fields
from index.ingest.hidden import remove_hidden
from index.ingest.metadata import described
from index.ingest.paragraphs import Paragraph, joined, paragraphs

MAX_BYTES = 5_000_000
MIN_LETTERS = 12
"""Of a paragraph that is looked for in what trafilatura found: fewer are found anywhere."""

MIN_SHARE = 0.7
MIN_BODY_CHARS, MIN_GAIN = 200, 1.5
MAX_REPEATS, MIN_REPEATED, MAX_IN_QUOTATION = 100, 20, 3
MIN_SENTENCE_WORDS, MAX_SCRAP_CHARS = 5, 40
MAX_INSERT_CHARS, MIN_INSERT_LINKED = 300, 0.1
_SENTENCE_END = re.compile(r"[.!?…。！？][\"”’»)]*$")
_CLAUSE_END = re.compile(r"[.!?…:;,。！？：][\"'”’»)\]]*$|[\"”’»)\]]$")
_STANDFIRST = re.compile(
    r"\b(?:stand ?first|sub ?head(?:line|ing)?|sub ?title|de[ck]k|lede|lead|intro|summary|strap ?line|excerpt|chapo|"
    r"vorspann|entradilla|bajada|ingress)\b"
)
_SUBHEADING = re.compile(
    r"\b(?:heading|(?:sub|cross) ?head(?:ing|line)?|sub ?title|title|question|intertitre|zwischentitel)\b"
)
_PULLED = re.compile(r"\bpull(?: ?quote)?\b|\bquote\b")


def read_html(name: str, data: bytes) -> Article:
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} of HTML are read: save the article alone")
    markup = page_text(data)
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
    language = said.fields.get("language", "en")
    shown = _of_story(paragraphs(story), found, said.fields.get("title", ""), language)
    shown = _without_lines_about(shown, language)
    text = next((body for body in said.bodies if _is_whole(body, shown)), None) or joined(shown)
    return {**said.fields, "text": text}, said.found_in


def _is_whole(body: str, shown: list[Paragraph]) -> bool:
    """Whether an article's text in JSON-LD has all that the page shows of it, and much more."""
    letters = _letters(body)
    has = sum(len(paragraph.text) for paragraph in shown if _letters(paragraph.text) in letters)
    whole = sum(len(paragraph.text) for paragraph in shown)
    return has >= MIN_SHARE * whole and len(body) >= MIN_BODY_CHARS + MIN_GAIN * whole


def _of_story(
    all_paragraphs: list[Paragraph], extracted: str | None, title: str, language: str = "en"
) -> list[Paragraph]:
    """The paragraphs that are the story, by the text that trafilatura extracted.

    None where it was not asked: then what reads like prose is taken for what it would have found.
    """
    all_paragraphs = list(_without_headline(all_paragraphs, title))
    is_found = _found(all_paragraphs, extracted)
    hits = [n for n, is_it in enumerate(is_found) if is_it]
    begins = _headline(all_paragraphs, title, max(hits, default=0))
    root = _narrowest([all_paragraphs[n] for n in hits if n > begins])
    if root is None:
        return []
    outer = set(root.iterancestors())
    scope = next((e for e in (root, *root.iterancestors()) if e.tag in {"article", "main", "td"}), root)
    near = scope if scope is not root or root.getparent() is None else root.getparent()
    lists = _lists(all_paragraphs)
    within = [n for n in hits if n > begins and _is_within(all_paragraphs[n], root)]
    ends = _next_article(all_paragraphs, within, title)
    within = [n for n in within if n < ends]
    beside = {all_paragraphs[n].element.getparent() for n in within}
    usual = Counter(all_paragraphs[n].element.tag for n in within).most_common(1)[0][0]
    inserted = _inserted([all_paragraphs[n] for n in within])
    is_in = [False] * len(all_paragraphs)
    # What stands over the headline is not the story.
    for n in range(begins + 1, ends):
        paragraph = all_paragraphs[n]
        if not _is_text(paragraph) or _is_scrap(paragraph) or ends_in_credit(paragraph.text):
            continue
        is_listed = paragraph.group in lists and _is_within(paragraph, near)
        if within[0] <= n <= within[-1]:
            is_in[n] = is_found[n] or is_listed or paragraph.element.getparent() in beside
            is_in[n] = is_in[n] and not any(element in inserted for element in _around(paragraph))
        elif n < within[0]:
            is_in[n] = (begins >= 0 or is_found[n]) and (_is_standfirst(paragraph) or is_listed)
        else:
            is_in[n] = (
                is_correction(paragraph)
                or is_listed
                or (is_found[n] and _is_within(paragraph, scope) and _goes_on(paragraph, root, language))
                # In broken markup the story's element may end before the story does.
                or (
                    paragraph.element.tag == usual
                    and paragraph.element.getparent() in outer
                    and (is_prose(paragraph) or usual == "p")
                    and _is_sentence(paragraph.text)
                )
                or (paragraph.element in outer and is_found[n] and is_prose(paragraph))
            )
    for n in range(ends - 2, begins, -1):
        if all_paragraphs[n].is_heading and not within[0] <= n <= within[-1] and not is_about(all_paragraphs[n].text):
            is_in[n] = is_in[n + 1]
    story = [p for p, is_it in zip(all_paragraphs, is_in, strict=True) if is_it and _letters(p.text) != _letters(title)]
    return _without_repeats(_without_end(story))


def _without_end(story: list[Paragraph]) -> list[Paragraph]:
    """The story without what stands at its end but belongs to nothing: a heading, a name, initials."""
    while story:
        *before, last = story
        lines = last.text.split("\n")
        if last.is_heading or (before and last.group is None and is_signature(last.text)):
            story = before
        elif len(lines) > 1 and is_signature(lines[-1]):
            story = [*before, replace(last, text="\n".join(lines[:-1]))]
        else:
            break
    return story


def _found(all_paragraphs: list[Paragraph], extracted: str | None) -> list[bool]:
    """Whether trafilatura found each; of a list or a table all is found where half is."""
    if extracted is None:
        return [is_prose(paragraph) for paragraph in all_paragraphs]
    found, lines = _letters(extracted), set(map(_letters, extracted.splitlines()))
    letters = [_letters(paragraph.text) for paragraph in all_paragraphs]
    is_found = [said in (found if len(said) >= MIN_LETTERS else lines) for said in letters]
    groups: dict[Any, list[int]] = {}
    for n, paragraph in enumerate(all_paragraphs):
        if paragraph.group is not None:
            groups.setdefault(paragraph.group, []).append(n)
    for members in groups.values():
        most = 2 * sum(is_found[n] for n in members) >= len(members)
        for n in members:
            is_found[n] = most
    return is_found


def _headline(all_paragraphs: list[Paragraph], title: str, last: int) -> int:
    """Where the headline stands before the paragraph `last`: as an `h1`, if it does; -1 if it is not there."""
    places = [n for n, p in enumerate(all_paragraphs[:last]) if title and _is_headline(p.text, title)]
    prose = next((n for n, p in enumerate(all_paragraphs) if is_prose(p)), last)
    above = [n for n in places if n < prose] or places[:1]
    return max([n for n in places if all_paragraphs[n].element.tag == "h1"] or above, default=-1)


def _without_headline(all_paragraphs: list[Paragraph], title: str) -> Iterator[Paragraph]:
    """The paragraphs with one of its own for a headline that is the first line of one."""
    for paragraph in all_paragraphs:
        first, _, rest = paragraph.text.partition("\n")
        if rest and title and _is_headline(first, title):
            yield replace(paragraph, text=first)
            yield replace(paragraph, text=rest)
        else:
            yield paragraph


def _is_headline(text: str, title: str) -> bool:
    """Whether the title is all there is, or its first line, or what follows says by whom and when it is."""
    first = text.split("\n")[0]
    return _letters(first) == _letters(title) or (first.startswith(title) and is_about(first[len(title) :]))


def _without_repeats(story: list[Paragraph]) -> list[Paragraph]:
    """The story without the quotations and boxes in it that say again what a paragraph says."""
    said = "\n".join(_letters(paragraph.text) for paragraph in story)
    quotations = [_quotation(paragraph) for paragraph in story]
    size = Counter(quotations)
    again: set[Any] = set()
    seen: set[str] = set()
    for paragraph, quotation in zip(story, quotations, strict=True):
        letters = _letters(paragraph.text)
        if is_prose(paragraph) and letters in seen:
            again.add(paragraph.element)  # a second copy, for another kind of screen
        seen.add(letters)
        is_box = quotation is not None or (
            paragraph.element.tag != "p" and not paragraph.is_heading and paragraph.group is None
        )
        if is_box and len(letters) >= MIN_REPEATED and len(again) < MAX_REPEATS and said.count(letters) > 1:
            # One of many paragraphs was never closed.
            again.add(quotation if quotation is not None and size[quotation] <= MAX_IN_QUOTATION else paragraph.element)
    return [p for p, quotation in zip(story, quotations, strict=True) if not again & {p.element, quotation}]


def _quotation(paragraph: Paragraph) -> Any:
    """The element of a quotation that a paragraph stands in."""
    around = (paragraph.element, *paragraph.element.iterancestors())
    return next((e for e in around if e.tag == "blockquote" or _PULLED.search(names_of(e))), None)


def _without_lines_about(story: list[Paragraph], language: str) -> list[Paragraph]:
    """The story without the lines over its first words that say by whom and when it is.

    In English these are told later, by what reads all formats.
    """

    def is_out(line: str) -> bool:
        is_english = language.startswith("en") and line.isascii()
        return not is_english and (is_about(line) or is_signature(line))

    kept: list[Paragraph] = []
    for n, paragraph in enumerate(story):
        lines = [line for line in paragraph.text.split("\n") if not is_out(line)]
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


def _around(paragraph: Paragraph) -> Iterator[Any]:
    yield paragraph.element
    yield from paragraph.element.iterancestors()


def _is_within(paragraph: Paragraph, root: Any) -> bool:
    return any(element is root for element in _around(paragraph))


def _is_text(paragraph: Paragraph) -> bool:
    """Whether it is more than links; a whole sentence that is one counts."""
    is_linked = 2 * paragraph.linked_chars > len(paragraph.text)
    return not is_linked or (len(paragraph.text) >= MIN_PROSE_CHARS and _is_sentence(paragraph.text))


def _is_scrap(paragraph: Paragraph) -> bool:
    """Whether it is a caption, or a few words that are neither a sentence nor a heading: a label, a button, a rule."""
    if paragraph.is_under_picture:
        return True
    is_more = paragraph.is_heading or paragraph.is_strong or paragraph.group is not None
    is_more = is_more or _SUBHEADING.search(names_of(paragraph.element)) is not None
    return not is_more and len(paragraph.text) <= MAX_SCRAP_CHARS and not _CLAUSE_END.search(paragraph.text[-3:])


def _is_sentence(text: str) -> bool:
    is_long = len(text.split()) >= MIN_SENTENCE_WORDS or (len(text) >= MIN_LETTERS and not text.isascii())
    return is_long and _SENTENCE_END.search(text[-3:]) is not None


def _is_standfirst(paragraph: Paragraph) -> bool:
    return _is_sentence(paragraph.text) or _STANDFIRST.search(names_of(paragraph.element)) is not None


def _next_article(all_paragraphs: list[Paragraph], within: list[int], title: str) -> int:
    """Where an `h1` behind the first prose begins another article; one that stands among the story's own is a heading."""
    homes: set[Any] = set()
    found = set(within)
    for n in range(within[0], len(all_paragraphs)):
        element = all_paragraphs[n].element
        if (
            element.tag == "h1"
            and element.getparent() not in homes
            and _letters(all_paragraphs[n].text) != _letters(title)
        ):
            return n
        if n in found:
            homes.add(element.getparent())
    return len(all_paragraphs)


def _inserted(found: list[Paragraph]) -> set[Any]:
    """Boxes among the story's paragraphs that hold a few words and a link: between paragraphs that stand in no box."""
    chars: Counter[Any] = Counter()
    for paragraph in found:
        chars[paragraph.element.getparent()] += len(paragraph.text)
    home, held = chars.most_common(1)[0]
    if home is None or held < MIN_SHARE * chars.total():
        return set()
    return {box for box in home if box.tag in {"div", "section"} and _is_insert(box)}


def _is_insert(box: Any) -> bool:
    found = paragraphs(box)
    linked = sum(paragraph.linked_chars for paragraph in found)
    whole = sum(len(paragraph.text) for paragraph in found)
    is_small = whole <= MAX_INSERT_CHARS and all(paragraph.group is None for paragraph in found)
    return is_small and linked >= MIN_INSERT_LINKED * whole and linked > 0


def _lists(all_paragraphs: list[Paragraph]) -> set[Any]:
    """The lists and tables of several items or rows without a link in any: of the story, if they stand with it."""
    groups: dict[Any, list[Paragraph]] = {}
    for paragraph in all_paragraphs:
        groups.setdefault(paragraph.group, []).append(paragraph)
    return {
        group
        for group, members in groups.items()
        if group is not None
        and len(members) > 1
        and not any(member.linked_chars for member in members)
        and sum(len(member.text) for member in members) >= MIN_LETTERS * len(members) / 2
    }


def _goes_on(paragraph: Paragraph, root: Any, language: str) -> bool:
    """Whether what stands behind the story is a note of one paragraph, or more prose and nothing else.

    What notes say is told later, in English; in other languages none is kept but for corrections.
    """
    outer = set(root.iterancestors())
    around = (paragraph.element, *paragraph.element.iterancestors())
    found = paragraphs(next(element for element in around if element.getparent() in outer))
    if len(found) == 1:
        return _is_sentence(paragraph.text) and language.startswith("en")
    return all((is_prose(p) and not p.linked_chars) or p.is_heading for p in found)


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())
