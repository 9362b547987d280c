"""Texts for property tests: what people write, and what nobody would, in one another's midst.

Drawn from whole words and marks rather than characters alone, since rules look for words: random letters would pass by
every one of them.
"""

from hypothesis import strategies as st

from index.article import Article

WORDS = (
    "the council voted on Monday for a new bridge, Dr. Smith of the U.S. said No. 10 costs 3.5 million e.g. at 10 a.m. "
    "EST Ada Quill's “so it is.” who what when where last week in May 2024 since 2019-02-30 latest news "
    "according to the Oldport Courier between March and May 2022 he she it they articles by Nils Berg "
    "not every 30,000 “ ” ‘ ’ « » ( ) [ ]"
).split(" ")
MARKS = [
    *(
        ". ",
        "! ",
        "? ",
        "… ",
        ", ",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        "\v",
        "\f",
        "\x85",
        "\u2028",
        "\u2029",
    ),
    *("\u00a0", "\u200b", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u2069", "\u200f", "\u061c"),
    *("e\u0301", "\u0301", "\u0345", "ﬁ", "İ", "ß", "ǆ", "\u1e9e", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "𝔘", "\U0010ffff", "\ufffd"),
    *(
        "橋は開通する。",
        "มีสะพาน",
        "שלום",
        "مرحبا",
        "नमस्ते",
        "[1]",
        "[0]",
        "[99999999999999999999]",
        "[１]",
        "[²]",
        "\\",
        "`",
    ),
    *("<b>", "&amp;", "*", "_", "#", "|", "\x00", "\x07", "\x1b[31m", "\x1c", "\x7f", "https://example.org/a_b?c=1#d"),
]
SURROGATES = ["\ud800", "\udfff", "\ud83d\ud83d"]


def _joined(pieces: st.SearchStrategy[str], max_pieces: int) -> st.SearchStrategy[str]:
    return st.lists(pieces, max_size=max_pieces).map("".join)


_SAID = st.sampled_from([f"{word} " for word in WORDS] + [f"{word} " for word in WORDS] + MARKS)
_PIECE = st.one_of(_SAID, _SAID, _SAID, st.text(max_size=8), st.integers(0, 10**20).map(str))


def texts(max_pieces: int = 120) -> st.SearchStrategy[str]:
    """Any text that a request or an article can hold."""
    return _joined(_PIECE, max_pieces)


def raw_texts(max_pieces: int = 120) -> st.SearchStrategy[str]:
    """With halves of surrogate pairs, too: before the border that refuses them."""
    return _joined(st.one_of(_PIECE, st.sampled_from(SURROGATES)), max_pieces)


def questions() -> st.SearchStrategy[str]:
    return texts(25)


DATES = st.one_of(
    st.none(),
    st.sampled_from(["0001-01-01", "2023-11-05", "2024-02-29", "9999-12-31", "2023-11-05T10:00:00+14:00"]),
    st.dates().map(str),
)


@st.composite
def articles(draw: st.DrawFn, number: int = 0) -> Article:
    """As it comes out of a reader, with any text in it."""
    text = draw(texts().filter(lambda text: any(c.isalnum() for c in text)))
    return Article(
        id=f"a{number}",
        title=draw(texts(8)) or "A title",
        text=text,
        origin="a.txt",
        url=draw(st.sampled_from([None, "https://example.org/a", "https://example.org/a?(b)[c]<d>"])),
        source=draw(st.sampled_from([None, "Oldport Courier", "AP", "The *Ledger*"])),
        author=draw(st.sampled_from([None, "Nils Berg", "Ada Quill"])),
        published_at=draw(DATES),
    )
