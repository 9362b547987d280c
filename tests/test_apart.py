"""The reader in a child process: what it reads is what is read here, and what it does not survive costs one item.

A child that is stopped by a signal stands in for one that hangs: no bytes are known on which a parser does.
"""

import gzip
import io
import json
import os
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.article import Article, InFile, ItemError, More, Note
from index.errors import Cancelled
from index.ingest.apart import ReaderApart
from index.ingest.feed import read_feed
from index.ingest.fetch import Page
from index.ingest.fields import article_from_fields
from index.ingest.formats import read_item
from index.ingest.listing import Sitemap
from index.ingest.page import read_page
from index.ingest.sitemap import read_sitemap

PAGE = (
    b"<html><head><title>Bridge</title></head><body><article><p>"
    + b"The bridge opened. " * 20
    + b"</p></article></body>"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderApart]:
    with closing(ReaderApart()) as reader:
        yield reader


def items(reader: ReaderApart, name: str, source: Path | bytes) -> list[InFile]:
    return [item for item in reader.read(name, source) if not isinstance(item, More)]


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
    assert items(reader, name, data) == expected
    (tmp_path / "odd \udcff name").write_bytes(data)
    assert items(reader, name, tmp_path / "odd \udcff name") == expected


FEED = Page(
    "https://example.org/feed",
    "text/xml",
    "<rss version='2.0'><channel><title>Größe</title><item><title>A</title><link>/a</link></item>"
    "<item><description>B</description><pubDate>2025-02-03</pubDate></item></channel></rss>".encode("latin-1"),
    "latin-1",
    etag='"1"',
)
SITEMAP = Page(
    "https://example.org/s.xml.gz",
    "application/gzip",
    gzip.compress(
        b"<urlset><url><loc>/a</loc><lastmod>2025-02-03</lastmod></url><url><loc>/b</loc></url></urlset>", mtime=0
    ),
)
INDEX = Page("https://example.org/", "text/xml", b"<sitemapindex><sitemap><loc>/s</loc></sitemap></sitemapindex>")
BOMB = Page("https://example.org/bomb.gz", "application/gzip", gzip.compress(bytes(50_000_000), mtime=0))


@pytest.mark.parametrize("page", [Page("https://example.org/a", "text/html", PAGE), FEED, SITEMAP, INDEX, BOMB])
def test_what_it_reads_from_a_page_is_what_is_read_here(reader: ReaderApart, page: Page) -> None:
    assert reader.read_page(page) == read_page(page)
    assert reader.read_sitemap(page) == read_sitemap(page)


def test_what_it_makes_of_fields_is_what_is_made_here(reader: ReaderApart) -> None:
    fields = {"title": "Größe", "text": "A \ud800 text.\n\nAdvertisement", "author": "Ann Reed", "source": None}
    found_in = {"author": "feed entry"}
    article = article_from_fields(fields, origin="pasted", path=None, found_in=found_in)
    assert reader.read_fields("one", fields, origin="pasted", found_in=found_in) == article
    assert reader.read_fields("one", {"text": 5}, origin="pasted") == ItemError(
        "one", "text is 5: expected text in quotes"
    )


def zipped(**files: bytes) -> bytes:
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return packed.getvalue()


LINES = b'{"text": "One."}\n{"text": "Two."}\n\n{"text": "Three."}\n'


@pytest.mark.parametrize(
    ("name", "data", "said", "given"),
    [
        ("a.txt", b"A text.", [], 1),
        ("a.jsonl", LINES, [3, -1], 3),
        ("a.jsonl", b"", [-1], 0),
        ("a.json", b'[{"text": "One."}, {"text": "Two."}]', [1], 2),
        ("a.csv", b'title,text\nA,"One.\n\n""Two"", three.\n"\nB,Four.\n', [1], 2),
        ("a.zip", zipped(a_txt=b"A text.", b_jsonl=LINES, c_png=b"no format that is read"), [1, 3, -1], 4),
    ],
)
def test_how_many_items_a_file_holds_is_said_before_them_and_put_right_after_them(
    reader: ReaderApart, name: str, data: bytes, said: list[int], given: int
) -> None:
    found = list(reader.read(name, data))
    assert [item.count for item in found if isinstance(item, More)] == said
    assert sum(not isinstance(item, More | Note) for item in found) == given == 1 + sum(said)
    assert not said or isinstance(found[0], More)


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
    coming = reader.read("pipe.jsonl", pipe)
    assert isinstance(first := next(coming), Article)
    assert first.text == "Text 0."
    may_go_on.set()
    assert [item.text for item in coming if isinstance(item, Article)] == ["Text 1."]
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
    [item] = items(reader, "pipe.txt", pipe)
    assert isinstance(item, ItemError)
    assert "ended the reader (exit status -11)" in item.message
    assert [type(item) for item in reader.read("a.txt", b"A text.")] == [Article]


