"""The text of an article in, out comes the same text without the lines that a news site puts around and between.

Whole lines go, each by a named rule, and what is left keeps its exact form. A rule is a closed form of words, a label
before a headline, a credit that is nothing but names, or wording that only a site uses of itself, the last never in a
line that quotes or reports speech: losing a sentence is worse than keeping a promotion. Lists under "Related stories"
and what stands behind the end of the story go by their position. English only.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from index.article import Removed
from index.ingest.boilerplate import (
    APP,
    BOX_START,
    COUNT,
    COUNT_BEHIND,
    CREDIT,
    CREDIT_JOINS,
    FURNITURE,
    HARD_ENDS,
    HEADINGS,
    LABELLED,
    LABELS,
    MARKS,
    MEDIA,
    MENU_MARK,
    MORE_FROM,
    NAME_AND_AGENCY,
    NAMED,
    NAMED_LABELS,
    NETWORKS,
    NO_HEADLINE_END,
    NUMBER,
    OFFER,
    OFFER_WORDS,
    OWN,
    PHRASES,
    PRODUCT,
    QUESTION_END,
    READER,
    SAID,
    SENTENCE_END,
    SOFT_ENDS,
    SPOKEN,
    TABLE_ROW,
    TELLTALES,
    THREAD_CONTROL,
    TIMED,
    WEAK,
    WORD,
    WORDING,
)

MAX_LINE_CHARS = 700
"""A longer line is a paragraph. It also bounds what a pattern is tried on."""
MIN_PATTERN_CHARS = 6
"""No pattern takes a shorter line; half a million lines of one letter would cost ten seconds otherwise."""
MAX_LIST_ITEMS, MAX_ITEM_WORDS, MAX_TAG_WORDS = 12, 20, 4
MAX_BOX_LINES = 8
MAX_THREAD_GAP = 4
MAX_TAIL_SENTENCES = 3
MAX_CREDIT_WORDS = 12
MAX_MENU_CHARS = 200
MIN_ROW_NAMES, MIN_MENU_NAMES, MAX_PAGE_WORDS = 3, 4, 4
"""Of a line that is nothing but names of a site's pages; a menu that does not begin with "Home" has one more; and of
such a name."""
MAX_CAPITAL_WORDS = 6
"""A line in capitals with more words is a sentence in capitals, not names."""


_JOINS = frozenset(
    "a al and at bin by courtesy da de del den der di du e el for from in la le of on the to van via von with y".split()
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    text: str
    removed: tuple[Removed, ...]
    """In the order in which they stood."""


def clean(text: str, *, title: str | None = None) -> Cleaned:
    """`text` without the lines that are not of the story; where that would be all of them, nothing goes."""
    lines = text.split("\n")
    places = [n for n, line in enumerate(lines) if line.strip()]
    rules = _rules([lines[n].strip() for n in places], title)
    if None not in rules:
        return Cleaned(text, ())
    gone = {n: rule for n, rule in zip(places, rules, strict=True) if rule}
    return Cleaned(without_lines(lines, gone), tuple(Removed(rule, lines[n]) for n, rule in gone.items()))


def without_lines(lines: list[str], gone: Collection[int]) -> str:
    """The lines but for those at the places in `gone` and the empty ones that would stand doubled or at an end."""
    kept: list[str] = []
    after_gone = False
    for n, line in enumerate(lines):
        if n in gone:
            after_gone = True
        elif line or not after_gone or (kept and kept[-1]):
            kept.append(line)
            after_gone = after_gone and not line
    while after_gone and kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept)


def rule_of(line: str) -> str | None:
    """The rule by which a line goes wherever it stands, or None."""
    if len(line) > MAX_LINE_CHARS:
        return None
    words = " ".join(line.split())
    plain = plain_line(words)
    if rule := PHRASES.get(plain) or HEADINGS.get(plain):
        return rule
    if len(words) < MIN_PATTERN_CHARS:
        return None
    if credited(words):
        return "photo-credit"
    if _is_address(words):
        return "contact"
    for rule, named in NAMED:
        if (found := named.match(words)) and is_names(found[1], CREDIT_JOINS):
            return rule
    for rule, label in LABELLED:
        if (found := label.match(plain)) and _is_headline(plain[found.end() :]):
            return rule
    if _is_menu(plain):
        return "navigation"
    if _is_share_bar(_row(words, plain)):
        return "share-bar"
    worded = (rule for rule, wording in WORDING if wording.match(plain))
    told = (rule for telltale, rule in TELLTALES.items() if telltale in plain)
    rule = next(worded, None) or next(told, None) or _promotion(words, plain)
    return rule if rule and not SPOKEN.search(plain) else None


def label_of(line: str) -> str | None:
    """The rule by which a line is a label if it stands above a text: it says what kind of text that is."""
    named = any((found := form.match(line)) and is_names(found[1]) for form in NAMED_LABELS)
    return "sponsored-label" if named else LABELS.get(plain_line(line[:MAX_LINE_CHARS]))


def rule_beside(line: str) -> str | None:
    """The rule that knows the words of a line that stands outside of the story for certain, or None."""
    plain = plain_line(line[:MAX_LINE_CHARS])
    return rule_of(line) or label_of(line) or _weak(line, plain)


def plain_line(line: str) -> str:
    """In small letters, without the marks that lists and links set around their words or the count behind them."""
    plain = " ".join(line.split()).replace("’", "'").replace("‘", "'").lower().strip(MARKS)
    return COUNT_BEHIND.sub("", plain)


def credited(line: str) -> str | None:
    """Whom a line that is nothing but the credit of a picture names: "Ada Quill/Northern Wire"."""
    found = CREDIT.match(" ".join(line[:MAX_LINE_CHARS].split()))
    names = found[1].strip(" ()[].") if found else ""
    return names if len(names.split()) <= MAX_CREDIT_WORDS and is_names(names) else None


def is_names(words: str, joins: Collection[str] = _JOINS) -> bool:
    """Whether every word is one of a name, or one that joins names, and one at least is of a name."""
    found = WORD.findall(words)
    if len(found) > MAX_CAPITAL_WORDS and words.isupper():
        return False
    return any(word[0].isupper() for word in found) and all(
        word[0].isupper() or word[0].isdigit() or word in joins for word in found
    )


def is_sentence(line: str) -> bool:
    """Whether a line ends as one of a story does; a short question is more likely a headline."""
    words = len(line[:MAX_LINE_CHARS].split())
    if QUESTION_END.search(line[-8:]):
        return words >= 12
    return bool(SENTENCE_END.search(line[-8:])) and (words >= 4 or not line.isascii())


def _rules(said: list[str], title: str | None) -> list[str | None]:
    """By which rule each line goes; what depends on the lines around comes after what does not."""
    rules = [rule_of(line) for line in said]
    plain = [plain_line(line[:MAX_LINE_CHARS]) for line in said]
    heading = plain_line(title or "")
    begins = next((n for n, line in enumerate(said) if not rules[n] and is_sentence(line)), len(said))
    for n in range(begins):
        if heading and plain[n] == heading:
            rules[n] = "repeated-title"
        else:
            rules[n] = label_of(said[n]) or rules[n]
    ends = max((n for n, line in enumerate(said) if not rules[n] and is_sentence(line)), default=len(said))
    outside = [*range(begins), *range(ends + 1, len(said))]
    for n in outside:
        if not rules[n] and _is_menu_row(_row(said[n], plain[n]), plain[n + 1 : n + 2]):
            rules[n] = "navigation"
    _spare_tables(said, rules)
    _take_runs(said, plain, rules, frozenset(outside))
    _take_lists(said, plain, rules, begins)
    _take_boxes(plain, rules)
    _take_threads(said, plain, rules, begins)
    _take_tail(said, rules, HARD_ENDS, lambda line: is_sentence(line) and not _addresses_reader(line))
    _take_tail(said, rules, HARD_ENDS | SOFT_ENDS, is_sentence)
    return rules


def _spare_tables(said: list[str], rules: list[str | None]) -> None:
    """Rows of as many cells, some of them numbers, are no menu, though their heads be words of one."""
    cells = [[cell.strip() for cell in line.split("|")] if "|" in line[:MAX_LINE_CHARS] else [] for line in said]
    n = 0
    while n < len(said):
        end = n + 1
        while end < len(said) and cells[n] and len(cells[end]) == len(cells[n]):
            end += 1
        if any(NUMBER.match(cell) for row in cells[n + 1 : end] for cell in row):
            rules[n:end] = [None if rule == "navigation" else rule for rule in rules[n:end]]
        n = end


def _take_runs(said: list[str], plain: list[str], rules: list[str | None], outside: Collection[int]) -> None:
    """Words such as "Email" or "Sport", which are furniture beside furniture, two and more of them at the top, or where
    they are a share bar outside of the story.
    """
    n = 0
    while n < len(plain):
        end = n
        while end < len(plain) and (rules[end] or _weak(said[end], plain[end])):
            end += 1
        run = range(n, end)
        is_bar = n in outside and _is_share_bar(plain[n:end])
        if any(rules[i] in FURNITURE for i in run) or (n == 0 and len(run) > 1) or is_bar:
            for i in run:
                rules[i] = rules[i] or _weak(said[i], plain[i])
        n = end + 1


def _take_lists(said: list[str], plain: list[str], rules: list[str | None], begins: int) -> None:
    """What looks like headlines, or tags, under their heading; above the story it may be the title and the byline."""
    for n, line in enumerate(plain):
        rule = HEADINGS.get(line) or (rules[n] if MORE_FROM.match(said[n]) else None)
        if rule is None or n < begins:
            continue
        most = MAX_TAG_WORDS if rule == "tags" else MAX_ITEM_WORDS
        for i in range(n + 1, min(n + 1 + MAX_LIST_ITEMS, len(plain))):
            if not rules[i] and not (_is_headline(plain[i]) and len(plain[i].split()) <= most):
                break
            rules[i] = rules[i] or rule


def _take_boxes(plain: list[str], rules: list[str | None]) -> None:
    """A newsletter's box in the text, between the words that let readers skip it."""
    for end, line in enumerate(plain):
        if line != "after newsletter promotion":
            continue
        above = range(max(0, end - MAX_BOX_LINES), end)
        start = next((n for n in above if BOX_START.match(plain[n])), end)
        for n in range(start, end):
            rules[n] = rules[n] or "sign-up"


