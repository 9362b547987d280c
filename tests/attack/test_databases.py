"""A database that is damaged, missing, another program's, of another version, or not to be had: never half-read."""

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from attack_fixtures import Measured, Size
from conftest import HashingEmbedder
from traced import folder_in_memory

from index.article import Article
from index.errors import BrokenDatabase, StorageFault
from index.library import Library
from index.store.sqlite import APPLICATION_ID, SCHEMA_VERSION, SqliteDatabase
from index.store.store import Store
from web.cli import main
from web.conversations.conversations import Conversations
from web.conversations.feedback import Feedback
from web.jobs.freshness import Freshness
from web.jobs.jobs import Jobs

FIXTURES = Path(__file__).parents[1] / "data" / "databases"
WAYS_OUT = re.compile("Restore a backup|try again|version that wrote it")
WAY_OUT = "Restore a backup with `assistant restore FILE`; or move it away and rebuild"


def article(id_: str, text: str) -> Article:
    return Article(id=id_, title=f"Title {id_}", text=text, origin="by hand")


def stocked(data: Path, *words: str) -> None:
    """With an article for each word, added one by one."""
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        for word in words:
            library.add([article(word, f"The {word} stood at the harbour.")])


def found(data: Path, question: str = "harbour") -> list[str]:
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        return sorted(hit.article.id for hit in library.search(question, k=100).hits)


