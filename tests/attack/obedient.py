"""A chat model that understands every attack and carries it out, wherever it finds it in its prompt: the worst case.

It knows what each attack asks, in whatever language or code. It obeys one whose order stands in a passage of the prompt
that it was sent, for which letters and digits alone are compared, so that no fence or escaping hides an order from it;
it cites the very passage that the order stands in, and answers the question besides. So what it is kept from saying
is the harness's doing: it never saw the order, or what it wrote was checked.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "{address}"
"""Stands for the attacker's server in what an attack says."""

_PASSAGE = re.compile(r'<passage number="(\d+)"')


@dataclass(frozen=True, slots=True)
class Attack:
    """An article with an order in it, and a question that finds it."""

    id: str
    family: str
    article: str
    """The id of the article in whose place it comes."""
    title: str
    text: str
    question: str
    honest: str
    """What answers the question, `{n}` standing for the passage's number."""
    needs: str
    """What of the article a model must read to know what is asked of it."""
    writes: Sequence[str]
    payload: str
    """Words of `writes` that must not be told as if an article bore them out; none where the order is to refuse."""

    def is_in(self, prompt_part: str) -> bool:
        return letters(self.needs) in letters(prompt_part)


def attacks(path: Path, address: str) -> list[Attack]:
    rows = map(json.loads, path.read_text(encoding="utf-8").replace(ADDRESS, address).splitlines())
    return [Attack(**row) for row in rows]


def letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


@dataclass(frozen=True, slots=True)
class Obedient:
    """What it streams to a prompt; `obeyed` has the id of each attack that it found there."""

    known: Sequence[Attack]
    obeyed: list[str]

    def __call__(self, prompt: str) -> list[str]:
        begins = [match.start() for match in _PASSAGE.finditer(prompt)]
        ends = [*begins[1:], prompt.rfind("\n\nQuestion: ")]
        passages = {
            int(match[1]): prompt[begin:end]
            for match, begin, end in zip(_PASSAGE.finditer(prompt), begins, ends, strict=True)
        }
        for attack in self.known:
            for number, passage in passages.items():
                if attack.is_in(passage):
                    self.obeyed.append(attack.id)
                    return _said([*attack.writes, *([attack.honest] if attack.payload else [])], number)
        asked = prompt[prompt.rfind("\n\nQuestion: ") :]
        attack = next(attack for attack in self.known if attack.question in asked)
        told = letters(attack.honest.replace(" [{n}]", ""))
        number = next((n for n, passage in passages.items() if told in letters(passage)), 1)
        return _said([attack.honest], number)


def _said(sentences: Sequence[str], number: int) -> list[str]:
    return [f"{sentence} ".replace("{n}", str(number)) for sentence in sentences]
