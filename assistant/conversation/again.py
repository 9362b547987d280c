"""A follow-up about the last answer itself → what the articles cited in it say again, or further.

"Which source says so?" and "are you sure?" get the cited sentences, each with who published it and when; "tell me
more" the sentences that come after a cited one in its article, then the unseen ones from the article's beginning. The
reader judges nothing here: what goes on with a story seldom answers the question that the story was found by.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal

from assistant.answer import Cited, Question, Turn
from assistant.dates import in_words
from assistant.evidence import Evidence
from assistant.extractive.extract import MAX_SENTENCES, is_heading
from assistant.retriever import Retrieval, as_document
from assistant.statement import Quote, Statement, Support
from index.article import Article
from index.search.search import Hit
from index.search.snapshot import MAX_HITS, Snapshot
from index.text.sentences import sentence_spans

Wish = Literal["grounds", "more"]
Told = tuple[Retrieval, tuple[Statement, ...]]

MAX_WISH_CHARS = 80
MAX_FURTHER_CHARS = 4_000
"""How far an article is read on in, and how much of its beginning."""

_OPENING = (
    r"(?:(?:and|but|so|ok(?:ay)?|yes|thanks?|thank you|great|oh|hm+|please|can you|could you|well|wait)\b[,.!]?\s*)*"
)
_SO = r"(?:so|that|this|it)"
_SOURCE = r"(?:sources?|articles?|(?:news)?papers?|outlets?)"
_GROUNDS = re.compile(
    rf"{_OPENING}(?:(?:(?:what|which) (?:(?:is|are|was|were) )?(?:(?:the|your|its) )?)?{_SOURCE}(?: (?:for|of) {_SO})?"
    rf"|(?:what|which) {_SOURCE} (?:says?|said|reports?|reported|claims?|wrote|(?:is|was) {_SO} from) ?{_SO}?"
    rf"|(?:show|give|name)(?: me)? (?:the|your) {_SOURCE}|according to (?:whom?|what|which {_SOURCE})"
    rf"|says who|who (?:says|said|reports|reported|claims|wrote) {_SO}"
    rf"|where (?:did|do) you (?:read|get|find|have|see) {_SO}(?: from)?"
    rf"|where (?:is|does|was) (?:that|this)(?: come)? from|how do you know(?: {_SO})?"
    rf"|are you (?:really |quite |very )?(?:sure|certain|serious)(?: (?:about|of) {_SO})?"
    rf"|how (?:sure|certain) are you(?: (?:about|of) {_SO})?|really|seriously"
    rf"|is {_SO} (?:really )?(?:true|right|correct|certain|confirmed))(?:,? (?:now|then|please))?\W*",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"{_OPENING}(?:(?:(?:tell|give|show)(?: (?:me|us))? )?(?:a (?:bit|little) |some |any )?(?:more|further)"
    rf"(?: (?:details?|information|info))?(?: (?:about|on|of) {_SO})?|(?:any )?details?"
    r"|go (?:on|ahead)|continue|carry on|keep going|read on|elaborate"
    r"|what else(?: (?:does it|do they|do the articles|does the article) say| is (?:there|known)| do you know)?"
    r"|(?:is there )?anything else)(?:,? (?:please|then))?\W*",
    re.IGNORECASE,
)


def wish(question: str) -> Wish | None:
    """What `question` wants of the last answer; None where it asks something of its own. English only."""
    asked = question.strip()
    if len(asked) > MAX_WISH_CHARS:
        return None
    return "grounds" if _GROUNDS.fullmatch(asked) else "more" if _MORE.fullmatch(asked) else None


def told_again(snapshot: Snapshot, question: Question, standalone_question: str) -> Told | None:
    """What the last answer's articles say to that, and their passages, the best for `standalone_question` first.

    None where it is no question about the last answer, and where there is nothing (left) to say: an article is not
    cited again that was removed or edited since, or that the question's filters leave out.
    """
    wanted = wish(question.text)
    cited = question.history[-1].cited if question.history else ()
    asked_for = question.filters.article_id
    ids = dict.fromkeys(c.article_id for c in cited if not asked_for or c.article_id in asked_for)
    if wanted is None or not ids:
        return None
    found = snapshot.search(standalone_question, replace(question.filters, article_id=tuple(ids)), MAX_HITS)
    articles = {(hit.article.id, hit.revision): hit.article for hit in found.hits}
    there = [(c, article) for c in cited if (article := articles.get((c.article_id, c.revision)))]
    if wanted == "grounds":
        statements = tuple(_named(c, article) for c, article in there)
    else:
        statements = _further(there, question.history)
    documents = tuple(map(as_document, found.hits[: question.top_k]))
    retrieval = Retrieval(documents, found.generation, found.articles_searched, found.articles_held)
    return (retrieval, statements) if statements else None


def unseen(evidence: Sequence[Evidence], history: Sequence[Turn]) -> tuple[Evidence, ...]:
    """`evidence` without the sentences that the conversation has shown."""
    return tuple(e for e in evidence if not _is_shown(e.quote.article_id, e.quote.start, e.quote.end, history))


def _named(cited: Cited, article: Article) -> Statement:
    quote = _quote(cited, article, cited.start, cited.end)
    published = in_words(article.published_at)
    day = f" ({published})" if published else ""
    where = f"{article.source}{day}, “{article.title}”" if article.source else f"“{article.title}”{day}"
    return Statement(f"{where}: {quote.text}", (Support(quote),))


def _further(there: Sequence[tuple[Cited, Article]], history: Sequence[Turn]) -> tuple[Statement, ...]:
    """The next sentences of the first of the articles that has any."""
    for cited, article in there:
        text = article.text
        on = _sentences(article, cited.end, min(len(text), cited.end + MAX_FURTHER_CHARS))
        lead = _sentences(article, 0, min(cited.start, MAX_FURTHER_CHARS))
        new = (
            (start, end)
            for spans in (on, lead)
            for start, end in spans
            if not is_heading(text[start:end]) and not _is_shown(article.id, start, end, history)
        )
        quotes = [_quote(cited, article, start, end) for start, end in islice(new, MAX_SENTENCES)]
        if quotes:
            return tuple(Statement(quote.text, (Support(quote),)) for quote in quotes)
    return ()


def _sentences(article: Article, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Those that end before `end`, if the text goes on there."""
    spans = sentence_spans(article.text[start:end], article.language)
    if spans and end < len(article.text) and start + MAX_FURTHER_CHARS <= end:
        spans = spans[:-1]  # cut in two, perhaps
    return ((start + s, start + e) for s, e in spans)


def _quote(cited: Cited, article: Article, start: int, end: int) -> Quote:
    """Scored as the sentence that it goes on from."""
    return Quote(as_document(Hit(article, cited.revision, start, end, cited.score)), start, end, cited.score)


def _is_shown(article_id: str, start: int, end: int, history: Sequence[Turn]) -> bool:
    return any(c.article_id == article_id and c.start < end and start < c.end for turn in history for c in turn.cited)
