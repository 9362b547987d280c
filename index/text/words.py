"""Text → stems, and folded text: the ways in which words and whole texts are compared, in index and answers alike."""

import re
import unicodedata
from functools import cache, lru_cache

import tantivy

_NUMBER_OR_UNSPACED = re.compile(r"\d+|[\u3040-\u30ff\u3400-\u9fff]")
KEPT_CHARS = 500
"""Of texts up to this length, as sentences are, the last few thousand are kept: a question asks several times."""

_FUNCTION_WORDS = (
    "a an and are as at be by did do does for from had has have how in is it its of on or s that the their "
    "there this to was were what when where which who whom whose why will with"
)
"""What a question is made of whatever it is about."""
_PLAIN_MARKS = str.maketrans(
    dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‚‛‹›", "'") | dict.fromkeys("–—", "-")  # not "−", which is a sign
)


def analyzer() -> tantivy.TextAnalyzer:
    """Words of letters and digits, lower case, without accents, English stems (Snowball)."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def stems(text: str) -> list[str]:
    """Every word's stem, in order, repeated as the text repeats them."""
    return list(_kept_stems(text) if len(text) <= KEPT_CHARS else _shared_analyzer().analyze(text))


def word_set(text: str) -> frozenset[str]:
    """What two texts have in common where they say the same: stems, numbers, and each character of Han and kana.

    Those scripts are written without blanks, and `stems` leaves out a run of more than 40 bytes.
    """
    return frozenset(stems(text)).union(_NUMBER_OR_UNSPACED.findall(text))


def folded(text: str) -> str:
    """`text` whatever its case, its blanks and line breaks and the form of its quotation marks and dashes.

    All else counts: "−5.1%" is not "5.1%", nor "Did they?" "Did they!".
    """
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PLAIN_MARKS).casefold().split())


def unaccented(text: str) -> str:
    """`text` without case and accents, so that names are equal, and sorted, as a reader takes them."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def content_stems(text: str) -> list[str]:
    """The distinct stems of `text` without function words, in order; all of them where it has no others."""
    distinct = dict.fromkeys(stems(text))
    return [stem for stem in distinct if stem not in function_stems()] or list(distinct)


@lru_cache(maxsize=2_000)
def _kept_stems(text: str) -> tuple[str, ...]:
    return tuple(_shared_analyzer().analyze(text))


@cache
def function_stems() -> frozenset[str]:
    return frozenset(stems(_FUNCTION_WORDS))


@cache
def _shared_analyzer() -> tantivy.TextAnalyzer:
    return analyzer()
