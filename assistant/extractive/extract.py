"""The extractive writer: the few sentences that answer best or that articles begin with, verbatim.

Sentences that say the same in the same words, or give the best one's answer in others, are one voice: the best is
cited and the others are named beside it. Of sentences that tell one fact otherwise the newest comes first, since news
ages, but what happened is told in its order; where their numbers or dates differ, each has its day before it, and its
source where days do not tell them apart. A further sentence is added where it answers nearly as well as the first, or
where the first is not sure to be the answer. One that opens with a pronoun brings the sentence before it; a dateline is
left out, unless it is what answers. A list is told in up to four, each of which adds a member.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from langchain_core.documents import Document

from assistant.antecedent import with_antecedent
from assistant.dates import in_words
from assistant.evidence import Evidence
from assistant.extractive import speech
from assistant.extractive.refusing import DEFAULT_MAX_WRONG, least_probability
from assistant.extractive.yes_no import says_as_surely
from assistant.figures import days, figures, is_among, weekdays
from assistant.statement import Quote, Statement, Support, say_the_same
from assistant.wording import NUMBER_WORDS
from index.ingest.written import behind_dateline
from index.model.embed import Embed
from index.text.sentences import is_ended, sentence_spans
from index.text.words import function_stems, stems

ANSWER_THRESHOLD = least_probability(DEFAULT_MAX_WRONG)
"""Least probability of the first sentence where nothing is set. docs/decisions.md has what it answers and refuses."""
MAX_SENTENCES = 3
MAX_MEMBERS = 4
"""Sentences that a list is told in."""
CONFIDENT = 0.8
"""From this probability on the first sentence is right for 95 of a hundred (`python -m bench.calibrate`)."""
NEARLY_AS_GOOD = 0.7
"""Share of the first sentence's probability that a further one needs beside a first one that is confident."""
WORTH_SHOWING = 0.2
"""The same beside one that is not: the reader of the answer judges better than the network which of them it is."""
NEWER_AS_GOOD = 0.6
"""The same for a newer report of the same fact."""
SAME_FACT_COSINE = 0.6
SAME_ANSWER_COSINE = 0.8
"""From this on a sentence with the answer's words tells no more than the best one. Reports of one story that did tell
more came up to 0.73 (docs/decisions.md)."""
LEAST_WORDS = 5
"""A shorter one is a dateline or a remark over the story."""
CONSIDERED = 24
"""Sentences that an answer is chosen from."""
MAX_HEADING_CHARS = 80
"""What is no longer than this and ends without punctuation is a heading or a caption, which answers nothing; a line of
a list or table ("Top scorer: Ada Quill") may."""

Speaker = Callable[[Support], Support]
"""A sentence as it was found → the same with the article that is to be cited for it."""

_ROW = re.compile(r"\S: \S| \| ")
_LISTED = re.compile(r",? (?:and|or|as well as) |[,;] ")


def confidence(evidence: Sequence[Evidence]) -> float:
    """The probability that decides: of the best sentence; 0 where there is none."""
    return next((e.quote.score for e in evidence[:CONSIDERED] if not is_heading(e.quote.text)), 0.0)


