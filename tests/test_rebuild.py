"""The articles folder followed: what a rebuild counts, embeds, keeps and removes, called off or not."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from articles import LONG, Folder, article, cancel_at, current, stored, texts, warm_reader
from conftest import HashingEmbedder

from index.article import Article, ItemError
from index.errors import Cancelled, IndexFault
from index.ingest.folder import read_paths
from index.ingest.formats import read_item
from index.library import Library
from index.progress import Report, Stage


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


@pytest.mark.parametrize("stage", ["reading", "embedding"])
def test_what_a_cancelled_full_rebuild_forgot_is_embedded_by_the_next(
    library: Library, folder: Folder, stage: Stage
) -> None:
    folder.write("a.txt", LONG)
    library.rebuild(folder.path)
    with pytest.raises(Cancelled):
        library.rebuild(folder.path, full=True, progress=cancel_at(stage, 0))
    assert library.status().pending
    library.rebuild(folder.path)
    assert library._embeddings.missing(library.embedding_model) == []
    assert not library.status().pending


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
    assert library.rebuild(folder.path) == Report(unchanged=1, withheld=1)
    assert library.rebuild(folder.path, full=True) == Report(unchanged=1, withheld=1, embedded=1)
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
    assert library.add(read_paths([folder.path / "a.txt"], library.reader, folder.path)) == Report(
        updated=1, embedded=1
    )
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
        if stage == "reading" and library.article("one"):
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


def test_a_folder_that_may_not_be_read_is_an_error_and_removes_nothing(embedder: HashingEmbedder) -> None:
    with TemporaryDirectory() as made:  # tmp_path lies where only its owner may look
        path = Path(made)
        path.chmod(0o755)
        folder = path / "articles"
        (folder / "closed").mkdir(parents=True)
        (folder / "closed" / "a.txt").write_text("The comet came back.")
        with closing(Library(path / "data", embedder=embedder)) as library:
            library.rebuild(folder)
            (path / "data").chmod(0o755)  # the articles alone are closed
            (path / "data" / "rebuild.lock").chmod(0o666)
            (folder / "closed").chmod(0)
            try:
                refused = pytest.raises(IndexFault, match="closed cannot be read: Permission denied")
                with without_rights_of_root(), refused:
                    library.rebuild(folder)
            finally:
                (folder / "closed").chmod(0o700)
            assert library.status().articles == 1


# -- called off


@pytest.mark.own_index
@pytest.mark.parametrize(
    ("stage", "at", "taken", "to_embed"),
    [("reading", 1, 1, 102), ("indexing", 0, 102, 102), ("embedding", 0, 102, 102),
     ("embedding", 50, 102, 52), ("publishing", 0, 102, 0)],
)  # fmt: skip
def test_a_cancelled_rebuild_leaves_what_was_finished_and_the_published_index_untouched(
    library: Library, folder: Folder, stage: Stage, at: int, taken: int, to_embed: int
) -> None:
    library.add([article("old", "The comet came back.")])
    before, index = current(library), sorted((library.data_dir / "index").iterdir())
    folder.write("a.txt", "A new comet was found.")
    folder.write_archive("b.jsonl", *({"id": f"n{n}", "text": f"Harvest {n}."} for n in range(101)))
    warm_reader(library)
    with pytest.raises(Cancelled):
        library.rebuild(folder.path, progress=cancel_at(stage, at))
    assert current(library) == before
    assert sorted((library.data_dir / "index").iterdir()) == index
    assert library.status().articles == 1 + taken
    assert library.status().pending
    assert texts(library, "comet") == ["The comet came back."]
    done = library.rebuild(folder.path)
    assert done.added == 102 - taken
    assert done.embedded <= to_embed  # what came in is embedded from the beginning
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


def test_one_article_more_beside_5000_is_the_only_one_embedded(library: Library, folder: Folder) -> None:
    folder.write_archive("a.jsonl", *({"id": f"n{n}", "text": f"Harvest {n}."} for n in range(5_000)))
    assert library.rebuild(folder.path) == Report(added=5_000, embedded=5_000)
    folder.write("one.txt", "The comet came back.")
    assert library.rebuild(folder.path) == Report(added=1, unchanged=5_000, embedded=1)
    assert library.rebuild(folder.path, full=False) == Report(unchanged=5_001)


def test_progress_tells_each_stage_in_order_and_how_far_it_is(library: Library, folder: Folder) -> None:
    for n in range(3):
        folder.write(f"{n}.txt", f"Harvest {n}.")
    folder.write_archive("b.jsonl", *({"id": f"n{n}", "text": f"Comet {n}."} for n in range(70)))
    told: list[tuple[str, int, int]] = []
    library.rebuild(folder.path, progress=lambda *step: told.append(step))
    told = list(dict.fromkeys(told))  # how far it is, is told again with every article
    embedding = [step for step in told if step[0] == "embedding"]
    assert [step for step in told if step[0] != "embedding"] == [
        *(("reading", n, 4) for n in range(4)),
        *(("reading", n, 73) for n in range(3, 73)),  # what an archive holds is known when it is opened
        *(("indexing", n, 73) for n in range(0, 73, 10)),  # their companies
        *(("indexing", n, 73) for n in range(73) if n % 10),  # their copies
        ("publishing", 1, 1),
    ]
    assert told[-len(embedding) - 1 : -1] == embedding == sorted(embedding)  # before the last
    assert embedding[-1] == ("embedding", 73, 73)


def test_a_folder_of_nothing_but_other_formats_is_told_and_fails_no_rebuild(library: Library, folder: Folder) -> None:
    folder.write("a.odt", "x")
    report = library.rebuild(folder.path)
    assert (report.errors, [note.item for note in report.notes]) == ((), [str(folder.path)])
    [error] = library.add(read_paths([folder.path], library.reader)).errors
    assert error.message.startswith("holds no file of a format that is read, but a.odt: use ")


def test_files_of_other_formats_are_told_once_and_fail_nothing(library: Library, folder: Folder) -> None:
    folder.write("a.txt", "The comet came back.")
    for name in ("README", "a.odt", "in/b.rtf", ".hidden", "Thumbs.db"):
        folder.write(name, "x")
    report = library.rebuild(folder.path)
    [note] = report.notes
    assert (report.added, report.error_count, note.item) == (1, 0, str(folder.path))
    left_out = "holds 3 files of formats that are not read, left out (README, a.odt, in/b.rtf): use "
    assert note.message.startswith(left_out)


def test_a_folder_added_by_hand_tells_what_it_leaves_out_and_fails_where_that_is_all(
    library: Library, folder: Folder
) -> None:
    folder.write("a.txt", "The comet came back.")
    folder.write("only/b.rtf", "x")
    report = library.add(read_paths([folder.path], library.reader))
    assert (report.added, report.errors, [note.item for note in report.notes]) == (1, (), [str(folder.path)])
    report = library.add(read_paths([folder.path / "only"], library.reader))
    assert [error.message.partition(":")[0] for error in report.errors] == [
        "holds no file of a format that is read, but b.rtf"
    ]
    assert report.notes == ()
