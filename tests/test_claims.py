"""Claims beside passages, and the reader's examples that are made of them."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.reader import claims
from assistant.reader.claims import (
    COPIED,
    CROSSED,
    DENIED,
    MISCOUNTED,
    OF_ANOTHER,
    crossed,
    denied,
    examples,
    miscounted,
    nearest,
)
from assistant.reader.example import load
from index.text.sentences import sentence_spans

FERRY = "The ferry Halcyon sank off Brackwater on 3 May 1987. Forty-one people were saved. A trawler took them aboard."


def passage(n: int) -> dict[str, Any]:
    """Its claims cannot be turned round."""
    return {
        "title": f"Ferry N{n}",
        "date": "1987-05-04",
        "text": f"Report N{n}: {FERRY}",
        "supported": [f"A trawler took the people aboard, says N{n}.", f"The Halcyon sank, says N{n}."],
        "unsupported": [["number", f"Forty-two people were saved, says N{n}."]],
    }


def test_a_claim_that_is_borne_out_is_answered_by_the_sentence_nearest_to_it_and_others_by_none() -> None:
    trawler, sank, saved, *_ = examples([passage(1)], random.Random(0))
    text = f"Report N1: {FERRY}"
    assert {(e.heading, e.passage) for e in (trawler, sank, saved)} == {("Ferry N1 (May 4, 1987)", text)}
    answers = [text[slice(*e.answer)] if e.answer else None for e in (trawler, sank, saved)]
    assert answers == [
        "A trawler took them aboard.",
        "Report N1: The ferry Halcyon sank off Brackwater on 3 May 1987.",
        None,
    ]
    assert saved.question == "Forty-two people were saved, says N1."


def test_of_two_sentences_as_near_the_shorter_is_the_nearest() -> None:
    text = "The ferry sank at night, when nobody was awake on board. The ferry sank."
    assert nearest("The ferry sank.", text, sentence_spans(text)) == (57, 72)


def test_copied_sentences_are_borne_out_and_those_of_other_passages_are_not() -> None:
    passages = [passage(n) for n in range(400)]
    made = list(examples(passages, random.Random(1)))
    copied = [e for e in made if "says" not in e.question]
    assert abs(len(copied) - COPIED * 400) < 40
    for example in copied:
        assert example.answer is not None
        assert example.passage[slice(*example.answer)] == example.question
        assert len(example.question.split()) > 5  # "Forty-one people were saved." says too little
    elsewhere = [e for e in made if e not in copied and e.question.rstrip(".").split()[-1] != e.heading.split()[1]]
    assert abs(len(elsewhere) - OF_ANOTHER * 400) < 40
    assert {e.answer for e in elsewhere} == {None}


@pytest.mark.parametrize(
    ("claim", "turned", "surely"),
    [
        ("The ferry was raised in May.", "The ferry was not raised in May.", True),
        ("The ferry was not raised in May.", "The ferry was raised in May.", True),
        ("The ferry never sank.", "The ferry sank.", True),
        ("The captain was ill and had left.", "The captain was not ill and had left.", False),
        ("The captain was not ill and not late.", None, False),
        ("The ferry sank.", None, False),
        ("Nobody was saved.", None, False),
        ("The ferry can't have been raised.", None, False),
        ("Only the captain was saved.", None, False),
    ],
)
def test_a_claim_is_denied_once_or_not_at_all(claim: str, turned: str | None, surely: bool) -> None:
    assert denied(claim) == turned
    assert denied(claim, surely=True) == (turned if surely else None)


@pytest.mark.parametrize(
    ("claim", "turned"),
    [
        ("Captain Ada Quill thanked the engineer Nils Berg.", "Nils Berg thanked the engineer Captain Ada Quill."),
        (
            "The ferry from Brackwater sailed to Port of Marl.",
            "The ferry from Port of Marl sailed to Brackwater.",
        ),
        ("Captain Ada Quill met the engineer Nils Berg.", None),  # and he met her
        ("The ferry called at Brackwater and then at Marl.", None),
        ("Captain Ada Quill thanked the sons of Ada Quill.", None),
        ("The ferry was raised off Brackwater.", None),
        ("Quill was thanked by Nils Berg.", None),  # the first word may be no name
    ],
)
def test_two_names_change_places_where_that_says_something_else(claim: str, turned: str | None) -> None:
    assert crossed(claim) == turned


def test_a_number_of_a_claim_gives_way_to_another_of_its_passage() -> None:
    text = "On 3 May 1987 the ferry sank with 2,300 tonnes of ore; 41 were saved."
    made = {miscounted("In 1987 the ferry sank; 41 were saved.", text, random.Random(seed)) for seed in range(50)}
    numbers = {("3", "41"), ("2,300", "41"), ("1987", "3"), ("1987", "2,300")}
    assert made == {f"In {year} the ferry sank; {saved} were saved." for year, saved in numbers}


@pytest.mark.parametrize("claim", ["The ferry sank.", "In 1987 the ferry sank."])
def test_a_claim_without_a_number_or_a_passage_without_another_is_not_miscounted(claim: str) -> None:
    assert miscounted(claim, "The ferry sank in 1987.", random.Random(0)) is None


def test_of_the_claims_borne_out_so_many_are_turned_round_in_each_way_and_then_are_not() -> None:
    told = "Captain Ada Quill was thanked for it by Nils Berg on 4 May."
    turned = {
        "Captain Ada Quill was not thanked for it by Nils Berg on 4 May.": DENIED,
        "Nils Berg was thanked for it by Captain Ada Quill on 4 May.": CROSSED,
        "Captain Ada Quill was thanked for it by Nils Berg on 9 May.": MISCOUNTED,
    }
    text = f"The ferry sank on 9 May. {told}"
    story = {"title": "Ferry", "date": "1987-05-04", "text": text, "supported": [told], "unsupported": []}
    made = list(examples([story] * 1_000, random.Random(2)))
    for claim, share in turned.items():
        found = [e for e in made if e.question == claim]
        assert abs(len(found) - 1_000 * share) < 50
        assert {e.answer for e in found} == {None}
    assert {e.question for e in made if e.answer is None} == turned.keys()


def test_a_claim_that_is_wrong_for_its_not_is_borne_out_without_it() -> None:
    unsupported = [["negated", "The ferry was not raised."], ["negated", "It was late and was not raised."]]
    story = {"title": "Ferry", "date": "1987-05-04", "text": "The ferry was raised.", "supported": []}
    made = list(examples([story | {"unsupported": unsupported}], random.Random(0)))
    assert [(e.question, e.answer) for e in made] == [
        ("The ferry was not raised.", None),
        ("The ferry was raised.", (0, 21)),
        ("It was late and was not raised.", None),  # which "was" it should have is not told
    ]


def test_one_passage_alone_has_no_claims_of_another() -> None:
    made = [e for seed in range(20) for e in examples([passage(1)], random.Random(seed))]
    assert Counter(e.answer is None for e in made)[True] == 20


def test_the_command_writes_the_same_examples_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "claims.jsonl").write_text("\n".join(json.dumps(passage(n)) for n in range(9)))
    for name in ("one.jsonl", "other.jsonl"):
        call = ["claims", "--claims", str(tmp_path / "claims.jsonl"), "--out", str(tmp_path / name)]
        monkeypatch.setattr("sys.argv", call)
        claims.main()
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "other.jsonl").read_bytes()
    assert Counter(e.answer is not None for e in load(tmp_path / "one.jsonl"))[False] >= 9
