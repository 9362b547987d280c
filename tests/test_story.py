"""Stories: in the articles' own sentences, each cited and standing alone, no fact twice, in the form asked for."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from assistant.answer import Question
from assistant.assistant import Assistant
from assistant.topics.story import SENTENCES, Length, Outline, Section, Story, Style
from index.article import Article
from index.library import Library

TOPIC = "the Halvern dam"
WIRE = Article(
    "wire",
    "Halvern dam gives way, nine drown",
    "HALVERN, May 3 (Norwell Wire) - The Halvern dam gave way on Friday, flooding two valleys. Nine people drowned "
    "when the water from the Halvern dam reached Mill Lane, rescuers said.\n\nThe cause of the dam's failure is "
    "not known. It had been built in 1987. The governor of Halvern county asked the army for boats on Friday night.",
    "wire.txt",
    source="Norwell Wire",
    published_at="2003-05-03",
)
COURIER = Article(
    "courier",
    "Halvern counts its dead",
    "The flood from the Halvern dam drowned 14 people, the hospital said on Monday. Two valleys were flooded when the "
    "Halvern dam gave way on 2 May.\n\nThe army brought boats to Halvern on Saturday. Engineers warned of cracks in "
    "the Halvern dam in 2001, the Courier has learnt.",
    "courier.txt",
    source="Oldport Courier",
    published_at="2003-05-06",
)
REVIEW = Article(
    "review",
    "A year after the Halvern dam",
    "Work on a new Halvern dam begins in September, the governor of Halvern said. The families of Mill Lane laid "
    "flowers at the Halvern dam yesterday. But who warned whom? The prosecutor has not said if anybody will be charged "
    "over the Halvern dam.",
    "review.txt",
    source="Ellery Review",
    published_at="2004-05-03",
)
COPY = Article("copy", WIRE.title, WIRE.text, "copy.txt", source="Sample Paper", published_at="2003-05-04")
OTHER = Article("other", "A comet", "Comet Marlow was seen in the night of 3 May 2003.", "other.txt")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """With the built-in model: what a sentence means decides here. No test changes it."""
    with closing(Library(tmp_path_factory.mktemp("data"))) as library:
        library.add([WIRE, COURIER, REVIEW, COPY, OTHER])
        yield library


def of(library: Library, topic: str = TOPIC, length: Length = "standard", style: Style = "story") -> Story:
    return Assistant(library).story(Question(topic), length, style)


def sentences(story: Story) -> list[str]:
    return [story.standfirst, *(one.text for section in story.sections for one in section.sentences)]


def unresolved(text: str) -> str:
    """Without what the dates mean."""
    return re.sub(r" \[[^\]]+\]", "", text)


@pytest.mark.parametrize("style", ["story", "briefing", "q-and-a"])
def test_every_sentence_is_a_quote_of_the_article_that_it_cites(filled: Library, style: Style) -> None:
    told = of(filled, style=style)
    cited = [(told.standfirst, told.standfirst_citations)]
    cited += [(one.text, one.citations) for section in told.sections for one in section.sentences]
    cited += [(said.text, (said.citation,)) for difference in told.differs for said in difference.statements]
    for text, citations in cited:
        [citation] = citations
        assert unresolved(text) == citation.quote
        stored = filled.article(citation.article_id, citation.revision)
        assert stored
        assert stored.article.text[citation.start : citation.end] == citation.quote


def test_no_sentence_leans_on_one_that_is_not_told_and_none_is_told_twice(filled: Library) -> None:
    told = sentences(of(filled, length="long"))
    assert not any(text.startswith(("It ", "But ", "HALVERN")) or text.endswith("?") for text in told)
    assert Counter(told).most_common(1)[0][1] == 1
    assert sum("gave way" in text for text in told) == 1


def test_dates_are_resolved_in_brackets(filled: Library) -> None:
    told = " ".join(sentences(of(filled, length="long")))
    assert "begins in September [2004], the governor" in told
    assert "yesterday [2 May 2004]" in told


def test_it_begins_with_what_is_newest_and_ends_with_what_is_not_known(filled: Library) -> None:
    told = of(filled)
    assert told.standfirst_citations[0].article_id == "review"
    assert [section.heading for section in told.sections][-1] == "What is not known"
    [unknown] = [section for section in told.sections if section.heading == "What is not known"]
    assert "has not said if anybody will be charged" in unknown.sentences[0].text
    assert (told.as_of, told.reason) == ("2004-05-03", None)


def test_the_headline_is_the_title_of_one_of_the_articles(filled: Library) -> None:
    told = of(filled)
    assert told.headline_from
    stored = filled.article(told.headline_from.article_id)
    assert stored
    assert told.headline == told.headline_from.title == stored.article.title


def test_questions_are_headings_and_what_answers_none_is_told_behind_them(filled: Library) -> None:
    *_, rest, unknown = of(filled, style="q-and-a").sections
    assert (rest.heading, unknown.heading) == ("What else is known?", "What is not known?")
    assert rest.sentences


def test_a_copy_is_named_beside_its_original_and_is_no_voice_of_its_own(filled: Library) -> None:
    told = of(filled, length="long")
    citations = [one for section in told.sections for s in section.sentences for one in s.citations]
    assert "copy" not in {one.article_id for one in citations}
    assert any([copy.article_id for copy in one.also_in] == ["copy"] for one in citations)


def test_sources_that_differ_stand_side_by_side(filled: Library) -> None:
    [drowned] = [one for one in of(filled).differs if {said.stated for said in one.statements} == {"Nine", "14"}]
    assert [said.citation.source for said in drowned.statements] == ["Norwell Wire", "Oldport Courier"]


@pytest.mark.parametrize("length", ["brief", "standard", "long"])
def test_it_is_no_longer_than_asked_for(filled: Library, length: Length) -> None:
    assert 1 <= len(sentences(of(filled, length=length))) <= SENTENCES[length]


def test_what_is_told_of_the_topic_but_not_cited_is_to_be_seen_also(filled: Library) -> None:
    told = of(filled, length="brief")
    cited = {one.article_id for section in told.sections for s in section.sentences for one in s.citations}
    cited |= {one.article_id for one in told.standfirst_citations}
    cited |= {said.citation.article_id for difference in told.differs for said in difference.statements}
    assert {one.article_id for one in told.see_also} <= {"wire", "courier", "review"} - cited


def test_a_stream_adds_up_to_the_story(filled: Library) -> None:
    *parts, whole = Assistant(filled).stream_story(Question(TOPIC), "standard", "story")
    assert isinstance(whole, Story)
    assert parts[0] == Outline(whole.headline, whole.standfirst)
    assert tuple(part for part in parts if isinstance(part, Section)) == whole.sections
    assert whole == of(filled)


def test_where_there_is_nothing_it_says_why(filled: Library, library: Library) -> None:
    told = of(filled, "a football cup")
    assert (told.reason, told.sections, told.standfirst) == ("no_evidence", (), "")
    assert of(library).reason == "no_articles"


def test_how_it_was_made_is_said(filled: Library) -> None:
    assert of(filled).disclosure.startswith(
        "Put together by a program, without an editor, from sentences of 3 articles of"
    )


@pytest.mark.parametrize("topic", ["X" * 60, "A Ω", "东京", "?", "\u202e", "Halvern " * 40])
def test_any_topic_has_an_answer(filled: Library, topic: str) -> None:
    told = of(filled, topic)
    assert bool(told.sections or told.standfirst) == (told.reason is None)
