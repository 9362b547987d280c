"""Generations of the index on disk: built beside the one in use, verified, then published by one rename.

A generation is a folder `gen-SEQ-HASH` with the vectors, the words, the passage table, the article keys, which of
them are copies, and a manifest, written last, that gives the size and SHA-256 of each file; HASH is the manifest's
own, so that no byte goes unchecked. `CURRENT` names the one to read. A crash at any moment leaves either the old or
the new generation current; what was half-written is swept.

Readers hold a shared `flock` on their generation's manifest, and the sweep deletes only what it can lock for
itself, so that two processes can share one folder. All of it is a cache: it may be deleted at any time.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk import sync_folder, write_synced
from index.errors import BrokenIndex, StorageFault
from index.model.embed import Vectors
from index.progress import Progress, silent
from index.search.filters import Filters
from index.search.lexical import LexicalIndex
from index.search.vectors import Mask, VectorIndex
from index.store.locks import lock
from index.store.state import State
from index.text.chunk import CHUNKER_VERSION
from index.text.days import last_day

FORMAT = 3
KEPT = 2
"""Generations that stay on disk: the current one and the one to fall back to."""
SELF_CHECKS = 20
NAME_PATTERN = re.compile(r"gen-\d{12}-[0-9a-f]{16}")

PASSAGE_DTYPE = np.dtype([("id", "<i8"), ("article", "<i4"), ("start", "<i4"), ("end", "<i4")])
"""One row a passage; `article` is the ordinal of its article in the generation."""

Copies = NDArray[np.int32]
"""(m, 2) ordinals: an article that has copies, and one of these or itself. In the order of the first, and of one those
that are to speak first come first."""
NO_COPIES: Copies = np.zeros((0, 2), np.int32)


@dataclass(frozen=True, slots=True)
class ArticleKey:
    """What a search needs to know of an article; everything else is read from the store."""

    id: str
    revision: str
    published_at: str | None
    source: str | None
    author: str | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is to ask for: the names as articles have them, and the days of the first and last article that are
    not ahead."""

    sources: tuple[str, ...]
    authors: tuple[str, ...]
    oldest: dt.date | None
    newest: dt.date | None


@dataclass(frozen=True, slots=True)
class Corpus:
    """One state of the store, ready to be indexed. Row n of passages, bodies and vectors is one passage."""

    state: State
    articles: tuple[ArticleKey, ...]
    passages: NDArray[np.void]  # (n,) PASSAGE_DTYPE
    bodies: Sequence[str]
    vectors: Vectors  # (n, dim)
    copies: Copies


