"""The library: articles in, search out. This is what `index` offers; the other modules are its parts.

Writing goes through three steps that each survive a kill: the article is committed to the store, its passages
are embedded batch by batch, and a new generation of the index is published whole. Reading takes one
generation and keeps to it (`Library.snapshot`).
"""

import logging
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from index.article import Article, Item, ItemError, Unchanged, article_id, namesake_id
from index.companies.company_list import read_list
from index.embedding import Ahead, Embedding
from index.errors import StorageFault
from index.ingest import folder as articles_folder
from index.ingest.apart import ReaderApart
from index.ingest.fields import DESCRIBED
from index.ingest.title import title_from
from index.model import embed
from index.model.embed import BUILTIN, Embedder, Vectors
from index.progress import Progress, Report, silent
from index.search.embeddings import Embeddings
from index.search.engine import Engine, Followed
from index.search.filters import NO_FILTERS, Filters
from index.search.local import LocalEngine
from index.search.milvus.engine import MilvusEngine
from index.search.search import Found
from index.search.snapshot import Snapshot
from index.store.catalogue import EVERYTHING, ArticlePage, Catalogue, Selection, Source
from index.store.companies import ListedCompany
from index.store.copy_pairs import CopyPairs
from index.store.database import Database, Turn
from index.store.folder_state import FolderState
from index.store.in_use import InUse
from index.store.last_words import Place
from index.store.locks import POLL_SECONDS
from index.store.postgresql import PostgresDatabase
from index.store.rows import StoredArticle
from index.store.sqlite import SqliteDatabase
from index.store.store import ANY_REVISION, ChangedMeanwhile, Outcome, Revision, Store
from index.tally import OnArticle, Tally
from index.text.copies import SAME_STORY, likeness

log = logging.getLogger(__name__)

DATABASE = "assistant.db"
FOLLOW_AGAIN_SECONDS = 10.0
"""How often it is looked whether an index that all share lacks something."""


def open_database(data_dir: Path, address: str = "") -> Database:
    """That of the data folder, or the one at the address."""
    return PostgresDatabase(address) if address else SqliteDatabase(data_dir / DATABASE)


def open_engine(data_dir: Path, address: str, database: Database, store: Store, embedder: Embedder) -> Engine:
    """That of the data folder, or the one at the address."""
    if address:
        return MilvusEngine(address, database, store, embedder)
    return LocalEngine(data_dir / "index", database, store, embedder)


def has_database(data_dir: Path) -> bool:
    """Whether anything is in it: one that was emptied, as by a copy that broke off, is as good as lost."""
    path = data_dir / DATABASE
    return path.exists() and path.stat().st_size > 0


@dataclass(frozen=True, slots=True)
class Status:
    state: Literal["ok", "empty", "degraded"]
    """degraded: answers come from words alone or from an older generation until a rebuild."""
    generation: int
    articles: int
    passages: int
    embedding_model: str
    newest_article: str | None
    last_rebuild_at: str | None
    """When a rebuild or publish was last completed, even one that found nothing to do."""
    pending: bool
    """True while the store holds changes that the index does not show."""


