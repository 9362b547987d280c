"""Articles, their revisions and passages in the database: the truth that the index is built from.

One transaction per article: an article is in, with its passages, or it is not. The vectors of the passages are
`search/embeddings.py`'s, the files that articles come from `folder_state.py`'s, lists of articles `catalogue.py`'s,
what is known of removed ones `removals.py`'s and `trash.py`'s.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, case, delete, func, insert, or_, select, update

from index.article import Article, namesake_id
from index.companies.company_list import CompanyList
from index.errors import TakenAgain, UnknownArticle, shown
from index.store import catalogue, last_words, removals, trash
from index.store.companies import Companies, named_by
from index.store.database import Database
from index.store.last_words import Place
from index.store.rows import StoredArticle, article_of, batches, now, put, revision_row
from index.store.schema import (
    BY_HAND,
    IN_FOLDER,
    IS_CURRENT,
    REPLACED_BY_HAND,
    articles,
    listing,
    metadata,
    passages,
    rebuilds,
    revisions,
)
from index.store.state import State, state_of
from index.text.chunk import CHUNKER_VERSION, embedded_text, passage_spans
from index.text.days import last_day

Outcome = Literal["added", "updated", "unchanged", "withheld"]
"""withheld: someone removed just this revision, and neither its file nor a polled feed brings it back; or removed the
article after this was asked for; or gave another text of it by a job that was asked for later."""

MAX_NAMESAKES = 50
ANY_REVISION = "*"


class ChangedMeanwhile(Exception):
    """The article is no longer in the revision that another text of it was compared with."""


# of what is asked for with each article that comes in, or with each question: put together once
_CURRENT_OF = select(articles.c.revision).where(articles.c.id == bindparam("article_id"))
_ANY_REVISION_OF = (
    select(
        revisions,
        articles.c.origin,
        articles.c.revision.label("current"),
        articles.c.added_at.label("article_added_at"),
        select(func.count())
        .select_from(passages)
        .where(passages.c.article_id == articles.c.id)
        .scalar_subquery()
        .label("passage_count"),
    )
    .join(articles, articles.c.id == revisions.c.article_id)
    .where(articles.c.id == bindparam("article_id"))
)
_STORED = _ANY_REVISION_OF.where(revisions.c.revision == articles.c.revision)
_STORED_AS_IT_WAS = _ANY_REVISION_OF.where(revisions.c.revision == bindparam("as_it_was"))
_OF_THESE = (
    select(revisions, articles.c.origin)
    .join(articles, articles.c.id == revisions.c.article_id)
    # each by itself: for pairs SQLite would look through all of them
    .where(
        revisions.c.article_id.in_(bindparam("ids", expanding=True)),
        revisions.c.revision.in_(bindparam("revisions", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of an article, without its text."""

    revision: str
    title: str
    published_at: str | None
    updated_at: str | None
    added_at: str
    is_current: bool


