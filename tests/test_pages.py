"""The pages of `tests/pages/`: what was reached, so that it is not lost, and ahead of what trafilatura gives alone."""

import pytest

from bench.extraction import Page, by_project, by_trafilatura, is_right, read_pages, scored, token_f1
from index.article import Article
from index.ingest.dates import iso_date
from index.ingest.formats import read_item

TUNE = list(read_pages("tune"))


@pytest.mark.parametrize("page", TUNE, ids=[page.name for page in TUNE])
def test_a_page_that_the_rules_were_written_with_gives_its_article(page: Page) -> None:
    [item] = read_item(page.name, page.data)
    assert isinstance(item, Article)
    assert token_f1(page.expected["text"] or "", item.text) >= 0.96
    for field in ("title", "author", "source", "section", "image_credit", "url", "language"):
        assert getattr(item, field) == page.expected[field], field
    assert is_right("published_at", page.expected["published_at"], item.published_at)
    updated = page.expected["updated_at"]
    assert item.updated_at == (updated and iso_date(updated))
    described = {
        "title",
        "author",
        "source",
        "published_at",
        "updated_at",
        "section",
        "url",
        "language",
        "image_credit",
    }
    assert {field for field in described if getattr(item, field)} <= set(item.found_in)


@pytest.mark.parametrize(
    ("part", "count", "least_f1", "least_titles", "least_authors", "least_dates"),
    [("tune", 24, 0.99, 1.0, 1.0, 1.0), ("test", 24, 0.955, 0.95, 0.91, 0.95), ("unseen", 32, 0.99, 1.0, 0.87, 1.0)],
)
def test_text_and_metadata_are_as_good_as_they_were_and_ahead_of_trafilatura(
    part: str, count: int, least_f1: float, least_titles: float, least_authors: float, least_dates: float
) -> None:
    pages = list(read_pages(part))
    assert len(pages) == count
    ours, theirs = scored(pages, by_project), scored(pages, by_trafilatura)
    assert ours.f1 >= least_f1
    assert ours.f1 > theirs.f1
    assert ours.right["title"] >= least_titles
    assert ours.right["author"] >= least_authors
    assert ours.right["published_at"] >= least_dates
    assert all(ours.right[field] > theirs.right[field] for field in ours.right)


@pytest.mark.parametrize(("half", "least"), [("tune", 0.94), ("test", 0.92)])
def test_pasted_pages_are_as_good_as_they_were(half: str, least: float) -> None:
    pages = list(read_pages(half, ".txt"))
    assert len(pages) == 5
    assert scored(pages, by_project).f1 >= least
