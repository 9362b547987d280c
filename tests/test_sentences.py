"""Sentence borders: hard cases worked out by hand, and what must hold for any text."""

import random

import pytest

from index.text.sentences import is_ended, sentence_spans

EN: list[list[str]] = [
    # Abbreviations that do not end a sentence
    ["He lives in the U.S. and works in the U.K. today."],
    ["The U.S. Senate voted on Tuesday.", "It passed."],
    ["Israel rebuffed U.S. pressure.", "U.S. Secretary of State Antony Blinken arrived."],
    ["It happened on Nov. 3 in Tel Aviv.", "Officials confirmed it."],
    ["The visit is set for Jan. 15, 2024.", "No agenda was given."],
    ["Jan. 6 was a Friday.", "Feb. 2 was not."],
    ["Sec. Antony J. Blinken landed in Tel Aviv.", "He met Netanyahu."],
    ["The prime minister lives at No. 10 Downing Street.", "She moved in on Friday."],
    ["Dr. Smith met Mr. Jones and Mrs. Lee.", "They talked."],
    ["Gen. Mark A. Milley and Lt. Col. Jane Doe spoke.", "Rep. Ocasio-Cortez did not."],
    ["Gov. Ron DeSantis met Sen. Tim Scott of S.C. on Monday.", "Neither spoke."],
    ["It was Real Madrid vs. Barcelona.", "Madrid won."],
    ["The case, Roe v. Wade, was decided in 1973.", "It was overturned."],
    ["As Vaswani et al. (2017) showed, attention is enough.", "Others agreed."],
    ["Vaswani et al. proposed the transformer.", "It uses attention."],
    ["Use a tool, e.g. a hammer.", "Be careful, i.e. go slowly."],
    ["Apple Inc. said profits rose.", "Shares jumped."],
    ["He works for Smith & Co. in London.", "She does not."],
    ["Martin Luther King Jr. was born in Atlanta.", "He died in Memphis."],
    ["St. Louis beat St. Paul.", "Mt. Everest is 8,848.86 m high."],
    ["He earned a Ph.D. in physics.", "She has an M.D. from Yale."],
    ["Washington, D.C. is the capital.", "New York is not."],
    ["The U.N. and the E.U. agreed.", "Russia did not."],
    ["See fig. 3 and p. 12 of the report.", "Then read vol. 2 of it."],
    # Abbreviations that do
    ["He flew back to the U.S.", "The trip took nine hours."],
    ["They left the U.S.", "They never came back."],
    ["The meeting began at 9 a.m. on Friday.", "It ended at 5 p.m.", "Nobody spoke."],
    ["Polls open at 7 a.m. Tuesday in Ohio.", "They close at 7 p.m. Eastern time."],
    ["He joined Acme Inc.", "She left Beta Corp. in 2010."],
    ["They sued Alphabet Inc., Meta Platforms Inc. and Amazon.com Inc.", "The suit was filed Monday."],
    # Initials, and single letters that are none
    ["George W. Bush won in 2000.", "Al Gore conceded."],
    ["J. K. Rowling wrote it.", "Fans loved it."],
    ["J.K. Rowling wrote it.", "Fans loved it."],
    ["They chose plan B.", "The team cheered."],
    # Numbers, addresses, lists
    ["The rate rose 2.5 percent.", "Prices fell 0.3 percent.", "A cup costs $3.50.", "That is cheap."],
    ["Version 2.0.1 was released in 2021.", "Version 3 follows."],
    ["Go to https://example.com/a.b?c=d.", "Then log in at www.example.com.", "It is free."],
    ["1. First we tested the pump.", "Then we measured it."],
    # Ellipses and doubled marks
    ["He waited... and then he left.", "Nobody saw him."],
    ["I don't know…", "Maybe we should go."],
    ["Wait… what happened?", "Nobody knows."],
    ["What?!", "You can't be serious.", "Really?"],
    # Quotes and parentheses
    ['"We are done."', "He left the room."],
    ["“We are done.”", "He left the room."],
    ['He said, "We are done."', "Then he left."],
    ["“Are you sure?” she asked.", "“Yes,” he said."],
    ['"Stop!" he shouted.', "Nobody moved."],
    ['He asked: "Why?" and left.', "No one answered."],
    ["She said the U.S. “must act.”", "Officials agreed."],
    ["Lawyers said ‘he is innocent.’", "The judge disagreed."],
    ["(He was wrong.)", "She was right."],
    ["In Q3, revenue rose 5%.", "(Analysts had expected 4%.)", "Shares rose."],
    ["The bill (see Sec. 3) passed.", "It was close."],
]
OTHER: list[tuple[str, list[str]]] = [
    ("fr", ["M. Dupont est arrivé.", "Mme Martin est partie."]),
    ("de", ["Am 3. Oktober ist Feiertag.", "Dr. Müller arbeitet z. B. nicht."]),
    ("es", ["¿Cómo estás?", "Estoy bien.", "¡Qué día!"]),
    ("zh", ["今天天气很好。", "我们去公园。"]),
    ("hi", ["यह एक वाक्य है।", "यह दूसरा है।"]),
    ("ar", ["هل أنت بخير؟", "نعم، شكرا."]),
]
MORE: list[list[str]] = [
    # Found by trying out what sentencex does not know; it splits "Ms. Smith" in two.
    ["On Monday Ms. Smith came.", "Ms. Jones left."],
    ["The fort, Ft. Worth, fell.", "Ms. Day fled."],
    ["“I don’t know… Maybe we go,” he said.", "Then he left."],
    ["[He left.]", "She stayed."],
    ["See chap. 4 and figs. 2 and 3.", "It weighs approx. 12 kg."],
    ["iPhone sales rose.", "iPads fell.", "eBay won."],
]


