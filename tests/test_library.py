"""The library as a whole: articles by hand, what a search sees, what is left when its index is damaged."""

import datetime as dt
import resource
import shutil
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from articles import LONG, Folder, article, cancel_at, current, stored, texts, warm_reader
from conftest import HashingEmbedder

from index.article import Article, ItemError, More
from index.errors import Cancelled, StorageFault, UnknownArticle
from index.ingest.fields import article_from_fields
from index.ingest.folder import read_paths
from index.library import Library
from index.model.embed import Vectors
from index.progress import Report, Stage, silent
from index.search.filters import Filters
from index.search.local import AGAIN_SECONDS
from index.search.snapshot import MAX_HITS

# -- by hand


def test_adding_counts_embeds_and_publishes_once_and_passes_errors_on(library: Library) -> None:
    bad = ItemError("bad.txt", "is not text")
    report = library.add([article("a", "The comet came back."), bad, article("b", "The lantern stays.")])
    assert report == Report(added=2, embedded=2, errors=(bad,))
    assert library.status().generation == 2
    assert texts(library, "comet") == ["The comet came back."]


def test_adding_what_is_there_changes_nothing(library: Library) -> None:
    library.add([article("a", "The comet came back.")])
    before = current(library)
    assert library.add([article("a", "The comet came back.")]) == Report(unchanged=1)
    assert current(library) == before


def read(text: str, **fields: str) -> Article:
    """As it is read from fields: without a title it has one made from its text."""
    return article_from_fields({"id": "a", "text": text, **fields}, origin="pasted", path=None)


def test_the_same_text_added_with_fewer_fields_keeps_what_is_known_of_it(library: Library) -> None:
    text = "The comet came back. It was bright."
    full = {"title": "Comet", "author": "Nils Berg", "source": "Sky Letter", "published_at": "2023-01-02"}
    library.add([read(text, **full, provenance="wire")])
    bare = read(text)
    assert (bare.title, bare.author) == (text, None)
    for is_dry in (True, False):
        assert library.add([bare], dry_run=is_dry) == Report(unchanged=1)
    assert library.add([read(text, section="Sky", author="Ada Quill")]) == Report(updated=1, embedded=0)
    entry = library.article("a")
    assert entry is not None
    said = entry.article
    assert (said.title, said.author, said.source) == ("Comet", "Ada Quill", "Sky Letter")
    assert (said.published_at, said.provenance, said.section) == ("2023-01-02", "wire", "Sky")


def test_where_a_kept_field_was_found_and_the_words_that_tell_the_kind_are_kept_with_it(library: Library) -> None:
    text = "The comet came back. It was bright."
    known = article("a", text, author="Ada", provenance="wire", provenance_evidence="By wire", found_in={"author": "x"})
    library.add([known])
    library.add([article("a", text, section="Sky", found_in={"section": "y"})])
    entry = library.article("a")
    assert entry is not None
    assert (entry.article.provenance_evidence, entry.article.found_in) == ("By wire", {"author": "x", "section": "y"})


def test_another_text_of_the_same_article_says_all_that_is_known_of_it(library: Library) -> None:
    library.add([read("The comet came back.", title="Comet", author="Nils Berg")])
    assert library.add([read("The comet went away.")]).updated == 1
    entry = library.article("a")
    assert entry is not None
    assert (entry.article.title, entry.article.author) == ("The comet went away.", None)


def test_a_file_that_says_less_than_it_did_is_the_truth_of_its_article(library: Library, folder: Folder) -> None:
    line = {"id": "a", "text": "The comet came back."}
    folder.write_archive("a.jsonl", line | {"author": "Nils Berg"})
    library.rebuild(folder.path)
    folder.write_archive("a.jsonl", line)
    assert library.rebuild(folder.path).updated == 1
    entry = library.article("a")
    assert entry is not None
    assert entry.article.author is None


