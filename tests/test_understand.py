"""What is read out of a question, over `tests/data/understood.jsonl` and by rule."""

import datetime as dt
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.question.understand import Understood, as_it_stands, understand
from index.search.filters import Filters
from index.search.generation import Holdings
from web.limits import MAX_QUESTION_CHARS

QUESTIONS = [
    json.loads(line) for line in (Path(__file__).parent / "data/understood.jsonl").read_text("utf-8").splitlines()
]
HELD = Holdings(
    sources=(
        *("AFP", "Associated Press", "BBC News - World", "Oldport Courier", "Reuters", "Science", "Sky Letter"),
        "The Guardian",
    ),
    authors=("Jane Doe", "Tomas Brandt"),
    oldest=dt.date(2019, 1, 2),
    newest=dt.date(2024, 5, 29),
)
LATER = dt.date(2026, 1, 15)
SECONDS_AT_WORST = 0.25
"""As docs/decisions.md has it; tested is that no pattern needs many times that."""


def read(question: str, held: Holdings = HELD, today: dt.date = LATER, given: Filters | None = None) -> Understood:
    return understand(question, held, today, given or Filters())


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked["question"])
def test_filters_order_and_kind_are_read_as_a_person_would(asked: dict[str, Any]) -> None:
    found = read(asked["question"])
    assert found.filters.as_json() == asked["filters"]
    assert found.kind == asked["kind"]
    assert found.newest_first == asked.get("newest_first", False)
    assert bool(found.apart) == asked.get("by_source", False)


def test_half_of_the_questions_have_nothing_to_be_read() -> None:
    nothing = [asked for asked in QUESTIONS if not asked["filters"] and not asked.get("newest_first")]
    assert len(QUESTIONS) >= 60
    assert len(nothing) * 2 >= len(QUESTIONS)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("According to AP, how many people were rescued?", "how many people were rescued?"),
        ("How many died, according to the Guardian?", "How many died?"),
        ("What does Reuters say about the dam?", "What is said about the dam?"),
        ("Reports from November 2023 about the flood", "Reports about the flood"),
        ("Articles by Jane Doe on trams", "Articles on trams"),
        ("Who won the 1998 final?", "Who won the 1998 final?"),
        ("News from Reuters", "News"),
        ("What did the report published in May 2024 say?", "What did the report say?"),
        ("What did the report that was published in May 2024 say?", "What did the report say?"),
        ("What was published on 3 June 2023?", "What was published?"),
        ("Has Reuters reported that the dam failed?", "Is it said that the dam failed?"),
        ("What did the Reuters report say about the dam?", "What did the report say about the dam?"),
        ("What did the report published by Reuters say?", "What did the report say?"),
        ("How many deaths were reported by Reuters?", "How many deaths were reported?"),
        ("According to the Guardian's report, who won?", "According to the report, who won?"),
    ],
)
def test_what_became_a_filter_is_not_searched_for(question: str, text: str) -> None:
    assert read(question).text == text


def test_of_what_the_caller_limits_nothing_is_read() -> None:
    question = "What did Reuters report in the articles published in May 2024?"
    assert read(question).filters == Filters(dt.date(2024, 5, 1), dt.date(2024, 5, 31), ("Reuters",))
    given = read(question, given=Filters(after=dt.date(2020, 1, 1), source=("AFP",)))
    assert given.filters == Filters()
    assert given.text == question


def test_a_source_is_read_by_every_name_the_library_has_for_it() -> None:
    held = replace(HELD, sources=("AP", "AP News", "BBC News - Europe", "BBC News - World", "The Associated Press"))
    assert read("According to AP, who won?", held).filters.source == ("AP", "AP News", "The Associated Press")
    assert read("What does the BBC say about it?", held).filters.source == ("BBC News - Europe", "BBC News - World")


def test_a_source_that_is_not_there_stays_text() -> None:
    found = read("According to the Lunda Mirror, who won?")
    assert (found.filters, found.text) == (Filters(), "According to the Lunda Mirror, who won?")


def test_the_editor_of_a_paper_and_a_longer_name_are_not_the_paper() -> None:
    assert read("According to the Oldport Courier's editor, who won?").filters == Filters()
    assert read("According to Sky Letter Holdings, who won?").filters == Filters()


def test_a_source_mentioned_beside_one_that_is_wanted_is_not_shut_out() -> None:
    found = read("After the Guardian told of the strike, what did Reuters report about it?")
    assert set(found.filters.source) == {"The Guardian", "Reuters"}
    assert found.apart == ()


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("According to Reuters, who bought the Guardian?", "Reuters"),
        ("What does the BBC say about the sale of the Oldport Courier?", "BBC News - World"),
        ('Why is "The Guardian" for sale, according to Reuters?', "Reuters"),
    ],
)
def test_a_source_that_a_question_is_about_is_not_asked(question: str, wanted: str) -> None:
    assert read(question).filters == Filters(source=(wanted,))


def test_an_author_that_a_question_is_about_is_not_asked() -> None:
    assert read("Articles by Jane Doe on Tomas Brandt").filters == Filters(author=("Jane Doe",))


def test_two_reports_with_their_days_are_not_held_to_either() -> None:
    asked = "Did the Reuters report published on 3 June 2023 agree with the AFP article from a later day?"
    assert read(asked).filters == Filters(source=("Reuters", "AFP"))