def write(
    evidence: Sequence[Evidence],
    embed: Embed,
    speaker: Speaker = lambda voice: voice,
    *,
    threshold: float = ANSWER_THRESHOLD,
    newest_first: bool = False,
    oldest_first: bool = False,
) -> Iterator[Statement]:
    """Nothing when the best sentence is under the threshold.

    evidence: best first, as `EvidenceReader.read` gives it. embed: tells whether two sentences tell the same fact.
    speaker: asked before reports are put in the order of their days, since a late re-post of a report is no later one.
    newest_first: a later sentence that answers nearly as well goes first even if it does not tell the same fact.
    oldest_first: the sentences chosen are told in the order of their days, as it went on; those of no known day last.
    """
    read = [e for e in evidence[:CONSIDERED] if not is_heading(e.quote.text)]
    voices = _voices([with_antecedent(_behind_dateline(e)) for e in read])
    if not voices or confidence(evidence) < threshold:
        return
    least = WORTH_SHOWING * voices[0].quote.score  # what is under it is never told
    best, *others = (speaker(voice) for voice in voices if voice.quote.score >= least)
    # who asks for the latest sees a later report, though it says nothing new
    again = _again(best, read[0].answer, [v for v in others if not (newest_first and _is_later(v, best))], embed)
    best, others = _with_copies(best, again), [voice for voice in others if voice not in again]
    newer = _newer(best, others, embed, threshold, of_any_fact=newest_first)
    share = NEARLY_AS_GOOD if best.quote.score >= CONFIDENT else WORTH_SHOWING
    further = [voice for voice in others if voice not in newer and voice.quote.score >= share * best.quote.score]
    chosen, told = [best], [best]
    answers = {(e.quote.article_id, e.quote.end): e.answer for e in read}
    rest = _other_answers_first(best, [*newer[1:], *further], answers)
    for voice in [*newer[:1], *rest]:  # the newest report before any other sentence
        more = _once([v for v in (*newer, best, *further) if v is voice or v in chosen])
        if _sentences(more) <= MAX_SENTENCES:
            chosen, told = [*chosen, voice], more
    at_odds = _at_odds(told, embed)
    names = _told_apart(at_odds)
    if oldest_first:
        told.sort(key=lambda voice: voice.quote.published_on or "9999")
    for voice in told:
        name = names[at_odds.index(voice)] if voice in at_odds else ""
        yield Statement(f"{name}: {voice.quote.text}" if name else voice.quote.text, (voice,), voice in at_odds)


def _again(best: Support, answer: str, others: Sequence[Support], embed: Embed) -> list[Support]:
    """Those of other articles that tell the fact with the same answer and no number or day that `best` lacks."""
    names = {stem for stem in stems(answer) if not stem[0].isdigit()} - function_stems() - NUMBER_WORDS
    same = [
        voice
        for voice in others
        if answer
        and voice.quote.article_id != best.quote.article_id
        and names <= voice.quote.word_set()
        and not _adds(answer, voice.quote.text)
        and not _adds(voice.quote.text, best.quote.text)
        and weekdays(voice.quote.text) <= weekdays(best.quote.text)
        and says_as_surely(voice.quote.text, best.quote.text)
    ]
    return _like(best, same, SAME_ANSWER_COSINE, embed)


def _other_answers_first(
    best: Support, others: Sequence[Support], answers: Mapping[tuple[str, int], str]
) -> list[Support]:
    """`others` in their order, but those last that have the same answer as one before them or `best`: however many
    articles agree, they leave room for one that does not.

    answers: of each sentence, by its article and end.
    """
    given: list[set[str]] = []
    first: list[Support] = []
    last: list[Support] = []
    for voice in (best, *others):
        quotes = ((quote.article_id, quote.end) for quote in (voice.quote, *voice.copies))
        answer = set(stems(next((answers[quote] for quote in quotes if quote in answers), ""))) - function_stems()
        is_given = any(answer <= one or one <= answer for one in given)
        (last if is_given else first).append(voice)
        given.append(answer)
    return [*first[1:], *last]


def _with_copies(best: Support, again: Sequence[Support]) -> Support:
    """`best` with the articles of `again` named beside it, each once."""
    copies = {copy.article_id: copy for copy in best.copies}
    for quote in (quote for voice in again for quote in (voice.quote, *voice.copies)):
        if quote.article_id != best.quote.article_id:
            copies.setdefault(quote.article_id, quote)
    return replace(best, copies=tuple(copies.values()))


