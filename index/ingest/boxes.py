"""A parsed page in, the same page without the boxes that are surely not the story: navigation, promotions, comments.

A box is told by its element, by its `role`, by a word of what its makers call it (class, id, `aria-label`) or by the
heading it begins with. Words count whole, so that "shareholders" is no share bar. What holds the headline or much of
the page's prose is no box, whatever it is called: sites name whole pages "paywall" or "with-sidebar". Single lines of
promotion within the story are not looked for.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from index.ingest.paragraphs import BLOCKS, HEADINGS, Paragraph, is_of_words, paragraphs

MAX_NAMES_CHARS = 500
MIN_PROSE_CHARS = 80
"""A paragraph of so many characters, few of them links, is prose: headlines, labels and buttons are shorter."""

MAX_SHARE, MAX_SHARE_OF_COMMENTS = 0.4, 0.9
"""Of the page's prose: what holds more is no box."""

MIN_SWALLOWED = 3
MAX_HEADING_CHARS, MIN_LINKED = 70, 0.3
"""A heading such as "More from Oldport" makes a box of what follows if so much of that is links."""

MAX_CARD_CHARS, MIN_TEASER_CHARS, MAX_LINES_OF_CAPTION = 500, 12, 3
MIN_WRITERS, MAX_WRITER_CHARS = 3, 40
MAX_CAPTION_CHARS = 150
"""Of what stands with a picture in one element, away from the story."""

MAX_LABEL_CHARS, MAX_VAGUE_CHARS = 300, 120

_ELEMENTS = frozenset(
    "aside audio button canvas dialog embed fieldset footer form iframe input label legend map menu nav object option "
    "progress select svg textarea video".split()
)
_ROLES = frozenset(
    "navigation complementary contentinfo dialog alertdialog search menu menubar toolbar tablist".split()
)
_PARAGRAPHS = frozenset("p li h1 h2 h3 h4 h5 h6 blockquote td th dd dt".split())
_LISTS = frozenset("ul ol dl nav".split())
_AROUND_PICTURES = ("div", "table", "center", "td", "li", "figure")
_CARDS = frozenset("a article div li section td".split())
_BODY = re.compile(r"\b(?:article|story|entry|post) ?(?:body|content|text)\b")

_BOX = re.compile(
    r"\b(?:nav|navigation|nav ?bar|top ?bar|menu|(?:bread ?)?crumbs?|masthead|foot|footer|bottom|colophon|impressum|imprint|side ?bar|skip|skip ?link|"
    r"news ?letters?|sign ?up|mailing ?list|share|sharing|share ?bar|share ?daddy|social|follow ?us|add ?this|"
    r"cookies?|consent|gdpr|one ?trust|pay ?wall|reg ?wall|barrier|abo|abonnement|subscribe|subscriptions?|"
    r"related|recommended|recommendations?|recirc|recirculation|trending|most ?(?:read|viewed)|"
    r"read ?(?:more|next|also)|up ?next|see ?also|also ?(?:read|like)|more ?(?:from|stories|on|news|in|articles)|"
    r"next ?(?:article|story|up)|promos?|promotions?|promo ?box|"
    r"ads?|advert|adverts|advertisement|advertising|ad ?slot|dfp|taboola|outbrain|publicit[eé]|anzeige|werbung|"
    r"bio|biography|about ?(?:the ?)?author|author ?(?:box|bio|card|info|profile|block|about)|"
    r"footnotes|endnotes|toolbar|pagination|pager|post ?navigation|interstitial|toast|tag ?(?:list|cloud|links)|"
    r"verwandt|empfehlungen|artikel ?empfehlungen|similaires|relacionad[oa]s|polecane)\b"
)
_VAGUE_BOX = re.compile(
    r"\b(?:teasers?|tags?|topics|latest|popular|contacts?|cta|banner|pub|tools|actions|modal|pop ?up|overlay|lightbox|poll|survey|"
    r"donate|donation|rating|feedback|print|registration|more|also|next|promoted|support|widget|ticker)\b"
)
"""Looked for last, among what is then left: a story's own elements may be called so."""

