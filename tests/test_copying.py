"""`assistant copy`: all of a database in another, equal and compared, or nothing in it."""

import datetime as dt
import io
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from conftest import HashingEmbedder
from sqlalchemy import func, insert, select, text
from web_fixtures import BRIDGE, COMET

from assistant.answer import Question, Timings
from assistant.assistant import Assistant
from index.article import Article
from index.errors import BrokenDatabase, StorageFault
from index.library import DATABASE, Library, open_database
from index.store import schema
from index.store.database import Database
from index.store.postgresql import PostgresDatabase
from web.backup.copying import Copied, copy
from web.backup.restore import TABLES
from web.cli import main
from web.conversations.conversations import Conversations
from web.conversations.feedback import Feedback
from web.errors import BackupFault
from web.jobs.freshness import Freshness
from web.jobs.jobs import Jobs
from web.security.audit import Audit
from web.security.sign_in import SignIn
from web.stories.stories import Stories

pytestmark = pytest.mark.own_file

TIDE = Article(id="tide", title="Tide", text="The tide came in at the harbour at noon.", origin="by hand")
QUESTIONS = ("When did the Zephyr bridge open?", "Who cut the ribbon?", "When was Comet Marlow seen?", "Who is Ada?")
NewDatabase = Callable[[], str]


def opened(data: Path, address: str = "") -> Library:
    return Library(data, database=address, embedder=HashingEmbedder())


