"""A cleaned text in, what its own words say of it out: who wrote it, for whom, when, and whose picture stood with it.

Read are the lines at the top (byline, dates), a dateline, the last lines, and what cleaning took out (sign-off, picture
credit). A line counts only as a whole, all of it names, roles and dates, so that prose beginning with "By" stays. A day
without a year gets it from the address, from another date of the article or from the same day written in full, never
from the clock; a copyright line dates nothing. Left out: bylines in other languages.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import Literal

from index.article import Removed
from index.ingest.clean import credited, is_names, is_sentence, plain_line, rule_of, without_lines
from index.ingest.dates import iso_date

TOP_LINES, BOTTOM_LINES = 12, 6
MAX_LINE_CHARS = 200
MAX_TEXT_LINE_CHARS = 1_000
MAX_STANDFIRST_LINES = 2
"""So many sentences may stand above a byline, and fewer above a line that is only a date."""
MAX_NAME_WORDS = 5
MAX_DATE_CHARS = 40
MAX_TIMELINE_LINES = 200
"""Two lines that are only dates, among so many, head the parts of a timeline."""
NEAR_DAYS = 31
"""A day without a year is the one nearest to another date of the article, if it is as near as this."""

_DateField = Literal["published_at", "updated_at"]


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    """Without the lines that hold nothing but a byline, dates or a note on the author."""
    removed: tuple[Removed, ...]
    author: str | None = None
    source: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    image_credit: str | None = None
    found_in: dict[str, str] = field(default_factory=dict)
    """Where each comes from, by the field's name: "byline", "line “Nov. 3”, year from the address"."""


@dataclass(frozen=True, slots=True)
class _Date:
    field: _DateField
    words: str
    """As written, perhaps without a year."""
    where: str


@dataclass(frozen=True, slots=True)
class _About:
    """What a line, or a part of one, says of the article."""

    authors: tuple[str, ...] = ()
    source: str | None = None
    dates: tuple[_Date, ...] = ()
    told: bool = False
    """Whether it says what it is: "By", "Updated", "Staff writer"."""
    says_by: bool = False
    """Whether it says so of its authors, who may else be a place beside a date."""
    is_nobody: bool = False
    """Whether it is a byline that names nobody: "By our correspondent"."""


class _Found:
    """The fields found so far: the first finding of each counts, and none of what is known for sure."""

    def __init__(self, known: Mapping[str, str | None], unsure: Collection[str]) -> None:
        self.values = {name: value for name, value in known.items() if value}
        self.unsure = unsure
        self.found_in: dict[str, str] = {}

    def add(self, name: str, value: str | None, where: str, *, is_told: bool = True) -> None:
        """is_told: whether the words say what the value is, without which it does not stand in for an unsure one."""
        is_open = name not in self.values or (is_told and name in self.unsure and name not in self.found_in)
        if value and is_open:
            self.values[name], self.found_in[name] = value, where


