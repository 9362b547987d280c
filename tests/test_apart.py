"""The reader in a child process: what it reads is what is read here, and what it does not survive costs one item."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.article import Article, ItemError
from index.errors import Cancelled
from index.ingest.apart import ReaderApart
from index.ingest.formats import read_item

PAGE = (
    b"<html><head><title>Bridge</title></head><body><article><p>"
    + b"The bridge opened. " * 20
    + b"</p></article></body>"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderApart]:
    with closing(ReaderApart()) as reader:
        yield reader


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "Überschrift\n\nText – mit “Zeichen”.\n\nAdvertisement".encode()),
        ("b.html", PAGE),
        ("c.jsonl", b'{"text": "One.", "id": "one"}\nnonsense\n{"text": "Two.", "published_at": "2021-01-01"}'),
        ("d.exe", b"MZ"),
        ("e.txt", b""),
    ],
)
def test_what_it_reads_from_bytes_and_from_a_file_is_what_is_read_here(
    reader: ReaderApart, tmp_path: Path, name: str, data: bytes
) -> None:
    expected = list(read_item(name, data))
    assert list(reader.read(name, data)) == expected
    (tmp_path / "odd \udcff name").write_bytes(data)
    assert list(reader.read(name, tmp_path / "odd \udcff name")) == expected


def test_a_file_that_is_not_there_is_an_item(reader: ReaderApart, tmp_path: Path) -> None:
    [item] = reader.read("a.txt", tmp_path / "a.txt")
    assert item == ItemError("a.txt", "The file cannot be read: No such file or directory.")


def test_an_archive_is_given_out_while_it_is_read(reader: ReaderApart, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    may_go_on = threading.Event()

    def write() -> None:
        with pipe.open("w") as file:
            for n in range(2):
                print(json.dumps({"text": f"Text {n}."}), file=file, flush=True)
                assert may_go_on.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    items = reader.read("pipe.jsonl", pipe)
    assert isinstance(first := next(items), Article)
    assert first.text == "Text 0."
    may_go_on.set()
    assert [item.text for item in items if isinstance(item, Article)] == ["Text 1."]
    writer.join()


def test_one_that_hangs_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)  # nobody writes
    with closing(ReaderApart(max_seconds=1)) as reader:
        [item] = reader.read("pipe.txt", pipe)
        assert isinstance(item, ItemError)
        assert "was not read within 1 seconds" in item.message
        [article] = reader.read("a.txt", b"A text.")
        assert isinstance(article, Article)


def test_one_that_kills_the_reader_costs_itself_alone(reader: ReaderApart, tmp_path: Path) -> None:
    list(reader.read("a.txt", b"A text."))
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    assert reader.pid is not None
    threading.Timer(0.5, os.kill, [reader.pid, signal.SIGSEGV]).start()
    [item] = reader.read("pipe.txt", pipe)
    assert isinstance(item, ItemError)
    assert "ended the reader (exit status -11)" in item.message
    assert [type(item) for item in reader.read("a.txt", b"A text.")] == [Article]


def test_who_waits_can_give_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)

    def give_up() -> None:
        raise Cancelled("Enough.")

    with closing(ReaderApart()) as reader:
        began = time.monotonic()
        with pytest.raises(Cancelled):
            list(reader.read("pipe.txt", pipe, on_wait=give_up))
        assert time.monotonic() - began < 30  # of the 60 that it would wait
        assert [type(item) for item in reader.read("a.txt", b"A text.")] == [Article]


def test_who_stops_in_the_middle_gets_nothing_of_the_rest_with_the_next(reader: ReaderApart) -> None:
    lines = b"\n".join(b'{"text": "Text %d."}' % n for n in range(10_000))
    items = reader.read("a.jsonl", lines)
    next(items)
    items.close()
    [article] = reader.read("a.txt", b"Another text.")
    assert isinstance(article, Article)
    assert article.text == "Another text."


def test_threads_take_turns(reader: ReaderApart) -> None:
    found: dict[int, list[Article | ItemError]] = {}

    def read(n: int) -> None:
        found[n] = list(reader.read(f"{n}.txt", f"Text {n}.".encode()))

    threads = [threading.Thread(target=read, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: [item.text for item in items if isinstance(item, Article)] for n, items in found.items()} == {
        n: [f"Text {n}."] for n in range(8)
    }


def test_closing_does_not_wait_for_who_left_in_the_middle() -> None:
    reader = ReaderApart()
    items = reader.read("a.jsonl", b"\n".join(b'{"text": "Text %d."}' % n for n in range(10_000)))
    next(items)
    reader.close()
    assert [type(item) for item in items][-1] is ItemError


def test_of_a_file_of_nothing_but_errors_a_thousand_are_told(reader: ReaderApart) -> None:
    items = list(reader.read("a.jsonl", b"1\n" * 5_000))
    assert len(items) == 1_001
    assert isinstance(items[-1], ItemError)
    assert "1,000 items before it cannot be read" in items[-1].message


def test_one_child_reads_one_item_after_another(reader: ReaderApart) -> None:
    list(reader.read("a.txt", b"A text."))
    child = reader.pid
    list(reader.read("b.html", PAGE))
    assert reader.pid == child
