"""Named fields in (a line of an archive, a pasted article, what a page says of itself), an `Article` out.

This is the border: every format comes through here, so that what is checked is checked once and a fault
reads the same wherever the article came from.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from index.article import ID_PATTERN, MAX_TEXT_CHARS, Article, Removed, article_id, clean_text, is_visible
from index.errors import BadArticle, shown
from index.ingest.clean import clean, rule_beside
from index.ingest.dates import iso_date
from index.ingest.provenance import KINDS, provenance
from index.ingest.title import headline, title_from, without_headline
from index.ingest.written import rule_about, written
from index.text.canonical import is_web_address, without_tracking

MAX_FIELD_CHARS = 2_000
MAX_LEFT_OUT, MAX_LEFT_OUT_CHARS = 200, 300
"""Of what a format's reader left out, the lines that are kept, and of each."""

MAX_RAW_CHARS = 2 * MAX_TEXT_CHARS
MAX_LINES = 200_000
"""Of a text, empty ones too: there are several lists of them. One of 2 million characters has 50,000 of 40."""

MAX_WORD_CHARS, MAX_OVERLONG_SHARE = 1_000, 0.5
"""A text is none of which more than that share is words longer than that, which is longer than a passage."""

_WITHOUT_BLANKS = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
"""Thai, Lao, Tibetan, Burmese, Khmer, Chinese and Japanese."""

_OVERLONG = re.compile(rf"[^\s{_WITHOUT_BLANKS}]{{{MAX_WORD_CHARS + 1},}}")

NOT_UNDERSTOOD = "not-understood"
"""The rule by which a field goes whose value does not fit."""

BESIDE = "beside-the-story"
"""The rule by which a page's menus, boxes, captions and whatever else it shows around its article are left out.

Such lines say nothing of the article ("Opinion" on a card is the card's). The rule that knows their words names them,
if any does."""

DESCRIBED = (
    *("title", "url", "source", "author", "published_at", "updated_at", "language", "section", "image_credit"),
    "provenance",
)
"""The fields that say something of an article, each with where it comes from in `Article.found_in`."""


def article_from_fields(
    fields: Mapping[str, object],
    *,
    origin: str,
    path: str | None,
    found_in: Mapping[str, str] = MappingProxyType({}),
    unsure: Collection[str] = (),
    left_out: Iterable[Removed] = (),
) -> Article:
    """The article that `fields` describe, by the names of an article's fields; other keys are ignored.

    Only `text` is needed. Lines that do not belong to the article are taken out of it, and what its own words say of
    it, a headline at its head among them, stands in for fields that are missing. `path` stands in for the URL when an
    id has to be made; None means that the text does. found_in: where a field's value comes from, by the field's name.
    unsure: the names of fields whose value counts only where the article's own words give none. left_out: what the
    format's reader took out of the text already, of which `MAX_LEFT_OUT` lines are kept. A field of `DESCRIBED` whose
    value does not fit is unknown, and what it was stands in `removed`, as `NOT_UNDERSTOOD`. Raises BadArticle, naming
    the field and its value, where text or id do not fit.
    """
    raw = _text(fields)
    stated, unread = _stated(fields)
    url = stated["url"]
    cleaned = clean(raw, title=stated["title"])
    first_line = None if stated["title"] else headline(cleaned.text)
    title = stated["title"] or first_line
    own = written(cleaned.text, title=title, url=url, known=stated, unsure=unsure, removed=cleaned.removed)
    text, repeated = without_headline(own.text, first_line) if first_line else (own.text, [])
    removed = (*unread, *_bounded(left_out), *cleaned.removed, *own.removed, *repeated)
    said = stated | {name: getattr(own, name) for name in own.found_in}
    where = {name: found_in[name] for name in DESCRIBED if name in found_in and stated[name]} | own.found_in
    if first_line:
        where["title"] = "first line"
    evidence = None
    if said["provenance"] is None or "provenance" in unsure:
        kind = provenance(
            title=title,
            author=said["author"],
            source=said["source"],
            section=said["section"],
            url=url,
            text=text,
            removed=removed,
        )
        if kind:
            said["provenance"], evidence = kind
            where["provenance"] = "its own words"
    return Article(
        **said | {"title": title or title_from(text)},
        # With its headline: two that differ in nothing else are two articles.
        id=_id(fields) or article_id(url=url, path=path, text=own.text),
        text=text,
        origin=origin,
        provenance_evidence=evidence,
        removed=tuple(map(_named, removed)),
        found_in=where,
    )


def check_fields(fields: Mapping[str, object]) -> None:
    """Raises BadArticle where `article_from_fields` does, and for a field that it would note as not understood.

    It looks at the form alone, which takes no time.
    """
    _text(fields)
    _id(fields)
    if unread := _stated(fields)[1]:
        raise BadArticle(unread[0].text)


def is_understood(name: str, value: object) -> bool:
    """Whether `value` says something as the field `name` of `DESCRIBED`."""
    try:
        return _READ.get(name, _line)({name: value}, name) is not None
    except BadArticle:
        return False


