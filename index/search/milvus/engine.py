"""Publishes the store's states to a Milvus server, and says which is the present one.

A state is published on top of the one before: rows of articles that are gone or were rewritten are marked, new ones
come in, and the database says that they count. Once too many are dead, or for another model, everything goes to a new
collection, and the alias names that one. A kill at any moment leaves what was shown; what it left half done, the next
publish undoes. What was replaced stays for as long as an answer may take that looks at it.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection, Table, func, select

from index.errors import BrokenIndex, StorageFault
from index.model.embed import Embedder
from index.progress import Progress
from index.search.corpus import are_ready
from index.search.engine import Engine, Followed, Shown
from index.search.generation import Holdings
from index.search.milvus import indexed
from index.search.milvus.indexed import Manifest, Showing
from index.search.milvus.passages import Passages
from index.search.milvus.server import ALIVE, ROWS_AT_ONCE, Row, Rows, Server
from index.search.milvus.snapshot import MilvusSnapshot, holdings
from index.search.vectors import EXACT_UP_TO
from index.store import copy_pairs
from index.store.database import Database
from index.store.locks import POLL_SECONDS
from index.store.rows import batches
from index.store.schema import articles, embeddings, passages
from index.store.state import State, state_of
from index.store.store import Store
from index.text.chunk import CHUNKER_VERSION

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How long the server is waited for by who only asks how it is, and how long the reply holds."""
GRACE_SECONDS = 600.0
"""How long a state may still be looked at after another took its place: no answer takes longer."""
MOST_DEAD = 0.25
"""Share of a collection's rows: their words still count in BM25."""
SELF_CHECKS = 20
SETTLED_SECONDS = 30.0
"""After which every part of a Milvus server knows of what came in; its "Bounded" means five."""
NOTHING = Manifest("", True, "", 0, "", [], "", CHUNKER_VERSION, 0, 0, 1)


