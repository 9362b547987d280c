"""Whatever a chat model writes, whatever articles hold: what is cited is one of the passages, verbatim."""

import json
import re
import tempfile
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from conftest import HashingEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from passages import Source, passage
from texts import DATES, articles, questions, texts

from assistant.answer import Answer, Citation, Copy, Question
from assistant.assistant import Assistant
from assistant.chat.checks import CHECKS, failed_checks
from assistant.chat.draft import Draft
from assistant.chat.model import write
from assistant.chat.verify import verified
from assistant.cite import Citer
from assistant.errors import ChatModelFault
from assistant.statement import Quote, Statement, Support, around
from index.article import Article
from index.library import Library
from index.text.sentences import sentence_spans

SAID = "The Zephyr bridge in Oldport opened on 4 November 2023. It cost 90 million crowns."
FEW = max(settings.default.max_examples // 10, 10) if settings.default else 10
"""Of what takes a network or a whole library."""

_SOURCES = st.builds(
    Source,
    st.sampled_from(["bridge", "comet", "a.b"]),
    texts(6),
    DATES,
    st.sampled_from([None, "en", "de"]),
    st.sampled_from([None, "AP"]),
)
_TEXTS = st.one_of(st.just(SAID), texts(60)).filter(lambda text: text.strip() != "")
PASSAGES = st.lists(
    st.builds(
        lambda text, source, start, before: passage(text, source, start + len(before), 0.5, before),
        _TEXTS,
        _SOURCES,
        st.integers(0, 10_000),
        st.one_of(st.just(""), texts(10)),
    ),
    min_size=1,
    max_size=4,
)
_MARKERS = st.sampled_from(
    [
        "[1]",
        " [2]",
        "[3, 1]",
        "[0]",
        "[1][2]",
        "[-1]",
        "[99999999999999999999]",
        "【1†source】",
        "[^2]",
        "[passage 1]",
        "[1",
        "]",
    ]
)
WRITTEN = st.lists(
    st.one_of(st.sampled_from([f"{s} " for s in SAID.split(" ")]), st.just(SAID), _MARKERS, texts(8), st.just(". ")),
    max_size=20,
).map("".join)


def markers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\[([0-9]+)\]", text)]


def held(citer: Citer, passages: list[Document]) -> None:
    """Each citation is words of one of `passages`, or of the paragraph before it, at its place."""
    for citation in citer.citations:
        assert citation.quote
        assert any(
            (text, citation.article_id) == (citation.quote, found.metadata["article_id"])
            for found in passages
            for whole, offset in [around(found)]
            for text in [whole[citation.start - offset : citation.end - offset]]
        )


@st.composite
def statements(draw: st.DrawFn) -> tuple[list[Document], list[Statement]]:
    """Passages, and statements of any words over any sentences of them."""
    passages = draw(PASSAGES)
    quotes = [
        Quote(found, found.metadata["start"] + start, found.metadata["start"] + end, 0.5)
        for found in passages
        for start, end in sentence_spans(found.page_content)
    ]
    chosen = st.lists(st.sampled_from(quotes).map(Support), max_size=3).map(tuple)
    return passages, draw(st.lists(st.builds(Statement, WRITTEN, chosen, st.booleans()), max_size=5))


@given(statements())
def test_markers_are_exactly_the_citations_whatever_the_statements_say(
    made: tuple[list[Document], list[Statement]],
) -> None:
    passages, said = made
    citer = Citer()
    text = " ".join(citer.render(statement) for statement in said)
    assert set(markers(text)) == {citation.index for citation in citer.citations}
    assert [citation.index for citation in citer.citations] == list(range(1, len(citer.citations) + 1))
    assert set(citer.at_odds) <= {citation.index for citation in citer.citations}
    held(citer, passages)


@given(WRITTEN, PASSAGES)
def test_what_a_chat_model_wrote_names_only_passages_that_it_was_given(written: str, passages: list[Document]) -> None:
    try:
        for sentence in write(FakeListChatModel(responses=[written]), "When?", passages):
            assert all(found in passages for found in sentence.cited)
            assert "\n" not in sentence.text
    except ChatModelFault:
        pass  # of what says nothing, or goes on and on


@settings(max_examples=FEW)
@given(WRITTEN, PASSAGES, st.booleans())
def test_what_is_left_of_a_chat_models_answer_cites_its_passages_verbatim(
    written: str, passages: list[Document], cuts: bool
) -> None:
    draft = Draft(FakeListChatModel(responses=[written]), "When did it open?", tuple(passages), cuts_unsupported=cuts)
    citer = Citer()
    text = " ".join(citer.render(statement) for statement in draft.statements())
    assert set(markers(text)) == {citation.index for citation in citer.citations}
    held(citer, passages)


@given(WRITTEN, st.lists(PASSAGES.map(lambda found: found[0]), max_size=3))
def test_any_sentence_is_checked_against_any_passages(sentence: str, passages: list[Document]) -> None:
    failed = failed_checks(sentence, passages)
    assert set(failed) <= set(CHECKS)
    assert passages or len(failed) == len(CHECKS)


@settings(max_examples=FEW)
@given(WRITTEN, PASSAGES)
def test_a_sentence_is_borne_out_by_what_it_cites_or_by_nothing(sentence: str, passages: list[Document]) -> None:
    statement = verified(sentence, passages)
    assert statement.text == sentence
    assert all(support.quote.passage in passages and support.quote.text for support in statement.support)
    assert all(0 <= support.quote.score <= 1 for support in statement.support)


@settings(max_examples=FEW)
@given(st.lists(articles(), min_size=1, max_size=4), questions(), st.booleans())
def test_an_answer_over_any_articles_cites_their_very_words(
    found: list[Article], question: str, is_about_them: bool
) -> None:
    made = [replace(article, id=f"a{number}") for number, article in enumerate(found)]
    if is_about_them or not question.strip():
        question = " ".join(made[0].text.split())[:300] or "what"
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Library(Path(folder), embedder=HashingEmbedder())) as library,
    ):
        library.add(made)
        answer = Assistant(library, max_wrong=1).ask(Question(question))
        assert isinstance(answer, Answer)
        json.dumps(asdict(answer), ensure_ascii=False, allow_nan=False).encode("utf-8")
        assert set(markers(answer.answer)) == {citation.index for citation in answer.citations}
        copies = [copy for citation in answer.citations for copy in citation.also_in]
        places: list[Citation | Copy] = [*answer.citations, *answer.nearest, *copies]
        for citation in places:
            stored = library.article(citation.article_id, citation.revision)
            assert stored is not None
            assert stored.article.text[citation.start : citation.end] == citation.quote