_COMMENTS = re.compile(
    r"\b(?:comments|comment ?(?:list|section|thread|form|area|box|wrap|item|body)|disqus|respond|discussion|reactions|"
    r"condolences|guest ?book|kommentare?|commentaires|comentarios|komentarze|opinie|reacties|commenti|avis|foro|forum)\b"
)
_COMMENTS_HEADING = re.compile(
    r"(?:\d{1,5} )?(?:comments?|thoughts? on .*|responses?( to .*)?|kommentare?|commentaires?|"
    r"comentarios?|komentarze|opinie|opinions|reactions|avis|reacties|commenti|discussion)(?: ?[(:]? ?\d{0,5}\)?)|(?:all|reader|user)s?['’]? comments?|"
    r"(?:reader['’]?s['’]? )?(?:letters|opinions)|join the (?:conversation|discussion)|leave a (?:reply|comment)|"
    r"what do you think\??|member discussion.*|book of condolence|vos (?:avis|réactions|commentaires)|"
    r"opinie czytelników.{0,8}|leser(?:kommentare|meinungen|briefe)|diskussion|schreiben sie einen kommentar|"
    r"(?:añadir|deja un) comentario|laisser un commentaire",
    re.I,
)
_PROMOTION_HEADING = re.compile(
    r"(?:sign up|subscribe|newsletter|keep reading|continue reading|to (?:keep|continue) reading|become a (?:member|subscriber)|"
    r"support (?:our|us|independent)|share this|follow us|already a (?:member|subscriber)|about the authors?|about us|"
    r"(?:press |media )?contacts?\b|contact (?:for|us|the)|weiterlesen mit|jetzt (?:abonnieren|weiterlesen)|"
    r"abonnez-vous|suscríb|über (?:den autor|die autorin)|à propos de l|sobre (?:el autor|la autora)).*",
    re.I,
)
_LINKS_HEADING = re.compile(
    r"(?:related|recommended|suggested|popular|trending|latest|recent|similar|other|most (?:read|popular|viewed|shared)|"
    r"more|editors?['’]? ?s? picks?|don['’]t miss|you (?:may|might)|up next|next|read (?:more|next|also)|see also|also|"
    r"what to read|elsewhere|mehr|weitere|lesen sie|das könnte sie|auch interessant|meistgelesen|à lire|lire aussi|"
    r"sur le même|dans la même|les plus lus|articles|lea también|lee también|le puede|te puede|más|noticias|otras|"
    r"zobacz|czytaj|inne|polecamy|leggi|altre|lees ook|meer|leia|mais|outras)\b.*",
    re.I,
)
_CORRECTION = re.compile(
    r"\b(?:corrections?|clarification|correction note|editor['’]s note|korrektur|berichtigung|rectificatif|erratum|"
    r"corrección|rectificación|fe de erratas)\s?:|\b(?:article|story|report) (?:was|has been) (?:amended|corrected)\b",
    re.I,
)
_TAXONOMY = re.compile(r"\b(?:tag|category)-(?!lists?\b|clouds?\b|links?\b)\S+")
"""Classes by which some systems say what an article is about."""

