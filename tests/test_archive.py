"""ZIP archives: what is in them, what is passed over, and archives made to do harm."""

import io
import random
import struct
import zipfile
from collections.abc import Mapping

import pytest
from items import OPENS, VOTED, error
from zip64 import behind_zip64

from index.article import Article, InFile, ItemError, Note, article_id
from index.ingest.archive import MAX_ENTRIES
from index.ingest.formats import read_item


def packed(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def entry(**attributes: int) -> bytes:
    """An archive of one entry with these attributes of a ZipInfo."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        for attribute, value in attributes.items():
            setattr(info, attribute, value)
        archive.writestr(info, "It is so.")
    return data.getvalue()


def flagged(data: bytes, flags: int) -> bytes:
    """`data` with these flags set in each header of an entry, the one before it and the one in the directory."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(mark)
        while place >= 0:
            old = int.from_bytes(data[place + offset : place + offset + 2], "little")
            changed[place + offset : place + offset + 2] = (old | flags).to_bytes(2, "little")
            place = data.find(mark, place + 1)
    return bytes(changed)


def read(data: bytes) -> list[InFile]:
    return list(read_item("b/a.zip", data))


def told(data: bytes) -> list[tuple[str, str]]:
    """The name of each item, with its text or what is wrong with it."""
    return [(i.origin, i.text) if isinstance(i, Article) else (i.item, i.message) for i in read(data)]


def test_files_are_read_as_if_they_lay_in_a_folder_of_the_archive_s_name() -> None:
    files = {
        "one.txt": VOTED,
        "in/2021-03-29.md": OPENS,
        "in/all.jsonl": '{"text": "A."}\n{"text": 3}',
    }
    first, second, third, fourth = read(packed(files))
    assert isinstance(first, Article)
    assert (first.id, first.origin) == (article_id(url=None, path="b/a.zip/one.txt", text=""), "b/a.zip/one.txt")
    assert isinstance(second, Article)
    assert (second.text, second.published_at, second.found_in) == (OPENS, "2021-03-29", {"published_at": "file name"})
    assert isinstance(third, Article)
    assert (third.text, third.origin) == ("A.", "b/a.zip/in/all.jsonl")
    assert isinstance(fourth, ItemError)
    assert fourth.item == "b/a.zip/in/all.jsonl:2"


def test_folders_and_what_systems_put_in_are_passed_over() -> None:
    names = [
        "in/",
        ".hidden.txt",
        "in/.DS_Store",
        "in/.git/a.txt",
        "__MACOSX/._one.txt",
        "__MACOSX/one.txt",
        "in/Thumbs.db",
        "desktop.ini",
    ]
    assert told(packed({"one.txt": "One.", **dict.fromkeys(names, "x")})) == [("b/a.zip/one.txt", "One.")]


def test_files_of_other_formats_are_counted_and_named_in_one_note_behind_the_articles() -> None:
    use = "use .csv, .docx, .eml, .htm, .html, .json, .jsonl, .md, .pdf, .txt"
    assert told(packed({"in/photo.png": "x", "one.txt": "One."})) == [
        ("b/a.zip/one.txt", "One."),
        ("b/a.zip", f"holds 1 file of a format that is not read, left out (in/photo.png): {use}"),
    ]
    many = {f"{n}\n{'x' * 200}.xyz": "x" for n in range(1_200)}
    found = packed({"one.txt": "One.", **many})
    assert isinstance(read(found)[1], Note)
    [_, (item, message)] = told(found)
    assert item == "b/a.zip"
    assert message.startswith("holds 1,200 files of formats that are not read, left out (0\ufffdxxx")
    assert f" and 1,195 more): {use}" in message
    assert len(message) < 600


def test_an_archive_without_a_readable_file_says_what_is_read() -> None:
    said = error("a.zip", packed({"a.jpg": "x"})).message
    assert said.startswith("holds no file of a format that is read, but a.jpg: use .csv, .docx")
    assert error("a.zip", packed({})).message.startswith("holds no file of a format that is read: use .csv")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../evil.txt", "a name that leads out of the archive"),
        ("in/../../evil.txt", "a name that leads out of the archive"),
        ("/etc/evil.txt", "a name that leads out of the archive"),
        (r"..\evil.txt", "a name that leads out of the archive"),
        (r"C:\evil.txt", "a name that leads out of the archive"),
        ("in\nevil.txt", "has control characters in its name ('in\\nevil.txt')"),
        ("x" * 5_000 + ".txt", "has a name of 5,004 characters, at most 500 are read"),
        ("inner.zip", "is an archive within an archive"),
    ],
    ids=lambda value: value[:20],
)
def test_a_name_that_is_no_mere_name_is_its_own_error(name: str, problem: str) -> None:
    evil, good = told(packed({name: packed({"a.txt": "A."}) if name.endswith(".zip") else "x", "good.txt": "Good."}))
    assert problem in evil[1]
    assert len(evil[0]) <= len("b/a.zip/") + 500
    assert "\n" not in evil[0]
    assert good == ("b/a.zip/good.txt", "Good.")


