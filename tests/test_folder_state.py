"""What is known of the articles folder's files and of the articles that they gave, in a real database."""

from pathlib import Path

import pytest
from articles import article

from index.store.database import Database
from index.store.folder_state import FolderState
from index.store.store import Store


@pytest.fixture
def folder_state(database: Database, store: Store, tmp_path: Path) -> FolderState:
    return FolderState(database, tmp_path)


def test_folder_articles_are_those_of_files_by_path(store: Store, folder_state: FolderState) -> None:
    store.put(article("a", origin="two.jsonl"), in_folder=True)
    store.put(article("b", origin="two.jsonl"), in_folder=True)
    store.put(article("c", origin="https://example.org"), in_folder=False)
    folder_state.own(["a", "b"])
    assert folder_state.articles() == {"two.jsonl": {"a", "b"}}


def test_an_unchanged_article_follows_its_file_to_another_name(store: Store, folder_state: FolderState) -> None:
    store.put(article("a", origin="old.txt"), in_folder=True)
    store.put(article("a", origin="new.txt"), in_folder=True)
    folder_state.own(["a"])
    assert folder_state.articles() == {"new.txt": {"a"}}


def test_a_files_article_that_is_added_again_by_hand_stays_that_files(store: Store, folder_state: FolderState) -> None:
    store.put(article("a", origin="a.txt"), in_folder=True)
    folder_state.own(["a"])
    store.put(article("a", "Edited.", origin="https://example.org"), in_folder=False)
    assert folder_state.articles() == {"a.txt": {"a"}}
    store.put(article("b", origin="upload.txt"), in_folder=False)
    store.put(article("b", "Edited.", origin="https://example.org"), in_folder=False)
    stored = store.get("b")
    assert stored is not None
    assert stored.article.origin == "https://example.org"


def test_a_file_whose_article_was_replaced_by_hand_is_not_known_until_it_was_read_again(
    store: Store, folder_state: FolderState
) -> None:
    states = {"a.txt": (10, 1.25), "b.txt": (20, 2.5)}
    store.put(article("a"), in_folder=True)
    folder_state.set_files(states)
    store.put(article("a"), in_folder=False)
    assert folder_state.files() == states
    store.put(article("a", "Edited."), in_folder=False)
    assert folder_state.files() == {"b.txt": (20, 2.5)}
    folder_state.set_files(states)  # by a rebuild that read the file before it was replaced
    assert folder_state.files() == {"b.txt": (20, 2.5)}
    store.put(article("a"), in_folder=True)
    assert folder_state.files() == states
    store.put(article("a", "Edited."), in_folder=False)
    store.put(article("a", "Edited."), in_folder=True)  # now the file says so too
    assert folder_state.files() == states


def test_file_states_are_replaced_as_a_whole(folder_state: FolderState) -> None:
    folder_state.set_files({"a.txt": (10, 1.25), "b.txt": (20, 1_700_000_000.123456)})
    assert folder_state.files() == {"a.txt": (10, 1.25), "b.txt": (20, 1_700_000_000.123456)}
    folder_state.set_files({"b.txt": (21, 2.0)})
    assert folder_state.files() == {"b.txt": (21, 2.0)}
    folder_state.set_files({})
    assert folder_state.files() == {}
