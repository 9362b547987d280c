"""Index files with flipped bits, cut, grown, exchanged, emptied, missing or another's: none is taken for an index."""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from attack_fixtures import Measured, Size
from conftest import HashingEmbedder
from traced import folder_in_memory

from index.article import Article
from index.library import Library
from index.search.local_snapshot import generation_of

FIRST = Article(id="first", title="First", text="The comet came back over the harbour.", origin="by hand")
SECOND = Article(id="second", title="Second", text="The lantern stood at the harbour.", origin="by hand")
Mutation = Callable[[random.Random, Path, Path], None]


def flip_a_bit(chance: random.Random, file: Path, _: Path) -> None:
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def flip_many_bytes(chance: random.Random, file: Path, _: Path) -> None:
    data = bytearray(file.read_bytes())
    for _n in range(chance.randint(2, 64)):
        data[chance.randrange(len(data))] ^= chance.randint(1, 255)
    file.write_bytes(data)


def cut(chance: random.Random, file: Path, _: Path) -> None:
    file.write_bytes(file.read_bytes()[: chance.randrange(file.stat().st_size)])


def append(chance: random.Random, file: Path, _: Path) -> None:
    file.write_bytes(file.read_bytes() + chance.randbytes(chance.randint(1, 5_000)))


def zero_a_block(chance: random.Random, file: Path, _: Path) -> None:
    data = bytearray(file.read_bytes())
    start = chance.randrange(len(data))
    end = min(start + chance.choice([16, 512, 4096]), len(data))
    data[start:end] = bytes(end - start)
    file.write_bytes(data)


def swap_two_blocks(chance: random.Random, file: Path, _: Path) -> None:
    data = file.read_bytes()
    middle = chance.randrange(len(data))
    file.write_bytes(data[middle:] + data[:middle])


def delete(chance: random.Random, file: Path, _: Path) -> None:
    file.unlink()


def put_a_folder_in_its_place(chance: random.Random, file: Path, _: Path) -> None:
    file.unlink()
    file.mkdir()


def take_it_from_another_generation(chance: random.Random, file: Path, other: Path) -> None:
    """The file of that name, or of its kind where names are drawn at random."""
    same = [path for path in files_of(other) if path.name == file.name or path.suffix == file.suffix != ".json"]
    shutil.copyfile(chance.choice(same), file)


def put_something_foreign(chance: random.Random, file: Path, _: Path) -> None:
    file.write_bytes(
        chance.choice(
            [b"", b"{}", b"[]", b"null", b"\x80\x04N.", b"PK\x03\x04", b"\x93NUMPY\x01\x00", chance.randbytes(999)]
        )
    )


def exchange_two_files(chance: random.Random, file: Path, _: Path) -> None:
    folder = next(parent for parent in file.parents if parent.name.startswith("gen-"))
    other = chance.choice([path for path in files_of(folder) if path.read_bytes() != file.read_bytes()])
    one, two = file.read_bytes(), other.read_bytes()
    file.write_bytes(two)
    other.write_bytes(one)


MUTATIONS: list[Mutation] = [
    flip_a_bit,
    flip_many_bytes,
    cut,
    append,
    zero_a_block,
    swap_two_blocks,
    delete,
    put_a_folder_in_its_place,
    take_it_from_another_generation,
    put_something_foreign,
    exchange_two_files,
]


def files_of(folder: Path) -> list[Path]:
    """Those with something in them; tantivy's lock files are empty and hold nothing."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def test_no_mutated_index_file_is_accepted_and_a_rebuild_mends_it(size: Size, measured: Measured) -> None:
    chance = random.Random(6)
    told: Counter[str] = Counter()
    with folder_in_memory() as root:
        prepared, articles = root / "prepared", root / "articles"
        articles.mkdir()
        with closing(Library(prepared, embedder=HashingEmbedder())) as library:
            library.add([FIRST])
            library.add([SECOND])
        current = (prepared / "index" / "CURRENT").read_text()
        [before] = [path.name for path in (prepared / "index").glob("gen-*") if path.name != current]
        with folder_in_memory() as elsewhere:  # the same articles in another database, to the same state
            with closing(Library(elsewhere / "data", embedder=HashingEmbedder())) as library:
                library.add([FIRST, SECOND])
            [stranger] = (elsewhere / "data" / "index").glob("gen-*")
            for number in range(size(2_000)):
                shutil.rmtree(root / "data", ignore_errors=True)
                shutil.copytree(prepared, root / "data")
                index = root / "data" / "index"
                # of one in ten every generation is hit, so that words alone are left
                hit = [current, before] if number % 10 == 0 else [current]
                names = []
                for generation in hit:
                    file = chance.choice(files_of(index / generation))
                    was = {path: path.read_bytes() for path in files_of(index / generation)}
                    mutation = MUTATIONS[number % len(MUTATIONS)]
                    other = (
                        stranger if chance.random() < 0.5 else index / (before if generation == current else current)
                    )
                    while is_as_it_was(was, index / generation):
                        mutation(chance, file, other)
                        if is_as_it_was(was, index / generation):  # such as a block that was zero: another then
                            file = chance.choice(files_of(index / generation))
                    names.append(f"{mutation.__name__} of {generation}/{file.name}")
                told[check(root / "data", articles, fallback=before if len(hit) == 1 else None, what=str(names))] += 1
    assert told.keys() == {"the generation before", "words"}
    measured(
        "mutated index files",
        f"{told.total():,} mutations of {len(MUTATIONS)} kinds: none accepted, none crashed it; answered from the "
        f"generation before ({told['the generation before']:,}) or from words ({told['words']:,}), told as degraded, "
        "mended by a rebuild",
    )


def is_as_it_was(was: dict[Path, bytes], folder: Path) -> bool:
    return was == {path: path.read_bytes() for path in files_of(folder)}


def check(data: Path, articles: Path, fallback: str | None, what: str) -> str:
    """Where it answered from."""
    with closing(Library(data, embedder=HashingEmbedder())) as library:
        status = library.status()
        generation = generation_of(library.snapshot())
        assert status.state == "degraded", what
        found = {hit.article.id for hit in library.search("harbour").hits}
        if fallback:  # the one before, which shows the first article alone
            assert (generation.vectors is not None, generation.seq, found) == (True, 1, {"first"}), what
        else:
            assert (generation.vectors is None, found) == (True, {"first", "second"}), what
        del generation
        library.rebuild(articles)
        assert (library.status().state, library.status().pending) == ("ok", False), what
        assert generation_of(library.snapshot()).vectors is not None, what
        assert {hit.article.id for hit in library.search("harbour").hits} == {"first", "second"}, what
    return "the generation before" if fallback else "words"


def test_a_whole_generation_of_another_corpus_is_not_used_though_its_state_has_the_same_number() -> None:
    with folder_in_memory() as root:
        for name, text in (("one", FIRST.text), ("two", SECOND.text)):
            with closing(Library(root / name, embedder=HashingEmbedder())) as library:
                library.add([Article(id="same", title="T", text=text, origin="by hand")])
        shutil.rmtree(root / "one" / "index")
        shutil.copytree(root / "two" / "index", root / "one" / "index")
        with closing(Library(root / "one", embedder=HashingEmbedder())) as library:
            assert (library.status().state, library.status().generation) == ("degraded", 1)
            assert [hit.text for hit in library.search("comet lantern").hits] == [FIRST.text]
            library.publish()
            assert library.status().state == "ok"
            assert [hit.text for hit in library.search("comet lantern").hits] == [FIRST.text]
            assert len(list((root / "one" / "index").glob("gen-*"))) == 1  # that of the other corpus is no fallback