def spoken(
    question: str,
    evidence: Sequence[Evidence],
    speaker: Speaker = lambda voice: voice,
    *,
    threshold: float = ANSWER_THRESHOLD,
) -> Iterator[Statement]:
    """For "What did A say about B?" the sentences in which A says it, whatever their probability."""
    quotes = [with_antecedent(_behind_dateline(e)) for e in speech.said(question, evidence, threshold)]
    for voice in _once([speaker(voice) for voice in _voices(quotes)]):
        yield Statement(voice.quote.text, (voice,))


def members(
    evidence: Sequence[Evidence], speaker: Speaker = lambda voice: voice, *, threshold: float = ANSWER_THRESHOLD
) -> Iterator[Statement]:
    """For a question that asks for several ("Which towns …?"): of the sentences that answer nearly as well as the best
    the one that lists most, and those that add one. Nothing when the best sentence is under the threshold.
    """
    told = [e for e in evidence[:CONSIDERED] if not is_heading(e.quote.text)]
    if not told or told[0].quote.score < threshold:
        return
    quotes = [with_antecedent(_behind_dateline(e)) for e in told]
    named = {(quote.article_id, quote.end): _named(e.answer) for quote, e in zip(quotes, told, strict=True)}
    least = max(threshold, NEARLY_AS_GOOD * quotes[0].score)
    voices = [voice for voice in _voices(quotes) if voice.quote.score >= least]
    first = max(voices, key=lambda voice: len(named[voice.quote.article_id, voice.quote.end]))
    chosen, known = [first], set(stems(first.quote.text))
    for voice in voices:
        is_new = any(not member <= known for member in named[voice.quote.article_id, voice.quote.end])
        if is_new and len(chosen) < MAX_MEMBERS:
            chosen.append(voice)
            known.update(stems(voice.quote.text))
    for voice in _once([speaker(voice) for voice in chosen]):
        yield Statement(voice.quote.text, (voice,))


def _named(answer: str) -> list[frozenset[str]]:
    """What "A, B and C" lists: of each member the stems of its capitalised words, or of all where it has none."""
    parts = [part.split() for part in _LISTED.split(answer)]
    found = (stems(" ".join([word for word in part if word[0].isupper()] or part)) for part in parts)
    return [frozenset(member) for member in found if member]


def _at_odds(told: Sequence[Support], embed: Embed) -> list[Support]:
    """The first and those of other articles that tell the same fact with other numbers or dates."""
    first, *others = told
    rivals = [
        voice
        for voice in others
        if voice.quote.article_id != first.quote.article_id
        and _adds(voice.quote.text, first.quote.text)
        and _adds(first.quote.text, voice.quote.text)
    ]
    same = _like(first, rivals, SAME_FACT_COSINE, embed)
    return [first, *same] if same else []


def _told_apart(voices: Sequence[Support]) -> list[str]:
    """The day of each, with the source where days are not enough; nothing where that is not either."""
    published = [in_words(voice.quote.published_on) for voice in voices]
    if _are_names(published):
        return published
    sources = [voice.quote.passage.metadata["source"] for voice in voices]
    both = [", ".join(filter(None, pair)) for pair in zip(sources, published, strict=True)]
    return both if _are_names(both) else [""] * len(voices)


def _are_names(texts: Sequence[str]) -> bool:
    return all(texts) and len(set(texts)) == len(texts)


def _adds(one: str, other: str) -> bool:
    """Whether `one` states a number or a date that `other` does not."""
    dated = days(other)
    return bool(figures(one) - figures(other)) or any(not is_among(day, dated) for day in days(one))


def _like(first: Support, others: Sequence[Support], least: float, embed: Embed) -> list[Support]:
    """Those whose sentence has at least that cosine to that of `first`."""
    if not others:
        return []
    fact, *vectors = embed([voice.quote.text for voice in (first, *others)])
    return [v for v, vector in zip(others, vectors, strict=True) if float(fact @ vector) >= least]


def _is_later(voice: Support, other: Support) -> bool:
    """By days that are known of both."""
    return voice.quote.published_on > other.quote.published_on > ""


