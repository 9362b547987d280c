"""The library as a whole: the articles folder followed, changes published, questions answered throughout."""

import json
import os
import resource
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from conftest import HashingEmbedder

from index.article import Article, ItemError
from index.embed import Vectors
from index.errors import Cancelled, IndexFault, StorageFault, UnknownArticle
from index.filters import Filters
from index.ingest import read_item
from index.ingest.folder import read_paths
from index.library import MAX_HITS, Library
from index.progress import Progress, Report, Stage

LONG = "\n\n".join(f"Paragraph {n} " + "speaks of many things " * 35 + "and ends." for n in range(3))
"""Three passages: each paragraph has about 800 characters."""


class Folder:
    """An articles folder in which every write is seen as a change, however soon after the last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self._now = 1_700_000_000

    def write(self, name: str, text: str) -> None:
        self._now += 1
        (self.path / name).write_text(text, encoding="utf-8")
        os.utime(self.path / name, (self._now, self._now))

    def write_archive(self, name: str, *articles: dict[str, str]) -> None:
        self.write(name, "\n".join(json.dumps(article) for article in articles))

    def delete(self, name: str) -> None:
        (self.path / name).unlink()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "articles")


@pytest.fixture
def second(library: Library, embedder: HashingEmbedder) -> Iterator[Library]:
    """Another library on the same data folder, as another process would have it."""
    with closing(Library(library.data_dir, embedder=embedder)) as second:
        yield second


def article(article_id: str, text: str, **fields: str | None) -> Article:
    stated = {"title": "Title", "origin": "by hand", **fields}
    return Article(id=article_id, text=text, **stated)  # type: ignore[arg-type]


def texts(library: Library, words: str, filters: Filters | None = None) -> list[str]:
    """The passages found that hold one of the words: the nearest of a small library are not all near."""
    found = library.search(words, filters or Filters(), k=MAX_HITS)
    return [hit.text for hit in found.hits if any(word in hit.text.lower() for word in words.lower().split())]


def stored(library: Library) -> set[str]:
    return {entry.article.id for entry in library.articles(limit=200).articles}


def current(library: Library) -> str:
    return (library.data_dir / "index" / "CURRENT").read_text()


def cancel_at(stage: Stage, at: int) -> Progress:
    """A Progress that calls the work off at the given call of that stage."""
    calls = []

    def progress(now: Stage, done: int, total: int) -> None:
        if now == stage:
            calls.append(done)
            if len(calls) > at:
                raise Cancelled("Enough.")

    return progress


# -- following the articles folder


def test_a_rebuild_counts_what_it_added_and_embedded(library: Library, folder: Folder) -> None:
    folder.write("a.txt", LONG)
    folder.write("b.txt", "The comet came back.")
    folder.write_archive("c.jsonl", {"id": "c1", "text": "One harvest."}, {"id": "c2", "text": "Two harvests."})
    assert library.rebuild(folder.path) == Report(added=4, embedded=6)
    assert texts(library, "comet") == ["The comet came back."]


def test_a_rebuild_without_a_change_does_nothing(library: Library, folder: Folder, embedder: HashingEmbedder) -> None:
    folder.write("a.txt", LONG)
    folder.write_archive("c.jsonl", {"id": "c1", "text": "One harvest."}, {"id": "c2", "text": "Two harvests."})
    library.rebuild(folder.path)
    before, embedded = current(library), len(embedder.embedded)
    assert library.rebuild(folder.path) == Report(unchanged=3)
    assert (current(library), len(embedder.embedded)) == (before, embedded)


def test_added_changed_removed_and_unchanged_files_are_each_counted(library: Library, folder: Folder) -> None:
    for name in ("stays", "changes", "goes"):
        folder.write(f"{name}.txt", f"The lantern {name}.")
    library.rebuild(folder.path)
    folder.write("changes.txt", "The lantern is another.")
    folder.write("comes.txt", "The lantern is new.")
    folder.delete("goes.txt")
    assert library.rebuild(folder.path) == Report(added=1, updated=1, removed=1, unchanged=1, embedded=2)
    assert sorted(texts(library, "lantern")) == [
        "The lantern is another.",
        "The lantern is new.",
        "The lantern stays.",
    ]


def test_a_file_touched_but_not_edited_is_unchanged(library: Library, folder: Folder) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    folder.write("a.txt", "The comet came back.")
    assert library.rebuild(folder.path) == Report(unchanged=1)


def test_a_file_with_its_size_and_time_as_before_is_not_read_again(library: Library, folder: Folder) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    status = (folder.path / "a.txt").stat()
    folder.write("a.txt", "The comet went away.")
    os.utime(folder.path / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert library.rebuild(folder.path) == Report(unchanged=1)
    assert library.rebuild(folder.path, full=True) == Report(updated=1, embedded=1)


def test_only_the_passages_that_an_edit_changed_are_embedded(library: Library, folder: Folder) -> None:
    folder.write("a.txt", LONG)
    library.rebuild(folder.path)
    folder.write("a.txt", LONG.replace("Paragraph 1", "Paragraph X"))
    assert library.rebuild(folder.path) == Report(updated=1, embedded=1)


def test_a_full_rebuild_embeds_every_passage_anew(library: Library, folder: Folder, embedder: HashingEmbedder) -> None:
    folder.write("a.txt", LONG)
    library.rebuild(folder.path)
    before, generation = current(library), library.status().generation
    assert library.rebuild(folder.path, full=True) == Report(unchanged=1, embedded=3)
    assert len(embedder.embedded) == 6
    assert current(library) != before
    assert library.status().generation == generation


def test_a_file_with_an_error_keeps_the_articles_it_had(library: Library, folder: Folder) -> None:
    folder.write_archive("a.jsonl", {"id": "one", "text": "One."}, {"id": "two", "text": "Two."})
    folder.write("b.txt", "Three.")
    library.rebuild(folder.path)
    folder.write("a.jsonl", '{"id": "one", "text": "One edited."}\n{"id": "two", "text": 2}')
    (folder.path / "b.txt").write_bytes(b"\0\1\2")
    report = library.rebuild(folder.path)
    assert (report.updated, report.removed, [error.item for error in report.errors]) == (1, 0, ["a.jsonl:2", "b.txt"])
    assert len(stored(library)) == 3


def test_a_file_with_an_error_is_read_again_each_time_until_it_is_mended(library: Library, folder: Folder) -> None:
    folder.write("a.jsonl", '{"id": "one", "text": "One."}\nnot JSON')
    assert [len(library.rebuild(folder.path).errors) for _ in range(2)] == [1, 1]
    folder.write_archive("a.jsonl", {"id": "one", "text": "One."})
    assert library.rebuild(folder.path) == Report(unchanged=1)


def test_an_article_removed_by_hand_stays_out_until_its_file_changes(library: Library, folder: Folder) -> None:
    folder.write("a.txt", "The comet came back.")
    folder.write("b.txt", "The lantern stays.")
    library.rebuild(folder.path)
    [hit] = [hit for hit in library.search("comet").hits if "comet" in hit.text]
    assert library.remove([hit.article.id]) == Report(removed=1)
    assert library.rebuild(folder.path) == Report(unchanged=1)
    folder.write("a.txt", "The comet came back.")
    assert library.rebuild(folder.path) == Report(unchanged=1)
    assert library.rebuild(folder.path, full=True) == Report(unchanged=1, embedded=1)
    folder.write("a.txt", "The comet came back again.")
    assert library.rebuild(folder.path) == Report(added=1, unchanged=1, embedded=1)


def test_a_missing_folder_is_an_error_and_removes_nothing(library: Library, folder: Folder) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    with pytest.raises(IndexFault, match="There is no articles folder at"):
        library.rebuild(folder.path / "mistyped")
    assert texts(library, "comet") == ["The comet came back."]


def test_an_empty_folder_is_a_library_without_articles(library: Library, folder: Folder) -> None:
    assert library.rebuild(folder.path) == Report()
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    folder.delete("a.txt")
    assert library.rebuild(folder.path) == Report(removed=1)
    assert library.status().state == "empty"
    assert library.search("comet").hits == ()


def test_a_renamed_file_with_the_same_url_is_the_same_article(library: Library, folder: Folder) -> None:
    page = "---\nurl: https://example.org/comet\n---\nThe comet came back."
    folder.write("a.md", page)
    library.rebuild(folder.path)
    ids = stored(library)
    folder.delete("a.md")
    folder.write("z.md", page)
    assert library.rebuild(folder.path, dry_run=True) == Report(unchanged=1)
    assert library.rebuild(folder.path) == Report(unchanged=1)
    assert stored(library) == ids
    assert library.rebuild(folder.path) == Report(unchanged=1)
    folder.delete("z.md")
    assert library.rebuild(folder.path) == Report(removed=1)


def test_a_renamed_file_without_a_url_is_another_article_and_embeds_nothing(library: Library, folder: Folder) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    folder.delete("a.txt")
    folder.write("z.txt", "The comet came back.")
    assert library.rebuild(folder.path) == Report(added=1, removed=1)


def test_an_id_given_twice_is_an_error_and_the_first_article_stays(library: Library, folder: Folder) -> None:
    folder.write_archive("a.jsonl", {"id": "same", "text": "First."}, {"id": "same", "text": "Again."})
    folder.write_archive("b.jsonl", {"id": "same", "text": "Second."})
    for added in (1, 0):
        report = library.rebuild(folder.path)
        assert (report.added, report.updated, [error.item for error in report.errors]) == (
            added,
            0,
            ["a.jsonl", "b.jsonl"],
        )
        assert "The article same is already given by a.jsonl" in report.errors[1].message
    same = library.article("same")
    assert same is not None
    assert same.article.text == "First."


def test_an_unchanged_file_keeps_its_article_against_a_new_one(library: Library, folder: Folder) -> None:
    folder.write_archive("b.jsonl", {"id": "same", "text": "First."})
    library.rebuild(folder.path)
    folder.write_archive("a.jsonl", {"id": "same", "text": "Second."})
    report = library.rebuild(folder.path)
    assert (report.unchanged, [error.item for error in report.errors]) == (1, ["a.jsonl"])
    same = library.article("same")
    assert same is not None
    assert (same.article.text, same.article.origin) == ("First.", "b.jsonl")


@pytest.mark.parametrize(("source", "target"), [("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl")])
@pytest.mark.parametrize("is_dry", [False, True])
def test_an_article_may_move_from_one_file_to_another(
    library: Library, folder: Folder, source: str, target: str, is_dry: bool
) -> None:
    one, two, three = ({"id": name, "text": f"The lantern {name}."} for name in ("one", "two", "three"))
    folder.write_archive(source, one, two)
    folder.write_archive(target, three)
    library.rebuild(folder.path)
    folder.write_archive(source, one)
    folder.write_archive(target, three, two)
    assert library.rebuild(folder.path, dry_run=is_dry) == Report(unchanged=3)
    moved = library.article("two")
    assert moved is not None
    assert moved.article.origin == (source if is_dry else target)
    folder.write_archive(target, three)
    assert library.rebuild(folder.path).removed == 1
    assert stored(library) == {"one", "three"}


def test_articles_added_by_hand_are_not_the_folders_to_remove(library: Library, folder: Folder) -> None:
    library.add([article("mine", "The comet came back.")])
    assert library.rebuild(folder.path) == Report()
    assert stored(library) == {"mine"}


def test_a_files_article_that_an_upload_replaced_is_put_back_by_the_next_rebuild(
    library: Library, folder: Folder
) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    [upload] = [item for item in read_item("a.txt", b"The comet went away.") if isinstance(item, Article)]
    assert library.add([upload]) == Report(updated=1, embedded=1)
    assert texts(library, "comet") == ["The comet went away."]
    assert library.rebuild(folder.path, dry_run=True) == Report(updated=1)
    assert library.rebuild(folder.path) == Report(updated=1, embedded=1)
    assert texts(library, "comet") == ["The comet came back."]
    assert library.rebuild(folder.path) == Report(unchanged=1)
    folder.delete("a.txt")
    assert library.rebuild(folder.path) == Report(removed=1)


def test_a_file_of_the_folder_that_is_named_by_hand_is_taken_in_as_it_is_now(library: Library, folder: Folder) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    folder.write("a.txt", "The comet went away.")
    assert library.add(read_paths([folder.path / "a.txt"], folder.path)) == Report(updated=1, embedded=1)
    assert library.rebuild(folder.path) == Report(unchanged=1)
    assert texts(library, "comet") == ["The comet went away."]


def test_a_dry_run_counts_alike_and_changes_nothing(
    library: Library, folder: Folder, embedder: HashingEmbedder
) -> None:
    folder.write_archive("a.jsonl", {"id": "one", "text": "One."}, {"id": "two", "text": "Two."})
    folder.write("goes.txt", "Gone.")
    library.rebuild(folder.path)
    folder.write_archive("a.jsonl", {"id": "one", "text": "One edited."}, {"id": "three", "text": "Three."})
    folder.delete("goes.txt")
    folder.write("bad.jsonl", "not JSON")
    before, embedded, known = current(library), len(embedder.embedded), stored(library)
    tried = library.rebuild(folder.path, dry_run=True)
    assert (tried.added, tried.updated, tried.removed, tried.embedded, len(tried.errors)) == (1, 1, 2, 0, 1)
    assert (current(library), len(embedder.embedded), stored(library)) == (before, embedded, known)
    done = library.rebuild(folder.path)
    assert (done.added, done.updated, done.removed, done.embedded, done.errors) == (1, 1, 2, 2, tried.errors)


def test_an_article_removed_by_hand_while_a_rebuild_runs_does_not_fail_it(library: Library, folder: Folder) -> None:
    folder.write_archive("a.jsonl", {"id": "one", "text": "One."})
    folder.write("b.txt", "Two.")
    library.rebuild(folder.path)
    folder.delete("a.jsonl")
    folder.write("b.txt", "Two edited.")

    def hide_one(stage: Stage, done: int, total: int) -> None:
        if stage == "reading":
            library.hide(["one"])

    assert library.rebuild(folder.path, progress=hide_one).updated == 1
    assert library.status().articles == 1


def test_a_file_may_be_named_with_any_bytes(library: Library, folder: Folder) -> None:
    name = os.fsencode(folder.path) + b"/caf\xe9 \xff.txt"
    Path(os.fsdecode(name)).write_text("The comet came back.")
    assert library.rebuild(folder.path) == Report(added=1, embedded=1)
    assert library.rebuild(folder.path) == Report(unchanged=1)
    [hit] = library.search("comet").hits
    assert hit.article.origin == "caf\ufffd \ufffd.txt"


def test_a_link_to_nowhere_is_an_error_of_that_file(library: Library, folder: Folder) -> None:
    (folder.path / "a.txt").symlink_to("nowhere")
    folder.write("b.txt", "The comet came back.")
    report = library.rebuild(folder.path)
    assert (report.added, report.errors) == (
        1,
        (ItemError("a.txt", "The file cannot be read: No such file or directory."),),
    )


@contextmanager
def without_rights_of_root() -> Iterator[None]:
    """Root may read every folder; nobody else may."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_folder_that_may_not_be_read_is_an_error_and_removes_nothing(library: Library) -> None:
    with TemporaryDirectory() as made:  # tmp_path lies where only its owner may look
        path = Path(made)
        path.chmod(0o755)
        (path / "closed").mkdir()
        (path / "closed" / "a.txt").write_text("The comet came back.")
        library.rebuild(path)
        (path / "closed").chmod(0)
        try:
            with without_rights_of_root(), pytest.raises(IndexFault, match="closed cannot be read: Permission denied"):
                library.rebuild(path)
        finally:
            (path / "closed").chmod(0o700)
    assert library.status().articles == 1


