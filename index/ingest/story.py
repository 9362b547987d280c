"""The paragraphs of a page and the text that trafilatura extracted from it in, those that are the story out.

trafilatura says where the story is and leaves out headings, lists, line breaks and what stands in an unusual element;
so the story is looked for in the narrowest element that holds most of what it found, behind the headline. There what
it found counts, and what stands like it; above, a standfirst; below, notes and what a tag that ends too early cut off.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from index.ingest.bylines import behind_title, ends_in_credit, is_about, is_signature
from index.ingest.naming import CORRECTION, QUOTATION, STANDFIRST, SUBHEADING, names_of
from index.ingest.paragraphs import MIN_PROSE_CHARS, Paragraph, letters, paragraphs
from index.text.sentences import is_ended

MIN_LETTERS = 12
"""Of a paragraph that is looked for in what was extracted: fewer are found anywhere."""

MIN_SHARE = 0.7
"""Of what was found, in the story's element."""

MIN_SENTENCE_WORDS, MIN_OWN_CHARS, MAX_SCRAP_CHARS = 5, 15, 40
MAX_INSERT_CHARS, MIN_INSERT_LINKED = 300, 0.1
MIN_REPEATED_LETTERS, MAX_REPEATS, MAX_IN_QUOTATION = 20, 100, 3
_ARTICLES = frozenset({"article", "main", "td"})
"""What holds an article and what belongs to it; a cell on old pages."""

_CLAUSE_END = re.compile(r"[.!?…:;,。！？：][\"'”’»)\]]*$|[\"”’»)\]]$")


def story(found: list[Paragraph], extracted: str | None, title: str, language: str) -> list[Paragraph]:
    """The story's paragraphs, in their order; none where nothing was found.

    extracted: None where trafilatura was not asked; then what reads like prose is taken for what it would have found.
    language: as the page says; lines about the article and notes under it stay in English, where later steps tell them.
    """
    place = _place(list(_headline_apart(found, title)), extracted, title)
    if place is None:
        return []
    kept = [p for n, p in enumerate(place.paragraphs) if place.begins < n < place.ends and _is_in(place, n, language)]
    return _without_lines_about(_without_repeats(_without_end(kept)), language)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where on the page the story is."""

    paragraphs: list[Paragraph]
    title: str
    is_found: list[bool]
    """Whether each is in what was extracted."""
    begins: int
    """The headline's place, -1 where it is not shown."""
    ends: int
    """Where another article begins, or the page ends."""
    first: int
    last: int
    """Of what was found in the story's element."""
    root: Any
    """That element."""
    near: Any
    """What lists may stand in: the element of the article, where the page has one."""
    usual: str
    """The tag that most of the story's paragraphs have."""
    beside: frozenset[Any]
    """The elements that the story's paragraphs stand in."""
    inserted: frozenset[Any]
    """Boxes among them."""
    lists: frozenset[Any]


def _place(found: list[Paragraph], extracted: str | None, title: str) -> _Place | None:
    is_found = _found(found, extracted)
    hits = [n for n, is_hit in enumerate(is_found) if is_hit]
    begins = _headline(found, title, max(hits, default=0))
    root = _narrowest([found[n] for n in hits if n > begins])
    if root is None:
        return None
    within = [n for n in hits if n > begins and root in found[n].around()]
    ends = _next_article(found, within, title)
    members = [found[n] for n in within if n < ends]
    around = (root, *root.iterancestors())
    parent = root if root.getparent() is None else root.getparent()
    return _Place(
        paragraphs=found,
        title=letters(title),
        is_found=is_found,
        begins=begins,
        ends=ends,
        first=within[0],
        last=within[len(members) - 1],
        root=root,
        near=next((element for element in around if element.tag in _ARTICLES), parent),
        usual=Counter(member.element.tag for member in members).most_common(1)[0][0],
        beside=frozenset(member.element.getparent() for member in members),
        inserted=frozenset(_inserted(members)),
        lists=frozenset(_lists(found)),
    )


def _is_in(place: _Place, n: int, language: str) -> bool:
    """Whether the paragraph at `n` is of the story."""
    paragraph = place.paragraphs[n]
    if not _is_text(paragraph) or _is_scrap(paragraph) or letters(paragraph.text) == place.title:
        return False
    if CORRECTION.search(paragraph.text):
        return True
    around = set(paragraph.around())
    is_listed = paragraph.group in place.lists and place.near in around
    if place.first <= n <= place.last:
        is_like = place.is_found[n] or is_listed or paragraph.element.getparent() in place.beside
        is_like = is_like or (paragraph.is_prose and not paragraph.linked_chars)
        return is_like and not around & place.inserted
    if paragraph.is_heading and not _is_sentence(paragraph.text):
        # One that heads what is in.
        return n + 1 < place.ends and not is_about(paragraph.text) and _is_in(place, n + 1, language)
    if n < place.first:
        is_standfirst = _is_sentence(paragraph.text) or STANDFIRST.search(names_of(paragraph.element)) is not None
        return (place.begins >= 0 or place.is_found[n]) and (is_standfirst or is_listed)
    if is_listed:
        return True
    is_article = place.near.tag in _ARTICLES and place.near is not place.root and place.near in around
    if place.is_found[n] and is_article and _goes_on(place, n, language):
        return True
    # In broken markup the story's element may end before the story does.
    outer = set(place.root.iterancestors())
    if paragraph.element in outer:
        return place.is_found[n] and paragraph.is_prose
    is_usual = paragraph.element.tag == place.usual and (place.usual == "p" or paragraph.is_prose)
    return is_usual and paragraph.element.getparent() in outer and _is_sentence(paragraph.text)


