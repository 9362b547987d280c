"""Questions that say which articles they want, asked of a small library, from question to answer."""

import datetime as dt
from collections.abc import Sequence

import pytest

from assistant.answer import Answer, Question, as_turn
from assistant.assistant import Assistant
from assistant.retriever import PassageSearch
from index.article import Article
from index.library import Library
from index.search.filters import Filters


def told(article_id: str, title: str, day: str, source: str, text: str) -> Article:
    return Article(article_id, title, text, f"{article_id}.txt", source=source, published_at=day)


TRAMS = [
    told(
        *("stop", "Tram drivers of Oldport stop work", "2024-05-03", "Oldport Courier"),
        "Tram drivers in Oldport stopped work on Friday over night shifts. The union spoke of a red line.",
    ),
    told(
        *("talks", "Talks on the trams fail", "2024-05-17", "Sky Letter"),
        "Talks between the tram drivers and the city of Oldport failed. The drivers ask for 12 crowns more.",
    ),
    told(
        *("end", "Trams run again", "2024-06-02", "Oldport Courier"),
        "The trams of Oldport ran again on Sunday after the city gave in. The drivers get 9 crowns more an hour.",
    ),
    told(
        *("owl", "An owl in the clock tower", "2024-05-20", "Sky Letter"),
        "An eagle owl has moved into the clock tower of Oldport. It has two young.",
    ),
]


@pytest.fixture
def assistant(library: Library) -> Assistant:
    library.add(TRAMS)
    return Assistant(library)


def cited(answer: Answer) -> Sequence[str]:
    return [citation.article_id for citation in answer.citations]


def test_what_happened_in_a_month_is_told_by_the_first_sentences_of_its_articles_in_their_order(
    assistant: Assistant,
) -> None:
    answer = assistant.ask(Question("What happened in May 2024?"))
    assert cited(answer) == ["stop", "talks", "owl"]
    assert answer.answer.startswith("Tram drivers in Oldport stopped work on Friday over night shifts. [1] Talks")
    assert answer.applied_filters == {"after": "2024-05-01", "before": "2024-05-31"}
    assert answer.understood.filters == answer.applied_filters
    assert answer.short_answer is None


def test_the_latest_news_is_the_newest_articles_newest_first(assistant: Assistant) -> None:
    answer = assistant.ask(Question("What's the latest news?"))
    assert cited(answer) == ["end", "owl", "talks", "stop"]
    assert answer.understood.newest_first


def test_what_happened_to_something_is_told_oldest_first(library: Library) -> None:
    wreck = [
        told(
            *("raised", "The Bluefin in dock", "2024-06-12", "Sky Letter"),
            "The ferry Bluefin was raised from the sea bed and towed into dock on Wednesday.",
        ),
        told(
            *("sank", "A ferry lost", "2024-06-03", "Oldport Courier"),
            "The ferry Bluefin struck a rock off Norvik and sank on Monday.",
        ),
    ]
    library.add([*TRAMS, *wreck])
    assert cited(Assistant(library).ask(Question("What happened to the ferry Bluefin?"))) == ["sank", "raised"]


def test_a_follow_up_to_a_summary_is_answered_and_the_summary_not_told_again(assistant: Assistant) -> None:
    summary = assistant.ask(Question("Summarise the news about the trams"))
    assert (len(set(cited(summary))), summary.confidence) == (3, None)
    answer = assistant.ask(Question("And how many crowns more?", (as_turn(summary),)))
    assert answer.standalone_question == "how many crowns more? (Summarise the news about the trams)"
    assert answer.confidence is not None
    assert answer.short_answer is not None


def test_a_report_of_a_day_that_is_ahead_is_not_the_latest(library: Library) -> None:
    ahead = told(
        *("ahead", "Trams in 2999", "2999-01-01", "Sky Letter"),
        "The trams of Oldport fly over the harbour in this story. Nobody drives them.",
    )
    library.add([ahead, *TRAMS])
    assistant = Assistant(library)
    answer = assistant.ask(Question("What's the latest news?"))
    assert cited(answer)[0] == "end"
    assert answer.as_of == "2024-06-02"
    assert cited(assistant.ask(Question("What is the latest on the trams?")))[0] == "end"
    newest = PassageSearch(library.snapshot()).find_newest("trams of Oldport", Filters(), 5).documents
    assert [document.metadata["article_id"] for document in newest][-1] == "ahead"
    counted = assistant.ask(Question("What happened last week?")).understood
    assert (counted.filters, counted.counted_from) == ({"after": "2024-05-20", "before": "2024-05-26"}, "2024-06-02")


def test_what_nothing_was_judged_for_has_no_confidence(assistant: Assistant) -> None:
    news = assistant.ask(Question("What's the latest news?"))
    assert (news.answered, news.confidence) == (True, None)
    asked = assistant.ask(Question("How many crowns more do the tram drivers ask for?"))
    assert asked.confidence is not None
    again = assistant.ask(Question("Which source says so?", (as_turn(asked),)))
    assert (again.answered, again.confidence) == (True, None)


def test_news_on_a_topic_leaves_the_other_articles_out(assistant: Assistant) -> None:
    answer = assistant.ask(Question("What is the latest on the trams?"))
    assert list(dict.fromkeys(cited(answer))) == ["end", "talks", "stop"]


