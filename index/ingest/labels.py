"""A page without what is hidden in, the labels out that say what kind of text its article is: "Paid post", "Opinion".

Such a label stands over the headline, or between it and the story. Cards for other articles, advertisements and menus
have the same labels, near the headline too; so one counts only if nothing but short lines parts it from the headline,
and if what it stands in has no other headline and is no box. What kind a label means is for `provenance`. English only.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from index.article import Removed
from index.ingest.boilerplate import WEAK
from index.ingest.boxes import headlines, is_box
from index.ingest.clean import label_of, plain_line, rule_of
from index.ingest.naming import STANDFIRST, names_of
from index.ingest.paragraphs import HEADINGS, PICTURES, Paragraph, is_short, letters, paragraphs, words_in
from index.ingest.provenance import KIND_OF_RULE

MAX_LABEL_CHARS = 200
MAX_LINES = 8
"""Between the headline and a label, counted with the label."""

MAX_AROUND_CHARS = 400
"""What a label stands in is no longer, blanks included, unless the story is in it, too."""

MAX_AROUND = 30
"""Elements that a label stands in, itself counted, up to one that has the headline, too: each is read as a whole."""

MIN_HEADLINE_WORDS = 5
"""Of a link that leads to another article; those to an author, a section or an explanation are shorter."""

MAX_MENU_LINKS = 1
"""More links named as pages of a site are, beside the label, are a menu."""

_OF_A_PICTURE = frozenset({"sponsored", "promoted"})
"""What stands over advertisements as well as over articles."""

_OVER_ALONE = frozenset({"comment"})
"""What is a section of British papers over a headline, and a button under it."""

_PICTURES = (*PICTURES, "iframe", "ins", "object", "video", "embed")
_INLINE = ("a", "b", "em", "i", "mark", "small", "span", "strong")


def labels(page: Any) -> list[Removed]:
    """The labels of the article, each with its rule, in the order of the page."""
    found = paragraphs(page)
    prose = {element for paragraph in found if paragraph.is_prose for element in paragraph.around()}
    headings = headlines(page)
    said: defaultdict[int, list[Removed]] = defaultdict(list)
    for n, paragraph in enumerate(found):
        around = set(paragraph.around())
        if not around & headings:
            continue
        said[n] += [Removed(rule, words) for rule, words, element in _labels(paragraph) if element not in around]
        for places, is_over in ((_over(found, n), True), (_under(found, n), False)):
            for place in places:
                said[place] += [
                    Removed(rule, words)
                    for rule, words, element in _labels(found[place])
                    if not (plain_line(words) in _OVER_ALONE and not is_over)
                    and is_of_article(element, words, around, prose, is_over=is_over)
                ]
    return list(dict.fromkeys(label for n in sorted(said) for label in said[n]))


def _over(found: Sequence[Paragraph], headline: int) -> Iterator[int]:
    """The places of the short lines over the headline, up to what belongs to something else, as links in a list do."""
    for n in range(headline - 1, max(headline - 1 - MAX_LINES, -1), -1):
        is_link_of_list = found[n].group is not None and found[n].linked_chars > 0
        if found[n].is_prose or is_link_of_list or _is_headline(found[n]):
            return
        yield n


def _under(found: Sequence[Paragraph], headline: int) -> Iterator[int]:
    """The places of the short lines between the headline and the story; a standfirst may stand among them."""
    for n in range(headline + 1, min(headline + 1 + MAX_LINES, len(found))):
        is_standfirst = STANDFIRST.search(names_of(found[n].element)) or (found[n].is_heading and n == headline + 1)
        if not is_standfirst and (found[n].is_prose or _is_headline(found[n])):
            return
        if n + 1 == len(found) or not _is_headline(found[n + 1]):  # of which it would be the label
            yield n


def _is_headline(paragraph: Paragraph) -> bool:
    """Whether it may be the headline of another article."""
    is_heading = paragraph.is_heading and _rule(paragraph.text) is None
    return is_heading or (2 * paragraph.linked_chars > len(paragraph.text) and _is_long(paragraph.text))


def _is_long(link: str) -> bool:
    return len(link.split()) >= MIN_HEADLINE_WORDS and _rule(link) is None


def _labels(paragraph: Paragraph) -> Iterator[tuple[str, str, Any]]:
    """What in a paragraph is a label: the rule, the words and the element; a line of it, or an element in a line.

    Of elements within elements that have the same words, the outermost: where an inner one is the article's, so is it.
    """
    if paragraph.group is not None or len(paragraph.text) > MAX_LABEL_CHARS:
        return
    for line in paragraph.text.split("\n"):
        if rule := _rule(line):
            yield rule, line, paragraph.element
    if is_short(paragraph.element, MAX_AROUND_CHARS):
        outer, said = None, ""
        for element in paragraph.element.iterdescendants(*_INLINE):
            words = words_in(element)
            if words == said and outer in element.iterancestors():
                continue
            if rule := _rule(words):
                outer, said = element, words
                yield rule, words, element


def is_of_article(element: Any, label: str, around_headline: set[Any], prose: set[Any], *, is_over: bool) -> bool:
    """Whether nothing that holds the label but not the headline is a box or belongs to another article.

    prose: what prose is in; under the headline that is the story's, over it another's.
    """
    is_of_picture = plain_line(label) in _OF_A_PICTURE
    own = letters(label)
    for around in islice(chain([element], element.iterancestors()), MAX_AROUND):
        if around in around_headline:
            return True
        if is_over and around in prose:
            return False
        if not is_short(around, MAX_AROUND_CHARS):
            if around not in prose or is_box(around):
                return False
            continue
        is_alone = letters(words_in(around)) == own
        is_pictured = next(around.iter(*_PICTURES), None) is not None
        if (is_box(around) and (is_of_picture or is_pictured or not is_alone)) or (is_of_picture and is_pictured):
            return False
        links = [words for link in around.iter("a") if letters(words := words_in(link)) != own]
        if any(map(_is_long, links)) or sum(plain_line(words) in WEAK for words in links) > MAX_MENU_LINKS:
            return False
        if any(_rule(words_in(heading)) is None for heading in around.iter(*HEADINGS)):
            return False
    return False


def _rule(line: str) -> str | None:
    return next((rule for rule in (label_of(line), rule_of(line)) if rule in KIND_OF_RULE), None)
