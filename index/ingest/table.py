"""Bytes of a `.csv` file in, an article or an error for each row out, one row in memory at a time.

The first row names the columns by the keys of an article's fields, in any order; others are passed over, and what parts
them is the one of comma, semicolon and tab by which `text` is a column. csv.Sniffer is not asked: it guesses from
the prose of the rows, slowly. A bad row costs that row alone, and is named by its number in a spreadsheet.
"""

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from index.article import MAX_TEXT_CHARS, Article, ItemError
from index.errors import BadArticle, shown
from index.ingest.fields import DESCRIBED, article_from_fields
from index.ingest.plain import encoding_of

MAX_ROW_CHARS = MAX_TEXT_CHARS + 1_000_000
MAX_HEADER_CHARS = 10_000
_DELIMITERS = ",;\t"
_FOUND_IN = dict.fromkeys(DESCRIBED, "archive")


def read_csv(name: str, data: bytes) -> Iterator[Article | ItemError]:
    with io.TextIOWrapper(io.BytesIO(data), encoding_of(data), errors="replace", newline="") as text:
        columns, delimiter = _header(text)
        for number, row in enumerate(_rows(text, delimiter), start=2):
            try:
                if isinstance(row, BadArticle): raise row
                ...
