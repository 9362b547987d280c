"""The same articles with the same weights in other hands: how fast they are indexed, and a passage found.

    .venv-beside/bin/python -m bench.beside [--articles 500] [--rounds 5] [--only NAME]…

In an environment of its own (`lock/beside.txt`), since they ask for other versions of what this is built of.

Beside this program: the pipeline that LangChain's tutorial has (a recursive splitter, `HuggingFaceEmbeddings`, the
store in memory), txtai with its hybrid index, Haystack with BM25 and embeddings in memory, joined; and the floor, which
is the network alone over the same passages, and for a question the network and FAISS's exact search. Each runs in a
process of its own, one after the other, in rounds; a ratio is of one round, and the median and the spread over the
rounds are shown, so that what else the machine does falls on all. Loading models and libraries is not counted. This
program stores articles, passages and vectors in its database and publishes an index that survives a power cut; the
others keep theirs in memory. Prints a table, and writes `bench/out/beside.json` with each round.
"""

import argparse
import json
import os
import statistics
import subprocess  # nosec B404 # runs this program
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench.news import ARTICLES, ENCYCLOPAEDIA, PLAIN
from bench.results import write
from index.article import Article, article_id
from index.library import Library
from index.model.builtin import BuiltinEmbedder, builtin_folder
from index.text.chunk import embedded_text, passage_spans

FOUND = 10
QUESTIONS = 60
WARM = "The bridge in Oldport opened in May."

Search = Callable[[str], object]
Indexed = tuple[float, Search]
"""How many seconds it took, and how it is asked."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=SYSTEMS, action="append", help="these alone, beside this program")
    parser.add_argument("--run", choices=SYSTEMS, help="this one here, once, as JSON")
    args = parser.parse_args()
    if args.run:
        print(json.dumps(_measured(args.run, args.articles)))
        return
    names = [OWN, *(name for name in SYSTEMS if name != OWN and name in (args.only or SYSTEMS))]
    rounds = []
    for number in range(args.rounds):
        rounds.append({name: _in_a_process(name, args.articles) for name in names})
        print(f"round {number + 1} of {args.rounds}", file=sys.stderr)
    write("beside", {"articles": args.articles, "rounds": rounds})
    own = rounds[0][OWN]
    print(f"{own['articles']:,} articles, {own['passages']:,} passages; medians of {args.rounds} rounds, least to most")
    print(f"{'':<12}{'indexing, s':>14}{'as this program':>26}{'search, ms':>14}{'as this program':>26}{'MB':>8}")
    for name in names:
        cells = []
        for figure in ("index_seconds", "search_ms"):
            cells.append(f"{statistics.median(one[name][figure] for one in rounds):14.2f}")
            ratios = [one[name][figure] / one[OWN][figure] for one in rounds]
            cells.append(f"{statistics.median(ratios):11.2f} ({min(ratios):5.2f}-{max(ratios):5.2f})")
        memory = statistics.median(one[name]["memory_mb"] for one in rounds)
        print(f"{name:<12}{''.join(cells)}{memory:8.0f}")


def _in_a_process(name: str, articles: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.beside", "--run", name, "--articles", str(articles)]
    env = os.environ | {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=env)  # nosec B603 # this program
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(name: str, count: int) -> dict[str, Any]:
    articles, questions = _articles(count)
    with tempfile.TemporaryDirectory() as folder:
        seconds, search = SYSTEMS[name](articles, Path(folder))
        took = []
        for question in [WARM, *questions]:
            began = time.perf_counter()
            search(question)
            took.append(time.perf_counter() - began)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return {
        "articles": len(articles),
        "passages": sum(len(passage_spans(article.text, "en")) for article in articles),
        "index_seconds": seconds,
        "search_ms": 1_000 * statistics.median(took[1:]),
        "memory_mb": int(status.partition("VmRSS:")[2].split()[0]) / 1_000,
    }


def _articles(count: int) -> tuple[list[Article], list[str]]:
    """And questions asked of some of them."""
    lines = (
        json.loads(line)
        for path in (ARTICLES, PLAIN, ENCYCLOPAEDIA)
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    articles, questions = [], []
    for number, line in enumerate(islice(lines, count)):
        known = article_id(url=None, path=f"{number}.txt", text=line["text"])
        articles.append(Article(known, line["title"], line["text"], f"{number}.txt", language="en"))
        questions += [one["question"] for one in line["questions"][:1]]
    step = max(1, len(questions) // QUESTIONS)
    return articles, questions[::step][:QUESTIONS]


def _own(articles: Sequence[Article], folder: Path) -> Indexed:
    library = Library(folder)
    library.embed([WARM])
    began = time.perf_counter()
    library.add(articles)
    return time.perf_counter() - began, lambda question: library.search(question, k=FOUND)


def _floor(articles: Sequence[Article], _: Path) -> Indexed:
    import faiss

    embed = BuiltinEmbedder().embed
    passages = [
        embedded_text(a.title, a.text[start:end]) for a in articles for start, end in passage_spans(a.text, "en")
    ]
    embed([WARM])
    began = time.perf_counter()
    vectors = embed(passages)
    seconds = time.perf_counter() - began
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return seconds, lambda question: index.search(embed([question]), FOUND)


def _langchain(articles: Sequence[Article], _: Path) -> Indexed:
    from langchain_core.documents import Document
    from langchain_core.vectorstores import InMemoryVectorStore
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=str(builtin_folder()), model_kwargs={"device": "cpu"})
    embeddings.embed_query(WARM)
    began = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    store = InMemoryVectorStore(embeddings)
    store.add_documents(splitter.split_documents([Document(a.text, metadata={"title": a.title}) for a in articles]))
    return time.perf_counter() - began, lambda question: store.similarity_search(question, k=FOUND)


def _txtai(articles: Sequence[Article], _: Path) -> Indexed:
    from txtai.embeddings import Embeddings

    embeddings = Embeddings(path=str(builtin_folder()), hybrid=True, content=True, gpu=False)
    embeddings.transform(WARM)
    began = time.perf_counter()
    embeddings.index([embedded_text(a.title, a.text[s:e]) for a in articles for s, e in passage_spans(a.text, "en")])
    return time.perf_counter() - began, lambda question: embeddings.search(question, FOUND)


def _haystack(articles: Sequence[Article], _: Path) -> Indexed:
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    model = str(builtin_folder())
    of_documents = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    of_texts = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
    of_documents.warm_up()
    of_texts.warm_up()
    of_texts.run(WARM)
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    began = time.perf_counter()
    documents = [
        Document(content=embedded_text(a.title, a.text[start:end]))
        for a in articles
        for start, end in passage_spans(a.text, "en")
    ]
    store.write_documents(of_documents.run(documents)["documents"])
    seconds = time.perf_counter() - began
    by_words = InMemoryBM25Retriever(store, top_k=FOUND)
    by_meaning = InMemoryEmbeddingRetriever(store, top_k=FOUND)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=FOUND)

    def search(question: str) -> object:
        words = by_words.run(question)["documents"]
        meaning = by_meaning.run(of_texts.run(question)["embedding"])["documents"]
        return joiner.run([words, meaning])

    return seconds, search


OWN = "assistant"
SYSTEMS: dict[str, Callable[[Sequence[Article], Path], Indexed]] = {
    OWN: _own,
    "floor": _floor,
    "langchain": _langchain,
    "txtai": _txtai,
    "haystack": _haystack,
}


if __name__ == "__main__":
    main()