# -- called off


@pytest.mark.parametrize(
    ("stage", "at", "taken", "to_embed"),
    [("reading", 1, 1, 102), ("embedding", 0, 102, 102), ("embedding", 1, 102, 38), ("indexing", 0, 102, 0),
     ("publishing", 0, 102, 0)],
)  # fmt: skip
def test_a_cancelled_rebuild_leaves_what_was_finished_and_the_published_index_untouched(
    library: Library, folder: Folder, stage: Stage, at: int, taken: int, to_embed: int
) -> None:
    library.add([article("old", "The comet came back.")])
    before, index = current(library), sorted((library.data_dir / "index").iterdir())
    folder.write("a.txt", "A new comet was found.")
    folder.write_archive("b.jsonl", *({"id": f"n{n}", "text": f"Harvest {n}."} for n in range(101)))
    with pytest.raises(Cancelled):
        library.rebuild(folder.path, progress=cancel_at(stage, at))
    assert current(library) == before
    assert sorted((library.data_dir / "index").iterdir()) == index
    assert library.status().articles == 1 + taken
    assert library.status().pending
    assert texts(library, "comet") == ["The comet came back."]
    done = library.rebuild(folder.path)
    assert (done.added, done.embedded) == (102 - taken, to_embed)
    assert sorted(texts(library, "comet")) == ["A new comet was found.", "The comet came back."]