def _stated(fields: Mapping[str, object]) -> tuple[dict[str, str | None], list[Removed]]:
    """What is stated of the article, and what is not understood of it."""
    stated: dict[str, str | None] = {}
    unread: list[Removed] = []
    for name in DESCRIBED:
        try:
            stated[name] = _READ.get(name, _line)(fields, name)
        except BadArticle as error:
            stated[name] = None
            unread.append(Removed(NOT_UNDERSTOOD, str(error)))
    return stated, unread


def _bounded(left_out: Iterable[Removed]) -> list[Removed]:
    """The first lines of it, each once, with the rule by which it went first."""
    rules: dict[str, str] = {}
    for line in left_out:
        rules.setdefault(line.text[:MAX_LEFT_OUT_CHARS], line.rule)
        if len(rules) == MAX_LEFT_OUT:
            break
    return [Removed(rule, text) for text, rule in rules.items()]


def _named(line: Removed) -> Removed:
    """A line beside the story by the rule that knows its words; to be asked when the article's kind is settled."""
    if line.rule != BESIDE:
        return line
    rules = [rule_beside(part) or rule_about(part) for part in line.text.split("\n")]
    return Removed(rules[0], line.text) if rules[0] and all(rules) else line


def _text(fields: Mapping[str, object]) -> str:
    raw = fields.get("text")
    if raw is None:
        raise BadArticle("has no text: give the article in the field `text`")
    if not isinstance(raw, str):
        raise _wrong("text", raw, "text in quotes")
    if len(raw) > MAX_RAW_CHARS or raw.count("\n") > MAX_LINES:
        raise BadArticle(
            f"text has {len(raw):,} characters in {raw.count(chr(10)) + 1:,} lines, at most {MAX_TEXT_CHARS:,} in"
            f" {MAX_LINES:,} are taken: split the article"
        )
    text = clean_text(raw)
    if not is_visible(text):
        raise _wrong("text", raw, "text that is not blank")
    if len(text) > MAX_TEXT_CHARS:
        raise BadArticle(f"text has {len(text):,} characters, at most {MAX_TEXT_CHARS:,} are taken: split the article")
    overlong = sum(word.end() - word.start() for word in _OVERLONG.finditer(text))
    if overlong > MAX_OVERLONG_SHARE * len(text):
        raise BadArticle(
            f"text has no words to speak of: {overlong:,} of its {len(text):,} characters are in runs of more than"
            f" {MAX_WORD_CHARS:,} without a blank: give the article as text, not as encoded data"
        )
    return text


def _line(fields: Mapping[str, object], name: str) -> str | None:
    """A field that is one line of text; None when it is missing or blank."""
    raw = fields.get(name)
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise _wrong(name, raw, "text in quotes")
    if len(raw) > MAX_FIELD_CHARS:
        raise _wrong(name, raw, f"at most {MAX_FIELD_CHARS:,} characters")
    line = " ".join(clean_text(raw).split())
    return line if is_visible(line) else None


def _id(fields: Mapping[str, object]) -> str | None:
    raw = fields.get("id")
    if raw is None:
        return None
    if not isinstance(raw, str) or not ID_PATTERN.fullmatch(raw):
        raise _wrong("id", raw, "1 to 128 of A-Z a-z 0-9 . _ ~ -, or no id at all to have one made")
    return raw


def _author(fields: Mapping[str, object], name: str) -> str | None:
    """One name or a list of them, in which one may be an object that has it as its `name`; `authors` is the same."""
    raw = next((raw for key in (name, "authors") if (raw := fields.get(key)) not in (None, "", [])), None)
    if isinstance(raw, list | dict):
        people = raw if isinstance(raw, list) else [raw]
        named = [person.get("name") if isinstance(person, dict) else person for person in people]
        names = [" ".join(clean_text(one).split()) for one in named if isinstance(one, str)]
        if len(names) < len(named):
            raise _wrong(name, raw, "a name in quotes, or a list of names")
        raw = ", ".join(filter(None, names))
    return _line({name: raw}, name)


def _url(fields: Mapping[str, object], name: str) -> str | None:
    url = _line(fields, name)
    if url is not None and not is_web_address(url):
        raise _wrong("url", url, "an address that starts with http:// or https://, or no url")
    return url and without_tracking(url)


def _date(fields: Mapping[str, object], name: str) -> str | None:
    raw = fields.get(name)
    if raw is None or (isinstance(raw, str) and not is_visible(raw)):
        return None
    date = iso_date(raw)
    if date is None:
        raise _wrong(name, raw, "a date such as 2021-03-29 or 2021-03-29T10:00:00+02:00, or none")
    return date


def _kind(fields: Mapping[str, object], name: str) -> str | None:
    stated = _line(fields, name)
    kind = stated and "-".join(stated.lower().split())
    if kind is not None and kind not in KINDS:
        raise _wrong(name, stated, f"one of {', '.join(KINDS)}, or none")
    return kind


_READ = {"url": _url, "author": _author, "published_at": _date, "updated_at": _date, "provenance": _kind}
"""How a field is read that is not any one line."""


def _wrong(name: str, value: object, expected: str) -> BadArticle:
    return BadArticle(f"{name} is {shown(value)}: expected {expected}")
