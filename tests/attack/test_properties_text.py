"""Of any text: passages, sentences, places of dates, addresses, copies and differences hold to what they promise."""

import datetime as dt
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st
from texts import raw_texts, texts

from assistant.dates import date_spans, in_words
from index.article import clean_text
from index.errors import BadArticle
from index.ingest.dates import iso_date
from index.ingest.fields import article_from_fields
from index.text.canonical import MAX_CHARS, canonical, is_web_address, without_tracking
from index.text.chunk import TARGET_CHARS, passage_spans
from index.text.copies import Wording as CopyWording
from index.text.copies import bands, is_copy, likeness, may_be_copies, signature, whole_key
from index.text.difference import difference
from index.text.sentences import sentence_spans

LANGUAGES = st.sampled_from([None, "en", "fr", "de", "zh", "th", "xx", "en-GB", "", "ENGLISH"])


@given(raw_texts(), LANGUAGES)
def test_sentences_are_in_order_and_cover_every_character_that_is_not_blank_once(
    text: str, language: str | None
) -> None:
    spans = sentence_spans(text, language)
    ends = 0
    for start, end in spans:
        assert ends <= start < end
        assert not text[ends:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        ends = end
    assert not text[ends:].strip()


@given(raw_texts(400), LANGUAGES)
@example("x" * 901 + "\u3000" + "y", None)
def test_passages_are_whole_sentences_within_their_bound_and_leave_nothing_out(text: str, language: str | None) -> None:
    spans, sentences = passage_spans(text, language), sentence_spans(text, language)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(0 < end - start <= TARGET_CHARS for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    starts, ends = {start for start, _ in sentences}, {end for _, end in sentences}
    overlong = [(start, end) for start, end in sentences if end - start > TARGET_CHARS]
    for start, end in spans:
        assert start in starts or any(first < start < last for first, last in overlong)
        assert end in ends or any(first < end < last for first, last in overlong)


@given(raw_texts(300))
def test_what_is_cleaned_is_clean_and_stays_as_it_is(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert not set(clean) & set("\r\v\f\x00\x85\u2028\u2029")
    assert "\n\n\n" not in clean


@given(raw_texts(200), st.one_of(st.none(), raw_texts(10)), st.one_of(st.none(), raw_texts(6)))
def test_every_place_in_an_article_is_one_of_its_text_as_it_is_stored(
    text: str, title: str | None, author: str | None
) -> None:
    try:
        article = article_from_fields({"text": text, "title": title, "author": author}, origin="a", path=None)
    except BadArticle:
        return
    stored = article.text.encode("utf-8").decode("utf-8")
    assert stored == clean_text(stored)
    for start, end in passage_spans(stored, article.language):
        passage = stored[start:end]
        for first, last in sentence_spans(passage, article.language):
            assert stored[start + first : start + last] == passage[first:last] != ""


@given(texts())
def test_dates_stand_within_the_text_in_order(text: str) -> None:
    spans = date_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(st.one_of(st.none(), st.integers(), st.floats(), st.booleans(), texts(6), st.datetimes().map(str)))
@example("9999-12-31T23:59:59-14:00")
@example("0001-01-01T00:00:00+14:00")
def test_a_date_that_is_stated_is_iso_8601_or_none(stated: object) -> None:
    date = iso_date(stated)
    if date is not None:
        dt.datetime.fromisoformat(date)
        assert in_words(date)
        assert iso_date(date) == date


_HOSTS = st.sampled_from(
    ["example.org", "www.example.org", "m.e.co.uk", "[::1]", "straße.example", "a..b", "", "x:99999"]
)


@given(st.builds("{}{}{}".format, st.sampled_from(["https://", "http://", "HTTP://", "//", ""]), _HOSTS, raw_texts(12)))
def test_the_address_that_stands_for_an_article_stands_for_itself(address: str) -> None:
    once = canonical(address)
    assert canonical(once) == once
    assert len(address) > MAX_CHARS or len(canonical(without_tracking(address))) <= len(address) * 12
    if is_web_address(address):
        assert is_web_address(once)
        assert is_web_address(without_tracking(address))


@given(texts(200), texts(200))
def test_copies_are_as_alike_one_way_as_the_other_and_a_text_is_its_own(one: str, other: str) -> None:
    assert whole_key(one) == whole_key(one)
    assert 0 <= likeness(one, other) <= 1
    signed, compared = signature(one), signature(other)
    if signed is not None:
        assert may_be_copies(signed, signed)
        assert is_copy(CopyWording(one), CopyWording(one))
        assert bands(signed) == bands(signed)
    if signed is not None and compared is not None:
        assert may_be_copies(signed, compared) == may_be_copies(compared, signed)
        assert is_copy(CopyWording(one), CopyWording(other)) == is_copy(CopyWording(other), CopyWording(one))


@given(texts(80), texts(80), LANGUAGES)
def test_a_difference_names_places_of_both_texts_and_none_twice(old: str, new: str, language: str | None) -> None:
    changes = difference(old, new, language)
    for text, spans in ((old, [c.old for c in changes if c.old]), (new, [c.new for c in changes if c.new])):
        ordered = sorted((span.start, span.end) for span in spans)
        assert all(0 <= start <= end <= len(text) for start, end in ordered)
        assert all(before[1] <= after[0] for before, after in pairwise(ordered))
    assert all(change.kind == "same" for change in difference(old, old, language))
