"""Readers while the index is published under them."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from index.article import Article
from index.library import Library
from index.search.search import Found

READERS, PUBLISHES, ARTICLES = 8, 20, 4
PAUSE_SECONDS = 0.02
"""Between two searches of a reader: eight that never pause leave the publisher a ninth of Python's time."""


def version(article: int, publish: int) -> Article:
    """Every article tells in every passage which article and publish it is of."""
    text = "\n\n".join(
        f"Comet {part} of article{article} as of publish{publish} " + "was seen " * 80 + "again." for part in range(3)
    )
    return Article(id=f"a{article}", title="Comet", text=text, origin="by hand")


def searching(library: Library, stopped: threading.Event, check: Callable[[Found], None]) -> int:
    """Search until stopped, and once more after that; how often."""
    count = 0
    is_last = False
    while not is_last:
        is_last = stopped.wait(PAUSE_SECONDS)
        check(library.search("comet", k=50))
        count += 1
    return count


def test_eight_readers_during_twenty_publishes_each_see_one_generation_whole(library: Library) -> None:
    library.add([version(n, 0) for n in range(ARTICLES)])
    publish_of = {library.status().generation: 0}
    seen: list[Found] = []
    stopped = threading.Event()
    with ThreadPoolExecutor(READERS) as threads:
        readers: list[Future[int]] = [threads.submit(searching, library, stopped, seen.append) for _ in range(READERS)]
        try:
            for publish in range(1, PUBLISHES + 1):
                library.add([version(n, publish) for n in range(ARTICLES)])
                publish_of[library.status().generation] = publish
                assert library.status().state == "ok"
        finally:
            stopped.set()
    assert all(reader.result() >= 1 for reader in readers)
    assert len(publish_of) == PUBLISHES + 1
    for found in seen:
        publish = publish_of[found.generation]
        assert found.articles_searched == ARTICLES
        # every article in three passages, each the verbatim text of the publish that the generation shows
        assert sorted((hit.article.id, hit.start) for hit in found.hits) == sorted(
            (f"a{n}", start) for n in range(ARTICLES) for start in starts(version(n, publish).text)
        )
        for hit in found.hits:
            article = version(int(hit.article.id[1:]), publish)
            assert (hit.article, hit.revision) == (article, article.revision)
            assert hit.text.startswith("Comet ")
            assert hit.text == article.text[hit.start : hit.end]
    assert publish_of[seen[-1].generation] == PUBLISHES


def test_articles_hidden_while_readers_search_never_come_back(library: Library) -> None:
    library.add([version(n, 0) for n in range(ARTICLES * 2)])
    stopped = threading.Event()
    hidden: set[str] = set()

    def search_and_check(_reader: int) -> None:
        while not stopped.wait(PAUSE_SECONDS):
            gone = frozenset(hidden)  # what was hidden before this search began
            assert not gone & {hit.article.id for hit in library.search("comet", k=50).hits}

    with ThreadPoolExecutor(READERS) as threads:
        readers = [threads.submit(search_and_check, n) for n in range(READERS)]
        try:
            for n in range(ARTICLES):
                library.hide([f"a{n}"])
                hidden.add(f"a{n}")
                library.publish()
        finally:
            stopped.set()
    for reader in readers:
        reader.result()
    assert {hit.article.id for hit in library.search("comet", k=50).hits} == {
        f"a{n}" for n in range(ARTICLES, ARTICLES * 2)
    }


def starts(text: str) -> list[int]:
    """Where its paragraphs begin."""
    return [text.index(paragraph) for paragraph in text.split("\n\n")]
