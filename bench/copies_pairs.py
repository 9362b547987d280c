"""Articles → labelled pairs: which two texts are copies of one story, and which only look like it.

Copies are made as newsrooms make them: cut from the end, reduced to the lead, put under another dateline with an
agency's credit, lightly edited, thinned, wrapped in a site's own lines, introduced, and two of these at once. What only
looks like it: another day's report of the story, another story of the topic, the same text with other numbers or
names, a form that is filled in daily, a statement that two stories quote, a site's lines around two stories, an
update that keeps the old background, a text in which one figure was corrected. The two parts share no article, no
site's lines and no form. Seeded.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.news import ARTICLES, PASSAGES, PLAIN, TEST, TUNE
from index.search.lexical import LexicalIndex
from index.text.english import MONTHS, NUMBERS
from index.text.sentences import sentence_spans

PARTS = {"tune": (ARTICLES, PLAIN, PASSAGES), "test": (TEST, TUNE)}
FORMS_FILLED = 120
EDITED_ONE_WORD_IN = 30
NEARNESS_CHARS = 600
"""Of a text, by which the other stories of its topic are looked for."""
MIN_LEAD = 0.25
"""Share of the original below which two paragraphs are a quotation rather than a cut version."""

SYNONYMS = dict(
    pair.split("/")
    for pair in (
        "about/around announced/declared asked/requested because/since began/started below/under beneath/under "
        "bought/purchased built/constructed called/named chairman/head children/youngsters closed/shut costs/expenses "
        "decided/resolved declined/refused demanded/required during/in ended/finished expected/due failed/collapsed "
        "families/households fell/dropped finished/completed firm/company found/discovered gave/handed got/received "
        "have/had homes/houses however/though instead/rather job/post journey/trip killed/slain largest/biggest "
        "late/overdue law/statute letter/note lost/forfeited made/produced manager/boss men/people might/could "
        "money/funds must/should near/beside nearly/almost never/not next/following now/currently offered/proposed "
        "officials/authorities old/aged only/just ordered/instructed paid/spent part/portion people/persons "
        "promised/pledged put/placed reached/attained refused/declined report/account reported/announced "
        "retired/former road/street said/stated says/states sent/dispatched several/many since/after small/little "
        "sold/traded stopped/halted sum/amount taken/removed that/which told/informed took/grabbed until/till "
        "wanted/wished was/is were/are when/as which/that while/whereas whole/entire will/would work/labour "
        "workers/employees wrote/noted year/season"
    ).split()
)

AGENCIES = ("Northwind Wire", "Tidewater News Agency", "Meridian Press", "Lantern Newswire")
CITIES = ("LISBON", "PORT ELVAS", "NORTHBURY", "Oldport", "HARLE LOCK", "Vienna")

Site = tuple[str, str]
"""What stands before an article and behind it; `#` is a digit, `@` a word of the article's own."""
SITES: dict[str, Sequence[Site]] = {
    "tune": (
        (
            "The Harbour Gazette\n\n# min read · Updated # hours ago",
            "Sign up to our morning letter, The Tide, and get the day's five stories by seven.\n\n"
            "© 2019 The Harbour Gazette. All rights reserved.",
        ),
        (
            "By Staff Reporters\n\nShare this article",
            "This article was first published on the site of the Oldport Courier. The Courier is a member of the "
            "Valley Press Council and corrects its errors: write to corrections@courier.example.org.\n\n"
            "Read next: Ten walks along the river for a Sunday",
        ),
        ("", "Support local reporting from 3 dollars a month."),
        (
            "News › World › @\n\nListen to this article (# minutes)",
            "More on this story\n\nWhy the @ matters\n\nIn pictures: the week in ## frames\n\nComments (##)\n\nThe "
            "views expressed by readers are their own. Comments close after 14 days.",
        ),
    ),
    "test": (
        (
            "Morning Ledger | @ | Print this page",
            "The Morning Ledger is published by Ledger Media of Northbury. Republication needs our written consent. "
            "To buy a licence call the desk, extension 212.",
        ),
        ("Published #:## pm, # August", "Have you been affected by this story? Send your pictures to our newsroom."),
        (
            "Photo: Ledger Media / I. Sorrel\n\nThe story so far: # things to know about @\n\nFollow us for the latest",
            "Related\n\n@: a timeline\n\nOur reporters answer your questions at 6 pm\n\nGet the app: "
            "breaking news, puzzles and the crossword, free for 30 days. Terms apply. You can cancel at any time.",
        ),
        ("", "Subscribers read this story first. Subscribe for 49 euros a year."),
    ),
}
INTRODUCTIONS = {
    "tune": (
        "Editor's note: the following report was distributed by a partner agency and is published here in the form "
        "in which it reached us. Readers who are following the matter will find our own coverage of @ on Saturday.",
        "Here is what the agency reported on @ today, for our readers abroad.",
    ),
    "test": (
        "We reprint below the account of our partners, who were on the spot; a fuller version by our own "
        "correspondent, with the reactions of those concerned and a look at what comes next for @, "
        "is to follow this evening.",
        "From our wire service, on @:",
    ),
}

