"""Copies among stored articles: found when they come in, forgotten when one changes or goes, in the order to speak."""

import itertools
import random
from collections import Counter
from contextlib import AbstractContextManager
from unittest.mock import Mock, patch

import pytest
from articles import cancel_at
from sqlalchemy import Connection, insert

from index.article import Article
from index.errors import Cancelled
from index.library import Library
from index.progress import Stage, silent
from index.store import copy_pairs
from index.store.copy_pairs import MAX_CANDIDATES, MAX_SHARED_KEYS, CopyPairs, in_order
from index.store.database import Database
from index.store.schema import articles, copy_bands, revisions, signatures
from index.store.store import Store
from index.text.copies import MIN_WORDS, bands, is_copy, signature, whole_key

STORY = (
    "The council of Oldport voted on Monday to close the old fish market, which has stood beside the harbour since "
    "1887, and to move its 46 stalls into the former customs house. Mayor Ada Quill said that the roof could no longer "
    "be mended. The traders had asked for two more years. Their speaker, Nils Berg, called the decision hasty and said "
    "that the new rents were twice as high. The market opens for the last time on the second Saturday of June, and the "
    "first stalls are to open in the customs house in September, after works that cost 2.4 million crowns."
)
OTHER = (
    "Astronomers at the Skarn observatory have followed the comet Marlow for three weeks and found that its tail "
    "parted in two. The director, Tove Lind, said that a piece of the core had come loose, which happens when the ice "
    "under the crust turns to gas. The comet can be seen with the naked eye until the end of May and comes back in 67 "
    "years. About 400 people came to the open nights, more than ever before, and the observatory will add two others."
)


NOTE = (
    "Weather for Oldport and the coast around it, given out by the harbour office. Cloudy in the morning with a light "
    "wind from the west, turning dry by the afternoon. The temperature will reach {high} degrees on the quay and fall "
    "to {low} degrees overnight, and it is to stay so for the rest of the week. There is no warning in force for "
    "boats, and the ferry goes from both of its landings until the evening. The next report is posted at the gate."
)


def article(name: str, text: str = STORY, published_at: str | None = None) -> Article:
    return Article(id=name, title=f"Title of {name}", text=text, origin=f"{name}.txt", published_at=published_at)


def copies(library: Library, *ids: str) -> dict[str, list[str]]:
    return {i: list(found) for i, found in library.snapshot().copies(ids).items()}


@pytest.fixture
def filled(library: Library) -> Library:
    cut = STORY[: STORY.index("The traders")].strip()
    assert len(cut.split()) >= MIN_WORDS
    library.add([article("first"), article("cut", cut), article("other", OTHER)])
    return library


def test_a_cut_version_and_its_story_are_copies_and_no_other(filled: Library) -> None:
    assert copies(filled, "first", "cut", "other") == {"first": ["first", "cut"], "cut": ["first", "cut"]}


def test_one_that_comes_later_is_found_among_those_that_are_there(filled: Library) -> None:
    filled.add([article("wire", f"OLDPORT (Northern Wire) - {STORY}")])
    assert copies(filled, "first", "wire") == {i: ["wire", "first", "cut"] for i in ("first", "wire")}


def test_an_edit_makes_and_unmakes_copies(filled: Library) -> None:
    filled.add([article("other")])
    assert copies(filled, "other") == {"other": ["first", "other", "cut"]}
    filled.add([article("first", OTHER)])
    assert copies(filled, "first", "cut", "other") == {i: ["other", "cut"] for i in ("cut", "other")}


def test_what_is_removed_is_nobodys_copy(filled: Library) -> None:
    filled.remove(["cut"])
    assert copies(filled, "first") == {}


def test_one_that_another_process_adds_meanwhile_is_compared_before_the_index_shows_it(
    filled: Library, second: Library
) -> None:
    def meanwhile(stage: Stage, _done: int, _total: int) -> None:
        if stage == "indexing" and second.article("late") is None:
            with pytest.raises(Cancelled):
                second.add([article("late")], progress=cancel_at("publishing", 0))

    filled.add([article("last", OTHER)], progress=meanwhile)
    assert not filled.status().pending
    assert copies(filled, "late", "last") == {"late": ["first", "late", "cut"], "last": ["last", "other"]}