class MilvusEngine(Engine):
    is_shared = True

    def __init__(self, address: str, database: Database, store: Store, embedder: Embedder) -> None:
        """Connects with the first call that needs it."""
        self._server = Server(address)
        self._database = database
        self._store = store
        self._embedder = embedder
        self._found_holdings: tuple[Manifest, Holdings] | None = None
        self._first_seen: tuple[Manifest, float] | None = None
        self._looked = "", False, float("-inf")
        database.create(indexed.metadata)
        with database.write() as connection:
            self._name = f"assistant_{indexed.index_id(connection)}"

    def close(self) -> None:
        self._server.close()

    # -- reading

    def snapshot(self) -> MilvusSnapshot:
        """It finds by words alone while what is shown has vectors of another model.

        Raises StorageFault where there are articles and no index of them: to find none would be a wrong answer.
        """
        manifest = self._present()
        if manifest is None and self._store.counts()[0]:
            raise StorageFault("There is no index of these articles yet. `assistant rebuild` makes it.")
        shown = manifest or NOTHING
        rows = Rows(self._server, shown.collection, self._is_new(shown))
        its_holdings = partial(self._holdings, shown)
        return MilvusSnapshot(shown, rows, self._database, self._store, self._embedder, its_holdings)

    def shown(self) -> Shown:
        manifest = self._present()
        if manifest is None:
            return Shown(State(self._store.state().corpus_id, 0, ""), 0, is_fallback=True)
        is_fallback = manifest.model != self._embedder.id or not self._is_there(manifest)
        return Shown(manifest.state, manifest.passages, is_fallback)

    def _is_there(self, manifest: Manifest) -> bool:
        """Whether the server can be reached and has the collection, as it was found some seconds ago at most."""
        collection, is_there, looked_at = self._looked
        if collection != manifest.collection or time.monotonic() > looked_at + LOOK_SECONDS:
            try:
                is_there = manifest.collection in self._server.collections(LOOK_SECONDS)
            except StorageFault as fault:
                log.warning("%s", fault)
                is_there = False
            self._looked = manifest.collection, is_there, time.monotonic()
        return is_there

    def is_published(self) -> bool:
        return self._present() is not None

    def has_passages(self) -> bool:
        manifest = self._present()
        return manifest is not None and manifest.passages > 0

    def is_up_to_date(self) -> bool:
        shown = self._present()
        if shown is None or shown.state != self._store.state() or not self._is_of_now(shown):
            return False
        return self._is_whole(shown)

    def _present(self) -> Manifest | None:
        """What is shown; none of a corpus that was there before this one was restored or begun."""
        manifest = self._recorded()
        return manifest if manifest and manifest.corpus_id == self._store.state().corpus_id else None

    def _recorded(self) -> Manifest | None:
        with self._database.read() as connection:
            return indexed.present(connection)

    def _holdings(self, manifest: Manifest) -> Holdings:
        """Found once a state."""
        found = self._found_holdings
        if found is None or found[0] != manifest:
            showing = Showing(manifest.collection, manifest.seq)
            found = self._found_holdings = manifest, holdings(self._database, showing)
        return found[1]

    def _is_new(self, manifest: Manifest) -> bool:
        """Whether some part of the server may not know all of its rows yet."""
        seen = self._first_seen
        if seen is None or seen[0] != manifest:
            seen = self._first_seen = manifest, time.monotonic()
        return time.monotonic() < seen[1] + SETTLED_SECONDS

    # -- publishing

    @contextmanager
    def publishing(self, progress: Progress) -> Iterator[None]:
        while (turn := self._database.turn("index")) is None:
            progress("publishing", 0, 0)
            time.sleep(POLL_SECONDS)
        with turn:
            yield

    def follow(self, *, full: bool, progress: Progress) -> Followed:
        if not full and self.is_up_to_date():
            return "unchanged"
        replaced, shown = self._recorded(), self._present()
        if shown and not self._is_whole(shown):
            shown = None
        if shown:
            self._tidy(shown)
        with self._database.read() as connection:
            if not are_ready(connection, self._embedder.id):
                return "lacking"
            state = state_of(connection)
            if shown and not full and self._may_grow(connection, shown):
                self._grow(connection, shown, state, progress)
                return "grown"
            self._build(connection, state, replaced, progress)
            return "whole"

    def sweep(self) -> None:
        """Collections that were replaced some time ago, or never shown. The alias is for other programs."""
        shown = self._present()
        if shown:
            self._server.name(self._name, shown.collection)
        own = sorted(name for name in self._server.collections() if name.startswith(f"{self._name}_"))
        kept = [name for name in own if name <= shown.collection] if shown else []
        now = time.time()
        kept = [one for one, next_ in pairwise(kept) if _made_at(next_) / 1e9 > now - GRACE_SECONDS] + kept[-1:]
        for collection in own:
            if collection not in kept:
                self._server.drop(collection)
        with self._database.write() as connection:
            indexed.forget_others(connection, kept)

    def _is_whole(self, shown: Manifest) -> bool:
        """Whether the server has what the database says: it may have lost it, or the database was put back."""
        if shown.collection not in self._server.collections():
            return False
        return shown.mark in self._server.marks(shown.collection)

    def _is_of_now(self, manifest: Manifest) -> bool:
        return manifest.model == self._embedder.id and manifest.chunker == CHUNKER_VERSION

    def _may_grow(self, connection: Connection, shown: Manifest) -> bool:
        if not (self._is_of_now(shown) and shown.passages):
            return False
        if shown.is_exact and self._count(connection, passages) > EXACT_UP_TO:
            return False
        dead = indexed.dead_passages(connection, shown.collection)
        dying = sum(entry.count for entry in indexed.gone(connection, shown.collection))
        return dead + dying <= MOST_DEAD * (shown.passages + dead)

    def _tidy(self, shown: Manifest) -> None:
        """Take out what another publish left half done, and what nobody looks at any more."""
        unseen = max((seq for seq, at in shown.replaced if at < time.time() - GRACE_SECONDS), default=0)
        with self._database.write() as connection:
            indexed.undo(connection, shown.collection, shown.seq)
            indexed.forget(connection, shown.collection, unseen)
        is_early = f"(born > {shown.seq} and born < {ALIVE})"
        self._server.delete(shown.collection, f"{is_early} or died <= {unseen}")
        while marked := self._server.rows(shown.collection, f"died > {shown.seq} and died < {ALIVE}"):
            self._server.mark(shown.collection, marked, ALIVE)

    def _grow(self, connection: Connection, shown: Manifest, state: State, progress: Progress) -> None:
        gone = indexed.gone(connection, shown.collection)
        with self._database.write() as writing:
            indexed.mark(writing, shown.collection, state.seq, [entry.article_id for entry in gone])
        self._server.mark(shown.collection, (row for entry in gone for row in entry.rows), state.seq)
        lacking = list(connection.scalars(indexed.lacking(shown.collection)))
        self._note_copies(connection, shown, state, [*lacking, *(entry.article_id for entry in gone)])
        next_row = self._insert(connection, shown.collection, state, lacking, shown.next_row, progress)
        progress("publishing", 1, 1)  # the last moment to call it off
        now = time.time()
        replaced = [one for one in shown.replaced if one[1] > now - 2 * GRACE_SECONDS]
        replaced.append((shown.seq, now))
        published = self._manifest(connection, shown.collection, shown.is_exact, state, next_row, replaced)
        self._publish(published, shown)

    def _build(self, connection: Connection, state: State, replaced: Manifest | None, progress: Progress) -> None:
        newest = max((name for name in self._server.collections() if name.startswith(f"{self._name}_")), default="")
        at = max(time.time_ns(), _made_at(newest) + 1)  # whatever the clocks of two machines say
        collection = f"{self._name}_{at:020d}"
        count = self._count(connection, passages)
        is_exact = count <= EXACT_UP_TO
        size = select(func.length(embeddings.c.vector)).where(embeddings.c.model == self._embedder.id).limit(1)
        dim = (connection.scalar(size) or 8) // 4
        try:
            self._server.create(collection, dim, is_exact=is_exact)
            every = list(connection.scalars(select(articles.c.id).order_by(articles.c.id)))
            copies = copy_pairs.in_order(connection)
            with self._database.write() as writing:
                indexed.note_copies(writing, collection, state.seq, copies, [*copies])
            next_row = self._insert(connection, collection, state, every, 1, progress)
            self._server.finish(collection)
            progress("publishing", 1, 1)
            self._publish(self._manifest(connection, collection, is_exact, state, next_row, []), replaced)
        except BaseException:
            with suppress(StorageFault):  # else the next sweep does it
                self._server.drop(collection)
            raise

    def _note_copies(self, connection: Connection, shown: Manifest, state: State, changed: Sequence[str]) -> None:
        """Which articles are copies now, of those that changed and of their copies before and after."""
        before = Showing(shown.collection, shown.seq).copies(connection, changed)
        after = copy_pairs.in_order(connection, changed)
        touched = sorted({*changed, *(i for ids in [*before.values(), *after.values()] for i in ids)})
        with self._database.write() as writing:
            found = copy_pairs.in_order(connection, touched)
            indexed.note_copies(writing, shown.collection, state.seq, found, touched)

    def _insert(
        self,
        connection: Connection,
        collection: str,
        state: State,
        article_ids: Sequence[str],
        next_row: int,
        progress: Progress,
    ) -> int:
        """Put the passages of those articles in, to be shown from that state on; the next row that is free.

        Raises BrokenIndex where what was put in does not come back.
        """
        sample: dict[int, Row] = {}
        done = 0
        for some in batches(article_ids):
            progress("indexing", done, len(article_ids))
            read = Passages(connection, self._embedder.id, some)
            entries = read.entries(next_row)
            next_row += sum(entry.count for entry in entries)
            with self._database.write() as writing:
                indexed.enter(writing, collection, state.seq, entries)
            rows = [row | {"born": state.seq, "died": ALIVE} for row in read.rows(entries)]
            for n in range(0, len(rows), ROWS_AT_ONCE):
                self._server.insert(collection, rows[n : n + ROWS_AT_ONCE])
            if rows and len(sample) < SELF_CHECKS:
                sample[rows[0]["pk"]] = rows[0]
            done += len(some)
        found = Rows(self._server, collection, is_new=True).vectors(np.array([*sample], np.int64))
        for row, vector in zip(sample.values(), found, strict=True):
            if not np.allclose(row["vector"], vector, atol=1e-3):
                raise BrokenIndex(f"The Milvus server gave row {row['pk']} back with another vector than it was given.")
        return next_row

    def _manifest(
        self,
        connection: Connection,
        collection: str,
        is_exact: bool,
        state: State,
        next_row: int,
        replaced: Sequence[tuple[int, float]],
    ) -> Manifest:
        return Manifest(
            collection=collection,
            is_exact=is_exact,
            corpus_id=state.corpus_id,
            seq=state.seq,
            mark=state.mark,
            replaced=replaced,
            model=self._embedder.id,
            chunker=CHUNKER_VERSION,
            articles=self._count(connection, articles),
            passages=self._count(connection, passages),
            next_row=next_row,
        )

    def _publish(self, manifest: Manifest, instead_of: Manifest | None) -> None:
        before = [instead_of.mark] if instead_of and instead_of.collection == manifest.collection else []
        self._server.note(manifest.collection, [*before, manifest.mark])
        with self._database.write() as writing:
            indexed.publish(writing, manifest, instead_of)

    def _count(self, connection: Connection, table: Table) -> int:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def _made_at(collection: str) -> int:
    """In nanoseconds, UTC: the names of collections tell it, so that they follow each other."""
    return int(collection.rpartition("_")[2] or 0)