def written(
    text: str,
    *,
    title: str | None = None,
    url: str | None = None,
    known: Mapping[str, str | None] = MappingProxyType({}),
    unsure: Collection[str] = (),
    removed: Sequence[Removed] = (),
) -> Written:
    """What `text` says of itself in the fields that `known` has no value for, or an unsure one.

    removed: the lines that `clean` took out of the text. `known` helps, too: a date in it to complete another, the
    author to tell the note on the author at the end.
    """
    lines = text.split("\n")
    places = [n for n, line in enumerate(lines) if line.strip()]
    said = [lines[n].strip() for n in places]
    found = _Found(known, unsure)
    is_release = any(line.rule == "release-label" for line in removed)
    about = _about(said, title, known.get("author"), is_release)
    story = [line for n, line in enumerate(said) if n not in about]
    for line in about.values():
        found.add("author", _listed(line.authors), "byline", is_told=line.says_by)
        found.add("source", line.source, "byline")
    dates = [date for line in about.values() for date in line.dates]
    if head := next(filter(None, map(dateline, story[:TOP_LINES])), None):
        found.add("source", head.agency if _OUTLET.search(head.agency or "") else None, "dateline")
        dates += [_Date("published_at", head.day, "dateline")] if head.day else []
    _add_dates(dates, url, story, found)
    _read_removed(removed, found)
    for credit in map(_caption_credit, story[:TOP_LINES]):
        found.add("image_credit", credit, "caption")
    rules = {n: _rule(line) for n, line in about.items()}
    for n in range(max(1, len(said) - BOTTOM_LINES), len(said)):
        if n not in rules and _is_note_on(said[n], _NAMES_MARK.split(found.values.get("author", ""))):
            rules[n] = "author-bio"
            if n - 1 not in rules and plain_line(said[n - 1]) in _BIO_HEADINGS:
                rules[n - 1] = "author-bio"
    if len(rules) == len(said):
        rules = {}
    gone = {places[n]: rules[n] for n in sorted(rules)}
    return Written(
        without_lines(lines, gone),
        tuple(Removed(rule, lines[n]) for n, rule in gone.items()),
        **{name: found.values[name] for name in found.found_in},
        found_in=found.found_in,
    )


@dataclass(frozen=True, slots=True)
class Dateline:
    """The head of a story: "SUEZ, Egypt, March 29, 2021 (Northern Wire) —", "SUEZ--(TIDE WIRE)--March 29, 2021--"."""

    words: str
    day: str | None
    agency: str | None
    distributor: str | None
    """Who sends out other people's releases: "/Tide Newswire/"."""


def dateline(line: str) -> Dateline | None:
    found = _DATELINE.match(line[:MAX_LINE_CHARS])
    if found is None:
        return None
    return Dateline(found[0].rstrip(), found["day"] or found["last"], found["agency"], found["distributor"])


def behind_dateline(sentence: str) -> int:
    """Where the sentence proper begins: the first of a wire story has a head that re-posts leave out."""
    head = dateline(sentence)
    return len(sentence) - len(sentence[len(head.words) :].lstrip()) if head else 0


def rule_about(line: str) -> str | None:
    """The rule by which a line goes that says by whom or when the article is, and nothing else; None for any other."""
    about = _about_line(line)
    is_told = about is not None and (about.dates or about.is_nobody or (about.told and (about.authors or about.source)))
    return _rule(about) if about and is_told else None


def _about(said: list[str], title: str | None, author: str | None, is_release: bool) -> dict[int, _About]:
    """The lines that say something of the article and nothing of its story, by their place."""
    heading = plain_line(title or "")
    lines = [None if plain_line(line) == heading else _about_line(line) for line in said[:TOP_LINES]]
    about: dict[int, _About] = {}
    above = 0
    bare_names = not is_release and not any(line and line.told and line.authors for line in lines)
    has_timeline = sum(_is_bare_date(line) for line in said[:MAX_TIMELINE_LINES]) > 1
    for n, line in enumerate(lines):
        if line is None:
            above += is_sentence(said[n])
        elif above > MAX_STANDFIRST_LINES:
            break
        elif line.authors and n and plain_line(said[n - 1]) == "by":
            about |= {n - 1: _About(told=True), n: replace(line, says_by=True)}
        elif (
            (line.told and (line.authors or line.source or line.dates or line.is_nobody))
            or (line.dates and above < MAX_STANDFIRST_LINES and not has_timeline)
            or (line.source and n - 1 in about)
            or (
                line.authors
                and bare_names
                and not said[n].isupper()
                and (_beside_date(lines, n) or _has_note(said, line.authors))
            )
            or (line.authors and _listed(line.authors) == author)
        ):
            about[n] = line
    for n in range(max(0, len(said) - BOTTOM_LINES), len(said)):
        line = _about_line(said[n])
        if line and line.told and line.dates and all(date.field == "updated_at" for date in line.dates):
            about.setdefault(n, line)
    return about