class Generation:
    """One published state of the index in memory. Immutable; any number of threads may search it."""

    def __init__(
        self,
        state: State,
        articles: Sequence[ArticleKey],
        passages: NDArray[np.void],
        words: LexicalIndex,
        vectors: VectorIndex | None,
        copies: Copies = NO_COPIES,
        *,
        model: str = "",
        lease: io.BufferedReader | None = None,
    ) -> None:
        self.state = state
        self.seq = state.seq
        self.articles = tuple(articles)
        self.passages = passages
        self.words = words
        self.vectors = vectors
        """None where no vectors could be read: such a generation finds by words alone."""
        self.model = model
        if lease:  # open for as long as this generation is referenced: the sweep leaves its folder alone
            weakref.finalize(self, lease.close)
        self._days = np.array([_day(a.published_at) for a in articles], np.int64)
        self._sources = np.array([(a.source or "").casefold() for a in articles], object)
        self._authors = np.array([(a.author or "").casefold() for a in articles], object)
        self._ids = np.array([a.id for a in articles], object)
        self._having_copies: NDArray[np.int32] = copies[:, 0].copy()
        self._copies: NDArray[np.int32] = copies[:, 1].copy()

    @classmethod
    def words_only(cls, corpus: Corpus) -> "Generation":
        """In memory and without vectors: what answers while no generation on disk can be read."""
        bodies = zip(corpus.passages["article"].tolist(), corpus.bodies, strict=True)
        return cls(corpus.state, corpus.articles, corpus.passages, LexicalIndex.build(bodies), None, corpus.copies)

    def allowed_articles(self, filters: Filters, removed: frozenset[str]) -> Mask | None:
        """(articles,) bool: what passes the filters and has not been removed; None when that is all."""
        if not filters and not removed:
            return None
        mask = np.ones(len(self.articles), bool)
        if filters.after:
            mask &= self._days >= filters.after.toordinal()
        if filters.before:
            mask &= (self._days <= filters.before.toordinal()) & (self._days > 0)
        for wanted, values in ((filters.source, self._sources), (filters.author, self._authors)):
            if wanted:
                mask &= np.isin(values, np.array([w.casefold() for w in wanted], object))
        if filters.article_id:
            mask &= np.isin(self._ids, np.array(filters.article_id, object))
        if removed:
            mask &= ~np.isin(self._ids, np.array(list(removed), object))
        return mask

    @property
    def holdings(self) -> Holdings:
        sources, authors = self._names
        days = self._days_to_compare()
        dated = days[days > 0]
        return Holdings(
            sources=sources,
            authors=authors,
            oldest=dt.date.fromordinal(int(dated.min())) if len(dated) else None,
            newest=dt.date.fromordinal(int(dated.max())) if len(dated) else None,
        )

    def newest_first(self, allowed: Mask | None) -> NDArray[np.int64]:
        """Ordinals of the allowed articles; those of a day in their order, those without one, or of one ahead, last."""
        order = np.argsort(-self._days_to_compare(), kind="stable")
        return order if allowed is None else order[allowed[order]]

    @cached_property
    def ordinals(self) -> dict[str, int]:
        """Of each article, by its id."""
        return {article.id: n for n, article in enumerate(self.articles)}

    def copies_of(self, article_id: str) -> NDArray[np.int32]:
        """Ordinals of the article and its copies, the one that speaks for them first; none where it has none."""
        ordinal = self.ordinals.get(article_id, len(self.articles))
        first, end = np.searchsorted(self._having_copies, [ordinal, ordinal + 1])
        return self._copies[first:end]

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The sources and the authors."""
        sources = {a.source for a in self.articles if a.source}
        return tuple(sorted(sources)), tuple(sorted({a.author for a in self.articles if a.author}))

    def _days_to_compare(self) -> NDArray[np.int64]:
        """(articles,); 0 where the day is unknown or ahead, as it is now: a generation may be in use for weeks."""
        return np.where(self._days <= _day(last_day()), self._days, 0)


class Generations:
    """The index folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def lock(self, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """One builder at a time over all processes; the kernel frees it when a process dies.

        on_wait: called several times a second while another process builds; what it raises ends the wait. Raises
        StorageFault.
        """
        with contextlib.ExitStack() as held:
            with self._storage_faults():  # not around what is done under the lock: its errors are its own
                held.enter_context(lock(self.root / "lock", on_wait))
            yield

    def current_name(self) -> str | None:
        """The generation that `CURRENT` names; cheap enough to ask before every search."""
        try:
            return (self.root / "CURRENT").read_text().strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def load(self, corpus_id: str, *, only_current: bool = False) -> tuple[str, Generation] | None:
        """The current generation if it is whole, else the newest other one that is; None when none is.

        Only of that corpus: what another database left, before it was lost or replaced, is none of it.
        """
        current = self.current_name()
        names = sorted(self._names(), reverse=True)
        if current in names:
            names.remove(current)
            names.insert(0, current)
        if only_current:
            names = [name for name in names if name == current]
        for name in names:
            with contextlib.suppress(BrokenIndex):
                generation = _open(self.root / name, name.rpartition("-")[2])
                if generation.state.corpus_id == corpus_id:
                    return name, generation
        return None

    def publish(self, corpus: Corpus, model: str, *, progress: Progress = silent) -> str:
        """Build, verify and publish; the name of the new generation. Hold `lock` around it.

        Raises BrokenIndex when what was written does not read back, StorageFault when it cannot be written, and
        what `progress` raises; the generation that was current still is then.
        """
        building = self.root / f"gen-{secrets.token_hex(8)}.tmp"
        try:
            progress("indexing", 0, len(corpus.articles))
            with self._storage_faults():
                manifest_hash = _write_generation(building, corpus, model)
            _check(building, manifest_hash, corpus)
            progress("publishing", 1, 1)  # the last moment to call it off
            name = f"gen-{corpus.state.seq:012d}-{manifest_hash}"
            with self._storage_faults():
                building.rename(self.root / name)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        with self._storage_faults():
            sync_folder(self.root)
            write_synced(self.root / "CURRENT.tmp", name.encode())
            (self.root / "CURRENT.tmp").replace(self.root / "CURRENT")
            sync_folder(self.root)
        return name

    def sweep_unfinished(self) -> None:
        """Delete what a killed build left, so that the next has its room. Hold `lock` around it: no build runs then."""
        with self._storage_faults():
            for entry in self.root.glob("gen-*.tmp"):
                shutil.rmtree(entry, ignore_errors=True)

    def sweep(self, corpus_id: str) -> None:
        """Delete what no one reads: all but the newest `KEPT` generations of the corpus, and what a crash left.

        Hold `lock` around it.
        """
        current = self.current_name()
        with self._storage_faults():
            own = [name for name in self._names() if _corpus_id(self.root / name) == corpus_id]
            kept = set(sorted(own, key=lambda n: (n == current, n), reverse=True)[:KEPT])
            for entry in self.root.iterdir():
                if entry.is_dir() and entry.name.startswith("gen-") and entry.name not in kept:
                    _delete_unread(entry)

    @contextlib.contextmanager
    def _storage_faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageFault(
                f"The index in {self.root} could not be written ({error.strerror or error}). "
                "The one before it still answers; make room there, then rebuild."
            ) from error

    def _names(self) -> list[str]:
        return [entry.name for entry in self.root.iterdir() if entry.is_dir() and NAME_PATTERN.fullmatch(entry.name)]


def _write_generation(folder: Path, corpus: Corpus, model: str) -> str:
    """Fill `folder`; the hash of its manifest, as a generation's name gives it."""
    (folder / "words").mkdir(parents=True)
    write_synced(folder / "vectors.faiss", VectorIndex.build(corpus.vectors).to_bytes())
    for name, table in (("passages.npy", corpus.passages), ("copies.npy", corpus.copies)):
        saved = io.BytesIO()
        np.save(saved, table, allow_pickle=False)
        write_synced(folder / name, saved.getvalue())
    keys = [[a.id, a.revision, a.published_at, a.source, a.author] for a in corpus.articles]
    write_synced(folder / "articles.json", json.dumps(keys, ensure_ascii=False).encode())
    bodies = zip(corpus.passages["article"].tolist(), corpus.bodies, strict=True)
    LexicalIndex.build(bodies, folder / "words")
    for file in (folder / "words").iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    sync_folder(folder / "words")
    manifest = {
        "format": FORMAT,
        "corpus_id": corpus.state.corpus_id,
        "corpus_seq": corpus.state.seq,
        "corpus_mark": corpus.state.mark,
        "model": model,
        "dimension": int(corpus.vectors.shape[1]),
        "chunker": CHUNKER_VERSION,
        "articles": len(corpus.articles),
        "passages": len(corpus.passages),
        "built_in": folder.name,  # unique: no two builds have the same manifest, and so the same name
        "built_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "files": {
            str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": _file_digest(file)}
            for file in sorted(folder.rglob("*"))
            if file.is_file() and not file.name.endswith(".lock")
        },
    }
    data = json.dumps(manifest, indent=1).encode()
    write_synced(folder / "manifest.json", data)
    sync_folder(folder)
    return _short_hash(data)


