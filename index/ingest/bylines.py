"""A short line about an article in, what it says out: the names in it, the dates, whose picture it was.

Bylines hold more than names ("By Ada Quill, Science Editor | 3 March 2024"): the rest is cut away, and a part that is
no name is left out rather than guessed at. Dates are read in English, German, French, Spanish and eight more languages,
and only with a day, a month and a year.
"""

import re
from collections.abc import Iterator

from index.ingest.dates import iso_date
from index.ingest.paragraphs import letters

MAX_LINE_CHARS, MAX_NAME_CHARS, MAX_NAME_WORDS, MAX_CREDIT_CHARS = 300, 60, 6, 120
MAX_ABOUT_CHARS, MAX_ABOUT_WORDS = 120, 5
"""Of a line that says by whom and when an article is; the second counts words of three letters that are neither."""

MIN_TITLE_CHARS = 12
"""Of a title that another word is taken to run into."""


_BY = re.compile(
    r"(?:(?:words|text|story|report|written|reported|posted|published|publicado|veröffentlicht|interview)\s+)?"
    r"(?:by|von|par|por|di|door|af)\b[\s:]+|from our (?:own )?(?:correspondent|reporter)s?\s|"
    r"propos recueillis par\s|(?:text|autor(?:in)?|author|auteur|interview|reporter|words|story)\s*:\s*",
    re.I,
)
_ROLE = re.compile(
    r"\b(?:writer|reporter|correspondent|editor|staff|columnist|photographer|bureau|desk|producer|contributor|critic|"
    r"analyst|chief|director|intern|agency|news|redaktion|redakteur(?:in)?|korrespondent(?:in)?|journaliste|"
    r"correspondante?|rédact\w+|corresponsal|redactor\w*|periodista|ph\.?d|min)\b",
    re.I,
)
_NOBODY = re.compile(r"(?:web)?(?:admin(?:istrator)?|master)|guest|user|unknown|anonymous|none|null|author|by", re.I)
_CREDIT_LABEL = re.compile(
    r"(?:(?:photo(?:graph)?|image|picture|pic|illustration|graphic|video|foto|bild|crédit|credit)s?\s{0,3}){1,3}"
    r"(?:by|par|von|de|credits?|courtesy of)?\s{0,3}[:/©]\s{0,3}|"
    r"(?:photo(?:graph)?|image|picture|illustration|graphic)s?\s(?:by|courtesy of|courtesy)\s|©\s{0,3}(?:\d{4}\s)?",
    re.I,
)
_ENDING_CREDIT = re.compile(
    r"(?:^|[.!?…”»)\]]\s|\()(?:Photo(?:graph)?|Picture|Image|Foto|Bild|Crédit|Credit)s?(?:\s?:|\sby\s)[^.!?]{2,60}[.)]*$"
)
_INITIALS = re.compile(r"(?:[A-Z]\.\s?){2,3}|[a-z]{2,3}/[a-z]{2,4}|[(（][^()（）]{1,30}[)）]")
_PARTICLES = frozenset("van von der den de la le du da di del dos van ter zu bin al el y".split())
_UPDATE = re.compile(
    r"\b(?:updated?|modified|edited|aktualisiert|geändert|mis[e]? à jour|modifié|actualizado|aggiornato|"
    r"bijgewerkt|zaktualizowano|atualizado)\b",
    re.I,
)

_MONTHS = {
    "January": "januar janvier enero gennaio janeiro januari stycznia ledna января jänner",
    "February": "februar février fevrier febrero febbraio fevereiro februari lutego února февраля",
    "March": "märz maerz mars marzo março maart marca března марта",
    "April": "avril abril aprile kwietnia dubna апреля",
    "May": "mai mayo maggio maio mei maj maja května мая",
    "June": "juni juin junio giugno junho czerwca června июня",
    "July": "juli juillet julio luglio julho lipca července июля",
    "August": "août aout agosto augustus augusti sierpnia srpna августа",
    "September": "septembre septiembre setiembre settembre setembro września září сентября",
    "October": "oktober octobre octubre ottobre outubro października října октября",
    "November": "novembre noviembre novembro listopada listopadu ноября",
    "December": "dezember décembre decembre diciembre dicembre dezembro desember grudnia prosince декабря",
}
"""As other languages write them in dates, by their names in English, which `iso_date` reads."""

