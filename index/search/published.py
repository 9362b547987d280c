"""Generations of the index on disk: built beside the one in use, verified, then published by one rename.

A generation is a folder `gen-SEQ-HASH` with the vectors, the words, the passage table, the article keys, which of
them are copies, which are dead, and a manifest, written last, that gives the size and SHA-256 of each file; HASH is the
manifest's own, so that no byte goes unchecked. `CURRENT` names the one to read. A crash at any moment leaves either the
old or the new generation current; what was half-written is swept. One that is built on another shares that one's large
files, which are never changed, by hard links.

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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from index.disk import sync, sync_folder, write_synced
from index.errors import BrokenIndex, StorageFault
from index.model.embed import Vectors
from index.progress import Progress, silent
from index.search.generation import ArticleKeys, Corpus, Generation
from index.search.lexical import LexicalIndex
from index.search.vectors import CompressedIndex, ExactIndex, VectorIndex, are_many
from index.store.locks import lock
from index.store.state import State
from index.text.chunk import CHUNKER_VERSION

FORMAT = 4
KEPT = 2
"""Generations that stay on disk: the current one and the one to fall back to."""
SELF_CHECKS = 20
MAX_REMEMBERED = 10_000
"""Files whose hash is known."""
NAME_PATTERN = re.compile(r"gen-\d{12}-[0-9a-f]{16}")


class Generations:
    """The index folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._verified: dict[tuple[int, ...], str] = {}
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

    def has_passages(self, corpus_id: str) -> bool:
        """Whether a generation of that corpus, also one to fall back to, says that it has any. None is loaded."""
        manifests = [_manifest(self.root / name) for name in self._names()]
        return any(manifest.get("passages") for manifest in manifests if manifest.get("corpus_id") == corpus_id)

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
                generation = _open(self.root / name, name, self._digest)
                if generation.state.corpus_id == corpus_id:
                    return name, generation
        return None

    def publish(self, corpus: Corpus, model: str, *, progress: Progress = silent) -> Generation:
        """Build, verify and publish; the new generation, as it was read back. Hold `lock` around it.

        Raises BrokenIndex when what was written does not read back, StorageFault when it cannot be written, and
        what `progress` raises; the generation that was current still is then.
        """
        building = self.root / f"gen-{secrets.token_hex(8)}.tmp"
        try:
            progress("indexing", 0, len(corpus.articles))
            with self._storage_faults():
                manifest_hash, sample = _write_generation(building, corpus, model, self._digest)
            name = f"gen-{corpus.state.seq:012d}-{manifest_hash}"
            generation = _open(building, name, self._digest)
            _check(generation, sample)
            progress("publishing", 1, 1)  # the last moment to call it off
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
        return generation

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
            own = [name for name in self._names() if _manifest(self.root / name).get("corpus_id") == corpus_id]
            kept = set(sorted(own, key=lambda n: (n == current, n), reverse=True)[:KEPT])
            for entry in self.root.iterdir():
                if entry.is_dir() and entry.name.startswith("gen-") and entry.name not in kept:
                    _delete_unread(entry)

    def _digest(self, path: Path) -> str:
        """The SHA-256 of the file. Of one that generations share it is worked out once: for a million passages they
        have more than a gigabyte."""
        there = path.stat()
        key = (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns)
        is_shared = there.st_nlink > 1
        if is_shared and (known := self._verified.get(key)):
            return known
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if is_shared:
            if len(self._verified) >= MAX_REMEMBERED:  # by then most are gone
                self._verified.clear()
            self._verified[key] = digest
        return digest

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


Digest = Callable[[Path], str]
Sample = dict[int, Vectors]
"""Rows, and the vectors that were stored there."""


def _write_generation(folder: Path, corpus: Corpus, model: str, digest: Digest) -> tuple[str, Sample]:
    """Fill `folder`; the hash of its manifest, as a generation's name gives it, and what is to be found in it."""
    (folder / "words").mkdir(parents=True)
    if corpus.base:
        _link_large_files(folder.parent / corpus.base.name, folder)
    sample: Sample = {}
    _write_vectors(folder, corpus, sample)
    for name, table in (("passages.npy", corpus.passages), ("copies.npy", corpus.copies), ("dead.npy", corpus.dead)):
        saved = io.BytesIO()  # to a file NumPy writes by itself, and says nothing of a disk that fails
        np.save(saved, table, allow_pickle=False)
        (folder / name).write_bytes(saved.getvalue())
    columns = json.dumps(corpus.articles.columns, ensure_ascii=False)
    (folder / "articles.json").write_text(columns, encoding="utf-8")
    LexicalIndex.build(corpus.bodies, folder / "words", dead=corpus.newly_dead)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.name.endswith(".lock")]
    for file in files:
        sync(file)
    sync_folder(folder / "words")
    manifest = {
        "format": FORMAT,
        "corpus_id": corpus.state.corpus_id,
        "corpus_seq": corpus.state.seq,
        "corpus_mark": corpus.state.mark,
        "model": model,
        "dimension": next((len(vector) for vector in sample.values()), 0),
        "chunker": CHUNKER_VERSION,
        "articles": corpus.articles_alive,
        "passages": len(corpus.passages),
        "built_in": folder.name,  # unique: no two builds have the same manifest, and so the same name
        "built_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "files": {
            str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": digest(file)} for file in files
        },
    }
    data = json.dumps(manifest, indent=1).encode()
    write_synced(folder / "manifest.json", data)
    sync_folder(folder)
    return _short_hash(data), sample


