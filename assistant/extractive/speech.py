"""A question for what somebody said → the sentences found in which they say it.

"What did the WHO say about Ebola?" is not answered by a few words, so the reader is seldom sure of a sentence, and by
its probability the question would be refused. Here words decide: the one asked for stands beside a verb of speech, in a
passage that has what else the question names. English; the "he" of a later sentence is nobody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evidence import Evidence, headed
from index.text.words import function_stems, stems

MAX_SAID = 3
MOST_OF = 0.6
"""Share of the words of a long topic that the passage has; of one or two words it has all."""
_REACH = 80
"""Characters between who speaks and the verb."""

_SPEECH = (
    r"(?<!was )(?<!were )(?<!been )(?<!being )(?<!is )(?<!are )\b"
    r"(?:says?|said|saying|tells?|told|announce[sd]?|declare[sd]?|warn(?:s|ed)|urge[sd]?|add(?:s|ed)"
    r"|state[sd]|argue[sd]?|insist(?:s|ed)|judge[sd]|believe[sd]?|describe[sd]?|promise[sd]?|vow(?:s|ed)|den(?:y|ies|ied)"
    r"|claim(?:s|ed)|wr(?:ites?|ote)|predict(?:s|ed)|accuse[sd]?|praise[sd]?|criticise[sd]?"
    r"|criticize[sd]?|blame[sd]?|reject(?:s|ed)|welcome[sd]?|acknowledge[sd]?|admit(?:s|ted)|recommend(?:s|ed))\b"
)
_ASKED = re.compile(
    r"^\W*what (?:did|does|do|has|have|had) (?P<who>[^?,;:!]{2,80}?) (?:have to )?"
    r"(?:say|said|announced?|declared?|warn(?:ed)?|think|thought|claim(?:ed)?|argued?|promised?|predict(?:ed)?"
    r"|recommend(?:ed)?)\b(?P<topic>[^?]{0,200})",
    re.IGNORECASE,
)
_TITLES = frozenset("the a an mr mrs ms dr president prime minister senator sir king queen".split())
_OBJECT_BEFORE = re.compile(r"\b(?:for|to|with|about|against|from|by|as|than|told) (?:the )?(?:[A-Z][\w.'’-]+ ){0,4}$")
"""In "standing in for Prime Minister Johnson, had said" he does not speak."""
_JOINING = frozenset(stems("about regarding concerning after before during since until over under his her its into"))
_YEAR = re.compile(r"\b[12]\d{3}\b")
_BETWEEN = r" (?:(?:of|the|for|and|on|in) )*"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to speak, and of what."""

    who: re.Pattern[str]
    names: frozenset[str]
    topic: frozenset[str]
    years: frozenset[str]

    @classmethod
    def read(cls, question: str) -> "Asked | None":
        """None for a question for anything else."""
        match = _ASKED.search(question)
        if match is None:
            return None
        words = [word for word in re.findall(r"[\w'’-]+", match["who"]) if word.lower() not in _TITLES]
        rest = _YEAR.sub(" ", match["topic"])
        if not words:
            return None
        return cls(
            who=_mention(words),
            names=frozenset(stems(" ".join(words))) if len(words) > 1 else frozenset(),
            topic=frozenset(stems(rest)) - function_stems() - _JOINING,
            years=frozenset(_YEAR.findall(match["topic"])),
        )

    def is_told_in(self, evidence: Evidence) -> bool:
        passage = evidence.quote.passage
        text = "\n".join(headed(passage))
        known = frozenset(stems(text))
        held = len(self.topic & known)
        return (
            self.years <= set(_YEAR.findall(text))
            and held >= (len(self.topic) if len(self.topic) <= 2 else MOST_OF * len(self.topic))
            and self._speaks(evidence.quote.text)
        )

    def is_of_its_year(self, evidence: Evidence) -> bool:
        return evidence.quote.published_on[:4] in self.years

    def _speaks(self, sentence: str) -> bool:
        for mention in self.who.finditer(sentence):
            before, behind = sentence[: mention.start()], sentence[mention.end() :][:_REACH]
            if re.search(_SPEECH, behind) and not _OBJECT_BEFORE.search(before):
                return True
            if re.search(rf"(?:{_SPEECH}|\b[Aa]ccording to\b)(?: [\w.'’-]+){{0,4}} $", before):
                return True
        return False


def said(question: str, evidence: Sequence[Evidence], threshold: float) -> list[Evidence]:
    """Up to `MAX_SAID` of the sentences, those with most of the topic first; of a year that is named, if any are.

    None for a question for anything else, and where the reader holds one that names the speaker with `threshold`.
    """
    asked = Asked.read(question)
    if asked is None or any(asked.who.search(e.quote.text) for e in evidence[:1] if e.quote.score >= threshold):
        return []
    known: dict[str, set[str]] = {}
    for one in evidence:  # a name stands in full once in an article
        known.setdefault(one.quote.article_id, set()).update(stems("\n".join(headed(one.quote.passage))))
    told = [one for one in evidence if asked.names <= known[one.quote.article_id] and asked.is_told_in(one)]
    told = list(filter(asked.is_of_its_year, told)) or told
    return sorted(told, key=lambda one: -len(asked.topic & set(stems(one.quote.text))))[:MAX_SAID]


def _mention(words: Sequence[str]) -> re.Pattern[str]:
    """The last word of a name; what an abbreviation stands for, and the abbreviation of a longer name."""
    last, initials = words[-1], "".join(word[0] for word in words if word[0].isupper())
    forms = [re.escape(last)]
    if len(words) == 1 and re.fullmatch("[A-Z]{2,6}", last):
        forms.append(_BETWEEN.join(rf"{letter}[\w-]+" for letter in last))
    elif len(initials) > 2:
        forms.append(initials)
    flags = re.IGNORECASE if last.islower() else 0
    return re.compile(rf"\b(?:{'|'.join(forms)})\b", flags)