FORMS: dict[str, Sequence[str]] = {
    # `#` is a digit, `{x}` a word of the list of that name
    "tune": (
        "{firm} reported a net profit of $#.# million for the {quarter} quarter, up ## percent from a year earlier, on "
        "revenue of $##.# million. Adjusted earnings came to ## cents a share; analysts had expected ## cents on "
        'average.\n\n"We are pleased with a solid quarter and with the progress of our plan," said chief executive '
        "{person}. The company expects revenue of $### million to $### million for the full year. It had cash of $##.# "
        "million at the end of the quarter and will pay a dividend of # cents a share. Shares of {firm} rose #.# "
        "percent in early trading. They have gained ## percent since the beginning of the year.",
        "Weather for {town} and the surrounding district: {sky} in the morning with a light wind from the {side}, "
        "turning {sky} by the afternoon. The temperature will reach ## degrees on the coast and ## degrees inland and "
        "fall to # degrees overnight. There is a ## percent chance of rain, with up to # millimetres expected. The sea "
        "is at ## degrees, and high water is at #:## in the morning and #:## in the evening. The sun rises at #:## and "
        "sets at #:##. The outlook for the rest of the week is {sky} with temperatures near ## degrees.",
        "{team} beat {team} #-# at home on Saturday to move up to {place} in the table. {person} opened the scoring in "
        "the ##th minute with a header from a corner, and {person} made it two shortly before the break. The visitors "
        "pulled one back through {person} in the ##th minute but could not find an equaliser in spite of late "
        'pressure.\n\n"The lads gave everything and I could not be prouder of them," said the home side\'s manager, '
        "{person}. The attendance was #,###. {team} play away at {team} next Saturday.",
        "Prices at the wholesale market of {town}, taken down by the market office at six in the morning. The office "
        "has no part in the trade and does not answer for the figures, which are the mean of all sales of the day. "
        "Growers who want to be listed write to the office before the week ends.\n\nApples: #.##\nPears: #.##\n"
        "Carrots: #.##\nLeeks: #.##\nCod: ##.##\nHerring: #.##",
    ),
    "test": (
        "In the three months to the end of {month} {firm} earned ## million euros before interest and tax, compared "
        "with ## million in the same period of last year. Sales grew by #.# percent to ### million euros, and orders "
        "stood at ### million. The board of directors confirmed its forecast for the year, which foresees sales of "
        "#.# billion euros and a margin of ## percent.\n\nThe figures met the expectations of most analysts. "
        '"Demand was good in all of our markets," the chairman, {person}, said in a statement. The group employs #,### '
        "people at ## sites. Its shares closed at ##.## euros in {town}, #.# percent higher than on the day before.",
        "The river authority in {town} reported a level of #.## metres at the main gauge at # o'clock this morning, ## "
        "centimetres more than yesterday. The discharge was ### cubic metres a second. Shipping is permitted for "
        "vessels with a draught of up to #.# metres; the locks at {town} are open from # to ## o'clock. A level of "
        "#.## metres is forecast for tomorrow, with {sky} and winds from the {side}. The flood warning mark of #.## "
        "metres is not expected to be reached this week. The next report will be published at ## o'clock.",
        "{team} and {team} drew #-# in front of #,### spectators on Sunday evening. The hosts went ahead after ## "
        "minutes when {person} converted a penalty, but {person} levelled in the ##th minute with a shot from outside "
        "the area. Both sides hit the woodwork in a lively second half. Referee {person} showed # yellow "
        "cards.\n\n{team} remain in {place} with ## points from ## games, while {team} are now without a win in # "
        'matches. "A point is a point, and we take it," said coach {person}.',
        "The exchange in {town} closed {sky} over, as our column of the day's rates puts it, and this is what the "
        "leading papers were paid with at the bell. All rates are given without warranty and in crowns, and they are "
        "those of the main board; the young market is to be found on the page that follows. Reprinting is free where "
        "the source is named.\n\n{firm} | ##.## | +#.##\n\n{firm} | ###.# | -#.##\n\n{firm} | ##.## | +#.##\n\n"
        "{firm} | #.## | +#.##",
    ),
}
WORDS = {
    "firm": (
        "Skagen Holdings",
        "Petrakis Bulk",
        "Aldermoor Foods",
        "Linea Brava",
        "Corvane Systems",
        "Tolle & Daughters",
    ),
    "person": (
        "Ines Rocaberti",
        "Tobias Quell",
        "Mereana Howarth",
        "Karel Brandt",
        "Ewa Bieniek",
        "Noemi Salter",
        "Jon Vey",
    ),
    "team": ("Harle Rovers", "Oldport United", "Northbury Town", "Cairnsford City", "Elvas Athletic", "Sau Wanderers"),
    "town": ("Harle", "Oldport", "Northbury", "Cairnsford", "Port Elvas", "Sandhaven"),
    "quarter": ("first", "second", "third", "fourth"),
    "sky": ("cloudy skies", "clear skies", "scattered showers", "sunny spells", "fog", "light snow"),
    "side": ("north", "south-west", "east", "north-west"),
    "place": ("third place", "ninth place", "sixth place", "eleventh place"),
    "month": ("March", "June", "September", "December"),
}
NUMBER_WORDS = list(NUMBERS)[2:13]  # two to twelve