def test_a_summary_is_one_too_where_nothing_is_to_be_read_out_of_it(assistant: Assistant) -> None:
    answer = assistant.ask(Question("Summarise the news about the trams in May 2024", understand=False))
    assert {"stop", "talks"} <= set(cited(answer))
    assert (answer.applied_filters, answer.confidence) == ({}, None)


def test_a_summary_of_what_the_articles_do_not_tell_is_refused(assistant: Assistant) -> None:
    assert assistant.ask(Question("Summarise the news about the volcano")).reason == "no_evidence"


def test_sources_side_by_side_are_each_heard_and_the_silent_one_is_told(assistant: Assistant) -> None:
    answer = assistant.ask(Question("What do the Oldport Courier and Sky Letter each say about the trams?"))
    assert {citation.source for citation in answer.citations} == {"Oldport Courier", "Sky Letter"}
    assert answer.understood.silent_sources == ()
    answer = assistant.ask(Question("What do the Oldport Courier and Sky Letter each say about the eagle owl?"))
    assert set(cited(answer)) == {"owl"}
    assert answer.understood.silent_sources == ("Oldport Courier",)


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Why did the tram drivers stop work according to the BBC?", ("BBC",)),
        ("According to Sky News of Norwick, what do the tram drivers ask for?", ("Sky News of Norwick",)),
        ("What does the Guardian say about the trams of Oldport?", ("Guardian",)),
        ("What did the drivers ask for, as reported by Reuters and the Oldport Courier?", ("Reuters",)),
        ("What do Reuters and the BBC each say about the trams?", ("Reuters", "BBC")),
        ("Do the trams run again according to CNN. Why?", ("CNN",)),
        ("Why did the tram drivers stop work according to the Sun?", ("Sun",)),  # not in "Sunday"
        ("Why did the tram drivers stop work according to the Oldport Courier?", ()),
        ("What does Sky Letter say about the trams?", ()),
        ("What do the drivers ask for according to the City of Oldport?", ()),  # which the passages name
        ("What do the drivers ask for according to plan?", ()),
        ("What do the drivers get according to Monday's report?", ()),
        ("What did I say about the trams?", ()),
        ("What did Mayor Oldport say about the trams?", ()),  # by the last word, as passages name people
        ("What do the drivers get according to Section 3?", ()),
    ],
)
def test_a_voice_that_no_article_has_is_told_to_be_unknown(
    assistant: Assistant, question: str, unknown: tuple[str, ...]
) -> None:
    assert assistant.ask(Question(question)).understood.unknown_sources == unknown


def test_a_question_for_several_is_answered_by_a_sentence_for_each(library: Library) -> None:
    bids = [
        told(
            *("one", "A bid", "2024-05-08", "Sky Letter"), "Northlight has bid 40 million crowns for the Oldport ferry."
        ),
        told(
            *("two", "A bid", "2024-05-09", "Sky Letter"),
            "Marlow Lines has bid 35 million crowns for the Oldport ferry.",
        ),
    ]
    library.add([*TRAMS, *bids])
    answer = Assistant(library).ask(Question("Which companies have bid for the Oldport ferry?"))
    assert set(cited(answer)) == {"one", "two"}
    assert answer.short_answer is None


def test_a_fact_is_answered_by_the_source_that_was_asked_for(assistant: Assistant) -> None:
    answer = assistant.ask(Question("According to Sky Letter, how many crowns more do the tram drivers ask for?"))
    assert cited(answer)[0] == "talks"
    assert {citation.source for citation in answer.citations} == {"Sky Letter"}
    assert answer.applied_filters == {"source": ["Sky Letter"]}


def test_articles_without_the_quoted_phrase_fall_out(assistant: Assistant) -> None:
    answer = assistant.ask(Question('Who spoke of a "red line"?'))
    shown = answer.citations + answer.nearest
    assert {citation.article_id for citation in shown} == {"stop"}
    assert answer.applied_filters == {"phrase": ["red line"]}


def test_a_phrase_that_no_article_has_is_said_not_to_be_there(assistant: Assistant) -> None:
    answer = assistant.ask(Question('Who spoke of a "blue line"?'))
    assert (answer.answered, answer.reason) == (False, "no_match")


def test_what_was_read_is_taken_back_on_request(assistant: Assistant) -> None:
    answer = assistant.ask(Question('Who spoke of a "blue line"?', understand=False))
    assert answer.reason != "no_match"
    assert answer.applied_filters == answer.understood.filters == {}


def test_the_filters_of_the_caller_win(assistant: Assistant) -> None:
    june = Filters(after=dt.date(2024, 6, 1))
    answer = assistant.ask(Question("What happened in May 2024?", filters=june))
    assert answer.applied_filters == {"after": "2024-06-01"}
    assert answer.understood.filters == {}


def test_a_phrase_is_found_across_lines_case_and_quotation_marks(library: Library) -> None:
    text = "The union said: “We’ll\nnot move”, and left."
    library.add([told("union", "Union leaves", "2024-05-03", "Oldport Courier", text), *TRAMS])

    def having(*phrases: str) -> set[str]:
        return {hit.article.id for hit in library.search("Oldport", Filters(phrase=phrases)).hits}

    assert having("we'll not move") == {"union"}
    assert having("not we'll move") == set()
    assert having("red line", "EAGLE OWL") == {"stop", "owl"}
    assert having("Talks on the trams") == {"talks"}
