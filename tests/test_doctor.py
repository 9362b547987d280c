"""`assistant doctor`: what can be wrong is found and comes with what to do; a sound installation is told so."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from conftest import HashingEmbedder

from index.library import DATABASE, Library
from web.cli.doctor import CHECKS, Finding
from web.settings import Settings

Look = Callable[..., list[Finding]]


@pytest.fixture
def place(stocked: Library, settings: Settings) -> Settings:
    """Of a library that a server would find. Its embeddings are the tests' own: of another model than the built-in."""
    stocked.close()
    return settings


def look(check: str, settings: Settings) -> list[Finding]:
    return list(CHECKS[check](settings))


def only(check: str, settings: Settings) -> Finding:
    (finding,) = look(check, settings)
    return finding


def run(settings: Settings, *words: str) -> tuple[int, str]:
    from web.cli import main

    said = StringIO()
    with redirect_stdout(said):
        where = ["--data-dir", str(settings.data_dir), "--articles", str(settings.articles)]
        status = main(["doctor", *words, *where])
    return status, said.getvalue()


def test_where_nothing_is_stored_yet_all_is_well_and_nothing_is_made(settings: Settings, tmp_path: Path) -> None:
    fresh = replace(settings, data_dir=tmp_path / "fresh")
    status, said = run(fresh)
    assert status == 0
    assert "problem" not in said
    assert "there is none yet" in said
    assert "the reader can be loaded" in said
    assert not fresh.data_dir.exists()


@pytest.mark.own_file
def test_an_index_of_another_model_is_a_problem_with_its_remedy(place: Settings) -> None:
    status, said = run(place, "--json")
    found = {finding["check"]: finding for finding in json.loads(said)["findings"]}
    assert (status, found["index"]["state"], found["index"]["advice"]) == (
        1,
        "problem",
        f"Run `assistant rebuild --data-dir {place.data_dir}`.",
    )
    assert found["database"]["state"] == "ok"


@pytest.mark.own_file
def test_an_emptied_database_is_lost_and_left_as_it_is(place: Settings, caplog: pytest.LogCaptureFixture) -> None:
    path = place.data_dir / DATABASE
    path.write_bytes(b"")
    for name in ("-wal", "-shm"):
        Path(f"{path}{name}").unlink(missing_ok=True)
    status, said = run(place)
    assert (status, path.stat().st_size) == (1, 0)
    assert "restore" in said
    with closing(Library(place.data_dir, embedder=HashingEmbedder())):  # as a server does
        assert "restore" in caplog.text


@pytest.mark.own_file
@pytest.mark.parametrize("damage", ["middle", "header", "not one"])
def test_a_damaged_database_is_found_and_the_way_out_told(place: Settings, damage: str) -> None:
    path = place.data_dir / DATABASE
    data = bytearray(path.read_bytes())
    if damage == "middle":
        data[4096 * 3 : 4096 * 9] = b"\xa5" * (4096 * 6)
    elif damage == "header":
        data[:16] = b"x" * 16
    else:
        data = bytearray(b"These are notes, not a database.\n" * 200)
    path.write_bytes(bytes(data))
    status, said = run(place)
    assert status == 1
    line = next(line for line in said.splitlines() if line.startswith("problem  database"))
    assert str(path) in line
    assert "backup" in said
    told = [line[21:] for line in said.splitlines() if line.startswith("problem")]
    assert len(told) == len(set(told)), "though several checks need the database"


@pytest.mark.own_file
def test_a_row_that_belongs_to_nothing_is_found(place: Settings) -> None:
    import sqlite3

    with sqlite3.connect(place.data_dir / DATABASE) as connection:
        connection.execute("DELETE FROM revisions WHERE article_id = 'bridge'")
    connection.close()
    finding = only("database", place)
    assert (finding.state, "lacks its row" in finding.said) == ("problem", True)


@pytest.mark.own_file
def test_a_clock_that_was_set_back_is_found(place: Settings) -> None:
    import sqlite3

    assert only("clock", place).state == "ok"
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).isoformat(timespec="seconds")
    with sqlite3.connect(place.data_dir / DATABASE) as connection:
        connection.execute("UPDATE rebuilds SET completed_at = ?", [later])
    connection.close()
    finding = only("clock", place)
    assert (finding.state, "Set the clock" in str(finding.advice)) == ("problem", True)


def test_who_may_look_into_the_data_folder_is_told(place: Settings) -> None:
    place.data_dir.chmod(0o755)
    finding = only("permissions", place)
    assert (finding.state, f"chmod 700 {place.data_dir}" in str(finding.advice)) == ("warning", True)
    place.data_dir.chmod(0o700)
    assert only("permissions", place).state == "ok"


def test_an_articles_folder_that_is_not_there_is_told(settings: Settings) -> None:
    shutil.rmtree(settings.articles)
    assert only("articles", settings).state == "warning"


def test_a_chat_model_that_cannot_be_had_is_told(settings: Settings) -> None:
    status, said = run(replace(settings, data_dir=settings.data_dir / "none"))
    assert "none is set" in said
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_LLM", "nobody:nothing")
        status, said = run(settings)
    assert status == 1
    assert "problem  chat model" in said


@pytest.mark.parametrize(
    ("values", "state", "told"),
    [
        ({}, "ok", "this machine alone"),
        ({"api_token": "short"}, "warning", "5 characters"),
        ({"host": "0.0.0.0", "api_token": "x" * 32}, "warning", "without TLS"),
        ({"trusted_proxy": "127.0.0.1", "api_token": "x" * 32}, "warning", "no name is set"),
        ({"trusted_proxy": "127.0.0.1", "api_token": "x" * 32, "host_names": ("a.example",)}, "ok", "behind 127.0.0.1"),
    ],
)
def test_what_others_could_reach_or_read_is_told(
    settings: Settings, values: dict[str, object], state: str, told: str
) -> None:
    finding = look("network", replace(settings, **values))[0]  # type: ignore[arg-type]  # of a type each
    assert (finding.state, told in finding.said) == (state, True)


def test_a_setting_that_is_misspelt_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert only("settings", settings).state == "ok"
    monkeypatch.setenv("ASSISTANT_READONLY", "yes")
    found = only("settings", settings)
    assert (found.state, found.said) == ("warning", "there is no setting ASSISTANT_READONLY")


@pytest.mark.own_file
def test_an_index_without_its_database_is_a_loss_and_told(place: Settings) -> None:
    (place.data_dir / DATABASE).unlink()
    found = only("database", place)
    assert found.state == "problem"
    assert "restore" in str(found.advice)
