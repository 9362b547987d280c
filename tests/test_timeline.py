"""What happened when: the dated sentences about a topic, merged over the articles and in order."""

import datetime as dt

import pytest

from assistant.answer import Question
from assistant.assistant import Assistant
from assistant.topics.timeline import Timeline
from index.article import Article
from index.library import Library
from index.search.filters import Filters

TOPIC = "the Halvern dam"
FIRST = Article(
    "first",
    "Halvern dam gives way",
    "HALVERN, May 7 (Norwell Wire) - The Halvern dam gave way on Friday, flooding two valleys. It had been built in "
    "1987.\n\nThe Halvern dam will be inspected on Monday.",
    "first.txt",
    source="Norwell Wire",
    published_at="2003-05-07",
)
LATER = Article(
    "later",
    "A year after the Halvern dam",
    "The Halvern dam gave way on 2 May 2003, flooding two valleys. Work on a new Halvern dam begins in September.",
    "later.txt",
    source="Oldport Courier",
    published_at="2004-05-02",
)
COPY = Article(
    "copy", "Dam gives way", FIRST.text, "copy.txt", source="Sample Paper", published_at="2003-05-08", language="en"
)
OTHER = Article(
    "other", "A comet", "Comet Marlow was seen in the night of 3 May 2003.", "other.txt", published_at="2003-05-04"
)


@pytest.fixture
def filled(library: Library) -> Library:
    library.add([FIRST, LATER, OTHER])
    return library


def of(library: Library, topic: str = TOPIC, filters: Filters = Filters()) -> Timeline:  # noqa: B008 # is frozen
    return Assistant(library).timeline(Question(topic, filters=filters))


def test_events_come_in_the_order_of_their_dates_each_as_a_quote(filled: Library) -> None:
    found = of(filled)
    assert [(event.date, event.date_precision) for event in found.events] == [
        ("1987", "year"),
        ("2003-05-02", "day"),
        ("2003-05-12", "day"),
        ("2004-09", "month"),
    ]
    assert (found.reason, found.articles, found.as_of) == (None, 2, "2004-05-02")
    for citation in (citation for event in found.events for citation in event.citations):
        stored = filled.article(citation.article_id, citation.revision)
        assert stored
        assert stored.article.text[citation.start : citation.end] == citation.quote


def test_one_event_that_two_articles_tell_is_one_entry_that_cites_both(filled: Library) -> None:
    [event] = [event for event in of(filled).events if event.date == "2003-05-02"]
    assert {citation.article_id for citation in event.citations} == {"first", "later"}
    assert event.text == event.citations[0].quote
    assert not event.text.startswith("HALVERN, May 7")


def test_a_sentence_that_opens_with_a_pronoun_brings_the_one_before_it_but_not_its_date(filled: Library) -> None:
    [event] = [event for event in of(filled).events if event.date == "1987"]
    assert event.text.endswith("It had been built in 1987.")
    assert "The Halvern dam gave way" in event.text


def test_a_copy_is_named_beside_the_article_and_is_no_voice_of_its_own(filled: Library) -> None:
    filled.add([COPY])
    [event] = [event for event in of(filled).events if event.date == "2003-05-12"]
    [citation] = event.citations
    assert citation.article_id == "first"
    assert [copy.article_id for copy in citation.also_in] == ["copy"]


def test_filters_narrow_it_and_are_told(filled: Library) -> None:
    found = of(filled, filters=Filters(after=dt.date(2004, 1, 1)))
    assert [event.date for event in found.events] == ["2003-05-02", "2004-09"]
    assert found.applied_filters == {"after": "2004-01-01"}
    assert of(filled, f"{TOPIC} according to the Oldport Courier").applied_filters == {"source": ["Oldport Courier"]}


def test_where_there_is_nothing_it_says_why(library: Library, filled: Library) -> None:
    assert of(filled, "a football cup").reason == "no_evidence"
    assert of(filled, filters=Filters(before=dt.date(1990, 1, 1))).reason == "no_match"
    library.remove(["first", "later", "other"])
    assert of(library).reason == "no_articles"


def test_an_article_about_another_thing_of_the_same_kind_is_left_out(filled: Library) -> None:
    text = "The Oldport dam was opened on 3 June 1994. It has held since, and the Oldport dam will be renewed in 2005."
    filled.add([Article("oldport", "The Oldport dam", text, "oldport.txt", published_at="2004-05-04")])
    assert "1994-06-03" not in [event.date for event in of(filled).events]
    assert "1994-06-03" in [event.date for event in of(filled, "the Oldport dam").events]


@pytest.mark.parametrize(
    "topic", ["X" * 60, f"the Halvern dam {'X' * 60}", "A Ω", "Ω", "东京", "?", "\u202e", "The 1987", "Halvern " * 40]
)
def test_any_topic_has_an_answer(filled: Library, topic: str) -> None:
    found = of(filled, topic)
    assert bool(found.events) == (found.reason is None)


def test_lines_that_tell_when_an_article_was_published_are_no_events(library: Library) -> None:
    text = f"{LATER.text}\n\nPublished 2 May 2004, 9:15 a.m."
    library.add([Article("later", LATER.title, text, "later.txt", published_at="2004-05-02")])
    assert [event.date for event in of(library).events] == ["2003-05-02", "2004-09"]
