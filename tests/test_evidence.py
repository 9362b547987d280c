"""Sentences and their evidence, by the real network: places exact, order by evidence, nothing unread."""

import numpy as np
import pytest
from passages import Source, passage

from assistant.evidence import FEATURES, RANK, EvidenceReader, names_in
from assistant.reader.tokens import MAX_TOKENS
from index.text.sentences import sentence_spans

BRIDGE = Source("bridge", "Harbour bridge opens", "2023-11-05")
COMET = Source("comet", "Comet seen", "2021-05-20")
ARTICLE = (
    "🎉🎉 The mayor’s office said “soon”. The Zephyr bridge in Oldport opened on 4 November 2023.\n\n"
    "Mayor Ada Quill cut the ribbon 👩‍🚒 before 3,000 visitors.\n\n"
    "The bridge cost 90 million crowns."
)
SENTENCES = [
    "🎉🎉 The mayor’s office said “soon”.",
    "The Zephyr bridge in Oldport opened on 4 November 2023.",
    "Mayor Ada Quill cut the ribbon 👩‍🚒 before 3,000 visitors.",
    "The bridge cost 90 million crowns.",
]


@pytest.fixture(scope="module")
def reader() -> EvidenceReader:
    return EvidenceReader()


def test_every_sentence_is_found_at_its_exact_place_in_the_article(reader: EvidenceReader) -> None:
    border = ARTICLE.index("Mayor Ada")
    passages = [
        passage(ARTICLE[:border].rstrip(), BRIDGE),
        passage(ARTICLE[border:], BRIDGE, start=border),
    ]
    found = reader.read("When did the Zephyr bridge open?", passages)
    in_order = sorted(found, key=lambda evidence: evidence.quote.start)
    assert [evidence.quote.text for evidence in in_order] == SENTENCES
    for evidence in found:
        assert ARTICLE[evidence.quote.start : evidence.quote.end] == evidence.quote.text


def test_the_answer_is_words_of_its_own_sentence(reader: EvidenceReader) -> None:
    for evidence in reader.read("Who cut the ribbon?", [passage(ARTICLE, BRIDGE)]):
        assert evidence.answer
        assert evidence.answer in evidence.quote.text


def test_the_sentence_that_answers_is_put_first_with_the_words_that_answer(reader: EvidenceReader) -> None:
    passages = [passage("Comet Marlow was seen in May. It is due in 2091.", COMET), passage(ARTICLE, BRIDGE)]
    best = reader.read("When did the Zephyr bridge in Oldport open?", passages)[0]
    assert best.quote.text == "The Zephyr bridge in Oldport opened on 4 November 2023."
    assert "November 2023" in best.answer


def test_evidence_is_in_the_order_of_its_rank_and_its_score_is_a_probability(reader: EvidenceReader) -> None:
    found = reader.read("How much did the bridge cost?", [passage(ARTICLE, BRIDGE), passage("It rained.", COMET)])
    scores = [float(np.dot(evidence.features, RANK)) for evidence in found]
    assert len(found) == 5
    assert scores == sorted(scores, reverse=True)
    assert all(0 < evidence.quote.score < 1 for evidence in found)


def test_features_are_the_search_score_and_the_names_that_question_and_passage_share(reader: EvidenceReader) -> None:
    question = "Who cut the ribbon in Oldport?"  # one name: Oldport
    found = reader.read(
        question, [passage(ARTICLE, BRIDGE, score=1.25), passage("It rained all day.", COMET, score=0.5)]
    )
    features = {e.quote.text: dict(zip(FEATURES, e.features, strict=True)) for e in found}
    ribbon, cost, rain = features[SENTENCES[2]], features[SENTENCES[3]], features["It rained all day."]
    assert [ribbon["passage"], cost["passage"], rain["passage"]] == [1.25, 1.25, 0.5]
    assert [ribbon["names"], cost["names"], rain["names"]] == [1, 1, 0]
    assert ribbon["span"] > cost["span"] > rain["span"]


def test_the_day_on_which_an_article_was_published_counts_as_said_in_it(reader: EvidenceReader) -> None:
    question = "What did the mayor cut in November 2023?"  # the text names neither
    cut = "Mayor Ada Quill cut the ribbon."
    found = reader.read(question, [passage(cut, BRIDGE), passage(cut, COMET), passage(cut, Source("undated"))])
    names = {e.quote.article_id: dict(zip(FEATURES, e.features, strict=True))["names"] for e in found}
    assert names == {"bridge": 1, "comet": 0, "undated": 0}


def test_the_day_of_publication_is_read_with_the_passage(reader: EvidenceReader) -> None:
    question = "Who won the marathon of Oldport in 2019?"
    won = "Ada Quill won the marathon of Oldport on Sunday."
    named = [Source(day, "Marathon of Oldport", day) for day in ("2019-04-07", "2011-04-03")]
    found = reader.read(
        question, [passage(won, source) for source in (*named, Source("undated", "Marathon of Oldport"))]
    )
    span = {e.quote.article_id: dict(zip(FEATURES, e.features, strict=True))["span"] for e in found}
    assert span["2019-04-07"] > span["2011-04-03"] + 1


def test_sentences_behind_the_readers_window_are_dropped(reader: EvidenceReader) -> None:
    text = " ".join(f"Nothing of interest to anyone is told here by sentence number {n}." for n in range(60))
    spans = sentence_spans(text)
    found = sorted((e.quote.start, e.quote.end) for e in reader.read("What is told?", [passage(text, BRIDGE)]))
    assert len(spans) == 60
    assert found == spans[: len(found)]
    assert MAX_TOKENS / 15 < len(found) < MAX_TOKENS / 10  # each has 11 words and a full stop, some a token more


def test_a_title_that_would_fill_the_window_leaves_room_for_the_passage(reader: EvidenceReader) -> None:
    titled = Source("long", title="word " * 400)
    (found,) = reader.read("When did it open?", [passage("It opened in 2023.", titled)])
    assert (found.quote.text, found.answer) == ("It opened in 2023.", "2023")


@pytest.mark.parametrize("question", ["When did it open?", "", "?", "когда?", "🎉", "word " * 300])
def test_any_question_can_be_read_against_any_passage(reader: EvidenceReader, question: str) -> None:
    passages = [passage("It opened in 2023.", BRIDGE), passage("橋は開通した。", COMET), passage("🎉", COMET, start=9)]
    found = reader.read(question, passages)
    assert {e.quote.text for e in found} == {"It opened in 2023.", "橋は開通した。", "🎉"}


def test_what_is_held_in_reserve_is_read_where_the_rest_does_not_answer(reader: EvidenceReader) -> None:
    question = "When did the Zephyr bridge in Oldport open?"
    comet, bridge = passage("Comet Marlow was seen in May.", COMET), passage(ARTICLE, BRIDGE)
    assert {e.quote.article_id for e in reader.read(question, [bridge], [comet])} == {"bridge"}
    found = reader.read(question, [comet], [bridge])
    assert {e.quote.article_id for e in found} == {"bridge", "comet"}
    assert found[0].quote.article_id == "bridge"


def test_no_passages_give_no_evidence(reader: EvidenceReader) -> None:
    assert reader.read("When did it open?", []) == []
    assert reader.read("When did it open?", [passage("", BRIDGE)]) == []


def test_names_are_capitalised_words_and_numbers_but_not_the_first_word() -> None:
    assert names_in("When did Ada Quill open 2,000 doors?") == {"ada", "quill", "2", "000"}
    assert names_in("Blinken did what?") == set()
    assert names_in("How much did it cost? (When did the Zephyr bridge open?)") == {"zephyr"}