def made(path: Path, script: str, user_version: int, application_id: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute(f"PRAGMA user_version = {user_version}")
        connection.execute(f"PRAGMA application_id = {application_id}")


def open_all(data: Path) -> None:
    """As a server does."""
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        Jobs(library, data)
        Conversations(library.database)
        Feedback(library.database)
        Freshness(library.database, ())


# -- of earlier versions


@pytest.mark.parametrize("version", [1, 2])
def test_a_database_of_each_earlier_format_is_taken_over_and_says_what_it_is_from_then_on(
    version: int, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    made(data / "assistant.db", (FIXTURES / f"format-{version}.sql").read_text(), version)
    open_all(data)  # every table of every part has the columns that this version expects
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        assert (library.status().articles, library.status().state) == (2, "degraded")
        assert [hit.text for hit in library.search("bridge").hits] == ["The Zephyr bridge opened on 4 November 2023."]
        library.publish()
        assert library.status().state == "ok"
        library.add([article("new", "The glacier melted.")])
        assert library.search("glacier").hits[0].article.id == "new"
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")]
        [[corpus_id, seq, mark]] = connection.execute("SELECT id, seq, mark FROM corpus").fetchall()
    assert pragmas == [SCHEMA_VERSION, APPLICATION_ID]
    assert (len(corpus_id), seq, len(mark)) == (32, 5, 32)


def test_two_databases_that_are_taken_over_are_two_corpora(tmp_path: Path) -> None:
    ids = set()
    for name in ("one", "two"):
        made(tmp_path / name / "assistant.db", (FIXTURES / "format-2.sql").read_text(), 2)
        with closing(SqliteDatabase(tmp_path / name / "assistant.db")) as database, database.read() as connection:
            ids.add(connection.exec_driver_sql("SELECT id FROM corpus").scalar_one())
    assert len(ids) == 2


# -- of others

NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO notes (body) VALUES ('mine');"
OTHER_ARTICLES = (
    "CREATE TABLE articles (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO articles (body) VALUES ('mine');"
)
ALMOST = (
    (FIXTURES / "format-2.sql")
    .read_text()
    .replace("embedding_key BLOB", "fingerprint BLOB")
    .replace("ON passages (embedding_key)", "ON passages (fingerprint)")
)


@pytest.mark.parametrize("application_id", [0, 1, APPLICATION_ID])
@pytest.mark.parametrize("user_version", [0, 1, 2, 3, 7, -1])
@pytest.mark.parametrize("script", [NOTES, OTHER_ARTICLES, ALMOST, ""], ids=["notes", "articles", "almost", "empty"])
def test_another_programs_database_is_refused_and_not_a_byte_of_it_is_changed(
    script: str, user_version: int, application_id: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not script and not user_version and not application_id:
        return  # an empty file of nobody's, which is a new one
    path = tmp_path / "data" / "assistant.db"
    made(path, script, user_version, application_id)
    before = path.read_bytes()
    with pytest.raises(BrokenDatabase) as raised:
        SqliteDatabase(path)
    is_newer = application_id == APPLICATION_ID and user_version > SCHEMA_VERSION
    assert ("Use the version that wrote it" if is_newer else WAY_OUT) in str(raised.value)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["assistant.db"]
    assert main(["status", "--data-dir", str(path.parent)]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"assistant: {raised.value}\n")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE revisions DROP COLUMN found_in",
        "ALTER TABLE embeddings RENAME COLUMN vector TO weights",
        "ALTER TABLE corpus ADD COLUMN more TEXT",
        "ALTER TABLE jobs DROP COLUMN outcome",
        "ALTER TABLE sessions ADD COLUMN more TEXT",
    ],
)
def test_a_database_of_this_format_whose_tables_have_other_columns_is_refused_before_anything_is_written(
    change: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    open_all(data)
    with closing(sqlite3.connect(data / "assistant.db")) as connection:
        connection.execute(change)
    before = (data / "assistant.db").read_bytes()
    with pytest.raises(BrokenDatabase, match=r"has the columns .*; expected were"):
        open_all(data)
    assert (data / "assistant.db").read_bytes() == before


def test_a_database_that_says_an_earlier_format_than_its_tables_have_is_refused_whole(tmp_path: Path) -> None:
    stocked(tmp_path, "comet")
    with closing(sqlite3.connect(tmp_path / "assistant.db")) as connection:
        connection.execute("PRAGMA user_version = 1")
    before = (tmp_path / "assistant.db").read_bytes()
    with pytest.raises(BrokenDatabase, match="duplicate column name"):
        Library(tmp_path, embedder=HashingEmbedder())
    assert (tmp_path / "assistant.db").read_bytes() == before


# -- missing, or put back, with an index left behind


def test_a_database_begun_anew_is_not_answered_from_the_index_of_the_one_that_was_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stocked(tmp_path, "comet", "lantern")
    for name in ("assistant.db", "assistant.db-wal", "assistant.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert not caplog.records
    assert found(tmp_path) == []
    [warning] = caplog.messages
    assert "restore" in warning
    stocked(tmp_path, "violin")
    with closing(Library(tmp_path, embedder=HashingEmbedder())) as library:  # to the state that the index had
        library.add([article("bridge", "The bridge stood at the harbour.")])
        assert (library.status().state, library.status().generation) == ("ok", 2)
    assert found(tmp_path) == ["bridge", "violin"]


def test_a_copy_put_back_by_hand_and_changed_to_a_number_that_the_index_has_is_indexed_anew(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    stocked(data, "comet")
    shutil.copyfile(data / "assistant.db", copy)
    stocked(data, "lantern")
    assert found(data) == ["comet", "lantern"]
    shutil.copyfile(copy, data / "assistant.db")
    assert found(data) == ["comet"]  # the index is ahead: it is not used
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        assert library.status().state == "degraded"
        Store(library.database).put(article("violin", "The violin stood at the harbour."), in_folder=False)
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        # the number of the state that the index shows, by another article
        assert (library.status().pending, library.status().generation) == (True, 2)
        library.publish()
        assert (library.status().state, library.status().pending) == ("ok", False)
    assert found(data) == ["comet", "violin"]


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    stocked(tmp_path, "comet")
    (tmp_path / "assistant.db").write_bytes(b"")
    assert found(tmp_path) == []
    stocked(tmp_path, "violin")
    assert found(tmp_path) == ["violin"]


# -- not to be had


def test_a_folder_in_its_place_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "assistant.db").mkdir()
    assert main(["articles", "--data-dir", str(tmp_path)]) == 1
    assert "could not be read or written (unable to open database file)" in capsys.readouterr().err


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_file_that_this_user_may_not_read_or_write_is_told_and_left_as_it_is(mode: int, tmp_path: Path) -> None:
    with folder_in_memory() as root:
        stocked(root / "data", "comet")
        path = root / "data" / "assistant.db"
        before = path.read_bytes()
        path.chmod(mode)
        command = [sys.executable, "-c", "import sys; from web.cli import main; sys.exit(main(sys.argv[1:]))", "status"]
        if os.geteuid() == 0:  # who may read and write all, unless that is taken away
            command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
        ended = subprocess.run(
            [*command, "--data-dir", str(root / "data")], capture_output=True, text=True, cwd=Path(__file__).parents[2]
        )
        assert ended.returncode == 1, ended.stderr
        assert "Traceback" not in ended.stderr
        assert "data folder" in ended.stderr or "assistant.db" in ended.stderr
        path.chmod(0o644)
        assert path.read_bytes() == before


# -- damaged


def damage_header(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(100)] = chance.randrange(256)


def damage_pages(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.randint(1, 5)):
        page = chance.randrange(len(data) // 4096)
        data[page * 4096 : (page + 1) * 4096] = chance.choice([bytes(4096), b"\xff" * 4096, chance.randbytes(4096)])


def cut_off(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(1, len(data)) :]


DAMAGE = (damage_header, damage_pages, cut_off)


def test_a_damaged_database_is_refused_with_the_way_out_or_read_whole(size: Size, measured: Measured) -> None:
    """Of pages that nothing is looked up in, such as free ones, no harm comes."""
    chance = random.Random(66)
    words = [f"word{n}" for n in range(60)]
    told: Counter[str] = Counter()
    with folder_in_memory() as root:
        with closing(Library(root / "prepared", embedder=HashingEmbedder())) as library:
            library.add([article(word, f"The {word} stood at the harbour. " * 9) for word in words])
        intact = (root / "prepared" / "assistant.db").read_bytes()
        for number in range(size(400)):
            data = bytearray(intact)
            DAMAGE[number % len(DAMAGE)](chance, data)
            shutil.rmtree(root / "data", ignore_errors=True)
            shutil.copytree(root / "prepared", root / "data")
            (root / "data" / "assistant.db").write_bytes(data)
            told[read_whole(root / "data", words)] += 1
        for _ in range(size(100)):
            told[read_after_damage_to_the_wal(root, chance)] += 1
    assert told.keys() <= {"refused", "whole", "earlier"}
    measured(
        "damaged databases",
        f"{told.total():,} damages (header, pages, end, write-ahead log): {told['refused']:,} refused with the way "
        f"out, {told['whole']:,} hit nothing that is read, {told['earlier']:,} logs read to their last whole commit; "
        "none read in part, no crash",
    )


def read_whole(data: Path, words: list[str]) -> str:
    try:
        with closing(Library(data, embedder=HashingEmbedder())) as library:
            assert library.status().articles in (len(words), 0)
            listed = []
            cursor = None
            while True:
                page = library.articles(limit=50, cursor=cursor)
                listed += [one.article.id for one in page.articles]
                cursor = page.next_cursor
                if cursor is None:
                    break
            texts = {i: stored.article.text for i in listed if (stored := library.article(i))}
            hits = {hit.article.id: hit.article.text for hit in library.search("harbour", k=200).hits}
            library.publish()
    except (BrokenDatabase, StorageFault) as fault:
        return "refused" if WAYS_OUT.search(str(fault)) else f"refused without a way out: {fault}"
    assert texts == {word: f"The {word} stood at the harbour. " * 9 for word in words}
    assert hits == texts
    return "whole"


def read_after_damage_to_the_wal(root: Path, chance: random.Random) -> str:
    """As after a kill: commits that are in the log alone. What is damaged in it ends it there, at a whole commit."""
    data = root / "logged"
    shutil.rmtree(data, ignore_errors=True)
    words = [f"word{n}" for n in range(8)]
    with closing(Library(root / "working", embedder=HashingEmbedder())) as library:
        states = [set(found_now(library))]
        for word in words:
            library.add([article(f"{word}-{chance.random()}", f"The {word} stood at the harbour.")])
            states.append(set(found_now(library)))
        shutil.copytree(root / "working", data)
    shutil.rmtree(root / "working")
    log = bytearray((data / "assistant.db-wal").read_bytes())
    kind = chance.randrange(3)
    if kind == 0:
        del log[chance.randrange(len(log)) :]
    elif kind == 1:
        log[chance.randrange(len(log))] ^= chance.randint(1, 255)
    else:
        start = chance.randrange(len(log))
        log[start : start + 4096] = chance.randbytes(len(log[start : start + 4096]))
    (data / "assistant.db-wal").write_bytes(log)
    (data / "assistant.db-shm").unlink()
    try:
        with closing(Library(data, embedder=HashingEmbedder())) as library:
            stored = set(found_now(library))
            library.publish()
            assert (library.status().state in ("ok", "empty"), library.status().pending) == (True, False)
            assert {hit.article.id for hit in library.search("harbour", k=100).hits} == stored
    except BrokenDatabase:
        return "refused"
    assert stored in states
    return "whole" if stored == states[-1] else "earlier"


def found_now(library: Library) -> list[str]:
    return [one.article.id for one in library.articles(limit=200).articles]