_CLOCK = (
    r"(?P<clock>[,;|·–-]?\s{0,3}(?:at|um|à|a las|om|klo?\.?)?\s{0,3}\d{1,2}[:.h]\d\d(?::\d\d)?"
    r"(?:\s?[apAP]\.?[mM]\.?)?(?:\s?(?:[A-Z]{2,4}\b|[+-]\d\d:?\d\d))?)?"
)
_DATES = [
    re.compile(r"\b(?P<iso>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.+Z-]{0,20})?)"),
    re.compile(r"\b(?P<year>\d{4})[/.](?P<number>\d\d)[/.](?P<day>\d\d)\b" + _CLOCK),
    re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<number>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일](?P<clock>)"),
    re.compile(r"\b(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})\b" + _CLOCK),
    re.compile(
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s(?:de\s|of\s)?(?P<month>[^\W\d_]{3,12})\.?,?\s(?:de\s)?"
        r"(?P<year>\d{4})\b" + _CLOCK
    ),
    re.compile(r"\b(?P<month>[A-Z][a-z]{2,8})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<year>\d{4})\b" + _CLOCK),
]


def people(line: str, site: str) -> str | None:
    """The names in a byline, joined with ", ", but for that of the site; None if there is none."""
    line = " ".join(line[: 3 * MAX_LINE_CHARS].split())
    if (by := re.search(r"\bby\s", line, re.I)) or (by := _BY.match(line)):
        line = line[by.end() :]
    if found := next((match for form in _DATES if (match := form.search(line))), None):
        line = line[: found.start()] if found.start() > 2 else line[found.end() :]
    line = re.split(
        r"\s?[|·•(/]\s?|\s[–—-]+\s|\s(?:published|posted|updated|last|publicado|publié|veröffentlicht)\b",
        line.strip(" |·•–—-,"),
        maxsplit=1,
        flags=re.I,
    )[0]
    line = re.sub(r"\s(?:in|for|at|reporting)\s.*", "", line)
    names: list[str] = []
    for part in re.split(r"\s?[;,]\s?", line):
        both = re.split(r"\s?&\s?|\s(?:and|und|et|y|e|og|en|i)\s", part)
        for name in both if all(" " in one.strip() for one in both) else [part]:
            name = re.sub(r"^(?:and|und|et|the|with)\s", "", name.strip(" :"), flags=re.I)
            # Behind the first stands what they are or where they write from, too.
            if _is_name(name, site) and not (names and (_ROLE.search(name) or name[0].islower() or " " not in name)):
                names.append(name.title() if name.isupper() and " " in name else name)
    return ", ".join(dict.fromkeys(names)) or None


def says_by(line: str) -> bool:
    """Whether it begins as bylines do."""
    return _BY.match(line) is not None


def is_about(line: str) -> bool:
    """Whether a line says by whom or when the article is, and hardly anything else."""
    if len(line) > MAX_ABOUT_CHARS:
        return False
    names = people(line, "") or ""
    if not any(form.search(line) for form in _DATES):
        return says_by(line) and all(word[0].isupper() or word in _PARTICLES for word in re.findall(r"\w+", names))
    bare = line
    for form in _DATES:
        bare = form.sub(" ", bare)
    return len(re.findall(r"[^\W\d_]{3,}", bare.replace(names, " ") if names else bare)) <= MAX_ABOUT_WORDS


def behind_title(line: str, title: str) -> str | None:
    """What stands in a line behind the title that it begins with, "" where that is all; None where it does not.

    In broken markup the byline or the first sentence may run into the headline: "Bridge to openBy Ada Quill".
    """
    if not title:
        return None
    if letters(line) == letters(title):
        return ""
    rest = line[len(title) :] if line.startswith(title) else ""
    runs_on = rest[:1].isupper() and len(title) >= MIN_TITLE_CHARS
    return rest.strip() if rest and (runs_on or is_about(rest.strip())) else None


