"""Search on a Milvus server (Milvus Lite): it answers as FAISS and tantivy do, whatever is published, killed or lost.

Beside these, `pytest --index milvus` has every test that uses a library do so on the server.
"""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from articles import LONG, article
from conftest import HashingEmbedder
from milvus_fixtures import milvus_server

from assistant.answer import Question
from assistant.assistant import Assistant
from assistant.evaluation.questions import load_questions
from index.article import Article
from index.errors import BrokenIndex, Cancelled, StorageFault
from index.library import Library
from index.progress import Stage
from index.search.filters import NO_FILTERS, Filters
from index.search.milvus import engine, indexed
from index.search.milvus.engine import MilvusEngine
from index.search.milvus.server import Rows, Server
from index.search.snapshot import Snapshot
from index.store.sqlite import SqliteDatabase
from web.backup.copying import copy
from web.cli.doctor import examine
from web.settings import Settings

pytestmark = [pytest.mark.own_file, pytest.mark.own_index]  # these say by themselves where everything is

DATA = Path(__file__).parent / "data"
SEEDS = Path(__file__).parent.parent / "seeds"
FILTERS = (
    Filters(),
    Filters(source=("courier",)),
    Filters(author=('o"neill \\ sons',)),
    Filters(after=date(2023, 6, 1)),
    Filters(before=date(2023, 6, 1)),
    Filters(phrase=("river bridge", "comet river")),
    Filters(company=("Boeing", "nyse:f")),
    Filters(company=("Ford",), phrase=("river",), source=("courier",)),
    Filters(article_id=("a1", "a2", "a5")),
    Filters(after=date(2023, 3, 1), source=("letter", "größe")),
)
WORDS = "bridge river comet harvest mayor lantern copper orchard violin glacier tunnel saffron".split()


@pytest.fixture
def on_server(tmp_path: Path, milvus: str, embedder: HashingEmbedder) -> Iterator[Library]:
    with closing(Library(tmp_path / "server", index=milvus, embedder=embedder)) as library:
        yield library


@pytest.fixture
def local(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Library]:
    with closing(Library(tmp_path / "local", embedder=embedder)) as library:
        yield library


def drawn(chance: random.Random, article_id: str) -> Article:
    paragraphs = (" ".join(chance.choices(WORDS, k=chance.randint(5, 150))) + "." for _ in range(chance.randint(1, 3)))
    return article(
        article_id,
        chance.choice(["\n\n".join(paragraphs), LONG]) + chance.choice(["", " Boeing came.", " Ford Motor went."]),
        title=" ".join(chance.choices(WORDS, k=4)),
        published_at=chance.choice([None, f"2023-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"]),
        source=chance.choice(["Courier", "Letter", "GRÖSSE", None]),
        author=chance.choice(['O"Neill \\ Sons', None]),
    )


def told(snapshot: Snapshot, question: str, filters: Filters = NO_FILTERS) -> dict[tuple[str, str, int], float]:
    """The scores of what is found. Those of words depend on what else is in the collection, shown or not."""
    hits = snapshot.search(question, filters, 200).hits
    return {(hit.article.id, hit.revision, hit.start): hit.score for hit in hits}


def all_of(one: Snapshot, ids: list[str]) -> dict[str, Any]:
    """What a snapshot says of everything that can be asked of it, but of searches by words, whose scores differ."""
    speaks = {i: copies[0] for i, copies in one.copies(ids).items()}  # of copies, either may be the nearest
    return {
        "newest": [[hit.article.id for hit in one.newest(filters, 200).hits] for filters in FILTERS],
        "counts": [(one.search("x", f).articles_searched, one.search("x", f).articles_held) for f in FILTERS],
        "holdings": one.holdings,
        "copies": [one.copies(ids, filters) for filters in FILTERS],
        "related": [
            sorted((speaks.get(r.article.id, r.article.id), round(r.score, 3)) for r in one.related(i, 50)) for i in ids
        ],
        "articles": [(stored := one.article(i)) and (stored.article, stored.is_current) for i in [*ids, "nobody"]],
    }