_CLOCK = re.compile(r"\d{1,2}[.:h]\d\d(?:[.:]\d\d)?(?: ?[ap]\.?m\.?)?(?: [A-Z]{2,4})?", re.I)
_MORE = re.compile(r"(?:read|more|continue|weiter|mehr|lire|la suite|leer|seguir|czytaj|więcej|leggi|lees)\b", re.I)
_DATED = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}\.? [^\W\d_]{3,12}\.? \d{4}\b|"
    r"\b(?:days?|hours?|minutes?|weeks?|months?|years?) ago\b|\bvor \d+ |\bil y a \d|\bhace \d",
    re.I,
)
_REPLY = re.compile(
    r"\b(?:reply|report|antworten|melden|répondre|signaler|responder|odpowiedz|zgłoś|rispondi|says|wrote|schrieb|"
    r"a écrit|escribió|dijo)\b",
    re.I,
)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that say in one character what others say in two or more."""

_LABEL = re.compile(
    r"\b(?:by ?lines?|author|authors|date ?line|date|time ?stamp|published|updated|posted|meta|credits?|captions?|cap|"
    r"photo|photographer|kicker|eyebrow|read(?:ing)? ?time|section ?(?:name|label)|category|entry ?date|post ?info|"
    r"legende|bildunterschrift|foto|pie)\b"
)
_VAGUE_LABEL = re.compile(
    r"\b(?:by|info|data|datum|fecha|ts|time|issued|attribution|signature|who|when|aut|sig|rating|votes|nutrition|servings|prep|autor|auteur|source|channel|rubric|"
    r"media|image|img|picture)\b"
)


def remove_boxes(page: Any) -> None:
    """Take out of `page`, in place, what is surely not the story."""
    _remove(page, lambda element: element.tag in {"script", "style"})
    _remove_named(page, _is_box)
    guard = _Guard(page)
    for heading in [element for element in page.iter("*") if _may_head(element)]:
        if any(element is page for element in heading.iterancestors()):  # not gone with an earlier one
            _remove_headed_by(heading, guard)
    alike = list(_alike(page))
    teasers = {card for cards in alike if all(map(_is_teaser, cards)) for card in cards}
    _remove(page, lambda element: element in teasers and not guard(element))
    before = _prose_before(page)
    comments = {
        card for cards in alike if cards[0] in before and _are_comments(cards, *before[cards[0]]) for card in cards
    }
    _remove(page, lambda element: element in comments)
    _remove_named(page, _is_vaguely_a_box)


class _Guard:
    """What of a page is a wrapper of the story, as it is now."""

    def __init__(self, page: Any) -> None:
        self._headlines = _headlines(page)
        self._held: Counter[Any] = Counter()
        self._prose: Counter[Any] = Counter()
        self._linked: set[Any] = set()
        for paragraph in paragraphs(page):
            around = (paragraph.element, *paragraph.element.iterancestors())
            if is_prose(paragraph):
                self._prose.update(around)
                self._held.update(dict.fromkeys(around, len(paragraph.text)))
            if paragraph.linked_chars:
                self._linked.update(around)
        self._whole = self._held[page]

    def __call__(self, element: Any, of_comments: bool = False) -> bool:
        share = MAX_SHARE_OF_COMMENTS if of_comments else MAX_SHARE
        return (
            element.tag == "body"
            or self._held[element] > share * self._whole
            # Paragraph after paragraph without a link: an advertisement before them was never closed.
            or (not of_comments and self._prose[element] >= MIN_SWALLOWED and element not in self._linked)
            or "articleBody" in (element.get("itemprop") or "")
            or any(heading in self._headlines for heading in element.iter("h1", "h2", "h3"))
        )


def _headlines(page: Any) -> set[Any]:
    """The headings whose words are in the page's title; if there are none, any `h1`."""
    title = " ".join("".join(element.itertext()) for element in page.iter("title"))
    words = _words(title)
    named = {
        heading
        for heading in page.iter("h1", "h2", "h3")
        if 0 < len(own := _words("".join(heading.itertext()))) <= 2 * len(words & own)
    }
    return named & set(page.iter("h1")) or named or set(page.iter("h1"))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text[:1_000].casefold()))


def _remove_named(page: Any, is_named: Callable[[Any], bool]) -> None:
    guard = _Guard(page)

    def is_out(element: Any) -> bool:
        if not is_named(element) or (element.tag not in BLOCKS and _is_in_sentence(element)):
            return False
        return not guard(element, _COMMENTS.search(names_of(element)) is not None) and not _corrects(element)

    _remove(page, is_out)


def _corrects(element: Any) -> bool:
    """Whether there is a note in it that mends the story."""
    return _CORRECTION.search("".join(element.itertext())) is not None


def _remove_headed_by(heading: Any, guard: _Guard) -> None:
    text = " ".join("".join(heading.itertext()).split())
    of_comments = _COMMENTS_HEADING.fullmatch(text) is not None
    of_links = _LINKS_HEADING.fullmatch(text) is not None
    if of_comments or of_links or _PROMOTION_HEADING.fullmatch(text):
        box = _headed_by(heading, lambda element: guard(element, of_comments), is_strict=of_links)
        if (not of_links or _is_of_links(box)) and not any(map(_corrects, box)):
            for element in box:
                element.drop_tree()