def _found(found: list[Paragraph], extracted: str | None) -> list[bool]:
    """Whether each is in what was extracted; of a list or a table all is where half is."""
    if extracted is None:
        return [paragraph.is_prose for paragraph in found]
    text, lines = letters(extracted), set(map(letters, extracted.splitlines()))
    said = [letters(paragraph.text) for paragraph in found]
    is_found = [own in (text if len(own) >= MIN_LETTERS else lines) for own in said]
    for members in _groups(found).values():
        is_most = 2 * sum(is_found[n] for n in members) >= len(members)
        for n in members:
            is_found[n] = is_most
    return is_found


def _groups(found: list[Paragraph]) -> dict[Any, list[int]]:
    """The places of the items and rows of each list and table."""
    groups: dict[Any, list[int]] = {}
    for n, paragraph in enumerate(found):
        if paragraph.group is not None:
            groups.setdefault(paragraph.group, []).append(n)
    return groups


def _headline_apart(found: list[Paragraph], title: str) -> Iterator[Paragraph]:
    """The paragraphs, with one of its own for a headline that is the first line of one, or runs into it."""
    for paragraph in found:
        first, _, rest = paragraph.text.partition("\n")
        behind = behind_title(first, title)
        if behind is not None and (behind or rest):
            yield replace(paragraph, text=title)
            yield replace(paragraph, text="\n".join(filter(None, (behind, rest))))
        else:
            yield paragraph


def _headline(found: list[Paragraph], title: str, last: int) -> int:
    """Where the headline stands before the paragraph `last`: as an `h1`, if it does; -1 if it is not there."""
    places = [n for n, paragraph in enumerate(found[:last]) if behind_title(paragraph.text, title) == ""]
    prose = next((n for n, paragraph in enumerate(found) if paragraph.is_prose), last)
    above = [n for n in places if n < prose] or places[:1]
    return max([n for n in places if found[n].element.tag == "h1"] or above, default=-1)


def _narrowest(found: list[Paragraph]) -> Any:
    """The innermost element that holds most of what is found, labels and links apart; None where nothing is.

    A `p` is what a story has several of, though one may hold nearly all of its words.
    """
    found = [p for p in found if _is_text(p) and (p.is_prose or _is_sentence(p.text))] or found
    chars: Counter[Any] = Counter()
    for paragraph in found:
        around = (element for element in paragraph.around() if element.tag != "p" or element.getparent() is None)
        chars.update(dict.fromkeys(around, len(paragraph.text)))
    whole = sum(len(paragraph.text) for paragraph in found)
    holding = [element for element, held in chars.items() if held >= MIN_SHARE * whole]
    # They lie within each other.
    return max(holding, key=lambda element: sum(1 for _ in element.iterancestors()), default=None)


def _next_article(found: list[Paragraph], within: list[int], title: str) -> int:
    """Where an `h1` behind the first prose begins another article; one among the story's own is a heading of it."""
    homes: set[Any] = set()
    hits = set(within)
    prose = next((n for n in within if found[n].is_prose), within[0])
    for n in range(within[0], len(found)):
        element = found[n].element
        if (
            n > prose
            and element.tag == "h1"
            and element.getparent() not in homes
            and letters(found[n].text) != letters(title)
        ):
            return n
        if n in hits:
            homes.add(element.getparent())
    return len(found)


def _inserted(members: list[Paragraph]) -> set[Any]:
    """Boxes of a few words and a link, where the story's paragraphs stand together in no box of their own."""
    chars: Counter[Any] = Counter()
    for member in members:
        chars[member.element.getparent()] += len(member.text)
    home, held = chars.most_common(1)[0]
    if home is None or held < MIN_SHARE * chars.total():
        return set()
    return {box for box in home if box.tag in {"div", "section"} and _is_insert(box)}


def _is_insert(box: Any) -> bool:
    inside = paragraphs(box)
    linked = sum(paragraph.linked_chars for paragraph in inside)
    chars = sum(len(paragraph.text) for paragraph in inside)
    is_small = chars <= MAX_INSERT_CHARS and all(paragraph.group is None for paragraph in inside)
    return is_small and 0 < linked >= MIN_INSERT_LINKED * chars


