"""A parsed page in, the same page without the text that a reader of it does not see.

Looked at are attributes (`hidden`, `aria-hidden` on a block), elements that never show (`template`, `noscript`),
inline styles, and the page's own `<style>` rules, in the cascade's order, if their selectors are of names alone ("p.a",
"#b .a", "div > .a": the names must be above it, in any order). Not read are outside style sheets, other selectors, and
what counts only for print or some screens (`@media print`): what only those hide stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from index.ingest.paragraphs import SILENT, paragraphs

MAX_STYLE_CHARS = 1_000_000
MAX_ALIKE = 20
"""Of the rules whose selectors end in the same names, those that count."""

MAX_NAMES = 12
"""Of one element, its tag, id and classes, among those that a rule is about: pairs of them are looked up."""

_NEVER_SHOWN = frozenset({"template", "noscript", "noframes", "noembed", "datalist", "rt", "rp"})
"""Ruby (`rt`) does show, but it says again how to read what stands under it."""

_HIDDEN_CLASSES = frozenset(
    "sr-only u-sr-only visually-hidden visuallyhidden u-visually-hidden is-visually-hidden screen-reader-text "
    "screen-reader-only screenreader screen-reader sr-text a11y-hidden show-for-sr element-invisible hidden-accessible "
    "hidden hide invisible is-hidden u-hidden d-none offscreen off-screen print-only only-print".split()
)
"""Names that the usual style sheets give to what does not show; `d-none` beside `d-md-block` does."""

_INLINE = frozenset(
    "a abbr b bdi bdo cite code em font i ins kbd mark q s small span strong sub sup time u var".split()
)
_PROPERTIES = frozenset(
    "display visibility content-visibility font-size opacity position left right top margin-left margin-top "
    "text-indent clip clip-path filter transform width height max-height overflow color background-color "
    "background-image".split()
)
_NAME = r"-?[A-Za-z_][\w-]*"
_COMPOUND = re.compile(rf"(?:{_NAME}|[.#]{_NAME})(?:[.#]{_NAME}){{0,3}}")
_EVERY_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*$|@(?:layer|supports)\b")
_LENGTH = re.compile(r"([+-]?\d{0,9}\.?\d{0,9})([a-z]{0,4}|%)")
_FAR = {"": 500, "px": 500, "pt": 500, "em": 50, "rem": 50, "ch": 50, "%": 100, "vw": 100, "vh": 100}
"""How far to the left of its place, or above it, text is off the screen."""

MAX_BLENDED = 0.3
"""Of a page's text, of the colour that it stands on, if there may be another that is not told."""

MAX_OPACITY, MAX_FONT_PIXELS, MAX_APART = 0.05, 2, 16
"""What is less is not seen; the last is of 255, between the colours of text and of what it stands on."""

_COLORS = {"white": "ffffff", "black": "000000", "transparent": "transparent"}

Weight = tuple[bool, int, int, int, int]
"""Of a declaration: whether it is important; its selector's ids, classes and tags; its place in the page."""

_ATTRIBUTE: Weight = (False, -1, 0, 0, 0)
_IDS_OF_INLINE = 1_000
"""An inline style counts as more ids than a selector has."""


class Shown(NamedTuple):
    """What an element hands down to those in it. A colour is None where it is not known."""

    visible: bool = True
    sized: bool = True
    color: str | None = None
    background: str | None = None

    @property
    def blends(self) -> bool:
        """Whether text is of the colour that it stands on, or so near to it that nobody reads it."""
        if self.color is None or self.background is None or self.color == "transparent":
            return self.color == "transparent"
        apart = (abs(one - other) for one, other in zip(_parts(self.color), _parts(self.background), strict=True))
        return max(apart) <= MAX_APART


class Rule(NamedTuple):
    own: frozenset[str]
    """The names that the element has to have."""
    above: frozenset[str]
    """The names that have to stand above the element."""
    declared: dict[str, tuple[Weight, str]]


@dataclass(frozen=True, slots=True)
class Rules:
    """A page's style rules that may hide something."""

    declared: dict[frozenset[str], list[Rule]] = field(default_factory=dict)
    """By one or two of the element's own names."""
    names: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)
    """Names that are asked for above an element."""