def _rule(about: _About) -> str:
    return "byline" if about.authors or about.source or not about.dates else "date-line"


def _is_bare_date(line: str) -> bool:
    return len(line) <= MAX_DATE_CHARS and line[0].isalnum() and _is_date(line)


def _has_note(said: list[str], authors: Sequence[str]) -> bool:
    return any(_is_note_on(line, authors) for line in said[-BOTTOM_LINES:])


def _beside_date(lines: list[_About | None], n: int) -> bool:
    """Whether the line before or after has a date; that of the publisher may stand between."""
    after = next((line for line in lines[n + 1 : n + 3] if not (line and line.source and not line.dates)), None)
    before = lines[n - 1] if n else None
    return any(line is not None and bool(line.dates) for line in (before, after))


def _about_line(line: str) -> _About | None:
    if len(line) > MAX_LINE_CHARS:
        return None
    parts = _parts(" ".join(line.split()), (_BARS, _BREAKS, _BEFORE_DATE))
    if not parts:
        return None
    return _About(
        tuple(chain.from_iterable(part.authors for part in parts)),
        next((part.source for part in parts if part.source), None),
        tuple(chain.from_iterable(part.dates for part in parts)),
        any(part.told for part in parts) or len(parts) > 1,
        any(part.says_by for part in parts),
        any(part.is_nobody for part in parts),
    )


def _parts(words: str, separators: tuple[re.Pattern[str], ...]) -> list[_About] | None:
    """What each part says, split no more than is needed to understand all of them; else None."""
    if one := _date(words) or _byline(words):
        return [one]
    if rule_of(words) in _FILLERS:
        return [_About()]
    if not separators:
        return None
    parts: list[_About] = []
    for piece in separators[0].split(words):
        if piece == words:
            return _parts(words, separators[1:])
        understood = _parts(piece, separators[1:]) if piece else []
        if understood is None:
            return None
        parts += understood
    return parts


def _date(words: str) -> _About | None:
    label = _DATE_LABEL.match(words)
    stated = words[label.end() :] if label else words
    if not _is_date(stated):
        return None
    name: _DateField = "updated_at" if label and label["updated"] else "published_at"
    return _About(dates=(_Date(name, stated, "date line"),), told=label is not None)


def _is_date(words: str) -> bool:
    """Whether it is a date and nothing else, if only one without a year, or one that may be of two days: 04/03/2021."""
    return bool(_DAY.fullmatch(words) or _NUMBERS.fullmatch(words) or iso_date(words))


def _byline(words: str) -> _About | None:
    """ "By Ada Quill and Tom Reed, Harbour Gazette"; without "By" it may be somebody's name or not."""
    if _BARS.search(words) or (is_sentence(words) and not words.endswith(("Jr.", "Sr."))):
        return None
    label = _BY.match(words)
    stated = _PLACE.sub("", _HANDLE.sub("", words[label.end() :] if label else words)).strip(" ,")
    if (label and _NOBODY.issuperset(stated.lower().split())) or _ROLE_ALONE.fullmatch(stated):
        return _About(told=True, is_nobody=True)
    authors: list[str] = []
    source, told = None, label is not None
    if found := _FOR.match(stated):
        outlet, *others = _LIST_MARK.split(found[3])
        # Headlines leave out the article: "Long Wait for Bus Service".
        if not is_names(outlet) or not (label or (found[2] and _OUTLET.search(outlet.split()[-1]))):
            return None
        source, stated = _cased(outlet), ", ".join((found[1], *others))
    for piece in filter(None, _LIST_MARK.split(stated)):
        words_of = piece.split()
        role = next((n for n, word in enumerate(words_of) if word.lower() in _ROLES), None)
        name = " ".join(words_of[:role])
        if label and len(words_of) > 1 and _COLLECTIVE.search(piece):
            authors.append(piece)
        elif _OUTLET.search(piece) and is_names(piece) and role is None:
            source = source or _cased(piece)
        elif _is_person(name):
            authors.append(_cased(name))
            told = told or role is not None
        elif role is not None and is_names(piece, _ROLES):
            told = True
        # Behind a name, what else is one is a place or an employer.
        elif not (authors and is_names(piece)) or _is_date(piece):
            return None
    return _About(tuple(authors), source, told=told, says_by=told) if authors or source or told else None


