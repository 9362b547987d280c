"""The reader alone, given the gold paragraph: `python -m bench.reader --data DIR [--part tune] [--limit N]`.

Exact match and token F1 as SQuAD's own evaluation defines them, on SQuAD 2.0, or with `--part news-tune`,
`news-test`, `natural-tune` and `natural-test` on the news texts that are held out of training: articles and
punctuation aside, the best of the gold answers; a question without an answer counts 1 when none is given. First no
answer is given where the best span scores under the empty one, then under the threshold that is best for all, then
always one, by what is asked for. A paragraph is read as the index divides it, and the best piece answers. The figures
of the reader's MODEL_CARD.md.
"""

import argparse
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from assistant.evaluation.measures import auroc, exact_match, token_f1
from assistant.evidence import FEATURES, EvidenceReader
from assistant.reader.data import read_news
from bench import news, squad
from index.text.chunk import passage_spans

SPAN = FEATURES.index("span")
NEWS = {
    "news-tune": news.TUNE,
    "news-test": news.TEST,
    "natural-tune": news.NATURAL_TUNE,
    "natural-test": news.NATURAL_TEST,
}
ANSWERED_FROM = 5.05
_ASKING = re.compile(r"\b(?:who(?:m|se)?|when|where|what|which|why|how (?:many|much)|how)\b", re.IGNORECASE)
_ALIKE = {"whom": "who", "whose": "who", "how much": "how many"}


@dataclass(frozen=True, slots=True)
class Read:
    question: str
    gold: tuple[str, ...]
    """Empty where the paragraph has no answer."""
    answer: str
    """The best span."""
    score: float
    """Its score less that of the empty one."""


def read(reader: EvidenceReader, heading: str, paragraph: str, question: str, gold: Sequence[str]) -> Read:
    pieces = [
        Document(
            page_content=paragraph[start:end],
            metadata={"title": heading, "language": None, "published_at": None, "start": start, "score": 0.0},
        )
        for start, end in passage_spans(paragraph)
    ]
    best = max(reader.read(question, pieces), key=lambda evidence: evidence.features[SPAN])
    return Read(question, tuple(gold), best.answer, best.features[SPAN])


def report(several: Sequence[Read]) -> str:
    """A line for each figure; none for a kind of question that is not there."""
    scores = np.array([one.score for one in several])
    exact, overlap = _closest(exact_match, several), _closest(token_f1, several)
    answerable = np.array([bool(one.gold) for one in several])
    refused = (~answerable).astype(float)  # what it counts not to answer
    lines = []
    kinds = {"answerable": answerable, "unanswerable": ~answerable, "all": np.ones(len(several), bool)}
    for name, of in kinds.items():
        if of.any():
            lines.append(
                _line(name, np.where(scores > 0, exact, refused)[of], np.where(scores > 0, overlap, refused)[of])
            )
    if answerable.any() and not answerable.all():
        told = np.where(scores >= ANSWERED_FROM, overlap, refused).mean()
        lines.append(f"all, answered from the score {ANSWERED_FROM:.2f} on, the best on `tune`: F1 {told:.3f}")
        f1, least = max((np.where(scores >= least, overlap, refused).mean(), least) for least in (*scores, np.inf))
        lines.append(f"all, answered from the score {least:.2f} on: F1 {f1:.3f}")
        lines.append(f"AUROC of answerable against unanswerable: {auroc(scores[answerable], scores[~answerable]):.3f}")
    asking = np.array([asked_for(one.question) for one in several])
    for word in ("", *sorted(set(asking[answerable]))):
        of = answerable & (asking == word) if word else answerable
        if of.any():
            lines.append(_line(f"always answered {word}".rstrip(), exact[of], overlap[of]))
    return "\n".join(lines)


def asked_for(question: str) -> str:
    """Its first question word: "who", "how many", …; "other" where it has none."""
    found = _ASKING.search(question)
    word = found.group().lower() if found else "other"
    return _ALIKE.get(word, word)


def _closest(closeness: Callable[[str, str], float], several: Sequence[Read]) -> NDArray[np.float64]:
    """Of each answer to the nearest gold one, (questions,)."""
    return np.array([max(closeness(one.answer, gold) for gold in one.gold or ("",)) for one in several])


def _line(name: str, exact: NDArray[np.float64], overlap: NDArray[np.float64]) -> str:
    return f"{name:<24} {len(exact):>5} questions  exact {exact.mean():.3f}  F1 {overlap.mean():.3f}"


def _asked(data: Path, part: str) -> Iterator[tuple[str, str, str, Sequence[str]]]:
    """Heading, paragraph, question and the gold answers; none where it has no answer there."""
    if part in NEWS:
        for title, text, question, answers in read_news(NEWS[part]):
            yield title, text, question, [answer for _, answer in answers]
        return
    texts = {article.id: article for _, article, _ in squad.paragraphs(data, ("2.0",))}
    for asked in squad.questions(data, part):
        article = texts[asked.articles[0]]
        yield article.title, article.text, asked.question, asked.answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds squad/")
    parser.add_argument("--part", choices=("train", "tune", "test", *NEWS), default="tune")
    parser.add_argument("--limit", type=int, help="ask only that many, drawn with a fixed seed")
    options = parser.parse_args()
    asked = list(_asked(options.data, options.part))
    if options.limit:
        asked = random.Random(0).sample(asked, min(options.limit, len(asked)))
    reader = EvidenceReader()
    print(report([read(reader, *question) for question in asked]))


if __name__ == "__main__":
    main()
