"""Sixty dialogues of two to four turns: what each follow-up asks, said without the turns before it.

`tune` is what the rules were developed on, `test` was written with it, before the rules, and kept for measuring.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Turn
from assistant.conversation.resolve import standalone
from index.model.builtin import BuiltinEmbedder

EMBED = BuiltinEmbedder().embed
DIALOGUES = [
    json.loads(line) for line in Path(__file__).with_name("data").joinpath("dialogues.jsonl").read_bytes().splitlines()
]


def holds(text: str, wanted: str) -> bool:
    """Whether one of the alternatives in `wanted` ("dam|reservoir") stands in `text` as whole words."""
    return re.search(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted.split('|')))})(?!\w)", text, re.I) is not None


def faults(dialogue: dict[str, Any]) -> list[str]:
    """The turns that were resolved to something else than what they ask."""
    history: tuple[Turn, ...] = ()
    found = []
    for turn in dialogue["turns"]:
        question = turn["question"]
        meant = standalone(question, history, EMBED)
        missing = [needed for needed in turn.get("needs", ()) if not holds(meant, needed)]
        left = [word for word in turn.get("lacks", ()) if holds(meant, word)]
        if missing or left or (turn.get("unchanged") and meant != question):
            found.append(f"{question!r} became {meant!r}: lacks {missing}, keeps {left}")
        history += (Turn(question, meant, turn.get("answer", "")),)
    return found


@pytest.mark.parametrize(("half", "least"), [("tune", 30), ("test", 29)])
def test_follow_ups_are_resolved_to_what_they_ask(half: str, least: int) -> None:
    dialogues = [dialogue for dialogue in DIALOGUES if dialogue["half"] == half]
    wrong = [fault for dialogue in dialogues if (fault := faults(dialogue))]
    assert len(dialogues) - len(wrong) >= least, "\n".join(line for fault in wrong for line in fault)