def _open(folder: Path, manifest_hash: str) -> Generation:
    """The generation in `folder`, its manifest and every file in it checked. Raises BrokenIndex."""
    with contextlib.ExitStack() as until_opened:
        try:
            lease = until_opened.enter_context((folder / "manifest.json").open("rb"))
            fcntl.flock(lease, fcntl.LOCK_SH)
            generation = _read(folder, lease, manifest_hash)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenIndex(f"{folder.name} cannot be read: {error}") from error
        until_opened.pop_all()  # from here on the generation closes it
    return generation


def _read(folder: Path, lease: io.BufferedReader, manifest_hash: str) -> Generation:
    data = lease.read()
    if _short_hash(data) != manifest_hash:
        raise BrokenIndex(f"{folder.name}/manifest.json is not what was written.")
    manifest: dict[str, Any] = json.loads(data)
    if manifest["format"] != FORMAT:
        raise BrokenIndex(f"{folder.name} has format {manifest['format']}, this program reads {FORMAT}.")
    contents: dict[str, bytes] = {}
    for name, expected in manifest["files"].items():
        if name.startswith("words/"):  # read by their own library: only the hash is needed here
            digest = _file_digest(folder / name)
        else:  # the very bytes that are hashed are the ones used
            contents[name] = (folder / name).read_bytes()
            digest = hashlib.sha256(contents[name]).hexdigest()
        if digest != expected["sha256"]:
            raise BrokenIndex(f"{folder.name}/{name} is not what was written.")
    generation = Generation(
        State(str(manifest["corpus_id"]), int(manifest["corpus_seq"]), str(manifest["corpus_mark"])),
        [ArticleKey(*key) for key in json.loads(contents["articles.json"])],
        np.load(io.BytesIO(contents["passages.npy"]), allow_pickle=False),
        LexicalIndex.open(folder / "words"),
        VectorIndex.from_bytes(contents["vectors.faiss"]),
        np.load(io.BytesIO(contents["copies.npy"]), allow_pickle=False),
        model=str(manifest["model"]),
        lease=lease,
    )
    rows = {len(generation.passages), len(generation.words), len(generation.vectors or ())}
    if rows != {manifest["passages"]} or len(generation.articles) != manifest["articles"]:
        raise BrokenIndex(f"{folder.name} holds {sorted(rows)} rows, its manifest says {manifest['passages']}.")
    return generation


