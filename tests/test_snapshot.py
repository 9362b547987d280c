"""One question, one generation: what is published meanwhile changes no answer, what is removed is gone at once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from test_copy_pairs import STORY, article

from assistant.answer import Answer, Question, Sources
from assistant.assistant import Assistant
from assistant.retriever import ArticleRetriever
from index.article import Article
from index.library import Library
from index.model.embed import Vectors
from index.search.filters import Filters
from index.search.snapshot import Snapshot

FIRST = replace(article("first", STORY, "2023-11-03"), source="Oldport Courier")
LATE = article("late", STORY, "2023-11-12")


@pytest.fixture
def before(library: Library) -> Snapshot:
    """Of the state before the first was edited to be no copy any more and two copies were added."""
    library.add([FIRST, LATE])
    before = library.snapshot()
    edited = replace(FIRST, text="The fish market stays where it is.", source="Sky Letter", published_at="2023-12-01")
    library.add([edited, article("early", STORY, "2023-11-01"), article("newest", STORY, "2023-12-24")])
    return before


def test_a_snapshot_stays_what_it_was_in_all_that_it_is_asked(library: Library, before: Snapshot) -> None:
    found = before.search("fish market")
    assert {(hit.article, hit.revision) for hit in found.hits} == {(a, a.revision) for a in (FIRST, LATE)}
    assert (found.generation, found.articles_searched, found.articles_held) == (2, 2, 2)
    assert [hit.article.id for hit in before.newest().hits] == ["late", "first"]
    oldest, newest = (dated.published_at for dated in (FIRST, LATE))
    assert before.holdings.sources == ("Oldport Courier",)
    assert [str(before.holdings.oldest), str(before.holdings.newest)] == [oldest, newest]
    assert before.copies(["first", "late", "early"]) == dict.fromkeys(("first", "late"), ("first", "late"))
    stored = before.article("first")
    assert stored is not None
    assert (stored.article, stored.is_current) == (FIRST, False)
    assert before.article("early") is None

    now = library.snapshot()
    assert now.holdings.sources == ("Sky Letter",)
    assert now.copies(["first", "late"]) == {"late": ("early", "late", "newest")}
    assert [hit.article.id for hit in now.newest().hits] == ["newest", "first", "late", "early"]


def test_copies_that_the_filters_leave_out_are_left_out_of_a_snapshot(before: Snapshot) -> None:
    courier = Filters(source=("oldport courier",))
    assert before.copies(["first", "late"], courier) == dict.fromkeys(("first", "late"), ("first",))


def test_what_is_removed_leaves_every_snapshot_at_once(library: Library, before: Snapshot) -> None:
    now = library.snapshot()
    library.hide(["late"])
    for snapshot in (before, now):
        assert "late" not in {hit.article.id for hit in (*snapshot.search("market").hits, *snapshot.newest().hits)}
        assert "late" not in {i for ids in snapshot.copies(["first", "late", "early"]).values() for i in ids}
        assert snapshot.article("late") is None


def test_an_answer_that_is_being_written_keeps_to_its_generation(library: Library) -> None:
    library.add([FIRST, LATE])
    asked = Question("What did the works in the customs house cost?")
    assistant = Assistant(library)
    stream = assistant.stream(asked)
    assert isinstance(next(stream), Sources)
    library.add([replace(FIRST, text="The fish market stays."), article("early", STORY, "2023-11-01")])
    *_, answer = stream
    assert isinstance(answer, Answer)
    citation = answer.citations[0]
    assert (citation.article_id, citation.revision) == ("first", FIRST.revision)
    assert [(copy.article_id, copy.revision) for copy in citation.also_in] == [("late", LATE.revision)]
    assert answer.generation == 2
    assert assistant.ask(asked).citations[0].article_id == "early"


class Interrupted(HashingEmbedder):
    """Does something else before it embeds a question."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Callable[[], object] = lambda: None

    def embed(self, texts: Sequence[str]) -> Vectors:
        if any("?" in text for text in texts):
            self.first()
        return super().embed(texts)


PAPERS = ("Oldport Courier", "Sky Letter", "Harbour Post")


def edition(number: int) -> list[Article]:
    """An article of each paper, and in each of its sentences the number."""
    text = "Comet Marlow was seen over {} by {} people. It comes back in {} years. It has {} tails."
    return [
        replace(article(paper[:3].lower(), text.format(paper, *[number] * 3)), title="Comet Marlow", source=paper)
        for paper in PAPERS
    ]


@pytest.fixture
def interrupted(tmp_path: Path) -> Iterator[tuple[Library, Interrupted]]:
    embedder = Interrupted()
    with closing(Library(tmp_path / "data", embedder=embedder)) as library:
        yield library, embedder


@pytest.mark.parametrize(
    "asked",
    [
        "What do the Oldport Courier, Sky Letter and Harbour Post each say about comet Marlow?",
        "How many people saw comet Marlow according to the Oldport Courier and the Sky Letter?",
    ],
)
def test_no_answer_mixes_generations_that_another_thread_publishes_between_its_searches(
    interrupted: tuple[Library, Interrupted], asked: str
) -> None:
    library, embedder = interrupted
    published = [100]
    library.add(edition(published[-1]))
    assistant = Assistant(library)

    with ThreadPoolExecutor(1) as other:

        def publish() -> None:
            published.append(published[-1] + 1)
            other.submit(library.add, edition(published[-1])).result()

        embedder.first = publish
        for _ in range(2):
            number, generation = published[-1], library.status().generation
            answer = assistant.ask(Question(asked))
            assert published[-1] >= number + 2
            assert answer.generation == generation
            assert len({citation.source for citation in answer.citations}) >= 2
            for citation in answer.citations:
                assert str(number) in citation.quote
                assert citation.revision in {article.revision for article in edition(number)}


def test_the_retriever_finds_in_one_generation(interrupted: tuple[Library, Interrupted]) -> None:
    library, embedder = interrupted
    library.add([article(f"copy-{n}", STORY, "2023-11-04") for n in range(9)])  # they crowd: it searches once more
    embedder.first = lambda: library.add([article(f"copy-{n}", "It stays.") for n in range(9)])
    found = ArticleRetriever(library=library).find("What of the fish market?", Filters(), 2)
    assert found.generation == 9
    assert [document.page_content in STORY for document in found.documents] == [True]