@pytest.mark.parametrize("seed", range(3))
def test_after_any_changes_it_says_what_the_local_index_does(on_server: Library, local: Library, seed: int) -> None:
    chance = random.Random(seed)
    grown = 0
    for step in range(10):
        ids = [f"a{n}" for n in (range(12) if step == 0 else chance.sample(range(16), chance.randint(1, 3)))]
        stored = [i for i in ids if on_server.article(i)]
        articles = [drawn(chance, i) for i in ids]
        before = collections_of(on_server)
        for library in (on_server, local):
            if step % 4 == 3 and stored:
                library.remove(stored)
            else:
                library.add(articles)
        grown += collections_of(on_server) == before
        one, other = on_server.snapshot(), local.snapshot()
        assert one.seq == other.seq
        every = [f"a{n}" for n in range(16)]
        assert all_of(one, every) == all_of(other, every)
        for filters in FILTERS:
            for word in chance.sample(WORDS, 3):
                assert told(one, word, filters).keys() == told(other, word, filters).keys()
    assert grown >= 3  # it was not built anew each time


def test_scores_are_those_of_the_local_index(on_server: Library, local: Library) -> None:
    chance = random.Random(5)
    articles = [drawn(chance, f"a{n}") for n in range(30)]
    for library in (on_server, local):
        library.add(articles)
    for word in WORDS:
        # tantivy keeps the lengths of texts in a byte each
        assert told(on_server.snapshot(), word) == pytest.approx(told(local.snapshot(), word), abs=0.05)


def test_questions_over_the_seeds_are_answered_as_with_the_local_index(
    tmp_path: Path, milvus: str, new_database: Callable[[], str]
) -> None:
    questions = [q for name in ("seen", "unseen", "fresh") for q in load_questions(DATA / f"seeds-{name}.jsonl")[0]]
    said = []
    for data, database, index in (("local", "", ""), ("servers", new_database(), milvus)):
        with closing(Library(tmp_path / data, database=database, index=index)) as library:
            library.rebuild(SEEDS)
            assistant = Assistant(library)
            answers = [assistant.ask(Question(question.question, filters=question.filters)) for question in questions]
            said.append([(answer.answer, answer.short_answer, answer.reason) for answer in answers])
    alike = sum(one == other for one, other in zip(*said, strict=True))
    assert alike >= 0.98 * len(questions)


def collections_of(library: Library) -> list[str]:
    assert isinstance(library._engine, MilvusEngine)
    return sorted(name for name in library._engine._server.collections() if library._engine._name in name)


# -- one state, whatever is published


def test_another_server_shows_a_new_state_with_its_next_question(on_server: Library, embedder: HashingEmbedder) -> None:
    on_server.add([article("a", "The comet came back.")])
    with closing(Library(on_server.data_dir, index=address_of(on_server), embedder=embedder)) as other:
        assert [hit.article.id for hit in other.search("comet").hits] == ["a"]
        on_server.add([article("b", "The comet went away.")])
        assert {hit.article.id for hit in other.search("comet").hits} == {"a", "b"}


def address_of(library: Library) -> str:
    assert isinstance(library._engine, MilvusEngine)
    return library._engine._server.address