def stock(library: Library) -> None:
    """With something in every table."""
    library.add([BRIDGE, COMET, TIDE, replace(BRIDGE, id="again", url=None)])
    library.add([replace(COMET, text=COMET.text + " It was no comet, Ærø’s astronomers say at Boeing. 🌠")])
    library.remove(["tide"])
    database = library.database
    conversations, feedback = Conversations(database), Feedback(database)
    answer = Assistant(library).ask(Question(QUESTIONS[0]))
    told = conversations.append(None, answer, {"top_k": 8})
    conversations.of("visitor 1", {"visitor 1"}).append(None, answer, {})
    feedback.rate(told["message_id"], True, "so it was")
    freshness = Freshness(database, ["https://example.org/feed?key=1"])
    freshness.note(freshness.addresses[0], dt.datetime.now(dt.UTC), "It is gone")
    freshness.note_entries(freshness.addresses[0], [("entry", "no article")], 1)
    with closing(Jobs(library, library.data_dir / "none")) as jobs:  # nobody works them off
        jobs.cancel(jobs.add_address("https://example.org/first"))
        jobs.add_articles([{"title": "Ebb", "text": "The ebb came at night."}])
    told_of = Assistant(library).story(Question("the Zephyr bridge"))
    Stories(database).keep({"topic": "the Zephyr bridge"}, told_of, "standard", "story")
    SignIn(database, "token")
    Audit(database).note("token", "sign in", address="192.0.2.7", status=200)
    with database.write() as connection:
        connection.execute(insert(schema.files).values(path="æ/🌠.txt", size=2**40, modified=1.1e9 + 0.123456789))
        connection.execute(insert(schema.validators).values(url="https://example.org/", etag='"a"'))


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Of every table the rows in the order of its primary key."""
    with database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for metadata in TABLES
            for table in metadata.sorted_tables
        }


def content(data: Path, address: str = "") -> dict[str, list[tuple[Any, ...]]]:
    with closing(open_database(data, address)) as database:
        for metadata in TABLES:
            database.create(metadata)
        return everything(database)


def is_empty(address: str) -> bool:
    found = content(Path("unused"), address)
    return all(not rows for table, rows in found.items() if table != "corpus") and found["corpus"][0][0] == 0


def silent(_stage: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with closing(opened(tmp_path / "data")) as library:
        stock(library)
    return tmp_path / "data"


@pytest.fixture
def address(new_database: NewDatabase) -> str:
    return new_database()


# -- there and back


NOT_USED = {"last_words", "folder_articles"}
"""Of jobs that overtake others, and of folders of several machines."""


def test_there_and_back_every_row_is_the_same(data: Path, address: str, tmp_path: Path) -> None:
    copied = copy(data, "", address, silent)
    source = content(data)
    assert all(rows for table, rows in source.items() if table not in NOT_USED)
    assert copied == Copied(
        str(data / DATABASE),
        address,
        {name: len(rows) for name, rows in source.items()},
        {},
    )
    assert content(data, address) == source

    copy(data, address, tmp_path / "back", silent)
    back = content(tmp_path / "back")
    assert [row[4] for row in back["audit"]] == ["sign in", "copy", "copy"]
    assert back | {"audit": back["audit"][:-1]} == source
    assert back == content(data, address)
    assert schema_of(tmp_path / "back") == schema_of(data)
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == [DATABASE, "in-use.lock"]


def schema_of(data: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        pragmas = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")]
        return pragmas + sorted(connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name, type"))


def test_copied_back_to_a_folder_no_machines_articles_are_taken_for_those_of_another_folder(
    address: str, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
        (folder / f"{folder.name}.txt").write_text(f"The {folder.name} tide came in.")
        with closing(Library(tmp_path / "data", database=address, embedder=HashingEmbedder())) as library:
            library.rebuild(folder)
    copy(tmp_path / "data", address, tmp_path / "back", silent)
    with closing(Library(tmp_path / "back", embedder=HashingEmbedder())) as library:
        assert library.rebuild(folders[0]).removed == 0
        (folders[0] / "one.txt").unlink()
        assert library.rebuild(folders[0]).removed == 1
        assert [entry.article.origin for entry in library.articles().articles] == ["other.txt"]


def test_from_one_server_to_another(data: Path, new_database: NewDatabase) -> None:
    one, other = new_database(), new_database()
    copy(data, "", one, silent)
    copy(data, one, other, silent)
    assert content(data, one) == content(data, other)


@pytest.mark.parametrize("is_back", [False, True])
def test_a_library_on_the_copy_answers_as_the_source_does_from_the_same_index(
    is_back: bool, data: Path, address: str, tmp_path: Path
) -> None:
    with closing(opened(data)) as library:
        asked = [Assistant(library).ask(Question(question)) for question in QUESTIONS]
        expected = [replace(one, timings_ms=Timings()) for one in asked]
    copy(data, "", address, silent)
    if is_back:
        copy(data, address, tmp_path / "back", silent)
        shutil.copytree(data / "index", tmp_path / "back" / "index")
    there = opened(tmp_path / "back") if is_back else opened(data, address)
    with closing(there) as library:
        assert (library.status().state, library.status().pending) == ("ok", False)
        answers = [Assistant(library).ask(Question(question)) for question in QUESTIONS]
    assert [replace(one, timings_ms=Timings()) for one in answers] == expected
    assert expected[0].citations


def test_cookies_stay_good(data: Path, address: str) -> None:
    with closing(open_database(data)) as database:
        cookie = SignIn(database, "token").cookie()
    copy(data, "", address, silent)
    with closing(open_database(data, address)) as database:
        assert SignIn(database, "token").accepts(cookie)


# -- numbers


@pytest.mark.parametrize("is_back", [False, True])
def test_what_comes_next_is_numbered_behind_all_that_ever_was(
    is_back: bool, data: Path, address: str, tmp_path: Path
) -> None:
    with closing(opened(data)) as library:
        with library.database.read() as connection:
            before = connection.scalar(select(func.max(schema.passages.c.id))) or 0
        library.add([TIDE])
        library.remove(["tide"])
    copy(data, "", address, silent)
    if is_back:
        copy(data, address, tmp_path / "back", silent)
    with closing(opened(tmp_path / "back") if is_back else opened(data, address)) as library:
        library.add([replace(TIDE, id="new", text="A new tide came.")])
        with library.database.read() as connection:
            of_new = schema.passages.c.article_id == "new"
            assert connection.scalar(select(schema.passages.c.id).where(of_new)) == before + 2
        stock_again(library)
        found = everything(library.database)
    audit = [row[0] for row in found["audit"]]
    assert audit == list(range(1, len(audit) + 1))
    assert len(audit) == 4 if is_back else 3


def stock_again(library: Library) -> None:
    """A row of its own number in each table that has them."""
    Audit(library.database).note("token", "after")
    Conversations(library.database).append(None, Assistant(library).ask(Question(QUESTIONS[0])), {})
    with library.database.write() as connection:
        connection.execute(insert(schema.validators).values(url="https://example.org/other"))
    with closing(Jobs(library, library.data_dir / "none")) as jobs:
        jobs.add_address("https://example.org/next")


def test_the_numbers_of_a_table_that_was_emptied_are_not_given_again(data: Path, address: str, tmp_path: Path) -> None:
    with closing(opened(data)) as library:
        with library.database.read() as connection:
            last = connection.scalar(select(func.max(schema.passages.c.id))) or 0
        library.remove(["bridge", "comet", "again"])
    copy(data, "", address, silent)
    copy(data, address, tmp_path / "back", silent)
    for number, place in enumerate([opened(data, address), opened(tmp_path / "back")]):
        with closing(place) as library:
            library.add([replace(TIDE, id=f"n{number}")])
            found = [row[0] for row in everything(library.database)["passages"]]
            assert found == [last + 1]


# -- of one moment


@pytest.mark.parametrize("of_server", [False, True])
def test_what_others_write_meanwhile_is_in_the_source_alone(
    of_server: bool, data: Path, new_database: NewDatabase
) -> None:
    address, target = new_database(), new_database()
    if of_server:
        copy(data, "", address, silent)
    own = address if of_server else ""
    with closing(opened(data, own)) as library:
        before = everything(library.database)
        added = iter(range(1_000))

        def write(_stage: str, _done: int, _total: int) -> None:
            library.add([replace(TIDE, id=f"meanwhile{next(added)}")])

        copied = copy(data, own, target, write)
        after = everything(library.database)
    found = content(data, target)
    assert next(added) > 20
    assert len(after["articles"]) == len(before["articles"]) + next(added) - 1
    entered = {"audit": found["audit"][:-1]}
    assert found | entered == before
    assert copied.rows["articles"] == len(before["articles"])


# -- broken off

COPY = """
import sys
from pathlib import Path
from web.backup.copying import copy

