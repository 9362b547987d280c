"""The store: what is in it after what was put, in a real database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from articles import LONG, article
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from index.errors import UnknownArticle
from index.store.database import Database
from index.store.store import Store


def passage_ids(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.scalars(sql("SELECT id FROM passages ORDER BY id")))


# -- in and out


def test_an_article_comes_back_as_it_was_put_with_its_passages_counted(store: Store) -> None:
    stated = article(
        "a", LONG, url="https://example.org", source="S", author="A", published_at="2023-01-02",
        updated_at="2023-01-03T10:00:00+02:00", language="en", provenance="p",
    )  # fmt: skip
    assert store.put(stated, in_folder=True) == "added"
    stored = store.get("a")
    assert stored is not None
    assert stored.article == stated
    assert (stored.revision, stored.is_current, stored.passages) == (stated.revision, True, 3)
    assert store.counts() == (1, 3)


def test_put_and_compare_say_whether_an_article_is_new_changed_or_neither(store: Store) -> None:
    edited = article("a", "It opened late.")
    for each, outcome in ((article("a"), "added"), (article("a"), "unchanged"), (edited, "updated")):
        assert store.compare(each, in_folder=True) == outcome
        assert store.put(each, in_folder=True) == outcome
    assert store.counts() == (1, 1)


def test_every_revision_is_kept_and_the_last_put_is_current(store: Store) -> None:
    first, second = article("a", "One."), article("a", "Two.")
    store.put(first, in_folder=False)
    store.put(second, in_folder=False)
    old = store.get("a", first.revision)
    assert old is not None
    assert (old.article.text, old.is_current) == ("One.", False)
    assert store.revisions([("a", first.revision), ("a", second.revision), ("a", "0" * 16), ("b", "0" * 16)]) == {
        ("a", first.revision): first,
        ("a", second.revision): second,
    }
    assert store.put(first, in_folder=False) == "updated"  # an edit taken back
    current = store.get("a")
    assert current is not None
    assert (current.article.text, current.is_current) == ("One.", True)


def test_an_edit_taken_back_leaves_the_day_on_which_each_revision_was_first_taken_in(
    store: Store, database: Database
) -> None:
    first, second = article("a", "One."), article("a", "Two.")
    for each in (first, second):
        store.put(each, in_folder=False)
    with database.write() as connection:
        for day, each in (("2024-05-01", first), ("2024-05-02", second)):
            connection.execute(
                sql("UPDATE revisions SET added_at = :day WHERE revision = :revision"),
                {"day": day, "revision": each.revision},
            )
    store.put(first, in_folder=False)
    assert [(r.added_at, r.revision, r.is_current) for r in store.history("a")] == [
        ("2024-05-02", second.revision, False),
        ("2024-05-01", first.revision, True),
    ]


def test_what_is_not_there_is_none(store: Store) -> None:
    store.put(article("a"), in_folder=False)
    assert store.get("b") is None
    assert store.get("a", "0" * 16) is None


def test_more_revisions_than_a_statement_has_variables_are_read(store: Store) -> None:
    keys = []
    for n in range(3):
        store.put(article(f"a{n}"), in_folder=False)
        keys.append((f"a{n}", article(f"a{n}").revision))
    found = store.revisions([*keys, *((f"missing{n}", "0" * 16) for n in range(40_000))])
    assert list(found) == keys


def test_a_put_that_fails_half_way_leaves_nothing(store: Store) -> None:
    with pytest.raises(UnicodeEncodeError):
        store.put(article("a", source="half a pair: \ud800"), in_folder=False)
    assert store.counts() == (0, 0)
    assert store.seq() == 0


def test_an_update_that_fails_half_way_leaves_the_revision_before_whole(store: Store, database: Database) -> None:
    store.put(article("a", LONG), in_folder=False)
    before = passage_ids(database)
    with pytest.raises(UnicodeEncodeError):
        store.put(article("a", "Edited.", source="\ud800"), in_folder=False)
    stored = store.get("a")
    assert stored is not None
    assert (stored.article.text, stored.passages, passage_ids(database)) == (LONG, 3, before)


def test_eight_threads_put_without_losing_or_doubling_an_article(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda n: store.put(article(f"a{n % 20}"), in_folder=False), range(60)))
    assert (outcomes.count("added"), outcomes.count("unchanged")) == (20, 40)
    assert store.counts() == (20, 20)


# -- removal


def test_a_removed_article_is_gone_with_its_revisions_and_passages(store: Store) -> None:
    store.put(article("a", "One."), in_folder=False)
    store.put(article("a", LONG), in_folder=False)
    store.put(article("b"), in_folder=False)
    store.delete(["a"], by_hand=True)
    assert store.get("a") is None
    assert store.get("a", article("a", "One.").revision) is None
    assert store.counts() == (1, 1)


def test_an_unknown_id_removes_none(store: Store) -> None:
    store.put(article("a"), in_folder=False)
    seq = store.seq()
    with pytest.raises(UnknownArticle, match="No article has the id 'b'"):
        store.delete(["a", "b"], by_hand=True)
    assert (store.counts(), store.seq()) == ((1, 1), seq)
    assert store.removed_since(0) == frozenset()


def test_a_removal_that_follows_the_folder_passes_over_what_went_meanwhile(store: Store) -> None:
    store.put(article("a"), in_folder=True)
    store.delete(["a", "b"], by_hand=False)
    assert store.counts() == (0, 0)
    assert store.removed_since(0) == {"a"}


def test_only_a_removal_by_hand_and_of_that_revision_is_remembered_against_its_file(store: Store) -> None:
    store.put(article("a"), in_folder=True)
    store.put(article("b"), in_folder=True)
    store.delete(["a"], by_hand=True)
    store.delete(["b"], by_hand=False)
    assert store.compare(article("a"), in_folder=True) == "withheld"
    assert store.compare(article("a"), in_folder=False) == "added"
    assert store.compare(article("a", "Edited."), in_folder=True) == "added"
    assert store.compare(article("b"), in_folder=True) == "added"


def test_a_file_that_was_read_before_a_removal_by_hand_does_not_undo_it(store: Store) -> None:
    read = article("a")
    store.put(read, in_folder=True)
    store.delete(["a"], by_hand=True)
    seq = store.seq()
    assert store.put(read, in_folder=True) == "withheld"
    assert (store.counts(), store.seq()) == ((0, 0), seq)
    assert store.removed_since(0) == {"a"}


def test_passage_ids_are_never_used_again(store: Store, database: Database) -> None:
    store.put(article("a", LONG), in_folder=False)
    assert passage_ids(database) == [1, 2, 3]
    store.delete(["a"], by_hand=True)
    store.put(article("a", LONG), in_folder=False)
    assert passage_ids(database) == [4, 5, 6]
    store.put(article("a", "Short."), in_folder=False)
    assert passage_ids(database) == [7]


def test_the_number_of_a_state_grows_with_every_change_and_with_nothing_else(store: Store) -> None:
    numbers = [store.seq()]
    for change in (
        lambda: store.put(article("a"), in_folder=False),
        lambda: store.put(article("a", "Edited."), in_folder=False),
        lambda: store.delete(["a"], by_hand=False),
    ):
        change()
        numbers.append(store.seq())
    assert numbers == [0, 1, 2, 3]
    store.put(article("b"), in_folder=False)
    store.put(replace(article("b"), origin="renamed.txt"), in_folder=True)
    assert store.seq() == 4


def test_removals_are_told_to_an_index_of_an_earlier_state_only(store: Store) -> None:
    for name in ("a", "b"):
        store.put(article(name), in_folder=False)
    before = store.seq()
    store.delete(["a", "b"], by_hand=True)
    assert store.removed_since(before) == {"a", "b"}
    assert store.removed_since(store.seq()) == frozenset()


def test_what_an_older_chunker_divided_is_divided_anew(store: Store, database: Database) -> None:
    store.put(article("a", LONG), in_folder=False)
    store.put(article("b", LONG), in_folder=False)
    with database.write() as connection:
        connection.execute(sql("DELETE FROM passages WHERE article_id = 'a' AND start > 0"))
        connection.execute(sql("UPDATE articles SET chunker = 0 WHERE id = 'a'"))
    seq = store.seq()
    store.rechunk()
    assert store.counts() == (2, 6)
    assert passage_ids(database) == [4, 5, 6, 7, 8, 9]
    assert store.seq() == seq + 1
    store.rechunk()
    assert store.seq() == seq + 1


# -- reading


def test_the_newest_date_is_that_of_a_current_revision(store: Store) -> None:
    assert store.newest_published() is None
    store.put(article("a", published_at="2024-01-01"), in_folder=False)
    store.put(article("b", published_at="2023-06-01"), in_folder=False)
    store.put(article("a", published_at="2023-05-01"), in_folder=False)
    assert store.newest_published() == "2023-06-01"


# -- the database


def test_a_reader_keeps_to_one_state(store: Store, database: Database) -> None:
    with database.read() as connection:
        count = sql("SELECT count(*) FROM articles")
        assert connection.execute(count).scalar() == 0
        store.put(article("a"), in_folder=False)
        assert connection.execute(count).scalar() == 0


def test_a_statement_that_breaks_a_rule_is_no_fault_of_the_storage(database: Database, store: Store) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(sql("INSERT INTO files (path, size, modified) VALUES (NULL, 1, 1)"))
