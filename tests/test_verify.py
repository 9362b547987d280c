"""What becomes of a chat model's sentence beside the passages that it cites."""

import pytest
from passages import Source, passage

from assistant.chat.verify import BORNE_OUT, DECISIVE, DOUBTS, probability, verified

BRIDGE = passage(
    "The Zephyr bridge in Oldport opened on 4 November 2023. Mayor Ada Quill cut the ribbon before 3,000 visitors, and "
    "engineer Nils Berg was thanked by the council. Tolls rose to 5 crowns in May 2022; all buses cross free.",
    Source("bridge", "Harbour bridge opens", "2023-11-05"),
)
TOLL = passage(
    "Crossing the Zephyr bridge in Oldport costs 5 crowns.", Source("toll", "What the bridge costs", "2023-12-01")
)


def quoted(sentence: str) -> list[tuple[str, str]]:
    return [
        (support.quote.article_id, support.quote.text.split(",")[0])
        for support in verified(sentence, [BRIDGE, TOLL]).support
    ]


@pytest.mark.parametrize("count", ["3000", "3,000"])
def test_a_number_is_the_same_with_and_without_a_comma(count: str) -> None:
    assert quoted(f"Mayor Ada Quill cut the ribbon before {count} visitors.")


def test_an_emoji_neither_helps_nor_harms() -> None:
    assert quoted("The Zephyr 🌉 bridge in Oldport opened 🎉.") == quoted("The Zephyr bridge in Oldport opened.") != []


def test_a_sentence_too_long_to_be_read_whole_is_not_borne_out() -> None:
    long = "The Zephyr bridge in Oldport opened on 4 November 2023, and " * 9 + "it opened on 4 November 2023."
    assert verified(long, [BRIDGE]).support == ()


def test_what_two_passages_tell_together_is_cited_from_both() -> None:
    cited = quoted("Crossing the Zephyr bridge in Oldport, opened in 2023, costs 5 crowns.")
    assert {article for article, _ in cited} == {"bridge", "toll"}


def test_a_passage_that_does_not_bear_it_out_is_not_cited_with_the_other() -> None:
    assert [article for article, _ in quoted("The Zephyr bridge in Oldport opened in November 2023.")] == ["bridge"]


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "The bridge cost 90 million crowns.",
        "The bridge opened in 2021.",
        "Nils Stone was thanked.",
        "The moon is blue.",
    ],
)
def test_what_the_passages_do_not_have_is_not_borne_out(sentence: str) -> None:
    assert quoted(sentence) == []


def test_every_doubt_lowers_what_the_network_says() -> None:
    assert not DECISIVE & DOUBTS.keys()
    for check in DOUBTS:
        assert probability(3.0, {check}) < probability(3.0, set())
    assert probability(-20.0, set()) < BORNE_OUT < probability(6.0, set())
