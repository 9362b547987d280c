"""A removal by hand taken back: what comes back, for how long, and what it leaves as it was."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from articles import LONG, Folder, article, texts
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from index.errors import TakenAgain, UnknownArticle
from index.library import Library
from index.store import trash
from index.store.catalogue import Catalogue, Selection
from index.store.database import Database
from index.store.rows import moment
from index.store.store import Store


def age(database: Database) -> None:
    """What was removed was removed an hour earlier."""
    with database.write() as connection:
        earlier = moment(dt.datetime.now(dt.UTC) - trash.KEPT - dt.timedelta(seconds=1))
        connection.execute(sql("UPDATE trash SET removed_at = :earlier"), {"earlier": earlier})


def kept(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(sql("SELECT article_id FROM trash ORDER BY article_id")))


def row(database: Database, article_id: str) -> dict[str, object]:
    with database.read() as connection:
        found = connection.execute(sql("SELECT * FROM articles WHERE id = :id"), {"id": article_id}).one()
        return dict(found._mapping)


def test_an_article_comes_back_with_its_revisions_passages_origin_and_days(store: Store, database: Database) -> None:
    now = article("a", LONG, source="S", published_at="2023-01-02", url="https://example.org/é")
    store.put(article("a", "One."), in_folder=True)
    store.put(now, in_folder=True)
    before = row(database, "a"), store.get("a"), store.history("a")
    store.delete(["a"], by_hand=True)
    assert store.get("a") is None
    store.restore("a")
    assert (row(database, "a"), store.get("a"), store.history("a")) == before
    assert store.counts() == (1, 3)
    catalogue = Catalogue(database, store.companies)
    assert [e.article.id for e in catalogue.page(Selection("s"), 9, None).articles] == ["a"]
    assert kept(database) == []


def test_the_removal_is_taken_back_as_if_it_had_not_been(store: Store) -> None:
    store.put(article("a"), in_folder=True)
    seq = store.seq()
    store.delete(["a"], by_hand=True)
    assert store.compare(article("a"), in_folder=True) == "withheld"
    store.restore("a")
    assert store.removed_since(seq) == frozenset()
    assert store.seq() > seq
    assert store.compare(article("a"), in_folder=True) == "unchanged"
    store.delete(["a"], by_hand=False)
    assert store.compare(article("a"), in_folder=True) == "added"


def test_an_earlier_removal_is_not_taken_back_with_it(store: Store) -> None:
    store.put(article("a"), in_folder=True)
    store.delete(["a"], by_hand=True)
    store.put(article("a"), in_folder=False)
    store.delete(["a"], by_hand=True)
    store.restore("a")
    assert store.compare(article("a"), in_folder=True) == "withheld"


def test_after_an_hour_and_for_what_was_never_removed_there_is_nothing_to_restore(
    store: Store, database: Database
) -> None:
    store.put(article("a"), in_folder=False)
    store.delete(["a"], by_hand=True)
    age(database)
    for name in ("a", "b"):
        with pytest.raises(UnknownArticle, match=f"No article '{name}' was removed by hand within the last hour"):
            store.restore(name)


def test_what_left_with_its_file_is_not_kept(store: Store, database: Database) -> None:
    store.put(article("a"), in_folder=True)
    store.delete(["a"], by_hand=False)
    assert kept(database) == []


def test_an_id_that_was_taken_in_again_stays_as_it_is(store: Store) -> None:
    store.put(article("a", "One."), in_folder=False)
    store.delete(["a"], by_hand=True)
    store.put(article("a", "Two."), in_folder=False)
    with pytest.raises(TakenAgain, match="The article 'a' is stored"):
        store.restore("a")
    stored = store.get("a")
    assert stored is not None
    assert stored.article.text == "Two."
    assert len(store.history("a")) == 1


def test_of_two_removals_of_one_id_the_last_is_restored(store: Store) -> None:
    for text in ("One.", "Two."):
        store.put(article("a", text), in_folder=False)
        store.delete(["a"], by_hand=True)
    store.restore("a")
    stored = store.get("a")
    assert stored is not None
    assert stored.article.text == "Two."


def test_what_is_older_goes_with_the_next_removal_and_the_next_publish(store: Store, database: Database) -> None:
    for name in ("a", "b", "c"):
        store.put(article(name), in_folder=False)
    store.delete(["a"], by_hand=True)
    age(database)
    store.delete(["b"], by_hand=True)
    assert kept(database) == ["b"]
    age(database)
    store.note_rebuild()
    assert kept(database) == []


def test_a_restore_that_fails_half_way_leaves_it_to_be_restored(store: Store, database: Database) -> None:
    store.put(article("a"), in_folder=False)
    store.delete(["a"], by_hand=True)
    with database.write() as connection:
        whole = connection.execute(sql("SELECT revisions FROM trash")).scalar_one()
        connection.execute(sql("UPDATE trash SET revisions = replace(revisions, '\"title\"', '\"heading\"')"))
    with pytest.raises(IntegrityError):
        store.restore("a")
    assert (store.get("a"), kept(database)) == (None, ["a"])
    with database.write() as connection:
        connection.execute(sql("UPDATE trash SET revisions = :whole"), {"whole": whole})
    store.restore("a")
    assert store.get("a") is not None


# -- with the index and the folder


def test_a_restored_article_is_found_at_once_where_the_index_has_not_followed_its_removal(library: Library) -> None:
    library.add([article("a", "The comet came."), article("b", "The tide rose.")])
    library.hide(["a"])
    assert texts(library, "comet") == []
    library.restore("a")
    assert texts(library, "comet") == ["The comet came."]


def test_a_restored_article_is_found_after_the_publish_where_the_index_has_followed(library: Library) -> None:
    library.add([article("a", "The comet came."), article("b", "The tide rose.")])
    library.remove(["a"])
    library.restore("a")
    assert library.status().pending
    library.publish()
    assert texts(library, "comet") == ["The comet came."]
    assert library.status().state == "ok"


def test_a_rebuild_leaves_a_restored_article_of_the_folder_alone_and_follows_its_file_again(
    library: Library, folder: Folder
) -> None:
    folder.write("a.txt", "The comet came.")
    folder.write("b.txt", "The tide rose.")
    library.rebuild(folder.path)
    [name] = [e.article.id for e in library.articles(Selection("a.txt")).articles]
    library.remove([name])
    library.restore(name)
    report = library.rebuild(folder.path, full=True)
    assert (report.unchanged, report.withheld) == (2, 0)
    folder.delete("a.txt")
    assert library.rebuild(folder.path).removed == 1
    assert texts(library, "comet") == []


def test_articles_restored_while_the_index_is_published_are_each_found_in_the_end_and_never_twice(
    library: Library,
) -> None:
    names = [f"a{n}" for n in range(6)]
    library.add([article(name, f"The comet {name} came.") for name in names])
    stopped = threading.Event()

    def publish() -> None:
        while not stopped.wait(0.001):
            library.publish()

    def search() -> None:
        while not stopped.wait(0.01):
            hits = [hit.article.id for hit in library.search("comet", k=50).hits]
            assert len(hits) == len(set(hits))

    with ThreadPoolExecutor(3) as threads:
        working = [threads.submit(publish), threads.submit(publish), threads.submit(search)]
        try:
            for name in names * 2:
                library.hide([name])
                assert name not in {hit.article.id for hit in library.search("comet", k=50).hits}
                library.restore(name)
                stored = library.article(name)
                assert stored is not None
                assert replace(stored.article, text="") == article(name, "")
        finally:
            stopped.set()
    for each in working:
        each.result()
    library.publish()
    assert sorted(hit.article.id for hit in library.search("comet", k=50).hits) == names
    assert (library.status().state, library.status().pending) == ("ok", False)
