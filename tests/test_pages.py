"""The pages of `tests/pages/`: what was reached, so that it is not lost, and ahead of what trafilatura gives alone."""

import pytest

from bench.extraction import by_project, by_trafilatura, read_pages, scored


@pytest.mark.parametrize(
    ("half", "least_f1", "least_titles", "least_authors", "least_dates"),
    [("tune", 0.99, 0.95, 0.95, 0.95), ("test", 0.955, 0.91, 0.79, 0.87)],
)
def test_text_and_metadata_are_as_good_as_they_were_and_ahead_of_trafilatura(
    half: str, least_f1: float, least_titles: float, least_authors: float, least_dates: float
) -> None:
    pages = list(read_pages(half))
    assert len(pages) == 24
    ours, theirs = scored(pages, by_project), scored(pages, by_trafilatura)
    assert ours.f1 >= least_f1
    assert ours.f1 > theirs.f1
    assert ours.right["title"] >= least_titles
    assert ours.right["author"] >= least_authors
    assert ours.right["published_at"] >= least_dates


@pytest.mark.parametrize(("half", "least"), [("tune", 0.94), ("test", 0.92)])
def test_pasted_pages_are_as_good_as_they_were(half: str, least: float) -> None:
    pages = list(read_pages(half, ".txt"))
    assert len(pages) == 5
    assert scored(pages, by_project).f1 >= least