def test_one_id_for_two_texts_in_one_go_is_an_error(library: Library) -> None:
    report = library.add([article("a", "First."), article("a", "First."), article("a", "Second.", origin="two.txt")])
    assert (report.added, report.unchanged, [error.item for error in report.errors]) == (1, 1, ["two.txt"])


def test_of_the_errors_of_one_go_the_first_thousand_are_kept_and_all_are_counted(
    library: Library, folder: Folder
) -> None:
    errors = [ItemError(f"{n}.txt", "is not text") for n in range(1_500)]
    report = library.add([article("a", "The comet came back."), *errors])
    assert (report.added, report.errors, report.error_count) == (1, tuple(errors[:1_000]), 1_500)
    for name in ("b.jsonl", "c.jsonl"):
        folder.write(name, "nonsense\n" * 700)
    report = library.rebuild(folder.path)
    assert (len(report.errors), report.error_count) == (1_000, 1_400)


def test_how_far_an_add_is_and_how_much_there_is_of_it_is_told_with_every_item(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("The comet came back.")
    (folder / "b.jsonl").write_text('{"text": "Harvest 0."}\n{"text": "Harvest 1."}\n')
    (folder / "c.txt").write_text("The lantern stays.")
    told: list[tuple[str, int, int]] = []
    files = read_paths([folder], library.reader)
    library.add(chain([More(1)], files), progress=lambda *step: told.append(step))
    reading = [step[1:] for step in told if step[0] == "reading"]
    assert list(dict.fromkeys(reading)) == [(0, 1), (0, 3), (1, 4), (2, 4), (3, 4)]


def test_a_dry_add_changes_nothing(library: Library) -> None:
    assert library.add([article("a", "The comet came back.")], dry_run=True) == Report(added=1)
    assert library.status().articles == 0


def test_an_article_without_a_sentence_is_kept_and_never_found(library: Library) -> None:
    assert library.add([article("a", "")]) == Report(added=1)
    assert library.search("title").hits == ()
    assert library.status().state == "ok"


def test_hiding_takes_an_article_out_of_search_at_once(library: Library, second: Library) -> None:
    library.add([article("a", "The comet came back."), article("b", "The comet went away.")])
    assert len(texts(second, "comet")) == 2
    before = current(library)
    library.hide(["a", "a"])
    for each in (library, second):
        assert texts(each, "comet") == ["The comet went away."]
        assert each.article("a") is None
        assert each.search("comet").articles_searched == 1
        assert each.status().pending
    assert current(library) == before
    assert library.publish() == Report()
    assert not library.status().pending
    assert texts(library, "comet") == ["The comet went away."]


def test_a_hidden_article_makes_room_for_the_next_best(library: Library) -> None:
    library.add([article(f"a{n}", "The comet came back.") for n in range(5)])
    library.hide(["a0", "a1", "a2"])
    assert [hit.article.id for hit in library.search("comet", k=2).hits] == ["a3", "a4"]


def test_an_unknown_id_removes_none(library: Library) -> None:
    library.add([article("a", "The comet came back.")])
    with pytest.raises(UnknownArticle):
        library.remove(["a", "b"])
    assert stored(library) == {"a"}
    assert not library.status().pending


def test_a_removed_article_may_be_added_again(library: Library) -> None:
    library.add([article("a", "The comet came back.")])
    library.hide(["a"])
    assert library.add([article("a", "The comet came back.")]) == Report(added=1)
    assert texts(library, "comet") == ["The comet came back."]


# -- what a search sees


def test_an_updated_article_answers_with_its_old_revision_until_it_is_published(library: Library) -> None:
    old, new = article("a", "The comet came back."), article("a", "The comet went far away.")
    library.add([old])
    with pytest.raises(Cancelled):
        library.add([new], progress=cancel_at("publishing", 0))
    [hit] = library.search("comet").hits
    assert (hit.text, hit.revision, hit.article) == (old.text, old.revision, old)
    latest = library.article("a")
    assert latest is not None
    assert latest.revision == new.revision
    library.publish()
    [hit] = library.search("comet").hits
    assert (hit.text, hit.revision) == (new.text, new.revision)
    kept = library.article("a", old.revision)
    assert kept is not None
    assert kept.article.text == old.text


def test_two_libraries_on_one_folder_see_what_the_other_publishes(library: Library, second: Library) -> None:
    assert second.status().state == "empty"
    library.add([article("a", "The comet came back.")])
    assert texts(second, "comet") == ["The comet came back."]
    second.add([article("b", "The comet went away.")])
    assert sorted(texts(library, "comet")) == ["The comet came back.", "The comet went away."]
    assert library.status() == second.status()


def test_a_library_opened_again_answers_as_before(library: Library, second: Library) -> None:
    library.add([article("a", LONG), article("b", "The comet came back.")])
    assert second.search("comet", k=5) == library.search("comet", k=5)


def test_every_hit_is_verbatim_and_hits_come_best_first(library: Library) -> None:
    library.add([article("a", LONG), article("b", "The comet came back. It was bright.")])
    found = library.search("Which comet was bright?", k=10)
    assert [len(found.hits), found.generation, found.articles_searched, found.articles_held] == [4, 2, 2, 2]
    assert found.hits[0].text == "The comet came back. It was bright."
    for hit in found.hits:
        assert hit.article.text[hit.start : hit.end] == hit.text != ""
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_filter_narrows_the_search_and_says_to_how_many_articles(library: Library) -> None:
    library.add([article(f"a{n}", f"The comet came back {n}.", source="Many") for n in range(30)])
    library.add([article("z", "Nothing alike.", source="One", published_at="2023-01-02")])
    found = library.search("comet", Filters(source=("one",)), k=1)
    assert [hit.article.id for hit in found.hits] == ["z"]
    assert found.articles_searched == 1
    assert found.articles_held == 31
    library.hide(["a0"])
    none = library.search("comet", Filters(source=("None",)))
    assert (none.articles_searched, none.articles_held) == (0, 30)


def test_a_library_without_articles_holds_none_whatever_the_filter(library: Library) -> None:
    for filters in (Filters(), Filters(source=("None",))):
        assert library.search("comet", filters).articles_held == 0
    library.add([article("a", "The comet came back.")])
    library.hide(["a"])
    assert library.search("comet").articles_held == 0


@pytest.mark.parametrize(("k", "hits"), [(-5, 1), (0, 1), (1, 1), (7, 7), (1_000_000_000, MAX_HITS)])
def test_the_number_of_hits_is_bounded(library: Library, k: int, hits: int) -> None:
    library.add([article("a", "\n\n".join(f"{n} " + "comet " * 130 + "ends." for n in range(MAX_HITS + 10)))])
    assert len(library.search("comet", k=k).hits) == hits


@pytest.mark.parametrize("question", ["", "   ", "?", "x" * 100_000, "\0", "“”"])
def test_an_odd_question_is_answered_like_any_other(library: Library, question: str) -> None:
    assert library.search(question).hits == ()
    library.add([article("a", "The comet came back.")])
    assert len(library.search(question).hits) == 1


# -- degraded


@pytest.mark.own_index
def test_without_any_generation_words_still_find_and_a_publish_repairs(library: Library, second: Library) -> None:
    library.add([article("a", "The comet came back."), article("b", "The lantern stays.")])
    shutil.rmtree(library.data_dir / "index")
    (library.data_dir / "index").mkdir()
    assert [hit.text for hit in second.search("comets").hits] == ["The comet came back."]
    assert second.status().state == "degraded"
    assert second.publish() == Report(embedded=0)
    assert second.status().state == library.status().state == "ok"


@pytest.mark.own_index
def test_a_damaged_generation_is_passed_over_for_the_one_before_until_a_publish(
    library: Library, second: Library
) -> None:
    library.add([article("a", "The comet came back.")])
    library.add([article("b", "The comet went away.")])
    damaged = library.data_dir / "index" / current(library) / "vectors.faiss"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert texts(second, "comet") == ["The comet came back."]
    assert (second.status().state, second.status().pending) == ("degraded", True)
    assert second.publish() == Report()
    assert second.status().state == "ok"
    assert len(texts(second, "comet")) == 2


@pytest.mark.own_index
def test_an_index_that_could_not_be_read_for_a_moment_is_read_again(
    library: Library, second: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add([article("a", "The comet came back."), article("b", "The lantern stays.")])
    vectors = library.data_dir / "index" / current(library) / "vectors.faiss"
    vectors.rename(vectors.with_suffix(".away"))
    assert second.status().state == "degraded"
    vectors.with_suffix(".away").rename(vectors)
    assert second.status().state == "degraded"  # it is not tried at every question
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + AGAIN_SECONDS + 1)
    assert (second.status().state, second.status().pending) == ("ok", False)
    assert len(texts(second, "comet")) >= 1


@pytest.mark.own_index
def test_a_publish_repairs_though_the_generation_before_shows_the_same_state(
    library: Library, second: Library, folder: Folder
) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    with library._engine.publishing(silent):
        library._engine.follow(full=True, progress=silent)
    (library.data_dir / "index" / current(library) / "manifest.json").unlink()
    assert (second.status().state, second.status().pending) == ("degraded", False)
    assert second.rebuild(folder.path) == Report(unchanged=1)
    assert second.status().state == "ok"


def test_another_model_finds_by_words_until_all_is_embedded_by_it(library: Library) -> None:
    class Other(HashingEmbedder):
        id = "other@1"

    library.add([article("a", "The comet came back."), article("b", "The lantern stays.")])
    with closing(Library(library.data_dir, embedder=Other())) as other:
        assert other.status().state == "degraded"
        assert [hit.text for hit in other.search("comet").hits] == ["The comet came back."]
        assert other.publish() == Report(embedded=2)
        assert (other.status().state, other.status().embedding_model) == ("ok", "other@1")
    assert library.publish() == Report(embedded=0)  # the first model's vectors were kept
    assert library.status().state == "ok"


@pytest.mark.parametrize("stage", ["reading", "embedding", "indexing", "publishing"])
def test_an_error_of_the_callers_own_comes_back_as_it_was(library: Library, stage: Stage) -> None:
    def progress(now: Stage, done: int, total: int) -> None:
        if now == stage:
            raise BrokenPipeError("nobody reads what is printed")

    with pytest.raises(BrokenPipeError, match="nobody reads"):
        library.add([article("a", "The comet came back.")], progress=progress)
    library.publish()
    assert texts(library, "comet") == ([] if stage == "reading" else ["The comet came back."])


class OneNumberEmbedder:
    """Gives vectors so short that the word index is the largest part of a generation."""

    id = "one-number@1"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), np.float32)


