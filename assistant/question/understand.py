"""What a question says of the articles it wants: dates, sources, authors, tickers, phrases, "latest".

The question and what the library holds go in; filters, the text to search and read with, and the question's kind come
out. By rules, English only, and only where the words speak of the articles themselves ("reports from May 2024",
"according to Reuters"): a date or a name that belongs to what happened stays text, since a filter that is read wrongly
hides the answer (docs/decisions.md has the figures). A source or author that the library does not have stays text, too.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.question import mentions
from assistant.question.expected import NEWS, Kind, asking, kind_of
from assistant.question.mentions import ABOUT, DATED, REPORT, Span
from assistant.question.periods import Period, now_for, periods
from assistant.question.tickers import NO_TICKERS, Lookup, no_companies, tickers
from index.search.filters import Filters
from index.search.generation import Holdings
from index.text.words import function_stems, stems

MAX_APART = 4
"""Sources that are searched one by one; of more the passages are too few for each."""
MONTH_DAYS = 31
MAX_PHRASES = 3
MAX_PHRASE_CHARS = 100
MAX_PHRASE_WORDS = 12


@dataclass(frozen=True, slots=True)
class Understood:
    text: str
    """To search and read with: the question without what became a filter."""
    kind: Kind
    filters: Filters
    """What was read out of the question, beside what the caller gave."""
    newest_first: bool
    apart: tuple[tuple[str, ...], ...] = ()
    """Two or more sources that are asked for side by side, each with all the names that the library has for it."""
    topic: tuple[str, ...] = ()
    """Stems of what the answer is to be about; none for the news as such."""
    wants_beginnings: bool = False
    """Whether no one sentence can answer, but the beginnings of the articles on the topic, or of all, do."""
    counted_from: dt.date | None = None
    """The day that counted as today for "last week", where it is not today."""
    unknown: tuple[str, ...] = ()
    """Who is to be heard and is no source or author of the library."""
    unknown_companies: tuple[str, ...] = ()
    """Tickers of the question that no article names."""

    @property
    def oldest_first(self) -> bool:
        """As it went on."""
        return self.kind == "happened" and not self.newest_first


_BEFORE_A_DATE = re.compile(
    rf"\b{NEWS}(?: (?:that |which )?(?:(?:was|were|have been) )?{DATED})? $"
    rf"|\b{REPORT} [^?.!;]{{0,150}}?{DATED} $"
    r"|\bwhat (?:was|has been) (?:reported|published|written) (?:about|on) [^?.!;]{1,150} $"
    rf"|\bwhat(?:'s|’s)? (?:(?:was|were|is|has|have) )?(?:been )?(?:happened|happening|going on|went on|occurred"
    rf"|reported|{DATED}|in the news|new|the (?:latest )?news) $"
    r"|\b(?:summari[sz]e|recap|(?:summary|overview)(?: of)?) (?:the events )?$",
    re.IGNORECASE,
)
_BEFORE_A_DATE_OF_REPORTS = re.compile(rf"\b{NEWS} {ABOUT} $", re.IGNORECASE)
"""Holds for "from" alone: in "articles on the fire in 2019" the fire has the date."""
_BEHIND_A_DATE = re.compile(
    rf"(?:['’]s)? (?:\w+ )?{NEWS}\b|,? what (?:was )?(?:happened|reported|published|went on|in the news)\W*$",
    re.IGNORECASE,
)
_ONE_REPORT = re.compile(r"\b(?:article|report|story|column|piece|guide|review)\b", re.IGNORECASE)
_IN_A_PLACE = re.compile(
    r"^\W*what happened (?:in|at|near) (?!.*\b(?:when|after|before|since|while|because|to|with)\b)", re.IGNORECASE
)
_HAPPENED = re.compile(r"\b(?:happened|happening|occurred|went on|going on)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\W*$|[,;:.?!)]|['’]s\b| (?:about|on|in|at|by|and|or|that|which|with|regarding|for|who|from|say)\b"
)
"""Behind a year that stands alone; "after the 2023 earthquake" names no days."""
_DATED_BEFORE = re.compile(
    rf"(?<! is)(?<! was)(?<! were)(?<! been)(?<!['’]s)(?: (?:that|which) (?:was|were|ha(?:s|ve) been))? {DATED} $",
    re.IGNORECASE,
)
"""Says nothing without its date: "the report published in May 2024"."""
_QUOTED = re.compile(rf"(?<!\d)\"([^\"]{{2,{MAX_PHRASE_CHARS}}})\"|“([^”]{{2,{MAX_PHRASE_CHARS}}})”")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Lao, Burmese, Khmer, kana and Han: a phrase of a text without blanks is no word that the index knows."""
_LATEST = re.compile(
    r"(?<!at the )\b(?:latest|newest|most recent(?:ly)?)\b(?! date\b)|\bcurrently\b"
    r"|\b(?:right now|at present|these days)\b|(?<!electric )(?<!ocean )(?<!sea )(?<!tidal )"
    r"\bcurrent (?!(?:in|of|at|is|was|and|account)\b)(?=\w)",
    re.IGNORECASE,
)
_ABOUT_NEWS = re.compile(rf"\b(?:new|latest|newest|{NEWS})\b", re.IGNORECASE)
_REQUEST_STEMS = frozenset(
    stems(
        "what's whats happened happening happen going new news latest newest recent most headlines articles article "
        "reports report stories story coverage columns column pieces dispatches summarise summarize summary recap "
        "overview give me show find get list tell more any anything some all please can you could i us about "
        "regarding concerning published written wrote reported explain describe said today todays top events happens "
        "occurred went"
    )
)
"""What a request for news is made of whatever the news is to be about."""


