"""What SQLite and PostgreSQL each write in their own way; every other statement is written once, for both.

Tables have no other names of types than SQLAlchemy's. What an insert finds there already is `rows.put`'s to change.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, TextClause, text
from sqlalchemy import Text as PlainText
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Text = PlainText().with_variant(PlainText(collation="C"), "postgresql")
"""Sorted and compared by its bytes, as SQLite does, whatever the order of a database is."""
LongInteger = BigInteger().with_variant(Integer, "sqlite")
"""64 bits, as every integer of SQLite has, which numbers rows by itself only where they are called so."""


class holds(FunctionElement[bool]):  # noqa: N801 # as functions of SQL are called
    """Whether a text has another in it, letter for letter."""

    type = Boolean()
    inherit_cache = True


@compiles(holds, "sqlite")
def _instr(element: holds, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)}) > 0"


@compiles(holds, "postgresql")
def _strpos(element: holds, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)}) > 0"


_CHANGES = ("INSERT", "UPDATE OF revision, chunker", "DELETE")
TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS corpus_{change.split()[0].lower()} AFTER {change} ON articles "  # nosec B608 # no value
        "BEGIN UPDATE corpus SET seq = seq + 1, mark = lower(hex(randomblob(16))); END"
        for change in _CHANGES
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION corpus_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE corpus SET seq = seq + 1, mark = replace(CAST(gen_random_uuid() AS text), '-', ''); RETURN NULL; "
        "END $$",
        *(
            f"CREATE OR REPLACE TRIGGER corpus_{change.split()[0].lower()} AFTER {change} ON articles "
            "FOR EACH ROW EXECUTE FUNCTION corpus_changed()"
            for change in _CHANGES
        ),
    ],
}
"""Those of `schema.articles`: every change makes another state of the corpus."""

LAST_NUMBER = {
    "sqlite": text("SELECT seq FROM sqlite_sequence WHERE name = :table"),
    "postgresql": text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:table, :column) AS regclass))"),
}
"""The highest number that a row of a table was ever given, also of one that is gone; null where that is not kept."""
SET_LAST_NUMBER = {
    "sqlite": [
        text("DELETE FROM sqlite_sequence WHERE name = :table"),
        text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"),
    ],
    "postgresql": [text("SELECT setval(CAST(pg_get_serial_sequence(:table, :column) AS regclass), :last)")],
}
"""The next row gets the one behind it. SQLite keeps it of tables with `sqlite_autoincrement` alone."""


@dataclass(frozen=True, slots=True)
class CopyStatements:
    """Of `copy_pairs`; each takes the keys of an article as JSON, and goes through the articles key by key."""

    holders: TextClause
    """How many articles have each key, at most `common`."""
    sharing: TextClause
    """The `candidates` that share most keys, of the first `shared` that share one in the order of the keys: the limit
    may fall among those that have one key, and of as many the rarest decides."""


COPIES = {
    "sqlite": CopyStatements(
        text("""
            SELECT value AS band,
                (SELECT count(*) FROM (SELECT 1 FROM copy_bands WHERE band = value LIMIT :common)) AS holders
            FROM json_each(:keys)
        """),
        text("""
            SELECT number FROM (
                -- a cross join keeps the order
                SELECT number, json_each.key AS rank FROM json_each(:keys) CROSS JOIN copy_bands ON band = value
                LIMIT :shared
            )
            GROUP BY number ORDER BY count(*) DESC, min(rank), number LIMIT :candidates
        """),
    ),
    "postgresql": CopyStatements(
        text("""
            SELECT CAST(value AS bigint) AS band, (
                SELECT count(*) FROM (
                    SELECT 1 FROM copy_bands WHERE copy_bands.band = CAST(value AS bigint) LIMIT :common
                ) AS having_it
            ) AS holders
            FROM json_array_elements_text(CAST(:keys AS json)) AS k (value)
        """),
        text("""
            SELECT number FROM (
                SELECT number, rank FROM
                    json_array_elements_text(CAST(:keys AS json)) WITH ORDINALITY AS k (value, rank)
                    CROSS JOIN LATERAL (
                        SELECT number FROM copy_bands WHERE band = CAST(value AS bigint) ORDER BY number LIMIT :shared
                    ) AS having_it
                ORDER BY rank, number LIMIT :shared
            ) AS sharing
            GROUP BY number ORDER BY count(*) DESC, min(rank), number LIMIT :candidates
        """),
    ),
}
