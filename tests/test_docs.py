"""What the README says is what the code does."""

import json
import re
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation
from assistant.evaluation.measures import METRICS
from web import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, ArgumentParser]:
    parser = cli._parser()
    [subparsers] = [action for action in parser._actions if isinstance(action, _SubParsersAction)]
    return dict(subparsers.choices)


def command_rows() -> dict[str, set[str]]:
    """The commands of the README's table, with the options that stand beside each."""
    rows: dict[str, set[str]] = {}
    for cell in re.findall(r"^\| (`assistant .*?) \| ", README, re.MULTILINE):
        for call in re.findall(r"`assistant (\w+)([^`]*)`", cell):
            rows[call[0]] = set(re.findall(r"--[\w-]+", call[1]))
    return rows


def test_the_readme_lists_every_command_and_no_other() -> None:
    assert set(command_rows()) == set(commands()) == set(cli.COMMANDS)


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_the_options_beside_a_command_are_the_ones_it_has(command: str) -> None:
    known = {option for action in commands()[command]._actions for option in action.option_strings}
    everywhere = {"-h", "--help", "--data-dir", "--articles"}
    written = command_rows()[command]
    if command == "search":  # "with the same filters"
        written |= command_rows()["ask"] - {"--as-words"}
    assert written == known - everywhere
    assert everywhere <= known


def test_the_readme_lists_every_setting_and_no_other() -> None:
    listed = {name for row in re.findall(r"^\| (`ASSISTANT.*?) \| ", README, re.MULTILINE) for name in variables(row)}
    assert listed == variables((ROOT / "web" / "settings.py").read_text(encoding="utf-8"))


def test_the_readme_says_what_every_figure_of_an_evaluation_is() -> None:
    [section] = re.findall(r"^## Measuring answers\n(.*?)^## ", README, re.MULTILINE | re.DOTALL)
    told = set(re.findall(r"`([a-z_0-9]+)`", section))
    assert {name for name in METRICS if not re.match("ms_[a-z]+_", name)} <= told | {"questions", "answerable"}


def variables(text: str) -> set[str]:
    return set(re.findall(r"ASSISTANT_[A-Z_]+", text))


def test_the_make_targets_that_the_readme_names_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)) <= targets
    assert {"run", "test", "setup", "check", "bench"} <= targets


def test_the_answer_in_the_readme_has_the_fields_of_an_answer() -> None:
    [shown] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    answer = json.loads(shown)
    assert set(answer) == set(Answer.__dataclass_fields__) | {"message_id", "session_id"}
    assert set(answer["citations"][0]) == set(Citation.__dataclass_fields__)


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "docs" / "decisions.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
