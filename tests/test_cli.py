"""The commands, run as their users run them: with the built-in model, over a small folder of articles."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from answers import answered, cited

from assistant.assistant import Assistant
from index.library import Library
from index.store.sqlite import SqliteDatabase
from web.app import create_app
from web.cli import main
from web.conversations.conversations import Conversations
from web.conversations.feedback import Feedback
from web.jobs.jobs import Jobs
from web.schemas.replies import AnswerReply, ArticlesReply, FoundReply, HealthReply
from web.schemas.topics import TimelineReply
from web.settings import Settings

BRIDGE = """The Zephyr bridge in Oldport opened on 4 November 2023.

Mayor Ada Quill cut the ribbon before 3,000 visitors. The bridge cost 90 million crowns."""
COMET = "Comet Marlow was seen with the naked eye in May. Astronomers expect it back in 2091."
QUESTION = "When did the Zephyr bridge in Oldport open?"
MAX_SECONDS = 120
"""For a process to end: 0.2 s of work, which a busy machine was seen to stretch to more than 20."""
RUN = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main())"]


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Place:
    """A data folder and an articles folder."""

    data: Path
    articles: Path

    def words(self, *words: str) -> list[str]:
        return [*words, "--data-dir", str(self.data), "--articles", str(self.articles)]

    def run(self, *words: str) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(self.words(*words))
        return Ended(status, out.getvalue(), err.getvalue())

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*RUN, *self.words(*words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.data.parent,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            # what a shell runs in the background ignores Ctrl-C, and so would what these tests start
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two articles, indexed. For tests that change nothing."""
    root = tmp_path_factory.mktemp("built")
    place = Place(root / "data", root / "articles")
    place.articles.mkdir()
    (place.articles / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    archive = {"id": "comet", "title": "Comet", "text": COMET, "source": "Sky Letter", "published_at": "2021-05-20"}
    (place.articles / "more.jsonl").write_text(json.dumps(archive) + "\n", encoding="utf-8")
    ended = place.run("rebuild")
    assert ended.status == 0, ended.err
    assert ended.out == "2 added, 0 updated, 0 removed, 0 unchanged. 2 passages embedded.\n"
    return place


@pytest.fixture
def place(built: Place, tmp_path: Path) -> Place:
    """The same two articles, to be changed."""
    shutil.copytree(built.data, tmp_path / "data")
    shutil.copytree(built.articles, tmp_path / "articles")
    return Place(tmp_path / "data", tmp_path / "articles")


def test_a_second_rebuild_embeds_nothing(built: Place) -> None:
    ended = built.run("rebuild")
    assert (ended.status, ended.out) == (0, "0 added, 0 updated, 0 removed, 2 unchanged. 0 passages embedded.\n")


def test_a_dry_run_says_of_each_article_what_would_become_of_it_and_changes_nothing(place: Place) -> None:
    (place.articles / "gone.txt").write_text("Soon gone.", encoding="utf-8")
    (place.articles / "held.txt").write_text("Held back.", encoding="utf-8")
    assert place.run("rebuild").status == 0
    held = next(line.split()[1] for line in place.run("articles").out.splitlines() if "held" in line)
    assert place.run("remove", held).status == 0
    before = place.run("articles").out
    (place.articles / "new.txt").write_text("Something new.", encoding="utf-8")
    (place.articles / "bridge.txt").write_text(BRIDGE.replace("3,000", "2,000") + " It is red.", encoding="utf-8")
    (place.articles / "gone.txt").unlink()
    os.utime(place.articles / "held.txt", (1, 1))
    ended = place.run("rebuild", "--dry-run")
    assert ended.out.splitlines() == [
        f"updated, 2 sentences differ: {BRIDGE.splitlines()[0]} (bridge.txt, {len(BRIDGE) + 11} characters)",
        "withheld: Held back. (held.txt, 10 characters)",
        f"unchanged: Comet (more.jsonl, {len(COMET)} characters)",
        "new: Something new. (new.txt, 14 characters)",
        "removed: Soon gone. (gone.txt, 10 characters)",
        "Would be: 1 added, 1 updated, 1 removed, 1 unchanged, 1 withheld. Nothing was changed.",
    ]
    assert place.run("articles").out == before


@pytest.mark.parametrize("command", ["rebuild", "add"])
def test_a_dry_run_without_a_library_finds_all_new_and_makes_none(built: Place, tmp_path: Path, command: str) -> None:
    place = Place(tmp_path / "none", built.articles)
    ended = place.run(command, "--dry-run", *([str(built.articles)] if command == "add" else []))
    assert ended.status == 0, ended.err
    told = [line.split(":")[0] for line in ended.out.splitlines() if not line.startswith("  ")]
    assert told == ["new", "new", "Would be"]
    assert list(tmp_path.iterdir()) == []


def test_a_rebuild_reports_bad_files_as_adding_does_and_takes_in_the_rest(place: Place) -> None:
    (place.articles / "bad.jsonl").write_text("{\n", encoding="utf-8")
    (place.articles / "mill.txt").write_text("The mill of Ostra burned down in 1890.", encoding="utf-8")
    ended = place.run("rebuild")
    assert ended.status == 1
    assert "bad.jsonl" in ended.err
    assert ended.out == "1 added, 0 updated, 0 removed, 2 unchanged. 1 passages embedded. 1 failed.\n"


def test_a_rebuild_without_a_folder_did_not_work(place: Place) -> None:
    shutil.rmtree(place.articles)
    ended = place.run("rebuild")
    assert ended.status == 1
    assert str(place.articles) in ended.err
    assert len(place.run("articles").out.splitlines()) == 2


def test_an_answer_is_printed_with_its_citations(built: Place) -> None:
    ended = built.run("ask", QUESTION)
    assert ended.status == 0, ended
    assert "[1]" in ended.out
    assert "“The Zephyr bridge in Oldport opened on 4 November 2023.”" in ended.out
    assert ended.err == ""


def test_an_answer_as_json_is_what_http_answers(built: Place) -> None:
    ended = built.run("ask", QUESTION, "--json")
    answer = AnswerReply.model_validate_json(ended.out, strict=True)
    assert answer.answered
    assert (answer.message_id, answer.session_id) == (None, None)
    assert list(json.loads(ended.out)) == list(AnswerReply.model_fields)


def test_the_command_http_and_its_stream_give_the_same_answer(place: Place) -> None:
    by_command = json.loads(place.run("ask", QUESTION, "--json").out)
    settings = Settings(articles=place.articles, data_dir=place.data)
    with closing(Library(settings.data_dir, settings.embedding_model)) as library:
        client = create_app(settings, library, Assistant(library), Jobs(library, settings.articles)).test_client()
        by_http = client.post("/api/ask", json={"question": QUESTION}).json or {}
        stream = client.post("/api/ask", json={"question": QUESTION, "stream": True}).text
    events = [block.split("\n") for block in stream.removesuffix("\n\n").split("\n\n")]
    data = [(name, json.loads(line.removeprefix("data: "))) for name, line in events]
    assert data[-1][0] == "event: done"
    by_stream = data[-1][1]
    assert by_command["answered"]
    assert by_command["citations"]
    assert "".join(piece["text"] for name, piece in data if name == "event: delta") == by_command["answer"]
    for answer in (by_command, by_http, by_stream):
        for own in ("message_id", "session_id", "timings_ms"):
            del answer[own]
    assert by_command == by_http == by_stream


def test_without_an_answer_the_status_is_3_and_a_reason_is_given(built: Place) -> None:
    ended = built.run("ask", "Who won the chess tournament in Lima?")
    assert ended.status == 3
    assert ended.out.strip()
    as_json = built.run("ask", "Who won the chess tournament in Lima?", "--json")
    assert as_json.status == 3
    assert json.loads(as_json.out)["reason"] == "no_evidence"


def test_filters_reach_the_answer(built: Place) -> None:
    ended = built.run("ask", QUESTION, "--source", "Nobody's Paper", "--after", "2020-01-01", "--json")
    assert ended.status == 3
    answer = json.loads(ended.out)
    assert answer["reason"] == "no_match"
    assert answer["applied_filters"] == {"after": "2020-01-01", "source": ["Nobody's Paper"]}


def test_what_was_read_out_of_a_question_is_told_beside_the_answer_and_can_be_left(built: Place) -> None:
    question = 'What does "nobody at all" cost?'
    told = built.run("ask", question)
    assert (told.status, told.out) == (3, "No article passes these filters.\n")
    assert told.err == "Read from the question: phrase nobody at all. Ask with --as-words to leave it as words.\n"
    assert built.run("ask", question, "--as-words").err == ""


def test_a_voice_that_no_article_has_is_told_beside_the_answer(built: Place) -> None:
    told = built.run("ask", f"{QUESTION.rstrip('?')} according to the BBC?")
    assert told.err == "No article is from “BBC”.\n"
    assert built.run("ask", QUESTION).err == ""


def test_search_ranks_passages(built: Place) -> None:
    found = FoundReply.model_validate_json(built.run("search", "comet in May", "--json").out, strict=True)
    assert found.hits[0].article_id == "comet"
    printed = built.run("search", "comet in May", "--top-k", "1").out
    assert printed.startswith("1. Comet, Sky Letter, 2021-05-20")
    assert COMET in printed


def test_a_timeline_says_what_happened_when(built: Place) -> None:
    told = built.run("timeline", "comet seen in May", "--json")
    found = TimelineReply.model_validate_json(told.out, strict=True)
    assert [(event.date, event.citations[0].article_id) for event in found.events] == [
        ("2021-05", "comet"),
        ("2091", "comet"),
    ]
    printed = built.run("timeline", "comet seen in May").out
    where = "            - Comet, Sky Letter, 2021-05-20\n"
    assert printed == f"2021-05     {COMET}\n{where}2091        {COMET}\n{where}"
    nothing = built.run("timeline", "curling championship")
    assert (nothing.status, nothing.out, nothing.err) == (3, "", "No article tells of this with a date.\n")


def test_articles_and_status_say_what_is_stored(built: Place) -> None:
    listed = ArticlesReply.model_validate_json(built.run("articles", "--json").out, strict=True)
    assert {article.origin for article in listed.articles} == {"bridge.txt", "more.jsonl"}
    assert built.run("articles").out.splitlines()[0] == "2021-05-20  comet  Comet (Sky Letter)"
    status = HealthReply.model_validate_json(built.run("status", "--json").out, strict=True)
    assert (status.status, status.articles, status.passages, status.answerer) == ("ok", 2, 2, "extractive")
    assert "\narticles         2\n" in built.run("status").out


def test_adding_takes_what_it_can_and_says_what_it_could_not(place: Place, tmp_path: Path) -> None:
    new = tmp_path / "mill.txt"
    new.write_text("The mill of Ostra burned down in 1890.", encoding="utf-8")
    missing = tmp_path / "missing.txt"
    ended = place.run("add", str(new), str(missing), "http://127.0.0.1:9/inside")
    assert ended.status == 1
    assert ended.out.startswith("1 added, ")
    assert f"{missing}: " in ended.err
    assert "http://127.0.0.1:9/inside is not fetched" in ended.err
    again = place.run("add", str(new))
    assert (again.status, again.out) == (0, "0 added, 0 updated, 0 removed, 1 unchanged. 0 passages embedded.\n")


def test_what_is_left_out_of_a_folder_or_an_archive_is_told_and_is_no_failure(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "tide.csv").write_text("body,date,mood\nThe tide was high.,2024-05-01,glad\n", encoding="utf-8")
    for name in ("a.odt", "README"):
        (folder / name).write_text("x")
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    for path, held in ((str(folder), str(folder)), (archive, "packed.zip")):
        ended = place.run("add", "--dry-run", path)
        assert (ended.status, ended.out.splitlines()[-1].partition(".")[0]) == (
            0,
            "Would be: 1 added, 0 updated, 0 removed, 0 unchanged",
        )
        assert "  published_at: 2024-05-01 (from archive)" in ended.out
        assert "tide.csv has fields that are not read, 'mood': those of an article are text, " in ended.err
        assert f"{held} holds 2 files of formats that are not read, left out (README, a.odt): use " in ended.err
    assert place.run("add", str(folder / "a.odt")).status == 1


def test_removing_takes_articles_out_or_none_at_all(place: Place) -> None:
    wrong = place.run("remove", "comet", "no-such-article")
    assert wrong.status == 1
    assert "no-such-article" in wrong.err
    assert len(place.run("articles").out.splitlines()) == 2
    right = place.run("remove", "comet")
    assert (right.status, right.out) == (0, "1 removed.\n")
    assert "comet" not in place.run("articles").out
    entry = json.loads(place.run("audit", "--json").out)["entries"][0]
    assert entry["who"].startswith("command line")
    assert (entry["action"], entry["subject"]) == ("remove", "comet")
    assert place.run("audit").out.splitlines()[0].endswith("remove  comet")


def test_an_evaluation_can_gate_a_release(built: Place, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps({"question": QUESTION, "answers": ["4 November 2023"]}) + "\n")
    passed = built.run(
        "eval", str(questions), "--json", "--min", "right=1", "--min", "citations_verbatim=1", "--max", "right=1"
    )
    assert passed.status == 0, passed.err
    assert json.loads(passed.out)["right"] == 1
    assert built.run("eval", str(questions), "--min", "beauty=1").status == 2
    failed = built.run("eval", str(questions), "--min", "right=1.5", "--max", "ms_p50=0")
    assert failed.status == 1
    assert "right is 1, under the minimum of 1.5" in failed.err
    assert re.search(r"ms_p50 is [\d.]+, over the maximum of 0\n", failed.err)
    assert built.run("eval", str(tmp_path / "none.jsonl")).status == 1
    empty = Place(tmp_path / "empty", built.articles).run("eval", str(questions))
    assert (empty.status, empty.out) == (1, "")
    assert "There are no articles yet." in empty.err


def test_an_evaluation_is_set_beside_an_earlier_one(built: Place, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps({"question": QUESTION, "answers": ["4 November 2023"]}) + "\n")
    earlier = tmp_path / "earlier.json"
    first = built.run("eval", str(questions), "--json")
    earlier.write_text(first.out)
    bounds = ["--max-drop", "right=0", "--max-rise", "right=0"]
    same = built.run("eval", str(questions), "--compare", str(earlier), *bounds)
    assert same.status == 0, same.err
    assert "Of the 1 questions that" in same.out
    assert ["right", "1", "1", "+0", "+0", "to", "+0"] in [line.split() for line in same.out.splitlines()]
    run = json.loads(first.out)
    run["outcomes"][0]["measured"]["mrr"] = 2
    run["outcomes"][0]["measured"] |= {"right": 1.5, "ms": 0, "ms_write": 60_000}
    earlier.write_text(json.dumps(run))
    bounds = ["--max-drop", "right=0.4", "--max-rise", "ms_p50=0", "--max-rise", "ms_write_p50=0"]
    worse = built.run("eval", str(questions), "--json", "--compare", str(earlier), *bounds)
    assert worse.status == 1
    assert "right fell from 1.5 to 1, by more than 0.4\n" in worse.err
    assert "ms_p50 rose from 0 to " in worse.err
    assert "ms_write_p50" not in worse.err  # faster than before
    assert json.loads(worse.out)["comparison"]["differences"]["right"]["low"] == -0.5
    unmeasured = built.run("eval", str(questions), "--compare", str(earlier), "--max-drop", "mrr=0")
    assert unmeasured.status == 2
    assert "--max-drop mrr: the two runs do not both measure it, only right, " in unmeasured.err


def test_rated_answers_are_printed_as_a_question_set_that_eval_runs(place: Place, tmp_path: Path) -> None:
    with closing(SqliteDatabase(place.data / "assistant.db")) as database:
        conversations, feedback = Conversations(database), Feedback(database)
        for question, is_positive in ((QUESTION, True), ("Who paid?", False)):
            sentence = cited(article_id="comet", quote=COMET)
            answer = answered(question, answered=True, reason=None, answer="[1]", citations=(sentence,))
            feedback.rate(conversations.append(None, answer, {})["message_id"], is_positive, None)
    printed = place.run("feedback")
    assert (printed.status, printed.err) == (0, "Rated answers: 2, of which eval asks 1.\n")
    assert [json.loads(line).get("articles") for line in printed.out.splitlines()] == [["comet"], None]
    (tmp_path / "feedback.jsonl").write_text(printed.out, encoding="utf-8")
    measured = place.run("eval", str(tmp_path / "feedback.jsonl"), "--json")
    assert "Lines that say that they are to be skipped: 1. Questions: 1.\n" in measured.err
    assert json.loads(measured.out)["questions"] == 1


def test_a_degraded_index_is_told_of_and_not_measured(place: Place, tmp_path: Path) -> None:
    shutil.rmtree(place.data / "index")
    found = place.run("search", "Zephyr bridge")
    assert found.status == 0
    assert "The Zephyr bridge" in found.out
    assert "Run `assistant rebuild --data-dir" in found.err
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps({"question": QUESTION, "answers": ["4 November 2023"]}) + "\n")
    measured = place.run("eval", str(questions))
    assert (measured.status, measured.out) == (1, "")
    assert "Run `assistant rebuild --data-dir" in measured.err


