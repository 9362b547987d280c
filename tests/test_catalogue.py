"""Lists of the stored articles: searched, filtered, sorted and paged, in real SQLite."""

import base64
import datetime as dt
import json
from dataclasses import replace

import pytest
from articles import LONG, article
from conftest import HashingEmbedder
from sqlalchemy import text as sql

from index.errors import IndexFault
from index.library import Library
from index.store.catalogue import EVERYTHING, MAX_KEY_CHARS, SORTS, ArticlePage, Catalogue, Selection, Sort
from index.store.database import Database
from index.store.store import Store


@pytest.fixture
def catalogue(store: Store, database: Database) -> Catalogue:
    return Catalogue(database, store.companies)


def ids(page: ArticlePage) -> list[str]:
    return [entry.article.id for entry in page.articles]


def listed(catalogue: Catalogue, selection: Selection = EVERYTHING) -> list[str]:
    return ids(catalogue.page(selection, 50, None))


def paged(catalogue: Catalogue, selection: Selection, limit: int) -> list[str]:
    """Through all pages."""
    seen: list[str] = []
    cursor = None
    while True:
        page = catalogue.page(selection, limit, cursor)
        seen += ids(page)
        if (cursor := page.next_cursor) is None:
            return seen
        assert len(page.articles) == limit


@pytest.fixture
def shelf(store: Store) -> None:
    """Seven articles, in the order of their ids added one after the other."""
    for name, fields in {
        "a": {"title": "Émile at sea", "published_at": "2023-01-02"},
        "b": {"title": "“Zebra” was first", "source": "Östra Post", "published_at": "2023-01-02T09:30:00+01:00"},
        "c": {"title": "eel season", "source": "AP", "published_at": "2024-01-01", "text": LONG},
        "d": {"title": "", "source": "ap"},
        "e": {"title": "Eel season", "source": "Oldport Courier", "published_at": "2023-01-02"},
        "f": {"title": "Ferry", "author": "Zoë Ek", "text": "One.\n\nTwo."},
        "g": {"title": "emil in town", "source": "AP", "published_at": "1999-12-31"},
    }.items():
        store.put(article(name, **{"text": f"Text {name}.", **fields}), in_folder=False)


ORDERS: dict[Sort, str] = {
    "-published": "cbaegdf",
    "published": "gaebcdf",
    "-added": "gfedcba",
    "added": "abcdefg",
    "title": "cegafbd",
    "-title": "bfagced",
    "source": "cdgebaf",
    "-source": "becdgaf",
    "passages": "abdefgc",
    "-passages": "cabdefg",
}


def test_what_is_not_known_comes_last_and_neither_case_accent_nor_quotation_mark_counts(
    shelf: None, catalogue: Catalogue, database: Database
) -> None:
    with database.write() as connection:
        connection.execute(sql("UPDATE listing SET added = article_id"))  # some may be of one millisecond
    assert {sort: "".join(listed(catalogue, Selection(sort=sort))) for sort in SORTS} == ORDERS


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_join_without_gap_or_repeat_in_every_order(shelf: None, catalogue: Catalogue, limit: int) -> None:
    for sort in SORTS:
        selection = Selection(sort=sort)
        assert paged(catalogue, selection, limit) == listed(catalogue, selection)


def test_of_the_words_that_are_searched_for_the_first_eight_count(store: Store, catalogue: Catalogue) -> None:
    store.put(article("a", title="One two three four five six seven eight"), in_folder=False)
    seven = "one two three four five six seven"
    assert listed(catalogue, Selection(f"{seven} eight nine")) == ["a"]
    assert listed(catalogue, Selection(f"{seven} nine")) == []
    assert listed(catalogue, Selection(f"one {seven} nine")) == []


