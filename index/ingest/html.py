"""Bytes of an HTML page in, an article out: its text in paragraphs, and what the page says of itself.

What is hidden and what is surely not the story go first (`hidden`, `boxes`). trafilatura then says which of what is
left is the story, and the paragraphs are read from the page itself (`story`). Where a page shows but the beginning of
the text that it has in its JSON-LD, that is the text. Nothing is fetched.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Literal

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from index.article import Article, Removed
from index.errors import BadArticle
from index.ingest.boxes import remove_boxes, remove_labels
from index.ingest.charset import page_text
from index.ingest.fields import BESIDE, article_from_fields
from index.ingest.hidden import remove_hidden
from index.ingest.labels import labels
from index.ingest.metadata import Described, described
from index.ingest.paragraphs import Paragraph, joined, letters, paragraphs
from index.ingest.story import story

MAX_BYTES = 5_000_000
HIDDEN = "hidden"
"""The rule by which goes what a reader does not see: the words that a mail shows in a list of mails, a closed menu."""
MAX_NODES = 100_000
"""Of a page, an element with its text being two and an attribute one: so many take 25 MB in each of three copies, and
the worst of them 20 s. A long page of news has 25,000."""
MAX_TAGS, MAX_EQUALS = MAX_NODES, 250_000
"""Of a page before it is parsed, those in scripts and comments too: a million elements or attributes take 300 MB."""
MAX_CHARS = 1_000_000
"""Of what is shown, of which there are up to ten copies, with four bytes a character where one is an emoji."""
MAX_PARAGRAPHS = 2_000
"""Of a page that trafilatura is asked about: its time grows with their square, to 2 s for so many, 170 s for 20,000."""

MIN_SHOWN, MIN_BODY_CHARS, MIN_GAIN = 0.8, 200, 1.5
"""A text in JSON-LD has so much of what is shown, and is longer by 200 characters and half."""

_NOT_SHOWN = frozenset({"head", "script", "style"})
_TAG = re.compile(r"<[a-z]", re.I)
_PART = re.compile(r"<(?:article|div|h[1-6]|main|p|section)[\s>]", re.I)
_WHOLE = re.compile(r"<(?:!doctype|\?xml|html|head|body)\b", re.I)


def read_html(name: str, data: bytes, *, begins: str = "") -> Article:
    """begins: words that the page begins with and that are not of it; where it does not, BadArticle is raised."""
    if len(data) > MAX_BYTES:
        raise BadArticle(f"has {len(data):,} bytes, at most {MAX_BYTES:,} of HTML are read: save the article alone")
    markup = _whole(page_text(data))
    _check(sum(1 for _ in _TAG.finditer(markup)), MAX_TAGS, "tags")
    _check(markup.count("="), MAX_EQUALS, "equals signs")
    try:
        page = load_html(markup)
        del markup  # of a page with an emoji in it, four bytes a character
        if page is not None:
            _check_size(page)
        if begins and page is not None:
            _take_beginning(page, letters(begins))
        found = None if page is None else _read(page)
    except (BadArticle, MemoryError):
        raise
    except Exception as error:  # five libraries on markup that anyone may have written
        raise BadArticle(f"the page cannot be parsed ({type(error).__name__}): save the article as text") from error
    if found is None or not found[0]["text"]:
        raise BadArticle("no text found in the page: save the article as .txt or .md if it has any")
    fields, said, left_out = found
    return article_from_fields(
        fields, origin=name, path=name, found_in=said.found_in, unsure=said.unsure, left_out=left_out
    )


def _check_size(page: Any) -> None:
    nodes = chars = 0
    for element in page.iter("*"):
        nodes += 2 + len(element.attrib)
        chars += len(element.tail or "") + (len(element.text or "") if element.tag not in _NOT_SHOWN else 0)
    _check(nodes, MAX_NODES, "elements and attributes")
    _check(chars, MAX_CHARS, "characters of text")


def _check(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise BadArticle(f"has {count:,} {what}, at most {limit:,} are read: save the article alone")


def _whole(markup: str) -> str:
    """A page of what may be no more than a paragraph of one, as pasted text is: trafilatura refuses that."""
    return f"<html><body>{markup}</body></html>" if _PART.search(markup) and not _WHOLE.search(markup) else markup


def _take_beginning(page: Any, left: str) -> None:
    """Take the words whose letters are `left` out of `page`, in place, which begins with them."""
    for element, place in _texts(page):
        words = getattr(element, place) or ""
        said = letters(words)
        if not said.startswith(left[: len(said)]):
            raise BadArticle("the page begins with other words than the text beside it: save the article as text")
        end = found = 0
        while found < min(len(left), len(said)):
            found += len(letters(words[end]))
            end += 1
        setattr(element, place, words[end:].lstrip(" >"))
        left = left[len(said) :]
        if not left:
            return


def _texts(element: Any) -> Iterator[tuple[Any, Literal["text", "tail"]]]:
    """Where text stands in `element`, in its order: an element, and whether in it or behind it."""
    if element.tag not in _NOT_SHOWN:
        yield element, "text"
        for child in element:
            yield from _texts(child)
            yield child, "tail"


def _read(page: Any) -> tuple[dict[str, str], Described, Iterator[Removed]]:
    """The article's fields, its text among them, what is said of them, and what the page shows beside the text."""
    shown = deepcopy(page)
    hidden = remove_hidden(shown)
    everything, labelled = paragraphs(_links_apart(deepcopy(shown))), labels(shown)
    remove_boxes(shown)
    said = described(page, shown)
    remove_labels(shown)
    found = paragraphs(shown)
    extracted = _extracted(shown) if len(found) <= MAX_PARAGRAPHS else None
    kept = story(found, extracted, said.fields.get("title", ""), said.fields.get("language", "en"))
    whole = (body for body in map(_plain, said.bodies) if _is_whole(body, kept))
    text = next(whole, None) or joined(kept)
    told = f"{said.fields.get('title', '')}\n{text}"
    return {**said.fields, "text": text}, said, _left_out(labelled, everything, hidden, told)


