"""How well a chat model's sentences are checked: `python -m bench.planted`.

Half of them are borne out: of 400 over articles of `bench/news/tune.jsonl` (`tests/data/planted.jsonl`), of 400 over
those of `bench/news/test.jsonl` (`planted-fresh.jsonl`, harder: figures that are worked out count as borne out there),
and of 310 over others of these (`planted-kept.jsonl`). SCALE, BIAS and DOUBTS of assistant/chat/verify.py are fitted
to the first 400 and 200 of the second; nothing is to the last. Each sentence cites all passages of its article.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.documents import Document
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from assistant.chat.checks import failed_checks
from assistant.chat.support import nearest
from assistant.chat.verify import DECISIVE, DOUBTS, verified
from assistant.retriever import as_document
from bench import news
from index.article import Article
from index.search.search import Hit
from index.text.chunk import passage_spans

SENTENCES = Path(__file__).parents[1] / "tests" / "data"
PLANTED = (SENTENCES / "planted.jsonl", news.TUNE)
FRESH = (SENTENCES / "planted-fresh.jsonl", news.TEST)
KEPT = (SENTENCES / "planted-kept.jsonl", news.TEST)
PARTS = 10
FITTED_OF_FRESH = 200


@dataclass(frozen=True, slots=True)
class Planted:
    sentence: str
    kind: str
    supported: bool
    cited: list[Document]
    """The passages of the article that it was written over."""


def planted(sentences: Path, articles: Path) -> list[Planted]:
    passages: dict[str, list[Document]] = {}
    for line in articles.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        article = Article(told["title"], told["title"], told["text"], articles.name, published_at=told["date"])
        spans = passage_spans(article.text)
        passages.setdefault(article.title, [as_document(Hit(article, "r1", *span, 1.0)) for span in spans])
    rows = map(json.loads, sentences.read_text(encoding="utf-8").splitlines())
    return [Planted(row["sentence"], row["kind"], row["supported"], passages[row["article"]]) for row in rows]


def fit(rows: list[Planted]) -> None:
    """Of what no decisive check fails; those that one does are caught whatever the weights."""
    failed = [set(failed_checks(row.sentence, row.cited)) for row in rows]
    logits = [max(logit for *_, logit in nearest(row.sentence, row.cited)) for row in rows]
    checks = np.array([[check in names for check in DOUBTS] for names in failed], float)
    features = np.c_[np.array(logits) / 5, checks]  # of one scale, for the regression's penalty
    borne_out = np.array([row.supported for row in rows])
    left = np.array([not names & DECISIVE for names in failed])
    regression = LogisticRegression()
    parts = StratifiedKFold(PARTS, shuffle=True, random_state=0)
    scores = np.full(len(rows), -np.inf)
    scores[left] = cross_val_predict(regression, features[left], borne_out[left], cv=parts, method="decision_function")
    regression.fit(features[left], borne_out[left])
    scale, *doubts = regression.coef_[0]
    print(f"SCALE, BIAS = {scale / 5:.2f}, {regression.intercept_[0]:.2f}")
    print(f"DOUBTS = { ({check: round(float(-doubt), 2) for check, doubt in zip(DOUBTS, doubts, strict=True)}) }")
    caught, failing = (float((scores[borne_out == right] < 0).mean()) for right in (False, True))
    auroc = roc_auc_score(borne_out, np.maximum(scores, -1e3))
    print(
        f"in {PARTS} parts: {caught:.1%} of the unsupported caught, {failing:.1%} of the supported; AUROC {auroc:.3f}"
    )


def report(name: str, rows: list[Planted]) -> None:
    """What `verified` does with them as it is."""
    count = Counter((row.supported, row.kind) for row in rows)
    held = Counter((row.supported, row.kind) for row in rows if verified(row.sentence, row.cited).support)
    for supported in (False, True):
        all_, passed = (sum(n for (right, _), n in c.items() if right == supported) for c in (count, held))
        print(f"{name}, {'supported' if supported else 'unsupported'}: {all_ - passed} of {all_} fail")
        for key in sorted(key for key in count if key[0] == supported):
            print(f"    {key[1]}: {count[key] - held[key]} of {count[key]}")


def main() -> None:
    first, fresh = planted(*PLANTED), planted(*FRESH)
    fit([*first, *fresh[:FITTED_OF_FRESH]])
    report("planted", first)
    report("fresh", fresh)
    report("kept", planted(*KEPT))


if __name__ == "__main__":
    main()