def test_an_article_added_between_two_pages_moves_none_of_the_others(store: Store, catalogue: Catalogue) -> None:
    for day in (1, 3, 5):
        store.put(article(f"d{day}", published_at=f"2023-01-0{day}"), in_folder=False)
    first = catalogue.page(EVERYTHING, 2, None)
    store.put(article("d9", published_at="2023-01-09"), in_folder=False)
    store.delete(["d3"], by_hand=True)
    assert ids(first) == ["d5", "d3"]
    assert ids(catalogue.page(EVERYTHING, 2, first.next_cursor)) == ["d1"]


def test_titles_that_begin_alike_for_longer_than_a_key_are_each_listed_once(store: Store, catalogue: Catalogue) -> None:
    for n in range(5):
        store.put(article(f"a{n}", title="ぁ" * MAX_KEY_CHARS + f"{n}"), in_folder=False)
    first = catalogue.page(Selection(sort="title"), 2, None)
    assert first.next_cursor is not None
    assert len(first.next_cursor) <= 2_000  # as much as the API takes
    assert paged(catalogue, Selection(sort="title"), 2) == [f"a{n}" for n in range(5)]


def test_an_entry_has_everything_but_the_text(store: Store, catalogue: Catalogue) -> None:
    stated = article("a", LONG, source="S", author="N", published_at="2023-01-02")
    store.put(article("a", "Before."), in_folder=False)
    store.put(stated, in_folder=False)
    page = catalogue.page(EVERYTHING, 50, None)
    [entry] = page.articles
    assert entry.article == replace(stated, text="")
    assert (entry.revision, entry.is_current, entry.passages) == (stated.revision, True, 3)
    assert (entry.copies, page.total) == (0, 1)


def test_an_entry_counts_its_copies(library: Library, embedder: HashingEmbedder) -> None:
    story = " ".join(f"The {n}th boat of the race came in behind the others at noon." for n in range(20))
    library.add([article("one", story), article("two", f"{story} So it ended."), article("other", "A comet.")])
    assert {e.article.id: e.copies for e in library.articles().articles} == {"one": 1, "two": 1, "other": 0}
    library.remove(["two"])
    assert {e.article.id: e.copies for e in library.articles().articles} == {"one": 0, "other": 0}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bridge", ["a", "b"]),
        ("BRIDGE oldport", ["a"]),
        ("berg", ["b"]),
        ("björn", ["b"]),
        ("BJORN", ["b"]),
        ("ridge", ["a", "b"]),
        ("bridge comet", []),
        ("100%", ["c"]),
        ("%", ["c"]),
        ("_", ["c"]),
        ("opened", []),  # texts are searched by asking, not by this
        ("b.txt", ["b"]),
        ("' OR 1=1 --", []),
        ("  ", ["a", "b", "c"]),
    ],
)
def test_a_query_keeps_articles_whose_title_source_author_and_file_name_hold_all_its_words(
    store: Store, catalogue: Catalogue, query: str, found: list[str]
) -> None:
    store.put(article("a", title="A bridge", source="Oldport Courier"), in_folder=False)
    store.put(article("b", title="Bridges", author="Björn Berg"), in_folder=False)
    store.put(article("c", title="Comet 100%", source="sky_letter"), in_folder=False)
    page = catalogue.page(Selection(query), 50, None)
    assert (ids(page), page.total) == (found, len(found))


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(source=("Ap",)), "cgd"),
        (Selection(source=("ostra post", "Oldport Courier")), "be"),
        (Selection(source=("Nobody",)), ""),
        (Selection(after=dt.date(2023, 1, 2)), "cbae"),
        (Selection(before=dt.date(2023, 1, 2)), "baeg"),
        (Selection(after=dt.date(2023, 1, 2), before=dt.date(2023, 12, 31)), "bae"),
        (Selection("eel", source=("AP",), after=dt.date(2000, 1, 1)), "c"),
    ],
)
def test_sources_and_days_narrow_the_list_and_the_undated_pass_no_day(
    shelf: None, catalogue: Catalogue, selection: Selection, found: str
) -> None:
    page = catalogue.page(selection, 50, None)
    assert ("".join(ids(page)), page.total) == (found, len(found))
    assert paged(catalogue, selection, 1) == list(found)


