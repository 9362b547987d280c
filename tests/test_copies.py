"""Copies of one story: what is told to be one, what is not, how they are looked up."""

import hashlib
import random

import numpy as np
import pytest

from bench.copies_pairs import pairs
from index.text.copies import (
    MAX_CHARS,
    SAME_STORY,
    Signature,
    Wording,
    bands,
    is_copy,
    likeness,
    may_be_copies,
    signature,
)

PARAGRAPHS = [
    "The council of Oldport voted on Tuesday by 14 to nine to build a new bridge over the Harle, after years of debate "
    "about its cost and about the houses that stand in its way.",
    "Mayor Ines Rocaberti said the bridge would cost 61 million euros and carry 18,000 vehicles a day. The old one, "
    "which dates from 1931, has been closed to lorries since an engineer found cracks in two of its piers.",
    "“We have waited long enough for this,” Rocaberti told the council. The opposition, led by Tobias Quell, had asked "
    "for a ferry instead, and for a vote of all the people of the town.",
    "Seven families will have to leave their homes on the southern bank. They have been offered flats near the market, "
    "but only three have accepted so far, and a lawyer for the others said that they would go to court in the spring.",
    "Work on the piers begins in May and is to take two years. The builder, Aldermoor of Northbury, has promised to "
    "keep one lane of the river open to boats throughout.",
]
ARTICLE = "\n\n".join(PARAGRAPHS)
NEWS = (
    "A court in Northbury stopped the work on the new bridge over the Harle on Friday, a month after the first piles "
    "had been driven, because the river authority had not been heard. Judge Karel Brandt ordered that the site be "
    "cleared of machines within ten days.\n\nAldermoor said it would appeal. Its director, Ewa Bieniek, put the cost "
    "of every week that is lost at 240,000 euros and would not say who is to bear it. On the bank some thirty people "
    "cheered when the last crane was switched off; others, who live on the road that the lorries now take, did not."
)
SITE = (
    "The Harbour Gazette | Print this page",
    "Sign up to our morning letter and get the day's stories by seven. The Gazette corrects its errors: write to us.",
)
MADE_UP = [f"w{n}" for n in range(5000)]


def words(text: str) -> list[str]:
    return text.split()


def told(one: str, other: str) -> bool:
    return is_copy(Wording(one), Wording(other))


def signed(text: str) -> Signature:
    found = signature(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "other",
    [
        ARTICLE.upper(),
        ARTICLE.replace("“", '"').replace("”", '"'),
        ARTICLE.replace("\n\n", " "),
        ARTICLE.replace(",", " –"),
    ],
)
def test_case_marks_and_line_breaks_do_not_change_a_signature(other: str) -> None:
    one = ARTICLE.replace("18,000", "eighteen thousand")
    assert signature(other.replace("18,000", "eighteen thousand").replace("18 –000", "eighteen thousand")) == signature(
        one
    )


def test_a_letter_with_its_accent_apart_is_the_same_letter() -> None:
    assert signature("Le café est fermé.") == signature("Le cafe\u0301 est ferme\u0301.")


def test_a_signature_kept_by_an_earlier_version_stays_comparable() -> None:
    """Where this fails, the signatures that are kept have to be made anew."""
    found = signed(ARTICLE)
    assert (found.shingles, len(found.minima)) == (179, 512)
    assert hashlib.sha256(found.minima).hexdigest()[:16] == "8f43d2cbe95439b6"
    assert bands(found)[:2] == (212264503647173465, -7018879494792491367)


@pytest.mark.parametrize("text", ["", " \n ", "?! …", "—"])
def test_a_text_without_words_has_no_signature_and_no_copies(text: str) -> None:
    assert signature(text) is None
    assert not told(text, text)


@pytest.mark.parametrize("shared", [1000, 500, 250, 100])
def test_minima_that_agree_estimate_the_share_of_common_shingles(shared: int) -> None:
    one, other = MADE_UP[:1000], MADE_UP[1000 - shared : 2000 - shared]
    common, all_ = shared - 3, 2 * 997 - (shared - 3)  # four words in a row
    alike = np.frombuffer(signed(" ".join(one)).minima, "<u4") == np.frombuffer(signed(" ".join(other)).minima, "<u4")
    assert np.mean(alike) == pytest.approx(common / all_, abs=0.09)