def stopped(reader: ReaderApart) -> int:
    """The child of `reader`, started and made to hang."""
    list(reader.read("a.txt", b"A text."))
    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGSTOP)
    return reader.pid


def test_a_feed_that_hangs_is_given_up_and_the_next_is_read() -> None:
    with closing(ReaderApart(max_seconds=1)) as reader:
        stopped(reader)
        found = reader.read_page(FEED)
        assert isinstance(found, ItemError)
        assert (found.item, found.message.partition(".")[0]) == (FEED.url, "It was not read within 1 seconds")
    with closing(ReaderApart()) as reader:
        stopped(reader)
        threading.Timer(0.5, reader.close).start()
        assert isinstance(reader.read_page(FEED), ItemError)
        assert reader.read_page(FEED) == read_feed(FEED)


def test_a_sitemap_that_kills_the_reader_is_a_problem_of_its_own(reader: ReaderApart) -> None:
    threading.Timer(0.5, os.kill, [stopped(reader), signal.SIGKILL]).start()
    found = reader.read_sitemap(SITEMAP)
    assert found == Sitemap(problem=found.problem)
    assert "ended the reader (exit status -9)" in str(found.problem)
    assert reader.read_sitemap(SITEMAP).count == 2


def test_who_waits_for_a_child_that_takes_nothing_can_give_up(reader: ReaderApart) -> None:
    """More is sent than a pipe holds."""

    def give_up() -> None:
        raise Cancelled("Enough.")

    stopped(reader)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        reader.read_page(Page("https://example.org/", "text/html", b" " * 5_000_000), on_wait=give_up)
    assert time.monotonic() - began < 30  # of the 60 that it would wait


LARGE = b'{"text": "' + b"So it is. " * 590_000 + "😀".encode() + b'"}'
"""6 MB, as a text 24 for the emoji in it, of which there are two while it is parsed."""


def test_what_takes_more_memory_than_there_is_costs_itself_alone() -> None:
    with closing(ReaderApart(max_memory_bytes=80_000_000)) as reader:
        assert list(reader.read("a.json", LARGE)) == [
            ItemError("a.json", "Reading it takes more than 80,000,000 bytes of memory. Divide it.")
        ]
        child = reader.pid
        assert [type(item) for item in reader.read("a.txt", b"A text.")] == [Article]
        assert reader.pid == child


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
    left = reader.read("a.jsonl", lines)
    next(left)
    left.close()
    [article] = reader.read("a.txt", b"Another text.")
    assert isinstance(article, Article)
    assert article.text == "Another text."


def test_threads_take_turns(reader: ReaderApart) -> None:
    found: dict[int, list[InFile | More]] = {}

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


SLOW = b"<html><body>" + b"<div>" * 200 + b"The bridge opened. " + b"<i></i>" * 48_000  # minutes, within all bounds


def killing(reader: ReaderApart, name: str, source: Path | bytes) -> list[InFile | More]:
    """All that is read, while whatever follows an article that begins with "Before" ends the reader."""
    found = []
    for item in reader.read(name, source):
        found.append(item)
        if isinstance(item, Article) and item.text.startswith("Before"):
            time.sleep(0.2)
            assert reader.pid is not None
            os.kill(reader.pid, signal.SIGKILL)
    return found


def told(found: list[InFile | More]) -> list[str]:
    return [i.text if isinstance(i, Article) else i.item for i in found if not isinstance(i, More)]


