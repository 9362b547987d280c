"""The real models over the articles in seeds/: what the project promises of its answers, as a person would ask."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer, Question, Turn, as_turn
from assistant.assistant import Assistant
from assistant.evaluation.outcomes import Outcome, evaluate
from assistant.evaluation.questions import load_questions
from index.library import Library
from index.search.filters import Filters
from web.cli import main
from web.replies import answer_json

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SEEDS = ROOT / "seeds"
DATA = Path(__file__).parent / "data"
SEEN, UNSEEN, FRESH, NATURAL = (DATA / f"seeds-{name}.jsonl" for name in ("seen", "unseen", "fresh", "natural"))
"""Forty, eighty, forty and eighty questions. Answers to the first were looked at while the program was built, of the
second only the totals; the third and fourth were written when everything was chosen, the fourth short and in other
words than the articles'."""


CPU = Path("/proc/cpuinfo")
OTHERWISE = 0 if CPU.exists() and "avx512_vnni" in CPU.read_text(encoding="utf-8") else 2


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with closing(Library(tmp_path_factory.mktemp("seeds") / "data")) as library:
        report = library.rebuild(SEEDS)
        assert (report.added, report.errors) == (25, ())
        yield library


@pytest.fixture(scope="module")
def assistant(library: Library) -> Assistant:
    return Assistant(library)


@pytest.fixture(scope="module")
def outcomes(assistant: Assistant) -> dict[Path, list[Outcome]]:
    return {path: evaluate(assistant, load_questions(path)[0]) for path in (SEEN, UNSEEN, FRESH, NATURAL)}


def ask(assistant: Assistant, question: str, **filters: Any) -> Answer:
    return assistant.ask(Question(question, filters=Filters(**filters)))


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def test_every_citation_of_every_answer_is_verbatim(outcomes: dict[Path, list[Outcome]]) -> None:
    everything = [outcome for several in outcomes.values() for outcome in several]
    assert sum(outcome.citations for outcome in everything) >= 54
    assert [o.question.id for o in everything if o.verbatim != o.citations] == []


# What was reached (docs/decisions.md), so that it is not lost, on a processor with AVX-512 for eight bits. Others round
# otherwise and were not asked: to them two of each are left.
@pytest.mark.parametrize(
    ("path", "answerable", "least_right", "unanswerable", "least_refused"),
    [
        (SEEN, 30, 26 - OTHERWISE, 10, 9 - OTHERWISE),
        (UNSEEN, 60, 52 - OTHERWISE, 20, 18 - OTHERWISE),
        (FRESH, 30, 27 - OTHERWISE, 10, 8 - OTHERWISE),
        (NATURAL, 60, 40 - OTHERWISE, 20, 19 - OTHERWISE),
    ],
)
def test_as_many_questions_as_before_are_answered_rightly_or_refused(
    outcomes: dict[Path, list[Outcome]],
    path: Path,
    answerable: int,
    least_right: int,
    unanswerable: int,
    least_refused: int,
) -> None:
    for has_answer, number, least in ((True, answerable, least_right), (False, unanswerable, least_refused)):
        asked = [outcome for outcome in outcomes[path] if bool(outcome.question.answers) == has_answer]
        wrong = [f"{o.question.id}: {o.question.question} {quotes(o.answer)}" for o in asked if not o.is_right]
        assert len(asked) == number
        assert number - len(wrong) >= least, "\n".join(wrong)


def test_the_seed_article_tells_when_blinken_visited_israel(assistant: Assistant, library: Library) -> None:
    answer = ask(assistant, "When did Blinken visit Israel?")
    assert "Nov. 3" in (answer.short_answer or "")
    first = answer.citations[0]
    assert first.quote.startswith("This defiance was expressed by Israeli Prime Minister Benjamin Netanyahu")
    assert first.quote.endswith("diplomatic visit to Israel on Nov. 3.")
    assert (first.start, first.end) == (144, 302)
    stored = library.article(first.article_id, first.revision)
    assert stored is not None
    assert stored.article.origin == "000_afa32b4702511f54.txt"
    assert (SEEDS / stored.article.origin).read_text(encoding="utf-8")[144:302] == first.quote