def test_a_name_that_goes_on_behind_a_zero_is_its_own_error() -> None:
    data = packed({"evil.txt#.exe": "x"}, zipfile.ZIP_STORED).replace(b"#", b"\0")
    [(_, message)] = told(data)
    assert "has control characters in its name" in message


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"external_attr": 0o120777 << 16}, "is a link or a device"),
        ({"external_attr": 0o010644 << 16}, "is a link or a device"),
        ({"compress_type": zipfile.ZIP_LZMA}, "is packed by method 14, which is not read"),
    ],
)
def test_a_link_and_an_unusual_method_are_their_own_error(attributes: dict[str, int], problem: str) -> None:
    [(name, message)] = told(entry(**attributes))
    assert name == "b/a.zip/a.txt"
    assert problem in message


def test_a_locked_file_says_so() -> None:
    [(_, message)] = told(flagged(entry(), 1))
    assert message == "is locked with a password: unpack it, and add it without one"


def test_the_same_name_twice_is_an_error_the_second_time() -> None:
    data = packed({"a.txt": "One.", "b.txt": "Two."}).replace(b"b.txt", b"a.txt")
    assert told(data) == [
        ("b/a.zip/a.txt", "One."),
        ("b/a.zip/a.txt", "is in the archive twice: only the first is read"),
    ]


def test_names_in_utf_8_are_read_whether_or_not_they_are_marked_so() -> None:
    unmarked = packed({"Caf__.txt": "One."}).replace(b"__", "é".encode())
    assert told(unmarked) == told(flagged(unmarked, 0x800)) == [("b/a.zip/Café.txt", "One.")]


def test_names_in_the_format_s_old_encoding_are_read_unless_they_are_marked_as_utf_8() -> None:
    data = packed({"Caf_.txt": "One."}).replace(b"_", b"\x82")
    assert told(data) == [("b/a.zip/Café.txt", "One.")]
    assert "is no ZIP archive or a damaged one ('utf-8' codec" in error("a.zip", flagged(data, 0x800)).message


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"PK\3\4" + b"x" * 99, b"PK\5\6" + b"\xff" * 18, packed({"a.txt": "x"})[:-9]]
)
def test_what_is_no_archive_says_so(data: bytes) -> None:
    assert any(words in error("a.zip", data).message for words in ("is no ZIP archive", "is empty"))


def test_a_damaged_file_costs_itself() -> None:
    data = packed({"a.txt": VOTED, "b.txt": "B."}, zipfile.ZIP_STORED).replace(
        VOTED.encode(), VOTED.swapcase().encode()
    )
    first, second = told(data)
    assert "is damaged in the archive (Bad CRC-32" in first[1]
    assert second == ("b/a.zip/b.txt", "B.")