def test_a_state_that_was_replaced_can_be_looked_at_for_a_while(
    on_server: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server.add([article(f"a{n}", f"Harvest {n}.") for n in range(12)])
    old = on_server.snapshot()
    for n in range(8):  # some grow the collection, some take another
        on_server.add([article(f"a{n}", f"Comet {n}.")])
    assert len(collections_of(on_server)) > 1
    assert len(old.search("harvest", k=50).hits) == 12
    assert not [hit for hit in old.search("comet", k=50).hits if "Comet" in hit.text]
    monkeypatch.setattr(engine, "GRACE_SECONDS", 0.0)
    on_server.add([article("b", "Another.")])
    on_server.add([article("c", "Another one.")])
    [left] = collections_of(on_server)
    rows = Server(address_of(on_server)).rows(left, "died < 1000000")
    assert len(rows) <= 1  # of those that are dead, what the last publish but one showed


@pytest.mark.parametrize("stage", ["indexing", "publishing"])
@pytest.mark.parametrize("is_small", [True, False])
def test_a_publish_that_is_called_off_changes_nothing_and_the_next_makes_up_for_it(
    on_server: Library, stage: Stage, is_small: bool
) -> None:
    on_server.add([article(f"a{n}", f"Harvest {n}.") for n in range(12)])
    told_before = told(on_server.snapshot(), "harvest comet").keys()

    def call_off(now: Stage, _done: int, _total: int) -> None:
        if now == stage:
            raise Cancelled("enough")

    changed = [article(f"a{n}", f"Comet {n}.") for n in range(2 if is_small else 10)]
    with pytest.raises(Cancelled):
        on_server.add(changed, progress=call_off)
    assert told(on_server.snapshot(), "harvest comet").keys() == told_before
    on_server.publish()
    hits = on_server.search("comet harvest", k=50).hits
    assert sorted(hit.text for hit in hits) == sorted(
        [a.text for a in changed] + [f"Harvest {n}." for n in range(len(changed), 12)]
    )
    assert on_server.status().pending is False


@pytest.mark.parametrize("step", ["insert", "mark", "enter", "note_copies", "publish"])
def test_a_publish_that_is_killed_at_any_step_is_undone_by_the_next(
    on_server: Library, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server.add([article(f"a{n}", f"Harvest {n}.") for n in range(12)])
    told_before = told(on_server.snapshot(), "harvest comet").keys()
    where = Server if step in ("insert", "mark") else indexed
    before = getattr(where, step)

    def half(*args: Any) -> None:
        if step != "publish":  # which is the step that counts: killed within it, nothing was written
            before(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(where, step, half)
        with pytest.raises(KeyboardInterrupt):
            on_server.add([article("a0", "Comet."), article("b", "A new comet.")])
    assert told(on_server.snapshot(), "harvest comet").keys() == told_before
    on_server.publish()
    found = sorted(hit.text for hit in on_server.search("comet harvest", k=50).hits)
    assert found == sorted(["Comet.", "A new comet.", *(f"Harvest {n}." for n in range(1, 12))])


# -- a server that fails


def test_what_the_server_lost_is_built_anew(on_server: Library) -> None:
    on_server.add([article("a", "The comet came back.")])
    [lost] = collections_of(on_server)
    Server(address_of(on_server)).drop(lost)
    with pytest.raises(StorageFault, match="assistant rebuild"):
        on_server.search("comet")
    on_server.publish()
    assert [hit.article.id for hit in on_server.search("comet").hits] == ["a"]


def test_a_vector_that_comes_back_otherwise_is_not_published(
    on_server: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server.add([article("a", "The comet came back.")])
    with monkeypatch.context() as patched:
        patched.setattr(Rows, "vectors", lambda _, numbers: [[0.5] * 256] * len(numbers))
        with pytest.raises(BrokenIndex, match="another vector"):
            on_server.add([article("b", "A lantern.")])
    assert [hit.article.id for hit in on_server.search("lantern").hits] == ["a"]


def test_a_server_that_is_gone_is_said_to_be_and_when_it_is_back_all_is_well(
    tmp_path: Path, embedder: HashingEmbedder
) -> None:
    with milvus_server(tmp_path / "milvus") as address:
        library = Library(tmp_path / "data", index=address, embedder=embedder)
        library.add([article("a", "The comet came back.")])
    began = time.monotonic()
    with pytest.raises(StorageFault, match="whether it runs"):
        library.search("comet")
    with pytest.raises(StorageFault, match="whether it runs"):
        library.add([article("b", "A lantern.")])
    assert time.monotonic() - began < 15
    assert library.article("b") is not None  # it is stored, and indexed with the next publish
    assert library.status().state == "degraded"
    with milvus_server(tmp_path / "milvus", int(address.rpartition(":")[2])), closing(library):
        deadline = time.monotonic() + 20
        while True:
            try:
                library.publish()
                break
            except StorageFault:
                assert time.monotonic() < deadline
                time.sleep(0.5)
        assert {hit.article.id for hit in library.search("comet lantern").hits} == {"a", "b"}


def test_nothing_is_asked_of_the_server_where_nothing_is_searched(tmp_path: Path, embedder: HashingEmbedder) -> None:
    with closing(Library(tmp_path / "data", index="http://127.0.0.1:1", embedder=embedder)) as library:
        assert library.articles().articles == ()
        assert library.status().state == "empty"
        assert library.search("comet").hits == ()


def test_no_index_is_an_error_and_not_an_answer(on_server: Library) -> None:
    on_server._store.put(article("a", "The comet came back."), in_folder=False)
    assert on_server.status().state == "degraded"
    with pytest.raises(StorageFault, match="assistant rebuild"):
        on_server.search("comet")


def test_another_model_searches_by_words_until_a_rebuild(on_server: Library) -> None:
    on_server.add([article("a", "The comet came back."), article("b", "A lantern.")])

    class Other(HashingEmbedder):
        id = "other@1"

    with closing(Library(on_server.data_dir, index=address_of(on_server), embedder=Other())) as other:
        assert other.status().state == "degraded"
        assert [hit.article.id for hit in other.search("comet").hits] == ["a"]
        assert other.snapshot().related("a") == ()
        other.publish()
        assert other.status().state == "ok"


def test_texts_longer_than_the_server_takes_are_found_by_what_fits(on_server: Library) -> None:
    source = "Größe " * 2_000
    on_server.add([article("a", "The comet came back.", source=source, title="Saffron " * 300)])
    assert [hit.article.id for hit in on_server.search("comet", Filters(source=(source.lower(),))).hits] == ["a"]
    assert on_server.search("comet", Filters(source=(source + "x",))).articles_searched == 0


def test_a_database_that_was_put_back_gets_an_index_of_its_own_state(on_server: Library, tmp_path: Path) -> None:
    on_server.add([article(f"a{n}", f"Harvest {n}.") for n in range(12)])
    assert isinstance(on_server.database, SqliteDatabase)
    on_server.database.copy(tmp_path / "then.db")
    for n in range(3):
        on_server.add([article("a0", f"Comet {n}.")])
    address = address_of(on_server)
    on_server.close()
    shutil.copyfile(tmp_path / "then.db", on_server.database.path)
    for beside in ("-wal", "-shm"):
        on_server.database.path.with_name(f"{on_server.database.path.name}{beside}").unlink(missing_ok=True)
    with closing(Library(on_server.data_dir, index=address, embedder=HashingEmbedder())) as again:
        again.publish()
        assert sorted(hit.text for hit in again.search("harvest comet", k=50).hits) == sorted(
            f"Harvest {n}." for n in range(12)
        )


def test_a_copy_of_a_library_has_an_index_of_its_own(on_server: Library, new_database: Callable[[], str]) -> None:
    on_server.add([article("a", "The comet came back.")])
    database = new_database()
    copy(on_server.data_dir, "", database, lambda *_: None)
    address = address_of(on_server)
    with closing(
        Library(on_server.data_dir / "copy", database=database, index=address, embedder=HashingEmbedder())
    ) as its:
        with pytest.raises(StorageFault, match="assistant rebuild"):
            its.search("comet")
        its.publish()
        its.add([article("b", "A comet was seen.")])
        on_server.publish()
        assert [hit.article.id for hit in on_server.search("comet").hits] == ["a"]
        assert {hit.article.id for hit in its.search("comet").hits} == {"a", "b"}


def test_who_has_lost_the_turn_does_not_put_back_an_older_state(
    on_server: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server.add([article("a", "The comet came back.")])
    with closing(Library(on_server.data_dir, index=address_of(on_server), embedder=HashingEmbedder())) as other:
        monkeypatch.setattr(other.database, "turn", lambda _: ExitStack())  # as if each had it
        before = Server.insert

        def insert(server: Server, collection: str, rows: Any) -> None:
            before(server, collection, rows)
            monkeypatch.setattr(Server, "insert", before)
            other.add([article("c", "A third comet.")])

        monkeypatch.setattr(Server, "insert", insert)
        with pytest.raises(StorageFault, match="Another machine has published meanwhile"):
            on_server.add([article("b", "Another comet.")])
        assert {"a", "c"} <= {hit.article.id for hit in other.search("comet").hits}
        on_server.publish()
        assert {hit.article.id for hit in on_server.search("comet").hits} == {"a", "b", "c"}


def test_a_kill_before_the_alias_is_switched_is_made_up_for(
    on_server: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server.add([article("a", "The comet came back.")])

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Server, "name", kill)
        with pytest.raises(KeyboardInterrupt):
            on_server.add([article(f"b{n}", "Another comet.") for n in range(3)])
    on_server.publish()
    engine = on_server._engine
    assert isinstance(engine, MilvusEngine)
    assert engine._present() is not None
    assert engine._server._client.describe_alias(engine._name)["collection_name"] == collections_of(on_server)[-1]


def test_a_collection_that_grows_beyond_what_is_compared_one_by_one_is_built_anew(
    on_server: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "EXACT_UP_TO", 5)
    on_server.add([article(f"a{n}", f"Harvest {n}.") for n in range(4)])
    on_server.add([article("b", "Another harvest.")])
    assert len(collections_of(on_server)) == 1
    on_server.add([article("c", "A third harvest.")])
    assert len(collections_of(on_server)) == 2
    assert len(on_server.search("harvest", k=50).hits) == 6


def test_doctor_says_that_the_server_is_gone(tmp_path: Path, milvus: str) -> None:
    data = tmp_path / "data"
    with closing(Library(data, index=milvus, embedder=HashingEmbedder())) as library:
        library.add([article("a", "The comet came back.")])
    settings = Settings(data_dir=data, index="http://127.0.0.1:1")
    [found] = [finding for finding in examine(settings) if finding.check == "index"]
    assert found.state == "problem"
    assert found.said.startswith("the Milvus server at http://127.0.0.1:1 cannot be reached")
    assert "ASSISTANT_INDEX" in (found.advice or "")