def test_a_reader_that_closes_early_is_no_error(built: Place) -> None:
    with built.start("articles", "--json") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in {0, 1}


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(built: Place, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"ASSISTANT_DATA_DIR={built.data}\nASSISTANT_LLM=openai:from-file\n")
    ended = subprocess.run(
        [*RUN, "status", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "ASSISTANT_LLM": "openai:from-environment"},
        timeout=60,
    )
    status = json.loads(ended.stdout)
    assert (status["articles"], status["answerer"]) == (2, "openai:from-environment")


MOMENT = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d ")


def without_moment(line: str) -> str:
    assert MOMENT.match(line), line
    return MOMENT.sub("", line)


@pytest.fixture
def watching(place: Place) -> Iterator["subprocess.Popen[str]"]:
    process = place.start("rebuild", "--watch")
    yield process
    process.kill()
    process.communicate()


def test_watching_rebuilds_when_the_folder_changes_and_ends_well_on_ctrl_c(
    place: Place, watching: "subprocess.Popen[str]"
) -> None:
    assert watching.stdout
    assert (
        without_moment(watching.stdout.readline())
        == "0 added, 0 updated, 0 removed, 2 unchanged. 0 passages embedded.\n"
    )
    (place.articles / "bridge.txt").unlink()
    assert (
        without_moment(watching.stdout.readline())
        == "0 added, 0 updated, 1 removed, 1 unchanged. 0 passages embedded.\n"
    )
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=MAX_SECONDS)
    assert (watching.returncode, out, err.count("Traceback")) == (0, "", 0)