def test_keys_are_64_whole_numbers_of_64_bits_and_two_least_values_make_one() -> None:
    one = signed(ARTICLE)
    keys = bands(one)
    assert len(set(keys)) == 64
    assert all(-(2**63) <= key < 2**63 for key in keys)
    changed = bytes(4) + one.minima[4:]
    assert [a == b for a, b in zip(bands(Signature(one.shingles, changed)), keys, strict=True)] == [False] + [True] * 63


COPIES = {
    "the same": ARTICLE,
    "another dateline, and a credit": f"HARLE LOCK, March 9 (Northwind Wire) — {ARTICLE}\n\n(Editing by J. Vey)",
    "two thirds": "\n\n".join(PARAGRAPHS[:3]),
    "its lead": "\n\n".join(PARAGRAPHS[:2]),
    "its end": "\n\n".join(PARAGRAPHS[3:]),
    "paragraphs in another order": "\n\n".join([PARAGRAPHS[0], PARAGRAPHS[3], PARAGRAPHS[2], PARAGRAPHS[4]]),
    "a site's lines around it": f"{SITE[0]}\n\n{ARTICLE}\n\n{SITE[1]}",
    "cut, with a site's lines around it": "\n\n".join([SITE[0], *PARAGRAPHS[:2], SITE[1]]),
    "other words here and there": ARTICLE.replace("houses", "homes")
    .replace("said", "stated")
    .replace("asked", "called"),
    "numbers written otherwise": ARTICLE.replace("nine", "9").replace("18,000", "18000").replace("Seven", "7"),
    "names spelled otherwise": ARTICLE.replace("Quell", "Kwell").replace("Aldermoor", "Aldermore"),
    "introduced": f"We print the report of our partners; our own is to follow in the evening.\n\n{ARTICLE}",
}