def test_a_word_index_that_finds_no_room_is_one_clear_error_and_the_one_before_answers(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(stage: Stage, done: int, total: int) -> None:
        if stage == "indexing" and total > 1:  # the passages, not the one article
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))

    words = " ".join(f"word{n:05}" for n in range(5_000))
    with closing(Library(tmp_path / "data", embedder=OneNumberEmbedder())) as library:
        library.add([article("a", "The comet came back.")])
        try:
            with pytest.raises(StorageFault, match=r"could not be written \(The word index .*File too large"):
                library.add([article("b", words)], progress=fill_the_disk)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert texts(library, "comet") == ["The comet came back."]
        assert library.publish() == Report()
        assert library.search("word00042").hits[0].article.id == "b"


@pytest.mark.own_index
def test_what_a_killed_build_left_is_gone_before_anything_is_written(library: Library) -> None:
    library.add([article("a", "The comet came back.")])
    left = library.data_dir / "index" / "gen-0123456789abcdef.tmp"
    (left / "words").mkdir(parents=True)
    (left / "vectors.faiss").write_bytes(b"much")
    with pytest.raises(Cancelled):
        library.add([article("b", "The comet went away.")], progress=cancel_at("embedding", 0))
    assert not left.exists()


@pytest.mark.own_index
def test_an_index_that_cannot_be_written_is_one_clear_error_and_the_one_before_answers(library: Library) -> None:
    library.add([article("a", "The comet came back.")])
    lock = library.data_dir / "index" / "lock"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(StorageFault, match=r"could not be written \(Is a directory\)"):
        library.add([article("b", "The comet went away.")])
    assert texts(library, "comet") == ["The comet came back."]
    lock.rmdir()
    library.publish()
    assert len(texts(library, "comet")) == 2


