"""The figures of the reader given the gold paragraph, worked out by hand."""

import pytest

from bench.reader import Read, asked_for, report

READ = [
    Read("Who cut the ribbon?", ("Ada Quill", "Quill"), "Quill", 3.0),
    Read("Whose bridge is it?", ("Oldport",), "Oldport harbour", -1.0),  # not given: it scores under "no answer"
    Read("In what year?", ("2023",), "1999", 2.0),
    Read("Who fell?", (), "Ada Quill", 1.0),
    Read("Why?", (), "the ribbon", -2.0),
]


def test_figures_are_given_for_each_threshold_and_each_question_word() -> None:
    assert report(READ).splitlines() == [
        "answerable                   3 questions  exact 0.333  F1 0.333",
        "unanswerable                 2 questions  exact 0.500  F1 0.500",
        "all                          5 questions  exact 0.400  F1 0.400",
        "all, answered from the score 5.05 on, the best on `tune`: F1 0.400",
        "all, answered from the score 3.00 on: F1 0.600",  # one right answer and two right refusals
        "AUROC of answerable against unanswerable: 0.833",  # five of six pairs
        "always answered              3 questions  exact 0.333  F1 0.556",  # (1 + 2/3 + 0) / 3
        "always answered what         1 questions  exact 0.000  F1 0.000",
        "always answered who          2 questions  exact 0.500  F1 0.833",
    ]


def test_a_kind_of_question_that_is_not_there_has_no_figures() -> None:
    assert report(READ[:1]).splitlines() == [
        "answerable                   1 questions  exact 1.000  F1 1.000",
        "all                          1 questions  exact 1.000  F1 1.000",
        "always answered              1 questions  exact 1.000  F1 1.000",
        "always answered who          1 questions  exact 1.000  F1 1.000",
    ]
    assert report(READ[4:]).splitlines() == [
        "unanswerable                 1 questions  exact 1.000  F1 1.000",
        "all                          1 questions  exact 1.000  F1 1.000",
    ]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Who cut it?", "who"),
        ("To whom was it given?", "who"),
        ("how much did it cost", "how many"),
        ("How many came?", "how many"),
        ("How did it fall?", "how"),
        ("In what year?", "what"),
        ("Name the bridge.", "other"),
        ("Somewhat old?", "other"),
    ],
)
def test_a_question_is_told_by_its_first_question_word(question: str, word: str) -> None:
    assert asked_for(question) == word
