"""SQuAD as a library: both versions, each paragraph and each question once."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from bench import squad

BRIDGE = "The Zephyr bridge in Oldport opened on 4 November 2023."
COMET = "Comet Marlow was seen in May. Astronomers expect it back in 2091."
SHIP = "The ferry Halcyon sank off Brackwater on 3 May 1987."


def asked(id: str, paragraph: str, question: str, *answers: str) -> dict[str, object]:
    given = [{"text": answer, "answer_start": paragraph.index(answer)} for answer in answers]
    return {"id": id, "question": question, "answers": given}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    opened = asked("b1", BRIDGE, " When did the Zephyr bridge open? ", "4 November 2023", "2023", "2023")
    back = asked("c1", COMET, "When do astronomers expect comet Marlow back?", "2091")
    versions = {
        "1.1": {
            "Zephyr_Bridge": [(BRIDGE, [opened, asked("b2", BRIDGE, "In which town is it?", "Oldport")])],
            "Ferries": [(SHIP, [asked("f1", SHIP, "When did the Halcyon sink?", "3 May 1987")])],
            "Comet_Marlow": [(COMET, [back])],
        },
        "2.0": {
            "Zephyr_Bridge": [(BRIDGE, [opened, asked("b3", BRIDGE, "Who designed the Zephyr bridge?")])],
            "Comet_Marlow": [(COMET, [back])],
        },
    }
    (tmp_path / "squad").mkdir()
    for version, titles in versions.items():
        told = [
            {"title": title, "paragraphs": [{"context": text, "qas": qas} for text, qas in paragraphs]}
            for title, paragraphs in titles.items()
        ]
        (tmp_path / "squad" / f"dev-v{version}.json").write_text(json.dumps({"data": told}))
    split = {"train": [], "tune": ["Zephyr_Bridge", "Ferries"], "test": ["Comet_Marlow"]}
    (tmp_path / "squad" / "split.json").write_text(json.dumps(split))
    return tmp_path


def test_the_questions_of_a_part_are_those_of_the_versions_asked_for_each_once(data: Path) -> None:
    of_both, of_two = squad.questions(data, "tune", squad.VERSIONS), squad.questions(data, "tune")
    assert [question.id for question in of_both] == ["b1", "b2", "f1", "b3"]
    assert [question.id for question in of_two] == ["b1", "b3"]
    assert (of_two[0].question, of_two[0].answers) == ("When did the Zephyr bridge open?", ("4 November 2023", "2023"))
    assert of_two[1].answers == ()
    assert {question.articles for question in of_two} == {of_both[0].articles} != {of_both[2].articles}


def test_both_versions_are_measured_together_over_each_paragraph_once_and_the_one_with_refusals_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["squad", "--data", str(data), "--work", str(data / "work"), "--json"])
    squad.main()
    figures = json.loads(capsys.readouterr().out)
    asked = {name: (of["questions"], of["answerable"], of["gold_article_first"]) for name, of in figures.items()}
    assert asked == {"1.1 and 2.0": (4, 3, 1), "2.0": (2, 1, 1)}
    with closing(squad.library(data, data / "work")) as found_there:
        assert found_there.status().articles == 3
    (data / "squad" / "dev-v1.1.json").write_text('{"data": []}')
    with pytest.raises(RuntimeError, match=r"work holds something else than SQuAD: .*Give a new folder"):
        squad.library(data, data / "work")