def _behind_dateline(evidence: Evidence) -> Quote:
    """The sentence without place, agency and day before it, unless they are what answers."""
    quote = evidence.quote
    head = behind_dateline(quote.text)
    return quote.behind(quote.start + head) if head and evidence.answer not in quote.text[:head] else quote


def beginnings(
    documents: Sequence[Document], topic: frozenset[str], most: int, speaker: Speaker = lambda voice: voice
) -> Iterator[Statement]:
    """The first sentences of articles, for a question that no one sentence answers ("What happened in May?").

    documents: beginnings of articles, or other passages of them, in the order of the answer. From each as many
    sentences, `most` in all. topic: stems; of a passage whose title has none of them those with most of them are told.
    """
    if not documents:
        return
    n = max(1, most // len(documents))
    first = [quote for document in documents for quote in _first_sentences(document, topic, n)]
    for voice in map(speaker, _voices(first)):
        yield Statement(voice.quote.text, (voice,))


def _first_sentences(beginning: Document, topic: frozenset[str], n: int) -> list[Quote]:
    text, start = beginning.page_content, beginning.metadata["start"]
    spans = sentence_spans(text, beginning.metadata["language"])
    told = [(s, e) for s, e in spans if is_ended(text[s:e]) and len(text[s:e].split()) >= LEAST_WORDS]
    if not topic & set(stems(beginning.metadata["title"])):
        held = {span: len(topic & set(stems(text[slice(*span)]))) for span in told}
        told = sorted(sorted(told, key=lambda span: -held[span])[:n])
    return [Quote(beginning, start + s + behind_dateline(text[s:e]), start + e, 1.0) for s, e in told[:n]]


def is_heading(text: str) -> bool:
    """Whether a line answers nothing by itself (`MAX_HEADING_CHARS`)."""
    return len(text) <= MAX_HEADING_CHARS and not is_ended(text) and not _ROW.search(text)


def _newer(
    best: Support, others: Sequence[Support], embed: Embed, threshold: float, *, of_any_fact: bool
) -> list[Support]:
    """Later reports of the fact that `best` tells which answer well enough to stand before it, the newest first."""
    least = max(threshold, NEWER_AS_GOOD * best.quote.score)
    later = [
        voice
        for voice in others
        if voice.quote.score >= least and _is_later(voice, best) and voice.quote.article_id != best.quote.article_id
    ]
    same = later if of_any_fact else _like(best, later, SAME_FACT_COSINE, embed)
    return sorted(same, key=lambda voice: voice.quote.published_on, reverse=True)


def _sentences(voices: Sequence[Support]) -> int:
    return sum(len(sentence_spans(v.quote.text, v.quote.passage.metadata["language"])) for v in voices)


def _once(voices: Sequence[Support]) -> list[Support]:
    """`voices` in their order, but that what one has in common with another is told once and the rest follows it."""
    told: list[Support] = []
    for voice in voices:
        near = [n for n, other in enumerate(told) if other.quote.overlaps(voice.quote)]
        if not near:
            told.append(voice)
            continue
        last = max(near, key=lambda n: told[n].quote.end)
        end = told[last].quote.end
        if end < voice.quote.end:
            told.insert(last + 1, replace(voice, quote=voice.quote.behind(end)))
    return told


def _voices(quotes: Sequence[Quote]) -> list[Support]:
    """`quotes` with the copies of a sentence folded into the best of them, best first."""
    voices: list[tuple[Quote, frozenset[str], list[Quote]]] = []
    for candidate in quotes:
        words = candidate.word_set()
        for voice, said, copies in voices:
            if say_the_same(words, said):
                if candidate.article_id not in {voice.article_id, *(copy.article_id for copy in copies)}:
                    copies.append(candidate)
                break
        else:
            voices.append((candidate, words, []))
    return [Support(voice, tuple(copies)) for voice, _, copies in voices]
