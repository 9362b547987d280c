"""Who said what: told in the words of the one asked for, or not at all."""

from dataclasses import replace

import pytest
from passages import Source, passage, quote

from assistant.answer import Question
from assistant.assistant import Assistant
from assistant.evidence import Evidence
from assistant.extractive.speech import MAX_SAID, said
from assistant.statement import Quote
from index.article import Article
from index.library import Library
from index.text.sentences import sentence_spans

DECLARED = "The World Health Organization on Friday declared the outbreak of Rhodan fever an emergency."
NEAR = "Dr. Ada Quill, who leads the UN agency in Oldport, told reporters that the vaccine was near."
LATE = "“We were late,” said Ruth Berg, the mayor."
SHUT = "According to Nils Holt the harbour stays shut."
FERRY = "Ida Roth, standing in for Harbour Master Tom Vale, had said that the ferry would sail."
TEXT = f"{DECLARED} {NEAR} {LATE} {SHUT} Nobody asked Ivo Lund. The WHO was praised by the town. {FERRY}"


def sentences(article_id: str = "fever", day: str = "2014-08-08", text: str = TEXT) -> list[Evidence]:
    whole = passage(text, Source(article_id, "Fever spreads", day))
    return [Evidence(Quote(whole, start, end, 0.05), "", ()) for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What did the WHO say about Rhodan fever?", DECLARED),
        ("What did the World Health Organization declare?", DECLARED),
        ("What did the WHO say about the fever in 2014?", DECLARED),
        ("What did Ada Quill say about the vaccine?", NEAR),
        ("what did quill say about the vaccine", NEAR),
        ("What has Ruth Berg said?", LATE),
        ("What did Ida Roth say about the ferry?", FERRY),
        ("What does Mr. Holt say about the harbour?", SHUT),
    ],
)
def test_the_sentence_in_which_the_one_asked_for_speaks_is_told(question: str, sentence: str) -> None:
    assert [one.quote.text for one in said(question, sentences(), 0.25)] == [sentence]


@pytest.mark.parametrize(
    "question",
    [
        "What did Ivo Lund say about the fever?",  # is named, but does not speak
        "What did Ada Stone say about the vaccine?",
        "What did Mary Quill say about the vaccine?",  # another of that name
        "What did Tom Vale say about the ferry?",  # another stands in for him
        "What did the WHO say about the eclipse?",
        "What did the WHO say about the fever in 2015?",
        "What did the mayor of Newport say about the vaccine?",
        "When did Ada Quill say that the vaccine was near?",
        "What did the fever do?",
        "What did the say?",
        "",
    ],
)
def test_whoever_does_not_speak_of_it_there_is_not_quoted(question: str) -> None:
    assert said(question, sentences(), 0.25) == []


def test_where_the_reader_is_sure_of_a_sentence_that_names_the_speaker_it_stands() -> None:
    sure = replace(sentences(text="Ada Quill was silent.")[0], quote=quote("Ada Quill was silent.", Source("x"), 0.3))
    assert said("What did Ada Quill say about the vaccine?", [sure, *sentences()], 0.25) == []
    assert said("What did Ruth Berg say?", [sure, *sentences()], 0.25)


def test_of_a_year_that_is_named_its_own_reports_are_told() -> None:
    later = sentences("later", "2016-03-29", TEXT.replace("fever", "fever of 2014"))
    told = said("What did the WHO say about the fever in 2014?", [*later, *sentences()], 0.25)
    assert [one.quote.article_id for one in told] == ["fever"]
    assert said("What did the WHO say about the fever in 2014?", later, 0.25)  # where there are no others


def test_no_more_than_a_few_are_told_those_on_the_topic_first() -> None:
    talk = "Ada Quill said no. Ada Quill said so again. Ada Quill said maybe. Ada Quill said that the dam would hold."
    told = said("What did Ada Quill say about the dam?", sentences(text=talk), 0.25)
    assert len(told) == MAX_SAID
    assert told[0].quote.text == "Ada Quill said that the dam would hold."


def test_what_somebody_said_is_answered_without_a_probability(library: Library) -> None:
    library.add([Article("fever", "Fever spreads", TEXT, "fever.txt", published_at="2014-08-08")])
    assistant = Assistant(library, max_wrong=0.06)
    answer = assistant.ask(Question("What did the WHO say about Rhodan fever?"))
    assert (answer.answer, answer.confidence) == (f"{DECLARED} [1]", None)
    refused = assistant.ask(Question("What did the WHO say about the harbour of Newport?"))
    assert not refused.answered
    assert refused.confidence is not None


@pytest.mark.parametrize("who", ["(", "A" * 80, "a " * 39, "W" * 6, "W.H.O.", "\ud800"])
def test_any_name_may_be_asked_for(who: str) -> None:
    assert said(f"What did {who} say about \\d+?", sentences(), 0.25) == []
