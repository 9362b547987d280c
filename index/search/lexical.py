"""Word search (BM25) over passages, in tantivy: English stems, title and text as one field.

Questions are analysed into terms here and searched as terms, never parsed as query language: a quotation
mark or a colon in a question means nothing.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.errors import BrokenIndex
from index.search.vectors import Rows
from index.text.words import analyzer, content_stems, stems

WRITER_HEAP_BYTES = 50_000_000
MAX_TERMS = 64
"""Terms of one question that are searched for; what is longer than that is not a question."""

Body = tuple[int, int, str]
"""A passage's row, the ordinal of its article, and its words."""
NO_ORDINALS: NDArray[np.int32] = np.zeros(0, np.int32)
_ANALYZER_NAME = "english"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", tokenizer_name=_ANALYZER_NAME, index_option="freq")
    builder.add_integer_field("row", fast=True)
    builder.add_integer_field("article", indexed=True)
    return builder.build()


class LexicalIndex:
    """Immutable once built; any number of threads may search."""

    def __init__(self, index: tantivy.Index) -> None:
        index.register_tokenizer(_ANALYZER_NAME, analyzer())
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def build(
        cls,
        bodies: Iterable[Body],
        folder: Path | None = None,
        *,
        dead: NDArray[np.int32] = NO_ORDINALS,
    ) -> "LexicalIndex":
        """Without a folder, in memory; to an index that is in the folder `bodies` are added, and what it has of the
        articles `dead` (ordinals) is taken out.

        Raises OSError when the folder does not take it.
        """
        try:
            if folder and (folder / "meta.json").exists():
                index = tantivy.Index.open(str(folder))
            else:
                index = tantivy.Index(_schema(), path=str(folder) if folder else None)
            index.register_tokenizer(_ANALYZER_NAME, analyzer())
            writer = index.writer(WRITER_HEAP_BYTES, num_threads=1)
            for ordinal in dead.tolist():
                writer.delete_documents_by_term("article", ordinal)
            for row, article, body in bodies:
                writer.add_document(tantivy.Document(body=[body], row=row, article=article))
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
        except ValueError as error:  # what tantivy makes of a full disk among others
            raise OSError(f"The word index could not be written: {error}") from error
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """The caller has checked the hashes of the folder's files."""
        try:
            return cls(tantivy.Index.open(str(folder)))
        except (ValueError, OSError) as error:
            raise BrokenIndex(f"The word index in {folder} cannot be opened: {error}") from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, text: str, k: int, allowed_articles: NDArray[np.int64] | None = None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """Rows and BM25 scores (k1 1.2, b 0.75) of the `k` best, best first; empty when no word is known.

        allowed_articles: ordinals of the articles to search in; None means all.
        """
        terms = content_stems(text)[:MAX_TERMS]
        if not terms or k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        clauses = [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "body", t, "freq")) for t in terms]
        query = tantivy.Query.boolean_query(clauses)
        if allowed_articles is not None:
            members = tantivy.Query.term_set_query(self._schema, "article", allowed_articles.tolist())
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(members, 0.0)),
                ]
            )
        found = self._searcher.search(query, k, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in found]) if found else []
        return np.array(rows, np.int64).reshape(-1), np.array([score for score, _ in found], np.float32)

    def with_all(self, text: str, k: int) -> Rows:
        """Rows of up to `k` passages that have every word of `text`, in whatever order; none where it has no words."""
        terms = dict.fromkeys(stems(text)[:MAX_TERMS])
        if not terms:
            return np.empty(0, np.int64)
        clauses = [(tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "body", t, "freq")) for t in terms]
        found = self._searcher.search(tantivy.Query.boolean_query(clauses), k, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in found]) if found else []
        return np.array(rows, np.int64).reshape(-1)