def is_signature(line: str) -> bool:
    """Whether a line is somebody's name or initials, and no more."""
    return is_name(line) or _INITIALS.fullmatch(line) is not None


def is_name(line: str) -> bool:
    """Whether a line is two to four words that may be somebody's name."""
    words = line.split()
    return (
        len(line) <= MAX_NAME_CHARS
        and 2 <= len(words) <= 4
        and all((word[0].isupper() and re.sub("[-.'’]", "", word).isalpha()) or word in _PARTICLES for word in words)
    )


def ends_in_credit(line: str) -> bool:
    """Whether the last words of a short paragraph say whose picture it is about."""
    return len(line) <= MAX_LINE_CHARS and _ENDING_CREDIT.search(line) is not None


def credit(line: str) -> str | None:
    """Whose picture it is, from a credit with or without a label ("Photo: Ada Quill / Northern Wire")."""
    said = " ".join(line[: 3 * MAX_LINE_CHARS].split()).strip(" ()[]")
    if label := _CREDIT_LABEL.match(said):
        said = said[label.end() :]
    said = said.rstrip(" .)]")
    return said if 1 < len(said) <= MAX_CREDIT_CHARS and "://" not in said else None


def credits_in(caption: str) -> Iterator[str]:
    """The ends of a caption that begin with a label such as "Photo:"."""
    caption = " ".join(caption[: 3 * MAX_LINE_CHARS].split())
    return (caption[label.start() :] for label in _CREDIT_LABEL.finditer(caption))


def dates_in(line: str, day_first: bool = False) -> Iterator[tuple[str, bool]]:
    """The dates in a line, as ISO 8601, in its order, and whether each says when the article was changed.

    day_first: whether 3/4/2021 is known to be in April; else it is nobody's date.
    """
    line = " ".join(line[:MAX_LINE_CHARS].split())
    end = 0
    for found in sorted((match for form in _DATES for match in form.finditer(line)), key=lambda match: match.start()):
        if found.start() >= end and (date := _date(found.groupdict(), day_first)):
            yield date, says_update(line[end : found.start()])
            end = found.end()


def says_update(words: str) -> bool:
    return _UPDATE.search(words) is not None


def _date(part: dict[str, str | None], day_first: bool) -> str | None:
    if "iso" in part:
        return iso_date(part["iso"])
    month, number = part.get("month"), part.get("number")
    day = part.get("day")
    if first := part.get("first"):
        second = part.get("second") or ""
        # 3.4.2021 is written by those who put the day first; 3/4/2021 is anybody's, but for a day past the twelfth.
        if day_first or part["mark"] == "." or int(first) > 12:
            day, number = first, second
        elif int(second) > 12:
            day, number = second, first
        else:
            return None
    date = f"{day} {_month(month)} {part['year']}" if month else f"{part['year']}-{number or '':0>2}-{day or '':0>2}"
    clock = (part["clock"] or "").strip(" ,;|·–-")
    clock = re.sub(r"^(?:at|um|à|a las|om|klo?\.?)\s", "", clock).replace("h", ":")
    clock = re.sub(r"^(\d{1,2})[.:](\d\d)", lambda found: f"{found[1]:0>2}:{found[2]}", clock)
    return (iso_date(f"{date} {clock}") if clock else None) or iso_date(date)


def _month(written: str) -> str:
    """Its English name, from a name or the beginning of one in another language; as written if that is no month's."""
    meant = {name for name, others in _MONTHS.items() for other in others.split() if other.startswith(written.lower())}
    return meant.pop() if len(meant) == 1 else written


def _is_name(name: str, site: str) -> bool:
    return (
        1 < len(name) <= MAX_NAME_CHARS
        and len(name.split()) <= MAX_NAME_WORDS
        and not re.search(r"[\d@:<>]|www\.|\.(?:com|org|net)\b", name)
        and not _NOBODY.fullmatch(name)
        and letters(name) != letters(re.sub(r"^the\s", "", site, flags=re.I))
    )