def test_the_answer_that_the_readme_shows_is_the_one_given(
    assistant: Assistant,
    library: Library,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    [shown] = map(json.loads, re.findall(r"```json\n(.*?)```", README, re.DOTALL))
    given = json.loads(json.dumps(answer_json(ask(assistant, shown["question"]))))
    for answer in (shown, given):
        for name in ("generation", "timings_ms", "message_id", "session_id"):
            answer.pop(name, None)
    shown["confidence"] = pytest.approx(shown["confidence"], abs=0.05)  # processors round differently
    for citation in shown["citations"]:
        citation["score"] = pytest.approx(citation["score"], abs=0.05)
    assert given == shown
    [(question, console)] = re.findall(r'```console\n\$ \S+ ask "(.*?)"\n(.*?)```', README, re.DOTALL)
    monkeypatch.chdir(tmp_path)  # no .env of the working folder
    monkeypatch.delenv("ASSISTANT_LLM", raising=False)
    monkeypatch.delenv("ASSISTANT_EMBEDDING_MODEL", raising=False)
    assert main(["ask", question, "--data-dir", str(library.data_dir)]) == 0
    assert capsys.readouterr().out == console


def test_the_same_wire_story_in_two_outlets_is_one_citation_with_the_other_beside_it(assistant: Assistant) -> None:
    answer = ask(assistant, "How many Tottenham players were shown the yellow card?")
    (citation,) = answer.citations
    (copy,) = citation.also_in
    assert citation.quote == "Nine Tottenham players were shown the yellow card, a record for a Premier League match."
    assert {citation.source, copy.source} == {"Sample Wire", "Harbour Gazette"}


@pytest.mark.parametrize(
    ("question", "corrected", "outdated"),
    [
        ("How many people did Hurricane Maria kill in Puerto Rico?", "2,975", "64 people died"),
        ("How many people have died of COVID-19 in Wuhan?", "3,869", "2,579 people have died"),
    ],
)
def test_of_two_numbers_the_corrected_one_is_told_first(
    assistant: Assistant, question: str, corrected: str, outdated: str
) -> None:
    told = quotes(ask(assistant, question))
    assert corrected in told[0]
    assert outdated not in told[0]


def test_an_old_number_is_still_found_by_its_date(assistant: Assistant) -> None:
    answer = ask(assistant, "How many people did Hurricane Maria kill in Puerto Rico?", before=dt.date(2017, 12, 31))
    assert "64 people died" in quotes(answer)[0]
    assert answer.as_of == "2017-12-20"
    assert answer.applied_filters == {"before": "2017-12-31"}


def test_a_source_that_does_not_tell_is_no_source(assistant: Assistant) -> None:
    question = "How much sand was dredged from around the Ever Given?"
    answer = ask(assistant, question, source=("harbour gazette",))
    assert {citation.source for citation in answer.citations} == {"Harbour Gazette"}
    assert "30,000 cubic metres" in quotes(answer)[0]
    elsewhere = ask(assistant, question, source=("Orbit Desk",))
    assert (elsewhere.answered, elsewhere.reason) == (False, "no_evidence")
    assert {citation.source for citation in elsewhere.nearest} == {"Orbit Desk"}


@pytest.mark.parametrize(
    "question",
    [
        "Wie viel Sand wurde um die Ever Given ausgebaggert?",
        "Wie viele Menschen starben bei Hurrikan Maria in Puerto Rico?",
        *("武汉有多少人死于新冠肺炎？", "是谁赢得了比赛？", "asdf qwer zxcv", "blorf Wuhan gnarp", "?????", "🚢🚢🚢"),
    ],
)
def test_a_question_in_another_language_and_gibberish_are_refused(assistant: Assistant, question: str) -> None:
    answer = ask(assistant, question)
    assert (answer.answered, answer.reason, answer.citations) == (False, "no_evidence", ())


def test_a_conversation_keeps_its_topic_and_lets_go_of_it(assistant: Assistant) -> None:
    history: tuple[Turn, ...] = ()
    told = []
    for text in (
        "How much sand was dredged from around the Ever Given?",
        "And when did it float free?",
        "When was the James Webb telescope launched?",
        "How much did it cost NASA?",
    ):
        answer = assistant.ask(Question(text, history))
        history += (as_turn(answer),)
        told.append(quotes(answer)[0] if answer.answered else "")
    assert [
        expected in quote
        for expected, quote in zip(
            ("30,000 cubic metres", "March 29", "launched on Saturday", "$10 billion"),
            told,
            strict=True,
        )
    ] == [True] * 4, told


def test_a_file_added_to_the_folder_is_in_the_next_answer_and_only_its_passages_are_embedded(
    library: Library, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(SEEDS, tmp_path / "seeds"))
    data = Path(shutil.copytree(library.data_dir, tmp_path / "data"))
    with closing(Library(data)) as copy:
        question = "When did the Zephyr bridge in Oldport open?"
        assert not ask(Assistant(copy), question).answered
        sentence = "The Zephyr bridge in Oldport opened on 4 November 2023."
        (folder / "bridge.txt").write_text(f"{sentence} It cost 90 million crowns.", encoding="utf-8")
        report = copy.rebuild(folder)
        assert (report.added, report.unchanged, report.removed, report.embedded) == (1, 25, 0, 1)
        assert quotes(ask(Assistant(copy), question))[0] == sentence