def remove_hidden(page: Any) -> list[str]:
    """Take out of `page`, in place, what does not show; what that said, a paragraph or a run of words each.

    Its root and `body` stay, whatever their style: many pages hide those until a script has run.
    """
    rules, are_all = _rules(page)
    root = Shown(background="ffffff" if are_all else None)
    kept: dict[Any, tuple[Shown, frozenset[str]]] = {None: (root, frozenset())}
    said: list[str] = []
    hidden: list[Any] = []
    blended: list[Any] = []
    for element in page.iter("*"):
        within, above = kept.get(element.getparent(), (None, frozenset()))
        if within is None:  # in something hidden
            continue
        style = _style(element, rules, above)
        shown = _shown(style, within) if style else within
        if element.tag in {"html", "head", "body"}:
            shown = root._replace(background=shown.background, color=None if shown.blends else shown.color)
        elif _is_marked_hidden(element) or (style and _hides(style)):
            hidden.append(element)
            continue
        if shown.blends and not within.blends and _is_over_picture(element):
            shown = shown._replace(background=None)
        kept[element] = (shown, above.union(_named(element, rules.above)) if rules.above else above)
        if not (shown.visible and shown.sized):
            said += _mute(element)
        elif shown.blends:
            blended.append(element)
    for element in hidden:
        if element.tag not in _NEVER_SHOWN and element.tag not in SILENT:
            said += [paragraph.text for paragraph in paragraphs(element)]
        element.drop_tree()
    # A whole page in white may stand on something dark that an outside style sheet tells of.
    is_told = page.find(".//link[@rel='stylesheet']") is None
    if is_told or sum(map(_own_chars, blended)) <= MAX_BLENDED * sum(map(len, page.itertext())):
        for element in blended:
            said += _mute(element)
    return said


def _mute(element: Any) -> list[str]:
    """Take out the words that are the element's own, and give them."""
    own = [element.text, *(child.tail for child in element)] if element.tag not in SILENT else []
    element.text = None
    for child in element:
        child.tail = None
    return [" ".join(words.split()) for words in own if words]


def _own_chars(element: Any) -> int:
    return len(element.text or "") + sum(len(child.tail or "") for child in element)


def _is_marked_hidden(element: Any) -> bool:
    """Whether its tag, attributes or class say that it does not show."""
    said = element.attrib
    if element.tag in _NEVER_SHOWN or "hidden" in said or (element.tag == "dialog" and "open" not in said):
        return True
    classes = said.get("class", "").split()
    if not _HIDDEN_CLASSES.isdisjoint(classes):
        return not any(re.search(r"[:-](?:block|flex|grid|inline)", name) for name in classes)
    if said.get("aria-hidden") != "true" or element.tag in _INLINE:
        return False
    # A page that was saved while its cookie dialog was open says so of all the rest.
    return next(element.iter("main", "article", "h1"), None) is None


def _hides(style: dict[str, str]) -> bool:
    """Whether an element of that style does not show, whatever is in it."""
    said = style.get
    placed = said("position") in {"absolute", "fixed"}
    cut = said("overflow") in {"hidden", "clip"}
    return (
        said("display") == "none"
        or said("content-visibility") == "hidden"
        or _is_at_most(MAX_OPACITY, said("opacity"))
        or _is_far_off(said("text-indent"))
        or (placed and any(_is_far_off(said(side)) for side in ("left", "right", "top")))
        or any(_is_far_off(said(side)) for side in ("margin-left", "margin-top"))
        or (placed and re.match(r"rect\(\s*[01](?:px)?\b", said("clip", "")) is not None)
        or (cut and any(_is_at_most(1, said(side)) for side in ("width", "height", "max-height")))
        or re.match(r"inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0[\s)p%]", said("clip-path", "")) is not None
        or re.match(r"opacity\(\s*0?\.?0*%?\s*\)", said("filter", "")) is not None
        or re.match(r"scale\(\s*0\s*[,)]|translate[xy]?\(\s*-\d{4}", said("transform", "")) is not None
    )


def _shown(style: dict[str, str], within: Shown) -> Shown:
    """What an element of that style hands down, itself in an element that hands down `within`."""
    visible, sized, color, background = within
    if "visibility" in style:
        visible = style["visibility"] not in {"hidden", "collapse"}
    if size := style.get("font-size"):
        relative = size.endswith("%") or bool(re.search(r"(?<!r)em$", size))
        sized = (sized or not relative) and not _is_at_most(0 if relative else MAX_FONT_PIXELS, size)
    if "color" in style:
        color = _color(style["color"])
    if "background-color" in style:
        background = _color(style["background-color"])
        background = within.background if background == "transparent" else background
    if style.get("background-image", "none") != "none" or style.get("position") in {"absolute", "fixed"}:
        background = None
    return Shown(visible, sized, color, background)


def _is_over_picture(element: Any) -> bool:
    """Whether it may stand on a picture, as white headlines do, and not on the background."""
    around = element.getparent()
    return around is not None and next(around.iter("img", "picture", "video", "svg", "canvas"), None) is not None


def _length(value: str | None) -> tuple[float, str] | None:
    found = _LENGTH.fullmatch(value) if value else None
    try:
        return (float(found[1]), found[2]) if found else None
    except ValueError:  # "auto", "."
        return None


def _is_at_most(bound: float, value: str | None) -> bool:
    length = _length(value)
    return length is not None and length[0] <= bound and (length[0] == 0 or length[1] in {"", "px", "pt"})


def _is_far_off(value: str | None) -> bool:
    length = _length(value)
    return length is not None and length[0] <= -_FAR.get(length[1], float("inf"))


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[:2], 16), int(color[2:4], 16), int(color[4:6], 16)