def test_what_happened_before_the_first_article_is_asked_of_all() -> None:
    assert read("What happened in 1912?").filters == Filters()
    assert read("Articles from 1912").filters == Filters(dt.date(1912, 1, 1), dt.date(1912, 12, 31))


def test_what_happened_on_a_day_is_asked_of_the_next_days_papers_too() -> None:
    day, next_day = dt.date(2021, 1, 6), dt.date(2021, 1, 7)
    assert read("What happened on 6 January 2021?").filters == Filters(day, next_day)
    assert read("What was published on 6 January 2021?").filters == Filters(day, day)


def test_last_week_says_from_which_day_it_was_counted() -> None:
    assert read("News from last week").counted_from == dt.date(2024, 5, 29)
    recent = read("News from last week", today=dt.date(2024, 6, 12))
    assert recent.counted_from is None
    assert recent.filters == Filters(dt.date(2024, 6, 3), dt.date(2024, 6, 9))
    assert read("News from May 2024").counted_from is None


def test_quotation_marks_around_all_of_a_question_or_a_source_ask_for_no_phrase() -> None:
    assert read('"Who won the race?"').filters == Filters()
    assert read('According to "The Guardian", who won?').filters == Filters(source=("The Guardian",))
    assert read(f'Who said "{"very " * 30}long"?').filters == Filters()


@pytest.mark.parametrize(
    "question",
    [
        "市议会星期二决定了什么“大桥”的事？",
        'オルドポート市の"新しい橋"はいつ開通しますか？',
        "ใครพูดถึง “สะพานใหม่” เมื่อวานนี้",
    ],
)
def test_a_quotation_without_blanks_is_no_phrase(question: str) -> None:
    """The index knows whole runs of such a script as words, of which a quotation is a part."""
    found = read(question)
    assert (found.filters, found.text) == (Filters(), question)


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("What happened in May 2024?", True),
        ("What's the latest news?", True),
        ("Summarise the news about wolves", True),
        ("Give me a summary of May 2024", True),
        ("What happened in Oldport in May 2024?", True),
        ("What does Reuters say about the dam?", True),
        ("What happened?", False),
        ("Tell me more", False),
        ("What happened to the ship?", False),
        ("Who won in May 2024?", False),
        ("when was that? (Summarise the news about the dam)", False),
        ("how many died? (What does Reuters say about the dam?)", False),
        ("a summary, please (Who pays for the dam?)", True),
    ],
)
def test_the_news_of_a_time_and_summaries_want_the_beginnings_of_articles(question: str, wants: bool) -> None:
    assert read(question).wants_beginnings == wants


@pytest.mark.parametrize(
    ("question", "is_told_so"),
    [
        ("What happened to the ship?", True),
        ("what happened then? (Who owns the ship?)", True),
        ("What happened to the ship most recently?", False),
        ("Where is the ship?", False),
        ("where is it now? (What happened to the ship?)", False),
    ],
)
def test_what_happened_is_told_oldest_first_unless_the_latest_is_wanted(question: str, is_told_so: bool) -> None:
    assert read(question).oldest_first == is_told_so


def test_a_library_without_articles_has_nothing_to_be_asked_for() -> None:
    nothing = Holdings((), (), None, None)
    found = read("What happened in May 2024, according to AP?", nothing)
    assert (found.filters, found.apart) == (Filters(), ())


def test_nothing_is_read_where_the_caller_does_not_want_it() -> None:
    found = as_it_stands('According to AP, what is "latest"?')
    assert (found.text, found.filters, found.newest_first) == ('According to AP, what is "latest"?', Filters(), False)


@pytest.mark.parametrize(
    "words",
    [
        *("?", '"', "in ", "a ", "report ", "reports on ", "published ", "according to ", "that was published "),
        *("2020 ", "May 2020 and ", "what did ", "Reuters and ", "the latest ", "the Guardian told of ", "May "),
    ],
)
def test_of_words_that_say_nothing_nothing_is_read_however_many(words: str) -> None:
    question = (words * MAX_QUESTION_CHARS)[:MAX_QUESTION_CHARS].strip()
    began = time.process_time()
    found = read(question)
    assert time.process_time() - began < 10 * SECONDS_AT_WORST
    assert (found.filters, found.text) == (Filters(), question)


@pytest.mark.parametrize(
    ("question", "company", "text"),
    [
        ("What did $TSLA do?", ("TSLA",), "What did Tesla do?"),
        ("What did Tesla (NASDAQ: TSLA) do?", ("NASDAQ: TSLA",), "What did Tesla do?"),
        ("Compare $TSLA and NYSE:F", ("NYSE: F", "TSLA"), "Compare Tesla and Ford Motor"),
        ("What did $TSLA say of $NOPE?", ("TSLA",), "What did Tesla say of $NOPE?"),
        ("What did TSLA and Ford do for $100?", (), "What did TSLA and Ford do for $100?"),
    ],
)
def test_a_ticker_that_an_article_names_is_read_as_its_companys_name(
    question: str, company: tuple[str, ...], text: str
) -> None:
    names = {"TSLA": "Tesla", "NASDAQ: TSLA": "Tesla", "NYSE: F": "Ford Motor"}
    found = understand(
        question, HELD, LATER, Filters(), lambda values: {value: names[value] for value in values if value in names}
    )
    assert (found.filters.company, found.text) == (company, text)
    assert found.unknown_companies == (("NOPE",) if "NOPE" in question else ())
