"""Articles, their revisions and passages in SQLite: the truth that the index is built from.

One transaction per article: an article is in, with its passages, or it is not. The vectors of the passages are
`embeddings.py`'s, the files that articles come from `folder_state.py`'s, what is known of removed ones `removals.py`'s.
"""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert

from index import removals
from index.article import Article, Removed, namesake_id
from index.chunk import CHUNKER_VERSION, embedded_text, passage_spans
from index.database import Database
from index.days import last_day
from index.errors import IndexFault, UnknownArticle, shown
from index.schema import (
    BY_HAND,
    IN_FOLDER,
    REPLACED_BY_HAND,
    articles,
    corpus,
    metadata,
    passages,
    rebuilds,
    revisions,
)

Outcome = Literal["added", "updated", "unchanged", "withheld"]
"""withheld: someone removed just this revision, and neither its file nor a polled feed brings it back."""

_REVISION_FIELDS = tuple(f.name for f in fields(Article) if f.name not in {"id", "origin", "removed", "found_in"})
_Key = TypeVar("_Key", str, tuple[str, str])
MAX_NAMESAKES = 50
_MANY = 500  # rows asked for by key at once; SQLite bounds the variables of a statement


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """One revision of an article, and how it lies in the store."""

    article: Article
    revision: str
    is_current: bool
    added_at: str
    passages: int


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of an article, without its text."""

    revision: str
    title: str
    published_at: str | None
    updated_at: str | None
    added_at: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Newest first. Texts are left out: `article.text` is empty in every entry."""

    articles: tuple[StoredArticle, ...]
    next_cursor: str | None


