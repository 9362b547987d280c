"""A sentence that a chat model wrote, and the passages that it cites → a Statement with the quotes that bear it out.

A sentence that fails one of `assistant.chat.checks` has no quotes, and so it is said to be unsupported. Of each cited
passage the sentence nearest in words and meaning becomes the quote; a passage without one that is near enough is not
cited, though the model did.
"""

from collections.abc import Sequence

import numpy as np
from langchain_core.documents import Document

from assistant.chat.checks import failed_checks
from assistant.statement import Quote, Statement, Support
from index.embed import Embed, Vectors
from index.sentences import sentence_spans
from index.words import content_stems, stems

SUPPORT_COSINE = 0.55
SUPPORT_OVERLAP = 0.5
"""A quote has that cosine to the written sentence, or that share of its content stems."""


class Verifier:
    """Asked while one answer is written: the sentences of a passage are embedded once."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._sentences: dict[str | None, tuple[list[tuple[int, int]], Vectors]] = {}

    def verified(self, sentence: str, cited: Sequence[Document]) -> Statement:
        """sentence: without its markers."""
        if not sentence or failed_checks(sentence, cited):
            return Statement(sentence, ())
        vector = self._embed([sentence])[0]
        quotes = [quote for passage in cited if (quote := self._quote(sentence, vector, passage))]
        return Statement(sentence, tuple(map(Support, quotes)))

    def _quote(self, sentence: str, vector: Vectors, passage: Document) -> Quote | None:
        content, start = passage.page_content, passage.metadata["start"]
        if passage.id not in self._sentences:
            spans = sentence_spans(content, passage.metadata["language"])
            self._sentences[passage.id] = spans, self._embed([content[s:e] for s, e in spans])
        spans, vectors = self._sentences[passage.id]
        said = set(content_stems(sentence))
        overlaps = np.array([len(said & set(stems(content[s:e]))) / max(1, len(said)) for s, e in spans])
        cosines = vectors @ vector
        best = int(np.argmax(cosines + overlaps))
        if cosines[best] < SUPPORT_COSINE and overlaps[best] < SUPPORT_OVERLAP:
            return None
        return Quote(passage, start + spans[best][0], start + spans[best][1], float(np.clip(cosines[best], 0, 1)))
