"""An index of many passages, which grows by what is new: it finds what one that is built whole does.

Here every index counts as one of many, so that a few articles show it.
"""

import errno
import os
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from articles import LONG, article
from conftest import HashingEmbedder

from index.article import Article
from index.library import Library
from index.search import generation, vectors
from index.search.filters import Filters
from index.search.generation import Generation
from index.search.local_snapshot import generation_of
from index.search.snapshot import Snapshot
from index.search.vectors import CompressedIndex, ExactIndex

FILTERS = (
    Filters(),
    Filters(source=("courier",)),
    Filters(after=date(2023, 6, 1)),
    Filters(phrase=("river",)),
    Filters(company=("Boeing",)),
)
WORDS = "bridge river comet harvest mayor lantern copper orchard violin glacier tunnel saffron".split()


@pytest.fixture
def growing(tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library of which no index is built whole but the first."""
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 0)
    monkeypatch.setattr(generation, "MOST_CHANGED", 1_000)
    with closing(Library(tmp_path / "growing", embedder=embedder)) as library:
        yield library


def built_whole(growing: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """One with the same articles, added at once to an exact index."""
    with monkeypatch.context() as patched:
        patched.setattr(vectors, "EXACT_UP_TO", 1_000)
        library = Library(tmp_path / "whole", embedder=HashingEmbedder())
        stored = (growing.article(article_id) for article_id in ids_of(growing))
        library.add([one.article for one in stored if one])
        assert isinstance(now(library).vectors, ExactIndex)
    return library


def ids_of(library: Library) -> list[str]:
    return [listed.article.id for listed in library.articles(limit=500).articles]


def now(library: Library) -> Generation:
    return generation_of(library.snapshot())


def drawn(chance: random.Random, article_id: str) -> Article:
    sentence = " ".join(chance.choices(WORDS, k=8)).capitalize() + "."
    text = "\n\n".join(" ".join([sentence] * chance.randint(1, 12)) for _ in range(chance.randint(1, 3)))
    day = f"2023-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    source = chance.choice(["Courier", "Letter", None])
    text = chance.choice([text, LONG]) + chance.choice(["", " Boeing came."])
    return article(article_id, text, title=sentence, published_at=day, source=source)


def told(snapshot: Snapshot, question: str, filters: Filters) -> set[tuple[str, str, str]]:
    return {(hit.article.id, hit.revision, hit.text) for hit in snapshot.search(question, filters, 200).hits}


def near(snapshot: Snapshot, article_id: str) -> set[tuple[str, float]]:
    return {(related.article.id, round(related.score, 2)) for related in snapshot.related(article_id, 50)}


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_it_finds_what_one_built_whole_does(
    growing: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    growing.add([drawn(chance, f"a{n}") for n in range(6)])
    base = (growing.data_dir / "index" / now(growing).name / CompressedIndex.PARTS[0]).stat().st_ino
    for step in range(8):
        ids = [f"a{n}" for n in chance.sample(range(12), chance.randint(1, 3))]
        stored = [i for i in ids if growing.article(i)]
        if step % 3 == 2 and stored:
            growing.remove(stored)
        else:
            growing.add([drawn(chance, i) for i in ids])
    with closing(built_whole(growing, tmp_path, monkeypatch)) as whole:
        one, other = growing.snapshot(), whole.snapshot()
        # it has grown from the first, and what is dead is still in it
        assert (growing.data_dir / "index" / generation_of(one).name / CompressedIndex.PARTS[0]).stat().st_ino == base
        assert len(generation_of(one).dead) > 0
        assert generation_of(one).articles_alive == generation_of(other).articles_alive
        for filters in FILTERS:
            for word in WORDS:
                assert told(one, word, filters) == told(other, word, filters)
            for count in ("articles_searched", "articles_held"):
                assert getattr(one.search("comet", filters), count) == getattr(other.search("comet", filters), count)
            newest = [{hit.article.id for hit in snapshot.newest(filters, 200).hits} for snapshot in (one, other)]
            assert newest[0] == newest[1]
        assert one.holdings == other.holdings
        ids = ids_of(growing)
        assert one.copies(ids) == other.copies(ids)
        for i in ids:
            assert near(one, i) == near(other, i)


def test_the_scores_are_those_of_one_built_whole_while_nothing_is_dead(
    growing: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    for n in range(5):
        growing.add([drawn(chance, f"a{n}")])
    with closing(built_whole(growing, tmp_path, monkeypatch)) as whole:
        for word in WORDS:
            scores = [
                sorted((hit.article.id, hit.start, hit.score) for hit in library.search(word, k=200).hits)
                for library in (growing, whole)
            ]
            assert [pair[:2] for pair in scores[0]] == [pair[:2] for pair in scores[1]]
            assert [s for *_, s in scores[0]] == pytest.approx([s for *_, s in scores[1]], abs=2e-3)


def test_one_that_is_opened_again_is_the_same_and_grows_on(growing: Library, embedder: HashingEmbedder) -> None:
    growing.add([article("a", LONG), article("b", "The comet came back.")])
    growing.add([article("b", "The comet went away.")])
    with closing(Library(growing.data_dir, embedder=embedder)) as again:
        assert now(again).dead.tolist() == [1]
        assert [hit.text for hit in again.search("comet", k=1).hits] == ["The comet went away."]
        again.add([article("c", "A lantern.")])
        assert [a.id for a in now(again).articles] == ["a", "b", "b", "c"]
    assert [hit.text for hit in growing.search("lantern", k=1).hits] == ["A lantern."]


def test_a_full_rebuild_and_too_many_changes_build_it_whole(
    growing: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing.add([article(f"a{n}", f"Harvest {n}.") for n in range(10)])
    growing.add([article("a0", "The comet came back.")])
    assert len(now(growing).dead) == 1
    (tmp_path / "articles").mkdir()
    growing.rebuild(tmp_path / "articles", full=True)
    assert (len(now(growing).dead), len(now(growing).articles)) == (0, 10)
    monkeypatch.setattr(generation, "MOST_CHANGED", 0.2)
    growing.remove(["a1", "a2"])
    assert len(now(growing).dead) == 2
    growing.remove(["a3"])
    assert (len(now(growing).dead), len(now(growing).articles)) == (0, 7)


def test_a_shared_file_that_is_damaged_is_not_used_and_a_publish_mends_it(
    growing: Library, embedder: HashingEmbedder
) -> None:
    growing.add([article("a", LONG), article("b", "The comet came back.")])
    growing.add([article("c", "A lantern.")])
    shared = growing.data_dir / "index" / now(growing).name / CompressedIndex.PARTS[0]
    assert shared.stat().st_nlink == 2
    data = bytearray(shared.read_bytes())
    data[5] ^= 1
    shared.write_bytes(data)
    with closing(Library(growing.data_dir, embedder=embedder)) as again:
        assert again.status().state == "degraded"
        assert [hit.text for hit in again.search("comet", k=1).hits] == ["The comet came back."]
        again.publish()
        assert again.status().state == "ok"
        assert (len(again.search("comet").hits), now(again).dead.tolist()) == (5, [])


def test_where_there_are_no_hard_links_the_files_are_copied(growing: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    growing.add([article("a", LONG)])

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    growing.add([article("b", "The comet came back.")])
    assert growing.status().state == "ok"
    assert len(growing.search("comet", k=50).hits) == 4
    copied = growing.data_dir / "index" / now(growing).name / CompressedIndex.PARTS[0]
    assert copied.stat().st_nlink == 1


def test_generations_that_were_grown_from_are_swept_and_their_files_stay(growing: Library) -> None:
    for n in range(5):
        growing.add([article(f"a{n}", f"Harvest {n}.")])
    left = [entry.name for entry in (growing.data_dir / "index").glob("gen-*")]
    assert len(left) == 2
    assert len(growing.search("harvest", k=50).hits) == 5