class Store:
    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(metadata)

    # -- articles in and out

    def compare(self, article: Article, *, in_folder: bool, by_itself: bool = False) -> Outcome:
        """What `put` would do, without doing it."""
        with self._database.read() as connection:
            return _outcome(connection, article, is_asked_for=not (in_folder or by_itself))

    def put(self, article: Article, *, in_folder: bool, by_itself: bool = False) -> Outcome:
        """Store `article` as the current revision of its id, with its passages, in one transaction.

        in_folder: it comes from a file of the articles folder. By hand, it may replace what such a file gave, until
        the next rebuild reads that file again. by_itself: a polled feed gave it.
        """
        revision = article.revision
        spans = passage_spans(article.text, article.language)
        moment = now()
        values: dict[str, object]
        with self._database.write() as connection:
            outcome = _outcome(connection, article, is_asked_for=not (in_folder or by_itself))
            where = articles.c.id == article.id
            if outcome == "withheld":
                return outcome
            if outcome == "unchanged":
                if in_folder:  # a renamed file, or one that was first added by hand
                    differs = or_(articles.c.in_folder != IN_FOLDER, articles.c.origin != article.origin)
                    values = {"in_folder": IN_FOLDER, "origin": article.origin}
                    connection.execute(update(articles).where(where, differs).values(values))
                return outcome
            if outcome == "added":
                connection.execute(
                    insert(articles).values(
                        id=article.id,
                        revision=revision,
                        origin=article.origin,
                        in_folder=IN_FOLDER if in_folder else BY_HAND,
                        chunker=CHUNKER_VERSION,
                        added_at=moment,
                    )
                )
            else:
                values = {"revision": revision, "chunker": CHUNKER_VERSION}
                if in_folder:
                    values |= {"in_folder": IN_FOLDER, "origin": article.origin}
                else:  # one that comes from a file stays that file's: without one, the next rebuild would drop it
                    by_hand = articles.c.in_folder == BY_HAND
                    values["origin"] = case((by_hand, article.origin), else_=articles.c.origin)
                    values["in_folder"] = case((by_hand, BY_HAND), else_=REPLACED_BY_HAND)
                connection.execute(update(articles).where(where).values(values))
                connection.execute(delete(passages).where(passages.c.article_id == article.id))
            row = _revision_row(article) | {"revision": revision, "added_at": moment}
            again = {name: row[name] for name in ("removed", "found_in", "provenance_evidence")}
            connection.execute(  # an edit taken back brings an old revision again, which was taken in when it first was
                upsert(revisions)
                .values(row)
                .on_conflict_do_update(index_elements=[revisions.c.article_id, revisions.c.revision], set_=again)
            )
            _insert_passages(connection, article, revision, spans)
        return outcome

    def delete(self, ids: Sequence[str], *, by_hand: bool) -> None:
        """Remove articles with all their revisions.

        by_hand: the articles folder may not bring these revisions back. Raises UnknownArticle then, and removes
        none, if one is not there; otherwise one that went meanwhile is passed over.
        """
        with self._database.write() as connection:
            found = {
                row.id: row.revision
                for some in _batches(ids)
                for row in connection.execute(select(articles.c.id, articles.c.revision).where(articles.c.id.in_(some)))
            }
            if by_hand and (missing := [i for i in ids if i not in found]):
                raise UnknownArticle(f"No article has the id {shown(missing[0])}. `assistant articles` lists the ids.")
            for article_id, revision in found.items():
                connection.execute(delete(articles).where(articles.c.id == article_id))
                removals.note(connection, article_id, revision, by_hand=by_hand)

    def rechunk(self) -> None:
        """Divide anew the articles that an older chunker divided."""
        with self._database.read() as connection:
            stale = connection.scalars(select(articles.c.id).where(articles.c.chunker != CHUNKER_VERSION)).all()
        for article_id in stale:
            with self._database.write() as connection:
                stored = _stored(connection, article_id, None)
                if stored is None:
                    continue
                connection.execute(delete(passages).where(passages.c.article_id == article_id))
                spans = passage_spans(stored.article.text, stored.article.language)
                _insert_passages(connection, stored.article, stored.revision, spans)
                connection.execute(update(articles).where(articles.c.id == article_id).values(chunker=CHUNKER_VERSION))

    # -- reading

    def get(self, article_id: str, revision: str | None = None) -> StoredArticle | None:
        """The current revision, or the one asked for; None when there is no such article or revision."""
        with self._database.read() as connection:
            return _stored(connection, article_id, revision)

    def current_revision(self, article_id: str) -> str | None:
        with self._database.read() as connection:
            return connection.execute(select(articles.c.revision).where(articles.c.id == article_id)).scalar()

    def namesakes(self, article_id: str, text: str) -> dict[str, str]:
        """The present texts, by id, of that article and of others whose file has the same name, the first added first.

        Of the others, the one that first had `text` and at most 50 more, those added last.
        """
        named = {article_id, namesake_id(article_id, text)}
        others = (
            select(articles.c.id)
            .where(articles.c.id.between(f"{article_id}-", f"{article_id}-g"))  # hexadecimal digits follow
            .order_by(articles.c.added_at.desc(), articles.c.id)
            .limit(MAX_NAMESAKES)
        )
        statement = (
            select(articles.c.id, revisions.c.text)
            .join(
                revisions,
                and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision),
            )
            .where(or_(articles.c.id.in_(named), articles.c.id.in_(others)))
            .order_by(articles.c.added_at, articles.c.id)
        )
        with self._database.read() as connection:
            return {row.id: row.text for row in connection.execute(statement)}

    def history(self, article_id: str) -> tuple[Revision, ...]:
        """Every revision that is kept, the one first taken in last first; none where there is no such article.

        Where an edit was taken back, the current one is not the first of them.
        """
        statement = (
            select(
                revisions.c.revision,
                revisions.c.title,
                revisions.c.published_at,
                revisions.c.updated_at,
                revisions.c.added_at,
                (revisions.c.revision == articles.c.revision).label("is_current"),
            )
            .join(articles, articles.c.id == revisions.c.article_id)
            .where(articles.c.id == article_id)
            .order_by(revisions.c.added_at.desc(), revisions.c.revision)
        )
        with self._database.read() as connection:
            return tuple(
                Revision(**{**row._mapping, "is_current": bool(row.is_current)})
                for row in connection.execute(statement)
            )

    def revisions(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Article]:
        """The articles behind (id, revision) pairs; pairs that are no longer there are left out."""
        wanted = list(dict.fromkeys(keys))
        with self._database.read() as connection:
            rows = [
                row
                for some in _batches(wanted)
                for row in connection.execute(
                    select(revisions, articles.c.origin)
                    .join(articles, articles.c.id == revisions.c.article_id)
                    .where(tuple_(revisions.c.article_id, revisions.c.revision).in_(some))
                )
            ]
        return {(row.article_id, row.revision): _article(row) for row in rows}

    def page(self, query: str, limit: int, cursor: str | None) -> ArticlePage:
        """Articles that have the words of `query` in title, source, author or origin, newest first, undated ones last.

        Raises IndexFault for a cursor that this method did not give.
        """
        published = func.coalesce(revisions.c.published_at, "")
        count = (
            select(func.count()).select_from(passages).where(passages.c.article_id == articles.c.id).scalar_subquery()
        )
        columns = [c for c in revisions.c if c.name not in {"text", "removed"}]
        statement = (
            select(
                *columns,
                articles.c.origin,
                articles.c.added_at.label("article_added_at"),
                count.label("passage_count"),
            )
            .join(
                articles,
                and_(articles.c.id == revisions.c.article_id, articles.c.revision == revisions.c.revision),
            )
            .order_by(published.desc(), articles.c.id)
            .limit(limit + 1)
        )
        for word in query.split():
            statement = statement.where(
                or_(
                    *(
                        c.icontains(word, autoescape=True)
                        for c in (revisions.c.title, revisions.c.source, revisions.c.author, articles.c.origin)
                    )
                )
            )
        if cursor is not None:
            date, article_id = _read_cursor(cursor)
            statement = statement.where(or_(published < date, and_(published == date, articles.c.id > article_id)))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        entries = tuple(
            StoredArticle(
                _article(row, text="", removed="[]"), row.revision, True, row.article_added_at, row.passage_count
            )
            for row in rows[:limit]
        )
        more = len(rows) > limit
        return ArticlePage(entries, _write_cursor(entries[-1].article) if more else None)

    def titles(self, ids: Sequence[str]) -> dict[str, str]:
        """The present titles of those of the articles that are stored, in the order of `ids`."""
        statement = select(articles.c.id, revisions.c.title).join(
            revisions, and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision)
        )
        with self._database.read() as connection:
            rows = [
                row for some in _batches(ids) for row in connection.execute(statement.where(articles.c.id.in_(some)))
            ]
        found = {row.id: row.title for row in rows}
        return {i: found[i] for i in ids if i in found}

    def counts(self) -> tuple[int, int]:
        """Articles and passages."""
        with self._database.read() as connection:
            n_articles = connection.scalar(select(func.count()).select_from(articles)) or 0
            n_passages = connection.scalar(select(func.count()).select_from(passages)) or 0
        return n_articles, n_passages

    def newest_published(self) -> str | None:
        """The latest `published_at` of a current revision that is not ahead."""
        with self._database.read() as connection:
            newest: str | None = connection.scalar(
                select(func.max(revisions.c.published_at))
                .join(
                    articles,
                    and_(articles.c.id == revisions.c.article_id, articles.c.revision == revisions.c.revision),
                )
                .where(func.substr(revisions.c.published_at, 1, 10) <= last_day())
            )
        return newest

    def seq(self) -> int:
        """The number of the corpus's present state; grows with every change."""
        with self._database.read() as connection:
            return int(connection.execute(select(corpus.c.seq)).scalar_one())

    def removed_since(self, seq: int) -> frozenset[str]:
        """Ids of articles removed after that state: an index of it may not show them."""
        with self._database.read() as connection:
            return removals.since(connection, seq)

    def note_rebuild(self) -> None:
        """Record that a rebuild or publish was completed now, whether or not it found anything to do."""
        with self._database.write() as connection:
            connection.execute(delete(rebuilds))
            connection.execute(insert(rebuilds).values(completed_at=now()))

    def last_rebuild(self) -> str | None:
        """When `note_rebuild` was last called."""
        with self._database.read() as connection:
            completed_at: str | None = connection.scalar(select(rebuilds.c.completed_at))
        return completed_at


