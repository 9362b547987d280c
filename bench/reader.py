"""The reader alone, given the gold paragraph: `python -m bench.reader --data DIR [--part tune]`.

Exact match and token F1 as SQuAD's own evaluation defines them, on SQuAD 2.0, or with `--part news-tune` and
`news-test` on the news texts that are held out of training: articles and punctuation aside, the best of the gold
answers; a question without an answer counts 1 when none is given. No answer is given where the best span scores under
the empty one. A paragraph is read as the index divides it, and the best piece answers.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from langchain_core.documents import Document

from assistant.evaluation.measures import exact_match, token_f1
from assistant.evidence import EvidenceReader
from assistant.reader.data import read_news
from bench import news, squad
from index.chunk import passage_spans

SPAN = 0  # its place among the features


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds squad/")
    parser.add_argument("--part", choices=("train", "tune", "test", "news-tune", "news-test"), default="tune")
    options = parser.parse_args()
    reader = EvidenceReader()
    exact: dict[bool, list[float]] = {True: [], False: []}
    overlap: dict[bool, list[float]] = {True: [], False: []}
    for head, text, question, answers in _asked(options.data, options.part):
        pieces = [
            Document(
                page_content=text[start:end],
                metadata={"title": head, "language": None, "published_at": None, "start": start, "score": 0.0},
            )
            for start, end in passage_spans(text)
        ]
        best = max(reader.read(question, pieces), key=lambda evidence: evidence.features[SPAN])
        given = best.answer if best.features[SPAN] > 0 else ""
        gold = answers or [""]
        exact[bool(answers)].append(max(exact_match(given, g) for g in gold))
        overlap[bool(answers)].append(max(token_f1(given, g) for g in gold))
    for name, flags in (("answerable", [True]), ("unanswerable", [False]), ("all", [True, False])):
        em = fmean([value for flag in flags for value in exact[flag]])
        f1 = fmean([value for flag in flags for value in overlap[flag]])
        print(f"{name:<12}  questions {sum(len(exact[f]) for f in flags)}  exact {em:.3f}  F1 {f1:.3f}")


def _asked(data: Path, part: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """Heading, paragraph, question and the gold answers; none where it has no answer there."""
    if part.startswith("news"):
        for title, text, question, answers in read_news(news.TEST if part == "news-test" else news.TUNE):
            yield title, text, question, [answer for _, answer in answers]
        return
    texts = {article.id: article for _, article, _ in squad.paragraphs(data)}
    for asked in squad.questions(data, part):
        article = texts[asked.articles[0]]
        yield article.title, article.text, asked.question, list(asked.answers)


if __name__ == "__main__":
    main()