data, target, stage, done = sys.argv[1:]

def progress(now, at, total):
    if now == stage and at >= int(done):
        print("reached", flush=True)
        sys.stdin.read()  # until it is killed

copy(Path(data), "", target if "://" in target else Path(target), progress)
"""


def kill_at(stage: str, done: int, data: Path, target: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", COPY, str(data), target, stage, str(done)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"reached\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("stage", "done"), [("copying", 1), ("copying", 20), ("comparing", 1), ("comparing", 40)])
@pytest.mark.parametrize("to_folder", [False, True])
def test_a_copy_that_is_killed_leaves_nothing_and_is_made_again(
    stage: str, done: int, to_folder: bool, data: Path, address: str, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    kill_at(stage, done, data, str(folder) if to_folder else address)
    if to_folder:
        assert not (folder / DATABASE).exists()
    else:
        assert is_empty(address)
    copy(data, "", folder if to_folder else address, silent)
    if to_folder:
        assert content(folder) == content(data)
        assert sorted(path.name for path in folder.iterdir()) == [DATABASE, "in-use.lock"]
    else:
        assert content(data, address) == content(data)


def test_an_error_in_the_midst_leaves_nothing(data: Path, address: str, tmp_path: Path) -> None:
    def fail(stage: str, _done: int, _total: int) -> None:
        if stage == "comparing":
            raise KeyboardInterrupt

    for target in (address, tmp_path / "new"):
        with pytest.raises(KeyboardInterrupt):
            copy(data, "", target, fail)
    assert is_empty(address)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["in-use.lock"]


# -- compared

SPOILED = {
    "a value is another": ("revisions", "NEW.title := NEW.title || ' '; RETURN NEW;"),
    "a null is an empty text": ("revisions", "NEW.section := coalesce(NEW.section, ''); RETURN NEW;"),
    "a row is missing": ("copy_bands", "RETURN CASE WHEN NEW.band % 2 = 0 THEN NEW END;"),
    "bytes are others": ("embeddings", "NEW.vector := set_byte(NEW.vector, 3, 1); RETURN NEW;"),
    "a number is another": ("files", "NEW.modified := NEW.modified + 1e-6; RETURN NEW;"),
    "a key is another": ("signing", "NEW.key := NEW.key || NEW.key; RETURN NEW;"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_row_that_came_out_different_is_found_and_nothing_is_kept(
    how: str, data: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table, body = SPOILED[how]
    assert is_empty(address)  # makes the tables
    with closing(PostgresDatabase(address)) as database, database.write() as connection:
        connection.execute(text(f"CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"))
        connection.execute(text(f"CREATE TRIGGER spoil BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION spoil()"))
    assert main(["copy", address, "--data-dir", str(data)]) == 1
    assert f"The table {table} did not come out the same in {address}" in capsys.readouterr().err
    assert is_empty(address)


def test_a_state_of_the_corpus_that_is_another_is_found(data: Path, address: str) -> None:
    """As if a trigger had changed it after the row was copied."""
    assert is_empty(address)
    with closing(PostgresDatabase(address)) as database, database.write() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.seq := NEW.seq + 1; RETURN NEW; END $$"
            )
        )
        connection.execute(text("CREATE TRIGGER spoil BEFORE INSERT ON corpus FOR EACH ROW EXECUTE FUNCTION spoil()"))
    with pytest.raises(BackupFault, match="The table corpus did not come out the same"):
        copy(data, "", address, silent)
    assert is_empty(address)


def test_what_the_database_would_not_take_in_is_told_by_its_table(data: Path, address: str) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as connection:  # which checks no foreign keys
        connection.execute("INSERT INTO passages VALUES (99, 'nobody', 'r', 0, 1, x'00')")
        connection.commit()
    with pytest.raises(BackupFault, match="A row of the table passages does not go with the others"):
        copy(data, "", address, silent)
    assert is_empty(address)


def test_a_source_that_is_damaged_is_named_and_not_the_target(data: Path, address: str) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        connection.execute("UPDATE revisions SET title = CAST(x'ff' AS TEXT)")
        connection.commit()
    with pytest.raises(BrokenDatabase, match=f"{data / DATABASE} cannot be read as a database"):
        copy(data, "", address, silent)
    assert is_empty(address)


def test_a_target_that_goes_away_is_named_and_not_the_source(data: Path, address: str) -> None:
    def end_others(_stage: str, _done: int, _total: int) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with pytest.raises(StorageFault, match=f"^{address} could not be read or written"):
        copy(data, "", address, end_others)
    assert is_empty(address)


# -- a character that PostgreSQL cannot hold


def test_nul_is_replaced_as_if_it_had_been_added_there_and_that_is_told(
    tmp_path: Path, new_database: NewDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    data, address, other = tmp_path / "data", new_database(), new_database()
    odd = replace(TIDE, id="odd", text="The tide\0 came in at the harbour.")
    for place in ("", other):
        with closing(opened(data, place)) as library:
            library.add([BRIDGE, odd])
    assert main(["copy", address, "--data-dir", str(data)]) == 0
    told = capsys.readouterr().out
    assert (
        "every row is there, but some with the character U+FFFD in place of NUL, which PostgreSQL cannot hold, "
        f"as if they had been added there (1 of revisions, first odd/{odd.revision})."
    ) in told
    with closing(opened(data, address)) as library:
        [hit] = library.search("tide").hits[:1]
        assert (hit.text, hit.revision) == ("The tide\ufffd came in at the harbour.", odd.revision)
        assert library.add([odd]).unchanged == 1
    assert content(data, address)["passages"] == content(data, other)["passages"]


# -- refused


def test_a_target_that_holds_anything_is_refused_by_what_is_there(data: Path, new_database: NewDatabase) -> None:
    address = new_database()
    copy(data, "", address, silent)
    before = content(data, address)
    with pytest.raises(BackupFault, match=r"is not empty: it has 3 articles and 2 conversations\. Name a database"):
        copy(data, "", address, silent)
    assert content(data, address) == before
    used = new_database()
    with closing(PostgresDatabase(used)) as database:
        SignIn(database, "token")
    with pytest.raises(BackupFault, match=r"is not empty: it has what a server left in signing\."):
        copy(data, "", used, silent)


def test_a_folder_with_a_database_is_refused_and_one_that_is_used(data: Path, tmp_path: Path) -> None:
    before = (data / DATABASE).read_bytes()
    with pytest.raises(BackupFault, match=f"There is a database in {data}"):
        copy(data, "", data, silent)
    with closing(opened(tmp_path / "other")), pytest.raises(StorageFault, match="Another process uses the data folder"):
        copy(data, "", tmp_path / "other", silent)
    assert (data / DATABASE).read_bytes() == before


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text_is_refused(encoding: str, data: Path, postgres: str) -> None:
    name = f"test_{encoding.lower()}"
    with psycopg.connect(f"{postgres}postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
    with pytest.raises(BrokenDatabase, match=f"has the encoding {encoding}, .* expected UTF8"):
        copy(data, "", f"{postgres}{name}", silent)


def test_a_user_who_may_not_make_tables_is_told_so(data: Path, address: str) -> None:
    """As of a database that another user made, from PostgreSQL 15 on."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
    with pytest.raises(StorageFault, match=r"does not let its user do what is needed .* Make the user the owner"):
        copy(data, "", address.replace("assistant@", "reader@"), silent)