def remove_labels(page: Any) -> None:
    """Take out of `page`, in place, what stands about the story in it: captions, bylines, dates, section labels."""
    captioned = {e for e in page.iter(*_AROUND_PICTURES) if _is_captioned(e, MAX_CAPTION_CHARS)}
    captioned |= {card for cards in _alike(page) if all(map(_is_captioned, cards)) for card in cards}
    _remove(page, lambda element: element in captioned or _is_label(element))


def names_of(element: Any) -> str:
    """What those who made the page call an element, as words: "articleBody main_text" is "article body main text"."""
    named = [element.get(name) for name in ("id", "data-testid", "data-component", "aria-label")]
    named.append(_TAXONOMY.sub("", (element.get("class") or "")[:MAX_NAMES_CHARS]))
    if "-" in element.tag:  # an element of their own, such as amp-ad
        named.append(element.tag)
    return " ".join(re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", " ".join(filter(None, named))[:MAX_NAMES_CHARS])).lower()


def is_prose(paragraph: Paragraph) -> bool:
    wide = len(_WIDE.findall(paragraph.text))
    return len(paragraph.text) + wide >= MIN_PROSE_CHARS and 2 * paragraph.linked_chars < len(paragraph.text)


def is_correction(paragraph: Paragraph) -> bool:
    return _CORRECTION.search(paragraph.text) is not None


def _remove(page: Any, is_out: Callable[[Any], bool]) -> None:
    out: list[Any] = []
    within: set[Any] = set()
    for element in page.iter("*"):
        if element.getparent() in within:
            within.add(element)
        elif element.tag not in {"html", "head", "body"} and is_out(element):
            within.add(element)
            out.append(element)
    for element in out:
        element.drop_tree()


def _is_box(element: Any) -> bool:
    if element.tag in _ELEMENTS or (element.get("role") or "").lower() in _ROLES:
        # The source of a quotation is a footer within it.
        return element.tag != "footer" or next(element.iterancestors("blockquote"), None) is None
    if element.tag == "header" and next(element.iterancestors("article", "main"), None) is None:
        return True
    if (
        element.tag in _CARDS
        and len("".join(element.itertext())) <= MAX_CARD_CHARS
        and element.find(".//form") is not None
    ):
        return True
    names = names_of(element)
    return bool(_COMMENTS.search(names) or (_BOX.search(names) and not _BODY.search(names)))


def _is_vaguely_a_box(element: Any) -> bool:
    is_told = _VAGUE_BOX.search(names_of(element)) is not None
    return is_told and (
        element.tag == "a" or next(element.iter("a", "button", "input", "iframe", "img"), None) is not None
    )


def _may_head(element: Any) -> bool:
    if element.tag not in HEADINGS and element.tag not in {"p", "b", "strong", "span", "div", "legend", "dt"}:
        return False
    text = "".join(element.itertext())
    return 0 < len(text.strip()) <= MAX_HEADING_CHARS and not (element.tag not in BLOCKS and _is_in_sentence(element))


def _headed_by(heading: Any, is_wrapper: Callable[[Any], bool], is_strict: bool) -> list[Any]:
    """The box that begins with a heading; within a wrapper the heading and what follows up to the next.

    is_strict: of what follows the lists alone, up to what is none.
    """
    box = heading
    while (parent := box.getparent()) is not None and not is_wrapper(parent) and _is_first(box, parent):
        box = parent
    found = [box]
    if box is heading:
        for element in heading.itersiblings("*"):
            text = "".join(element.itertext())
            if element.tag in HEADINGS or (element.tag not in _LISTS and (is_strict or len(text) > MAX_LABEL_CHARS)):
                break
            found.append(element)
    return found


def _is_first(element: Any, parent: Any) -> bool:
    """Whether no words stand before it in its parent."""
    if (parent.text or "").strip():
        return False
    for sibling in parent:
        if sibling is element:
            return True
        if "".join(sibling.itertext()).strip() or (sibling.tail or "").strip():
            return False
    return False


def _alike(page: Any) -> Iterator[list[Any]]:
    """Blocks beside each other that are made alike, two or more, of little text each."""
    for parent in page.iter("*"):
        cards: dict[tuple[str, str], list[Any]] = {}
        for child in parent:
            is_card = child.tag in _CARDS and not (child.tag == "a" and _is_in_sentence(child))
            if is_card and len("".join(child.itertext())) <= MAX_CARD_CHARS:
                cards.setdefault((child.tag, (child.get("class") or "").partition(" ")[0]), []).append(child)
        yield from (found for found in cards.values() if len(found) > 1)


def _is_teaser(card: Any) -> bool:
    """Whether it is a linked headline with a few words about it, or a few words and a link to more."""
    found = paragraphs(card)
    linked = [len(p.text) >= MIN_TEASER_CHARS and p.linked_chars >= 0.9 * len(p.text) for p in found]
    return any(linked[:2]) or (len(found) > 1 and linked[-1] and _MORE.match(found[-1].text) is not None)


def _prose_before(page: Any) -> dict[Any, tuple[int, int]]:
    """How many characters of prose stand before each element, and how many do not."""
    length: dict[Any, int] = {}
    for paragraph in filter(is_prose, paragraphs(page)):
        length[paragraph.element] = length.get(paragraph.element, 0) + len(paragraph.text)
    whole = sum(length.values())
    sums = accumulate((length.get(element, 0) for element in page.iter("*")), initial=0)
    return {element: (before, whole - before) for element, before in zip(page.iter("*"), sums, strict=False)}


def _are_comments(cards: list[Any], before: int, after: int) -> bool:
    """Whether each card says who wrote it and when, or asks for a reply, or several begin with a name; behind the story."""
    said = [paragraphs(card) for card in cards]
    if before < MIN_PROSE_CHARS or not all(said):
        return False
    told = [" ".join(p.text for p in found if not is_prose(p)) for found in said]
    if all(map(_REPLY.search, told)) or (before > after and all(map(_DATED.search, told))):
        return True
    first = {found[0].text.split("\n")[0] for found in said if not found[0].is_heading}
    by_many = len(cards) >= MIN_WRITERS and len(first) == len(cards)
    return by_many and all(
        len(line) <= MAX_WRITER_CHARS and line[-1:].isalnum() and not line[0].isdigit() for line in first
    )


def _is_captioned(card: Any, max_chars: int = MAX_CARD_CHARS) -> bool:
    """Whether it is a picture with a few words beside it."""
    if len("".join(card.itertext())) > max_chars or next(card.iter("img", "amp-img"), None) is None:
        return False
    found = paragraphs(card)
    return 0 < len(found) <= MAX_LINES_OF_CAPTION and not any(p.linked_chars or p.is_heading for p in found)


def _is_of_links(box: list[Any]) -> bool:
    found = [paragraph for element in box for paragraph in paragraphs(element)]
    return sum(p.linked_chars for p in found) >= MIN_LINKED * sum(len(p.text) for p in found)


def _is_label(element: Any) -> bool:
    if element.tag == "sup":  # of a footnote
        return element.find("a") is not None and "".join(element.itertext()).strip(" []*").isdecimal()
    if element.tag == "figcaption":
        return True
    if element.tag == "a" and (element.get("href") or "").startswith("#"):
        return not _is_in_sentence(element) and element.getparent().tag not in HEADINGS
    if element.tag == "figure":
        return next(element.iter("table", "blockquote", "ul", "ol", "pre"), None) is None
    if element.tag in {"span", "b", "strong", "a"} and _CLOCK.fullmatch("".join(element.itertext())[:20].strip()):
        return True  # of an entry of a live blog
    if element.tag not in BLOCKS and _is_in_sentence(element):
        return False
    if element.tag == "time":
        return True
    table = next((e for e in (element, *element.iterancestors()) if e.tag == "table"), None)
    if element.tag in _LISTS or (table is not None and is_of_words(table)):
        return False
    names = names_of(element)
    chars = len("".join(element.itertext()).strip())
    return bool(
        (chars <= MAX_LABEL_CHARS and _LABEL.search(names)) or (chars <= MAX_VAGUE_CHARS and _VAGUE_LABEL.search(names))
    )


def _is_in_sentence(element: Any) -> bool:
    """Whether words of the same paragraph stand before or behind it."""
    parent = element.getparent()
    if parent is None or (parent.tag in BLOCKS and parent.tag not in _PARAGRAPHS):
        return False
    around = "".join((parent.text or "", *(child.tail or "" for child in parent)))
    return any(map(str.isalnum, around)) or (parent.tag not in BLOCKS and _is_in_sentence(parent))