_DATELINE = re.compile(r"[A-Z][A-Z.' -]{2,40}(?:, [A-Z][a-z]+\.? \d+)? [-–—] ")
_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<=[a-z,] )[A-ZÀ-Þ]\w{2,}(?: [A-ZÀ-Þ]\w{2,})*")
_CALENDAR = re.compile(rf"(?:{'|'.join(MONTHS)})\b|\w+day\b")


@dataclass(frozen=True, slots=True)
class Source:
    story: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    kind: str
    is_copy: bool
    one: str
    other: str


def sources(files: Sequence[Path]) -> list[Source]:
    """Every article of `files`; one that names no story is a story of its own."""
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [Source(news.get("story") or news["title"], news["title"], news["text"]) for news in lines]


def pairs(part: str, articles: int) -> list[Pair]:
    """Those made of the whole stories of at least so many articles of a part, or of all, and of its forms."""
    rng = random.Random(part)
    by_story: dict[str, list[Source]] = defaultdict(list)
    for source in sources(PARTS[part]):
        by_story[source.story].append(source)
    stories = list(by_story.values())
    rng.shuffle(stories)
    chosen: list[Source] = []
    for story in stories:
        if len(chosen) < articles:
            chosen += story
    return [*_copies(chosen, part, rng), *_others(chosen, part, rng), *_filled_forms(part, rng)]


def _copies(chosen: Sequence[Source], part: str, rng: random.Random) -> Iterator[Pair]:
    for source in chosen:
        text = source.text
        wrap = partial(_wrapped, source=source, sites=SITES[part], rng=rng)
        made = {
            "reposted": _reposted(text, rng),
            "cut to 70%": _cut(text, 0.7),
            "cut to 50%": _cut(text, 0.5),
            "cut to 30%": _cut(text, 0.3),
            "edited": _edited(text, rng),
            "thinned": _thinned(text, rng),
            "wrapped": wrap(text),
            "introduced": f"{_filled(rng.choice(INTRODUCTIONS[part]), source, rng)}\n\n{text}",
            "edited, cut to 50%, wrapped": wrap(_edited(_cut(text, 0.5), rng)),
            "edited, cut to 30%, reposted": _reposted(_edited(_cut(text, 0.3), rng), rng),
        }
        lead = "\n\n".join(text.split("\n\n")[:2])
        if MIN_LEAD * _length(text) <= _length(lead) < _length(text):
            made["lead"] = lead
        for kind, other in made.items():
            yield Pair(kind, True, text, other)
        sites, others = ([site] for site in rng.sample(SITES[part], 2))
        long, short = (_cut(text, rng.uniform(0.5, 1)) for _ in range(2))
        yield Pair(
            "two outlets' versions",
            True,
            _wrapped(_reposted(long, rng), source, sites, rng),
            _wrapped(_edited(short, rng), source, others, rng),
        )
        pages = (_wrapped(text, source, sites, rng) for _ in range(2))
        yield Pair("a site's page at two times", True, *pages)
        if (respelled := _respelled(text, rng)) is not None:
            yield Pair("a name respelled", True, text, respelled)


