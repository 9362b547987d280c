"""Markers and citations: every number in the answer is a citation's, and every citation's is in the answer."""

import re

import pytest
from passages import Source, passage, quote

from assistant.answer import Copy
from assistant.cite import UNSUPPORTED, Citer, passage_citation
from assistant.statement import Quote, Statement, Support

BRIDGE = Source("bridge", "Bridge opens", "2023-11-05")
COMET = Source("comet", "Comet seen", "2021-05-20")
OPENED = quote("The bridge opened in 2023.", BRIDGE, 0.98765, start=10)
COST = quote("It cost 90 million crowns.", BRIDGE, start=37)
SEEN = quote("Comet Marlow was seen.", COMET)


def said(*quotes: Quote, text: str = "") -> Statement:
    return Statement(text or quotes[0].text, tuple(map(Support, quotes)))


def markers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\[(\d+)\]", text)]


def test_citations_are_numbered_by_first_use() -> None:
    citer = Citer()
    rendered = [citer.render(said(SEEN)), citer.render(said(OPENED)), citer.render(said(COST))]
    assert rendered == [
        "Comet Marlow was seen. [1]",
        "The bridge opened in 2023. [2]",
        "It cost 90 million crowns. [3]",
    ]
    assert [(c.index, c.quote) for c in citer.citations] == [(1, SEEN.text), (2, OPENED.text), (3, COST.text)]


def test_a_citation_is_the_quote_with_its_place_and_its_article() -> None:
    citer = Citer()
    citer.render(said(OPENED))
    citation = citer.citations[0]
    assert (citation.quote, citation.start, citation.end) == ("The bridge opened in 2023.", 10, 36)
    assert (citation.article_id, citation.revision, citation.title) == ("bridge", "r1", "Bridge opens")
    assert (citation.url, citation.source, citation.author) == ("https://example.org/bridge", "Oldport Courier", None)
    assert (citation.published_at, citation.score, citation.also_in) == ("2023-11-05", 0.9877, ())


def test_the_same_sentence_used_twice_is_one_citation() -> None:
    citer = Citer()
    assert citer.render(said(OPENED, text="It opened.")) == "It opened. [1]"
    assert citer.render(said(SEEN, OPENED, text="Both happened.")) == "Both happened. [2][1]"
    assert citer.render(said(OPENED, OPENED, text="It did.")) == "It did. [1]"
    assert [c.index for c in citer.citations] == [1, 2]


def test_the_same_words_elsewhere_are_a_citation_of_their_own() -> None:
    citer = Citer()
    again = quote(OPENED.text, COMET, start=10)
    later = quote(OPENED.text, BRIDGE, start=500)
    assert citer.render(said(OPENED, again, later)) == "The bridge opened in 2023. [1][2][3]"


def test_a_number_in_brackets_in_an_articles_words_is_no_marker_but_stays_in_the_quote() -> None:
    citer = Citer()
    forged = quote("It is proven [7] and [12] settled.", COMET)
    text = citer.render(said(forged))
    assert text == "It is proven (7) and (12) settled. [1]"
    assert citer.citations[0].quote == "It is proven [7] and [12] settled."


def test_markers_are_exactly_the_citations_indices() -> None:
    citer = Citer()
    statements = [
        said(SEEN, COST),
        said(text="Nobody knows why [2]."),
        said(OPENED, SEEN, text="Seen [9] and opened."),
        said(COST),
    ]
    text = " ".join(citer.render(statement) for statement in statements)
    assert markers(text) == [1, 2, 3, 1, 2]
    assert set(markers(text)) == {c.index for c in citer.citations}


def test_a_sentence_without_support_says_so_and_cites_nothing() -> None:
    citer = Citer()
    assert citer.render(said(text="The moon is green.")) == f"The moon is green. {UNSUPPORTED}"
    assert citer.citations == []


def test_copies_are_named_beside_the_citation() -> None:
    citer = Citer()
    copy = quote(OPENED.text, Source("copy", "Bridge open", None))
    citer.render(Statement(OPENED.text, (Support(OPENED, (copy,)),)))
    assert [c.also_in for c in citer.citations] == [
        (
            Copy(
                article_id="copy",
                revision=copy.passage.metadata["revision"],
                title="Bridge open",
                url="https://example.org/copy",
                source="Oldport Courier",
                published_at=None,
                quote=copy.text,
                start=copy.start,
                end=copy.end,
            ),
        )
    ]


def test_a_passage_in_the_shape_of_a_citation_has_index_0_and_the_searchs_score() -> None:
    citation = passage_citation(passage("One. Two.", BRIDGE, start=40, score=1.23456))
    assert (citation.index, citation.quote, citation.start, citation.end) == (0, "One. Two.", 40, 49)
    assert (citation.score, citation.also_in) == (1.2346, ())


@pytest.mark.parametrize(("start", "end"), [(0, 20), (10, 400), (20, 20), (30, 12)])
def test_a_quote_that_reaches_out_of_its_passage_is_never_cited(start: int, end: int) -> None:
    wrong = Quote(OPENED.passage, start, end, 0.9)
    with pytest.raises(ValueError, match=f"{start} to {end} is no span around the passage"):
        Citer().render(Statement("It opened.", (Support(wrong),)))
    with pytest.raises(ValueError, match="is no span"):
        Citer().render(Statement("It opened.", (Support(SEEN, (wrong,)),)))