def _check(folder: Path, manifest_hash: str, corpus: Corpus) -> None:
    """Reopen what was written; each row of a sample must hold the vector that was stored there and be found by it."""
    vectors = _open(folder, manifest_hash).vectors
    if vectors is None or not len(corpus.vectors):
        return
    for row in np.unique(np.linspace(0, len(corpus.vectors) - 1, SELF_CHECKS, dtype=np.int64)):
        _, cosines = vectors.search(corpus.vectors[row], 1)
        own = vectors.cosines(corpus.vectors[row], np.array([row]))  # the row found may be another with the same text
        if not (abs(cosines[0] - 1) < 1e-3 and abs(own[0] - 1) < 1e-3):
            raise BrokenIndex(f"In the new index, passage row {row} does not find itself (cosine {own[0]:.4f}).")


def _corpus_id(folder: Path) -> str | None:
    """Which corpus the generation in `folder` says that it is of; None where that cannot be read."""
    try:
        return str(json.loads((folder / "manifest.json").read_bytes())["corpus_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _delete_unread(folder: Path) -> None:
    """Delete the generation in `folder` if no process reads it.

    Under the readers' own lock until it is gone: one that comes meanwhile waits, finds nothing, and takes another.
    """
    with contextlib.ExitStack() as held:
        try:
            manifest = held.enter_context((folder / "manifest.json").open("rb"))
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            pass  # it was never published
        except OSError:  # one reads it
            return
        shutil.rmtree(folder, ignore_errors=True)


def _short_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _day(published_at: str | None) -> int:
    """Days as `date.toordinal` counts them; 0 when unknown."""
    return dt.date.fromisoformat(published_at[:10]).toordinal() if published_at else 0