def _others(chosen: Sequence[Source], part: str, rng: random.Random) -> Iterator[Pair]:
    nearest = LexicalIndex.build((n, n, f"{source.title}\n{source.text}") for n, source in enumerate(chosen))
    for n, source in enumerate(chosen):
        text = source.text
        for later in chosen[n + 1 : n + 3]:
            if later.story == source.story:
                yield Pair("another day's report", False, text, later.text)
                yield Pair("an update with the old background", False, text, _update(text, later.text, rng))
        rows, _ = nearest.search(text[:NEARNESS_CHARS], 5)
        near = next(chosen[row] for row in rows if chosen[row].story != source.story)
        yield Pair("another story of the topic", False, text, near.text)
        yield Pair("the same statement quoted", False, text, _quoting(near.text, text, rng))
        site = [rng.choice(SITES[part])]
        yield Pair(
            "the same site's lines", False, _wrapped(text, source, site, rng), _wrapped(near.text, near, site, rng)
        )
        if (numbered := _other_numbers(text, rng.choice((0.5, 1.0)), rng)) != text:
            yield Pair("other numbers", False, text, numbered)
        yield Pair("other names", False, text, _other_names(text, near.text, rng))
        yield Pair("other numbers and names", False, text, _other_names(_other_numbers(text, 1.0, rng), near.text, rng))
        if (corrected := _corrected(text, rng)) is not None:
            yield Pair("one figure corrected", False, text, corrected)


def _filled_forms(part: str, rng: random.Random) -> Iterator[Pair]:
    for n in range(FORMS_FILLED):
        form = FORMS[part][n % len(FORMS[part])]
        yield Pair("a form filled in", False, _form(form, rng), _form(form, rng))


def _cut(text: str, share: float) -> str:
    """The first sentences of `text` that hold `share` of its words."""
    least = share * _length(text)
    for _, end in sentence_spans(text):
        if _length(text[:end]) >= least:
            return text[:end]
    return text


def _reposted(text: str, rng: random.Random) -> str:
    agency = rng.choice(AGENCIES)
    place = f"{rng.choice(CITIES)}, {rng.choice(MONTHS)} {rng.randint(1, 28)} ({agency})"
    credit = rng.choice(("(Reporting by J. Vey; editing by M. Sorrel)", f"Distributed by {agency}", ""))
    return f"{place} — {_DATELINE.sub('', text, count=1)}\n\n{credit}".strip()


