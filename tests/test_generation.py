"""Publishing an index: what is on disk is whole and what was written, or it is not used."""

import datetime as dt
import fcntl
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.errors import BrokenIndex, Cancelled
from index.model.embed import Vectors
from index.progress import Progress, Stage, silent
from index.search.filters import Filters
from index.search.generation import NO_COPIES, PASSAGE_DTYPE, ArticleKey, ArticleKeys, Corpus, Generation
from index.search.published import Generations, _check
from index.store.state import State

WORDS = ["bridge river", "comet lantern", "harvest moon", "violin glacier"]


def corpus(seq: int = 1, n: int = 4) -> Corpus:
    """`n` passages, two an article, whose vectors are the axes of a space."""
    return Corpus(
        state=State("corpus", seq, "mark"),
        articles=ArticleKeys.of([ArticleKey(f"a{i}", f"r{i}", "2023-01-02", "Süd", None) for i in range((n + 1) // 2)]),
        passages=np.array([(10 + i, i // 2, 5 * i, 5 * i + 4) for i in range(n)], PASSAGE_DTYPE),
        bodies=[(i, i // 2, WORDS[i % 4]) for i in range(n)],
        vectors=[np.eye(n, dtype=np.float32)] if n else [],
        copies=NO_COPIES,
    )


def publish(generations: Generations, corpus: Corpus, model: str, progress: Progress = silent) -> str:
    """The name; what was published is held by nobody."""
    return generations.publish(corpus, model, progress=progress).name


def axis(i: int, n: int = 4) -> Vectors:
    return np.asarray(np.eye(n)[i], np.float32)


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    return Generations(tmp_path / "index")


def loaded(generations: Generations) -> tuple[str, Generation]:
    found = generations.load("corpus")
    assert found is not None
    return found


def entries(generations: Generations) -> set[str]:
    return {entry.name for entry in generations.root.iterdir()}


def files_of(folder: Path) -> list[Path]:
    """Every file of a generation with something in it; tantivy's lock files are empty."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def test_what_is_of_a_day_that_is_ahead_is_not_the_newest() -> None:
    days = ("2023-01-02", "2999-01-01", None, "2023-05-06T08:00:00Z")
    keys = ArticleKeys.of([ArticleKey(f"a{n}", "r", day, None, None) for n, day in enumerate(days)])
    generation = Generation.words_only(replace(corpus(n=8), articles=keys))
    assert generation.newest_first(None).tolist() == [3, 0, 1, 2]
    assert (generation.holdings.oldest, generation.holdings.newest) == (dt.date(2023, 1, 2), dt.date(2023, 5, 6))
    after = generation.allowed_articles(Filters(after=dt.date(2024, 1, 1)), frozenset())
    assert after is not None
    assert after.tolist() == [False, True, False, False]  # a filter goes by what is stated


# -- publishing


def test_what_is_published_is_what_is_loaded(generations: Generations) -> None:
    name = publish(generations, corpus(seq=7), "model@1")
    assert generations.current_name() == name
    loaded_name, generation = loaded(generations)
    assert loaded_name == name
    assert (generation.seq, generation.model, list(generation.articles)) == (7, "model@1", list(corpus().articles))
    assert generation.passages.tolist() == corpus().passages.tolist()
    assert generation.words.search("comet", 5)[0].tolist() == [1]
    assert generation.vectors is not None
    assert generation.vectors.search(axis(2), 1)[0].tolist() == [2]


def test_whether_there_are_passages_is_told_by_any_manifest_of_the_corpus(generations: Generations) -> None:
    assert not generations.has_passages("corpus")
    publish(generations, corpus(n=0), "m")
    assert not generations.has_passages("corpus")
    publish(generations, corpus(seq=2), "m")
    assert generations.has_passages("corpus")
    assert not generations.has_passages("another")
    last = generations.root / publish(generations, corpus(seq=3), "m")
    for damaged in (b"{}", b"[1]", b"no manifest"):
        (last / "manifest.json").write_bytes(damaged)
        assert generations.has_passages("corpus")  # of the one before it


def test_copies_are_those_of_the_generation_in_the_order_to_speak(generations: Generations) -> None:
    publish(generations, replace(corpus(n=6), copies=np.array([(0, 2), (0, 0), (2, 2), (2, 0)], np.int32)), "m")
    generation = loaded(generations)[1]
    found = {article_id: generation.copies_of(article_id).tolist() for article_id in ("a0", "a1", "a2", "unknown")}
    assert found == {"a0": [2, 0], "a1": [], "a2": [2, 0], "unknown": []}


def test_the_manifest_tells_the_state_the_model_and_every_files_size_and_hash(generations: Generations) -> None:
    name = publish(generations, corpus(seq=7), "model@1")
    folder = generations.root / name
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert {key: manifest[key] for key in ("format", "corpus_id", "corpus_seq", "model", "dimension", "chunker")} == {
        "format": 4,
        "corpus_id": "corpus",
        "corpus_seq": 7,
        "model": "model@1",
        "dimension": 4,
        "chunker": 3,
    }
    assert (manifest["articles"], manifest["passages"]) == (2, 4)
    assert manifest["files"] == {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in files_of(folder)
        if path.name != "manifest.json"
    }
    assert {"vectors.faiss", "passages.npy", "copies.npy", "articles.json", "words/meta.json"} <= manifest[
        "files"
    ].keys()


def test_a_name_is_the_state_and_the_hash_of_the_manifest(generations: Generations) -> None:
    name = publish(generations, corpus(seq=7), "m")
    manifest = (generations.root / name / "manifest.json").read_bytes()
    assert name == f"gen-000000000007-{hashlib.sha256(manifest).hexdigest()[:16]}"


@pytest.mark.parametrize("n", [0, 1, 2, 45])
def test_a_corpus_of_any_size_is_published(generations: Generations, n: int) -> None:
    publish(generations, corpus(n=n), "m")
    generation = loaded(generations)[1]
    assert (len(generation.passages), len(generation.words), len(generation.vectors or ())) == (n, n, n)


def test_one_state_is_published_twice_under_two_names(generations: Generations) -> None:
    first, second = publish(generations, corpus(n=0), "m"), publish(generations, corpus(n=0), "m")
    assert first != second
    assert loaded(generations)[0] == second


def test_before_the_first_publish_there_is_none(generations: Generations) -> None:
    assert generations.load("corpus") is None
    assert generations.current_name() is None


@pytest.mark.parametrize("stage", ["indexing", "publishing"])
def test_a_cancel_in_either_stage_leaves_the_generation_before_and_nothing_else(
    generations: Generations, stage: Stage
) -> None:
    name = publish(generations, corpus(), "m")
    before = entries(generations)

    def cancel(now: Stage, done: int, total: int) -> None:
        if now == stage:
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        publish(generations, corpus(seq=2), "m", progress=cancel)
    assert loaded(generations)[0] == name
    assert entries(generations) == before


# -- damage


def test_every_file_with_any_of_its_bytes_changed_is_refused_and_the_generation_before_answers(
    generations: Generations,
) -> None:
    before = publish(generations, corpus(seq=1), "m")
    current = publish(generations, corpus(seq=2), "m")
    files = files_of(generations.root / current)
    assert len(files) >= 10
    for file in files:
        whole = file.read_bytes()
        for place in {0, len(whole) // 3, len(whole) // 2, len(whole) - 1}:
            for bit in (1, 128):
                changed = bytearray(whole)
                changed[place] ^= bit
                file.write_bytes(changed)
                assert loaded(generations)[0] == before, (file.name, place, bit)
        file.write_bytes(whole)
    assert loaded(generations)[0] == current


def test_every_byte_of_the_manifest_counts(generations: Generations) -> None:
    name = publish(generations, corpus(n=1), "m")
    manifest = generations.root / name / "manifest.json"
    whole = manifest.read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        manifest.write_bytes(changed)
        assert generations.load("corpus") is None, place


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        lambda file: file.write_bytes(file.read_bytes() + b"\0"),
        lambda file: (file.unlink(), file.mkdir()),
    ],
    ids=["missing", "empty", "one byte short", "half", "one byte long", "a folder"],
)
def test_every_file_that_is_not_whole_is_refused(generations: Generations, damage: Callable[[Path], object]) -> None:
    before = publish(generations, corpus(seq=1), "m")
    current = publish(generations, corpus(seq=2), "m")
    for file in files_of(generations.root / current):
        whole = file.read_bytes()
        damage(file)
        assert loaded(generations)[0] == before, file.name
        if file.is_dir():
            file.rmdir()
        file.write_bytes(whole)
    assert loaded(generations)[0] == current


def test_a_generation_of_a_foreign_format_is_refused_though_its_hashes_hold(generations: Generations) -> None:
    before = publish(generations, corpus(seq=1), "m")
    current = publish(generations, corpus(seq=2), "m")
    manifest = generations.root / current / "manifest.json"
    foreign = manifest.read_bytes().replace(b'"format": 4,', b'"format": 2,')
    manifest.write_bytes(foreign)
    renamed = f"gen-000000000002-{hashlib.sha256(foreign).hexdigest()[:16]}"
    (generations.root / current).rename(generations.root / renamed)
    (generations.root / "CURRENT").write_text(renamed)
    assert loaded(generations)[0] == before


def test_when_every_generation_is_damaged_there_is_none(generations: Generations) -> None:
    for seq in (1, 2):
        (generations.root / publish(generations, corpus(seq=seq), "m") / "articles.json").unlink()
    assert generations.load("corpus") is None


@pytest.mark.parametrize(
    "written", [b"", b"\n", b"\xff\xfe", b"gen-000000000009-0123456789abcdef", b"../../etc", b"lock", b"\0"]
)
def test_without_a_legible_pointer_the_newest_whole_generation_answers(
    generations: Generations, written: bytes
) -> None:
    publish(generations, corpus(seq=1), "m")
    newest = publish(generations, corpus(seq=2), "m")
    (generations.root / "CURRENT").write_bytes(written)
    assert loaded(generations)[0] == newest
    (generations.root / "CURRENT").unlink()
    assert loaded(generations)[0] == newest


# -- sweeping


def test_two_generations_are_kept(generations: Generations) -> None:
    names = [publish(generations, corpus(seq=seq), "m") for seq in (1, 2, 3, 4)]
    generations.sweep("corpus")
    assert entries(generations) == {names[2], names[3], "CURRENT"}


def test_the_current_generation_is_kept_though_others_have_higher_numbers(generations: Generations) -> None:
    # as after a backup of the database was put in its place
    names = [publish(generations, corpus(seq=seq), "m") for seq in (7, 8, 3)]
    generations.sweep("corpus")
    assert entries(generations) == {names[1], names[2], "CURRENT"}
    assert loaded(generations)[0] == names[2]


def test_what_a_crash_left_and_unknown_folders_are_ignored_and_swept(generations: Generations) -> None:
    before = publish(generations, corpus(seq=1), "m")
    name = publish(generations, corpus(seq=2), "m")
    root = generations.root
    for left in ("gen-0123456789abcdef.tmp", f"{name}.tmp", "gen-zzz", "gen-999999999999-0123456789abcdeg"):
        (root / left / "words").mkdir(parents=True)
        (root / left / "words" / "meta.json").write_text("{")
        (root / left / "manifest.json").write_bytes((root / name / "manifest.json").read_bytes())
    assert loaded(generations)[0] == name
    generations.sweep("corpus")
    assert entries(generations) == {before, name, "CURRENT"}


def test_what_a_killed_build_left_can_be_swept_alone(generations: Generations) -> None:
    names = [publish(generations, corpus(seq=seq), "m") for seq in (1, 2, 3)]
    (generations.root / "gen-0123456789abcdef.tmp" / "words").mkdir(parents=True)
    generations.sweep_unfinished()
    assert entries(generations) == {*names, "CURRENT"}


def test_what_does_not_look_like_a_generation_is_left_alone(generations: Generations) -> None:
    name = publish(generations, corpus(), "m")
    (generations.root / "notes").mkdir()
    (generations.root / "gen-notes.txt").write_text("mine")
    generations.sweep("corpus")
    assert entries(generations) == {name, "CURRENT", "notes", "gen-notes.txt"}
    assert loaded(generations)[0] == name


def test_a_generation_survives_the_sweep_for_as_long_as_someone_holds_it(generations: Generations) -> None:
    first = publish(generations, corpus(seq=1), "m")
    held = loaded(generations)[1]
    others = [publish(generations, corpus(seq=seq), "m") for seq in (2, 3, 4)]
    generations.sweep("corpus")
    assert entries(generations) == {first, *others[1:], "CURRENT"}
    assert held.words.search("comet", 5)[0].tolist() == [1]
    del held
    generations.sweep("corpus")
    assert entries(generations) == {*others[1:], "CURRENT"}


def test_a_damaged_generation_that_was_tried_is_held_by_nobody(generations: Generations) -> None:
    first = publish(generations, corpus(seq=1), "m")
    (generations.root / first / "articles.json").write_bytes(b"[]")
    assert generations.load("corpus") is None
    for seq in (2, 3):
        publish(generations, corpus(seq=seq), "m")
    generations.sweep("corpus")
    assert first not in entries(generations)


def test_one_builder_at_a_time_holds_the_lock(generations: Generations) -> None:
    with generations.lock(), (generations.root / "lock").open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (generations.root / "lock").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_rows_whose_vectors_were_exchanged_are_not_published(generations: Generations) -> None:
    publish(generations, corpus(), "model@1")
    with pytest.raises(BrokenIndex, match="passage row 0 does not find itself"):
        _check(loaded(generations)[1], {0: axis(3)})


def test_whoever_waits_for_another_builder_is_asked_and_may_give_up(generations: Generations) -> None:
    def give_up() -> None:
        raise Cancelled("Cancelled.")

    with (generations.root / "lock").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Cancelled), generations.lock(give_up):
            pass
        waits: list[int] = []

        def free_it() -> None:
            waits.append(1)
            fcntl.flock(other, fcntl.LOCK_UN)

        with generations.lock(free_it):
            assert waits == [1]