def test_the_total_is_of_all_pages(shelf: None, catalogue: Catalogue) -> None:
    first = catalogue.page(EVERYTHING, 3, None)
    assert (first.total, catalogue.page(EVERYTHING, 3, first.next_cursor).total) == (7, 7)


def test_sources_are_told_by_name_with_the_number_of_their_articles(shelf: None, catalogue: Catalogue) -> None:
    assert [(source.name, source.articles) for source in catalogue.sources()] == [
        ("AP", 3),
        ("Oldport Courier", 1),
        ("Östra Post", 1),
    ]


def test_the_list_follows_edits_renames_and_removals(store: Store, catalogue: Catalogue) -> None:
    store.put(article("a", title="Zoo", source="S"), in_folder=False)
    store.put(article("b", title="Moon", source="S"), in_folder=False)
    store.put(article("a", title="Ark", source="T", published_at="2020-01-01"), in_folder=False)
    assert listed(catalogue, Selection(sort="title")) == ["a", "b"]
    assert listed(catalogue, Selection("zoo")) == []
    assert [(source.name, source.articles) for source in catalogue.sources()] == [("S", 1), ("T", 1)]
    store.put(replace(article("b", title="Moon", source="S"), origin="renamed.txt"), in_folder=True)
    assert listed(catalogue, Selection("renamed")) == ["b"]
    store.delete(["b"], by_hand=False)
    assert listed(catalogue) == ["a"]


def test_what_is_divided_anew_is_sorted_by_its_new_number_of_passages(
    store: Store, catalogue: Catalogue, database: Database
) -> None:
    store.put(article("a"), in_folder=False)
    store.put(article("b", LONG), in_folder=False)
    with database.write() as connection:
        connection.execute(sql("UPDATE listing SET passages = 0"))
        connection.execute(sql("UPDATE articles SET chunker = 0"))
    store.rechunk()
    assert listed(catalogue, Selection(sort="-passages")) == ["b", "a"]


def test_articles_of_a_database_that_has_no_list_yet_are_listed(store: Store, database: Database) -> None:
    store.put(article("a", title="Ark"), in_folder=False)
    store.put(article("b", title="Moon"), in_folder=False)
    with database.write() as connection:
        connection.execute(sql("DELETE FROM listing WHERE article_id = 'a'"))
        connection.execute(sql("UPDATE listing SET revision = 'another', title = 'Aaa'"))
    again = Store(database)
    assert listed(Catalogue(database, again.companies), Selection(sort="title")) == ["a", "b"]


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "!", "é", "\ud800", "WzFd",
        *(base64.urlsafe_b64encode(data.encode()).decode() for data in ("{}", "null", "[1, 2]", "[" * 100_000)),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        *map(encoded, (
            ["title", "a"], ["title", None, "a"], ["title", "a", None], ["title", "\ud800", "a"], ["title", 1, "a"],
            ["-title", "a", "a"], ["added", "a", "a"], [["title"], "a", "a"],
        )),
    ],
)  # fmt: skip
def test_a_cursor_that_was_not_given_is_an_error_that_says_so(catalogue: Catalogue, cursor: str) -> None:
    with pytest.raises(IndexFault, match=r"The cursor '.*' is not one that was given for this order. Start without"):
        catalogue.page(Selection(sort="title"), 10, cursor)


@pytest.mark.parametrize("key", ["1", True, 1.5, -1, 2**63, None])
def test_a_cursor_by_number_holds_a_number(catalogue: Catalogue, key: object) -> None:
    with pytest.raises(IndexFault, match="not one that was given"):
        catalogue.page(Selection(sort="passages"), 10, encoded(["passages", key, "a"]))