def test_a_data_folder_that_cannot_be_one_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFault, match=r"The data folder .* cannot be used"):
        Library(tmp_path / "file")


# -- status


def test_status_of_a_new_library(library: Library) -> None:
    status = library.status()
    assert (status.state, status.generation, status.articles, status.passages) == ("empty", 0, 0, 0)
    assert (status.newest_article, status.last_rebuild_at, status.pending) == (None, None, False)


def test_status_counts_what_is_stored_and_names_what_is_shown(library: Library) -> None:
    library.add([article("a", LONG, published_at="2023-01-02"), article("b", "Short.", published_at="2021-01-01")])
    status = library.status()
    assert (status.state, status.generation, status.articles, status.passages) == ("ok", 2, 2, 4)
    assert (status.newest_article, status.embedding_model, status.pending) == ("2023-01-02", "hashing@1", False)
    assert status.last_rebuild_at is not None


def test_an_article_of_a_day_that_is_ahead_keeps_its_date_and_is_not_the_newest(library: Library) -> None:
    today = dt.datetime.now(dt.UTC).date()
    tomorrow, later = (str(today + dt.timedelta(days=days)) for days in (1, 10))
    ahead = article("a", "The comet came back.", published_at=later)
    library.add([ahead, article("b", "The lantern stays.", published_at="2021-03-29")])
    assert library.status().newest_article == "2021-03-29"
    library.add([article("c", "The harbour froze.", published_at=f"{tomorrow}T06:00:00Z")])
    assert library.status().newest_article == f"{tomorrow}T06:00:00Z"
    kept = library.article("a")
    assert kept is not None
    assert kept.article.published_at == later
    assert library.add([ahead]).unchanged == 1


