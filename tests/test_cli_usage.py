"""The command line's words, before any command runs."""

import json
from pathlib import Path

import pytest

from index.article import ItemError
from index.progress import Pace, Report
from web.cli import main
from web.cli.rebuild import snapshot
from web.cli.terminal import ProgressLine, plain, print_report


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "required: COMMAND"),
        (["sing"], "invalid choice"),
        (["ask"], "required: question"),
        (["ask", "  "], "it is blank"),
        (["ask", "x" * 2001], "it has 2,001 characters; the limit is 2,000"),
        (["ask", "Who?", "--after", "2023-13-01"], "no date such as"),
        (["ask", "Who?", "--top-k", "51"], "no whole number from 1 to 50"),
        (["ask", "Who?", "--top-k", "0"], "no whole number from 1 to 50"),
        (["serve", "--port", "70000"], "no whole number from 0 to 65535"),
        (["rebuild", "--watch", "--dry-run"], "not allowed with"),
        (["eval", "f.jsonl", "--min", "accuracy"], "not of the form METRIC=VALUE"),
        (["eval", "f.jsonl", "--min", "right=nan"], "not of the form METRIC=VALUE"),
        (["eval", "f.jsonl", "--min", "rigth=0.5"], "--min rigth: there is no such metric; there are questions, "),
        (["eval", "f.jsonl", "--max-drop", "questions=1"], "--max-drop questions: there is no such metric"),
        (["eval", "f.jsonl", "--max", "ms_p5=0"], "--max ms_p5: there is no such metric; there are questions, "),
        (["eval", "f.jsonl", "--max-rise", "citations=1"], "--max-rise citations: there is no such metric"),
        (["eval", "f.jsonl", "--max-drop", "right=0"], "give one with --compare"),
        (["eval", "f.jsonl", "--max-rise", "ms_p50=0"], "give one with --compare"),
        (["search", "x", "--after", "2023-02-01", "--before", "2023-01-01"], "is later than --before"),
    ],
)
def test_wrong_usage_is_2_and_says_why(words: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert problem in err
    assert out == ""


@pytest.mark.parametrize(
    "command", ["serve", "rebuild", "add", "remove", "ask", "search", "articles", "status", "eval", "feedback"]
)
def test_every_command_takes_the_two_folders(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert "--data-dir DIR" in out
    assert "--articles DIR" in out


def test_a_bad_setting_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", "eight thousand")
    assert main(["status"]) == 2
    assert capsys.readouterr().err == (
        "assistant: ASSISTANT_PORT is 'eight thousand'; expected a whole number from 0 to 65535.\n"
    )


def test_a_host_that_needs_a_token_stops_the_server_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANT_HOST", "0.0.0.0")
    assert main(["status"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["serve"]) == 2
    assert capsys.readouterr().err.startswith("assistant: ASSISTANT_HOST is '0.0.0.0', which other machines can reach")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"ASSISTANT_LLM=caf\xe9\n", "is not UTF-8 (byte 17)"),
        (b"ASSISTANT_LLM=a\0b\n", "cannot be used (embedded null byte)"),
    ],
)
def test_a_dotenv_file_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, problem: str
) -> None:
    (tmp_path / ".env").write_bytes(content)
    assert main(["status"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"assistant: {tmp_path / '.env'} {problem}")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this system has no file that even root cannot read")
def test_a_dotenv_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".env").symlink_to("/proc/self/mem")
    assert main(["status"]) == 2
    assert capsys.readouterr().err.startswith(f"assistant: {tmp_path / '.env'} cannot be used (Input/output error)")


def test_an_empty_library_says_how_to_add_articles(capsys: pytest.CaptureFixture[str]) -> None:
    said = (
        "There are no articles yet. Add some with `assistant add`, "
        "or put files into seeds and run `assistant rebuild`.\n"
    )
    for words in (["articles"], ["search", "comet"]):
        assert main(words) == 0
        assert capsys.readouterr() == ("", said)
    assert main(["articles", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"articles": [], "next_cursor": None, "total": 0}


@pytest.mark.parametrize("command", ["add", "rebuild"])
def test_help_says_what_a_failed_item_does_to_the_exit_status(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "Exit status 1 where an item failed; the others are taken in all the same." in " ".join(
        capsys.readouterr().out.split()
    )


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert plain("a\x1b[31mb\tc\nd\x07é") == "a\ufffd[31mb\tc\nd\ufffdé"


def test_progress_elsewhere_than_on_a_terminal_is_one_line_a_stage(tmp_path: Path) -> None:
    with (tmp_path / "err").open("w+", encoding="utf-8") as stream:
        with ProgressLine(stream) as progress:
            for done in range(3):
                progress("reading", done, 3)
            progress("embedding", 0, 40)
            progress("embedding", 40, 40)
        stream.seek(0)
        assert stream.read() == "Reading articles 0 of 3\nEmbedding passages 0 of 40\n"


def test_the_pace_is_kept_when_more_is_found_to_be_done_and_begun_anew_with_a_stage() -> None:
    seconds = iter([0.0, 2.0, 4.0, 4.0])
    pace = Pace(lambda: next(seconds))
    assert pace.note("reading", 0, 3) == (None, None)
    assert pace.note("reading", 1, 11) == (0.5, 20.0)
    assert pace.note("reading", 2, 0) == (0.5, None)
    assert pace.note("embedding", 0, 10) == (None, None)


def test_errors_that_were_not_kept_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report(added=1, errors=(ItemError("a.txt", "is empty"),), further_errors=1_200))
    printed = capsys.readouterr()
    assert printed.out.endswith(" 1201 failed.\n")
    assert printed.err == "a.txt: is empty\n1,200 more failed.\n"


def test_a_snapshot_changes_with_a_files_size_name_and_content(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "one.txt"
    file.write_text("one")
    before = snapshot(tmp_path)
    assert list(before) == [file]
    file.write_text("three")
    after = snapshot(tmp_path)
    assert after != before
    file.rename(tmp_path / "two.txt")
    assert list(snapshot(tmp_path)) == [tmp_path / "two.txt"]
