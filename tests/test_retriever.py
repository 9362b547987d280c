"""Which passages are found for a question to be read."""

from test_copy_pairs import article

from assistant.retriever import ArticleRetriever
from index.library import Library
from index.search.filters import NO_FILTERS

REPORT = "The ferry of Oldport leaves at noon. It calls at four islands and is back before night."


def test_stuffing_takes_no_place_among_those_that_are_read_however_much_of_it_there_is(library: Library) -> None:
    library.add(
        article(
            f"stuffed-{n}", "\n".join(f"When the ferry of Oldport leaves {word}: at {n}, it is said." for word in words)
        )
        for n, words in enumerate([("daily", "weekly", "in winter", "in summer")] * 20)
    )
    library.add([article("report", REPORT)])
    for asked in ("When does the ferry of Oldport leave?", "ferry Oldport leaves"):
        found = ArticleRetriever(library=library).find(asked, NO_FILTERS, 8)
        assert [document.metadata["article_id"] for document in found.documents] == ["report"]
        assert found.articles_searched == 21