def _take_threads(said: list[str], plain: list[str], rules: list[str | None], begins: int) -> None:
    """Readers' comments: from their heading to the last "Reply" or "2 hours ago" not far from the one before; where
    nothing but what people say follows to the end, what readers say if several do.
    """
    speakers = [SAID.match(line) for line in said]
    start = len(said)
    while start and (rules[start - 1] or speakers[start - 1]):
        start -= 1
    heading = next((n for n in range(max(begins, start - 1), len(said)) if rules[n] == "comments"), len(said))
    readers = {n: who[1] for n in range(heading + 1, len(said)) if (who := speakers[n]) and who[1]}
    if len(set(readers.values())) > 1:
        for n in readers:
            rules[n] = "comments"
    n = begins
    while n < len(plain):
        end, replies = n, 0
        if rules[n] == "comments":
            i = n + 1
            while i < len(plain) and i - end <= MAX_THREAD_GAP:
                if control := THREAD_CONTROL.fullmatch(plain[i]):
                    end = i
                    replies += control[1] is not None
                i += 1
        if replies:
            rules[n : end + 1] = ["comments"] * (end + 1 - n)
        n = end + 1


def _take_tail(
    said: list[str], rules: list[str | None], marks: Collection[str], is_story: Callable[[str], bool]
) -> None:
    """What stands behind the first line that ends a story, if none of it is like a story; never more than before it,
    and few sentences: an article may speak to its reader throughout."""
    start = len(said)
    while start and (rules[start - 1] or not (is_story(said[start - 1]) or TIMED.match(said[start - 1]))):
        start -= 1
    end = next((n for n in range(start, len(said)) if rules[n] in marks), len(said))
    chars = [0 if rule else len(line) for line, rule in zip(said, rules, strict=True)]
    sentences = sum(is_sentence(line) for line, rule in zip(said[end:], rules[end:], strict=True) if not rule)
    if sentences <= MAX_TAIL_SENTENCES and sum(chars[end:]) <= sum(chars[:end]):
        rules[end:] = [rule or "after-the-end" for rule in rules[end:]]


