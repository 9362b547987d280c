"""A `.csv` file in, an article or an error for each row out, one row in memory at a time.

The first row names the columns by the keys of an article's fields or other common names (`keys.py`), in any order. Of
comma, semicolon and tab, the one that parts them is that by which the text is a column: csv.Sniffer guesses from prose,
and slowly. A bad row costs that row alone, and is named by its number in a spreadsheet; only where its quote is never
closed is what follows lost too.
"""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from index.article import MAX_TEXT_CHARS, InFile, ItemError
from index.errors import BadArticle, shown
from index.ingest.fields import DESCRIBED, article_from_fields
from index.ingest.keys import Keys, field_called
from index.ingest.plain import encoding_in
from index.progress import OnMore

MAX_ROW_CHARS = MAX_TEXT_CHARS + 1_000_000
MAX_ROW_FIELDS = 250_000
"""So many short ones take 16 MB. A comma in a text counts, too: one of two million characters has 30,000 of them."""

MAX_HEADER_CHARS = 10_000
PIECE_BYTES = 1_000_000
_FOUND_IN = dict.fromkeys(DESCRIBED, "archive")


def read_csv(name: str, file: BinaryIO, on_more: OnMore) -> Iterator[InFile]:
    csv.field_size_limit(MAX_ROW_CHARS)  # of the whole process; the module's own is 131,072
    encoding, rows = encoding_in(file), _line_breaks(file)
    file.seek(0)
    with io.TextIOWrapper(file, encoding, errors="replace", newline="") as text:
        columns, delimiter = _header(text.readline(MAX_HEADER_CHARS))
        on_more(rows - 1)
        keys = Keys()
        for number, row in enumerate(_rows(text, delimiter), start=2):
            try:
                if isinstance(row, BadArticle):
                    raise row
                if any(map(str.strip, row)):
                    yield article_from_fields(
                        keys.fields(_fields(columns, row)), origin=name, path=None, found_in=_FOUND_IN
                    )
            except BadArticle as error:
                yield ItemError(f"{name}:{number}", str(error))
        yield from keys.note(name)


def _line_breaks(file: BinaryIO) -> int:
    """Those outside of quotes but the last: as many as there are rows below the first, but for blank ones."""
    count, opened, last = 0, 0, b""
    file.seek(0)
    while data := file.read(PIECE_BYTES):
        pieces = data.translate(None, _OTHER_BYTES).split(b'"')
        count += sum(map(len, pieces[opened::2]))
        opened = (opened + len(pieces) - 1) % 2
        last = data.rstrip(b" \r\t\0")[-1:]
    return count - (last == b"\n")


_OTHER_BYTES = bytes(set(range(256)) - set(b'"\n'))


def _header(line: str) -> tuple[list[str], str]:
    """The names of the columns, and what parts them."""
    parted = [(next(csv.reader([line], delimiter=delimiter), []), delimiter) for delimiter in ",;\t"]
    found = [([column.strip() for column in columns], delimiter) for columns, delimiter in parted]
    for columns, delimiter in found:
        if columns.count("text") == 1:
            return columns, delimiter
    for columns, delimiter in found:
        if "text" not in columns and "text" in map(field_called, columns):
            return columns, delimiter
    raise BadArticle(
        f"has no column `text` (its first row is {shown(line.strip())}): name the columns in the first row, "
        "such as title,published_at,text"
    )


def _fields(columns: list[str], row: list[str]) -> dict[str, object]:
    if len(row) < len(columns) or any(map(str.strip, row[len(columns) :])):
        raise BadArticle(
            f"has {len(row)} fields where the first row names {len(columns)}: put a field in quotes that holds what "
            "parts the fields"
        )
    return {column: field for column, field in zip(columns, row, strict=False) if field.strip()}


def _rows(text: TextIO, delimiter: str) -> Iterator[list[str] | BadArticle]:
    """The rows, and in place of one that cannot be read what is wrong with it."""
    lines = _Lines(text, delimiter)
    while True:
        try:
            row = next(csv.reader(lines, delimiter=delimiter, strict=True), None)
        except csv.Error as error:
            lost = "" if lines.skip_row() else "; what follows is not read, since its last quote is never closed"
            yield BadArticle(f"is no row of a table ({error}): write a quote within a field twice{lost}")
        else:
            if row is None:
                return
            yield row
        lines.end_row()


class _Lines:
    """The lines of a table, which knows how much of a row was given out and whether a quote is open in it."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._line = ""
        self.end_row()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self._read():
            raise StopIteration
        if self._chars > MAX_ROW_CHARS:
            raise csv.Error(f"more than {MAX_ROW_CHARS:,} characters")
        if self._fields > MAX_ROW_FIELDS:
            raise csv.Error(f"more than {MAX_ROW_FIELDS:,} of {self._delimiter!r}")
        return self._line

    def end_row(self) -> None:
        self._chars = self._quotes = self._fields = 0

    def skip_row(self) -> bool:
        """Passes over the rest of a row, up to where all its quotes are closed; False if they never are."""
        while self._quotes % 2 or not self._line.endswith(("\n", "\r")):
            if not self._read():
                return self._quotes % 2 == 0
        return True

    def _read(self) -> bool:
        self._line = self._text.readline(MAX_ROW_CHARS + 1)
        self._chars += len(self._line)
        self._quotes += self._line.count('"')
        self._fields += self._line.count(self._delimiter)
        return bool(self._line)
