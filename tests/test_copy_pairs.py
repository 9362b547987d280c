"""Copies among stored articles: found when they come in, forgotten when one changes or goes."""

import pytest

from index.article import Article
from index.copies import MIN_WORDS
from index.library import Library

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


def article(name: str, text: str = STORY) -> Article:
    return Article(id=name, title=f"Title of {name}", text=text, origin=f"{name}.txt")


def copies(library: Library, *ids: str) -> dict[str, list[str]]:
    return {i: list(found) for i, found in library.copies(ids).items()}


@pytest.fixture
def filled(library: Library) -> Library:
    cut = STORY[: STORY.index("The traders")].strip()
    assert len(cut.split()) >= MIN_WORDS
    library.add([article("first"), article("cut", cut), article("other", OTHER)])
    return library


def test_a_cut_version_and_its_story_name_each_other_and_no_other(filled: Library) -> None:
    assert copies(filled, "first", "cut", "other") == {"first": ["cut"], "cut": ["first"]}


def test_one_that_comes_later_is_found_among_those_that_are_there(filled: Library) -> None:
    filled.add([article("wire", f"OLDPORT (Northern Wire) - {STORY}")])
    assert copies(filled, "first", "wire") == {"first": ["cut", "wire"], "wire": ["first", "cut"]}


def test_an_edit_makes_and_unmakes_copies(filled: Library) -> None:
    filled.add([article("other")])
    assert copies(filled, "other") == {"other": ["first", "cut"]}
    filled.add([article("first", OTHER)])
    assert copies(filled, "first", "cut", "other") == {"cut": ["other"], "other": ["cut"]}


def test_what_is_removed_is_nobodys_copy(filled: Library) -> None:
    filled.remove(["cut"])
    assert copies(filled, "first") == {}


def test_another_number_between_the_same_words_makes_another_story(filled: Library) -> None:
    filled.add([article("corrected", STORY.replace("46 stalls", "64 stalls"))])
    assert copies(filled, "corrected") == {}


def test_only_what_came_in_is_signed(filled: Library) -> None:
    told: list[tuple[str, int]] = []
    filled.add([article("late", OTHER)], progress=lambda stage, _, total: told.append((stage, total)))
    assert next(total for stage, total in told if stage == "indexing") == 1
    assert copies(filled, "late") == {"late": ["other"]}