def _weak(line: str, plain: str) -> str | None:
    if COUNT.fullmatch(plain):
        return "share-bar"
    if names := _row(line, plain):
        return WEAK.get(names[0], "navigation")
    return WEAK.get(plain) or ("photo-credit" if NAME_AND_AGENCY.fullmatch(line) and is_names(line) else None)


def _is_headline(plain: str) -> bool:
    return 1 <= len(plain.split()) <= 25 and not NO_HEADLINE_END.search(plain[-8:])


def _addresses_reader(line: str) -> bool:
    plain = plain_line(line[:MAX_LINE_CHARS])
    return bool(READER.search(plain)) and not SPOKEN.search(plain)


def _is_address(words: str) -> bool:
    """ "Ada Quill, 555-0142, ada@example.org"."""
    names, _, address = words.rpartition(" ")
    return "@" in address and is_names(names)


def _promotion(line: str, plain: str) -> str | None:
    """An imperative that offers what the site itself makes: advice to readers of the story has no "our" in it."""
    if not OFFER.match(plain) or not (product := PRODUCT.search(plain)):
        return None
    titled = _is_headline(plain) and is_names(OFFER_WORDS.sub("", line))
    if OWN.search(plain) or MEDIA.search(plain) or titled:
        return "app-promotion" if APP.search(product[0]) else "sign-up"
    return None