def _outcome(connection: Connection, article: Article, *, is_asked_for: bool) -> Outcome:
    if not is_asked_for and removals.was_by_hand(connection, article.id, article.revision):
        return "withheld"
    current = connection.scalar(select(articles.c.revision).where(articles.c.id == article.id))
    if current is None:
        return "added"
    return "unchanged" if current == article.revision else "updated"


def _insert_passages(connection: Connection, article: Article, revision: str, spans: Sequence[tuple[int, int]]) -> None:
    if spans:
        connection.execute(
            insert(passages),
            [
                {
                    "article_id": article.id,
                    "revision": revision,
                    "start": start,
                    "end": end,
                    "embedding_key": hashlib.sha256(
                        embedded_text(article.title, article.text[start:end]).encode()
                    ).digest()[:16],
                }
                for start, end in spans
            ],
        )


def _stored(connection: Connection, article_id: str, revision: str | None) -> StoredArticle | None:
    row = connection.execute(
        select(
            revisions,
            articles.c.origin,
            articles.c.revision.label("current"),
            articles.c.added_at.label("article_added_at"),
        )
        .join(articles, articles.c.id == revisions.c.article_id)
        .where(
            articles.c.id == article_id,
            revisions.c.revision == (revision if revision is not None else articles.c.revision),
        )
    ).first()
    if row is None:
        return None
    count = connection.scalar(select(func.count()).select_from(passages).where(passages.c.article_id == article_id))
    return StoredArticle(_article(row), row.revision, row.revision == row.current, row.article_added_at, count or 0)


def _revision_row(article: Article) -> dict[str, object]:
    return {name: getattr(article, name) for name in _REVISION_FIELDS} | {
        "article_id": article.id,
        "removed": json.dumps([[line.rule, line.text] for line in article.removed], ensure_ascii=False),
        "found_in": json.dumps(dict(article.found_in), ensure_ascii=False),
    }


def _article(row: Row[*tuple[Any, ...]], **listed: Any) -> Article:
    """listed: the values of columns that were not asked for."""
    values = {**row._mapping, **listed}
    return Article(
        id=values["article_id"],
        origin=values["origin"],
        removed=tuple(Removed(rule, text) for rule, text in json.loads(values["removed"])),
        found_in=json.loads(values["found_in"]),
        **{name: values[name] for name in _REVISION_FIELDS},
    )


def _batches(keys: Sequence[_Key]) -> Iterable[Sequence[_Key]]:
    return (keys[i : i + _MANY] for i in range(0, len(keys), _MANY))


def _write_cursor(article: Article) -> str:
    return base64.urlsafe_b64encode(json.dumps([article.published_at or "", article.id]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[str, str]:
    try:
        date, article_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if not (isinstance(date, str) and isinstance(article_id, str)):
            raise ValueError(cursor)
        (date + article_id).encode()  # lone surrogates are no text to SQLite
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexFault(f"The cursor {cursor[:80]!r} is not one that was given. Start without a cursor.") from error
    return date, article_id


def now() -> str:
    """In the form of all moments in the store, which sort as they follow each other."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