def test_a_bomb_costs_itself() -> None:
    first, second, third = told(packed({"a.txt": "x" * 3_000_000, "b.txt": "x" * 65_000_000, "c.txt": "word " * 2_000}))
    assert "unpacks to more than 200 times its size" in first[1]
    assert "has 65,000,000 bytes unpacked, at most 64,000,000 are read" in second[1]
    assert third == ("b/a.zip/c.txt", ("word " * 2_000).strip())


def test_a_size_that_is_not_true_unpacks_no_more_than_it_says() -> None:
    data = packed({"a.txt": "x" * 50_000_000})
    sizes = struct.pack("<L", 50_000_000)
    assert data.count(sizes) == 2
    [(_, message)] = told(data.replace(sizes, struct.pack("<L", 10)))
    assert "is damaged in the archive" in message


def test_more_bytes_than_are_unpacked_in_all_cost_the_rest() -> None:
    packs_well = (random.Random(1).randbytes(300) + bytes(40_000)) * 1_489  # 60 MB, a hundredth of it when packed
    data = packed({f"{n}.txt": packs_well for n in range(3)} | {"good.txt": "Good."})
    assert len(data) < 2_000_000
    found = told(data)
    assert ["passes the 64,000,000 bytes" in message for _, message in found] == [False, True, True, False]
    assert found[-1] == ("b/a.zip/good.txt", "Good.")


def test_of_what_packs_as_texts_do_an_archive_may_have_more() -> None:
    half = random.Random(1).randbytes(5_000_000) + bytes(45_000_000)
    found = told(packed({f"{n}.txt": half for n in range(3)}))
    assert not any("in all" in message for _, message in found)


def test_an_archive_of_too_many_files_is_refused_before_its_directory_is_read() -> None:
    data = packed({f"{n}.txt": "" for n in range(MAX_ENTRIES + 1)}, zipfile.ZIP_STORED)
    assert "has 10,001 entries, at most 10,000 are read" in error("a.zip", data).message


def test_archives_stored_inside_do_not_count_with_their_own_files() -> None:
    inner = packed({f"{n}.txt": "" for n in range(6_000)}, zipfile.ZIP_STORED)
    data = packed({"one.docx": inner, "two.docx": inner, "good.txt": "Good."}, zipfile.ZIP_STORED)
    assert told(data)[-1] == ("b/a.zip/good.txt", "Good.")


def test_a_directory_that_says_it_is_short_is_counted_as_a_whole() -> None:
    data = bytearray(packed({f"{n}.txt": "" for n in range(MAX_ENTRIES + 1)}, zipfile.ZIP_STORED))
    data[-14:-10] = struct.pack("<HH", 1, 1)
    assert "entries, at most" in error("a.zip", bytes(data)).message


@pytest.mark.parametrize("comment_bytes", [0, 65_535])
def test_of_an_archive_with_two_ends_the_entries_are_counted_that_are_read(comment_bytes: int) -> None:
    few = packed({"a.txt": "The tide came in."}, zipfile.ZIP_STORED)
    assert told(behind_zip64(few, comment_bytes)) == [("b/a.zip/a.txt", "The tide came in.")]
    many = packed({f"{n}.txt": "" for n in range(MAX_ENTRIES + 1)}, zipfile.ZIP_STORED)
    assert "entries, at most" in error("a.zip", behind_zip64(many, comment_bytes)).message


def test_entries_that_share_their_bytes_are_read_once() -> None:
    """As in a bomb of overlapping files: every entry of the directory points to the first file."""
    data = packed({f"{n:04}.txt": VOTED if n == 0 else "" for n in range(1_000)})
    end = data.rfind(b"PK\5\6")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    first = data[start : data.find(b"PK\1\2", start + 4)]
    directory = b"".join(first.replace(b"0000.txt", b"%04d.txt" % n) for n in range(1_000))
    found = told(data[:start] + directory + data[end:])
    assert found[0] == ("b/a.zip/0000.txt", VOTED)
    assert len(found) == 1_000
    assert all("is damaged in the archive (File name" in message for _, message in found[1:])
