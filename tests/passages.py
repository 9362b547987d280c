"""Passages, quotes and evidence made by hand, for what comes after retrieval."""

from dataclasses import dataclass

from langchain_core.documents import Document

from assistant.evidence import Evidence
from assistant.statement import Quote


@dataclass(frozen=True, slots=True)
class Source:
    """An article, as far as a passage tells of it."""

    article_id: str
    title: str = "A title"
    published_at: str | None = None
    language: str | None = None
    outlet: str | None = "Oldport Courier"


def passage(text: str, source: Source, start: int = 0, score: float = 1.0, before: str = "") -> Document:
    """`text` as it stands at `start` in the article, `before` in front of it in its paragraph."""
    return Document(
        id=f"{source.article_id}@r1:{start}-{start + len(text)}",
        page_content=text,
        metadata={
            "article_id": source.article_id,
            "revision": "r1",
            "title": source.title,
            "url": f"https://example.org/{source.article_id}",
            "source": source.outlet,
            "author": None,
            "published_at": source.published_at,
            "provenance": None,
            "language": source.language,
            "start": start,
            "end": start + len(text),
            "score": score,
            "before": before,
        },
    )


def quote(text: str, source: Source, score: float = 0.9, start: int = 0) -> Quote:
    """The one sentence of a passage that starts at `start`."""
    return Quote(passage(text, source, start), start, start + len(text), score)


def evidence(
    text: str,
    source: Source,
    score: float = 0.9,
    start: int = 0,
    features: tuple[float, ...] = (),
    answer: str = "",
) -> Evidence:
    return Evidence(quote(text, source, score, start), answer=answer, features=features)