def understand(
    question: str, holdings: Holdings, today: dt.date, given: Filters, companies: Lookup = no_companies
) -> Understood:
    """`given`: the caller's filters; of what they limit nothing is read. companies: as `Snapshot.companies`."""
    question = " ".join(question.split())  # the patterns know single blanks only
    sources = mentions.sources(question, () if given.source else holdings.sources)
    # an outlet stands as the author of some of its articles
    outlets = frozenset(holdings.sources)
    people = tuple(name for name in holdings.authors if name not in outlets)
    authors = mentions.authors(question, () if given.author else people)
    now = now_for(holdings.newest, today)
    dated = () if given.after or given.before else _periods_of_articles(question, now, holdings)
    listed = tickers(question, companies) if not given.company else NO_TICKERS
    cuts = [*sources.cuts, *authors.cuts, *listed.cuts, *((_place(question, period), "") for period in dated)]
    after, before = _hull(dated)
    filters = Filters(
        after=after,
        before=before,
        source=sources.names,
        author=authors.names,
        phrase=() if given.phrase else _phrases(question, sources.places),
        company=listed.values,
    )
    text = _without(question, cuts)
    kind, topic = kind_of(question), _topic(text)
    is_limited = bool(given or filters) or _ABOUT_NEWS.search(question) is not None
    return Understood(
        text=text,
        kind=kind,
        filters=filters,
        newest_first=_LATEST.search(question) is not None,
        apart=sources.groups if 1 < len(sources.groups) <= MAX_APART else (),
        topic=topic,
        wants_beginnings=_is_broad(question, text, kind, topic) and (bool(topic) or is_limited),
        counted_from=now if now != today and any(period.is_relative for period in dated) else None,
        unknown=() if given.source or given.author else mentions.unknown(question, [*sources.places, *authors.places]),
        unknown_companies=listed.unknown,
    )


def _is_broad(question: str, text: str, kind: Kind, topic: Sequence[str]) -> bool:
    """Whether no one sentence can answer. `text`: what is left of it to search with."""
    return (
        kind == "summary"
        or mentions.SAID in asking(text)
        or (kind == "happened" and (not topic or _IN_A_PLACE.match(asking(question)) is not None))
    )


def as_it_stands(question: str) -> Understood:
    """Where the caller wants nothing read out of it; what kind of question it is stays."""
    kind, topic = kind_of(question), _topic(question)
    return Understood(
        question,
        kind,
        Filters(),
        newest_first=False,
        topic=topic,
        wants_beginnings=_is_broad(question, question, kind, topic) and bool(topic),
    )


def both(given: Filters, read: Filters) -> Filters:
    """Field by field; nothing is read of what was given."""
    return Filters(
        after=given.after or read.after,
        before=given.before or read.before,
        source=given.source or read.source,
        author=given.author or read.author,
        article_id=given.article_id,
        phrase=given.phrase or read.phrase,
        company=given.company or read.company,
    )