def test_a_rebuild_cancelled_before_it_was_read_whole_still_removes_what_moved_out_later(
    library: Library, folder: Folder
) -> None:
    folder.write_archive("a.jsonl", {"id": "one", "text": "One."}, {"id": "two", "text": "Two."})
    folder.write("b.txt", "Three.")
    library.rebuild(folder.path)
    folder.write_archive("a.jsonl", {"id": "one", "text": "One."})
    with pytest.raises(Cancelled):
        library.rebuild(folder.path, progress=cancel_at("reading", 1))
    assert library.rebuild(folder.path) == Report(removed=1, unchanged=2)


def test_progress_tells_each_stage_in_order_and_how_far_it_is(library: Library, folder: Folder) -> None:
    for n in range(3):
        folder.write(f"{n}.txt", f"Harvest {n}.")
    folder.write_archive("b.jsonl", *({"id": f"n{n}", "text": f"Comet {n}."} for n in range(70)))
    told: list[tuple[str, int, int]] = []
    library.rebuild(folder.path, progress=lambda *step: told.append(step))
    assert told == [
        *(("reading", n, 4) for n in range(4)),
        ("embedding", 0, 73),
        ("embedding", 64, 73),
        ("embedding", 73, 73),
        ("indexing", 0, 73),
        ("publishing", 1, 1),
    ]


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


