"""Whatever is asked, of whatever library, on whatever day: it is read without an error, within its bounds."""

import datetime as dt
import json

from conftest import HashingEmbedder
from hypothesis import example, given
from hypothesis import strategies as st
from texts import questions, texts

from assistant.answer import Turn
from assistant.conversation.again import wish
from assistant.conversation.resolve import for_reading, standalone
from assistant.question import mentions
from assistant.question.expected import asking, asks_for_a_span, kind_of, may_answer
from assistant.question.periods import now_for, periods
from assistant.question.understand import MAX_PHRASES, as_it_stands, both, understand
from index.search.filters import NO_FILTERS, Filters
from index.search.generation import Holdings

TODAY = dt.date(2024, 5, 15)
DAYS = st.one_of(st.just(TODAY), st.sampled_from([dt.date.min, dt.date(1, 2, 28), dt.date.max]), st.dates())
_DATE_WORDS = st.sampled_from(
    "in on since before after until between from and to the last past previous this 1 2 999 few hours days weeks "
    "months years week month year today yesterday 31 30 29 0 June February March May 1899 2024 2099 2023-02-30 "
    "0000-00-00 13/13/2023 31/12/2099 1st of up till ,".split()
)
DATED = st.lists(_DATE_WORDS, max_size=12).map(" ".join)
NAMES = st.lists(
    st.one_of(st.sampled_from(["Oldport Courier", "AP", "Nils Berg", "The Times", "US", "(", "İ", " "]), texts(3)),
    max_size=5,
).map(tuple)


@given(st.one_of(DATED, questions()), DAYS)
@example("articles from the last 3 weeks", dt.date(1, 1, 5))
@example("since last year", dt.date(1, 6, 1))
def test_periods_lie_within_the_text_and_begin_before_they_end(text: str, now: dt.date) -> None:
    ends = 0
    for period in periods(text, now):
        assert ends <= period.start < period.end <= len(text)
        assert period.after or period.before
        assert not (period.after and period.before) or period.after <= period.before
        ends = period.end


@given(st.one_of(st.none(), DAYS), DAYS)
def test_the_day_to_count_from_is_one_of_the_two(newest: dt.date | None, today: dt.date) -> None:
    assert now_for(newest, today) in {newest, today}


@given(
    st.one_of(questions(), DATED.map("What happened {}?".format), DATED.map("news {}".format)),
    st.builds(Holdings, NAMES, NAMES, st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS)),
    DAYS,
    st.builds(Filters, after=st.one_of(st.none(), DAYS), source=st.sampled_from([(), ("AP",)])),
)
@example("news from last week", Holdings((), (), dt.date(1, 1, 3), dt.date(1, 1, 3)), TODAY, NO_FILTERS)
def test_a_question_is_understood_whatever_it_says(
    question: str, holdings: Holdings, today: dt.date, given_filters: Filters
) -> None:
    found = understand(question, holdings, today, given_filters)
    filters = both(given_filters, found.filters)
    assert set(found.filters.source) <= set(holdings.sources)
    assert set(found.filters.author) <= set(holdings.authors)
    assert len(found.filters.phrase) <= MAX_PHRASES
    assert not (given_filters.source and found.filters.source)
    assert not (given_filters.after and (found.filters.after or found.filters.before))
    json.dumps(filters.as_json())
    assert not question.strip() or found.text
    assert as_it_stands(question).filters == NO_FILTERS


@given(questions(), NAMES)
def test_names_are_found_where_they_stand(question: str, held: tuple[str, ...]) -> None:
    for heard in (mentions.sources(question, held), mentions.authors(question, held)):
        assert set(heard.names) <= set(held)
        assert all(0 <= start < end <= len(question) for start, end in heard.places)
        assert all(0 <= start <= end <= len(question) for (start, end), _ in heard.cuts)
    assert all(name in question for name in mentions.unknown(question, []))


@given(questions(), texts(20))
def test_what_kind_of_answer_is_wanted_is_always_said(question: str, answer: str) -> None:
    assert kind_of(question)
    assert isinstance(asking(question), str)
    assert isinstance(may_answer(question, answer), bool)
    assert isinstance(asks_for_a_span(question), bool)
    assert wish(question) in {None, "grounds", "more"}
    assert isinstance(for_reading(question), str)


_OPENINGS = st.sampled_from(
    ["", "and ", "what about ", "no, I meant ", "not ", "back to ", "why", "who in ", "and the second one", "thanks, "]
)
_FOLLOW_UPS = st.builds("{}{}".format, _OPENINGS, questions())
_TURNS = st.builds(Turn, questions(), questions(), texts(25), st.one_of(st.none(), texts(4)))


@given(_FOLLOW_UPS, st.lists(_TURNS, max_size=4))
def test_a_follow_up_becomes_a_question_whatever_was_said_before(question: str, history: list[Turn]) -> None:
    found = standalone(question, history, HashingEmbedder().embed)
    assert isinstance(found, str)
    assert not question.strip() or found.strip()