class Library:
    """The articles of one data folder. Any thread may call; several processes may share the folder."""

    def __init__(
        self,
        data_dir: Path,
        embedding_model: str = BUILTIN,
        *,
        database: str = "",
        index: str = "",
        companies: Path | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        """Opens the database; loads no model and no index. `embedder` stands in for the named model.

        database, index: the addresses of a PostgreSQL database and of a Milvus server that take the place of the
        folder's own. companies: a list that takes the place of the shipped one; raises BadCompanies where it is none.
        """
        known = read_list(companies) if companies else None
        self.data_dir = data_dir
        self.reader = ReaderApart()
        self._in_use = InUse(data_dir)
        is_new = not database and not has_database(data_dir)
        try:
            self.database = open_database(data_dir, database)
            self._store = Store(self.database, known)
            self._embedder = embedder or embed.embedder(embedding_model)
            self._engine = open_engine(data_dir, index, self.database, self._store, self._embedder)
        except OSError as error:
            raise StorageFault(f"The data folder {data_dir} cannot be used: {error}.") from error
        if is_new and not index and self._engine.is_published():
            log.warning(
                "There was nothing in %s, but an index that was made from it: it is begun anew, without articles. If "
                "it was not removed on purpose, stop the server and `assistant restore` the last backup.",
                data_dir / DATABASE,
            )
        self._catalogue = Catalogue(self.database, self._store.companies)
        self._embeddings = Embeddings(self.database)
        self._copies = CopyPairs(self.database)
        self._followed: str | None = None
        self._follow_again_at = 0.0  # by `time.monotonic()`
        self._embedding = Embedding(self._embeddings, self._embedder)

    @property
    def embedding_model(self) -> str:
        return self._embedder.id

    def close(self) -> None:
        self._embedding.close()
        self.reader.close()
        self._engine.close()
        self.database.close()
        self._in_use.close()

    def warm(self) -> None:
        """Load model and index now rather than with the first question."""
        self._embedder.embed(["warm"])
        self._engine.snapshot()

    # -- writing

    def rebuild(
        self,
        folder: Path,
        *,
        full: bool = False,
        dry_run: bool = False,
        place: Place | None = None,
        progress: Progress = silent,
        on_article: OnArticle = lambda *_: None,
    ) -> Report:
        """Make the library follow `folder`: new, changed and removed files; then embed and publish.

        A file that did not change is not read again, and one with an error keeps the articles it had. `full`
        reads every file and embeds every passage anew. place: of the job that does it; what later ones have given
        stays, as if it had come after. Raises IndexFault when there is no such folder.
        """
        if dry_run:
            return self._follow(folder, full, dry_run, place, progress, on_article)
        with self._rebuild_turn(progress):
            return self._follow(folder, full, dry_run, place, progress, on_article)

    def _rebuild_turn(self, progress: Progress) -> Turn:
        """Of two at once, the one that read a file before it changed could store its text after the other's."""
        while (turn := self.database.turn("rebuild")) is None:
            progress("reading", 0, 0)
            time.sleep(POLL_SECONDS)
        return turn

    def _follow(
        self,
        folder: Path,
        full: bool,
        dry_run: bool,
        place: Place | None,
        progress: Progress,
        on_article: OnArticle,
    ) -> Report:
        found, others = articles_folder.scan(folder)
        of_folder = FolderState(self.database, folder)
        known = {} if full else of_folder.files()
        by_path = of_folder.articles()
        states = {file.name: (file.size, file.modified) for file in found}
        unchanged = {name for name, state in states.items() if known.get(name) == state}
        owners = {i: path for path in unchanged for i in by_path.get(path, ())}
        failed: set[str] = set()
        tally = Tally(on_article, total=len(found))

        def still_reading() -> None:
            progress("reading", tally.done, tally.total)

        if full and not dry_run:
            self._embeddings.forget(self.embedding_model, all_of_them=True)
        with tally.told(), self._embedding.ahead() as ahead:
            for file in found:
                still_reading()
                if file.name in unchanged:
                    tally.done += 1
                    for known_id in sorted(by_path.get(file.name, ())):
                        tally.settle(known_id, "unchanged", None)
                    continue
                ids: set[str] = set()
                for item in articles_folder.read(file, self.reader, on_wait=still_reading):
                    tally.note(item, progress)
                    if isinstance(item, ItemError):
                        failed.add(file.name)
                    elif isinstance(item, Article):
                        if owners.setdefault(item.id, file.name) != file.name or item.id in ids:
                            failed.add(file.name)
                            tally.fail(_twice(item, owners[item.id], "Remove one"))
                            continue
                        outcome = self._take(item, in_folder=True, place=place, dry_run=dry_run)
                        if outcome != "withheld":
                            ids.add(item.id)
                            if not dry_run:
                                ahead.give(item.id)
                        tally.settle(item.id, outcome, item)
            for note in articles_folder.left_out_of(folder, others):
                tally.remark(note)
            # only now: an article may have moved to a file that was read later
            gone = {i for path, ids in by_path.items() if path not in failed for i in ids} - owners.keys()
            for gone_id in sorted(gone):
                tally.settle(gone_id, "removed", None)
            if dry_run:
                return tally.report()
            of_folder.own(owners.keys() - {i for ids in by_path.values() for i in ids})
            self._store.delete(sorted(gone), by_hand=False)
            of_folder.set_files({name: state for name, state in states.items() if name not in failed})
            self._publish(tally, full=full, progress=progress, ahead=ahead)
            return tally.report()

    def add(
        self,
        items: Iterable[Item],
        *,
        by_itself: bool = False,
        are_uploads: bool = False,
        since: str | None = None,
        asked_at: int | None = None,
        place: Place | None = None,
        dry_run: bool = False,
        progress: Progress = silent,
        on_article: OnArticle = lambda *_: None,
    ) -> Report:
        """Take in articles from elsewhere than the articles folder, then embed and publish once.

        What replaces the text of an article that a file of the folder gave stays until the next rebuild, which
        reads that file again. What is known of an article stays known where the same text comes again and does not say
        it. by_itself: nobody asked for just these, as with a polled feed: one that was removed by hand stays out.
        are_uploads: the name of a file need not stand for one article (`_told_apart`).
        since: when this work began, if it was cut short and is done again; what it added then counts as added.
        asked_at: `seq` when it was asked for; an article that was removed by hand since then stays out.
        place: of the job that does it; an article that a later one has given stays as it is.
        """
        tally = Tally(on_article)
        taken: dict[str, str] = {}

        def add_one(article: Article) -> bool:
            if are_uploads:
                article = self._told_apart(article)
            known = self._store.get(article.id)
            if known and known.article.text == article.text:
                article = _completed(article, known.article)
            if (known and _is_better(known.article, article)) or taken.get(article.id) == article.revision:
                tally.settle(article.id, "unchanged", article)
                return True
            if article.id in taken:
                later = "If it is a later state of that, add it afterwards"
                tally.fail(_twice(article, "an item before it", later))
                return True
            revision = known.revision if known else None
            try:
                outcome = self._take(article, False, by_itself, asked_at, place, revision, dry_run=dry_run)
            except ChangedMeanwhile:
                return False
            taken[article.id] = article.revision
            if outcome == "unchanged" and known and since and known.added_at >= since:
                outcome = "added"
            tally.settle(article.id, outcome, article)
            if not dry_run:
                ahead.give(article.id)
            return True

        with tally.told(), _ended(items), self._embedding.ahead() as ahead:
            for item in items:
                tally.note(item, progress)
                match item:
                    case Unchanged():
                        tally.settle(None, "unchanged", None)
                    case Article():
                        while not add_one(item):  # what it was compared with has changed meanwhile
                            pass
            if not dry_run:
                self._publish(tally, full=False, progress=progress, ahead=ahead)
            return tally.report()

    def hide(self, ids: Sequence[str]) -> None:
        """Remove articles from store and search at once; the index itself follows with the next publish.

        Raises UnknownArticle, and removes none, if one is not there.
        """
        self._store.delete(list(dict.fromkeys(ids)), by_hand=True)

    def restore(self, article_id: str) -> None:
        """Take back the removal of an article by hand, within an hour; the index itself follows with the next publish.

        Raises UnknownArticle where none was removed, TakenAgain where the id is in use again.
        """
        self._store.restore(article_id)

    def remove(self, ids: Sequence[str], *, progress: Progress = silent) -> Report:
        """`hide`, then publish. An article of the articles folder stays out until its file changes."""
        self.hide(ids)
        return replace(self.publish(progress=progress), removed=len(set(ids)))

    def publish(self, *, progress: Progress = silent) -> Report:
        """Bring the index up to date with the store; does nothing when it is."""
        tally = Tally()
        with tally.told():
            self._publish(tally, full=False, progress=progress)
        return tally.report()

    def follow_others(self, progress: Progress = silent) -> None:
        """Publish here what another machine has published, where they share a database and each has its own index; and
        in an index that all share, what could not be published when it was to be."""
        published_at = self._store.last_rebuild() if self.database.is_on_server else None
        if published_at is None or not self._is_to_follow(published_at):
            return
        shown = self._engine.shown()
        if shown.is_fallback or shown.state != self._store.state():
            with self._engine.publishing(progress):
                if self._engine.follow(full=False, progress=progress) == "lacking":
                    return  # whoever took that in embeds it, and publishes
                self._engine.sweep()
        self._followed = published_at

    def _is_to_follow(self, published_at: str) -> bool:
        if not self._engine.is_shared:
            return published_at != self._followed or self._engine.shown().is_fallback
        if time.monotonic() <= self._follow_again_at:
            return False
        self._follow_again_at = time.monotonic() + FOLLOW_AGAIN_SECONDS
        return True

    # -- reading

    def snapshot(self) -> Snapshot:
        """`Engine.snapshot`."""
        return self._engine.snapshot()

    def search(self, text: str, filters: Filters = NO_FILTERS, k: int = 10) -> Found:
        """`Snapshot.search` in the present generation."""
        return self.snapshot().search(text, filters, k)

    def is_published(self) -> bool:
        """Whether there is an index of any passages."""
        return self._engine.has_passages()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 with unit rows, by the model that the passages are embedded with."""
        return self._embedder.embed(texts)

    def article(self, article_id: str, revision: str | None = None) -> StoredArticle | None:
        """The current revision, or the one asked for; None when it is not there."""
        return self._store.get(article_id, revision)

    def revision(self, article_id: str) -> str | None:
        """The current revision of an article; None where there is no such article."""
        return self._store.current_revision(article_id)

    def history(self, article_id: str) -> tuple[Revision, ...]:
        """Its revisions, the one first taken in last first; none where there is no such article."""
        return self._store.history(article_id)

    def articles(self, selection: Selection = EVERYTHING, limit: int = 50, cursor: str | None = None) -> ArticlePage:
        """`Catalogue.page`."""
        return self._catalogue.page(selection, limit, cursor)

    def sources(self) -> tuple[Source, ...]:
        """`Catalogue.sources`."""
        return self._catalogue.sources()

    def companies(self) -> tuple[ListedCompany, ...]:
        """`Companies.all`."""
        return self._store.companies.all()

    def seq(self) -> int:
        """The number of the present state of what is stored; grows with every change."""
        return self._store.seq()

    def titles(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The titles of those of the articles that are stored, by id, in the order asked for."""
        return self._store.titles(article_ids)

    def status(self) -> Status:
        n_articles, n_passages = self._store.counts()
        shown = self._engine.shown()
        return Status(
            state="empty" if not n_articles else "degraded" if shown.is_fallback else "ok",
            generation=shown.state.seq,
            articles=n_articles,
            passages=n_passages,
            embedding_model=self.embedding_model,
            newest_article=self._store.newest_published(),
            last_rebuild_at=self._store.last_rebuild(),
            pending=self._store.state() != shown.state,
        )

    # -- parts

    def _told_apart(self, article: Article) -> Article:
        """An uploaded `article`, under an id of its own where the name of its file stands for another text.

        People send `article.txt` and `index.html` again and again. What resembles an article of that name is a new
        revision of the one that it resembles most; anything else is an article of its own. Files on disk have a path,
        and are not asked for here.
        """
        named = article_id(url=None, path=article.origin, text=article.text)
        if article.id != named:  # it has an address, or an id that was given
            return article
        alike = {i: likeness(text, article.text) for i, text in self._store.namesakes(named, article.text).items()}
        nearest = max(alike, key=alike.__getitem__, default=named)
        if alike.get(nearest, 0.0) >= SAME_STORY:
            return replace(article, id=nearest)
        return replace(article, id=namesake_id(named, article.text)) if named in alike else article

    def _take(
        self,
        article: Article,
        in_folder: bool,
        by_itself: bool = False,
        asked_at: int | None = None,
        place: Place | None = None,
        known: str | None = ANY_REVISION,
        *,
        dry_run: bool,
    ) -> Outcome:
        if dry_run:
            return self._store.compare(article, in_folder=in_folder, by_itself=by_itself, asked_at=asked_at)
        return self._store.put(
            article, in_folder=in_folder, by_itself=by_itself, asked_at=asked_at, place=place, known=known
        )

    def _publish(self, tally: Tally, *, full: bool, progress: Progress, ahead: Ahead | None = None) -> None:
        """Embed what is missing and publish what changed, if anything did."""
        self._store.companies.update(progress)
        if self.database.is_on_server:  # what takes longest keeps no other machine from publishing
            self._copies.update(progress)
            tally.embedded += self._embedding.finish(progress, ahead)
            ahead = None
        with self._engine.publishing(progress):
            self._store.rechunk()
            followed: Followed = "lacking"
            if not full and self._engine.is_up_to_date():  # or all passages would be gone through for what they lack
                followed = "unchanged"
                tally.embedded += self._embedding.end(ahead, progress) if ahead else 0
            while followed == "lacking":  # and again, where another process adds an article meanwhile
                self._copies.update(progress)  # while what was taken in is still embedded
                tally.embedded += self._embedding.finish(progress, ahead)
                ahead = None
                followed = self._engine.follow(full=full, progress=progress)
            if followed == "whole":  # else it would take longer than all the rest
                self._embeddings.forget(self.embedding_model)
            # also where nothing was published: a kill between a publish and its sweep left one generation too many
            self._engine.sweep()
            self._store.note_rebuild()


def _is_better(known: Article, article: Article) -> bool:
    """Whether `article` is what a feed says of a page that could not be had now, but is known."""
    return "text" in article.found_in and "text" not in known.found_in


def _completed(article: Article, known: Article) -> Article:
    """`article` with what `known`, which has the same text, says beyond it. A title made from the text says nothing."""
    gaps = [name for name in DESCRIBED if getattr(article, name) is None]
    if article.title == title_from(article.text):
        gaps.append("title")
    filled: dict[str, Any] = {name: getattr(known, name) for name in gaps}
    if "provenance" in filled:
        filled["provenance_evidence"] = known.provenance_evidence
    where = {name: known.found_in[name] for name in gaps if name in known.found_in}
    return replace(article, found_in={**article.found_in, **where}, **filled)


def _twice(article: Article, first: str, way_out: str) -> ItemError:
    return ItemError(
        article.origin,
        f"The article {article.id} is already given by {first}. {way_out}; if it is another, give it a name or an id "
        "of its own.",
    )


@contextmanager
def _ended(items: Iterable[object]) -> Iterator[None]:
    """A generator that is not used up still holds what it reads from."""
    try:
        yield
    finally:
        if isinstance(items, Generator):
            items.close()
