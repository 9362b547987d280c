"""What an article says of itself in, out comes what kind of text that makes it, with the words that say so.

Read are labels, sections, bylines, datelines, sign-offs and disclosures, most of them lines that cleaning took out by
rules that have a kind. What an article is about says nothing: one on opinion polls, press releases or language models
has no kind. Where several kinds hold, the one is given that a reader has to know first.
"""

import re
from collections.abc import Iterator, Sequence

from index.article import Removed
from index.ingest.clean import rule_of
from index.ingest.written import dateline
from index.text.sentences import sentence_spans

KINDS = ("machine-written", "wire", "press-release", "opinion", "sponsored", "sample")
EDGE_LINES = 8
"""Lines at the head and at the end of the text that are looked at, for texts that nobody has cleaned."""

_RANK = ("sample", "machine-written", "sponsored", "press-release", "opinion", "wire")
KIND_OF_RULE = {
    "sample-disclosure": "sample",
    "machine-disclosure": "machine-written",
    "sponsored-label": "sponsored",
    "sponsored-note": "sponsored",
    "release-label": "press-release",
    "opinion-label": "opinion",
    "opinion-note": "opinion",
}
"""What the rules of labels and disclosures tell."""
_SECTIONS = {
    **dict.fromkeys(("opinion", "opinions", "editorial", "editorials", "commentary", "op-ed", "columns"), "opinion"),
    **dict.fromkeys(("columnists", "letters", "viewpoint"), "opinion"),
    **dict.fromkeys(("press-release", "press-releases", "news-release", "news-releases"), "press-release"),
    **dict.fromkeys(("sponsored", "sponsored-content", "paid-post", "paid-content", "advertorial"), "sponsored"),
    **dict.fromkeys(("brand-studio", "branded-content", "partner-content"), "sponsored"),
}
_MACHINE_WORDS = re.compile(
    r"\b(?:AI|A\.I\.|\w*GPT\w*|(?i:artificial|generat\w+|automat\w+|algorithm\w*|models?|bots?|technology))\b"
)
_MACHINE_AUTHOR = re.compile(r"\b(?:AI|A\.I\.|ChatGPT|GPT-?\d*|Automated|[A-Z][a-z]+Bot)\b")
_DISTRIBUTOR = re.compile(r"newswire|business ?wire|accesswire|presswire|prweb", re.IGNORECASE)
_AGENCY = re.compile(
    r"\b(?:Wire|Wires|News Agency|Press Agency|News Service|Associated|Press Association|AP|Reuters|AFP|Agence|UPI"
    r"|dpa|DPA|ANSA|EFE|Bloomberg|Xinhua|TASS|Kyodo|Yonhap|PTI|IANS|Interfax)\b"
)
_AGENCY_ALONE = re.compile(r"\s*(?:[—–-]{1,2} ?)[A-Z][\w .'’-]{1,40}")
_REPORTED_BY = re.compile(
    r"(?<!additional )\b(?:reporting|writing) by\b((?:[^;.]|\.(?=\S)|(?<=\b[A-Z])\.){1,200})", re.IGNORECASE
)
_YEAR = re.compile(r"\b\d{4}\b")
_COLUMNIST = re.compile(r"\bis an? (?:\w+ ){0,2}columnist\b")
_OPINION_TITLE = re.compile(
    r"(?:opinion|editorial|op-ed|commentary|column|letters? to the editor)\s*[:|]", re.IGNORECASE
)
_LETTER = re.compile(r"letters? to the editor\s*:", re.IGNORECASE)


def provenance(
    *,
    title: str | None,
    author: str | None,
    source: str | None,
    section: str | None,
    url: str | None,
    text: str,
    removed: Sequence[Removed],
) -> tuple[str, str] | None:
    """One of `KINDS`, and the sentence, line or label that says so, as it stands there; None where nothing does.

    removed: what was taken out of the text, and what stood beside it, of which the article's labels have their rules.
    """
    found = list(_said(title, author, source, section, url, text, removed))
    return min(found, key=lambda said: _RANK.index(said[0]), default=None)


def _said(
    title: str | None,
    author: str | None,
    source: str | None,
    section: str | None,
    url: str | None,
    text: str,
    removed: Sequence[Removed],
) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.split("\n") if line.strip()]
    edges = lines if len(lines) <= 2 * EDGE_LINES else lines[:EDGE_LINES] + lines[-EDGE_LINES:]
    ruled = [*((line.rule, line.text.strip()) for line in removed), *((rule_of(line), line.strip()) for line in edges)]
    disclosed = [(KIND_OF_RULE[rule], line) for rule, line in ruled if rule in KIND_OF_RULE]
    # "Engineered by …" says less than the sentence about the system behind it
    yield from sorted(
        ((kind, _telling(line)) for kind, line in disclosed), key=lambda s: not _MACHINE_WORDS.search(s[1])
    )
    bylines = [line for rule, line in ruled if rule == "byline"]
    if author and _MACHINE_AUTHOR.search(author):
        yield "machine-written", next((line for line in bylines if author in line), author)
    for name in (section, *re.split("[/?#]", url or "")):
        if kind := _SECTIONS.get("-".join((name or "").lower().split())):
            yield kind, section if name == section and section else url or ""
    if title and _OPINION_TITLE.match(title):
        yield "opinion", title
    if lines and (label := _LETTER.match(lines[0].strip())):
        yield "opinion", label[0]
    notes = [line for rule, line in ruled if rule == "author-bio"] + [
        line for line in edges if author and line.startswith(author)
    ]
    yield from (("opinion", line.strip()) for line in notes if _COLUMNIST.search(line))
    has_agency = any(_AGENCY.search(words) for words in (source or "", *(w for r, w in ruled if r == "disclaimer")))
    for rule, line in ruled:
        if rule == "source-line" and line.startswith("SOURCE"):
            yield "press-release", line
        if rule == "sign-off" and _is_signed_by_agency(line, has_agency):
            yield "wire", line
        if rule == "byline" and _AGENCY.search(line):
            yield "wire", line
        if rule == "copyright" and _AGENCY.search(line) and _YEAR.search(line):  # without a year it is a picture's
            yield "wire", line
    if head := next(filter(None, map(dateline, lines[:EDGE_LINES])), None):
        if _DISTRIBUTOR.search(head.distributor or head.agency or ""):
            yield "press-release", head.words
        elif head.agency and _AGENCY.search(head.agency):
            yield "wire", head.words
    if source and _DISTRIBUTOR.search(source):
        yield "press-release", source
    if lines and _AGENCY_ALONE.fullmatch(lines[-1]) and _AGENCY.search(lines[-1]):
        yield "wire", lines[-1].strip()
    if author and _AGENCY.search(author):
        yield "wire", next((line for line in bylines if author in line), author)


def _is_signed_by_agency(line: str, has_agency: bool) -> bool:
    """Whether a sign-off names an agency as its reporter, or is in an agency's form where one is named elsewhere.

    Papers sign their own stories in that form, too, and agencies that only contributed are named behind "additional".
    """
    reported = _REPORTED_BY.search(line)
    if reported is None:
        return False
    is_edited = "editing by" in line[reported.end() :].lower()
    return _AGENCY.search(reported[1]) is not None or (has_agency and is_edited)


def _telling(line: str) -> str:
    """The first sentence of a disclosure that names the machine; the line where none does."""
    sentences = (line[start:end] for start, end in sentence_spans(line))
    return next(filter(_MACHINE_WORDS.search, sentences), line)