def test_a_database_is_not_copied_to_itself(tmp_path: Path, address: str) -> None:
    with closing(opened(tmp_path, address)):
        pass
    with pytest.raises(BackupFault, match="is the very database"):
        copy(tmp_path, address, f"{address}?application_name=another", silent)


def test_without_a_database_nothing_is_made(tmp_path: Path, address: str) -> None:
    with pytest.raises(BackupFault, match="There is no database in"):
        copy(tmp_path / "none", "", address, silent)
    assert not (tmp_path / "none").exists()


def test_a_job_that_waits_for_uploads_is_named_until_it_has_ended(data: Path, address: str) -> None:
    with closing(opened(data)) as library, closing(Jobs(library, data / "none")) as jobs:
        first, second = (jobs.add_files([Sent(f"{n}.txt", io.BytesIO(b"The tide came in."))]) for n in range(2))
        with pytest.raises(BackupFault, match=f"The job {first}, and 1 more, .* is to read uploads"):
            copy(data, "", address, silent)
        jobs.cancel(first)
        with pytest.raises(BackupFault, match=f"The job {second}, which has not ended, is to read uploads"):
            copy(data, "", address, silent)
        assert is_empty(address)
        jobs.cancel(second)
        copy(data, "", address, silent)
    with closing(opened(data, address)) as library, closing(Jobs(library, data / "none")) as jobs:
        assert jobs.unfinished_count() == 1  # what it is to take in is in the database