@pytest.mark.parametrize("other", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_found_and_told(other: str) -> None:
    one, two = signed(ARTICLE), signed(other)
    assert set(bands(one)) & set(bands(two))
    assert may_be_copies(one, two)
    assert told(ARTICLE, other)
    assert told(other, ARTICLE)


def test_lines_that_are_no_sentences_may_hold_other_numbers() -> None:
    assert told(f"3 min read · Updated 2 hours ago\n\n{ARTICLE}", f"4 min read · Updated 9 hours ago\n\n{ARTICLE}")


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_the_numbers_of_a_table_count(between: str) -> None:
    def prices(*pence: int) -> str:
        rows = (f"{what}: 1.{n} | +0.{n}" for what, n in zip(("Apples", "Pears", "Leeks"), pence, strict=True))
        return f"{PARAGRAPHS[0]} {PARAGRAPHS[1]}\n\n{between.join(rows)}"

    assert told(prices(20, 35, 40), prices(20, 35, 40))
    assert not told(prices(20, 35, 40), prices(20, 55, 40))


def test_two_datelines_may_name_other_days() -> None:
    assert told(f"OLDPORT, March 9 — {ARTICLE}", f"OLDPORT, March 10 — {ARTICLE}")


OTHERS = {
    "a corrected figure": ARTICLE.replace("61 million", "64 million"),
    "a corrected number word": ARTICLE.replace("Seven families", "Eight families").replace("three have", "five have"),
    "a form filled in anew": ARTICLE.replace("14 to nine", "12 to ten").replace("61", "7").replace("18,000", "900"),
    "other names": ARTICLE.replace("Ines Rocaberti", "Noemi Salter")
    .replace("Rocaberti", "Salter")
    .replace("Tobias Quell", "Jon Vey")
    .replace("Oldport", "Sandhaven")
    .replace("Harle", "Morley")
    .replace("Aldermoor", "Corvane")
    .replace("Northbury", "Cairnsford"),
    "an update with the old background": "\n\n".join([NEWS, *PARAGRAPHS[2:]]),
    "another story that quotes a paragraph": f"{NEWS}\n\n{PARAGRAPHS[2]}",
    "another story that opens with a paragraph": f"{PARAGRAPHS[3]}\n\n{NEWS}",
    "another story": NEWS,
    "a digest that has it among others": "\n\n".join(
        [ARTICLE, *(" ".join(random.Random(n).sample(MADE_UP, 200)) for n in range(6))]
    ),
    "its first sentence": PARAGRAPHS[0],
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_what_only_looks_like_a_copy_is_none(other: str) -> None:
    assert not told(ARTICLE, other)
    assert not told(other, ARTICLE)


def test_two_stories_that_share_a_site_s_lines_are_not_even_compared() -> None:
    one, other = (signed(f"{SITE[0]}\n\n{text}\n\n{SITE[1]}") for text in (ARTICLE, NEWS))
    assert not may_be_copies(one, other)


def test_short_texts_are_copies_only_where_all_words_are_the_same() -> None:
    short = "The ferry to Sau is cancelled until Friday because of the wind, the harbour office says."
    assert told(short, short.upper())
    assert bands(signed(short)) == bands(signed(short.upper()))
    assert not told(short, short.replace("Friday", "Sunday"))
    assert not set(bands(signed(short))) & set(bands(signed(short.replace("Friday", "Sunday"))))


def test_a_text_in_han_and_kana_is_compared_by_its_characters() -> None:
    text = (
        "市議会は火曜日、長年の議論の末、川に新しい橋を架けることを14対9で決めた。"
        "工事は5月に始まり、2年かかる見込みだと技師は話した。"
    )
    assert told(text, text[:40])
    assert not told(text, text.replace("14", "12"))


@pytest.mark.parametrize(
    "worst",
    [
        "1," * 500_000,
        "1." * 500_000,
        "a." * 500_000,
        '"' * 1_000_000,
        "\ufdfa" * 1_000_000,
        "\n" * 1_000_000,
        "Ab " * 333_333,
    ],
)
def test_of_a_million_characters_only_the_beginning_is_read(worst: str) -> None:
    assert signature(worst) == signature(worst[:MAX_CHARS])
    assert told(worst, worst) is told(worst[:MAX_CHARS], worst[:MAX_CHARS])


def test_of_a_sample_of_the_labelled_pairs_nearly_all_are_told_rightly() -> None:
    labelled = pairs("test", 20)
    found = [(pair.is_copy, told(pair.one, pair.other)) for pair in labelled]
    right = found.count((True, True))
    assert len(found) > 300
    assert right >= 0.98 * (right + found.count((False, True)))
    assert right >= 0.90 * (right + found.count((True, False)))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("One two three four five.", "One two three four, six!", 1 / 2),
        ("One two three four.", "Before one two three four and after.", 1 / 4),
        ("One two three.", "one two THREE", 1.0),
        ("One two three.", "One two four.", 0.0),
        ("", "One two three four.", 0.0),
    ],
)
def test_likeness_of_lines_is_the_share_of_the_longer_that_the_shorter_has(one: str, other: str, share: float) -> None:
    assert likeness(one, other) == likeness(other, one) == share


def test_likeness_of_texts_is_the_share_of_the_shorter_that_the_longer_has() -> None:
    whole, half = " ".join(MADE_UP[:200]), " ".join([*MADE_UP[:50], *MADE_UP[1000:1050]])
    assert likeness(whole, half) == likeness(half, whole) == 47 / 97


@pytest.mark.parametrize("stub", [PARAGRAPHS[0], PARAGRAPHS[0][:60], " ".join(words(ARTICLE)[:34])])
def test_a_line_or_a_brief_is_not_the_article_that_holds_it(stub: str) -> None:
    assert likeness(stub, ARTICLE) < SAME_STORY
    assert likeness(ARTICLE, "\n\n".join(PARAGRAPHS[:2])) >= SAME_STORY
