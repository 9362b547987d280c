"""Copies are one voice: one passage is read for them, the original is cited, and its citation names the others."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from test_copy_pairs import OTHER, STORY, article

from assistant.answer import Citation, Copy, Question
from assistant.assistant import Assistant
from assistant.cite import Citer
from assistant.elsewhere import PART_CHARS, Elsewhere
from assistant.retriever import ArticleRetriever, as_document
from assistant.statement import Quote, Statement, Support
from index.library import Library
from index.search.filters import NO_FILTERS, Filters
from index.search.search import Hit

COST = "The market opens for the last time on the second Saturday of June, and the first stalls are to open in the "
ASKED = "What did the works in the customs house cost?"


@pytest.fixture
def filled(library: Library) -> Library:
    cut = STORY[: STORY.index("The market opens")].strip()
    wire = STORY.replace("called the decision hasty", "called that decision hasty")
    library.add([article("first"), article("wire", wire), article("cut", cut), article("other", OTHER)])
    return library


def test_one_passage_is_read_for_all_copies_of_it(filled: Library) -> None:
    found = ArticleRetriever(library=filled).find("works in the customs house", Filters(), 3).documents
    ids = [document.metadata["article_id"] for document in found]
    assert len({"first", "wire"} & set(ids)) == 1
    assert "other" in ids


def test_a_filter_for_one_of_the_copies_finds_that_one(filled: Library) -> None:
    for wanted in ("first", "wire"):
        found = ArticleRetriever(library=filled).find("customs house", Filters(article_id=(wanted,)), 3).documents
        assert {document.metadata["article_id"] for document in found} == {wanted}


@pytest.mark.parametrize("filters", [NO_FILTERS, Filters(before=dt.date(2030, 1, 1))], ids=["all", "filtered"])
@pytest.mark.parametrize("copies", [1, 9, 17])
def test_copies_take_one_place_however_many_they_are(library: Library, copies: int, filters: Filters) -> None:
    ferries = [
        article(f"ferry-{n}", f"The ferry of pier {n} passes the old fish market at {n} o'clock sharp.", "2023-11-05")
        for n in range(6)
    ]
    library.add([article(f"copy-{n}", STORY, "2023-11-04") for n in range(copies)])
    library.add(ferries)
    found = ArticleRetriever(library=library).find("vote on the fish market of Oldport", filters, 7).documents
    ids = {document.metadata["article_id"] for document in found}
    assert len(found) == 7
    assert ids >= {ferry.id for ferry in ferries}
    assert len({document.page_content for document in found}) == 7


def test_a_citation_names_the_copies_that_say_its_sentence_and_not_a_cut_one_that_lacks_it(filled: Library) -> None:
    answer = Assistant(filled).ask(Question(ASKED))
    [citation] = [citation for citation in answer.citations if COST in citation.quote]
    [copy] = citation.also_in
    assert {citation.article_id, copy.article_id} == {"first", "wire"}
    stored = filled.article(copy.article_id, copy.revision)
    assert stored is not None
    assert stored.article.text[copy.start : copy.end] == copy.quote == citation.quote


DATELINE = "OLDPORT (Northern Wire) - "
WIRE = article("wire", f"{DATELINE}{STORY}", "2023-11-03T06:10:00Z")
COPIES = [
    article("courier", f"{STORY} Readers may write to the desk.", "2023-11-03"),
    WIRE,
    article("late", STORY, "2023-11-12"),
    article("cut", STORY[: STORY.index("The market opens")].strip(), "2023-11-01"),
]


def cited(library: Library, filters: Filters = NO_FILTERS, asked: str = ASKED) -> Citation:
    answer = Assistant(library).ask(Question(asked, filters=filters))
    places: list[Citation | Copy] = [*answer.citations, *(copy for c in answer.citations for copy in c.also_in)]
    for place in places:
        stored = library.article(place.article_id, place.revision)
        assert stored is not None
        assert stored.article.text[place.start : place.end] == place.quote
    [citation] = [citation for citation in answer.citations if COST in citation.quote]
    assert citation.quote in answer.answer
    return citation


def beside(citation: Citation) -> set[str]:
    return {copy.article_id for copy in citation.also_in}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_first_published_that_has_the_sentence_speaks_in_whatever_order_they_came(
    library: Library, order: tuple[int, ...]
) -> None:
    for n in order:
        library.add([COPIES[n]])
    citation = cited(library)
    assert (citation.article_id, citation.published_at) == ("wire", WIRE.published_at)
    assert beside(citation) == {"courier", "late"}


def test_an_original_whose_sentence_was_edited_is_named_and_does_not_speak(library: Library) -> None:
    original = article("original", STORY.replace("opens for", "is open for"), "2023-11-01")
    library.add([original, *COPIES])
    citation = cited(library)
    assert citation.article_id == "wire"
    assert beside(citation) == {"original", "courier", "late"}


def test_without_dates_the_fullest_text_speaks(library: Library) -> None:
    library.add([replace(copy, published_at=None) for copy in COPIES])
    assert cited(library).article_id == "courier"


@pytest.mark.parametrize(
    ("filters", "speaks", "named"),
    [
        (Filters(after=dt.date(2023, 11, 4)), "late", set()),
        (Filters(article_id=("late", "courier")), "courier", {"late"}),
        (Filters(before=dt.date(2023, 11, 3)), "wire", {"courier"}),
        (Filters(before=dt.date(2030, 1, 1)), "wire", {"courier", "late"}),
    ],
)
def test_a_copy_that_the_filters_leave_out_neither_speaks_nor_is_named(
    library: Library, filters: Filters, speaks: str, named: set[str]
) -> None:
    library.add(COPIES)
    citation = cited(library, filters)
    assert (citation.article_id, beside(citation)) == (speaks, named)


def support(library: Library, article_id: str, sentence: str) -> Support:
    stored = library.article(article_id)
    assert stored is not None
    start = stored.article.text.index(sentence)
    span = start, start + len(sentence)
    return Support(Quote(as_document(Hit(stored.article, stored.revision, *span, 0.9)), *span, 0.9))


HASTY = "Their speaker, Nils Berg, called the decision hasty and said that the new rents were twice as high."


@pytest.mark.parametrize(
    ("found", "first"),
    [
        ("It cost $15 million, “all told”.", "It cost €15 million, “all told”."),
        ("The rents fell by −5.1% in May.", "The rents fell by 5.1% in May."),
        ("Did the rents fall in May?", "Did the rents fall in May!"),
    ],
)
def test_a_copy_with_another_sign_in_the_sentence_does_not_speak(library: Library, found: str, first: str) -> None:
    library.add([article("first", STORY.replace(HASTY, first), "2023-11-01")])
    library.add([article("late", STORY.replace(HASTY, found), "2023-11-12")])
    assert set(library.snapshot().copies(["late"])["late"]) == {"first", "late"}
    voice = support(library, "late", found)
    assert Elsewhere(library.snapshot(), NO_FILTERS).speaker(voice) == voice


def test_case_quotes_and_blanks_do_not_keep_a_copy_from_speaking(library: Library) -> None:
    found, first = "It cost 15\u00a0million, “all told”.", 'IT cost 15 million, "all  told".'
    library.add([article("first", STORY.replace(HASTY, first), "2023-11-01")])
    library.add([article("late", STORY.replace(HASTY, found), "2023-11-12")])
    spoken = Elsewhere(library.snapshot(), NO_FILTERS).speaker(support(library, "late", found))
    assert (spoken.quote.article_id, spoken.quote.text) == ("first", first)


def test_in_a_long_copy_the_sentence_is_looked_for_about_where_it_was_found(library: Library) -> None:
    rng = random.Random(5)
    words = [word for word in STORY.split() if word.isalpha()]
    filler = " ".join(f"The {' '.join(rng.sample(words, 12))}." for _ in range(5 * PART_CHARS // 80))
    assert len(filler) > 2 * PART_CHARS
    for name, text in (
        ("late", f"{HASTY} {filler}"),
        ("end", f"{filler} {HASTY}"),
        ("first", f"It rained. {HASTY} {filler}"),
    ):
        library.add([article(name, text, "2023-11-12" if name == "late" else "2023-11-01")])
    assert set(library.snapshot().copies(["late"])["late"]) == {"first", "late", "end"}
    elsewhere = Elsewhere(library.snapshot(), NO_FILTERS)
    spoken = elsewhere.speaker(support(library, "late", HASTY))
    assert (spoken.quote.article_id, spoken.quote.text, spoken.quote.start) == ("first", HASTY, len("It rained. "))
    citer = Citer(elsewhere.also_said)
    citer.render(Statement(HASTY, (spoken,)))
    assert beside(citer.citations[0]) == {"late"}  # the one that has it at its end goes another way


HAN = (
    "奥德港市议会星期二决定在哈勒河上建造一座新的大桥。",
    "旧桥自一九三一年起使用并且已经对货车关闭了很长时间。",
    "居民代表要求先为必须搬走的7户人家找到合适的新住处。",
    "市长罗卡贝蒂说工程将在明年春天开始并持续两年左右。",
)


def test_in_han_the_very_sentence_is_spoken_and_named(library: Library) -> None:
    edited = HAN[2].replace("合适的新住处", "新的合适住处")
    for name, sentence, day in (("edited", edited, "01"), ("first", HAN[2], "02"), ("late", HAN[2], "03")):
        text = "".join((HAN[0], HAN[1], sentence, HAN[3]))
        library.add([replace(article(name, text, f"2023-11-{day}"), language="zh")])
    elsewhere = Elsewhere(library.snapshot(), NO_FILTERS)
    spoken = elsewhere.speaker(support(library, "late", HAN[2]))
    assert (spoken.quote.article_id, spoken.quote.text) == ("first", HAN[2])
    citer = Citer(elsewhere.also_said)
    citer.render(Statement(HAN[2], (spoken,)))
    [citation] = citer.citations
    assert {copy.article_id: copy.quote for copy in citation.also_in} == {"edited": edited, "late": HAN[2]}


def test_in_han_each_passage_of_copies_is_read_once(library: Library) -> None:
    rng = random.Random(3)
    text = "\n\n".join("".join(chr(rng.randrange(0x4E00, 0x9F00)) for _ in range(700)) for _ in range(3))
    library.add([article("one", text)])
    alone = ArticleRetriever(library=library).find(text[:20], NO_FILTERS, 8).documents
    assert len(alone) >= 3
    library.add([article("other", text)])
    both = ArticleRetriever(library=library).find(text[:20], NO_FILTERS, 8).documents
    assert {document.page_content for document in both} == {document.page_content for document in alone}
    assert len(both) == len(alone)


def test_the_short_answer_stays_when_another_article_speaks(library: Library) -> None:
    asked = Question("How many stalls are moved into the former customs house?")
    short = []
    for copy in (COPIES[2], WIRE):
        library.add([copy])
        answer = Assistant(library).ask(asked)
        short.append((answer.citations[0].article_id, answer.short_answer))
    assert short == [("late", "46"), ("wire", "46")]