class Sent:
    """A file as a form sends it."""

    def __init__(self, filename: str, stream: io.BytesIO) -> None:
        self.filename: str | None = filename
        self.stream = stream


# -- the command


def test_the_command_says_what_it_copied_and_what_is_next(
    data: Path, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = address.replace("assistant@", "assistant:secret@")
    assert main(["copy", secret, "--data-dir", str(data)]) == 0
    said, told = capsys.readouterr()
    place = address  # without the password
    total = sum(len(rows) for rows in content(data).values())
    assert said.splitlines() == [
        f"3 articles, {len(content(data)['passages'])} passages, 2 conversations and all else, {total} rows, "
        f"copied to {place} and compared: every row is there.",
        "Next: set ASSISTANT_DATABASE to its address, and start the servers. What is written to "
        f"{data / DATABASE} from now on is not in the copy.",
    ]
    assert "Copying rows" in told
    assert "Comparing rows" in told
    assert "secret" not in said + told
    for log in (content(data), content(data, address)):
        assert (log["audit"][-1][4], log["audit"][-1][5]) == ("copy", place)

    monkeypatch.setenv("ASSISTANT_DATABASE", address)
    assert main(["copy", str(tmp_path / "a back")]) == 0
    assert f"Next: set ASSISTANT_DATA_DIR='{tmp_path / 'a back'}' and no ASSISTANT_DATABASE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("", "TO is blank; expected the address of a database, or a folder."),
        (" ", "TO is blank; expected the address of a database, or a folder."),
        ("mysql://localhost/news", "TO cannot be read; expected postgresql://USER"),
        ("postgresql://localhost", "TO cannot be read; expected postgresql://USER"),
    ],
)
def test_what_is_no_place_to_copy_to_is_wrong_usage(
    to: str, said: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["copy", to, "--data-dir", str(data)]) == 2
    assert said in capsys.readouterr().err


def test_a_server_that_cannot_be_reached_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["copy", "postgresql://assistant@127.0.0.1:1/none", "--data-dir", str(data)]) == 1
    assert "127.0.0.1:1/none could not be read or written" in capsys.readouterr().err