def _is_person(name: str) -> bool:
    words = name.split()
    return (
        2 <= len(words) <= MAX_NAME_WORDS
        and all(_NAME_WORD.fullmatch(word) or word in _PARTICLES for word in words)
        and words[-1] not in _PARTICLES
        and _NOT_OF_A_NAME.isdisjoint(word.lower().strip(".") for word in words)
    )


def _cased(name: str) -> str:
    return name.title() if name.isupper() and len(name) > 4 else name


def _listed(names: Sequence[str]) -> str | None:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or None


def _add_dates(dates: list[_Date], url: str | None, story: list[str], found: _Found) -> None:
    for date in dates:
        found.add(date.field, iso_date(date.words), date.where)
    for date in dates:
        completed, whence = _completed(date.words, url, story, found.values)
        found.add(date.field, completed, f"{date.where} “{date.words}”, year from {whence}")


def _completed(
    words: str, url: str | None, story: list[str], values: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """A day that is written without its year as a date, and where the year stands."""
    day = _DAY.fullmatch(words)
    for whole, whence, days in _whole_dates(url, story, values) if day else ():
        for year in (whole.year - 1, whole.year, whole.year + 1):
            date = iso_date(f"{day['date']} {year}{day['time'] or ''}") if day else None
            if date and day and _is_near(date, whole, days) and _is_on(day["weekday"], date):
                return date, whence
    return None, None


def _whole_dates(url: str | None, story: list[str], values: Mapping[str, str]) -> Iterator[tuple[dt.date, str, int]]:
    """Dates that give a day its year: which, where it stands, and how many days from it the day may be."""
    for year, month, day in _URL_DATE.findall(url or ""):
        if iso := iso_date(f"{year}-{month:0>2}-{day:0>2}") or iso_date(f"{day} {month} {year}"):
            yield dt.date.fromisoformat(iso), "the address", 0
    for line in story[:TOP_LINES]:
        for found in _WHOLE_DATE.finditer(line[:MAX_TEXT_LINE_CHARS]):
            if iso := iso_date(found[0]):
                yield dt.date.fromisoformat(iso), "a date in the text", 0
    for name in ("updated_at", "published_at"):
        if name in values:
            yield dt.date.fromisoformat(values[name][:10]), name, NEAR_DAYS


def _is_near(date: str, other: dt.date, days: int) -> bool:
    return abs(dt.date.fromisoformat(date[:10]) - other).days <= days


def _is_on(weekday: str | None, date: str) -> bool:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return weekday is None or weekday[:3].lower() == days[dt.date.fromisoformat(date[:10]).weekday()]


def _read_removed(removed: Sequence[Removed], found: _Found) -> None:
    for line in removed:
        words = line.text[:MAX_TEXT_LINE_CHARS]
        if line.rule == "sign-off" and (signed := _SIGNED.search(words)):
            about = _byline(f"By {signed[1]}")
            found.add("author", _listed(about.authors) if about else None, "sign-off")
        elif line.rule == "photo-credit":
            found.add("image_credit", credited(words) or _last_names(words), "photo credit")
        elif line.rule == "source-line" and words.lstrip().startswith("SOURCE"):
            found.add("source", words.strip().removeprefix("SOURCE").strip(" :"), "source line")
        elif line.rule == "republished" and (first := _FIRST_PUBLISHED.search(words)):
            found.add("published_at", iso_date(first[1]), "line on the first publication")


def _last_names(line: str) -> str | None:
    """The credit at the end of a caption: "Cars wait at the gate. NORTHERN WIRE/Pia Storm"."""
    names = line.rsplit(". ", 1)[-1].strip()
    return names if "/" in names and len(names.split()) <= 6 and is_names(names) else None


def _caption_credit(line: str) -> str | None:
    """The credit at the end of a caption: "(Northern Wire Photo/Ada Quill)", "Photo: Ada Quill"."""
    if last := credited(line.rsplit(". ", 1)[-1]):
        return last
    if not (found := _IN_BRACKETS.search(line[-100:])):
        return None
    names = credited(found[1]) or found[1]
    is_credit = _PICTURE.search(found[1]) or (found[0][0] == "[" and "/" in names)
    return names if is_credit and is_names(names) else None


def _is_note_on(line: str, authors: Sequence[str]) -> bool:
    """Whether the line says who the author is; no story speaks of its own author so."""
    if len(line) > 2 * MAX_LINE_CHARS or _QUOTATION.search(line):
        return False
    return any(line.startswith(f"{name} ") and _OF_AUTHOR.match(line, len(name) + 1) for name in authors if " " in name)


_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:Mon|Tue|Tues|Wed|Wednes|Thu|Thurs|Fri|Sat|Satur|Sun)(?:day)?\.?"
_MONTH_DAY = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})"
_DAY = re.compile(
    rf"(?:(?P<weekday>{_WEEKDAY}),? )?(?P<date>{_MONTH_DAY})(?P<time>,? (?:at )?\d{{1,2}}[:.].{{1,16}})?", re.I
)
_WHOLE_DATE = re.compile(rf"\b{_MONTH} \d{{1,2}}, \d{{4}}\b|\b\d{{1,2}} {_MONTH} \d{{4}}\b")
_NUMBERS = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d")
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?!\d)")
_DATE_LABEL = re.compile(
    r"(?:(?:(?:first |originally )?published|posted|created|release date|released|issued|publication date|date)"
    r"|(?P<updated>(?:last )?(?:updated|modified|changed|edited)|last reviewed))\b"
    r"(?: on| at)?\s*[:·—–-]?\s*",
    re.I,
)
_CAPITAL = r"(?:[A-Z.'’]|-(?=[A-Z]))"
# a hyphen without blanks ends none: "COVID-19 spread"
_DATELINE = re.compile(
    rf"[A-Z]{_CAPITAL}{{2,}}(?:(?: & |[ /])[A-Z]{_CAPITAL}*)*"
    rf"(?:, (?!{_MONTH} \d)[A-Z](?:[\w.'’ ]|-(?=\w)){{1,30}}){{0,2}}"
    rf"(?:, (?P<day>{_MONTH_DAY}(?:,? \d{{4}})?))?"
    rf"(?:(?: |--)\((?P<agency>[A-Z][^()]{{1,40}})\)(?:--(?P<last>{_MONTH_DAY}(?:,? \d{{4}})?))?"
    r"| /(?P<distributor>[A-Z][\w. -]{1,30})/)?(?: ?[–—]{1,2} ?(?=\S)| ?--? (?=\S)| --?(?=\S)|--(?=\S))"
)
_BY = re.compile(r"(?:(?:words|text|story|report|article|written|posted|reported) )?by\b:?\s+(?=\S)", re.I)
_FOR = re.compile(r"(.{3,80}?) (?:for|FOR) (the |THE |)(.{3,60})")
_LIST_MARK = re.compile(r",\s*|\s+(?:and|AND|&|with|WITH)\s+|;\s*")
_NAMES_MARK = re.compile(r", | and ")
_BARS = re.compile(r" ?[|•·] ?")
_BREAKS = re.compile(
    r" [–—-] |(?<!last),? (?=(?:updated|modified|last updated|last modified)\b)|(?<=\d) (?=by\b)"
    r"|(?<!first),? (?=(?:published|first published|posted)\b)",
    re.I,
)
_BEFORE_DATE = re.compile(
    rf"(?<!day)(?<!day,)(?:,|,? on)? (?={_WEEKDAY},? (?:\d{{1,2}} )?{_MONTH}|{_MONTH} \d{{1,2}}\b|\d{{1,2}} {_MONTH} \d"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{4}\b|\d{1,3} (?:minute|hour|day)s? ago$)",
    re.I,
)
_HANDLE = re.compile(r"[(<]?\S{1,60}@\S{1,60}|(?<!\S)@\w{1,30}")
_PLACE = re.compile(r"\bin [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?")
_SIGNED = re.compile(
    r"(?<!additional )\b(?:reporting|reported|written|writing) by:? ((?:[^;.)]|\.(?=\S)|(?<=\b[A-Z])\.){3,120})", re.I
)
_FIRST_PUBLISHED = re.compile(
    rf"(?:published|appeared|posted)\b.{{0,60}}?\bon ({_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH} \d{{4}})"
)
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]{3,80})[)\]]\.?$")
_PICTURE = re.compile(r"\b(?:photo|photos|photograph|image|images|picture|courtesy)\b", re.I)
_QUOTATION = re.compile(r"[\"“”«»]")
_OF_AUTHOR = re.compile(r"(?:is|covers|writes|reports|teaches|works|lives|joined|has (?:written|covered|reported))\b")
_BIO_HEADINGS = frozenset({"about the author", "about the authors", "about the writer"})
_NAME_WORD = re.compile(r"(?:[A-Z]\.)+|[A-ZÀ-ÖØ-Þ](?:[\w'’]|[.-](?=\w))*\.?")
_PARTICLES = frozenset("al bin da de del den der di du el ibn la le ten ter van von y".split())
_ROLES = frozenset(
    "anchor associate bureau chief columnist contributing contributor correspondent critic desk digital editor"
    " editors freelance freelancer intern journalist managing meteorologist photographer producer reporter reporters"
    " senior special staff writer writers".split()
)
_NOBODY = frozenset(
    "a agencies agency an and correspondent correspondents news our own reporter reporters special staff the wire wires"
    " writer writers".split()
)
"""What a byline is made of that names nobody."""
_ROLE_ALONE = re.compile(r"(?:(?:a|our|own|staff|news|special) ){1,3}(?:correspondent|reporter|writer)s?", re.I)
_COLLECTIVE = re.compile(r"\b(?:Board|Staff|Desk|Team|Editors|Newsroom|Reporters)\b")
_OUTLET = re.compile(
    r"\b(?:agency|ap|afp|associated|bbc|bloomberg|broadcasting|bulletin|channel|chronicle|cnn|courier|daily|dispatch|dpa"
    r"|echo|examiner|express|gazette|herald|independent|journal|ledger|magazine|media|mirror|network|news|newspapers?|npr"
    r"|observer|post|press|radio|record|reuters|review|sentinel|service|standard|star|sun|tass|telegraph|times|tribune"
    r"|tv|upi|weekly|wire|xinhua|(?<=\w )avis|\w{0,20}zeitung|\w{0,20}tidning(?:en)?|anzeiger|corriere|courant"
    r"|dagblad(?:et)?|diario|gazeta|gazzetta|giornale|nachrichten|rundschau|tageblatt|tidende)\b",
    re.I,
)
_NOT_OF_A_NAME = frozenset(
    "about advertisement africa america american analysis article asia august best board breaking business city"
    " climate comment comments contact content council county crime culture december economy education entertainment"
    " europe events exclusive family features february food football friday gallery health house international"
    " january july june latest law league letters life live local market markets monday money more most music"
    " national new november october opinion our people photo photos picture pictures police politics popular property"
    " public question read related report reports saturday school science security september share sport sports state"
    " states stories story sunday tech technology the this thursday to top topics travel tuesday university update"
    " updates video war watch weather wednesday week what who why world your".split()
)
_FILLERS = frozenset("reading-time time-stamp share-bar listen comments".split())