def test_two_that_two_machines_compare_at_once_are_found_to_be_copies(database: Database) -> None:
    store, mine, others = Store(database), CopyPairs(database), CopyPairs(database)
    for name in ("one", "other"):
        store.put(article(name), in_folder=False)
    meanwhile = [others]

    def write() -> AbstractContextManager[Connection]:
        while meanwhile:
            meanwhile.pop().update(silent)
        return database.write()

    mine._database = Mock(wraps=database, write=write)
    mine.update(silent)
    assert compared(database) == {"one": ["one", "other"], "other": ["one", "other"]}


def test_two_copies_that_change_together_stay_copies(library: Library) -> None:
    library.add([article("one"), article("other")])
    further = f"{STORY} The market closed at noon."
    library.add([article("one", further), article("other", further)])
    assert copies(library, "one") == {"one": ["one", "other"]}


@pytest.mark.parametrize("at_once", [1, 2, 16])
def test_one_that_another_machine_compares_meanwhile_is_found_whatever_is_compared_at_once(
    database: Database, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_pairs, "AT_ONCE", at_once)
    store, mine, others = Store(database), CopyPairs(database), CopyPairs(database)
    for name in ("a", "b", "c"):
        store.put(article(name), in_folder=False)
    late = [article("late")]

    def write() -> AbstractContextManager[Connection]:
        while late:
            store.put(late.pop(), in_folder=False)
            others.update(silent)
        return database.write()

    mine._database = Mock(wraps=database, write=write)
    mine.update(silent)
    ids = ["a", "b", "c", "late"]
    assert compared(database) == dict.fromkeys(ids, ids)


def test_where_others_compare_meanwhile_fewer_are_done_at_once(database: Database) -> None:
    store, mine = Store(database), CopyPairs(database)
    for n in range(16):
        store.put(article(f"{n:02}", f"{STORY} {n}"), in_folder=False)
    tried: list[int] = []

    def are_kept_up(ids: list[str], _tell: object) -> bool:
        tried.append(len(ids))
        return len(tried) > 3

    with patch.object(mine, "_are_kept_up", are_kept_up):
        mine.update(silent)
    assert tried == [16, 8, 4, 2, 14]