def _periods_of_articles(question: str, now: dt.date, holdings: Holdings) -> Sequence[Period]:
    """None where another report, day or month stands beside: a filter would lose it."""
    if len(_ONE_REPORT.findall(question)) > 1:
        return []
    stated = periods(question, now)
    wanted = [period for period in stated if _is_of_articles(question, period, holdings)]
    others = [period for period in stated if period not in wanted]
    if any(not _is_a_year(question, period) for period in others):
        return []
    return [_with_the_day_after(period) for period in wanted] if _HAPPENED.search(question) else wanted


def _is_of_articles(question: str, period: Period, holdings: Holdings) -> bool:
    """Whether `period` says when the articles are of, and not when something happened."""
    before, named, behind = question[: period.start], question[period.start : period.end], question[period.end :]
    a_year = _is_a_year(question, period)
    if a_year and not _GOES_ON.match(behind):
        return False
    if _BEFORE_A_DATE.search(before) or (_BEHIND_A_DATE.match(behind) and not (a_year and before.strip())):
        # what happened then may be told in later articles alone
        return not (_HAPPENED.search(question) and _misses(period, holdings))
    return named.lower().startswith("from ") and _BEFORE_A_DATE_OF_REPORTS.search(before) is not None


def _is_a_year(question: str, period: Period) -> bool:
    return re.fullmatch(r"(?:[a-z ]+ )?\d{4}", question[period.start : period.end], re.IGNORECASE) is not None and (
        period.after is None or period.before is None or (period.before - period.after).days > MONTH_DAYS
    )


def _place(question: str, period: Period) -> Span:
    """With what hangs on it."""
    possessive = re.match(r"['’]s\b", question[period.end :])
    dated = _DATED_BEFORE.search(question[: period.start])
    return dated.start() if dated else period.start, period.end + (possessive.end() if possessive else 0)


def _with_the_day_after(period: Period) -> Period:
    """What happened on one day is in the papers of the next."""
    if period.before is None or period.after != period.before:
        return period
    return replace(period, before=period.before + dt.timedelta(days=1))


def _misses(period: Period, holdings: Holdings) -> bool:
    if holdings.oldest is None or holdings.newest is None:
        return True
    return bool(
        (period.after and period.after > holdings.newest) or (period.before and period.before < holdings.oldest)
    )


def _hull(wanted: Sequence[Period]) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of all of them: "the report of 6 November and that of 15 December"."""
    firsts = [period.after for period in wanted if period.after]
    lasts = [period.before for period in wanted if period.before]
    return (
        min(firsts) if firsts and len(firsts) == len(wanted) else None,
        max(lasts) if lasts and len(lasts) == len(wanted) else None,
    )


def _phrases(question: str, names: Sequence[Span]) -> tuple[str, ...]:
    """Quoted words, unless they are a source's name, the whole question or of a script without blanks."""
    found = []
    for match in _QUOTED.finditer(question):
        phrase = (match[1] or match[2]).strip(" ,.;:!?")
        is_name = any(match.start() < end and start < match.end() for start, end in names)
        is_whole = not stems(question[: match.start()] + question[match.end() :])
        if is_name or is_whole or _UNSPACED.search(phrase):
            continue
        if stems(phrase) and len(phrase.split()) <= MAX_PHRASE_WORDS:
            found.append(phrase)
    return tuple(dict.fromkeys(found))[:MAX_PHRASES]


def _topic(text: str) -> tuple[str, ...]:
    said = function_stems() | _REQUEST_STEMS
    return tuple(dict.fromkeys(stem for stem in stems(text) if stem not in said))


def _without(question: str, cuts: Sequence[tuple[Span, str]]) -> str:
    """`question` after the cuts; as it was, where nothing of it would be left."""
    pieces, end = [], 0
    for (start, stop), instead in sorted(cuts):
        if start >= end:
            pieces += [question[end:start], f" {instead} " if instead else " "]
            end = stop
    text = " ".join("".join([*pieces, question[end:]]).split())
    text = re.sub(r"\s+([,?.!;)])", r"\1", text).lstrip(",;:. ")
    return text if cuts and stems(text) else question