class Store:
    def __init__(self, database: Database, known: CompanyList | None = None) -> None:
        """known: the companies that are known by their names; None for those of the shipped list."""
        self._database = database
        self.companies = Companies(database, known)
        database.create(metadata)
        catalogue.enter_missing(database)

    # -- articles in and out

    def compare(
        self, article: Article, *, in_folder: bool, by_itself: bool = False, asked_at: int | None = None
    ) -> Outcome:
        """What `put` would do, without doing it."""
        with self._database.read() as connection:
            return _outcome(connection, article, asked_at, is_asked_for=not (in_folder or by_itself))

    def put(
        self,
        article: Article,
        *,
        in_folder: bool,
        by_itself: bool = False,
        asked_at: int | None = None,
        place: Place | None = None,
        known: str | None = ANY_REVISION,
    ) -> Outcome:
        """Store `article` as the current revision of its id, with its passages, in one transaction.

        in_folder: it comes from a file of the articles folder. By hand, it may replace what such a file gave, until
        the next rebuild reads that file again. by_itself: a polled feed gave it. asked_at: the state of the corpus
        when it was asked for; who removed it by hand since then had the later word. place: of the job that brings it;
        one of a later job stays as it is. known: the current revision, None where there is no such article; raises
        ChangedMeanwhile, and changes nothing, where it is another by now.
        """
        revision = article.revision
        spans = passage_spans(article.text, article.language)
        moment = now()
        values: dict[str, object]
        with self._database.write() as connection:
            outcome = _outcome(connection, article, asked_at, is_asked_for=not (in_folder or by_itself))
            where = articles.c.id == article.id
            if outcome == "withheld":
                return outcome
            if known != ANY_REVISION and known != _current(connection, article.id):
                raise ChangedMeanwhile
            if place and last_words.is_a_later_ones(connection, article.id, place.number):
                if in_folder:  # as if the file had come first
                    values = {"in_folder": REPLACED_BY_HAND, "origin": article.origin}
                    connection.execute(update(articles).where(where).values(values))
                    catalogue.enter(connection, [article.id])
                return "withheld"
            if outcome == "unchanged":
                if in_folder:  # a renamed file, or one that was first added by hand
                    differs = or_(articles.c.in_folder != IN_FOLDER, articles.c.origin != article.origin)
                    values = {"in_folder": IN_FOLDER, "origin": article.origin}
                    if connection.execute(update(articles).where(where, differs).values(values)).rowcount:
                        catalogue.enter(connection, [article.id])
                _note_place(connection, article.id, place)
                return outcome
            if outcome == "added":
                values = {
                    "id": article.id,
                    "revision": revision,
                    "origin": article.origin,
                    "in_folder": IN_FOLDER if in_folder else BY_HAND,
                    "chunker": CHUNKER_VERSION,
                    "added_at": moment,
                }
                connection.execute(insert(articles), values)
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
            row = revision_row(article) | {"revision": revision, "added_at": moment}
            # an edit taken back brings an old revision again, which was taken in when it first was
            put(connection, revisions, row, changed=("removed", "found_in", "provenance_evidence"))
            _insert_passages(connection, article, revision, spans)
            catalogue.enter(connection, [article.id])
            _note_place(connection, article.id, place)
        return outcome

    def delete(self, ids: Sequence[str], *, by_hand: bool) -> None:
        """Remove articles with all their revisions.

        by_hand: the articles folder may not bring these revisions back, and `restore` may. Raises UnknownArticle then,
        and removes none, if one is not there; otherwise one that went meanwhile is passed over.
        """
        with self._database.write() as connection:
            found = {
                row.id: row.revision
                for some in batches(ids)
                for row in connection.execute(select(articles.c.id, articles.c.revision).where(articles.c.id.in_(some)))
            }
            if by_hand and (missing := [i for i in ids if i not in found]):
                raise UnknownArticle(f"No article has the id {shown(missing[0])}. `assistant articles` lists the ids.")
            trash.purge(connection)
            for article_id, revision in found.items():
                rows = trash.rows_of(connection, article_id) if by_hand else None
                connection.execute(delete(articles).where(articles.c.id == article_id))
                seq = removals.note(connection, article_id, revision, by_hand=by_hand)
                if rows:
                    trash.keep(connection, article_id, seq, rows)

    def restore(self, article_id: str) -> None:
        """Bring back an article that was removed by hand within the last hour, as it was, as if it had not been.

        Raises UnknownArticle where there is none, TakenAgain where that id is another article's by now.
        """
        with self._database.write() as connection:
            if connection.scalar(select(articles.c.id).where(articles.c.id == article_id)):
                raise TakenAgain(f"The article {shown(article_id)} is stored: nothing is there to be restored.")
            removed = trash.take_out(connection, article_id)
            if removed is None:
                raise UnknownArticle(
                    f"No article {shown(article_id)} was removed by hand within the last hour. Add it again."
                )
            connection.execute(insert(articles).values(removed.article | {"chunker": CHUNKER_VERSION}))
            connection.execute(insert(revisions), removed.revisions)
            _divide(connection, article_id)
            removals.take_back(connection, article_id, removed.seq)

    def rechunk(self) -> None:
        """Divide anew the articles that an older chunker divided."""
        with self._database.read() as connection:
            stale = connection.scalars(select(articles.c.id).where(articles.c.chunker != CHUNKER_VERSION)).all()
        for article_id in stale:
            with self._database.write() as connection:
                if _divide(connection, article_id):
                    current = update(articles).where(articles.c.id == article_id)
                    connection.execute(current.values(chunker=CHUNKER_VERSION))

    # -- reading

    def get(self, article_id: str, revision: str | None = None) -> StoredArticle | None:
        """The current revision, or the one asked for; None when there is no such article or revision."""
        with self._database.read() as connection:
            return _stored(connection, article_id, revision)

    def current_revision(self, article_id: str) -> str | None:
        with self._database.read() as connection:
            return _current(connection, article_id)

    def namesakes(self, article_id: str, text: str) -> dict[str, str]:
        """The present texts, by id, of that article and of others whose file has the same name, the first added first.

        Of the others, the one that first had `text` and at most 50 more, those added last.
        """
        named = {article_id, namesake_id(article_id, text)}
        others = (
            select(articles.c.id)
            # hexadecimal digits follow; no BETWEEN, within which PostgreSQL takes no collation
            .where(articles.c.id >= f"{article_id}-", articles.c.id < f"{article_id}-g")
            .order_by(articles.c.added_at.desc(), articles.c.id)
            .limit(MAX_NAMESAKES)
        )
        statement = (
            select(articles.c.id, revisions.c.text)
            .join(revisions, IS_CURRENT)
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
        wanted = set(keys)
        with self._database.read() as connection:
            rows = [
                row
                for some in batches(sorted(wanted))
                for row in connection.execute(
                    _OF_THESE, {"ids": [i for i, _ in some], "revisions": [revision for _, revision in some]}
                )
                if (row.article_id, row.revision) in wanted
            ]
        return {(row.article_id, row.revision): article_of(row) for row in rows}

    def titles(self, ids: Sequence[str]) -> dict[str, str]:
        """The present titles of those of the articles that are stored, in the order of `ids`."""
        statement = select(articles.c.id, revisions.c.title).join(revisions, IS_CURRENT)
        with self._database.read() as connection:
            rows = [
                row for some in batches(ids) for row in connection.execute(statement.where(articles.c.id.in_(some)))
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
        day = listing.c.published
        dated = select(day).where(day != "", day < f"{last_day()}~")  # behind every hour of that day
        with self._database.read() as connection:
            newest: str | None = connection.scalar(dated.order_by(day.desc()).limit(1))
        return newest

    def state(self) -> State:
        """Which corpus this is, and its present state."""
        with self._database.read() as connection:
            return state_of(connection)

    def seq(self) -> int:
        """The number of the corpus's present state; grows with every change."""
        return self.state().seq

    def removed_since(self, seq: int) -> frozenset[str]:
        """Ids of articles removed after that state: an index of it may not show them."""
        with self._database.read() as connection:
            return removals.since(connection, seq)

    def note_rebuild(self) -> None:
        """Record that a rebuild or publish was completed now, whether or not it found anything to do."""
        with self._database.write() as connection:
            trash.purge(connection)
            connection.execute(delete(rebuilds))
            connection.execute(insert(rebuilds).values(completed_at=now()))

    def last_rebuild(self) -> str | None:
        """When `note_rebuild` was last called."""
        with self._database.read() as connection:
            completed_at: str | None = connection.scalar(select(rebuilds.c.completed_at))
        return completed_at


def _outcome(connection: Connection, article: Article, asked_at: int | None, *, is_asked_for: bool) -> Outcome:
    if asked_at is not None and removals.was_by_hand_after(connection, article.id, asked_at):
        return "withheld"
    if not is_asked_for and removals.was_by_hand(connection, article.id, article.revision):
        return "withheld"
    current = _current(connection, article.id)
    if current is None:
        return "added"
    return "unchanged" if current == article.revision else "updated"


def _current(connection: Connection, article_id: str) -> str | None:
    revision: str | None = connection.scalar(_CURRENT_OF, {"article_id": article_id})
    return revision


def _note_place(connection: Connection, article_id: str, place: Place | None) -> None:
    if place and place.is_overtaking:
        last_words.note(connection, article_id, place.number)


def _divide(connection: Connection, article_id: str) -> bool:
    """Make the passages of an article anew; False where it went meanwhile."""
    stored = _stored(connection, article_id, None)
    if stored is None:
        return False
    connection.execute(delete(passages).where(passages.c.article_id == article_id))
    spans = passage_spans(stored.article.text, stored.article.language)
    _insert_passages(connection, stored.article, stored.revision, spans)
    catalogue.enter(connection, [article_id])
    return True


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
    statement = _STORED if revision is None else _STORED_AS_IT_WAS
    row = connection.execute(statement, {"article_id": article_id, "as_it_was": revision}).first()
    if row is None:
        return None
    return StoredArticle(
        article_of(row),
        row.revision,
        row.revision == row.current,
        row.article_added_at,
        row.passage_count,
        named_by(connection, [article_id]).get(article_id, ()),
    )