def _link_large_files(base: Path, folder: Path) -> None:
    """Those that are never written again. What tantivy replaces, its two lists of files, is copied."""
    for file in (base / CompressedIndex.PARTS[0], *(base / "words").iterdir()):
        to = folder / file.relative_to(base)
        if file.suffix == ".json":
            shutil.copyfile(file, to)
        elif not file.name.endswith(".lock"):
            try:
                os.link(file, to)
            except OSError:  # not every file system has links
                shutil.copyfile(file, to)


def _write_vectors(folder: Path, corpus: Corpus, sample: Sample) -> None:
    """sample: where some of those that are new are put."""
    new = range(corpus.first_new, len(corpus.passages))
    wanted = set(np.linspace(new[0], new[-1], SELF_CHECKS, dtype=np.int64).tolist()) if new else set()

    def noted() -> Iterator[Vectors]:
        row = corpus.first_new
        for block in corpus.vectors:
            sample.update((n, block[n - row]) for n in wanted if row <= n < row + len(block))
            row += len(block)
            yield block

    if corpus.base and isinstance(corpus.base.vectors, CompressedIndex):
        CompressedIndex.write(folder, noted(), corpus.base.vectors)
    elif are_many(len(corpus.passages)):
        CompressedIndex.write(folder, noted())
    else:
        (folder / ExactIndex.FILE).write_bytes(ExactIndex.build(noted()).to_bytes())


def _open(folder: Path, name: str, digest: Digest) -> Generation:
    """The generation of that name in `folder`, its manifest and every file in it checked. Raises BrokenIndex."""
    with contextlib.ExitStack() as until_opened:
        try:
            lease = until_opened.enter_context((folder / "manifest.json").open("rb"))
            fcntl.flock(lease, fcntl.LOCK_SH)
            generation = _read(folder, name, lease, digest)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenIndex(f"{name} cannot be read: {error}") from error
        until_opened.pop_all()  # from here on the generation closes it
    return generation


def _read(folder: Path, name: str, lease: io.BufferedReader, digest: Digest) -> Generation:
    data = lease.read()
    if _short_hash(data) != name.rpartition("-")[2]:
        raise BrokenIndex(f"{name}/manifest.json is not what was written.")
    manifest: dict[str, Any] = json.loads(data)
    if manifest["format"] != FORMAT:
        raise BrokenIndex(f"{name} has format {manifest['format']}, this program reads {FORMAT}.")

    def check(file: str, found: str) -> None:
        if found != manifest["files"][file]["sha256"]:
            raise BrokenIndex(f"{name}/{file} is not what was written.")

    # read by others, or in parts: only the hash is needed, and of a gigabyte it takes as long as to read all the rest
    large = [file for file in manifest["files"] if file.startswith("words/") or file.endswith(".f16")]
    with ThreadPoolExecutor(2, "hashing") as beside:
        digests = beside.map(digest, [folder / file for file in large])
        contents = {file: (folder / file).read_bytes() for file in manifest["files"] if file not in large}
        for file, content in contents.items():  # the very bytes that are hashed are the ones used
            check(file, hashlib.sha256(content).hexdigest())
        articles = ArticleKeys(json.loads(contents["articles.json"]))
        for file, found in zip(large, digests, strict=True):
            check(file, found)
    vectors: VectorIndex
    if ExactIndex.FILE in contents:
        vectors = ExactIndex.from_bytes(contents[ExactIndex.FILE])
    else:
        vectors = CompressedIndex.open(contents[CompressedIndex.FILE], folder)
    tables = {
        table: np.load(io.BytesIO(contents[f"{table}.npy"]), allow_pickle=False)
        for table in ("passages", "copies", "dead")
    }
    generation = Generation(
        State(str(manifest["corpus_id"]), int(manifest["corpus_seq"]), str(manifest["corpus_mark"])),
        articles,
        tables["passages"],
        LexicalIndex.open(folder / "words"),
        vectors,
        tables["copies"],
        dead=tables["dead"],
        name=name,
        model=str(manifest["model"]),
        chunker=int(manifest["chunker"]),
        lease=lease,
    )
    passages = int(manifest["passages"])
    alive = passages if generation.alive_rows is None else int(generation.alive_rows.sum())
    rows = (len(generation.passages), len(vectors), len(generation.words))
    if rows != (passages, passages, alive) or generation.articles_alive != manifest["articles"]:
        raise BrokenIndex(f"{name} holds {rows} rows, its manifest says {passages}, of them {alive} alive.")
    return generation


def _check(generation: Generation, sample: Sample) -> None:
    """Of what was written each row of the sample must hold the vector that was stored there and be found by it."""
    for row, vector in sample.items():
        assert generation.vectors is not None
        _, cosines = generation.vectors.search(vector, 1)
        own = generation.vectors.cosines(vector, np.array([row]))  # the row found may be another with the same text
        if not (abs(cosines[0] - 1) < 1e-3 and abs(own[0] - 1) < 1e-3):
            raise BrokenIndex(f"In the new index, passage row {row} does not find itself (cosine {own[0]:.4f}).")


def _manifest(folder: Path) -> dict[str, Any]:
    """What the generation in `folder` says of itself, unchecked; nothing where that cannot be read."""
    try:
        found = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


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
