"""An answer in words, for those who read no fields: what is said of it to a terminal, to a chat client, to a model."""

from collections.abc import Sequence

from assistant.answer import Answer, Citation, ReadOut, Reason

WHY_NOT: dict[Reason, str] = {
    "no_articles": "There are no articles to answer from yet.",
    "no_match": "No article is left within these limits.",
    "no_evidence": "The articles do not answer this.",
}
"""As the page says it."""


def content(answer: Answer) -> str:
    """What the answer says, or why there is none."""
    return answer.answer or WHY_NOT[answer.reason or "no_evidence"]


def quotes(citations: Sequence[Citation], *, with_places: bool = False) -> str:
    """Each with its marker, its words, and where they are from. with_places: and where they stand there."""
    return "\n\n".join(_quoted(citation, with_places) for citation in citations)


def read_out(understood: ReadOut) -> str:
    """What narrowed or ordered the answer without being asked for by an option; empty where nothing did."""
    said = [
        f"{name.replace('_', ' ')} {value if isinstance(value, str) else ', '.join(value)}"
        for name, value in understood.filters.items()
    ]
    if understood.counted_from:
        said.append(f"counted from {understood.counted_from}, the day of the newest article")
    if understood.newest_first:
        said.append("newest first")
    return "; ".join(said)


def heading(title: str, source: str | None, published_at: str | None) -> str:
    return ", ".join(filter(None, [title or "Untitled", source, (published_at or "")[:10]]))


def _quoted(citation: Citation, with_places: bool) -> str:
    marker = f"[{citation.index}]" if citation.index else "-"
    lines = [
        f"{marker} {heading(citation.title, citation.source, citation.published_at)}",
        f"    “{' '.join(citation.quote.split())}”",
    ]
    if citation.also_in:
        others = "; ".join(heading(copy.title, copy.source, copy.published_at) for copy in citation.also_in)
        lines.append(f"    Also in: {others}")
    if with_places:
        lines.append(f"    article_id {citation.article_id}, characters {citation.start} to {citation.end}")
    return "\n".join(lines)