def sentences(text: str, language: str | None = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize("expected", EN + MORE, ids=" ".join)
def test_hard_english_borders(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(("language", "expected"), OTHER, ids=[language for language, _ in OTHER])
def test_borders_in_other_languages(language: str, expected: list[str]) -> None:
    assert sentences(("" if language == "zh" else " ").join(expected), language) == expected


def test_the_whole_table_as_one_text() -> None:
    lines = [" ".join(case) for case in EN]
    assert sentences("\n\n".join(lines)) == [sentence for case in EN for sentence in case]


def test_a_line_break_ends_a_sentence() -> None:
    assert sentences("A heading\nIts text goes\n\n  on here\n") == ["A heading", "Its text goes", "on here"]


def test_list_items_on_lines_of_their_own() -> None:
    assert sentences("1. First\n2. Second\n- third\n") == ["1. First", "2. Second", "- third"]


def test_offsets_count_characters_not_bytes() -> None:
    text = "Café 😀 ouvert. Cafe\u0301 fermé! 👩‍👩‍👧 Fin."
    assert sentence_spans(text, "fr")[:2] == [(0, 14), (15, 27)]
    assert sentences(text, "fr")[:2] == ["Café 😀 ouvert.", "Cafe\u0301 fermé!"]


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "\u00a0\u2009"])
def test_a_blank_text_has_no_sentences(text: str) -> None:
    assert sentence_spans(text) == []


@pytest.mark.parametrize("language", [None, "", "xx", "en-US", "EN_gb", "English", "\ud800", "1"])
def test_unknown_languages_are_read_as_english(language: str | None) -> None:
    assert sentences("He met Dr. Smith in the U.S. on Nov. 3. They spoke.", language) == [
        "He met Dr. Smith in the U.S. on Nov. 3.",
        "They spoke.",
    ]


def test_a_short_quotation_stays_whole_and_a_long_one_is_split() -> None:
    assert sentences("“We won. We will win,” he said. They cheered.") == [
        "“We won. We will win,” he said.",
        "They cheered.",
    ]
    inner = [f"In the year {year} we won the cup of the city." for year in range(1900, 1915)]
    quoted = "“" + " ".join(inner) + "” The crowd cheered."
    assert sentences(quoted) == ["“" + inner[0], *inner[1:-1], inner[-1] + "”", "The crowd cheered."]


def test_a_quote_never_closed_does_not_swallow_the_paragraph() -> None:
    tail = [f"Sentence number {n} of the paragraph is here." for n in range(40)]
    assert sentences('He said: "I go. ' + " ".join(tail))[-39:] == tail[1:]


def test_windows_leave_no_trace_in_long_lines() -> None:
    expected = [f"Sentence {n} of the U.S. report of Nov. 3 is here." for n in range(2_000)]
    assert sentences(" ".join(expected)) == expected


def test_a_sentence_without_end_is_cut_at_a_blank() -> None:
    text = "word " * 2_000
    found = sentences(text)
    assert [len(sentence) for sentence in found] == [3_999, 3_999, 1_999]
    assert found[0] + " " == "word " * 800


ALPHABET = [
    *"aAéБ中 .!?…\"“”‘’'()[]«»¿¡,;:1\n\t",
    "e\u0301",
    "😀",
    "👩‍👧",
    "U.S.",
    "Nov. ",
    ". ",
    "Ms. ",
    "\u00a0",
    "\ud800",
]


@pytest.mark.parametrize("language", ["en", "fr", "zh", "xx"])
def test_any_text_is_covered_exactly_once(language: str) -> None:
    draw = random.Random(7)
    for _ in range(1_500):
        text = "".join(draw.choices(ALPHABET, k=draw.randrange(120)))
        assert_covered(text, sentence_spans(text, language))


@pytest.mark.parametrize(
    "unit", ["“", "‘a. ", "x", " ", ".", ". ", "(", "(. ", "…  ", "1. ", "\n", "é. É ", '"A. ', "a\t"]
)
def test_long_runs_of_anything_are_read_to_the_end(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert_covered(text, sentence_spans(text))


def assert_covered(text: str, spans: list[tuple[int, int]]) -> None:
    last = 0
    for start, end in spans:
        assert start < end
        assert text[last:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        last = end
    assert text[last:].strip() == ""


@pytest.mark.parametrize("text", ["It opened.", "“Did it?”", "So he said (twice!)", "And then…", "開いた。"])
def test_a_sentence_ends_with_its_mark_and_what_closes_behind_it(text: str) -> None:
    assert is_ended(text)


@pytest.mark.parametrize("text", ["", "Old bridges", "Opening hours:", "one, two,", "(see below)"])
def test_a_heading_a_label_and_half_a_sentence_have_not_ended(text: str) -> None:
    assert not is_ended(text)