def test_of_many_with_the_same_text_one_is_compared(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add([article(f"same{n}") for n in range(20)])
    compare = Mock(wraps=is_copy)
    monkeypatch.setattr(copy_pairs, "is_copy", compare)
    library.add([article("one more"), article("other", OTHER)])
    assert compare.call_count == 1
    assert len(copies(library, "one more")["one more"]) == 21


def test_another_number_between_the_same_words_makes_another_story(filled: Library) -> None:
    filled.add([article("corrected", STORY.replace("46 stalls", "64 stalls"))])
    assert copies(filled, "corrected") == {}


def test_only_what_came_in_is_signed(filled: Library) -> None:
    told: list[tuple[str, int]] = []
    filled.add([article("late", OTHER)], progress=lambda stage, _, total: told.append((stage, total)))
    assert next(total for stage, total in told if stage == "indexing") == 1
    assert copies(filled, "late") == {"late": ["late", "other"]}


ORDERED: dict[str, list[tuple[str, str, str | None]]] = {
    "the first published": [("a", STORY, "2023-11-03"), ("b", STORY, "2023-11-02"), ("c", STORY, "2023-11-04")],
    "to the hour, wherever": [("a", STORY, "2023-11-04T09:30:00+01:00"), ("b", STORY, "2023-11-04T08:15:00Z")],
    "a day as its end": [("a", STORY, "2023-11-04"), ("b", STORY, "2023-11-04T22:00:00Z")],
    "what is dated": [("a", f"{STORY} More is to come.", None), ("b", STORY, "2023-11-04")],
    "the longest of one day": [("a", STORY, "2023-11-04"), ("b", f"{STORY} More is to come.", "2023-11-04")],
    "the longest of those without a date": [("a", STORY, None), ("b", f"{STORY} More is to come.", None)],
    "by id, all else being equal": [("b", STORY, None), ("a", STORY, None)],
}
FIRST = {"what is dated": "b", "by id, all else being equal": "a", "to the hour, wherever": "b"}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("name", ORDERED)
def test_of_copies_one_comes_first_in_whatever_order_they_were_added(
    library: Library, name: str, backwards: bool
) -> None:
    for one in reversed(ORDERED[name]) if backwards else ORDERED[name]:
        library.add([article(*one)])
    assert {found[0] for found in copies(library, "a", "b").values()} == {FIRST.get(name, "b")}


@pytest.mark.parametrize("order", list(itertools.permutations(["whole", "half", "rest"])))
def test_a_story_cut_twice_is_no_copy_of_the_whole(library: Library, order: tuple[str, ...]) -> None:
    words = [f"w{n}" for n in range(400)]
    lengths = {"whole": 400, "half": 120, "rest": 40}
    for name in order:
        library.add([article(name, " ".join(words[: lengths[name]]))])
    assert copies(library, *lengths) == {
        "whole": ["whole", "half"],
        "half": ["whole", "half", "rest"],
        "rest": ["half", "rest"],
    }


def test_among_more_alike_than_are_compared_no_other_numbers_are_copies_and_true_ones_are_found(
    library: Library,
) -> None:
    rng = random.Random(5)
    figures = rng.sample(list(itertools.product(range(10, 40), range(10, 40))), MAX_CANDIDATES + 50)
    notes = [article(f"{high}-{low}", NOTE.format(high=high, low=low)) for high, low in figures]
    library.add(notes)
    ids = [note.id for note in notes]
    assert copies(library, *ids) == {}
    early, late = notes[10], notes[-10]
    cut = late.text[: late.text.index(" There is no warning")]
    library.add([article("repost", f"OLDPORT (Northern Wire) - {early.text}"), article("cut", cut)])
    assert copies(library, "repost", "cut") == {"repost": ["repost", early.id], "cut": [late.id, "cut"]}


RULES = (
    "Those who berth at the inner basin are asked to keep the lane to the fuel jetty open and to report at the office "
    "before they leave. The swing bridge opens on the hour as long as there is light, and closes for the night when "
    "the last of the fishing boats is in. Anglers may use the outer wall on its landward side only, where the railing "
    "was renewed, and must leave it when the horn is sounded. Questions are answered at the window beside the gate, "
    "which is open in the morning, or by the duty officer over the usual channel."
)


def keep_as_compared(database: Database, notes: list[Article]) -> None:
    """Put them into the tables as they are once they were compared, which takes minutes, and no two are copies."""
    kept = {"revision": "r", "added_at": "2023-11-04"}
    with database.write() as connection:
        rows = [{"id": note.id, "origin": note.origin, "in_folder": 0, "chunker": 0, **kept} for note in notes]
        connection.execute(insert(articles), rows)
        rows = [{"article_id": note.id, "title": note.title, "text": note.text, **kept} for note in notes]
        connection.execute(insert(revisions), rows)
        for note in notes:
            signed = signature(note.text)
            assert signed is not None
            row = {"article_id": note.id, "revision": "r", "shingles": signed.shingles, "minima": signed.minima}
            number = connection.execute(insert(signatures).values(row).returning(signatures.c.number)).scalar_one()
            keys = {whole_key(note.text), *bands(signed)}
            connection.execute(insert(copy_bands), [{"band": key, "number": number} for key in keys])


def compared(database: Database) -> dict[str, list[str]]:
    CopyPairs(database).update(silent)
    with database.read() as connection:
        return in_order(connection)


def test_among_many_made_after_one_form_those_with_the_same_rare_words_are_found(
    store: Store, database: Database
) -> None:
    rng = random.Random(5)
    figures = rng.sample(list(itertools.product(range(100), range(100))), 1_000)
    notes = [article(f"{high}-{low}", NOTE.format(high=high, low=low) + RULES) for high, low in figures]
    assert len(notes) * 40 > MAX_SHARED_KEYS
    keep_as_compared(database, notes)
    again = rng.sample(notes, 8)
    for note in again:
        store.put(article(f"wire-{note.id}", f"OLDPORT (Northern Wire) - {note.text} (J. Vey)"), in_folder=False)
    found = compared(database)
    for note in again:
        assert found[note.id] == found[f"wire-{note.id}"] == [f"wire-{note.id}", note.id]
    assert len(found) == 2 * len(again)


def test_one_of_the_same_words_is_found_among_more_than_are_compared_with_the_same_signature(
    store: Store, database: Database
) -> None:
    notes = [article(f"{n}", f"{NOTE.format(high=n, low=7)} {RULES} {STORY}") for n in range(800)]
    signed = [signature(note.text) for note in notes]
    [(most, _)] = Counter(signed).most_common(1)
    crowd = [note for note, own in zip(notes, signed, strict=True) if own == most]
    assert len(crowd) > MAX_CANDIDATES
    keep_as_compared(database, notes)
    store.put(article("same", crowd[-1].text), in_folder=False)
    assert compared(database)["same"] == [crowd[-1].id, "same"]
