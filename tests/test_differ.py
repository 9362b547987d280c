"""Where sources differ: numbers of one thing that do not agree, side by side with sources and days, and corrections."""

from collections.abc import Sequence

import numpy as np
import pytest
from langchain_core.documents import Document

from assistant.cite import Citer
from assistant.reader.blanks import Stated
from assistant.reader.heading import heading
from assistant.statement import Quote
from assistant.topics.differ import Difference, differences
from assistant.topics.material import Line
from assistant.topics.quantities import quantities
from assistant.topics.things import Number, Thing, grouped

DAY = "2003-05-07"


def number(place: int, text: str, source: str, day: str, which: int = 0) -> Number:
    """The one at that place among those that a sentence of an article of its own states."""
    metadata = {
        "article_id": f"{source} {day}", "revision": "1", "title": "The dam", "url": None, "source": source,
        "author": None, "published_at": day, "provenance": None, "start": 0, "before": "", "language": "en",
    }  # fmt: skip
    quote = Quote(Document(text, id=str(place), metadata=metadata), 0, len(text), 1.0)
    stated = Stated(heading("The dam", day), text, quantities(text, day)[which])
    return Number(place, Line(quote, quote), stated)


def of(numbers: Sequence[Number]) -> list[Difference]:
    return differences([Thing(tuple(numbers), numbers[0])], Citer())


FIRST = number(0, "Nine people drowned in the flood.", "Wire", "2003-05-07")
SAME = number(1, "The flood drowned nine people.", "Courier", "2003-05-08")
MORE = number(2, "The flood took 14 lives.", "Review", "2003-05-09")


def test_statements_that_do_not_agree_stand_side_by_side_in_their_order() -> None:
    [found] = of([FIRST, SAME, MORE])
    assert found.subject == "… people drowned in the flood"
    assert [(said.stated, said.citation.source, said.citation.published_at) for said in found.statements] == [
        ("Nine", "Wire", "2003-05-07"),
        ("nine", "Courier", "2003-05-08"),
        ("14", "Review", "2003-05-09"),
    ]
    assert all(said.text == said.citation.quote for said in found.statements)
    assert not any(said.is_correction or said.is_corrected for said in found.statements)


def test_those_that_agree_are_no_difference() -> None:
    assert of([FIRST, SAME]) == []


def test_of_one_source_that_repeats_itself_the_first_is_shown() -> None:
    again = number(3, "Nine people are known to have drowned.", "Wire", "2003-06-01")
    [found] = of([FIRST, MORE, again])
    assert [said.stated for said in found.statements] == ["Nine", "14"]


def test_a_source_that_corrects_itself_is_marked_and_so_is_what_it_corrects() -> None:
    text = "Correction: an earlier report said that nine people had drowned; the number is 12."
    old, new = (number(3, text, "Wire", "2003-05-10", which) for which in (0, 1))
    [found] = of([FIRST, old, new])
    assert [(said.stated, said.is_correction, said.is_corrected) for said in found.statements] == [
        ("Nine", False, True),
        ("12", True, False),
    ]


def test_a_source_that_says_another_number_later_without_a_word_of_it_is_no_correction() -> None:
    [found] = of([FIRST, number(3, "The flood drowned 12 people.", "Wire", "2003-05-10")])
    assert not any(said.is_correction or said.is_corrected for said in found.statements)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (
            "Police said that 34 people were in the cabin, which holds 45.",
            "Police said that … people were in the cabin",
        ),
        ("It seats 45.", "It seats …"),
        ("On board, 34 slept, said the mayor of the town.", "On board, … slept, said the mayor of the town"),
    ],
)
def test_the_subject_is_the_clause_around_the_number_or_the_sentence(text: str, subject: str) -> None:
    [found] = of([number(0, text, "Wire", DAY), number(1, "Some 99 people came.", "Courier", DAY)])
    assert found.subject == subject


def test_numbers_are_put_together_by_what_groups_are_to_each_other_on_average() -> None:
    sure = np.array(
        [
            [1.0, 0.9, 0.2, 0.8],
            [0.9, 1.0, 0.1, 0.3],
            [0.2, 0.1, 1.0, 0.1],
            [0.8, 0.3, 0.1, 1.0],
        ]
    )
    # 3 is to 0 and 1 on average 0.55
    assert [sorted(group) for group in grouped(sure, 0.5)] == [[0, 1, 3]]
    assert [sorted(group) for group in grouped(sure, 0.6)] == [[0, 1]]
    assert grouped(sure, 0.95) == []