def test_watching_outlives_a_folder_that_is_away_for_a_moment(place: Place, watching: "subprocess.Popen[str]") -> None:
    assert watching.stdout
    assert watching.stderr
    assert (
        without_moment(watching.stdout.readline())
        == "0 added, 0 updated, 0 removed, 2 unchanged. 0 passages embedded.\n"
    )
    away = place.articles.rename(place.articles.with_name("away"))
    while (said := watching.stderr.readline()) and not MOMENT.sub("", said).startswith("assistant: "):
        pass
    assert str(place.articles) in said
    (away / "bridge.txt").unlink()
    away.rename(place.articles)
    assert (
        without_moment(watching.stdout.readline())
        == "0 added, 0 updated, 1 removed, 1 unchanged. 0 passages embedded.\n"
    )


def test_a_dry_run_of_add_shows_what_would_be_taken_in_and_left_out_and_changes_nothing(
    place: Place, tmp_path: Path
) -> None:
    before = place.run("articles").out
    story = "The Marrow ferry sails at noon. It takes 40 people."
    text = f"Ferry timetable\n\nBy Ada Quill\n\n{story}\n\nSee also: Ten ferries to try\n\nFor immediate release"
    (tmp_path / "ferry.txt").write_text(text)
    ended = place.run("add", "--dry-run", str(tmp_path / "ferry.txt"), str(tmp_path / "none.txt"))
    assert ended.status == 1
    assert ended.out.splitlines() == [
        f"new: Ferry timetable (ferry.txt, {len(story)} characters)",
        "  author: Ada Quill (from byline)",
        "  provenance: press-release (from its own words)",
        "  because it says: For immediate release",
        "  left out (see-also): See also: Ten ferries to try",
        "  left out (release-label): For immediate release",
        "  left out (byline): By Ada Quill",
        "Would be: 1 added, 0 updated, 0 removed, 0 unchanged. Nothing was changed. 1 failed.",
    ]
    assert place.run("articles").out == before
