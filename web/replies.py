"""Values as JSON. The command line and HTTP both use it, so they cannot differ."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.answer import Answer
from index.library import Status
from index.search.filters import Filters
from index.search.related import Related
from index.search.search import Found, Hit
from index.store.catalogue import ListedArticle
from index.store.rows import StoredArticle
from index.text.difference import Change, Span
from web.jobs.freshness import Feed, alarms

Json = dict[str, Any]


def answer_json(answer: Answer, message_id: str | None = None, session_id: str | None = None) -> Json:
    return asdict(answer) | {"message_id": message_id, "session_id": session_id}


def found_json(found: Found, filters: Filters, unknown_companies: Sequence[str]) -> Json:
    return {
        "hits": [hit_json(hit) for hit in found.hits],
        "applied_filters": filters.as_json(),
        "unknown_companies": list(unknown_companies),
        "generation": found.generation,
    }


def hit_json(hit: Hit) -> Json:
    article = hit.article
    return {
        "article_id": article.id,
        "revision": hit.revision,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "author": article.author,
        "published_at": article.published_at,
        "text": hit.text,
        "start": hit.start,
        "end": hit.end,
        "score": float(hit.score),
    }


def article_json(stored: StoredArticle) -> Json:
    return asdict(stored.article) | {
        "revision": stored.revision,
        "is_current": stored.is_current,
        "added_at": stored.added_at,
        "passages": stored.passages,
        "companies": [
            {"name": company.name, "ticker": company.ticker, "exchange": company.exchange}
            for company in stored.companies
        ],
    }


def article_part_json(stored: StoredArticle, start: int, end: int) -> Json:
    """With a part of its text, and where the next one begins."""
    fields = article_json(stored)
    del fields["removed"]
    chars = len(stored.article.text)
    part = {"text": stored.article.text[start:end], "start": start, "end": end, "chars": chars}
    return fields | part | {"next_start": end if end < chars else None}


def listed_json(listed: ListedArticle) -> Json:
    """Without its text and what was left out of that."""
    fields = article_json(listed)
    del fields["text"], fields["removed"]
    return fields | {"copies": listed.copies}


def related_json(related: Related) -> Json:
    article = related.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published_at": article.published_at,
        "score": related.score,
    }


def change_json(change: Change, old: str, new: str) -> Json:
    return {
        "kind": change.kind,
        "old": _span_json(change.old, old),
        "new": _span_json(change.new, new),
        "words": [{"old": _span_json(edit.old, old), "new": _span_json(edit.new, new)} for edit in change.words],
    }


def _span_json(span: Span | None, text: str) -> Json | None:
    return None if span is None else {"start": span.start, "end": span.end, "text": text[span.start : span.end]}


def status_json(status: Status, answerer: str, feeds: Sequence[Feed]) -> Json:
    return {
        "status": status.state,
        "generation": status.generation,
        "articles": status.articles,
        "passages": status.passages,
        "embedding_model": status.embedding_model,
        "answerer": answerer,
        "newest_article": status.newest_article,
        "last_rebuild_at": status.last_rebuild_at,
        "pending": status.pending,
        "feeds": [asdict(feed) for feed in feeds],
        "alarms": alarms(feeds, status.newest_article, dt.datetime.now(dt.UTC)),
    }