def test_one_id_for_two_texts_in_one_go_is_an_error(library: Library) -> None:
    report = library.add([article("a", "First."), article("a", "First."), article("a", "Second.", origin="two.txt")])
    assert (report.added, report.unchanged, [error.item for error in report.errors]) == (1, 1, ["two.txt"])


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


def test_without_any_generation_words_still_find_and_a_publish_repairs(library: Library, second: Library) -> None:
    library.add([article("a", "The comet came back."), article("b", "The lantern stays.")])
    shutil.rmtree(library.data_dir / "index")
    (library.data_dir / "index").mkdir()
    assert [hit.text for hit in second.search("comets").hits] == ["The comet came back."]
    assert second.status().state == "degraded"
    assert second.publish() == Report(embedded=0)
    assert second.status().state == library.status().state == "ok"


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


def test_a_publish_repairs_though_the_generation_before_shows_the_same_state(
    library: Library, second: Library, folder: Folder
) -> None:
    folder.write("a.txt", "The comet came back.")
    library.rebuild(folder.path)
    library.rebuild(folder.path, full=True)
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
    assert library.publish().embedded == {"reading": 0, "embedding": 1}.get(stage, 0)


class OneNumberEmbedder:
    """Gives vectors so short that the word index is the largest part of a generation."""

    id = "one-number@1"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), np.float32)


def test_a_word_index_that_finds_no_room_is_one_clear_error_and_the_one_before_answers(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(stage: Stage, done: int, total: int) -> None:
        if stage == "indexing":
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


def test_what_a_killed_build_left_is_gone_before_anything_is_written(library: Library) -> None:
    library.add([article("a", "The comet came back.")])
    left = library.data_dir / "index" / "gen-0123456789abcdef.tmp"
    (left / "words").mkdir(parents=True)
    (left / "vectors.faiss").write_bytes(b"much")
    with pytest.raises(Cancelled):
        library.add([article("b", "The comet went away.")], progress=cancel_at("embedding", 0))
    assert not left.exists()


def test_an_index_that_cannot_be_written_is_one_clear_error_and_the_one_before_answers(library: Library) -> None:
    library.add([article("a", "The comet came back.")])
    lock = library.data_dir / "index" / "lock"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(StorageFault, match=r"could not be written \(Is a directory\)"):
        library.add([article("b", "The comet went away.")])
    assert texts(library, "comet") == ["The comet came back."]
    lock.rmdir()
    assert library.publish() == Report(embedded=1)
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
