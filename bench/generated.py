"""A library of any size within minutes: generated texts and vectors, put into the store as if they had been added.

A text is made of sentences of `bench/news`, drawn from two of its passages, and a vector of those passages' vectors, so
that words and vectors are spread about as those of news are. What is generated has no copies, and is entered as already
compared: by as many keys as other articles have, which are drawn at random.
"""

import hashlib
from collections.abc import Iterator
from copy import copy
from itertools import islice

import numpy as np
from sqlalchemy import insert, select

from bench.many import rows_of
from bench.news import TEXTS, passages
from index.library import Library
from index.model.embed import Vectors
from index.store import catalogue
from index.store.schema import articles, copy_bands, embeddings, revisions, signatures
from index.store.schema import passages as passages_table
from index.text.chunk import embedded_text
from index.text.copies import BAND_ROWS, BANDS
from index.text.sentences import sentence_spans

PASSAGES_EACH = 3
SENTENCES_EACH = 6
SHINGLES = 350
"""Of an article of three passages."""
AT_ONCE = 5_000
"""Articles."""
SPREAD = 0.01
"""Of the noise on each dimension of a vector."""
FILLED_FOR = np.random.SeedSequence(2026)


class Generator:
    """Draws the same each time."""

    def __init__(self, library: Library) -> None:
        given = passages(TEXTS)
        self._texts = [text for _, text in given]
        self._sentences = [[text[start:end] for start, end in sentence_spans(text, "en")] for text in self._texts]
        self._vectors = library.embed([embedded_text(title, text) for title, text in given])
        self._chance = np.random.default_rng(FILLED_FOR)

    def anew(self) -> "Generator":
        """One that draws the same once more."""
        again = copy(self)
        again._chance = np.random.default_rng(FILLED_FOR)
        return again

    def vectors(self, of: "np.ndarray[tuple[int, int], np.dtype[np.int64]]") -> Vectors:
        """(n, dim) unit. of: (n, 3) rows of the given passages: one, and two whose difference it is moved along."""
        by = self._chance.uniform(0.3, 0.7, (len(of), 1)).astype(np.float32)
        noise = self._chance.normal(0, SPREAD, (len(of), self._vectors.shape[1])).astype(np.float32)
        moved = self._vectors[of[:, 0]] + by * (self._vectors[of[:, 1]] - self._vectors[of[:, 2]]) + noise
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)

    def articles(self, count: int) -> Iterator[tuple[list[str], Vectors]]:
        """Of each the passages' texts and vectors."""
        for _ in range(count):
            of = self._chance.integers(0, len(self._texts), (PASSAGES_EACH, 3))
            yield [self._text(int(one), int(other)) for one, other, _ in of], self.vectors(of)

    def _text(self, one: int, other: int) -> str:
        drawn = [*self._sentences[one], *self._sentences[other]]
        chosen = self._chance.permutation(len(drawn))[:SENTENCES_EACH]
        return " ".join(drawn[n] for n in chosen)


def fill(library: Library, count: int, generator: Generator | None = None) -> None:
    """With `count` passages, or up to two more; nothing of it is published yet.

    generator: one that was made for another library, since that takes minutes.
    """
    generator = generator.anew() if generator else Generator(library)
    keys = np.random.default_rng(FILLED_FOR)
    made = enumerate(generator.articles(-(-count // PASSAGES_EACH)))
    while some := list(islice(made, AT_ONCE)):
        rows: dict[str, list[dict[str, object]]] = {
            name: [] for name in ("articles", "revisions", "passages", "embeddings", "signatures")
        }
        for number, (texts, vectors) in some:
            article, revision = rows_of(number)
            article_id, title = str(article["id"]), str(revision["title"])
            key = {"article_id": article_id, "revision": revision["revision"]}
            rows["articles"].append(article)
            rows["revisions"].append(revision | {"text": "\n\n".join(texts)})
            rows["signatures"].append(key | {"shingles": SHINGLES, "minima": keys.bytes(4 * BANDS * BAND_ROWS)})
            start = 0
            for text, vector in zip(texts, vectors, strict=True):
                digest = hashlib.sha256(embedded_text(title, text).encode()).digest()[:16]
                place = {"start": start, "end": start + len(text), "embedding_key": digest}
                rows["passages"].append(key | place)
                rows["embeddings"].append({"key": digest, "model": library.embedding_model, "vector": vector.tobytes()})
                start += len(text) + 2
        with library.database.write() as connection:
            for table in (articles, revisions, passages_table, embeddings, signatures):
                connection.execute(insert(table), rows[table.name])
            numbers = select(signatures.c.number).order_by(signatures.c.number.desc()).limit(len(some))
            bands = [
                {"band": band, "number": number}
                for number in connection.scalars(numbers).all()
                for band in keys.integers(-(2**63), 2**63 - 1, BANDS + 1).tolist()
            ]
            connection.execute(insert(copy_bands), bands)
            catalogue.enter(connection, [str(row["id"]) for row in rows["articles"]])
