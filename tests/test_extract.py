"""What the extractive writer chooses, over evidence, probabilities and vectors made by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from passages import Source, evidence, passage, quote

from assistant.evidence import Evidence
from assistant.extractive.extract import (
    ANSWER_THRESHOLD,
    CONFIDENT,
    MAX_MEMBERS,
    MAX_SENTENCES,
    NEARLY_AS_GOOD,
    NEWER_AS_GOOD,
    SAME_ANSWER_COSINE,
    SAME_FACT_COSINE,
    WORTH_SHOWING,
    confidence,
    members,
    write,
)
from assistant.statement import Quote, Statement, Support, say_the_same
from index.model.embed import Embed, Vectors
from index.text.words import word_set

OLD = Source("old", published_at="2020-04-16")
NEW = Source("new", published_at="2020-04-17")
UNDATED = Source("undated")
OLD_TOLL = "By that count 2,579 people have died in the city."
NEW_TOLL = "The city said on Friday that 3,869 people had died there."
SCHOOLS = "Schools in the province have not reopened so far."
TRAINS = "Trains began to leave the station on the day after."
SHOPS = "Many shops and restaurants are closed this week."
BEST = 0.9
NEARLY = BEST * NEARLY_AS_GOOD + 0.001
NOT_NEARLY = BEST * NEARLY_AS_GOOD - 0.001
GOOD_IF_NEWER = BEST * NEWER_AS_GOOD + 0.001
BAD_IF_NEWER = BEST * NEWER_AS_GOOD - 0.001
ONE_FACT = SAME_FACT_COSINE + 0.01
TWO_FACTS = SAME_FACT_COSINE - 0.01


def embed_with(tolls: float = 0.0) -> Embed:
    """The two tolls have that cosine to each other; everything else is at right angles to all."""

    def embed(texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), 2 + len(texts)), np.float32)
        for n, text in enumerate(texts):
            if text == OLD_TOLL:
                vectors[n, 0] = 1
            elif text == NEW_TOLL:
                vectors[n, :2] = tolls, np.sqrt(1 - tolls**2)
            else:
                vectors[n, 2 + n] = 1
        return vectors

    return embed


def written(found: list[Evidence], embed: Embed | None = None) -> list[str]:
    return [statement.support[0].quote.text for statement in write(found, embed or embed_with())]


def test_nothing_is_written_without_evidence() -> None:
    assert written([]) == []


def test_nothing_is_written_when_the_best_sentence_is_under_the_threshold() -> None:
    assert written([evidence(OLD_TOLL, OLD, ANSWER_THRESHOLD - 0.001)]) == []
    assert written([evidence(OLD_TOLL, OLD, ANSWER_THRESHOLD)]) == [OLD_TOLL]


def test_who_wants_fewer_wrong_answers_sets_a_higher_threshold() -> None:
    found = [evidence(OLD_TOLL, OLD, 0.6)]
    assert list(write(found, embed_with(), threshold=0.61)) == []
    assert [statement.text for statement in write(found, embed_with(), threshold=0.6)] == [OLD_TOLL]
    assert [s.text for s in write([evidence(OLD_TOLL, OLD, 0.0)], embed_with(), threshold=0.0)] == [OLD_TOLL]


def test_the_confidence_is_that_of_the_best_sentence_that_could_be_told() -> None:
    heading = evidence("Toll in the city", OLD, 0.9)
    assert confidence([heading, evidence(OLD_TOLL, OLD, 0.3), evidence(SCHOOLS, NEW, 0.5)]) == 0.3
    assert confidence([heading]) == confidence([]) == 0.0


def test_the_best_sentence_decides_whether_there_is_an_answer_and_not_a_later_one() -> None:
    found = [evidence(OLD_TOLL, OLD, ANSWER_THRESHOLD / 2), evidence(SCHOOLS, NEW, 1.0)]
    assert written(found) == []


def test_a_statement_is_the_sentence_and_its_support_is_the_quote() -> None:
    best = evidence(OLD_TOLL, OLD, BEST, start=30)
    (statement,) = write([best], embed_with())
    (support,) = statement.support
    assert (statement.text, support.quote, support.copies) == (OLD_TOLL, best.quote, ())


def test_a_further_sentence_is_added_only_where_it_is_nearly_as_good() -> None:
    found = [evidence(OLD_TOLL, OLD, BEST), evidence(SCHOOLS, NEW, NEARLY), evidence(TRAINS, UNDATED, NOT_NEARLY)]
    assert written(found) == [OLD_TOLL, SCHOOLS]


def test_beside_a_sentence_that_is_not_sure_every_one_is_shown_that_may_be_it() -> None:
    doubtful = CONFIDENT - 0.001
    likely, unlikely = doubtful * WORTH_SHOWING + 0.001, doubtful * WORTH_SHOWING - 0.001
    found = [evidence(OLD_TOLL, OLD, doubtful), evidence(SCHOOLS, NEW, likely), evidence(TRAINS, UNDATED, unlikely)]
    assert written(found) == [OLD_TOLL, SCHOOLS]
    assert written([evidence(OLD_TOLL, OLD, CONFIDENT), evidence(SCHOOLS, NEW, likely)]) == [OLD_TOLL]


def test_no_answer_has_more_than_three_sentences() -> None:
    texts = [OLD_TOLL, SCHOOLS, TRAINS, SHOPS]
    found = [evidence(text, OLD, BEST, start=100 * n) for n, text in enumerate(texts)]
    assert MAX_SENTENCES == 3
    assert written(found) == texts[:3]


def test_however_many_agree_another_answer_has_its_place() -> None:
    texts = (
        f"{said} 2,780 people." for said in ("It moved", "They say that it took", "The city counted", "Hardly left")
    )
    agreeing = [
        evidence(text, Source(f"voice-{n}"), BEST - n / 1000, answer="2,780 people") for n, text in enumerate(texts)
    ]
    other = evidence(TRAINS, OLD, NEARLY, answer="the day after")
    told = [e.quote.text for e in agreeing]
    assert written([*agreeing, other]) == [*told[:2], TRAINS]
    assert written([*agreeing, replace(other, answer="2,780")]) == told[:3]


@pytest.mark.parametrize("fragment", ["Deaths in Wuhan", "Sky watching", "Photo by Ada Quill"])
def test_a_heading_is_not_an_answer_however_well_it_fits(fragment: str) -> None:
    assert written([evidence(fragment, OLD, 1.0)]) == []
    assert written([evidence(fragment, OLD, 1.0), evidence(SCHOOLS, OLD, BEST)]) == [SCHOOLS]


@pytest.mark.parametrize("text", ["It is 93 m tall.", "Top scorer: Ada Quill", "Oldport | 93 m"])
def test_a_short_sentence_or_a_row_is_an_answer(text: str) -> None:
    assert written([evidence(text, OLD, 1.0)]) == [text]


def test_a_newer_report_of_the_same_fact_comes_first() -> None:
    found = [evidence(OLD_TOLL, OLD, BEST), evidence(NEW_TOLL, NEW, GOOD_IF_NEWER)]
    assert written(found, embed_with(tolls=ONE_FACT)) == [NEW_TOLL, OLD_TOLL]


def test_what_happened_is_told_in_the_order_of_its_days_and_what_has_none_last() -> None:
    found = [evidence(TRAINS, UNDATED, BEST), evidence(NEW_TOLL, NEW, BEST), evidence(OLD_TOLL, OLD, BEST)]
    for tolls in (TWO_FACTS, ONE_FACT):
        told = [statement.text for statement in write(found, embed_with(tolls), oldest_first=True)]
        assert [text.rpartition(": ")[2] for text in told] == [OLD_TOLL, NEW_TOLL, TRAINS]


def test_a_newer_report_that_answers_much_worse_is_left_out() -> None:
    found = [evidence(OLD_TOLL, OLD, BEST), evidence(NEW_TOLL, NEW, BAD_IF_NEWER)]
    assert written(found, embed_with(tolls=ONE_FACT)) == [OLD_TOLL]


def test_a_newer_report_of_another_fact_does_not_come_first() -> None:
    found = [evidence(OLD_TOLL, OLD, BEST), evidence(NEW_TOLL, NEW, NEARLY)]
    assert written(found, embed_with(tolls=TWO_FACTS)) == [OLD_TOLL, NEW_TOLL]


@pytest.mark.parametrize(
    ("cosine", "shown"),
    [
        (ONE_FACT, [f"April 17, 2020: {NEW_TOLL}", f"April 16, 2020: {OLD_TOLL}"]),
        (TWO_FACTS, [NEW_TOLL, OLD_TOLL]),
    ],
)
def test_reports_that_differ_in_a_number_have_their_days_before_them(cosine: float, shown: list[str]) -> None:
    found = [evidence(NEW_TOLL, NEW, BEST), evidence(OLD_TOLL, OLD, NEARLY)]
    told = list(write(found, embed_with(tolls=cosine)))
    assert [statement.text for statement in told] == shown
    assert [statement.is_at_odds for statement in told] == [cosine == ONE_FACT] * 2


def test_reports_with_the_same_numbers_or_that_nothing_tells_apart_have_none() -> None:
    again = "In the city 3,869 people had died by then."
    for other, source in ((again, OLD), (OLD_TOLL, Source("other", published_at=NEW.published_at))):
        found = [evidence(NEW_TOLL, NEW, BEST), evidence(other, source, NEARLY)]
        assert [statement.text for statement in write(found, one_fact)] == [NEW_TOLL, other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The dam is to be closed on 4 November.", "The dam will be closed from 4 December."),
        ("Nine boats sank in the harbour.", "In the harbour eleven boats were lost."),
        ("The bridge cost 90 million crowns.", "The bridge cost 90 thousand crowns."),
    ],
)
def test_dates_and_numbers_in_words_are_at_odds_too(one: str, other: str) -> None:
    found = [evidence(one, NEW, BEST), evidence(other, OLD, NEARLY)]
    shown = [f"April 17, 2020: {one}", f"April 16, 2020: {other}"]
    assert [statement.text for statement in write(found, one_fact)] == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The dam was closed on Nov. 4.", "The dam was closed on 4 November 2023."),
        ("Twelve boats sank.", "In the harbour 12 boats sank, the owners of 9 said."),  # tells more, not otherwise
    ],
)
def test_the_same_date_or_number_written_otherwise_is_not_at_odds(one: str, other: str) -> None:
    found = [evidence(one, NEW, BEST), evidence(other, OLD, NEARLY)]
    assert [statement.text for statement in write(found, one_fact)] == [one, other]


@pytest.mark.parametrize(("day", "shown"), [("2020-04-17", ", April 17, 2020"), (None, ""), ("2999-01-01", "")])
def test_where_days_do_not_tell_reports_apart_their_sources_stand_before_them(day: str | None, shown: str) -> None:
    courier, letter = Source("courier", published_at=day), Source("letter", published_at=day, outlet="Sky Letter")
    found = [evidence(NEW_TOLL, courier, BEST), evidence(OLD_TOLL, letter, NEARLY)]
    assert [statement.text for statement in write(found, one_fact)] == [
        f"Oldport Courier{shown}: {NEW_TOLL}",
        f"Sky Letter{shown}: {OLD_TOLL}",
    ]
    found[1] = evidence(OLD_TOLL, Source("letter", published_at=day, outlet="Oldport Courier"), NEARLY)
    assert [statement.text for statement in write(found, one_fact)] == [NEW_TOLL, OLD_TOLL]


RESIGNED = "Prime Minister Henrik Dalso resigned on Thursday after he lost a vote by 88 to 81."


def answering(text: str, source: Source, score: float, answer: str, start: int = 0) -> Evidence:
    return Evidence(quote(text, source, score, start), answer=answer, features=())


def test_the_same_answer_in_other_words_is_told_once_and_its_article_named() -> None:
    again = "On Thursday the government fell, and Henrik Dalso stepped down."
    found = [
        answering(RESIGNED, OLD, BEST, "Henrik Dalso"),
        answering(again, NEW, NEARLY, "Dalso"),
        answering("He is Henrik Dalso.", UNDATED, NOT_NEARLY, "Dalso"),
    ]
    [statement] = write(found, alike(SAME_ANSWER_COSINE + 0.01))
    assert (statement.text, said(statement)) == (RESIGNED, ("old", ["new", "undated"]))
    assert statement.support[0].copies[0].text == again
    latest = [said(statement) for statement in write(found, one_fact, newest_first=True)]
    assert latest == [("new", []), ("old", ["undated"])]


def test_the_newest_report_is_told_though_it_says_the_same_and_others_do_not() -> None:
    told = [("2021", "The fare is 5 euros."), ("2023", "From Monday on the fare is 5 euros again.")]
    told += [("2019", "The fare is 4 euros."), ("2018", "The fare is 3 euros.")]
    sources = [Source(year, published_at=f"{year}-03-01") for year, _ in told]
    found = [
        answering(text, source, BEST if source.article_id == "2021" else NEARLY, f"{text.split(' euros')[0][-1]} euros")
        for source, (_, text) in zip(sources, told, strict=True)
    ]
    latest = [said(statement)[0] for statement in write(found, alike(0.0), newest_first=True)]
    assert latest[0] == "2023"
    assert len(latest) == MAX_SENTENCES


@pytest.mark.parametrize(
    "other",
    [
        "Liv Tannen stepped down on Thursday.",  # somebody else
        "Henrik Dalso stepped down after 17 months.",  # a number more
        "Henrik Dalso stepped down on March 14.",
        "Henrik Dalso stepped down on Friday.",
        "Henrik Dalso did not step down on Thursday.",
        "Henrik Dalso may step down.",
    ],
)
def test_another_answer_and_one_with_a_further_number_or_day_or_a_not_are_told(other: str) -> None:
    found = [answering(RESIGNED, OLD, BEST, "Henrik Dalso"), answering(other, NEW, NEARLY, "")]
    assert sorted(said(statement)[0] for statement in write(found, one_fact)) == ["new", "old"]


def test_a_sentence_on_something_else_or_of_the_same_article_is_told() -> None:
    other = "Henrik Dalso has a dog."
    for source, embed in ((UNDATED, alike(SAME_ANSWER_COSINE - 0.01)), (OLD, one_fact)):
        found = [answering(RESIGNED, OLD, BEST, "Henrik Dalso"), answering(other, source, NEARLY, "", start=200)]
        assert written(found, embed) == [RESIGNED, other]


def test_an_older_report_of_the_same_fact_stays_behind() -> None:
    found = [evidence(NEW_TOLL, NEW, BEST), evidence(OLD_TOLL, OLD, BEST)]
    assert written(found, embed_with(tolls=ONE_FACT)) == [NEW_TOLL, OLD_TOLL]


def test_a_report_without_a_date_counts_as_no_newer() -> None:
    found = [evidence(OLD_TOLL, OLD, BEST), evidence(NEW_TOLL, UNDATED, GOOD_IF_NEWER)]
    assert written(found, embed_with(tolls=ONE_FACT)) == [OLD_TOLL]


def test_a_report_of_a_day_that_is_ahead_counts_as_no_newer() -> None:
    ahead = Source("ahead", published_at="2999-01-01")
    found = [evidence(OLD_TOLL, OLD, BEST), evidence(NEW_TOLL, ahead, GOOD_IF_NEWER)]
    assert written(found, embed_with(tolls=ONE_FACT)) == [OLD_TOLL]


def test_a_late_repost_of_an_old_report_does_not_pass_for_news() -> None:
    found = [evidence(NEW_TOLL, NEW, BEST), evidence(OLD_TOLL, Source("repost", published_at="2021-01-01"), NEARLY)]

    def original(voice: Support) -> Support:
        return Support(quote(OLD_TOLL, OLD, voice.quote.score)) if voice.quote.article_id == "repost" else voice

    together = embed_with(tolls=ONE_FACT)
    assert [said(statement)[0] for statement in write(found, together)] == ["repost", "new"]
    assert [said(statement)[0] for statement in write(found, together, original)] == ["new", "old"]


def test_sentences_of_one_article_are_not_rivals_for_one_fact() -> None:
    found = [evidence(OLD_TOLL, OLD, BEST), evidence(NEW_TOLL, OLD, NEARLY, start=200)]
    assert written(found, embed_with(tolls=0.99)) == [OLD_TOLL, NEW_TOLL]


def test_copies_are_one_voice_the_best_of_them_and_the_others_are_named() -> None:
    wire = "Gary Cahill scored for Chelsea in the 58th minute, and Eden Hazard equalised in the 83rd."
    copied = "Gary Cahill scored for Chelsea in the 58th minute and Eden Hazard then equalised in the 83rd."
    found = [evidence(wire, OLD, BEST), evidence(copied, NEW, 0.8), evidence(wire, UNDATED, 0.7)]
    (statement,) = write(found, embed_with())
    assert said(statement) == ("old", ["new", "undated"])


def test_an_article_that_says_it_twice_is_named_once() -> None:
    found = [
        evidence(SCHOOLS, OLD, BEST),
        evidence(SCHOOLS, OLD, 0.8, start=200),
        evidence(SCHOOLS, NEW, 0.7),
        evidence(SCHOOLS, NEW, 0.6, start=200),
    ]
    (statement,) = write(found, embed_with())
    assert said(statement) == ("old", ["new"])


def test_the_same_words_with_another_number_are_no_copy() -> None:
    before = "The government of the island says that 64 people died because of the hurricane."
    after = "The government of the island says that 2,975 people died because of the hurricane."
    statements = list(write([evidence(before, OLD, BEST), evidence(after, NEW, NEARLY)], one_fact))
    assert [said(statement) for statement in statements] == [("new", []), ("old", [])]


def one_fact(texts: Sequence[str]) -> Vectors:
    """All texts at one point."""
    return np.ones((len(texts), 1), np.float32)


def alike(cosine: float) -> Embed:
    """All texts but the first at one point, with that cosine to the first."""

    def embed(texts: Sequence[str]) -> Vectors:
        return np.array([(1, 0), *[(cosine, np.sqrt(1 - cosine**2))] * (len(texts) - 1)], np.float32)

    return embed


def said(statement: Statement) -> tuple[str, list[str]]:
    """Which article is cited, and which are named beside it."""
    (support,) = statement.support
    return support.quote.article_id, [copy.article_id for copy in support.copies]


def test_a_newer_report_has_its_place_before_sentences_that_answer_nearly_as_well() -> None:
    found = [
        evidence(OLD_TOLL, OLD, BEST),
        evidence(SCHOOLS, OLD, NEARLY, start=100),
        evidence(TRAINS, OLD, NEARLY, start=200),
        evidence(NEW_TOLL, NEW, GOOD_IF_NEWER),
    ]
    assert written(found, embed_with(tolls=ONE_FACT)) == [NEW_TOLL, OLD_TOLL, SCHOOLS]


def test_a_sentence_that_opens_with_a_pronoun_brings_the_one_before_it() -> None:
    _, she, they = in_a_row("The mayor is Ada Quill.", "She opened the bridge.", "They cheered.")
    (statement,) = write([she], embed_with())
    assert statement.text == statement.support[0].quote.text == "The mayor is Ada Quill. She opened the bridge."
    assert written([they]) == ["The mayor is Ada Quill. She opened the bridge. They cheered."]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("2,579 people", "By that count 2,579 people have died in the city."),
        ("NORVIK", "NORVIK, April 16 (Example Press) - By that count 2,579 people have died in the city."),
    ],
)
def test_a_dateline_is_cited_only_where_it_is_the_answer(answer: str, shown: str) -> None:
    text = f"NORVIK, April 16 (Example Press) - {OLD_TOLL}"
    found = Evidence(quote(text, OLD), answer=answer, features=())
    assert written([found]) == [shown]


def test_what_stands_in_the_answer_already_is_not_told_again() -> None:
    mayor, she, they = in_a_row("The mayor is Ada Quill.", "She opened the bridge.", "They cheered.")
    assert written([mayor, she]) == ["The mayor is Ada Quill.", "She opened the bridge."]
    assert written([she, mayor]) == ["The mayor is Ada Quill. She opened the bridge."]
    assert written([they, she, mayor]) == ["The mayor is Ada Quill. She opened the bridge. They cheered."]


def test_a_pronoun_follows_what_it_stands_for_and_no_other_sentence() -> None:
    mayor, she = in_a_row("The mayor is Ada Quill.", "She opened the bridge.")
    queen = evidence("Queen Maud of Norwick visited the town.", NEW, 0.595)
    assert written([mayor, queen, she]) == [
        "The mayor is Ada Quill.",
        "She opened the bridge.",
        "Queen Maud of Norwick visited the town.",
    ]


def test_sentences_with_a_pronoun_for_different_people_are_no_copies() -> None:
    _, mayor = in_a_row("The mayor is Ada Quill.", "She was 84 years old.")
    _, painter = in_a_row("A painter of lighthouses died.", "She was 84 years old.", source=NEW)
    statements = list(write([mayor, painter], embed_with()))
    assert said(statements[0]) == ("old", [])


def test_sentences_that_are_brought_count_as_well() -> None:
    _, she = in_a_row("The mayor is Ada Quill.", "She opened the bridge.")
    assert written([she, evidence(SCHOOLS, NEW, 0.59), evidence(TRAINS, UNDATED, 0.58)]) == [
        "The mayor is Ada Quill. She opened the bridge.",
        SCHOOLS,
    ]


@pytest.mark.parametrize("best", [BEST, CONFIDENT - 0.01, ANSWER_THRESHOLD + 0.01])
def test_a_report_that_would_not_answer_alone_does_not_lead(best: float) -> None:
    newer = evidence(NEW_TOLL, NEW, min(best * NEWER_AS_GOOD, ANSWER_THRESHOLD) - 0.001)
    assert written([evidence(OLD_TOLL, OLD, best), newer], embed_with(tolls=ONE_FACT))[0] == OLD_TOLL
    newer = evidence(NEW_TOLL, NEW, max(best * NEWER_AS_GOOD, ANSWER_THRESHOLD))
    assert written([evidence(OLD_TOLL, OLD, best), newer], embed_with(tolls=ONE_FACT))[0] == NEW_TOLL


def listed(*found: tuple[str, str, float]) -> list[str]:
    """What is told of (sentence, answer in it, probability), each of an article of its own."""
    evidence = [
        Evidence(quote(text, Source(f"a{n}"), score), answer, features=())
        for n, (text, answer, score) in enumerate(found)
    ]
    return [statement.text for statement in members(evidence)]


BOTH = "Norland and Estoria signed the treaty."
ONE = "The treaty was signed by Norland on Friday."
OTHER = "The parliament of Belmark approved the treaty and signed it."


def test_a_list_is_told_by_the_sentences_that_each_add_a_member() -> None:
    found = [
        (ONE, "Norland", BEST),
        (BOTH, "Estoria", 0.8),
        ("Norland has signed.", "Norland", 0.75),
        (OTHER, "Belmark", 0.7),
    ]
    assert listed(*found) == [ONE, BOTH, OTHER]


def test_a_sentence_that_lists_several_goes_first_where_it_answers_nearly_as_well() -> None:
    assert listed((ONE, "Norland", BEST), (BOTH, "Norland and Estoria", NEARLY)) == [BOTH]
    assert listed((ONE, "Norland", BEST), (BOTH, "Norland and Estoria", NOT_NEARLY)) == [ONE]


def test_beside_a_member_only_what_answers_nearly_as_well_is_told() -> None:
    assert listed((BOTH, "Norland and Estoria", BEST), (OTHER, "Belmark", NEARLY)) == [BOTH, OTHER]
    assert listed((BOTH, "Norland and Estoria", BEST), (OTHER, "Belmark", NOT_NEARLY)) == [BOTH]


def test_a_member_that_would_be_no_answer_alone_is_left_out() -> None:
    under = ANSWER_THRESHOLD - 0.001
    assert listed((ONE, "Norland", ANSWER_THRESHOLD), (OTHER, "Belmark", under)) == [ONE]
    assert listed((ONE, "Norland", under), (OTHER, "Belmark", BEST)) == listed() == []


def test_a_member_in_other_words_around_its_name_is_none_that_is_new() -> None:
    again = "Officials spoke of the small republic of Norland."
    assert listed((ONE, "Norland", BEST), (again, "the small republic of Norland", NEARLY)) == [ONE]
    plain = [("Wolves live there.", "Wolves", BEST), ("So do grey owls.", "grey owls", BEST)]
    assert listed(*plain) == ["Wolves live there.", "So do grey owls."]


def test_no_list_has_more_than_four_sentences() -> None:
    found = [
        (f"Norland beat {name} on Monday.", name, BEST)
        for name in ("Ardania", "Belmark", "Corfe", "Dunmore", "Estoria")
    ]
    assert MAX_MEMBERS == 4
    assert listed(*found) == [text for text, _, _ in found[:4]]


def test_copies_of_a_member_are_named_beside_it() -> None:
    found = [Evidence(quote(ONE, source, BEST), "Norland", features=()) for source in (OLD, NEW)]
    (statement,) = members(found)
    assert said(statement) == ("old", ["new"])


def in_a_row(*sentences: str, source: Source = OLD) -> list[Evidence]:
    """The sentences of one passage, each less probable than the one before."""
    whole = passage(" ".join(sentences), source)
    starts = [whole.page_content.index(sentence) for sentence in sentences]
    return [
        Evidence(Quote(whole, start, start + len(text), 0.6 - n / 100), answer="", features=())
        for n, (start, text) in enumerate(zip(starts, sentences, strict=True))
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("奥德港市议会星期二决定在哈勒河上建造一座新的大桥。", "市长罗卡贝蒂说工程将在明年春天开始并持续两年左右。"),
        ("居民代表要求先为必须搬走的7户人家找到合适的新住处。", "居民代表要求先为必须搬走的9户人家找到合适的新住处。"),
        ("…", "!"),
        ("The flood in Oldport on Monday killed nine.", "The flood in Oldport on Monday killed eleven."),
    ],
)
def test_sentences_without_blanks_or_words_or_of_other_numbers_are_not_the_same(one: str, other: str) -> None:
    assert not say_the_same(word_set(one), word_set(other))