def test_a_file_that_kills_the_reader_costs_its_archive_nothing_else(reader: ReaderApart, tmp_path: Path) -> None:
    files = {"__/y_txt": b"", "a_txt": b"Before it.", "b_html": SLOW, "c_txt": b"After it.", "e_jsonl": LINES}
    data = zipped(**files, f_txt=b"")
    (tmp_path / "x.zip").write_bytes(data)
    for source in (data, tmp_path / "x.zip"):
        found = killing(reader, "x.zip", source)
        assert told(found) == [
            *("x.zip/../y.txt", "Before it.", "x.zip/b.html", "After it.", "One.", "Two.", "Three.", "x.zip/f.txt")
        ]
        assert 1 + sum(item.count for item in found if isinstance(item, More)) == len(told(found))


def test_a_file_that_is_too_slow_costs_its_archive_nothing_else() -> None:
    with closing(ReaderApart(max_seconds=6)) as reader:
        [before, error, after] = items(reader, "x.zip", zipped(a_txt=b"It is.", b_html=SLOW, c_txt=b"It was."))
    assert (type(before), type(after)) == (Article, Article)
    assert error == ItemError(
        "x.zip/b.html", "It was not read within 6 seconds. Save what it says as .txt and add that."
    )


def test_a_file_that_takes_too_much_memory_costs_its_archive_nothing_else() -> None:
    with closing(ReaderApart(max_memory_bytes=80_000_000)) as reader:
        [error, article] = items(reader, "x.zip", zipped(a_json=LARGE, b_txt=b"A text."))
    assert error == ItemError("x.zip/a.json", "Reading it takes more than 80,000,000 bytes of memory. Divide it.")
    assert isinstance(article, Article)


@pytest.mark.parametrize("name", ["a.jsonl", "x.zip"])
def test_a_line_on_which_the_reader_is_killed_is_all_that_is_lost(reader: ReaderApart, name: str) -> None:
    filling = (
        "word " * 60_000 + "end"
    )  # more than a pipe holds, so that the reader is at the next line or the one after it
    texts = [f"Before {n} {filling}" if n == 3 else f"Text {n} {filling}" for n in range(8)]
    lines = b"\n".join(json.dumps({"text": text}).encode() for text in texts)
    found = killing(reader, name, lines if name == "a.jsonl" else zipped(a_jsonl=lines))
    [error] = [item for item in found if isinstance(item, ItemError)]
    lost = int(error.item.rpartition(":")[2]) - 1
    assert lost in {3, 4, 5}
    read = [item.text for item in found if isinstance(item, Article)]
    assert [text for text in texts if text != texts[lost]] == [text for text in read if text != texts[lost]]
    assert "ended the reader (exit status -9)" in error.message


def test_an_archive_that_ends_the_reader_ten_times_is_not_read_further(reader: ReaderApart) -> None:
    data = {f"{n:02}{suffix}": text for n in range(12) for suffix, text in (("a_txt", b"Before."), ("b_html", SLOW))}
    found = killing(reader, "x.zip", zipped(**data))
    assert told(found) == [*(t for n in range(10) for t in ("Before.", f"x.zip/{n:02}b.html")), "x.zip"]
    assert isinstance(last := found[-2], ItemError)
    assert last.message == "10 items in it ended the reader; what follows is not read."


def test_closing_does_not_wait_for_who_left_in_the_middle() -> None:
    reader = ReaderApart()
    left = reader.read("a.jsonl", b"\n".join(b'{"text": "Text %d."}' % n for n in range(10_000)))
    next(left)
    reader.close()
    assert ItemError in [type(item) for item in left]


def test_what_follows_thousands_of_lines_that_cannot_be_read_is_read(reader: ReaderApart) -> None:
    *bad, good = items(reader, "a.jsonl", b"1\n" * 5_000 + b'{"text": "A text."}')
    assert [type(item) for item in bad] == [ItemError] * 5_000
    assert isinstance(good, Article)


def test_one_child_reads_one_item_after_another(reader: ReaderApart) -> None:
    list(reader.read("a.txt", b"A text."))
    child = reader.pid
    list(reader.read("b.html", PAGE))
    assert reader.pid == child


def test_the_child_is_given_no_token_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASSISTANT_API_TOKEN", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "LC_SECRET"):
        monkeypatch.setenv(name, "hidden")
    with closing(ReaderApart()) as reader:
        assert items(reader, "a.txt", b"The bridge opened.")
        assert reader._child
        environ = Path(f"/proc/{reader._child.pid}/environ").read_bytes()
    assert b"PATH=" in environ
    assert environ.count(b"hidden") == 1  # of a locale's name, which it needs
