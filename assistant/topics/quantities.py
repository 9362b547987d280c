"""Text → what it states in numbers: dates, sums, shares, measures and counts, each where it stands, with its unit.

Measures of one dimension are brought to one unit, so that acres and hectares compare. What a count is of is not read:
whether two are of the same thing is told by a network (`same_thing`). Ages, times of day, ordinals and numbers that
only name something ("Highway 31") are no quantities, nor is how long something took. English only.
"""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.figures import Number, numbers
from assistant.topics.when import told

Kind = Literal["date", "count", "money", "percent", "measure"]

ROUNDED = 0.1
"""Share of a number by which it may be off where it is said to be about that."""
SAME = 0.01
"""Share by which two numbers may be apart in whichever unit they were measured."""

_CURRENCIES = {
    "dollar": "$ US$ A$ C$ dollar dollars USD",
    "euro": "€ euro euros EUR",
    "pound": "£ pound pounds GBP quid",
    "yen": "¥ yen JPY",
    **{name: f"{name} {name}s" for name in "crown franc mark peso ruble rouble rupee shekel lira".split()},
    **{name: name for name in "yuan won zloty baht rand".split()},
    "krone": "SKr NKr DKr kr krone kroner kronor krona",
    "cent": "cent cents",
    "penny": "pence penny",
}
_CURRENCY = {word: name for name, words in _CURRENCIES.items() for word in words.split()}
_MEASURES: dict[str, dict[str, float]] = {
    "metre": {
        **dict.fromkeys("m metre metres meter meters".split(), 1),
        **dict.fromkeys("km kilometre kilometres kilometer kilometers".split(), 1_000),
        **dict.fromkeys("cm centimetre centimetres centimeter centimeters".split(), 0.01),
        **dict.fromkeys("mm millimetre millimetres millimeter millimeters".split(), 0.001),
        **dict.fromkeys("mile miles mi".split(), 1_609.344),
        **dict.fromkeys("foot feet ft".split(), 0.3048),
        **dict.fromkeys("yard yards".split(), 0.9144),
        **dict.fromkeys("inch inches".split(), 0.0254),
    },
    "hectare": {**dict.fromkeys("hectare hectares ha".split(), 1), **dict.fromkeys("acre acres".split(), 0.404686)},
    "kilogram": {
        **dict.fromkeys("kg kilo kilos kilogram kilograms".split(), 1),
        **dict.fromkeys("tonne tonnes ton tons".split(), 1_000),
    },
    "litre": dict.fromkeys("litre litres liter liters".split(), 1),
    "barrel": dict.fromkeys("barrel barrels".split(), 1),
    "degree": dict.fromkeys("degree degrees °C °F °".split(), 1),
    "watt": {
        **dict.fromkeys("kW kilowatt kilowatts".split(), 1e3),
        **dict.fromkeys("MW megawatt megawatts".split(), 1e6),
        **dict.fromkeys("GW gigawatt gigawatts".split(), 1e9),
    },
    "kilometre an hour": {
        **dict.fromkeys(("km/h", "kph", "kilometres an hour", "kilometres per hour", "kilometers an hour"), 1),
        **dict.fromkeys(("mph", "miles an hour", "miles per hour"), 1.609344),
        **dict.fromkeys(("knot", "knots"), 1.852),
    },
}
_MEASURE = {word: (name, factor) for name, words in _MEASURES.items() for word, factor in words.items()}
_DURATION = "seconds? minutes? hours? days? nights? weeks? months? years? decades? centuries century".split()