def _links_apart(page: Any) -> Any:
    """`page`, with a blank between a link or a button and the words that stand right at it, as in menus in one line."""
    for element in page.iter("a", "button"):
        if (element.tail or "w")[0].isalnum():
            element.tail = f" {element.tail or ''}"
        before, parent = element.getprevious(), element.getparent()
        if before is not None and (before.tail or "w")[-1].isalnum():
            before.tail = f"{before.tail or ''} "
        elif before is None and parent is not None and (parent.text or " ")[-1].isalnum():
            parent.text = f"{parent.text} "
    return page


def _left_out(labelled: list[Removed], everything: list[Paragraph], hidden: list[str], told: str) -> Iterator[Removed]:
    """What the page has beside its title and its text: the labels, whatever else it shows, what it hides."""
    lines = set(told.split("\n"))
    yield from (label for label in labelled if label.text not in lines)
    told = letters(told)
    yield from (Removed(BESIDE, paragraph.text) for paragraph in everything if letters(paragraph.text) not in told)
    yield from (Removed(HIDDEN, words) for words in hidden if letters(words) not in told)


def _extracted(page: Any) -> str:
    extracted = bare_extraction(page, include_comments=False, with_metadata=False)
    return extracted.text or "" if isinstance(extracted, Document) else ""


def _plain(body: str) -> str:
    """A text in JSON-LD without the markup that it may have."""
    if not re.search(r"<(?:p|br|div)\b", body):
        return body
    page = load_html(f"<html><body>{body}</body></html>")
    return "" if page is None else joined(paragraphs(page))


def _is_whole(body: str, shown: list[Paragraph]) -> bool:
    """Whether an article's text in JSON-LD has all that the page shows of it, and much more."""
    said = letters(body)
    chars = sum(len(paragraph.text) for paragraph in shown)
    has = sum(len(paragraph.text) for paragraph in shown if letters(paragraph.text) in said)
    return has >= MIN_SHOWN * chars and len(body) >= MIN_BODY_CHARS + MIN_GAIN * chars
