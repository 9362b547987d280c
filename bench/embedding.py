"""The built-in model as it runs beside sentence-transformers with the same weights: speed, cosine, and ranking.

    python -m bench.embedding --data DIR [--part tune]

Every paragraph of SQuAD is embedded, and ranked for the questions of some titles by cosine alone; nothing is tuned on
them. nDCG@10 with one right paragraph a question. The three take turns on each batch of paragraphs, so that what else
the machine does falls on all.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from bench.squad import paragraphs, questions
from index.model.builtin import BuiltinEmbedder, builtin_folder
from index.model.embed import Embed, Vectors
from index.model.sentence_transformer import SentenceTransformerEmbedder
from index.text.chunk import embedded_text

DEPTH = 10
TURN = 64


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.embedding", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds squad/")
    parser.add_argument("--part", choices=("train", "tune", "test"), default="tune")
    args = parser.parse_args()
    asked = [one for one in questions(args.data, args.part, ("1.1", "2.0")) if one.answers]
    texts = {article.id: embedded_text(article.title, article.text) for _, article, _ in paragraphs(args.data)}
    right = [one.articles[0] for one in asked]
    place = {article_id: n for n, article_id in enumerate(texts)}
    models: dict[str, Embed] = {
        "float32, sentence-transformers": _exact(),
        "bfloat16, sentence-transformers": SentenceTransformerEmbedder(str(builtin_folder())).embed,
        "int8, as it runs": BuiltinEmbedder().embed,
    }
    passages, seconds = _in_turns(models, [*texts.values()])
    wanted = np.array([place[i] for i in right])
    base, mixed, own = models
    print(f"{len(texts):,} paragraphs, {len(asked):,} questions of {args.part}")
    said = [one.question for one in asked]
    for name, embed in models.items():
        ranks = _ranks(passages[name], embed(said), wanted)
        gain = _gain(ranks)
        cosines = (passages[name] * passages[base]).sum(axis=1)
        print(
            f"{name:<32} {len(texts) / seconds[name]:6.1f} a second  nDCG@{DEPTH} {gain:.4f}, "
            f"first {(ranks == 0).mean():.3f}; cosine to float32 {np.median(cosines):.4f}, least {cosines.min():.4f}"
        )
    gain = _gain(_ranks(passages[mixed], models[own](said), wanted))
    print(f"passages in bfloat16, as a GPU embeds them, and questions in int8: nDCG@{DEPTH} {gain:.4f}")


def _gain(ranks: NDArray[np.int64]) -> float:
    return float(np.where(ranks < DEPTH, 1 / np.log2(ranks + 2), 0).mean())


def _exact() -> Embed:
    model = SentenceTransformer(str(builtin_folder()), device="cpu", trust_remote_code=False)

    def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), np.float32)

    return embed


def _in_turns(
    models: dict[str, Callable[[Sequence[str]], Vectors]], texts: Sequence[str]
) -> tuple[dict[str, Vectors], dict[str, float]]:
    """Of each model the vectors, and how long they took, the first loading left out."""
    found: dict[str, list[Vectors]] = {name: [] for name in models}
    seconds = dict.fromkeys(models, 0.0)
    for embed in models.values():
        embed(texts[:1])
    for start in range(0, len(texts), TURN):
        for name, embed in models.items():
            began = time.perf_counter()
            found[name].append(embed(texts[start : start + TURN]))
            seconds[name] += time.perf_counter() - began
    return {name: np.concatenate(parts) for name, parts in found.items()}, seconds


def _ranks(passages: Vectors, asked: Vectors, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each question how many passages come before the wanted one."""
    cosines = asked @ passages.T
    return np.asarray((cosines > cosines[np.arange(len(wanted)), wanted][:, None]).sum(axis=1), np.int64)


if __name__ == "__main__":
    main()