def _any_of(words: object) -> str:
    return "|".join(re.escape(str(word)) for word in sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_SIGN = re.compile(rf"(?:{_any_of(word for word in _CURRENCY if not (word.islower() or word.isupper()))}) ?$")
_UNIT = re.compile(
    r"[ -]?(?:(?P<percent>%|per ?cent(?:age points?)?\b|percentage points?\b)"
    rf"|(?P<money>{_any_of(word for word in _CURRENCY if word[-1].isalpha())})\b"
    rf"|square (?P<square>{_any_of(_MEASURES['metre'])})\b|cubic (?P<cubic>{_any_of(_MEASURES['metre'])})\b"
    rf"|(?P<measure>{_any_of(_MEASURE)})(?![\w/]))"
)
_NO_QUANTITY_BEHIND = re.compile(
    rf"(?:st|nd|rd|th)\b|:\d|[ -](?:{'|'.join(_DURATION)})\b| ?[ap]\.?m\b| o'clock|[-–][A-Z]|-year| times\b"
)
_NO_QUANTITY_BEFORE = re.compile(
    r"(?:\b(?:[A-Z][\w.]*|[Pp]age|[Aa]rticle|[Cc]hapter|[Nn]umber|[Nn]o\.|[Aa]ged?|[Ss]ection|[Rr]oom) "
    r"|[A-Za-z]-?|\d:)$"
)
_CAPITAL_OF_A_SENTENCE = re.compile(r"(?:^|[.!?:;“\"] ?)[A-Z][\w.]* $")
_ABOUT = re.compile(
    r"\b(?:about|some|around|nearly|almost|roughly|approximately|an estimated|close to|more than|over|at least"
    r"|up to|just (?:over|under)|well over|fewer than|less than|under) (?:US\$|[$€£¥])?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One that stands at `text[start:end]`, its unit with it."""

    kind: Kind
    unit: str
    """Of what is compared: a currency, a dimension; empty of counts, shares and dates."""
    value: float | str
    """In that unit; of a date in ISO 8601, as far as it is told."""
    start: int
    end: int
    is_rounded: bool = False

    def is_comparable(self, other: "Quantity") -> bool:
        return (self.kind, self.unit) == (other.kind, other.unit)

    def agrees(self, other: "Quantity") -> bool:
        """Whether both may be said of one thing. `other` has to be comparable."""
        if isinstance(self.value, str) or isinstance(other.value, str):
            one, two = str(self.value), str(other.value)
            return one.startswith(two) or two.startswith(one)
        apart = abs(self.value - other.value)
        share = ROUNDED if self.is_rounded or other.is_rounded else SAME if self.kind == "measure" else 0.0
        return apart <= share * max(abs(self.value), abs(other.value))


def quantities(text: str, published_at: str | None) -> list[Quantity]:
    """In the order of the text. published_at: the day of its article, without which few dates are known."""
    dates = [Quantity("date", "", one.date, one.start, one.end) for one in told(text, published_at)]
    rest = text
    for date in dates:
        rest = f"{rest[: date.start]}{'':,<{date.end - date.start}}{rest[date.end :]}"
    found = [*dates, *(one for number in numbers(rest) if (one := _quantity(number, rest)))]
    return sorted(found, key=lambda one: one.start)


def _quantity(number: Number, text: str) -> Quantity | None:
    before, behind = text[: number.start], text[number.end :]
    sign, unit = _SIGN.search(before), _UNIT.match(behind)
    start = sign.start() if sign else number.start
    end = number.end + (unit.end() if unit else 0)
    is_rounded = _ABOUT.search(before) is not None
    if sign:
        return Quantity("money", _CURRENCY[sign.group().strip()], number.value, start, number.end, is_rounded)
    if unit and unit["percent"]:
        return Quantity("percent", "", number.value, start, end, is_rounded)
    if unit and unit["money"]:
        return Quantity("money", _CURRENCY[unit["money"]], number.value, start, end, is_rounded)
    if unit:
        name, factor = _measured(unit)
        return Quantity("measure", name, number.value * factor, start, end, is_rounded)
    named = _NO_QUANTITY_BEFORE.search(before) and not _CAPITAL_OF_A_SENTENCE.search(before)
    if named or _NO_QUANTITY_BEHIND.match(behind):
        return None
    return Quantity("count", "", number.value, start, end, is_rounded)


def _measured(unit: re.Match[str]) -> tuple[str, float]:
    """Its dimension, and how many of its first unit one is."""
    if unit["square"]:
        factor = _MEASURES["metre"][unit["square"]] ** 2 / 10_000
        return "hectare", factor
    if unit["cubic"]:
        return "litre", _MEASURES["metre"][unit["cubic"]] ** 3 * 1_000
    return _MEASURE[unit["measure"]]