def _edited(text: str, rng: random.Random) -> str:
    """One word in thirty exchanged for a near-synonym, two neighbouring sentences swapped, one left out."""
    words = [found for found in re.finditer(r"\b[a-z]+\b", text) if found.group() in SYNONYMS]
    count = min(len(words), _length(text) // EDITED_ONE_WORD_IN)
    for found in sorted(rng.sample(words, count), key=re.Match.start, reverse=True):
        text = text[: found.start()] + SYNONYMS[found.group()] + text[found.end() :]
    sentences = _sentences(text)
    if len(sentences) >= 8:
        sentences.pop(rng.randrange(1, len(sentences)))
    if len(sentences) >= 4:
        n = rng.randrange(1, len(sentences) - 1)
        sentences[n : n + 2] = reversed(sentences[n : n + 2])
    return " ".join(sentences)


def _thinned(text: str, rng: random.Random) -> str:
    """Every sentence but the first left out with a chance of three in ten, and one in five set elsewhere."""
    first, *rest = _sentences(text)
    rest = [sentence for sentence in rest if rng.random() >= 0.3]
    for _ in range(len(rest) // 5):
        rest.insert(rng.randrange(len(rest)), rest.pop(rng.randrange(len(rest))))
    return " ".join([first, *rest])


def _wrapped(text: str, source: Source, sites: Sequence[Site], rng: random.Random) -> str:
    before, behind = (_filled(lines, source, rng) for lines in rng.choice(sites))
    return f"{before}\n\n{text}\n\n{behind}".strip()


def _filled(lines: str, source: Source, rng: random.Random) -> str:
    return _digits_for(lines.replace("@", " ".join(source.title.split()[:3])), rng)


def _form(form: str, rng: random.Random) -> str:
    def word(found: re.Match[str]) -> str:
        return rng.choice(WORDS[found[1]])

    return _digits_for(re.sub(r"\{(\w+)\}", word, form), rng)


def _digits_for(lines: str, rng: random.Random) -> str:
    return re.sub("#", lambda _: str(rng.randint(1, 9)), lines)


def _update(text: str, later: str, rng: random.Random) -> str:
    """The beginning of the later report, and then 40 to 60 percent of the earlier one from its end."""
    ends = sentence_spans(text)
    kept = rng.uniform(0.4, 0.6) * _length(text)
    start = next(s for s, _ in reversed(ends) if _length(text[s:]) >= kept)
    return f"{_cut(later, 0.5)}\n\n{text[start:]}"


def _quoting(text: str, quoted: str, rng: random.Random) -> str:
    """`text` with 30 to 60 words of `quoted` as a paragraph of it: around what somebody says, where somebody does."""
    sentences = _sentences(quoted)
    spoken = [n for n, sentence in enumerate(sentences) if re.search('["“”]', sentence)]
    first = last = rng.choice(spoken or range(len(sentences)))
    while _length(" ".join(sentences[first : last + 1])) < rng.randint(30, 60) and last + 1 < len(sentences):
        last += 1
    own = text.split("\n\n")
    own.insert(rng.randint(1, len(own)), " ".join(sentences[first : last + 1]))
    return "\n\n".join(own)


def _other_numbers(text: str, share: float, rng: random.Random) -> str:
    """`share` of the numbers exchanged for others as long, the same one for the same one."""
    others: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        number = found.group()
        if number not in others:
            others[number] = _other_number(number, rng) if rng.random() < share else number
        return others[number]

    return re.sub(rf"{_DIGITS.pattern}|\b(?:{'|'.join(NUMBER_WORDS)})\b", other, text)


def _other_number(number: str, rng: random.Random) -> str:
    if number in NUMBER_WORDS:
        return rng.choice([word for word in NUMBER_WORDS if word != number])
    if re.fullmatch("(?:19|20)\\d\\d", number):
        return str(int(number) + rng.choice((-3, -2, -1, 1, 2, 3)))
    while (other := re.sub(r"\d", lambda _: str(rng.randint(1, 9)), number)) == number:
        pass
    return other


def _other_names(text: str, near: str, rng: random.Random) -> str:
    """The names inside sentences exchanged for names of `near`, the same one for the same one."""
    names = [name for name in dict.fromkeys(_NAME.findall(near)) if not _CALENDAR.match(name)]
    if not names:
        return _other_numbers(text, 1.0, rng)
    others: dict[str, str] = {}
    for name in dict.fromkeys(_NAME.findall(text)):
        if not _CALENDAR.match(name):
            others[name] = rng.choice(names)
    for name in sorted(others, key=len, reverse=True):
        text = text.replace(name, others[name])
    return text


def _respelled(text: str, rng: random.Random) -> str | None:
    """One name inside a sentence, wherever it stands, with a letter doubled, left out or exchanged."""
    names = sorted(set(re.findall(r"(?<=[a-z,] )[A-ZÀ-Þ][a-zà-ÿ]{3,}\b", text)))
    names = [name for name in names if not _CALENDAR.match(name)]
    if not names:
        return None
    name = rng.choice(names)
    n = rng.randrange(1, len(name))
    other = name[:n] + rng.choice(("", name[n] * 2, "y" if name[n] != "y" else "i")) + name[n + 1 :]
    return re.sub(rf"\b{name}\b", other, text)


def _corrected(text: str, rng: random.Random) -> str | None:
    """One figure that is no date exchanged wherever it stands; None if there is none."""
    figures = [
        found.group()
        for found in _DIGITS.finditer(text)
        if not re.fullmatch("(?:19|20)\\d\\d", found.group())
        and not _CALENDAR.search(text[max(0, found.start() - 10) : found.end() + 10])
        and not _DATELINE.match(text[max(0, found.start() - 40) : found.end() + 40])
    ]
    if not figures:
        return None
    wrong = rng.choice(figures)
    return re.sub(rf"(?<![\d.,:]){re.escape(wrong)}(?![\d:]|[.,]\d)", _other_number(wrong, rng), text)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _length(text: str) -> int:
    return len(text.split())