def _color(value: str) -> str | None:
    """Six hex digits, or "transparent"; None for what is not known as such: a name, an image, a gradient."""
    if value in _COLORS:
        return _COLORS[value]
    if found := re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", value):
        digits = found[1]
        return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    if found := re.fullmatch(r"rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)", value):
        return "".join(f"{min(int(part), 255):02x}" for part in found.groups())
    return "transparent" if re.fullmatch(r"rgba\([^()]{0,40},\s*0?\.?0\s*\)", value) else None


def _style(element: Any, rules: Rules, above: frozenset[str]) -> dict[str, str]:
    """What the page's rules, the element's own style and its old attributes say, the weightiest of each property."""
    said = element.attrib
    if not said and element.tag not in rules.names:
        return {}
    found: dict[str, tuple[Weight, str]] = {}
    for name, attribute in (("color", "color"), ("background-color", "bgcolor")):
        if value := said.get(attribute):
            found[name] = (_ATTRIBUTE, value.strip().lower())
    named = _named(element, rules.names)[:MAX_NAMES]
    for names in (*((name,) for name in named), *combinations(named, 2)):
        for rule in rules.declared.get(frozenset(names), ()):
            if rule.above <= above and rule.own.issubset(named):
                _add(found, rule.declared)
    if own := said.get("style"):
        _add(found, _declarations(own, (_IDS_OF_INLINE, 0, 0, 0)))
    return {name: value for name, (_, value) in found.items()}


def _named(element: Any, known: set[str]) -> list[str]:
    """The names by which rules can ask for an element, of those that are known."""
    names = [element.tag, f"#{element.get('id')}", *(f".{name}" for name in element.get("class", "").split())]
    return [name for name in names if name in known]


def _add(found: dict[str, tuple[Weight, str]], more: dict[str, tuple[Weight, str]]) -> None:
    for name, (weight, value) in more.items():
        if name not in found or found[name][0] <= weight:
            found[name] = (weight, value)


def _declarations(block: str, selector: tuple[int, int, int, int]) -> dict[str, tuple[Weight, str]]:
    """Those of the properties that can hide, by name; `selector` is its ids, classes and tags, and its place."""
    found: dict[str, tuple[Weight, str]] = {}
    for declaration in block.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        value = value.strip().lower()
        if name == "background":
            # "#fff url(paper.png)" is not known to be of one colour.
            name = "background-color"
        if name in _PROPERTIES and len(value) <= 100:
            important = value.endswith("!important")
            _add(found, {name: ((important, *selector), value.removesuffix("!important").rstrip())})
    return found


def _rules(page: Any) -> tuple[Rules, bool]:
    """The rules of the page's own style sheets, and whether no other rule in them can set a background."""
    rules = Rules()
    css = "\n".join(element.text or "" for element in page.iter("style"))
    are_all = len(css) <= MAX_STYLE_CHARS
    for place, (selectors, block) in enumerate(_blocks(css[:MAX_STYLE_CHARS])):
        declared = _declarations(block, (0, 0, 0, 0))
        for selector in dict.fromkeys(selectors.split(",")) if declared or "background" in block else ():
            *above, own = selector.replace(">", " ").split() or [""]
            if not all(map(_COMPOUND.fullmatch, (*above, own))):
                are_all = are_all and "background" not in block
                continue
            ids, classes = selector.count("#"), selector.count(".")
            names = re.findall(rf"[.#]?{_NAME}", selector)
            weight = (ids, classes, len(names) - ids - classes, place)
            own_names = frozenset(re.findall(rf"[.#]?{_NAME}", own))
            above_names = frozenset(names[: len(names) - len(own_names)])
            rules.names.update(own_names)
            rules.above.update(above_names)
            weighed = {name: ((said[0], *weight), value) for name, (said, value) in declared.items()}
            alike = rules.declared.setdefault(frozenset(sorted(own_names)[:2]), [])
            same = next((rule for rule in alike if (rule.own, rule.above) == (own_names, above_names)), None)
            if same is not None:
                _add(same.declared, weighed)
            elif len(alike) < MAX_ALIKE:
                alike.append(Rule(own_names, above_names, weighed))
    return rules, are_all


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """The selectors and the declarations of each rule; of an at-rule its name and all that stands within it."""
    before, *after = css.split("/*")
    css = before + " ".join(part.partition("*/")[2] for part in after)
    css = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", css)
    yield from _blocks_in(re.split(r"([{}])", css))


def _blocks_in(pieces: list[str]) -> Iterator[tuple[str, str]]:
    """An at-rule that counts for every screen is opened, one that is never closed is closed at the end."""
    depth, selectors, block = 0, "", list[str]()
    for piece in pieces:
        if piece == "{" and depth == 0 and _EVERY_SCREEN.match(selectors):
            selectors = ""
        elif piece == "{":
            depth += 1
        elif piece == "}" and depth == 1:
            yield selectors, "".join(block)
            depth, block = 0, []
        elif piece == "}":
            depth = max(depth - 1, 0)
        elif depth == 0:
            selectors = piece.rpartition(";")[2].strip()
        else:
            block.append(piece)
    if depth:
        yield selectors, "".join(block)