def test_the_last_rebuild_is_the_last_that_was_completed_though_it_found_nothing(
    library: Library, folder: Folder
) -> None:
    def last() -> str:
        completed_at = library.status().last_rebuild_at
        assert completed_at is not None
        return completed_at

    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    first, generation = last(), current(library)
    time.sleep(0.002)
    assert library.rebuild(folder.path) == Report(unchanged=1)
    second = last()
    assert second > first
    assert current(library) == generation
    time.sleep(0.002)
    folder.write("a.txt", "The comet went away.")
    with pytest.raises(Cancelled):
        library.rebuild(folder.path, progress=cancel_at("publishing", 0))
    assert last() == second


def test_what_ends_an_ingest_says_what_was_done_and_leaves_nothing_that_holds_up_the_closing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("nonsense\n" + "\n".join(f'{{"text": "Harvest {n}."}}' for n in range(5_000)))
    with closing(Library(tmp_path / "data", embedder=OneNumberEmbedder())) as library:
        items = read_paths([tmp_path / "a.jsonl"], library.reader)
        with pytest.raises(Cancelled) as caught:
            library.add(items, progress=cancel_at("reading", 4))
    assert caught.value.report is not None
    assert (caught.value.report.added, len(caught.value.report.errors)) == (3, 1)


def test_a_cancel_is_heard_within_a_file(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.jsonl").write_text("\n".join(f'{{"text": "Harvest {n}."}}' for n in range(500)))
    with closing(Library(tmp_path / "data", embedder=OneNumberEmbedder())) as library:
        warm_reader(library)
        with pytest.raises(Cancelled):
            library.rebuild(articles, progress=cancel_at("reading", 3))
        assert library.status().articles == 3