def _is_menu(plain: str) -> bool:
    """Names of a site's pages in one line: "Home | News | Sport", "Home › Business"."""
    if len(plain) > MAX_MENU_CHARS:
        return False
    parts = MENU_MARK.split(plain)
    known = sum(part in WEAK or part in PHRASES for part in parts)
    breadcrumb = parts[0] == "home" and not NO_HEADLINE_END.search(plain)
    return len(parts) > 1 and (known >= max(2, 0.6 * len(parts)) or (breadcrumb and not TABLE_ROW.search(plain)))


def _row(line: str, plain: str) -> list[str]:
    """The names of a site's pages that a line is nothing but: "Home News Business Sport"; none where it is not."""
    names: list[str] = []
    words = plain.split() if len(plain) <= MAX_MENU_CHARS and plain.count(" ") >= MIN_ROW_NAMES - 1 else []
    while words:
        starts = (" ".join(words[:count]) for count in range(min(MAX_PAGE_WORDS, len(words)), 0, -1))
        name = next((start for start in starts if start in WEAK or start in PHRASES), None)
        if name is None:
            return []
        names.append(name)
        words = words[name.count(" ") + 1 :]
    return names if len(names) >= MIN_ROW_NAMES and is_names(line, _JOINS | {"us"}) else []


def _is_menu_row(names: list[str], below: list[str]) -> bool:
    """Outside of a story; over numbers it is the head of a table."""
    if names and names[0] == "home":
        return True
    is_head = any(sum(map(bool, map(NUMBER.match, line.split()))) >= MIN_ROW_NAMES - 1 for line in below)
    return len(names) >= MIN_MENU_NAMES and not is_head


def _is_share_bar(names: list[str]) -> bool:
    """Whether they are networks and something to do: a story may list networks alone."""
    known = all((WEAK.get(name) or PHRASES.get(name)) == "share-bar" for name in names)
    networks = len(NETWORKS.intersection(names))
    return known and 2 <= networks < len(names)