def _lists(found: list[Paragraph]) -> set[Any]:
    """The lists and tables of several items or rows without a link in any: of the story, if they stand with it."""
    return {
        group
        for group, members in _groups(found).items()
        if len(members) > 1
        and not any(found[n].linked_chars for n in members)
        and sum(len(found[n].text) for n in members) >= MIN_LETTERS * len(members) / 2
    }


def _goes_on(place: _Place, n: int, language: str) -> bool:
    """Whether what stands behind the story is a note of one paragraph, or more prose and nothing else."""
    outer = set(place.root.iterancestors())
    inside = paragraphs(next(element for element in place.paragraphs[n].around() if element.getparent() in outer))
    if len(inside) == 1:
        return language.startswith("en") and _is_sentence(inside[0].text)
    return all((paragraph.is_prose and not paragraph.linked_chars) or paragraph.is_heading for paragraph in inside)


def _is_text(paragraph: Paragraph) -> bool:
    """Whether it is more than links; a sentence with some words of its own, or long enough, may be all links."""
    own = len(paragraph.text) - paragraph.linked_chars
    is_sentence = own >= MIN_OWN_CHARS or len(paragraph.text) >= MIN_PROSE_CHARS
    return own >= paragraph.linked_chars or (is_sentence and _is_sentence(paragraph.text))


def _is_scrap(paragraph: Paragraph) -> bool:
    """Whether it is a caption, or a few words that are neither a sentence nor a heading: a label, a button, a rule."""
    if paragraph.is_under_picture or ends_in_credit(paragraph.text):
        return True
    if paragraph.is_heading or paragraph.is_strong or paragraph.group is not None:
        return False
    is_short = len(paragraph.text) <= MAX_SCRAP_CHARS and not _CLAUSE_END.search(paragraph.text[-3:])
    return is_short and SUBHEADING.search(names_of(paragraph.element)) is None


def _is_sentence(text: str) -> bool:
    is_long = len(text.split()) >= MIN_SENTENCE_WORDS or (len(text) >= MIN_LETTERS and not text.isascii())
    return is_long and is_ended(text[-3:])


def _without_end(kept: list[Paragraph]) -> list[Paragraph]:
    """Without what stands at the end but belongs to nothing: a heading, a name, initials."""
    while kept:
        *before, last = kept
        lines = last.text.split("\n")
        if last.is_heading or (before and last.group is None and is_signature(last.text)):
            kept = before
        elif len(lines) > 1 and is_signature(lines[-1]):
            kept = [*before, replace(last, text="\n".join(lines[:-1]))]
        else:
            break
    return kept


def _without_repeats(kept: list[Paragraph]) -> list[Paragraph]:
    """Without a second copy of a paragraph, and without quotations and boxes that say again what one says."""
    said = [letters(paragraph.text) for paragraph in kept]
    whole = "\n".join(said)
    quotations = [_quotation(paragraph) for paragraph in kept]
    size = Counter(quotations)
    gone: set[int] = set()
    again: set[Any] = set()
    seen: set[str] = set()
    for n, (paragraph, own, quotation) in enumerate(zip(kept, said, quotations, strict=True)):
        is_plain = paragraph.element.tag == "p" or paragraph.is_heading or paragraph.group is not None
        if paragraph.is_prose and own in seen:  # a copy for another kind of screen
            gone.add(n)
        elif (
            (quotation is not None or not is_plain)
            and len(own) >= MIN_REPEATED_LETTERS
            and (len(gone) < MAX_REPEATS and whole.count(own) > 1)
        ):
            gone.add(n)
            if size[quotation] <= MAX_IN_QUOTATION:  # one that holds more was never closed
                again.add(quotation)
        seen.add(own)
    return [
        p
        for n, (p, quotation) in enumerate(zip(kept, quotations, strict=True))
        if n not in gone and quotation not in again
    ]


def _quotation(paragraph: Paragraph) -> Any:
    """The element of a quotation that a paragraph stands in."""
    return next((e for e in paragraph.around() if e.tag == "blockquote" or QUOTATION.search(names_of(e))), None)


def _without_lines_about(kept: list[Paragraph], language: str) -> list[Paragraph]:
    """Without the lines over the first prose that say by whom and when it is, but in English."""

    def is_out(line: str) -> bool:
        is_english = language.startswith("en") and line.isascii()
        return not is_english and (is_about(line) or is_signature(line))

    first = next((n for n, paragraph in enumerate(kept) if paragraph.is_prose), 0)
    above = [(p, [line for line in p.text.split("\n") if not is_out(line)]) for p in kept[:first]]
    return [*(replace(p, text="\n".join(lines)) for p, lines in above if lines), *kept[first:]]
