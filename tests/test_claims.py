"""Claims beside passages, and the reader's examples that are made of them."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.reader import claims
from assistant.reader.claims import COPIED, OF_ANOTHER, examples, nearest
from assistant.reader.example import load
from index.sentences import sentence_spans

FERRY = "The ferry Halcyon sank off Brackwater on 3 May 1987. Forty-one people were saved. A trawler took them aboard."


def passage(n: int) -> dict[str, Any]:
    return {
        "title": f"Ferry {n}",
        "date": "1987-05-04",
        "text": f"Report {n}: {FERRY}",
        "supported": [f"A trawler took the people aboard, says {n}.", f"The Halcyon sank, says {n}."],
        "unsupported": [["number", f"Forty-two people were saved, says {n}."]],
    }


def test_a_claim_that_is_borne_out_is_answered_by_the_sentence_nearest_to_it_and_others_by_none() -> None:
    trawler, sank, saved, *_ = examples([passage(1)], random.Random(0))
    text = f"Report 1: {FERRY}"
    assert {(e.heading, e.passage) for e in (trawler, sank, saved)} == {("Ferry 1 (May 4, 1987)", text)}
    answers = [text[slice(*e.answer)] if e.answer else None for e in (trawler, sank, saved)]
    assert answers == [
        "A trawler took them aboard.",
        "Report 1: The ferry Halcyon sank off Brackwater on 3 May 1987.",
        None,
    ]
    assert saved.question == "Forty-two people were saved, says 1."


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
